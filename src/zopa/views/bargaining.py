"""Views of the bargaining answers: zone, frontier, solutions, what rules a deal out, drafts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from zopa.bargaining import (
    Conflict,
    Correction,
    Deal,
    Description,
    Frontier,
    Limit,
    Solution,
    Swap,
    Switch,
    Verdict,
    Views,
    WhyNot,
    Zone,
)
from zopa.case import assumed_worth, reservation, share_by_basis
from zopa.views import standing, worth
from zopa.views.document import (
    Block,
    Bullets,
    Cell,
    Document,
    Grid,
    Heading,
    Link,
    Paragraph,
    Section,
    Span,
    Spans,
    Tone,
    cell,
    paragraph,
)
from zopa.views.labels import Labels
from zopa.views.numbers import be, count, gain, listed, percent, points, sentence, short, things

__all__ = [
    "DEAL",
    "MOST_TIES",
    "break_even",
    "closes_within",
    "conflict_items",
    "corrections_list",
    "draft",
    "engines",
    "frontier",
    "frontier_distance",
    "limit_spans",
    "packages_grid",
    "size_of",
    "solution",
    "solutions",
    "swap_spans",
    "switch_spans",
    "verdict_range",
    "why_not",
    "worth_cell",
    "zone",
    "zone_sentence",
    "zone_warnings",
]

MOST_CLOSING = 3
MOST_CONFLICTS = 10
DEAL = "A deal exists under these readings."
MOST_PACKAGES = 20
MOST_TIES = 10


def zone_sentence(z: Zone) -> str:
    """Is there a deal, in one sentence."""
    if z.admissible == 0:
        return f"No deal under these readings: the rules leave none of {things(z.packages, 'package')}."
    if z.empty and not z.closest:
        return f"No deal under these readings: {_none_of(z.admissible)} is acceptable to all parties."
    if z.empty:
        return (
            f"No deal under these readings: {_none_of(z.admissible)} (of {count(z.packages)}) is "
            f"acceptable to all parties; the closest leaves a party {points(z.shortfall)} points short."
        )
    if z.agreed != z.count:
        return (
            f"A zone exists: {count(z.agreed)} of {things(z.admissible, 'allowed package')} {be(z.agreed)} acceptable to enough "
            f"parties; {count(z.count)} of them {be(z.count)} acceptable to all."
        )
    if not z.exact:
        return f"A zone exists: at least {count(z.count)} of {things(z.packages, 'package')} {be(z.count)} acceptable to all."
    return (
        f"A zone exists: {count(z.count)} of {things(z.admissible, 'allowed package')} ({percent(z.share)}) {be(z.count)} "
        "acceptable to all."
    )


def zone_warnings(z: Zone) -> list[Paragraph]:
    """What to know before using the counts; what the lines on too little on record say already is left out."""
    s = z.standing
    said = s is not None and s.state == "not enough on record" and not s.record.limited
    told = [w for w in z.warnings if not (said and w.startswith("no reservation value"))]
    return [paragraph(sentence(w), tone="warning") for w in told]


def closes_within(z: Zone, labels: Labels) -> list[Paragraph]:
    """That the zone closes within the intervals of the reservation values: for which party, above which value."""
    told = [
        f"more than {points(top)} to {labels.party(p)}{_taken(p, labels)}"
        for p, top in z.closes_within.items()
    ]
    if told:
        more = f", and similarly for {things(n, 'party')} more" if (n := len(told) - MOST_CLOSING) > 0 else ""
        what = f"if no agreement is worth {'; or '.join(told[:MOST_CLOSING])}{more}"
    elif z.agreed and z.agreed == z.count and z.count_high == 0:
        what = "if no agreement is worth to each party the most that its interval allows"
    else:
        return []
    return [
        paragraph(f"It closes within the intervals given here: no package is left {what}.", tone="unsure")
    ]


def _taken(party: str, labels: Labels) -> str:
    """The value that the answer takes, its interval, and whether it was stated or assumed."""
    judged = reservation(labels.case, party) if labels.case else None
    if judged is None:
        return ""
    kind = "" if judged.basis.kind == "none" else f", {judged.basis.kind}"
    return f" (taken as {short(judged.best)}; {short(judged.low)} to {short(judged.high)}{kind})"


def _none_of(allowed: int) -> str:
    return (
        "the only allowed package, which"
        if allowed == 1
        else f"none of the {count(allowed)} allowed packages"
    )


def zone(z: Zone, labels: Labels, words: worth.ByWords = worth.NOTHING) -> Document:
    """Is there a deal all could accept: counts, break-even values, best package of each party."""
    s = z.standing
    thin = s is not None and s.state == "not enough on record"
    blocks: list[Block] = list(standing.first_words(s, labels))
    tone: Tone = "note" if thin else "no" if z.empty else "yes"
    alone = "" if thin or s is None or s.record.said else f" {standing.ASSUMED}"
    counted = Paragraph((("Counted all the same: " if thin else "") + zone_sentence(z) + alone,), tone)
    place = len(blocks) if thin else 0
    blocks[place:place] = [counted, *closes_within(z, labels)]
    if s is not None and s.state == "depends on a reading":
        blocks.append(paragraph(*standing.turns_on(s, labels), tone="key"))
    blocks += zone_warnings(z)
    if labels.case is not None:
        blocks.append(paragraph(standing.rests_on(share_by_basis(labels.case)), tone="small"))
    blocks.append(break_even(z, labels))
    best = [(labels.party(p), deals[0]) for p, deals in z.best.items() if deals]
    if best:
        blocks.append(
            packages_grid(best, labels, "The best package of the zone for each party", z.reservation, words)
        )
    for deal in z.closest[:1]:
        blocks.append(paragraph("Closest to acceptable: ", *labels.package(deal.package)))
    return Document(
        "",
        (Section("zone", "", tuple(blocks)),),
        next=standing.next_steps(s, (f"{'why-not' if z.empty else 'solve'} CASE",)),
    )


def break_even(z: Zone, labels: Labels) -> Grid:
    """Reservation values beside the values up to which the zone stays open."""
    rows: list[tuple[Cell | str, ...]] = []
    for p, r in z.reservation.items():
        judged = reservation(labels.case, p) if labels.case else None
        spread = (
            f" ({short(judged.low)} to {short(judged.high)})" if judged and judged.low != judged.high else ""
        )
        rows.append(
            (
                labels.party(p),
                cell(Link(points(r), f"#why-{p}.reservation" if labels.case else ""), spread, number=True),
                cell(points(z.break_even[p]), number=True),
            )
        )
    uniform = (
        f"; for all parties alike: {points(z.uniform_break_even)}" if z.uniform_break_even is not None else ""
    )
    caption = f"Break-even: the largest reservation value of each party at which a zone remains{uniform}"
    head = ("party", "reservation value", "break-even")
    return Grid(worth.by_assumed(caption, labels), head, tuple(rows))


def packages_grid(
    deals: Sequence[tuple[str, Deal]],
    labels: Labels,
    caption: str,
    reservations: Mapping[str, Fraction] | None = None,
    words: worth.ByWords = worth.NOTHING,
) -> Grid:
    """Packages side by side: the issues on which they differ, the rest once, then what each is worth.

    Beside each utility stands its range, by the ``words`` where they say something of the package.
    """
    rows: list[tuple[Cell | str, ...]] = []
    same: list[tuple[Cell | str, ...]] = []
    for issue in deals[0][1].package:
        chosen = [d.package[issue] for _, d in deals]
        head = cell(labels.issue(issue), head=True)
        if len(set(chosen)) > 1:
            rows.append((head, *(cell(labels.option(issue, o)) for o in chosen)))
        else:
            more = " (the same in all)" if len(deals) > 1 else ""
            same.append((head, cell(labels.option(issue, chosen[0]), more, span=len(deals))))
    worths = [_worth_row(p, deals, labels, reservations or {}, words) for p in deals[0][1].utilities]
    caption = worth.ranged(caption, (d.package for _, d in deals), deals[0][1].utilities, labels, words)
    if any(d.breaks for _, d in deals):
        against = (cell(*standing.broken(d.breaks, labels)) for _, d in deals)
        rows.insert(0, (cell("breaks a refusal on record", head=True), *against))
    names = (f"{name} (breaks a refusal)" if d.breaks else name for name, d in deals)
    return Grid(caption, ("", *names), (*rows, *worths, *same), compare=True)


def _worth_row(
    party: str,
    deals: Sequence[tuple[str, Deal]],
    labels: Labels,
    reservations: Mapping[str, Fraction],
    words: worth.ByWords,
) -> tuple[Cell | str, ...]:
    scale = max(100.0, *(float(abs(u)) for _, d in deals for u in d.utilities.values()))
    limit = reservations.get(party)
    cells = [
        cell(
            f"{points(d.utilities[party])} ({gain(d.gains[party])})",
            f" [{told}]" if (told := worth.beside(d.package, party, labels, words)) else "",
            number=True,
            bar=_part(d.utilities[party], scale),
            mark=_part(limit, scale) if limit is not None else None,
        )
        for _, d in deals
    ]
    return (cell(f"worth to {labels.party(party)}", head=True), *cells)


def _part(value: Fraction, scale: float) -> float:
    return max(0.0, min(1.0, float(value) / scale))


def frontier(
    f: Frontier, labels: Labels, most: int = MOST_PACKAGES, words: worth.ByWords = worth.NOTHING
) -> Document:
    """Packages of the zone that nobody can improve without another's loss; the first ``most`` are shown."""
    blocks: list[Block] = [paragraph(_frontier_sentence(f), tone="yes" if f.points else "no")]
    if f.note:
        blocks.append(paragraph(sentence(f.note), tone="note"))
    if f.deals:
        blocks += _list_of_packages(f.deals[:most], labels, words)
        if f.points > most:
            blocks.append(
                paragraph(f"The first {min(most, len(f.deals))} are shown; --json has all.", tone="small")
            )
    return Document(
        "", (Section("frontier", "", tuple(blocks)),), next=("solve CASE" if f.points else "why-not CASE",)
    )


