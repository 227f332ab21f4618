import json
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

import zopa
from zopa.cli import app
from zopa.errors import CaseError, NotApplicable, UnknownName

HEAD = """\
title: Things to divide
basis: {assumed: for a test}
issues:
  pay: {name: Pay, options: {none: none, all: all}}
parties:
  Israel: {name: Israel, weights: {pay: 100}, values: {pay: {none: 50, all: 80}}, reservation: 20}
  Egypt: {name: Egypt, weights: {pay: 100}, values: {pay: {none: 50, all: 10}}, reservation: 20}
"""
# Brams & Togman 1996, CMPS 15(1):99-112
CAMP_DAVID = """\
division:
  items:
    sinai: Sinai
    recognition: {name: Diplomatic recognition, divisible: false}
    west-bank: West Bank and Gaza
    linkage: Linkage of accords
    rights: Palestinian rights
    jerusalem: Jerusalem
  points:
    Israel: {sinai: 35, recognition: 10, west-bank: 20, linkage: 10, rights: 5, jerusalem: 20}
    Egypt: {sinai: 55, recognition: 5, west-bank: 10, linkage: 5, rights: 20, jerusalem: 5}
"""


def load(root, text):
    (root / "case.yaml").write_text(HEAD + text)
    return zopa.load(root)


def test_camp_david_as_a_case(tmp_path):
    answer = zopa.divide(load(tmp_path, CAMP_DAVID))
    aw, nash, leximin = answer.splits
    assert aw.gets == {"Israel": Fraction(395, 6), "Egypt": Fraction(395, 6)}
    assert aw.split == ("sinai",)
    assert (aw.shares["Israel"]["sinai"], aw.shares["Egypt"]["sinai"]) == (Fraction(1, 6), Fraction(5, 6))
    assert set(aw.shares["Israel"]) == {"sinai", "recognition", "west-bank", "linkage", "jerusalem"}
    assert aw.properties == {"envy-free": True, "equitable": True, "efficient": True}
    assert nash.gets == leximin.gets == {"Israel": 60, "Egypt": 75}
    assert "equal ratios" in " ".join(aw.notes)
    assert all(w.basis == "assumed" for w in answer.why)
    assert json.loads(json.dumps(answer.to_dict()))["splits"][0]["method"] == "adjusted-winner"


def test_an_item_that_cannot_be_cut_asks_for_a_substitute(tmp_path):
    text = CAMP_DAVID.replace("sinai: Sinai", "sinai: {name: Sinai, divisible: false}")
    assert (
        "Sinai cannot be shared in parts"
        in zopa.divide(load(tmp_path, text), "adjusted-winner").splits[0].notes[0]
    )


def test_words_stand_for_points_in_their_ratios(tmp_path):
    text = """\
division:
  items: {x: X, y: Y}
  points:
    Israel: {x: vital, y: low}
    Egypt: {x: medium, y: {word: medium, assumed: both are worth the same}}
"""
    (aw,) = zopa.divide(load(tmp_path, text), "adjusted-winner").splits
    # vital 8 and low 1 against 50 and 50: x is worth 800/9, split at t with 800/9 t = 50 + 50 (1 - t)
    t = Fraction(100) / (Fraction(800, 9) + 50)
    assert aw.shares["Israel"]["x"] == t
    assert aw.gets["Israel"] == t * Fraction(800, 9)


def test_sealed_bids_claims_and_coalitions(tmp_path):
    # Luce & Raiffa 1957 is for three heirs; here two of the rows
    text = """\
division:
  items: {A: House, B: Cabin}
  money: EUR
  bids:
    Israel: {A: 10000, B: 2000}
    Egypt: {A: 4000, B: 3000}
  claims: {estate: 100, unit: EUR, of: {Israel: 50, Egypt: 100}, assumed: test}
  coalitions: {Israel: 10, Egypt: 20, Israel+Egypt: 50}
"""
    answer = zopa.divide(load(tmp_path, text))
    by = {s.title: s for s in answer.splits}
    bids = by["Knaster's sealed bids"]
    # fair 6000 and 3500, received 10000 and 3000, surplus 3500: 7750 and 5250
    assert bids.gets == {"Israel": 7750, "Egypt": 5250}
    assert bids.pays == {"Israel": -2250, "Egypt": 2250}
    assert by["Claims: talmud"].gets == {"Israel": 25, "Egypt": 75}
    assert by["Claims: equal awards"].gets == {"Israel": 50, "Egypt": 50}
    assert by["Shapley value"].gets == by["Nucleolus"].gets == {"Israel": 20, "Egypt": 30}
    assert "not empty" in by["Shapley value"].notes[0]


def test_an_empty_core_says_which_coalitions_block(tmp_path):
    # Raiffa 1982 ch. 17
    text = HEAD + "  C: {name: C}\n" + """\
division:
  coalitions: {Israel+Egypt: 118, Israel+C: 84, Egypt+C: 50, Israel+Egypt+C: 121}
"""  # fmt: skip
    (tmp_path / "case.yaml").write_text(text)
    splits = zopa.divide(zopa.load(tmp_path), "coalitions").splits
    assert splits[0].gets == {"Israel": Fraction(172, 3), "Egypt": Fraction(121, 3), "C": Fraction(70, 3)}
    assert "the core is empty: no division keeps Israel+Egypt and Israel+C and Egypt+C" in splits[0].notes[0]
    assert "126 would be needed, 121 is there" in splits[0].notes[0]
    assert [float(x) for x in splits[1].gets.values()] == pytest.approx([223 / 3, 121 / 3, 19 / 3], abs=1e-6)
    assert len(splits) == 2


