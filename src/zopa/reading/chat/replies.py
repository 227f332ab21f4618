"""What an endpoint replied, understood as far as it can be: the statements it lists, and why others are refused.

Tolerant in form: code fences, thinking, words around the JSON, bare lists, nulls, fields that were not asked for, an
end that was cut off. Strict in substance: everything goes through the grounding gate.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zopa.reading.chat.dialects import as_choices
from zopa.reading.grounding import Candidate

__all__ = ["Reply", "candidate_of", "reply_of"]

MOST_ITEMS, MOST_STARTS = 500, 50
_THOUGHT_ENDS = ("</think>", "</thinking>", "</reasoning>", "</thought>")
_DECODER = json.JSONDecoder()
_STARTS = re.compile(r"[\[{]")
_LISTS = ("statements", "items", "results", "data", "output")
_TEXTS = ("speaker", "cue", "kind", "issue", "option", "condition", "consequent")


@dataclass(frozen=True, slots=True)
class Reply:
    """The listed statements, the tokens that the server counted (sent, received), and whether the end is missing."""

    items: tuple[Any, ...]
    tokens: tuple[int, int] = (0, 0)
    cut: bool = False


def reply_of(answer: str) -> Reply:
    """Understand one answer.

    Raises
    ------
    ValueError
        If it lists nothing in any form that is understood; with the first words of what it says instead.
    """
    try:
        data = json.loads(answer)
    except (ValueError, RecursionError):
        raise ValueError(f"expected JSON, the answer starts {_start(answer)}") from None
    if not isinstance(data, dict):
        raise ValueError(f"expected an answer with choices, it starts {_start(answer)}")
    if data.get("error"):
        error = data["error"]
        words = error.get("message", error) if isinstance(error, dict) else error
        raise ValueError(f"the endpoint says: {_start(str(words))}")
    data = as_choices(data)
    try:
        choice = data["choices"][0]
        content = choice["message"]["content"]
    except (KeyError, IndexError, TypeError):
        raise ValueError(f"expected an answer with choices, it starts {_start(answer)}") from None
    if isinstance(content, list):  # parts of a message
        content = "".join(p.get("text") or "" for p in content if isinstance(p, dict))
    if not isinstance(content, str) or not content.strip():
        refusal = choice["message"].get("refusal")
        raise ValueError(f"the model refused: {_start(str(refusal))}" if refusal else "the answer is empty")
    items, cut = _listed(content)
    ended = choice.get("finish_reason") == "length"
    if items is None:
        if ended:
            return Reply((), _tokens(data), cut=True)
        raise ValueError(f"expected a list of statements, the answer starts {_start(content)}")
    return Reply(tuple(items[:MOST_ITEMS]), _tokens(data), cut=cut or ended)


def _start(words: str) -> str:
    line = " ".join("".join(c if c.isprintable() else " " for c in words[:400]).split())
    return repr(line[:120])


def _tokens(data: Mapping[str, Any]) -> tuple[int, int]:
    usage = data.get("usage")
    usage = usage if isinstance(usage, dict) else {}
    counts = (usage.get("prompt_tokens"), usage.get("completion_tokens"))
    sent, received = (n if isinstance(n, int) and n > 0 else 0 for n in counts)
    return sent, received


def _listed(content: str) -> tuple[list[Any] | None, bool]:
    """The listed items of a reply's words, and whether the list breaks off; None where there is no list."""
    rest = content[max(content.rfind(end) + len(end) if end in content else 0 for end in _THOUGHT_ENDS) :]
    at, best, broken = 0, None, False
    for _ in range(MOST_STARTS):
        found = _STARTS.search(rest, at)
        if not found:
            break
        try:
            data, at = _DECODER.raw_decode(rest, found.start())
        except (ValueError, RecursionError):
            items = None if broken else _whole_items(rest, found.start())
            if items:
                return items, True
            broken, at = True, found.end()
            continue
        items = _items_in(data)
        if items:
            return items, False
        best = items if best is None else best
    return best, False


def _items_in(data: Any) -> list[Any] | None:
    """The items of a list, of an object with a list, or an object that is one item itself."""
    if isinstance(data, list):
        return data
    if not isinstance(data, dict):
        return None
    if "content" in data and "sentence" in data:
        return [data]
    for name in _LISTS:
        if isinstance(data.get(name), list):
            return list(data[name])
        if name in data and data[name] is None:
            return []
    lists = [v for v in data.values() if isinstance(v, list) and all(isinstance(x, dict) for x in v)]
    return list(lists[0]) if len(lists) == 1 else None


_OBJECT = re.compile(r"\{(?=\s*\"\w+\"\s*:)")


def _whole_items(text: str, at: int) -> list[Any]:
    """The complete items of a list that breaks off."""
    items: list[Any] = []
    for _ in range(MOST_ITEMS):
        m = _OBJECT.search(text, at)
        if not m:
            break
        try:
            item, at = _DECODER.raw_decode(text, m.start())
        except (ValueError, RecursionError):
            at = m.end()
            continue
        if isinstance(item, dict) and "content" in item:
            items.append(item)
    return items


def candidate_of(item: Any, kinds: frozenset[str]) -> tuple[Candidate | None, str]:
    """One listed statement as a candidate for the gate, or why it is none.

    Fields that were not asked for are passed over, nulls count as left out, a text where a list of texts is asked for
    is a list of one, and a number in quotation marks is a number.
    """
    if not isinstance(item, dict):
        return None, "not an object"
    given = {str(k).strip().lower(): v for k, v in item.items() if v is not None}
    content, sentence = given.get("content"), given.get("sentence")
    if isinstance(content, str):
        content = [content]
    if not isinstance(content, list) or not content:
        return None, "content is missing" if content in (None, []) else "content is not a list of strings"
    if not all(isinstance(p, str) and p.strip() for p in content):
        return None, "content is not a list of strings"
    if isinstance(sentence, str) and re.fullmatch(r"\s*\[?\d{1,7}\]?\s*", sentence):
        sentence = int(sentence.strip(" []"))
    if isinstance(sentence, float) and sentence.is_integer():
        sentence = int(sentence)
    if not isinstance(sentence, int) or isinstance(sentence, bool):
        return None, "sentence is missing" if sentence is None else "sentence is not a number"
    texts = {}
    for name in _TEXTS:
        value = given.get(name, "")
        if isinstance(value, list) and len(value) < 2:
            value = value[0] if value else ""
        if not isinstance(value, str):
            return None, f"{name} is not a text"
        texts[name] = "" if value.strip().lower() in ("none", "null", "n/a", "-") else value.strip()
    kind = re.sub(r"[\s-]+", "_", texts["kind"].lower())
    if kind and kind not in kinds:
        return None, f"kind '{texts['kind'][:40]}' is not on the list"
    return Candidate(tuple(content), sentence=sentence, **(texts | {"kind": kind})), ""
