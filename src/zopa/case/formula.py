"""Yes/no statements about the answers to issues, read from text: ``not``, ``and``, ``or``, ``->``, ``<->``.

Also in words: ``p if q``, ``p only if q``, ``p unless q``, ``p iff q``, ``p implies q``. An issue with other
options than yes and no is asked for as ``issue = option`` or ``issue != option``. Loosest first: ``<->``,
then ``->`` and its words, ``or``, ``and``, ``not``. Two arrows in a row need brackets, because readers
disagree on what they mean. Nothing is ever evaluated as code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import and_, or_
from typing import Any, Literal, TypeVar

__all__ = ["Formula", "FormulaError", "Is", "Op", "atoms", "holds", "parse", "renamed"]

Truth = TypeVar("Truth", bound=Any)

MAX_LENGTH = 4_000
MAX_DEPTH = 60

Kind = Literal["not", "and", "or", "->", "<->"]


@dataclass(frozen=True)
class Is:
    """The answer to ``issue`` is ``option``; without an option: yes."""

    issue: str
    option: str = "yes"

    def __str__(self) -> str:
        return (
            _quoted(self.issue) if self.option == "yes" else f"{_quoted(self.issue)} = {_quoted(self.option)}"
        )


@dataclass(frozen=True)
class Op:
    """A connective over one part (``not``), two (``->``, ``<->``) or several (``and``, ``or``)."""

    kind: Kind
    parts: tuple[Formula, ...]

    def __str__(self) -> str:
        words = [str(p) if isinstance(p, Is) else f"({p})" for p in self.parts]
        return f"not {words[0]}" if self.kind == "not" else f" {self.kind} ".join(words)


Formula = Is | Op


class FormulaError(ValueError):
    """A text that is no formula; ``column`` is 1-based within it."""

    def __init__(self, text: str, at: int, expected: str, hint: str = "") -> None:
        saw = f"'{text[at : at + 20]}'" if at < len(text) else "the end"
        self.column, self.hint = at + 1, hint
        super().__init__(f"expected {expected} at character {at + 1}, saw {saw}")


def atoms(formula: Formula) -> Iterator[Is]:
    """Every mention of an answer, left to right."""
    if isinstance(formula, Is):
        yield formula
    else:
        for part in formula.parts:
            yield from atoms(part)


def holds(formula: Formula, answered: Callable[[str, str], Truth]) -> Truth:
    """Whether, or where, a formula holds. ``answered(issue, option)`` is a bool, or a bool array over states."""
    if isinstance(formula, Is):
        return answered(formula.issue, formula.option)
    first, *rest = (holds(part, answered) for part in formula.parts)
    if formula.kind == "not":
        return first ^ True
    if formula.kind == "->":
        return (first ^ True) | rest[0]
    if formula.kind == "<->":
        return first ^ rest[0] ^ True
    return reduce(and_ if formula.kind == "and" else or_, rest, first)


@lru_cache(maxsize=4096)
def parse(text: str) -> Formula:
    """Read a formula.

    Raises
    ------
    FormulaError
        Where the text stops making sense, what was expected there and what was seen.

    Examples
    --------
    >>> str(parse("aid if minerals and not (ease or punish)"))
    '(minerals and (not (ease or punish))) -> aid'
    """
    if len(text) > MAX_LENGTH:
        raise FormulaError(text, MAX_LENGTH, f"at most {MAX_LENGTH} characters")
    reader = _Reader(text)
    formula = reader.equivalence(0)
    reader.end()
    return formula


def renamed(text: str, issue: str, option: str | None, new: str) -> str:
    """A formula with an issue (or, if given, one of its options) called ``new``; all else stays as typed.

    >>> renamed("not aid or (peace = P1)", "peace", "P1", "P9"), renamed("aid if peace = P1", "aid", None, "help")
    ('not aid or (peace = P9)', 'help if peace = P1')
    >>> renamed("aid or not aid = no", "aid", "yes", "ja")
    'aid = ja or not aid = no'
    """
    tokens = _Reader(text).tokens
    cuts: list[tuple[int, int, str]] = []
    k = 0
    while k < len(tokens):
        kind, name, start = tokens[k]
        if kind != "name":
            k += 1
            continue
        signed = k + 2 < len(tokens) and tokens[k + 1][0] in ("=", "!=")
        end = _end_of(text, start)
        if name == issue and option is None:
            cuts.append((start, end, _quoted(new)))
        elif name == issue and signed and tokens[k + 2][1] == option:
            cuts.append((tokens[k + 2][2], _end_of(text, tokens[k + 2][2]), _quoted(new)))
        elif name == issue and option == "yes" and not signed:
            cuts.append((end, end, f" = {_quoted(new)}"))
        k += 3 if signed else 1
    for start, end, put in reversed(cuts):
        text = text[:start] + put + text[end:]
    return text


def _end_of(text: str, start: int) -> int:
    """Where the name that begins there ends."""
    if text[start] == '"':
        return text.index('"', start + 1) + 1
    found = _NAME.match(text, start)
    return found.end() if found else start


_TOKEN = re.compile(
    r"""\s*(?: (?P<name>"[^"\n]+"|[\w.]+(?:-(?!>)[\w.]+)*) | (?P<sign><->|<=>|->|=>|!=|&&?|\|\|?|[()=!~]) )""",
    re.VERBOSE,
)
_WORDS = {
    "not": "not", "!": "not", "~": "not", "and": "and", "&": "and", "&&": "and", "or": "or", "|": "or",
    "||": "or", "->": "->", "=>": "->", "implies": "->", "<->": "<->", "<=>": "<->", "iff": "<->", "if": "if",
    "unless": "unless", "only": "only", "(": "(", ")": ")", "=": "=", "!=": "!=",
}  # fmt: skip


