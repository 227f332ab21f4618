"""Date expressions in running text as intervals; open ends allowed, never guessed from a bare number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from zopa.reading.language.lexicon import Lexicon, folded, lexicon
from zopa.reading.language.patterns import Forms, either, lowered

__all__ = ["DateSpan", "dates", "plain_date"]

_NEEDS = {
    "range": "month day last_day", "mdy": "month day", "dmy": "month day", "month": "month year", "barmonth": "month",
    "prepost": "rel year", "decade": "year", "year": "year", "quarter": "rel", "weekday": "weekday", "day": "rel",
    "later": "rel unit", "unit": "rel unit", "recent": "rel unit", "ago": "n unit", "within": "n unit",
}  # fmt: skip
"""The forms of a date and the parts that give each its meaning."""
_QUARTERS = ("first", "second", "third", "fourth")
_STEPS = {"last": -1, "this": 0, "next": 1}
_DAYS = {"day": 1, "week": 7, "weekend": 7, "month": 30, "year": 365}
_VAGUE = 3
"""How many a word such as "several", or no word at all, stands for."""


class _DateWords:
    """The date words of a language pack."""

    def __init__(self, lex: Lexicon) -> None:
        self.months = _numbered(lex, "months", 12)
        self.weekdays = _numbered(lex, "weekdays", 7)
        self.numbers = lex.numbers("dates.numbers")
        self.units = lex.meanings("dates.units")
        self.relative = lex.meanings("dates.relative")
        self.forms = Forms(
            lex,
            "dates.forms",
            _NEEDS,
            {
                "month": f"(?P<month>{either(self.months)})",
                "weekday": f"(?P<weekday>{either(self.weekdays)})",
                "day": r"(?P<day>\d{1,2})",
                "last_day": r"(?P<last_day>\d{1,2})",
                "year": r"(?P<year>\d{4})",
                "this_year": r"(?P<year>(?:1[89]|20)\d\d)",
                "decade": r"(?P<year>(?:1[89]|20)\d0)",
                "n": rf"(?P<n>\d{{1,2}}|{either(self.numbers)})",
                "vague": either(lex.phrases("dates", "vague")),
            },
            {"iso": r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)\b"},
        )
        self.any = re.compile(rf"\b(?=\w)(?:{self.forms.pattern})")
        self.near = re.compile(rf"\b(?:\d{{1,4}}|{lex.pattern('dates', 'near').pattern})")
        self.lead = re.compile(rf"{either(lex.phrases('dates', 'lead'))}\s")

    def matches(self, text: str) -> Iterator[re.Match[str]]:
        """Matches of the forms in lower case, looked for only around words and numbers that a date needs."""
        low = lowered(text)
        done = 0
        for t in self.near.finditer(text):
            if t.start() < done:
                continue
            m = self.any.search(low, max(done, t.start() - 24), t.end() + 40)
            if m and m.start() <= t.start() < m.end():
                done = m.end()
                yield m


def _numbered(lex: Lexicon, name: str, count: int) -> dict[str, int]:
    """Word -> its place in a list of ``count``, from 0; a language pack may leave the list empty."""
    listed = lex.section("dates")[name]
    if len(listed) not in (0, count):
        raise lex.refused("dates", name, f"expected {count} texts, saw {len(listed)}")
    return {word.strip().lower(): place for place, words in enumerate(listed) for word in words.split(",")}


@cache
def _words(language: str) -> _DateWords:
    """The date words of a language pack, built once."""
    return _DateWords(lexicon(language))


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A date expression: offsets, the interval (an end may be open), and how fine it is."""

    start: int
    end: int
    first: date | None
    last: date | None
    grain: str


def plain_date(text: str, language: str = "en") -> date | None:
    """The first full date (day, month and year) in a line, or None."""
    for span in dates(text, None, language):
        if span.grain == "day" and span.first == span.last:
            return span.first
    return None


def dates(text: str, base: date | None, language: str = "en") -> Iterator[DateSpan]:
    """All date expressions, left to right; relative ones only when ``base`` (the day of publication) is known."""
    words = _words(language)
    for m in words.matches(text):
        name, part = words.forms.parts(m)
        try:
            found = _interval(name, part, base, words)
        except (ValueError, OverflowError):
            continue
        if found:
            start, end = m.span()
            lead = words.lead.match(m.group())
            if lead and name in ("weekday", "barmonth", "decade"):
                start += lead.end()
            yield DateSpan(start, end, *found)


