"""View of what the words alone allow: three zones, what each party's words settle, packages with their verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from zopa.case import share_by_basis
from zopa.robustness import Better, Drawn, Exists, LargeStress, PartyQuestion, Questions, Stress, Strip
from zopa.views import under_draws
from zopa.views.document import (
    Block,
    Bullets,
    Cell,
    Document,
    Grid,
    Heading,
    Paragraph,
    Section,
    Span,
    Spans,
    Tone,
    cell,
    paragraph,
)
from zopa.views.labels import Labels
from zopa.views.numbers import be, count, listed, percent, points, things

__all__ = ["better", "blocks", "headline", "large", "question_items", "questions", "stress"]

MOST_POINTS = 100.0
LEAST_BITS = 0.005
"""A question that tells less leaves everything as it is, to the digits that are shown."""
LAWS: Mapping[str, str] = {
    "words": "The draws are uniform in what options are worth against the way things are, within what the words allow",
    "numbers": "The draws are the numbers of the case, each by the law of its interval, where they fit the words",
}
"""Where draws come from."""
VERDICTS: Mapping[str, str] = {
    "necessary": "acceptable for all numbers",
    "possible": "acceptable for some numbers",
    "never": "acceptable for none",
}
WHY: Mapping[str, str] = {
    "former": "said by a former official or a commentator",
    "hedged": "hedged words (“could”, “hopes”)",
    "completion": "the best answers to the questions that it leaves open are not known",
    "positioning": "taken as positioning",
    "refusal": "taken as falling below its hopes",
    "range": "the words do not fix the best and the worst answer to every question",
    "rank": "the words do not fix the best and the worst answer to the first question",
}
"""Why words gave no inequality."""


def stress(s: Stress, labels: Labels) -> Document:
    """What holds whatever the numbers, what could hold."""
    return Document(
        "", (Section("stress", "", tuple(blocks(s, labels))),), next=("zone CASE", "why-not CASE")
    )


def large(s: LargeStress, labels: Labels) -> Document:
    """Whether any package is sure, and whether any is conceivable, where packages are too many to list."""
    found: list[Block] = [
        paragraph(
            f"{count(s.packages)} packages are too many to list; what follows holds for all of them.",
            tone="small",
        ),
        _exists(
            s.sure,
            labels,
            "This package is acceptable to all whatever the numbers and however the statements are read: ",
            "No package is acceptable to all whatever the numbers and however the statements are read.",
            "yes",
        ),
    ]
    for name, e in s.conceivable.items():
        under = f"Under {labels.reading_set(name)}: " if name != "as set" else ""
        found.append(
            _exists(
                e,
                labels,
                f"{under}for some numbers this package could be acceptable to all: ",
                f"{under}whatever the numbers, no package is acceptable to all.",
            )
        )
    for party, sets in s.clashes.items():
        found.append(
            paragraph(
                f"{labels.party(party)} has said things that cannot all hold: ",
                *_units(sets[0], labels),
                ". Until it is clear which of them stands, its words are not used.",
            )
        )
    if s.silent:
        who = listed(labels.party(p) for p in s.silent)
        found.append(
            paragraph(
                f"No term of its own is on record of {who}, so nothing is certain to be acceptable there."
            )
        )
    if s.sure.proof:
        found.append(
            paragraph("The JSON answer carries a proof of each sentence, in whole numbers.", tone="small")
        )
    return Document("", (Section("stress", "", tuple(found)),), next=("zone CASE", "why-not CASE"))


def _exists(e: Exists, labels: Labels, yes: str, no: str, tone: Tone = "") -> Paragraph:
    if e.exists:
        return paragraph(yes, *labels.package(e.package), ".", tone=tone)
    if e.exists is None:
        return paragraph(f"Not known, the search was stopped: {no}", tone="unsure")
    return paragraph(no, tone="no")


def headline(s: Stress) -> str:
    """The three zones in one sentence."""
    if not s.admissible:
        return "Under none of these readings do the rules leave a package."
    n, packages = s.agreements, things(s.admissible, "package")
    start, what, of = "By the words alone, ", " acceptable to all", f" of {packages}"
    if any(_numbered(s, p) for p in s.parties):
        under = " and the first reading" if len(s.readings) > 1 else ""
        start = (
            f"By the central numbers{under}, {count(s.central) if s.central else 'none'} of {packages} {be(s.central or 1)} "
            "acceptable to all; by the words alone, "
        )
        what = of = ""
    sure = f"no package is certain to be{what}"
    if n:
        sure = f"{count(n)}{of} {be(n)} certain to be{what}, whatever the numbers and however the statements are read"
    some = "for some numbers that the words allow"
    if len(s.readings) > 1:
        some += ", in some reading"
    could = f"{count(s.conceivable)}{'' if n else of} could be, {some}" if s.conceivable else "none could be"
    return f"{start}{sure}, and {could}."


def blocks(s: Stress, labels: Labels) -> Iterator[Block]:
    """Everything that the answer says, as blocks for any document."""
    yield Paragraph((headline(s),), "yes" if s.agreements else "no" if not s.conceivable else "unsure")
    if s.unchanged:
        yield paragraph(
            "Leaving everything as it is is acceptable to all by itself, because no agreement is taken to be no better; "
            "it is not counted as an agreement.",
            tone="small",
        )
    yield _parties(s, labels)
    reasons = tuple(_reasons(s, labels))
    if reasons:
        yield Heading("Why not more is certain")
        yield Bullets(reasons)
    yield from _implied(s, labels)
    if len(s.readings) > 1:
        yield _readings(s, labels)
    if s.shown and s.shown[0].zone == "sure":
        yield Heading("Packages that hold whatever the numbers")
        yield Bullets(tuple(_sure(strip, labels) for strip in s.shown))
    if s.drawn is not None:
        yield from _drawn(s.drawn, labels)
        if s.unchanged:
            yield paragraph(
                "The package that leaves everything as it is counts in that share, and is acceptable in every draw.",
                tone="small",
            )
        if s.shortlist is not None:
            yield from under_draws.shortlist_blocks(s.shortlist, labels, s.lenses)
        if s.picks is not None:
            yield from under_draws.solution_picks(s.picks, labels)
    elif s.not_drawn:
        yield paragraph(f"No draws: {s.not_drawn}.", tone="small")
    unused = tuple(_unused(s, labels))
    if unused:
        yield Grid(
            "Words that say nothing about what a party could accept",
            ("party", "words", "why"),
            unused,
            folded=True,
        )


def _parties(s: Stress, labels: Labels) -> Grid:
    rows: list[tuple[Cell | str, ...]] = []
    for name, p in s.parties.items():
        total = p.necessary + p.open + p.never
        rows.append(
            (
                cell(labels.party(name), head=True),
                *(
                    cell(f"{count(n)} ({percent(n / total)})" if total else "0", number=True)
                    for n in (p.necessary, p.open, p.never)
                ),
                cell(str(len([u for u in p.statements if u != "waiting"])), number=True),
            )
        )
    head = ("party", *VERDICTS.values(), "words that count")
    return Grid("Packages that the rules allow, by what each party's words say", head, tuple(rows))


def _reasons(s: Stress, labels: Labels) -> Iterator[Spans]:
    for name, p in s.parties.items():
        if p.clashes:
            yield (
                f"{labels.party(name)} has said things that cannot all hold: ",
                *_units(p.clashes[0], labels),
                ". Until it is clear which of them stands, its words are not used.",
            )
        elif p.silent:
            yield (
                f"{labels.party(name)}: no term of its own is on record, so nothing is certain to be acceptable to it. "
                "Ask it for an offer, or for its view of a draft.",
            )
        elif not p.necessary and p.left_open:
            yield (
                f"{labels.party(name)}: what it said that it could accept leaves issues open, and its words do not say which "
                "answers to them it needs: ",
                *_units(p.left_open, labels),
                ". Ask it about a whole package.",
            )
        elif not p.necessary:
            yield (
                f"{labels.party(name)}: its words give an order of options, but none says what it would accept rather "
                "than no agreement. Ask it about a draft.",
            )
        broken = [u for u in p.central_breaks if u != "waiting"]
        if broken and _numbered(s, name):
            yield (
                f"The central judgments on {labels.party(name)} do not fit its own words: ",
                *_units(broken, labels),
                ".",
            )
    waits = [n for n, p in s.parties.items() if p.central_breaks == ("waiting",) and _numbered(s, n)]
    if waits:
        yield (
            f"The central judgments take no agreement to be better than the status quo for {listed(labels.parties(waits))}; "
            "here it is taken to be no better.",
        )


def _numbered(s: Stress, party: str) -> bool:
    """Whether the case has numbers of its own for a party, so that there are central judgments to speak of."""
    case = s.question.of
    return case is None or any(n for kind, n in share_by_basis(case, party).items() if kind != "gap")


def _implied(s: Stress, labels: Labels) -> Iterator[Block]:
    """Where the words put reservation values, and what they say of a package that was asked about."""
    implied = tuple(_values(s, labels))
    if implied:
        yield Heading("What no agreement is worth, by the words")
        yield Bullets(implied)
    for a in s.asked[:1]:
        yield paragraph(*labels.package(a.package), ": ", *under_draws.asked(a, labels), ".")


def _values(s: Stress, labels: Labels) -> Iterator[Spans]:
    for name, p in s.parties.items():
        if p.reservation is None or (p.reservation[0] <= 0 and p.reservation[1] >= MOST_POINTS):
            continue
        low, high = p.reservation
        if low <= 0:
            where = f"at most {points(high)}"
        elif high >= MOST_POINTS:
            where = f"at least {points(low)}"
        else:
            where = f"between {points(low)} and {points(high)}"
        yield (
            f"{labels.party(name)}: what it said puts its reservation value {where}, in points from its worst package (0) to "
            "its best (100).",
        )


def _readings(s: Stress, labels: Labels) -> Grid:
    rows = tuple(
        (
            cell(f"{z.name}: {labels.reading_set(z.name)}", head=True),
            *(cell(count(n), number=True) for n in (z.admissible, z.sure, z.central, z.conceivable)),
        )
        for z in s.readings
    )
    return Grid("Under each reading", ("readings", "allowed", "sure", "central", "conceivable"), rows)


def _sure(strip: Strip, labels: Labels) -> Spans:
    found: list[Span] = [*labels.package(strip.package)]
    for party, certificates in strip.certificates.items():
        found += [f". {labels.party(party)}: ", *_units([u for c in certificates for u in c.units], labels)]
    if strip.efficient is not None:
        found.append(
            ". No other package can dominate it, whatever the numbers"
            if strip.efficient
            else ". For some numbers another package is no worse for any party and better for one"
        )
    return (*found, ".")


def _units(units: Iterable[str], labels: Labels) -> Spans:
    """What rows rest on, in words."""
    found: list[Span] = []
    for unit in dict.fromkeys(units):
        found += ["; "] if found else []
        found += _unit(unit, labels)
    return tuple(found) or ("no words are needed",)


def _unit(unit: str, labels: Labels) -> Spans:
    if unit == "waiting":
        return ("no agreement is no better than the status quo",)
    if unit.startswith("comparisons.") and labels.case is not None:
        row = labels.case.comparisons[int(unit.split(".")[1])]
        said = labels.statements(row.statements) if row.statements else (row.assumed,)
        if row.ranks:
            return (f"ranks {listed(labels.issue(i) for i in row.ranks)} in this order (", *said, ")")
        word, package = next(
            (w, p)
            for w, p in (("accepts", row.accepts), ("refuses", row.refuses), ("prefers", row.prefers))
            if p
        )
        than: Spans = (" to ", *labels.package(row.to)) if row.to else ()
        return (f"{word} ", *labels.package(package), *than, " (", *said, ")")
    if unit.startswith("parties."):
        return (f"the judgment at {unit}",)
    return labels.quoted(unit)


def _unused(s: Stress, labels: Labels) -> Iterator[tuple[Cell | str, ...]]:
    for name, p in s.parties.items():
        for u in p.unused:
            yield (labels.party(name), cell(*_unit(u.unit, labels)), WHY[u.why.split(":")[0]])


def _drawn(d: Drawn, labels: Labels) -> Iterator[Block]:
    yield Heading("How often, over draws from what the words allow")
    several = "; ".join(
        f"{labels.reading_set(name) if name != 'as set' else 'these readings'}: {percent(o.best)} "
        f"({_ends(o.low, o.high)})"
        for name, o in d.open.items()
    )
    yield paragraph(
        f"Some package is acceptable to all in so many of {things(d.draws, 'draw')}: {several}. {LAWS[d.law]}; "
        "that law is an assumption, and the intervals cover chance only.",
        tone="small",
    )
    rows: list[tuple[Cell | str, ...]] = []
    for p in d.packages:
        rows.append(
            (
                cell(*labels.package(p.package)),
                cell(percent(p.all.best), number=True),
                *(cell(percent(o.best), number=True) for o in p.parties.values()),
            )
        )
    if rows:
        head = ("package", "all", *(labels.party(p) for p in d.packages[0].parties))
        yield Grid(
            f"Acceptable most often, of {things(d.looked_at, 'package')} looked at",
            head,
            tuple(rows),
            folded=True,
        )


def _ends(low: float, high: float) -> str:
    """The ends of an interval in words; one where both read alike."""
    one, other = percent(low), percent(high)
    return one if one == other else f"between {one} and {other}"


ORDERS: Mapping[str, str] = {
    "better": "the first is better for all numbers",
    "no worse": "the first is no worse for all numbers",
    "equal": "both are worth the same for all numbers",
    "open": "depends on numbers that are not on record",
    "no better": "the second is no worse for all numbers",
    "worse": "the second is better for all numbers",
}
"""How a party's words order two packages."""


