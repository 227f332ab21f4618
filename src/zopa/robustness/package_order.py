"""Is a package or draft better than another for a party: for all of its compatible values, for some, for none?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from zopa.case import Case
from zopa.errors import NotApplicable
from zopa.robustness.compatible_set import Compatible, WordSettings
from zopa.robustness.stress import words_of
from zopa.robustness.verdicts import Certificate, certify_order, document
from zopa.space import Answer, Problem, Readings

__all__ = ["Better", "PairVerdict", "better"]

Order = Literal["better", "no worse", "equal", "open", "no better", "worse"]


@dataclass(frozen=True)
class PairVerdict:
    """One party on two packages.

    Attributes
    ----------
    order : the first against the second for all compatible values: ``better``, ``no worse``, ``equal``,
        ``no better``, ``worse``; or ``open``, when that depends on the values.
    certificates : what shows it.
    """

    order: Order
    certificates: tuple[Certificate, ...]


@dataclass(frozen=True)
class Better(Answer):
    """Two packages or drafts about the same issues, party by party; ``proofs`` for the verifier."""

    first: Mapping[str, str]
    second: Mapping[str, str]
    parties: Mapping[str, PairVerdict]
    proofs: Mapping[str, Any]


def better(
    case: Case | Problem,
    first: Mapping[str, str],
    second: Mapping[str, str],
    readings: Readings = None,
    *,
    settings: WordSettings | None = None,
) -> Better:
    """Which of two packages or drafts is better for whom, by the words alone.

    Parameters
    ----------
    case : Case or Problem
    first, second : issue -> option; both name the same issues, the others are taken as equal.
    readings : str, mapping or None
    settings : WordSettings, optional

    Raises
    ------
    NotApplicable
        The two name different issues.
    UnknownName
        An issue or option that the case does not have.
    """
    problem = Problem.of(case, readings)
    if not first or set(first) != set(second):
        raise NotApplicable("two drafts are compared on the same issues; name those for both")
    for draft in (first, second):
        rest = {i: problem.space.options[n][0] for n, i in enumerate(problem.space.issues)}
        problem.space.package({**rest, **draft})
    words, _ = words_of(problem, settings or WordSettings())
    parties, proofs = {}, {}
    for party, w in words.items():
        parties[party] = _verdict(w, problem, first, second)
        proofs[party] = document(w, problem.space, parties[party].certificates)
    question = problem.question("better", first=dict(first), second=dict(second))
    return Better(question, dict(first), dict(second), parties, proofs)


def _verdict(
    words: Compatible, problem: Problem, first: Mapping[str, str], second: Mapping[str, str]
) -> PairVerdict:
    ahead, mine = certify_order(words, problem.space, first, second)
    behind, other = certify_order(words, problem.space, second, first)
    if behind == "never":
        return PairVerdict("better", other)
    if ahead == "never":
        return PairVerdict("worse", mine)
    if ahead == behind == "necessary":
        return PairVerdict("equal", (*mine, *other))
    if ahead == "necessary":
        return PairVerdict("no worse", mine)
    if behind == "necessary":
        return PairVerdict("no better", other)
    return PairVerdict("open", (*mine, *other))
