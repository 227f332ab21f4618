"""Which of several items matters most to whom, read from the turns of a talk about them.

Cues are the words around each mention of an item, the item's own name taken out, with who said them about whom; what
was asked before an answer; and the amounts that were proposed. So what is learned about one item holds for any
other, and a reader fitted on one talk's items reads another's. A logit over the orders weighs the cues: what shows
that an item is the most important is not the opposite of what shows that it is the least. No weights ship: a reader
is fitted on talks whose priorities are known.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from zopa.errors import NotApplicable
from zopa.reading.spoken_splits import ItemWords, spoken

__all__ = ["ItemWords", "PriorityReader", "TalkTurn", "cues", "first_mentions"]

Cues = Mapping[str, Mapping[str, float]]
"""Item -> cue -> how strongly it is there."""
Array = NDArray[np.float64]

MOST_ITEMS = 6
"""All orders are compared: 720 of six items."""
WINDOW = 5
_TOKEN = re.compile(r"\w+(?:'\w+)?|[?!.,;:]")
_PERSON = (
    dict.fromkeys(["i", "my", "me", "we", "us", "our", "mine", "im", "i'm", "i'll", "i'd", "i've"], "I")
    | dict.fromkeys(["you", "your", "yours", "ya", "u", "you're", "you'll", "you'd"], "you")
    | dict.fromkeys(".?!", "-")
)
"""Words that change whom the rest of a sentence is about."""
_NUMBERS = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "zero": "0", "none": "0"}
_ENDS = frozenset(".?!;")
_AMOUNTS = frozenset(["0", "1", "2", "3", "4", "5", "all", "extra", "more", "some"])


@dataclass(frozen=True)
class TalkTurn:
    """What one person said; ``keeps`` is a formal offer: item -> the share that the offer leaves to its maker."""

    speaker: str
    text: str
    keeps: Mapping[str, float] = field(default_factory=dict)


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
    spoken_by = [("own" if t.speaker == person else "other", t, _words(t.text, items)) for t in turns]
    named: dict[str, list[str]] = {"own": [], "other": []}
    asked: list[str] = []
    for who, turn, words in spoken_by:
        for item, share in turn.keeps.items():
            counts[item][f"{who} offer"] += share * 3 - 1.5
        seen = list(dict.fromkeys(w.item for w in words if w.item))
        for rank, item in enumerate(seen):
            if len(seen) > 1:
                counts[item][f"{who} named {rank + 1} of {len(seen)}"] += 1
            for said in asked:
                counts[item][f"{who} answers {rank + 1} {said}"] += 1
        opening = not named[who]
        named[who] += [i for i in seen if i not in named[who]]
        for item, cue in _mentioned(words, who, opening):
            counts[item][cue] += 1
        asked = _question(words)
    for who, order in named.items():
        for item in items:
            counts[item][f"{who} first {order.index(item) + 1}" if item in order else f"{who} never"] += 1
    for item, cue in _proposed(spoken_by, items):
        counts[item][cue] = np.e - 1
    return {
        i: {c: float(np.sign(n) * np.log1p(abs(n))) for c, n in found.items()} for i, found in counts.items()
    }


def _mentioned(words: Sequence[_Word], who: str, opening: bool) -> Iterator[tuple[str, str]]:
    """The cues of all mentions of a turn; once more where the turn is the first in which this side names an item."""
    for at, word in enumerate(words):
        if word.item:
            for cue in _around(words, at, who):
                yield word.item, cue
                if opening:
                    yield word.item, f"first {cue}"


def _question(words: Sequence[_Word]) -> list[str]:
    """The words of the last question of a turn, if it names no item; what follows may be an answer."""
    marks = [k for k, w in enumerate(words) if w.text in _ENDS]
    last = max((k for k in marks if words[k].text == "?"), default=None)
    if last is None:
        return []
    start = max((k + 1 for k in marks if k < last), default=0)
    asked = words[start:last]
    return [] if any(w.item for w in asked) else list(dict.fromkeys(w.text for w in asked))


def _proposed(
    spoken_by: Sequence[tuple[str, TalkTurn, Sequence[_Word]]], items: Mapping[str, ItemWords]
) -> Iterator[tuple[str, str]]:
    """What the person would get by the first and the last words on it of each side, and by the last whole split."""
    gets: dict[tuple[str, str], list[str]] = defaultdict(list)
    split: dict[str, str] = {}
    for who, turn, _ in spoken_by:
        kept: dict[str, str] = {}
        for s in spoken(turn.text, items):
            units = items[s.item].units
            kept[s.item] = f"{s.amount if who == 'own' else units - s.amount} of {units}"
            gets[who, s.item].append(kept[s.item])
        split = kept if len(kept) > 1 else split
    for (who, item), shares in gets.items():
        yield item, f"{who} proposes first {shares[0]}"
        yield item, f"{who} proposes last {shares[-1]}"
    for item, share in split.items():
        yield item, f"last split {share}"


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
    """A logit over the orders of the items.

    An item at place p, from 1 for the most important to -1 for the least, adds p times its sum of ``weights`` and p
    squared times its sum of ``ends``: the second tells what is at either end from what is between.
    """

    weights: Mapping[str, float]
    ends: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def fit(
        cls,
        found: Sequence[Cues],
        orders: Sequence[Sequence[str]],
        *,
        penalties: Sequence[float] = (120.0,),
        groups: Sequence[int] = (),
        at_least: int = 3,
    ) -> PriorityReader:
        """The weights under which the known orders are most likely, large ones penalised.

        Parameters
        ----------
        found, orders
            Per person the cues, and the items from the most to the least important.
        penalties : sequence of float
            Of half the sum of squared weights. Of several the one is taken under which the orders of each group are
            most likely when the weights are fitted on the other groups.
        groups : sequence of int
            Per person the group, for the choice among several penalties.
        at_least : int
            Cues that occur with fewer items are left out.

        Raises
        ------
        NotApplicable
            No person, orders of different lengths, more than six items, or several penalties without groups.

        References
        ----------
        McFadden (1974), conditional logit; Critchlow, Fligner & Verducci (1991), probability models on rankings.
        """
        sizes = {len(o) for o in orders}
        if len(sizes) != 1 or len(found) != len(orders):
            raise NotApplicable(
                "fitting needs people whose orders are known, each of the same number of items"
            )
        if max(sizes) > MOST_ITEMS:
            raise NotApplicable(f"all orders are compared, which is done for at most {MOST_ITEMS} items")
        ranked = [of[item] for of, order in zip(found, orders, strict=True) for item in order]
        often = Counter(c for of in ranked for c in of)
        names = sorted(c for c, n in often.items() if n >= at_least)
        column = {c: k for k, c in enumerate(names)}
        cells = [(r, column[c], x) for r, of in enumerate(ranked) for c, x in of.items() if c in column]
        rows, columns, values = zip(*cells, strict=True) if cells else ((), (), ())
        table = csr_matrix((values, (rows, columns)), shape=(len(ranked), len(names)))
        size = sizes.pop()
        penalty = penalties[0] if len(penalties) == 1 else _chosen(table, size, penalties, groups)
        best = _weights(table, size, penalty)
        return cls(*(dict(zip(names, of.tolist(), strict=True)) for of in best))

    def order_chances(self, found: Cues) -> dict[tuple[str, ...], float]:
        """How likely each order of the items is, from the most to the least important."""
        items = tuple(found)
        sums = np.array([
            [sum(w.get(c, 0.0) * x for c, x in found[i].items()) for i in items]
            for w in (self.weights, self.ends)
        ])  # fmt: skip
        logs = _by_order(sums[0][None], sums[1][None])[0]
        p = np.exp(logs - logs.max())
        shares = (p / p.sum()).tolist()
        return dict(zip(itertools.permutations(items), shares, strict=True))

    def order(self, found: Cues) -> tuple[str, ...]:
        """The item that is most likely the most important, then the likeliest after it; ties in the items' order."""
        left, out = self.order_chances(found), list[str]()
        for place in range(len(found)):
            likely: dict[str, float] = dict.fromkeys((i for i in found if i not in out), 0.0)
            for order, p in left.items():
                likely[order[place]] += p
            out.append(max(likely, key=lambda i: likely[i]))
            left = {o: p for o, p in left.items() if o[place] == out[place]}
        return tuple(out)

    def chances(self, found: Cues) -> dict[str, float]:
        """Item -> how likely it is the most important one."""
        first: dict[str, float] = dict.fromkeys(found, 0.0)
        for order, p in self.order_chances(found).items():
            first[order[0]] += p
        return first


