"""Views of what draws from the words say: a shortlist, what the solutions pick, what one has to believe for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from zopa.bargaining import SOLUTIONS
from zopa.robustness import AskedPackage, Committee, LensShares, MethodPicks, Picks, Share, share
from zopa.robustness.lens_draws import ANSWERED, HOLDS
from zopa.views.document import Block, Bullets, Cell, Grid, Heading, Spans, cell, paragraph
from zopa.views.labels import Labels
from zopa.views.numbers import count, listed, percent, things

__all__ = [
    "asked",
    "shortlist_blocks",
    "shortlist_headline",
    "shortlist_items",
    "solution_picks",
]

OFTEN = 0.05
"""A package that is picked in a smaller share of the draws is no finding."""
MOST_BELIEFS = 2


def solution_picks(p: Picks, labels: Labels) -> Iterator[Block]:
    """What each solution picks, how far the picks scatter, and what one has to believe for the most frequent one."""
    if not p.open:
        return
    yield Heading("What each solution picks, over the draws")
    often = {m: f for m, f in p.methods.items() if f.packages and f.packages[0].share >= OFTEN}
    if not often:
        top = max(f.packages[0].share for f in p.methods.values())
        yield paragraph(
            f"No solution picks any package in more than {percent(top)} of {things(p.open, 'draw')} with an open zone. "
            "Which package a solution picks depends on numbers that are not on record.",
            tone="small",
        )
    beliefs = tuple(_beliefs(p, often, labels))
    if beliefs:
        yield Bullets(beliefs)
    yield Grid(
        f"Picks over {things(p.open, 'draw')} with an open zone",
        (
            "solution",
            "most frequent pick",
            "share",
            "95 % interval",
            "confidence factor",
            "different",
            "bits",
        ),
        tuple(_row(m, f, labels) for m, f in p.methods.items() if f.packages),
        folded=True,
    )
    yield from _ranks(p, labels)


def asked(a: AskedPackage, labels: Labels) -> Spans:
    """What the words alone say about a package: for whom it is settled, and the share of draws that accept it."""
    sure = [labels.party(p) for p, v in a.verdicts.items() if v == "necessary"]
    never = [labels.party(p) for p, v in a.verdicts.items() if v == "never"]
    parts = [f"acceptable whatever the numbers to {listed(sure)}"] if sure else []
    parts += [f"acceptable for no numbers to {listed(never)}"] if never else []
    rest = [p for p, v in a.verdicts.items() if v == "possible"]
    shares = {p: x for p in rest if (x := a.parties[p]) is not None}
    if shares and a.all is not None:
        least = min(shares, key=lambda p: shares[p])
        parts.append(
            f"accepted by all in {percent(a.all)} of the draws, least often by {labels.party(least)} ({percent(shares[least])})"
        )
    return ("; ".join(parts) or "no words on record",)


def shortlist_headline(c: Committee) -> str:
    """The shortlist in one sentence."""
    n = len(c.members)
    most = (
        "" if c.proven else f"; no choice of as many could cover more than {percent(min(c.most, c.possible))}"
    )
    return (
        f"A shortlist of {things(n, 'package')}: in {percent(c.covered)} of {things(c.scenarios, 'scenario')} (a "
        f"reading together with a draw from the words) at least one of them is acceptable to all{most}."
    )


def shortlist_items(c: Committee, labels: Labels) -> Iterator[Spans]:
    """The members: all of the first package, then what the others do otherwise; shares, what breaks them, whom to ask."""
    first = c.members[0].package
    for k, m in enumerate(c.members):
        other = {i: o for i, o in m.package.items() if o != first[i]}
        how = labels.package(m.package) if not k else ("as the first, but ", *labels.package(other))
        facts = [f"alone {percent(m.alone)}" + (f", adds {percent(m.added)}" if k else "")]
        if m.forbidden:
            facts.append(f"ruled out under {listed(sorted(m.forbidden))}")
        if m.ask:
            facts.append(
                f"ask {labels.party(m.ask)}, which accepts it in {percent(m.parties[m.ask])} and loses most on "
                f"{labels.issue(m.breaks[m.ask])} where it refuses"
            )
        yield (f"{k + 1}: ", *how, f" ({'; '.join(facts)}).")


def shortlist_blocks(c: Committee, labels: Labels, lenses: Sequence[LensShares] = ()) -> Iterator[Block]:
    """The shortlist with its shares, those of further lenses beside them."""
    yield Heading("A shortlist")
    yield paragraph(shortlist_headline(c))
    yield Bullets(tuple(shortlist_items(c, labels)))
    told = tuple(_lens_sentences(lenses))
    if told:
        yield Bullets(told)
    if not c.complete:
        yield paragraph(
            f"Chosen among the best of {things(c.candidates, 'package')} looked at, not of all that the rules allow.",
            tone="small",
        )
    more = _lens_columns(lenses)
    head = ("package", *(labels.party(p) for p in c.members[0].parties), *more)
    rows = tuple(
        (
            cell(str(k + 1), head=True),
            *(cell(percent(x), number=True) for x in m.parties.values()),
            *(cell(column.get(tuple(m.package.values()), "–"), number=True) for column in more.values()),
        )
        for k, m in enumerate(c.members)
    )
    whether = ", in which it holds, and is open" if more else ""
    yield Grid(f"Share of the draws in which each party accepts it{whether}", head, rows, folded=True)


def _lens_sentences(lenses: Sequence[LensShares]) -> Iterator[Spans]:
    """What each further lens says of the shortlist, in one sentence."""
    for lens in lenses:
        if lens.why_not or not lens.draws:
            yield (f"{LENS_TOPICS[lens.lens]}: not looked at under the draws; {lens.why_not}.",)
            continue
        over = f"{LENS_TOPICS[lens.lens]}, over {count(lens.draws)} draws of {LENS_LAWS[lens.lens]}: "
        parts, number = [], 0
        for package, row in zip(lens.packages, lens.shares, strict=True):
            number += bool(package)
            name = f"package {number}" if package else "some package"
            told = [
                f"{head} in {_between(share(n, lens.draws))}"
                for head, chosen in LENS_COLUMNS[lens.lens].items()
                if (n := sum(s.count for s, o in zip(row, lens.outcomes, strict=True) if chosen(o)))
            ]
            parts.append(f"{name} {listed(told) or LENS_NEVER[lens.lens]}")
        yield (over + "; ".join(parts) + ".",)


LENS_TOPICS: Mapping[str, str] = {"stable": "Whether they hold", "opening": "When they open"}
LENS_LAWS: Mapping[str, str] = {
    "stable": "what packages are worth to the parties",
    "opening": "costs and reservation values",
}
LENS_NEVER: Mapping[str, str] = {"stable": "holds in no draw", "opening": "opens in no draw within 12 months"}
LENS_COLUMNS: Mapping[str, Mapping[str, Callable[[str], bool]]] = {
    "stable": {
        "holds (no party gains by leaving)": lambda o: o == HOLDS,
        "holds by answers of others": lambda o: o == ANSWERED,
    },
    "opening": {
        "is open now": lambda o: o == "0",
        "opens by month 12": lambda o: o.isdigit() and o != "0",
    },
}
"""What a table shows of a lens: columns, each of some of its outcomes."""


def _lens_columns(lenses: Sequence[LensShares]) -> dict[str, dict[tuple[str, ...], str]]:
    """Column -> package -> share of the draws with its interval."""
    found: dict[str, dict[tuple[str, ...], str]] = {}
    for lens in lenses:
        for head, chosen in LENS_COLUMNS[lens.lens].items() if lens.draws else ():
            found[head] = {}
            for package, row in zip(lens.packages, lens.shares, strict=True):
                n = sum(s.count for s, o in zip(row, lens.outcomes, strict=True) if chosen(o))
                found[head][tuple(package.values())] = _between(share(n, lens.draws))
    return found


def _between(s: Share) -> str:
    return f"{percent(s.best)} ({percent(s.low)} to {percent(s.high)})"


def _row(method: str, found: MethodPicks, labels: Labels) -> tuple[Cell | str, ...]:
    first = found.packages[0]
    return (
        cell(SOLUTIONS[method].title, head=True),
        cell(*labels.package(first.package)),
        cell(percent(first.share), number=True),
        cell(f"{percent(first.low)} to {percent(first.high)}", number=True),
        cell("" if first.confidence is None else percent(first.confidence), number=True),
        cell(count(found.different), number=True),
        cell(f"{found.entropy:.1f}", number=True),
    )


def _beliefs(p: Picks, often: Mapping[str, MethodPicks], labels: Labels) -> Iterator[Spans]:
    """Central weights of the most frequent picks, where they differ most from the average of all draws."""
    for method, found in often.items():
        first = found.packages[0]
        said = []
        for party, weights in first.central.items():
            usual = p.average[party]
            far = sorted(weights, key=lambda i: -abs(weights[i] - usual[i]))[:MOST_BELIEFS]
            parts = [
                f"{labels.issue(i)} {weights[i]:.0f} of 100 points (usually {usual[i]:.0f})" for i in far
            ]
            said.append(f"{labels.party(party)}: {listed(parts)}")
        yield (
            f"{SOLUTIONS[method].title} picks this package in {percent(first.share)} of the draws: ",
            *labels.package(first.package),
            ". What one has to believe for it, on average: " + "; ".join(said) + ".",
        )


def _ranks(p: Picks, labels: Labels) -> Iterator[Block]:
    """Rank acceptability and pairwise winning indices of the candidates, for each party alone."""
    if p.ranks is None:
        return
    letters = [f"candidate {k + 1}" for k in range(len(p.ranks.packages))]
    rows: list[tuple[Cell | str, ...]] = []
    for party, table in p.ranks.acceptability.items():
        for k, row in enumerate(table):
            wins = p.ranks.winning[party][k]
            rows.append(
                (
                    cell(labels.party(party), head=True),
                    cell(letters[k]),
                    *(cell(percent(x), number=True) for x in row),
                    cell(
                        ", ".join(f"{percent(x)} over {j + 1}" for j, x in enumerate(wins) if j != k),
                        number=True,
                    ),
                )
            )
    yield Grid(
        "Candidates against one another: share of the draws with each rank (rank acceptability), and of those in "
        "which one is better than another (pairwise winning index)",
        ("party", "candidate", *(f"rank {k + 1}" for k in range(len(letters))), "better than"),
        tuple(rows),
        folded=True,
    )
    yield Grid(
        "The candidates",
        ("candidate", "package"),
        tuple((letters[k], cell(*labels.package(x))) for k, x in enumerate(p.ranks.packages)),
        folded=True,
    )
