"""The expected-utility model: the recorded run, the published figures, and what every reading must obey."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zopa.errors import NotApplicable
from zopa.spatial import expected_utility, one_shot, voting
from zopa.spatial.expected_utility import READINGS, play

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "forecast" / "scholz"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the recorded runs are not beside the project")

# Bueno de Mesquita 1994, p. 78; table 1 of Scholz, Calbert & Smith 2011: capability, position, salience
EMISSION = {
    "Netherlands": (0.08, 4, 0.8), "Belgium": (0.08, 7, 0.4), "Luxembourg": (0.03, 4, 0.2),
    "Germany": (0.16, 4, 0.8), "France": (0.16, 10, 0.6), "Italy": (0.16, 10, 0.6), "UK": (0.16, 10, 0.9),
    "Ireland": (0.05, 7, 0.1), "Denmark": (0.05, 4, 1.0), "Greece": (0.08, 7, 0.7),
}  # fmt: skip
NAMES = list(EMISSION)
C, X, S = (np.array(column, dtype=float) for column in zip(*EMISSION.values(), strict=True))

TABLE_2 = (
    [8.4, 9.9, 9.9, 9.9, 9.9, 7.4, 8.8, 9.6],
    [7.4, 7.5, 7.6, 7.3, 7.3, 7.4, 7.5, 7.6],
)
"""Scholz et al. 2011, medians and means after rounds 1-8 (published)."""


def summary(reading, rounds=8, **switches):
    reading = dataclasses.replace(READINGS[reading], **switches)
    played = play(X, S, C, reading=reading, rounds=rounds)
    medians = [float(one_shot.weighted_median(r.after, S * C)) for r in played]
    return medians, [float(one_shot.compromise(r.after, S * C)) for r in played]


@needs_data
@pytest.mark.parametrize("name", ["emission", "sultan"])
def test_the_recorded_run_is_reproduced_round_by_round(name):
    record = json.loads((DATA / f"{name}.json").read_text())
    names = [a["name"] for a in record["actors"]]
    x, s, c = (np.array([a[k] for a in record["actors"]]) for k in ("position", "salience", "capability"))
    rounds = record["rounds"][1:]
    played = play(x, s, c, rounds=len(rounds))
    last = played[-1]
    # a round in which nobody moves ends the play: the record goes on repeating it
    played = [*played, *(last for _ in range(len(rounds) - len(played)))]
    kinds = {"confrontation": 1, "compromise": 2, "capitulation": 3}
    for told, mine in zip(rounds, played, strict=True):
        assert mine.after == pytest.approx([told["positions"][n] for n in names], abs=1e-9)
        assert mine.exponent == pytest.approx([told["r"][n] for n in names], abs=1e-9)
        assert one_shot.weighted_median(mine.after, s * c) == pytest.approx(told["median"], abs=1e-9)
        assert one_shot.compromise(mine.after, s * c) == pytest.approx(told["mean"], abs=1e-9)
        moves = {m["actor"]: m for m in told["moves"]}
        for i, n in enumerate(names):
            if n not in moves:
                assert mine.partner[i] == -1
                continue
            m = moves[n]
            assert names[mine.partner[i]] == m["with"]
            assert mine.kind[i] == kinds[m["type"]]
            assert (mine.own[i], mine.other[i]) == pytest.approx((m["eu_ij"], m["eu_ji"]), abs=1e-9)


def test_published_table_2_but_for_the_misprinted_median_of_round_2():
    medians, means = summary("scholz-code")
    for k, (median, mean) in enumerate(zip(*TABLE_2, strict=True)):
        assert means[k] == pytest.approx(mean, abs=0.1)
        if k != 1:
            assert medians[k] == pytest.approx(median, abs=0.1)
    # printed 9.9; Belgium, Ireland and Greece are the only ones near, and none is above 9.62 then
    assert medians[1] == pytest.approx(9.611, abs=5e-4)


@pytest.mark.parametrize(
    ("viewer", "seen"),
    [  # Scholz et al. 2011, figures 7-9: (own, opponent's) expected utility in round 1
        ("Belgium", {"Luxembourg": (0.606, 0.242), "France": (-0.115, 0.243), "Italy": (-0.115, 0.243),
                     "Netherlands": (-0.473, 0.242), "Germany": (-0.473, 0.242), "UK": (-0.655, 0.243),
                     "Denmark": (-0.832, 0.242), "Ireland": (0, 0), "Greece": (0, 0)}),
        ("France", {"Luxembourg": (1.146, -0.442), "Ireland": (0.798, -0.206), "Belgium": (0.194, -0.206),
                    "Greece": (-0.410, -0.206), "Netherlands": (-1.226, -0.442), "Germany": (-1.226, -0.442),
                    "Denmark": (-2.016, -0.442)}),
        # Greece is plotted at (.58, .55): the second item of the paper that does not compute
        ("Netherlands", {"Ireland": (0.731, -0.725), "Belgium": (0.103, -0.725), "France": (-0.869, -1.652),
                         "Italy": (-0.869, -1.652), "UK": (-2.059, -1.652), "Greece": (-0.525, -0.725)}),
    ],
)  # fmt: skip
def test_figures_7_to_9(viewer, seen):
    reading, span, one = READINGS["scholz-code"], np.array([6.0]), np.ones_like(X)
    w, mu = S * C, one_shot.weighted_median(X, S * C)
    P = expected_utility.win_probabilities(X, w, one, span, reading)
    r = expected_utility.risk_exponents(
        expected_utility.expected_utilities(X, S, P, one[:, None], mu, span, q=1.0)
    )
    P = expected_utility.win_probabilities(X, w, r, span, reading)
    i = NAMES.index(viewer)
    view = np.full((len(X), 1), r[i])
    E = expected_utility.expected_utilities(X, S, P, view, mu, span, q=1.0)
    for name, (own, other) in seen.items():
        j = NAMES.index(name)
        assert (E[i, j], E[j, i]) == pytest.approx((own, other), abs=6e-4)


@pytest.mark.parametrize(
    ("pick", "both", "q", "medians", "means"),
    [  # derived: an independent run of the eq-31 readings on the emission data
        ("least", "stays", 1, [9.53] * 8, [7.61, 7.72, 8.30, 9.50, 9.51, 9.53, 9.54, 9.55]),
        ("least", "concedes", 1, [7.0] * 8, [7.04, 7.27, 7.46, 7.63, 7.68, 7.72, 7.75, 7.63]),
        ("least", "stays", 0.5, [10, 9.77, 9.77, 7.03, 6.85, 6.82, 6.84, 6.84],
         [7.49, 7.41, 7.40, 7.33, 6.49, 6.18, 6.68, 6.71]),
        ("least", "concedes", 0.5, [7.45, 7.16, 7.00, 7.09, 7.09, 7.09, 7.09, 7.09],
         [7.46, 6.52, 6.23, 7.10, 7.09, 7.07, 7.04, 7.02]),
        ("enforceable", "stays", 1, [9.53, 9.53, 9.53, 10, 10, 10, 10, 10],
         [7.61, 7.72, 8.30, 9.64, 9.68, 9.72, 9.74, 9.75]),
        ("enforceable", "concedes", 1, [10, 10, 10], [8.72, 7.42, 10]),
        ("enforceable", "stays", 0.5, [10, 9.77, 9.77, 6.83, 6.34, 6.07, 6.07, 6.08],
         [7.49, 7.41, 7.40, 7.27, 6.26, 5.59, 6.04, 6.04]),
        ("enforceable", "concedes", 0.5, [10, 4, 4, 9.68], [7.83, 4.47, 5.97, 9.68]),
    ],
)  # fmt: skip
def test_the_eight_readings_of_equation_31(pick, both, q, medians, means):
    found = summary("scholz-paper", pick=pick, both=both, q=q)
    assert found[0] == pytest.approx(medians, abs=0.0051)
    assert found[1] == pytest.approx(means, abs=0.0051)


def test_the_code_reading_with_the_papers_compromise():
    medians, means = summary("scholz-code", rounds=10, lowest=False)
    assert medians == pytest.approx([8.42, 9.61, 9.96, 10, 10, 10, 10, 8.18, 9.30, 9.88], abs=0.0051)
    assert means == pytest.approx([7.46, 7.55, 7.59, 7.60, 7.61, 7.39, 7.40, 7.46, 7.54, 7.59], abs=0.0051)


def crowds(seed, n):
    rng = np.random.default_rng(seed)
    return rng.uniform(0, 100, n), rng.uniform(0.05, 1, n), rng.uniform(0.05, 1, n)


READING = st.sampled_from(
    [
        READINGS["scholz-code"],
        READINGS["scholz-paper"],
        dataclasses.replace(READINGS["scholz-paper"], pick="enforceable", both="concedes"),
        dataclasses.replace(READINGS["scholz-paper"], q=0.5),
        dataclasses.replace(READINGS["scholz-code"], lowest=False),
    ]
)


@settings(max_examples=30, deadline=None)
@given(READING, st.integers(0, 10**6), st.integers(2, 8), st.floats(0.2, 5), st.floats(-40, 40))
def test_order_units_and_origin_do_not_matter(reading, seed, n, unit, shift):
    x, s, c = crowds(seed, n)
    plain = play(x, s, c, reading=reading, rounds=2)[-1].after
    order = np.random.default_rng(seed).permutation(n)
    assert play(x[order], s[order], c[order], reading=reading, rounds=2)[-1].after == pytest.approx(
        plain[order]
    )
    assert play(x, s, c * unit, reading=reading, rounds=2)[-1].after == pytest.approx(plain)
    moved = play(unit * x + shift, s, c, reading=reading, rounds=2)[-1].after
    assert moved == pytest.approx(unit * plain + shift)


@settings(max_examples=30, deadline=None)
@given(READING, st.integers(0, 10**6), st.integers(2, 8))
def test_positions_stay_in_their_hull_and_exponents_in_half_to_two(reading, seed, n):
    x, s, c = crowds(seed, n)
    for r in play(x, s, c, reading=reading, rounds=4):
        assert r.after.min() >= x.min() - 1e-9
        assert r.after.max() <= x.max() + 1e-9
        assert np.all((r.exponent >= 0.5 - 1e-12) & (r.exponent <= 2 + 1e-12))
        assert np.all((r.partner >= 0) == (r.kind > 0))


@settings(max_examples=30, deadline=None)
@given(READING, st.integers(0, 10**6), st.integers(2, 8))
def test_a_mirrored_line_gives_the_mirrored_rounds_unless_the_lowest_is_taken(reading, seed, n):
    x, s, c = crowds(seed, n)
    if reading.lowest:
        return
    plain = play(x, s, c, reading=reading, rounds=2)[-1].after
    assert play(100 - x, s, c, reading=reading, rounds=2)[-1].after == pytest.approx(100 - plain)


def test_the_code_reading_is_not_mirror_invariant():
    """Its program takes the lowest compromise, so the direction of the scale decides."""
    plain, mirrored = play(X, S, C, rounds=15), play(14 - X, S, C, rounds=15)
    assert max(np.abs(a.after - (14 - b.after)).max() for a, b in zip(plain, mirrored, strict=True)) > 5


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 60), st.booleans())
def test_chances_add_up_and_prefix_sums_equal_the_definition(seed, n, crowded):
    x, s, c = crowds(seed, n)
    if crowded:
        x = np.round(x / 20) * 20
    span, w = np.array([np.ptp(x) or 1.0]), s * c
    assert voting.by_prefix_sums(x, w) == pytest.approx(voting.by_voter(x, w), abs=1e-9)
    r = np.random.default_rng(seed).uniform(0.5, 2, n)
    assert voting.by_prefix_sums(x, w, r, span) == pytest.approx(voting.by_voter(x, w, r, span), abs=1e-9)
    P = expected_utility.win_probabilities(x, w, np.ones(n), span, READINGS["scholz-paper"])
    apart = x[:, None] != x[None, :]
    assert (P + P.T)[apart] == pytest.approx(1)
    assert np.all(P[~apart] == 0)


@pytest.mark.parametrize(("reading", "everything"), [("scholz-code", True), ("scholz-paper", False)])
def test_expected_utilities_equal_plain_loops_over_the_definitions(reading, everything):
    x, s, c = crowds(11, 7)
    from benchmarks.spatial import loops

    r = play(x, s, c, reading=READINGS[reading], rounds=1)[0]
    one, span, w, mu = np.ones_like(x), np.array([np.ptp(x)]), s * c, one_shot.weighted_median(x, s * c)
    P = expected_utility.win_probabilities(x, w, r.exponent if everything else one, span, READINGS[reading])
    E = expected_utility.expected_utilities(x, s, P, r.exponent[:, None], mu, span, q=1.0)
    assert pytest.approx(np.array(loops(x, s, c, everything))) == E


@pytest.mark.parametrize("reading", sorted(READINGS))
def test_settling_many_draws_equals_the_last_round_of_each(reading):
    rng = np.random.default_rng(9)
    x, s, c = rng.uniform(0, 100, (9, 5)), rng.uniform(0.1, 1, (9, 5)), rng.uniform(0.1, 1, (9, 5))
    x[3] = 40.0
    ends = expected_utility.settle(x, s, c, reading=READINGS[reading], rounds=6)
    for k in range(9):
        played = play(x[k], s[k], c[k], reading=READINGS[reading], rounds=6)
        assert ends[k] == pytest.approx(played[-1].after if played else x[k])


def test_many_draws_at_once_equal_one_by_one():
    rng = np.random.default_rng(5)
    x, s, c = rng.uniform(0, 100, (7, 5)), rng.uniform(0.1, 1, (7, 5)), rng.uniform(0.1, 1, (7, 5))
    for reading in READINGS.values():
        together = play(x, s, c, reading=reading, rounds=3)
        for k in range(7):
            alone = play(x[k], s[k], c[k], reading=reading, rounds=3)
            assert together[-1].after[k] == pytest.approx(alone[-1].after)


def test_degenerate_situations_have_their_plain_answer():
    n = 1000
    same = np.full(n, 30.0)
    assert play(same, np.ones(n), np.ones(n)) == ()
    two = play(np.array([0.0, 100.0]), np.ones(2), np.ones(2), reading=READINGS["scholz-paper"])
    assert np.array_equal(two[-1].after, [0.0, 100.0])
    assert np.all(two[0].exponent == 1)
    with pytest.raises(NotApplicable, match="zero"):
        play(np.array([0.0, 100.0]), np.zeros(2), np.ones(2))
    with pytest.raises(NotApplicable, match="NaN"):
        play(np.array([0.0, np.nan]), np.ones(2), np.ones(2))
