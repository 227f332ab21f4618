"""Nouns of what words say about packages and readings: the ``comparisons`` section of ``case.yaml``."""

from __future__ import annotations

from pydantic import Field

from zopa.case.basis import Basis, Ids

__all__ = ["PackageWords"]


class PackageWords(Basis):
    """One party's words: accepts this, refuses that, would rather have this than that, ranks issues, means this reading.

    Exactly one of ``accepts``, ``refuses``, ``prefers`` (with ``to``), ``ranks``, ``means`` and ``means_not`` is given. Packages name an
    option per issue; issues that they leave out are open. No number is needed.
    """

    party: str
    accepts: dict[str, str] = Field(
        default_factory=dict, description="could live with this, its open questions answered at best"
    )
    refuses: dict[str, str] = Field(
        default_factory=dict,
        description="would rather have no agreement, however the open questions are answered",
    )
    prefers: dict[str, str] = Field(default_factory=dict, description="would rather have this than `to`")
    to: dict[str, str] = Field(default_factory=dict, description="the other side of `prefers`")
    weakly: bool = Field(False, description="with `prefers`: no worse, instead of better")
    ranks: Ids = Field((), description="issues by what is at stake in them, most first")
    means: dict[str, str] = Field(
        default_factory=dict, description="rule -> the reading that the party says it meant"
    )
    means_not: dict[str, str] = Field(
        default_factory=dict, description="rule -> a reading that the party says it did not mean"
    )
    answers: str = Field("", description="the question that this answers, by its id")
