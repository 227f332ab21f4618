"""What the page of a source shows: its records in the order of the text, those that filters leave, and stories told twice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from zopa.case import Case, speaks_for
from zopa.case.records import KINDS, Records, Statement
from zopa.casefile import find_quote
from zopa.reading.review import RecordAt
from zopa.reading.sources.duplicates import copies
from zopa.views.labels import Labels
from zopa.views.numbers import day

__all__ = ["FILTERS", "STATES", "Filters", "FoundRecord", "Listed", "items", "listing"]

STATES: Mapping[str, tuple[str, str]] = {
    "suggested": ("?", "undecided"),
    "accepted": ("✓", "accepted"),
    "edited": ("✎", "accepted, edited"),
    "rejected": ("✗", "rejected"),
}
"""State -> glyph and word."""
FILTERS = ("speaker", "kind", "issue", "state")
SAME_STORY = 0.6
"""Share of the longer paragraphs of a text that stand in one other text, from which on both tell the same story."""


@dataclass(frozen=True)
class FoundRecord:
    """A record of a source as the page shows it; ``start`` and ``end`` in code points, None where its words are not there."""

    at: RecordAt
    state: str
    kind: str
    who: str
    speaker: str
    when: str
    issue: str
    about: str
    quote: str
    start: int | None
    end: int | None
    facts: tuple[tuple[str, str], ...]
    review: tuple[str, ...]

    @property
    def key(self) -> str:
        """As the address names it: ``statements.s12``."""
        return f"{self.at.group}.{self.at.ident}"

    def to_dict(self) -> dict[str, Any]:
        """The record as plain data."""
        return {
            "record": self.key,
            "state": self.state,
            "kind": self.kind,
            "who": self.who,
            "said": self.when,
            "issue": self.issue,
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
            "facts": dict(self.facts),
        }


@dataclass(frozen=True)
class Filters:
    """Which records are in view; empty is every one."""

    speaker: str = ""
    kind: str = ""
    issue: str = ""
    state: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Filters:
        """From the query of the address."""
        return cls(**{name: query.get(name, "")[:200] for name in FILTERS})

    def keeps(self, item: FoundRecord) -> bool:
        """Whether a record is in view."""
        asked = (
            (self.speaker, item.speaker or "-"),
            (self.kind, item.kind),
            (self.issue, item.issue or "-"),
            (self.state, item.state),
        )
        return all(not wanted or wanted == has for wanted, has in asked)

    @property
    def narrow(self) -> bool:
        """Whether they leave out more than what is decided."""
        return bool(self.speaker or self.kind or self.issue)

    def query(self, **more: str) -> str:
        """As the query of an address, with more parts; empty ones are left out."""
        parts = {name: getattr(self, name) for name in FILTERS} | more
        return urlencode({k: v for k, v in parts.items() if v})


def items(case: Case, source: str, labels: Labels) -> list[FoundRecord]:
    """The records of a source in the order of its text."""
    text = case.sources[source].text
    found = [
        _item(case, labels, RecordAt(group, ident), record, text)
        for group in Records.model_fields
        for ident, record in getattr(case, group).items()
        if record.source == source
    ]
    return sorted(found, key=lambda i: (i.start is None, i.start or 0, i.end or 0))


def _item(case: Case, labels: Labels, at: RecordAt, r: Any, text: str) -> FoundRecord:
    places = find_quote(text, r.quote, r.prefix, r.suffix, r.start)
    start = places[0] if places else None
    said = isinstance(r, Statement)
    party = speaks_for(case, r) if said else getattr(r, "party", None)
    speaker = (r.speaker if said else None) or party or ""
    who = case.speakers[speaker].name if speaker in case.speakers else labels.party(speaker)
    moment = getattr(r, "said", None) or getattr(r, "when", None) or getattr(r, "as_of", None)
    issue = getattr(r, "issue", None) or ""
    return FoundRecord(
        at=at,
        state=r.review.state,
        kind=r.kind if said else at.group.removesuffix("s"),
        who=who,
        speaker=speaker,
        when=day(moment),
        issue=issue,
        about=getattr(r, "about", "") or "",
        quote=r.quote,
        start=start,
        end=None if start is None else start + len(r.quote),
        facts=tuple(_facts(case, labels, r, party if said else None)),
        review=tuple(x for x in (r.review.by, day(r.review.on), r.review.why) if x),
    )


def _facts(case: Case, labels: Labels, r: Any, party: str | None) -> Iterable[tuple[str, str]]:
    """What a record was read as, in words."""
    if party and r.speaker:
        yield "counts for", labels.party(party)
    issue = getattr(r, "issue", None)
    if issue:
        yield "issue", labels.issue(issue)
        if getattr(r, "options", ()):
            yield "options", "; ".join(labels.option(issue, o).text for o in r.options)
    for name in ("stance", "firmness", "condition", "consequent", "what", "where", "unit", "of", "direction"):
        value = getattr(r, name, None)
        if value:
            yield name, str(value).replace("_", " ")
    if getattr(r, "value", None) is not None:
        yield "value", f"{r.value:g}"
    if getattr(r, "reported_by", None):
        known = case.speakers.get(r.reported_by)
        yield "reported by", known.name if known else r.reported_by
    if getattr(r, "channel", "public") != "public":
        yield "channel", r.channel


def kind_words(kind: str) -> str:
    """A kind in words."""
    return kind.replace("_", " ")


def kinds(found: Iterable[FoundRecord]) -> list[str]:
    """The kinds that occur, in the order in which they are listed everywhere."""
    there = {i.kind for i in found}
    return [k for k in (*KINDS, "contact", "figure", "shift") if k in there]


@dataclass(frozen=True)
class Listed:
    """A source in the list: how many records it has, how many wait, and the copies of its story."""

    ident: str
    title: str
    publisher: str
    date: str
    access: str
    records: int
    undecided: int
    copies: tuple[Listed, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The row as plain data."""
        told = {k: v for k, v in vars(self).items() if k != "copies"}
        return {**told, "copies": [c.to_dict() for c in self.copies]}


