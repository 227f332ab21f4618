"""The models by name: each takes positions, saliences and capabilities and says where things end.

A string names what we ship; a callable ``f(x, s, c) -> place`` is what the user brings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable, UnknownName
from zopa.spatial import exchange
from zopa.spatial import expected_utility as pressure
from zopa.spatial import ktab as smp
from zopa.spatial import one_shot as static

__all__ = [
    "MODELS",
    "Model",
    "Own",
    "Setting",
    "Step",
    "heavy",
    "is_default",
    "ktab_turns",
    "outcomes",
    "resolve",
    "steps",
]

Array = NDArray[np.float64]
Own: TypeAlias = Callable[[Array, Array, Array], float]
Switches: TypeAlias = pressure.Reading | smp.Rules


@dataclass(frozen=True)
class Setting:
    """How a model is run: its reading, its number of rounds, the limits of exchanges.

    ``reading`` is a name, or for ``pressure`` and ``ktab`` a set of switches of one's own.
    """

    reading: str | Switches = ""
    rounds: int = 10
    limits: exchange.Limits | None = None


@dataclass(frozen=True)
class Model:
    """A way to forecast.

    Attributes
    ----------
    title, asks : str
    readings : named meanings, the default first; empty where there is only one
    rounds : default number of rounds, 0 for models without rounds
    single : (x, s, c, setting) -> places, arrays (..., n) -> (...): one line, any number of draws
    joint : (x, s, c, setting) -> places, (n, k), (n, k), (n,) -> (k,): all lines together, one draw
    """

    title: str
    asks: str
    readings: tuple[str, ...] = ()
    rounds: int = 0
    single: Callable[[Array, Array, Array, Setting], Array] | None = None
    joint: Callable[[Array, Array, Array, Setting], Array] | None = None


def _meaning(setting: Setting) -> pressure.Reading:
    given = setting.reading
    return given if isinstance(given, pressure.Reading) else pressure.READINGS[str(given)]


def _rules(setting: Setting) -> smp.Rules:
    given = setting.reading
    return given if isinstance(given, smp.Rules) else smp.Rules(bargain=str(given) or "S2P2")


def _pressed(x: Array, s: Array, c: Array, setting: Setting) -> Array:
    ends = pressure.settle(x, s, c, reading=_meaning(setting), rounds=setting.rounds)
    return static.compromise(ends, s * c)


def _elected(x: Array, s: Array, c: Array, _: Setting) -> Array:
    return np.sum(static.condorcet_election(x, s * c) * x, axis=-1)


def _settled(x: Array, s: Array, c: Array, setting: Setting) -> Array:
    turns = ktab_turns(x, s, c, setting)
    return np.array([static.compromise(turns[-1].after[:, k], s[:, k] * c) for k in range(x.shape[1])])


def ktab_turns(x: Array, s: Array, c: Array, setting: Setting) -> tuple[smp.Turn, ...]:
    """KTAB's model on lines that everybody is on."""
    if np.isnan(x).any():
        raise NotApplicable("KTAB's model needs a position of every party on every issue that takes part")
    s = s / np.maximum(1.0, np.sum(s, axis=1, keepdims=True))  # drawn saliences may add up to more
    return smp.play(x, s, c, rules=_rules(setting), turns=setting.rounds)


def _exchanged(x: Array, s: Array, c: Array, setting: Setting) -> Array:
    played = exchange.play(
        x, s, np.repeat(c[:, None], x.shape[1], axis=1), rounds=setting.rounds, limits=setting.limits
    )
    return np.array([float(v) for v in played[-1].outcome])


MODELS: Mapping[str, Model] = {
    "compromise": Model(
        "Compromise", "the mean of the positions, weighted by capability times salience",
        single=lambda x, s, c, _: static.compromise(x, s * c),
    ),
    "median": Model(
        "Weighted median", "the place that half the weight is on either side of", static.MEDIANS,
        single=lambda x, s, c, setting: static.weighted_median(x, s * c, str(setting.reading)),
    ),
    "nash": Model(
        "Nash bargaining", "the place with the largest weighted product of gains, when no agreement is bad for all",
        single=lambda x, s, c, _: static.nash_point(x, s * c),
    ),
    "election": Model(
        "Probabilistic Condorcet election", "the mean of the held places, by their chance to win every duel",
        single=_elected,
    ),
    "pressure": Model(
        "Expected utility (Bueno de Mesquita)", "where parties end that give way to the challenges they expect to lose",
        tuple(pressure.READINGS), 10, single=_pressed,
    ),
    "ktab": Model(
        "Spatial model of politics (KTAB)", "where bargains between pairs, chosen by all, end on all lines together",
        ("S2P2", "S1P1", "S2PMax"), 30, joint=_settled,
    ),
    "exchange": Model(
        "Exchange of positions (Stokman & van Oosten)", "outcomes after parties traded moves with equal gain",
        (), 1, joint=_exchanged,
    ),
}  # fmt: skip


