"""From dialogue to deal: priorities read from the turns of campsite talks, and what they say about the deal.

    python -m benchmarks.casino [casino_train.json.gz] [--write PAGE.md] [--open-test casino_test.json.gz [--again]]

Chawla et al. (2021), CaSiNo, CC BY 4.0. Two people share three packages each of food, water and firewood. Every figure
is out of fold: folds are the dialogue's number modulo 5, and what is fitted (the reader's weights, the exponents of the
predictors) has not seen the fold. Gates, seeds and splits stand in ``benchmarks/gates.toml``, written before the run.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import itertools
import json
import math
import sys
import time
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize

from zopa.case import Case
from zopa.errors import NotApplicable
from zopa.reading.priorities import ItemWords, PriorityReader, TalkTurn, cues, first_mentions
from zopa.space import Problem
from zopa.study.backtest import measures
from zopa.study.opened_splits import open_split

HERE = Path(__file__).resolve().parent
FILE = HERE.parents[1] / "shared" / "data" / "casino" / "casino_train.json.gz"
GATES = HERE / "gates.toml"
OPENED = HERE / "test_splits.jsonl"
FOLDS, TRAIN = 5, -1
SHARES = (0.25, 0.5, 1.0)
UNITS, NO_DEAL = 3, 5
PENALTIES = (60.0, 120.0, 240.0)
"""Of the reader's weights; which one is chosen by cross-validation within the folds it is fitted on."""
RANKS = {"High": 5, "Medium": 4, "Low": 3}
ITEMS: Mapping[str, ItemWords] = {
    "Food": ItemWords(
        ("food", "foods"),
        ("meal*", "hungry", "hunger", "snack*", "eat", "eating", "starv*", "calories", "cook*", "nutrition", "protein", "diet"),
        UNITS,
    ),
    "Water": ItemWords(
        ("water", "waters"),
        ("thirst*", "hydrat*", "dehydrat*", "drink*", "bottle*", "shower*", "bath*", "wash*", "hygiene"),
        UNITS,
    ),
    "Firewood": ItemWords(
        ("firewood", "firewoods", "wood", "woods"),
        ("fire", "fires", "warm*", "cold*", "heat", "campfire*", "log", "logs", "freez*", "chilly", "bonfire*"),
        UNITS,
    ),
}  # fmt: skip
Order = tuple[str, ...]
ORDERS: tuple[Order, ...] = tuple(itertools.permutations(ITEMS))
MEASURES = ("difference", "sum", "smallest", "nash")
THEORIES = {"sum": ("sum",), "difference": ("difference",), "smallest": ("smallest",), "nash": ("nash",),
            "blend": ("sum", "smallest")}  # fmt: skip


@dataclass(frozen=True)
class Talk:
    """A dialogue: its turns, who took part with their order of items, and what the first of them got."""

    number: int
    turns: tuple[TalkTurn, ...]
    orders: Mapping[str, Order]
    deal: tuple[int, ...] | None
    fold: int
    """Scored by what was fitted on the others; ``TRAIN`` is for fitting only."""

    def part(self, share: float, offers: bool) -> list[TalkTurn]:
        """The first turns; formal offers are turns of their own, and are left out with ``offers=False``."""
        kept = [t for t in self.turns if t.text or (offers and t.keeps)]
        return kept[: math.ceil(len(kept) * share)]


def load(path: Path) -> list[Talk]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [_talk(d) for d in json.load(file)]


def _talk(d: Mapping[str, Any]) -> Talk:
    turns, last = [], None
    for entry in d["chat_logs"]:
        if entry["text"] == "Submit-Deal":
            keeps = {i: int(n) for i, n in entry["task_data"]["issue2youget"].items()}
            last = (entry["id"], keeps)
            turns.append(TalkTurn(entry["id"], "", {i: n / UNITS for i, n in keeps.items()}))
        elif entry["text"] not in ("Accept-Deal", "Reject-Deal", "Walk-Away"):
            turns.append(TalkTurn(entry["id"], entry["text"]))
    people = sorted(d["participant_info"])
    orders = {}
    for who in people:
        of = d["participant_info"][who]["value2issue"]
        orders[who] = tuple(of[rank] for rank in RANKS)
    deal = None
    if last and any(e["text"] == "Accept-Deal" for e in d["chat_logs"]):
        deal = tuple(last[1][i] if last[0] == people[0] else UNITS - last[1][i] for i in ITEMS)
    number = d["dialogue_id"]
    return Talk(number, tuple(turns), orders, deal, number % FOLDS)


