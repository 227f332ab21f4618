"""Caliendo-Parro exact hat algebra: what a trade shock does to real income in every country.

``x_hat`` is a variable's value after the shock over its value before. The system is that
of [CaliendoParro2015]_. Nothing is linearised: the sum of first-order effects that the literature
prints can have the wrong sign for the very same equilibrium, so it is never shown as the result.

The tables are dense arrays of (country, country, sector); 65 sectors and 40 countries are 104,000
shares, under 1 MB, and prices are one matrix product per sector, so no sparse format pays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable

__all__ = ["TradeCounterfactual", "TradeTable", "trade_shock"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class TradeTable:
    """A trade equilibrium before the shock.

    Attributes
    ----------
    flows : array, shape (n_countries, n_countries, n_sectors)
        Spending of the first country on goods of the second, tariffs included; home sales included.
    inputs : array, shape (n_countries, n_sectors, n_sectors)
        ``inputs[n, k, j]``: share of sector k's goods in the cost of sector j; columns sum to 1 or
        less, and the rest is labour and capital.
    elasticity : array, shape (n_sectors,)
        Trade elasticity theta of each sector, above 0.
    tariffs : array, shape of ``flows``
        Ad valorem rate paid by the first country, 0 or more.
    countries, sectors : tuple of str
    """

    flows: Array
    inputs: Array
    elasticity: Array
    tariffs: Array
    countries: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n, _, j = _shape(self.flows)
        if self.inputs.shape != (n, j, j):
            raise NotApplicable(f"inputs: expected shape {(n, j, j)}, saw {self.inputs.shape}")
        if self.elasticity.shape != (j,):
            raise NotApplicable(f"elasticity: expected one per sector ({j}), saw {self.elasticity.shape}")
        if self.tariffs.shape != self.flows.shape:
            raise NotApplicable(f"tariffs: expected shape {self.flows.shape}, saw {self.tariffs.shape}")
        for kind, names, size in (("country", self.countries, n), ("sector", self.sectors, j)):
            if names and len(names) != size:
                raise NotApplicable(f"expected {size} names of {kind}, saw {len(names)}")
        self._check()

    def _check(self) -> None:
        for name in ("flows", "inputs", "tariffs"):
            table = getattr(self, name)
            if bad := _first_bad(~np.isfinite(table) | (table < 0)):
                raise NotApplicable(
                    f"{name}: expected a number of 0 or more at {self._place(name, bad)}, saw {table[bad]:g}"
                )
        if bad := _first_bad(~(self.elasticity > 0) | ~np.isfinite(self.elasticity)):
            raise NotApplicable(
                f"elasticity: expected above 0 at sector {self._sector(bad[0])}, saw {self.elasticity[bad]:g}"
            )
        sums = self.inputs.sum(axis=1)
        if bad := _first_bad(sums > 1 + 1e-9):
            raise NotApplicable(
                f"inputs: expected shares that sum to at most 1 for {self._country(bad[0])}, sector "
                f"{self._sector(bad[1])}, saw {sums[bad]:.6g}"
            )
        radius = np.abs(np.linalg.eigvals(self.inputs)).max(axis=1)
        if bad := _first_bad(radius >= 1 - 1e-9):
            raise NotApplicable(
                f"inputs: the table of {self._country(bad[0])} is singular: some sectors use nothing but each "
                "other's goods and no labour"
            )
        if bad := _first_bad(self.flows.sum(axis=(1, 2)) <= 0):
            raise NotApplicable(
                f"flows: {self._country(bad[0])} buys nothing at all; is the country missing from the table?"
            )
        if bad := _first_bad(self.labour_cost <= 0):
            raise NotApplicable(
                f"flows: {self._country(bad[0])} earns nothing; does it sell nothing, or do its inputs sum to 1?"
            )
        if bad := _first_bad(self.final < -1e-6 * self.spending.sum(axis=1)[:, None]):
            raise NotApplicable(
                f"flows and inputs clash: {self._country(bad[0])} uses more of sector {self._sector(bad[1])} as input than it buys"
            )

    def _country(self, n: int) -> str:
        return self.countries[n] if self.countries else f"country {n}"

    def _sector(self, j: int) -> str:
        return self.sectors[j] if self.sectors else f"sector {j}"

    def _place(self, table: str, at: tuple[int, ...]) -> str:
        if table == "inputs":
            return f"{self._country(at[0])}, {self._sector(at[1])} into {self._sector(at[2])}"
        return f"{self._country(at[0])} from {self._country(at[1])}, {self._sector(at[2])}"

    @property
    def spending(self) -> Array:
        """Spending X, shape (n_countries, n_sectors)."""
        return self.flows.sum(axis=1)

    @property
    def shares(self) -> Array:
        """Trade shares pi, shape of ``flows``; a sector in which a country buys nothing has zeros."""
        total = self.spending[:, None, :]
        return np.divide(self.flows, total, out=np.zeros_like(self.flows), where=total > 0)

    @property
    def output(self) -> Array:
        """Sales net of tariffs Y, shape (n_countries, n_sectors)."""
        return (self.flows / (1 + self.tariffs)).sum(axis=0)

    @property
    def value_added(self) -> Array:
        """Share of labour and capital in cost, shape (n_countries, n_sectors)."""
        return 1 - self.inputs.sum(axis=1)

    @property
    def labour_cost(self) -> Array:
        """Income of labour and capital, shape (n_countries,)."""
        return (self.value_added * self.output).sum(axis=1)

    @property
    def final(self) -> Array:
        """Final spending, shape (n_countries, n_sectors)."""
        return self.spending - np.einsum("nkj,nj->nk", self.inputs, self.output)

    @property
    def final_shares(self) -> Array:
        """Final spending as shares, each country's summing to 1."""
        final = self.final.clip(0)
        return final / final.sum(axis=1, keepdims=True)

    @property
    def revenue(self) -> Array:
        """Tariff revenue, shape (n_countries,)."""
        return (self.flows * self.tariffs / (1 + self.tariffs)).sum(axis=(1, 2))

    @property
    def deficit(self) -> Array:
        """Spending on imports less sales abroad (net of tariffs), shape (n_countries,)."""
        net = (self.flows / (1 + self.tariffs)).sum(axis=2)
        return net.sum(axis=1) - net.sum(axis=0)


