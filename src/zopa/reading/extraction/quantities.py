"""Numbers with their unit: percent, money with scale words, counts; vague quantities keep a null value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from zopa.reading.language.lexicon import NEVER, Lexicon, lexicon
from zopa.reading.language.patterns import Forms, either, lowered

__all__ = ["FigureSpan", "figures"]

_NEEDS = {
    "money": "sign number", "percent": "number", "scaled": "number scale unit", "vague": "vague unit",
    "count": "number unit",
}  # fmt: skip
"""The forms of a figure and the parts that give each its meaning."""
_SIGNS = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_DIGITS = r"\d{1,100}"  # bounded: any digit of a longer run could start a search to its end


class _FigureWords:
    """The figure words of a language pack."""

    def __init__(self, lex: Lexicon) -> None:
        marks = lex.section("figures")
        self.thousands, self.decimal = marks["thousands"], marks["decimal"]
        self.numbers = lex.numbers("figures.numbers")
        long = lex.numbers("figures.scales")
        self.scales = long | lex.numbers("figures.short")
        self.currencies = lex.meanings("figures.currencies")
        self.measures = frozenset(lex.phrases("figures", "measures"))
        vague = lex.phrases("figures", "vague")
        comma, point = re.escape(self.thousands) or NEVER, re.escape(self.decimal) or NEVER
        number = rf"\d{{1,3}}(?:{comma}\d{{3}}){{1,30}}(?:{point}{_DIGITS})?|{_DIGITS}(?:{point}{_DIGITS})?"
        signs = "".join(_SIGNS)
        self.forms = Forms(
            lex,
            "figures.forms",
            _NEEDS,
            {
                "sign": f"(?P<sign>[{signs}])",
                "number": f"(?P<number>{number})",
                "n": f"(?P<number>{number}|{either(self.numbers)})",
                "scale": f"(?P<scale>{either(long)})",
                "short": f"(?P<scale>{either(self.scales)})",
                "vague": f"(?P<vague>{either(vague)})",
                "word": r"(?P<unit>[^\W\d_]+)",
                "counted": f"(?P<unit>{either([*lex.phrases('figures', 'counted'), *self.measures])})",
            },
        )
        # a cheap look before the forms, which are slow to fail
        self.any = re.compile(
            rf"(?=[{signs}\d]|\b{either([*self.numbers, *vague])}\s)(?:{self.forms.pattern})"
        )
        self.of = re.compile(rf"\s{either(lex.phrases('figures', 'of'))}\s((?:[\w'’\-]+\s?){{1,5}})")

    def value(self, number: str, scale: str) -> float:
        """The number that a figure's words or digits say."""
        plain = self.numbers.get(number)
        if plain is None:
            number = number.replace(self.thousands, "").replace(self.decimal or ".", ".")
        result = round(float(number if plain is None else plain) * (self.scales[scale] if scale else 1), 2)
        return int(result) if result == int(result) else result

    def counted(self, text: str, at: int) -> str:
        """The words after "of", "in" or "for": what the number counts; empty where the text does not say it there."""
        m = self.of.match(text[at : at + 80])
        return m.group(1).strip() if m else ""


@cache
def _words(language: str) -> _FigureWords:
    """The figure words of a language pack, built once."""
    return _FigureWords(lexicon(language))


@dataclass(frozen=True, slots=True)
class FigureSpan:
    """A number in a text: offsets, value (None where the words give none), unit, and what it counts."""

    start: int
    end: int
    value: float | None
    unit: str
    of: str


def figures(text: str, language: str = "en") -> Iterator[FigureSpan]:
    """All figures, left to right. Bare numbers without a unit are left alone."""
    words = _words(language)
    for m in words.any.finditer(lowered(text)):
        name, part = words.forms.parts(m)
        unit = part.get("unit", "")
        named = text[slice(*m.span(f"unit_{name}"))] if unit else ""
        value = None if name == "vague" else words.value(part["number"], part.get("scale", ""))
        if name == "money":
            unit = _SIGNS[part["sign"]]
        elif name == "percent":
            unit = "percent"
        elif name == "scaled" and unit in words.currencies:
            named, unit = "", words.currencies[unit]
        elif name == "count":
            named, unit = unit, unit if unit in words.measures else "count"
        else:
            unit = "count"
        yield FigureSpan(*m.span(), value, unit, named or words.counted(text, m.end()))
