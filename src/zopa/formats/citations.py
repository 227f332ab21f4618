"""The sources of a case for reference managers: CSL-JSON and BibTeX, out; statements as W3C Web Annotations, out."""

from __future__ import annotations

import json
import re
from typing import Any

from zopa.case import Case, Source, Statement
from zopa.errors import NotApplicable
from zopa.formats.fidelity import Fidelity, left_out

__all__ = ["authors", "write_annotations", "write_bibtex", "write_csl"]

_FIELDS = ("title", "publisher", "date", "url", "author", "language")


def _sources(case: Case, fidelity: Fidelity) -> dict[str, Source]:
    if not case.sources:
        raise NotApplicable("there are no sources to cite in this case")
    left_out(case, [("sources", s, f) for s in case.sources for f in _FIELDS], fidelity)
    fidelity.keep("sources", len(case.sources))
    return dict(case.sources)


def authors(text: str) -> list[str]:
    """The names of a source's authors.

    >>> authors("Jane Doe; UN Secretariat")
    ['Jane Doe', 'UN Secretariat']
    """
    return [name for part in text.split(";") if (name := part.strip())]


def _date(text: str) -> list[int]:
    """Year, month and day, as far as a date says them."""
    found = re.match(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", text)
    return [int(part) for part in found.groups() if part] if found else []


def write_csl(case: Case) -> tuple[dict[str, bytes], Fidelity]:
    """The sources as CSL-JSON.

    Raises
    ------
    NotApplicable
        No sources.
    """
    fidelity = Fidelity("csl-json")
    items = []
    for ident, s in _sources(case, fidelity).items():
        item: dict[str, Any] = {"id": ident, "type": "document", "title": s.title or ident}
        if s.author:
            item["author"] = [{"literal": name} for name in authors(s.author)]
        if s.publisher:
            item["publisher"] = s.publisher
        if s.date:
            parts = _date(s.date)
            item["issued"] = {"date-parts": [parts]} if parts else {"literal": s.date}
        if s.url:
            item["URL"] = s.url
        if s.language:
            item["language"] = s.language
        items.append(item)
    return {"": (json.dumps(items, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")}, fidelity


_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "%": r"\%", "&": r"\&", "#": r"\#", "_": r"\_", "$": r"\$",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\ue000": "{}",
}  # fmt: skip


def _tex(text: str) -> str:
    """A text in which nothing is a command and no two signs join to one, as two hyphens would to a dash."""
    apart = re.sub(r"([-`'?!<>,\"])(?=[-`'<>,\"])", "\\1\ue000", " ".join(text.split()))
    return "".join(_SPECIAL.get(c, c) for c in apart)


def write_bibtex(case: Case) -> tuple[dict[str, bytes], Fidelity]:
    """The sources as BibTeX.

    Raises
    ------
    NotApplicable
        No sources.
    """
    fidelity = Fidelity("bibtex")
    entries, keys = [], set[str]()
    for ident, s in _sources(case, fidelity).items():
        key = re.sub(r"[^A-Za-z0-9:.+/-]", "-", ident) or "source"
        while key in keys:
            key += "-2"
        if key != ident:
            fidelity.change(f"the key of '{ident}' is '{key}'", f"sources.{ident}")
        keys.add(key)
        fields = [("title", f"{{{_tex(s.title or ident)}}}")]
        if s.author:
            fields.append(("author", " and ".join(f"{{{_tex(name)}}}" for name in authors(s.author))))
        if s.publisher:
            fields.append(("publisher", _tex(s.publisher)))
        if s.date:
            parts = _date(s.date)
            fields += [("year", str(parts[0]))] if parts else []
            fields.append(("date", _tex(s.date)))
        if s.url:
            fields.append(("url", re.sub(r"[{}\\\s]", "", s.url)))
        if s.language:
            fields.append(("langid", s.language))
        body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields)
        entries.append(f"@misc{{{key},\n{body}\n}}\n")
    return {"": "\n".join(entries).encode("utf-8", "replace")}, fidelity


def write_annotations(case: Case) -> tuple[dict[str, bytes], Fidelity]:
    """Every statement as a W3C Web Annotation: quote and position in its source, what it was read as.

    Positions count code points of the normalised text, which the source's sha256 identifies.

    Raises
    ------
    NotApplicable
        No statements.
    """
    if not case.statements:
        raise NotApplicable("there are no statements to annotate in this case")
    fidelity = Fidelity("web-annotation")
    keys = (
        "quote",
        "prefix",
        "suffix",
        "start",
        "end",
        "source",
        "kind",
        "issue",
        "options",
        "stance",
        "party",
        "speaker",
        "about",
        "said",
    )
    carried: list[str | tuple[str, ...]] = [("statements", s, k) for s in case.statements for k in keys]
    carried += [("statements", s, "options", "**") for s in case.statements]
    carried += [("statements", s, "said", "**") for s in case.statements]
    carried += [("sources", s, f) for s in case.sources for f in ("url", "sha256")]
    left_out(case, carried, fidelity)
    found = {
        "@context": ["http://www.w3.org/ns/anno.jsonld", {"zopa": "urn:zopa:"}],
        "id": "urn:zopa:statements",
        "type": "AnnotationCollection",
        "label": case.title,
        "total": len(case.statements),
        "first": {
            "id": "urn:zopa:statements:1",
            "type": "AnnotationPage",
            "startIndex": 0,
            "items": [_annotation(case, ident, s) for ident, s in case.statements.items()],
        },
    }
    fidelity.keep("statements", len(case.statements))
    return {"": (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")}, fidelity


def _annotation(case: Case, ident: str, s: Statement) -> dict[str, Any]:
    source = case.sources.get(s.source)
    quote = {"type": "TextQuoteSelector", "exact": s.quote}
    quote |= {k: v for k, v in (("prefix", s.prefix), ("suffix", s.suffix)) if v}
    selectors: list[dict[str, Any]] = [quote]
    if s.start is not None:
        selectors.append(
            {
                "type": "TextPositionSelector",
                "start": s.start,
                "end": s.start + len(s.quote) if s.end is None else s.end,
            }
        )
    said = {
        "kind": s.kind,
        "issue": s.issue,
        "options": list(s.options),
        "stance": s.stance,
        "party": s.party,
        "speaker": s.speaker,
        "said": str(s.said) if s.said else None,
    }
    body: list[dict[str, Any]] = [
        {
            "type": "TextualBody",
            "purpose": "tagging",
            "value": f"{key}: {', '.join(value) if isinstance(value, list) else value}",
        }
        for key, value in said.items()
        if value
    ]
    if s.about:
        body.append(
            {"type": "TextualBody", "purpose": "describing", "value": s.about, "format": "text/plain"}
        )
    return {
        "id": f"urn:zopa:statement:{ident}",
        "type": "Annotation",
        "motivation": "classifying",
        "body": body,
        "target": {
            "source": (source.url if source and source.url else f"sources/{s.source}.txt"),
            "selector": selectors,
            **({"zopa:sha256": source.sha256} if source and source.sha256 else {}),
        },
    }