@dataclass(frozen=True)
class TradeCounterfactual:
    """The equilibrium after a shock, relative to before; all arrays have one entry per country.

    Attributes
    ----------
    real_income : array
        Exact change of real income, -0.02 = 2 % lost.
    real_wage : array
        Change of the real wage, without tariff revenue and transfers.
    wage, price : array
        ``w_hat`` and the hat of the consumer price index (world income of labour is the unit).
    imports : array
        Change of the value of imports net of tariffs, in the same unit.
    table : TradeTable
        The new equilibrium, with its own shares and tariffs.
    rounds : int
        Wage rounds needed.
    residual : float
        Largest unbalanced share of a country's income that is left.
    """

    real_income: Array
    real_wage: Array
    wage: Array
    price: Array
    imports: Array
    table: TradeTable
    rounds: int
    residual: float


def _shape(flows: Array) -> tuple[int, int, int]:
    if flows.ndim != 3 or flows.shape[0] != flows.shape[1] or not flows.size:
        raise NotApplicable(f"flows: expected shape (countries, countries, sectors), saw {flows.shape}")
    n, m, j = flows.shape
    return n, m, j


def _first_bad(mask: NDArray[np.bool_]) -> tuple[int, ...] | None:
    where = np.argwhere(mask)
    return tuple(int(i) for i in where[0]) if len(where) else None


