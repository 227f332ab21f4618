"""Compiled inner loops of draws (extra ``fast``). Each has a numpy twin that returns the same bits.

Twins: :func:`sweep` in ``draws``; :func:`count_accepted` in ``acceptance`` of the robustness lens. Imported only
by ``compiled()``, never at import of the room.
"""

from __future__ import annotations

import numpy as np

try:
    from numba import njit
except ImportError:  # importable without the extra; ``compiled`` then never uses it

    def njit(**_options):  # type: ignore[no-redef,unused-ignore]
        """Leave the function as it is."""
        return lambda function: function


__all__ = ["count_accepted", "sweep"]


@njit(cache=True)
def sweep(at, values, chance, body, bound, group, members, first, row_at, row_first):
    """One sweep of Gibbs sampling for every walk: each variable anew, uniformly on what the others leave it.

    Parameters
    ----------
    at : array, shape (walks, variables), changed in place
    values : array, shape (walks, rows), changed in place
    chance : array, shape (variables, walks), between 0 and 1
    body : array, shape (rows, variables)
    group : group of each variable or -1; ``members[first[g]:first[g + 1]]`` are the variables of group g
    row_at, row_first : ``row_at[row_first[v]:row_first[v + 1]]`` are the rows in which variable v stands
    """
    walks, n = at.shape
    for i in range(walks):
        total = 0.0
        for g in range(len(first) - 1):
            if first[g] < first[g + 1]:
                top, least = 0.0, 0.0
                for m in range(first[g], first[g + 1]):
                    x = at[i, members[m]]
                    top, least = max(top, x), min(least, x)
                total += top - least
        for v in range(n):
            low, high = -bound, bound
            old = at[i, v]
            top, least, before, g = 0.0, 0.0, 0.0, group[v]
            if g >= 0:
                for m in range(first[g], first[g + 1]):
                    w = members[m]
                    if w != v:
                        x = at[i, w]
                        top, least = max(top, x), min(least, x)
                before = max(top, old) - min(least, old)
                left = bound - (total - before)
                low, high = top - left, least + left
            for k in range(row_first[v], row_first[v + 1]):
                r = row_at[k]
                edge = old - values[i, r] / body[r, v]
                if body[r, v] > 0:
                    low = max(low, edge)
                else:
                    high = min(high, edge)
            new = low + chance[v, i] * max(high - low, 0.0)
            for k in range(row_first[v], row_first[v + 1]):
                r = row_at[k]
                values[i, r] += (new - old) * body[r, v]
            at[i, v] = new
            if g >= 0:
                total = total - before + (max(top, new) - min(least, new))


@njit(cache=True)
def count_accepted(left, right, at_left, at_right, counts, together):
    """How many draws make each package acceptable: to each party, and to all; added to ``counts`` and ``together``.

    Parameters
    ----------
    left, right : arrays, shape (parties, halves, draws)
        Gains of the distinct halves of packages; a package is acceptable where its two halves add up to 0 or more.
    at_left, at_right : arrays, shape (packages,)
    counts : array, shape (parties, packages), changed in place
    together : array, shape (packages,), changed in place
    """
    parties, _, draws = left.shape
    both = np.empty(draws, np.uint8)
    for x in range(len(at_left)):
        both[:] = 1
        for p in range(parties):
            one, two = left[p, at_left[x]], right[p, at_right[x]]
            n = 0
            for t in range(draws):
                fine = np.uint8(one[t] + two[t] >= 0)
                both[t] &= fine
                n += fine
            counts[p, x] += n
        for t in range(draws):
            together[x] += both[t]
