"""Numbers with their unit: percent, money with scale words, counts; vague quantities keep a null value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .patterns import either, lowered

__all__ = ["FigureSpan", "figures"]

_SCALE = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_CURRENCY = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "dollars": "USD", "euros": "EUR", "pounds": "GBP",
             "rubles": "RUB", "roubles": "RUB", "hryvnia": "UAH", "shekels": "ILS", "yuan": "CNY", "yen": "JPY", "crowns": "crowns", "francs": "francs", "lira": "TRY", "rupees": "INR"}  # fmt: skip
_WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
_VAGUE = ("dozens", "scores", "hundreds", "thousands", "tens of thousands", "hundreds of thousands", "millions", "billions")  # fmt: skip
_DIGITS = r"\d{1,100}"  # bounded: any digit of a longer run could start a search to its end
_NUMBER = rf"\d{{1,3}}(?:,\d{{3}}){{1,30}}(?:\.{_DIGITS})?|{_DIGITS}(?:\.{_DIGITS})?"
_ANY = re.compile(
    rf"(?=[$€£¥\d]|\b{either((*_WORDS, *_VAGUE))}\s)(?:"  # a cheap look before five alternatives
    rf"(?P<cur>[$€£¥])\s?(?P<m>{_NUMBER})(?:\s?(?P<ms>thousand|million|billion|trillion|bn|m|k)\b)?"
    rf"|(?P<p>{_NUMBER})\s?(?:%|percent\b|per cent\b)"
    rf"|\b(?P<n>{_NUMBER}|{either(_WORDS)})\s(?P<ns>thousand|million|billion|trillion)\s(?P<nu>[^\W\d_]+)"
    rf"|\b(?P<vague>{'|'.join(_VAGUE)})\sof\s(?P<vu>[^\W\d_]+)"
    rf"|\b(?P<c>{_NUMBER})\s(?P<cu>troops|soldiers|people|hostages|prisoners|civilians|refugees|deaths|dead|tons|tonnes|barrels"
    r"|missiles|tanks|workers|jobs|villages|families|meters|metres|degrees|litres|liters|megawatts|hectares|acres|kilometers|kilometres|miles|votes|seats)\b)"
)
_MEASURES = frozenset(
    [
        "tons",
        "tonnes",
        "barrels",
        "hectares",
        "acres",
        "kilometers",
        "kilometres",
        "miles",
        "meters",
        "metres",
        "degrees",
        "litres",
        "liters",
        "megawatts",
    ]
)
_SHORT = {"bn": 10**9, "m": 10**6, "k": 10**3}


@dataclass(frozen=True, slots=True)
class FigureSpan:
    """A number in a text: offsets, value (None where the words give none), unit, and what it counts."""

    start: int
    end: int
    value: float | None
    unit: str
    of: str


def figures(text: str) -> Iterator[FigureSpan]:
    """All figures, left to right. Bare numbers without a unit are left alone."""
    for m in _ANY.finditer(lowered(text)):
        g = m.groupdict()
        if g["cur"]:
            yield FigureSpan(*m.span(), _value(g["m"], g["ms"]), _CURRENCY[g["cur"]], _of(text, m.end()))
        elif g["p"]:
            yield FigureSpan(*m.span(), _value(g["p"]), "percent", _of(text, m.end()))
        elif g["vague"]:
            yield FigureSpan(*m.span(), None, "count", text[slice(*m.span("vu"))])
        elif g["c"]:
            unit = g["cu"]
            yield FigureSpan(*m.span(), _value(g["c"]), unit if unit in _MEASURES else "count", unit)
        else:
            unit = _CURRENCY.get(g["nu"], "count")
            of = _of(text, m.end()) if unit != "count" else text[slice(*m.span("nu"))]
            yield FigureSpan(*m.span(), _value(g["n"], g["ns"]), unit, of)


def _value(number: str, scale: str | None = None) -> float:
    plain = _WORDS.get(number)
    value = float(plain if plain is not None else number.replace(",", ""))
    factor = 1
    if scale:
        factor = _SCALE.get(scale) or _SHORT[scale]
    result = value * factor
    result = round(result, 2)
    return int(result) if result == int(result) else result


def _of(text: str, at: int) -> str:
    """The words after "of", "in" or "for": what the number counts; empty where the text does not say it there."""
    m = re.match(r"\s(?:of|in|for)\s((?:[\w'’\-]+\s?){1,5})", text[at : at + 80])
    return m.group(1).strip() if m else ""
