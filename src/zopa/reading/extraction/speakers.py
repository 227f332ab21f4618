"""Who speaks: from the words for a speaker to one of the case's speakers, with the way it was found.

The roster (names and aliases) comes from the case; what it does not know stays literal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from zopa.case.model import Case, Speaker
from zopa.reading.language.lemmas import base_forms
from zopa.reading.language.lexicon import Lexicon, lexicon

__all__ = ["Entry", "Resolver", "Roster", "Who"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One known speaker: id, canonical name, other names, whether a person or an organisation or state."""

    id: str
    name: str
    aliases: tuple[str, ...]
    person: bool
    party: str | None
    weak: bool = False
    """Anonymous: no position should rest on it alone."""


@dataclass(frozen=True, slots=True)
class Who:
    """A resolved speaker. ``how``: alias, title, surname, pronoun, relative, joint, literal or none.

    ``weak`` marks a speaker on whom no position should rest alone: anonymous, or a guess.
    """

    id: str | None
    name: str
    party: str | None
    how: str
    voice: str = ""
    weak: bool = False


class Roster:
    """The known speakers, by every name they go by."""

    def __init__(self, entries: Iterable[Entry] = (), language: str = "en") -> None:
        self.entries, self.lex = tuple(entries), lexicon(language)

    @classmethod
    def of(cls, case: Case | None, on: date | None = None, language: str = "en") -> Roster:
        """The speakers of a case, and its parties as speakers of their own; nobody where there is no case.

        Where two speakers share a name ("the president"), the one in office on the day of publication has it.
        """
        if case is None:
            return cls(language=language)
        lex = lexicon(language)

        def out_of_office(speaker: Speaker) -> bool:
            early, late = speaker.since or date.min, speaker.until or date.max
            return on is not None and not early <= on <= late

        people = [
            Entry(
                k,
                s.name,
                s.aliases,
                s.authority != "anonymous" and not lex.patterns["speakers.body"].search(s.name),
                s.party,
                s.authority == "anonymous",
            )
            for k, s in sorted(case.speakers.items(), key=lambda item: out_of_office(item[1]))
        ]
        named = {e.name for e in people}
        bodies = [
            Entry(k, p.name, _names_of_state(p.name, lex), False, k)
            for k, p in case.parties.items()
            if p.name not in named
        ]
        return cls([*people, *bodies], language)

    @classmethod
    def from_dict(cls, data: Mapping[str, Mapping[str, object]], language: str = "en") -> Roster:
        """From ``{name: {party, kind: person | org, aliases}}``."""
        return cls(
            (
                Entry(
                    name,
                    name,
                    tuple(map(str, d.get("aliases", ()))),  # type: ignore[call-overload]
                    d.get("kind") == "person",
                    str(d.get("party") or "") or None,
                )
                for name, d in data.items()
            ),
            language,
        )

    @cached_property
    def by_id(self) -> dict[str, Entry]:
        """Id -> entry; the first entry keeps an id that two claim."""
        return {entry.id: entry for entry in reversed(self.entries)}

    @cached_property
    def by_alias(self) -> dict[str, Entry]:
        """Folded name or alias -> entry; the first entry keeps a name that two claim."""
        found: dict[str, Entry] = {}
        for entry in self.entries:
            for name in (entry.name, *entry.aliases):
                found.setdefault(self.fold(name), entry)
        return found

    def fold(self, name: str) -> str:
        """A name for comparison: no leading article, no possessive, one space, lower case.

        >>> Roster().fold("The U.S.'s")
        'u.s.'
        """
        bare = self.lex.patterns["speakers.possessive"].sub("", name.strip().strip(",;:—–-"))
        s = " ".join(bare.split()).lower()
        article, _, rest = s.partition(" ")
        s = rest if rest and article in self.lex["articles"] else s
        if not self.lex.cases or any(s in self.lex[name] for name in _PRONOUNS):
            return s
        return " ".join(map(self.lex.stem, s.split()))


_PRONOUNS = ("person_pronouns", "body_pronouns", "open_pronouns", "joint_pronouns", "relatives")


def _names_of_state(name: str, lex: Lexicon) -> tuple[str, ...]:
    """Other names of a state or organisation; in a pack of another language also by its English name."""
    states = lex.raw["states"]
    listed = states.get(name)
    if listed is None and lex.lemmatised:
        listed = next((f"{k}, {v}" for k, v in states.items() if name in map(str.strip, v.split(","))), None)
    return tuple(o.strip() for o in (listed or "").split(",") if o)


