"""Which of several items matters most to whom, read from the turns of a talk about them.

Cues are the words around each mention of an item, the item's own name taken out, with who said them about whom; so
what is learned about one item holds for any other, and a reader fitted on one talk's items reads another's. A
ranking model weighs the cues. No weights ship: a reader is fitted on talks whose priorities are known.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from zopa.errors import NotApplicable

__all__ = ["ItemWords", "PriorityReader", "TalkTurn", "cues", "first_mentions"]

Cues = Mapping[str, Mapping[str, float]]
"""ItemWords -> cue -> how strongly it is there."""

WINDOW = 5
_TOKEN = re.compile(r"\w+(?:'\w+)?|[?!.,;:]")
_PERSON = (
    dict.fromkeys(["i", "my", "me", "we", "us", "our", "mine", "im", "i'm", "i'll", "i'd", "i've"], "I")
    | dict.fromkeys(["you", "your", "yours", "ya", "u", "you're", "you'll", "you'd"], "you")
    | dict.fromkeys(".?!", "-")
)
"""Words that change whom the rest of a sentence is about."""
_NUMBERS = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "zero": "0", "none": "0"}
_AMOUNTS = frozenset(["0", "1", "2", "3", "4", "5", "all", "extra", "more", "some"])


@dataclass(frozen=True)
class TalkTurn:
    """What one person said; ``keeps`` is a formal offer: item -> the share that the offer leaves to its maker."""

    speaker: str
    text: str
    keeps: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class ItemWords:
    """What is shared: the words that name it, and words that hint at it; a final ``*`` stands for any ending."""

    names: tuple[str, ...]
    hints: tuple[str, ...] = ()

    def form(self, word: str) -> str:
        """``ITEM`` for a name, ``item`` for a hint, else empty."""
        return "ITEM" if _among(word, self.names) else "item" if _among(word, self.hints) else ""


def _among(word: str, forms: tuple[str, ...]) -> bool:
    return any(word == f or (f.endswith("*") and word.startswith(f[:-1])) for f in forms)


@dataclass(frozen=True)
class _Word:
    text: str
    item: str
    """The item that the word is about, or empty."""
    person: str
    """Whom the clause is about: ``I``, ``you`` or ``-``."""


def _words(text: str, items: Mapping[str, ItemWords]) -> list[_Word]:
    found, person = [], "-"
    for token in _TOKEN.findall(text.lower().replace("’", "'")):
        person = _PERSON.get(token, person)
        about = next(((i, form) for i, item in items.items() if (form := item.form(token))), None)
        item, word = about or ("", _NUMBERS.get(token, token))
        found.append(_Word(word, item, person))
    return found


def cues(
    turns: Sequence[TalkTurn], person: str, items: Mapping[str, ItemWords]
) -> dict[str, dict[str, float]]:
    """What the turns say about a person's priorities: item -> cue -> logarithm of one plus its count.

    Cues start with ``own`` where the person speaks and ``other`` where somebody else does.

    Examples
    --------
    >>> talk = [TalkTurn("A", "I need water the most."), TalkTurn("B", "You can have it, I need food.")]
    >>> found = cues(talk, "A", {"water": ItemWords(("water",)), "food": ItemWords(("food",))})
    >>> found["water"]["own+2 the most"] > 0, found["food"]["other-1 need"] > 0
    (True, True)
    """
    counts: dict[str, defaultdict[str, float]] = {i: defaultdict(float) for i in items}
    named: dict[str, list[str]] = {"own": [], "other": []}
    for turn in turns:
        who = "own" if turn.speaker == person else "other"
        for item, share in turn.keeps.items():
            counts[item][f"{who} offer"] += share * 3 - 1.5
        words = _words(turn.text, items)
        seen = list(dict.fromkeys(w.item for w in words if w.item))
        named[who] += [i for i in seen if i not in named[who]]
        for rank, item in enumerate(seen):
            if len(seen) > 1:
                counts[item][f"{who} named {rank + 1} of {len(seen)}"] += 1
        for at, word in enumerate(words):
            if word.item:
                for cue in _around(words, at, who):
                    counts[word.item][cue] += 1
    for who, order in named.items():
        for item in items:
            counts[item][f"{who} first {order.index(item) + 1}" if item in order else f"{who} never"] += 1
    return {
        i: {c: float(np.sign(n) * np.log1p(abs(n))) for c, n in found.items()} for i, found in counts.items()
    }


def _around(words: Sequence[_Word], at: int, who: str) -> Iterator[str]:
    """The cues of one mention: the words near it, the phrases beside it, the amount before it."""
    this = words[at]

    def form(w: _Word) -> str:
        return w.text if not w.item else "SAME" if w.item == this.item else "OTHER"

    before = [form(w) for w in words[max(0, at - WINDOW) : at]]
    after = [form(w) for w in words[at + 1 : at + 1 + WINDOW]]
    tag = f"{who} {this.person}"
    yield f"{tag} {this.text}"
    yield from (f"{who}<{w}" for w in dict.fromkeys(before))
    yield from (f"{who}>{w}" for w in dict.fromkeys(after))
    yield from (f"{who}-{n} {' '.join(before[-n:])}" for n in (1, 2, 3) if len(before) >= n)
    yield from (f"{who}+{n} {' '.join(after[:n])}" for n in (1, 2) if len(after) >= n)
    if before:
        yield f"{tag}-1 {before[-1]}"
    for w in reversed(words[max(0, at - 3) : at]):
        if w.item:
            return
        if w.text in _AMOUNTS:
            yield f"{tag} amount {w.text}"
            return


def first_mentions(turns: Sequence[TalkTurn], person: str, items: Mapping[str, ItemWords]) -> tuple[str, ...]:
    """The naive reader: items in the order in which the person first names them."""
    said = [w.item for t in turns if t.speaker == person for w in _words(t.text, items) if w.item]
    return tuple(dict.fromkeys(said))


@dataclass(frozen=True, eq=False)
class PriorityReader:
    """Weights of cues. A sum of weights per item; the higher, the more the item matters."""

    weights: Mapping[str, float]

    @classmethod
    def fit(
        cls,
        found: Sequence[Cues],
        orders: Sequence[Sequence[str]],
        *,
        penalty: float = 60.0,
        at_least: int = 3,
    ) -> PriorityReader:
        """The weights under which the known orders are most likely, large ones penalised.

        Parameters
        ----------
        found, orders
            Per person the cues, and the items from the most to the least important.
        penalty : float
            Of half the sum of squared weights.
        at_least : int
            Cues that occur with fewer items are left out.

        Raises
        ------
        NotApplicable
            No person, or orders of different lengths.

        References
        ----------
        Plackett (1975), the analysis of permutations; Beggs, Cardell & Hausman (1981), ranked data.
        """
        sizes = {len(o) for o in orders}
        if len(sizes) != 1 or len(found) != len(orders):
            raise NotApplicable(
                "fitting needs people whose orders are known, each of the same number of items"
            )
        ranked = [of[item] for of, order in zip(found, orders, strict=True) for item in order]
        often = Counter(c for of in ranked for c in of)
        names = sorted(c for c, n in often.items() if n >= at_least)
        column = {c: k for k, c in enumerate(names)}
        cells = [(r, column[c], x) for r, of in enumerate(ranked) for c, x in of.items() if c in column]
        rows, columns, values = zip(*cells, strict=True) if cells else ((), (), ())
        table = csr_matrix((values, (rows, columns)), shape=(len(ranked), len(names)))
        size = sizes.pop()

        def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            total, slope = _unlikely((table @ w).reshape(-1, size))
            return total + penalty / 2 * float(w @ w), table.T @ slope.ravel() + penalty * w

        best = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
        return cls(dict(zip(names, best.tolist(), strict=True)))

    def scores(self, found: Cues) -> dict[str, float]:
        """ItemWords -> sum of its weighted cues."""
        return {i: sum(self.weights.get(c, 0.0) * x for c, x in of.items()) for i, of in found.items()}

    def order(self, found: Cues) -> tuple[str, ...]:
        """Items from the most to the least important; ties in the order of the items."""
        scores = self.scores(found)
        return tuple(sorted(scores, key=lambda i: -scores[i]))

    def chances(self, found: Cues) -> dict[str, float]:
        """ItemWords -> how likely it is the most important one."""
        scores = self.scores(found)
        high = max(scores.values())
        odds = {i: float(np.exp(s - high)) for i, s in scores.items()}
        return {i: o / sum(odds.values()) for i, o in odds.items()}


def _unlikely(scores: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
    """Minus the log likelihood that rows come out in their order, first column first; and its slope."""
    total, slope = 0.0, np.zeros_like(scores)
    for rank in range(scores.shape[1] - 1):
        left = scores[:, rank:] - scores[:, rank:].max(axis=1, keepdims=True)
        p = np.exp(left)
        p /= p.sum(axis=1, keepdims=True)
        total -= float(np.log(p[:, 0]).sum())
        slope[:, rank:] += p
        slope[:, rank] -= 1
    return total, slope
