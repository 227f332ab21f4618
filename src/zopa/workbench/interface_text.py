"""The words of the templates as messages: found between the tags, translated while a template is compiled.

Templates are written in plain English, without a call around each word. Their source is split at tags, at statements
and at the ends of attributes; what is left between is a message, with ``{1}``, ``{2}`` for the expressions in it, which
a translation may put in another order. Also messages: the attributes of ``ATTRIBUTES``, and words that an expression
gives as they are (``{{ "yes" if x else "no" }}``). A translation is text: it is escaped, and it is used only if it has
every expression once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape

from jinja2 import Environment
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import escape

from zopa.workbench.translation import Catalogue

__all__ = ["ATTRIBUTES", "InterfaceText", "split"]

ATTRIBUTES = frozenset(("alt", "aria-label", "placeholder", "title"))
MUTE = frozenset(("code", "kbd", "pre", "samp", "script", "style"))
"""Elements whose words are no messages: what is typed, keys, lines of a file."""
_MARKUP = re.compile(r"<!--|<!|</?[A-Za-z][\w-]*")
_IN_TAG = re.compile(r"""([\w:@.-]*)\s*=\s*(["'])|/?>""")
_LETTER = re.compile(r"[^\W\d_]")
_EXPRESSION = re.compile(r"\{(\d+)\}")
_EDGES = re.compile(r"(?s)([\s·]*)(.*?)(\s*)")
BEFORE, AFTER = frozenset(("else", "or")), frozenset(("if", "else", "or"))
"""Words beside which a string of an expression is what the expression gives."""

Say = Callable[[str, str], str | None]
"""A message and what its expressions are -> its translation as plain text, or None."""
Part = str | list[Token]
"""Text of the template, or the tokens of an expression."""


@dataclass
class _Place:
    """Where in the HTML the end of what was read stands."""

    kind: str = "text"
    element: str = ""
    closing: bool = False
    attribute: str = ""
    quote: str = ""
    mute: int = 0

    @property
    def speaks(self) -> bool:
        """Whether words here are a message."""
        if self.kind == "value":
            return self.attribute in ATTRIBUTES
        return self.kind == "text" and not self.mute

    @property
    def is_language(self) -> bool:
        """Whether this is the language of the page."""
        return (self.kind, self.element, self.attribute) == ("value", "html", "lang")

    def pieces(self, data: str) -> Iterator[tuple[str, str]]:
        """The data in pieces: ``message``, ``language`` or ``markup``."""
        at = 0
        while at < len(data):
            step = getattr(self, f"_{self.kind}")
            what = "message" if self.speaks else "language" if self.is_language else "markup"
            end, after = step(data, at)
            if end > at:
                yield data[at:end], what
            if after > end:
                yield data[end:after], "markup"
            at = after

    def _text(self, data: str, at: int) -> tuple[int, int]:
        found = _MARKUP.search(data, at)
        if not found:
            return len(data), len(data)
        mark = found[0]
        self.kind = "comment" if mark == "<!--" else "tag"
        self.closing, self.element = mark.startswith("</"), mark.lstrip("</!-").lower()
        return found.start(), found.end()

    def _comment(self, data: str, at: int) -> tuple[int, int]:
        end = data.find("-->", at)
        if end < 0:
            return at, len(data)
        self.kind = "text"
        return at, end + 3

    def _tag(self, data: str, at: int) -> tuple[int, int]:
        found = _IN_TAG.search(data, at)
        if not found:
            return at, len(data)
        if found[2]:
            self.kind, self.attribute, self.quote = "value", found[1].lower(), found[2]
            return at, found.end()
        if self.element in MUTE and found[0] == ">":
            self.mute = max(0, self.mute + (-1 if self.closing else 1))
        self.kind = "text"
        return at, found.end()

    def _value(self, data: str, at: int) -> tuple[int, int]:
        end = data.find(self.quote, at)
        if end < 0:
            return len(data), len(data)
        self.kind = "tag"
        return end, end + 1


@dataclass
class _Split:
    """One template while it is split: what was written, and the message that is being read."""

    say: Say
    language: Catalogue | None
    place: _Place = field(default_factory=_Place)
    written: list[Token] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    line: int = 1

    def data(self, token: Token) -> None:
        """A piece of the template's text."""
        for text, what in self.place.pieces(token.value):
            if what == "message":
                self.line = self.line if self.parts else token.lineno
                self.parts.append(text)
                continue
            self.flush()
            if what == "language" and self.language:
                text = str(escape(self.language.language))
                text += (
                    f"{self.place.quote} dir={self.place.quote}rtl"
                    if self.language.direction == "rtl"
                    else ""
                )
            self.written.append(Token(token.lineno, "data", text))

    def expression(self, tokens: list[Token]) -> None:
        """An expression that is put out: part of the message around it, or on its own."""
        if self.place.speaks:
            self.line = self.line if self.parts else tokens[0].lineno
            self.parts.append(self._with_words(tokens))
        else:
            self.flush()
            self.written.extend(tokens)

    def _with_words(self, tokens: list[Token]) -> list[Token]:
        """The expression with the words that it gives as they are in the language spoken; they are escaped later."""
        made = list(tokens)
        for i, token in enumerate(tokens):
            if token.type != "string" or not _LETTER.search(token.value):
                continue
            before, after = tokens[i - 1], tokens[i + 1]
            begins = before.type == "variable_begin" or (before.type == "name" and before.value in BEFORE)
            ends = after.type == "variable_end" or (after.type == "name" and after.value in AFTER)
            said = self.say(token.value, "") if begins and ends else None
            if said is not None:
                made[i] = Token(token.lineno, "string", said)
        return made

    def flush(self) -> None:
        """Write the message that was being read."""
        parts, self.parts = self.parts, []
        expressions = [p for p in parts if not isinstance(p, str)]
        words = [unescape(p) for p in parts if isinstance(p, str)]
        said = None
        numbers = iter(range(1, len(expressions) + 1))
        whole = "".join(unescape(p) if isinstance(p, str) else f"{{{next(numbers)}}}" for p in parts)
        edges = _EDGES.fullmatch(whole)
        assert edges
        message = " ".join(edges[2].split())
        spoken = "".join(words).replace("zopa", "")
        if _LETTER.search(spoken) and "{" not in spoken and "}" not in spoken:
            said = self.say(message, _about(expressions))
        if said is None or sorted(map(int, _EXPRESSION.findall(said))) != [*range(1, len(expressions) + 1)]:
            self._write(parts)
            return
        pieces = _EXPRESSION.split(said)
        self._write([str(escape(edges[1]))])
        for i, piece in enumerate(pieces):
            self._write([expressions[int(piece) - 1] if i % 2 else str(escape(piece))])
        self._write([str(escape(edges[3]))])

    def _write(self, parts: Iterable[Part]) -> None:
        for part in parts:
            if not isinstance(part, str):
                self.written.extend(part)
            elif part:
                self.written.append(Token(self.line, "data", part))


def _about(expressions: list[list[Token]]) -> str:
    """What stands for each number of a message: ``{1} = waiting | length``."""
    told = (" ".join(str(t.value) for t in tokens[1:-1]) for tokens in expressions)
    return "; ".join(f"{{{i}}} = {words}" for i, words in enumerate(told, 1))


def split(stream: Iterable[Token], say: Say, language: Catalogue | None = None) -> list[Token]:
    """The tokens of a template with its messages as ``say`` gives them; None from ``say`` leaves a message."""
    made = _Split(say, language)
    inside: list[Token] = []
    for token in stream:
        if inside or token.type == "variable_begin":
            inside.append(token)
            if token.type == "variable_end":
                made.expression(inside)
                inside = []
        elif token.type == "data":
            made.data(token)
        else:
            made.flush()
            made.written.append(token)
    made.flush()
    return made.written


class InterfaceText(Extension):
    """Templates in the language of the environment's ``catalogue``; for Jinja environments that have one."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.catalogue: Catalogue = getattr(environment, "catalogue")  # noqa: B009 - set by Environment.extend

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """See :func:`split`."""
        messages = self.catalogue.messages
        return split(stream, lambda message, _: messages.get(message), self.catalogue)
