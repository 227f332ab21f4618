"""The report of a study as files: one self-contained page, the answers as JSON, the charts as SVG."""

from __future__ import annotations

import json
from pathlib import Path

from zopa.render.html import page
from zopa.render.svg import pictures
from zopa.study import Study
from zopa.views import Labels
from zopa.views.document import Chart
from zopa.views.study import study as view

__all__ = ["report"]


def report(study: Study, out: str | Path, *, annex: bool = False) -> list[Path]:
    """Write ``report.html``, ``answers.json`` and the charts (SVG) of a study into a folder.

    Parameters
    ----------
    out : str or Path
    annex : bool
        Whether the print edition has the annex: every option, rule, judgment, statement and source.

    Returns
    -------
    list of Path
        The page, the answers, then the charts. The page needs no network and no other file.
    """
    folder = Path(out)
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    document = view(study, Labels(study.case))
    drawn = pictures(b for b in document.blocks() if isinstance(b, Chart))
    written = [folder / "report.html", folder / "answers.json"]
    _write(written[0], page(document, drawn=drawn, annex=annex))
    _write(written[1], json.dumps(study.to_dict(), ensure_ascii=False, indent=1))
    for name, svg in drawn.items():
        written.append(folder / "figures" / f"{name}.svg")
        _write(written[-1], svg)
    return written


def _write(path: Path, text: str) -> None:
    """Write beside the file, then move it into place: an interrupted run leaves the old report as it was."""
    fresh = path.with_name(path.name + ".part")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)
