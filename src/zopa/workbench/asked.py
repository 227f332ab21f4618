"""What a URL asks: the date cut, the readings, other judgments, a draft. Read from the query and written back to it.

::

    as-of=2025-02-13                         what was said later is left out
    readings=E                               a named set of readings
    read.RULE=READING                        one rule's reading; wins over the set
    set.parties.UKR.reservation=55           another judgment, by its path in the case
    on.ISSUE=OPTION                          an option of the draft

The same words as on the command line (``--as-of``, ``--readings``, ``--set``, ``ISSUE=OPTION``), one key per value, so that
each is a field of a plain form. Empty values count as not given.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from zopa.case import Case
from zopa.errors import NotApplicable
from zopa.space import Problem

__all__ = ["UrlQuery"]

MOST_PARTS, LONGEST = 1_000, 2_000


@dataclass(frozen=True)
class UrlQuery:
    """One question's settings; hashable by :attr:`key`, written as a query by :meth:`query`."""

    day: str = ""
    readings: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, query: Iterable[tuple[str, str]]) -> UrlQuery:
        """From the parts of a query; others than the five above are not ours and left alone.

        Raises
        ------
        NotApplicable
            More parts, or longer ones, than any question has.
        """
        groups: dict[str, dict[str, str]] = {"read": {}, "set": {}, "on": {}}
        plain = {"as-of": "", "readings": ""}
        for n, (key, value) in enumerate(query):
            if n >= MOST_PARTS or len(key) + len(value) > LONGEST:
                raise NotApplicable(
                    f"the address asks too much: at most {MOST_PARTS} parts of {LONGEST} characters each"
                )
            head, _, rest = key.partition(".")
            if value and rest and head in groups:
                groups[head][rest] = value
            elif value and key in plain:
                plain[key] = value
        return cls(plain["as-of"], plain["readings"], groups["read"], groups["set"], groups["on"])

    @property
    def key(self) -> tuple[object, ...]:
        """What tells two questions apart, but for the draft."""
        return (
            self.day,
            self.readings,
            tuple(sorted(self.chosen.items())),
            tuple(sorted(self.values.items())),
        )

    def problem_of(self, case: Case) -> Problem:
        """The problem as asked, for a case that is cut already; the same as on the command line."""
        problem = Problem.of(case, self.readings or None)
        if self.chosen:
            problem = problem.with_readings(self.chosen)
        return problem.with_typed(self.values) if self.values else problem

    def query(self) -> str:
        """As the query of a URL, with its question mark; empty where nothing is asked specially."""
        parts = [("as-of", self.day), ("readings", self.readings)]
        for head, group in (("read", self.chosen), ("set", self.values), ("on", self.options)):
            parts += [(f"{head}.{k}", v) for k, v in group.items()]
        told = [(k, v) for k, v in parts if v]
        return "?" + urlencode(told) if told else ""

    def fields(self, *but: str) -> list[tuple[str, str]]:
        """Name and value of every part, for the hidden fields of a form; without the groups named."""
        parts = [("as-of", self.day), ("readings", self.readings)]
        for head, group in (("read", self.chosen), ("set", self.values), ("on", self.options)):
            parts += [(f"{head}.{k}", v) for k, v in group.items()]
        return [(k, v) for k, v in parts if v and k.partition(".")[0] not in but]

    def without_draft(self) -> UrlQuery:
        """The same question without a draft."""
        return replace(self, options={})

    def command(self, verb: str, case: str) -> str:
        """The command that gives the same answer."""
        name, _, rest = verb.partition(" ")
        words = ["zopa", name, case, *shlex.split(rest)]
        words += [f"{i}={o}" for i, o in self.options.items()] if verb == "judge" else []
        words += ["--as-of", self.day] if self.day else []
        if self.readings and not self.chosen:
            words += ["--readings", self.readings]
        for rule, reading in self.chosen.items():
            words += ["--readings", f"{rule}={reading}"]
        for path, value in self.values.items():
            words += ["--set", f"{path}={value}"]
        return shlex.join(words)
