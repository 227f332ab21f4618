"""KTAB's CSV and XML: a scenario of the Spatial Model of Politics, in and out, and to and from a case.

Positions and saliences are 0-100 in the files and here; a party's saliences sum to at most 100. The CSV has
no place for model parameters; the XML has.
"""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from zopa.case import Case, place, pressing, quantity, weights
from zopa.case.forecast import KtabSettings
from zopa.errors import CaseError, Finding, NotApplicable
from zopa.formats.documents import Element, decode, number, refuse, xml_root, xml_tree
from zopa.formats.fidelity import IMPORTED, Fidelity, left_out
from zopa.formats.names import label, short_ids

__all__ = [
    "Scenario",
    "from_case",
    "read",
    "read_csv",
    "read_xml",
    "recognise_csv",
    "recognise_xml",
    "to_case",
    "write",
    "write_csv",
    "write_xml",
]

PARAMETERS: Mapping[str, str] = {
    "VictoryProbModel": "victory", "PCEModel": "pce", "StateTransitions": "transition", "VotingRule": "voting",
    "BigRAdjust": "risk_adjust", "BigRRange": "risk_range", "ThirdPartyCommit": "commit",
    "InterVecBrgn": "bargain", "BargnModel": "perspective",
}  # fmt: skip
"""KTAB's names, in the order of its schema, and those of the case's ``ktab`` section."""
MOST_CAPABLE = 1e8
MOST = 5_000
CARRIED = (
    "title", "about", "parties.*.name", "parties.*.about", "parties.*.capability.best", "parties.*.places.*.best",
    "parties.*.saliences.*.best", "issues.*.name",
)  # fmt: skip
ENDS = {"low": {"label": "0", "at": 0.0}, "high": {"label": "100", "at": 100.0}}
"""The options of an imported line."""


@dataclass(frozen=True)
class Scenario:
    """A KTAB scenario; rows of ``positions`` and ``saliences`` are parties, columns issues.

    ``parameters`` holds KTAB's own names (``VotingRule`` ...); ``adjust`` the pairs (party whose ideal
    moves, party whose position it follows, share).
    """

    name: str
    description: str
    parties: tuple[str, ...]
    issues: tuple[str, ...]
    capabilities: tuple[float, ...]
    positions: tuple[tuple[float, ...], ...]
    saliences: tuple[tuple[float, ...], ...]
    descriptions: tuple[str, ...] = ()
    seed: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    adjust: tuple[tuple[str, str, float], ...] = ()

    def accommodation(self) -> list[list[float]]:
        """Row i: how far i's ideal follows each party's position; identity but for ``adjust``."""
        n = len(self.parties)
        matrix = [[float(i == j) for j in range(n)] for i in range(n)]
        for moving, followed, share in self.adjust:
            matrix[self.parties.index(moving)][self.parties.index(followed)] = share
        return matrix


class _Problems:
    """Findings of one file, all reported at once."""

    def __init__(self, file: str) -> None:
        self.file, self.found = file, list[Finding]()

    def add(self, path: str, what: str, hint: str = "", line: int = 0) -> None:
        self.found.append(Finding(path, what, hint, self.file, line, 1 if line else 0))

    def number(self, text: str | None, path: str, low: float, high: float, line: int = 0) -> float:
        found = number((text or "").strip())
        if found is None or not low <= found <= high:
            saw = (text or "").strip()
            saw = saw if len(saw) <= 40 else saw[:40] + "…"
            self.add(path, f"expected a number from {low:g} to {high:g}, saw {saw!r}", line=line)
            return low
        return float(found)

    def count(self, text: str, path: str) -> int:
        if re.fullmatch(r"[0-9]{1,6}", text) and 1 <= int(text) <= MOST:
            return int(text)
        self.add(path, f"expected a number from 1 to {MOST}, saw {text[:40]!r}", line=1)
        return 0

    def close(self, scenario: Scenario, lines: Sequence[int]) -> Scenario:
        for i, (party, row) in enumerate(zip(scenario.parties, scenario.saliences, strict=True)):
            if sum(row) > 100 + 1e-6:
                hint = "scale the row so that it adds up to 100 or less"
                self.add(party, f"saliences sum to {sum(row):g}, expected at most 100", hint, lines[i])
        for i, party in enumerate(scenario.parties):
            if not party:
                self.add(f"party {i + 1}", "expected a name, saw none", line=lines[i])
            elif party in scenario.parties[:i]:
                self.add(party, "expected each party once, saw it again", line=lines[i])
        for name, times in Counter(scenario.issues).items():
            if not name or times > 1:
                self.add(name or "issues", "expected issues with different names")
        for moving, followed, _ in scenario.adjust:
            for name in (moving, followed):
                if name not in scenario.parties:
                    self.add("IdealAdjustment", f"no party called {name[:60]!r}")
        if self.found:
            raise CaseError(self.found)
        return scenario


