"""The audit of a record: typed move classes, brute force over all packages, the published figures of CaSiNo."""

from __future__ import annotations

import gzip
import itertools
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

import zopa
from published import DATA
from zopa.case import Case
from zopa.cli import app
from zopa.errors import CaseError, NotApplicable
from zopa.formats.offers import read_offers
from zopa.space import Problem
from zopa.talks import quality
from zopa.talks.move_classes import awareness, correlation, move_class, sensitivity, signs
from zopa.views import view
from zopa.views.document import Chart

CASE = zopa.load("ukraine-2025")


@pytest.mark.parametrize(
    ("own", "other", "name"),
    [
        (-2, 1, "silent"), (-2, 5, "nice"), (2, 5, "nice"), (-5, 5, "concession"), (-5, 0, "concession"),
        (-5, 1, "concession"), (-5, -1, "unfortunate"), (-2, -5, "unfortunate"), (0, -5, "unfortunate"),
        (2, -5, "selfish"), (5, -1, "selfish"), (5, 0, "selfish"), (5, 1, "fortunate"),
    ],
)  # fmt: skip
def test_typed_moves_have_the_class_of_the_reference(own: int, other: int, name: str) -> None:
    assert move_class(Fraction(own, 100), Fraction(other, 100)) == name
    assert move_class(own / 100, other / 100) == name


@pytest.mark.parametrize(
    ("b", "aware", "correlated"),
    [
        (("nice", "unfortunate", "unfortunate"), Fraction(1, 2), Fraction(1, 2)),
        (("nice", "unfortunate", "nice"), 1, 1),
        (("unfortunate", "nice", "unfortunate"), 1, -1),
    ],
)
def test_typed_traces_have_the_awareness_and_correlation_of_the_reference(
    b: Any, aware: Any, correlated: Any
) -> None:
    a = signs(("concession", "selfish", "concession"))
    assert (awareness(a, signs(b)), correlation(a, signs(b))) == (aware, correlated)


def test_denominators_of_zero_are_undefined() -> None:
    assert sensitivity({"nice": 3}) is None
    assert awareness([1, 1], [1, -1]) is None
    assert correlation([1], [1]) is None


# -- A package against brute force


def game(rows: list[list[list[int]]], floors: list[int]) -> Case:
    """Points per party, issue and option."""
    n = len(rows[0])
    issues = {
        f"i{k}": {"name": f"i{k}", "options": {f"o{j}": "o" for j in range(len(rows[0][k]))}}
        for k in range(n)
    }
    parties = {
        f"P{p}": {
            "name": f"P{p}",
            "points": {f"i{k}": {f"o{j}": v for j, v in enumerate(row)} for k, row in enumerate(of)},
            "reservation": floors[p],
        }
        for p, of in enumerate(rows)
    }
    return Case.model_validate({"title": "t", "parties": parties, "issues": issues})


@st.composite
def games(draw: Any) -> tuple[list[Any], list[int]]:
    parties, issues = draw(st.integers(2, 3)), draw(st.integers(1, 3))
    sizes = [draw(st.integers(2, 3)) for _ in range(issues)]
    rows = [[[draw(st.integers(0, 6)) for _ in range(s)] for s in sizes] for _ in range(parties)]
    return rows, [draw(st.integers(0, 6)) for _ in range(parties)]


