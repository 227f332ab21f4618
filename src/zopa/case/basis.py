"""What all nouns are made of: the frozen base, bases, judgments, moments.

Short forms that people write (``45``, ``[35, 55]``, ``prefer``) become the long form before
validation, so that every field has one shape in Python and one address in the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

__all__ = [
    "LAWS",
    "STANCES",
    "WEIGHT_WORDS",
    "Basis",
    "Exact",
    "Ids",
    "Judgment",
    "Moment",
    "Noun",
    "Number",
    "Quantity",
    "Text",
    "Value",
    "Weight",
    "When",
]

STANCES: Mapping[str, tuple[int, int, int]] = {
    "demand": (90, 100, 100),
    "prefer": (70, 80, 90),
    "accept": (50, 60, 70),
    "conditional": (20, 40, 60),
    "oppose": (0, 15, 30),
    "red-line": (0, 0, 0),
    "silent": (0, 50, 100),
}
"""Stance -> (low, best, high) value on the party's own 0-100 scale. A convention, open to change in a
case by writing the number; ``red-line`` also makes a rule."""

LAWS = ("uniform", "triangular", "pert", "normal")
"""How likely the numbers of an interval are, by name; ``chances`` lists them one by one instead."""

WEIGHT_WORDS: Mapping[str, int] = {"vital": 8, "high": 4, "medium": 2, "low": 1, "none": 0}
"""Words for weights, as ratios (each twice the one below); normalised to 100 per party."""


def _expected(what: str, saw: object, hint: str = "") -> PydanticCustomError:
    return PydanticCustomError(
        "zopa", "expected {what}, saw {saw}", {"what": what, "saw": repr(saw), "hint": hint}
    )


class Noun(BaseModel):
    """Base of all nouns: frozen, strict, no unknown keys, no infinities."""

    short: ClassVar[str] = ""
    """The field that a bare text stands for, where a text alone may be written."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", allow_inf_nan=False, populate_by_name=True, defer_build=True
    )


