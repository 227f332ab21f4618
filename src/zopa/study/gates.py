"""Gates of a backtest: figures that are asked for in a file written before the run, each met or missed.

A file is TOML::

    written = 2026-11-28

    [[gates]]
    name = "the central zone holds the outcome"
    measure = "central.covered"
    at_least = 0.9

    [[gates]]
    name = "large smallest gains beat the Nash product"
    measure = "smallest.log_score"
    minus = "nash.log_score"        # the difference, case by case
    below = 0
    whole_interval = true           # the 95 % interval too, not the figure alone
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from zopa.casefile import committed_on, read_text
from zopa.errors import CaseError, Finding

__all__ = ["Gate", "GateHeld", "Gates", "GatesChecked", "check_gates", "read_gates"]

Figure = tuple[float, float, float]
"""A mean with the ends of its 95 % interval."""
MOST_BYTES = 1_000_000


class Gate(BaseModel):
    """One figure and what is asked of it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    measure: str = Field(description="NAME.MEASURE: a zone, a predictor or `deal`, and one of its measures")
    minus: str = Field("", description="a second measure, taken off case by case")
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None
    whole_interval: bool = False
    note: str = ""

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if not self.bounds:
            raise ValueError("expected at_least, at_most, above or below, saw none of them")
        return self

    @property
    def bounds(self) -> dict[str, float]:
        """What is asked: sign -> number."""
        given = {">=": self.at_least, "<=": self.at_most, ">": self.above, "<": self.below}
        return {sign: x for sign, x in given.items() if x is not None}

    def keeps(self, figure: Figure) -> bool:
        """Whether the mean, and with ``whole_interval`` both ends of its interval, are on the right side."""
        tests: Mapping[str, Callable[[float, float], bool]] = {
            ">=": lambda x, b: x >= b, "<=": lambda x, b: x <= b, ">": lambda x, b: x > b, "<": lambda x, b: x < b,
        }  # fmt: skip
        seen = figure if self.whole_interval else figure[:1]
        return all(tests[sign](x, bound) for sign, bound in self.bounds.items() for x in seen)


class _GatesFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    written: date
    note: str = ""
    gates: tuple[Gate, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Gates:
    """A file of gates: its name and SHA-256, the day it says it was written, and the day git last saw it change.

    ``committed`` is None where the file is in no git repository or differs from what was committed.
    """

    file: str
    digest: str
    written: date
    committed: date | None
    gates: tuple[Gate, ...]


@dataclass(frozen=True)
class GateHeld:
    """A gate against what was found; ``found`` is None where no case has the measure, which misses the gate."""

    name: str
    measure: str
    asked: str
    found: Figure | None
    met: bool


@dataclass(frozen=True)
class GatesChecked:
    """All gates of a file against what was found."""

    file: str
    digest: str
    written: date
    committed: date | None
    gates: tuple[GateHeld, ...]

    @property
    def missed(self) -> int:
        """How many were missed."""
        return sum(not g.met for g in self.gates)


def read_gates(path: str | Path) -> Gates:
    """The gates of a file.

    Raises
    ------
    CaseError
        The file cannot be read, is no TOML, or asks for what is none of the above.
    """
    place = Path(path)
    text, findings = read_text(place, str(path), MOST_BYTES)
    state = "no gate was read"
    if findings:
        raise CaseError(findings, state)
    try:
        found = _GatesFile.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise CaseError([Finding("", f"expected TOML: {error}", "", str(path))], state) from None
    except ValidationError as error:
        raise CaseError(
            [_finding(str(path), text, e["loc"], e["msg"]) for e in error.errors()], state
        ) from None
    digest = hashlib.sha256(place.read_bytes()).hexdigest()
    return Gates(str(path), digest, found.written, committed_on(place), found.gates)


def _finding(file: str, text: str, where: tuple[int | str, ...], what: str) -> Finding:
    """Where in the file: the line of the gate's header, since TOML keeps no lines of values."""
    heads = [k for k, line in enumerate(text.splitlines(), 1) if line.strip().startswith("[[gates]]")]
    line = heads[where[1]] if len(where) > 1 and isinstance(where[1], int) and where[1] < len(heads) else 1
    hint = "at the top of the file, e.g. written = 2026-11-28" if where[:1] == ("written",) else ""
    path = ".".join(str(part) for part in where)
    return Finding(path, what.removeprefix("Value error, "), hint, file, line, 1)


def check_gates(gates: Gates, figure: Callable[[str, str], Figure | None]) -> GatesChecked:
    """Every gate against its figure; ``figure(measure, minus)`` gives it, or None where there is none."""
    held = []
    for gate in gates.gates:
        found = figure(gate.measure, gate.minus)
        asked = " and ".join(f"{sign} {x:g}" for sign, x in gate.bounds.items())
        held.append(
            GateHeld(
                name=gate.name,
                measure=f"{gate.measure} - {gate.minus}" if gate.minus else gate.measure,
                asked=asked + (", whole interval" if gate.whole_interval else ""),
                found=found,
                met=found is not None and gate.keeps(found),
            )
        )
    return GatesChecked(gates.file, gates.digest, gates.written, gates.committed, tuple(held))
