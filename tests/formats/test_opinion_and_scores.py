"""Polis conversations, precedents of PA-X, sheets of scores."""

import csv
import json
from fractions import Fraction
from itertools import product
from math import comb
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import zopa
from formats import seeds
from zopa.errors import CaseError
from zopa.formats import convert, load, plan
from zopa.formats.fidelity import Fidelity
from zopa.formats.pa_x import pax_day
from zopa.formats.polis import consensus, opinions, package_shares
from zopa.formats.proportions import wilson
from zopa.space import Problem

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
POLIS = SHARED / "polis" / "canadian-electoral-reform"
needs_polis = pytest.mark.skipif(not POLIS.is_dir(), reason="shared data is not here")
GAMES = sorted((SHARED / "cases").glob("llmd_*.json"))


def canada():
    return opinions({p.name: p.read_bytes() for p in POLIS.iterdir()}, Fidelity(""))


@needs_polis
def test_the_figures_of_a_real_conversation_are_those_of_its_readme():
    said = canada()
    assert ({g: len(m) for g, m in said.groups.items()}, said.ungrouped) == ({"0": 16, "1": 265}, 167)
    assert (len(said.texts), said.rejected) == (152, 22)
    best = sorted(said.texts, key=lambda c: -consensus(said, c))
    figures = {
        "111": 0.729167,
        "1": 0.728455,
        "89": 0.724603,
        "98": 0.667497,
        "75": 0.645519,
        "11": 0.639316,
        "25": 0.004558,
        "13": 0.012821,
        "16": 0.019189,
    }
    for comment, value in figures.items():
        if comment in said.texts:
            assert consensus(said, comment) == pytest.approx(value, abs=5e-7)
    assert [c for c in ("111", "1", "89", "98", "75", "11") if c in said.texts] == best[:6]


