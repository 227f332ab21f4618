"""A second verifier of proof files, written from ``docs/reference/proofs.md`` alone.

It imports nothing of zopa, and prefers the plainest way to each inequality of that page over speed: packages are
enumerated where the page allows it. ``verify`` answers "valid", "refused" or "not checked", the last where more
steps are needed than allowed.
"""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any

Package = tuple[int, ...]

LARGEST = 10**40
TREES = ("empty", "nash", "weighted-nash", "kalai-smorodinsky", "egalitarian", "proportional", "utilitarian")
FIELDS = {
    "member": {"packages"},
    "empty": set(),
    "count": {"number"},
    "frontier": {"packages"},
    "nash": {"packages", "complete"},
    "weighted-nash": {"packages", "complete", "weights"},
    "kalai-smorodinsky": {"packages", "complete", "ideal"},
    "egalitarian": {"packages", "complete"},
    "proportional": {"packages", "complete", "weights"},
    "utilitarian": {"packages", "complete"},
}


class Refused(Exception):
    """The file does not prove its claim."""


class GivenUp(Exception):
    """More steps than allowed."""


def verify(data: bytes, steps: int = 2_000_000) -> str:
    """The verdict on a proof file, and nothing but the file."""
    try:
        _Verifier(_document(data), steps).check()
    except Refused:
        return "refused"
    except GivenUp:
        return "not checked"
    return "valid"


def need(true: bool, why: str) -> None:
    if not true:
        raise Refused(why)


# Reading: exact fields, whole numbers, no key twice.


def _document(data: bytes) -> Any:
    need(len(data) <= 32_000_000, "too large")

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        need(len({k for k, _ in found}) == len(found), "a key stands twice")
        return dict(found)

    def no(_: str) -> Any:
        raise Refused("not a whole number")

    def whole(digits: str) -> int:
        need(len(digits) <= 4_000, "a huge number")
        return int(digits)

    try:
        return json.loads(
            data.decode("utf-8"), object_pairs_hook=pairs, parse_float=no, parse_constant=no, parse_int=whole
        )
    except (ValueError, RecursionError) as error:
        raise Refused("not JSON") from error


def mapping(value: Any, keys: Iterable[str]) -> dict[str, Any]:
    need(isinstance(value, dict) and set(value) == set(keys), "other fields than the page lists")
    return dict(value)


def listed(value: Any, least: int = 0, most: int | None = None) -> list[Any]:
    need(
        isinstance(value, list) and len(value) >= least and (most is None or len(value) <= most),
        "not a list so long",
    )
    return list(value)


def number(value: Any, low: int = -LARGEST, high: int = LARGEST) -> int:
    need(type(value) is int and low <= value <= high, "not a number in its range")
    return int(value)


def name(value: Any) -> str:
    need(isinstance(value, str) and 1 <= len(value) <= 200 and value.isprintable(), "not a name")
    return str(value)


def names(value: Any, most: int) -> list[str]:
    found = [name(v) for v in listed(value, 1, most)]
    need(len(set(found)) == len(found), "a name stands twice")
    return found


def flag(value: Any) -> bool:
    need(isinstance(value, bool), "not true or false")
    return bool(value)


