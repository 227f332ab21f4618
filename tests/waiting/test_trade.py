import math

import numpy as np
import pytest

from zopa.errors import NotApplicable
from zopa.waiting import TradeTable, real_income_change, trade_shock


def levels(labour, cost, inputs, alpha, theta, tariffs, barriers):
    """A world economy solved in levels, from its primitives: an independent way to an equilibrium.

    Returns trade flows and real income. ``cost`` (n, j) are inverse productivities; trade is balanced.
    """
    n, j = cost.shape
    beta = 1 - inputs.sum(axis=1)
    wage = np.ones(n)
    for _ in range(6000):
        log_p = np.zeros((n, j))
        for _ in range(400):
            unit = cost * np.exp(beta * np.log(wage)[:, None] + np.einsum("nkj,nk->nj", inputs, log_p))
            price = unit[None] * barriers * (1 + tariffs)
            new = -np.log((price**-theta).sum(axis=1)) / theta
            if np.abs(new - log_p).max() < 1e-14:
                break
            log_p = new
        share = price**-theta / (price**-theta).sum(axis=1, keepdims=True)
        net = share / (1 + tariffs)
        # spending X solves one dense linear system: X = inputs Y + alpha (wL + revenue)
        system = np.eye(n * j)
        for a in range(n):
            for k in range(j):
                row = a * j + k
                for i in range(n):
                    for s in range(j):
                        system[row, i * j + s] -= inputs[a, k, s] * net[i, a, s]
                for s in range(j):
                    system[row, a * j + s] -= alpha[a, k] * (share - net)[a, :, s].sum()
        spending = np.linalg.solve(system, (alpha * (wage * labour)[:, None]).ravel()).reshape(n, j)
        output = np.einsum("nij,nj->ij", net, spending)
        earned = (beta * output).sum(axis=1)
        gap = earned / (wage * labour)
        if np.abs(gap - 1).max() < 1e-12:
            break
        wage *= gap**0.15
        wage /= (wage * labour).sum() / labour.sum()
    flows = share * spending[:, None, :]
    revenue = (flows * tariffs / (1 + tariffs)).sum(axis=(1, 2))
    real = (wage * labour + revenue) / np.exp((alpha * log_p).sum(axis=1))
    return flows, real


def world(seed, n=3, j=2):
    g = np.random.default_rng(seed)
    inputs = g.dirichlet(np.ones(j + 1), size=(n, j)).transpose(0, 2, 1)[:, :j, :] * 0.8
    tariffs, barriers = g.uniform(0, 0.3, (n, n, j)), g.uniform(1.2, 2, (n, n, j))
    for c in range(n):
        tariffs[c, c], barriers[c, c] = 0, 1
    return dict(
        labour=g.uniform(0.5, 2, n), cost=g.uniform(0.5, 2, (n, j)), inputs=inputs, alpha=g.dirichlet(np.ones(j), size=n),
        theta=g.uniform(3, 8, j), tariffs=tariffs, barriers=barriers,
    )  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2])
def test_hat_algebra_meets_the_economy_solved_in_levels_before_and_after(seed):
    before = world(seed)
    g = np.random.default_rng(seed + 100)
    hat = g.uniform(0.9, 1.6, before["barriers"].shape)
    tariffs = before["tariffs"] * g.uniform(0, 2, before["tariffs"].shape)
    for c in range(3):
        hat[c, c] = 1
    flows, real = levels(**before)
    _, real_after = levels(**{**before, "tariffs": tariffs, "barriers": before["barriers"] * hat})
    table = TradeTable(flows, before["inputs"], before["theta"], before["tariffs"])
    shift = trade_shock(table, tariffs=tariffs, barrier=hat, tolerance=1e-11)
    assert 1 + shift.real_income == pytest.approx(real_after / real, abs=1e-8)
    assert np.abs(real_after / real - 1).max() > 0.005  # the shock is not a trifle


@pytest.fixture(scope="module")
def table():
    w = world(5)
    flows, _ = levels(**w)
    return TradeTable(flows, w["inputs"], w["theta"], w["tariffs"], ("AA", "BB", "CC"), ("food", "steel"))


def test_no_shock_changes_nothing(table):
    shift = trade_shock(table)
    assert shift.real_income == pytest.approx([0, 0, 0], abs=1e-9)
    assert shift.rounds == 1


def test_a_shock_and_its_undoing_cancel(table):
    there = trade_shock(table, tariffs=table.tariffs * 0, tolerance=1e-12)
    back = trade_shock(there.table, tariffs=table.tariffs, tolerance=1e-12)
    assert (1 + there.real_income) * (1 + back.real_income) == pytest.approx([1, 1, 1], abs=1e-9)


def test_one_sector_cut_off_loses_what_the_import_share_says():
    # Arkolakis, Costinot & Rodriguez-Clare 2012; with inputs the exponent is 1 / (theta value added)
    flows = np.array([[80.0, 20], [20, 180]])[:, :, None]
    cut = np.array([[1, math.inf], [math.inf, 1]])[:, :, None]
    for inputs in (0.0, 0.5):
        t = TradeTable(flows, np.full((2, 1, 1), inputs), np.array([5.0]), np.zeros((2, 2, 1)))
        loss = trade_shock(t, barrier=cut).real_income
        for c, home in enumerate((0.8, 0.9)):
            assert loss[c] == pytest.approx(real_income_change(home, 1, -5 * (1 - inputs)), abs=1e-9)


