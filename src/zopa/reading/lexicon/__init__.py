"""The words of a language as data: one TOML file per language pack, read once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from zopa.errors import UnknownName

__all__ = ["Lexicon", "inflect", "languages", "lexicon"]

SLOTS = ("base", "third", "past", "participle", "ing")
Forms = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Lexicon:
    """One language pack, ready for lookup.

    Attributes
    ----------
    forms : mapping
        Word form to its readings, each (base form, slot of ``SLOTS``).
    bases : mapping
        Word form to the base form of each of its slots, where two share a slot that of the first reading.
    classes : mapping
        Base form of a reporting verb to its classes: say, object, infinitive, person.
    particles : mapping
        Base form to the particles with which it is a reporting verb.
    words : mapping
        Every closed list of the file by name, as a frozen set of lower-case words.
    raw : mapping
        The rest of the file (kinds, dates, contacts ...) as it stands.
    """

    language: str
    forms: MappingProxyType[str, Forms]
    bases: MappingProxyType[str, dict[str, str]]
    classes: MappingProxyType[str, frozenset[str]]
    particles: MappingProxyType[str, frozenset[str]]
    words: MappingProxyType[str, frozenset[str]]
    raw: MappingProxyType[str, Any]

    def __getitem__(self, name: str) -> frozenset[str]:
        return self.words[name]


def languages() -> tuple[str, ...]:
    """The language packs that are installed, by name."""
    return tuple(sorted(f.name[:-5] for f in resources.files(__name__).iterdir() if f.name.endswith(".toml")))


@cache
def lexicon(language: str = "en") -> Lexicon:
    """The language pack of that name.

    Raises
    ------
    UnknownName
        If there is no such pack.
    """
    if language not in languages():
        raise UnknownName("language pack", language, languages())
    raw = tomllib.loads((resources.files(__name__) / f"{language}.toml").read_text(encoding="utf-8"))
    return _build(raw)


def _build(raw: dict[str, Any]) -> Lexicon:
    irregular = {base: tuple(rest.split()) for base, rest in raw["irregular"].items()}
    doubling = frozenset(raw["forms"]["doubling"].split())
    lists = {name: frozenset(text.lower().split()) for name, text in raw["classes"].items()}
    classes: dict[str, set[str]] = {}
    for name in ("say", "object", "infinitive", "person"):
        for base in raw["classes"][name].split():
            classes.setdefault(base, set()).add(name)
    particles = {base: frozenset(text.split()) for base, text in raw["particles"].items()}
    forms: dict[str, list[tuple[str, str]]] = {}
    plain = (
        raw["classes"]["negated"].split()
        + raw["plain"]["verbs"].split()
        + raw["light"]["verbs"].split()
        + raw["adjectives"]["copulas"].split()
    )
    for base in sorted({*classes, *particles, *lists["impersonal"], *plain}):
        for form, slot in zip((base, *inflect(base, irregular, doubling)), SLOTS, strict=True):
            forms.setdefault(form, []).append((base, slot))
    for form, base, slot in (entry.split() for entry in raw["forms"]["extra"].split(",")):
        forms.setdefault(form, []).append((base, slot))
    lists |= {name: frozenset(text.lower().split()) for name, text in raw["function"].items()}
    lists |= {name: frozenset(text.split()) for name, text in raw["walk"].items()}
    lists |= {"adjectives." + name: frozenset(text.split()) for name, text in raw["adjectives"].items()}
    lists["light"] = frozenset(raw["light"]["verbs"].split())
    lists |= {"nouns." + name: frozenset(text.split()) for name, text in raw["nouns"].items()}
    lists["speech"] = lists["reporting"] | {
        form
        for form, readings in forms.items()
        for base, slot in readings
        if slot in ("past", "third") and "say" in classes.get(base, ()) and base not in lists["homographs"]
    }
    return Lexicon(
        raw["language"],
        MappingProxyType({form: tuple(readings) for form, readings in forms.items()}),
        MappingProxyType(
            {form: {slot: base for base, slot in reversed(readings)} for form, readings in forms.items()}
        ),
        MappingProxyType({base: frozenset(names) for base, names in classes.items()}),
        MappingProxyType(particles),
        MappingProxyType(lists),
        MappingProxyType(raw),
    )


def inflect(
    base: str, irregular: dict[str, tuple[str, ...]], doubling: frozenset[str]
) -> tuple[str, str, str, str]:
    """Third person, past, participle and -ing form of a verb.

    >>> inflect("deny", {}, frozenset())
    ('denies', 'denied', 'denied', 'denying')
    """
    if base in irregular:
        third, past, participle, ing = irregular[base]
        return third, past, participle, ing
    vowel = len(base) > 1 and base[-2] in "aeiou"
    if base.endswith("y") and not vowel:
        return base[:-1] + "ies", base[:-1] + "ied", base[:-1] + "ied", base + "ing"
    third = base + ("es" if base.endswith(("s", "x", "ch", "sh", "z", "o")) else "s")
    if base.endswith("ee"):
        return third, base + "d", base + "d", base + "ing"
    if base.endswith("e"):
        return third, base + "d", base + "d", base[:-1] + "ing"
    stem = base + base[-1] if base in doubling else base
    return third, stem + "ed", stem + "ed", stem + "ing"
