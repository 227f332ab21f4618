"""Is any package sure, is any conceivable, where packages are too many to list? Decided exactly, with proofs.

*Sure*: a master finds a package that obeys the rules and is acceptable at every value found so far; each party is
then asked for a compatible value that refuses it (one exact programme). No such value: the package is sure. Else the
values join the master, until it is empty: each value acts as one more party of an ordinary emptiness question, which
the exact search answers with a proof. *Conceivable*: the same the other way round; a package that no value of a party
accepts rules out everything that the party's words put no higher. Both end, because a cone has finitely many rays and
a space finitely many packages. (Reference: scenarios generated one by one, as in robust optimisation.)
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from zopa.bargaining.search import is_empty
from zopa.errors import NotApplicable
from zopa.robustness.compatible_set import Compatible, consistent
from zopa.robustness.inequalities import Vector
from zopa.robustness.large_verifier import LARGE
from zopa.robustness.verdicts import Certificate, Shown, ask_necessary, ask_never, certify, document
from zopa.space import Answer, Clause, Package, Problem, Question, Space

__all__ = ["Exists", "LargeStress", "any_conceivable", "any_sure", "joined", "stress_large"]

Tell = Callable[[str, float], None]
Stop = Callable[[], bool]
MOST_ROUNDS = 2000
Words = Sequence[Compatible]


@dataclass(frozen=True)
class Exists:
    """Whether a zone holds a package: True, False, or None where the search was stopped.

    Attributes
    ----------
    package : one of them.
    rounds : how often the master was asked.
    proof : for :func:`zopa.robustness.large_verifier.check_large`; empty where it was stopped, or where the search
        could not save its own part.
    """

    exists: bool | None
    package: Mapping[str, str] = field(default_factory=dict)
    rounds: int = 0
    proof: Mapping[str, Any] = field(default_factory=dict)


def any_sure(
    space: Space,
    words: Words,
    first: Iterable[Package] = (),
    *,
    stop: Stop = lambda: False,
    tell: Tell | None = None,
) -> Exists:
    """Whether some package that the rules allow is acceptable for all compatible values of all parties.

    Parameters
    ----------
    space : the rules of all chosen readings together; its own numbers are not used.
    words : what each party's words allow, once per distinct set.
    first : packages to be tried first.

    Raises
    ------
    NotApplicable
        Words that cannot all hold.
    """
    rays = [(n, k, point) for n, w in enumerate(words) for k, point in _inside(w)[:1]]
    tried = [x for x in first if space.allows(x)]
    for rounds in range(1, MOST_ROUNDS):
        (tell or (lambda _s, _d: None))(f"a package sure for all: {len(rays)} values, round {rounds}", 0.0)
        package = tried.pop(0) if tried else None
        if package is None:
            found = is_empty(_at_rays(space, words, rays), stop=stop)
            if found.empty is None or stop():
                return Exists(None, rounds=rounds)
            if found.empty:
                return Exists(False, rounds=rounds, proof=_sure_empty(space, words, rays, stop))
            package = found.package
        assert package is not None
        new = [(n, k, point) for n, w in enumerate(words) for k, point in _refusals(w, package)]
        if not new:
            return Exists(True, space.names(package), rounds, _member("sure", space, words, package))
        rays += [r for r in new if r not in rays]
    return Exists(None, rounds=MOST_ROUNDS)


def _inside(words: Compatible) -> list[tuple[int, Vector]]:
    """A compatible value per alternative that has one."""
    found = []
    for k, rows in enumerate(words.alternatives):
        point, _ = consistent(rows, len(words.variables))
        if point is not None:
            found.append((k, point))
    if not found:
        raise NotApplicable(f"the words of {words.party} cannot all hold")
    return found


def _refusals(words: Compatible, package: Package) -> list[tuple[int, Vector]]:
    """A compatible value that refuses the package, of the first alternative that has one."""
    gain = words.gain(package)
    for k, rows in enumerate(words.alternatives):
        point, _ = ask_necessary(rows, gain)
        if point is not None:
            return [(k, point)]
    return []


def _at_rays(space: Space, words: Words, rays: Sequence[tuple[int, int, Vector]]) -> Space:
    """The space in which every value found is a party that must accept."""
    scores = []
    for i, options in enumerate(space.options):
        rows = [[p[v] if v >= 0 else 0 for v in words[n].at[i][: len(options)]] for n, _, p in rays]
        large = max((abs(x) for row in rows for x in row), default=0) * len(space.issues) >= 2**40
        scores.append(np.array(rows, dtype=object if large else np.int64))
    costs = [-p[words[n].cost] if words[n].cost >= 0 else 0 for n, _, p in rays]
    return Space(
        parties=tuple(f"{words[n].party} {k}" for k, (n, _, _) in enumerate(rays)),
        issues=space.issues,
        options=space.options,
        scores=tuple(scores),
        reservation=tuple(costs),
        clauses=space.clauses,
    )


def _sure_empty(
    space: Space, words: Words, rays: Sequence[tuple[int, int, Vector]], stop: Stop
) -> dict[str, Any]:
    proof = is_empty(_at_rays(space, words, rays), proof=True, stop=stop).proof
    if proof is None:
        return {}
    claims: list[list[Certificate]] = [[] for _ in words]
    at = []
    for n, k, point in rays:
        at.append([n, len(claims[n])])
        claims[n].append(Certificate("consistent", {}, (Shown(k, point=point),), ()))
    documents = [document(w, space, c) for w, c in zip(words, claims, strict=True)]
    return {"format": LARGE, "zone": "sure", "empty": True, "words": documents, "values": at, "proof": proof}


def _member(zone: str, space: Space, words: Words, package: Package) -> dict[str, Any]:
    """That a package is in a zone: what shows it per party."""
    claim = "necessary" if zone == "sure" else "possible"
    documents = []
    for w in words:
        certificates = certify(w, space, package)[1]
        own = [c for c in certificates if c.claim == claim]
        if not own:  # necessary and so possible
            k, point = _inside(w)[0]
            own = [Certificate("possible", space.names(package), (Shown(k, point=point),), ())]
        documents.append(document(w, space, own))
    return {
        "format": LARGE,
        "zone": zone,
        "empty": False,
        "words": documents,
        "package": space.names(package),
    }


# ---- conceivable --------------------------------------------------------------------------------------------------
def any_conceivable(
    space: Space,
    words: Words,
    first: Iterable[Package] = (),
    *,
    stop: Stop = lambda: False,
    tell: Tell | None = None,
) -> Exists:
    """Whether some package that the rules allow is acceptable to each party for some of its compatible values.

    Parameters
    ----------
    space : the rules of one choice of readings; its own numbers are not used.
    words, first, stop, tell : as for :func:`any_sure`.
    """
    for w in words:
        _inside(w)
    boxes: list[tuple[int, Package, Clause]] = []
    tried = [x for x in first if space.allows(x)]
    for rounds in range(1, MOST_ROUNDS):
        (tell or (lambda _s, _d: None))(f"a conceivable package: round {rounds}", 0.0)
        package = tried.pop(0) if tried else None
        if package is None:
            found = is_empty(_outside(space, boxes), stop=stop)
            if found.empty is None or stop():
                return Exists(None, rounds=rounds)
            if found.empty:
                return Exists(False, rounds=rounds, proof=_conceivable_empty(space, words, boxes, stop))
            package = found.package
        assert package is not None
        refusing = [n for n, w in enumerate(words) if _never(w, package)]
        if not refusing:
            return Exists(True, space.names(package), rounds, _member("conceivable", space, words, package))
        for n in refusing:
            top = _raised(words[n], package)
            boxes.append((n, top, _box(words[n], top, f"never {len(boxes)}")))
    return Exists(None, rounds=MOST_ROUNDS)


def _never(words: Compatible, package: Sequence[int]) -> bool:
    gain, width = words.gain(package), len(words.variables)
    return all(
        consistent(rows, width)[0] is None or ask_never(rows, gain)[0] is None for rows in words.alternatives
    )


def _raised(words: Compatible, package: Package) -> Package:
    """The package with options that the party finds no worse, as long as it is never acceptable."""
    top = list(package)
    for i, order in enumerate(words.better):
        higher = [o for o in range(len(order)) if o != top[i] and order[o][top[i]]]
        for o in sorted(higher, key=lambda o: -sum(order[o])):
            ahead = [*top[:i], o, *top[i + 1 :]]
            if _never(words, ahead):
                top = ahead
                break
    return tuple(top)


def _box(words: Compatible, top: Package, name: str) -> Clause:
    """Everything no higher than a package is ruled out. An issue on which all options are no higher says nothing."""
    when = []
    for i, order in enumerate(words.better):
        mask = sum(1 << o for o in range(len(order)) if order[top[i]][o])
        if mask != (1 << len(order)) - 1:
            when.append((i, mask))
    return Clause(name, tuple(when))


def _outside(space: Space, boxes: Sequence[tuple[int, Package, Clause]]) -> Space:
    """The space without the boxes; one party that accepts everything."""
    return Space(
        parties=("anybody",),
        issues=space.issues,
        options=space.options,
        scores=tuple(np.zeros((1, len(o)), dtype=np.int64) for o in space.options),
        reservation=(0,),
        clauses=(*space.clauses, *(c for _, _, c in boxes)),
    )


def _conceivable_empty(
    space: Space, words: Words, boxes: Sequence[tuple[int, Package, Clause]], stop: Stop
) -> dict[str, Any]:
    proof = is_empty(_outside(space, boxes), proof=True, stop=stop).proof
    if proof is None:
        return {}
    claims: list[list[Certificate]] = [[] for _ in words]
    at = {}
    for n, top, clause in boxes:
        at[clause.rule] = [n, len(claims[n])]
        claims[n] += certify(words[n], space, top)[1]
    documents = [document(w, space, c) for w, c in zip(words, claims, strict=True)]
    return {
        "format": LARGE,
        "zone": "conceivable",
        "empty": True,
        "words": documents,
        "boxes": at,
        "proof": proof,
    }


# ---- the answer ---------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class LargeStress(Answer):
    """What survives what nobody knows, where packages are too many to list: whether the zones hold any, not how many.

    Attributes
    ----------
    packages : all packages.
    sure : acceptable to all for all compatible values, under all readings.
    conceivable : name of the readings -> acceptable to all for some compatible values.
    silent : parties of whose words none says what they could accept.
    clashes : party -> smallest sets of its words that cannot all hold; its words are then not used.
    """

    packages: int
    sure: Exists
    conceivable: Mapping[str, Exists]
    silent: tuple[str, ...]
    clashes: Mapping[str, tuple[tuple[str, ...], ...]]

    @property
    def possible(self) -> bool | None:
        """Whether some package is conceivable under some readings; None where that is not known."""
        found = [e.exists for e in self.conceivable.values()]
        return True if True in found else None if None in found else False


def stress_large(
    asked: Question,
    problems: Mapping[str, Problem],
    words: Mapping[str, Mapping[str, Compatible]],
    clashes: Mapping[str, tuple[tuple[str, ...], ...]],
    *,
    stop: Stop = lambda: False,
    tell: Tell | None = None,
) -> LargeStress:
    """Both questions for a case whose packages are too many to list.

    Raises
    ------
    NotApplicable
        An agreement that needs fewer than all parties.
    """
    first = next(iter(problems.values()))
    space = first.space
    if space.at_least < len(space.parties) and not all(space.required):
        raise NotApplicable(
            f"{space.n_packages:,} packages are too many to list, and in larger spaces what words imply is decided "
            "for agreements that need all parties only"
        )
    everybody = list(dict.fromkeys(w for found in words.values() for w in found.values()))
    drafts = [c.accepts for c in first.case.comparisons if len(c.accepts) == len(space.issues)]
    tried = [space.package(d) for d in {tuple(d.items()): d for d in drafts}.values()]
    sure = any_sure(joined([p.space for p in problems.values()]), everybody, tried, stop=stop, tell=tell)
    tried = [space.package(sure.package), *tried] if sure.exists else tried
    conceivable = {
        name: any_conceivable(p.space, list(words[name].values()), tried, stop=stop, tell=tell)
        for name, p in problems.items()
    }
    silent = [p for p, w in next(iter(words.values())).items() if not set(w.statements) - {"waiting"}]
    return LargeStress(
        asked,
        packages=space.n_packages,
        sure=sure,
        conceivable=conceivable,
        silent=tuple(silent),
        clashes=clashes,
    )


def joined(spaces: Sequence[Space]) -> Space:
    """One space under the rules of all of them: what every reading allows."""
    clauses = dict.fromkeys(itertools.chain.from_iterable(s.clauses for s in spaces))
    return replace(spaces[0], clauses=tuple(clauses))
