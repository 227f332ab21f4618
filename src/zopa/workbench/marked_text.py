"""A source text cut where records begin and end, for a page that marks each of them, also where they overlap."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from itertools import pairwise
from typing import Generic, NamedTuple, TypeVar

__all__ = ["Stretch", "stretches"]

Key = TypeVar("Key", bound=Hashable)


class Stretch(NamedTuple, Generic[Key]):
    """A part of a text that the same records cover: the shortest first; and those that begin with it."""

    text: str
    covered: tuple[Key, ...]
    begins: tuple[Key, ...]


def stretches(text: str, spans: Mapping[Key, tuple[int, int]]) -> list[Stretch[Key]]:
    """The parts of a text, one after another; together they are the text.

    Parameters
    ----------
    spans : record -> start and end in code points, start < end.
    """
    cuts = sorted({0, len(text), *(x for span in spans.values() for x in span)})
    starts: dict[int, list[Key]] = {}
    for key, (start, _) in spans.items():
        starts.setdefault(start, []).append(key)
    found: list[Stretch[Key]] = []
    here: set[Key] = set()
    for a, b in pairwise(cuts):
        here = {key for key in here if spans[key][1] > a} | set(starts.get(a, ()))
        covered = sorted(here, key=lambda k: (spans[k][1] - spans[k][0], spans[k]))
        found.append(Stretch(text[a:b], tuple(covered), tuple(starts.get(a, ()))))
    return found
