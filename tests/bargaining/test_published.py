"""Published and recomputed answers of cases in the literature; see ../shared/data/cases/README.md for the evidence.

Numbers that the literature is only remembered to state are never asserted.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from published import DATA, READINGS, barter, data, example_conflict, genius, items, scorable
from zopa.bargaining import SOLUTIONS, frontier, judge, solve, why_not, zone
from zopa.case import Case
from zopa.space import Problem, compile_case
from zopa.space.table import Table, nondominated

FOUR = {
    "nash": "nash",
    "egalitarian": "egalitarian_leximin",
    "kalai-smorodinsky": "kalai_smorodinsky_leximin",
    "utilitarian": "utilitarian",
}


def read(name: str) -> dict[str, Any]:
    return data(f"cases/{name}.json")


HERE = {
    "llmd_base", "llmd_base_rewritten", "llmd_game1", "llmd_game2", "pruitt_lewis_1975", "new_recruit_adapted",
    "england_zimbabwe", "itex_cypress", "panama_canal_1974", "camp_david_1978", "trump_divorce_1991",
    "nash_1950_barter", "kalai_smorodinsky_1975_sets", "seed_case", "new_recruit",
}  # fmt: skip
OTHER_ROOMS = {
    "knaster_luce_raiffa": "money moves between the parties: division",
    "talmud_estate": "claims on a divisible estate: division",
    "three_party_coalition_raiffa": "worth of coalitions, no packages: stability of coalitions",
    "copenhagen_cop15_2009": "positions on a line: spatial",
    "eu_emission_standards_1990": "positions on a line: spatial",
    "casino_2021": "shape of a corpus, no case",
    "deal_or_no_deal_2017": "shape of a corpus, no case",
}


def test_no_case_file_is_forgotten() -> None:
    if not DATA.exists():
        pytest.skip("needs the folder ../shared/data/cases, which is not shipped")
    assert {p.stem for p in (DATA / "cases").glob("*.json")} == HERE | set(OTHER_ROOMS)


# -- scorable games of LLM-Deliberation (Abdelnabi et al. 2024, arXiv 2309.17234)

# packages in the zone (>=), the same with >, n-1 with vetoes (>=), with >, Pareto outcomes over all packages,
# n-1 and all when the proposer's bonus of 10 for unanimity counts
LLMD = {
    "llmd_base": (12, 6, 55, 37, 481, 77, 34),
    "llmd_base_rewritten": (12, 9, 55, 43, 481, 77, 34),
    "llmd_game1": (21, 16, 57, 47, 241, 57, 21),
    "llmd_game2": (18, 15, 57, 47, 454, 66, 27),
}


@pytest.mark.parametrize("name", LLMD)
def test_a_deliberation_game_has_its_published_counts(name: str) -> None:
    d = read(name)
    unanimous, strict, n_minus_1, strict_n_minus_1, efficient, *_ = LLMD[name]
    case = scorable(d)
    answer, table = zone(case), Problem(case).table
    assert (answer.packages, answer.admissible) == (720, 720)
    assert (answer.count, answer.agreed) == (unanimous, n_minus_1)
    assert (unanimous, n_minus_1) == (d["computed"]["all_parties"], d["computed"]["n_minus_1_with_veto"])
    above = replace(table.space, reservation=tuple(r + 1 for r in table.space.reservation))
    assert all(float(s).is_integer() for scores in table.space.scores for s in scores.flat)
    assert table.space.scale == 1
    assert (int(Table.of(above).zone().sum()), int(Table.of(above).agreed.sum())) == (
        strict,
        strict_n_minus_1,
    )
    satisfied = table.accepts[:, table.agreed].sum(axis=1)
    per_party = d["computed"]["per_party_in_n_minus_1"]
    assert dict(zip(table.space.parties, satisfied.tolist(), strict=True)) == per_party
    assert nondominated(table.utilities).size == efficient
    f = frontier(case)
    assert (f.points, f.packages) == (unanimous, unanimous)


@pytest.mark.parametrize("name", LLMD)
def test_the_proposers_bonus_for_unanimity_lies_outside_the_published_counts(name: str) -> None:
    d = read(name)
    *_, n_minus_1, unanimous = LLMD[name]
    space = compile_case(scorable(d))
    proposer = next(n for n, p in enumerate(d["parties"]) if p["role"] == "p1")
    limits = list(space.reservation)
    limits[proposer] -= 10 * space.scale
    generous = Table.of(replace(space, reservation=tuple(limits)))
    plain = Table.of(space)
    assert int(generous.zone().sum()) == unanimous
    assert int((plain.agreed | generous.zone()).sum()) == n_minus_1


def check_solutions(case: Case, computed: dict[str, Any], methods: dict[str, str] = FOUR) -> None:
    """Number of ties, packages (the first six are listed) and utilities (the first three)."""
    for method, key in methods.items():
        want, got = computed[key], solve(case, method)
        assert got.tied == want["n"]
        assert [d.options for d in got.deals[:6]] == want["deals"]
        shown = [{p: float(u) for p, u in d.utilities.items()} for d in got.deals[:3]]
        assert shown == want["utilities"]
        if method in ("nash", "utilitarian"):
            assert got.value == want["value"]
        else:
            assert float(got.value or 0) == pytest.approx(want["value"][0], rel=1e-12)


@pytest.mark.parametrize("name", LLMD)
def test_a_deliberation_game_has_its_four_solutions(name: str) -> None:
    d = read(name)
    check_solutions(scorable(d), d["computed"]["solutions_over_all_agree_set"])


def test_the_four_solutions_of_the_first_deliberation_game_by_name() -> None:
    case = scorable(read("llmd_base"))
    picks = {m: solve(case, m).deals[0].options for m in FOUR}
    assert picks == {
        "nash": "A2 B3 C3 D2 E3",
        "egalitarian": "A2 B3 C4 D1 E3",
        "kalai-smorodinsky": "A2 B3 C3 D2 E3",
        "utilitarian": "A2 B3 C2 D2 E4",
    }
    assert [int(g) for g in sorted(solve(case, "egalitarian").deals[0].gains.values())] == [
        3,
        5,
        6,
        15,
        22,
        22,
    ]


def test_rewriting_a_game_in_other_words_and_another_order_changes_no_count() -> None:
    one, other = scorable(read("llmd_base")), scorable(read("llmd_base_rewritten"))
    assert zone(one).count == zone(other).count
    assert zone(one).agreed == zone(other).agreed
    assert (
        nondominated(Problem(one).table.utilities).size == nondominated(Problem(other).table.utilities).size
    )


# -- Pruitt & Lewis 1975: log-rolling


def test_pruitt_and_lewis() -> None:
    d = read("pruitt_lewis_1975")
    case = scorable(d)
    check_solutions(case, d["computed"])
    assert (zone(case).count, frontier(case).points, frontier(case).packages) == (729, 25, 25)
    assert solve(case, "nash").deals[0].options == "A E I"
    assert list(solve(case, "nash").deals[0].utilities.values()) == [2600, 2600]
    assert (solve(case, "utilitarian").tied, solve(case, "utilitarian").value) == (9, 5200)
    table = Problem(case).table
    assert int((table.utilities > 0).all(axis=0).sum()) == 727


MIDPOINT = {"television": "E", "vacuum": "E", "typewriter": "E"}


def test_from_the_midpoint_of_pruitt_and_lewis_no_single_issue_improves_both_but_two_do() -> None:
    views = judge(scorable(read("pruitt_lewis_1975")), MIDPOINT)
    assert views.accepted
    best = views.logrolls[0]
    assert {best.first, best.second} == {"television", "typewriter"}
    assert best.swap.changes == {"television": "A", "typewriter": "I"}
    assert list(best.swap.gains.values()) == [600, 600]
    assert views.improvements[0].options == "A E I"


def test_a_post_settlement_from_the_midpoint_has_103_packages_of_which_9_are_efficient() -> None:
    case = scorable(read("pruitt_lewis_1975"))
    settled = case.model_copy(
        update={
            "parties": {
                n: type(p).model_validate(p.model_dump(exclude_unset=True) | {"reservation": 2000})
                for n, p in case.parties.items()
            }
        }
    )
    assert (zone(settled).count, frontier(settled).packages) == (103, 9)
    assert solve(settled, "nash").deals[0].options == "A E I"
    assert list(solve(settled, "nash").deals[0].gains.values()) == [600, 600]
    table = Problem(case).table
    start = table.utilities[:, [table.number(table.space.package(MIDPOINT))]]
    level = int((table.utilities == start).all(axis=0).sum())
    assert judge(case, MIDPOINT).improvable == 103 - level


def test_a_single_text_that_changes_two_issues_ends_in_seven_efficient_packages() -> None:
    """From E E E; a change is kept when nobody loses and somebody gains (Ehtamo et al. 1999)."""
    table = Problem(scorable(read("pruitt_lewis_1975"))).table
    worth = {p: tuple(table.utilities[:, k]) for k, p in enumerate(table.space.packages())}

    def steps(package: tuple[int, ...], most: int) -> list[tuple[int, ...]]:
        return [
            q
            for q in worth
            if 0 < sum(a != b for a, b in zip(package, q, strict=True)) <= most
            and all(b >= a for a, b in zip(worth[package], worth[q], strict=True))
            and worth[q] != worth[package]
        ]

    start = table.space.package(MIDPOINT)
    assert steps(start, 1) == []
    seen, open_, ends = {start}, [start], set()
    while open_:
        here = open_.pop()
        onward = steps(here, 2)
        if not onward:
            ends.add(here)
        for q in onward:
            if q not in seen:
                seen.add(q)
                open_.append(q)
    names = sorted(" ".join(table.space.names(e).values()) for e in ends)
    assert names == ["A B I", "A C I", "A D I", "A E I", "A F I", "A G I", "A H I"]
    case = scorable(read("pruitt_lewis_1975"))
    assert all(judge(case, table.space.names(e)).improvable == 0 for e in ends)
    assert {worth[e] for e in ends} >= {(3050, 2150), (2150, 3050)}


# -- ties


def test_the_adapted_recruitment_exercise_has_five_tied_packages() -> None:
    d = read("new_recruit_adapted")
    case = scorable(d)
    check_solutions(case, d["computed"])
    assert zone(case).count == 247
    assert [solve(case, m).tied for m in FOUR] == [5, 5, 5, 19]
    assert len({d.options for m in list(FOUR)[:3] for d in solve(case, m).deals}) == 5
    assert sorted(tuple(map(int, d.utilities.values())) for d in solve(case, "nash").deals) == (
        [(4800, 4800)] * 3 + [(5300, 4300)] * 2
    )
    assert frontier(case).packages == 19
    space = replace(Problem(case).table.space, reservation=(0, 0))
    table = Table.of(space)
    kept = nondominated(table.utilities)
    points = {tuple(table.utilities[:, k]) for k in kept}
    outcomes = sum(tuple(column) in points for column in table.utilities.T)
    assert (outcomes, kept.size) == (31, 19)
    assert int((table.utilities > np.array([[3000], [2500]])).all(axis=0).sum()) == 233


def test_the_recruitment_exercise_has_its_shape_and_is_asked_nothing_else() -> None:
    d = read("new_recruit")
    case = scorable(d)
    assert (len(case.parties), len(case.issues), Problem(case).table.space.n_packages) == (2, 8, 390_625)


# -- Genius files, on two scales


GENIUS = {
    # packages, frontier on the Genius scale / raw; nash, egalitarian, Kalai-Smorodinsky
    ("england_zimbabwe", "genius"): (
        576, 25, (0.910916, 0.733218), (0.822286, 0.786570), (0.822286, 0.786570),
    ),
    ("england_zimbabwe", "raw"): (
        576, 23, (8.207494, 8.544397), (8.207494, 8.544397), (7.600801, 8.947082),
    ),
    ("itex_cypress", "genius"): (
        180, 18, (0.670478, 0.721478), (0.670478, 0.721478), (0.670478, 0.721478),
    ),
    ("itex_cypress", "raw"): (
        180, 17, (22.699525, 18.518417), (19.409408, 19.670922), (22.699525, 18.518417),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "scale"), GENIUS)
def test_a_genius_file_has_its_frontier_and_solutions_on_either_scale(name: str, scale: str) -> None:
    d = read(name)
    table = Table.of(genius(d, scale))
    packages, efficient, nash, egalitarian, ks = GENIUS[name, scale]
    assert int(table.zone().sum()) == table.space.n_packages == packages
    kept = nondominated(table.utilities)
    points = {tuple(table.utilities[:, k]) for k in kept}
    assert sum(tuple(column) in points for column in table.utilities.T) == efficient
    wanted = {"nash": nash, "egalitarian": egalitarian, "kalai-smorodinsky": ks, "utilitarian": nash}
    for method, utilities in wanted.items():
        chosen, _ = SOLUTIONS[method].pick(table.utilities)
        assert int(chosen.sum()) == 1
        assert table.utilities[:, chosen][:, 0] / 10**15 == pytest.approx(utilities, abs=6e-7)


@pytest.mark.parametrize("name", ["england_zimbabwe", "itex_cypress"])
def test_a_genius_file_on_the_raw_scale_agrees_with_the_peers_recorded_nash(name: str) -> None:
    d = read(name)
    record = d["published"]["negmas_0.16_raw_scale"]
    table = Table.of(genius(d, "raw"))
    assert nondominated(table.utilities).size == record["pareto"]
    chosen, _ = SOLUTIONS["nash"].pick(table.utilities)
    number = int(np.flatnonzero(chosen)[0])
    assert list(table.space.names(table.package(number)).values()) == record["nash_deal"]
    assert table.utilities[:, number] / 10**15 == pytest.approx(record["nash"], rel=1e-8)
    # The peer's Kalai-Smorodinsky is another rule: smallest difference of the ratios, on the frontier.
    kept = nondominated(table.utilities)
    ratios = table.utilities[:, kept] / table.utilities.max(axis=1, keepdims=True)
    even = int(kept[np.argmin(ratios.max(axis=0) - ratios.min(axis=0))])
    assert table.utilities[:, even] / 10**15 == pytest.approx(record["ks"], rel=1e-8)


@pytest.mark.parametrize("name", ["england_zimbabwe", "itex_cypress"])
def test_a_genius_file_read_as_a_case_is_kept_exact_and_picks_the_same(name: str) -> None:
    d = read(name)
    case = scorable(d)
    answer = zone(case)
    assert answer.count == d["computed"]["n_outcomes"]
    assert not any("rounded" in w for w in answer.warnings)
    assert frontier(case).packages == d["computed"]["n_pareto"]
    for method, key in FOUR.items():
        got = solve(case, method)
        assert [x.options for x in got.deals] == d["computed"][key]["deals"]
        for p, u in d["computed"][key]["utilities"][0].items():
            assert float(got.deals[0].utilities[p]) == pytest.approx(u, abs=1e-5)


# -- indivisible items, as packages


@pytest.mark.parametrize(
    ("name", "nash", "total"),
    [
        ("panama_canal_1974", (64, 68), 132),
        ("camp_david_1978", (60, 75), 135),
        ("trump_divorce_1991", (80, 68), 148),
    ],
)
def test_items_that_cannot_be_split(name: str, nash: tuple[int, int], total: int) -> None:
    d = read(name)
    case = items(d)
    for method, key in (("nash", "indivisible_max_nash_welfare"), ("egalitarian", "indivisible_leximin")):
        got = solve(case, method).deals[0]
        assert tuple(map(int, got.utilities.values())) == nash == tuple(d["computed"][key]["points"])
    assert solve(case, "utilitarian").value == total == d["computed"]["utilitarian_max"]


def test_nash_1950_barter_gives_a_product_of_sixty() -> None:
    case = barter(read("nash_1950_barter"))
    answer = solve(case, "nash")
    assert (answer.value, answer.tied) == (60, 1)
    deal = answer.deals[0]
    assert sorted(map(int, deal.gains.values())) == [5, 12]
    names = {n.casefold(): n for n in case.parties}
    to_jack = {g for g, p in deal.package.items() if p == names["jack"]}
    assert {"book", "whip", "ball", "bat"} <= to_jack
    assert not {"pen", "toy", "knife"} & to_jack
    assert {n.casefold(): int(r) for n, r in zone(case).reservation.items()} == {"bill": 12, "jack": 6}
    runner_up = sorted(
        {int(a * b) for a, b in (d.gains.values() for d in solve(case, lambda g: 0 * g[0]).deals)},
        reverse=True,
    )
    assert runner_up[:2] == [60, 56]


def test_kalai_and_smorodinsky_1975_show_that_nash_is_not_monotone() -> None:
    d = read("kalai_smorodinsky_1975_sets")
    s1, s2 = (next(v for k, v in d["sets"].items() if k.endswith(n)) for n in "12")

    unit = 130_000  # the corners, 1/1300 of every side and 10/13 are whole numbers of these

    def sides(corners: list[list[float]]) -> np.ndarray:
        """Points of the sides that do not touch the origin, at steps of 1/1300."""
        points = [
            [round((x * (1300 - t) + y * t) * unit / 1300) for x, y in zip(a, b, strict=True)]
            for a, b in itertools.pairwise(corners[1:])
            for t in range(1301)
        ]
        return np.array(points, dtype=np.int64).T

    picked = {}
    for name, corners in (("S1", s1), ("S2", s2)):
        points = sides(corners)
        for method in ("nash", "kalai-smorodinsky"):
            chosen, _ = SOLUTIONS[method].pick(points)
            picked[name, method] = points[:, chosen][:, 0] / unit
    assert picked["S1", "nash"] == pytest.approx([0.75, 0.75])
    assert picked["S2", "nash"] == pytest.approx([1, 0.7])
    assert picked["S1", "kalai-smorodinsky"] == pytest.approx([0.75, 0.75])
    assert picked["S2", "kalai-smorodinsky"] == pytest.approx([10 / 13, 10 / 13])


# -- the example conflict, readings A to G


# reading: admissible, zone, zone with >, Pareto, zone with low / high reservation values, Pareto low / high
COUNTS: dict[str, tuple[int, ...]] = {
    "A": (373_248, 177_429, 175_574, 1004, 292_797, 38_343, 1372, 489),
    "B": (72_900, 51_771, 51_418, 727, 69_653, 15_213, 922, 394),
    "C": (29_160, 20_509, 20_381, 557, 27_802, 5_808, 725, 324),
    "D": (48_600, 32_892, 32_680, 657, 45_861, 9_230, 799, 370),
    "E": (0, 0, 0, 0, 0, 0, 0, 0),
    "F": (43_740, 31_262, 31_037, 683, 41_851, 9_405, 853, 364),
    "G": (29_160, 20_738, 20_617, 593, 27_726, 6_599, 731, 330),
}
MAX_MIN = {"A": 62.0, "B": 62.0, "C": 61.8, "D": 61.8, "E": None, "F": 62.0, "G": 61.8}
BREAK_EVEN = {
    "A": (100.0, 83.1, 78.1, 96.0),
    "B": (98.4, 78.9, 78.1, 96.0),
    "C": (98.4, 78.9, 72.7, 96.0),
    "D": (98.4, 83.1, 72.7, 96.0),
    "F": (95.0, 77.0, 78.1, 90.4),
    "G": (95.2, 83.1, 72.7, 96.0),
}


@pytest.fixture(scope="module")
def conflict() -> Case:
    return example_conflict()


@pytest.fixture(scope="module")
def computed() -> dict[str, dict[str, Any]]:
    d = read("seed_case")["computed"]
    return {
        k[0]: v for k, v in d.items() if k[:2] in {f"{r}_" for r in READINGS} and "reservation" not in k[2:]
    }


@pytest.mark.parametrize("reading", READINGS)
def test_a_reading_of_the_example_conflict_has_its_counts(conflict: Case, reading: str) -> None:
    table = Problem(conflict, reading).table
    answer = zone(conflict, reading)
    admissible, count, strict, pareto, low, high, *_ = COUNTS[reading]
    assert (answer.packages, answer.admissible, answer.count) == (373_248, admissible, count)
    assert (answer.count_low, answer.count_high) == (low, high)
    limits = np.array(table.space.reservation)[:, None]
    assert int((table.admissible & (table.utilities > limits).all(axis=0)).sum()) == strict
    f = frontier(conflict, reading)
    assert (f.points, f.packages) == (pareto, pareto)
    assert answer.uniform_break_even == (
        None if MAX_MIN[reading] is None else Fraction(str(MAX_MIN[reading]))
    )
    if reading in BREAK_EVEN:
        assert tuple(map(float, answer.break_even.values())) == BREAK_EVEN[reading]  # type: ignore[arg-type]
    else:
        assert set(answer.break_even.values()) == {None}
    assert any("say" in w for w in answer.warnings) == (bool(admissible) and count / admissible > 0.3)


@pytest.mark.parametrize("reading", [r for r in READINGS if r != "E"])
@pytest.mark.parametrize("end", ["low", "high"])
def test_the_frontier_with_low_and_high_reservation_values(conflict: Case, reading: str, end: str) -> None:
    problem = Problem(conflict, reading)
    table = problem.table.at(replace(problem.space, reservation=problem.limits_at(end)))
    *_, count_low, count_high, low, high = COUNTS[reading]
    inside = table.zone()
    assert int(inside.sum()) == (count_low if end == "low" else count_high)
    assert nondominated(table.utilities[:, inside]).size == (low if end == "low" else high)


@pytest.mark.parametrize("reading", [r for r in READINGS if r != "E"])
def test_a_reading_of_the_example_conflict_has_its_four_solutions(
    conflict: Case, computed: dict[str, dict[str, Any]], reading: str
) -> None:
    for method, key in FOUR.items():
        want = computed[reading][key.removesuffix("_leximin")]
        answer = solve(conflict, method, reading)
        assert answer.tied == 1
        assert answer.deals[0].package == want["deal"]
        assert {p: float(u) for p, u in answer.deals[0].utilities.items()} == want["utilities"]


NASH = {
    "A": "T2 N2 F3 A3 M2 S2 P3 U3 Q2 R3 B2",
    "B": "T3 N2 F3 A3 M2 S3 P3 U3 Q2 R3 B2",
    "C": "T3 N2 F3 A3 M2 S3 P3 U3 Q2 R3 B2",
    "D": "T2 N2 F3 A3 M2 S2 P3 U3 Q2 R3 B2",
    "F": "T2 N3 F3 A3 M2 S3 P3 U3 Q2 R3 B2",
    "G": "T2 N2 F3 A3 M2 S2 P3 U3 Q2 R3 B2",
}


def test_the_nash_packages_of_the_example_conflict_by_name(conflict: Case) -> None:
    assert {r: solve(conflict, "nash", r).deals[0].options for r in NASH} == NASH


@pytest.mark.parametrize("reading", ["A", "C", "D", "G"])
def test_the_packages_with_the_largest_smallest_utility(conflict: Case, reading: str) -> None:
    table = Problem(conflict, reading).table
    smallest = np.where(table.admissible, table.utilities.min(axis=0), -1)
    found = {
        " ".join(table.space.names(table.package(int(k))).values())
        for k in np.flatnonzero(smallest == smallest.max())
    }
    strict = "T3 N1 F3 A3 M2 S2 P3 U3 Q2 R3 B1"
    assert (
        found
        == {
            "A": {"T2 N3 F3 A3 M2 S3 P3 U2 Q3 R3 B2"},
            "C": {strict},
            "D": {strict, "T2 N2 F3 A4 M2 S3 P3 U3 Q2 R3 B2"},
            "G": {strict, "T2 N2 F3 A4 M2 S3 P3 U3 Q2 R3 B2"},
        }[reading]
    )


def test_utilities_of_the_starting_positions(conflict: Case) -> None:
    space = Problem(conflict, "A").table.space
    table = [
        [float(space.points(u)) for u in space.utility(space.package(p.start))]
        for p in conflict.parties.values()
    ]
    assert table == [
        [96.8, 60.8, 49.0, 67.6],
        [57.0, 100.0, 5.0, 16.4],
        [28.0, 4.4, 99.6, 85.4],
        [54.8, 34.9, 74.6, 92.0],
    ]


def test_why_reading_e_has_no_deal(conflict: Case) -> None:
    answer = why_not(conflict, "E")
    assert answer.empty
    assert answer.complete
    rules_only = {
        frozenset(m.id for m in c.limits) for c in answer.conflicts if all(m.kind == "rule" for m in c.limits)
    }
    assert rules_only == {
        frozenset({"C3w", "C8", nato, land}) for nato in ("C2", "C5") for land in ("C6", "C7")
    }
    assert len(answer.conflicts) == len(rules_only)
    repairs = {frozenset(m.id for m in c.limits): (c.admissible, c.count) for c in answer.corrections}
    assert repairs == {
        frozenset({"C3w"}): (87_480, 44_910),
        frozenset({"C8"}): (43_740, 31_262),
        frozenset({"C2", "C5"}): (43_740, 20_953),
        frozenset({"C6", "C7"}): (29_160, 17_173),
    }


def test_one_wider_reading_of_protection_opens_20738_packages(conflict: Case) -> None:
    answer = why_not(conflict, "E")
    opened = {(s.rule, s.reading): (s.admissible, s.count) for s in answer.opens}
    assert opened == {("C3w", "or-force"): (29_160, 20_738)}


def test_the_nash_package_without_rules_breaks_the_condition(conflict: Case) -> None:
    chosen = dict(zip(conflict.issues, NASH["A"].split(), strict=True))
    broken = judge(conflict, chosen, "B").broken
    assert {b.rule for b in broken} == {"C3"}
