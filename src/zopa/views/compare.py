"""View of a comparison: what was said since, what moved, what changed in the case, and what that did to the zone."""

from __future__ import annotations

from collections.abc import Iterator

from zopa.study.compare import Comparison, Difference, Effect, Side
from zopa.views.document import (
    Block,
    Bullets,
    Cell,
    Document,
    Grid,
    Heading,
    Section,
    Span,
    Spans,
    cell,
    paragraph,
)
from zopa.views.labels import Labels
from zopa.views.numbers import be, count, day, points, things
from zopa.views.record import STANCES

__all__ = ["compare"]

Row = tuple[Cell | str, ...]
MOST_SAID, MOST_CHANGES, MOST_QUESTIONS = 6, 8, 5
TURNED = {
    "opened": "The zone opened: there was no deal, and now there is one.",
    "closed": "The zone closed: there was a deal, and now there is none.",
    "stayed open": "There was a zone of possible agreement, and there is one now.",
    "stayed closed": "There was no deal, and there is none now.",
}


def compare(c: Comparison, labels: Labels) -> Document:
    """One page; everything beyond a screen is counted here and listed in the JSON."""
    earlier = Labels(c.earlier)
    sections = [Section("answer", "The answer", tuple(_answer(c, labels, earlier)))]
    for ident, title, blocks in (
        ("moved", "What moved", _moved(c, labels, earlier)),
        ("said", "What was said since", _said(c, labels)),
        ("changed", "What changed in the case", _changed(c, labels, earlier)),
        ("packages", "Which packages entered and left the zone", _packages(c, labels, earlier)),
        ("questions", "What is not on record now and had no place before", _questions(c, labels)),
    ):
        found = tuple(blocks)
        if found:
            sections.append(Section(ident, title, found))
    return Document(
        c.new.title,
        tuple(sections),
        f"{_when(c.old)} compared with {_when(c.new)}",
        ("run CASE", "why-not CASE"),
    )


def _when(side: Side) -> str:
    return f"{day(side.as_of)}" if side.as_of else side.title


def _answer(c: Comparison, labels: Labels, earlier: Labels) -> Iterator[Block]:
    tone = "unsure" if c.old.open == c.new.open else "yes" if c.new.open else "no"
    yield paragraph(TURNED[c.turned], tone=tone)  # type: ignore[arg-type]
    if not (c.changes or c.said or c.withdrawn):
        yield paragraph("Nothing that counts is different.")
        return
    head = ("", _when(c.old), _when(c.new))
    rows: list[Row] = [
        (name, cell(count(a), number=True), cell(count(b), number=True))
        for name, a, b in (
            ("packages", c.old.packages, c.new.packages),
            ("allowed by the rules", c.old.admissible, c.new.admissible),
            ("acceptable to all", c.old.count, c.new.count),
        )
    ]
    if (c.old.agreed, c.new.agreed) != (c.old.count, c.new.count):
        rows.append(
            (
                "pass the agreement rule",
                cell(count(c.old.agreed), number=True),
                cell(count(c.new.agreed), number=True),
            )
        )
    yield Grid("The two zones", head, tuple(rows))
    yield from _did(c, labels, earlier)


def _did(c: Comparison, labels: Labels, earlier: Labels) -> Iterator[Block]:
    """Which change did it."""
    deciding = [e for e in c.effects if e.decides]
    if c.old.open != c.new.open:
        verb = "opened" if c.new.open else "closed"
        if deciding:
            yield Heading(f"What {verb} it")
            yield Bullets(tuple(_effect(e, c, labels, earlier) for e in deciding))
        else:
            yield paragraph(f"No single change {verb} it: with any one of them undone it is as it is now.")
    others = sorted(
        (e for e in c.effects if not e.decides), key=lambda e: -abs(e.count_without - c.new.agreed)
    )
    if others:
        yield Heading("What each change does, if it alone is undone")
        yield Bullets(tuple(_effect(e, c, labels, earlier) for e in others[:MOST_CHANGES]))
    if not c.effects and (c.changes or c.said):
        yield paragraph(
            "Undoing any one change leaves the number of acceptable packages as it is.", tone="note"
        )


def _effect(e: Effect, c: Comparison, labels: Labels, earlier: Labels) -> Spans:
    known = labels if e.kind != "rule" or e.address in labels.rules else earlier
    names: dict[str, Spans] = {
        "rule": ("the rule “", known.rule(e.address), "”"),
        "reading": ("the reading of “", known.rule(e.address), "”"),
        "judgments": (f"the judgments about {labels.party(e.address)}",),
        "agreement": ("whose acceptance an agreement needs",),
    }
    if e.kind == "option":
        issue, option = e.address.split(".", 1)
        name: Spans = (f"the option “{labels.issue(issue)}: ", labels.option(issue, option), "”")
    else:
        name = names[e.kind]
    found = e.count_without
    without = "no package" if not found else things(found, "package")
    said: Spans = (
        (" (", *labels.statements(s for s in e.statements if labels.said(s)), ")")
        if any(labels.said(s) for s in e.statements)
        else ()
    )
    return (
        *_capital(name),
        *said,
        f": as it was before, {without} would be acceptable instead of {count(c.new.agreed)}.",
    )


def _capital(spans: Spans) -> Spans:
    first, *rest = spans
    return (first[:1].upper() + first[1:] if isinstance(first, str) else first, *rest)