def folds(talks: Sequence[Talk]) -> list[int]:
    """The folds to be scored."""
    return sorted({t.fold for t in talks} - {TRAIN})


# ---------------------------------------------------------------- reading


@dataclass(frozen=True)
class Read:
    """What was read of one person: the order, and how likely each item is the most important."""

    order: Order
    chances: Mapping[str, float] = field(default_factory=dict)


Readings = Mapping[tuple[int, str], Read]


def naive(talks: Sequence[Talk], share: float) -> Readings:
    """Items by first mention in the person's own turns; those that are not named are left out."""
    return {
        (t.number, who): Read(first_mentions(t.part(share, False), who, _NAMES))
        for t in talks
        for who in t.orders
    }


_NAMES = {i: ItemWords(item.names) for i, item in ITEMS.items()}


def _full(named: Order) -> Order:
    return named + tuple(i for i in ITEMS if i not in named)


def read(talks: Sequence[Talk], share: float = 1.0, offers: bool = False) -> Readings:
    """Every person read by a reader that was fitted on the other folds."""
    found = {(t.number, who): cues(t.part(share, offers), who, ITEMS) for t in talks for who in t.orders}
    out: dict[tuple[int, str], Read] = {}
    for fold in folds(talks):
        seen = [(t, who) for t in talks for who in t.orders if t.fold != fold]
        reader = PriorityReader.fit(
            [found[t.number, w] for t, w in seen],
            [t.orders[w] for t, w in seen],
            penalties=PENALTIES,
            groups=[t.number % FOLDS for t, _ in seen],
        )
        for t in talks:
            if t.fold == fold:
                for who in t.orders:
                    of = found[t.number, who]
                    out[t.number, who] = Read(reader.order(of), reader.chances(of))
    return out


# ---------------------------------------------------------------- the deal


@cache
def problem(first: Order, second: Order) -> Problem:
    """The case of two people who rank the items: 5, 4, 3 points a unit, and 5 without a deal."""
    parties = {}
    for name, order, mine in (("A", first, True), ("B", second, False)):
        worth = dict(zip(order, RANKS.values(), strict=True))
        parties[name] = {
            "name": name,
            "reservation": NO_DEAL,
            "points": {
                i: {str(n): float(worth[i] * (n if mine else UNITS - n)) for n in range(UNITS + 1)}
                for i in ITEMS
            },
        }
    units = {str(n): str(n) for n in range(UNITS + 1)}
    issues = {i: {"name": i, "options": units} for i in ITEMS}
    return Problem(Case.model_validate({"title": "Campsite", "issues": issues, "parties": parties}))


PACKAGES = np.array(list(itertools.product(range(UNITS + 1), repeat=len(ITEMS))))


@cache
def _look(first: Order, second: Order) -> np.ndarray:
    """Package by measure, of the theories."""
    of = measures(problem(first, second))
    return np.stack([of[m] for m in MEASURES], axis=1)


def index(deal: Sequence[int]) -> int:
    return int(np.flatnonzero((deal == PACKAGES).all(axis=1))[0])


Pairs = list[tuple[Order, Order]]


def fitted(pairs: Pairs, deals: Sequence[int], of: Sequence[str]) -> np.ndarray:
    """The exponents under which the deals are most likely."""
    columns = [MEASURES.index(m) for m in of]
    cells: dict[tuple[Order, Order], list[int]] = {}
    for pair, deal in zip(pairs, deals, strict=True):
        cells.setdefault(pair, []).append(deal)
    scale = np.array([36.0, 72.0, 36.0, 6.0])[columns]  # so that exponents are of one size
    looks = [(_look(*pair)[:, columns] / scale, np.array(hit)) for pair, hit in cells.items()]

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        total, slope = 0.0, np.zeros(len(w))
        for x, hit in looks:
            logs = x @ w
            p = np.exp(logs - logs.max())
            p /= p.sum()
            total -= float(np.log(p[hit]).sum())
            slope += len(hit) * (p @ x) - x[hit].sum(axis=0)
        return total, slope

    return minimize(loss, np.zeros(len(columns)), jac=True, method="L-BFGS-B").x / scale


def shares(pair: tuple[Order, Order], w: np.ndarray, of: Sequence[str]) -> np.ndarray:
    logs = _look(*pair)[:, [MEASURES.index(m) for m in of]] @ w
    p = np.exp(logs - logs.max())
    return p / p.sum()