@needs_polis
def test_opinion_groups_become_ratifiers_and_packages_are_counted(tmp_path):
    said = canada()
    first, second, third = sorted(said.texts, key=lambda c: -consensus(said, c))[:3]
    (tmp_path / "codes.yaml").write_text(
        f'"{first}": {{issue: Ballot, option: ranked}}\n"{second}": {{issue: Ballot, option: mixed}}\n"{third}": {{issue: Vote, option: referendum}}\n'
    )
    lost = convert(POLIS, tmp_path / "case", codes=tmp_path / "codes.yaml")
    assert any("rejected" in r.what and r.count == 22 for r in lost.left_out)
    case = load(tmp_path / "case")
    assert {p.role for p in case.parties.values()} == {"ratifier"}
    agree, _, votes = said.counts("1", first)
    value = case.parties["group-1"].values["ballot"]["ranked"]
    assert value.best == pytest.approx(100 * agree / votes)
    assert value.low < value.best < value.high
    with (tmp_path / "case" / "acceptance.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 2 * len(said.groups)
    for row, (chosen, group) in zip(rows, product((first, second), said.groups), strict=True):
        both = [m for m in said.groups[group] if chosen in m and third in m]
        assert int(row["voted on all"]) == len(both)
        assert int(row["agree with all"]) == sum(m[chosen] == m[third] == 1 for m in both)
    text = (tmp_path / "case" / "case.yaml").read_text(encoding="utf-8") + (
        tmp_path / "case" / "sources" / "polis.txt"
    ).read_text(encoding="utf-8")
    with (POLIS / "comments.csv").open(encoding="utf-8") as lines:
        rejected = [r["comment-body"] for r in csv.DictReader(lines) if r["moderated"] == "-1"]
    assert not any(" ".join(r.split()) in text for r in rejected if len(r) > 20)
    assert zopa.ratify(case) is not None


def small(tmp_path, votes="0,0,1,1,1,1,-1\n", header="participant,group-id,n-comments,n-votes,0,1,2\n"):
    folder = tmp_path / "polis"
    folder.mkdir()
    (folder / "comments.csv").write_text(
        'timestamp,comment-id,author-id,agrees,disagrees,moderated,is-meta,comment-body\n1,0,1,9,9,1,False,"A, ""b""\nc"\n1,1,1,0,0,-1,False,rude\n1,2,1,0,0,0,True,about me\n'
    )
    (folder / "participants-votes.csv").write_text(header + votes)
    return folder


def test_without_a_file_of_codes_every_comment_is_an_issue_and_rejected_ones_are_not(tmp_path):
    found = plan(small(tmp_path), tmp_path / "x")
    assert [i.name for i in found.case.issues.values()] == ['A, "b" c (0)']
    assert "codes.yaml" in found.files
    assert "acceptance.csv" not in found.files


@pytest.mark.parametrize(
    ("votes", "header", "said"),
    [
        ("0,0,1,1,2,1,-1\n", None, "expected 1, 0, -1 or nothing, saw '2'"),
        ("0,,1,1,1,1,-1\n", None, "participants with a group-id"),
        ("0,1\n", "participant,group-id-x\n", "expected the columns group-id"),
    ],
)
def test_a_damaged_export_is_refused_with_its_place(votes, header, said, tmp_path):
    folder = small(tmp_path, votes, header) if header else small(tmp_path, votes)
    with pytest.raises(CaseError, match=said):
        plan(folder, tmp_path / "x")


def test_a_package_counts_those_who_voted_on_all_of_it(tmp_path):
    votes = "1,0,1,1,1,,1\n2,0,1,1,1,,0\n3,0,1,1,1,,\n4,0,1,1,-1,,1\n"
    folder = small(tmp_path, votes)
    comments = (
        (folder / "comments.csv")
        .read_text()
        .replace("-1,False,rude", "1,False,x")
        .replace("0,True", "1,False")
    )
    (folder / "comments.csv").write_text(comments)
    said = opinions({p.name: p.read_bytes() for p in folder.iterdir()}, Fidelity(""))
    assert package_shares(said, ["0", "2"], "0") == (1, 3)


@settings(max_examples=60)
@given(st.integers(1, 60), st.data())
def test_the_interval_of_a_share_holds_the_shares_that_the_score_test_keeps(total, data):
    count = data.draw(st.integers(0, total))
    low, high = wilson(count, total)
    z, p = 1.959963984540054, count / total
    for edge in (low, high):
        if 1e-9 < edge < 1 - 1e-9:
            assert abs(p - edge) == pytest.approx(z * (edge * (1 - edge) / total) ** 0.5, abs=1e-9)
    assert 0 <= low <= p + 1e-12
    assert p - 1e-12 <= high <= 1
    inside = sum(
        comb(total, k) * 0.5**total
        for k in range(total + 1)
        if wilson(k, total)[0] <= 0.5 <= wilson(k, total)[1]
    )
    assert inside > 0.8


# --- PA-X (a table of our own; the data belong to PeaceRep)

PAX = """Con,PP,PPName,AgtId,Agt,Dat,Stage,Cease,Ref
A,1,P one,1,first,1/2/98,Cea,1,0
A,1,P one,2,second,4/10/98,SubComp,3,0
A,1,P one,3,third,4/11/98,SubComp,0,2
B,2,P two,4,fourth,5/1/05,SubComp,0,0
C,3,P three,5,fifth,5/1/05,SubPar,2,2
D,4,P four,6,sixth,5/1/15,SubComp,1,
"""


def test_precedents_count_processes_with_a_comprehensive_agreement(tmp_path):
    (tmp_path / "pax.csv").write_text(PAX)
    (tmp_path / "codes.yaml").write_text(
        '"Cease": {issue: Ceasefire, option: agreed}\n"Ref": {issue: Refugees, option: return}\n'
    )
    found = plan(tmp_path / "pax.csv", tmp_path / "x", codes=tmp_path / "codes.yaml")
    assert found.source_format == "pa-x"
    told = {i.name: next(iter(i.options.values())).assumed for i in found.case.issues.values()}
    assert "in 2 of 3 processes" in told["Ceasefire"]
    assert "in 1 of 3 processes" in told["Refugees"]
    assert all("not a position" in t for t in told.values())
    assert not found.case.statements
    rows = list(csv.reader(found.files["precedents.csv"].decode().splitlines()))
    assert rows[1][:5] == ["Ceasefire", "agreed", "Cease", "2", "3"]
    assert pax_day("13/1/98") is pax_day("1998") is None


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ('"Nope": {issue: a, option: b}\n', "expected a column of the table"),
        ('"Agt": {issue: a, option: b}\n', "expected codes from 0 to 3"),
        ('"Ref": {issue: a}\n', "expected an issue and an option"),
    ],
)
def test_a_file_of_codes_that_does_not_fit_the_table_is_refused(codes, said, tmp_path):
    (tmp_path / "pax.csv").write_text(PAX)
    (tmp_path / "codes.yaml").write_text(codes)
    with pytest.raises(CaseError, match=said):
        plan(tmp_path / "pax.csv", tmp_path / "x", codes=tmp_path / "codes.yaml")


# --- sheets of scores