def trade_shock(
    table: TradeTable,
    *,
    tariffs: Array | None = None,
    barrier: Array | None = None,
    close_deficits: bool = False,
    tolerance: float = 1e-9,
    most_rounds: int = 2000,
) -> TradeCounterfactual:
    """Solve the equilibrium after a change of tariffs or of other trade barriers.

    Parameters
    ----------
    table : TradeTable
    tariffs : array, shape of ``table.flows``, optional
        New ad valorem rates; default unchanged.
    barrier : array, shape of ``table.flows``, optional
        ``d_hat``, factor on the iceberg cost of trade, 1 = unchanged, ``numpy.inf`` = cut off.
    close_deficits : bool
        Bring every trade deficit to zero as part of the shock; default: deficits stay as they are in
        units of world labour income.
    tolerance : float
        Largest unbalanced share of a country's income.

    Raises
    ------
    NotApplicable
        A mis-shaped or negative argument, a country cut off from a good that it cannot make, or no
        convergence within ``most_rounds``.
    """
    new_tariffs = table.tariffs if tariffs is None else np.asarray(tariffs, dtype=float)
    d_hat = np.ones_like(table.flows) if barrier is None else np.asarray(barrier, dtype=float)
    for name, array in (("tariffs", new_tariffs), ("barrier", d_hat)):
        if array.shape != table.flows.shape:
            raise NotApplicable(f"{name}: expected shape {table.flows.shape}, saw {array.shape}")
        if np.isnan(array).any() or (array < 0).any():
            raise NotApplicable(f"{name}: expected numbers of 0 or more")
    with np.errstate(divide="ignore"):
        kappa = d_hat * (1 + new_tariffs) / (1 + table.tariffs)
        weights = table.shares * kappa**-table.elasticity
    if bad := _first_bad((weights.sum(axis=1) <= 0) & (table.spending > 0)):
        raise NotApplicable(
            f"{table._country(bad[0])} buys {table._sector(bad[1])} and is cut off from everybody who sells "
            "it: prices have no bound"
        )
    deficit = np.zeros(len(table.flows)) if close_deficits else table.deficit
    found = _equilibrium(table, weights, new_tariffs, deficit, tolerance, most_rounds)
    wages = np.exp(found.log_w) * table.labour_cost
    revenue = (found.flows * new_tariffs / (1 + new_tariffs)).sum(axis=(1, 2))
    income, before = wages + revenue + deficit, table.final.sum(axis=1)
    if bad := _first_bad(income <= 0):
        raise NotApplicable(
            f"{table._country(bad[0])} lends more than it earns after the shock; try close_deficits=True"
        )
    price = np.exp((table.final_shares * found.log_p).sum(axis=1))
    after = replace(table, flows=found.flows, tariffs=new_tariffs)
    return TradeCounterfactual(
        real_income=income / before / price - 1,
        real_wage=np.exp(found.log_w) / price - 1,
        wage=np.exp(found.log_w),
        price=price,
        imports=_imports(after) / np.maximum(_imports(table), 1e-300) - 1,
        table=after,
        rounds=found.rounds,
        residual=found.residual,
    )


@dataclass(frozen=True)
class _Equilibrium:
    log_w: Array
    log_p: Array
    flows: Array
    rounds: int
    residual: float


def _equilibrium(
    table: TradeTable, weights: Array, tariffs: Array, deficit: Array, tolerance: float, most_rounds: int
) -> _Equilibrium:
    """Wages, prices and flows at which every country earns what its labour costs.

    ``weights`` are the old shares times ``kappa_hat^-theta``. Each round solves prices, shares and
    spending at given wages, then moves wages towards what was earned.
    """
    theta, inputs, beta, labour = table.elasticity, table.inputs, table.value_added, table.labour_cost
    by_sector = np.ascontiguousarray(weights.transpose(2, 0, 1))  # (j, importer, exporter)
    final, buys = table.final_shares, table.spending > 0
    log_p, spending, log_w = np.zeros_like(beta), table.spending, np.zeros(len(labour))
    mixer = _Mixer(1 / (1 + float(theta.mean())))
    residual = np.inf
    for rounds in range(1, most_rounds + 1):
        log_c, log_p = _prices(
            log_w, log_p, beta=beta, inputs=inputs, weights=by_sector, theta=theta, buys=buys
        )
        shares = weights * np.exp(-theta * log_c)[None] * np.exp(theta * log_p)[:, None]
        wages = np.exp(log_w) * labour
        spending, output = _spending(spending, shares, tariffs, inputs, final, wages + deficit)
        earned = (beta * output).sum(axis=1)
        residual = float(np.abs(earned / wages - 1).max())
        if residual < tolerance:
            return _Equilibrium(log_w, log_p, shares * spending[:, None, :], rounds, residual)
        log_w = mixer.next(log_w, np.log(np.maximum(earned, 1e-300) / wages))
        log_w -= np.log((np.exp(log_w) * labour).sum() / labour.sum())
    raise NotApplicable(
        f"no equilibrium within {most_rounds} rounds (largest imbalance {residual:.2g} of a country's income); "
        "a larger `tolerance` may do where trade has all but stopped"
    )