def bits(talks: Sequence[Talk], pairs: Pairs, of: Sequence[str]) -> np.ndarray:
    """Log score of every deal, out of fold."""
    deals = [index(t.deal or ()) for t in talks]
    at = np.array([t.fold for t in talks])
    out = np.zeros(len(talks))
    for fold in folds(talks):
        known = np.flatnonzero(at != fold)
        w = fitted([pairs[k] for k in known], [deals[k] for k in known], of)
        for k in np.flatnonzero(at == fold):
            out[k] = -math.log2(shares(pairs[k], w, of)[deals[k]])
    return out


def patterns(talks: Sequence[Talk], pairs: Pairs, cell: float = 0.25) -> np.ndarray:
    """No theory: how often each package was agreed in the other folds, items numbered by the first person's order."""

    def seen(t: Talk, pair: tuple[Order, Order]) -> tuple[Order, int]:
        got = dict(zip(ITEMS, t.deal or (), strict=True))
        return tuple(str(pair[1].index(i)) for i in pair[0]), index([got[i] for i in pair[0]])

    out = np.zeros(len(talks))
    each = [(t.fold, *seen(t, pair)) for t, pair in zip(talks, pairs, strict=True)]
    for fold in folds(talks):
        table: dict[Order, np.ndarray] = {}
        for at, pattern, deal in each:
            if at != fold:
                table.setdefault(pattern, np.full(len(PACKAGES), cell))[deal] += 1
        for k, (at, pattern, deal) in enumerate(each):
            if at == fold:
                out[k] = -math.log2(table[pattern][deal] / table[pattern].sum())
    return out


def rays(order: Order) -> np.ndarray:
    """The least worths per unit that an order allows: every worth that keeps it is a sum of these."""
    return np.array([[1.0 if order.index(i) <= k else 0.0 for i in ITEMS] for k in range(len(ITEMS))])


def accepted(order: Order, got: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Packages accepted for all worths that keep the order, and for some; no deal is worth a unit of the first."""
    worth = rays(order)
    gain = got @ worth.T - worth[:, [list(ITEMS).index(order[0])]].T
    return (gain >= 0).all(axis=1), (gain > 0).any(axis=1) | (gain == 0).all(axis=1)


def zones(pair: tuple[Order, Order]) -> dict[str, np.ndarray]:
    """The sure and the conceivable zone from two orders alone, and the zone at 5, 4, 3 points a unit."""
    mine, theirs = accepted(pair[0], PACKAGES), accepted(pair[1], UNITS - PACKAGES)
    table = problem(*pair).table
    return {"sure": mine[0] & theirs[0], "central": table.agreed, "conceivable": mine[1] & theirs[1]}


# ---------------------------------------------------------------- figures


@dataclass(frozen=True)
class Mean:
    """A mean with its 95 % interval: whole dialogues are drawn again."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


class Drawn:
    """Resamples of dialogues, the same for every figure, so that differences are paired."""

    def __init__(self, n: int, resamples: int, seed: int) -> None:
        self.counts = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=resamples) / n

    def mean(self, values: Sequence[float] | np.ndarray) -> Mean:
        x = np.asarray(values, dtype=float)
        low, high = np.quantile(self.counts @ x, [0.025, 0.975])
        return Mean(float(x.mean()), float(low), float(high))


def right(talks: Sequence[Talk], found: Readings) -> dict[str, list[float]]:
    """Per dialogue the share of its two people whose first item, whole order and pairs were read right."""
    each = [
        np.mean([_right(found[t.number, who].order, order) for who, order in t.orders.items()], axis=0)
        for t in talks
    ]
    return {name: [row[k] for row in each] for k, name in enumerate(("top", "order", "pairs"))}


def _right(said: Order, truth: Order) -> tuple[float, float, float]:
    """Items that were not named follow in any order: every one of these counts alike."""
    rest = [i for i in truth if i not in said]
    ways = [(*said, *more) for more in itertools.permutations(rest)]
    pairs = [
        np.mean([way.index(a) < way.index(b) for a, b in itertools.combinations(truth, 2)]) for way in ways
    ]
    top, order = np.mean([way[0] == truth[0] for way in ways]), np.mean([way == truth for way in ways])
    return float(top), float(order), float(np.mean(pairs))


def calibration(
    talks: Sequence[Talk], found: Readings, classes: int = 10
) -> list[tuple[str, int, float, float]]:
    """Stated chance of being the most important item against how often it was: class, cases, stated, observed."""
    said, true = [], []
    for t in talks:
        for who, order in t.orders.items():
            for item, p in found[t.number, who].chances.items():
                said.append(p)
                true.append(item == order[0])
    x, y = np.array(said), np.array(true, dtype=float)
    at = np.minimum((x * classes).astype(int), classes - 1)
    return [
        (f"{k / classes:.1f}-{(k + 1) / classes:.1f}", int((at == k).sum()), float(x[at == k].mean()), float(y[at == k].mean()))
        for k in range(classes)
        if (at == k).any()
    ]  # fmt: skip


