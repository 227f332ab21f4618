"""A case as a workbook: every field out and in again, lists to choose from, nothing evaluated."""

import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats.seeds import case as lake
from zopa.case import Case
from zopa.casefile import inspect
from zopa.errors import CaseError
from zopa.formats import convert, load, plan

EXAMPLE = Path(__file__).resolve().parents[2] / "src" / "zopa" / "examples" / "ukraine-2025"


def same(one, other):
    gone = {"digest", "folder", "cost_rows"}
    assert one.model_dump(exclude=gone) == other.model_dump(exclude=gone)
    assert {k: s.text for k, s in one.sources.items()} == {k: s.text for k, s in other.sources.items()}


@pytest.mark.parametrize("which", ["example", "lake"])
def test_every_field_of_a_case_comes_back(which, tmp_path):
    case = load(EXAMPLE) if which == "example" else lake()
    fidelity = convert(case, tmp_path / "a.xlsx")
    assert {r.what for r in fidelity.left_out} <= {"cost rows"}
    same(load(tmp_path / "a.xlsx"), case)
    convert(tmp_path / "a.xlsx", tmp_path / "case")
    again, findings = inspect(tmp_path / "case")
    assert findings == []
    same(again, case)


@settings(max_examples=40, deadline=None)
@given(
    label=st.text(
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=30
    )
)
def test_any_text_of_a_cell_comes_back_as_that_text(label, tmp_path_factory):
    case = lake()
    issue = case.issues["water"].model_copy(update={"name": label, "question": "5", "scale": " true\n"})
    case = case.model_copy(update={"issues": {**case.issues, "water": issue}})
    place = tmp_path_factory.mktemp("w") / "a.xlsx"
    convert(case, place)
    same(load(place), case)


def test_columns_offer_lists_and_say_what_they_hold(tmp_path):
    convert(EXAMPLE, tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as z:
        text = "".join(z.read(n).decode() for n in z.namelist() if "sheet" in n)
    assert "demand,prefer,accept" in text
    assert "parties!$A$2" in text
    assert "Only accepted and edited statements count." in text
    assert "<f>" not in text


def edited(tmp_path, old, new):
    convert(lake(), tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as z:
        parts = {n: z.read(n).decode() for n in z.namelist()}
    assert any(old in text for text in parts.values())
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as z:
        for n, text in parts.items():
            z.writestr(n, text.replace(old, new))
    return tmp_path / "b.xlsx"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [(">pump<", ">water<", r"sheet issues, row 3: expected an id of its own"),
     (">North<", ">[1<", r"sheet parties, row 2, name: expected JSON"),
     (">Water<", ">5<", r"issues\.water\.name: a case cannot hold this")],
)  # fmt: skip
def test_a_mistake_names_its_sheet_and_row_or_its_field(old, new, said, tmp_path):
    with pytest.raises(CaseError, match=said):
        plan(edited(tmp_path, old, new), "x")


def test_a_formula_is_not_evaluated(tmp_path):
    found = plan(edited(tmp_path, "<v>0.5</v>", "<f>1/3</f><v>0.25</v>"), "x")
    assert found.case.parties["n"].discount == 0.25
    assert any("not evaluated" in r.what for r in found.fidelity.changed)
    assert isinstance(found.case, Case)
