"""A case as of a day is the case without what came later: nothing of later date reaches it, whatever it is."""

from __future__ import annotations

import ast
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

import zopa
from everything import CASE_YAML, folder_with_everything
from strategies import for_all
from zopa.case import Case, gaps, reservation, undated, values, weights
from zopa.casefile import inspect, load

DAY = date(2025, 2, 13)
SRC = Path(zopa.__file__).parent

BASE: dict[str, Any] = {
    "title": "t",
    "as_of": date(2025, 12, 1),
    "parties": {
        "A": {
            "name": "A",
            "weights": {"i": {"best": 60, "stated": "early"}, "j": {"best": 40, "assumed": "x"}},
            "values": {"i": {"p": {"word": "demand", "stated": "early"}, "q": 20}},
            "reservation": {"best": 30, "stated": "early"},
        },
        "B": {"name": "B", "reservation": 10},
    },
    "issues": {i: {"name": i, "options": {"p": "p", "q": "q"}} for i in ("i", "j")},
    "rules": {"r": {"party": "A", "when": ({"i": ("p",)},), "stated": "early"}},
    "readings": {"X": {"choose": {"r": "as stated"}}},
    "sources": {"s": {"date": "2025-02-12"}, "late": {"date": "2025-06-01"}, "plain": {}},
    "statements": {
        "early": {"source": "s", "quote": "q", "kind": "position", "said": date(2025, 2, 1), "party": "A"},
    },
}  # fmt: skip


def record(group: str, said: date, source: str) -> dict[str, Any]:
    """A record of any group that was made on a day."""
    common = {"source": source, "quote": "q"}
    return common | {
        "statements": {"kind": "position", "party": "B", "issue": "i", "options": ("p",), "stance": "demand", "said": said},
        "contacts": {"type": "meeting", "what": "w", "when": said},
        "figures": {"value": 3.0, "of": "x", "as_of": said},
        "shifts": {"what": "w"},
    }[group]  # fmt: skip


def later_things(draw: Any) -> dict[str, Any]:
    """Things of a day after DAY, added to the case: records, and whatever rests on them."""
    said = DAY + timedelta(days=draw(st.integers(1, 400)))
    case = {k: dict(v) if isinstance(v, dict) else v for k, v in BASE.items()}
    case["statements"] = {
        **case["statements"],
        "new": record(
            "statements",
            *draw(
                st.sampled_from(
                    [(said, "s"), (said, "late"), (said, "plain"), (DAY - timedelta(days=5), "late")]
                )
            ),
        ),
    }
    for group in draw(st.sets(st.sampled_from(["contacts", "figures", "shifts"]))):
        case[group] = {"x": record(group, said, "late")}
    a, b = dict(BASE["parties"]["A"]), dict(BASE["parties"]["B"])
    kind = draw(st.sampled_from(["stated", "inferred"]))
    rests: dict[str, Any] = {kind: "new"} | ({"why": "w"} if kind == "inferred" else {})
    for part in draw(
        st.sets(st.sampled_from(["value", "weight", "rule", "reading", "capability", "interaction", "costs"]))
    ):
        if part == "value":
            a["values"] = {"i": a["values"]["i"], "j": {"p": {"best": 90, **rests}}}
            b["values"] = {"i": {"p": {"word": "red-line", **rests}}}
        elif part == "weight":
            b["weights"] = {"i": {"best": 70, **rests}, "j": {"best": 30, **rests}}
        elif part == "capability":
            b["capability"] = {"best": 70, **rests}
            b["places"] = {"i": {"best": 70, **rests}}
        elif part == "rule":
            case["rules"] = {**case["rules"], "new": {"party": "B", "when": ({"j": ("q",)},), **rests}}
            case["readings"] = {"X": {"choose": {"r": "as stated", "new": "off"}}}
        elif part == "reading":
            case["rules"] = {
                **case["rules"],
                "two": {"party": "B", "readings": {"n": {"when": ({"j": ("q",)},), **rests}}},
            }
        elif part == "interaction":
            case["interactions"] = ({"party": "B", "when": {"i": ("p",)}, "points": 5.0, **rests},)
        elif part == "costs":
            case["cost_rows"] = (
                {
                    "party": "A",
                    "from": said,
                    "low": 1.0,
                    "central": 2.0,
                    "high": 3.0,
                    "unit": "points",
                    "per": "month",
                },
            )
    case["outcome"] = {"date": said, "agreed": {"i": "p", "j": "q"}}
    return {**case, "parties": {"A": a, "B": b}}


later = st.composite(lambda draw: later_things(draw))()


def plain(case: Case) -> dict[str, Any]:
    return case.model_dump(exclude={"digest", "sources"})


@for_all(later, examples=80)
def test_nothing_of_later_date_reaches_the_case_as_of_a_day(spec: dict[str, Any]) -> None:
    alone = Case.model_validate(BASE).at(DAY)
    assert plain(Case.model_validate(spec).at(DAY)) == plain(alone)
    whole = Case.model_validate(spec)
    assert "new" in whole.at(date(2026, 12, 1)).statements