@dataclass
class Figures:
    """Everything that is shown, and the figures that the gates name."""

    reading: dict[str, dict[str, Mean]] = field(default_factory=dict)
    deal: dict[str, dict[str, Mean]] = field(default_factory=dict)
    zone: dict[str, dict[str, Mean]] = field(default_factory=dict)
    shares: list[tuple[str, int, float, float]] = field(default_factory=list)
    gates: dict[str, Mean] = field(default_factory=dict)
    exponents: dict[str, list[float]] = field(default_factory=dict)


def run(talks: Sequence[Talk], tell: Callable[[str], None] = lambda _: None) -> Figures:
    """The whole chain: read, score against true orders, build the case, zones, predictors, deal."""
    rules = tomllib.loads(GATES.read_text(encoding="utf-8"))
    known = [t for t in talks if t.deal]
    people, deals = ([t for t in of if t.fold != TRAIN] for of in (talks, known))
    scored = np.array([t.fold != TRAIN for t in known])
    over = Drawn(len(people), rules["resamples"], rules["seed"])
    out, whole, half = Figures(), {}, {}
    for share in SHARES:
        part = f"{share:.0%} of the turns"
        for name, how in (
            ("by first mention", lambda s: naive(talks, s)),
            ("as read", lambda s: read(talks, s)),
        ):
            tell(f"reading {part}, {name}")
            whole[name] = how(share)
            out.reading[f"{part}, {name}"] = {m: over.mean(v) for m, v in right(people, whole[name]).items()}
        half = whole["as read"] if share == 0.5 else half
    tell("reading the whole dialogue with its formal offers")
    with_offers = read(talks, 1.0, offers=True)
    out.reading["100% of the turns and the formal offers, as read"] = {
        m: over.mean(v) for m, v in right(people, with_offers).items()
    }
    out.shares = calibration(people, whole["as read"])
    over = Drawn(len(deals), rules["resamples"], rules["seed"])
    orders = {
        "true orders": [_pair(t, {}) for t in known],
        "orders as read": [_pair(t, whole["as read"]) for t in known],
        "orders as read at half of the turns": [_pair(t, half) for t in known],
        "orders by first mention": [_pair(t, whole["by first mention"]) for t in known],
    }
    found: dict[tuple[str, str], np.ndarray] = {}
    for name, pairs in orders.items():
        tell(f"scoring deals, {name}")
        found |= {(name, p): bits(known, pairs, of)[scored] for p, of in THEORIES.items()}
        found[name, "patterns"] = patterns(known, pairs)[scored]
        out.deal[name] = {"uniform": over.mean(np.full(len(deals), 6.0))}
        out.deal[name] |= {p: over.mean(v) for (n, p), v in found.items() if n == name}
        out.zone |= {
            f"{z}, {name}": m
            for z, m in covered(deals, [p for p, ok in zip(pairs, scored, strict=True) if ok], over).items()
        }
    best = min(("sum", "difference", "smallest", "nash"), key=lambda p: found["true orders", p].mean())
    read_ = out.reading["100% of the turns, as read"]
    out.gates = {
        "top": read_["top"],
        "order": read_["order"],
        "bits_true": out.deal["true orders"]["blend"],
        "bits_true_gain": over.mean(found["true orders", best] - found["true orders", "blend"]),
        "bits_read": out.deal["orders as read"]["blend"],
        "conceivable": out.zone["conceivable, orders as read"]["covered"],
    }
    hits = [index(t.deal or ()) for t in known]
    out.exponents = {p: fitted(orders["true orders"], hits, of).tolist() for p, of in THEORIES.items()}
    return out


def _pair(t: Talk, found: Readings) -> tuple[Order, Order]:
    first, second = (_full(found[t.number, who].order if found else order) for who, order in t.orders.items())
    return first, second


def covered(talks: Sequence[Talk], pairs: Pairs, over: Drawn) -> dict[str, dict[str, Mean]]:
    """Coverage, size and log score of each zone."""
    rows: dict[str, list[tuple[float, float, float]]] = {}
    for t, pair in zip(talks, pairs, strict=True):
        for name, zone in zones(pair).items():
            inside, size = bool(zone[index(t.deal or ())]), int(zone.sum())
            p = (0.99 / size if inside else 0.0) + 0.01 / len(zone)
            rows.setdefault(name, []).append((inside, size / len(zone), -math.log2(p)))
    parts = ("covered", "size", "log score")
    return {
        name: {p: over.mean([r[k] for r in of]) for k, p in enumerate(parts)} for name, of in rows.items()
    }