def test_many_sectors_cut_off_lose_by_the_leontief_weights_of_their_home_shares():
    # Costinot & Rodriguez-Clare 2014, without tariffs
    w = world(7)
    w["tariffs"] = np.zeros_like(w["tariffs"])
    flows, _ = levels(**w)
    t = TradeTable(flows, w["inputs"], w["theta"], w["tariffs"])
    cut = np.full_like(flows, math.inf)
    for c in range(3):
        cut[c, c] = 1
    loss = trade_shock(t, barrier=cut, tolerance=1e-11).real_income
    for c in range(3):
        home = np.diagonal(t.shares[:, :, :], axis1=0, axis2=1)[:, c]
        weights = w["alpha"][c] @ np.linalg.inv(np.eye(2) - w["inputs"][c].T)
        assert 1 + loss[c] == pytest.approx(math.exp(float(weights @ (np.log(home) / w["theta"]))), abs=1e-8)


def test_dearer_trade_with_everybody_never_helps_the_world_of_two_equals():
    flows = np.array([[70.0, 30], [30, 70]])[:, :, None]
    t = TradeTable(flows, np.full((2, 1, 1), 0.3), np.array([4.0]), np.zeros((2, 2, 1)))
    last = 0.0
    for factor in (1.1, 1.3, 2, 5, math.inf):
        hat = np.array([[1, factor], [factor, 1]])[:, :, None]
        loss = float(trade_shock(t, barrier=hat).real_income[0])
        assert loss < last
        last = loss


def test_an_economy_that_all_but_stops_trading_is_solved_in_tens_of_rounds():
    # barriers up to twentyfold: plain damping needs thousands of rounds here
    flows = np.array([[80.0, 20, 5], [20, 60, 5], [5, 5, 90]])[:, :, None]
    t = TradeTable(flows, np.full((3, 1, 1), 0.4), np.array([8.0]), np.zeros((3, 3, 1)))
    hat = np.full((3, 3), 3.0)
    hat[0, 1], hat[np.arange(3), np.arange(3)] = 20, 1
    shift = trade_shock(t, barrier=hat[:, :, None], close_deficits=True)
    assert shift.rounds < 100
    for c in range(3):
        home = shift.table.shares[c, c, 0] / t.shares[c, c, 0]
        # with balanced trade before and after, the loss follows from the home share alone
        assert shift.real_wage[c] == pytest.approx(home ** (-1 / 4.8) - 1, abs=1e-8)


def test_closing_deficits_leaves_balanced_trade():
    flows = np.array([[70.0, 40], [30, 90]])[:, :, None]
    t = TradeTable(flows, np.full((2, 1, 1), 0.3), np.array([4.0]), np.zeros((2, 2, 1)))
    assert t.deficit == pytest.approx([10, -10])
    assert trade_shock(t, close_deficits=True, tolerance=1e-12).table.deficit == pytest.approx(
        [0, 0], abs=1e-9
    )
    assert trade_shock(t, tolerance=1e-12).table.deficit == pytest.approx([10, -10])


def spoiled(table, **changes):
    parts = dict(flows=table.flows, inputs=table.inputs, elasticity=table.elasticity, tariffs=table.tariffs)
    return TradeTable(**{**parts, **changes}, countries=table.countries, sectors=table.sectors)


def at(array, place, value):
    new = array.copy()
    new[place] = value
    return new


def test_tables_with_a_fault_say_where_it_is(table):
    with pytest.raises(
        NotApplicable, match="flows: expected a number of 0 or more at BB from CC, steel, saw -1"
    ):
        spoiled(table, flows=at(table.flows, (1, 2, 1), -1))
    with pytest.raises(NotApplicable, match="inputs: expected a number of 0 or more at AA, food into steel"):
        spoiled(table, inputs=at(table.inputs, (0, 0, 1), -0.1))
    with pytest.raises(NotApplicable, match="sum to at most 1 for AA, sector steel"):
        spoiled(table, inputs=at(table.inputs, (0, 0, 1), 1.1))
    with pytest.raises(NotApplicable, match="the table of BB is singular"):
        spoiled(table, inputs=at(table.inputs, (1,), np.eye(2)))
    with pytest.raises(NotApplicable, match="CC buys nothing at all; is the country missing"):
        spoiled(table, flows=at(table.flows, (2,), 0))
    with pytest.raises(NotApplicable, match="BB earns nothing"):
        spoiled(table, flows=at(table.flows, (slice(None), 1), 0))
    with pytest.raises(NotApplicable, match="elasticity: expected above 0 at sector food"):
        spoiled(table, elasticity=at(table.elasticity, 0, 0))
    with pytest.raises(NotApplicable, match="inputs: expected shape"):
        spoiled(table, inputs=table.inputs[:, :, :1])
    with pytest.raises(NotApplicable, match=r"expected shape \(countries"):
        spoiled(table, flows=table.flows[:2])
    with pytest.raises(NotApplicable, match="uses more of sector food as input than it buys"):
        spoiled(table, flows=at(table.flows, (0, slice(None), 0), 1e-9))


def test_shocks_with_a_fault_say_what_is_wrong(table):
    with pytest.raises(NotApplicable, match="tariffs: expected shape"):
        trade_shock(table, tariffs=table.tariffs[:1])
    with pytest.raises(NotApplicable, match="barrier: expected numbers of 0 or more"):
        trade_shock(table, barrier=-np.ones_like(table.flows))
    with pytest.raises(NotApplicable, match="AA buys food and is cut off from everybody"):
        trade_shock(table, barrier=at(np.ones_like(table.flows), (0, slice(None), 0), math.inf))
    with pytest.raises(NotApplicable, match="no equilibrium within 1 rounds"):
        trade_shock(table, tariffs=table.tariffs * 2, most_rounds=1)