@for_all(later, examples=30)
def test_the_answers_as_of_a_day_are_those_of_the_case_without_the_later_things(spec: dict[str, Any]) -> None:
    then, alone = Case.model_validate(spec).at(DAY), Case.model_validate(BASE).at(DAY)
    for party in alone.parties:
        assert weights(then, party) == weights(alone, party)
        assert reservation(then, party) == reservation(alone, party)
        for issue in alone.issues:
            assert values(then, party, issue) == values(alone, party, issue)
    assert gaps(then) == gaps(alone)
    assert zopa.zone(then).count == zopa.zone(alone).count


def test_a_judgment_goes_with_the_statement_it_cites_and_comes_back_with_it() -> None:
    case = Case.model_validate(BASE)
    before = case.at(date(2025, 1, 31))
    assert before.statements == {}
    assert before.rules == {}
    assert before.readings["X"].choose == {}
    assert before.parties["A"].reservation is None
    assert before.parties["A"].weights == {}  # 40 alone would not add up to 100
    assert set(before.parties["A"].values["i"]) == {"q"}
    assert plain(case.at(date(2025, 2, 12))) == plain(case) | {"as_of": date(2025, 2, 12)}
    assert case.at(date(2025, 2, 11)).statements == {}  # said on the first, published on the twelfth
    assert plain(case.at("said:2025-02-01")) == plain(case) | {"as_of": date(2025, 2, 1)}
    assert case.at(DAY).digest not in (case.digest, before.digest)


@pytest.mark.parametrize(
    ("said", "source", "there"),
    [
        (
            {"from": date(2025, 2, 1), "to": date(2025, 2, 28)},
            "s",
            True,
        ),  # in February, published on the 12th
        ({"from": date(2025, 2, 1), "to": date(2025, 2, 28)}, "late", False),
        ({"from": date(2025, 2, 1), "to": date(2025, 2, 28)}, "plain", False),
        (date(2025, 2, 13), "late", False),  # said on the day, published later: it was not known
        (date(2025, 2, 13), "plain", True),
        (date(2025, 2, 14), "s", False),
        (None, "s", True),
        (None, "late", False),
        (None, "plain", True),
    ],
)
def test_its_own_moment_dates_a_statement_and_else_its_source(said: Any, source: str, there: bool) -> None:
    spec = {
        **BASE,
        "statements": {
            **BASE["statements"],
            "x": {"source": source, "quote": "q", "kind": "report", "said": said},
        },
    }
    case = Case.model_validate(spec)
    assert ("x" in case.at(DAY).statements) == there
    assert ("statements.x" in undated(case)) == (said is None and source == "plain")
    by_saying = case.at(f"said:{DAY}")
    assert ("x" in by_saying.statements) == (there or (source == "late" and said == DAY))
    assert case.at(DAY).published_later == by_saying.published_later == (source == "late" and said == DAY)
    assert (case.at(DAY).asked_day, by_saying.asked_day) == (str(DAY), f"said:{DAY}")
    assert case.at(DAY).digest != by_saying.digest


def test_a_plan_is_as_old_as_the_text_that_tells_of_it() -> None:
    planned = {
        "source": "s",
        "quote": "q",
        "type": "meeting",
        "what": "w",
        "when": date(2025, 3, 1),
        "realised": False,
    }
    case = Case.model_validate({**BASE, "contacts": {"c": planned, "d": {**planned, "realised": True}}})
    assert set(case.at(DAY).contacts) == {"c"}


def test_undated_judgments_are_named() -> None:
    assert undated(Case.model_validate(BASE)) == (
        "parties.A.weights.j", "parties.A.values.i.q", "parties.B.reservation",
    )  # fmt: skip


def test_the_example_as_of_its_own_day_is_itself_and_a_year_before_holds_no_statement() -> None:
    case = load("ukraine-2025")
    assert case.as_of is not None
    assert case.at(case.as_of).statements == case.statements
    assert not case.at(date(2020, 1, 1)).statements
    assert zopa.zone(case.at(case.as_of)).count == zopa.zone(case).count


# ---------------------------------------------------------------- outcome


def test_an_outcome_is_read_checked_and_gone_before_its_day(tmp_path: Path) -> None:
    text = CASE_YAML + "outcome: {date: 2025-06-01, agreed: {flow: F2, fees: E1}, sources: note}\n"
    folder_with_everything(tmp_path)
    (tmp_path / "case.yaml").write_text(text)
    case = load(tmp_path)
    assert case.outcome is not None
    assert case.outcome.agreed == {"flow": "F2", "fees": "E1"}
    assert case.at(date(2025, 5, 31)).outcome is None
    assert case.at(date(2025, 6, 1)).outcome == case.outcome
    (tmp_path / "case.yaml").write_text(CASE_YAML + "outcome: {agreed: none}\n")
    assert load(tmp_path).outcome.agreed == "none"  # type: ignore[union-attr]