def _places(size: int) -> Array:
    """Order by item: the item's place, from 1 for the most important to -1; orders as permutations lists them."""
    line = np.linspace(1.0, -1.0, size) if size > 1 else np.zeros(1)
    return np.array([line[np.argsort(order)] for order in itertools.permutations(range(size))])


def _by_order(sums: Array, ends: Array) -> Array:
    """The logits of all orders, person by order, from the items' sums of weights, person by item."""
    places = _places(sums.shape[1])
    logits: Array = sums @ places.T + ends @ (places**2).T
    return logits


def _unlikely(sums: Array, ends: Array) -> tuple[float, Array, Array]:
    """Minus the log likelihood that every person's order is that of the columns; and its slopes."""
    logits, places = _by_order(sums, ends), _places(sums.shape[1])
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    total = -float(np.log(p[:, 0]).sum())
    p[:, 0] -= 1
    return total, p @ places, p @ places**2


def _weights(table: csr_matrix, size: int, penalty: float) -> tuple[Array, Array]:
    n = table.shape[1]

    def loss(w: Array) -> tuple[float, Array]:
        total, *slopes = _unlikely(*((table @ of).reshape(-1, size) for of in (w[:n], w[n:])))
        slope = np.concatenate([table.T @ of.ravel() for of in slopes])
        return total + penalty / 2 * float(w @ w), slope + penalty * w

    best = minimize(loss, np.zeros(2 * n), jac=True, method="L-BFGS-B", options={"maxiter": 200}).x
    return best[:n], best[n:]


def _chosen(table: csr_matrix, size: int, penalties: Sequence[float], groups: Sequence[int]) -> float:
    """The penalty that does best in cross-validation by groups."""
    of = np.repeat(groups, size)
    if len(of) != table.shape[0] or len(set(groups)) < 2:
        raise NotApplicable("a choice among penalties needs people of at least two groups")

    def missed(penalty: float) -> float:
        total = 0.0
        for group in sorted(set(groups)):
            fitted = _weights(table[of != group], size, penalty)
            total += _unlikely(*((table[of == group] @ w).reshape(-1, size) for w in fitted))[0]
        return total

    return min(penalties, key=missed)