def _frontier_sentence(f: Frontier) -> str:
    if not f.points:
        return "No deal under these readings, so there is no frontier."
    packages = f", {things(f.packages, 'package')}" if f.packages is not None else ""
    return (
        f"The frontier has {things(f.points, 'distinct point')}{packages}: "
        "no party can gain there without a loss to another."
    )


def _list_of_packages(
    deals: Sequence[Deal], labels: Labels, words: worth.ByWords = worth.NOTHING
) -> tuple[Block, ...]:
    """One row per package: the codes of the options on which they differ, what each is worth, and a key."""
    differ = [i for i in deals[0].package if len({d.package[i] for d in deals}) > 1]
    head = (*(labels.issue(i) for i in differ), *labels.parties(deals[0].utilities))
    rows = tuple(
        (
            *(cell(Link(d.package[i], note=labels.option(i, d.package[i]).text)) for i in differ),
            *(worth_cell(d, p, labels, words) for p in d.utilities),
        )
        for d in deals
    )
    used = [(i, o) for i in differ for o in dict.fromkeys(d.package[i] for d in deals)]
    key = tuple((cell(o), labels.issue(i), labels.option(i, o).text) for i, o in used)
    alike = {i: o for i, o in deals[0].package.items() if i not in differ}
    caption = worth.ranged(
        "Packages, and what each is worth to each party",
        (d.package for d in deals),
        deals[0].utilities,
        labels,
        words,
    )
    found: list[Block] = [Grid(caption, head, rows)]
    if key:
        found.append(Grid("What the codes mean", ("code", "issue", "option"), key))
    if alike and differ:
        found.append(paragraph("The same in all: ", *labels.package(alike), tone="small"))
    return tuple(found)