SHEET = "Issue,Option,Union,Firm\nWage,5 %,40,0\n,3 %,10,1/3\nLeave,yes,25.5,0\nLeave,no,0,60\nThreshold,,30,20\nVeto,,,yes\nAt least,,2,\n"


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_sheet_of_scores_is_a_case_and_goes_out_again(kind, tmp_path):
    (tmp_path / "game.csv").write_text(SHEET)
    case = load(tmp_path / "game.csv")
    space = Problem.of(case).space
    worth = {tuple(x): [space.points(u) for u in space.utility(space.package(dict(zip(case.issues, x, strict=True))))]
             for x in product(*(i.options for i in case.issues.values()))}  # fmt: skip
    assert worth["5", "yes"] == [Fraction(131, 2), 0]
    assert worth["3", "no"] == [10, 60 + Fraction(1, 3)]
    assert [space.points(r) for r in space.reservation] == [30, 20]
    assert (case.agreement.required, case.agreement.at_least) == (("firm",), 2)
    convert(case, tmp_path / f"out.{kind}", target_format=f"scores-{kind}")
    again = load(tmp_path / f"out.{kind}")
    drop = {"digest", "title"}
    for p in case.parties:
        assert again.parties[p].points == case.parties[p].points
        assert again.parties[p].reservation.best == case.parties[p].reservation.best
    assert again.agreement == case.agreement
    assert again.model_dump(exclude={*drop, "parties"}) == case.model_dump(exclude={*drop, "parties"})


@pytest.mark.skipif(not GAMES, reason="shared data is not here")
@pytest.mark.parametrize("path", GAMES, ids=lambda p: p.stem)
def test_published_games_keep_scores_thresholds_and_vetoes(path, tmp_path):
    game = json.loads(path.read_text(encoding="utf-8"))
    names = [p["name"] for p in game["parties"]]
    rows = [["Issue", "Option", *names]]
    for issue in game["issues"]:
        for o in issue["options"]:
            rows.append(
                [
                    issue["name"],
                    f"{o['id']} {o['label']}",
                    *(game["points"][p["id"]][issue["id"]][o["id"]] for p in game["parties"]),
                ]
            )
    rows.append(["Threshold", "", *(p["reservation"] for p in game["parties"])])
    rows.append(["Veto", "", *("yes" if p.get("veto") else "" for p in game["parties"])])
    with (tmp_path / "g.csv").open("w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows(rows)
    case = load(tmp_path / "g.csv")
    space = Problem.of(case).space
    ids = [p["id"] for p in game["parties"]]
    best = [sum(max(game["points"][p][i["id"]].values()) for i in game["issues"]) for p in ids]
    for pick in (0, -1):
        package = {i: list(issue.options)[pick] for i, issue in case.issues.items()}
        theirs = [sum(list(game["points"][p][i["id"]].values())[pick] for i in game["issues"]) for p in ids]
        ours = [space.points(u) for u in space.utility(space.package(package))]
        assert ours == [
            Fraction(t) * (Fraction(100, b) if b > 100 else 1) for t, b in zip(theirs, best, strict=True)
        ]
    assert len(case.agreement.required) == sum(bool(p.get("veto")) for p in game["parties"])


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (",3 %,10,", ",3 %,ten,", "row 3: expected a score, saw 'ten'"),
        (",3 %,10,", ",3 %,,", "row 3: expected a score, saw an empty cell"),
        ("Leave,no", "Leave,yes", "each option of 'Leave' once"),
        ("Leave,no", "Leave,", "expected an option, saw an empty cell"),
        ("At least,,2", "At least,,7", "number of parties from 1 to 2"),
    ],
)
def test_a_mistake_in_a_sheet_is_named_with_its_row(old, new, said, tmp_path):
    (tmp_path / "game.csv").write_text(SHEET.replace(old, new))
    with pytest.raises(CaseError, match=said):
        load(tmp_path / "game.csv")


def test_scores_beyond_a_hundred_keep_their_order_and_ratios(tmp_path):
    (tmp_path / "game.csv").write_text("Issue,Option,A,B\nPay,x,8000,1\nPay,y,5200,2\nThreshold,,4000,1\n")
    case = load(tmp_path / "game.csv")
    assert case.parties["a"].points["pay"] == {"x": 100, "y": 65}
    assert case.parties["a"].reservation.best == 50


def test_a_case_without_points_goes_out_as_weight_times_value(tmp_path):
    convert(seeds.words_as_points(), tmp_path / "a.csv", target_format="scores-csv")
    back, case = load(tmp_path / "a.csv"), seeds.words_as_points()
    ours, theirs = Problem.of(case).space, Problem.of(back).space
    for x in product(*(i.options for i in case.issues.values())):
        package = ours.package(dict(zip(case.issues, x, strict=True)))
        assert [ours.points(u) for u in ours.utility(package)] == [
            theirs.points(u) for u in theirs.utility(package)
        ]
