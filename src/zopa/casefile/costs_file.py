"""``costs.csv`` and the tables that the ``costs`` section names; what they and ``division`` say about other pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel

from zopa.case.basis import Basis, Judgment
from zopa.case.costs import ONE_POINT, CostRow, CostSettings, PartyCosts
from zopa.case.division import Division
from zopa.casefile.checks import Path_, Pieces, _ids, _known, _name
from zopa.casefile.csvdoc import Records, Row, number, read_records
from zopa.casefile.matrices import PriceTable, TradeTables, price_table, trade_tables
from zopa.errors import Finding

__all__ = ["COSTS_FILE", "CostData", "Range", "read_costs"]

COSTS_FILE = "costs.csv"
MOST = 1e9
"""Largest number of a cost row, as everywhere in a case."""
COLUMNS = ("party", "from", "low", "central", "high", "unit", "basis")


@dataclass
class CostData:
    """The rows of ``costs.csv``, the tables that models name (by their files), and what was wrong."""

    rows: tuple[CostRow, ...] = ()
    tables: dict[tuple[str, ...], PriceTable | TradeTables | None] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def read_costs(root: Path, pieces: Pieces) -> CostData:
    """Read and check everything about costs and division that the folder holds."""
    data = CostData()
    settings: CostSettings | None = pieces.top.get("costs")
    if settings is not None:
        data.findings += _settings(pieces, settings)
        _read_tables(root, settings, data, pieces)
    if (root / COSTS_FILE).is_file():
        records = read_records(root, COSTS_FILE, COLUMNS)
        rows = [_row(pieces, records, row) for row in records.rows]
        data.rows = tuple(r for r in rows if r is not None)
        _compare(records, data.rows, settings)
        data.findings += records.findings
    division: Division | None = pieces.top.get("division")
    if division is not None:
        data.findings += _division(pieces, division)
    return data


def _row(pieces: Pieces, records: Records, row: Row) -> CostRow | None:
    before = len(records.findings)
    _named(pieces, records, row, "party", "parties", row["party"])
    low, central, high = (number(records, row, c, low=-MOST, high=MOST) for c in ("low", "central", "high"))
    if low > central or central > high:
        saw = f"{row['low']}, {row['central']}, {row['high']}"
        records.report(row, "low", f"expected low <= central <= high, saw {saw}")
    start = _date(records, row)
    if start is not None and pieces.top.get("as_of") is None:
        hint = "write `as_of: 2025-02-13` in case.yaml, or leave the cell empty"
        records.report(row, "from", "a date needs `as_of` in case.yaml: which month is month 0?", hint)
    unit = re.fullmatch(r"(\S.*?)\s*(?:\bper\b|\ba\b|/)\s*(month|year)", row["unit"])
    if unit is None:
        hint = f"for example '% of income per year' or '{ONE_POINT} per month'"
        records.report(row, "unit", f"expected a unit per month or year, saw '{row['unit']}'", hint)
    basis = _basis(pieces, records, row)
    if len(records.findings) > before or unit is None or basis is None:
        return None
    return CostRow.model_validate(
        {"party": row["party"], "from": start, "low": low, "central": central, "high": high,
         "unit": unit[1], "per": unit[2], "line": row.line, **basis}
    )  # fmt: skip


def _named(pieces: Pieces, records: Records, row: Row, column: str, group: str, *names: str) -> bool:
    """Whether the names exist in a group of the case; a finding at the cell for each that does not."""
    found = [f for name in names for f in _name(pieces, pieces.main, (), group, name)]
    for f in found:
        records.report(row, column, f.what, f.hint)
    return not found


def _date(records: Records, row: Row) -> date | None:
    text = row["from"]
    if not text:
        return None
    try:
        return date.fromisoformat(f"{text}-01" if re.fullmatch(r"\d{4}-\d\d", text) else text)
    except ValueError:
        records.report(row, "from", f"expected a month such as 2025-03, a day, or nothing; saw '{text}'")
        return None


def _basis(pieces: Pieces, records: Records, row: Row) -> dict[str, Any] | None:
    """``s1 s2`` or ``stated s1 s2``, ``inferred s1: why``, ``assumed: reason``."""
    text = row["basis"]
    if (m := re.fullmatch(r"assumed:\s*(.+)", text)) is not None:
        return {"assumed": m[1]}
    if (m := re.fullmatch(r"(?:(stated|inferred)\s+)?([\w\s;-]+)(?::\s*(.+))?", text)) is not None:
        ids = tuple(re.split(r"[\s;]+", m[2].strip()))
        if m[1] or len(ids) == 1 or any(i in pieces.statements for i in ids):
            known = _named(pieces, records, row, "basis", "statements", *ids)
            return {m[1] or "stated": ids, "why": m[3] or ""} if known else None
    saw = f"{text[:40]!r}" if text else "nothing"
    what = f"expected statement ids, 'inferred IDS: why' or 'assumed: reason'; saw {saw}"
    records.report(row, "basis", what, "every number says what it rests on")
    return None


def _compare(records: Records, rows: tuple[CostRow, ...], settings: CostSettings | None) -> None:
    """One unit and no month twice for a party; every unit has a worth in points for its party."""
    places = {row.line: row for row in records.rows}
    first: dict[str, CostRow] = {}
    seen: dict[tuple[str, date | None], int] = {}
    for row in rows:
        at, other = places[row.line], first.setdefault(row.party, row)
        if other.unit != row.unit:
            what = (
                f"expected one unit for {row.party}, saw '{row.unit}' and (line {other.line}) '{other.unit}'"
            )
            records.report(at, "unit", what, "convert one of them")
            continue
        month = row.start.replace(day=1) if row.start else None
        if (before := seen.setdefault((row.party, month), row.line)) != row.line:
            what = f"expected one line for {row.party} from this month on, saw line {before} too"
            records.report(at, "from", what, "a line holds until the next one of its party")
        own = settings.parties.get(row.party) if settings else None
        if row.unit != ONE_POINT and row.unit not in (own.points_per if own else ()):
            records.report(
                at, "unit", f"how many points is one '{row.unit}' worth to {row.party}?",
                f'write costs.parties.{row.party}.points_per: {{"{row.unit}": 2}} with your number (0: none) in '
                f"case.yaml, or use '{ONE_POINT} per month'",
            )  # fmt: skip


def _settings(p: Pieces, settings: CostSettings) -> Iterator[Finding]:
    yield from _bases(p, ("costs",), settings)
    for name, own in settings.parties.items():
        path: Path_ = ("costs", "parties", name)
        yield from _name(p, p.main, path, "parties", name)
        yield from _party(p, path, own)
    if settings.contest is not None:
        for key in ("secure", "later"):
            for name in getattr(settings.contest, key):
                yield from _name(p, p.main, ("costs", "contest", key, name), "parties", name)
        for name in settings.contest.later:
            if name not in settings.contest.secure:
                yield p.main.finding(
                    ("costs", "contest", "later", name), f"expected {name} under `secure` too"
                )


class Range(NamedTuple):
    """The numbers that a field may hold, and how a message says it."""

    low: float
    high: float
    words: str


SHARE = Range(0, 1, "0 to 1")
BELOW_ONE = Range(0, 1 - 1e-9, "0 or more and below 1")
WORTH = Range(0, 1e9, "0 or more")
ABOVE_ZERO = Range(1e-9, 1e9, "above 0")
BELOW_ZERO = Range(-1e9, -1e-9, "below 0")
RANGES: dict[tuple[str, ...], Range] = {
    ("discount",): Range(1e-9, 1, "above 0 and up to 1"),
    ("cutoff", "share"): SHARE, ("cutoff", "substitution"): WORTH, ("cutoff", "cut"): SHARE,
    ("import_share", "before"): BELOW_ONE, ("import_share", "after"): BELOW_ONE,
    ("import_share", "elasticity"): BELOW_ZERO,
    ("prices", "rise"): WORTH, ("prices", "pass_through"): SHARE,
}  # fmt: skip


def _party(p: Pieces, path: Path_, own: PartyCosts) -> Iterator[Finding]:
    models = own.models
    if len(models) > 1:
        first, second = list(models)[:2]
        yield p.main.finding(
            (*path, second), f"expected one model, saw {first} and {second}", "keep one of them"
        )
    for keys, allowed in RANGES.items():
        target: Any = own
        for key in keys:
            target = getattr(target, key, None)
        if isinstance(target, Judgment):
            yield from _within(p, (*path, *keys), target, allowed)
    for unit, worth in own.points_per.items():
        yield from _within(p, (*path, "points_per", unit), worth, WORTH)
    for name, model in models.items():
        unit = getattr(model, "unit", "% of income")
        if unit != ONE_POINT and unit not in own.points_per:
            yield p.main.finding(
                (*path, name), f"how many points is one '{unit}' worth to {path[-1]}?",
                f'write points_per: {{"{unit}": 2}} with your number beside it (0: none)',
            )  # fmt: skip


def _within(p: Pieces, path: Path_, j: Judgment, allowed: Range) -> Iterator[Finding]:
    if j.rank is not None or j.word is not None:
        yield p.main.finding(path, "expected a number or [low, high]")
        return
    for value in (j.low, j.best, j.high):
        if value is not None and not allowed.low <= value <= allowed.high:
            yield p.main.finding(path, f"expected {allowed.words}, saw {value:g}")
            return


def _bases(p: Pieces, path: Path_, noun: BaseModel) -> Iterator[Finding]:
    """Statement ids of every basis inside a section exist."""
    if isinstance(noun, Basis):
        yield from _ids(p, p.main, path, noun)
    for key in type(noun).model_fields:
        value = getattr(noun, key)
        nested = [((*path, key), value)]
        while nested:
            at, item = nested.pop()
            if isinstance(item, BaseModel):
                yield from _bases(p, at, item)
            elif isinstance(item, dict):
                nested += [((*at, k), v) for k, v in item.items()]


def _read_tables(root: Path, settings: CostSettings, data: CostData, p: Pieces) -> None:
    """Read the tables that models name, each set once."""
    for name, own in settings.parties.items():
        path: Path_ = ("costs", "parties", name)
        if own.prices is not None:
            key: tuple[str, ...] = (own.prices.table,)
            if key not in data.tables:
                records = read_records(root, own.prices.table, ())
                data.tables[key] = price_table(records)
                data.findings += records.findings
            prices = data.tables[key]
            if isinstance(prices, PriceTable):
                data.findings += _known(
                    p.main, (*path, "prices", "item"), "cost item", own.prices.item, prices.items
                )
        if own.trade is not None:
            key = (own.trade.flows, own.trade.inputs, own.trade.elasticities)
            if key not in data.tables:
                flows = read_records(
                    root,
                    key[0],
                    ("importer", "exporter", "sector", "value"),
                    ("tariff", "tariff_after", "barrier"),
                )
                inputs = read_records(root, key[1], ("country", "input", "sector", "share"))
                thetas = read_records(root, key[2], ("sector", "elasticity"))
                sound = not (flows.findings or inputs.findings or thetas.findings)
                data.tables[key] = trade_tables(flows, inputs, thetas) if sound else None
                data.findings += flows.findings + inputs.findings + thetas.findings
            trade = data.tables[key]
            if isinstance(trade, TradeTables):
                data.findings += _known(
                    p.main, (*path, "trade", "country"), "country", own.trade.country, trade.countries
                )


def _division(p: Pieces, division: Division) -> Iterator[Finding]:
    yield from _bases(p, ("division",), division)
    for key in ("points", "bids"):
        for party, row in getattr(division, key).items():
            path: Path_ = ("division", key, party)
            yield from _name(p, p.main, path, "parties", party)
            for item, worth in row.items():
                at = (*path, item)
                yield from _known(p.main, at, "item", item, division.items)
                if worth.word is None:
                    yield from _within(p, at, worth, WORTH)
            for item in division.items:
                if item not in row:
                    yield p.main.finding(
                        path, f"expected {key} on every item, saw none on '{item}'", f"write {item}: 0"
                    )
    for party, worth in division.points_per_money.items():
        path = ("division", "points_per_money", party)
        yield from _name(p, p.main, path, "parties", party)
        yield from _within(p, path, worth, ABOVE_ZERO)
    if division.claims is not None:
        for party, worth in division.claims.of.items():
            path = ("division", "claims", "of", party)
            yield from _name(p, p.main, path, "parties", party)
            yield from _within(p, path, worth, WORTH)
    for coalition in division.coalitions:
        for party in coalition.split("+"):
            yield from _name(p, p.main, ("division", "coalitions", coalition), "parties", party.strip())