def worth_cell(d: Deal, party: str, labels: Labels, words: worth.ByWords = worth.NOTHING) -> Cell:
    """A utility with its range in brackets, as a cell of a table."""
    return cell(worth.bracketed(d.utilities[party], d.package, party, labels, words), number=True)


def solutions(found: Sequence[Solution], labels: Labels, words: worth.ByWords = worth.NOTHING) -> Document:
    """What each solution picks, with ties."""
    deals = [
        (s.title + (f" ({count(s.tied)} tied)" if s.tied > 1 else ""), d) for s in found for d in s.deals[:1]
    ]
    s = found[0].standing if found else None
    blocks: list[Block] = list(standing.first_words(s, labels))
    if s is not None and s.state == "depends on a reading":
        blocks.append(paragraph(*standing.turns_on(s, labels), tone="key"))
    if not deals:
        blocks.append(paragraph("No deal under these readings, so no solution can pick one.", tone="no"))
        return Document("", (Section("solutions", "", tuple(blocks)),), next=("why-not CASE",))
    for x in found:
        if x.deals:
            blocks.append(paragraph(f"{x.title}: {x.asks}."))
    blocks.append(packages_grid(deals, labels, "What each solution picks", words=words))
    for x in found:
        if x.tied > 1:
            blocks += _list_of_packages(x.deals[:MOST_TIES], labels, words)
        if not x.proven:
            blocks.append(
                paragraph(
                    f"{x.title}: the search was stopped; a package could still be up to {100 * x.gap:.3g} % better.",
                    tone="warning",
                )
            )
        if x.note:
            blocks.append(paragraph(f"{x.title}: {x.note}.", tone="note"))
        if x.warning and x.deals:
            blocks.append(paragraph(f"{x.title} {x.warning}.", tone="warning"))
    return Document(
        "",
        (Section("solutions", "", tuple(blocks)),),
        next=standing.next_steps(
            s, (labels.to_judge(deals[0][1].package), labels.to_explain(found[0].method))
        ),
    )