def _moved(c: Comparison, labels: Labels, earlier: Labels) -> Iterator[Block]:
    rows: list[Row] = []
    for m in c.moves:
        if m.before:
            rows.append(
                (
                    f"{labels.party(m.party)}: {labels.issue(m.issue)}",
                    cell(*_position(m.before, earlier)),
                    cell(*_position(m.after, labels)),
                )
            )
    if rows:
        yield Grid("Positions that moved, with the words", ("", "before", "now"), tuple(rows), compare=True)
    first = [m for m in c.moves if not m.before]
    if first:
        yield Heading("First words on an issue")
        yield Bullets(
            tuple(
                (f"{labels.party(m.party)}, {labels.issue(m.issue)}: ", *_position(m.after, labels))
                for m in first[:MOST_CHANGES]
            )
        )
        yield from _more(len(first) - MOST_CHANGES)


def _position(ident: str, labels: Labels) -> Spans:
    s = labels.said(ident)
    if s is None:
        return (ident,)
    options: list[Span] = [f"{STANCES.get(s.stance, s.stance)} " if s.stance and s.options else ""]
    for k, o in enumerate(s.options):
        options += [" or " if k else "", labels.option(s.issue or "", o)]
    return (*options, ": " if s.options else "", *labels.quoted(ident))


def _said(c: Comparison, labels: Labels) -> Iterator[Block]:
    moved = {m.after for m in c.moves if m.before}
    own = [s for s in c.said if labels.party_of(s) and s not in moved]
    others = [s for s in c.said if not labels.party_of(s)]
    shown = (own[::-1] + others[::-1])[:MOST_SAID]
    if shown:
        yield Bullets(
            tuple((f"{who}: " if (who := labels.party_of(s)) else "", *labels.quoted(s)) for s in shown)
        )
        yield from _more(len(own) + len(others) - len(shown))
    if c.withdrawn:
        n = len(c.withdrawn)
        yield paragraph(f"{things(n, 'statement')} of the older case {be(n)} not in the newer.")


def _more(n: int, what: str = "more") -> Iterator[Block]:
    if n > 0:
        yield paragraph(f"and {n} {what}; --json lists them", tone="small")


KINDS = ("issue", "party", "agreement", "option", "rule", "reading", "judgment")


def _changed(c: Comparison, labels: Labels, earlier: Labels) -> Iterator[Block]:
    ordered = sorted(c.changes, key=lambda x: KINDS.index(x.kind))
    rows = [_change(x, labels, earlier) for x in ordered[:MOST_CHANGES]]
    if rows:
        yield Grid("", ("what", "before", "now", "said by"), tuple(rows))
        yield from _more(len(ordered) - MOST_CHANGES)


def _change(x: Difference, labels: Labels, earlier: Labels) -> Row:
    known = labels if x.after else earlier
    basis = cell(*known.statements(s for s in x.statements if known.said(s)))
    if x.kind == "option":
        issue = x.address.split(".", 1)[0]
        return (f"option of {labels.issue(issue)}", x.before or "–", x.after or "–", basis)
    if x.kind in ("rule", "reading"):
        was = earlier.reading(x.address, x.before) if x.before else "–"
        now = labels.reading(x.address, x.after) if x.after else "–"
        owner = known.rule_owner(x.address)
        return (f"{x.kind}{f' of {owner}' if owner else ''}", was, now, basis)
    if x.kind == "judgment":
        return (_judged(x.address, labels), _number(x.before), _number(x.after), basis)
    if x.kind == "agreement":
        return ("whose acceptance is needed", "otherwise", "changed", basis)
    name = known.issue(x.address) if x.kind == "issue" else known.party(x.address)
    return (f"{x.kind} {name}", x.before or "–", x.after or "–", basis)


def _judged(address: str, labels: Labels) -> str:
    party, what, *rest = address.split(".")
    name = labels.party(party)
    if what == "reservation":
        return f"{name}: value of no agreement"
    if what == "weights":
        return f"{name}: weight of {labels.issue(rest[0])}"
    return f"{name}: value of “{labels.option(rest[0], rest[1]).text}”"


def _number(told: str) -> str:
    return told or "nothing on record"


def _packages(c: Comparison, labels: Labels, earlier: Labels) -> Iterator[Block]:
    if c.entered is None or c.left is None or c.kept is None:
        yield paragraph(
            "There are too many packages to list, so only the counts above are compared.", tone="note"
        )
        return
    if not (c.entered or c.left):
        return
    new = (
        f", {count(c.entered_with_new_options)} of them with an option that was not there"
        if c.entered_with_new_options
        else ""
    )
    yield paragraph(f"{count(c.entered)} entered{new}; {count(c.left)} left; {count(c.kept)} are in both.")
    for title, deals, known in (("Entered", c.newcomers[:1], labels), ("Left", c.leavers[:1], earlier)):
        for d in deals:
            gains = ", ".join(f"{known.party(p)} {points(g)}" for p, g in d.gains.items())
            yield paragraph(
                f"{title}, with the largest product of gains: ",
                *known.package(d.package),
                f". Gains: {gains}.",
            )


def _questions(c: Comparison, labels: Labels) -> Iterator[Block]:
    if not c.questions:
        return
    yield Bullets(
        tuple(
            (
                f"{labels.party(p)} on {labels.issue(i)}",
                *((": ", labels.option(i, o)) if o else (": how much it matters",)),
            )
            for p, i, o in c.questions[:MOST_QUESTIONS]
        )
    )
    yield from _more(len(c.questions) - MOST_QUESTIONS)