def recognise_csv(files: Mapping[str, bytes]) -> bool:
    """Whether a file is a CSV of KTAB: a first row with two counts, a second with a column of power."""
    if len(files) != 1:
        return False
    lines = next(iter(files.values()))[:8000].replace(b"\x00", b"").decode("latin-1").splitlines()
    rows = [line for line in lines if line.strip(" ,\t")]
    if len(rows) < 2:
        return False
    head = [cell.strip() for cell in rows[0].rstrip(", \t").rsplit(",", 2)]
    counts = len(head) == 3 and head[1].isdecimal() and head[2].isdecimal()
    return counts or bool(
        re.match(r'"?actor"?\s*,\s*"?description"?\s*,\s*"?(power|capability)', rows[1].strip(), re.I)
    )


def recognise_xml(files: Mapping[str, bytes]) -> bool:
    """Whether a file is a scenario of KTAB in XML."""
    return len(files) == 1 and xml_root(next(iter(files.values()))) == "Scenario"


def read(files: Mapping[str, bytes], source: str) -> tuple[Case, Fidelity]:
    """A case from a CSV or XML of KTAB, and what was carried."""
    name, raw = next(iter(files.items()))
    fidelity = Fidelity("ktab-xml" if xml_root(raw) else "ktab-csv")
    text = decode(raw, name, fidelity)
    scenario = read_xml(text, name, fidelity) if xml_root(raw) else read_csv(text, name)
    del source
    return Case.model_validate(to_case(scenario, fidelity)), fidelity


def read_csv(text: str, file: str = "ktab.csv") -> Scenario:
    """The scenario in a KTAB CSV.

    Row 1: name, description, number of parties, number of issues; row 2: headers; then one row per
    party with name, description, power and a (position, salience) pair per issue. Trailing commas and
    spaces after commas are fine.

    Raises
    ------
    CaseError
        Everything that is wrong, with line numbers.
    """
    bad = _Problems(file)
    lines = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), skipinitialspace=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for row in lines:
            if any(cell.strip() for cell in row):
                rows.append((lines.line_num, [cell.strip() for cell in row]))
    except csv.Error as error:
        refuse(
            file, f"expected CSV, saw a mistake: {error}", "is a quotation mark left open?", lines.line_num
        )
    if len(rows) < 3 or len(rows[0][1]) < 4:
        bad.add("", "expected a row 'name, description, parties, issues', headers and one row per party")
        raise CaseError(bad.found)
    first, header = rows[0][1], rows[1][1]
    n, k = bad.count(first[2], "number of parties"), bad.count(first[3], "number of issues")
    body = rows[2:]
    if n != len(body):
        bad.add(
            "number of parties",
            f"the first row announces {first[2][:40]!r}, the file has {len(body)}",
            line=1,
        )
    if len(header) < 3 + 2 * k or not k:
        bad.add("number of issues", f"the first row announces {first[3][:40]!r}, the headers do not", line=1)
        raise CaseError(bad.found)
    powers, positions, saliences = [], [], []
    for line, row in body:
        cells = row + [""] * (3 + 2 * k - len(row))
        powers.append(bad.number(cells[2], f"{cells[0]}.power", 0, MOST_CAPABLE, line))
        at = [
            bad.number(v, f"{cells[0]}.{header[i + 3]}", 0, 100, line)
            for i, v in enumerate(cells[3 : 3 + 2 * k])
        ]
        positions.append(tuple(at[0::2]))
        saliences.append(tuple(at[1::2]))
        if any(row[3 + 2 * k :]):
            bad.add(
                cells[0],
                f"expected {3 + 2 * k} cells, saw {len(row)}",
                "delete what stands after the last issue",
                line,
            )
    scenario = Scenario(
        name=first[0],
        description=first[1],
        parties=tuple(r[0] for _, r in body),
        issues=tuple(header[3 : 3 + 2 * k : 2]),
        capabilities=tuple(powers),
        positions=tuple(positions),
        saliences=tuple(saliences),
        descriptions=tuple(r[1] if len(r) > 1 else "" for _, r in body),
    )
    return bad.close(scenario, [line for line, _ in body])


