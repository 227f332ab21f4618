"""KTAB's Spatial Model of Politics: several issues at once, bargains chosen by a probabilistic election.

Written from the published rules of KAPSARC's toolkit and checked against its reference logs; rule names
are KTAB's, so that its files can be read. Positions here are 0-100; inside they are 0-1 as in KTAB.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from zopa.errors import NotApplicable, UnknownName

__all__ = [
    "BARGAINS",
    "PCE",
    "RISK_ADJUST",
    "RISK_RANGE",
    "VICTORY",
    "VOTING",
    "Bargain",
    "Rules",
    "Turn",
    "challenges",
    "distances",
    "election",
    "meet",
    "play",
    "risks",
    "utility",
    "winning",
]  # fmt: skip

Array = NDArray[np.float64]
Pair = tuple[int, int]
Choose = Callable[[int, int, Sequence[Pair], Array], int]
"""(turn, party, queue as (initiator, receiver) pairs, probabilities) -> index into the queue."""


def _binary(d: Array) -> Array:
    return np.clip(d / 1e-8, -1.0, 1.0)


VOTING: dict[str, Callable[[Array], Array]] = {
    "Prop": lambda d: d,
    "Binary": _binary,
    "PropBin": lambda d: 0.8 * d + 0.2 * _binary(d),
    "Cubic": lambda d: d**3,
    "PropCbc": lambda d: 0.5 * d + 0.5 * d**3,
    "ASymProsp": lambda d: np.where(d < 0, d, 2.0 * d / 3.0),
}
"""Vote per unit of strength for a utility difference."""


def _share_binary(a: Array, b: Array) -> Array:
    r, t = a / (a + b), 1.1
    sure = 1.0 / (1.0 + 1e-6)
    between = np.clip((r * (t + 1) - 1) / (t - 1), 0.0, 1.0)
    return np.where(a >= t * b, sure, np.where(b >= t * a, 1.0 - sure, between))


def _power(k: int) -> Callable[[Array, Array], Array]:
    return lambda a, b: a**k / (a**k + b**k)


VICTORY: dict[str, Callable[[Array, Array], Array]] = {
    "Linear": _power(1), "Square": _power(2), "Quartic": _power(4), "Octic": _power(8), "Binary": _share_binary,
}  # fmt: skip
"""Probability of winning from the strengths of the two coalitions."""
PCE = ("Conditional", "MarkovUniform", "MarkovIncentive")
RISK_RANGE = ("Min", "Mid", "Max")
RISK_ADJUST = {"No": 0.0, "OneThird": 1 / 3, "Half": 0.5, "TwoThirds": 2 / 3, "Full": 1.0}
LARGEST = 1_000_000
"""Most cells of one piece of an election's votes."""
COMMIT = ("NoCommit", "SemiCommit", "FullCommit")
BARGAINS = ("S1P1", "S2P2", "S2PMax")
PERSPECTIVES = ("InitOnlyInterp", "InitRcvrInterp", "PWCompInterp")


@dataclass(frozen=True)
class Rules:
    """The nine choices of a KTAB run, with KTAB's names and defaults for CSV input.

    Attributes
    ----------
    victory : key of :data:`VICTORY`
    voting : key of :data:`VOTING`
    pce : ``Conditional``, ``MarkovUniform`` or ``MarkovIncentive``
    transition : ``Deterministic`` (most probable bargain, first of ties) or ``Stochastic`` (needs a seed)
    risk_range : ``Min`` [0, 1], ``Mid`` [-1/2, 1] or ``Max`` [-1, 1]
    risk_adjust : how far a party sees the others' own risk attitude instead of its own
    commit : how third parties stand to the side that they backed
    bargain : weights of the compromise of two parties: salience times probability to the power 1
        (``S1P1``) or 2 (``S2P2``), or pull of the probable winner only (``S2PMax``)
    perspective : whose estimate makes the bargain: the initiator's, both as two bargains, or their average
    as_ktab : follow two slips of KTAB where the receiver's estimate enters (its logs show both): the
        initiator's expected gain stands where its probability should, and the average takes the
        initiator's capability for both sides. False computes what its guide describes.
    """

    victory: str = "Linear"
    voting: str = "Prop"
    pce: str = "Conditional"
    transition: Literal["Deterministic", "Stochastic"] = "Deterministic"
    risk_range: str = "Mid"
    risk_adjust: str = "OneThird"
    commit: str = "SemiCommit"
    bargain: str = "S2P2"
    perspective: str = "InitOnlyInterp"
    as_ktab: bool = True

    def __post_init__(self) -> None:
        for kind, given, known in (
            ("victory model", self.victory, VICTORY),
            ("voting rule", self.voting, VOTING),
            ("election model", self.pce, PCE),
            ("risk range", self.risk_range, RISK_RANGE),
            ("transition", self.transition, ("Deterministic", "Stochastic")),
            ("risk adjustment", self.risk_adjust, RISK_ADJUST),
            ("commitment", self.commit, COMMIT),
            ("bargain", self.bargain, BARGAINS),
            ("perspective", self.perspective, PERSPECTIVES),
        ):
            if given not in known:
                raise UnknownName(kind, given, known)