@given(games(), st.integers(0, 100))
def test_every_figure_of_a_package_equals_brute_force_over_all_packages(g: Any, pick: int) -> None:
    rows, floors = g
    case = game(rows, floors)
    packages = list(itertools.product(*(range(len(i)) for i in rows[0])))
    worth = {x: [sum(of[k][o] for k, o in enumerate(x)) for of in rows] for x in packages}
    x = packages[pick % len(packages)]
    names = {f"i{k}": f"o{o}" for k, o in enumerate(x)}
    q = quality(Problem(case), names)
    here = worth[x]
    zone = [y for y in packages if all(u >= f for u, f in zip(worth[y], floors, strict=True))]
    better = [y for y in packages if all(b >= a for a, b in zip(here, worth[y], strict=True))]
    assert q.efficient == all(worth[y] == here for y in better)
    assert q.in_zone == (x in zone)
    assert q.joint == (Fraction(sum(here), most) if (most := max(sum(u) for u in worth.values())) else None)
    left = {y: sorted(b - a for a, b in zip(here, worth[y], strict=True)) for y in better}
    if any(any(gain) for gain in left.values()):
        assert q.joint_gain is not None
        assert sorted(q.joint_gain.gains.values()) == max(left.values())
    else:
        assert q.joint_gain is None
    if x not in zone:
        assert q.shares == {}
        return
    gains = {y: [u - f for u, f in zip(worth[y], floors, strict=True)] for y in zone}
    ideal = [max(g[p] for g in gains.values()) for p in range(len(rows))]

    def product(g: list[int]) -> int:
        total = 1
        for v in g:
            total *= v
        return total

    picks = {
        "nash": max(map(product, gains.values())) == product(gains[x]),
        "egalitarian": max(map(min, gains.values())) == min(gains[x]),
        "utilitarian": max(map(sum, gains.values())) == sum(gains[x]),
        "kalai-smorodinsky": max(
            min(Fraction(v, max(i, 1)) for v, i in zip(g, ideal, strict=True)) for g in gains.values()
        )
        == min(Fraction(v, max(i, 1)) for v, i in zip(gains[x], ideal, strict=True)),
    }
    assert {m: s == 1 for m, s in q.shares.items()} == picks
    own = gains[x]
    if any(own):
        t = max(min(Fraction(g[p], own[p]) for p in range(len(own)) if own[p]) for g in gains.values())
        assert q.efficiency == 1 / t


# -- CaSiNo


CASINO = {
    # dialogues, deals, walk-aways, share of the largest joint score, efficient, exactly a package of each solution
    ("train",): (900, 876, 24, "0.9643", "0.6712", ("0.203", "0.292", "0.253", "0.395")),
    ("test",): (100, 99, 1, "0.9620", "0.6970", ("0.192", "0.253", "0.222", "0.374")),
    ("train", "valid", "test"): (1030, 1005, 25, "0.964", "0.6736", ("0.206", "0.290", "0.253", "0.394")),
}


@pytest.mark.slow
@pytest.mark.parametrize("splits", CASINO, ids="+".join)
def test_the_casino_deals_have_the_published_figures(splits: tuple[str, ...]) -> None:
    files = [DATA / "casino" / f"casino_{split}.json.gz" for split in splits]
    absent = [f.name for f in files if not f.exists()]
    if absent:
        pytest.skip(f"needs ../shared/data/casino/{', '.join(absent)}, not shipped")
    dialogues, n, walked, joint, efficient, exact = CASINO[splits]
    runs = [r for f in files for r in zopa.audit(None, f).runs]
    scored = [
        [p["outcomes"]["points_scored"] for p in d["participant_info"].values()]
        for f in files
        for d in json.loads(gzip.decompress(f.read_bytes()))
    ]
    deals = [r.agreement for r in runs if r.agreement]
    assert (len(runs), len(deals), sum(r.outcome == "walk-away" for r in runs)) == (dialogues, n, walked)
    for run, points in zip(runs, scored, strict=True):
        assert run.agreement is None or list(run.agreement.utilities.values()) == points
    assert close(sum(q.joint for q in deals) / n, joint)  # type: ignore[misc]
    assert close(Fraction(sum(q.efficient for q in deals), n), efficient)
    for solution, share in zip(
        ("nash", "egalitarian", "kalai-smorodinsky", "utilitarian"), exact, strict=True
    ):
        assert close(Fraction(sum(q.shares.get(solution) == 1 for q in deals), n), share)
    assert all((q.joint_gain is None) == q.efficient for q in deals)


def close(found: Fraction, printed: str) -> bool:
    """Whether a number rounds to a printed one."""
    return round(float(found), len(printed) - 2) == float(printed)


