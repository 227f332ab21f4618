"""Figures and documents from answers: one self-contained page, the answers as JSON, the figures as SVG."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from zopa.casefile import one_step
from zopa.reports.page import basis_words, deciding, proposal_cards, sections, source_pages, terms
from zopa.reports.parts import Cell, Figure, Link, Section, Table, cell
from zopa.reports.svg import render
from zopa.study import Study

__all__ = ["Cell", "Figure", "Link", "Section", "Table", "cell", "render", "report"]


def report(study: Study, out: str | Path) -> list[Path]:
    """Write ``report.html``, ``answers.json`` and the figures (SVG) of a study into a folder.

    Returns
    -------
    list of Path
        The page, the answers, then the figures. The page needs no network and no other file.
    """
    folder = Path(out)
    parts = sections(study)
    svgs = {f.name: render(f.spec) for s in parts for f in s.figures}
    texts = {"report.html": _html(study, parts, svgs)}
    texts["answers.json"] = json.dumps(study.to_dict(), ensure_ascii=False, indent=1)
    texts |= {f"figures/{name}.svg": svg for name, svg in svgs.items()}
    with one_step(folder) as files:
        for name, text in texts.items():
            files.write(name, text)
    return [folder / name for name in texts]


def _html(study: Study, parts: list[Section], svgs: dict[str, str]) -> str:
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    here = files("zopa") / "reports"
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string((here / "report.html.j2").read_text(encoding="utf-8"))
    shares, words = basis_words(study)
    share = study.zone.share
    context: dict[str, Any] = {
        "study": study,
        "case": study.case,
        "parties": study.space.parties,
        "share": f"{100 * float(share):.0f} %" if share is not None else "–",
        "basis": shares,
        "basis_words": words,
        "deciding": deciding(study),
        "cards": proposal_cards(study),
        "terms": terms(study),
        "sections": parts,
        "sources": source_pages(study),
        # Both are made by us: the style sheet is a file of the package, the pictures come out of `render`.
        "css": Markup((here / "report.css").read_text(encoding="utf-8")),
        "svgs": {name: Markup(svg) for name, svg in svgs.items()},
    }
    return template.render(context)