@dataclass(frozen=True)
class Bargain:
    """What two parties would adopt, 0-100: ``ours`` for the initiator, ``theirs`` for the receiver."""

    initiator: int
    receiver: int
    ours: Array
    theirs: Array


@dataclass(frozen=True)
class Turn:
    """One turn of the model.

    Attributes
    ----------
    before, after : shape (n, k), positions 0-100
    standing : shape (n,), probability of each position in the risk-neutral election
    winning : shape (n,), the same with risk attitudes, see :func:`winning`
    risk : shape (n,), inferred risk attitude
    target : shape (n,), whom each party presses; -1 for nobody
    gain, odds : shape (n,), what it expects from that, and its probability of winning
    bargains : in order of the initiator
    queues : for each party the (initiator, receiver) pairs it chose from, (p, p) for staying
    chances : for each party the probabilities of its queue
    chosen : index into its queue for each party
    """

    before: Array
    after: Array
    standing: Array
    winning: Array
    risk: Array
    target: NDArray[np.intp]
    gain: Array
    odds: Array
    bargains: tuple[Bargain, ...]
    queues: tuple[tuple[Pair, ...], ...] = field(repr=False)
    chances: tuple[Array, ...] = field(repr=False)
    chosen: tuple[int, ...] = ()


def distances(ideal: Array, s: Array, x: Array) -> Array:
    """d[i, j]: salience-weighted distance of position j from i's ideal, shape (n, m)."""
    gap = s[:, None, :] * (ideal[:, None, :] - x[None, :, :])
    return np.sqrt(np.sum(gap**2, axis=-1) / np.sum(s**2, axis=-1)[:, None])


def utility(d: Array, risk: Array | float) -> Array:
    """Utility of distance ``d`` with risk attitude ``risk``; risk-neutral: 1 - d."""
    return np.where(d <= 1, (1 - d) * (1 + d * risk), (1 - d) * (1 + risk))


