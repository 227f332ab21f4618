"""PA-X: the user's own download of peace agreements, as a precedent for options; never a position of a party.

Columns: ``PP`` (process), ``Dat`` (m/d/yy), ``Stage`` (``SubComp`` is a comprehensive agreement), and provisions coded
0 to 3. A file of codes says which column speaks for which option.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from zopa.case import Case
from zopa.errors import CaseError, Finding
from zopa.formats.codings import CODES_FILE, CodeMeaning, given_codes
from zopa.formats.documents import decode, refuse
from zopa.formats.fidelity import IMPORTED, Fidelity
from zopa.formats.grids import CellGrid, write_grid
from zopa.formats.names import label, short_ids
from zopa.formats.proportions import wilson

__all__ = ["Precedent", "pax_day", "precedent", "read", "recognise"]

COMPREHENSIVE = "subcomp"
PIVOT = 69
NEEDED = ("PP", "Stage")
MOST_ROWS = 100_000
_CODE = re.compile(r"[0-3](\.0)?")


@dataclass(frozen=True)
class Precedent:
    """In how many processes with a comprehensive agreement one contains a provision; ``last``: the latest day."""

    contains: int
    processes: int
    last: date | None = None

    def __str__(self) -> str:
        low, high = (round(100 * v) for v in wilson(self.contains, self.processes))
        return (
            f"in {self.contains} of {self.processes} processes with a comprehensive agreement, one contains it "
            f"(95 % interval {low} to {high} %); illustrative, not a position"
        )


def recognise(files: Mapping[str, bytes]) -> bool:
    """Whether a file is a table with processes, stages and agreements of PA-X."""
    raw = next(iter(files.values())) if len(files) == 1 else b""
    head = raw[:20_000].lstrip(b"\xef\xbb\xbf").split(b"\n", 1)[0]
    columns = {c.strip(b' "\r') for c in head.split(b",")}
    return {b"PP", b"Stage"} <= columns and bool(columns & {b"AgtId", b"Agt", b"PPName", b"Dat"})


def pax_day(text: str) -> date | None:
    """A day written m/d/yy, from 1969 to 2068, or with four digits of the year.

    >>> pax_day("4/10/98"), pax_day("1/1/68")
    (datetime.date(1998, 4, 10), datetime.date(2068, 1, 1))
    """
    found = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{2}|\d{4})", text.strip())
    if not found:
        return None
    year = int(found[3])
    if year < 100:
        year += 1900 if year >= PIVOT else 2000
    try:
        return date(year, int(found[1]), int(found[2]))
    except ValueError:
        return None


def precedent(rows: Sequence[Mapping[str, str]], column: str) -> Precedent:
    """How often processes that reached a comprehensive agreement have a provision in one."""
    final = [r for r in rows if r["Stage"].strip().casefold() == COMPREHENSIVE and r["PP"].strip()]
    having = {r["PP"] for r in final if r.get(column, "").strip()[:1] in ("1", "2", "3")}
    days = [d for r in final if r["PP"] in having and (d := pax_day(r.get("Dat", "")))]
    return Precedent(len(having), len({r["PP"] for r in final}), max(days, default=None))


def read(files: Mapping[str, bytes], source: str, codes: str = "") -> tuple[Case, Fidelity]:
    """A case of issues and options with a precedent each, to be copied from; it has one party without a name.

    Parameters
    ----------
    codes : str, optional
        Which column speaks for which option of which issue; without it every provision is an issue of its own.

    Raises
    ------
    CaseError
        Columns are missing, a provision is not coded 0 to 3, no comprehensive agreement; each located.
    """
    name, raw = next(iter(files.items()))
    fidelity = Fidelity("pa-x")
    rows = _rows(decode(raw, name, fidelity), name)
    columns = [
        c for c in rows[0] if c and all(_CODE.fullmatch(r[c].strip()) or not r[c].strip() for r in rows)
    ]
    columns = [
        c
        for c in columns
        if c not in (*NEEDED, "AgtId", "Con", "Dat", "N_characters", "Lgt")
        and any(r[c].strip() for r in rows)
    ]
    read_as = _meanings(columns, codes, rows, (name, source), fidelity)
    found = {c: precedent(rows, c) for c in read_as}
    total = next(iter(found.values())).processes
    if not total:
        refuse(
            source,
            "expected an agreement with the stage SubComp and a process (PP), saw none",
            "is this the whole download?",
        )
    fidelity.keep("agreements", len(rows))
    fidelity.keep("processes with a comprehensive agreement", total)
    fidelity.keep("provisions", len(read_as))
    rest = len([c for c in rows[0] if c and c not in read_as])
    if rest:
        fidelity.leave("columns that are no provision or are not named in the file of codes", name, rest)
    lines = [["issue", "option", "column", "processes that contain it", "processes", "low", "high"]]
    for c, one in read_as.items():
        ends = [f"{v:.4f}" for v in wilson(found[c].contains, total)]
        lines.append([one.issue, one.option, c, str(found[c].contains), str(total), *ends])
    fidelity.beside["precedents.csv"] = write_grid(CellGrid("precedents", lines), "csv")
    return _case(name, read_as, found, fidelity), fidelity


def _rows(text: str, file: str) -> list[dict[str, str]]:
    table = csv.DictReader(io.StringIO(text, newline=""))
    try:
        missing = [c for c in NEEDED if c not in (table.fieldnames or ())]
        if missing:
            refuse(
                file,
                f"expected the columns {', '.join(missing)}, saw none",
                "give the CSV download of PA-X as it is",
                1,
            )
        rows = []
        for row in table:
            rows.append({str(k): v if isinstance(v, str) else "" for k, v in row.items() if k is not None})
            if len(rows) > MOST_ROWS:
                refuse(file, f"expected at most {MOST_ROWS:,} agreements, saw more")
    except csv.Error as error:
        refuse(
            file, f"expected CSV, saw a mistake: {error}", "is a quotation mark left open?", table.line_num
        )
    if not rows:
        refuse(file, "expected agreements below the header, saw none")
    return rows


def _meanings(
    columns: Sequence[str],
    codes: str,
    rows: Sequence[Mapping[str, str]],
    at: tuple[str, str],
    fidelity: Fidelity,
) -> dict[str, CodeMeaning]:
    file, source = at
    if not codes:
        if not columns:
            refuse(source, "expected columns with codes from 0 to 3, saw none")
        found = {c: CodeMeaning(issue=c, option="contained") for c in columns}
        fidelity.change(
            f"every provision is an issue of its own; {CODES_FILE} says so, and can be changed and given with --codes",
            count=len(found),
        )
        lines = ["# provision: the option that it speaks for."]
        lines += [
            f"{json.dumps(c, ensure_ascii=False)}: {{issue: {json.dumps(c, ensure_ascii=False)}, option: contained}}"
            for c in columns
        ]
        fidelity.beside[CODES_FILE] = ("\n".join(lines) + "\n").encode("utf-8", "replace")
        return found
    given = given_codes(codes)
    bad = []
    for c, one in given.items():
        if c not in rows[0]:
            bad.append(Finding(c, "expected a column of the table, saw none of this name", "", file))
        elif c not in columns:
            line = next(
                (k for k, r in enumerate(rows, 2) if r[c].strip() and not _CODE.fullmatch(r[c].strip())), 1
            )
            bad.append(Finding(c, "expected codes from 0 to 3 in this column", "", file, line, 1))
        elif not one.issue or not one.option:
            bad.append(
                Finding(
                    c, "expected an issue and an option", '"Cease": {issue: Ceasefire, option: yes}', codes
                )
            )
    if bad or not given:
        raise CaseError(bad or [Finding("", "expected at least one column", "", codes)], "nothing was read")
    return {c: m for c, m in given.items() if m.issue}


def _case(
    file: str, read_as: Mapping[str, CodeMeaning], found: Mapping[str, Precedent], fidelity: Fidelity
) -> Case:
    grouped: dict[str, list[tuple[str, str]]] = {}
    for c, one in read_as.items():
        grouped.setdefault(label(one.issue), []).append((label(one.option), c))
    issues: dict[str, Any] = {}
    for (name, options), ident in zip(grouped.items(), short_ids(grouped), strict=True):
        ids = short_ids(o for o, _ in options)
        issues[ident] = {
            "name": name,
            "options": {
                i: {"label": o, "assumed": f"precedent, {IMPORTED} PA-X ({label(file)}, {c}): {found[c]}"}
                for i, (o, c) in zip(ids, options, strict=True)
            },
        }
        if len(options) == 1:
            issues[ident]["options"][short_ids(["not contained"], ids)[0]] = {"label": "not contained"}
    fidelity.change(
        "PA-X says nothing about a party; one without a name stands there because a case needs one"
    )
    return Case.model_validate(
        {"title": "Precedents of PA-X", "parties": {"party": {"name": "Unnamed party"}}, "issues": issues}
    )
