"""Position tables: rows are issues, columns are parties, an optional last column is what was agreed.

Every cell becomes a suggested statement of its party, quoted from a text of the table and anchored there; a
review accepts it. What was agreed becomes ``outcome:``, never a position. An empty cell is silence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from zopa.case import Case, latest
from zopa.casefile import normalise
from zopa.errors import CaseError, Finding, NotApplicable, UnknownName
from zopa.formats.documents import number, refuse, unzip
from zopa.formats.fidelity import Fidelity, left_out
from zopa.formats.grids import CellGrid, grids_of, kind_of, write_grid
from zopa.formats.names import label, short_ids
from zopa.formats.text_case import TextCase

__all__ = ["read", "recognise", "write"]

_NUMBER = {"no", "nr", "number", "row", "line", "id", "#", "n°", "item no", "ref"}
_ISSUE = {
    "issue",
    "issues",
    "topic",
    "provision",
    "subject",
    "question",
    "point",
    "article",
    "item",
    "theme",
    "matter",
    "text",
}
_PARTY = {
    "party",
    "parties",
    "delegation",
    "delegations",
    "country",
    "state",
    "actor",
    "stakeholder",
    "organisation",
}
_DOUBTFUL = {"actor", "stakeholder", "organisation"}
_RATINGS = {"power", "capability", "salience", "saliences", "weight", "influence", "position", "positions", "statement", "quote", "date", "source"}  # fmt: skip
_POSITION = {
    "position",
    "view",
    "proposal",
    "demand",
    "stance",
    "says",
    "text",
    "position taken",
    "what it says",
}
_AGREED = {"agreed", "agreement", "compromise", "outcome", "result", "final", "agreed text", "final text", "provisional agreement",
           "compromise proposal", "final compromise", "what was agreed"}  # fmt: skip
_REMARK = {
    "comment",
    "comments",
    "remark",
    "remarks",
    "note",
    "notes",
    "date",
    "status",
    "source",
    "explanation",
}
_SILENT = re.compile(
    r"[\s\-–—.…/]*|n/?a|none|no position|no view|not mentioned|\[\s*\]|to be confirmed|tbc|tbd", re.I
)
_LEFT = re.compile(
    r"(idem|ditto|ibid\.?|same|the same|as left|[\"″”〃]|same as (left|previous)|identical)\.?", re.I
)
_BASE = re.compile(
    r"(no change|unchanged|maintain(ed)?|no amendments?|first reading|as (in the )?(original|proposal|proposed)|keep)\.?",
    re.I,
)
_AS = re.compile(
    r"(?:(?:the )?same as|identical (?:to|with)|as in|as|same|see|like|agree(?:s)? with|supports?|cf\.?)\s+(?:the\s+)?(.{1,80}?)\.?",
    re.I,
)
_SHORT = re.compile(r"[\d.()a-z§ ]{0,8}|(AM|Art\.?) ?\d+\w?")
_GONE = re.compile(r"\[?\s*(deleted?|delete|deletion|to be deleted|struck( out)?)\s*\]?\.?", re.I)
_OPTIONS = re.compile(r"(?:^|\s)(?:option|alternative|variant)\s+(?:\d+|[A-Z])\s*[:.)]\s*", re.I)
_BRACKETS = re.compile(r"\s*(?:\[[^\[\]]+\]\s*/?\s*){2,}")
KINDS = ("csv", "html", "xlsx", "docx")


def recognise(files: Mapping[str, bytes], kind: str) -> bool:
    """Whether a file may hold a table, in a file of this kind."""
    if len(files) != 1 or kind_of(*next(iter(files.items()))) != kind:
        return False
    name, raw = next(iter(files.items()))
    return kind != "docx" or b"<w:tbl" in unzip(raw, name, lambda n: n == "word/document.xml").get(
        "word/document.xml", b""
    )


@dataclass(frozen=True)
class _Roles:
    header: int
    names: tuple[str, ...]
    issue: int
    parties: tuple[int, ...]
    agreed: int | None
    remarks: tuple[int, ...]


@dataclass
class _Cell:
    party: int
    text: str
    said: tuple[str, ...] = ()
    why: str = ""


def read(files: Mapping[str, bytes], source: str, roles: Sequence[str] = ()) -> tuple[Case, Fidelity]:
    """A case from all position tables of one file; statements are suggested, not accepted.

    Parameters
    ----------
    roles : sequence of str, optional
        ``COLUMN=ROLE`` with one of :data:`ROLES`, where the roles that are found and told are wrong.

    Raises
    ------
    CaseError
        No table with a column of issues and a column of a party; a table that can be read in two ways; references
        that go round in a circle.
    UnknownName
        A column or role that does not exist.
    """
    name, raw = next(iter(files.items()))
    fidelity = Fidelity("position-table")
    tables = []
    given, grids = _given(roles), grids_of(name, raw, fidelity)
    _known_columns(given, grids)
    for one in grids:
        grid = _upright(one, given, f"{name}, {one.name}", fidelity)
        columns = _roles(grid, given)
        if columns is None:
            fidelity.leave(
                "a table without a column of issues and a column of a party", f"{name}, {grid.name}"
            )
            continue
        tables.append((grid, columns))
    if not tables:
        refuse(
            source,
            "expected a table whose rows are issues and whose columns are parties, saw none",
            "write a header row: issue, then one name per party",
        )
    for grid, found in tables:
        fidelity.change(f"{_told(found)}; wrong? --roles COLUMN=ROLE", f"{name}, {grid.name}")
    return _Builder(name, fidelity).case(tables), fidelity


ROLES: Mapping[str, str] = {
    "issue": "what the rows are about", "party": "what one party says; for the first column: its rows are parties",
    "position": "what is said, in a table with a column of parties", "agreed": "what was agreed", "number": "numbers of the rows",
    "leave": "left out",
}  # fmt: skip
"""What a column can be said to be, with ``--roles``."""


def _given(roles: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in roles:
        column, sign, role = text.rpartition("=")
        if not sign or role.strip().casefold() not in ROLES:
            raise UnknownName("role (COLUMN=ROLE)", role.strip() or text, ROLES)
        found[_word(column)] = role.strip().casefold()
    return found


def _known_columns(given: Mapping[str, str], grids: Sequence[CellGrid]) -> None:
    names = list(dict.fromkeys(c for g in grids for row in g.rows[:8] for c in row if c))
    for column in given:
        if column not in {_word(n) for n in names}:
            raise UnknownName("column", column, names)


def _told(roles: _Roles) -> str:
    """What the columns are, in the order of their kinds."""
    kinds = [
        ("issues", (roles.issue,)),
        ("parties", roles.parties),
        ("agreed", () if roles.agreed is None else (roles.agreed,)),
        ("left out", roles.remarks),
    ]
    said = [
        f"{kind}: {', '.join(label(roles.names[c], 'the first column')[:40] for c in at)}"
        for kind, at in kinds
        if at
    ]
    return f"columns are read as {'; '.join(said)}"


def _upright(grid: CellGrid, given: Mapping[str, str], place: str, fidelity: Fidelity) -> CellGrid:
    """A table whose rows are parties, or one statement each, as one whose rows are issues and columns parties."""
    for k, row in enumerate(grid.rows[:8]):
        at = [
            c
            for c, text in enumerate(row)
            if _word(text) in _PARTY
            or (given.get(_word(text)) == "party" and _rows_are_parties(row, c, given))
        ]
        if not at or len({c for c in row if c}) < 2:
            continue
        if at[0] == 0 and given.get(_word(row[0]), "party") == "party":
            return _turned(grid, k, given, place, fidelity)
        if at[0] and given.get(_word(row[at[0]]), "party") == "party" and not _below_is_named(row, at[0]):
            return _pivoted(grid, k, at[0], given, (place, fidelity))
    return grid


def _rows_are_parties(row: Sequence[str], column: int, given: Mapping[str, str]) -> bool:
    """Whether a column that is said to be of parties is the first, or stands beside one of positions."""
    return column == 0 or any(given.get(_word(text)) == "position" for text in row)


def _below_is_named(row: Sequence[str], column: int) -> bool:
    """Whether a merged heading such as *Parties* stands over several columns, whose names are below."""
    return row.count(row[column]) > 1


def _turned(grid: CellGrid, top: int, given: Mapping[str, str], place: str, fidelity: Fidelity) -> CellGrid:
    """Rows are parties: turned, unless it may as well be something else, which is asked."""
    head, body = grid.rows[top], grid.rows[top + 1 :]
    names = [r[0] for r in body if r[0]]
    doubt = ""
    if len(set(names)) < len(names):
        doubt = f"'{label(next(n for n in names if names.count(n) > 1))[:40]}' stands in several rows"
    elif _word(head[0]) in _DOUBTFUL:
        doubt = f"the first column is headed '{label(head[0])[:40]}'"
    elif any(_word(h) in _RATINGS for h in head[1:]):
        doubt = f"the column '{next(h for h in head[1:] if _word(h) in _RATINGS)}' holds ratings"
    if doubt and given.get(_word(head[0])) != "party":
        hint = (
            f"rows are parties and columns issues: --roles '{head[0]}=party'; a list of statements: zopa read; "
            "positions and saliences by number: --from ktab-csv"
        )
        refuse(place, f"this table can be read in more than one way: {doubt}", hint)
    fidelity.change(
        f"rows are read as parties and columns as issues, because the first column is headed '{label(head[0])[:40]}'",
        place,
    )
    turned = [list(column) for column in zip(*grid.rows[top:], strict=True)]
    turned[0][0] = "Issue"
    return CellGrid(grid.name, turned)


def _pivoted(
    grid: CellGrid, top: int, party: int, given: Mapping[str, str], at: tuple[str, Fidelity]
) -> CellGrid:
    """One row per issue and party: a column for each party."""
    place, fidelity = at
    head = grid.rows[top]

    def column(role: str, words: set[str]) -> list[int]:
        said = [c for c, h in enumerate(head) if given.get(_word(h)) == role]
        return said or [
            c for c, h in enumerate(head) if _word(h) in words and c != party and _word(h) not in given
        ]

    issue, position = column("issue", _ISSUE), column("position", _POSITION)
    rest = [c for c in range(len(head)) if head[c] and c not in (party, *issue, *position)]
    if len(issue) != 1 or len(position) != 1:
        hint = f"one row per statement: --roles '{head[party]}=party' --roles COLUMN=position; a party called so: --roles '{head[party]}=leave' or rename the column; a list of words: zopa read"
        refuse(
            place,
            f"this table can be read in more than one way: the column '{label(head[party])[:40]}' may hold parties or be one",
            hint,
        )
    fidelity.change(
        f"each row is read as what one party says on one issue, because of the columns '{label(head[party])[:40]}' and '{label(head[position[0]])[:40]}'",
        place,
    )
    for c in rest:
        fidelity.leave(
            f"the column '{label(head[c])[:60]}'", place, sum(bool(r[c]) for r in grid.rows[top + 1 :])
        )
    parties = list(dict.fromkeys(r[party] for r in grid.rows[top + 1 :] if r[party]))
    cells: dict[str, dict[str, str]] = {}
    for k, row in enumerate(grid.rows[top + 1 :], top + 2):
        told = cells.setdefault(row[issue[0]], {})
        if row[party] in told:
            refuse(
                place,
                f"'{label(row[party])[:40]}' says something on '{label(row[issue[0]])[:40]}' twice, in row {k} too",
                "keep the last, or give zopa read the list",
            )
        if row[party]:
            told[row[party]] = row[position[0]]
    return CellGrid(
        grid.name,
        [["Issue", *parties], *([i, *(told.get(p, "") for p in parties)] for i, told in cells.items())],
    )


def _word(text: str) -> str:
    return re.sub(r"[^\w°#/ ]+", " ", text.casefold()).strip()


def _roles(grid: CellGrid, given: Mapping[str, str]) -> _Roles | None:
    """What the columns are, by the words of the header row, else by their content."""
    for k, row in enumerate(grid.rows[:8]):
        filled = [c for c in row if c]
        if len(set(filled)) < 2 or len(filled) < max(2, len(row) // 2) or k + 1 >= len(grid.rows):
            continue
        names = list(row)
        first = k
        below = grid.rows[k + 1]
        merged = any(row[c] and row[c] == row[c + 1] for c in range(len(row) - 1))
        if merged and k + 2 < len(grid.rows) and len(set(below)) == len(below) and max(map(len, below)) < 60:
            names, first = [b or r for r, b in zip(row, below, strict=True)], k + 1
        return _named(grid, names, first, given)
    return None


def _named(grid: CellGrid, names: Sequence[str], header: int, given: Mapping[str, str]) -> _Roles | None:
    stand_in = {"issue": "issue", "agreed": "agreed", "number": "no", "leave": "remark"}
    said = [given.get(_word(n), "") for n in names]
    words = [stand_in.get(role, "a party" if role else _word(n)) for n, role in zip(names, said, strict=True)]
    if "issue" in said:
        words = [
            w if w not in _ISSUE or role == "issue" else "a party"
            for w, role in zip(words, said, strict=True)
        ]
    if "agreed" in said:
        words = [
            w if w not in _AGREED or role == "agreed" else "a party"
            for w, role in zip(words, said, strict=True)
        ]
    body = grid.rows[header + 1 :]
    agreed = next((c for c in reversed(range(len(words))) if words[c] in _AGREED), None)
    remarks = {c for c, w in enumerate(words) if w in _REMARK}
    numbered = {c for c, w in enumerate(words) if w in _NUMBER}
    issue = next((c for c, w in enumerate(words) if w in _ISSUE), None)
    if issue is None:
        rest = [c for c in range(len(words)) if c not in numbered | remarks and c != agreed]
        short = [c for c in rest if all(_SHORT.fullmatch(r[c]) for r in body)]
        if short and len(rest) > 2 and short[0] == rest[0]:
            numbered.add(rest.pop(0))
        issue = rest[0] if rest else None
    numbered |= {
        c for c in range(issue or 0) if all(_SHORT.fullmatch(r[c]) for r in body) and said[c] != "party"
    }
    if issue is None:
        return None
    parties = tuple(
        c
        for c in range(len(words))
        if c not in numbered | remarks and c not in (issue, agreed) and words[c] and any(r[c] for r in body)
    )
    return _Roles(header, tuple(names), issue, parties, agreed, tuple(sorted(remarks))) if parties else None


class _Builder(TextCase):
    """One case from the tables of one file."""

    def __init__(self, file: str, fidelity: Fidelity) -> None:
        super().__init__(file, fidelity)
        self.outcome: dict[str, str] = {}
        self.found: list[Finding] = []
        self.rows = 0

    def case(self, tables: Sequence[tuple[CellGrid, _Roles]]) -> Case:
        """Read every table."""
        for grid, roles in tables:
            for c in roles.parties:
                self.party(label(" ".join(roles.names[c].split())))
            self.table(grid, roles)
        if self.found:
            raise CaseError(self.found, "nothing was read")
        if not self.issues:
            refuse(self.file, "expected at least one row below the header, saw none")
        self.fidelity.keep("rows", self.rows)
        self.fidelity.keep("parties", len(self.parties))
        self.fidelity.keep("suggested statements", len(self.statements))
        if self.outcome:
            self.fidelity.keep("outcomes", len(self.outcome))
        return self.whole(self.outcome)

    def table(self, grid: CellGrid, roles: _Roles) -> None:
        """Read one table; repeated headers are skipped, headings and footnotes listed."""
        place = f"{self.file}, {grid.name}"
        self.say(label(grid.name))
        for k, row in enumerate(grid.rows[roles.header + 1 :], roles.header + 2):
            if [_word(c) for c in row] == [_word(n) for n in roles.names]:
                self.fidelity.change("a repeated header row is skipped", f"{place}, row {k}")
                continue
            filled = {c for c in row if c}
            if row[roles.issue] and sum(map(bool, row)) == 1:
                self.fidelity.leave(
                    f"the row '{label(row[roles.issue])[:80]}': a heading, or an issue without positions",
                    f"{place}, row {k}",
                )
                continue
            if len(filled) <= 1 or not row[roles.issue]:
                if filled:
                    self.fidelity.change(
                        f"a heading or footnote, no issue: {label(next(iter(filled)))[:80]}",
                        f"{place}, row {k}",
                    )
                continue
            self.row(row, roles, f"{place}, row {k}")
        for c in roles.remarks:
            count = sum(bool(r[c]) for r in grid.rows[roles.header + 1 :])
            if count:
                self.fidelity.leave(f"the column '{label(roles.names[c])}'", place, count)

    def row(self, row: Sequence[str], roles: _Roles, place: str) -> None:
        """One issue, with the statement of every party that says something."""
        self.rows += 1
        title = label(" ".join(row[roles.issue].split()))
        ident = short_ids([title], self.issues)[0]
        columns = [*roles.parties, *([roles.agreed] if roles.agreed is not None else [])]
        cells = {c: self.resolved(c, row, roles, place) for c in columns}
        said = [_same(t) for cell in cells.values() if cell for t in cell.said]
        texts = list(dict.fromkeys(said))
        ids = dict(zip(texts, short_ids(texts), strict=True))
        if not texts:
            self.fidelity.leave(f"the row '{title[:80]}', on which nobody says anything", place)
            return
        options: dict[str, Any] = {ids[t]: {"label": label(t)} for t in texts}
        scale = _line(texts)
        for t, at in scale.items():
            options[ids[t]]["at"] = at
        self.issues[ident] = {"name": title, "options": options}
        if scale:
            low, high = min(scale, key=lambda t: scale[t]), max(scale, key=lambda t: scale[t])
            self.issues[ident]["scale"] = f"0 is {low}, 100 is {high}"
        self.say("")
        self.say(title)
        for c in roles.parties:
            cell = cells[c]
            if cell is not None:
                self.statement(ident, roles.names[c], cell, [ids[_same(t)] for t in cell.said], place)
        agreed = cells.get(roles.agreed) if roles.agreed is not None else None
        if agreed is not None and len(agreed.said) == 1:
            self.outcome[ident] = ids[_same(agreed.said[0])]
        elif agreed is not None:
            self.fidelity.leave("an agreed cell with alternatives", place)

    def statement(self, issue: str, column: str, cell: _Cell, options: list[str], place: str) -> None:
        """A suggested statement, quoted from the text."""
        name = label(" ".join(column.split()))
        quote = normalise(" ".join(cell.text.split()))
        at = self.say(f"{name}: {quote}") + len(name) + 2
        self.statements[f"s{len(self.statements) + 1}"] = {
            "source": self.source,
            "quote": quote,
            "start": at,
            "end": at + len(quote),
            "kind": "position",
            "party": self.parties[name],
            "issue": issue,
            "options": tuple(dict.fromkeys(options)),
            "stance": "prefer" if len(options) == 1 else "accept",
            "extractor": "position table",
            "why": label(f"{place}; column {name}" + (f"; {cell.why}" if cell.why else "")),
            "review": {"state": "suggested"},
        }

    def resolved(self, column: int, row: Sequence[str], roles: _Roles, place: str) -> _Cell | None:
        """What a cell says, after references to other cells; None for silence."""
        seen = [column]
        here, why = column, ""
        while True:
            text = row[here]
            if _SILENT.fullmatch(text):
                if here != column:
                    self.fidelity.leave(f"'{label(row[column])[:60]}' points to an empty cell", place)
                return None
            target = _reference(here, text, roles)
            if target is None:
                break
            if target in seen:
                names = " and ".join(f"'{label(roles.names[c])}'" for c in [*seen[seen.index(target) :]])
                self.found.append(
                    Finding(
                        place,
                        f"the cells of {names} refer to each other",
                        "write the text out in one of them",
                        self.file,
                    )
                )
                return None
            seen.append(target)
            here = target
        if here != column:
            why = f"refers to the column {label(roles.names[here])}"
            self.fidelity.change(
                f"'{label(row[column])[:40]}' is read as the text of '{label(roles.names[here])}'", place
            )
        return _Cell(column, row[column], _parts(row[here]), why)


def _reference(column: int, text: str, roles: _Roles) -> int | None:
    """The column that a cell names instead of saying something."""
    plain = " ".join(text.split())
    order = [*roles.parties, *([roles.agreed] if roles.agreed is not None else [])]
    at = order.index(column)
    if _LEFT.fullmatch(plain):
        return order[at - 1] if at else None
    if _BASE.fullmatch(plain):
        return order[0] if at else None
    named = _AS.fullmatch(plain)
    if not named:
        return None
    wanted = _word(re.sub(r"'s?$|’s?$| (position|text|proposal|view)$", "", named[1]))
    for c in order:
        name = _word(roles.names[c])
        initials = "".join(w[0] for w in name.split())
        if (
            c != column
            and len(wanted) > 1
            and (name == wanted or name.startswith(wanted) or initials == wanted or wanted in name.split())
        ):
            return c
    return None


def _parts(text: str) -> tuple[str, ...]:
    """The alternatives of a cell: bracketed ones, or "Option 1: ... Option 2: ..."; else the cell itself."""
    plain = " ".join(text.split())
    if _GONE.fullmatch(plain):
        return ("deleted",)
    if _BRACKETS.fullmatch(plain):
        return tuple(dict.fromkeys(p.strip() for p in re.findall(r"\[([^\[\]]+)\]", plain) if p.strip()))
    parts = [p.strip(" ;") for p in _OPTIONS.split(plain)]
    if len(parts) > 2 and not parts[0]:
        return tuple(dict.fromkeys(p for p in parts[1:] if p))
    return (plain,)


def _same(text: str) -> str:
    """Two cells that differ only in quotation marks, dashes, list marks or a final stop are one option."""
    plain = text.translate(str.maketrans("“”„‘’–—‑", '"""\'\'---'))
    return re.sub(r"^[-•*·]\s+|\s*[.;]$", "", " ".join(plain.split())) or text