def better(b: Better, labels: Labels) -> Document:
    """Two packages or drafts, party by party."""
    rows = tuple(
        (
            cell(labels.party(p), head=True),
            ORDERS[v.order],
            cell(*_units([u for c in v.certificates for u in c.units], labels))
            if v.order != "open"
            else cell(""),
        )
        for p, v in b.parties.items()
    )
    grid = Grid("By the words alone", ("party", "order", "because of"), rows)
    first = paragraph("First: ", *labels.package(b.first), ". Second: ", *labels.package(b.second), ".")
    return Document("", (Section("better", "", (first, grid)),), next=("questions CASE",))


def questions(q: Questions, labels: Labels) -> Document:
    """The questions that tell most, as sentences that can be put to a party."""
    found: list[Block] = [
        paragraph(
            f"In {percent(q.share)} of the draws that fit the words, all would accept this draft: ",
            *labels.package(q.target),
            ".",
        )
    ]
    found += [
        Bullets(tuple(question_items(q, labels))) if q.best else paragraph("No question would tell more."),
        paragraph(
            "An answer counts as a statement like any other; whether it is sincere is for the reader to judge.",
            tone="small",
        ),
    ]
    steps = tuple(f"answer CASE {best.id} yes --stated ID" for best in q.best[:1]) or ("stress CASE",)
    if q.best and labels.case is not None and not labels.case.statements:
        steps = ("read SOURCE --case CASE",)  # an answer needs the statement that gives it
    return Document("", (Section("questions", "", tuple(found)),), next=steps)