def solution(s: Solution, labels: Labels) -> Document:
    """What one solution picks."""
    return solutions((s,), labels)


def size_of(s: Switch) -> str:
    """The zone under another reading: "20,738 packages", "a zone", "no deal"."""
    if not s.open:
        return "no deal"
    return "a zone" if s.count is None else things(s.count, "package")


def limit_spans(m: Limit, labels: Labels) -> Spans:
    """One thing that rules packages out: whose, what it says, and the words behind it."""
    party = labels.party(m.party) if m.party else ""
    said: list[Span] = [f"{party}: " if party else ""]
    says = m.says or (labels.reading(m.rule, m.reading or "") if m.rule else "") or m.text
    said.append(
        Link(says, f"#rule-{m.rule}" if m.rule else f"#why-{m.party}.reservation", key=m.id)
        if labels.case
        else says
    )
    if m.statements:
        for ident in m.statements:
            said += [" ", *labels.quoted(ident)]
    else:
        said.append(f" ({m.basis}, no statement)")
    return tuple(said)


def conflict_items(conflict: Conflict, labels: Labels) -> Bullets:
    """The limits of one conflict as a list."""
    return Bullets(tuple(limit_spans(m, labels) for m in conflict.limits))


def switch_spans(s: Switch, labels: Labels) -> Spans:
    """What another reading of one rule would do."""
    owner = labels.rule_owner(s.rule)
    head = labels.rule(s.rule)
    if s.reading == "off":
        return (f"{owner}: " if owner else "", head, f" set aside: {size_of(s)}")
    return (f"{owner}: " if owner else "", head, f" read as “{s.says or s.reading}”: {size_of(s)}")


def _correction_spans(k: Correction, labels: Labels) -> Spans:
    found: list[Span] = []
    for m in k.limits:
        found += [" and "] if found else []
        party = f"{labels.party(m.party)}: " if m.party else ""
        part = m.id.rpartition("/")[2] if m.rule and m.id != m.rule else ""
        found += [
            f"{f'clause {part} of ' if part else ''}“{party}",
            Link(m.says or m.text, f"#rule-{m.rule}" if m.rule and labels.case else "", key=m.id),
            "”",
        ]
    size = "a zone" if k.count is None else things(k.count, "package")
    n = things(k.statements, "statement")
    move = f", reservation values lower by {points(k.shift)} points in all" if k.shift else ""
    return ("set aside ", *found, f": {size} ({n}{move})")


def corrections_list(found: Sequence[Correction], labels: Labels) -> Bullets:
    """Minimal corrections, cheapest first."""
    return Bullets(tuple(_correction_spans(k, labels) for k in found))


def why_not(w: WhyNot, labels: Labels) -> Document:
    """What rules a deal out, and the smallest concessions that would open a zone."""
    blocks: list[Block] = []
    if not w.empty:
        blocks.append(paragraph(DEAL, tone="yes"))
        if w.closes:
            blocks += [
                Heading("Readings that would close the zone"),
                Bullets(tuple(switch_spans(s, labels) for s in w.closes)),
            ]
    else:
        blocks.append(paragraph("No deal under these readings.", tone="no"))
        for k, c in enumerate(w.sentences[:MOST_CONFLICTS], 1):
            number = f" (conflict {k})" if len(w.sentences) > 1 else ""
            blocks += [paragraph(f"These cannot all hold{number}:"), conflict_items(c, labels)]
        if len(w.sentences) > MOST_CONFLICTS:
            blocks.append(
                paragraph(
                    f"{things(len(w.sentences) - MOST_CONFLICTS, 'more conflict')}: --json", tone="small"
                )
            )
        if w.corrections:
            blocks += [
                Heading("Smallest concessions that would open a zone"),
                Bullets(tuple(_correction_spans(k, labels) for k in w.corrections[:MOST_CONFLICTS])),
            ]
        if w.opens:
            blocks += [
                Heading("Another reading of one statement opens a zone"),
                Bullets(tuple(switch_spans(s, labels) for s in w.opens)),
            ]
    blocks += [paragraph(sentence(n), tone="note") for n in w.notes]
    step = labels.to_explain(*(c.limits[0].rule for c in w.conflicts))
    return Document("", (Section("why-not", "", tuple(blocks)),), next=(step,))