def resolve(model: str | Own, reading: str | Switches | None, rounds: int | None) -> tuple[Model, Setting]:
    """The model and how to run it.

    Raises
    ------
    UnknownName
        No such model, or no such reading of it.
    """
    if callable(model):
        own = model
        return Model(
            getattr(own, "__name__", "own model"), "your own function", single=_of_user(own)
        ), Setting()
    if model not in MODELS:
        raise UnknownName("forecast model", model, MODELS)
    found = MODELS[model]
    kind = {"pressure": pressure.Reading, "ktab": smp.Rules}.get(model)
    if reading is not None and not isinstance(reading, str):
        if kind is None or not isinstance(reading, kind):
            raise UnknownName(
                f"reading of {model}", type(reading).__name__, found.readings or ("(it has only one)",)
            )
        if isinstance(reading, smp.Rules) and reading.transition == "Stochastic":
            raise NotApplicable(
                "a forecast takes KTAB's most probable bargains; draw with zopa.spatial.ktab.play(seed=...)"
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


def outcomes(model: Model, x: Array, s: Array, c: Array, setting: Setting) -> Array:
    """Places on every line: x, s of shape (..., n, k) and c (..., n) -> (..., k).

    NaN marks a party that is not on a line; it must be the same in all draws.
    """
    x, s = np.broadcast_arrays(x, s)
    if model.single is not None:
        on = ~np.isnan(x.reshape(-1, *x.shape[-2:])[0])
        columns = [
            model.single(x[..., on[:, k], k], s[..., on[:, k], k], c[..., on[:, k]], setting)
            for k in range(x.shape[-1])
        ]
        return np.stack(np.broadcast_arrays(*columns), axis=-1)
    assert model.joint is not None
    lead = x.shape[:-2]
    c = np.broadcast_to(c, (*lead, x.shape[-2]))
    flat = [a.reshape(-1, *a.shape[len(lead) :]) for a in (x, s, c)]
    return np.array([model.joint(a, b, d, setting) for a, b, d in zip(*flat, strict=True)]).reshape(*lead, -1)


def is_default(name: str, setting: Setting) -> bool:
    """Whether a model runs as it was calibrated: its first reading and its own number of rounds."""
    model = MODELS.get(name)
    return (
        model is not None and setting.rounds == model.rounds and setting.reading in ("", *model.readings[:1])
    )


@dataclass(frozen=True)
class Step:
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


def heavy(name: str, parties: int) -> bool:
    """Whether a model is too slow for this many parties to be run unasked."""
    return parties > LARGE and MODELS[name].rounds > 0


_WORDS = {1: "gives way to the challenge of", 2: "compromises with", 3: "gives in to"}


def steps(
    name: str,
    x: Array,
    s: Array,
    c: Array,
    setting: Setting,
    parties: tuple[str, ...],
    issues: tuple[str, ...],
) -> tuple[Step, ...]:
    """The trace of a model with rounds, empty for the others; shapes (n, k), (n, k), (n,)."""
    if name == "pressure":
        return tuple(_pressure_steps(x, s, c, setting, parties, issues))
    if name == "ktab":
        return tuple(_ktab_steps(ktab_turns(x, s, c, setting), parties, issues))
    if name == "exchange":
        return tuple(_exchange_steps(x, s, c, setting, parties, issues))
    return ()


def _pressure_steps(
    x: Array, s: Array, c: Array, setting: Setting, parties: tuple[str, ...], issues: tuple[str, ...]
) -> list[Step]:
    told: list[Step] = []
    for k, issue in enumerate(issues):
        on = np.flatnonzero(~np.isnan(x[:, k]))
        reading = _meaning(setting)
        for number, r in enumerate(
            pressure.play(x[on, k], s[on, k], c[on], reading=reading, rounds=setting.rounds)
        ):
            told += [
                Step(number + 1, issue, parties[on[i]], parties[on[r.partner[i]]], _WORDS[int(r.kind[i])],
                     float(r.before[i]), float(r.after[i]), float(r.own[i]), float(r.other[i]), "expected utilities")
                for i in np.flatnonzero(r.partner >= 0)
            ]  # fmt: skip
    return told


def _ktab_steps(turns: tuple[smp.Turn, ...], parties: tuple[str, ...], issues: tuple[str, ...]) -> list[Step]:
    told: list[Step] = []
    for number, turn in enumerate(turns):
        for a, (queue, chosen, p) in enumerate(zip(turn.queues, turn.chosen, turn.chances, strict=True)):
            i, j = queue[chosen]
            if not chosen:
                continue
            partner, kind = (
                (j, "takes its own bargain with") if i == a else (i, "takes the bargain proposed by")
            )
            told += [
                Step(number + 1, issue, parties[a], parties[partner], kind, float(turn.before[a, k]),
                     float(turn.after[a, k]), float(p[chosen]), float(p[0]), "chances of this and of staying")
                for k, issue in enumerate(issues)
                if abs(turn.after[a, k] - turn.before[a, k]) > 0.005
            ]  # fmt: skip
    return told


def _exchange_steps(
    x: Array, s: Array, c: Array, setting: Setting, parties: tuple[str, ...], issues: tuple[str, ...]
) -> list[Step]:
    told: list[Step] = []
    power = np.repeat(c[:, None], x.shape[1], axis=1)
    for number, r in enumerate(exchange.play(x, s, power, rounds=setting.rounds, limits=setting.limits)):
        for e in r.executed:
            told += [
                Step(number + 1, issues[q], parties[a], parties[b], "moves in exchange with",
                     float(start), float(to), float(e.gain), float(e.gain), "gains")
                for a, b, q, start, to in ((e.i, e.j, e.q, e.i_from, e.i_to), (e.j, e.i, e.p, e.j_from, e.j_to))
            ]  # fmt: skip
    return told
