"""The verb ``stress``: what holds for all numbers that the words allow, for some, and for most."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from zopa.case import Case, fits_what_was_meant
from zopa.errors import NotApplicable
from zopa.parallel import Spread, in_parts
from zopa.robustness.compatible_set import Compatible, Unused, WordSettings, compatible
from zopa.robustness.implied_value import implied_reservation
from zopa.robustness.large_spaces import LargeStress, stress_large
from zopa.robustness.lens_draws import LensShares, under_the_draws
from zopa.robustness.shares import Drawn, FloatArray, accepted_by, room, shares
from zopa.robustness.shortlist import Committee, shortlist
from zopa.robustness.solution_picks import Picks, picks
from zopa.robustness.verdicts import (
    BoolArray,
    Certificate,
    Tabulated,
    certify,
    contradictions,
    document,
    dominated_by,
    tabulate,
)
from zopa.space import Answer, Problem, Readings, Space

__all__ = [
    "AS_SET",
    "AskedPackage",
    "PartyWords",
    "ReadingZones",
    "Stress",
    "Strip",
    "chosen_readings",
    "problems_of",
    "spoken",
    "stress",
    "words_of",
]

MOST_SHOWN = 5
MOST_HELD_AGAINST = 20_000
"""Packages up to which it is asked whether another may dominate a sure one."""
WAITING = "waiting"
AS_SET = "as set"
"""Name of the readings that a problem has by itself."""


@dataclass(frozen=True)
class ReadingZones:
    """The three zones under one set of readings, as counts of packages that its rules allow."""

    name: str
    readings: Mapping[str, str]
    admissible: int
    sure: int
    central: int
    conceivable: int


@dataclass(frozen=True)
class PartyWords:
    """What one party's words settle, under the first of the readings.

    Attributes
    ----------
    necessary, open, never : packages that the rules allow, acceptable for all, some, no compatible values.
    statements : statements and places of the case that gave an inequality.
    unused : words that gave none, and why.
    clashes : smallest sets of its words that cannot all hold; the party is then treated as unknown.
    central_breaks : words that the central judgments of the case do not satisfy.
    reservation : where its words put its reservation value, in points from its worst to its best package; may lie
        outside 0 to 100; None where too many options may be best or worst.
    left_open : offers and acceptances that leave issues open where its words do not fix its best answers.
    """

    necessary: int
    open: int
    never: int
    statements: tuple[str, ...]
    unused: tuple[Unused, ...] = ()
    clashes: tuple[tuple[str, ...], ...] = ()
    central_breaks: tuple[str, ...] = ()
    reservation: tuple[float, float] | None = None
    left_open: tuple[str, ...] = ()

    @property
    def silent(self) -> bool:
        """Whether no word of it says anything about what it could accept."""
        return not set(self.statements) - {WAITING}


@dataclass(frozen=True)
class Strip:
    """One package: the zone it is in, and per party the verdict with the words that decide it.

    ``efficient``: whether no values that fit the words let another package dominate it; None where not asked.
    """

    package: Mapping[str, str]
    zone: str
    verdicts: Mapping[str, str]
    certificates: Mapping[str, tuple[Certificate, ...]]
    efficient: bool | None = None


@dataclass(frozen=True)
class AskedPackage:
    """A package that was asked about: per party the verdict of its words and the share of draws that accept it.

    ``all`` is the share of the draws in which all parties accept; shares are None where nothing was drawn.
    """

    package: Mapping[str, str]
    verdicts: Mapping[str, str]
    parties: Mapping[str, float | None]
    all: float | None


@dataclass(frozen=True)
class Stress(Answer):
    """What survives what nobody knows.

    Attributes
    ----------
    packages : all packages.
    admissible : those that some of the readings allow.
    sure : acceptable to all required parties for all compatible values and under all readings.
    central : in the zone of the first readings, with the central judgments.
    conceivable : acceptable to all for some compatible values, under at least one of the readings.
    unchanged : whether the package that leaves everything as it is counts among the sure ones.
    readings : the same per set of readings.
    parties : what each party's words settle.
    shown : packages with their verdicts: sure ones first.
    proofs : per party the certificates of the shown packages as plain data.
    drawn : what draws from the compatible values say; None with the reason in ``not_drawn``.
    picks : what each solution picks under the draws of the first readings, with the indices of SMAA.
    asked : packages that were asked about, with their verdicts and shares.
    shortlist : three to five packages that together cover most scenarios, a scenario being a reading and a draw.
    lenses : what further lenses say of the shortlisted packages under the draws: whether they hold, when they open.
    """

    packages: int
    admissible: int
    sure: int
    central: int
    conceivable: int
    unchanged: bool
    readings: tuple[ReadingZones, ...]
    parties: Mapping[str, PartyWords]
    shown: tuple[Strip, ...] = ()
    proofs: Mapping[str, Any] = field(default_factory=dict)
    drawn: Drawn | None = None
    not_drawn: str = ""
    picks: Picks | None = None
    shortlist: Committee | None = None
    asked: tuple[AskedPackage, ...] = ()
    lenses: tuple[LensShares, ...] = ()

    @property
    def agreements(self) -> int:
        """Sure packages without the one that changes nothing."""
        return self.sure - self.unchanged


def chosen_readings(problem: Problem, readings: Readings | Sequence[str]) -> tuple[str | None, ...]:
    """The sets of readings to hold under; None is the problem's own.

    Without a choice: every named set of the case, but for those that set all rules aside, and those in which a rule is
    read as its party has said it did not mean it.
    """
    if isinstance(readings, Sequence) and not isinstance(readings, str):
        return tuple(readings)
    if isinstance(readings, str):
        return (readings,)
    if readings is not None:
        return (None,)
    return tuple(n for n, r in problem.case.readings.items() if r.all != "off" and _meant(problem, n)) or (
        None,
    )


def _meant(problem: Problem, name: str) -> bool:
    """Whether a named set of readings fits what the parties have said that they meant."""
    return fits_what_was_meant(problem.case, problem.with_readings(name).readings)


def problems_of(case: Case | Problem, readings: Readings | Sequence[str]) -> dict[str, Problem]:
    """Name -> the problem under that set of readings."""
    single = readings if isinstance(readings, Mapping) else None
    problem = Problem.of(case, single)
    return {
        name or AS_SET: problem if name is None else problem.with_readings(name)
        for name in chosen_readings(problem, readings)
    }


def words_of(
    problem: Problem, settings: WordSettings
) -> tuple[dict[str, Compatible], dict[str, tuple[tuple[str, ...], ...]]]:
    """Per party its compatible set, and its contradictions; a party that contradicts itself counts as silent."""
    found, clashes = {}, {}
    for party in problem.space.parties:

        def make(out: Iterable[str], party: str = party) -> Compatible:
            return compatible(problem, party, settings, out)

        words = make(())
        clashes[party] = contradictions(make)
        found[party] = make([u for u in words.statements if u != WAITING]) if clashes[party] else words
    return found, clashes


def spoken(problem: Problem, settings: WordSettings | None = None) -> bool:
    """Whether any party's words say something about what it could accept."""
    chosen = settings or WordSettings()
    return any(set(compatible(problem, p, chosen).statements) - {WAITING} for p in problem.space.parties)


