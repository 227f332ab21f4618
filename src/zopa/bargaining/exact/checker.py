"""Check a saved proof in plain integers. Shares no code with the engines; reads nothing but the proof.

A part of a proof is a tree of boxes that together hold all packages. A box is closed by integer weights
whose best package falls short, or it is walked package by package.
"""

from fractions import Fraction
from itertools import combinations, product
from math import prod

LIMIT = 5_000_000  # steps, after which the answer is "not checked", which is not "wrong"


def need(condition, what):
    if not condition:
        raise ValueError(what)


def dot(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))


def holds(terms, have):
    return all(i in have and mask >> have[i] & 1 for i, mask in terms)


def breaks(rules, have):
    """Whether the options ``have`` (issue: option) break a rule, whatever the open issues get."""
    lost = lambda way: any(i in have and not mask >> have[i] & 1 for i, mask in way)  # noqa: E731
    return any(holds(r["when"], have) and all(lost(way) for way in r["only_if"]) for r in rules)


class Proof:
    def __init__(self, proof):
        self.__dict__.update(proof["problem"])
        self.n, self.groups, self.parts = len(self.parties), proof["groups"], iter(proof["parts"])
        self.steps, self.with_sum = 0, proof["claim"].get("sum", False)
        need(sorted(sum(self.groups, [])) == list(range(len(self.issues))), "every issue needs one group")
        for _, terms, _ in self.bonuses:
            need(any({i for i, _ in terms} <= set(g) for g in self.groups), "an interaction spans groups")
        every = [product(*(range(len(self.options[i])) for i in g)) for g in self.groups]
        named = [
            {k: dict(zip(g, x, strict=True)) for k, x in enumerate(xs)}
            for g, xs in zip(self.groups, every, strict=True)
        ]
        self.choices = [{k: x for k, x in xs.items() if not breaks(self.clauses, x)} for xs in named]
        self.v = [{k: self.utility(x) for k, x in xs.items()} for xs in self.choices]
        self.least = [
            sum(min((u[q] for u in v.values()), default=0) for v in self.v)
            for q in range(self.n + self.with_sum)
        ]

    def utility(self, have):
        """What these options give every party; their sum last where the claim asks for it."""
        u = [sum(self.scores[i][q][k] for i, k in have.items()) for q in range(self.n)]
        for q, terms, points in self.bonuses:
            u[q] += points if holds(terms, have) and (terms or 0 in have) else 0
        return u + [sum(u)] * self.with_sum

    def in_zone(self, package):
        have = dict(enumerate(package))
        need(len(have) == len(self.issues) and not breaks(self.clauses, have), "a package breaks a rule")
        u = self.utility(have)
        yes = [u[q] >= r for q, r in enumerate(self.reservation)]
        need(
            sum(yes) >= self.at_least and all(y or not v for y, v in zip(yes, self.required, strict=True)),
            "refused",
        )
        return u

    def members(self, raised, power=None):
        """All packages of the zone with the raised utilities (and product): one part per coalition."""
        veto = {q for q in range(self.n) if self.required[q]}
        found, done = set(), set()
        for more in combinations(sorted(set(range(self.n)) - veto), max(0, self.at_least - len(veto))):
            floors = [max(x, self.reservation[q]) if q in veto or q in more else x for q, x in enumerate(self.least)]
            floors = tuple(max(x, raised.get(q, x)) for q, x in enumerate(floors))
            if floors not in done:
                found |= set(self.part(next(self.parts), floors, power))
                done.add(floors)
        return sorted(found)

    def part(self, part, floors, power):
        rows = [(m, {g: set(ks) for g, ks in row}) for m, row in part["rows"]]
        for m, row in rows:  # each row must follow from the rules of the case
            for ks in product(*row.values()):
                have = [self.choices[g].get(k, {}) for g, k in zip(row, ks, strict=True)]
                need(
                    m >= 0
                    and ({} in have or breaks(self.clauses, {i: o for x in have for i, o in x.items()})),
                    "row",
                )
        found, stack = [], [[list(x) for x in self.choices]]
        for lam, y, action in part["tree"]:
            need(stack and min(lam) >= 0, "tree")
            box, slack = stack.pop(), -1
            c = [{k: self.worth(lam, g, k, rows) for k in ks} for g, ks in enumerate(box)]
            top = [max(x.values(), default=0) for x in c]
            if all(box):
                floor = max(dot(lam, floors), self.wanted(lam, y, floors, power))
                slack = sum(top) + sum(m * (len(row) - 1) for m, row in rows) - floor
            need(slack < 0 or action, "a box is not closed by its weights")
            box = [[k for k in x if t - x[k] <= slack] for x, t in zip(c, top, strict=True)]
            if action and "order" in action and slack >= 0:
                tests = [lam] + [[int(p == q) for p in range(len(lam))] for q in range(len(lam))]
                tests += [[x * z for x, z in zip(lam, by, strict=True)] for by in part["patterns"]]
                found += self.walk(box, tests, slack, floors, rows, power, action["order"])
            elif action and "split" in action:
                g, pick = action["split"]
                stack.append([[k for k in ks if h != g or k != pick] for h, ks in enumerate(box)])
                stack.append([[k for k in ks if h != g or k == pick] for h, ks in enumerate(box)])
        need(not stack, "the tree leaves boxes open")
        return found

    def worth(self, lam, g, k, rows):
        return dot(lam, self.v[g][k]) - sum(m for m, row in rows if k in row.get(g, ()))

    def wanted(self, lam, y, floors, power):
        """Least weighted utility of a package whose gain product is at least N (weighted AM-GM)."""
        if power is None:
            return dot(lam, floors)
        w, total = power[0], sum(power[0].values())
        goal = power[1] * total**total * prod(lam[q] ** x for q, x in w.items())
        need(
            y == 0 or prod(x**x for x in w.values()) * (y - 1) ** total < goal, "a product bound is too high"
        )
        return y + dot(lam, [self.reservation[q] if q in w else x for q, x in enumerate(floors)])

    def walk(self, box, tests, slack, floors, rows, power, order):
        """Packages of the box that pass all tests, depth first; charges count against the first test."""
        need(sorted(order) == list(range(len(box))), "order")
        loss, left, found, have = {}, [slack] + [-dot(t, floors) for t in tests[1:]], [], {}
        for g, ks in enumerate(box):
            c = {k: [self.worth(t, g, k, () if j else rows) for j, t in enumerate(tests)] for k in ks}
            top = [max(column) for column in zip(*c.values(), strict=True)]
            left[1:] = [a + b for a, b in zip(left[1:], top[1:], strict=True)]
            loss[g] = sorted(([a - b for a, b in zip(top, x, strict=True)], k) for k, x in c.items())

        def step(level, left):
            self.steps += 1
            if self.steps > LIMIT:
                raise TimeoutError(f"not checked: more than {LIMIT} steps")
            if level == len(order):
                return self.meets(
                    {i: o for g in have for i, o in self.choices[g][have[g]].items()}, floors, power, found
                )
            g = order[level]
            for lost, k in loss[g]:
                now = [a - b for a, b in zip(left, lost, strict=True)]
                for m, row in rows:
                    if g in row:
                        inside = [have[h] in row[h] for h in row if h in have]
                        broken = k in row[g] and all(inside) and len(inside) + 1 == len(row)
                        now[0] = -1 if broken else now[0] - m * (k not in row[g] and not all(inside))
                if min(now) >= 0:
                    have[g] = k
                    step(level + 1, now)
                    del have[g]

        step(0, left)
        return found

    def meets(self, have, floors, power, found):
        u = self.utility(have)
        if all(x >= f for x, f in zip(u, floors, strict=True)) and not breaks(self.clauses, have):
            if not power or prod((u[q] - self.reservation[q]) ** w for q, w in power[0].items()) >= power[1]:
                found.append(tuple(have[i] for i in range(len(self.issues))))


