"""Copies of one report: near-duplicate paragraphs are found by shared word sequences and counted once."""

from __future__ import annotations

import re
from collections.abc import Mapping

__all__ = ["copies"]

SHINGLE = 5
ALIKE = 0.5


def copies(texts: Mapping[str, str]) -> dict[tuple[str, int], tuple[str, int]]:
    """Which paragraph is a copy of which earlier one, as (text id, paragraph number) -> (text id, number).

    Two paragraphs are alike when they share at least half of the shorter one's five-word sequences
    (Broder 1997). Texts count as earlier in the order given; short paragraphs are never copies.
    """
    seen: dict[int, list[tuple[str, int]]] = {}
    sizes: dict[tuple[str, int], int] = {}
    out: dict[tuple[str, int], tuple[str, int]] = {}
    for name, text in texts.items():
        new: list[tuple[tuple[str, int], set[int]]] = []
        for n, paragraph in enumerate(p for p in text.split("\n") if p.strip()):
            words = re.findall(r"\w+", paragraph.lower())
            shingles = {hash(tuple(words[i : i + SHINGLE])) for i in range(len(words) - SHINGLE + 1)}
            if len(shingles) < SHINGLE:
                continue
            shared: dict[tuple[str, int], int] = {}
            for shingle in shingles:
                for place in seen.get(shingle, ()):
                    shared[place] = shared.get(place, 0) + 1
            best = max(shared, key=lambda place: (shared[place], place), default=None)
            if best and shared[best] >= ALIKE * min(len(shingles), sizes[best]):
                out[name, n] = out.get(best, best)
            else:
                new.append(((name, n), shingles))
        for place, shingles in new:  # a text is not compared with itself
            sizes[place] = len(shingles)
            for shingle in shingles:
                listed = seen.setdefault(shingle, [])
                if len(listed) < 8:
                    listed.append(place)
    return out