def stress(
    case: Case | Problem,
    readings: Readings | Sequence[str] = None,
    *,
    settings: WordSettings | None = None,
    draws: int = 2048,
    seed: int = 1,
    packages: Sequence[Mapping[str, str]] = (),
    law: Literal["words", "numbers"] = "words",
    spread: Spread | None = None,
    stop: Callable[[], bool] = lambda: False,
    progress: Callable[[str, float], None] | None = None,
) -> Stress | LargeStress:
    """What holds whatever the numbers, what could hold, by the words on record alone.

    Parameters
    ----------
    case : Case or Problem
    readings : str, sequence of str, mapping or None
        The sets of readings to hold under. Default: all named ones but those that set every rule aside.
    settings : WordSettings, optional
        How words are taken; see there.
    draws, seed : int
        How many draws from the compatible values of the first readings; 0 for none.
    packages : full packages to be asked about, whatever zone they are in.
    law : of the draws: uniform on what the ``words`` allow, or the case's ``numbers`` by their laws.
    spread : Spread, optional
        How many workers share the work, and where finished parts of it are kept.
    stop : callable
        Asked between steps of the search in a space too large to list; once it is true, what is left is "not known".
    progress : callable (step, share done), optional

    Returns
    -------
    Stress, or LargeStress where packages are too many to list: whether there is a sure and a conceivable one.

    Raises
    ------
    NotApplicable
        Points that depend on several issues at once; too many packages to list and an agreement of fewer than all.
    """
    settings = settings or WordSettings()
    problems = problems_of(case, readings)
    first = next(iter(problems.values()))
    if any(i.party in first.space.parties for i in first.case.interactions):
        raise NotApplicable(
            "points that depend on several issues at once (`interactions`) are numbers, and orders of options, on which the "
            "words alone rest, would hold for given answers to the other issues only; leave `interactions` out to ask "
            "what the words say without them"
        )
    asked = first.question(
        "stress",
        taken=settings.taken,
        waiting=settings.waiting,
        hedged=settings.hedged,
        offers=settings.offers,
        refusals=settings.refusals,
        readings=list(problems),
    )
    about = {
        "case": asked.case,
        "rules": dict(asked.readings),
        **asked.settings,
        "draws": draws,
        "seed": seed,
    }
    words, clashes = {}, {}
    for name, problem in problems.items():
        words[name], clashes[name] = words_of(problem, settings)
    if not first.listable:
        own = clashes[next(iter(problems))]
        return stress_large(
            asked, problems, words, {p: c for p, c in own.items() if c}, stop=stop, tell=progress
        )
    allowed = {name: p.table.admissible for name, p in problems.items()}
    union = np.logical_or.reduce(list(allowed.values()))
    distinct = list(dict.fromkeys(w for found in words.values() for w in found.values()))
    tabulated = in_parts(
        _Verdicts(first.space, union),
        distinct,
        name="settling what words imply",
        about=about,
        spread=spread,
        progress=progress,
    )
    known = dict(zip(distinct, (_unpacked(t, len(union)) for t in tabulated), strict=True))
    rows, tables = [], {}
    sure, conceivable = union.copy(), np.zeros_like(union)
    for name, problem in problems.items():
        tables[name] = found = {party: known[w] for party, w in words[name].items()}
        here = allowed[name]
        must = here & _agreed(problem.space, [t.necessary for t in found.values()])
        may = here & _agreed(problem.space, [t.possible for t in found.values()])
        central = problem.table.agreed
        sure &= must
        conceivable |= may
        rows.append(
            ReadingZones(
                name,
                problem.readings,
                admissible=int(here.sum()),
                sure=int(must.sum()),
                central=int((here & central).sum()),
                conceivable=int(may.sum()),
            )
        )
    name = next(iter(problems))
    still = _unchanged(first)
    shown = _shown(first, words[name], sure, conceivable, still)
    not_drawn = _not_drawn(words[name].values(), law) if draws else "none were asked for"
    drawn: Drawn | None = None
    points: dict[str, FloatArray] = {}
    if not not_drawn:
        drawn, points = shares(
            problems, words[name], draws, seed, law=law, spread=spread, about=about, progress=progress
        )
    found_picks = (
        picks(
            first,
            words[name],
            points,
            [s.package for s in shown[:2]],
            spread=spread,
            about=about,
            progress=progress,
        )
        if points
        else None
    )
    members = (
        _members(problems, words[name], points, found_picks, drawn, seed=seed, still=still)
        if points
        else None
    )
    listed = [m.package for m in members.members] if members else []
    listed = [x for x in listed if first.space.allows(first.space.package(x))]
    lenses = (
        under_the_draws(
            first, words[name], points, listed, seed, spread=spread, about=about, progress=progress
        )
        if listed
        else ()
    )
    return Stress(
        asked,
        packages=first.space.n_packages,
        admissible=int(union.sum()),
        sure=int(sure.sum()),
        central=rows[0].central,
        conceivable=int(conceivable.sum()),
        unchanged=still is not None and bool(sure[still]),
        readings=tuple(rows),
        parties={
            p: _party(first, words[name][p], tables[name][p], allowed[name], clashes[name][p])
            for p in first.space.parties
        },
        shown=shown,
        proofs={
            p: document(words[name][p], first.space, [c for s in shown for c in s.certificates[p]])
            for p in first.space.parties
        }
        if shown
        else {},
        drawn=drawn,
        not_drawn=not_drawn,
        picks=found_picks,
        shortlist=members,
        asked=tuple(_asked(first, words[name], points, x) for x in packages),
        lenses=lenses,
    )


