"""Is there a deal all could accept? Counts, break-even values, the packages best for each and closest to all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from zopa.bargaining.deals import Deal, deals, marked
from zopa.bargaining.engines import MOST_SHOWN, Engine, Stop, engine_for, never
from zopa.bargaining.search import Count, Emptiness, is_empty
from zopa.bargaining.search.certificate import count_proof
from zopa.bargaining.standing import AnswerState, standing
from zopa.case import MOST_UNSOURCED, Case
from zopa.space import Answer, Problem, Readings

__all__ = ["Zone", "prove_zone", "zone"]

LARGE_SHARE = Fraction(3, 10)
"""A zone larger than this share of the admissible packages says more about the reservation values than
about the dispute: flagged."""


@dataclass(frozen=True)
class Zone(Answer):
    """Whether packages exist that no rule forbids and every party accepts, and how robustly.

    Attributes
    ----------
    packages, admissible, count, agreed : int
        All packages; those that no rule forbids; those of them that every party accepts; those that pass
        the agreement rule of the case (the same as ``count`` when everybody is needed).
    share : Fraction or None
        ``count / admissible``; None when every package is forbidden or a number is not known.
    break_even : party -> Fraction or None
        Largest reservation value of that party, the others' unchanged, at which all accept some package.
    uniform_break_even : Fraction or None
        The same for one value shared by all: the largest smallest utility of any admissible package.
    count_low, count_high : int
        ``count`` with all reservation values at the low / high end of their intervals; None where not counted.
    unstated : parties without any reservation value (they accept everything here).
    option_shares : issue -> option -> share of the zone's packages that use it.
    best : party -> the packages of the zone that are best for it (at most ``MOST_SHOWN``).
    closest : when the zone is empty, the admissible packages with the smallest largest shortfall.
    shortfall : Fraction
        How many points that largest shortfall is; 0 when the zone is not empty.
    exact : bool
        Whether the counts are exact; otherwise ``count`` and ``agreed`` are certified lower bounds.
    standing : whether the record allows a verdict, and whether it depends on a reading.
    closes_within : party -> Fraction
        Break-even values within the interval of the party's reservation value: for some number of it that is not
        ruled out, the others' unchanged, there is no zone. Empty where there is none, or not all parties are needed.
    """

    packages: int
    admissible: int
    count: int
    agreed: int
    share: Fraction | None
    reservation: Mapping[str, Fraction]
    break_even: Mapping[str, Fraction | None]
    uniform_break_even: Fraction | None
    count_low: int | None
    count_high: int | None
    unstated: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    option_shares: Mapping[str, Mapping[str, Fraction]] = field(default_factory=dict)
    best: Mapping[str, tuple[Deal, ...]] = field(default_factory=dict)
    closest: tuple[Deal, ...] = ()
    shortfall: Fraction = Fraction(0)
    exact: bool = True
    standing: AnswerState | None = None
    closes_within: Mapping[str, Fraction] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data, with its state."""
        return super().to_dict() | {"state": self.state}

    @property
    def state(self) -> str:
        """One of :data:`zopa.bargaining.STATES`: whether the record allows a verdict, and which."""
        return self.standing.state if self.standing else "closed" if self.empty else "open"

    @property
    def yes(self) -> bool:
        """Whether enough is on record and a package passes the agreement rule in these readings."""
        return not self.empty and self.state != "not enough on record"

    @property
    def empty(self) -> bool:
        """No package passes the agreement rule."""
        return self.agreed == 0


