"""Multipliers in as many variables as parties: the weights whose best package bounds everything.

For weights ``lam >= 0`` and thresholds ``t`` every package with totals ``u >= t`` has

    0 <= lam . (u - t) <= L(lam) = sum over groups of max over choices of lam . v  -  lam . t .

Smoothing the maxima by ``mu log sum exp(. / mu)`` makes L smooth, and damped Newton steps with the exact
Hessian find good multipliers in a few milliseconds. Floats guide; callers round to integers and decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from threading import Event
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zopa.space import IntArray

__all__ = [
    "Flat",
    "fast",
    "flatten",
    "load_kernels",
    "nash_multipliers",
    "newton",
    "simplex_multipliers",
    "stats",
]

FloatArray = NDArray[np.float64]


_LOADING = Event()


def load_kernels() -> None:
    """Load or compile the kernels, which takes seconds once; what is asked meanwhile is answered by their numpy twins."""
    _LOADING.set()
    try:
        if (found := _kernels()) is not None:
            found.load()
    finally:
        _LOADING.clear()


def fast() -> Any:
    """The compiled kernels, or None in the plain install and while another thread loads them."""
    return None if _LOADING.is_set() else _kernels()


@cache
def _kernels() -> Any:
    if find_spec("numba") is None:
        return None
    from zopa.bargaining.search import kernels

    return kernels


@dataclass(frozen=True)
class Flat:
    """All choices of all groups in one table: ``v[start[g]:start[g + 1]]`` are those of group g."""

    v: IntArray
    start: IntArray
    group: IntArray

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return len(self.start) - 1

    def best(self, c: NDArray[Any]) -> IntArray:
        """Position of the first largest ``c`` of every group."""
        top = np.maximum.reduceat(c, self.start[:-1])
        hit = np.flatnonzero(c == top[self.group])
        return hit[np.searchsorted(self.group[hit], np.arange(self.n_groups))]

    def only(self, allowed: NDArray[np.bool_]) -> tuple[Flat, IntArray]:
        """The allowed choices alone, and their positions here. Every group keeps at least one."""
        where = np.flatnonzero(allowed)
        sizes = np.bincount(self.group[where], minlength=self.n_groups)
        start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        return Flat(self.v[where], start, self.group[where]), where


def flatten(tables: Sequence[IntArray]) -> Flat:
    """Tables of shape (n_choices, n_parties), one per group, as one."""
    sizes = [len(t) for t in tables]
    start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    group = np.repeat(np.arange(len(tables)), sizes).astype(np.int64)
    return Flat(np.ascontiguousarray(np.concatenate(tables)), start, group)


def stats(start: Any, s: Any, pen: Any, y: Any, mu: Any) -> Any:
    """Smoothed and true maximum of ``s @ y - pen`` summed over groups, gradient, covariance."""
    c = s @ y - pen
    first = start[:-1]
    sizes = np.diff(start)
    top = np.maximum.reduceat(c, first)
    e = np.exp((c - np.repeat(top, sizes)) / mu)
    z = np.add.reduceat(e, first)
    p = e / np.repeat(z, sizes)
    weighted = p[:, None] * s
    mean = np.add.reduceat(weighted, first, axis=0)
    hard = top.sum()
    return hard + mu * np.log(z).sum(), hard, mean.sum(axis=0), s.T @ weighted - mean.T @ mean


def newton(  # noqa: C901 (one compiled loop)
    start: Any,
    s: Any,
    pen: Any,
    t: Any,
    w: Any,
    y: Any,
    mu: Any,
    mu_end: Any,
    shrink: Any,
    slack: Any,
    stop_at: Any,
) -> Any:
    """Least smoothed ``L(y)``; with ``w > 0`` the Nash dual (barrier), with ``w = 0`` on the simplex.

    Returns the best y met, its true bound ``hard - t . y`` (simplex) or its Nash bound, and whether the
    search met a y with bound <= ``stop_at`` (simplex) or a non-positive L (Nash): the zone is then empty.
    Written in the subset that numba compiles; ``kernels`` compiles this same source.
    """
    n = len(y)
    nash = w[0] > 0.0
    total_w = w.sum()
    best_y = y.copy()
    best = np.inf
    value, hard, grad, cov = stats(start, s, pen, y, mu)
    for _ in range(400):
        bound = hard - (t * y).sum()
        if nash:
            if bound <= 0.0:
                return y, bound, True
            score = total_w * np.log(bound / total_w) - (w * np.log(y / w)).sum()
        else:
            score = bound
        if score < best:
            best = score
            best_y = y.copy()
            if not nash and best <= stop_at:
                return best_y, best, True
        h = np.zeros((n + 1, n + 1))
        g = np.zeros(n + 1)
        h[:n, :n] = cov / mu
        if nash:
            g[:n] = -(grad - t - w / y)
            for p in range(n):
                h[p, p] += w[p] / (y[p] * y[p]) + 1e-13
            h[n, n] = 1.0
            f = value - (t * y).sum() - (w * np.log(y)).sum()
        else:
            g[:n] = -(grad - t + mu * (1.0 + np.log(y)))
            for p in range(n):
                h[p, p] += mu / y[p]
                h[p, n] = 1.0
                h[n, p] = 1.0
            f = value - (t * y).sum() + mu * (y * np.log(y)).sum()
        if not (np.isfinite(h).all() and np.isfinite(g).all()):
            break
        d = np.linalg.solve(h, g)[:n]
        descent = (g[:n] * d).sum()
        if descent < slack * mu:
            if mu <= mu_end:
                break
            mu = max(mu * shrink, mu_end)
            value, hard, grad, cov = stats(start, s, pen, y, mu)
            continue
        step = 1.0
        for p in range(n):
            if d[p] < 0.0:
                step = min(step, -0.9 * y[p] / d[p])
        moved = False
        for _half in range(30):
            z = np.minimum(np.maximum(y + step * d, 1e-12), 1e12)
            value, hard, grad, cov = stats(start, s, pen, z, mu)
            if nash:
                fz = value - (t * z).sum() - (w * np.log(z)).sum()
            else:
                fz = value - (t * z).sum() + mu * (z * np.log(z)).sum()
            if fz <= f - 1e-4 * step * descent:
                y = z
                moved = True
                break
            step *= 0.5
        if not moved:
            if mu <= mu_end:
                break
            mu = max(mu * shrink, mu_end)
            value, hard, grad, cov = stats(start, s, pen, y, mu)
    return best_y, best, False


def _run(*arguments: Any) -> Any:
    k = fast()
    return newton(*arguments) if k is None else k.newton(*arguments)


def nash_multipliers(
    s: FloatArray, start: IntArray, pen: FloatArray, t: FloatArray, weights: FloatArray
) -> tuple[FloatArray, bool]:
    """Multipliers for the weighted Nash bound on scaled scores ``s``; True when L <= 0 was met (empty)."""
    found, _, empty = _run(start, s, pen, t, weights, weights.copy(), 0.05, 1e-9, 0.35, 1e-3, 0.0)
    return found, bool(empty)


def simplex_multipliers(
    s: FloatArray,
    start: IntArray,
    pen: FloatArray,
    t: FloatArray,
    y: FloatArray,
    mu: float = 0.05,
    stop_at: float = 0.0,
) -> tuple[FloatArray, float]:
    """Weights on the simplex with the least bound ``L``, started from ``y``; leaves at ``stop_at``."""
    zero = np.zeros(len(y))
    end = 1e-4 if mu > 0.01 else 2e-4
    found, bound, _ = _run(start, s, pen, t, zero, y, mu, end, 0.25, 0.05, stop_at)
    return found, float(bound)