def test_an_outcome_may_be_written_as_options_per_issue_alone(tmp_path: Path) -> None:
    folder_with_everything(tmp_path)
    for text, options in (
        ("{flow: F2}", {"flow": "F2"}),
        ("none", {}),
        ("{date: 2025-01-01, agreed: none}", {}),
    ):
        (tmp_path / "case.yaml").write_text(CASE_YAML + f"outcome: {text}\n")
        outcome = load(tmp_path).outcome
        assert outcome is not None
        assert outcome.options == options
    assert Case.model_validate({**BASE, "outcome": {}}).outcome is None


def test_an_outcome_names_what_exists(tmp_path: Path) -> None:
    wrong = "outcome: {agreed: {flow: F9, tea: x}, sources: gone}\n"
    folder_with_everything(tmp_path)
    (tmp_path / "case.yaml").write_text(CASE_YAML + wrong)
    assert [f.what for f in inspect(tmp_path)[1]] == [
        "no option of flow called 'F9'", "no issue called 'tea'", "no source called 'gone'",
    ]  # fmt: skip


def test_no_lens_reads_the_outcome() -> None:
    readers = set()
    for path in SRC.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Attribute)
                and node.attr == "outcome"
                and ast.unparse(node.value).endswith("case")
            ):
                readers.add(str(path.relative_to(SRC)))
    assert readers == {
        "case/dates.py",
        "formats/position_table.py",
        "formats/word.py",
        "study/backtest.py",
        "views/positions.py",
        "workbench/screens/standpoints.py",
    }  # tables show it, a backtest compares with it, no question asks for it


def test_an_option_goes_with_its_statements_unless_something_that_stays_names_it() -> None:
    late = {**BASE["statements"], "new": record("statements", DAY + timedelta(days=1), "late")}
    option = {"label": "r", "stated": ("new",)}
    issues = {**BASE["issues"], "i": {"name": "i", "options": {"p": "p", "q": "q", "r": option}}}
    b = {"name": "B", "reservation": 10, "values": {"i": {"r": 90, "p": 5}}, "start": {"i": "r", "j": "p"}}
    spec = {**BASE, "statements": late, "issues": issues, "parties": {**BASE["parties"], "B": b}}
    then = Case.model_validate(spec).at(DAY)
    assert set(then.issues["i"].options) == {"p", "q"}
    assert set(then.parties["B"].values["i"]) == {"p"}
    assert then.parties["B"].start == {"j": "p"}
    named = {**spec, "rules": {**BASE["rules"], "old": {"when": ({"i": ("r",)},), "stated": "early"}}}
    assert "r" in Case.model_validate(named).at(DAY).issues["i"].options
    assert zopa.zone(Case.model_validate(named).at(DAY)).packages == 6
    assert "r" in Case.model_validate(spec).at("said:2025-02-14").issues["i"].options
    assert "r" in Case.model_validate(spec).at("2025-06-01").issues["i"].options


@pytest.mark.parametrize("where", ["party", "case"])
def test_judgments_without_a_basis_of_their_own_are_as_late_as_the_one_they_share(where: str) -> None:
    late = {**BASE["statements"], "new": record("statements", DAY + timedelta(days=1), "plain")}
    shared = {"basis": {"inferred": ("early", "new"), "why": "w"}}
    b = {"name": "B", "reservation": 10, "capability": {"best": 3, "stated": "early"}, "weights": {"i": 60, "j": {"best": 40, "stated": "early"}},
         "values": {"i": {"p": 5, "q": {"best": 7, "stated": "early"}}}, "points": {"j": {"p": 1}},
         "start": {"i": "p", "j": "q"}, "start_basis": {"j": {"stated": "early"}}}  # fmt: skip
    party = {**b, **(shared if where == "party" else {})}
    spec = {**BASE, "statements": late, "parties": {**BASE["parties"], "B": party}}
    case = Case.model_validate({**spec, **(shared if where == "case" else {})})
    then = case.at(DAY).parties["B"]
    assert (then.reservation, then.weights, then.points, then.start) == (None, {}, {}, {"j": "q"})
    assert set(then.values["i"]) == {"q"}
    assert then.capability is not None
    assert not [u for u in undated(case.at(DAY)) if u.startswith("parties.B")]
    whole = case.at(DAY + timedelta(days=1)).parties["B"]
    assert whole == case.parties["B"]


def test_a_case_may_say_at_which_day_it_is_opened(tmp_path: Path) -> None:
    folder_with_everything(tmp_path)
    text = CASE_YAML.replace("as_of: 2025-01-01", "as_of: 2025-03-01\nopened_at: 2025-01-01")
    (tmp_path / "case.yaml").write_text(text)
    case = load(tmp_path)
    assert (case.as_of, "s1" in case.statements, len(case.expect)) == (date(2025, 1, 1), False, 1)
    assert "s1" in case.at("2025-03-01").statements
    whole, findings = inspect(tmp_path)
    assert whole is not None
    assert not findings
    assert "s1" in whole.statements
