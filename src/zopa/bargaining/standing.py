"""Whether the record allows a verdict, and what it is: not enough on record, open, closed, depends on a reading."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

from zopa.bargaining.engines import Engine, Stop, engine_for, never
from zopa.case import (
    MOST_UNSOURCED,
    Case,
    OnRecord,
    fits_what_was_meant,
    on_record,
    readings_left,
    uncarried,
)
from zopa.space import Problem, Readings, reading_names

__all__ = ["STATES", "AnswerState", "OtherReading", "State", "standing"]

State = Literal["not enough on record", "open", "closed", "depends on a reading"]
STATES: tuple[str, ...] = State.__args__  # type: ignore[attr-defined]
MOST_TURNS = 64
"""How many other choices of readings are looked at where packages cannot be listed."""


@dataclass(frozen=True)
class OtherReading:
    """Another choice of readings that turns a zone into none, or none into a zone.

    ``set`` is the name of a set of readings, else ``rule`` is read as ``reading``; ``open`` tells what is then.
    """

    open: bool
    set: str = ""
    rule: str = ""
    reading: str = ""


@dataclass(frozen=True)
class AnswerState:
    """What may be said about a case.

    Attributes
    ----------
    state : one of :data:`STATES`. A verdict that depends on a reading is given with ``open``.
    open : whether a package passes the agreement rule in the readings asked for, whatever it rests on.
    record : what the case rests on.
    turns : other readings that change ``open``; setting a rule aside is not a reading.
    uncarried : accepted refusals and red lines that no rule carries, by statement id.
    unknown : how many other readings could not be looked at.
    """

    state: State
    open: bool
    record: OnRecord
    turns: tuple[OtherReading, ...] = ()
    uncarried: tuple[str, ...] = ()
    unknown: int = 0

    @property
    def yes(self) -> bool:
        """Whether the answer to "is there a deal?" is yes, in the readings asked for."""
        return self.open and self.state in ("open", "depends on a reading")


def standing(
    case: Case | Problem,
    readings: Readings = None,
    *,
    most_unsourced: Fraction | float = MOST_UNSOURCED,
    known: bool | None = None,
    stop: Stop = never,
) -> AnswerState:
    """What may be said about a case: whether enough is on record, and whether a deal is open, closed, or a matter of reading.

    Parameters
    ----------
    case : Case or Problem
    readings : str, mapping or None
        Named set of readings, or rule -> reading; None takes every rule's default.
    most_unsourced : number between 0 and 1
        The largest share of judgments without any source with which a verdict is given.
    known : bool, optional
        Whether a package passes the agreement rule in these readings, where the caller has found out already.
    stop : callable, optional
        Asked during long work in spaces too large to list.

    Raises
    ------
    UnknownName
        A reading that the case does not have.
    """
    problem = Problem.of(case, readings)
    key = f"standing {most_unsourced}"
    if key not in problem.kept:
        problem.kept[key] = _standing(problem, on_record(problem.case, most_unsourced), known, stop)
    found: AnswerState = problem.kept[key]
    return found


def _standing(problem: Problem, record: OnRecord, known: bool | None, stop: Stop) -> AnswerState:
    engine = engine_for(problem, "zone", stop=stop)
    now = bool(_open(engine, full=True)) if known is None else known
    turns, unknown = [], 0
    for k, (turn, chosen) in enumerate(_others(problem)):
        there = None
        if problem.listable or k < MOST_TURNS:
            there = _open(engine.at(replace(engine.space, clauses=problem.reread(chosen).clauses)))
        unknown += there is None
        if there is not None and there != now:
            turns.append(replace(turn, open=there))
    state: State = "open" if now else "closed"
    if turns:
        state = "depends on a reading"
    if not record.enough:
        state = "not enough on record"
    return AnswerState(state, now, record, tuple(turns), tuple(uncarried(problem.case)), unknown)


def _open(engine: Engine, *, full: bool = False) -> bool | None:
    """Whether a package passes; None where a quick look in a large space does not tell."""
    count = engine.count(quick=True)
    if count.low or count.exact:
        return bool(count.low)
    return engine.member() if full else None


def _others(problem: Problem) -> Iterator[tuple[OtherReading, Mapping[str, str]]]:
    """The named sets of readings, then every other reading of one rule."""
    now, seen, left = dict(problem.readings), [dict(problem.readings)], readings_left(problem.case)
    for name in problem.case.readings:
        chosen = dict(problem.with_readings(name).readings)
        if chosen not in seen and fits_what_was_meant(problem.case, chosen):
            yield OtherReading(False, set=name), chosen
    for rule, names in reading_names(problem.case).items():
        for reading in names:
            if reading != now[rule] and reading in left.get(rule, names):
                yield OtherReading(False, rule=rule, reading=reading), {**now, rule: reading}
