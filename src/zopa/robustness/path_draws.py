"""How often an order of steps keeps every party at or above no agreement, under the draws of the stress lens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from zopa.errors import NotApplicable
from zopa.robustness.acceptance import accepted_at
from zopa.robustness.compatible_set import WordSettings
from zopa.robustness.number_draws import number_room
from zopa.robustness.shares import room
from zopa.robustness.stress import words_of
from zopa.space import Problem
from zopa.space.draws import chunks
from zopa.talks import UnderDraws

__all__ = ["path_draws"]


def path_draws(
    problem: Problem,
    paths: Sequence[Sequence[Mapping[str, str]]],
    draws: int = 1024,
    seed: int = 1,
    law: Literal["words", "numbers"] = "numbers",
) -> tuple[UnderDraws, ...]:
    """For each path, given as the packages after each step, in how many draws nobody falls below no agreement.

    Parameters
    ----------
    problem : Problem
    paths : packages, each issue -> option
    draws, seed : int
    law : 'numbers': weights, values and reservation values by their laws where they fit the words; 'words': uniform on
        what the words allow

    Raises
    ------
    NotApplicable
        Points that depend on several issues at once; numbers that hardly ever fit the words; words that leave no room.
    """
    space = problem.space
    if space.bonuses:
        raise NotApplicable("points that depend on several issues at once (`interactions`) are not drawn")
    # Numbers say themselves what no agreement is worth beside the status quo.
    words, _ = words_of(problem, WordSettings(waiting="open") if law == "numbers" else WordSettings())
    seeds = np.random.SeedSequence(seed).generate_state(len(words))
    packages = [np.array([space.package(x) for x in path], dtype=np.int64) for path in paths]
    fine = []  # per party and path: in which draws it stays at or above no agreement at every stop
    for own, stream in zip(words.values(), seeds, strict=True):
        body = number_room(problem, own) if law == "numbers" else room(own)
        points = np.concatenate([body.chunk(k, n, s) for k, (n, s) in enumerate(chunks(draws, int(stream)))])
        fine.append([accepted_at(own, rows, points).all(axis=0) for rows in packages])
    found = []
    for path in zip(*fine, strict=True):
        below = {party: int((~kept).sum()) for party, kept in zip(words, path, strict=True)}
        most = max(below, key=lambda p: below[p])
        found.append(
            UnderDraws(
                draws=draws,
                law=law,
                above=int(np.logical_and.reduce(path).sum()),
                below=below,
                breaks=most if below[most] else None,
            )
        )
    return tuple(found)