def chat(**changes: Any) -> dict[str, Any]:
    """A dialogue written as CaSiNo writes them."""
    ranks = {"High": "Food", "Medium": "Water", "Low": "Firewood"}
    other = {"High": "Firewood", "Medium": "Water", "Low": "Food"}
    you, they = (
        {"Food": "3", "Water": "2", "Firewood": "0"},
        {"Food": "0", "Water": "1", "Firewood": "3"},
    )
    made = {
        "dialogue_id": 7,
        "participant_info": {"a": {"value2issue": ranks}, "b": {"value2issue": other}},
        "chat_logs": [
            {"id": "a", "text": "Hello, I need food.", "task_data": {}},
            {"id": "b", "text": "Submit-Deal", "task_data": {"issue2youget": you, "issue2theyget": they}},
            {"id": "a", "text": "Reject-Deal", "task_data": {}},
            {"id": "b", "text": "Submit-Deal", "task_data": {"issue2youget": they, "issue2theyget": you}},
            {"id": "a", "text": "Accept-Deal", "task_data": {}},
        ],
    }
    return {**made, **changes}


def test_a_dialogue_of_casino_is_held_against_the_preferences_of_its_own_people(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps([chat()]))
    answer = zopa.audit(None, path)
    (run,) = answer.runs
    assert (run.run, run.offers, run.outcome, run.by) == ("7", 2, "agreed", "a")
    assert run.agreement is not None
    assert dict(run.agreement.utilities) == {"a": 3 * 5 + 2 * 4, "b": 3 * 5 + 1 * 4}
    assert run.agreement.efficient
    assert run.agreement.joint == 1
    assert {b.party: b.offers for b in run.behaviour} == {"a": 0, "b": 2}
    packed = tmp_path / "one.json.gz"
    packed.write_bytes(gzip.compress(json.dumps(chat()).encode()))
    assert zopa.audit(None, packed).runs == answer.runs
    done = CliRunner().invoke(app, ["audit", str(path), str(path)])
    assert done.exit_code == 0, done.output
    assert "preferences of its own people" in done.stdout


def test_a_chat_log_with_offers_belongs_to_the_case_that_is_named(tmp_path: Path) -> None:
    case = game([[[3, 0], [0, 1]], [[0, 1], [3, 0]]], [0, 0])
    path = tmp_path / "chat.json"
    messages = [
        {"party": "p0", "text": "Good morning."},
        {"party": "P0", "text": "How about this?", "package": {"I0": "o1", "i1": "O1"}, "answer": "refused"},
        {
            "party": "P1",
            "text": "Then this.",
            "package": {"i0": "o0", "i1": "o0"},
            "answer": "yes",
            "by": "P0",
        },
    ]
    path.write_text(json.dumps({"messages": messages}))
    (run,) = zopa.audit(case, path).runs
    assert (run.offers, run.outcome, run.invalid) == (2, "agreed", ())
    assert run.agreement is not None
    assert run.agreement.efficient
    with pytest.raises(NotApplicable, match="name the case"):
        zopa.audit(None, path)
    path.write_text(json.dumps([chat()]))
    with pytest.raises(NotApplicable, match="in place of the case"):
        zopa.audit(case, path)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"title": "x"}, "`messages`"),
        ([{"messages": [3]}], "message with `party`"),
        ([{"messages": [{"party": "A", "answer": "hm"}]}], "saw 'hm'"),
        ([chat(participant_info={"a": {}})], "two people"),
        ([chat(chat_logs=[{"id": "z", "text": "Walk-Away"}])], "saw 'z'"),
        ([chat(chat_logs=[{"id": "a", "text": "Submit-Deal"}])], "task_data"),
    ],
)
def test_a_chat_log_that_cannot_be_read_says_where_and_what(tmp_path: Path, data: Any, said: str) -> None:
    path = tmp_path / "chat.json"
    path.write_text(json.dumps(data))
    with pytest.raises(CaseError, match=said):
        zopa.audit(None, path)
    path.with_name("x.json.gz").write_bytes(gzip.compress(b"[]" * 50)[:20])
    with pytest.raises(CaseError, match="whole file"):
        zopa.audit(None, path.with_name("x.json.gz"))


