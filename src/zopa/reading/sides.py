"""The sides of a dispute from what is said in it: speakers by the body that they name, topics that several share.

Everything here is a suggestion for a first case; a person confirms or corrects it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from textwrap import shorten

from zopa.reading.extraction.extract import Suggestion
from zopa.reading.extraction.quantities import figures
from zopa.reading.language.lexicon import Lexicon

__all__ = ["Sides", "bare_name", "grouped", "options_asked", "shared_topics"]

ASKED = frozenset(["demand", "offer", "conditional_offer", "concession", "red_line", "commitment"])
"""Kinds of statements whose words may name an option."""
OPTIONS, TOPICS = 3, 4
LONGEST_LABEL = 90
_WORD = re.compile(r"[^\W\d_][\w'’\-]{3,}")


class Sides(dict[str, dict[str, int]]):
    """Name of a side -> its speakers with how often each is heard; ``bodies`` are the sides that are no single person."""

    bodies: frozenset[str] = frozenset()


def grouped(heard: Sequence[Suggestion], body: str, lex: Lexicon, states: Collection[str] = ()) -> Sides:
    """The speakers of a text by the union, company, office or country that they name; else each for themselves.

    Those who speak for one of ``states`` are left out: the states are parties already.
    """
    count = Counter(s.who.name for s in heard if _is_speaker(s, lex))
    known = {
        n.lower() for state in states for n in (state, *map(str.strip, lex.raw["states"][state].split(",")))
    }
    sides = Sides()
    bodies = set()
    names = {bare_name(n, lex): n for n in count}
    for name, n in count.items():
        side = _side_of(name, body, lex, names)
        if any(re.search(rf"(?<!\w){re.escape(k)}(?!\w)", f"{name} {side}", re.I) for k in known):
            continue
        key = next((k for k in sides if _same(k, side, lex)), side)
        sides.setdefault(key, {})[name] = n
        longer_name = key != name and not _same(key, name, lex)  # else a person by surname and by full name
        if longer_name or lex.patterns["speakers.body"].search(key):
            bodies.add(key)
    out = Sides(sorted(sides.items(), key=lambda item: -sum(item[1].values())))
    out.bodies = frozenset(bodies)
    return out


def _is_speaker(s: Suggestion, lex: Lexicon) -> bool:
    """Named, and no pronoun, quantity or "sources"."""
    name = s.who.name
    if not name or s.who.how in ("none", "open", "joint", "event") or len(name) > 60:
        return False
    return not lex.patterns["speakers.unnamed"].match(name) and not lex.patterns["speakers.vague"].search(
        name
    )


def bare_name(name: str, lex: Lexicon) -> str:
    """A name without leading articles."""
    words = name.split()
    while len(words) > 1 and words[0].lower() in lex["articles"]:
        words = words[1:]
    return " ".join(words)


def _same(a: str, b: str, lex: Lexicon) -> bool:
    """Whether two names are one: the same words, or one ends the other."""
    x, y = bare_name(a, lex).lower(), bare_name(b, lex).lower()
    return x == y or x.endswith(" " + y) or y.endswith(" " + x)


def _side_of(name: str, body: str, lex: Lexicon, names: Mapping[str, str]) -> str:
    """The body that the words around a name give it: in brackets, behind a comma, before an apostrophe, after "of"."""
    bare = bare_name(name, lex)
    for form in lex.raw["of_body"]:
        m = lex.pattern("of_body", form, speaker=f"(?i:{re.escape(bare)})").search(body)
        if not m:
            continue
        found = bare_name(m["body"].strip(), lex)
        if found and not found.lower().startswith(bare.lower()):
            longer = next(
                (n for n in names if n.lower().endswith(" " + found.lower()) or n.lower() == found.lower()),
                "",
            )
            return longer or found[0].upper() + found[1:]
    return bare[0].upper() + bare[1:]


def shared_topics(
    heard: Sequence[Suggestion], body: str, lex: Lexicon, known: Collection[str] = ()
) -> dict[str, list[str]]:
    """Words that statements of several speakers share, most shared first, as topics with that one word."""
    speakers: dict[str, set[str]] = {}
    count: Counter[str] = Counter()
    stop = set().union(*(lex[name] for name in _NO_TOPIC)) | {k.lower() for k in known} | _units(lex)
    for s in heard:
        said = " ".join(body[a:b] for a, b in s.content) if s.content[-1][1] <= len(body) else ""
        for word in {m.group().lower().replace("’", "'") for m in _WORD.finditer(said)}:
            if (
                word in stop
                or word in lex.forms
                or word.endswith(("ly", "n't"))
                or word in s.who.name.lower()
            ):
                continue
            speakers.setdefault(word, set()).add(s.who.name)
            count[word] += 1
    shared = [w for w in count if len(speakers[w]) > 1]
    shared.sort(key=lambda w: (-len(speakers[w]), -count[w], w))
    return {w: [w] for w in shared[:TOPICS]}


def _units(lex: Lexicon) -> set[str]:
    """Words of number and measure, which are no topics."""
    tables = [
        *(lex.raw["figures"].get(n, {}) for n in ("numbers", "scales", "currencies")),
        *lex.raw["dates"].get("units", {}).values(),
    ]
    words = [
        w for t in tables for text in (t.values() if isinstance(t, dict) else [t]) for w in text.split(",")
    ]
    words += lex.raw["figures"]["measures"].split(",") + lex.raw["terms"].get("no_topics", "").split(",")
    return {w.strip().lower() for w in words}


_NO_TOPIC = (
    "determiners", "possessives", "subject_pronouns", "object_pronouns", "relatives", "prepositions", "subordinators", "conjunctions",
    "modals", "negations", "adverbs", "weekdays", "months", "times", "titles", "adjectives", "people",
)  # fmt: skip


def options_asked(heard: Sequence[Suggestion], body: str, words: Collection[str]) -> dict[str, list[str]]:
    """What was asked or offered about a topic, in the speakers' words, with the figures or words that tell it apart."""
    found: dict[str, list[str]] = {}
    pattern = re.compile(
        r"(?<!\w)(?:" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + r")", re.I
    )
    for s in heard:
        said = " ".join(" ".join(body[a:b] for a, b in s.content).split())
        if s.kind.kind not in ASKED or not pattern.search(said) or len(found) >= OPTIONS:
            continue
        label = shorten(said.strip("“”\"' "), LONGEST_LABEL, placeholder=" …")
        telling = [said[f.start : f.end] for f in figures(said)][:2]
        found.setdefault(label, telling or [shorten(label, 40, placeholder="") or label[:40]])
    return found