def engines(found: Description) -> Document:
    """Which engine answers which question, and at what cost."""
    rows = tuple(found.lines)
    blocks: list[Block] = [
        paragraph(f"{things(found.size, 'package')}: {found.structure}."),
        Grid("What answers each question", ("question", "engine", "cost"), rows),
    ]
    return Document("", (Section("engines", "", tuple(blocks)),), next=("zone CASE",))


def draft(v: Views, labels: Labels, words: worth.ByWords = worth.NOTHING) -> Document:
    """Who accepts a draft, who refuses it and by which statement, and what would change that."""
    thin = v.state == "not enough on record"
    against = v.against
    tones: Mapping[str, Tone] = {"accepted": "yes", "not known": "note"}
    tone: Tone = "note" if thin else tones.get(v.state, "no")
    blocks: list[Block] = list(standing.too_little(v.record, labels)) if v.record and thin else []
    told = ("Counted all the same: " if thin else "") + _draft_sentence(v)
    if against and v.accepted:
        told = f"The numbers alone would accept it, but it goes against {_refusals(len(against))} that no rule carries."
        told = "Counted all the same: " + told if thin else told
    blocks.append(paragraph(told, tone=tone))
    aside = [labels.rule(rule) for rule, reading in v.question.readings.items() if reading == "off"]
    if aside:
        blocks.append(paragraph("Set aside here: ", *standing.joined(aside), ".", tone="warning"))
    if against:
        blocks.append(
            paragraph(
                "It breaks refusals on record that no rule carries: ",
                *standing.broken(against, labels),
                ".",
                tone="warning",
            )
        )
    refused = {labels.speaks_for(i) for i in against}
    rows = tuple(
        (
            labels.party(x.party),
            ("accepts by the numbers, refused in words" if x.party in refused else "accepts")
            if x.accepts
            else "refuses",
            cell(points(x.utility), number=True),
            cell(verdict_range(v, x, labels, words), number=True),
            cell(gain(x.gain), number=True),
        )
        for x in v.verdicts
    )
    blocks.append(
        Grid(
            _verdicts_caption(v, words),
            ("party", "answer", "utility" if v.full else "utility at best", "range", "above no agreement"),
            rows,
        )
    )
    reasons: list[Spans] = [
        (f"{labels.party(x.party)} refuses: {w.text}", *_behind(w.statements, w.basis, labels))
        for x in v.verdicts
        if not x.accepts
        for w in x.why
    ]
    if not reasons and not v.accepted:
        reasons = [limit_spans(m, labels) for m in v.broken]
    if reasons:
        blocks.append(Bullets(tuple(reasons)))
    blocks += _changes(v, labels)
    if not v.full:
        blocks.append(
            paragraph(
                f"{_counted(v, 'completions')} allowed completion{'s' * (v.completions != 1)}, "
                f"{_counted(v, 'acceptable')} acceptable to all."
            )
        )
        if v.at_least:
            blocks.append(paragraph(UNCOUNTED, tone="note"))
        if v.suggestion:
            blocks.append(
                paragraph(
                    "The completion with the largest smallest gain (max-min): ",
                    *labels.package(v.suggestion.package),
                )
            )
        if v.conflict:
            for c in v.conflict.sentences[:1]:
                blocks += [paragraph("These cannot all hold:"), conflict_items(c, labels)]
    step = labels.to_explain(*(m.rule for m in v.broken))
    return Document("", (Section("draft", "", tuple(blocks)),), next=(step,))


def _refusals(n: int) -> str:
    return things(n, "accepted refusal or red line", "accepted refusals and red lines")


def _verdicts_caption(v: Views, words: worth.ByWords) -> str:
    """What the column of ranges holds."""
    by_words = any(words.beside(v.draft, x.party) for x in v.verdicts)
    return f"Verdicts; range: {worth.BY_WORDS if by_words else worth.BY_INTERVALS}"


