"""The words of a language as data: one TOML file per language pack, read once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import Any

from zopa.errors import CaseError, Finding, UnknownName, nearest

__all__ = ["Lexicon", "folded", "inflect", "languages", "lexicon"]

_REFERENCE = "en"
"""The pack whose sections and names are those that the code asks for."""
SLOTS = ("base", "third", "past", "participle", "ing")
Forms = tuple[tuple[str, str], ...]

PATTERNS = (
    "tokens",
    "cue_patterns",
    "clauses",
    "events",
    "speakers",
    "page",
    "gate",
    "layout",
    "acts",
    "condition_forms",
    "party_acts",
    "comma_openings",
    "reversal",
)
"""Sections of regular expressions; a pack's must have the groups of the English ones."""
STRAIGHT = frozenset(['"', "''"])
"""Quotation marks that may open or close, in any language."""
SHORTEST_STEM = 3
"""Letters that must be left of a word without its case ending."""
NEVER = r"(?!)"
"""A pattern that matches nowhere: what a pack leaves out."""
_OPTIONAL = frozenset(["inflection", "comma", "comma_openings", "reversal"])
"""Sections that a pack may leave out: those of languages with case endings, and words that turn a demand round."""
_INHERITED = frozenset(
    f"speakers.{name}" for name in ("full_name", "all_names", "heard_name", "person_after_comma")
)
"""What a name looks like: as in English where a pack does not say."""
_FREE = frozenset(
    [
        "particles", "irregular", "states", "offices", "topics", "of_state", "of_office", "of_body", "former",
        "dates.numbers", "figures.numbers", "figures.scales", "figures.short", "figures.currencies",
    ]
)  # fmt: skip
"""Sections whose names are the pack's own, or numbers; all other names are questions that the code asks."""


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
    patterns : mapping
        Every regular expression of the sections of ``PATTERNS``, as ``section.name``.
    raw : mapping
        The rest of the file (kinds, dates, contacts ...) as it stands.
    cases : tuple of str
        Endings after which a name is still the same name, the longest first.
    language : str
        What :func:`lexicon` was asked for: the name of an installed pack, or the path of a file.
    """

    language: str
    forms: MappingProxyType[str, Forms]
    bases: MappingProxyType[str, dict[str, str]]
    classes: MappingProxyType[str, frozenset[str]]
    particles: MappingProxyType[str, frozenset[str]]
    words: MappingProxyType[str, frozenset[str]]
    patterns: MappingProxyType[str, re.Pattern[str]]
    raw: MappingProxyType[str, Any]
    cases: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> frozenset[str]:
        return self.words[name]

    @property
    def lemmatised(self) -> bool:
        """Whether words are known by their base forms, and sentences read clause by clause between commas."""
        return bool(self.raw["inflection"]["lemmatiser"])

    def stem(self, word: str) -> str:
        """A word without the case ending that the pack lists; the word itself where it lists none."""
        for ending in self.cases:
            if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
                return word[: -len(ending)]
        return word

    def spelled(self, names: Iterable[str], *, longest_first: bool = True) -> str:
        """A pattern for some names as they stand in a text, in any case where the pack lists endings."""
        listed = sorted(names, key=len, reverse=True) if longest_first else list(names)
        if not self.cases:
            return "|".join(map(re.escape, listed))
        ending = f"(?:{'|'.join(self.cases)})?"
        return (
            "(?:"
            + "|".join(r"\s".join(re.escape(self.stem(w)) + ending for w in name.split()) for name in listed)
            + ")"
        )

    def section(self, name: str) -> Any:
        """A section of the file, or one inside another: ``dates.forms``."""
        found: Any = self.raw
        for part in name.split("."):
            found = found[part]
        return found

    def phrases(self, section: str, name: str) -> list[str]:
        """The phrases of a list whose entries stand between commas, folded for comparison."""
        return [folded(p) for p in self.section(section)[name].split(",") if p.strip()]

    def meanings(self, section: str, but: frozenset[str] = frozenset()) -> dict[str, str]:
        """Phrase -> the name of its list, for every list of a section but some."""
        names = [name for name in self.section(section) if name not in but]
        return {p: name for name in names for p in self.phrases(section, name)}

    def numbers(self, section: str) -> dict[str, int]:
        """Phrase -> number, for a section whose names are numbers.

        Raises
        ------
        CaseError
            If a name is no whole number.
        """
        for name in self.section(section):
            if not name.replace("_", "").isdecimal():
                raise self.refused(section, name, "expected a number and its words")
        return {phrase: int(name) for phrase, name in self.meanings(section).items()}

    def pattern(self, section: str, name: str, **parts: str) -> re.Pattern[str]:
        """A regular expression of the file, its ``{placeholders}`` filled from ``parts``.

        Raises
        ------
        CaseError
            If it is no regular expression, or has a placeholder that there is not.
        """

        def filled(m: re.Match[str]) -> str:
            if m[1] not in parts:
                known = ", ".join(f"{{{p}}}" for p in parts) or "none"
                raise self.refused(section, name, f"has no placeholder {{{m[1]}}}; known: {known}")
            return parts[m[1]]

        form = re.sub(r"\{([a-z_]+)\}", filled, self.section(section)[name])
        return _compiled(form, self.language, f"[{section}] {name}")

    def refused(self, section: str, name: str, what: str) -> CaseError:
        """The error for an entry that the code cannot use; it names file, section and entry."""
        return _refused(self.language, [(f"[{section}] {name}", what, "")])


def folded(phrase: str) -> str:
    """A phrase for comparison: lower case, single spaces, straight apostrophes."""
    return re.sub(r"\s+", " ", phrase.strip().lower().replace("’", "'"))


def languages() -> tuple[str, ...]:
    """The language packs that are installed, by name."""
    return tuple(
        sorted(f.name[:-5] for f in resources.files(__package__).iterdir() if f.name.endswith(".toml"))
    )


@cache
def lexicon(language: str = "en") -> Lexicon:
    """The language pack of that name, or of that file when it ends with ``.toml``.

    Every section must stand in the file, and every name in it must be one that the code asks for; a list
    that the file leaves out is empty.

    Raises
    ------
    UnknownName
        If there is no such pack.
    CaseError
        If the file cannot be read as a language pack; every problem with its section and name.
    """
    own = language.endswith(".toml")
    if not own and language not in languages():
        raise UnknownName("language pack", language, languages())
    raw = _read(Path(language) if own else _installed(language), language)
    return _build(raw if language == _REFERENCE else _complete(raw, language), language)


def _installed(language: str) -> Traversable:
    return resources.files(__package__) / f"{language}.toml"


def _read(file: Traversable, language: str) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise _refused(language, [("", f"expected a language pack in TOML: {error}", "")]) from None


def _complete(raw: dict[str, Any], language: str) -> dict[str, Any]:
    """The pack with an empty list for each that it leaves out; English says which names there are."""
    reference = _read(_installed(_REFERENCE), _REFERENCE)
    found = [
        (f"[{name}]", "is not in the file", "an empty section is enough")
        for name in reference
        if name not in raw and name not in _OPTIONAL
    ]
    found += _strange(raw, reference, "")
    if found:
        raise _refused(language, found)
    return _filled(raw, reference)


def _strange(
    raw: Mapping[str, Any], reference: Mapping[str, Any], section: str
) -> Iterator[tuple[str, str, str]]:
    """Names that no rule asks for, and entries of another type than the English ones, with a hint each."""
    for name, entry in raw.items():
        inner = f"{section}.{name}" if section else name
        place = f"[{section}] {name}" if section and not isinstance(entry, dict) else f"[{inner}]"
        if section not in _FREE and name not in reference:
            close = nearest(name, reference)
            yield place, "is a name that no rule asks for", f"did you mean '{close}'?" if close else ""
            continue
        model: Any = "" if section in _FREE else reference[name]
        if not isinstance(entry, type(model)) or (
            isinstance(entry, list) and not all(isinstance(e, str) for e in entry)
        ):
            yield place, f"expected {_TYPES[type(model).__name__]}, saw {entry!r:.40}", ""
        elif isinstance(entry, dict):
            yield from _strange(entry, model, inner)
        elif section in PATTERNS and entry:
            groups = set(re.compile(model).groupindex) - set(re.findall(r"[?]P<(\w+)>", entry))
            if groups:
                yield place, f"needs the groups {', '.join(f'(?P<{g}>...)' for g in sorted(groups))}", ""


_TYPES = {"str": "a text", "list": "a list of texts", "dict": "a section"}


def _filled(raw: Mapping[str, Any], reference: Mapping[str, Any], section: str = "") -> dict[str, Any]:
    """A copy of the pack in which every list of the reference stands, empty where the pack has none."""
    out = dict(raw)
    for name, model in reference.items():
        inner = f"{section}.{name}" if section else name
        if isinstance(model, dict):
            out[name] = _filled(raw.get(name, {}), {} if inner in _FREE else model, inner)
        else:
            out.setdefault(name, model if inner in _INHERITED else type(model)())
    return out


def _compiled(form: str, language: str, place: str) -> re.Pattern[str]:
    try:
        return re.compile(form or NEVER)
    except re.error as error:
        raise _refused(language, [(place, f"expected a regular expression: {error}", "")]) from None


def _refused(language: str, problems: list[tuple[str, str, str]]) -> CaseError:
    file = language if language.endswith(".toml") else f"{language}.toml"
    return CaseError([Finding(path, what, hint, file) for path, what, hint in problems], "no text was read")


def _build(raw: dict[str, Any], language: str) -> Lexicon:
    irregular = {base: tuple(rest.split()) for base, rest in raw["irregular"].items()}
    bad = [
        (f"[irregular] {b}", f"expected {len(SLOTS) - 1} forms, saw {len(f)}", "")
        for b, f in irregular.items()
        if len(f) != len(SLOTS) - 1
    ]
    extra = [entry.split() for entry in raw["forms"]["extra"].split(",") if entry.strip()]
    bad += [
        ("[forms] extra", f"expected form, base and slot, saw '{' '.join(e)}'", "")
        for e in extra
        if len(e) != 3 or e[2] not in SLOTS
    ]
    if bad:
        raise _refused(language, bad)
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
        inflected = () if raw["inflection"]["lemmatiser"] else inflect(base, irregular, doubling)
        for form, slot in zip((base, *inflected), SLOTS, strict=False):
            forms.setdefault(form, []).append((base, slot))
    for form, base, slot in extra:
        forms.setdefault(form, []).append((base, slot))
    lists |= {name: frozenset(text.lower().split()) for name, text in raw["function"].items()}
    lists |= {name: frozenset(text.split()) for name, text in raw["walk"].items()}
    lists |= {"adjectives." + name: frozenset(text.split()) for name, text in raw["adjectives"].items()}
    lists |= {"comma." + name: frozenset(text.split()) for name, text in raw["comma"].items()}
    lists["light"] = frozenset(raw["light"]["verbs"].split())
    lists |= {"nouns." + name: frozenset(text.split()) for name, text in raw["nouns"].items()}
    lists |= {"quotes." + name: frozenset(text.split()) for name, text in raw["quotes"].items()}
    lists["quotes.marks"] = lists["quotes.opening"] | lists["quotes.closing"] | STRAIGHT
    lists["speech"] = lists["reporting"] | {
        form
        for form, readings in forms.items()
        for base, slot in readings
        if slot in ("past", "third") and "say" in classes.get(base, ()) and base not in lists["homographs"]
    }
    patterns = {
        f"{section}.{name}": _compiled(text, language, f"[{section}] {name}")
        for section in PATTERNS
        for name, text in raw[section].items()
    }
    return Lexicon(
        language=language,
        forms=MappingProxyType({form: tuple(readings) for form, readings in forms.items()}),
        bases=MappingProxyType(
            {form: {slot: base for base, slot in reversed(readings)} for form, readings in forms.items()}
        ),
        classes=MappingProxyType({base: frozenset(names) for base, names in classes.items()}),
        particles=MappingProxyType(particles),
        words=MappingProxyType(lists),
        patterns=MappingProxyType(patterns),
        raw=MappingProxyType(raw),
        cases=tuple(sorted(raw["inflection"]["cases"].split(), key=len, reverse=True)),
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
