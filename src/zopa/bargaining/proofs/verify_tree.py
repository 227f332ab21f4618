"""Check a saved proof in plain integers. Shares no code with the engines; reads nothing but the proof.

A part of a proof is a tree of boxes that together hold all packages. A box is closed by integer weights
whose best package falls short, or it is walked package by package.
"""

from fractions import Fraction
from itertools import combinations, product
from json import dumps, loads
from math import prod

__all__ = ["check"]


def _need(condition, what):
    """Refuse the proof, saying what is wrong with it, unless the condition holds."""
    if not condition:
        raise ValueError(what)


def _dot(a, b):
    """Sum of products."""
    return sum(x * y for x, y in zip(a, b, strict=True))


def _breaks(rules, have):
    """Whether the options ``have`` (issue: option) break a rule, whatever the open issues get."""
    value = {(i, m): m >> have[i] & 1 for r in rules for i, m in sum(r["only_if"], r["when"]) if i in have}
    met = [all(value.get((i, m)) == 1 for i, m in r["when"]) for r in rules]
    lost = [all(any(value.get((i, m)) == 0 for i, m in w) for w in r["only_if"]) for r in rules]
    return any(a and b for a, b in zip(met, lost, strict=True))


class _Proof:
    """The problem of a proof, and its parts, to be read one after the other."""

    def __init__(self, proof, limit):
        self.__dict__.update(proof["problem"])
        self.groups, self.parts, self.with_sum = proof["groups"], iter(proof["parts"]), proof["claim"]["sum"]
        self.n, self.steps, self.choices, self.v = len(self.parties), iter(range(limit)), [], []
        _need(sorted(i for g in self.groups for i in g) == [*range(len(self.issues))], "groups of issues")
        inside = [any({i for i, _ in terms} <= {*g} for g in self.groups) for _, terms, _ in self.bonuses]
        _need(all(inside), "an interaction spans groups")
        for g in self.groups:
            every = enumerate(product(*(range(len(self.options[i])) for i in g)))
            have = {k: dict(zip(g, x, strict=True)) for k, x in every}
            self.choices.append({k: x for k, x in have.items() if not _breaks(self.clauses, x)})
            self.v.append({k: self.utility(x) for k, x in self.choices[-1].items()})
        columns = range(self.n + self.with_sum)
        self.least = [sum(min((u[q] for u in v.values()), default=0) for v in self.v) for q in columns]

    def utility(self, have):
        """What these options give every party; their sum last where the claim asks for it."""
        u = [sum(self.scores[i][q][k] for i, k in have.items()) for q in range(self.n)]
        for q, terms, points in self.bonuses:
            met = all(i in have and mask >> have[i] & 1 for i, mask in terms)
            u[q] += points if met and (terms or 0 in have) else 0
        return u + [sum(u)] * self.with_sum

    def in_zone(self, package):
        """Utilities of a package that must be in the zone."""
        have = dict(enumerate(package))
        named = all(0 <= k < len(o) for k, o in zip(package, self.options, strict=True))
        _need(named and not _breaks(self.clauses, have), "a package breaks a rule")
        u = self.utility(have)
        yes = [u[q] >= r for q, r in enumerate(self.reservation)]
        _need(sum(yes) >= self.at_least and all(map(max, yes, [not v for v in self.required])), "refused")
        return u

    def members(self, raised, power=None):
        """All packages of the zone with the raised utilities (and product): one part per coalition."""
        veto, floors = {q for q in range(self.n) if self.required[q]}, {}
        for more in combinations(sorted({*range(self.n)} - veto), max(0, self.at_least - len(veto))):
            yes = {q: self.reservation[q] for q in (*veto, *more)}
            floors[tuple(max(x, yes.get(q, x), raised.get(q, x)) for q, x in enumerate(self.least))] = True
        return sorted({x for low in floors for x in self.part(next(self.parts, {}), low, power)})

    def part(self, part, floors, power):
        """The packages that one part's tree leaves."""
        rows = [(m, {g: {*ks} for g, ks in row}) for m, row in part["rows"]]
        found, stack = [], [[list(x) for x in self.choices]]
        _need(all(m >= 0 for m, _ in rows), "a charge is negative")
        for _, row in rows:
            for ks in product(*row.values()):
                have = [self.choices[g].get(k) for g, k in zip(row, ks, strict=True)]
                held = None in have or _breaks(self.clauses, {i: o for x in have for i, o in x.items()})
                _need(held, "a row does not follow from the rules")
        charge = sum(m * (len(row) - 1) for m, row in rows)
        for lam, y, action in part["tree"]:
            box, slack = stack.pop(), -1
            c = [{k: self.worth(lam, g, k, rows) for k in ks} for g, ks in enumerate(box)]
            top = [max(x.values(), default=0) for x in c]
            if all(box):
                slack = sum(top) + charge - self.wanted(lam, y, floors, power)
            _need(min(lam) >= 0 and (slack < 0 or action), "a box is not closed by its weights")
            box = [[k for k in x if t - x[k] <= slack] for x, t in zip(c, top, strict=True)]
            if action and "split" in action:
                g, pick = action["split"]
                for keep in (pick.__ne__, pick.__eq__):
                    stack.append([[k for k in ks if h != g or keep(k)] for h, ks in enumerate(box)])
            elif slack >= 0:
                tests = [[int(p == q) for p in range(len(lam))] for q in range(len(lam))]
                tests += [[x * z for x, z in zip(lam, by, strict=True)] for by in part["patterns"]]
                found += self.walk(box, [lam, *tests], slack, floors, rows, power, action["order"])
        _need(not stack, "the tree leaves boxes open")
        return found

    def worth(self, lam, g, k, rows):
        """Weighted score of a choice, less the charges of the rows it is in."""
        return _dot(lam, self.v[g][k]) - sum(m for m, row in rows if k in row.get(g, ()))

    def wanted(self, lam, y, floors, power):
        """Least weighted utility of a package whose gain product is at least N (weighted AM-GM)."""
        w, n = power or ({}, 1)
        floor = _dot(lam, [self.reservation[q] if q in w else x for q, x in enumerate(floors)])
        goal = n * (total := sum(w.values())) ** total * prod(lam[q] ** x for q, x in w.items())
        _need(y == 0 or prod(x**x for x in w.values()) * (y - 1) ** total < goal, "a bound is too high")
        return max(floor + y, _dot(lam, floors))

    def walk(self, box, tests, slack, floors, rows, power, order):
        """Packages of the box that pass all tests, depth first; charges count against the first test."""
        _need(sorted(order) == list(range(len(box))), "order")
        loss, left, found, have = {}, [-_dot(t, floors) for t in tests], [], {}
        for g, ks in enumerate(box):
            c = {k: [self.worth(t, g, k, () if j else rows) for j, t in enumerate(tests)] for k in ks}
            top = [max(column) for column in zip(*c.values(), strict=True)]
            left = [a + b for a, b in zip(left, top, strict=True)]
            loss[g] = sorted(([a - b for a, b in zip(top, x, strict=True)], k) for k, x in c.items())

        def step(level, left):
            if next(self.steps, None) is None:
                raise TimeoutError("the limit of steps was reached")
            if level == len(order):
                package = {i: o for g, k in have.items() for i, o in self.choices[g][k].items()}
                gain = [u - r for u, r in zip(self.utility(package), self.reservation, strict=False)]
                good = not power or prod(gain[q] ** w for q, w in power[0].items()) >= power[1]
                if good and not _breaks(self.clauses, package):
                    found.append(tuple(package[i] for i in range(len(self.issues))))
            g = order[level] if level < len(order) else None
            for lost, k in loss.get(g, ()):
                now = [a - b for a, b in zip(left, lost, strict=True)]
                for m, row in [r for r in rows if g in r[1]]:
                    inside = [have[h] in row[h] for h in row if h in have]
                    broken = k in row[g] and all(inside) and len(inside) + 1 == len(row)
                    now[0] = -1 if broken else now[0] - m * (k not in row[g] and not all(inside))
                if min(now) >= 0:
                    have[g] = k
                    step(level + 1, now)
                    del have[g]

        step(0, [slack, *left[1:]])
        return found


