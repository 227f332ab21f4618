"""From openings to a package on the bundled case and on Pruitt and Lewis: the table of the reference, clear refusals."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from typer.testing import CliRunner

import zopa
from published import data, scorable
from strategies import case_of, small_cases
from zopa.case import Case
from zopa.cli import app
from zopa.errors import NotApplicable, UnknownName
from zopa.talks import OrderOfSteps

CASE = zopa.load("ukraine-2025")
PARTIES = ["US", "RUS", "UKR", "EUR"]
# opening: issues, worst, list order, (height, steps) for one, two and three issues per step, sums of positive dips
FREE = {
    "US": (6, -8.2, -10.3, (-12.4, 6), (-14.2, 3), (-14.2, 2), (0, 0, 0)),
    "RUS": (9, 32.5, 26.2, (22.2, 9), (11.0, 5), (2.2, 3), (35.4, 11.0, 2.2)),
    "UKR": (8, 40.9, 24.8, (24.8, 8), (10.5, 4), (2.1, 3), (37.4, 10.5, 2.1)),
    "EUR": (6, 10.4, 6.3, (2.7, 6), (-2.3, 3), (-7.1, 2), (2.7, 0, 0)),
}
INTERIM = {
    "G": {
        "US": (-12.4, -14.2, -14.2),
        "RUS": (22.2, 13.4, 6.4),
        "UKR": (None, None, 6.3),
        "EUR": (2.7, -2.3, -7.1),
    },
    "D": {
        "US": (-12.4, -14.2, -14.2),
        "RUS": (22.2, 13.4, 6.4),
        "UKR": (None, None, 6.3),
        "EUR": (2.7, -2.3, -7.1),
    },
    "B": {
        "US": (-10.0, -12.4, -13.2),
        "RUS": (21.8, 9.0, 2.0),
        "UKR": (None, None, 11.1),
        "EUR": (-2.9, -7.9, -11.9),
    },
    "F": {
        "US": (-7.1, -12.1, -12.1),
        "RUS": (19.0, 6.2, -2.6),
        "UKR": (None, None, 14.0),
        "EUR": (18.8, 4.8, -0.2),
    },
}


def exact(x: float | None) -> Fraction | None:
    return None if x is None else Fraction(str(x))


@pytest.mark.parametrize("together", [1, 2, 3])
def test_the_table_of_the_example_without_rules(together: int) -> None:
    answer = zopa.path(CASE, "nash", together=together, readings="A")
    for r in answer.routes:
        k, worst, listed, *heights, sums = FREE[r.start]
        assert len(r.issues) == k
        assert (r.worst, r.listed) == (exact(worst), exact(listed))
        assert (r.height, len(r.stops)) == (exact(heights[together - 1][0]), heights[together - 1][1])
        assert r.total == exact(sums[together - 1])
        assert list(r.heights.values()) == [exact(h) for h, _ in heights]


@pytest.mark.parametrize("readings", INTERIM)
def test_the_table_of_the_example_where_every_stop_must_obey_the_rules(readings: str) -> None:
    answer = zopa.path(CASE, "nash", mode="interim", readings=readings)
    for r in answer.routes:
        assert tuple(r.heights.values()) == tuple(exact(h) for h in INTERIM[readings][r.start])
    stuck = next(r for r in answer.routes if r.start == "UKR")
    assert (stuck.height, stuck.needs, stuck.stops) == (None, 3, ())
    assert stuck.blocking
    assert not answer.open


def test_three_red_lines_of_others_must_be_left_before_any_stop_of_the_ukrainian_opening_is_allowed() -> None:
    r = zopa.path(CASE, "nash", "UKR", together=3, mode="interim", readings="G").routes[0]
    assert {c.before for c in r.stops[0].changes} == {"T4", "N4", "F4"}
    assert len(r.stops) == 3
    starts = zopa.path(CASE, "nash", mode="interim", readings="G").routes
    assert [r.start for r in starts if not r.start_broken] == ["EUR"]


def test_pruitt_and_lewis_one_issue_dips_by_four_hundred_and_the_exchange_gains_six_hundred() -> None:
    case = scorable(data("cases/pruitt_lewis_1975.json"))
    issues = list(case.issues)
    middle, target = dict.fromkeys(issues, "E"), dict(zip(issues, "AEI", strict=True))
    answer = zopa.path(case, target, middle, together=2, floor={"buyer": 2000, "seller": 2000})
    (r,) = answer.routes
    assert r.heights[1] == 400
    assert (r.height, len(r.stops)) == (-600, 1)
    assert r.bridge is not None
    assert (r.bridge.height, r.bridge.saves) == (-600, 1000)


def test_what_a_path_reports_adds_up() -> None:
    for r in zopa.path(CASE, "nash", readings="A").routes:
        assert max(s.deepest for s in r.stops) == r.height
        assert sum((max(s.deepest, Fraction(0)) for s in r.stops), Fraction(0)) == r.total
        for s in r.stops:
            assert s.deepest == -min(s.above.values())
            assert s.gives is None or s.effects[s.gives] == min(s.effects.values()) < 0
        moved = [c.issue for s in r.stops for c in s.changes]
        assert sorted(moved) == sorted(r.issues)
        for party, n in r.safe_from.items():
            assert n is not None
            assert all(s.above[party] >= 0 for s in r.stops[n - 1 :])
            assert n == 1 or r.stops[n - 2].above[party] < 0


def test_the_chance_that_a_path_holds_is_that_of_reservation_values_drawn_from_their_intervals() -> None:
    import random

    chance = random.Random(3)
    for r in zopa.path(CASE, "nash", readings="A").routes:
        assert r.holds is not None
        least = {p: min(s.utilities[p] for s in r.stops) for p in PARTIES}
        intervals = {p: CASE.parties[p].reservation for p in PARTIES}
        hits = sum(
            all(chance.uniform(i.low, i.high) <= least[p] for p, i in intervals.items()) for _ in range(4000)
        )
        assert abs(hits / 4000 - float(r.holds)) < 0.03
        assert (r.breaks is None) == (r.holds == 1)


@pytest.mark.slow
def test_the_report_of_the_example_tells_how_they_could_get_there() -> None:
    study = zopa.run(CASE, "A")
    assert {"start", "path", "simulate"} <= set(study.lenses)
    from zopa.views import Labels
    from zopa.views.study import study as report

    sections = {s.id: s for s in report(study, Labels(CASE)).sections}
    section = sections["talks"]
    assert {c.name for c in section.charts} == {"staircase"}
    assert {c.name for c in sections["tactics"].charts} == {"talks-ends"}


def test_shares_do_not_change_when_a_party_rescales_its_points() -> None:
    def game(factor: int) -> Case:
        points = {"x": {"a": 0, "b": 40}, "y": {"a": 60, "b": 0}, "z": {"a": 0, "b": 50}}
        other = {"x": {"a": 30, "b": 0}, "y": {"a": 0, "b": 50}, "z": {"a": 20, "b": 10}}
        parties = {
            "P": {"name": "P", "points": {i: {o: v * factor for o, v in row.items()} for i, row in points.items()}, "reservation": 20 * factor},
            "Q": {"name": "Q", "points": other, "reservation": 10},
        }  # fmt: skip
        issues = {i: {"name": i, "options": {"a": "a", "b": "b"}} for i in points}
        return Case.model_validate({"title": "t", "parties": parties, "issues": issues})

    to, back = dict.fromkeys("xyz", "b"), dict.fromkeys("xyz", "a")
    one, seven = (zopa.path(game(f), to, back, shares=True).routes[0] for f in (1, 7))
    assert one.heights == seven.heights
    plain = [zopa.path(game(f), to, back).routes[0].heights for f in (1, 7)]
    assert plain[0] != plain[1]


def test_the_start_that_is_the_target_needs_no_step_and_its_height_is_the_dip_of_the_target() -> None:
    goal = zopa.path(CASE, "nash", readings="A").target
    r = zopa.path(CASE, goal, goal, readings="A").routes[0]
    assert (r.stops, r.height) == ((), Fraction("-14.2"))
    assert "no step" in r.notes[0]
    assert "no step is needed" in str(zopa.path(CASE, goal, goal, readings="A"))


def test_a_target_outside_the_zone_is_said_first() -> None:
    goal = zopa.start(CASE, "A").openings[1].package
    answer = zopa.path(CASE, goal, "UKR", readings="A")
    assert answer.outside == ("UKR", "EUR")
    assert answer.routes[0].height > 0
    assert str(answer).index("below the floor of") < str(answer).index("At the worst moment")


def test_a_target_that_a_rule_forbids_is_refused_in_interim_with_the_rule() -> None:
    goal = zopa.path(CASE, "nash", readings="A").target
    with pytest.raises(NotApplicable, match="NATO protection"):
        zopa.path(CASE, goal, mode="interim", readings="E")
    assert any("NATO protection" in n for n in zopa.path(CASE, goal, readings="E").notes)


def test_the_status_quo_is_no_floor_for_somebodys_opening() -> None:
    with pytest.raises(NotApplicable, match="not with somebody's opening"):
        zopa.path(CASE, "nash", "RUS", floor="status-quo")
    with pytest.raises(NotApplicable, match="Territory line"):
        zopa.path(CASE, "nash", "now", floor="status-quo", readings="A")
    goal = zopa.path(CASE, "nash", readings="A").target
    r = zopa.path(CASE, goal, {**goal, "reset": "R2"}, floor="status-quo", readings="A").routes[0]
    assert r.height == max(-u for u in r.stops[0].effects.values())


def test_unknown_words_are_refused_with_the_known_ones() -> None:
    for kind, error in (({"mode": "x"}, "package"), ({"floor": "x"}, "status-quo"), ({"start": "x"}, "RUS")):
        with pytest.raises(UnknownName, match=error):
            zopa.path(CASE, "nash", **kind)  # type: ignore[arg-type]
    with pytest.raises(UnknownName, match="nash"):
        zopa.path(CASE, "best")
    with pytest.raises(NotApplicable, match="1 to 3 issues"):
        zopa.path(CASE, "nash", together=4)
    with pytest.raises(NotApplicable, match="nowhere to go"):
        zopa.path(CASE, "nash", readings="E")


def test_the_command_says_the_same_as_the_verb_and_ends_with_one_where_there_is_no_order() -> None:
    run = CliRunner().invoke(app, ["path", "ukraine-2025", "-r", "A", "--from", "RUS", "--json"])
    assert run.exit_code == 0, run.output
    route = json.loads(run.stdout)["answer"]["routes"][0]
    assert (route["height"], route["heights"]) == (11, {"1": 22.2, "2": 11, "3": 2.2})
    run = CliRunner().invoke(app, ["path", "ukraine-2025", "-r", "G", "--mode", "interim", "--from", "UKR"])
    assert run.exit_code == 1
    assert "there is no order in which every stop obeys the rules" in run.stdout


def test_renaming_and_reordering_change_no_figure() -> None:
    base: OrderOfSteps = zopa.path(CASE, "nash", readings="G", mode="interim")
    raw = CASE.model_copy(
        update={
            "parties": dict(reversed(CASE.parties.items())),
            "issues": dict(reversed(CASE.issues.items())),
        }
    )
    turned = zopa.path(raw, base.target, readings="G", mode="interim")
    other = {r.start: r for r in turned.routes}
    for r in base.routes:
        t = other[r.start]
        assert (r.height, r.heights, r.total, len(r.stops), r.worst) == (
            t.height,
            t.heights,
            t.total,
            len(t.stops),
            t.worst,
        )
        assert len(r.first_steps) == len(t.first_steps)


@pytest.mark.parametrize("seed", range(4))
def test_interim_is_never_below_package(seed: int) -> None:
    from hypothesis import HealthCheck, Phase, given, settings

    @settings(
        max_examples=12, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True
    )
    @given(small_cases())
    def law(spec: dict) -> None:
        case = case_of(spec)
        issues = {i: list(v["options"]) for i, v in spec["issues"].items()}
        start = {i: o[seed % len(o)] for i, o in issues.items()}
        goal = {i: o[-1 - seed % len(o)] for i, o in issues.items()}
        free = zopa.path(case, goal, start).routes[0].heights
        try:
            bound = zopa.path(case, goal, start, mode="interim").routes[0].heights
        except NotApplicable:
            return
        assert all(b is None or b >= free[n] for n, b in bound.items())

    law()


def test_a_start_may_be_a_package_in_which_the_rest_stands_as_it_is_now() -> None:
    case = zopa.load("ukraine-2025")
    now = {i: x.now for i, x in case.issues.items() if x.now}
    given = {"territory": "T2", "seat": "U1", "sequence": "Q1"}
    (route,) = zopa.path(case, start=given).routes
    assert route.opening == {i: (now | given)[i] for i in case.issues}
    with pytest.raises(NotApplicable, match=r"Territory line.*territory=\.\.\.,seat=\.\.\.,sequence=\.\.\."):
        zopa.path(case, start="now")
    run = CliRunner().invoke(
        app, ["path", "ukraine-2025", "--from", "territory=T2,seat=U1,sequence=Q1", "--floor", "status-quo"]
    )
    assert run.exit_code == 0, run.output
    assert "From the package given" in run.output
    left_out = CliRunner().invoke(app, ["path", "ukraine-2025", "territory=T2"])
    assert str(left_out.exception) == "no option of nato is given; one of: N1, N2, N3, N4"