@dataclass
class Resolver:
    """Resolves mentions in reading order; remembers who spoke last."""

    roster: Roster
    lex: Lexicon
    text: str
    initials: Mapping[str, str] = field(default_factory=dict)
    """Initials that stand for a name of the text, as in minutes."""
    last_person: Who | None = None
    last_body: Who | None = None
    persons: list[Who] = field(default_factory=list)
    """Who spoke last, a few of them, the latest at the end."""
    not_he: str = ""
    """Who says the words in which a pronoun stands, and so is not "he", "she" or "it"."""
    spoken_of: dict[str, str] = field(default_factory=dict)
    """Name -> "he" or "she", where the text showed it."""

    @cached_property
    def full_names(self) -> dict[str, str]:
        """Surname -> full name, for names of two or more words seen in the text; None where two share it."""
        found: dict[str, str | None] = {}
        titles, dated = self.lex["titles"], self.lex["weekdays"] | self.lex["months"]
        small = self.lex["comma.adverbs"] | self.lex["comma.prepositions"] | self.lex["comma.times"]
        for m in self.lex.patterns["speakers.full_name"].finditer(self.text):
            words = self._of_one_sentence(m.group().split())
            words = [w for w in words if w.lower().strip(".,") + "." not in titles]
            words = [w for w in words if w.lower() not in titles and w.lower() not in small]
            if (
                len(words) < 2
                or words[-2].lower() in self.lex["name_links"]
                or (len(words[-1]) < 4 and words[-1].isupper())
                or any(w.lower() in dated for w in words)
                or self.lex.patterns["speakers.body"].search(words[-1])
            ):
                continue
            possessive = self.lex.patterns["speakers.possessive"]
            given = 3 if len(words) > 2 and len(words[-2]) == 2 and words[-2][1] == "." else 2
            name, surname = possessive.sub("", " ".join(words[-given:])), possessive.sub("", words[-1])
            key = self.lex.stem(surname)
            before = found.setdefault(key, name)
            if before and self.lex.cases and self._is_same(before, name):
                found[key] = min(before, name, key=self._is_inflected)
            elif before != name:
                found[key] = None
        return {k: v for k, v in found.items() if v}

    @cached_property
    def titled(self) -> frozenset[str]:
        """Surnames that stand behind the title of a person: ``Minister Vance``, ``Col. Haddad``."""
        return frozenset(m["name"] for m in self.lex.patterns["speakers.titled"].finditer(self.text))

    def full_name(self, surname: str) -> str | None:
        """The full name that ends with a surname, in any case."""
        return self.full_names.get(self.lex.stem(surname))

    def _is_same(self, name: str, other: str) -> bool:
        """Whether two names differ in their case endings at most."""
        return list(map(self.lex.stem, name.split())) == list(map(self.lex.stem, other.split()))

    def _is_inflected(self, name: str) -> tuple[bool, int]:
        """For choosing among the cases of a name: whether its first word is not in its base form; its length."""
        first = name.split()[0].lower()
        return base_forms(self.lex.raw["inflection"]["lemmatiser"])(first) != first, len(name)

    @cached_property
    def _openers(self) -> frozenset[str]:
        """Words that open a sentence and are no part of the name behind them; "Will" and "May" may be names."""
        lex = self.lex
        modals = lex["modals"] - {"will", "may"}
        return lex["conjunctions"] | lex["subordinators"] | lex["adverbs"] | modals

    def _of_one_sentence(self, words: list[str]) -> list[str]:
        """The words after a sentence end among them: ``on Friday. Members Ada Holm`` has no Friday in its name."""
        known = self.lex["titles"]
        ends = [
            k + 1
            for k, w in enumerate(words[:-1])
            if w.endswith(".")
            and len(w) > 3
            and "." not in w[:-1]
            and w.lower() not in known
            and w.lower()[:-1] not in self.lex["abbreviations"]
        ]
        words = words[ends[-1] :] if ends else words
        opens = self._openers
        while words and words[0].lower() in opens:
            words = words[1:]
        return words

    def resolve(self, mention: str, before: str = "", voice: str = "", previous: str = "") -> Who:
        """The speaker behind a mention.

        Parameters
        ----------
        mention : str
            The words for the speaker; empty when nobody is named.
        before : str
            The text of the sentence before the mention, for "who" and "which".
        voice : str
            An earlier government for which a state's words were said ("Biden administration").
        previous : str
            The sentence before, whose first person "he" and "she" may be.
        """
        mention = mention.strip()
        if self.roster.fold(mention) in self.lex["person_pronouns"] and (
            opening := self._opens(before) or self._opens(previous)
        ):
            self.last_person = opening
        who = self._resolve(mention, before)
        earlier = self.roster.by_alias.get(self.roster.fold(voice)) if voice else None
        if earlier and earlier.party == who.party:  # the case has a speaker for that government
            return Who(earlier.id, earlier.name, earlier.party, who.how, voice)
        if voice and who.name and not self._is_person(who):
            who = Who(who.id, f"{who.name} ({voice})", who.party, who.how, voice, who.weak)
        if who.how not in ("none", "open") and "possessive" not in who.how:
            if self._is_person(who) or self.lex.patterns["speakers.office"].search(mention.partition(",")[0]):
                self.last_person = who
                self.persons = [*(p for p in self.persons if p.name != who.name), who][-6:]
            elif not self.lex.patterns["speakers.unnamed"].match(mention):
                self.last_body = Who(who.id, who.name, who.party, who.how, who.voice, who.weak)
        return who

    def recall(self, heard: Iterable[Who]) -> None:
        """Remember who spoke before some place, for the pronouns there."""
        for who in heard:
            if who.name and who.how not in ("none", "open", "event", "joint"):
                if self._is_person(who):
                    self.last_person = who
                else:
                    self.last_body = who

    def _opens(self, sentence: str) -> Who | None:
        """The person whose name and titles open a sentence."""
        unnamed = self.lex.patterns["speakers.opening_person"].match(sentence)
        if unnamed:
            return Who(None, unnamed.group(), None, "pronoun", weak=True)
        if met := self.lex.patterns["speakers.met"].match(
            sentence
        ):  # "Met with Maj. Okello on 7 Feb. He ..."
            name = met["who"].strip()
            return self._named(name) or Who(None, name, None, "pronoun")
        m = self.lex.patterns["speakers.full_name"].search(sentence[:90]) or self.lex.patterns[
            "speakers.opening_name"
        ].match(sentence)
        if not m:
            return None
        before = sentence[: m.start()].rstrip()
        words = m.group().split()
        whole = self.full_name(self.lex.patterns["speakers.possessive"].sub("", words[-1]))
        if not whole or (before and before[-1] != ",") or m.group().endswith(("'s", "’s")):
            return None
        if self.lex.patterns["speakers.body"].search(m.group()):
            return None
        return self._named(whole)

    def _is_person(self, who: Who) -> bool:
        entry = self.roster.by_id.get(who.id) if who.id else None
        patterns = self.lex.patterns
        if patterns["speakers.office"].search(who.name):
            return True  # "the representative of France", also where it is an alias of France
        if entry:
            return entry.person
        if patterns["speakers.body"].search(who.name):
            return False
        if who.name in self.titled:
            return True
        words = who.name.split()
        words = words[words[0].lower() in self.lex["articles"] :] if words else words
        return len(words) >= 2 and all(w[:1].isupper() for w in words) and words[-1] not in self.lex["bodies"]

    def _resolve(self, mention: str, before: str) -> Who:
        if not mention:
            return Who(None, "", None, "none", weak=True)
        folded = self.roster.fold(mention)
        if len(mention) > 1 and mention.split()[-1].isupper():  # the US, the WHO
            return (
                self._of_initials(mention)
                or self._named(mention)
                or self._joint(mention)
                or self._literal(mention)
            )
        third = folded in self.lex["joint_pronouns"] or folded in self.lex["body_pronouns"]
        if third and self.not_he and (other := self._other(folded)):
            return other
        if folded in self.lex["person_pronouns"] and self.last_person:
            return self._again(self._person_of(folded), "pronoun")
        if folded in self.lex["person_pronouns"] and self.lex.lemmatised and self.last_body:
            return self._again(self.last_body, "pronoun")  # bodies are "he" and "she" there, too
        if folded in self.lex["body_pronouns"] and self.last_body:
            return self._again(self.last_body, "pronoun")
        owned = self.lex.patterns["speakers.own_body"].fullmatch(folded)
        if owned and (whose := self.last_person or self.last_body):
            self.last_body = whose
            return self._again(whose, "possessive pronoun")
        if apposed := self._apposed(mention, before):
            return apposed
        if folded in self.lex["open_pronouns"]:
            return Who(None, mention, None, "open", weak=True)
        if folded in self.lex["relatives"]:
            return self._relative(before)
        return self._named(mention) or self._joint(mention) or self._literal(mention)

    def _other(self, pronoun: str) -> Who | None:
        """Inside somebody's words, whom else "he" or "it" may be; a guess. None where the last one is somebody else."""
        last = self.last_person if pronoun in self.lex["joint_pronouns"] else self.last_body
        if last is None or last.name != self.not_he:
            return None
        if pronoun in self.lex["joint_pronouns"]:
            for who in reversed(self.persons):
                if who.name != self.not_he and self.spoken_of.get(who.name, pronoun) == pronoun:
                    self.spoken_of.setdefault(who.name, pronoun)
                    return replace(self._again(who, "pronoun"), weak=True)
        return Who(None, pronoun, None, "open", weak=True)

    def _person_of(self, pronoun: str) -> Who:
        """The last person whom "he" or "she" may be, by how the text spoke of them before."""
        assert self.last_person
        sex = next((name for name in ("he", "she") if pronoun in self.lex[f"{name}_pronouns"]), "")
        if not sex:
            return self.last_person
        persons = (self.last_person, *reversed(self.persons))
        who = next((p for p in persons if self.spoken_of.get(p.name, sex) == sex), None)
        who = who or replace(self.last_person, weak=True)
        self.spoken_of.setdefault(who.name, sex)
        return who

    def called(self, who: Who, words: str) -> None:
        """Remember by which pronoun the text goes on about somebody who is named: ``X said he would``."""
        m = self.lex.patterns["speakers.goes_on_as"].match(words)
        if m and who.name and who.how not in ("pronoun", "open", "none"):
            self.spoken_of.setdefault(who.name, m["sex"].lower())

    def _of_initials(self, mention: str) -> Who | None:
        """The person of the text for whom initials stand."""
        name = self.initials.get(mention)
        return (self._named(name) or Who(None, name, None, "initials")) if name else None

    def _apposed(self, mention: str, before: str) -> Who | None:
        """``NAME, Special Envoy of the Secretary-General, said``: an office, or "speaking for X", after the name."""
        patterns = self.lex.patterns
        m = patterns["speakers.named_before"].search(before)
        if not m or not patterns["speakers.apposition"].match(mention):
            return None
        name = m["name"].strip()
        dated = self.lex["weekdays"] | self.lex["months"]
        if len(name) < 2 or name.lower() in dated:  # "on X, Minister Kaja Tamm wrote", "on 9 May, President"
            return None
        found = self._named(name)
        if found:
            return found
        return Who(None, name.title() if name.isupper() else name, None, "apposition")

    @staticmethod
    def _again(who: Who, how: str) -> Who:
        return Who(who.id, who.name, who.party, how, "", who.weak)

    def _named(self, mention: str) -> Who | None:
        """By alias: the whole mention, its head, the longest alias that ends the head, a surname."""
        table, fold = self.roster.by_alias, self.roster.fold
        head = self.lex.patterns["speakers.head_ends"].split(mention, maxsplit=1)[0]
        for name in (mention, mention.partition(",")[0], head):
            if fold(name) in table:
                return self._entry(table[fold(name)], "alias")
        for part in mention.split(",")[1:3]:  # "the chief negotiator, Davit Maro,"
            plain = fold(part)
            entry = table.get(plain) or next(
                (table[t] for k in range(len(plain.split())) if (t := " ".join(plain.split()[k:])) in table),
                None,
            )
            if entry and entry.person:
                return self._entry(entry, "title")
            full = self.lex.patterns["speakers.person_after_comma"].fullmatch(part)
            if full and full["name"].strip() in self.full_names.values():
                return Who(None, full["name"].strip(), None, "title")
        if self.lex.patterns["speakers.several"].search(head):
            return self._owned(head)
        words = fold(head).split()
        for k in range(len(words)):
            tail = " ".join(words[k:])
            if tail in table and self._is_title(words[:k], table[tail]):
                return self._entry(table[tail], "title")
        if self.lex.patterns["speakers.body"].search(head) and not self.lex.patterns[
            "speakers.office"
        ].search(head):
            return None
        company = self.lex.patterns.get("speakers.company")
        if company and company.search(head):
            return None
        last = head.split()[-1] if head.split() else ""
        whole = (self.full_name(last.title()) if last.isupper() else None) or self.full_name(last)
        whole = whole.title() if whole and whole.isupper() else whole
        if whole:
            known = table.get(fold(whole))
            return self._entry(known, "surname") if known else Who(None, whole, None, "surname")
        return None

    def _owned(self, head: str) -> Who | None:
        """``Norway's foreign ministry spokesperson Sara Lund``: the person, where an office stands before the name."""
        words = head.split()
        whole = self.full_name(words[-1])
        before = head.removesuffix(whole or "").rstrip()
        if not whole or before == head or not self.lex.patterns["speakers.office"].search(before):
            return None
        known = self.roster.by_alias.get(self.roster.fold(whole))
        return self._entry(known, "surname") if known else Who(None, whole, None, "surname")

    def _is_title(self, words: list[str], entry: Entry) -> bool:
        """Whether the words before a name leave it the same speaker: any for a person, none for a state."""
        if entry.person:
            return self.lex["prepositions"].isdisjoint(words)
        return not words or all(w in self.lex["titles"] for w in words)

    @staticmethod
    def _entry(entry: Entry, how: str) -> Who:
        return Who(entry.id, entry.name, entry.party, how, weak=entry.weak)

    def _joint(self, mention: str) -> Who | None:
        """``he and Putin``: two known speakers."""
        parts = self.lex.patterns["speakers.and"].split(mention)
        if len(parts) != 2 or (
            self.lex.patterns["speakers.country_of"].search(parts[0])
            and self.lex.patterns["speakers.body"].search(parts[0])
        ):
            return None  # "the Union of Drivers and Allied Workers" is one body
        found = [
            self._named(p)
            or (self._resolve(p, "") if self.roster.fold(p) in self.lex["joint_pronouns"] else None)
            for p in parts
        ]
        if not any(found):
            return None
        names = [
            w.name if w else self.lex.patterns["speakers.joint_opens"].sub("", p)
            for w, p in zip(found, parts, strict=True)
        ]
        first = next(w for w in found if w)
        return Who(first.id if all(found) else None, "; ".join(names), first.party, "joint")

    def _relative(self, before: str) -> Who:
        """The name to the left of "who" or "which", not the country after "of"."""
        s = re.sub(r"[,\s]+$", "", before)
        if beside := self.lex.patterns["speakers.thing_beside"].search(s):  # "had called the ministry, which"
            known = self._named(beside["who"])
            if known:
                return self._again(known, "relative")
            return Who(None, beside["who"], None, "relative", weak=True)
        s = self.lex.patterns["speakers.country_of"].sub("", s)
        names = list(self.lex.patterns["speakers.name"].finditer(s))
        for m in reversed(names[-3:]):
            mention = m.group().strip()
            who = self._named(mention)
            if who:
                return self._again(who, "relative")
        if names:
            words = names[-1].group().split()
            opens = self._openers
            while len(words) > 1 and words[0].lower() in opens:
                words = words[1:]
            if words[0].lower() not in self.lex["articles"] or len(words) > 1:
                return Who(None, " ".join(words), None, "relative", weak=True)
        return Who(None, "", None, "open", weak=True)

    def _literal(self, mention: str) -> Who:
        """Words that name no known speaker; an official of a known state counts for it, weakly."""
        head = re.split(r",", mention, maxsplit=1)[0].strip()
        head = self.lex.patterns["speakers.possessive"].sub("", head) if len(head) > 2 else head
        head = head.title() if head.isupper() and " " in head else head
        party = None
        if not self.lex.patterns["speakers.owned"].search(head):
            words = self.roster.fold(head).split()
            for k in range(len(words), 0, -1):
                entry = self.roster.by_alias.get(" ".join(words[:k]))
                if entry and not entry.person:
                    party = entry.party
                    break
        named = bool(self.lex.patterns["speakers.all_names"].fullmatch(head))
        return Who(None, head, party, "literal", weak=not named)