def check(proof, limit=5_000_000):
    """Verify the claim; ValueError says what is wrong with it, TimeoutError that it was not checked."""
    proof = loads(dumps(proof), parse_float=int, parse_constant=int)  # whole numbers only
    p, claim = _Proof(proof, limit), proof["claim"]
    r, packages, ties = p.reservation, sorted(map(tuple, claim["packages"])), []
    points = [p.in_zone(x) for x in packages]
    _need(bool(packages) != (claim["kind"] == "empty"), "packages")
    if claim["kind"] == "empty":
        _need(not p.members({}), "the zone is not empty")
    elif claim["kind"] == "nash":
        w, best, goal = claim["weights"], claim["size"], claim["product"] + (not claim["ties"])
        gain = [{q: u[q] - r[q] for q in range(p.n) if u[q] > r[q]} for u in points]
        value = {(len(g), prod(x ** w[q] for q, x in g.items())) for g in gain}
        _need(min(w) > 0 and best > 0 and value == {(best, claim["product"])}, "product")
        for size in range(p.n, best - 1, -1):
            for some in combinations(range(p.n), size):
                power = ({q: w[q] for q in some}, goal) if size == best else None
                ties += p.members({q: r[q] + 1 for q in some}, power)
            _need(not ties or size == best, "more parties can gain together")
        _need(sorted(set(ties)) == packages * claim["ties"], "another package is as good or better")
    elif claim["kind"] == "maxmin":
        ideal = [p.in_zone(x)[q] for q, x in enumerate(claim["ideal"])]
        _need(not any(p.members({q: best + 1}) for q, best in enumerate(ideal)), "a party can get more")
        zero = {"reservation": [*r, 0], "ideal": [*ideal, 0], "none": [0] * (p.n + 1)}[claim["zero"]]
        along = claim["along"] or [max(0, b - x) for b, x in zip(ideal, r, strict=True)]
        _need(min(along) >= 0 and any(along) and len(along) == len(p.least), "direction")
        line = [(q, zero[q], d) for q, d in enumerate(along) if d]
        value = min(Fraction(points[0][q] - z, d) for q, z, d in line)
        least = [-(-value * d // 1) if claim["ties"] else value * d // 1 + 1 for _, _, d in line]
        tied = p.members({q: z + x for (q, z, _), x in zip(line, least, strict=True)})
        rank = {x: sorted(Fraction(p.in_zone(x)[q] - z, d) for q, z, d in line) for x in tied}
        found = [x for x in tied if rank[x] == max(rank.values())]
        _need(found == packages if claim["ties"] else not found, "another package is as good or better")
    _need(next(p.parts, None) is None, "parts are left over")
