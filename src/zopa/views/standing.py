"""Words for what the record allows: not enough, open, closed, or a matter of reading; and refusals that no rule carries."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from zopa.bargaining import AnswerState
from zopa.bargaining.standing import State
from zopa.case import OnRecord
from zopa.views.document import Block, Bullets, Document, Paragraph, Span, Spans, Tone, paragraph
from zopa.views.labels import Labels
from zopa.views.numbers import listed, percent, things

__all__ = [
    "ASSUMED", "TONES", "broken", "first_words", "gated", "joined", "muted", "next_steps", "refusals", "rests_on", "too_little", "turns_on", "verdict",
]  # fmt: skip

MOST_NAMED = 12
"""Refusals that are quoted before the packages; further ones are counted."""


ASSUMED = "It rests on assumptions alone: nothing in this case was said by a party."
TOO_LITTLE = "Not enough is on record to say whether there is a deal."


def verdict(s: AnswerState) -> str:
    """The first sentence of an answer about a zone."""
    if s.state == "not enough on record":
        return TOO_LITTLE
    zone = (
        "There is a zone of possible agreement under these readings."
        if s.record.said
        else "There is a zone by assumptions alone: nothing in this case was said by a party."
    )
    if s.state == "depends on a reading" and s.open:
        return f"{zone} Whether it holds depends on a reading."
    if s.state == "depends on a reading":
        way = (
            "another reading of one statement" if any(t.rule for t in s.turns) else "another set of readings"
        )
        return f"No deal under these readings; {way} would open a zone."
    if s.open:
        return zone
    return (
        "No deal under these readings."
        if s.record.said
        else "No deal by assumptions alone: nothing in this case was said by a party."
    )


TONES: Mapping[State, Tone] = {
    "not enough on record": "unsure", "open": "yes", "closed": "no", "depends on a reading": "unsure",
}  # fmt: skip


def first_words(s: AnswerState | None, labels: Labels) -> Iterator[Block]:
    """What must be said before any number: what is missing, and refusals that nothing holds the packages to."""
    if s is None:
        return
    if s.state == "not enough on record":
        yield from too_little(s.record, labels)
    yield from refusals(s, labels)


def too_little(r: OnRecord, labels: Labels) -> Iterator[Block]:
    """That a verdict cannot be given, what is missing for one, and what to do about it."""
    yield Paragraph((TOO_LITTLE,), TONES["not enough on record"])
    yield Bullets(tuple(_lacking(r, labels)))


def gated(document: Document, r: OnRecord, labels: Labels) -> Document:
    """A document whose answer rests on too little: that first, then the numbers, no longer in the tone of a verdict."""
    sections = [replace(s, blocks=tuple(muted(s.blocks))) for s in document.sections]
    if sections:
        first = sections[0]
        head, *rest = first.blocks or (paragraph(""),)
        if isinstance(head, Paragraph):
            told: tuple[Block, ...] = (replace(head, parts=("Counted all the same: ", *head.parts)),)
        else:
            told = (paragraph("Counted all the same:", tone="note"), head)
        sections[0] = replace(first, blocks=(*too_little(r, labels), *told, *rest))
    return replace(document, sections=tuple(sections), next=_way_out(r, document.next))


def muted(blocks: Iterable[Block]) -> Iterator[Block]:
    """Blocks without the tone of a verdict."""
    for b in blocks:
        verdict_tone = isinstance(b, Paragraph) and b.tone in ("yes", "no", "unsure", "key")
        yield replace(b, tone="note") if verdict_tone and isinstance(b, Paragraph) else b


def joined(parts: Sequence[Span]) -> Spans:
    """Parts of one list, with semicolons."""
    return tuple(x for n, part in enumerate(parts) for x in (("; ", part) if n else (part,)))


def _lacking(r: OnRecord, labels: Labels) -> Iterator[Spans]:
    if r.sides < 2:
        yield (f"The case has {'one party' if r.sides else 'no party'}; a negotiation needs two parties.",)
    if r.silent:
        yield ("No accepted statement is on record by this day; ask as of a later one (--as-of).",)
    waiting = dict(r.waiting)
    unread = waiting.pop("statements", 0)
    if unread:
        yield (f"{things(unread, 'suggested statement')} must be reviewed first: zopa review.",)
    if r.unread:
        yield (
            f"{things(r.unread, 'statement')} {'was' if r.unread == 1 else 'were'} accepted together, unread, so they do not count. "
            "zopa review shows them one by one: a accepts the one that was read, r rejects it, e corrects it.",
        )
    if waiting:
        yield (
            f"Not counted, because not reviewed: {listed(things(n, g.removesuffix('s')) for g, n in waiting.items())}.",
        )
    if r.vague:
        n = len(r.vague)
        yield (
            f"{things(n, 'accepted refusal or red line') if n == 1 else f'{n} accepted refusals or red lines'} "
            f"{'names' if n == 1 else 'name'} no option, so whether a package breaks {'it' if n == 1 else 'them'} cannot be told; "
            "zopa review, then f and the word kept, shows them; i names the options of each.",
        )
    missing = "; add a text with zopa read, or write a judgment with its reason into case.yaml."
    if r.parties:
        yield (f"No accepted statement or judgment about {listed(labels.parties(r.parties))}{missing}",)
    if r.issues:
        yield (
            f"No accepted statement or judgment about {listed(labels.issue(i) for i in r.issues)}{missing}",
        )
    if not r.limited:
        who, n = listed(labels.parties(r.unlimited)), len(r.unlimited)
        yield (
            f"No reservation value for {who}, so every package counts as accepted there, and a verdict about all would not be "
            f"about {'it' if n == 1 else 'them'}. Write what no agreement is worth to {'it' if n == 1 else 'each'} into "
            "case.yaml, with its reason.",
        )
    if r.unsourced > r.limit:
        yield (
            f"{percent(r.unsourced)} of the judgments about what the parties value have no source; an answer needs at most "
            f"{percent(r.limit)} (--most-unsourced of run, zone and solve). Write weights, values and what no agreement is worth into case.yaml, "
            "each with its reason.",
        )


def refusals(s: AnswerState, labels: Labels) -> Iterator[Block]:
    """Accepted refusals and red lines that no rule carries, in their words, before any package is shown."""
    if not s.uncarried:
        return
    n = len(s.uncarried)
    yield paragraph(
        f"{things(n, 'accepted refusal or red line') if n == 1 else f'{n} accepted refusals and red lines'} "
        f"{'is' if n == 1 else 'are'} in no rule, so a package may break {'it' if n == 1 else 'them'}; packages that go against "
        "an option named there are marked. zopa review makes rules of them.",
        tone="warning",
    )
    items: list[Spans] = [(*_whose(i, labels), *labels.quoted(i)) for i in s.uncarried[:MOST_NAMED]]
    if n > MOST_NAMED:
        items.append((f"and {n - MOST_NAMED} more",))
    yield Bullets(tuple(items))


def _whose(ident: str, labels: Labels) -> Spans:
    party = labels.party_of(ident)
    return (f"{party}: ",) if party else ()


def turns_on(s: AnswerState, labels: Labels) -> Spans:
    """Which other readings change the answer; empty where none does."""
    found: list[Span] = []
    for t in s.turns[:3]:
        what = labels.reading_set(t.set) if t.set else labels.reading(t.rule, t.reading)
        name = f"readings {t.set} ({what})" if t.set else what
        found += [
            "; " if found else "",
            f"{'a zone' if t.open else 'no deal'} under {name}"
            if t.set
            else f"{'a zone' if t.open else 'no deal'} if {name}",
        ]
    return ("It depends on a reading: ", *found, ".") if found else ()


def rests_on(counts: Mapping[str, int]) -> str:
    """How many judgments are stated, inferred, assumed or have no source."""
    told = [
        f"{n or 'none'} {'is' if n == 1 else 'are'} {name}"
        for name, n in ((name, counts.get(name, 0)) for name in ("stated", "inferred", "assumed"))
        if n or name == "stated"
    ]
    if counts.get("gap"):
        told.append(f"{counts['gap']} {'has' if counts['gap'] == 1 else 'have'} no source")
    return f"Of {things(sum(counts.values()), 'judgment')} about what the parties value, {listed(told)}."


def broken(idents: Sequence[str], labels: Labels) -> Spans:
    """Whose refusals a package breaks, for its column."""
    if not idents:
        return ("none",)
    found: list[Span] = []
    for i in idents:
        found += ["; " if found else "", *_whose(i, labels), *labels.quoted(i)]
    return tuple(found)


def next_steps(s: AnswerState | None, otherwise: Sequence[str]) -> tuple[str, ...]:
    """The commands that lead on."""
    if s is None or s.state != "not enough on record":
        return tuple(otherwise)
    return _way_out(s.record, otherwise)


def _way_out(r: OnRecord, otherwise: Sequence[str]) -> tuple[str, ...]:
    """What to do where too little is on record: review what waits; ask the words alone where they are enough."""
    if r.unread or r.waiting.get("statements") or r.vague:
        return ("review CASE",)
    return ("stress CASE" if r.enough_words else "show CASE", *otherwise)
