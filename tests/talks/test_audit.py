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
from zopa.formats.offers import Offer, read_offers
from zopa.space import Problem
from zopa.talks import quality
from zopa.talks.move_classes import awareness, correlation, move_class, sensitivity, signs


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


ITEMS = ("Food", "Water", "Firewood")
POINTS = {"High": 5, "Medium": 4, "Low": 3}


def camp(first: dict[str, str], second: dict[str, str]) -> Case:
    """Counts of the first person's items as options; the other gets three minus."""
    issues = {i: {"name": i, "options": {f"n{c}": f"{c}" for c in range(4)}} for i in ITEMS}
    worth = [{i: POINTS[v] for v, i in who.items()} for who in (first, second)]
    points = [
        {i: {f"n{c}": w[i] * (c if p == 0 else 3 - c) for c in range(4)} for i in ITEMS}
        for p, w in enumerate(worth)
    ]
    parties = {
        n: {"name": n, "points": pts, "reservation": 5} for n, pts in zip(("one", "two"), points, strict=True)
    }
    return Case.model_validate({"title": "camp", "parties": parties, "issues": issues})


def dialogue(d: dict[str, Any]) -> tuple[Offer, ...]:
    people = list(d["participant_info"])
    name = dict(zip(people, ("one", "two"), strict=True))
    found: list[Offer] = []
    for n, line in enumerate(d["chat_logs"]):
        who = name[line["id"]]
        if line["text"] == "Submit-Deal":
            share = line["task_data"]["issue2youget" if who == "one" else "issue2theyget"]
            found.append(Offer(who, {i: f"n{share[i]}" for i in ITEMS}, at=str(n)))
        elif line["text"] in ("Accept-Deal", "Reject-Deal"):
            answer = "accepted" if line["text"] == "Accept-Deal" else "refused"
            found[-1] = Offer(found[-1].party, found[-1].package, answer, who, at=found[-1].at)
        elif line["text"] == "Walk-Away":
            found.append(Offer(who, {}, "walk-away"))
    return tuple(found)


def test_the_casino_deals_have_the_published_figures() -> None:
    path = DATA / "casino" / "casino_train.json.gz"
    if not path.exists():
        pytest.skip("needs the data file ../shared/data/casino/casino_train.json.gz, which is not shipped")
    talks = json.loads(gzip.decompress(path.read_bytes()))
    problems: dict[Any, Problem] = {}
    runs = []
    for d in talks:
        first, second = (p["value2issue"] for p in d["participant_info"].values())
        key = (tuple(sorted(first.items())), tuple(sorted(second.items())))
        if key not in problems:
            problems[key] = Problem(camp(first, second))
        (run,) = zopa.audit(problems[key], dialogue(d)).runs
        if run.agreement:
            scored = [p["outcomes"]["points_scored"] for p in d["participant_info"].values()]
            assert list(run.agreement.utilities.values()) == scored
        runs.append(run)
    deals = [r.agreement for r in runs if r.agreement]
    assert (len(runs), len(deals), sum(r.outcome == "walk-away" for r in runs)) == (900, 876, 24)
    assert round(float(sum(q.joint for q in deals) / 876), 4) == 0.9643
    assert round(sum(q.efficient for q in deals) / 876, 4) == 0.6712
    exactly = {m: round(sum(q.shares.get(m) == 1 for q in deals) / 876, 3) for m in deals[0].shares}
    assert exactly == {"nash": 0.203, "egalitarian": 0.292, "kalai-smorodinsky": 0.253, "utilitarian": 0.395}
    assert all((q.joint_gain is None) == q.efficient for q in deals)


# -- Records


CASE = zopa.load("ukraine-2025")


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
    assert [(i.party, i.why) for i in run.invalid] == [("US", "no option 'T9' of territory")]
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
