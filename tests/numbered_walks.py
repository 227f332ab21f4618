"""Work for the tests of ``zopa.parallel``: a module of its own, so that other processes can import it."""

from __future__ import annotations

import time
from typing import Any

import numpy as np


def walk(k: int, scale: float = 1.0) -> dict[str, Any]:
    """Numbers of part k alone."""
    rng = np.random.default_rng(np.random.SeedSequence(7, spawn_key=(k,)))
    return {"x": rng.normal(size=500) * scale, "n": np.array(rng.integers(1 << 40))}


def slow_walk(k: int, seconds: float = 0.15) -> dict[str, Any]:
    time.sleep(seconds)
    return walk(k)


class StopHere(Exception):
    pass


def failing(k: int, at: int) -> dict[str, Any]:
    if k == at:
        raise StopHere
    return walk(k)