def test_what_each_pair_of_a_class_agreed_is_one_picture_against_the_frontier(tmp_path: Path) -> None:
    case = game([[[3, 0], [0, 1]], [[0, 1], [3, 0]]], [0, 0])
    path = tmp_path / "class.csv"
    path.write_text("pair,i0,i1\nAnna and Ben,o0,o0\nCem and Dana,o1,O1\nEve and Finn,,\n")
    answer = zopa.audit(case, path)
    assert [(r.run, r.outcome) for r in answer.runs] == [
        ("Anna and Ben", "agreed"),
        ("Cem and Dana", "agreed"),
        ("Eve and Finn", "walk-away"),
    ]
    assert answer.efficient == Fraction(1, 2)
    points = {tuple(zopa.space.Problem(case).space.utility(x)) for x in itertools.product(range(2), repeat=2)}
    best = sorted(
        (
            u
            for u in points
            if not any(v != u and all(b >= a for a, b in zip(u, v, strict=True)) for v in points)
        ),
        reverse=True,
    )
    scale = Problem(case).space.scale
    assert [tuple(u.values()) for u in answer.frontier] == [
        tuple(Fraction(x, scale) for x in u) for u in best
    ]
    (picture,) = (b for b in view(answer).blocks() if isinstance(b, Chart))
    twin = [[str(c) for c in row] for row in picture.grid.rows]
    assert len(twin) == answer.agreed + len(answer.frontier)
    assert "not efficient" in str(twin)
    assert [len(layer["data"]["values"]) for layer in picture.spec()["layer"]] == [len(answer.frontier), 2]
    typed = tmp_path / "class.yaml"
    typed.write_text(
        "offers:\n- {pair: Anna and Ben, package: {i0: o0, i1: o0}}\n- {pair: Cem and Dana, package: {i0: o1, i1: o1}}\n"
        "- {pair: Eve and Finn}\n"
    )
    assert zopa.audit(case, typed).runs == answer.runs


def test_a_class_of_four_parties_is_held_against_the_frontier_by_the_share_of_gains_it_reaches(
    tmp_path: Path,
) -> None:
    goal = zopa.solve(CASE, "nash", readings="A").deals[0].package
    other = {**goal, "prisoners": "P1", "minerals": "M1"}
    path = tmp_path / "class.csv"
    lines = [",".join(["pair", *goal]), ",".join(["1", *goal.values()]), ",".join(["2", *other.values()])]
    path.write_text("\n".join(lines) + "\n")
    answer = zopa.audit(CASE, path, "A")
    assert (answer.agreed, answer.frontier) == (2, ())
    (picture,) = (b for b in view(answer).blocks() if isinstance(b, Chart))
    assert [v["kind"] for v in picture.spec()["data"]["values"]] == ["efficient", "not efficient"]
    assert len(picture.grid.rows) == 2


# -- Records


def test_a_typed_table_is_audited_with_its_invalid_moves_and_the_first_package_in_the_zone(
    tmp_path: Path,
) -> None:
    goal = zopa.path(CASE, "nash", readings="A")
    issues = list(goal.target)
    opening = {r.start: r.opening for r in goal.routes}
    rows = [
        ["1", "RUS", *opening["RUS"].values(), "refused"],
        ["2", "UKR", *opening["UKR"].values(), "refused"],
        ["3", "US", *["T9", *list(opening["US"].values())[1:]], "refused"],
        ["4", "EUR", *goal.target.values(), ""],
        ["5", "RUS", *goal.target.values(), "accepted"],
    ]
    table = tmp_path / "offers.csv"
    table.write_text("\n".join(",".join(r) for r in [["round", "party", *issues, "answer"], *rows]) + "\n")
    (run,) = zopa.audit(CASE, str(table), "A").runs
    assert (run.outcome, run.at, run.first_in_zone, run.first_party, run.rounds_after) == (
        "agreed",
        "5",
        4,
        "EUR",
        1,
    )
    assert [(i.party, i.why) for i in run.invalid] == [
        ("US", "no option of Territory line called 'T9'; known: T1, T2, T3, T4")
    ]
    assert run.invalid[0].place.endswith("offers.csv:4")
    assert run.agreement is not None
    assert (run.agreement.efficient, run.agreement.efficiency, run.agreement.shares["nash"]) == (True, 1, 1)
    moved = {b.party: b for b in run.behaviour}
    assert moved["RUS"].conceded == Fraction("39.8")
    assert moved["UKR"].conceding is None
    done = CliRunner().invoke(app, ["audit", "ukraine-2025", str(table), "-r", "A"])
    assert done.exit_code == 0, done.output
    assert "T9" in done.stdout


