"""View of the main job: page one as a briefing, then the sections in reading order.

Page one says whether there is a deal, which packages, who could block them and with which words, on how much it
rests, and what to ask whom next. A section whose answer is unknown folds to one line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from zopa.bargaining import SOLUTIONS, Limit, Switch, WhyNot
from zopa.case import fits_what_was_meant, readings_left, reservation
from zopa.division import Divided
from zopa.graphmodel import Stability
from zopa.ratification import Ratification
from zopa.robustness import Drivers, Questions, Stress
from zopa.spatial import Forecast
from zopa.study import MOST_TESTED, Proposal, Study
from zopa.talks import OrderOfSteps, Simulation, StartingPositions
from zopa.views import (
    bargaining,
    delay,
    division,
    forecast,
    ratification,
    record,
    stability,
    standing,
    stress,
    talks,
    under_draws,
    what_drives,
    worth,
)
from zopa.views.builder import builder
from zopa.views.charts import frontier_chart
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
    Shares,
    Span,
    Spans,
    Tone,
    cell,
    paragraph,
)
from zopa.views.labels import Labels
from zopa.views.numbers import be, count, listed, percent, points, sentence, short, things
from zopa.waiting import Delay

__all__ = ["briefing", "page_one", "study", "verdict"]

Row = tuple[Cell | str, ...]
GLOSS = (
    "A package is one option for every issue. A party accepts a package that is worth at least as much to it as no "
    "agreement. The zone holds the packages that no rule forbids and that all parties accept."
)
NOT_MEANT = " (not what a party has said it meant)"
ROLES: Mapping[str, str] = {
    "Nash": "balances the gains of all parties",
    "Kalai-Smorodinsky": "comes closest to giving each party an equal share of its best",
    "Egalitarian": "does most for the party that gains least",
    "Utilitarian": "has the largest total, if points compare between parties",
    "on the frontier, unlike the others": "the most different efficient package",
}
"""What a package does, by the solution that picks it."""


def study(s: Study, labels: Labels) -> Document:
    """The whole report."""
    sections = [Section("answer", "The answer", tuple(page_one(s, labels)))]
    sections += [found for make in SECTIONS if (found := make(s, labels)) is not None]
    sizes = [
        things(len(s.space.parties), "party"),
        things(len(s.case.issues), "issue"),
        things(s.zone.packages, "package"),
        *([things(n, "statement")] if (n := len(s.case.statements)) else []),
    ]
    subtitle = " · ".join(filter(None, (labels.dated(), ", ".join(sizes))))
    footer = (
        f"Made by zopa {s.question.version}, offline. Every number links to its basis. "
        "Parties are described only by their recorded statements."
    )
    steps = standing.next_steps(
        s.standing, (labels.to_judge(shown[0][1].deal.package if (shown := _shown(s)) else None), "show CASE")
    )
    return Document(s.case.title, tuple(sections), subtitle, steps, footer)


def briefing(s: Study, labels: Labels) -> Document:
    """Page one alone, for the terminal."""
    found = study(s, labels)
    return Document(found.title, found.sections[:1], found.subtitle, found.next)


def verdict(s: Study) -> str:
    """The first sentence."""
    if s.standing is not None:
        return standing.verdict(s.standing)
    return (
        "No deal under these readings."
        if s.zone.empty
        else "There is a zone of possible agreement under these readings."
    )


def page_one(s: Study, labels: Labels) -> Iterator[Block]:
    """The briefing."""
    thin = s.state == "not enough on record"
    if thin:
        yield from standing.first_words(s.standing, labels)
    else:
        plain: Tone = "no" if s.zone.empty else "yes"
        yield Paragraph((verdict(s),), plain if s.standing is None else standing.TONES[s.standing.state])
        yield from bargaining.closes_within(s.zone, labels)
    yield from _whatever(s)
    counted = "Counted all the same: " if thin else ""
    yield paragraph(
        counted, bargaining.zone_sentence(s.zone), " ", Link("How this is computed", "#why-zone", verb="zone")
    )
    yield paragraph(GLOSS, tone="small")
    if s.standing is not None and not thin:
        yield from standing.refusals(s.standing, labels)
    yield from bargaining.zone_warnings(s.zone)
    if not thin:
        yield from _decides(s, labels)
    shown = [] if thin else _shown(s)
    if thin and s.proposals:
        yield paragraph(
            "No package is proposed on so little; what the numbers would give stands further down."
        )
    elif shown:
        n = len(shown)
        yield Heading(f"{'The package' if n == 1 else f'{_number(n)} packages'} worth discussing")
        yield _packages(s, shown, labels)
    else:
        yield paragraph(
            "No package to discuss: no single change of reading, and no rule set aside alone, leaves one that all could accept."
        )
    yield Heading("How much of this rests on what was said")
    yield _basis(s)
    asks = (*_told_most(s, labels), *_questions(s, shown, labels))
    if asks:
        yield Heading("What to ask next, and whom")
        yield Bullets(asks)


def _whatever(s: Study) -> Iterator[Block]:
    """What holds whatever the numbers, and what could hold."""
    words = s.lenses.get("stress")
    if isinstance(words, Stress):
        yield paragraph(
            stress.headline(words), " ", Link("By party, and why", "#words", verb="stress"), tone="key"
        )
        if words.shortlist is not None:
            link = Link("The shortlist", "#words", verb="stress")
            yield paragraph(under_draws.shortlist_headline(words.shortlist), " ", link)


def _told_most(s: Study, labels: Labels) -> Iterator[Spans]:
    """The questions about the first package that tell most, where there are words to draw from."""
    found = s.lenses.get("questions")
    if isinstance(found, Questions) and "stress" in s.lenses:
        yield from stress.question_items(found, labels, "package A", brief=True)


def _words(s: Study, labels: Labels) -> Section | None:
    """What the words alone allow."""
    found = s.lenses.get("stress")
    if not isinstance(found, Stress):
        return None
    return Section("words", "What the words alone allow", tuple(stress.blocks(found, labels)))


def _drives(s: Study, labels: Labels) -> Section | None:
    """Which numbers of the case drive the zone."""
    found = s.lenses.get("drivers")
    if not isinstance(found, Drivers):
        return None
    return Section(
        "drivers", "Which numbers drive the zone", tuple(what_drives.blocks(found, labels)), annex=True
    )


def _number(n: int) -> str:
    return {2: "Two", 3: "Three"}.get(n, str(n))


def _shown(s: Study) -> list[tuple[str, Proposal]]:
    """The packages of page one with their letters."""
    return _letters(s)[:MOST_TESTED]


def _role(p: Proposal) -> str:
    return "; ".join(dict.fromkeys(ROLES.get(name, name) for name in p.picked_by))


def _decides(s: Study, labels: Labels) -> Iterator[Block]:
    """Which reading decides, with the words that it is a reading of."""
    if s.why_not.empty:
        yield from _no_deal(s.why_not, "", labels)
        return
    for switch in s.why_not.closes[:2]:
        yield paragraph(
            "It turns on one reading. No deal is left if ", *_read_as(switch, labels), ".", tone="key"
        )
    name = next((n for n, why in s.closed.items() if why.sentences), "")
    if name and not s.why_not.closes:
        yield from _no_deal(s.closed[name], name, labels)


def _no_deal(why: WhyNot, name: str, labels: Labels) -> Iterator[Block]:
    """The first conflict in one sentence, and the readings that would open a zone."""
    if not why.sentences:
        return
    under = (
        f"It depends on how the statements are read. Under readings {name} ({labels.reading_set(name)}) there is no deal: "
        if name
        else ""
    )
    limits: list[Span] = []
    for m in why.sentences[0].limits:
        limits += ["; " if limits else "", *_limit(m, labels)]
    opens: list[Span] = []
    for t in [t for t in why.opens if t.open][:3]:
        opens += [
            "; or if " if opens else " A zone opens if ",
            *_read_as(t, labels),
            f" ({bargaining.size_of(t)})",
        ]
    these = "these statements cannot all hold: " if under else "These cannot all hold: "
    yield paragraph(under, these, *limits, ".", *opens, "." if opens else "", tone="key")


def _limit(m: Limit, labels: Labels) -> Spans:
    """A limit with the speaker of its first statement, for page one; the words stand in the section on conflicts."""
    party = f"{labels.party(m.party)}: " if m.party else ""
    says = m.says or (labels.reading(m.rule, m.reading or "") if m.rule else m.text)
    where = f"#rule-{m.rule}" if m.rule else f"#why-{m.party}.reservation"
    behind: Spans = (" (", labels.statement(m.statements[0]), ")") if m.statements else (f" ({m.basis})",)
    return (party, Link(says, where, key=m.rule or ""), *behind)


def _read_as(t: Switch, labels: Labels) -> Spans:
    owner = labels.rule_owner(t.rule)
    whose = f"{owner} means: " if owner else "the rule is read as: "
    return (whose, Link(t.says or labels.reading(t.rule, t.reading), f"#rule-{t.rule}", key=t.rule))


def _packages(s: Study, shown: Sequence[tuple[str, Proposal]], labels: Labels) -> Grid:
    """Side by side: what the packages do, what each is worth, who gains least, who could block."""
    deals = [(f"{letter}: {_role(p)}", p.deal) for letter, p in shown]
    grid = bargaining.packages_grid(
        deals,
        labels,
        "Packages side by side; bars: utility on each party's own scale from 0 to 100, line: no agreement",
        s.zone.reservation,
        worth.by_words(s.by_words),
    )
    least = _row("gains least", [(_least(p, labels),) for _, p in shown])
    block = _row("who could block it", [_blockers(p, labels) for _, p in shown])
    needs = [{r: x for r, x in p.readings.items() if x != s.question.readings.get(r)} for _, p in shown]
    extra: list[tuple[Cell | str, ...]] = [least, block]
    words = s.lenses.get("stress")
    if isinstance(words, Stress) and len(words.asked) >= len(shown):
        by = {tuple(a.package.items()): a for a in words.asked}
        asked = [by.get(tuple(p.deal.package.items())) for _, p in shown]
        extra.append(
            _row("by the words alone", [under_draws.asked(a, labels) if a else ("",) for a in asked])
        )
    if any(needs):
        extra.insert(
            0, (cell("needs another reading", head=True), *(cell(*_needed(n, labels)) for n in needs))
        )
    differ = [r for r in grid.rows if not any(isinstance(c, Cell) and c.span > 1 for c in r)]
    same = [r for r in grid.rows if r not in differ]
    return Grid(grid.caption, grid.head, (*differ, *extra, *_merged(same, len(shown))), compare=True)


def _merged(same: Sequence[Row], columns: int) -> tuple[Row, ...]:
    """What is the same in all packages, as one row."""
    found: list[Span] = []
    for head, what in same:
        assert isinstance(head, Cell)
        assert isinstance(what, Cell)
        found += ["; " if found else "", *head.parts, ": ", what.parts[0]]
    return (
        ((cell("the same in all", head=True), cell(*found, span=columns)),)
        if found and columns > 1
        else tuple(same)
    )


def _row(head: str, cells: Sequence[Spans]) -> Row:
    """A row of the comparison; said once where it is the same in all packages."""
    if len(cells) > 1 and len(set(cells)) == 1:
        return (cell(f"{head} (in all)", head=True), cell(*cells[0], span=len(cells)))
    return (cell(head, head=True), *(cell(*c) for c in cells))


def _least(p: Proposal, labels: Labels) -> str:
    party, margin = p.tightest
    if margin < 0:
        return f"{labels.party(party)}: {points(-margin)} points below no agreement"
    return f"{labels.party(party)}: {points(margin)} points above no agreement"


def _needed(changed: Mapping[str, str], labels: Labels) -> Spans:
    found: list[Span] = []
    for rule, reading in changed.items():
        found += ["; " if found else "", Link(labels.reading(rule, reading), f"#rule-{rule}", key=rule)]
    return tuple(found) or ("no",)


def _blockers(p: Proposal, labels: Labels) -> Spans:
    """Objections by the words they rest on, then parties that refuse; most important first."""
    found: list[Span] = []
    for o in {o.rule: o for o in p.objections}.values():
        found += [". " if found else ""]
        who = labels.party(o.party) if o.party else "A rule"
        words: Spans = labels.quoted(o.statements[0]) if o.statements else (o.basis,)
        found += [f"{who}, if ", *words, " means: ", Link(o.text, f"#rule-{o.rule}", key=o.rule)]
    refusing = [(labels.party(v.party), v.why[0].text) for v in p.views.verdicts if not v.accepts]
    for name, why in refusing:
        found += [". " if found else "", f"{name} refuses: {why}"]
    for swaps in p.views.swaps.values():
        for swap in swaps[:1]:
            found += [". A change that would make it acceptable: ", *bargaining.swap_spans(swap, labels)]
    return (*found, ".") if found else ("no statement on record rules it out in any reading",)


def _basis(s: Study) -> Block:
    """How much rests on what: one bar and one sentence."""
    names = {"stated": "stated", "inferred": "inferred", "assumed": "assumed", "gap": "no source"}
    counts = {k: sum(row.get(k, 0) for row in s.basis.values()) for k in names}
    total = sum(counts.values()) or 1
    parts = tuple(
        (k, f"{names[k]} {percent(n / total)}" if n / total > 0.12 else "", n) for k, n in counts.items()
    )
    have = {k: ("has" if n == 1 else "have") if k == "gap" else be(n) for k, n in counts.items()}
    told = [f"{n} {have[k]} {names[k]}" for k, n in counts.items() if n]
    return Shares(
        f"Of {things(total, 'judgment')} about what the parties value, {listed(told)}. Every number leads to its basis.",
        parts,
    )


def _questions(s: Study, shown: Sequence[tuple[str, Proposal]], labels: Labels) -> Iterator[Spans]:
    """What would tell most: readings that could close the zone or block a package; then values of no agreement."""
    blocking = [o.rule for _, p in shown for o in p.objections]
    closing = [
        m.rule
        for why in (s.why_not, *s.closed.values())
        for c in why.sentences[:1]
        for m in c.limits
        if m.rule
    ]
    asked = False  # of one rule: the paragraph on readings above names the others
    for rule in dict.fromkeys([*blocking, *closing]):
        left = readings_left(s.case).get(rule, ())
        readings = (
            {r: x for r, x in labels.rules[rule].readings.items() if r in left}
            if rule in labels.rules
            else {}
        )
        ids = (
            labels.rules[rule].statements or tuple(x for r in readings.values() for x in r.statements)
            if rule in labels.rules
            else ()
        )
        if len(readings) < 2 or asked:
            continue
        asked = True
        owner = labels.rule_owner(rule) or "The parties"
        words: Spans = labels.quoted(ids[0]) if ids else (labels.rule(rule),)
        found: list[Span] = []
        for k, name in enumerate(readings):
            found += [
                "; or " if found else "",
                Link(f"({chr(97 + k)}) {labels.reading(rule, name)}", f"#rule-{rule}"),
                _effect(s, rule, name),
            ]
        yield (f"{owner}: what does ", *words, " mean? ", *found, ".")
    yield from _no_agreement(s, labels)


def _effect(s: Study, rule: str, reading: str) -> str:
    """How many packages all could accept under a reading, all else as chosen."""
    if s.question.readings.get(rule) == reading:
        return f" – as read here: {things(s.zone.agreed, 'package')}"
    t = next((t for t in s.why_not.switches if t.rule == rule and t.reading == reading), None)
    return f" – {bargaining.size_of(t)}" if t else ""


def _no_agreement(s: Study, labels: Labels) -> Iterator[Spans]:
    loose = [p for p in s.space.parties if (r := reservation(s.case, p)) is None or r.basis.kind == "assumed"]
    if not loose:
        return
    values: list[Span] = []
    for p in loose:
        value = short(s.zone.reservation[p]) if reservation(s.case, p) else "nothing yet"
        rise = s.zone.break_even.get(p)
        ends = f"; the zone closes above {short(rise)}" if rise is not None and not s.zone.empty else ""
        values += [
            "; " if values else "",
            Link(f"{labels.party(p)} {value}", f"#why-{p}.reservation"),
            ends.replace("; ", " – "),
        ]
    who = "All parties" if len(loose) == len(s.space.parties) else listed(labels.parties(loose))
    yield (
        f"{who}: what happens if there is no agreement? No statement says what it is worth. Assumed here, on each party's own scale: ",
        *values,
        ".",
    )


# ---- the sections after page one -----------------------------------------------------------------------------


def _said(s: Study, labels: Labels) -> Section | None:
    found = record.said(s.case, labels)
    return (
        Section("demands", "What each party said it demands and could accept", tuple(found))
        if found
        else None
    )


def _moved(s: Study, labels: Labels) -> Section | None:
    found = record.moved(s.case, labels)
    return Section("moves", "What moved", tuple(found)) if found else None


def _common(s: Study, labels: Labels) -> Section | None:
    """The solutions and the frontier, and the packages that page one left out."""
    title = "What all could accept"
    if not s.frontier.points and not s.proposals:
        return Section("solutions", title, (), fold="No package under these readings.")
    found: list[Block] = []
    if s.frontier.points:
        found.append(paragraph(f"{_frontier(s)} These packages are called the frontier."))
    picks = {
        name: [letter for letter, p in _letters(s) if any(p.deal.package == d.package for d in x.deals)]
        for name, x in s.solutions.items()
    }
    rows: tuple[Row, ...] = tuple(
        (
            cell(Link(x.title, f"#why-{m}"), f" ({x.tied} tied)" if x.tied > 1 else ""),
            x.asks,
            listed(picks[m]) or "–",
            *(
                bargaining.worth_cell(x.deals[0], p, labels, worth.by_words(s.by_words))
                for p in x.deals[0].utilities
            ),
        )
        for m, x in s.solutions.items()
        if x.deals
    )
    if rows:
        found.append(
            Grid(
                worth.ranged(
                    "What each solution picks",
                    [x.deals[0].package for x in s.solutions.values() if x.deals],
                    s.space.parties,
                    labels,
                    worth.by_words(s.by_words),
                ),
                ("solution", "asks for", "package", *labels.parties(s.space.parties)),
                rows,
            )
        )
    warnings = dict.fromkeys(f"{x.title} {x.warning}." for x in s.solutions.values() if x.warning and x.deals)
    found += [paragraph(w, tone="note") for w in warnings]
    chart = frontier_chart(
        s, [(letter, p.deal) for letter, p in _letters(s)], labels, worth.by_words(s.by_words)
    )
    if chart:
        found.append(chart)
    shown = [letter for letter, _ in _shown(s)]
    others = [(f"{letter}: {_role(p)}", p) for letter, p in _letters(s) if letter not in shown]
    if others:
        grid = bargaining.packages_grid(
            [(name, p.deal) for name, p in others],
            labels,
            "The other packages",
            s.zone.reservation,
            worth.by_words(s.by_words),
        )
        found.append(Grid(grid.caption, grid.head, grid.rows, folded=True, compare=True))
    best = [(labels.party(p), deals[0]) for p, deals in s.zone.best.items() if deals]
    if best:
        grid = bargaining.packages_grid(
            best,
            labels,
            "The best package of the zone for each party",
            s.zone.reservation,
            worth.by_words(s.by_words),
        )
        found.append(Grid(grid.caption, grid.head, grid.rows, folded=True, compare=True))
    return Section("solutions", title, tuple(found))


def _letters(s: Study) -> list[tuple[str, Proposal]]:
    return [(chr(65 + k), p) for k, p in enumerate(s.proposals)]


def _frontier(s: Study) -> str:
    n = s.frontier.points
    return f"At {count(n)} of the points that packages of the zone reach, no party can gain without a loss to another."


def _closed(s: Study, labels: Labels) -> Section:
    """Sets of readings, conflicts, concessions, break-even values."""
    w = s.why_not
    found: list[Block] = []
    if s.reading_rows:
        found.append(_reading_rows(s))
    shut = ([("", w)] if w.empty else []) + [
        (n, x) for n, x in s.closed.items() if x.conflicts and not w.empty
    ]
    for name, x in shut:
        found += _conflicts(name, x, labels)
    if not w.empty and w.closes:
        found += [
            Heading("Another reading of one statement would close the zone"),
            Bullets(tuple(bargaining.switch_spans(t, labels) for t in w.closes)),
        ]
    found.append(bargaining.break_even(s.zone, labels))
    if len(w.combinations) > 1:
        found.append(_combinations(w, labels))
    return Section("zone", "What rules a deal out", tuple(found))


def _reading_rows(s: Study) -> Grid:
    top = max((r.count for r in s.reading_rows), default=0) or 1
    rows = tuple(
        (
            cell(
                f"{r.name}: {r.says or r.name}"
                + ("" if fits_what_was_meant(s.case, r.readings) else NOT_MEANT)
            ),
            cell(count(r.admissible), number=True),
            cell(count(r.count) if r.count else "no deal", bar=r.count / top),
            cell("–" if r.frontier_points is None else count(r.frontier_points), number=True),
        )
        for r in s.reading_rows
    )
    return Grid(
        "The zone under each set of readings", ("readings", "allowed", "acceptable to all", "frontier"), rows
    )


def _conflicts(name: str, w: WhyNot, labels: Labels) -> list[Block]:
    under = f"Under readings {name} ({labels.reading_set(name)}): " if name else ""
    found: list[Block] = []
    for c in w.sentences[:1]:
        text = f"{under}these cannot all hold."
        found += [paragraph(text[:1].upper() + text[1:]), bargaining.conflict_items(c, labels)]
    if len(w.sentences) > 1:
        rows: tuple[Row, ...] = tuple(
            (cell(f"conflict {k}", down=len(c.limits)), cell(*bargaining.limit_spans(m, labels)))
            if not n
            else (cell(*bargaining.limit_spans(m, labels)),)
            for k, c in enumerate(w.sentences, 1)
            for n, m in enumerate(c.limits)
        )
        found.append(
            Grid(
                "The conflict" if len(w.sentences) == 1 else f"All {len(w.sentences)} conflicts",
                ("", "what cannot hold together"),
                rows,
                folded=True,
            )
        )
    if w.corrections:
        found += [
            Heading("Smallest concessions that would open a zone"),
            bargaining.corrections_list(w.corrections[:6], labels),
        ]
    if w.opens:
        opens = tuple((cell(*bargaining.switch_spans(t, labels)),) for t in w.opens)
        found.append(
            Grid(
                "Readings that would open a zone",
                ("reading, and packages acceptable to all then",),
                opens,
                folded=True,
            )
        )
    return found


def _combinations(w: WhyNot, labels: Labels) -> Grid:
    fixed = list(w.combinations[0].readings)
    varied = [r for r in fixed if len({c.readings[r] for c in w.combinations}) > 1]
    rows: tuple[Row, ...] = tuple(
        (
            *(labels.reading(r, c.readings[r]) for r in varied),
            cell(count(c.admissible), number=True),
            cell(count(c.count) if c.count else "no deal", number=True),
        )
        for c in w.combinations
    )
    heads = tuple(f"{labels.rule_owner(r)}: {r}" if labels.rule_owner(r) else r for r in varied)
    return Grid(
        f"All {things(len(w.combinations), 'combination')} of readings",
        (*heads, "allowed", "acceptable to all"),
        rows,
        folded=True,
    )


def _hold(s: Study, labels: Labels) -> Section:
    """Whether the packages of page one hold, then the wider conflict where the case describes one."""
    title = "Will these packages hold"
    tested, wider = s.lenses.get("hold"), s.lenses.get("stability")
    found: list[Block] = []
    if isinstance(tested, Stability):
        found += stability.tested(tested, labels)
    else:
        found.append(paragraph(_unknown("Packages A to C were not tested", s.not_asked.get("hold", ""))))
    if isinstance(wider, Stability):
        told: Spans = (
            "In the wider conflict that the case describes, with what each party could do alone (",
            Link("details", "#wider"),
            "):",
        )
        found += [paragraph(*told), stability.summary(wider)]
    if not isinstance(tested, Stability) and not isinstance(wider, Stability):
        return Section("stability", title, (), fold=_unknown("Not examined", s.not_asked.get("hold", "")))
    return Section("stability", title, tuple(found))


def _wider(s: Study, labels: Labels) -> Section | None:
    answer = s.lenses.get("stability")
    if not isinstance(answer, Stability):
        return None
    return Section(
        "wider", "The wider conflict: who could do what alone", stability.blocks(answer, labels), annex=True
    )


def _waiting(s: Study, labels: Labels) -> Section:
    title = "What waiting costs"
    answer = s.lenses.get("delay")
    if not isinstance(answer, Delay):
        return Section("waiting", title, (), fold=_unknown("Not examined", s.not_asked.get("delay", "")))
    return Section("waiting", title, delay.blocks(answer, labels), fold=delay.costless_line(answer))


def _home(s: Study, labels: Labels) -> Section | None:
    answer = s.lenses.get("ratify")
    if not isinstance(answer, Ratification):
        return None
    return Section(
        "ratification",
        "Who must agree, who can spoil, which statements bind",
        ratification.blocks(answer, labels),
    )


def _talks(s: Study, labels: Labels) -> Section | None:
    opened, walked = s.lenses.get("start"), s.lenses.get("path")
    if not isinstance(opened, StartingPositions):
        return None
    found = list(talks.opening_blocks(opened, labels, worth.by_words(s.by_words)))
    if isinstance(walked, OrderOfSteps):
        found += [
            Heading("In which order the steps to package A could be taken"),
            *talks.path_blocks(walked, labels),
        ]
    folded = (replace(b, folded=True) if isinstance(b, Grid) else b for b in found)
    return Section("talks", "How they could get there", tuple(folded), annex=True)


def _tactics(s: Study, labels: Labels) -> Section | None:
    simulated = s.lenses.get("simulate")
    if not isinstance(simulated, Simulation):
        return None
    blocks = talks.simulation_blocks(simulated, labels, worth.by_words(s.by_words))
    return Section("tactics", "Where talks end under known tactics", blocks, annex=True)


def _division(s: Study, labels: Labels) -> Section | None:
    answer = s.lenses.get("divide")
    if not isinstance(answer, Divided):
        return None
    return Section("division", "What could be split, and how", division.blocks(answer, labels))


def _forecast(s: Study, labels: Labels) -> Section | None:
    answer = s.lenses.get("forecast")
    if not isinstance(answer, Forecast):
        return None
    return Section("forecast", "Forecast on each line", forecast.blocks(answer, labels), annex=True)


def _positions(s: Study, labels: Labels) -> Section:
    found: list[Block] = []
    gaps = record.gaps_sentence(s.gaps, labels)
    if gaps:
        found.append(paragraph(gaps, tone="warning"))
    found.append(record.positions(s.case, s.space.parties, labels))
    shares: dict[str, dict[str, Any]] = {i: dict(x) for i, x in s.zone.option_shares.items()}
    found.append(record.options(s.case, labels, shares))
    return Section("positions", "What each option is worth to each party", tuple(found), annex=True)


def _record(s: Study, labels: Labels) -> Section | None:
    if not s.case.statements:
        return None
    return Section(
        "record", "The record: every statement", tuple(record.statements(s.case, labels)), annex=True
    )


def _rules(s: Study, labels: Labels) -> Section | None:
    grid = record.rules(s.case, labels, dict(s.question.readings))
    if grid is None:
        return None
    text = "A rule says which options a party rules out, or accepts only with others. Where a sentence can be read in more than one way, each reading is listed."
    return Section("rules", "Red lines and conditional offers", (paragraph(text), grid), annex=True)


def _judgments(s: Study, labels: Labels) -> Section:
    note = "Utility of a package: the sum over issues of weight × value / 100, on each party's own scale from 0 to 100; where a party has points, they are added."
    found = [paragraph(note), *record.judgments(s.case, s.space.parties, labels)]
    return Section("judgments", "Every number and what it rests on", tuple(found), annex=True)


def _method(s: Study, labels: Labels) -> Section:
    inputs: Spans = (
        *((Link("rules", "#rules"), ", ") if labels.rules else ()),
        Link("judgments", "#judgments"),
    )
    rows: list[tuple[Cell | str, ...]] = [
        (
            cell("Zone", id="why-zone"),
            "packages that no rule forbids and that every party needed for an agreement accepts (utility at least its reservation value, the utility of no agreement); counted exactly, in integers",
            cell(*inputs),
        ),
        (
            "Frontier",
            "packages of the zone for which no other is at least as good for all parties and better for one",
            "Pareto 1906",
        ),
    ]
    rows += [
        (
            cell(m.title, id=f"why-{name}"),
            f"picks {m.asks}; all ties are shown" + (f". It {m.warning}" if m.warning else ""),
            m.source,
        )
        for name, m in SOLUTIONS.items()
        if not m.needs
    ]
    rows.append(
        (
            "Conflicts",
            "smallest sets of statements and acceptances that leave no package, and smallest sets that open a zone when set aside",
            "Reiter 1987",
        )
    )
    q = s.question
    readings = (
        "; ".join(f"{labels.rule_owner(r)}: {labels.reading(r, x)}" for r, x in q.readings.items())
        or "no rules"
    )
    found: list[Block] = [
        paragraph(
            "A party accepts a package when it is worth at least as much to it as no agreement. Utilities are on each party's own scale and are not compared between parties unless a line says so."
        ),
        Grid("Methods", ("answer", "definition", "source or inputs"), tuple(rows), folded=True),
        paragraph(f"Readings used: {readings}.", tone="small"),
        paragraph(f"zopa {q.version}; case digest {q.case[:16] or 'none'}.", tone="small"),
    ]
    needed: dict[str, list[str]] = {}
    for name, needs in s.not_asked.items():
        needed.setdefault(needs, []).append(name)
    found += [
        paragraph(f"Not examined: {listed(names)}. {sentence(needs)}", tone="small")
        for needs, names in needed.items()
    ]
    return Section("method", "How the numbers are made", tuple(found))


def _sources(s: Study, _labels: Labels) -> Section | None:
    found = record.sources(s.case)
    return (
        Section("sources", "Sources, with the quoted words marked", tuple(found), annex=True)
        if found
        else None
    )


def _unknown(what: str, why: str) -> str:
    return sentence(f"{what}: {why}" if why else what)


SECTIONS = (
    _said,
    _moved,
    _common,
    _words,
    builder,
    _closed,
    _hold,
    _waiting,
    _home,
    _talks,
    _tactics,
    _division,
    _method,
    _wider,
    _forecast,
    _positions,
    _drives,
    _rules,
    _judgments,
    _record,
    _sources,
)
"""The sections in reading order; one that has nothing to say returns None."""