class _Verifier:
    def __init__(self, document: Any, steps: int) -> None:
        self.left = steps
        need(isinstance(document, dict) and isinstance(document.get("claim"), dict), "no claim")
        kind = document["claim"].get("kind")
        need(isinstance(kind, str) and kind in FIELDS, "an unknown kind")
        self.kind: str = kind
        keys = {"format", "problem", "claim"} | ({"groups", "parts"} if kind in TREES else set())
        whole = mapping(document, keys)
        need(whole["format"] == "zopa-proof 2", "another format")
        self._problem(whole["problem"])
        self._claim(mapping(whole["claim"], {"kind"} | FIELDS[kind]))
        if kind in TREES:
            self._groups(whole["groups"])
            self.parts: list[Any] = listed(whole["parts"])

    def step(self, n: int = 1) -> None:
        self.left -= n
        if self.left < 0:
            raise GivenUp

    # the problem

    def _problem(self, value: Any) -> None:
        p = mapping(
            value,
            [
                "digest",
                "parties",
                "issues",
                "options",
                "scores",
                "reservation",
                "scale",
                "required",
                "at_least",
                "clauses",
                "bonuses",
            ],
        )
        need(isinstance(p["digest"], str) and len(p["digest"]) <= 200, "not a digest")
        need(p["digest"] == "" or p["digest"].isalnum(), "not a digest")
        self.parties = len(names(p["parties"], 64))
        self.issues = len(names(p["issues"], 1_000))
        options = listed(p["options"], self.issues, self.issues)
        self.sizes = [len(names(o, 10_000)) for o in options]
        every = range(self.parties)
        self.scores = []
        for size, by_party in zip(self.sizes, listed(p["scores"], self.issues, self.issues), strict=True):
            rows = listed(by_party, self.parties, self.parties)
            self.scores.append([[number(v) for v in listed(r, size, size)] for r in rows])
        self.reservation = [number(v) for v in listed(p["reservation"], self.parties, self.parties)]
        self.scale = [number(v, 1) for v in listed(p["scale"], self.parties, self.parties)]
        required = [flag(v) for v in listed(p["required"], self.parties, self.parties)]
        self.required = [i for i in every if required[i]]
        self.others = [i for i in every if not required[i]]
        self.at_least = number(p["at_least"], 1, self.parties)
        self.clauses = []
        for c in listed(p["clauses"]):
            m = mapping(c, ("rule", "when", "only_if"))
            name(m["rule"])
            self.clauses.append((self._terms(m["when"]), [self._terms(w) for w in listed(m["only_if"])]))
        self.bonuses = []
        for b in listed(p["bonuses"]):
            m = mapping(b, ("party", "terms", "points"))
            entry = (number(m["party"], 0, self.parties - 1), self._terms(m["terms"]), number(m["points"]))
            self.bonuses.append(entry)

    def _terms(self, value: Any) -> list[tuple[int, int]]:
        found = []
        for t in listed(value):
            issue, mask = listed(t, 2, 2)
            i = number(issue, 0, self.issues - 1)
            found.append((i, number(mask, 0, 2 ** self.sizes[i] - 1)))
        return found

    @staticmethod
    def _hold(terms: Sequence[tuple[int, int]], x: Sequence[int]) -> bool:
        return all(mask >> x[i] & 1 for i, mask in terms)

    def utility(self, x: Package) -> list[int]:
        self.step()
        u = [sum(self.scores[i][p][k] for i, k in enumerate(x)) for p in range(self.parties)]
        for p, terms, points in self.bonuses:
            if self._hold(terms, x):
                u[p] += points
        return u

    def obeys(self, x: Package) -> bool:
        self.step(1 + len(self.clauses))
        return all(
            any(self._hold(way, x) for way in ways) for when, ways in self.clauses if self._hold(when, x)
        )

    def acceptable(self, x: Package) -> bool:
        if not self.obeys(x):
            return False
        accept = [u >= r for u, r in zip(self.utility(x), self.reservation, strict=True)]
        return all(accept[p] for p in self.required) and sum(accept) >= self.at_least

    # the claim

    def _package(self, value: Any) -> Package:
        given = listed(value, self.issues, self.issues)
        x = tuple(number(k, 0, size - 1) for k, size in zip(given, self.sizes, strict=True))
        need(self.acceptable(x), "a package listed is not acceptable")
        return x

    def _claim(self, claim: dict[str, Any]) -> None:
        self.packages: list[Package] = []
        if "packages" in claim:
            self.packages = [self._package(x) for x in listed(claim["packages"])]
            need(all(a < b for a, b in itertools.pairwise(self.packages)), "not in ascending order")
            need(bool(self.packages) or self.kind == "frontier", "no package")
        if self.kind == "member":
            need(len(self.packages) == 1, "not one package")
        self.complete = flag(claim["complete"]) if "complete" in claim else True
        need(self.complete or len(self.packages) == 1, "not one package")
        self.weights = [1] * self.parties
        if "weights" in claim:
            given = listed(claim["weights"], self.parties, self.parties)
            self.weights = [number(w, 1, 4_096) for w in given]
        if "ideal" in claim:
            self.ideal = [self._package(x) for x in listed(claim["ideal"], self.parties, self.parties)]
        if "number" in claim:
            self.number = number(claim["number"], 0, 10**3000)

    def check(self) -> None:
        if self.kind in TREES:
            self._by_trees()
        elif self.kind == "count":
            need(sum(1 for _ in self.zone_by_listing()) == self.number, "another number")
        elif self.kind == "frontier":
            self._frontier()

    def zone_by_listing(self) -> Iterator[Package]:
        for x in itertools.product(*map(range, self.sizes)):
            if self.acceptable(x):
                yield x

    def _frontier(self) -> None:
        points = {tuple(self.utility(x)) for x in self.zone_by_listing()}
        best: list[tuple[int, ...]] = []
        for u in sorted(points, reverse=True):  # whatever dominates u comes before it
            self.step(len(best) + 1)
            if not any(all(a >= b for a, b in zip(v, u, strict=True)) for v in best):
                best.append(u)
        claimed = [tuple(self.utility(x)) for x in self.packages]
        need(len(set(claimed)) == len(claimed) and set(claimed) == set(best), "another frontier")

    # choices of groups

    def _groups(self, value: Any) -> None:
        self.groups = [[number(i, 0, self.issues - 1) for i in listed(g, 1)] for g in listed(value)]
        need(
            sorted(i for g in self.groups for i in g) == list(range(self.issues)), "an issue not in one group"
        )
        where = {i: g for g, group in enumerate(self.groups) for i in group}
        self.common = math.lcm(*self.scale)
        total = self.kind == "utilitarian"
        self.columns = self.parties + total
        bonuses: list[list[tuple[int, list[tuple[int, int]], int]]] = [[] for _ in self.groups]
        for bonus in self.bonuses:
            homes = {where[i] for i, _ in bonus[1]} or {where[0]}
            need(len(homes) == 1, "a bonus over several groups")
            bonuses[homes.pop()].append(bonus)
        self.options: list[dict[int, dict[int, int]]] = []
        self.value: list[dict[int, list[int]]] = []
        for g, group in enumerate(self.groups):
            options: dict[int, dict[int, int]] = {}
            value_of: dict[int, list[int]] = {}
            for k, picked in enumerate(itertools.product(*(range(self.sizes[i]) for i in group))):
                self.step(1 + len(self.clauses) + len(bonuses[g]))
                chosen = dict(zip(group, picked, strict=True))
                if self.breaks(chosen):
                    continue
                v = [sum(self.scores[i][p][o] for i, o in chosen.items()) for p in range(self.parties)]
                for p, terms, points in bonuses[g]:
                    if all(mask >> chosen[i] & 1 for i, mask in terms):
                        v[p] += points
                if total:
                    v.append(sum(v[p] * self.common // self.scale[p] for p in range(self.parties)))
                options[k], value_of[k] = chosen, v
            self.options.append(options)
            self.value.append(value_of)
        self.least = [
            sum(min((v[q] for v in value_of.values()), default=0) for value_of in self.value)
            for q in range(self.columns)
        ]

    def breaks(self, chosen: dict[int, int]) -> bool:
        """Whether options of some issues break a clause, whatever the other issues say."""
        for when, ways in self.clauses:
            if all(i in chosen and mask >> chosen[i] & 1 for i, mask in when) and all(
                any(i in chosen and not mask >> chosen[i] & 1 for i, mask in way) for way in ways
            ):
                return True
        return False

    # requests

    def zone(
        self, raised: dict[int, int], product: tuple[tuple[int, ...], int] | None = None
    ) -> set[Package]:
        seen: list[list[int]] = []
        found: set[Package] = set()
        more = max(0, self.at_least - len(self.required))
        for others in itertools.combinations(self.others, more):
            self.step()
            way = {*self.required, *others}
            floors = list(self.least)
            for q in range(self.columns):
                if q in way:
                    floors[q] = max(floors[q], self.reservation[q])
                if q in raised:
                    floors[q] = max(floors[q], raised[q])
            if floors not in seen:
                seen.append(floors)
                need(bool(self.parts), "a part is missing")
                found |= self.part(self.parts.pop(0), floors, product)
        return found

    def _by_trees(self) -> None:
        if self.kind == "empty":
            need(not self.zone({}), "the zone is not empty")
        elif self.kind in ("nash", "weighted-nash"):
            self._nash()
        else:
            self._max_min()
        need(not self.parts, "parts left over")

    def _nash(self) -> None:
        def of(x: Package) -> tuple[int, Fraction]:
            gains = [u - r for u, r in zip(self.utility(x), self.reservation, strict=True)]
            gaining = [p for p in range(self.parties) if gains[p] > 0]
            self.step(sum(self.weights) // 8)
            in_points = (Fraction(gains[p], self.scale[p]) ** self.weights[p] for p in gaining)
            return len(gaining), math.prod(in_points, start=Fraction(1))

        facts = {of(x) for x in self.packages}
        need(len(facts) == 1, "packages that are not equally good")
        s, product = facts.pop()
        found: set[Package] = set()
        for n in range(self.parties, max(s, 1) - 1, -1):
            for these in itertools.combinations(range(self.parties), n):
                raised = {p: self.reservation[p] + 1 for p in these}
                if n > s:
                    need(not self.zone(raised), "more parties can gain")
                    continue
                units = product * math.prod(self.scale[p] ** self.weights[p] for p in these)
                least = math.ceil(units) if self.complete else math.floor(units) + 1
                found |= self.zone(raised, (these, least))
        if s == 0 and self.complete:
            found = self.zone({})
        need(found == (set(self.packages) if self.complete else set()), "not the best packages")

    def _max_min(self) -> None:
        every = range(self.parties)
        unit: dict[int, tuple[int, int]] = {p: (self.reservation[p], self.scale[p]) for p in every}
        if self.kind == "proportional":
            unit = {p: (z, d * self.weights[p]) for p, (z, d) in unit.items()}
        elif self.kind == "utilitarian":
            unit = {self.parties: (0, 1)}
        elif self.kind == "kalai-smorodinsky":
            best = [self.utility(self.ideal[p])[p] for p in every]
            for p in every:
                need(not self.zone({p: best[p] + 1}), "a larger ideal gain")
            gains = {p: best[p] - self.reservation[p] for p in every if best[p] > self.reservation[p]}
            if gains:
                unit = {p: (self.reservation[p], d) for p, d in gains.items()}

        def ratios(x: Package) -> list[Fraction]:
            u = self.utility(x)
            if self.kind == "utilitarian":
                u.append(sum(u[p] * self.common // self.scale[p] for p in every))
            return sorted(Fraction(u[q] - z, d) for q, (z, d) in unit.items())

        t = ratios(self.packages[0])[0]
        if not self.complete:
            above = {q: z + math.floor(t * d) + 1 for q, (z, d) in unit.items()}
            need(not self.zone(above), "a larger smallest ratio")
            return
        found = self.zone({q: z + math.ceil(t * d) for q, (z, d) in unit.items()})
        top = max(map(ratios, found), default=None)
        need({x for x in found if ratios(x) == top} == set(self.packages), "not the best packages")

    # parts

    def part(
        self, value: Any, floors: list[int], product: tuple[tuple[int, ...], int] | None
    ) -> set[Package]:
        p = mapping(value, ("rows", "patterns", "tree"))
        rows = [self._row(r) for r in listed(p["rows"])]
        for pattern in listed(p["patterns"]):
            for v in listed(pattern, self.columns, self.columns):
                number(v, 0)
        boxes: list[list[set[int]] | None] = [self._box([set(o) for o in self.options])]
        found: set[Package] = set()
        for entry in listed(p["tree"]):
            weights, y, action = listed(entry, 3, 3)
            need(bool(boxes), "an entry without an open box")
            box = boxes.pop()
            lam = [number(v, 0) for v in listed(weights, self.columns, self.columns)]
            least = self._least(lam, number(y, 0), floors, product)
            scores = [
                {k: sum(a * b for a, b in zip(lam, v, strict=True)) for k, v in value_of.items()}
                for value_of in self.value
            ]
            slack = 0
            for charge, groups in rows:
                slack += charge * (len(groups) - 1)
                for g, choices in groups.items():
                    for k in choices:
                        scores[g][k] -= charge
            self.step(sum(map(len, scores)) + len(rows))
            if box is not None:
                tops = [max(scores[g][k] for k in ks) for g, ks in enumerate(box)]
                slack += sum(tops) - least
                if slack < 0:
                    box = None
                else:
                    kept = [{k for k in ks if tops[g] - scores[g][k] <= slack} for g, ks in enumerate(box)]
                    box = self._box(kept)
            self._act(action, box, boxes, (floors, product, found))
        need(not boxes, "open boxes left")
        return found

    @staticmethod
    def _box(choices: list[set[int]]) -> list[set[int]] | None:
        return choices if all(choices) else None

    def _row(self, value: Any) -> tuple[int, dict[int, set[int]]]:
        charge, pairs = listed(value, 2, 2)
        groups: dict[int, set[int]] = {}
        for pair in listed(pairs, 2):
            group, choices = listed(pair, 2, 2)
            g = number(group, 0, len(self.groups) - 1)
            need(g not in groups, "a group twice in a row")
            groups[g] = {number(k, 0) for k in listed(choices)}
            need(groups[g] <= self.options[g].keys(), "a choice that does not count")
        for picked in itertools.product(*groups.values()):
            self.step(1 + len(self.clauses))
            chosen: dict[int, int] = {}
            for g, k in zip(groups, picked, strict=True):
                chosen |= self.options[g][k]
            need(self.breaks(chosen), "a row that no rule gives")
        return number(charge, 0), groups

    def _least(
        self, lam: list[int], y: int, floors: list[int], product: tuple[tuple[int, ...], int] | None
    ) -> int:
        plain = sum(a * b for a, b in zip(lam, floors, strict=True))
        if product is None:
            need(y == 0, "a bound of a product that is not asked for")
            return plain
        if y == 0:
            return plain
        these, least = product
        total = sum(self.weights[p] for p in these)
        self.step(total * (y.bit_length() + 64) // 1_000 + least.bit_length() // 1_000 + 1)
        left = (y - 1) ** total * math.prod(self.weights[p] ** self.weights[p] for p in these)
        right = total**total * least * math.prod(lam[p] ** self.weights[p] for p in these)
        need(left < right, "a bound of the product that is too high")
        rest = sum(lam[q] * floors[q] for q in range(self.columns) if q not in these)
        return max(plain, y + sum(lam[p] * self.reservation[p] for p in these) + rest)

    def _act(self, action: Any, box: list[set[int]] | None, boxes: list[Any], request: Any) -> None:
        if type(action) is int:
            need(action == 0 and box is None, "a box that is not empty")
            return
        need(isinstance(action, dict) and len(action) == 1, "an unknown action")
        if "split" in action:
            group, choice = listed(action["split"], 2, 2)
            g = number(group, 0, len(self.groups) - 1)
            k = number(choice, 0)
            for keep in (lambda j: j != k, lambda j: j == k):
                half = box and [{j for j in ks if i != g or keep(j)} for i, ks in enumerate(box)]
                boxes.append(self._box(half) if half else None)
            return
        order = [number(g, 0, len(self.groups) - 1) for g in listed(mapping(action, ("walk",))["walk"])]
        need(sorted(order) == list(range(len(self.groups))), "a walk that leaves a group out")
        if box is not None:
            self._walk(order, box, *request)

    def _walk(
        self,
        order: list[int],
        box: list[set[int]],
        floors: list[int],
        product: tuple[tuple[int, ...], int] | None,
        found: set[Package],
    ) -> None:
        """All packages of the box; a partial one is dropped where a column cannot reach its floor any more."""
        columns = range(self.columns)
        reach = [[0] * self.columns]
        for g in reversed(order):
            top = [max(self.value[g][k][q] for k in box[g]) for q in columns]
            reach.append([a + b for a, b in zip(reach[-1], top, strict=True)])
        reach.reverse()

        def go(depth: int, u: list[int], chosen: dict[int, int]) -> None:
            self.step()
            if any(u[q] + reach[depth][q] < floors[q] for q in columns):
                return
            if product is not None:
                bound = [
                    max(0, u[p] + reach[depth][p] - self.reservation[p]) ** self.weights[p]
                    for p in product[0]
                ]
                if math.prod(bound) < product[1]:
                    return
            if self.breaks(chosen):
                return
            if depth < len(order):
                g = order[depth]
                for k in box[g]:
                    go(
                        depth + 1,
                        [a + b for a, b in zip(u, self.value[g][k], strict=True)],
                        chosen | self.options[g][k],
                    )
                return
            found.add(tuple(chosen[i] for i in range(self.issues)))

        go(0, [0] * self.columns, {})
