"""One line per optional section of a case: how it is checked, and what it reads from other files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from zopa.casefile.checks import Pieces, declared
from zopa.casefile.comparison_checks import comparison_findings
from zopa.casefile.costs_file import read_costs
from zopa.casefile.division_checks import division_findings
from zopa.casefile.folder import CaseFiles
from zopa.casefile.graph_checks import graph_findings
from zopa.errors import Finding

__all__ = ["SECTIONS", "check_sections"]

Checked = tuple[list[Finding], dict[str, Any]]


def _costs(files: CaseFiles, p: Pieces) -> Checked:
    data = read_costs(files, p)
    return data.findings, {"cost_rows": data.rows, "tables": data.tables}


def _comparisons(_files: CaseFiles, p: Pieces) -> Checked:
    return list(comparison_findings(p, p.top.get("comparisons") or ())), {}


def _division(_files: CaseFiles, p: Pieces) -> Checked:
    section = p.top.get("division")
    return (list(division_findings(p, section)) if section is not None else []), {}


def _graph(_files: CaseFiles, p: Pieces) -> Checked:
    return graph_findings(p), {}


def _ktab(_files: CaseFiles, p: Pieces) -> Checked:
    found: list[Finding] = []
    for party, followed in getattr(p.top.get("ktab"), "adjust", {}).items():
        found += declared(p, p.main, ("ktab", "adjust", party), "parties", party)
        for other in followed:
            found += declared(p, p.main, ("ktab", "adjust", party, other), "parties", other)
    return found, {}


SECTIONS: Mapping[str, Callable[[CaseFiles, Pieces], Checked]] = {
    "graph": _graph,
    "costs": _costs,
    "comparisons": _comparisons,
    "division": _division,
    "ktab": _ktab,
}
"""Section -> its findings, and further fields of the case. Called also where the section is not written."""


def check_sections(files: CaseFiles, p: Pieces, findings: list[Finding]) -> dict[str, Any]:
    """Check every section; add to ``findings``; the fields of the case that were read beside ``case.yaml``."""
    fields: dict[str, Any] = {}
    for check in SECTIONS.values():
        found, more = check(files, p)
        findings += found
        fields |= more
    return fields
