"""KTAB files: round trips, what a broken file is told, and the way to and from a case."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.cases import make
from zopa.case import Case
from zopa.errors import CaseError, NotApplicable
from zopa.formats import ktab_files as ktab

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "forecast" / "ktab"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the KTAB examples are not beside the project")

SMALL = """Fish, a quota, 3, 1,
Actor,Description,Power,Pstn,Sal,
North, "has boats, many", 100, 0.00, 80,
South, , 50.5, 100, 100,
West, small, 7, 40, 10.25
"""


@needs_data
def test_the_three_files_of_one_scenario_say_the_same():
    one = ktab.read_csv((DATA / "dummyData_3Dim.csv").read_text())
    two = ktab.read_csv((DATA / "dummyData_3Dim-no-final-comma.csv").read_text())
    three = ktab.read_xml((DATA / "dummyData_3Dim.xml").read_text(encoding="utf-8"))
    for other in (two, three):
        for field in ("parties", "issues", "capabilities", "positions", "saliences"):
            assert getattr(other, field) == getattr(one, field)
    assert (len(one.parties), len(one.issues)) == (7, 3)


@needs_data
def test_a_missing_coordinate_is_named():
    with pytest.raises(CaseError, match=r"Alice.*expected a number from 0 to 100, saw ''"):
        ktab.read_xml((DATA / "smpExample.xml").read_text(encoding="utf-8-sig"), "smpExample.xml")


def test_a_csv_is_read_with_its_spaces_quotes_and_commas():
    s = ktab.read_csv(SMALL)
    assert s.parties == ("North", "South", "West")
    assert s.descriptions == ("has boats, many", "", "small")
    assert s.capabilities == (100, 50.5, 7)
    assert s.positions == ((0,), (100,), (40,))
    assert s.saliences == ((80,), (100,), (10.25,))


TEXT = st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1, max_size=8)


@st.composite
def scenarios(draw):
    n, k = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    number = st.integers(0, 10_000).map(lambda v: v / 100)
    names = draw(st.lists(TEXT, min_size=n + k, max_size=n + k, unique_by=str.lower))
    return ktab.Scenario(
        draw(TEXT), draw(TEXT), tuple(names[:n]), tuple(names[n:]), tuple(draw(number) for _ in range(n)),
        tuple(tuple(draw(number) for _ in range(k)) for _ in range(n)),
        tuple(tuple(round(draw(number) / k, 2) // 1 for _ in range(k)) for _ in range(n)),
        tuple(draw(TEXT) for _ in range(n)),
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(scenarios())
def test_what_is_written_is_read_back(scenario):
    assert ktab.read_csv(ktab.write_csv(scenario)) == scenario
    back = ktab.read_xml(ktab.write_xml(scenario))
    assert back.positions == scenario.positions
    assert back.saliences == scenario.saliences
    assert back.capabilities == scenario.capabilities


@settings(max_examples=20, deadline=None)
@given(scenarios())
def test_a_scenario_survives_being_a_case(scenario):
    case = Case.model_validate(ktab.to_case(scenario))
    back = ktab.from_case(case)
    assert back.positions == scenario.positions
    assert back.capabilities == scenario.capabilities
    assert back.saliences == scenario.saliences


def test_model_parameters_and_ideal_adjustments_keep_their_names():
    s = ktab.read_csv(SMALL)
    full = ktab.Scenario(
        s.name, s.description, s.parties, s.issues, s.capabilities, s.positions, s.saliences, s.descriptions,
        "42", {"VotingRule": "PropCbc", "PCEModel": "MarkovIncentive"}, (("North", "South", 0.25),),
    )  # fmt: skip
    back = ktab.read_xml(ktab.write_xml(full))
    assert back == full
    assert back.accommodation() == [[1, 0.25, 0], [0, 1, 0], [0, 0, 1]]


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        (SMALL.replace("50.5", "strong"), r"ktab\.csv:4:1: South\.power: expected a number .* saw 'strong'"),
        (
            SMALL.replace(" 100, 100,", " 100, 101,"),
            r"South\.Sal: expected a number from 0 to 100, saw '101'",
        ),
        (SMALL.replace("a quota, 3", "a quota, 4"), r"announces '4', the file has 3"),
        ("", r"expected a row"),
        (SMALL.replace(", 3, 1,", ", 3, x,"), r"number of issues"),
    ],
)
def test_a_broken_csv_is_told_where_and_what(broken, told):
    with pytest.raises(CaseError, match=told):
        ktab.read_csv(broken)


def test_saliences_above_a_hundred_and_declarations_in_xml_are_refused():
    two = "A, b, 1, 2\nActor,Description,Power,P,S,Q,T\nN, , 1, 0, 60, 0, 50\n"
    with pytest.raises(CaseError, match="saliences sum to 110"):
        ktab.read_csv(two)
    with pytest.raises(CaseError, match="document type"):
        ktab.read_xml('<!DOCTYPE x [<!ENTITY a "b">]><Scenario/>')
    with pytest.raises(CaseError, match="expected XML"):
        ktab.read_xml("<Scenario>")


def test_a_case_with_gaps_is_told_what_ktab_needs():
    case = make()
    assert ktab.from_case(case).positions == ((0,), (40,), (100,))
    bare = case.model_copy(
        update={
            "parties": case.parties
            | {"D": case.parties["A"].model_copy(update={"start": {}, "capability": None})}
        }
    )
    with pytest.raises(NotApplicable, match=r"parties\.D\.places\.line, parties\.D\.capability"):
        ktab.from_case(bare)
