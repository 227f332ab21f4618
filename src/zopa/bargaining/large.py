"""The same questions where packages cannot be listed: answered by the engines of ``exact``.

Everything here is exact unless the answer says how far it may be off; what only a list of all packages could
tell (shares of options, packages per frontier point) is left out rather than guessed.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from zopa.bargaining import search as exact
from zopa.bargaining.conflicts import (
    Conflict,
    Correction,
    Limit,
    Switch,
    WhyNot,
    limits_of,
    minimal_hitting_sets,
)
from zopa.bargaining.search.break_even import break_even, restrict
from zopa.bargaining.search.decomposition import additive
from zopa.bargaining.solutions import SOLUTIONS
from zopa.bargaining.zones import Deal, Frontier, Solution, Zone, ask, deal, zone_warnings
from zopa.case import Case, all_rules, reservation
from zopa.errors import NotApplicable, UnknownName
from zopa.space import Readings, Space, choose_readings, compile_case, reading_names

__all__ = ["Stop", "frontier", "never", "solve", "why_not", "zone"]

Stop = Callable[[], bool]
"""Asked now and then during long work; True ends it with the best found so far."""

MOST_WEIGHT = 4_096
MESHES = (Fraction(1, 4), Fraction(1, 2), Fraction(1), Fraction(3))
MOST_RAYS = 150

MOST_POINTS = 2_000
"""How many frontier points are turned into packages; all are counted."""


def never() -> bool:
    """Go on to the end."""
    return False


def zone(case: Case, space: Space, readings: Readings, stop: Stop = never) -> Zone:
    """Is there a deal all could accept? Counted by dynamic programming, break-even values by search."""
    everybody = dataclasses.replace(space, required=(), at_least=0)
    free = dataclasses.replace(everybody, reservation=space.lowest)
    notes: list[str] = []
    admissible = _count(free, "allowed packages", notes, stop)
    count = _count(everybody, "packages acceptable to all", notes, stop)
    agreed = count if space.unanimous else _count(space, "packages that pass the agreement rule", notes, stop)
    known = exact.is_empty(space, stop=stop)
    if known.empty is None:
        notes.append("stopped before it was known whether a package is acceptable")
    if known.empty is False:
        agreed = max(agreed, 1)
        count = max(count, 1 if space.unanimous else count)
    form = additive(space)
    best: dict[str, tuple[Deal, ...]] = {}
    even: dict[str, Fraction | None] = {}
    for p, name in enumerate(space.parties):
        value = break_even(form, p, stop=stop)[0] if form.possible else None
        even[name] = None if value is None else space.points(value + form.shift[p])
    uniform = exact.solve_maxmin(
        dataclasses.replace(free, reservation=(0,) * len(space.parties)), "egalitarian", ties=False, stop=stop
    )
    stated = {p: reservation(case, p) for p in space.parties}
    sure = not notes
    share = Fraction(count, admissible) if admissible and sure else None
    if known.empty:
        notes.append(known.words)
    return Zone(
        ask(case, "zone", readings),
        packages=space.n_packages,
        admissible=admissible,
        count=count,
        agreed=agreed,
        share=share,
        reservation={p: space.points(r) for p, r in zip(space.parties, space.reservation, strict=True)},
        break_even=even,
        uniform_break_even=None if uniform.value is None else uniform.value / space.scale,
        count_low=None,
        count_high=None,
        unstated=tuple(p for p, r in stated.items() if r is None),
        warnings=(*zone_warnings(count if sure else 0, admissible, stated, space), *notes),
        best=best,
        exact=sure,
    )


def _count(space: Space, what: str, notes: list[str], stop: Stop) -> int:
    """The exact number, or a certified lower bound with a note."""
    try:
        found = exact.count(space, stop=stop)
    except exact.Refusal as why:
        notes.append(f"the number of {what} is not known: {why}")
        return 0 if exact.is_empty(space, stop=stop).empty else 1
    if not found.exact:
        notes.append(
            f"the number of {what} lies between {found.low:,} and {found.high:,}; the lower bound is shown"
        )
    return found.low


def frontier(case: Case, space: Space, readings: Readings, stop: Stop = never) -> Frontier:
    """Distinct points that nobody dominates; beyond the cap, a part of them with a stated guarantee."""
    question = ask(case, "frontier", readings)
    try:
        found = exact.frontier(space, stop=stop)
    except (exact.TooLarge, exact.Refusal) as why:
        part = _some_rays(space)
        if part is None:
            return Frontier(question, (), 0, None, f"the frontier was not found: {why}")
        deals = tuple(deal(space, x) for x in part.packages)
        promise = (
            f"; every acceptable package is matched in every gain up to a factor {float(part.factor):g}"
            if part.factor
            else ""
        )
        note = f"a part of the frontier, found along {part.rays} rays{promise} ({why})"
        return Frontier(question, deals, len(deals), None, note)
    points = found.points
    step = max(1, math.ceil(len(points) / MOST_POINTS))
    shown = exact.packages_at(space, points[::step])
    note = f"{len(shown):,} of the points have a package listed" if step > 1 else ""
    return Frontier(question, tuple(deal(space, x) for x in shown), len(points), None, note)


def _some_rays(space: Space) -> exact.Rays | None:
    """As fine a fan of rays as can be shot in reasonable time; None where even the coarsest is too many."""
    for step in MESHES:
        try:
            return exact.rays(space, step, most=MOST_RAYS)
        except exact.Refusal:
            continue
    return None


def solve(
    case: Case,
    space: Space,
    method: str | Callable[..., Any],
    readings: Readings,
    powers: Mapping[str, float] | None,
    coalition: Sequence[str] | None,
    *,
    proof: bool = False,
    stop: Stop = never,
    progress: Callable[[str], None] | None = None,
) -> Solution:
    """What a named solution picks, with a proof that nothing is better, or the gap that is left."""
    if not isinstance(method, str):
        raise NotApplicable(
            f"your own solution needs a list of all packages; {space.n_packages:.3g} are too many"
        )
    if method not in SOLUTIONS:
        raise UnknownName("solution", method, SOLUTIONS)
    names = tuple(coalition or space.parties)
    for name in names:
        if name not in space.parties:
            raise UnknownName("party", name, space.parties)
    m = SOLUTIONS[method]
    weights = None
    if m.needs:
        if powers is None:
            raise NotApplicable(f"{method} needs powers: one positive number per party")
        given = [Fraction(str(powers.get(name, 0))) for name in names]
        if min(given) <= 0:
            raise NotApplicable(f"{method} needs powers: one positive number per party")
        common = math.lcm(*(g.denominator for g in given))
        weights = [int(g * common) for g in given]
        weights = [w // math.gcd(*weights) for w in weights]
        if max(weights) > MOST_WEIGHT:
            raise NotApplicable(
                f"powers must be ratios of whole numbers up to {MOST_WEIGHT:,}; these need {max(weights):,}"
            )
    inner = restrict(space, [space.parties.index(n) for n in names])

    def tell(value: object, bound: float) -> None:
        if progress is not None:
            progress(f"{m.title}: best so far {value}, bound {bound:.6g}")

    if method in ("nash", "weighted-nash"):
        out = exact.solve_nash(inner, weights, proof=proof, stop=stop, on_progress=tell)
        value = None if out.value is None or weights else out.value / space.scale ** len(names)
    else:
        out = exact.solve_maxmin(inner, method, weights=weights, proof=proof, stop=stop, on_progress=tell)
        value = out.value if out.value is None or method == "kalai-smorodinsky" else out.value / space.scale
    deals = tuple(deal(space, x) for x in out.packages)
    return Solution(
        ask(case, "solve", readings, method=m.title, powers=dict(powers or {}), coalition=names, engine=out.engine),
        method, m.title, m.asks, deals, len(deals), value, names, m.warning, out.proven, out.gap, out.proof, out.note,
    )  # fmt: skip


def why_not(case: Case, space: Space, readings: Readings, stop: Stop = never) -> WhyNot:
    """Minimal conflicts and corrections by seed, shrink and grow; single changes of reading by emptiness."""
    found = exact.conflicts(space, stop=stop)
    limits = _members(case, space)
    listed = {member: limit for member, limit in zip(found.members, limits, strict=True)}
    notes = (
        []
        if space.unanimous
        else ["acceptance by every party is asked for here, although the agreement rule needs fewer"]
    )
    known = exact.is_empty(space, stop=stop)
    empty = bool(known.empty)
    if empty:
        notes.append(known.words)
    ordered = {member: k for k, member in enumerate(found.members)}
    sets = [frozenset(ordered[m] for m in c) for c in found.corrections if c]
    hitting, complete = minimal_hitting_sets(sets, 2_000) if found.complete else ([], True)
    conflict_sets = hitting or [frozenset(ordered[m] for m in c) for c in found.conflicts]
    conflicts = [Conflict(tuple(limits[k] for k in sorted(c))) for c in conflict_sets]
    conflicts.sort(key=lambda c: (c.assumed, len(c.statements), len(c.limits), [m.id for m in c.limits]))
    corrections = [
        _correction(case, space, [listed[m] for m in sorted(c, key=ordered.__getitem__)], stop)
        for c in found.corrections
        if c
    ]
    corrections.sort(
        key=lambda c: (c.statements, c.firmness, c.shift, len(c.limits), [m.id for m in c.limits])
    )
    switches = _switches(case, choose_readings(case, readings), stop)
    if not found.complete:
        notes.append("not all conflicts were found before the search was stopped; those listed are minimal")
    return WhyNot(
        ask(case, "why_not", readings), empty, tuple(conflicts) if empty else (), tuple(corrections) if empty else (),
        switches, (), complete and found.complete, tuple(notes),
    )  # fmt: skip


def _members(case: Case, space: Space) -> list[Limit]:
    """Limits in the order of the exact engine's members: clauses, then every party's acceptance."""
    return limits_of(case, dataclasses.replace(space, required=(True,) * len(space.parties), at_least=0))


def _correction(case: Case, space: Space, members: list[Limit], stop: Stop) -> Correction:
    dropped = {m.id for m in members}
    rules = [m for m in _members(case, space) if m.kind == "rule"]
    kept = tuple(c for c, m in zip(space.clauses, rules, strict=True) if m.id not in dropped)
    low = space.lowest
    floors = tuple(
        low[p] if any(m.kind == "acceptance" and m.party == name for m in members) else r
        for p, (name, r) in enumerate(zip(space.parties, space.reservation, strict=True))
    )
    eased = dataclasses.replace(space, clauses=kept, reservation=floors, required=(), at_least=0)
    shift = Fraction(0)
    moved = [space.parties.index(m.party) for m in members if m.kind == "acceptance" and m.party]
    form = additive(eased)
    if len(moved) == 1 and form.possible:
        best, _ = break_even(form, moved[0], stop=stop)
        if best is not None:
            shift = space.points(space.reservation[moved[0]] - best - form.shift[moved[0]])
    return Correction(
        tuple(members),
        None,
        None,
        statements=len({s for m in members for s in m.statements}),
        firmness=sum(m.firmness for m in members if m.kind == "rule" and m.statements),
        shift=max(shift, Fraction(0)),
    )


def _switches(case: Case, chosen: Mapping[str, str], stop: Stop) -> tuple[Switch, ...]:
    rules, names = all_rules(case), reading_names(case)
    found = []
    for rule, now in chosen.items():
        for reading in [*names[rule], "off"]:
            if reading == now:
                continue
            other = compile_case(case, {**chosen, rule: reading})
            possible = exact.is_empty(other, stop=stop).empty is False
            noun = rules[rule].readings.get(reading, rules[rule])
            says = "set aside" if reading == "off" else noun.says
            found.append(
                Switch(
                    rule, reading, now, None, None, says, noun.statements or rules[rule].statements, possible
                )
            )
    return tuple(found)
