"""KTAB's CSV and XML: a scenario of the Spatial Model of Politics, in and out, and to and from a case.

Positions and saliences are 0-100 in the files and here; a party's saliences sum to at most 100. Text in,
text out: the doors open the files.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass, field

from zopa.case import Case, place, pressing, quantity, weights
from zopa.errors import CaseError, Finding, NotApplicable

__all__ = ["Scenario", "from_case", "read_csv", "read_xml", "to_case", "write_csv", "write_xml"]

PARAMETERS = (
    "VictoryProbModel", "PCEModel", "StateTransitions", "VotingRule", "BigRAdjust", "BigRRange",
    "ThirdPartyCommit", "InterVecBrgn", "BargnModel",
)  # fmt: skip


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
        try:
            value = float((text or "").strip())
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            self.add(
                path, f"expected a number from {low:g} to {high:g}, saw {(text or '').strip()!r}", line=line
            )
        return value

    def close(self, scenario: Scenario, lines: list[int] | None = None) -> Scenario:
        for i, (party, row) in enumerate(zip(scenario.parties, scenario.saliences, strict=True)):
            if sum(row) > 100 + 1e-6:
                line = lines[i] if lines else 0
                hint = "scale the row so that it adds up to 100 or less"
                self.add(party, f"saliences sum to {sum(row):g}, expected at most 100", hint, line)
        if self.found:
            raise CaseError(self.found)
        return scenario


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
    rows = [
        (n, [cell.strip() for cell in row])
        for n, row in enumerate(csv.reader(io.StringIO(text.removeprefix("﻿")), skipinitialspace=True), 1)
        if any(cell.strip() for cell in row)
    ]
    if len(rows) < 3 or len(rows[0][1]) < 4:
        bad.add("", "expected a row 'name, description, parties, issues', headers and one row per party")
        raise CaseError(bad.found)
    first, header = rows[0][1], rows[1][1]
    n, k = (int(bad.number(first[i], what, 1, 1e6, 1) or 0) if first[i].isdigit() else 0
            for i, what in ((2, "number of parties"), (3, "number of issues")))  # fmt: skip
    body = rows[2:]
    if n != len(body):
        bad.add(
            "number of parties", f"the first row announces {first[2]!r}, the file has {len(body)}", line=1
        )
    if len(header) < 3 + 2 * k or not k:
        bad.add("number of issues", f"the first row announces {first[3]!r}, the headers do not", line=1)
        raise CaseError(bad.found)
    powers, positions, saliences = [], [], []
    for line, row in body:
        cells = row + [""] * (3 + 2 * k - len(row))
        powers.append(bad.number(cells[2], f"{cells[0]}.power", 0, 1e8, line))
        at = [
            bad.number(v, f"{cells[0]}.{header[i + 3]}", 0, 100, line)
            for i, v in enumerate(cells[3 : 3 + 2 * k])
        ]
        positions.append(tuple(at[0::2]))
        saliences.append(tuple(at[1::2]))
    scenario = Scenario(
        first[0], first[1], tuple(r[0] for _, r in body), tuple(header[3 : 3 + 2 * k : 2]), tuple(powers),
        tuple(positions), tuple(saliences), tuple(r[1] for _, r in body),
    )  # fmt: skip
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
            [party, note, f"{power:.12g}", *(f"{v:.12g}" for pair in zip(x, s, strict=True) for v in pair)]
        )
    return out.getvalue()


def read_xml(text: str, file: str = "ktab.xml") -> Scenario:
    """The scenario in a KTAB XML, with model parameters and ideal adjustments.

    Raises
    ------
    CaseError
        Not XML, a document type declaration (refused), or values out of range.
    """
    bad = _Problems(file)
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        bad.add("", "a document type declaration is not read", "delete the <!DOCTYPE ...> part")
        raise CaseError(bad.found)
    try:
        root = ET.fromstring(text.removeprefix("﻿"))
    except ET.ParseError as error:
        bad.add("", f"expected XML: {error}", line=error.position[0])
        raise CaseError(bad.found) from None
    actors = root.findall("Actors/Actor")

    def row(actor: ET.Element, path: str, party: str) -> tuple[float, ...]:
        cells = actor.findall(path)
        return tuple(bad.number(e.text, f"{party}.{path}[{i + 1}]", 0, 100) for i, e in enumerate(cells))

    parties = tuple(_text(a, "name") for a in actors)
    scenario = Scenario(
        _text(root, "name"), _text(root, "desc"), parties,
        tuple((e.text or "").strip() for e in root.findall("Dimensions/dName")),
        tuple(bad.number(_text(a, "capability"), f"{p}.capability", 0, 1000)
              for a, p in zip(actors, parties, strict=True)),
        tuple(row(a, "Position/dCoord", p) for a, p in zip(actors, parties, strict=True)),
        tuple(row(a, "Salience/dSal", p) for a, p in zip(actors, parties, strict=True)),
        tuple(_text(a, "description") for a in actors), _text(root, "prngSeed"),
        {e.tag: (e.text or "").strip() for e in root.findall("ModelParameters/*")},
        tuple((_text(e, "adjustingIdeal"), _text(e, "referencePos"), bad.number(_text(e, "adjust"), "adjust", 0, 1))
              for e in root.findall("IdealAdjustment/iaPair")),
    )  # fmt: skip
    k = len(scenario.issues)
    for party, x, s in zip(parties, scenario.positions, scenario.saliences, strict=True):
        if len(x) != k or len(s) != k:
            bad.add(party, f"expected {k} positions and saliences, saw {len(x)} and {len(s)}")
    return bad.close(scenario)


def _text(element: ET.Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


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
        add(actor, "capability", f"{scenario.capabilities[i]:.12g}")
        for block, tag, values in (
            ("Position", "dCoord", scenario.positions),
            ("Salience", "dSal", scenario.saliences),
        ):
            parent = add(actor, block)
            for v in values[i]:
                add(parent, tag, f"{v:.12g}")
    if scenario.adjust:
        pairs = add(root, "IdealAdjustment")
        for moving, followed, share in scenario.adjust:
            pair = add(pairs, "iaPair")
            add(pair, "adjustingIdeal", moving)
            add(pair, "referencePos", followed)
            add(pair, "adjust", f"{share:.12g}")
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def from_case(case: Case, issues: Iterable[str] | None = None) -> Scenario:
    """The lines of a case as a scenario: places, weights as saliences, capabilities.

    Parameters
    ----------
    issues : iterable of str, optional
        Which lines; all whose options have places when left out.

    Raises
    ------
    NotApplicable
        A party without a place on one of the lines or without a capability: KTAB knows no gaps.
    """
    known = tuple(
        i for i, issue in case.issues.items() if sum(o.at is not None for o in issue.options.values()) > 1
    )
    chosen = tuple(issues) if issues is not None else known
    parties = pressing(case)
    powers, positions, saliences, gaps = [], [], [], []
    for p in parties:
        strength, weight = quantity(case, p, "capability"), weights(case, p)
        places = [place(case, p, i) for i in chosen]
        gaps += [f"parties.{p}.places.{i}" for i, at in zip(chosen, places, strict=True) if at is None]
        gaps += [f"parties.{p}.capability"] if strength is None else []
        powers.append(float(strength.best) if strength else 0.0)
        positions.append(tuple(float(at[0].best) if at else 0.0 for at in places))
        saliences.append(tuple(float(weight[i].best) for i in chosen))
    if gaps or not chosen:
        what = ", ".join(gaps) or "an issue whose options have places (`at:`)"
        raise NotApplicable(f"KTAB knows no gaps; enter {what}")
    return Scenario(
        case.title, case.about, parties, chosen, tuple(powers), tuple(positions), tuple(saliences),
        tuple(case.parties[p].name for p in parties),
    )  # fmt: skip


REST = "other-matters"


def to_case(scenario: Scenario) -> dict[str, object]:
    """What ``case.yaml`` holds for a scenario: one line per issue, places, weights, capabilities.

    Weights of a party add up to 100 in a case; what KTAB leaves unused goes to an issue of its own
    (``other-matters``), so that the way back gives the same saliences.
    """
    ids, people = _ids(scenario.issues), _ids(scenario.parties)
    rest = [round(100 - sum(row), 9) for row in scenario.saliences]
    told = f"imported from the KTAB scenario {scenario.name}"
    issues: dict[str, object] = {
        i: {"name": name, "options": {"low": {"label": "0", "at": 0}, "high": {"label": "100", "at": 100}}}
        for i, name in zip(ids, scenario.issues, strict=True)
    }
    if any(r > 0 for r in rest):
        issues[REST] = {"name": "Everything else", "options": {"any": {"label": "any", "assumed": told}}}
    notes = scenario.descriptions or scenario.parties
    parties: dict[str, object] = {}
    for k, p in enumerate(people):
        given = dict(zip(ids, scenario.saliences[k], strict=True)) | (
            {REST: rest[k]} if REST in issues else {}
        )
        parties[p] = {
            "name": scenario.parties[k] + (f" ({notes[k]})" if notes[k] not in ("", scenario.parties[k]) else ""),
            "basis": {"assumed": told}, "weights": given, "capability": scenario.capabilities[k],
            "places": dict(zip(ids, scenario.positions[k], strict=True)),
        }  # fmt: skip
    return {"title": scenario.name, "about": scenario.description, "issues": issues, "parties": parties}


def _ids(names: tuple[str, ...]) -> list[str]:
    """Short ids from names, made unique by a number."""
    found: list[str] = []
    for name in names:
        word = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-").lower() or "x"
        numbered = (word if k == 1 else f"{word}-{k}" for k in itertools.count(1))
        found.append(next(w for w in numbered if w not in found and w != REST))
    return found
