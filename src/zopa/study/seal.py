"""A line that can be published today and checked later: the digests of a case, of what was asked, and of the answers."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

from zopa._version import __version__
from zopa.case import Case
from zopa.errors import NotApplicable
from zopa.space import Answer, Problem, choose_readings
from zopa.study.run import run

__all__ = ["Seal", "SealCheck", "seal", "verify_seal"]

PARTS = ("version", "at", "case", "asked", "answers")
DIGITS = 9
"""Significant digits of a number that go into the digest: sums of floats differ in the last ones between machines."""


@dataclass(frozen=True)
class Seal:
    """What a sealed line holds; ``str()`` is the line.

    ``at`` is the day the case was cut at, or ``-``; ``case``, ``asked`` and ``answers`` are SHA-256 digests: of the
    case, of readings and settings, of everything that ``zopa run`` answers.
    """

    version: str
    at: str
    case: str
    asked: str
    answers: str

    def __str__(self) -> str:
        body = " ".join(f"{name}={getattr(self, name)}" for name in PARTS)
        return f"zopa-seal {body} seal={_sha(body)}"

    @classmethod
    def read(cls, line: str) -> Seal:
        """The seal of a line.

        Raises
        ------
        NotApplicable
            The line is no seal, or was changed since it was made.
        """
        found = re.search(
            r"zopa-seal (version=\S+ at=\S+ case=\S+ asked=\S+ answers=\S+) seal=([0-9a-f]{64})(?!\S)(?: *(\S.*))?",
            line,
        )
        if found is None:
            raise NotApplicable(
                "this is no seal; expected a line that `zopa seal CASE` prints, "
                "'zopa-seal version=... at=... case=... asked=... answers=... seal=...', or a file that holds it"
            )
        if _sha(found[1]) != found[2]:
            raise NotApplicable(
                "the line was changed since it was made: its last digest is not that of the rest"
            )
        if found[3]:
            raise NotApplicable(
                f"the line goes on after its last digest, with '{found[3][:40]}'; it was changed since it was made"
            )
        return cls(**dict(part.split("=", 1) for part in found[1].split(" ")))


@dataclass(frozen=True)
class SealCheck(Answer):
    """A sealed line held against a case: what is the same, and which parts are not."""

    sealed: Seal
    now: Seal
    differs: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the case, the question and the answers are those of the line."""
        return not set(self.differs) - {"version"}


def seal(case: Case | Problem) -> Seal:
    """Run all questions on a case and seal the answers."""
    problem = Problem.of(case)
    study = run(problem)
    asked = {"readings": dict(problem.readings), "set": study.question.settings.get("set", {})}
    return Seal(
        version=__version__,
        at=problem.case.asked_day or "-",
        case=_own(problem.case.digest),
        asked=_digest(asked),
        answers=_digest(_plain(study.to_dict())),
    )


def verify_seal(line: str, case: Case | Problem) -> SealCheck:
    """Hold a sealed line against a case, cut at the day that the line names.

    Parameters
    ----------
    line : str
        The line, or a text that holds it.
    case : Case or Problem
        The case, with the same readings and settings as then.

    Raises
    ------
    NotApplicable
        The line is no seal, or was changed since it was made.
    """
    sealed, problem = Seal.read(line), Problem.of(case)
    if sealed.at != "-" and problem.case.cut is None:
        case = problem.case.at(sealed.at)
        there = choose_readings(case)
        problem = Problem(case, {rule: r for rule, r in problem.readings.items() if rule in there})
    now = seal(problem)
    question = problem.question("verify_seal")
    return SealCheck(question, sealed, now, tuple(p for p in PARTS if getattr(sealed, p) != getattr(now, p)))


def _own(digest: str) -> str:
    return digest or "-"


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _digest(data: Any) -> str:
    return _sha(json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")))


def _plain(data: Any) -> Any:
    """Plain data without the version of the program and the digest of the case, floats to nine significant digits.

    The case has a part of the line of its own: files that changed where the day of the cut does not reach leave the
    answers as they are.
    """
    if isinstance(data, dict):
        without = {"version", "case"} if "verb" in data else {"version"}
        return {k: _plain(v) for k, v in data.items() if k not in without}
    if isinstance(data, list | tuple):
        return [_plain(v) for v in data]
    return float(f"{data:.{DIGITS}g}") if isinstance(data, float) else data
