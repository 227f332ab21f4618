"""Input-output and trade tables as plain numbers, from their CSV records; every fault at its cell."""

from __future__ import annotations

import math
from dataclasses import dataclass

from zopa.casefile.csvdoc import CsvRecords, CsvRow, number
from zopa.errors import Finding

__all__ = ["PriceTable", "TradeTables", "price_table", "trade_tables"]

Grid = list[list[float]]
BASKET = "basket"


@dataclass(frozen=True)
class PriceTable:
    """Input coefficients (row sector per unit of column sector), cost items, and the consumer's basket."""

    sectors: tuple[str, ...]
    coefficients: Grid
    items: dict[str, tuple[list[float], float]]
    """Item -> its share in the cost of each sector, and in the basket itself."""
    basket: list[float]


def price_table(records: CsvRecords) -> PriceTable | None:
    """The table of a ``prices`` model, or None with findings added to ``records``."""
    label, *columns = records.header or ("",)
    if not records.rows:
        return None
    found = records.findings
    if BASKET not in columns:
        what = f"missing column '{BASKET}': the consumer's weight of each sector"
        found.append(Finding("", what, "", records.file, 1, 1))
    sectors = tuple(c for c in columns if c != BASKET)
    rows = {row[label]: row for row in records.rows}
    for sector in sectors:
        if sector not in rows:
            what = f"expected a row for the sector '{sector}', saw none"
            found.append(Finding("", what, "the table of sectors is square", records.file, 1, 1))
    if len(rows) != len(records.rows):
        found.append(Finding("", "expected each row name once", "", records.file, records.rows[-1].line, 1))
    if found:
        return None
    numbers = {
        name: [number(records, row, c, low=0) for c in sectors]
        + [number(records, row, BASKET, low=0, empty=0.0)]
        for name, row in rows.items()
    }
    for k, sector in enumerate(sectors):
        total = sum(values[k] for values in numbers.values())
        if total > 1 + 1e-9:
            last = records.rows[-1]
            what = f"expected cost shares of '{sector}' that sum to at most 1, saw {total:g}"
            records.report(last, sector, what, "coefficients are per unit of output")
    if found:
        return None
    return PriceTable(
        sectors,
        [numbers[s][:-1] for s in sectors],
        {name: (values[:-1], values[-1]) for name, values in numbers.items() if name not in sectors},
        [numbers[s][-1] for s in sectors],
    )


@dataclass(frozen=True)
class TradeTables:
    """Trade flows, tariffs before and after, barriers, inputs and elasticities, in the order of the names."""

    countries: tuple[str, ...]
    sectors: tuple[str, ...]
    flows: list[Grid]
    tariffs: list[Grid]
    tariffs_after: list[Grid]
    barriers: list[Grid]
    inputs: list[Grid]
    elasticities: list[float]


def _cube(n: int, m: int, j: int, value: float) -> list[Grid]:
    return [[[value] * j for _ in range(m)] for _ in range(n)]


def trade_tables(flows: CsvRecords, inputs: CsvRecords, elasticities: CsvRecords) -> TradeTables | None:
    """The tables of a ``trade`` model, or None with findings added to the records.

    A pair that is left out trades nothing. A country that sells and never buys, or has no inputs, is
    reported as missing.
    """
    country = {name: k for k, name in enumerate(dict.fromkeys(row["importer"] for row in flows.rows))}
    sector = {name: k for k, name in enumerate(dict.fromkeys(row["sector"] for row in flows.rows))}
    for name, row in {row["exporter"]: row for row in reversed(flows.rows)}.items():
        if name not in country:
            what = f"'{name}' sells but buys nothing: is the country missing as importer?"
            flows.report(row, "exporter", what, "add its rows, home sales included")
    if flows.findings:
        return None
    cubes = _flows(flows, country, sector)
    grid = _inputs(inputs, country, sector, flows.file)
    thetas = _elasticities(elasticities, sector)
    if flows.findings or inputs.findings or elasticities.findings:
        return None
    return TradeTables(tuple(country), tuple(sector), *cubes, grid, thetas)


def _flows(
    records: CsvRecords, country: dict[str, int], sector: dict[str, int]
) -> tuple[list[Grid], list[Grid], list[Grid], list[Grid]]:
    """Values, tariffs, tariffs after, barriers."""
    n, j = len(country), len(sector)
    values, tariffs, after = (_cube(n, n, j, 0.0) for _ in range(3))
    barriers = _cube(n, n, j, 1.0)
    seen: set[tuple[int, int, int]] = set()
    for row in records.rows:
        a, b, k = at = country[row["importer"]], country[row["exporter"]], sector[row["sector"]]
        if at in seen:
            records.report(
                row, "importer", "expected each importer, exporter and sector once, saw them again"
            )
        seen.add(at)
        values[a][b][k] = number(records, row, "value", low=0, high=1e15)
        tariffs[a][b][k] = tariff = number(records, row, "tariff", low=0, high=1e3, empty=0.0)
        after[a][b][k] = number(records, row, "tariff_after", low=0, high=1e3, empty=tariff)
        cut = row["barrier"] == "inf"
        barriers[a][b][k] = math.inf if cut else number(records, row, "barrier", low=0, high=1e6, empty=1.0)
    return values, tariffs, after, barriers


def _looked_up(records: CsvRecords, row: CsvRow, column: str, known: dict[str, int], kind: str) -> int | None:
    if row[column] in known:
        return known[row[column]]
    records.report(row, column, f"no {kind} called '{row[column]}' in the flows")
    return None


def _inputs(records: CsvRecords, country: dict[str, int], sector: dict[str, int], flows: str) -> list[Grid]:
    grid = _cube(len(country), len(sector), len(sector), 0.0)
    last: dict[tuple[int, int], CsvRow] = {}
    for row in records.rows:
        n = _looked_up(records, row, "country", country, "country")
        k = _looked_up(records, row, "input", sector, "sector")
        j = _looked_up(records, row, "sector", sector, "sector")
        share = number(records, row, "share", low=0)
        if n is not None and k is not None and j is not None:
            grid[n][k][j] = share
            last[n, j] = row
    for (n, j), row in last.items():
        total = sum(grid[n][k][j] for k in range(len(sector)))
        if total > 1 + 1e-9:
            what = f"expected input shares that sum to at most 1, saw {total:g} for {row['country']}, {row['sector']}"
            records.report(row, "share", what)
    have = {n for n, _ in last}
    for name, n in country.items():
        if n not in have and not records.findings:
            what = f"no inputs for the country '{name}' of {flows}: is it missing?"
            records.findings.append(Finding("country", what, "", records.file, 1, 1))
    return grid


def _elasticities(records: CsvRecords, sector: dict[str, int]) -> list[float]:
    found: dict[int, float] = {}
    for row in records.rows:
        if (j := _looked_up(records, row, "sector", sector, "sector")) is not None:
            found[j] = number(records, row, "elasticity", low=1e-6, high=1e3)
    for name, j in sector.items():
        if j not in found and not records.findings:
            what = f"no elasticity for the sector '{name}'"
            records.findings.append(Finding("sector", what, "", records.file, 1, 1))
    return [found.get(j, math.nan) for j in range(len(sector))]