def _line(texts: Sequence[str]) -> dict[str, float]:
    """Places from 0 to 100 where every option is a number of one unit."""
    found: dict[str, Fraction] = {}
    units = set()
    for t in texts:
        m = re.fullmatch(r"([^\d\-+]{0,12}?)\s*([-+]?\d[\d ,.]*)\s*(\D{0,30})", t)
        value = number(m[2].replace(" ", "").replace(",", "")) if m else None
        if m is None or value is None:
            return {}
        found[t] = value
        units.add((m[1].strip().casefold(), m[3].strip().casefold().rstrip("s.")))
    low, high = min(found.values()), max(found.values())
    if len(units) > 1 or low == high or len(set(found.values())) < len(found):
        return {}
    return {t: round(float(100 * (v - low) / (high - low)), 6) for t, v in found.items()}


def write(case: Case, kind: str) -> tuple[dict[str, bytes], Fidelity]:
    """The position table of a case: the latest position of every party on every issue, and the outcome.

    Raises
    ------
    NotApplicable
        No party said anything on any issue.
    """
    fidelity = Fidelity("position-table")
    parties = [p for p, party in case.parties.items() if party.role in ("party", "ratifier", "spoiler")]
    said = {(p, i): latest(case, p, i) for p in parties for i in case.issues}
    if not any(said.values()):
        raise NotApplicable(
            "a position table needs statements with an issue and options, or starting positions"
        )
    outcome = case.outcome.options if case.outcome else {}
    head = ["Issue", *(case.parties[p].name for p in parties), *(["Agreed"] if outcome else [])]
    rows = []
    for i, issue in case.issues.items():
        cells = [_shown(issue.options, said[p, i]) for p in parties]
        agreed = [issue.options[outcome[i]].label if i in outcome else ""] if outcome else []
        rows.append([issue.name, *cells, *agreed])
    carried: list[str | tuple[str, ...]] = [
        "parties.*.name",
        "issues.*.name",
        "issues.*.options.*.label",
        "issues.*.options.*.at",
        "outcome.*",
        "title",
    ]
    carried += [("issues", i, "scale") for i, issue in case.issues.items() if issue.scale.startswith("0 is ")]
    used = {s for s in said.values() if s}
    for ident in {s for s, _ in used if s}:
        carried += [
            ("statements", ident, key)
            for key in ("source", "quote", "start", "end", "kind", "party", "issue", "options", "stance")
        ]
        if case.statements[ident].extractor == "position table":
            carried.append(("statements", ident, "**"))
    if all(s.extractor == "position table" for s in case.statements.values()):
        carried.append("sources.**")
    for (p, i), found in said.items():
        if found and not found[0]:
            carried.append(("parties", p, "start", i))
    left_out(case, carried, fidelity)
    fidelity.keep("issues", len(rows))
    fidelity.keep("parties", len(parties))
    return {"": write_grid(CellGrid(case.title, [head, *rows]), kind)}, fidelity


def _shown(options: Mapping[str, Any], said: tuple[str, tuple[str, ...]] | None) -> str:
    if said is None:
        return ""
    labels = [options[o].label for o in said[1]]
    return labels[0] if len(labels) == 1 else " ".join(f"[{t}]" for t in labels)
