"""One case in one choice of readings, compiled once: the only thing below ``study`` that a verb computes with.

The face::

    problem = Problem(case)                          the default readings; or Problem(case, "E"), Problem(case, {"r": "off"})
    problem = Problem.of(case_or_problem, readings)  what every verb does first; None keeps the readings of a problem
    problem.case, problem.readings, problem.space    the case, rule -> reading, arrays and clauses
    problem.table                                    all packages, made on first use (NotApplicable beyond MAX_PACKAGES)
    problem.listable                                 whether there are few enough of them
    problem.limits_at("low")                         reservation values at an end of their intervals, in units of the space
    problem.remarks                                  what every answer must say about its numbers (noise, rounding)
    problem.question("zone", **settings)             what an answer remembers
    problem.kept                                     what engines work out about the problem and keep with it

    problem.with_readings("E")                       other readings; the utilities and the table are shared
    problem.with_values({"parties.A.reservation": 55, "rules.r.reading": "wide"})
                                                     other judgments, by their path in the case; readings are kept

Variants of the space alone (other reservation values, fewer clauses, settled issues) need no new problem:
``dataclasses.replace(problem.space, ...)`` and :meth:`Space.settled`, given to ``engine.at(space)``
(see ``zopa.bargaining.engines``).

A problem is never changed once made; what is derived from it is worked out on first use and kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from typing import Any

from zopa._version import __version__
from zopa.case import Case, Rule, all_rules, is_reading, reading_of
from zopa.space.answer import Question
from zopa.space.compilation import (
    Compiled,
    Readings,
    choose_readings,
    clauses,
    compile_utilities,
    reading_names,
)
from zopa.space.compiled import Clause, Space
from zopa.space.table import MAX_PACKAGES, Table

__all__ = ["Problem", "compile_case"]


class _Shared:
    """What problems with the same judgments share, whatever their readings."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.table: Table | None = None
        self.clauses: dict[tuple[str, str], tuple[Clause, ...]] = {}

    @cached_property
    def compiled(self) -> Compiled:
        return compile_utilities(self.case)

    def of_rule(self, rule: str, reading: str) -> tuple[Clause, ...]:
        key = (rule, reading)
        if key not in self.clauses:
            self.clauses[key] = clauses(self.case, rule, reading)
        return self.clauses[key]


