"""The optional sections of ``case.yaml``: one line per lens that has something of its own to say in a case."""

from __future__ import annotations

from pydantic import Field

from zopa.case.basis import Noun
from zopa.case.comparisons import PackageWords
from zopa.case.costs import CostSettings
from zopa.case.division import Division
from zopa.case.forecast import KtabSettings
from zopa.case.graph import Graph

__all__ = ["Sections"]


class Sections(Noun):
    """The sections that a case may have; each is None or empty where the case says nothing about it."""

    comparisons: tuple[PackageWords, ...] = Field(
        (), description="what words say about packages, without numbers"
    )
    costs: CostSettings | None = Field(None, description="how waiting is valued; figures are in costs.csv")
    division: Division | None = Field(None, description="what could be split between the parties")
    graph: Graph | None = Field(None, description="who can do what alone, for the question of stability")
    ktab: KtabSettings | None = Field(None, description="how KTAB's model is run on this case in a forecast")
