"""Published answers that a case carries in ``expect:``, verified by computing them again."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from zopa.bargaining import SOLUTIONS, frontier, solve, zone
from zopa.case import Case, Expected
from zopa.graphmodel import stability
from zopa.robustness import stress
from zopa.space import Problem, plain

__all__ = ["Checked", "verify"]


@dataclass(frozen=True)
class Checked:
    """One expected answer, what was found, and whether they agree."""

    expected: Expected
    found: Any
    ok: bool


def verify(case: Case) -> list[Checked]:
    """Compute every expected answer of the case and compare."""
    case = case.opened  # expected answers are about the day that the case is opened at
    problem = Problem(case)
    checked = []
    for e in case.expect:
        found = _answer(problem.with_readings(e.readings), e)
        checked.append(Checked(e, found, _same(found, e.equals)))
    return checked


def _answer(problem: Problem, e: Expected) -> Any:
    head, _, field = e.answer.partition(".")
    answer: Any
    if head == "zone":
        answer = zone(problem)
    elif head == "frontier":
        answer = frontier(problem)
    elif head in SOLUTIONS:
        answer = solve(problem, head)
        if field == "packages":
            return [list(d.package.values()) for d in answer.deals]
        if field in ("product", "value", "sum", "share"):
            return plain(answer.value)
        if field == "utilities":
            return [plain(list(d.utilities.values())) for d in answer.deals]
    elif head == "stability":
        answer = stability(problem, draws=0)
    elif head == "stress":
        answer = stress(problem, problem.readings if e.readings else None, draws=0)
    else:
        return f"no answer called '{head}'"
    return answer.to_dict() if not field else answer.to_dict().get(field, f"no such answer: {e.answer}")


def _same(found: Any, expected: Any) -> bool:
    if isinstance(found, list | tuple) and isinstance(expected, list | tuple):
        if len(found) != len(expected):
            return False
        both_packages = all(isinstance(x, list | tuple) for x in (*found, *expected))
        if both_packages:
            return sorted(map(str, map(list, found))) == sorted(map(str, map(list, expected)))
        return all(_same(a, b) for a, b in zip(found, expected, strict=True))
    if isinstance(found, int | float) and isinstance(expected, int | float):
        return abs(Fraction(str(found)) - Fraction(str(expected))) <= Fraction(1, 10**6)
    return bool(found == expected)