@dataclass(frozen=True)
class _Verdicts:
    """Verdicts on all packages by one party's words, as packed masks."""

    space: Space
    among: BoolArray

    def __call__(self, words: Compatible) -> dict[str, Any]:
        """Depends on the words alone."""
        found = tabulate(words, self.space, self.among)
        return {"necessary": np.packbits(found.necessary), "possible": np.packbits(found.possible)}


def _unpacked(masks: Mapping[str, Any], n: int) -> Tabulated:
    necessary, possible = (np.unpackbits(masks[k], count=n).astype(bool) for k in ("necessary", "possible"))
    return Tabulated(necessary, possible)


def _not_drawn(words: Iterable[Compatible], law: str) -> str:
    """Why nothing can be drawn; empty where it can."""
    if law == "numbers":
        return ""
    try:
        for w in words:
            room(w)
    except NotApplicable as why:
        return str(why)
    return ""


def _asked(
    problem: Problem,
    words: Mapping[str, Compatible],
    points: Mapping[str, FloatArray],
    package: Mapping[str, str],
) -> AskedPackage:
    chosen = problem.space.package(package)
    rows = np.array([chosen])
    fine = {p: accepted_by(w, rows, points[p])[0] for p, w in words.items()} if points else {}
    return AskedPackage(
        dict(package),
        verdicts={p: certify(w, problem.space, chosen)[0] for p, w in words.items()},
        parties={p: float(fine[p].mean()) if fine else None for p in words},
        all=float(np.logical_and.reduce(list(fine.values())).mean()) if fine else None,
    )