def test_the_joint_gain_left_is_an_exchange_that_leaves_none_worse() -> None:
    opening = {**zopa.path(CASE, "nash", readings="A").target, "prisoners": "P1", "minerals": "M1"}
    left = quality(Problem(CASE, "A"), opening).joint_gain
    assert left is not None
    assert min(left.gains.values()) == left.smallest >= 0
    assert set(left.changed) == {i for i in opening if opening[i] != left.package[i]}


def test_yaml_records_and_several_runs_in_one_file(tmp_path: Path) -> None:
    case = game([[[3, 0], [0, 1]], [[0, 1], [3, 0]]], [0, 0])
    text = (
        "offers:\n- {run: 1, round: 1, party: P0, package: {i0: o1, i1: o1}, answer: refused}\n"
        "- {run: 1, round: 2, party: P1, package: {i0: o0, i1: o0}, answer: agreed, by: P0}\n"
        "- {run: 2, party: P1, answer: walk-away}\n"
    )
    path = tmp_path / "offers.yaml"
    path.write_text(text)
    answer = zopa.audit(case, path)
    assert [r.outcome for r in answer.runs] == ["agreed", "walk-away"]
    assert (answer.agreed, answer.efficient, answer.equals["nash"]) == (1, 1, 1)
    assert answer.runs[0].behaviour[0].offers == 1


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "round,party,answer\n1,A,no\n", "a column per issue"),
        ("a.csv", "party,i0,answer\nA,o1,perhaps\n", "a.csv:2"),
        ("a.csv", "party,package\nA,what\n", "issue=option"),
        ("a.yaml", "title: x\n", "`offers:` with a list"),
        ("a.yaml", "offers:\n- {party: A, mood: good}\n", "a.yaml:2"),
        ("a.yaml", "offers:\n- {party: A, package: {i0: o1}, answer: hm}\n", "saw 'hm'"),
    ],
)
def test_a_record_that_cannot_be_read_says_where_and_what(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(CaseError, match=said):
        read_offers(tmp_path / name)


def test_a_record_without_offers_is_refused() -> None:
    with pytest.raises(NotApplicable, match="no offer"):
        zopa.audit(CASE, ())


def harbour() -> Case:
    """Two issues, three parties, of whom B can be done without."""
    points = {
        "A": {"berths": {"b1": 6, "b2": 3}, "wages": {"w1": 0, "w2": 4}},
        "B": {"berths": {"b1": 0, "b2": 5}, "wages": {"w1": 5, "w2": 0}},
        "C": {"berths": {"b1": 5, "b2": 5}, "wages": {"w1": 5, "w2": 5}},
    }
    return Case.model_validate(
        {
            "title": "Harbour",
            "parties": {p: {"name": f"{p} Line", "reservation": 3, "points": x} for p, x in points.items()},
            "issues": {
                "berths": {"name": "Berths", "options": {"b1": "kept", "b2": "leased"}},
                "wages": {"name": "Wages", "options": {"w1": "frozen", "w2": "raised"}},
            },
            "agreement": {"required": ("A",), "at_least": 2},
        }
    )


def test_who_accepts_without_a_package_accepts_the_offer_that_stands(tmp_path: Path) -> None:
    talk = [
        {"party": "A Line", "text": "all for us", "package": {"Berths": "kept", "wages": "w2"}},
        {"party": "B", "text": "no", "answer": "refused"},
        {"party": "B", "text": "half", "package": {"berths": "leased", "wages": "raised"}},
        {"party": "A", "text": "yes", "answer": "accepted"},
    ]
    (tmp_path / "chat.json").write_text(json.dumps({"messages": talk}))
    answer = zopa.audit(harbour(), tmp_path / "chat.json")
    (run,) = answer.runs
    assert (run.outcome, run.by, run.invalid) == ("agreed", "A", ())
    assert run.agreement is not None
    assert run.agreement.package == {"berths": "b2", "wages": "w2"}
    assert {b.party: b.offers for b in run.behaviour} == {"A": 1, "B": 1, "C": 0}
    open_ = [*talk[:2], {"party": "B", "text": "only this", "package": {"berths": "leased"}}, talk[3]]
    (tmp_path / "chat.json").write_text(json.dumps({"messages": open_}))
    (run,) = zopa.audit(harbour(), tmp_path / "chat.json").runs
    assert (run.outcome, run.partial) == ("open", 1)
    assert [i.why for i in run.invalid] == ["an agreement must settle all issues; Wages left open"]


def test_an_agreement_may_do_without_a_party_and_lies_outside_the_zone_of_all() -> None:
    found = quality(Problem(harbour()), {"berths": "b1", "wages": "w2"})
    assert (found.in_zone, found.agreed, found.below) == (False, True, ("B",))
    assert not quality(Problem(harbour()), {"berths": "b1", "wages": "w1"}).broken
    simulated = zopa.simulate(harbour(), protocols=["single-text"], runs=30)
    (text,) = simulated.protocols
    assert text.agreed == 30
    assert text.in_zone < 30  # A and C may leave B behind
    assert "that the agreement rule can do without" in str(simulated)


def test_columns_that_are_no_issue_are_left_out_and_said(tmp_path: Path) -> None:
    table = tmp_path / "offers.csv"
    table.write_text("round;party;Berths;wages;notes;wagess\n1;A;leased;w2;long day;x\n2;Alina;b2;w2;;\n")
    answer = zopa.audit(harbour(), table)
    said = " ".join(answer.notes)
    assert "the column 'notes' is no issue of the case and was left out" in said
    assert "the column 'wagess' is no issue of the case and was left out; did you mean 'wages'?" in said
    (run,) = answer.runs
    assert [b.offers for b in run.behaviour] == [1, 0, 0]
    assert [i.why for i in run.invalid] == ["no party called 'Alina'; known: A, B, C"]
    with pytest.raises(CaseError, match="nothing there"):
        zopa.audit(harbour(), tmp_path / "none.csv")


def test_a_typed_trace_of_two_has_the_figures_that_were_worked_out_by_hand(tmp_path: Path) -> None:
    worth = {"A": (100, 97, 90, 60, 0), "B": (0, 10, 40, 60, 100)}
    names = [f"o{k}" for k in range(5)]
    parties = {
        p: {"name": p, "reservation": 50, "points": {"x": dict(zip(names, u, strict=True))}}
        for p, u in worth.items()
    }
    case = Case.model_validate(
        {"title": "t", "parties": parties, "issues": {"x": {"name": "X", "options": {o: o for o in names}}}}
    )
    made = ["A,o0,", "B,o4,", "A,o2,", "B,o3,", "A,o1,", "B,o4,", "A,o3,", "B,o3,accepted"]
    (tmp_path / "offers.csv").write_text("\n".join(["party,x,answer", *made]) + "\n")
    (run,) = zopa.audit(case, tmp_path / "offers.csv").runs
    assert (run.outcome, run.first_in_zone, run.first_party, run.rounds_after) == ("agreed", 4, "B", 4)
    one, two = run.behaviour
    # A: -10 for 40 of B's, +7 for -30, -37 for 50. B: -40 for 60 of A's, +40 for -60, -40 for 60.
    for moved, largest in ((one, 37), (two, 40)):
        assert (moved.offers, moved.conceded, moved.largest) == (4, 40, largest)
        assert moved.classes == {"concession": 2, "selfish": 1}
        assert (moved.conceding, moved.sensitivity) == (Fraction(2, 3), 2)
        assert (moved.awareness, moved.correlation) == (1, 1)
    assert run.agreement is not None
    assert (run.agreement.efficient, run.agreement.fairness) == (True, (1, 1))
