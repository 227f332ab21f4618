"""``costs.csv`` and the tables that the ``costs`` section names; what they say about other pieces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from zopa.case.basis import Judgment
from zopa.case.costs import ONE_POINT, CostRow, CostSettings, PartyCosts
from zopa.casefile.checks import Pieces, Range, bases, declared, known, undeclared, within
from zopa.casefile.csvdoc import CsvRecords, CsvRow, number, read_records
from zopa.casefile.folder import CaseFiles
from zopa.casefile.matrices import PriceTable, TradeTables, price_table, trade_tables
from zopa.casefile.yamldoc import Path_
from zopa.errors import Finding

__all__ = ["COSTS_FILE", "CostData", "read_costs"]

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


def read_costs(files: CaseFiles, pieces: Pieces) -> CostData:
    """Read and check everything about costs that the folder holds."""
    data = CostData()
    settings: CostSettings | None = pieces.top.get("costs")
    if settings is not None:
        data.findings += _settings(pieces, settings)
        _read_tables(files, settings, data, pieces)
    if files.is_file(COSTS_FILE):
        records = read_records(files, COSTS_FILE, COLUMNS)
        rows = [_row(pieces, records, row) for row in records.rows]
        data.rows = tuple(r for r in rows if r is not None)
        _compare(records, data.rows, settings)
        data.findings += records.findings
    return data


def _row(pieces: Pieces, records: CsvRecords, row: CsvRow) -> CostRow | None:
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
        {
            "party": row["party"],
            "from": start,
            "low": low,
            "central": central,
            "high": high,
            "unit": unit[1],
            "per": unit[2],
            "line": row.line,
            **basis,
        }
    )


def _named(pieces: Pieces, records: CsvRecords, row: CsvRow, column: str, group: str, *names: str) -> bool:
    """Whether the names exist in a group of the case; a finding at the cell for each that does not."""
    for name in names:
        pieces.refer(records.file, (row.line, column), group, name)
    found = [f for name in names for f in undeclared(pieces, pieces.main, (), group, name)]
    for f in found:
        records.report(row, column, f.what, f.hint)
    return not found


def _date(records: CsvRecords, row: CsvRow) -> date | None:
    text = row["from"]
    if not text:
        return None
    try:
        return date.fromisoformat(f"{text}-01" if re.fullmatch(r"\d{4}-\d\d", text) else text)
    except ValueError:
        records.report(row, "from", f"expected a month such as 2025-03, a day, or nothing; saw '{text}'")
        return None


def _basis(pieces: Pieces, records: CsvRecords, row: CsvRow) -> dict[str, Any] | None:
    """``s1 s2`` or ``stated s1 s2``, ``inferred s1: why``, ``assumed: reason``."""
    text = " ".join(row["basis"].split())
    if (m := re.fullmatch(r"assumed:\s*(.+)", text)) is not None:
        return {"assumed": m[1]}
    if (m := re.fullmatch(r"(?:(stated|inferred)\s+)?([\w\s;-]+)(?::\s*(.+))?", text)) is not None:
        ids = tuple(re.split(r"[\s;]+", m[2].strip()))
        if m[1] or len(ids) == 1 or any(i in pieces.statements for i in ids):
            there = _named(pieces, records, row, "basis", "statements", *ids)
            return {m[1] or "stated": ids, "why": m[3] or ""} if there else None
    saw = f"{text[:40]!r}" if text else "nothing"
    what = f"expected statement ids, 'inferred IDS: why' or 'assumed: reason'; saw {saw}"
    records.report(row, "basis", what, "every number says what it rests on")
    return None


def _compare(records: CsvRecords, rows: tuple[CostRow, ...], settings: CostSettings | None) -> None:
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
                at,
                "unit",
                f"how many points is one '{row.unit}' worth to {row.party}?",
                f'write costs.parties.{row.party}.points_per: {{"{row.unit}": 2}} with your number (0: none) in '
                f"case.yaml, or use '{ONE_POINT} per month'",
            )


def _settings(p: Pieces, settings: CostSettings) -> Iterator[Finding]:
    yield from bases(p, ("costs",), settings)
    for name, own in settings.parties.items():
        path: Path_ = ("costs", "parties", name)
        yield from declared(p, p.main, path, "parties", name)
        yield from _party(p, path, own)
    if settings.contest is not None:
        for key in ("secure", "later"):
            for name in getattr(settings.contest, key):
                yield from declared(p, p.main, ("costs", "contest", key, name), "parties", name)
        for name in settings.contest.later:
            if name not in settings.contest.secure:
                yield p.main.finding(
                    ("costs", "contest", "later", name), f"expected {name} under `secure` too"
                )


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
            yield from within(p, (*path, *keys), target, allowed)
    for unit, worth in own.points_per.items():
        yield from within(p, (*path, "points_per", unit), worth, WORTH)
    for name, model in models.items():
        unit = getattr(model, "unit", "% of income")
        if unit != ONE_POINT and unit not in own.points_per:
            yield p.main.finding(
                (*path, name),
                f"how many points is one '{unit}' worth to {path[-1]}?",
                f'write points_per: {{"{unit}": 2}} with your number beside it (0: none)',
            )


def _read_tables(files: CaseFiles, settings: CostSettings, data: CostData, p: Pieces) -> None:
    """Read the tables that models name, each set once."""
    for name, own in settings.parties.items():
        path: Path_ = ("costs", "parties", name)
        if own.prices is not None:
            key: tuple[str, ...] = (own.prices.table,)
            if key not in data.tables:
                records = read_records(files, own.prices.table, ())
                data.tables[key] = price_table(records)
                data.findings += records.findings
            prices = data.tables[key]
            if isinstance(prices, PriceTable):
                data.findings += known(
                    p.main, (*path, "prices", "item"), "cost item", own.prices.item, prices.items
                )
        if own.trade is not None:
            key = (own.trade.flows, own.trade.inputs, own.trade.elasticities)
            if key not in data.tables:
                flows = read_records(
                    files,
                    key[0],
                    ("importer", "exporter", "sector", "value"),
                    ("tariff", "tariff_after", "barrier"),
                )
                inputs = read_records(files, key[1], ("country", "input", "sector", "share"))
                thetas = read_records(files, key[2], ("sector", "elasticity"))
                sound = not (flows.findings or inputs.findings or thetas.findings)
                data.tables[key] = trade_tables(flows, inputs, thetas) if sound else None
                data.findings += flows.findings + inputs.findings + thetas.findings
            trade = data.tables[key]
            if isinstance(trade, TradeTables):
                data.findings += known(
                    p.main, (*path, "trade", "country"), "country", own.trade.country, trade.countries
                )