class Problem:
    """A case in one choice of readings; see the head of this module.

    Parameters
    ----------
    case : Case
    readings : str, mapping or None
        Named set of readings, or rule -> reading; None takes every rule's default.

    Raises
    ------
    UnknownName
        A set, rule or reading that the case does not have.
    """

    def __init__(self, case: Case, readings: Readings = None) -> None:
        self._start(_Shared(case), choose_readings(case, readings), {})

    def _start(self, shared: _Shared, chosen: Mapping[str, str], changed: Mapping[str, Any]) -> None:
        self._shared, self.readings, self.changed = shared, dict(chosen), dict(changed)
        self.kept: dict[str, Any] = {}

    @classmethod
    def _made(cls, shared: _Shared, chosen: Mapping[str, str], changed: Mapping[str, Any]) -> Problem:
        problem = cls.__new__(cls)
        problem._start(shared, chosen, changed)
        return problem

    @classmethod
    def of(cls, case: Case | Problem, readings: Readings = None) -> Problem:
        """The problem itself, in other readings where some are given; or the problem of a case."""
        if isinstance(case, Problem):
            return case if readings is None else case.with_readings(readings)
        return cls(case, readings)

    @property
    def case(self) -> Case:
        """The case, with the changed judgments."""
        return self._shared.case

    @property
    def rules(self) -> Mapping[str, Rule]:
        """All rules, also those that follow from statements."""
        return all_rules(self.case)

    def clauses_of(self, rule: str, reading: str) -> tuple[Clause, ...]:
        """The clauses of one rule in one reading, none for 'off'."""
        return self._shared.of_rule(rule, reading)

    def reread(self, readings: Mapping[str, str]) -> Space:
        """The space under these readings of all rules."""
        found = tuple(c for rule, reading in readings.items() for c in self.clauses_of(rule, reading))
        return replace(self._shared.compiled.space, clauses=found)

    @cached_property
    def space(self) -> Space:
        """Arrays, bit masks, exact integers, clauses.

        Raises
        ------
        NotApplicable
            No party whose acceptance counts.
        """
        return self.reread(self.readings)

    @property
    def listable(self) -> bool:
        """Whether all packages can be listed."""
        return self.space.n_packages <= MAX_PACKAGES

    @property
    def tabulated(self) -> bool:
        """Whether all packages have been listed already."""
        return self._shared.table is not None

    @cached_property
    def table(self) -> Table:
        """All packages; the utilities are shared between readings.

        Raises
        ------
        NotApplicable
            More than ``MAX_PACKAGES`` packages.
        """
        if self._shared.table is None:
            self._shared.table = Table.of(self.space)
        return self._shared.table.at(self.space)

    def limits_at(self, end: str) -> tuple[int, ...]:
        """Reservation values at the ``low`` or ``high`` end, as the least integer utilities that reach them."""
        return self._shared.compiled.ends[end]

    @property
    def unstated(self) -> tuple[str, ...]:
        """Parties without any reservation value: they accept everything."""
        return self._shared.compiled.unstated

    @property
    def remarks(self) -> tuple[str, ...]:
        """What must be said beside every answer: noise taken off, numbers rounded as asked, and by how much."""
        return self._shared.compiled.remarks

    def question(self, verb: str, **settings: Any) -> Question:
        """What an answer remembers."""
        told = {**self.case.changed, **self.changed}
        changed = {"set": told} if told else {}
        digest = self.case.digest
        if self.changed:  # other judgments are another case
            digest = sha256(f"{digest} {sorted(self.changed.items())}".encode()).hexdigest()
        return Question(
            verb, digest, self.readings, {**settings, **changed}, version=__version__, of=self.case
        )

    def with_readings(self, readings: Readings) -> Problem:
        """The same judgments under other readings.

        A mapping changes the rules that it names and leaves the others as they are read here; a named set
        starts from the defaults, as it does everywhere.
        """
        if readings is None or readings == self.readings:
            return self
        chosen = choose_readings(self.case, readings)
        if isinstance(readings, Mapping):
            chosen = {**self.readings, **{rule: chosen[rule] for rule in readings}}
        return Problem._made(self._shared, chosen, self.changed)

    def with_values(self, changes: Mapping[str, Any]) -> Problem:
        """The problem with other judgments.

        Parameters
        ----------
        changes : path -> value
            As for :meth:`zopa.case.Case.with_`, which says what is raised.
        """
        readings = {rule: str(v) for p, v in changes.items() if (rule := reading_of(p)) is not None}
        plain = {p: v for p, v in changes.items() if not is_reading(p)}
        shared = _Shared(self.case.with_(plain)) if plain else self._shared
        chosen = {p: v for p, v in changes.items() if is_reading(p)}
        kept = self.readings
        if (
            shared is not self._shared
        ):  # a changed statement or rule may bring or take a rule, or one of its readings
            there = reading_names(shared.case)
            known = {r: v for r, v in kept.items() if v in (*there.get(r, ()), "off") and r in there}
            kept = {**choose_readings(shared.case), **known}
        problem = Problem._made(shared, kept, {**self.changed, **chosen})
        return problem.with_readings(readings) if readings else problem

    def with_typed(self, changes: Mapping[str, str]) -> Problem:
        """The problem with other judgments as a person types them: numbers and lists as in JSON, all else as text."""
        return self.with_values({path: _typed(text) for path, text in changes.items()})


def _typed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def compile_case(case: Case | Problem, readings: Readings = None) -> Space:
    """The space of a case; a :class:`Problem` keeps more, and keeps it."""
    return Problem.of(case, readings).space
