"""Two parsers of YAML agree on every text that the faster one takes, to the place of each word."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from zopa.casefile.yaml_nodes import UnusualError, plain_nodes

EXAMPLES = Path(__file__).resolve().parents[2] / "src" / "zopa" / "examples"
TEXTS = [f.read_text(encoding="utf-8") for f in sorted(EXAMPLES.rglob("*.yaml"))]
LINES = [line for text in TEXTS for line in text.split("\n")]
PIECES = [*":#-?[]{},&*!|>'\"%@`~= \n\\\t.0_e+x", ": ", " #", "- ", "? ", "yes", "null", "0o7", "0x1f", "1_000", "1e3",
          "2025-02-13", "é", "😀", "\u2028", "''", "\n\n", "---", "<<: ", "|-\n  ", ">\n  ", "!!str ", "010", "True", "12:30"]  # fmt: skip


def told(node: Any, path: tuple[object, ...] = ()) -> list[object]:
    """Everything that is read from nodes: kind, tag, words, style, and the ends of scalars and flow collections."""
    block = (not isinstance(node.value, str) and not node.flow_style) or getattr(node, "style", None) in (
        "|",
        ">",
    )
    end = None if block else (node.end_mark.line, node.end_mark.column, node.end_mark.index)
    start = (node.start_mark.line, node.start_mark.column, node.start_mark.index)
    words = node.value if isinstance(node.value, str) else None
    found: list[object] = [
        (
            path,
            type(node).__name__,
            str(node.tag),
            words,
            start,
            end,
            node.style if words is not None else block,
        )
    ]
    for i, child in enumerate(node.value if words is None else ()):
        for k, part in enumerate(child if isinstance(child, tuple) else (child,)):
            found += told(part, (*path, i, k))
    return found


def alike(text: str) -> bool:
    """Whether the faster parser took the text; both must have read the same then."""
    try:
        fast = plain_nodes(text, 400_000, 30)
    except UnusualError:
        return False
    slow = YAML(typ="safe", pure=True).compose(text)
    assert (fast is None) == (slow is None), text
    assert fast is None or told(fast) == told(slow), text
    return True


def test_the_bundled_cases_are_taken_and_read_alike() -> None:
    assert all(alike(text) for text in TEXTS)


@pytest.mark.parametrize("number", [400, pytest.param(20_000, marks=pytest.mark.slow)])
def test_damaged_pieces_of_cases_are_read_alike_or_left_to_the_other(number: int) -> None:
    rng = random.Random(number)
    taken = 0
    for _ in range(number):
        at = rng.randrange(len(LINES) - 12)
        lines = LINES[at : at + rng.randrange(1, 12)]
        margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
        text = "\n".join(line[margin:] for line in lines)
        for _ in range(rng.randrange(4)):
            cut = rng.randrange(len(text) + 1)
            text = text[:cut] + rng.choice(PIECES) + text[cut + rng.choice([0, 0, 0, 1, 1, 3]) :]
        taken += alike(text)
    assert taken > number / 5


@pytest.mark.parametrize(
    "text",
    [
        "a: &x 1",
        "a: *x",
        "a: !!str 1",
        "%YAML 1.1\na: 1",
        "a: 1\n---\nb: 1",
        "a:",
        "a:\t1",
        "a: |#\n x",
        "[" * 40,
        "a: [",
    ],
)
def test_whatever_is_not_plain_is_left_to_the_other(text: str) -> None:
    with pytest.raises(UnusualError):
        plain_nodes(text, 400_000, 30)
    with pytest.raises(UnusualError):
        plain_nodes("a: [1, 2, 3]", 3, 30)
