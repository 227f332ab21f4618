"""The calibrated distribution: its arithmetic, its mirror, and its score on the data that fitted it."""

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from spatial.test_static import situations
from zopa.errors import NotApplicable
from zopa.spatial import calibration as calibrated
from zopa.spatial import one_shot as static
from zopa.spatial.calibration import DEU

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "forecast" / "deu" / "deu3.csv"
needs_data = pytest.mark.skipif(not DATA.is_file(), reason="the DEU data set is not beside the project")


@pytest.fixture(scope="module")
def deu():
    sys.path.insert(0, str(ROOT))
    try:
        from benchmarks import deu
    finally:
        sys.path.remove(str(ROOT))
    return deu


@pytest.fixture(scope="module")
def issues(deu):
    return deu.load(DATA)


@settings(max_examples=40, deadline=None)
@given(situations())
def test_a_distribution_has_mass_one_on_the_line_and_turns_with_it(situation):
    x, s, c = situation
    d = calibrated.distribution(x, s * c)
    assert d.masses.sum() == pytest.approx(1)
    assert d.places.min() >= 0
    assert d.places.max() <= 100
    assert np.all(np.diff(d.places) >= 0)
    m = calibrated.distribution(100 - x, s * c)
    for place in (0.0, 13.3, 50.1, 100.0):
        assert calibrated.crps(m, 100 - place) == pytest.approx(calibrated.crps(d, place))


@settings(max_examples=40, deadline=None)
@given(situations())
def test_the_score_equals_the_area_between_the_two_step_functions(situation):
    x, s, c = situation
    d = calibrated.distribution(x, s * c)
    grid = np.linspace(0, 100, 20001)
    for outcome in (0.0, 37.5, 100.0):
        area = np.mean((d.below(grid) - (grid >= outcome)) ** 2) * 100
        assert calibrated.crps(d, outcome) == pytest.approx(area, abs=0.02)


def test_quantiles_are_the_smallest_place_with_enough_mass():
    d = calibrated.Distribution(np.array([0.0, 10.0, 60.0]), np.array([0.25, 0.25, 0.5]))
    assert list(d.quantile([0.25, 0.26, 0.5, 0.51, 1.0])) == [0, 10, 10, 60, 60]
    assert calibrated.crps(d, 10.0) == pytest.approx(2.5 + 25 - (10 * 0.25 * 0.75 + 50 * 0.5 * 0.5))


def test_intervals_are_cut_at_the_ends_and_only_for_calibrated_levels():
    assert DEU.interval(50, 0.8) == pytest.approx((12.9, 87.1))
    assert DEU.interval(10, 0.8) == pytest.approx((0, 47.1))
    with pytest.raises(NotApplicable, match=r"0\.5, 0\.8"):
        DEU.interval(50, 0.77)
    with pytest.raises(NotApplicable, match="at least 20"):
        calibrated.fit([np.zeros(3)], [np.ones(3)], np.zeros(1), source="one")


@needs_data
def test_the_shipped_table_is_what_the_data_give(deu, issues):
    assert len(issues) == 351
    assert len({i.proposal for i in issues}) == 137
    found = deu.fit(issues)
    assert found.shares == pytest.approx(DEU.shares)
    assert found.errors == pytest.approx(DEU.errors, abs=0.051)
    assert found.ends == pytest.approx(DEU.ends, abs=0.051)
    assert dict(found.half_widths) == pytest.approx(dict(DEU.half_widths), abs=0.051)


@needs_data
def test_out_of_fold_the_mixture_scores_16_1_or_better_and_the_interval_covers_four_fifths(deu, issues):
    found = deu.cross_validated(issues, seed=0)
    assert found["mixture"].mean() <= 16.1
    assert 0.77 <= found["inside 80 %"].mean() <= 0.83
    sharp = [calibrated.crps(deu.spread(i.x, i.w), i.outcome) for i in issues]
    low, high = deu.clustered(found["mixture"] - sharp, np.array([i.proposal for i in issues]))
    assert high < -1
    assert low > -4