Found = tuple[date | None, date | None, str] | None


def _interval(name: str, part: dict[str, str], base: date | None, words: _DateWords) -> Found:
    rel = words.relative.get(folded(part["rel"]), "") if "rel" in part else ""
    year = int(part["year"]) if "year" in part else None
    if name == "iso":
        return _days(part, int(part["month"]), year, base)
    if name in ("mdy", "dmy", "range"):
        return _days(part, words.months[part["month"]] + 1, year, base)
    if name in ("month", "barmonth"):
        return _month(words.months[part["month"]] + 1, year, base)
    if name in ("prepost", "decade", "year"):
        assert year is not None
        return _years(name, rel, year)
    if base is None:
        return None
    if name == "weekday":
        return _weekday(words.weekdays[part["weekday"]], rel, base)
    if name == "day":
        day = base + timedelta({"yesterday": -1, "tomorrow": 1}.get(rel, 0))
        return day, day, "day"
    if name == "quarter":
        first = date(year or base.year, 3 * _QUARTERS.index(rel) + 1, 1)
        return first, _month_end(date(first.year, first.month + 2, 1)), "quarter"
    count = words.numbers.get(part["n"]) or int(part["n"]) if "n" in part else _VAGUE
    return _relative(name, rel, words.units.get(part["unit"], ""), count, base)


def _days(part: dict[str, str], month: int, year: int | None, base: date | None) -> Found:
    if year is None and base is None:
        return None
    if year is None:
        assert base is not None
        year = base.year
        if date(year, month, int(part["day"])) - base > timedelta(60):
            year -= 1
    first = date(year, month, int(part["day"]))
    last = date(year, month, int(part["last_day"])) if "last_day" in part else first
    return (first, last, "day") if last >= first else None


def _month(month: int, year: int | None, base: date | None) -> Found:
    if year is None:
        if base is None:
            return None
        year = base.year - (date(base.year, month, 1) - base > timedelta(60))
    first = date(year, month, 1)
    return first, _month_end(first), "month"


def _years(name: str, rel: str, year: int) -> Found:
    if name == "decade":
        return date(year, 1, 1), date(year + 9, 12, 31), "decade"
    if rel == "before":
        return None, date(year - 1, 12, 31), "year"
    if rel == "after":
        return date(year + 1, 1, 1), None, "year"
    if rel == "since":
        return date(year, 1, 1), None, "year"
    return date(year, 1, 1), date(year, 12, 31), "year"


def _weekday(weekday: int, rel: str, base: date) -> Found:
    back = (base.weekday() - weekday) % 7
    day = base - timedelta(back)
    if rel == "next":
        day = base + timedelta(7 - back)
    elif rel == "last" and back == 0:
        day -= timedelta(7)
    return day, day, "day"


def _relative(name: str, rel: str, unit: str, count: int, base: date) -> Found:
    """What is counted from the day of publication; None where the pack gives a word of it no meaning."""
    if unit not in _DAYS:
        return None
    if name == "later":
        first, last = _whole(unit, 0, base)
        return (base + timedelta(1), last, unit) if rel == "later" else (first, base, unit)
    if name == "unit":
        return (*_whole(unit, _STEPS[rel], base), unit) if rel in _STEPS else None
    days = _DAYS[unit] * count
    if name == "ago":
        return (*_whole(unit, -count, base), unit)
    if name == "within" or rel == "next":
        return base, base + timedelta(days), unit
    return base - timedelta(days), base, unit


def _whole(unit: str, step: int, base: date) -> tuple[date, date]:
    """The calendar week, weekend, month or year ``step`` units away; weeks run Monday to Sunday."""
    if unit == "day":
        return base + timedelta(step), base + timedelta(step)
    if unit in ("week", "weekend"):
        monday = base - timedelta(base.weekday()) + timedelta(7 * step)
        return monday + timedelta(5 * (unit == "weekend")), monday + timedelta(6)
    if unit == "year":
        return date(base.year + step, 1, 1), date(base.year + step, 12, 31)
    months = base.year * 12 + base.month - 1 + step
    first = date(months // 12, months % 12 + 1, 1)
    return first, _month_end(first)


def _month_end(first: date) -> date:
    months = first.year * 12 + first.month
    return date(months // 12, months % 12 + 1, 1) - timedelta(1)