def zone(
    case: Case | Problem,
    readings: Readings = None,
    *,
    most_unsourced: Fraction | float = MOST_UNSOURCED,
    stop: Stop = never,
) -> Zone:
    """Is there a deal all could accept?

    Parameters
    ----------
    case : Case or Problem
    readings : str, mapping or None
        Named set of readings, or rule -> reading; None takes every rule's default.
    most_unsourced : number between 0 and 1
        The largest share of judgments without any source with which a verdict is given.
    stop : callable, optional
        Asked during long work in spaces too large to list; True ends it with what is known.

    Raises
    ------
    UnknownName
        A reading that the case does not have.
    """
    problem = Problem.of(case, readings)
    space, engine = problem.space, engine_for(problem, "zone", stop=stop)
    limits, free, nothing = space.reservation, space.lowest, (0,) * len(space.parties)
    everyone = range(len(space.parties))
    numbers = {"allowed packages": engine.count(free), "packages acceptable to all": engine.count(limits)}
    admissible, count = numbers.values()
    agreed = count
    if not space.unanimous:
        agreed = numbers["packages that pass the agreement rule"] = engine.count()
    exact = all(n.exact for n in numbers.values())
    unsure = [w for what, n in numbers.items() for w in _not_exact(what, n)]
    if not agreed.low and not agreed.exact:
        known = engine.member()
        unsure += ["stopped before it was known whether a package is acceptable"] if known is None else []
        agreed = replace(agreed, low=int(bool(known)))
    best = {}
    break_even = {}
    for p, name in enumerate(space.parties):
        others = [free[q] if q == p else limits[q] for q in everyone]
        top = engine.highest([p], nothing, others)
        break_even[name] = None if top is None else top.value
        shown = engine.highest([p], nothing, limits, MOST_SHOWN) if count.low else None
        best[name] = marked(problem.case, deals(space, shown.packages)) if shown else ()
    uniform = engine.highest(everyone, nothing, free)
    short = engine.highest(everyone, limits, free, MOST_SHOWN) if not agreed.low else None
    share = Fraction(count.low, admissible.low) if exact and admissible.low else None
    ends = dict(zip(space.parties, problem.limits_at("high"), strict=True))
    return Zone(
        problem.question("zone"),
        packages=space.n_packages,
        admissible=admissible.low,
        count=count.low,
        agreed=agreed.low,
        share=share,
        reservation={p: space.points(r) for p, r in zip(space.parties, limits, strict=True)},
        break_even=break_even,
        uniform_break_even=None if uniform is None else uniform.value,
        count_low=_count_at(problem, engine, count, "low"),
        count_high=_count_at(problem, engine, count, "high"),
        unstated=problem.unstated,
        warnings=(*_warnings(share, admissible.low, problem), *problem.remarks, *unsure),
        option_shares={
            space.issues[i]: dict(zip(space.options[i], row, strict=True))
            for i, row in engine.shares().items()
        },
        best=best,
        closest=marked(problem.case, deals(space, short.packages)) if short else (),
        shortfall=-short.value if short else Fraction(0),
        exact=exact,
        standing=standing(
            problem,
            most_unsourced=most_unsourced,
            known=bool(agreed.low) if agreed.low or agreed.exact else None,
            stop=stop,
        ),
        closes_within={
            p: top
            for p, top in break_even.items()
            if agreed.low and space.unanimous and top is not None and top < space.points(ends[p])
        },
    )


def _count_at(problem: Problem, engine: Engine, count: Count, end: str) -> int | None:
    """The zone with all reservation values at one end of their intervals."""
    limits = problem.limits_at(end)
    number = count if limits == problem.space.reservation or not count.exact else engine.count(limits)
    return number.low if number.exact else None


def _not_exact(what: str, number: Count) -> list[str]:
    if number.exact:
        return []
    return [
        f"the number of {what} lies between {number.low:,} and {number.high:,} ({number.method}); "
        "the lower bound is shown"
    ]


def _warnings(share: Fraction | None, allowed: int, problem: Problem) -> list[str]:
    """What must be said beside a count: an uninformative zone, missing reservation values."""
    found = []
    unstated = [problem.case.parties[p].name for p in problem.unstated]
    if share is not None and share > LARGE_SHARE and allowed > 1 and not unstated:
        found.append(
            f"{100 * float(share):.0f} % of the allowed packages are acceptable to all: the reservation "
            "values are so low that the zone says little; look at the break-even values first"
        )
    if unstated:
        found.append(
            f"no reservation value for {', '.join(unstated)}: every package counts as accepted there"
        )
    return found


def prove_zone(
    case: Case | Problem, readings: Readings = None, *, known: Zone | None = None, stop: Stop = never
) -> Emptiness:
    """A package that is acceptable, or integer weights that show that none is, with the saved proof.

    The proof is of the number of acceptable packages where that can be counted again in plain integers.
    ``known`` is the answer of :func:`zone`, when the caller has it already.
    """
    problem = Problem.of(case, readings)
    found = is_empty(problem.space, proof=True, stop=stop)
    if found.package is None:
        return found
    known = known or zone(problem, stop=stop)
    counted = count_proof(problem.space, known.agreed) if known.exact else None
    return replace(found, proof=counted) if counted else found