DEU_TABLE = {  # reference table, measured: MAE, RMSE, median, <= 5, <= 10
    "constant 50": (27.96, 33.4, 26.0, 0.157, 0.265),
    "unweighted mean": (23.63, 30.8, 18.6, 0.148, 0.322),
    "salience mean": (23.64, 30.3, 18.5, 0.128, 0.311),
    "compromise": (23.03, 29.8, 17.5, 0.168, 0.308),
    "capability-only mean": (23.18, 30.4, 18.7, 0.185, 0.328),
    "GDP x salience mean": (23.21, 30.2, 18.8, 0.177, 0.333),
    "midpoint of hull": (26.78, 32.7, 25.0, 0.179, 0.296),
    "Nash, bad disagreement": (23.12, 29.5, 18.8, 0.179, 0.291),
    "Nash, salience in the loss, d = 0": (23.37, 29.4, 20.1, 0.171, 0.274),
    "Nash, disagreement = reference": (38.13, 49.9, 30.5, 0.199, 0.268),
    "weighted median": (28.50, None, 20.0, 0.336, 0.422),
    "unweighted median": (28.67, None, 20.0, 0.339, 0.425),
    "largest weight": (33.39, 45.7, 25.0, 0.279, 0.356),
    "pressure, code, median, round 1": (30.2, None, None, None, None),
    "pressure, code, median, round 5": (29.7, None, None, None, None),
    "pressure, code, median, round 10": (29.2, None, None, None, None),
    "pressure, code, mean, round 5": (25.92, 33.5, 20.5, 0.162, 0.291),
    "Condorcet election, modal": (27.64, None, 20.0, 0.345, 0.427),
    "Condorcet election, mean": (26.37, None, None, 0.268, 0.373),
    "half compromise, half median": (24.87, 33.9, 16.5, 0.165, 0.348),
    "reference point": (43.1, None, 40.0, 0.185, 0.239),
    "Commission": (37.4, None, 30.0, 0.25, 0.31),
    "Parliament": (33.3, None, 25.0, 0.29, 0.35),
}


@needs_data
@pytest.mark.parametrize("name", DEU_TABLE)
def test_the_table_of_accuracy_is_reproduced(deu, issues, name):
    mae, rmse, median, five, ten = deu.scores(
        deu.forecasts(issues, deu.table()[name]) - np.array([i.outcome for i in issues])
    )
    want = DEU_TABLE[name]
    # half a last digit on top, for references printed with one decimal
    assert mae == pytest.approx(want[0], abs=0.05 + (0.05 if round(want[0], 1) == want[0] else 0))
    for got, expected, slack in (
        (rmse, want[1], 0.1),
        (median, want[2], 0.1),
        (five, want[3], 0.005),
        (ten, want[4], 0.005),
    ):
        if expected is not None:
            assert got == pytest.approx(expected, abs=slack)


@needs_data
@pytest.mark.parametrize(("rounds", "mae"), [(1, 25.02), (2, 24.65)])
def test_exchanges_on_the_issues_that_come_in_packages(deu, issues, rounds, mae):
    found = deu.exchanged(issues, rounds)
    use = ~np.isnan(found)
    assert use.sum() == 321
    error = np.abs(found - np.array([i.outcome for i in issues]))[use].mean()
    assert error == pytest.approx(mae, abs=0.05)


@needs_data
@pytest.mark.parametrize(
    "name", [pytest.param(m, marks=pytest.mark.slow) if m == "ktab" else m for m in calibrated.HALF_WIDTHS]
)
def test_the_shipped_widths_are_what_the_data_give(deu, issues, name):
    assert deu.half_widths(issues, name) == pytest.approx(calibrated.HALF_WIDTHS[name], abs=0.051)


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize(("name", "mae"), [("KTAB, mean", 23.70), ("KTAB, median", 25.16)])
def test_ktabs_model_on_the_data(deu, issues, name, mae):
    errors = deu.forecasts(issues, deu.table()[name]) - np.array([i.outcome for i in issues])
    assert np.abs(errors).mean() == pytest.approx(mae, abs=0.05)


def test_weights_of_zero_are_refused():
    with pytest.raises(NotApplicable, match="zero"):
        calibrated.distribution(np.array([1.0, 2.0]), np.zeros(2))
    assert static.compromise(np.array([5.0]), np.array([1.0])) == 5