# ---------------------------------------------------------------- the page


def passes(gate: Mapping[str, Any], value: Mean) -> bool:
    """Whether the figure itself, not the kind end of its interval, keeps the gate."""
    return gate.get("at_least", -math.inf) <= value.value <= gate.get("at_most", math.inf)


def asked(gate: Mapping[str, Any]) -> str:
    return f">= {gate['at_least']:g}" if "at_least" in gate else f"<= {gate['at_most']:g}"


def page(f: Figures, n: int, deals: int) -> str:
    """The figures as Markdown."""
    raw = GATES.read_bytes()
    lines = [
        f"{n} dialogues, {deals} deals; every figure out of fold; 95 % intervals from whole dialogues drawn again.",
        f"Gates: `benchmarks/gates.toml`, SHA-256 `{hashlib.sha256(raw).hexdigest()[:16]}`.",
        "",
        *bars(("gate", "asked", "found", "naive", ""), [
            (g["name"], asked(g), str(f.gates[g["measure"]]), f"{g['beside']:g}" if "beside" in g else "",
             "met" if passes(g, f.gates[g["measure"]]) else "**missed**")
            for g in tomllib.loads(raw.decode())["casino"]["gates"]
        ]),
        "Reading: the most wanted item, the whole order, and pairs of items in the right order.", "",
        *bars(("what is read", "most wanted", "whole order", "pairs"),
                [(name, *(str(m[k]) for k in ("top", "order", "pairs"))) for name, m in f.reading.items()]),
        "Log score of the deal in bits; lower is better.", "",
        *bars(("predictor", *f.deal), [
            (p, *(str(f.deal[name][p]) for name in f.deal)) for p in ("uniform", *THEORIES, "patterns")
        ]),
        "Zones.", "",
        *bars(("zone", "holds the deal", "size", "log score"),
                [(name, *(str(v) for v in m.values())) for name, m in f.zone.items()]),
        "Stated chance that an item is the most wanted one, against how often it was.", "",
        *bars(("stated", "items", "mean stated", "observed"),
                [(c, str(k), f"{a:.3f}", f"{b:.3f}") for c, k, a, b in f.shares]),
    ]  # fmt: skip
    return "\n".join(lines)


def bars(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    bars = ["| " + " | ".join(r) + " |" for r in (head, ["---"] * len(head), *rows)]
    return [*bars, ""]


def open_test(path: Path, again: bool) -> None:
    """Note that a closed split is opened: once per release, with date, file and gates."""
    split, gates = (hashlib.sha256(p.read_bytes()).hexdigest() for p in (path, GATES))
    try:
        open_split(OPENED, [split], gates=gates, again=again)
    except NotApplicable as refused:
        raise SystemExit(str(refused)) from None


def main(words: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", nargs="?", type=Path, default=FILE)
    parser.add_argument("--write", type=Path, help="write the figures to this page, between its marks")
    parser.add_argument(
        "--open-test", type=Path, help="fit on the file, score this split; noted, once per release"
    )
    parser.add_argument(
        "--again", action="store_true", help="open the test split once more; the note says so"
    )
    args = parser.parse_args(words)
    if not args.file.is_file():
        print(f"the CaSiNo dialogues are not at {args.file}: give their path")
        return
    talks = load(args.file)
    if args.open_test:
        open_test(args.open_test, args.again)
        talks = [replace(t, fold=TRAIN) for t in talks] + [replace(t, fold=0) for t in load(args.open_test)]
    start = time.process_time()
    figures = run(talks, lambda step: print(step, file=sys.stderr))
    scored = [t for t in talks if t.fold != TRAIN]
    text = page(figures, len(scored), sum(t.deal is not None for t in scored))
    print(text)
    for name, w in figures.exponents.items():
        print(f"{name}: exponents on all of the data {', '.join(f'{x:.3g}' for x in w)}")
    print(f"{time.process_time() - start:.0f} s of CPU time")
    if args.write:
        put(args.write, "casino", text)


def put(page: Path, name: str, text: str) -> None:
    """The figures of a benchmark between their marks on a page of the documentation."""
    marks = (f"<!-- figures: {name} -->", f"<!-- end of {name} -->")
    old = page.read_text(encoding="utf-8")
    before, after = old.split(marks[0])[0], old.split(marks[1])[1]
    page.write_text(f"{before}{marks[0]}\n\n{text}\n{marks[1]}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