def verdict_range(v: Views, x: Verdict, labels: Labels, words: worth.ByWords = worth.NOTHING) -> str:
    """The range of a party's utility; of a partial draft, that of the completion that is best for it."""
    told = words.beside(v.draft, x.party)
    if told or x.range is None:
        return told
    low, high = x.range
    if low < high:
        return worth.between(low, high)
    assumed = labels.case is not None and (not v.full or assumed_worth(labels.case, x.party, v.draft))
    return worth.NO_RANGE if assumed else ""


def _behind(statements: Iterable[str], basis: str, labels: Labels) -> Spans:
    ids = tuple(statements)
    if ids:
        return (" (", *labels.statements(ids), ")")
    return (f" ({basis})",) if basis else ()


UNCOUNTED = "Counting every completion would take longer than was given, so the numbers are lower bounds."


def _counted(v: Views, name: str) -> str:
    """A number of completions, marked where it is a lower bound."""
    return "at least " * (name in v.at_least) + count(getattr(v, name))


def _draft_sentence(v: Views) -> str:
    refusing = [x for x in v.verdicts if not x.accepts]
    if not refusing and v.acceptable:
        return (
            "All parties accept."
            if v.full
            else sentence(
                f"{_counted(v, 'acceptable')} completion{' is' if v.acceptable == 1 else 's are'} acceptable to all."
            )
        )
    if v.state == "not known":
        return "Whether a completion is acceptable to all was not found out in the time given."
    if not refusing and v.full:
        return "All parties accept, but the draft breaks a rule."
    if not refusing:
        return "Each party accepts some completion, but no completion is acceptable to all."
    names = [x.party for x in refusing]
    return f"{len(names)} of {things(len(v.verdicts), 'party')} {'refuses' if len(names) == 1 else 'refuse'}."


def _changes(v: Views, labels: Labels) -> list[Block]:
    blocks: list[Block] = []
    for party, swaps in v.swaps.items():
        name = labels.party(party)
        if not swaps:
            blocks.append(
                paragraph(
                    f"No change of one or two issues makes the draft acceptable to {name} without losing another party."
                )
            )
            continue
        blocks += [
            Heading(f"Changes that make it acceptable to {name} and lose no other party"),
            Bullets(tuple(swap_spans(s, labels) for s in swaps)),
        ]
    if v.agreements:
        blocks += [
            Heading("Changes that make the draft acceptable to all"),
            Bullets(tuple(swap_spans(s, labels) for s in v.agreements)),
        ]
    if v.improvements:
        n = things(v.improvable, "package") if v.improvable is not None else "Packages"
        blocks += [
            Heading(f"{n} {be(v.improvable or 0)} better for some and worse for none; the best"),
            Bullets(
                tuple((*_difference(d, v.draft, labels), f" ({_worths(d, labels)})") for d in v.improvements)
            ),
        ]
    blocks += [
        paragraph(
            f"Trade between {labels.issue(r.first)} and {labels.issue(r.second)}: ",
            *swap_spans(r.swap, labels),
        )
        for r in v.logrolls[:3]
    ]
    return blocks


def frontier_distance(v: Views, labels: Labels) -> str:
    """How far a full draft is from the Pareto frontier, in one sentence; empty where that is not known."""
    if not v.full:
        return ""
    if v.improvements:
        now = {x.party: x.utility for x in v.verdicts}
        more = [
            f"{labels.party(p)} {gain(u - now[p])}"
            for p, u in v.improvements[0].utilities.items()
            if u != now[p]
        ]
        return f"Below the frontier: another package gives {listed(more)} points at no cost to any party."
    if v.improvable == 0 and not v.broken:
        return "On the frontier: no allowed package is better for one party and worse for none."
    return ""


def _difference(d: Deal, draft: Mapping[str, str], labels: Labels) -> Spans:
    """The issues on which a package differs from a draft."""
    changed = {i: o for i, o in d.package.items() if draft.get(i) != o}
    return labels.package(changed or d.package)


def _worths(d: Deal, labels: Labels) -> str:
    told = (f"{labels.party(p)} {worth.bracketed(u, d.package, p, labels)}" for p, u in d.utilities.items())
    return ", ".join(told)


def swap_spans(s: Swap, labels: Labels) -> Spans:
    """A change of one or two issues, and what it does to each party."""
    found: list[Span] = []
    for i, o in s.changes.items():
        found += ["; "] if found else []
        found += [
            f"{labels.issue(i)}: ",
            labels.option(i, o),
            " instead of ",
            labels.option(i, s.instead_of[i]),
        ]
    effect = ", ".join(f"{labels.party(p)} {gain(g)}" for p, g in s.gains.items())
    return (*found, f" ({effect})")
