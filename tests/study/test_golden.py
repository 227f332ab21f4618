"""The data that ``zopa run`` writes about the bundled example, frozen: keys, numbers, words.

Others read ``answers.json``. A change here is a change of a public format: say so in the change log.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "answers.json"
KEYS = [
    "question", "zone", "why_not", "frontier", "solutions", "proposals", "reading_rows", "closed", "basis", "gaps",
    "lenses", "not_asked", "standing", "by_words", "title", "state",
]  # fmt: skip


def frozen(found: Any) -> Any:
    """Without what belongs to a version: of a question only its keys count."""
    if isinstance(found, dict):
        return {k: sorted(v) if k == "question" else frozen(v) for k, v in found.items()}
    return [frozen(v) for v in found] if isinstance(found, list) else found


def test_the_answers_about_the_example_are_what_they_were(example_study: Any) -> None:
    said = json.loads(json.dumps(example_study.to_dict()))
    assert list(said) == KEYS
    expected = json.loads(GOLDEN.read_text(encoding="utf-8"))
    said["frontier"]["deals"] = said["frontier"]["deals"][:3] + said["frontier"]["deals"][-3:]
    found = frozen({name: said[name] for name in expected})
    for answers in (found, expected):  # in which order packages are proposed is no format
        answers["proposals"] = {" ".join(p["deal"]["package"].values()): p for p in answers["proposals"]}
    for name, value in expected.items():
        assert found[name] == value, name
