"""No utility of a package that rests on assumptions stands alone, in any document about the example."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from zopa.bargaining import zone
from zopa.case import Case, assumed_worth
from zopa.robustness import worth_by_words
from zopa.space import Problem
from zopa.views import Labels, bargaining
from zopa.views.document import Cell, Chart, Document, Grid, plain
from zopa.views.numbers import points
from zopa.views.record import positions
from zopa.views.study import study
from zopa.views.worth import NO_RANGE, by_assumed, by_words

OTHERS = {
    "Judgments about": "inputs, with a column of their own for the interval",
    "Which single number": "places on a line",
    "Round by round": "places on a line",
    "Picks over": "bits",
    "Figures in the sources": "money",
}
"""Tables that hold numbers of that size and nothing that rests on the numbers of the case."""
BY_ASSUMED = "; by partly assumed numbers"
"""Ends the caption of a table whose numbers have no range of their own."""
NUMBER = re.compile(r"(-?\d+\.\d)(?= |$|,)")


def grids(document: Document) -> Iterator[Grid]:
    for block in document.blocks():
        found = block.grid if isinstance(block, Chart) else block
        if not isinstance(found, Grid) or found.caption.startswith(tuple(OTHERS)):
            continue
        if not found.caption.endswith(BY_ASSUMED):
            yield found


def text(c: Cell | str) -> str:
    return c if isinstance(c, str) else plain(c.parts)


def documents(s: Any) -> Iterator[Document]:
    labels, words = Labels(s.case), by_words(s.by_words)
    yield study(s, labels)
    yield bargaining.zone(s.zone, labels, words)
    yield bargaining.solutions(list(s.solutions.values()), labels, words)
    shown = by_words(worth_by_words(Problem.of(s.case), [d.package for d in s.frontier.deals[:3]]))
    yield bargaining.frontier(s.frontier, labels, 3, shown)
    for p in s.proposals[:1]:
        yield bargaining.draft(p.views, labels, words)


def test_every_utility_of_a_package_has_its_range_and_share_beside_it(example_study: Any) -> None:
    s = example_study
    deals = [p.deal for p in s.proposals] + [d for x in s.solutions.values() for d in x.deals[:1]]
    deals += [d for best in s.zone.best.values() for d in best[:1]] + list(s.frontier.deals[:3])
    assert all(assumed_worth(s.case, p, d.package) for d in deals for p in d.utilities)
    known = {points(u) for d in deals for u in d.utilities.values()}
    seen = 0
    for document in documents(s):
        for grid in grids(document):
            for row in grid.rows:
                cells = [text(c) for c in row]
                for k, words in enumerate(cells):
                    at = NUMBER.match(words)
                    if at is None or at[1] not in known:
                        continue
                    seen += 1
                    beside = words if "[" in words else cells[k + 1] if k + 1 < len(cells) else ""
                    assert re.search(r"\d+–\d+; .*%", beside), (grid.caption, words)
    assert seen > 100


LABELLED = [
    "Break-even", "Value of each option", "Share of packages acceptable", "Values at which a party's verdict",
    "How far apart the openings", "What each package would ask", "Where the worst-off party", "Points above the floor",
    "From the opening of", "Where talks end", "Mean utility",
]  # fmt: skip


def test_tables_without_ranges_say_that_they_rest_on_assumed_numbers(example_study: Any) -> None:
    shown = study(example_study, Labels(example_study.case)).blocks()
    found = [b.grid if isinstance(b, Chart) else b for b in shown]
    captions = [b.caption for b in found if isinstance(b, Grid)]
    for start in LABELLED:
        mine = [c for c in captions if c.startswith(start)]
        assert mine, start
        assert all(c.endswith(BY_ASSUMED) for c in mine), mine


@pytest.mark.parametrize(
    ("basis", "ends"),
    [
        ({"assumed": "a guess"}, "; by the assumed numbers"),
        ({"stated": ("s",)}, ""),
    ],
)
def test_the_label_is_there_only_where_a_number_is_assumed(basis: dict[str, Any], ends: str) -> None:
    p = {
        "name": "P",
        "weights": {"i": {"best": 100, **basis}},
        "values": {"i": {"a": {"best": 50, **basis}, "b": {"best": 10, **basis}}},
        "reservation": {"best": 0, **basis},
    }
    case = Case.model_validate(
        {
            "title": "t",
            "issues": {"i": {"name": "I", "options": {"a": "a", "b": "b"}}},
            "parties": {"P": p, "Q": p | {"name": "Q"}},
            "sources": {"t": {"text": "fifty"}},
            "statements": {"s": {"source": "t", "quote": "fifty", "kind": "position", "party": "P"}},
        }
    )
    assert by_assumed("Where", Labels(case)) == "Where" + ends


def test_page_one_says_what_the_brackets_hold(example_study: Any) -> None:
    first = next(grids(Document("", study(example_study, Labels(example_study.case)).sections[:1])))
    assert "nine draws in ten" in first.caption
    worth = [text(c) for row in first.rows if text(row[0]).startswith("worth to") for c in row[1:]]
    assert len(worth) == 3 * 4
    assert all(re.fullmatch(r"[\d.]+ \([+-]?[\d.]+\) \[\d+–\d+; .* %\]", x) for x in worth), worth


def test_how_often_lenses_hold_is_said_in_sentences(example_study: Any) -> None:
    told = [
        plain(x)
        for b in study(example_study, Labels(example_study.case)).blocks()
        for x in getattr(b, "items", ())
    ]
    assert any(x.startswith("Whether they hold, over 256 draws") for x in told)
    assert any(x.startswith("When they open, over 256 draws") for x in told)
    assert any("no party falls below no agreement at any step in" in x for x in told)


def party(values: dict[str, Any]) -> dict[str, Any]:
    return {"name": "P", "weights": {"i": {"best": 100}}, "values": {"i": values}, "reservation": {"best": 0}}


def test_without_words_the_brackets_hold_the_interval_or_say_that_there_is_none() -> None:
    issues = {"i": {"name": "I", "options": {"a": "a", "b": "b"}}}
    guess = {"assumed": "a guess"}
    p = party({"a": {"low": 20, "best": 50, "high": 80, **guess}, "b": {"best": 10, **guess}})
    q = party({"a": {"best": 50, **guess}, "b": {"best": 10, **guess}})
    case = Case.model_validate({"title": "t", "issues": issues, "parties": {"P": p, "Q": q | {"name": "Q"}}})
    grid = next(
        g for g in bargaining.zone(zone(case), Labels(case)).sections[0].grids if "best package" in g.caption
    )
    rows = {text(r[0]): text(r[1]) for r in grid.rows}
    assert rows["worth to P"] == "50.0 (+50.0) [20–80]"
    assert rows["worth to Q"] == f"50.0 (+50.0) [{NO_RANGE}]"
    assert "within the intervals" in grid.caption


def test_a_value_of_an_option_has_its_interval_beside_it() -> None:
    issues = {"i": {"name": "I", "options": {"a": "a", "b": "b", "c": "c"}}}
    guess = {"assumed": "a guess"}
    p = party({"a": {"low": 20.5, "best": 50, "high": 80, **guess}, "b": {"best": 10, **guess}})
    case = Case.model_validate({"title": "t", "issues": issues, "parties": {"P": p, "Q": p | {"name": "Q"}}})
    grid = positions(case, ("P", "Q"), Labels(case))
    assert [text(row[-1]) for row in grid.rows] == ["50.0 [20–80] ·", "10.0 –", "50.0 ?"]
    assert grid.caption.endswith("; in brackets, the interval of the judgment; by the assumed numbers")
