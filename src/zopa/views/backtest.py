"""View of a backtest: zones and predictors beside each other, then every case."""

from __future__ import annotations

from zopa.study.backtest import PREDICTORS, SMOOTH, ZONES, Backtest
from zopa.study.gates import GatesChecked
from zopa.study.opened_splits import SplitOpening
from zopa.views.document import Block, Cell, Document, Grid, Section, cell, paragraph
from zopa.views.labels import Labels
from zopa.views.numbers import count, day, percent, things

__all__ = ["backtest"]

FEW = 12
"""With fewer agreements than this a backtest shows how the measures work, and no more."""
SHARES = {
    "deal": "share of draws with an open zone: there was a deal",
    "picks": "share of draws in which a solution picks a package: it was agreed",
}
"""Who states a share besides the predictors, whose shares are of an option of an agreed issue."""
Row = tuple[Cell | str, ...]
Mean = tuple[float, float, float]


def backtest(b: Backtest, _: Labels) -> Document:
    """The tables and what they do not show."""
    deals = sum(r.deal for r in b.rows)
    n = len(b.rows)
    blocks: list[Block] = [
        paragraph(f"{things(n, 'case')}, {deals} with an agreement and {n - deals} without."),
        paragraph(
            f"Whether there was a deal, against whether the central zone was open: Brier score {b.deal_brier:.3f} "
            "(0 is right every time, 1 wrong every time)."
            + (
                f" Against the share of draws with an open zone: {b.chance_brier:.3f}."
                if b.chance_brier is not None
                else ""
            )
        ),
    ]
    if b.gates is not None:
        blocks = [*_gates(b.gates), *blocks]
    if thin := sum(not r.enough for r in b.rows):
        blocks.append(
            paragraph(
                f"In {thin} of {n} case{'s' if n != 1 else ''} not enough was on record at the cut for a verdict: what a "
                "party said nothing about excludes nothing, so a zone that holds the outcome there says little.",
                tone="warning",
            )
        )
    if b.openings:
        blocks.append(_openings(b.openings))
    if b.means:
        blocks += [_zones(b), _scores(b)]
        blocks.append(
            paragraph(
                f"Log scores are in bits, lower is better; {SMOOTH:.0%} of every prediction is spread evenly over the "
                f"allowed packages. In brackets 95 % intervals from {things(b.resamples, 'resample')} of whole negotiations, "
                f"seed {b.seed}.",
                tone="note",
            )
        )
        if any("lead" in b.means.get(name, {}) for name in ZONES):
            blocks.append(
                paragraph(
                    "Lead time: how many days before the outcome the zone first held it and went on holding it, in the "
                    "cases in which it held it at the cut. A day counts from which enough is on record for a verdict.",
                    tone="note",
                )
            )
        blocks.append(paragraph(_best(b), tone="key"))
        if deals < FEW:
            blocks.append(
                paragraph(
                    f"{deals} agreement{'s are' if deals != 1 else ' is'} no evidence for or against any of these.",
                    tone="warning",
                )
            )
    sections = [Section("answer", "Did the agreement lie where the words put it?", tuple(blocks))]
    if b.calibration:
        sections.append(Section("calibration", "Did stated shares come true?", _calibration(b)))
    cases = Section("cases", "Every case", (_cases(b),))
    return Document("Backtest", (*sections, cases), next=("zone CASE",))


def _gates(checked: GatesChecked) -> list[Block]:
    """Every gate with what was asked and found, and what shows that it was written before."""
    n = len(checked.gates)
    if checked.missed:
        said = f"{checked.missed} of {n} gates {'is' if checked.missed == 1 else 'are'} missed."
    else:
        said = f"The {n} gates are met." if n > 1 else "The gate is met."
    rows: list[Row] = [
        (
            g.name,
            g.measure,
            g.asked,
            "no case has it" if g.found is None else _mean(g.found),
            "met" if g.met else "missed",
        )
        for g in checked.gates
    ]
    when = (
        f"git has it unchanged since {day(checked.committed)}"
        if checked.committed
        else "no commit shows when it was last changed"
    )
    return [
        paragraph(said, tone="warning" if checked.missed else "key"),
        Grid("Gates", ("gate", "measure", "asked", "found", ""), tuple(rows)),
        paragraph(
            f"The gates stand in {checked.file}, SHA-256 {checked.digest[:16]}, written on {day(checked.written)} as it "
            f"says; {when}.",
            tone="note",
        ),
    ]


def _openings(openings: tuple[SplitOpening, ...]) -> Block:
    """How often test cases were opened: the more often, the less their figures say."""
    new, earlier = openings[-1], openings[:-1]
    text = f"These test cases were opened on {new.date} for release {new.release}"
    if not earlier:
        return paragraph(f"{text}, for the first time.", tone="note")
    times = ", ".join(f"{o.date} (release {o.release})" for o in earlier)
    return paragraph(f"{text}. They had been opened before: {times}.", tone="warning")