def write_csv(scenario: Scenario) -> str:
    """The scenario as KTAB CSV; its model parameters have no place there."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow([scenario.name, scenario.description, len(scenario.parties), len(scenario.issues)])
    heads = [h for issue in scenario.issues for h in (issue, f"{issue} salience")]
    rows.writerow(["Actor", "Description", "Power", *heads])
    notes = scenario.descriptions or ("",) * len(scenario.parties)
    for party, note, power, x, s in zip(
        scenario.parties, notes, scenario.capabilities, scenario.positions, scenario.saliences, strict=True
    ):
        rows.writerow(
            [party, note, f"{power:.15g}", *(f"{v:.15g}" for pair in zip(x, s, strict=True) for v in pair)]
        )
    return out.getvalue()


_KNOWN = {
    "Scenario", "name", "desc", "prngSeed", "ModelParameters", "Dimensions", "dName", "Actors", "Actor",
    "description", "capability", "Position", "dCoord", "Salience", "dSal", "IdealAdjustment", "iaPair",
    "adjustingIdeal", "referencePos", "adjust", *PARAMETERS,
}  # fmt: skip


def read_xml(text: str, file: str = "ktab.xml", fidelity: Fidelity | None = None) -> Scenario:
    """The scenario in a KTAB XML, with model parameters and ideal adjustments.

    Raises
    ------
    CaseError
        Not XML, a document type declaration (refused), another kind of XML, or values out of range.
    """
    bad = _Problems(file)
    root = xml_tree(text.removeprefix("\ufeff"), file)
    if root.tag != "Scenario":
        refuse(
            file,
            f"this is no KTAB scenario: the root is <{root.tag}>, not <Scenario>",
            "",
            root.line,
            root.column,
        )
    actors = root.all("Actors", "Actor")
    if not actors:
        bad.add("Actors", "expected at least one actor, saw none", line=root.line)
    for element in root.walk():
        if element.tag not in _KNOWN and fidelity is not None:
            fidelity.leave(
                f"the element <{label(element.tag)[:60]}>, which KTAB's schema does not have",
                f"{file}:{element.line}",
            )

    def row(actor: Element, block: str, cell: str, party: str) -> tuple[float, ...]:
        cells = actor.all(block, cell)
        return tuple(
            bad.number(e.text, f"{party}.{block}/{cell}[{i + 1}]", 0, 100, e.line)
            for i, e in enumerate(cells)
        )

    parties = tuple(a.words("name") for a in actors)
    scenario = Scenario(
        name=root.words("name"),
        description=root.words("desc"),
        parties=parties,
        issues=tuple(e.text.strip() for e in root.all("Dimensions", "dName")),
        capabilities=tuple(
            bad.number(a.words("capability"), f"{p}.capability", 0, MOST_CAPABLE, a.line)
            for a, p in zip(actors, parties, strict=True)
        ),
        positions=tuple(row(a, "Position", "dCoord", p) for a, p in zip(actors, parties, strict=True)),
        saliences=tuple(row(a, "Salience", "dSal", p) for a, p in zip(actors, parties, strict=True)),
        descriptions=tuple(a.words("description") for a in actors),
        seed=root.words("prngSeed"),
        parameters=_parameters(root, bad),
        adjust=tuple(
            (
                e.words("adjustingIdeal"),
                e.words("referencePos"),
                bad.number(e.words("adjust"), "adjust", 0, 1, e.line),
            )
            for e in root.all("IdealAdjustment", "iaPair")
        ),
    )
    k = len(scenario.issues)
    if not k:
        bad.add("Dimensions", "expected at least one dimension, saw none", line=root.line)
    for party, x, s, actor in zip(parties, scenario.positions, scenario.saliences, actors, strict=True):
        if len(x) != k or len(s) != k:
            bad.add(
                party, f"expected {k} positions and saliences, saw {len(x)} and {len(s)}", line=actor.line
            )
    return bad.close(scenario, [a.line for a in actors])


def _parameters(root: Element, bad: _Problems) -> dict[str, str]:
    found = {}
    for block in root.all("ModelParameters"):
        for e in block.children:
            if e.tag not in PARAMETERS:
                continue
            allowed = KtabSettings.model_fields[PARAMETERS[e.tag]].annotation.__args__  # type: ignore[union-attr]
            value = e.text.strip()
            if value not in allowed:
                bad.add(e.tag, f"expected one of {', '.join(allowed)}, saw {value[:40]!r}", line=e.line)
            found[e.tag] = value
    return found


def write_xml(scenario: Scenario) -> str:
    """The scenario as KTAB XML, in the element order of its schema."""
    root = ET.Element("Scenario")

    def add(parent: ET.Element, tag: str, text: str | None = None) -> ET.Element:
        child = ET.SubElement(parent, tag)
        child.text = text
        return child

    add(root, "name", scenario.name)
    add(root, "desc", scenario.description)
    add(root, "prngSeed", scenario.seed or "0")
    if scenario.parameters:
        chosen = add(root, "ModelParameters")
        for tag in PARAMETERS:
            if tag in scenario.parameters:
                add(chosen, tag, scenario.parameters[tag])
    names = add(root, "Dimensions")
    for issue in scenario.issues:
        add(names, "dName", issue)
    actors = add(root, "Actors")
    notes = scenario.descriptions or ("",) * len(scenario.parties)
    for i, party in enumerate(scenario.parties):
        actor = add(actors, "Actor")
        add(actor, "name", party)
        add(actor, "description", notes[i])
        add(actor, "capability", f"{scenario.capabilities[i]:.15g}")
        for block, tag, values in (
            ("Position", "dCoord", scenario.positions),
            ("Salience", "dSal", scenario.saliences),
        ):
            parent = add(actor, block)
            for v in values[i]:
                add(parent, tag, f"{v:.15g}")
    if scenario.adjust:
        pairs = add(root, "IdealAdjustment")
        for moving, followed, share in scenario.adjust:
            pair = add(pairs, "iaPair")
            add(pair, "adjustingIdeal", moving)
            add(pair, "referencePos", followed)
            add(pair, "adjust", f"{share:.15g}")
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def write(case: Case, kind: str) -> tuple[dict[str, bytes], Fidelity]:
    """One file of KTAB, ``csv`` or ``xml``, and what was carried.

    Raises
    ------
    NotApplicable
        See :func:`from_case`.
    """
    fidelity = Fidelity(f"ktab-{kind}")
    scenario = from_case(case)
    _account(case, scenario, kind, fidelity)
    text = write_csv(scenario) if kind == "csv" else write_xml(scenario)
    return {"": text.encode("utf-8", "replace")}, fidelity


def _account(case: Case, scenario: Scenario, kind: str, fidelity: Fidelity) -> None:
    """What a KTAB file does not hold of this case."""
    parties, lines = pressing(case), _lines(case)
    names = ("parties", "capability", "places", "saliences")
    carried: list[Any] = [p for p in CARRIED if p.split(".")[0] not in ("parties", "issues")]
    for p in parties:
        carried += [("parties", p, *path.split(".")[2:]) for path in CARRIED if path.startswith(names[0])]
        if any(i not in case.parties[p].saliences for i in lines):
            carried += [
                ("parties", p, "weights", i, form) for i in lines for form in ("best", "word", "rank")
            ]
            fidelity.change("weights are written as saliences", f"parties.{p}.weights")
        used = [i for i in lines if i not in case.parties[p].places and i in case.parties[p].start]
        if used:
            carried += [("parties", p, "start", i) for i in used]
            fidelity.change("starting positions are written as places", f"parties.{p}.start", len(used))
    for i in lines:
        carried.append(("issues", i, "name"))
        ends = {o: {"label": v.label, "at": v.at} for o, v in case.issues[i].options.items()}
        if ends == ENDS:
            carried.append(("issues", i, "options", "**"))
        else:
            carried.append(("issues", i, "options", "*", "at"))
    if kind == "xml":
        carried.append("ktab.**")
    left_out(case, carried, fidelity)
    fidelity.keep("parties", len(scenario.parties))
    fidelity.keep("issues", len(scenario.issues))


def _lines(case: Case) -> tuple[str, ...]:
    return tuple(
        i for i, issue in case.issues.items() if sum(o.at is not None for o in issue.options.values()) > 1
    )


def from_case(case: Case, issues: Iterable[str] | None = None) -> Scenario:
    """The lines of a case as a scenario: places, saliences (weights where there are none), capabilities.

    Parameters
    ----------
    issues : iterable of str, optional
        Which lines; all whose options have places when left out.

    Raises
    ------
    NotApplicable
        A party without a place on one of the lines or without a capability: KTAB knows no gaps.
    """
    chosen = tuple(issues) if issues is not None else _lines(case)
    parties = pressing(case)
    powers, positions, saliences, gaps = [], [], [], []
    for p in parties:
        strength, weight = quantity(case, p, "capability"), weights(case, p)
        places = [place(case, p, i) for i in chosen]
        gaps += [f"parties.{p}.places.{i}" for i, at in zip(chosen, places, strict=True) if at is None]
        gaps += [f"parties.{p}.capability"] if strength is None else []
        powers.append(float(strength.best) if strength else 0.0)
        positions.append(tuple(float(at[0].best) if at else 0.0 for at in places))
        own = {i: quantity(case, p, "saliences", i) or weight[i] for i in chosen}
        saliences.append(tuple(float(own[i].best) for i in chosen))
    if gaps or not chosen:
        what = ", ".join(gaps[:6]) + (f" and {len(gaps) - 6} more" if len(gaps) > 6 else "")
        raise NotApplicable(
            f"KTAB knows no gaps; enter {what or 'an issue whose options have places (`at:`)'}"
        )
    names = {p: case.parties[p].name for p in parties}
    notes = tuple(case.parties[p].about for p in parties)
    settings = case.ktab
    return Scenario(
        name=case.title,
        description=case.about,
        parties=_once(tuple(names.values())),
        issues=_once(tuple(case.issues[i].name for i in chosen)),
        capabilities=tuple(powers),
        positions=tuple(positions),
        saliences=tuple(saliences),
        descriptions=notes if any(notes) else (),
        seed=settings.seed if settings else "",
        parameters={tag: str(getattr(settings, key)) for tag, key in PARAMETERS.items()} if settings else {},
        adjust=tuple(
            (names[p], names[q], share)
            for p, row in settings.adjust.items()
            for q, share in row.items()
            if p in names and q in names
        )
        if settings
        else (),
    )


def _once(names: tuple[str, ...]) -> tuple[str, ...]:
    """The same names; a second one of a kind gets a number."""
    return tuple(n if n not in names[:k] else f"{n} ({names[:k].count(n) + 1})" for k, n in enumerate(names))


def to_case(scenario: Scenario, fidelity: Fidelity | None = None) -> dict[str, object]:
    """What ``case.yaml`` holds for a scenario: a line per issue, places, saliences, capabilities, settings."""
    fidelity = fidelity or Fidelity("ktab")
    ids, people = short_ids(scenario.issues), short_ids(scenario.parties)
    title = label(scenario.name, "KTAB scenario")
    told = f"{IMPORTED} the KTAB scenario {title}"
    issues: dict[str, object] = {
        i: {"name": label(name), "options": {o: dict(v) for o, v in ENDS.items()}}
        for i, name in zip(ids, scenario.issues, strict=True)
    }
    notes = scenario.descriptions or ("",) * len(people)
    parties: dict[str, object] = {
        p: {
            "name": label(scenario.parties[k]),
            "about": label(notes[k], ""),
            "basis": {"assumed": told},
            "saliences": dict(zip(ids, scenario.saliences[k], strict=True)),
            "capability": scenario.capabilities[k],
            "places": dict(zip(ids, scenario.positions[k], strict=True)),
        }
        for k, p in enumerate(people)
    }
    found: dict[str, object] = {
        "title": title,
        "about": label(scenario.description, ""),
        "issues": issues,
        "parties": parties,
    }
    names = dict(zip(scenario.parties, people, strict=True))
    adjust: dict[str, dict[str, float]] = {}
    for moving, followed, share in scenario.adjust:
        adjust.setdefault(names[moving], {})[names[followed]] = share
    settings = {PARAMETERS[tag]: value for tag, value in scenario.parameters.items() if tag in PARAMETERS}
    if scenario.parameters or scenario.seed or adjust:
        found["ktab"] = {**settings, "seed": label(scenario.seed, ""), "adjust": adjust}
    fidelity.keep("parties", len(people))
    fidelity.keep("issues", len(ids))
    fidelity.keep("positions, saliences and capabilities", len(people) * (2 * len(ids) + 1))
    if settings:
        fidelity.keep("model parameters", len(settings))
    if adjust:
        fidelity.keep("ideal adjustments", len(scenario.adjust))
    return found