def _members(
    problems: Mapping[str, Problem],
    words: Mapping[str, Compatible],
    points: Mapping[str, FloatArray],
    found: Picks | None,
    drawn: Drawn | None,
    seed: int,
    still: int | None,
) -> Committee | None:
    """The shortlist; what solutions pick and what is acceptable most often is looked at in any case."""
    space = next(iter(problems.values())).space
    known = [p.package for m in (found.methods.values() if found else ()) for p in m.packages]
    known += [p.package for p in (drawn.packages if drawn else ())]
    numbers = [int(np.ravel_multi_index(space.package(x), space.sizes)) for x in known]
    return shortlist(problems, words, points, numbers, seed, still)


def _agreed(space: Space, masks: Sequence[BoolArray]) -> BoolArray:
    """Packages for which enough parties, and all those with a veto, are in their mask."""
    stacked = np.stack(masks)
    vetoes = np.logical_and.reduce(
        [m for m, need in zip(masks, space.required, strict=True) if need] or [stacked[0] | True]
    )
    enough: BoolArray = vetoes & (stacked.sum(axis=0) >= space.at_least)
    return enough


def _unchanged(problem: Problem) -> int | None:
    """The number of the package that leaves everything as it is, where every issue has such an option."""
    space, case = problem.space, problem.case
    now = [case.issues[i].now for i in space.issues]
    if any(n is None for n in now):
        return None
    at = [o.index(n or "") for o, n in zip(space.options, now, strict=True)]
    return int(np.ravel_multi_index(at, space.sizes))


def _party(
    problem: Problem,
    words: Compatible,
    table: Tabulated,
    allowed: BoolArray,
    clashes: tuple[tuple[str, ...], ...],
) -> PartyWords:
    necessary, possible = int((table.necessary & allowed).sum()), int((table.possible & allowed).sum())
    centre = words.central(problem)
    broken = [
        r
        for rows in words.alternatives[:1]
        for r in rows
        if (v := sum(a * b for a, b in zip(r.vector, centre, strict=True))) < 0 or (r.strict and v == 0)
    ]
    return PartyWords(
        necessary,
        open=possible - necessary,
        never=int(allowed.sum()) - possible,
        statements=words.statements,
        unused=words.unused,
        clashes=clashes,
        central_breaks=tuple(dict.fromkeys(u for r in broken for u in r.units)),
        reservation=implied_reservation(words),
        left_open=words.left_open,
    )


def _shown(
    problem: Problem,
    words: Mapping[str, Compatible],
    sure: BoolArray,
    conceivable: BoolArray,
    still: int | None,
) -> tuple[Strip, ...]:
    """A few sure packages, best in the central judgments for the party that gains least; else conceivable ones."""
    among = sure.copy()
    if still is not None:
        among[still] = False
    name = "sure" if among.any() else "conceivable"
    at = np.flatnonzero(among if among.any() else conceivable)
    if not at.size:
        return ()
    space = problem.space
    floor = np.array(space.reservation, dtype=problem.table.utilities.dtype)[:, None]
    worst = (problem.table.utilities[:, at] - floor).min(axis=0)
    best = at[np.lexsort((at, -worst.astype(float)))[:MOST_SHOWN]]
    return tuple(_strip(problem, words, int(k), name) for k in best)


def _strip(problem: Problem, words: Mapping[str, Compatible], k: int, zone: str) -> Strip:
    package = [int(x) for x in np.unravel_index(k, problem.space.sizes)]
    found = {p: certify(w, problem.space, package) for p, w in words.items()}
    return Strip(
        problem.space.names(package),
        zone,
        verdicts={p: v for p, (v, _) in found.items()},
        certificates={p: c for p, (_, c) in found.items()},
        efficient=dominated_by(words, problem.space, problem.table.admissible, package) is None
        if zone == "sure" and problem.space.n_packages <= MOST_HELD_AGAINST
        else None,
    )