def check(proof):
    """Verify the claim; ValueError says what is wrong with it, TimeoutError that it was not checked."""
    p, claim = Proof(proof), proof["claim"]
    r, packages, ties = p.reservation, sorted(map(tuple, claim["packages"])), []
    points = [p.in_zone(x) for x in packages]
    need(bool(packages) != (claim["kind"] == "empty"), "packages")
    if claim["kind"] == "empty":
        need(not p.members({}), "the zone is not empty")
    elif claim["kind"] == "nash":
        w, best = claim["weights"], claim["size"]
        gain = [{q: u[q] - r[q] for q in range(p.n) if u[q] > r[q]} for u in points]
        value = {(len(g), prod(x ** w[q] for q, x in g.items())) for g in gain}
        need(min(w) > 0 and best > 0 and value == {(best, claim["product"])}, "product")
        for size in range(p.n, best - 1, -1):
            for some in combinations(range(p.n), size):
                power = ({q: w[q] for q in some}, claim["product"]) if size == best else None
                ties += p.members({q: r[q] + 1 for q in some}, power)
            need(not ties or size == best, "more parties can gain together")
        need(sorted(set(ties)) == packages, "another package is as good or better")
    elif claim["kind"] == "maxmin":
        ideal = [p.in_zone(x)[q] for q, x in enumerate(claim["ideal"])]
        need(not any(p.members({q: best + 1}) for q, best in enumerate(ideal)), "a party can get more")
        zero = {"reservation": [*r, 0], "ideal": [*ideal, 0], "none": [0] * (p.n + 1)}[claim["zero"]]
        along = claim["along"] or [max(0, b - x) for b, x in zip(ideal, r, strict=True)]
        need(min(along) >= 0 and any(along) and len(along) == len(p.least), "direction")
        rank = {
            x: sorted(Fraction(p.in_zone(x)[q] - zero[q], d) for q, d in enumerate(along) if d)
            for x in packages
        }
        value = min(rank.values())[0]
        if claim["ties"]:
            every = p.members({q: zero[q] + -(-value * d // 1) for q, d in enumerate(along) if d})
            rank = {
                x: sorted(Fraction(p.in_zone(x)[q] - zero[q], d) for q, d in enumerate(along) if d)
                for x in every
            }
            need(
                [x for x in every if rank[x] == max(rank.values())] == packages,
                "another is as good or better",
            )
        else:
            better = {q: zero[q] + value * d // 1 + 1 for q, d in enumerate(along) if d}
            need(not p.members(better), "a better package exists")
    need(next(p.parts, None) is None, "parts are left over")