class _Mixer:
    """Anderson acceleration of a damped fixed point, restarted when a step makes things worse.

    Where trade has nearly stopped, earnings hardly answer to wages and plain damping crawls; mixing the
    last steps finds the way in tens of rounds.
    """

    def __init__(self, damping: float, memory: int = 8) -> None:
        self.full = self.damping = damping
        self.memory = memory
        self.points: list[Array] = []
        self.gaps: list[Array] = []

    def next(self, point: Array, gap: Array) -> Array:
        """The next point to try, from the gap at this one."""
        if self.gaps and np.abs(gap).max() > 1.5 * np.abs(self.gaps[-1]).max():
            self.points, self.gaps = self.points[-1:], self.gaps[-1:]
            self.damping /= 2
            return self.points[0] + self.damping * self.gaps[0]
        self.damping = min(self.full, 1.5 * self.damping)
        self.points, self.gaps = [*self.points, point][-self.memory :], [*self.gaps, gap][-self.memory :]
        step = self.damping * gap
        if len(self.gaps) > 1:
            moved, changed = np.diff(self.points, axis=0).T, np.diff(self.gaps, axis=0).T
            share = np.linalg.lstsq(changed, gap, rcond=1e-10)[0]
            step = step - (moved + self.damping * changed) @ share
        return np.asarray(point + np.clip(step, -0.5, 0.5))


def _prices(
    log_w: Array,
    log_p: Array,
    *,
    beta: Array,
    inputs: Array,
    weights: Array,
    theta: Array,
    buys: NDArray[np.bool_],
) -> tuple[Array, Array]:
    """Unit costs and prices at given wages (logs of hats), by iteration from ``log_p``; a contraction."""
    log_c = log_p
    for _ in range(2000):
        log_c = beta * log_w[:, None] + np.einsum("nkj,nk->nj", inputs, log_p)
        total = np.matmul(weights, np.exp(-theta * log_c).T[:, :, None])[:, :, 0].T
        new = np.where(buys, -np.log(np.where(buys, total, 1.0)) / theta, 0.0)
        change = float(np.abs(new - log_p).max())
        log_p = new
        if change < 1e-13:
            break
    return log_c, log_p


def _spending(
    spending: Array, shares: Array, tariffs: Array, inputs: Array, final_share: Array, outlay: Array
) -> tuple[Array, Array]:
    """Spending and output at given shares, by iteration from ``spending``; a contraction.

    ``outlay`` is income without tariff revenue.
    """
    net = shares / (1 + tariffs)
    due = (shares - net).sum(axis=1)  # revenue per unit of spending
    output = spending
    for _ in range(2000):
        output = np.einsum("nij,nj->ij", net, spending)
        revenue = (due * spending).sum(axis=1)
        new = np.einsum("nkj,nj->nk", inputs, output) + final_share * (outlay + revenue)[:, None]
        change = float(np.abs(new - spending).max()) / float(new.max())
        spending = new
        if change < 1e-14:
            break
    return spending, output


def _imports(table: TradeTable) -> Array:
    net = (table.flows / (1 + table.tariffs)).sum(axis=2)
    return net.sum(axis=1) - np.diagonal(net)