_NAME = re.compile(r"[\w.]+(?:-(?!>)[\w.]+)*")


def _quoted(name: str) -> str:
    """A name as it must be written: in quotes when it is a word of logic or has other characters."""
    return name if _NAME.fullmatch(name) and name.lower() not in _WORDS else f'"{name}"'


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(self._split())
        self.at = 0

    def _split(self) -> Iterator[tuple[str, str, int]]:
        """(kind, text, place); a name's kind is 'name'."""
        place = 0
        while self.text[place:].strip():
            found = _TOKEN.match(self.text, place)
            if not found:
                place += len(self.text[place:]) - len(self.text[place:].lstrip())
                raise FormulaError(self.text, place, "a name, a connective or a bracket")
            word = found["name"] or found["sign"]
            start = found.end() - len(word)
            kind = "name" if word.startswith('"') else _WORDS.get(word.lower(), "name")
            yield kind, word.strip('"'), start
            place = found.end()

    def peek(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def take(self, *kinds: str) -> str:
        """The next token's kind if it is one of these, else an empty text."""
        if self.peek() in kinds:
            self.at += 1
            return self.tokens[self.at - 1][0]
        return ""

    def fail(self, expected: str, hint: str = "") -> FormulaError:
        place = self.tokens[self.at][2] if self.at < len(self.tokens) else len(self.text)
        return FormulaError(self.text, place, expected, hint)

    def end(self) -> None:
        if self.peek() in ("->", "<->", "if", "only", "unless"):
            raise self.fail("the end", "put brackets around the first arrow and its sides")
        if self.peek():
            raise self.fail("a connective or the end", "join statements with and, or, ->, <->")

    def equivalence(self, depth: int) -> Formula:
        left = self.condition(depth)
        return Op("<->", (left, self.condition(depth))) if self.take("<->") else left

    def condition(self, depth: int) -> Formula:
        left = self.series("or", depth)
        word = self.take("->", "if", "unless", "only")
        if word == "only" and not self.take("if"):
            raise self.fail("'if' after 'only'")
        if not word:
            return left
        right = self.series("or", depth)
        if word == "if":
            return Op("->", (right, left))
        if word == "unless":
            return Op("->", (Op("not", (right,)), left))
        return Op("->", (left, right))

    def series(self, kind: Literal["and", "or"], depth: int) -> Formula:
        parts = [self.series("and", depth) if kind == "or" else self.unit(depth)]
        while self.take(kind):
            parts.append(self.series("and", depth) if kind == "or" else self.unit(depth))
        return Op(kind, tuple(parts)) if len(parts) > 1 else parts[0]

    def unit(self, depth: int) -> Formula:
        if depth > MAX_DEPTH:
            raise self.fail(f"at most {MAX_DEPTH} levels of brackets and 'not'")
        if self.take("not"):
            return Op("not", (self.unit(depth + 1),))
        if self.take("("):
            inner = self.equivalence(depth + 1)
            if not self.take(")"):
                raise self.fail("')'", "a bracket was left open")
            return inner
        if self.peek() != "name":
            raise self.fail(
                "the name of an action or issue", "a name that is also a word of logic needs quotes"
            )
        return self.atom()

    def atom(self) -> Formula:
        name = self.tokens[self.at][1]
        self.at += 1
        sign = self.take("=", "!=")
        if not sign:
            return Is(name)
        if self.peek() != "name":
            raise self.fail("an option")
        option = self.tokens[self.at][1]
        self.at += 1
        return Is(name, option) if sign == "=" else Op("not", (Is(name, option),))