Text = Annotated[str, Field(min_length=1, max_length=20_000)]
Number = Annotated[float, Field(ge=-1e9, le=1e9)]
Exact = Number | Annotated[str, Field(pattern=r"^-?\d{1,80}/[1-9]\d{0,79}$")]
"""A number, or a fraction such as ``"5/9"`` where no decimal is exact."""


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Ids = Annotated[
    tuple[str, ...],
    BeforeValidator(_as_tuple),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""One id or a list of ids."""


class Basis(Noun):
    """What a judgment rests on: stated (statement ids), inferred (ids and a reason) or assumed (a reason)."""

    stated: Ids = Field((), description="statement ids that say it")
    inferred: Ids = Field((), description="statement ids that it was inferred from; give `why`")
    assumed: str = Field("", description="the reason for an assumption that no statement supports")
    why: str = Field("", description="how it follows from the statements")
    by: str = Field("", description="whose judgment this is")

    @property
    def kind(self) -> str:
        """``stated``, ``inferred``, ``assumed``, or ``none`` where nothing was written."""
        if self.stated:
            return "stated"
        if self.inferred:
            return "inferred"
        return "assumed" if self.assumed else "none"

    @property
    def statements(self) -> tuple[str, ...]:
        """The statement ids behind it."""
        return self.stated + self.inferred


def _judgment(words: Mapping[str, object], what: str) -> Any:
    def normalise(value: object) -> object:
        if isinstance(value, bool) or value is None:
            raise _expected(what, value)
        if isinstance(value, int | float):
            return {"best": value}
        if isinstance(value, str):
            if value not in words:
                raise _expected(what, value, _near(value, words))
            return {"word": value}
        if isinstance(value, list | tuple):
            if len(value) != 2 or not all(
                isinstance(v, int | float) and not isinstance(v, bool) for v in value
            ):
                raise _expected(what, value, "an interval has two numbers")
            return {"low": value[0], "high": value[1]}
        if isinstance(value, dict) and value.get("word") is not None and value["word"] not in words:
            raise _expected(what, value["word"], _near(str(value["word"]), words))
        return value

    return normalise


def _near(word: str, words: Mapping[str, object]) -> str:
    from zopa.errors import nearest

    close = nearest(word, words)
    return f"did you mean '{close}'?" if close else ""


class Judgment(Basis):
    """A number, an interval, a rank or a word about a party, with its basis."""

    best: Number | None = Field(None, description="central estimate")
    low: Number | None = Field(None, description="lowest value that the words allow")
    high: Number | None = Field(None, description="highest value that the words allow")
    rank: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        None, description="1 is the first; ties allowed"
    )
    word: str | None = None
    law: Literal["uniform", "triangular", "pert", "normal"] | None = Field(
        None, description="how likely the numbers between low and high are; uniform unless said"
    )
    sd: Annotated[float, Field(gt=0, le=1e9)] | None = Field(
        None, description="standard deviation of the law normal, which is cut off at low and high"
    )
    chances: tuple[tuple[Number, Annotated[float, Field(gt=0, le=1e9)]], ...] = Field(
        (), description="instead of a law: [number, weight] pairs; weights need not add up to 1"
    )

    def model_post_init(self, _context: object) -> None:
        """Check that exactly one form is used, that low <= best <= high, and that a law has what it needs."""
        forms = [
            self.best is not None or self.low is not None or self.high is not None,
            self.rank is not None,
            self.word is not None,
        ]
        if sum(forms) != 1:
            raise _expected(
                "one of best/low/high, rank, word",
                "none" if not any(forms) else "several",
                "write a number, [low, high], {rank: 1} or a word",
            )
        low, best, high = self.low, self.best, self.high
        if (low is None) != (high is None):
            raise _expected("both low and high", "one of them")
        if low is not None and high is not None and not low <= (low if best is None else best) <= high:
            raise _expected("low <= best <= high", [low, best, high] if best is not None else [low, high])
        self._check_law()

    def _check_law(self) -> None:
        if self.law and self.low is None:
            raise _expected("low and high beside `law`", "neither", "a law spreads over an interval")
        if (self.law == "normal") != (self.sd is not None):
            saw = "no `sd`" if self.sd is None else f"`sd` beside the law {self.law or 'uniform'}"
            raise _expected("`sd` with `law: normal`, and only there", saw)
        if self.chances:
            if self.law:
                raise _expected("`law` or `chances`", "both")
            numbers = [x for x, _ in self.chances]
            if (
                self.low is None
                or self.high is None
                or not self.low <= min(numbers) <= max(numbers) <= self.high
            ):
                raise _expected("`chances` with numbers between low and high", numbers, "add low and high")


def _judgment_schema(words: Mapping[str, object]) -> WithJsonSchema:
    number = {"type": "number"}
    text = {"type": "string"}
    ids = {"anyOf": [text, {"type": "array", "items": text}]}
    return WithJsonSchema(
        {
            "description": "a number, [low, high], a word, or a mapping with a basis",
            "anyOf": [
                number,
                {"type": "array", "items": number, "minItems": 2, "maxItems": 2},
                *([{"enum": list(words)}] if words else []),
                {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {
                        "best": number,
                        "low": number,
                        "high": number,
                        "rank": {"type": "integer", "minimum": 1},
                        "word": {"enum": list(words)} if words else text,
                        "law": {"enum": list(LAWS)},
                        "sd": {"type": "number", "exclusiveMinimum": 0},
                        "chances": {"type": "array", "items": {"type": "array", "items": number}},
                        "stated": ids,
                        "inferred": ids,
                        "assumed": text,
                        "why": text,
                        "by": text,
                    },
                },
            ],
        }
    )


Weight = Annotated[
    Judgment,
    BeforeValidator(
        _judgment(WEIGHT_WORDS, "a number, [low, high], a rank or one of " + ", ".join(WEIGHT_WORDS))
    ),
    _judgment_schema(WEIGHT_WORDS),
]
Value = Annotated[
    Judgment,
    BeforeValidator(_judgment(STANCES, "a number, [low, high], a rank or one of " + ", ".join(STANCES))),
    _judgment_schema(STANCES),
]
Quantity = Annotated[
    Judgment, BeforeValidator(_judgment({}, "a number or [low, high]")), _judgment_schema({})
]


class When(Noun):
    """A date as an interval; ``2025-02-12``, ``2025-01`` (the month) and ``{from:, to:}`` are the short forms."""

    start: date | None = Field(None, alias="from")
    end: date | None = Field(None, alias="to")

    def model_post_init(self, _context: object) -> None:
        """Check that the interval does not end before it begins."""
        if self.start and self.end and self.end < self.start:
            raise _expected("from <= to", f"{self.start} to {self.end}")

    def __str__(self) -> str:
        if self.start == self.end and self.start:
            return self.start.isoformat()
        if (
            self.start
            and self.end
            and self.start.day == 1
            and (self.end.month, self.end.year)
            == (
                self.start.month,
                self.start.year,
            )
            and self.end.day >= 28
        ):
            return self.start.strftime("%Y-%m")
        if self.start is None or self.end is None:
            return f"by {self.end}" if self.end else f"from {self.start}" if self.start else "no date"
        return f"{self.start} to {self.end}"


def _when(value: object) -> object:
    if isinstance(value, date):
        return {"from": value, "to": value}
    if isinstance(value, str) and (m := re.fullmatch(r"(\d{4})-(\d\d)", value)) and 1 <= int(m[2]) <= 12:
        year, month = int(m[1]), int(m[2])
        following = date(year + month // 12, month % 12 + 1, 1)
        return {"from": date(year, month, 1), "to": date.fromordinal(following.toordinal() - 1)}
    if isinstance(value, int) and not isinstance(value, bool) and 1000 <= value <= 9999:
        return {"from": date(value, 1, 1), "to": date(value, 12, 31)}
    if isinstance(value, str) or not isinstance(value, dict):
        raise _expected("a date such as 2025-02-12, a month such as 2025-01, or {from:, to:}", value)
    return value


Moment = Annotated[
    When,
    BeforeValidator(_when),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "integer"},
                {"type": "object", "properties": {"from": {"type": "string"}, "to": {"type": "string"}}},
            ]
        }
    ),
]
