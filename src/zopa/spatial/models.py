"""The models by name: each takes positions, saliences and capabilities and says where things end.

A string names what we ship; a callable ``f(x, s, c) -> place`` is what the user brings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable, UnknownName
from zopa.spatial import exchange, expected_utility, ktab, one_shot
from zopa.spatial.lines import Field

__all__ = [
    "MODELS",
    "ForecastModel",
    "ForecastStep",
    "Own",
    "Setting",
    "heavy",
    "is_default",
    "ktab_turns",
    "outcomes",
    "resolve",
    "steps",
]

Array = NDArray[np.float64]
Played: TypeAlias = tuple[Array, tuple[Any, ...]]
Own: TypeAlias = Callable[[Array, Array, Array], float]
Switches: TypeAlias = expected_utility.ChallengeReading | ktab.Rules


@dataclass(frozen=True)
class Setting:
    """How a model is run: its reading, its number of rounds, the limits of exchanges.

    ``reading`` is a name, or for ``pressure`` and ``ktab`` a set of switches of one's own; for ``ktab`` also
    how far ideals follow positions, and the seed of its random bargains.
    """

    reading: str | Switches = ""
    rounds: int = 10
    limits: exchange.Limits | None = None
    accommodation: Array | None = None
    seed: int = 1


@dataclass(frozen=True)
class ForecastModel:
    """A way to forecast.

    Attributes
    ----------
    title, asks : str
    readings : named meanings, the default first; empty where there is only one
    rounds : default number of rounds, 0 for models without rounds
    single : (x, s, c, setting) -> places, arrays (..., n) -> (...): one line, any number of draws
    joint : (x, s, c, setting) -> places (k,) and the rounds played; all of shape (n, k), one draw
    pairwise : whether every pair of positions is compared, so that time grows with the square of the parties
    """

    title: str
    asks: str
    readings: tuple[str, ...] = ()
    rounds: int = 0
    single: Callable[[Array, Array, Array, Setting], Array] | None = None
    joint: Callable[[Array, Array, Array, Setting], Played] | None = None
    pairwise: bool = False


def _meaning(setting: Setting) -> expected_utility.ChallengeReading:
    given = setting.reading
    return (
        given
        if isinstance(given, expected_utility.ChallengeReading)
        else expected_utility.READINGS[str(given)]
    )


def _rules(setting: Setting) -> ktab.Rules:
    given = setting.reading
    return given if isinstance(given, ktab.Rules) else ktab.Rules(bargain=str(given) or "S2P2")


def _pressed(x: Array, s: Array, c: Array, setting: Setting) -> Array:
    ends = expected_utility.settle(x, s, c, reading=_meaning(setting), rounds=setting.rounds)
    return one_shot.compromise(ends, s * c)


def _elected(x: Array, s: Array, c: Array, _: Setting) -> Array:
    return np.sum(one_shot.condorcet_election(x, s * c) * x, axis=-1)


def _settled(x: Array, s: Array, c: Array, setting: Setting) -> Played:
    """Where the turns end, averaged over ``RUNS`` runs when bargains are drawn at random."""
    runs = [ktab_turns(x, s, c, setting, seed) for seed in _seeds(setting)]
    ends = [
        [one_shot.compromise(r[-1].after[:, k], s[:, k] * c[:, k]) for k in range(x.shape[1])] for r in runs
    ]
    return np.mean(np.array(ends), axis=0), runs[0]


def _seeds(setting: Setting) -> list[np.random.SeedSequence | None]:
    if _rules(setting).transition == "Deterministic":
        return [None]
    return list(np.random.SeedSequence(setting.seed).spawn(RUNS))


def ktab_turns(
    x: Array, s: Array, c: Array, setting: Setting, seed: np.random.SeedSequence | None = None
) -> tuple[ktab.Turn, ...]:
    """KTAB's model on lines that everybody is on; saliences that add up to more than 1 are scaled to 1.

    Raises
    ------
    NotApplicable
        A party without a position on one of the lines, or with more than one capability.
    """
    if np.isnan(x).any():
        raise NotApplicable("KTAB's model needs a position of every party on every issue that takes part")
    if np.any(np.ptp(c, axis=1) > 0):
        raise NotApplicable(
            "KTAB's model has one capability per party for all issues; take `capabilities` out of the case, "
            "or ask one issue at a time with another model"
        )
    s = s / np.maximum(1.0, np.sum(s, axis=1, keepdims=True))
    return ktab.play(
        x,
        s,
        c[:, 0],
        rules=_rules(setting),
        turns=setting.rounds,
        accommodation=setting.accommodation,
        seed=seed,
    )


def _exchanged(x: Array, s: Array, c: Array, setting: Setting) -> Played:
    played = exchange.play(x, s, c, rounds=setting.rounds, limits=setting.limits)
    return np.array([float(v) for v in played[-1].outcome]), played


RUNS = 25
"""Runs of a model whose bargains are drawn at random."""


MODELS: Mapping[str, ForecastModel] = {
    "compromise": ForecastModel(
        "Compromise", "the mean of the positions, weighted by capability times salience",
        single=lambda x, s, c, _: one_shot.compromise(x, s * c),
    ),
    "median": ForecastModel(
        "Weighted median", "the place that half the weight is on either side of", one_shot.MEDIANS,
        single=lambda x, s, c, setting: one_shot.weighted_median(x, s * c, str(setting.reading)),
    ),
    "nash": ForecastModel(
        "Nash bargaining", "the place with the largest weighted product of gains, when no agreement is bad for all",
        single=lambda x, s, c, _: one_shot.nash_point(x, s * c),
    ),
    "election": ForecastModel(
        "Probabilistic Condorcet election", "the mean of the held places, by their chance to win every duel",
        single=_elected, pairwise=True,
    ),
    "pressure": ForecastModel(
        "Expected utility (Bueno de Mesquita)", "where parties end that give way to the challenges they expect to lose",
        tuple(expected_utility.READINGS), 10, single=_pressed, pairwise=True,
    ),
    "ktab": ForecastModel(
        "Spatial model of politics (KTAB)", "where bargains between pairs, chosen by all, end on all lines together",
        ("S2P2", "S1P1", "S2PMax"), 30, joint=_settled,
    ),
    "exchange": ForecastModel(
        "Exchange of positions (Stokman & van Oosten)", "outcomes after parties traded moves with equal gain",
        (), 1, joint=_exchanged,
    ),
}  # fmt: skip


def resolve(
    model: str | Own, reading: str | Switches | None, rounds: int | None
) -> tuple[ForecastModel, Setting]:
    """The model and how to run it.

    Raises
    ------
    UnknownName
        No such model, or no such reading of it.
    """
    if callable(model):
        own = model
        return ForecastModel(
            getattr(own, "__name__", "own model"), "your own function", single=_of_user(own)
        ), Setting()
    if model not in MODELS:
        raise UnknownName("forecast model", model, MODELS)
    found = MODELS[model]
    kind = {"pressure": expected_utility.ChallengeReading, "ktab": ktab.Rules}.get(model)
    if reading is not None and not isinstance(reading, str):
        if kind is None or not isinstance(reading, kind):
            raise UnknownName(
                f"reading of {model}", type(reading).__name__, found.readings or ("(it has only one)",)
            )
        return found, Setting(reading, found.rounds if rounds is None else rounds)
    if reading and reading not in found.readings:
        raise UnknownName(f"reading of {model}", reading, found.readings or ("(it has only one)",))
    chosen = reading or (found.readings[0] if found.readings else "")
    return found, Setting(chosen, found.rounds if rounds is None else rounds)


def _of_user(own: Own) -> Callable[[Array, Array, Array, Setting], Array]:
    def places(x: Array, s: Array, c: Array, _: Setting) -> Array:
        x, s, c = np.broadcast_arrays(x, s, c)
        n = x.shape[-1]
        rows = zip(x.reshape(-1, n), s.reshape(-1, n), c.reshape(-1, n), strict=True)
        found = np.array([float(own(a.copy(), b.copy(), d.copy())) for a, b, d in rows])
        if not np.all(np.isfinite(found)):
            raise NotApplicable(
                f"your model returned {found[~np.isfinite(found)][0]} where a place (a number) was expected"
            )
        return found.reshape(x.shape[:-1])

    return places


Each: TypeAlias = Callable[[int, int], bool]
"""(plays done, plays in all) -> whether to stop; asked between the plays of a model that treats lines together."""


def outcomes(
    model: ForecastModel, x: Array, s: Array, c: Array, setting: Setting, each: Each | None = None
) -> Array:
    """Places on every line: x, s and c of shape (..., n, k) -> (..., k).

    NaN marks a party that is not on a line; it must be the same in all draws. With ``each`` there is one
    leading axis at most, and it may come back shorter.
    """
    x, s, c = np.broadcast_arrays(x, s, c)
    if model.single is not None:
        on = ~np.isnan(x.reshape(-1, *x.shape[-2:])[0])
        columns = [
            model.single(x[..., on[:, k], k], s[..., on[:, k], k], c[..., on[:, k], k], setting)
            for k in range(x.shape[-1])
        ]
        return np.stack(np.broadcast_arrays(*columns), axis=-1)
    assert model.joint is not None
    lead = x.shape[:-2]
    flat = [a.reshape(-1, *a.shape[len(lead) :]) for a in (x, s, c)]
    found: list[Array] = []
    for a, b, d in zip(*flat, strict=True):
        if each is not None and each(len(found), len(flat[0])):
            break
        found.append(model.joint(a, b, d, setting)[0])
    shape = lead if len(found) == len(flat[0]) else (len(found),)
    return np.array(found).reshape(*shape, x.shape[-1])


def is_default(name: str, setting: Setting) -> bool:
    """Whether a model runs as it was calibrated: its first reading and its own number of rounds."""
    model = MODELS.get(name)
    return (
        model is not None and setting.rounds == model.rounds and setting.reading in ("", *model.readings[:1])
    )


@dataclass(frozen=True)
class ForecastStep:
    """One move in a round: who moved where on which issue, opposite whom, and in what kind of dealing.

    ``own`` and ``other`` are what the two expected (expected utility, chance or gain; ``of`` names it).
    """

    round: int
    issue: str
    party: str
    partner: str
    kind: str
    before: float
    after: float
    own: float
    other: float
    of: str

    def __str__(self) -> str:
        return (
            f"round {self.round}, {self.issue}: {self.party} {self.kind} {self.partner}, "
            f"{self.before:.1f} to {self.after:.1f} ({self.of} {self.own:.2f}, {self.other:.2f})"
        )


LARGE = 60
"""With more parties, models with rounds are run only when asked for."""
MANY = 20_000
"""With more exchanges to look at (estimated), so is the exchange model."""


def heavy(name: str, parties: int, issues: int) -> bool:
    """Whether a model is too slow for this many parties and issues to be run unasked."""
    if name == "exchange" and issues * (issues - 1) * parties**2 / 8 > MANY:
        return True
    return parties > LARGE and MODELS[name].rounds > 0


_WORDS = {1: "gives way to the challenge of", 2: "compromises with", 3: "gives in to"}


def steps(
    name: str, f: Field, setting: Setting, rounds: tuple[Any, ...] | None = None
) -> tuple[ForecastStep, ...]:
    """The trace of a model with rounds, empty for the others; ``rounds`` where they were played already."""
    if name == "pressure":
        return tuple(_challenge_steps(f, setting))
    joint = MODELS[name].joint
    if joint is None:
        return ()
    if rounds is None:
        rounds = joint(f.x, f.s, f.c, setting)[1]
    return tuple((_ktab_steps if name == "ktab" else _exchange_steps)(rounds, f.parties, f.issues))


def _challenge_steps(f: Field, setting: Setting) -> Iterator[ForecastStep]:
    for k, issue in enumerate(f.issues):
        on = np.flatnonzero(~np.isnan(f.x[:, k]))
        played = expected_utility.play(
            f.x[on, k], f.s[on, k], f.c[on, k], reading=_meaning(setting), rounds=setting.rounds
        )
        for number, r in enumerate(played, 1):
            for i in np.flatnonzero(r.partner >= 0):
                yield ForecastStep(
                    round=number,
                    issue=issue,
                    party=f.parties[on[i]],
                    partner=f.parties[on[r.partner[i]]],
                    kind=_WORDS[int(r.kind[i])],
                    before=float(r.before[i]),
                    after=float(r.after[i]),
                    own=float(r.own[i]),
                    other=float(r.other[i]),
                    of="expected utilities",
                )


def _ktab_steps(
    turns: tuple[ktab.Turn, ...], parties: tuple[str, ...], issues: tuple[str, ...]
) -> Iterator[ForecastStep]:
    for number, turn in enumerate(turns, 1):
        for a, (queue, chosen, p) in enumerate(zip(turn.queues, turn.chosen, turn.chances, strict=True)):
            i, j = queue[chosen]
            if not chosen:
                continue
            partner, kind = (
                (j, "takes its own bargain with") if i == a else (i, "takes the bargain proposed by")
            )
            for k, issue in enumerate(issues):
                if abs(turn.after[a, k] - turn.before[a, k]) > 0.005:
                    yield ForecastStep(
                        round=number,
                        issue=issue,
                        party=parties[a],
                        partner=parties[partner],
                        kind=kind,
                        before=float(turn.before[a, k]),
                        after=float(turn.after[a, k]),
                        own=float(p[chosen]),
                        other=float(p[0]),
                        of="chances of this and of staying",
                    )


def _exchange_steps(
    rounds: tuple[exchange.ExchangeRound, ...], parties: tuple[str, ...], issues: tuple[str, ...]
) -> Iterator[ForecastStep]:
    for number, r in enumerate(rounds, 1):
        for e in r.executed:
            for a, b, q, start, to in ((e.i, e.j, e.q, e.i_from, e.i_to), (e.j, e.i, e.p, e.j_from, e.j_to)):
                yield ForecastStep(
                    round=number,
                    issue=issues[q],
                    party=parties[a],
                    partner=parties[b],
                    kind="moves in exchange with",
                    before=float(start),
                    after=float(to),
                    own=float(e.gain),
                    other=float(e.gain),
                    of="gains",
                )
