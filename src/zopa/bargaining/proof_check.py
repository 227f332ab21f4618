"""A saved proof held against the case that it says it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from zopa.bargaining.proofs import LIMIT, ProofRefused, check, need_format
from zopa.bargaining.search.certificate import problem_of
from zopa.case import Case
from zopa.space import Readings, Space, compile_case

__all__ = ["ProofVerdict", "check_proof"]

_WORDS = {
    "digest": "digest of the case", "parties": "parties", "issues": "issues", "options": "options", "scores": "scores",
    "reservation": "reservation values", "scale": "units", "required": "parties whose acceptance is required",
    "at_least": "number of parties that must accept", "clauses": "rules", "bonuses": "interactions",
}  # fmt: skip


@dataclass(frozen=True)
class ProofVerdict:
    """What a check of a proof came to.

    Attributes
    ----------
    verdict : "valid", "refused" or "not checked"
        ``refused``: it does not prove its claim, which may still be true. ``not checked`` is no verdict.
    why : str
        Valid: the whole claim in words, and whether these are the numbers of the case. Otherwise the reason.
    kind : str
        Kind of the claim; empty where it was not proven.
    packages : tuple of dict
        The packages of the claim, ``{issue: option}``.
    """

    verdict: Literal["valid", "refused", "not checked"]
    why: str
    kind: str = ""
    packages: tuple[dict[str, str], ...] = ()


def check_proof(
    proof: object, case: Case | None = None, readings: Readings = None, *, steps: int = LIMIT
) -> ProofVerdict:
    """Verify a proof in whole numbers and, where a case is given, that it is about this case and these readings.

    Parameters
    ----------
    proof : the document, as :func:`zopa.bargaining.proofs.read_proof` reads it or a verb returns it
    case, readings : optional
        Without a case nothing ties the numbers of the proof to one, and the verdict says so.
    steps : int
        Give up after so many.
    """
    tie = "Nothing ties these numbers to a case: name the case to compare them."
    try:
        if case is not None:
            tie = _tie(proof, compile_case(case, readings))
        shown = check(proof, steps)
    except TimeoutError as error:
        return ProofVerdict("not checked", str(error))
    except ProofRefused as error:
        return ProofVerdict("refused", str(error))
    return ProofVerdict("valid", f"{shown.statement} {tie}", shown.kind, shown.packages)


def _tie(proof: object, space: Space) -> str:
    """How the numbers of the proof are those of the case: all of it, or a coalition of its parties.

    Raises
    ------
    ProofRefused
        They are not.
    """
    need_format(proof)
    stated: Any = proof.get("problem") if isinstance(proof, dict) else None
    if not isinstance(stated, dict):
        raise ProofRefused("problem: expected a mapping")
    if _different(stated, problem_of(space)) is None:
        return "These are the numbers of the case named."
    names = stated.get("parties")
    places = {name: p for p, name in enumerate(space.parties)}
    if not isinstance(names, list) or not all(isinstance(n, str) and n in places for n in names):
        raise ProofRefused("the proof is about other parties than those of the case")
    coalition = len({*names}) == len(names) > 0
    other = (
        _different(stated, problem_of(space.coalition([places[n] for n in names])))
        if coalition
        else "parties"
    )
    if other is not None:
        other = _different(stated, problem_of(space)) if len(names) == len(places) else other
        raise ProofRefused(
            f"the proof is about another case or other readings: its {_WORDS[other or 'at_least']} differ"
        )
    return (
        f"These are the numbers of the case named, for the coalition of {', '.join(names)}: all of them must accept, "
        "and nobody else has a say."
    )


def _different(stated: dict[str, Any], expected: dict[str, Any]) -> str | None:
    """The first part of the problem that differs."""
    return next((key for key, value in expected.items() if stated.get(key) != value), None)