def test_side_payments_make_up_for_the_better_package(tmp_path):
    text = "division: {money: EUR, points_per_money: {Israel: 1, Egypt: 2}}\n"
    (split,) = zopa.divide(load(tmp_path, text)).splits
    # money worth: none 50 + 25 = 75, all 80 + 5 = 85; less 20 + 10: surplus 55, half each
    assert split.gets == {"Israel": Fraction(55, 2), "Egypt": Fraction(55, 2)}
    assert split.pays == {"Israel": 20 + Fraction(55, 2) - 80, "Egypt": 10 + Fraction(55, 2) - 5}
    assert sum(split.pays.values()) == 0
    assert "the package all" in split.notes[0]


def test_a_method_whose_figures_clash_says_so_beside_the_others(tmp_path):
    text = CAMP_DAVID + "  claims: {estate: 900, of: {Israel: 50, Egypt: 100}, assumed: test}\n"
    answer = zopa.divide(load(tmp_path, text))
    assert answer.splits[0].method == "adjusted-winner"
    assert "an estate of 0 up to their sum" in answer.splits[-1].notes[0]
    with pytest.raises(NotApplicable, match="up to their sum"):
        zopa.divide(zopa.load(tmp_path), "claims")


def test_a_case_with_nothing_to_divide_says_what_it_needs(tmp_path):
    with pytest.raises(NotApplicable, match="needs a `division:` section"):
        zopa.divide(load(tmp_path, ""))
    with pytest.raises(NotApplicable, match="knaster needs items and the bids"):
        zopa.divide(load(tmp_path, CAMP_DAVID), "knaster")
    with pytest.raises(UnknownName, match="did you mean 'knaster'"):
        zopa.divide(load(tmp_path, CAMP_DAVID), "knastr")
    with pytest.raises(NotApplicable, match="no method applies"):
        zopa.divide(load(tmp_path, "division: {items: {x: X}}\n"))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "division: {items: {x: X}, points: {Israel: {y: 1, x: 1}}}",
            "division.points.Israel.y: no item called 'y'",
        ),
        (
            "division: {items: {x: X, z: Z}, points: {Israel: {x: 1}}}",
            "expected points on every item, saw none on 'z'",
        ),
        ("division: {items: {x: X}, points: {Isreal: {x: 1}}}", "did you mean 'Israel'?"),
        ("division: {items: {x: X}, points: {Israel: {x: -1}}}", "expected 0 or more, saw -1"),
        ("division: {items: {x: X}, points: {Israel: {x: {rank: 1}}}}", "expected a number or [low, high]"),
        ("division: {claims: {estate: 1, of: {Cyprus: 2}}}", "no party called 'Cyprus'"),
        ("division: {coalitions: {Israel+Cyprus: 2}}", "no party called 'Cyprus'"),
        ("division: {points_per_money: {Israel: 0}}", "expected above 0, saw 0"),
        ("division: {itmes: {x: X}}", "did you mean 'items'?"),
    ],
)
def test_a_division_with_a_fault_is_refused_at_its_place(tmp_path, text, complaint):
    with pytest.raises(CaseError) as caught:
        load(tmp_path, text + "\n")
    assert complaint in str(caught.value)
    assert all(f.file == "case.yaml" and f.line for f in caught.value.findings)


NOTHING = """\
division:
  items: {i: I, j: J}
  points: {Israel: {i: 0, j: 0}, Egypt: {i: 1, j: 2}}
"""


def test_where_nothing_can_be_divided_the_command_says_why_and_exits_1(tmp_path):
    case = load(tmp_path, NOTHING)
    answer = zopa.divide(case)
    assert not answer.divided
    assert all("Israel gave no points above 0 to any item" in s.notes[0] for s in answer.splits)
    shown = CliRunner().invoke(app, ["divide", str(tmp_path)])
    assert shown.exit_code == 1
    assert "Israel gave no points above 0 to any item" in shown.output
    assert CliRunner().invoke(app, ["divide", str(tmp_path), "--json"]).exit_code == 1
    with pytest.raises(NotApplicable, match="Israel gave no points above 0"):
        zopa.divide(case, "adjusted-winner")


def test_one_method_that_divides_is_enough(tmp_path):
    bids = "  bids: {Israel: {i: 3, j: 0}, Egypt: {i: 1, j: 2}}\n"
    answer = zopa.divide(load(tmp_path, NOTHING + bids))
    assert answer.divided
    assert [s.method for s in answer.splits if s.gets] == ["knaster"]
    assert CliRunner().invoke(app, ["divide", str(tmp_path)]).exit_code == 0
    free = NOTHING + "  bids: {Israel: {i: 0, j: 0}, Egypt: {i: 0, j: 0}}\n"
    assert not zopa.divide(load(tmp_path, free)).divided


FOUND = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "found_in_use" / "42-lenses"


@pytest.mark.skipif(not FOUND.exists(), reason="the inputs found in use are not beside the project")
def test_points_that_are_all_zero_divide_nothing():
    shown = CliRunner().invoke(app, ["divide", str(FOUND / "aw_zero")])
    assert shown.exit_code == 1
    assert "A gave no points above 0 to any item" in shown.output