def election(u: Array, strength: Array, rules: Rules) -> tuple[Array, Array, Array]:
    """Coalitions C, pairwise chances P (both (m, m)) and the election's outcome p (m,).

    ``u`` has shape (n voters, m options); a voter's vote is its strength times the voting rule of the
    difference in utility.
    """
    vote = VOTING[rules.voting]
    m = u.shape[1]
    C = np.full((m, m), 1e-8)
    piece = max(1, LARGEST // m**2)
    for k in range(0, u.shape[0], piece):
        gap = u[k : k + piece, :, None] - u[k : k + piece, None, :]
        votes = np.maximum(strength[k : k + piece, None, None] * vote(gap), 0.0)
        for row in votes:  # one voter after the other, so that rounding does not depend on the pieces
            C += row
    P = VICTORY[rules.victory](C, C.T)
    np.fill_diagonal(P, 0.5)
    return C, P, _outcome(C, P, rules.pce)


def _outcome(C: Array, P: Array, pce: str) -> Array:
    if pce == "Conditional":
        logs = np.sum(np.log(np.maximum(P, 1e-300)), axis=1)
        p = np.exp(logs - np.max(logs))
        return p / np.sum(p)
    m = len(P)
    p = np.full(m, 1 / m)
    challenge, limit = np.full((m, m), 1 / m), 1e-6
    if pce == "MarkovIncentive":
        challenge, limit = C * P + 1e-10 * np.eye(m), 1e-8
        challenge = challenge / np.sum(challenge, axis=0)
    for _ in range(100_000):
        q = np.sum(P * (p[:, None] * challenge.T + p[None, :] * challenge), axis=1)
        far = np.max(np.abs(q - p))
        p = (p + q) / 2
        if far <= limit:
            break
    return p


def risks(p: Array, risk_range: str) -> Array:
    """Risk attitude inferred from standing ``p``: the likely winner is bold. 0 where all are equal."""
    low, high = np.min(p), np.max(p)
    if high - low <= 1e-12:
        return np.zeros_like(p)
    unit = (p - low) / (high - low)
    return {"Min": unit, "Mid": 1.5 * unit - 0.5, "Max": 2 * unit - 1}[risk_range]


def winning(x: Array, u: Array, c: Array, rules: Rules) -> Array:
    """Probability that each party's position wins the election among distinct positions, shape (n,).

    Positions within 0.1 of each other (0.001 on 0-1) are one option, whose probability its holders
    share; ``u`` are the utilities with each party's own risk attitude.
    """
    near = np.sqrt(np.sum((x[:, None, :] - x[None, :, :]) ** 2, axis=-1)) <= 1e-3
    first = np.argmax(near, axis=1)
    options, place = np.unique(first, return_inverse=True)
    return election(u[:, options], c, rules)[2][place]


def challenges(
    u: Array, i: int, S: Array, c: Array, rules: Rules, view: int | None = None
) -> tuple[Array, Array]:
    """Chances ``phi`` of i against each j and i's expected gains, in the utilities ``u`` of one observer.

    Parameters
    ----------
    u : shape (n, n)
        Utilities as the observer sees them: ``u[a, b]`` of b's position to a.
    S, c : shape (n,)
        Total salience and capability.
    view : int, optional
        Whose gain to return for each j, when not i's own.
    """
    vote, W, own = VOTING[rules.voting], S * c, np.diagonal(u)
    v_i = W[i] * vote(u[i, i] - u[i, :])
    v_j = W * vote(u[:, i] - own)
    ours = 1e-10 + np.maximum(v_i, 0) + np.maximum(v_j, 0)
    theirs = 1e-10 + np.maximum(-v_i, 0) + np.maximum(-v_j, 0)
    # rows: contest against j; columns: third party n
    lean = W[None, :] * vote(u[:, i][None, :] - u.T)
    p_i = (ours[:, None] + np.maximum(lean, 0)) / ((ours + theirs)[:, None] + np.abs(lean))
    u_i, u_j = u[:, i][None, :], u.T
    mine_i, mine_j = 2 * u_i + own, 2 * u_j + own
    full, none = rules.commit == "FullCommit", rules.commit == "NoCommit"
    back_i = p_i * (3 * u_i if full else mine_i) + (1 - p_i) * (mine_j if none else 3 * u_j)
    back_j = p_i * (mine_i if none else 3 * u_i) + (1 - p_i) * (3 * u_j if full else mine_j)
    third = W[None, :] * vote(back_i - back_j)
    third[:, i] = 0.0
    np.fill_diagonal(third, 0.0)
    phi = (ours + np.sum(np.maximum(third, 0), axis=1)) / (ours + theirs + np.sum(np.abs(third), axis=1))
    at_i, at_j = u[i, i], u[i, :]
    if view is not None:
        at_i, at_j = u[view, i], u[view, :]
    expected = (1 - S) * 2 * at_i + S * (phi * 2 * at_i + (1 - phi) * 2 * at_j)
    return phi, expected - (at_i + at_j)


def _half_up(x: Array) -> Array:
    return np.floor(x * 1e4 + 0.5) / 1e4


def meet(x_i: Array, x_j: Array, s_i: Array, s_j: Array, phi: float, kind: str) -> tuple[Array, Array]:
    """Where i and j would meet, per issue on 0-1, if i wins with probability ``phi``."""
    least = 1e-6
    if kind == "S2PMax":
        d_i, d_j = max(0.0, 1 - 2 * phi), max(0.0, 2 * phi - 1)
        a = d_i * s_j**2 / (d_i * s_j**2 + least + (1 - d_i) * s_i**2)
        b = d_j * s_i**2 / (d_j * s_i**2 + least + (1 - d_j) * s_j**2)
        return x_i + a * (x_j - x_i), x_j + b * (x_i - x_j)
    k = 1 if kind == "S1P1" else 2
    w_i, w_j = (s_i * phi) ** k, (s_j * (1 - phi)) ** k
    total = w_i + w_j + least
    ours = ((w_i + least) * x_i + w_j * x_j) / total
    return _half_up(ours), _half_up((w_i * x_i + (w_j + least) * x_j) / total)


def _proposals(
    pair: Pair, x: Array, s: Array, c: Array, odds: tuple[float, float], rules: Rules
) -> list[Bargain]:
    i, j = pair
    first = meet(x[i], x[j], s[i], s[j], odds[0], rules.bargain)
    if rules.perspective == "InitOnlyInterp":
        return [Bargain(i, j, *first)]
    second = meet(x[i], x[j], s[i], s[j], odds[1], rules.bargain)
    if rules.perspective == "InitRcvrInterp":
        return [Bargain(i, j, *first), Bargain(i, j, *second)]
    S = np.sum(s, axis=1)
    w_i, w_j = c[i] * S[i], (c[i] if rules.as_ktab else c[j]) * S[j]
    ours, theirs = ((w_i * a + w_j * b) / (w_i + w_j) for a, b in zip(first, second, strict=True))
    return [Bargain(i, j, ours, theirs)]


def _pressed(
    x: Array, s: Array, c: Array, d: Array, R: Array, rules: Rules
) -> tuple[NDArray[np.intp], Array, Array, list[Bargain]]:
    """Whom each party presses, what it expects, its odds, and the bargains that come of it."""
    n, S, f = len(x), np.sum(s, axis=1), RISK_ADJUST[rules.risk_adjust]

    def seen_by(h: int) -> Array:
        return utility(d, (R[h] + f * (R - R[h]))[:, None])

    target = np.full(n, -1, dtype=np.intp)
    gain, odds = np.zeros(n), np.zeros(n)
    made: list[Bargain] = []
    for i in range(n):
        phi, gains = challenges(seen_by(i), i, S, c, rules)
        gains[i] = -np.inf
        j = int(np.argmax(gains))
        if gains[j] <= 1e-5:
            continue
        target[i], gain[i], odds[i] = j, gains[j], phi[j]
        estimate = float(phi[j])
        if rules.perspective != "InitOnlyInterp":
            their_phi, their_gain = challenges(seen_by(j), i, S, c, rules)
            estimate = float(np.clip(their_gain[j], 0, 1) if rules.as_ktab else their_phi[j])
        made += _proposals((i, j), x, s, c, (float(phi[j]), estimate), rules)
    return target, gain, odds, made


def _worth(made: list[Bargain], ideal: Array, s: Array, own_u: Array, R: Array) -> list[Array]:
    """What each bargain is worth to each party: the mean over all positions as they would be after it."""
    if not made:
        return []
    stay = np.mean(own_u, axis=1)
    ends = np.stack([[b.ours, b.theirs] for b in made]).reshape(2 * len(made), -1)
    moved = utility(distances(ideal, s, ends), R[:, None]).reshape(len(stay), len(made), 2)
    old = np.stack([own_u[:, [b.initiator, b.receiver]] for b in made], axis=1)
    # in this order: equally good bargains are common, and another order of rounding would choose among them
    change = np.sum(moved, axis=2) - old[..., 0] - old[..., 1]
    return list((stay[:, None] + change / len(stay)).T)


def _take_turn(
    x: Array,
    ideal: Array,
    s: Array,
    c: Array,
    rules: Rules,
    choose: Callable[[int, Sequence[Pair], Array], int],
) -> Turn:
    d = distances(ideal, s, x)
    _, _, standing = election(utility(d, 0.0), c, rules)
    R = risks(standing, rules.risk_range)
    target, gain, odds, made = _pressed(x, s, c, d, R, rules)
    own_u = utility(d, R[:, None])
    stay, worth = np.mean(own_u, axis=1), _worth(made, ideal, s, own_u, R)
    after = x.copy()
    queues, chances, chosen = [], [], []
    for a in range(len(x)):
        mine = [k for k, b in enumerate(made) if a in (b.initiator, b.receiver)]
        queue = ((a, a), *((made[k].initiator, made[k].receiver) for k in mine))
        _, _, p = election(np.column_stack([stay, *(worth[k] for k in mine)]), c, rules)
        pick = choose(a, queue, p)
        if pick:
            b = made[mine[pick - 1]]
            after[a] = b.ours if a == b.initiator else b.theirs
        queues.append(queue)
        chances.append(p)
        chosen.append(pick)
    return Turn(
        before=x * 100,
        after=after * 100,
        standing=standing,
        winning=winning(x, own_u, c, rules),
        risk=R,
        target=target,
        gain=gain,
        odds=odds,
        bargains=tuple(Bargain(b.initiator, b.receiver, b.ours * 100, b.theirs * 100) for b in made),
        queues=tuple(queues),
        chances=tuple(chances),
        chosen=tuple(chosen),
    )


def _most_probable(_turn: int, _party: int, _queue: Sequence[Pair], p: Array) -> int:
    return int(np.argmax(p))


def play(
    x: Array,
    s: Array,
    c: Array,
    *,
    rules: Rules | None = None,
    accommodation: Array | None = None,
    turns: int = 100,
    seed: int | np.random.SeedSequence | None = None,
    choose: Choose | None = None,
) -> tuple[Turn, ...]:
    """Turns of the model until the moves fade below 2 % of the first turn's, at most ``turns``.

    Parameters
    ----------
    x : array, shape (n, k)
        Positions 0-100 of n parties on k issues, without gaps.
    s : array, shape (n, k)
        Saliences 0-1; a party's sum is at most 1 and above 0.
    c : array, shape (n,)
        Capabilities, at least 0.
    accommodation : array, shape (n, n), optional
        How far ideals follow positions; identity when left out.
    seed : int
        Needed by stochastic transitions only.
    choose : callable, optional
        Replaces the transition rule; used to replay a recorded run.

    Raises
    ------
    NotApplicable
        A salience sum of 0 or above 1, no capability at all, or a stochastic run without a seed.
    """
    rules = rules or Rules()
    if not all(np.all(np.isfinite(a)) for a in (x, s, c)):
        raise NotApplicable("positions, saliences and capabilities must be numbers, without gaps")
    S = np.sum(s, axis=1)
    if np.any(S <= 0) or np.any(S > 1 + 1e-9):
        raise NotApplicable(
            "the saliences of each party must sum to more than 0 and at most 1 (100 in files)"
        )
    if not np.any(c > 0):
        raise NotApplicable("nobody has a capability above zero; enter at least one")
    if choose is None:
        choose = _most_probable
        if rules.transition == "Stochastic":
            choose = _drawn(seed)
    at, ideal = np.asarray(x, float) / 100, np.asarray(x, float) / 100
    played: list[Turn] = []
    first = 0.0
    for number in range(turns):
        turn = _take_turn(at, ideal, s, c, rules, partial(choose, number))
        played.append(turn)
        after = turn.after / 100
        moved = float(np.sum(np.sqrt(np.sum((after - at) ** 2, axis=1))))
        first = first or moved
        at = after
        if accommodation is not None:
            ideal = accommodation @ at + (1 - np.sum(accommodation, axis=1))[:, None] * ideal
        else:
            ideal = at
        if number and moved < 0.02 * first + 1e-4:
            break
    return tuple(played)


def _drawn(seed: int | np.random.SeedSequence | None) -> Choose:
    if seed is None:
        raise NotApplicable("a stochastic run draws at random: give a seed, e.g. seed=1")
    rng = np.random.default_rng(seed)
    return lambda _turn, _party, queue, p: int(rng.choice(len(queue), p=p / np.sum(p)))
