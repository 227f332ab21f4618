"""View of a backtest: zones and predictors beside each other, then every case."""

from __future__ import annotations

from zopa.study.backtest import PREDICTORS, SMOOTH, ZONES, Backtest
from zopa.views.document import Block, Cell, Document, Grid, Section, cell, paragraph
from zopa.views.labels import Labels
from zopa.views.numbers import count, day, percent, things

__all__ = ["backtest"]

FEW = 12
"""With fewer agreements than this a backtest shows how the measures work, and no more."""
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
        ),
    ]
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
        blocks.append(paragraph(_best(b), tone="key"))
        if deals < FEW:
            blocks.append(
                paragraph(
                    f"{deals} agreement{'s are' if deals != 1 else ' is'} no evidence for or against any of these.",
                    tone="warning",
                )
            )
    cases = Section("cases", "Every case", (_cases(b),))
    return Document(
        "Backtest",
        (Section("answer", "Did the agreement lie where the words put it?", tuple(blocks)), cases),
        next=("zone CASE",),
    )


def _mean(x: Mean, share: bool = False) -> Cell:
    if x[0] == x[1] == x[2]:
        return cell(percent(x[0]) if share else f"{x[0]:.3f}", number=True)
    if share:
        return cell(f"{percent(x[0])} [{percent(x[1])}, {percent(x[2])}]", number=True)
    return cell(f"{x[0]:.3f} [{x[1]:.3f}, {x[2]:.3f}]", number=True)


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
                )
            )
    head = ("zone", "holds the outcome", "size", "information, bits", "log score")
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
        rows.append(
            (
                r.title,
                day(r.as_of),
                day(r.outcome),
                "agreement" if r.deal else "none",
                "open" if r.open else "closed",
                "" if central is None else "yes" if central.covered else "no",
                cell("" if central is None else percent(central.size), number=True),
                cell(percent(r.on_record), number=True),
                cell(count(r.undated), number=True),
            )
        )
    head = (
        "case",
        "as of",
        "outcome",
        "",
        "central zone",
        "holds it",
        "size",
        "agreed options on record",
        "undated",
    )
    return Grid("", head, tuple(rows), folded=len(rows) > 20)
