"""Date expressions in running text as intervals; open ends allowed, never guessed from a bare number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from .patterns import lowered

__all__ = ["DateSpan", "dates", "plain_date"]

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    r"(?:jan(?:uary|\.)?|feb(?:ruary|\.)?|mar(?:ch|\.)?|apr(?:il|\.)?|may|june?|july?|aug(?:ust|\.)?|sept?(?:ember|\.)?"
    r"|oct(?:ober|\.)?|nov(?:ember|\.)?|dec(?:ember|\.)?)"
)
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_NUMBERS = {
    "a": 1,
    "an": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "several": 3,
    "few": 3,
}
_N = r"(?:\d{1,2}|an?|one|two|three|four|five|six)"

_PATTERNS: tuple[tuple[str, str], ...] = (
    ("iso", r"(?P<y>\d{4})-(?P<mo>\d\d)-(?P<d>\d\d)\b"),
    ("range", rf"(?P<m>{_MONTH})\s(?P<d>\d{{1,2}})\s?[-–]\s?(?P<d2>\d{{1,2}})(?:,\s(?P<y>\d{{4}}))?\b"),
    ("mdy", rf"(?P<m>{_MONTH})\s(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s(?P<y>\d{{4}}))?\b"),
    ("dmy", rf"(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s(?P<m>{_MONTH})(?:,?\s(?P<y>\d{{4}}))?\b"),
    ("month", rf"(?:(?P<rel>last|this|next|early|late|mid)[-\s])?(?P<m>{_MONTH})(?:,?\s(?P<y>\d{{4}}))\b"),
    ("barmonth", rf"(?:in|since|by|until|during|last|next|of)\s(?P<m>{_MONTH})(?!\.?\s?\d)"),
    ("prepost", r"(?P<rel>pre|post)-(?P<y>(?:1[89]|20)\d\d)\b"),
    ("decade", r"(?:the\s)?(?P<y>(?:1[89]|20)\d0)s\b"),
    ("year", r"(?P<rel>in|since|by|until|of|before|after|from|during|early|late|mid)[-\s](?P<y>(?:1[89]|20)\d\d)\b(?!-?\d|%)"),
    ("quarter", r"(?P<rel>first|second|third|fourth)\squarter(?:\sof\s(?P<y>\d{4}))?\b"),
    ("weekday", rf"(?:(?P<rel>last|next|this|early|earlier|late|later|on)\s)?(?P<wd>{_WEEKDAY})(?:\s(?:night|morning|evening|afternoon))?\b"),
    ("lastnight", r"last\snight\b"),
    ("day", r"(?P<rel>today|yesterday|tomorrow|tonight)\b"),
    ("later", r"(?P<rel>later|earlier)\s(?P<this>this)\s(?P<unit>week|month|year)\b"),
    ("unit", r"(?P<rel>last|this|next|past)\s(?P<unit>week|weekend|month|year)\b"),
    ("recent", rf"(?:in|over|for)\s(?:the\s)?(?P<rel>recent|past|last|coming|next)\s(?:(?P<n>{_N}|few|several)\s)?(?P<unit>days|weeks|months|years)\b"),
    ("ago", rf"(?P<n>{_N})\s(?P<unit>day|week|month|year)s?\s(?P<rel>ago|earlier)\b"),
    ("within", rf"(?P<rel>in|within)\s(?P<n>{_N})\s(?P<unit>day|week|month)s?\b"),
)  # fmt: skip


def _named(name: str, pattern: str) -> str:
    """The pattern as one alternative: its groups carry its name, and an empty last group is the name alone."""
    return re.sub(r"[?]P<(\w+)>", rf"?P<\1_{name}>", pattern) + f"(?P<{name}>)"


_ANY = re.compile(rf"\b(?=\w)(?:{'|'.join(_named(*p) for p in _PATTERNS)})")
_PARTS = {
    name: [(what, f"{what}_{name}") for what in re.findall(r"[?]P<(\w+)>", pattern)]
    for name, pattern in _PATTERNS
}

_TRIGGER = re.compile(
    r"\b(?:\d{1,4}|[JFMASOND](?:an|eb|ar|pr|ay|un|ul|ug|ep|ct|ov|ec)|[MTWFS](?:on|ues|ednes|hurs|ri|atur|un)day"
    r"|[Tt](?:oday|omorrow|onight)|[Yy]esterday|night|weeks?|weekend|months?|years?|quarter|days?)"
)


def _matches(text: str) -> Iterator[re.Match[str]]:
    """Matches of the grammar in lower case, looked for only around words and numbers that a date needs."""
    low = lowered(text)
    done = 0
    for t in _TRIGGER.finditer(text):
        if t.start() < done:
            continue
        m = _ANY.search(low, max(done, t.start() - 24), t.end() + 40)
        if m and m.start() <= t.start() < m.end():
            done = m.end()
            yield m


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A date expression: offsets, the interval (an end may be open), and how fine it is."""

    start: int
    end: int
    first: date | None
    last: date | None
    grain: str


def plain_date(text: str) -> date | None:
    """The first full date (day, month and year) in a line, or None."""
    for span in dates(text, None):
        if span.grain == "day" and span.first == span.last:
            return span.first
    return None