def question_items(
    q: Questions, labels: Labels, draft: str = "this draft", *, brief: bool = False
) -> Iterator[Spans]:
    """Each question with what either answer would leave; ``draft`` is what the package asked about is called.

    ``brief`` leaves out what the command on questions shows: how much an answer tells, what to type, and questions
    that tell nothing, but for one where all are such.
    """
    telling = [asked for asked in q.best if asked.bits >= LEAST_BITS] or q.best[:1]
    for asked in telling if brief else q.best:
        yield (
            f"{labels.party(asked.party)}: ",
            *_question(asked, labels, draft if asked.content == q.target else "", q.target),
            _tells(asked, draft, brief),
        )


def _tells(asked: PartyQuestion, draft: str, brief: bool) -> str:
    """What either answer would leave, and how much that tells."""
    if asked.bits < LEAST_BITS:
        return f" Either answer leaves the share of draws in which all would accept {draft} as it is{'' if brief else f' ({asked.id})'}."
    told = "" if brief else f" ({asked.bits:.2f} of at most {asked.at_most:.2f} bits; {asked.id})"
    return (
        f" If yes, all would accept {draft} in {percent(asked.if_yes)} of the draws left; if no, in "
        f"{percent(asked.if_no)}{told}."
    )


def _question(asked: PartyQuestion, labels: Labels, draft: str, target: Mapping[str, str]) -> Spans:
    if asked.kind == "accepts" and draft:
        return (f"would you accept {draft} rather than no agreement?",)
    if asked.kind == "means":
        rule, reading = asked.content["rule"], asked.content["reading"]
        return ("by “", labels.rule(rule), "”, do you mean this: ", labels.reading(rule, reading), "?")
    swap = {i: o for i, o in asked.content.items() if target.get(i) != o} if asked.kind == "accepts" else {}
    if len(swap) == 1:
        return ("would you accept this draft if it said instead: ", *labels.package(swap), "?")
    if asked.kind == "accepts":
        return ("would you accept this draft rather than no agreement: ", *labels.package(asked.content), "?")
    if asked.kind == "prefers":
        return (
            "would you rather have ",
            *labels.package(asked.content["prefers"]),
            " than ",
            *labels.package(asked.content["to"]),
            "?",
        )
    return (
        f"is more at stake for you in {labels.issue(asked.content['first'])} than in {labels.issue(asked.content['second'])}?",
    )