def listing(case: Case) -> list[Listed]:
    """The sources by date, the latest first and undated ones last; copies of a story stand under its first text."""
    counts = {ident: [0, 0] for ident in case.sources}
    for group in Records.model_fields:
        for record in getattr(case, group).values():
            if record.source in counts:
                counts[record.source][0] += 1
                counts[record.source][1] += record.review.state == "suggested"
    by_day = sorted(case.sources, key=lambda i: (not case.sources[i].date, case.sources[i].date))
    first = _first_told({i: case.sources[i].text for i in by_day})

    def row(ident: str, below: tuple[Listed, ...] = ()) -> Listed:
        s = case.sources[ident]
        n, waiting = counts[ident]
        return Listed(
            ident=ident,
            title=s.title or ident,
            publisher=s.publisher,
            date=s.date,
            access=s.access,
            records=n,
            undecided=waiting,
            copies=below,
        )

    heads = [i for i in by_day if i not in first]
    rows = [row(i, tuple(row(c) for c in by_day if first.get(c) == i)) for i in heads]
    dated = [r for r in rows if r.date]
    return [*reversed(dated), *(r for r in rows if not r.date)]


def _first_told(texts: Mapping[str, str]) -> dict[str, str]:
    """Text -> the earlier text whose story it repeats."""
    shared: dict[str, dict[str, int]] = {}
    for (name, _), (other, _) in copies(texts).items():
        counted = shared.setdefault(name, {})
        counted[other] = counted.get(other, 0) + 1
    found: dict[str, str] = {}
    for name, others in shared.items():
        long = sum(len(re.findall(r"\w+", p)) >= 9 for p in texts[name].split("\n"))
        best = max(others, key=lambda o: others[o])
        if others[best] >= SAME_STORY * max(long, 1):
            found[name] = found.get(best, best)
    return found