def dates(text: str, base: date | None) -> Iterator[DateSpan]:
    """All date expressions, left to right; relative ones only when ``base`` (the day of publication) is known."""
    for m in _matches(text):
        name = m.lastgroup or ""
        part = {what: m[group] for what, group in _PARTS[name] if m[group]}
        try:
            found = _interval(name, part, base)
        except (ValueError, OverflowError):
            continue
        if found:
            start, end = m.span()
            lead = re.match(r"(?:on|in|since|by|until|of|during|the|from|before|after)\s", m.group())
            if lead and name in ("weekday", "barmonth", "decade"):
                start += lead.end()
            yield DateSpan(start, end, *found)


Found = tuple[date | None, date | None, str] | None


def _interval(name: str, part: dict[str, str], base: date | None) -> Found:
    rel = part.get("rel", "")
    year = int(part["y"]) if "y" in part else None
    if name in ("iso", "mdy", "dmy", "range"):
        return _days(part, year, base)
    if name in ("month", "barmonth"):
        return _month(part, year, base)
    if name in ("prepost", "decade", "year"):
        assert year is not None
        return _years(name, rel, year)
    if base is None:
        return None
    if name == "weekday":
        return _weekday(part["wd"], rel, base)
    if name in ("day", "lastnight"):
        shift = {"today": 0, "tonight": 0, "yesterday": -1, "tomorrow": 1}.get(rel, -1)
        day = base + timedelta(shift)
        return day, day, "day"
    if name == "quarter":
        q = ("first", "second", "third", "fourth").index(rel)
        first = date(year or base.year, 3 * q + 1, 1)
        return first, _month_end(date(first.year, 3 * q + 3, 1)), "quarter"
    return _relative(name, rel, part, base)


def _days(part: dict[str, str], year: int | None, base: date | None) -> Found:
    month = int(part["mo"]) if "mo" in part else _MONTHS.index(part["m"][:3]) + 1
    if year is None and base is None:
        return None
    if year is None:
        assert base is not None
        year = base.year
        if date(year, month, int(part["d"])) - base > timedelta(60):
            year -= 1
    first = date(year, month, int(part["d"]))
    last = date(year, month, int(part["d2"])) if "d2" in part else first
    return (first, last, "day") if last >= first else None


def _month(part: dict[str, str], year: int | None, base: date | None) -> Found:
    month = _MONTHS.index(part["m"][:3]) + 1
    if year is None:
        if base is None:
            return None
        year = base.year - (date(base.year, month, 1) - base > timedelta(60))
    first = date(year, month, 1)
    return first, _month_end(first), "month"


def _years(name: str, rel: str, year: int) -> Found:
    if name == "decade":
        return date(year, 1, 1), date(year + 9, 12, 31), "decade"
    if rel == "pre" or rel == "before":
        return None, date(year - 1, 12, 31), "year"
    if rel == "post" or rel == "after":
        return date(year + 1, 1, 1), None, "year"
    if rel in ("since", "from"):
        return date(year, 1, 1), None, "year"
    return date(year, 1, 1), date(year, 12, 31), "year"


def _weekday(name: str, rel: str, base: date) -> Found:
    back = (base.weekday() - _DAYS.index(name)) % 7
    day = base - timedelta(back)
    if rel == "next":
        day = base + timedelta(7 - back)
    elif rel == "last" and back == 0:
        day -= timedelta(7)
    return day, day, "day"


def _relative(name: str, rel: str, part: dict[str, str], base: date) -> Found:
    unit = part["unit"].rstrip("s")
    monday = base - timedelta(base.weekday())
    if name == "later":
        first, last = _whole(unit, 0, base)
        return (base + timedelta(1), last, unit) if rel == "later" else (first, base, unit)
    if name == "unit":
        step = {"last": -1, "past": -1, "this": 0, "next": 1}[rel]
        if unit == "weekend":
            saturday = monday + timedelta(5 + 7 * step)
            return saturday, saturday + timedelta(1), "weekend"
        return (*_whole(unit, step, base), unit)
    n = part.get("n", "")
    count = int(n) if n.isdigit() else _NUMBERS.get(n, 3)
    days = {"day": 1, "week": 7, "month": 30, "year": 365}[unit] * count
    if name == "ago":
        if unit == "day":
            return base - timedelta(days), base - timedelta(days), "day"
        return (*_whole(unit, -count, base), unit)
    if name == "within" or rel in ("coming", "next"):
        return base, base + timedelta(days), unit
    return base - timedelta(days), base, unit


def _whole(unit: str, step: int, base: date) -> tuple[date, date]:
    """The calendar week, month or year ``step`` units away; weeks run Monday to Sunday."""
    if unit == "week":
        monday = base - timedelta(base.weekday()) + timedelta(7 * step)
        return monday, monday + timedelta(6)
    if unit == "year":
        return date(base.year + step, 1, 1), date(base.year + step, 12, 31)
    months = base.year * 12 + base.month - 1 + step
    first = date(months // 12, months % 12 + 1, 1)
    return first, _month_end(first)


def _month_end(first: date) -> date:
    months = first.year * 12 + first.month
    return date(months // 12, months % 12 + 1, 1) - timedelta(1)
