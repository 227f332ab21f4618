"""The report of a study as files: one self-contained page, the answers as JSON, the charts as SVG."""

from __future__ import annotations

import json
from hashlib import sha256
from os.path import realpath, relpath
from pathlib import Path

from zopa.casefile import one_step
from zopa.errors import CannotWrite
from zopa.render.html import page
from zopa.render.svg import pictures
from zopa.study import Study
from zopa.views import Labels, with_settings
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

    Raises
    ------
    CannotWrite
        The folder holds the report of another case, or the disk refuses; nothing is changed.
    """
    folder = Path(out)
    place = _place(folder, study.case.folder)
    _refuse_another(folder, study.case.title, place)
    document = with_settings(view(study, Labels(study.case)), study.question)
    drawn = pictures(b for b in document.blocks() if isinstance(b, Chart))
    texts = {"report.html": page(document, drawn=drawn, annex=annex)}
    texts["answers.json"] = json.dumps({**study.to_dict(), "place": place}, ensure_ascii=False, indent=1)
    texts |= {f"figures/{name}.svg": svg for name, svg in drawn.items()}
    with one_step(folder) as files:
        for name, text in texts.items():
            files.write(name, text)
    return [folder / name for name in texts]


def _place(out: Path, case: str) -> str:
    """What tells where the case lies as seen from its report, whatever its title says by now; no path can be read in it."""
    try:
        way = relpath(realpath(case), realpath(out)) if case else ""
    except (OSError, ValueError):  # no path, or another drive
        way = ""
    return sha256(Path(way).as_posix().encode("utf-8", "surrogateescape")).hexdigest()[:16] if way else ""


def _refuse_another(folder: Path, title: str, place: str) -> None:
    """Reports of two cases never mix: the one that was there would be lost. A case may get another title."""
    try:
        there = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
        same = there["title"] == title or (place and there.get("place") == place)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return
    if not same:
        named = f"it holds the report of another case, '{there['title']}'; name another --out"
        raise CannotWrite(str(folder), named)
