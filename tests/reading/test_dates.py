"""Dates in running text are intervals; nothing is invented."""

from datetime import date

import pytest

from zopa.reading.extraction.date_phrases import dates, plain_date
from zopa.reading.extraction.quantities import figures

BASE = date(2025, 2, 13)  # a Thursday


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("on 13 Feb 2025", "2025-02-13", "2025-02-13"),
        ("February 13, 2025", "2025-02-13", "2025-02-13"),
        ("2025-02-13", "2025-02-13", "2025-02-13"),
        ("as of Jan. 20", "2025-01-20", "2025-01-20"),
        ("on Dec. 20", "2024-12-20", "2024-12-20"),
        ("January 2025", "2025-01-01", "2025-01-31"),
        ("in March", "2025-03-01", "2025-03-31"),
        ("Feb. 14-16", "2025-02-14", "2025-02-16"),
        ("Wednesday", "2025-02-12", "2025-02-12"),
        ("on Thursday", "2025-02-13", "2025-02-13"),
        ("last Thursday", "2025-02-06", "2025-02-06"),
        ("next Wednesday", "2025-02-19", "2025-02-19"),
        ("Friday night", "2025-02-07", "2025-02-07"),
        ("yesterday", "2025-02-12", "2025-02-12"),
        ("last night", "2025-02-12", "2025-02-12"),
        ("this week", "2025-02-10", "2025-02-16"),
        ("later this week", "2025-02-14", "2025-02-16"),
        ("earlier this week", "2025-02-10", "2025-02-13"),
        ("next weekend", "2025-02-22", "2025-02-23"),
        ("last month", "2025-01-01", "2025-01-31"),
        ("last year", "2024-01-01", "2024-12-31"),
        ("in 2024", "2024-01-01", "2024-12-31"),
        ("since 2019", "2019-01-01", None),
        ("pre-2014", None, "2013-12-31"),
        ("post-2014", "2015-01-01", None),
        ("in the 1990s", "1990-01-01", "1999-12-31"),
        ("third quarter of 2024", "2024-07-01", "2024-09-30"),
        ("two weeks ago", "2025-01-27", "2025-02-02"),
        ("in two weeks", "2025-02-13", "2025-02-27"),
    ],
)
def test_an_expression_is_an_interval(text, first, last):
    (found,) = dates(f"They met {text} at the lake.", BASE)
    assert (found.first and found.first.isoformat(), found.last and found.last.isoformat()) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "We paid $65 for 20% of it",
        "Room 2019 of 400",
        "May I ask",
        "the March of the miners",
        "on the 31st of nothing",
        "Feb. 31, 2025",
    ],
)
def test_no_date_is_invented(text):
    assert list(dates(text, BASE)) == []


def test_without_a_day_of_publication_only_full_dates_are_read():
    assert [d.first for d in dates("On Wednesday, 3 May 2024, and last month", None)] == [date(2024, 5, 3)]
    assert plain_date("River Post, 3 May 2024: A2") == date(2024, 5, 3)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("20% of it", 20, "percent"),
        ("60 percent of the power", 60, "percent"),
        ("$65.9 billion in aid", 65_900_000_000, "USD"),
        ("€4.5 million", 4_500_000, "EUR"),
        ("38 million crowns", 38_000_000, "crowns"),
        ("two million people", 2_000_000, "count"),
        ("1,200 troops", 1200, "count"),
        ("412 meters", 412, "meters"),
        ("millions of deaths", None, "count"),
    ],
)
def test_a_figure_has_value_and_unit(text, value, unit):
    (found,) = figures(f"It was {text} by then.")
    assert (found.value, found.unit) == (value, unit)


@pytest.mark.parametrize(
    "amount", ["hundreds of", "tens of thousands of", "hundreds of thousands of", "millions of"]
)
def test_a_vague_number_is_read_whole_and_keeps_its_unit(amount):
    (found,) = figures(f"It drove {amount} people out.")
    assert (found.value, found.unit, found.of) == (None, "count", "people")


def test_a_number_too_long_to_be_one_does_no_harm():
    assert all(f.value is None or f.value < 1e120 for f in figures("It was " + "1" * 400 + "% by then."))


def test_a_bare_number_is_no_figure():
    assert list(figures("Chapter 12 of 14 began at 7.")) == []
