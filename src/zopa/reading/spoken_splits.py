"""Who would get how many of what: amounts that a turn of a talk gives to its speaker or to the listener.

"I can take 2 water and you get 1", "3 food for me", "I'd give you all of the wood": a number, an item, and the
receiver, who is named by the subject and its verb before, or by "for me" and "to you" after.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["ItemWords", "Spoken", "spoken"]

_TOKEN = re.compile(r"\d/\d|[^\W\d]+(?:'[^\W\d]+)?|\d+|[?!.,;:\n]")
_SPEAKER, _LISTENER = "speaker", "listener"
_OTHER = {_SPEAKER: _LISTENER, _LISTENER: _SPEAKER, "": ""}
_PERSONS = dict.fromkeys(["i", "we", "i'm", "i'll", "i'd", "i've", "me", "us", "myself", "mine", "im"], _SPEAKER) | dict.fromkeys(
    ["you", "u", "ya", "you're", "you'll", "you'd", "yourself", "yours"], _LISTENER
)  # fmt: skip
_OBJECTS = frozenset(["me", "us"])
_GIVING = frozenset(["give", "giving", "gave", "offer", "offering", "trade", "spare", "let", "share", "swap"])
_TAKING = frozenset(["get", "have", "take", "keep", "to"])
_NUMBERS = {
    "zero": 0, "none": 0, "no": 0, "a": 1, "an": 1, "another": 1, "single": 1, "one": 1, "two": 2, "both": 2,
    "three": 3, "four": 4, "five": 5,
}  # fmt: skip
_ALL = frozenset(["all", "every", "whole", "entire"])
_NEAR = 4
"""How many words after its number an item may stand, as in "2 of the food"."""


@dataclass(frozen=True)
class ItemWords:
    """What is shared: the words that name it, and words that hint at it; a final ``*`` stands for any ending.

    ``units`` is how many of it there are to share; with 0, amounts of it are not read.
    """

    names: tuple[str, ...]
    hints: tuple[str, ...] = ()
    units: int = 0

    def form(self, word: str) -> str:
        """``ITEM`` for a name, ``item`` for a hint, else empty."""
        return "ITEM" if _among(word, self.names) else "item" if _among(word, self.hints) else ""


def _among(word: str, forms: tuple[str, ...]) -> bool:
    return any(word == f or (f.endswith("*") and word.startswith(f[:-1])) for f in forms)


@dataclass(frozen=True)
class Spoken:
    """``amount`` units of ``item`` for the speaker of the turn; what the listener would get is taken off the whole."""

    item: str
    amount: int


def spoken(text: str, items: Mapping[str, ItemWords]) -> list[Spoken]:
    """The amounts that a turn leaves to its speaker, in the order of the words.

    Examples
    --------
    >>> items = {"water": ItemWords(("water",), units=3), "food": ItemWords(("food",), units=3)}
    >>> [(s.item, s.amount) for s in spoken("I'll take 2 water and give you all the food.", items)]
    [('water', 2), ('food', 0)]
    >>> [(s.item, s.amount) for s in spoken("1 food for me, 2 water for you", items)]
    [('food', 1), ('water', 1)]
    """
    turn = _Turn(items)
    tokens = _TOKEN.findall(text.lower().replace("’", "'").replace("-", " "))
    for at, token in enumerate(tokens):
        turn.hear(token, at, tokens)
    return [
        Spoken(item, amount if to == _SPEAKER else items[item].units - amount)
        for item, amount, to in turn.found
        if to
    ]


@dataclass
class _Turn:
    items: Mapping[str, ItemWords]
    found: list[tuple[str, int, str]] = field(default_factory=list)
    open_from: int = 0
    """The first of the found whose receiver may still be said."""
    subject: str = ""
    to: str = ""
    giving: bool = False
    amount: int | None = None
    """``-1`` is all of it."""
    said_at: int = 0
    last: str = ""

    def hear(self, token: str, at: int, tokens: list[str]) -> None:
        after, before = tokens[at + 1 : at + 3], tokens[at - 1] if at else ""
        if token in ".?!;\n":
            self._stop()
        elif token in ("for", "to") and after and after[0] in _PERSONS and not self._clause(after):
            self._receiver(_PERSONS[after[0]], at)
        elif (token in ("exchange", "return") and before == "in") or (
            token == "for" and self.giving and self._goods(after)
        ):
            self.to, self.giving = _OTHER[self.to], False
        elif token in _PERSONS and before not in ("for", "to"):
            self._person(token)
        elif token in _GIVING:
            self.giving, self.to = True, "" if token == "let" else _OTHER[self.subject] or self.to
        elif (n := _number(token)) is not None and not (token in ("a", "an") and self._near(at, 2)):
            self.amount, self.said_at = n, at
        elif token == "each" and self.amount is not None:
            self._all_items()
        elif item := next((i for i, words in self.items.items() if words.form(token) == "ITEM"), ""):
            self._item(item, at)

    def _clause(self, after: list[str]) -> bool:
        """Whether "for you" begins a clause of its own: "for you to have"."""
        return after[0] not in _OBJECTS and len(after) > 1 and after[1] in _TAKING

    def _goods(self, after: list[str]) -> bool:
        """Whether "for" is followed by what is asked for in return."""
        word = after[0] if after else ""
        return (
            _number(word) is not None
            or word in ("your", "my", "the", "more", "some", "extra")
            or any(words.form(word) for words in self.items.values())
        )

    def _near(self, at: int, within: int = _NEAR) -> bool:
        return self.amount is not None and at - self.said_at <= within

    def _stop(self) -> None:
        self.open_from, self.subject, self.to = len(self.found), "", ""
        self.giving, self.amount = False, None

    def _person(self, token: str) -> None:
        who = _PERSONS[token]
        if token not in _OBJECTS and not (self.giving and who != self.subject):
            self.subject, self.giving = who, False
        self.to = who

    def _receiver(self, who: str, at: int) -> None:
        """After "for me": whatever was named since the last receiver."""
        named = self.found[self.open_from :]
        self.found[self.open_from :] = [(item, amount, who) for item, amount, _ in named]
        if self.last and self._near(at):
            self._add(self.last, who)
        self.open_from, self.to, self.amount = len(self.found), who, None

    def _item(self, item: str, at: int) -> None:
        if self._near(at):
            self._add(item, self.to)
        self.last, self.amount = item, None

    def _all_items(self) -> None:
        for item in self.items:
            self._add(item, self.to)
        self.amount = None

    def _add(self, item: str, to: str) -> None:
        units = self.items[item].units
        if units and self.amount is not None:
            self.found.append((item, units if self.amount < 0 else min(self.amount, units), to))


def _number(token: str) -> int | None:
    if token in _ALL:
        return -1
    if "/" in token or token.isdecimal():
        return int(token.split("/")[0])
    return _NUMBERS.get(token)