def _calibration(b: Backtest) -> tuple[Block, ...]:
    """One figure for each who states shares, then every class."""
    rows: list[Row] = []
    short: list[Row] = []
    for name, classes in b.calibration.items():
        says = SHARES.get(name) or PREDICTORS[name]
        n = sum(c.count for c in classes)
        gap = sum(c.count * abs(c.stated - c.happened[0]) for c in classes) / n
        short.append((says, cell(count(n), number=True), cell(percent(gap), number=True)))
        rows += [
            (
                says,
                f"{percent(c.low)} to {percent(c.high)}",
                cell(count(c.count), number=True),
                cell(percent(c.stated), number=True),
                _mean(c.happened, True),
            )
            for c in classes
        ]
    head = ("who states it", "stated share", "how many", "their mean", "came true")
    return (
        Grid("", ("who states shares", "how many", "mean gap to how often they came true"), tuple(short)),
        Grid("Every class of shares, with 95 % intervals", head, tuple(rows), folded=True),
    )


def _mean(x: Mean, share: bool = False) -> Cell:
    if x[0] == x[1] == x[2]:
        return cell(percent(x[0]) if share else f"{x[0]:.3f}", number=True)
    if share:
        return cell(f"{percent(x[0])} [{percent(x[1])}, {percent(x[2])}]", number=True)
    return cell(f"{x[0]:.3f} [{x[1]:.3f}, {x[2]:.3f}]", number=True)


def _days(x: Mean) -> Cell:
    text = f"{x[0]:.0f}" if x[0] == x[1] == x[2] else f"{x[0]:.0f} [{x[1]:.0f}, {x[2]:.0f}]"
    return cell(text, number=True)


def _zones(b: Backtest) -> Grid:
    rows: list[Row] = []
    for name, says in ZONES.items():
        if name in b.means:
            m = b.means[name]
            rows.append(
                (
                    says,
                    _mean(m["covered"], True),
                    _mean(m["size"], True),
                    _mean(m["bits"]),
                    _mean(m["log_score"]),
                    _days(m["lead"]) if "lead" in m else "",
                )
            )
    head = ("zone", "holds the outcome", "size", "information, bits", "log score", "lead time, days")
    return Grid("Zones: coverage says nothing without size", head, tuple(rows))


def _scores(b: Backtest) -> Grid:
    rows: list[Row] = []
    for name, says in PREDICTORS.items():
        if name in b.means:
            m = b.means[name]
            rows.append(
                (
                    says,
                    _mean(m["log_score"]),
                    _mean(m["rank"]),
                    _mean(m["top_five"], True),
                    _mean(m["brier"]),
                    _mean(m["hit"], True),
                )
            )
    head = (
        "predictor",
        "log score",
        "rank of the outcome",
        "among the first five",
        "Brier per issue",
        "hits per issue",
    )
    return Grid("Theories and baselines", head, tuple(rows))


def _best(b: Backtest) -> str:
    """Whether anything beats spreading evenly."""
    found = {n: m["log_score"][0] for n, m in b.means.items()}
    best = min(found, key=lambda n: found[n])
    name = {**ZONES, **PREDICTORS}[best]
    if found[best] >= found["uniform"] - 1e-9:
        return "Nothing here does better than spreading the prediction evenly."
    worse = [n for n in ("sure", "central", "conceivable") if n in found and found[n] >= found["uniform"]]
    also = f" {len(worse)} of the three zones do no better than spreading evenly." if worse else ""
    return f"The best log score is that of “{name}”: {found[best]:.2f} bits against {found['uniform']:.2f} for spreading evenly.{also}"


def _cases(b: Backtest) -> Grid:
    rows: list[Row] = []
    for r in b.rows:
        central = r.zones.get("central")
        zone = "open" if r.open else "closed"
        if central is not None:
            zone += f", {'holds it' if central.covered else 'does not hold it'}, {percent(central.size)}"
        rows.append(
            (
                r.title,
                day(r.as_of),
                ("agreement" if r.deal else "none") + (f", {day(r.outcome)}" if r.outcome else ""),
                zone,
                "" if central is None or central.since is None else day(central.since),
                f"{r.issues_agreed} of {r.issues}",
                cell(percent(r.on_record), number=True),
                cell(count(r.undated), number=True),
                cell(count(r.published_later), number=True),
            )
        )
    head = (
        "case",
        "as of",
        "outcome",
        "central zone",
        "since",
        "issues agreed",
        "their options on record",
        "undated",
        "published after",
    )
    return Grid("", head, tuple(rows), folded=len(rows) > 20)
