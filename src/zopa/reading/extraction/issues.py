"""Suggestions of issue and option from the words that an analyst listed in the case; the longest match wins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from zopa.case.model import Case
from zopa.reading.language.lexicon import folded, lexicon

__all__ = ["Match", "Vocabulary"]


@dataclass(frozen=True, slots=True)
class Match:
    """A suggested issue with its options and the words that matched."""

    issue: str
    options: tuple[str, ...]
    words: tuple[str, ...]


class Vocabulary:
    """The ``words`` of a case's issues and options, ready for lookup."""

    def __init__(self, case: Case, language: str = "en") -> None:
        self.case, self.language = case, language
        self.endings = sorted(lexicon(language).phrases("issues", "plural"), key=len, reverse=True)

    @cached_property
    def _targets(self) -> dict[str, list[tuple[str, str | None]]]:
        found: dict[str, list[tuple[str, str | None]]] = {}
        for issue_id, issue in self.case.issues.items():
            for word in issue.words:
                found.setdefault(folded(word), []).append((issue_id, None))
            for option_id, option in issue.options.items():
                for word in option.words:
                    found.setdefault(folded(word), []).append((issue_id, option_id))
        return found

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        words = sorted(self._targets, key=len, reverse=True)
        if not words:
            return None
        body = "|".join(re.escape(w).replace("\\ ", r"\s+") for w in words)
        ending = "|".join(map(re.escape, self.endings))
        return re.compile(rf"(?<!\w)(?:{body})(?:{ending})?(?!\w)", re.I)

    def places(self, text: str) -> Iterator[tuple[re.Match[str], list[tuple[str, str | None]]]]:
        """Where the words of the case stand in a text, each with the issues and options that they name."""
        for m in self._pattern.finditer(text.replace("’", "'")) if self._pattern else ():
            key = folded(m.group())
            singular = (key.removesuffix(ending) for ending in ("", *self.endings))
            yield m, next(filter(None, map(self._targets.get, singular)), [])

    def matches(self, text: str) -> list[Match]:
        """Issues that the text mentions, the most often named first; ties in the case's order."""
        options: dict[str, dict[str, None]] = {}
        words: dict[str, dict[str, None]] = {}
        count: dict[str, int] = {}
        for m, targets in self.places(text):
            for issue, option in targets:
                words.setdefault(issue, {})[m.group()] = None
                count[issue] = count.get(issue, 0) + len(folded(m.group()).split())
                options.setdefault(issue, {})
                if option:
                    options[issue][option] = None
                    count[issue] += 1
        order = list(self.case.issues)
        ranked = sorted(count, key=lambda i: (-count[i], order.index(i)))
        return [Match(i, tuple(options[i]), tuple(words[i])) for i in ranked]
