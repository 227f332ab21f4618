"""Alternating offers between time-dependent tactics, in closed form: nobody reacts, so all offers are known before.

The offer made at a moment is answered by the next speakers in turn. How many of them accept it is an array over all
moments; a run is then a chain of jumps, from each offer to the one by which it is refused. Two parties: the first
moment at which the other accepts. Runs with the same tactics and order of speakers are the same run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zopa.space import IntArray
from zopa.talks.tactics import TOLERANCE, FloatArray

__all__ = ["Paths", "alternate_many", "alternate_timed"]

NONE = -1
FEW = 64
"""Up to this many different runs, each is worked out by jumps; beyond it, all go round by round together."""
Worth = Callable[[IntArray], FloatArray]
Needed = Callable[[NDArray[np.bool_]], NDArray[np.bool_]]


@dataclass(frozen=True)
class Paths:
    """What time-dependent tactics do, worked out once: aspiration and offer per tactic, party and round.

    ``slack`` is how far below its aspiration a party still accepts (NegMAS).
    """

    aspiration: FloatArray
    offer: IntArray
    slack: float = 0.0


def alternate_timed(
    paths: Paths,
    heard: Sequence[Worth],
    pick: IntArray,
    order: IntArray,
    agreed: Needed,
) -> tuple[int, int]:
    """One run of stacked alternating offers: the package (``NONE`` without agreement) and the round, from 0.

    Parameters
    ----------
    paths : arrays of shape (n_tactics, n_parties, rounds)
    heard : per party, packages -> what they are worth to it, from 0 to 1
    pick, order : tactic of each party; speakers in turn
    agreed : who accepted, shape (runs, n_parties) -> whether that makes an agreement
    """
    n, rounds = len(pick), paths.aspiration.shape[2]
    if not rounds:
        return NONE, 0
    speaker = np.asarray(order)
    offers = paths.offer[pick[speaker], speaker].T  # (rounds, turn)
    bars = paths.aspiration[pick[speaker], speaker] - (TOLERANCE + paths.slack)  # (turn, rounds)
    # Laid out by moment: the offer of a moment is answered at the next n - 1 moments, by whoever speaks then.
    moments = offers.ravel()
    bar = np.append(bars.T.ravel(), np.full(n, np.inf))
    told = np.array([heard[int(p)](moments) for p in speaker])
    now = np.arange(rounds * n)
    said_yes = np.ones(rounds * n, dtype=bool)
    count = np.zeros(rounds * n, dtype=np.int64)
    for ahead in range(1, n):
        said_yes &= told[(now + ahead) % n, now] >= bar[now + ahead]
        count += said_yes
    enough = [_enough(turn, speaker, agreed) for turn in range(n)]
    flat = count.tolist()
    at = 0
    while at < len(flat):
        yes = flat[at]
        turn = at % n
        if yes >= enough[turn]:
            return int(offers[at // n, turn]), (at + enough[turn]) // n
        at += yes + 1
    return NONE, rounds


def _enough(turn: int, speaker: IntArray, agreed: Needed) -> int:
    """How many of the next speakers must accept an offer made in this turn; beyond all where none suffices."""
    n = len(speaker)
    yes = np.zeros((n, n), dtype=bool)
    for more in range(n):
        yes[more:, speaker[(turn + more) % n]] = True
    made = np.flatnonzero(agreed(yes))
    return int(made[0]) if made.size else n


def alternate_many(
    paths: Paths,
    worth: Sequence[Worth],
    picks: IntArray,
    orders: IntArray,
    agreed: Needed,
    breakdown: IntArray,
) -> tuple[IntArray, IntArray]:
    """The same for many runs at once.

    Parameters
    ----------
    paths : arrays of shape (n_tactics, n_parties, rounds)
    worth : per party, packages -> what they are worth to it, from 0 to 1
    picks : tactic of each party, shape (runs, n_parties)
    orders : speakers, shape (runs, n_parties)
    agreed : who accepted, shape (runs, n_parties) -> whether that makes an agreement
    breakdown : round before which each run breaks off

    Returns
    -------
    (package or ``NONE``, round), each of shape (runs,)
    """
    rounds = paths.aspiration.shape[2]
    first, which = _distinct(picks, orders, len(paths.aspiration))
    if len(first) <= FEW:
        found = [alternate_timed(paths, worth, picks[k], orders[k], agreed) for k in first]
        ends, at = (np.array(column, dtype=np.int64) for column in zip(*found, strict=True))
    else:
        ends, at = _together(paths, worth, picks[first], orders[first], agreed)
    ends, at = ends[which], at[which]
    broken = breakdown <= at
    return np.where(broken, NONE, ends), np.where(broken, rounds, at)


def _distinct(picks: IntArray, orders: IntArray, tactics: int) -> tuple[IntArray, IntArray]:
    """The first of each kind of run, and of which kind every run is."""
    n = picks.shape[1]
    key = np.zeros(len(picks), dtype=np.int64)
    for column in picks.T:
        key = key * tactics + column
    for column in orders.T:
        key = key * n + column
    if tactics**n * n**n <= 4 * len(picks) + 1_000:
        seen = np.full(tactics**n * n**n, len(picks), dtype=np.int64)
        seen[key[::-1]] = np.arange(len(picks) - 1, -1, -1)
        used = np.flatnonzero(seen < len(picks))
        rank = np.empty(len(seen), dtype=np.int64)
        rank[used] = np.arange(len(used))
        return seen[used], rank[key]
    if tactics**n * n**n >= 2**62:
        _, first, which = np.unique(
            np.hstack([picks, orders]), axis=0, return_index=True, return_inverse=True
        )
        return first, which.ravel()
    _, first, which = np.unique(key, return_index=True, return_inverse=True)
    return first, which


def _together(
    paths: Paths, worth: Sequence[Worth], picks: IntArray, orders: IntArray, agreed: Needed
) -> tuple[IntArray, IntArray]:
    """Many different runs, round by round."""
    runs, n = picks.shape
    rounds = paths.aspiration.shape[2]
    # What every offer that can be made is worth to everybody: party, tactic and author, round.
    told = np.array([w(paths.offer.ravel()).reshape(paths.offer.shape) for w in worth])
    author = np.zeros((3, runs), dtype=np.int64)
    standing = np.full(runs, NONE)
    yes = np.zeros((runs, n), dtype=bool)
    end, at = np.full(runs, NONE), np.full(runs, rounds)
    live = np.arange(runs)
    for step in range(rounds):
        for turn in range(n):
            if not live.size:
                return end, at
            p = orders[live, turn]
            t = picks[live, p]
            held = standing[live]
            bar = paths.aspiration[t, p, step] - (TOLERANCE + paths.slack)
            by_tactic, by, when = author[:, live]
            accepts = (held != NONE) & (told[p, by_tactic, by, when] >= bar)
            says_no = live[~accepts]
            standing[says_no] = paths.offer[t, p, step][~accepts]
            author[:, says_no] = np.array([t, p, np.full(len(p), step)])[:, ~accepts]
            yes[says_no] = False
            yes[live, p] = True
            done = agreed(yes[live])
            ended = live[done]
            end[ended], at[ended] = standing[ended], step
            live = live[~done]
    return end, at
