"""Scorable games: a sheet of scores with a threshold per party, in CSV or XLSX, in and out.

Columns: issue, option, then one per party. Rows: one per option with its scores; *threshold* (also *reservation*,
*minimum*, *no agreement*), *veto* with yes under every party whose acceptance is needed, *at least* with the number of
parties that must accept. Scores are exact.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from zopa.case import Case
from zopa.errors import CaseError, Finding
from zopa.formats.additive import AdditiveScenario, Scores, decimal, scenario_of, scores_case
from zopa.formats.documents import number
from zopa.formats.fidelity import IMPORTED, Fidelity
from zopa.formats.grids import CellGrid, grids_of, kind_of, write_grid
from zopa.formats.names import label

__all__ = ["KINDS", "read", "recognise", "write"]

KINDS = ("csv", "xlsx")
_ISSUE = {"issue", "issues", "topic", "question", "item"}
_OPTION = {"option", "options", "alternative", "choice", "value", "outcome"}
_THRESHOLD = {"threshold", "thresholds", "reservation", "reservation value", "minimum", "minimum score", "minimum points", "batna",
              "no agreement", "no deal", "walk away", "walk-away", "at least points"}  # fmt: skip
_VETO = {"veto", "vetoes", "required", "must accept"}
_QUORUM = {"at least", "parties needed", "quorum"}
_YES = {"yes", "y", "x", "1", "true", "veto"}


def _word(text: str) -> str:
    return re.sub(r"[^\w -]+", " ", text.casefold()).strip()


def recognise(files: Mapping[str, bytes], kind: str) -> bool:
    """Whether a file is a sheet whose first columns are issue and option."""
    if len(files) != 1 or kind_of(*next(iter(files.items()))) != kind:
        return False
    name, raw = next(iter(files.items()))
    try:
        return any(_header(g) is not None for g in grids_of(name, raw, Fidelity("")))
    except CaseError:
        return False


def _header(grid: CellGrid) -> int | None:
    for k, row in enumerate(grid.rows[:8]):
        if len(row) > 2 and _word(row[0]) in _ISSUE and _word(row[1]) in _OPTION and any(row[2:]):
            return k
    return None


@dataclass
class _ScoreSheet:
    """What stands in a sheet."""

    parties: tuple[str, ...]
    issues: dict[str, list[str]] = field(default_factory=dict)
    scores: dict[str, list[list[Fraction]]] = field(default_factory=dict)
    limits: list[Fraction | None] = field(default_factory=list)
    vetoes: list[bool] = field(default_factory=list)
    quorum: int | None = None


def read(files: Mapping[str, bytes], source: str) -> tuple[Case, Fidelity]:
    """A case from the first sheet of scores in a file.

    Raises
    ------
    CaseError
        A score that is no number, an option without an issue or twice; each located.
    """
    del source
    name, raw = next(iter(files.items()))
    fidelity = Fidelity("scores")
    grids = grids_of(name, raw, fidelity)
    grid = next(g for g in grids if _header(g) is not None)
    for other in grids:
        if other is not grid:
            fidelity.leave("another table", f"{name}, {other.name}")
    sheet = _sheet(grid, name)
    parties = tuple(_scores(sheet, p, name, fidelity) for p in range(len(sheet.parties)))
    issues = tuple((i, tuple(options)) for i, options in sheet.issues.items())
    case = scores_case(AdditiveScenario(name.rpartition(".")[0], issues, parties, {}), fidelity, scaled=False)
    ids = list(case.parties)
    needed = tuple(p for p, veto in zip(ids, sheet.vetoes, strict=False) if veto)
    if needed or sheet.quorum:
        agreement = case.agreement.model_copy(update={"required": needed or None, "at_least": sheet.quorum})
        case = case.model_copy(update={"agreement": agreement})
    return case, fidelity


def _sheet(grid: CellGrid, file: str) -> _ScoreSheet:
    top = _header(grid) or 0
    columns = [c for c, text in enumerate(grid.rows[top]) if c > 1 and text]
    found = _ScoreSheet(tuple(label(grid.rows[top][c]) for c in columns))
    bad: list[Finding] = []
    issue = ""
    for k, row in enumerate(grid.rows[top + 1 :], top + 2):
        words = {_word(row[0]), _word(row[1])} - {""}
        cells, place = [row[c] for c in columns], f"{grid.name}, row {k}"
        if words & _THRESHOLD:
            found.limits = [_score(c, place, file, bad) if c else None for c in cells]
        elif words & _VETO:
            found.vetoes = [_word(c) in _YES for c in cells]
        elif words & _QUORUM:
            value = next((number(c) for c in cells if c), None)
            if value is None or value.denominator != 1 or not 1 <= value <= len(columns):
                bad.append(Finding(place, f"expected a number of parties from 1 to {len(columns)}", "", file))
            else:
                found.quorum = int(value)
        else:
            issue = label(row[0], issue) if row[0] else issue
            _option(found, issue, row[1], [_score(c, place, file, bad) for c in cells], (place, file, bad))
    if not found.issues:
        bad.append(
            Finding(grid.name, "expected rows with an issue, an option and scores, saw none", "", file)
        )
    if bad:
        raise CaseError(bad[:20], "nothing was read")
    return found


def _option(
    sheet: _ScoreSheet, issue: str, text: str, scores: Sequence[Fraction], at: tuple[str, str, list[Finding]]
) -> None:
    place, file, bad = at
    option = label(text, "")
    if not issue or not option:
        bad.append(
            Finding(place, f"expected an {'option' if issue else 'issue'}, saw an empty cell", "", file)
        )
        return
    if option in sheet.issues.setdefault(issue, []):
        bad.append(
            Finding(
                place, f"expected each option of '{issue[:60]}' once, saw '{option[:60]}' again", "", file
            )
        )
        return
    sheet.issues[issue].append(option)
    sheet.scores.setdefault(issue, []).append(list(scores))


def _score(text: str, place: str, file: str, bad: list[Finding]) -> Fraction:
    plain = text.strip().removeprefix("'").replace("\u2212", "-")
    ratio = re.fullmatch(r"(-?\d{1,40})\s*/\s*([1-9]\d{0,39})", plain)
    value = Fraction(int(ratio[1]), int(ratio[2])) if ratio else number(plain)
    if value is None:
        saw = f"'{text[:40]}'" if text else "an empty cell"
        bad.append(Finding(place, f"expected a score, saw {saw}", "write a number; 0 for no points", file))
        return Fraction(0)
    return value


def _scores(sheet: _ScoreSheet, p: int, file: str, fidelity: Fidelity) -> Scores:
    rows = [tuple(cells[p] for cells in sheet.scores[i]) for i in sheet.issues]
    limit = sheet.limits[p] if p < len(sheet.limits) else None
    top = max(sum((max(r) for r in rows), Fraction(0)), limit or Fraction(0))
    name = sheet.parties[p]
    found = Scores(name, tuple(rows), limit, why=f"{IMPORTED} the sheet of scores {label(file)}")
    if limit is None:
        fidelity.change("no threshold: nothing is refused", name)
    if top <= 100:
        return found
    fidelity.change(
        f"scores up to {decimal(top) or top} count up to 100; their order and their ratios stay", name
    )
    scaled = tuple(tuple(100 * v / top for v in row) for row in rows)
    return replace(found, points=scaled, reservation=None if limit is None else 100 * limit / top)


def write(case: Case, kind: str) -> tuple[dict[str, bytes], Fidelity]:
    """The scores of a case as such a sheet.

    Raises
    ------
    NotApplicable
        No party whose acceptance counts.
    """
    fidelity = Fidelity("scores")
    scenario = scenario_of(case, fidelity, ())
    fidelity.left_out = [r for r in fidelity.left_out if r.what != "agreement"]
    names = [p.name for p in scenario.parties]
    rows = [["Issue", "Option", *names]]
    for i, (issue, labels) in enumerate(scenario.issues):
        rows += [
            [issue, text, *(_text(p.points[i][k]) for p in scenario.parties)] for k, text in enumerate(labels)
        ]
    if any(p.reservation is not None for p in scenario.parties):
        rows.append(
            [
                "Threshold",
                "",
                *("" if p.reservation is None else _text(p.reservation) for p in scenario.parties),
            ]
        )
    agreement = case.agreement
    if agreement.required is not None:
        needed = {case.parties[p].name for p in agreement.required if p in case.parties}
        rows.append(["Veto", "", *("yes" if n in needed else "" for n in names)])
    if agreement.at_least is not None:
        rows.append(["At least", "", str(agreement.at_least), *[""] * (len(names) - 1)])
    return {"": write_grid(CellGrid(case.title, rows), kind)}, fidelity


def _text(value: Fraction) -> str:
    return decimal(value) or f"{value.numerator}/{value.denominator}"
