"""From what texts say to a first case: parties, speakers, issues and options, each a suggestion to be corrected.

It lists no weight, value or reservation value; each option is marked as an assumption to be replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from zopa.reading.attribution.attribute import attribute
from zopa.reading.extraction.extract import Suggestion, extract
from zopa.reading.extraction.speakers import Entry, Resolver, Roster
from zopa.reading.language.letters import latin
from zopa.reading.language.lexicon import Lexicon, lexicon
from zopa.reading.parsing.segment import segment
from zopa.reading.sides import bare_name, grouped, options_asked, shared_topics
from zopa.reading.sources.text import Text

__all__ = ["Draft", "draft", "draft_case"]

MAX_PARTIES, MAX_SIDES, MAX_SPEAKERS, MAX_ISSUES = 5, 8, 20, 6
FEW_ISSUES = 4
"""Issues up to which words that several speakers share are added to the topics that the pack knows."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What some texts suggest for a case; ids -> the fields of a party, speaker or issue as a case file holds them."""

    title: str
    on: date | None
    parties: Mapping[str, Mapping[str, Any]]
    speakers: Mapping[str, Mapping[str, Any]]
    issues: Mapping[str, Mapping[str, Any]]

    def to_dict(self) -> dict[str, Any]:
        """The draft as the data of a ``case.yaml``."""
        return {
            "title": self.title or "A case drafted from a text",
            "about": "Drafted by `zopa read` from the words of a text. Parties, speakers and issues are suggestions: correct them first.",
            **({"as_of": self.on} if self.on else {}),
            "parties": dict(self.parties),
            "speakers": dict(self.speakers),
            "issues": dict(self.issues),
        }


def draft(texts: Iterable[Text], title: str = "", language: str = "") -> Draft:
    """The parties, speakers and issues that some texts name.

    Parties are the states that the texts name, or, where they name fewer than two, the organisations that are heard
    by their full name ("the Lenn Water Board"); else the speakers found in them, grouped by the body that they name;
    where there are fewer than two, a party to be named is added, so that there is always a case to start from.
    """
    listed = list(texts)
    language = language or next((t.language for t in listed), "en")
    lex = lexicon(language)
    body = "\n".join(t.body for t in listed)
    states = {name: _aliases(name, lex) for name in _states(body, lex)}
    bodies = _bodies(body, states, lex) if len(states) < 2 else {}
    states = states | bodies if len(states) + len(bodies) > 1 else {}
    heard = list(_heard(listed, language))
    parties = {_slug(name): {"name": name} for name in states}
    speakers = _speakers(body, states, lex) if states else {}
    if not (states and bodies):
        groups = grouped(heard, body, lex, frozenset(states))
        of_persons = {n for n in groups if states and _is_of_a_person(n, speakers, lex)}
        for name in sorted(groups, key=lambda n: -len(groups[n])):
            if name in of_persons:
                continue
            if len(parties) < MAX_SIDES and (
                not states or name in groups.bodies or _speaks_often(name, groups[name])
            ):
                parties.setdefault(_slug(name) or "party", {"name": name})
        people = {n for s in speakers.values() for n in (s["name"], *s["aliases"])}
        people |= {s.who.name for s in heard} | {n for names in states.values() for n in names}
        for name in _spoken_for(heard, lex):
            known = name in people or any(name in p["name"] or p["name"] in name for p in parties.values())
            if len(parties) < MAX_SIDES and not known:
                parties.setdefault(_slug(name) or "party", {"name": name})
        for n in range(1, 3 - len(parties)):
            parties[f"party-{n}"] = {"name": f"Party {n} (to be named)"}
        for name, members in groups.items():
            _add_speakers(speakers, name, members, parties, lex, ask=name in of_persons)
    topics = _topics(body, lex)
    shared = shared_topics(heard, body, lex, {w for words in topics.values() for w in words})
    named = " ".join(states).casefold()
    shared = {topic: words for topic, words in shared.items() if topic.casefold() not in named}
    shared = dict(list(shared.items())[: max(0, FEW_ISSUES - len(topics))])
    topics = dict(list((topics | shared).items())[:MAX_ISSUES]) or _usual_topic(lex)
    return Draft(
        title=title or next((t.published.title for t in listed if t.published.title), ""),
        on=max((t.published.on for t in listed if t.published.on), default=None),
        parties=parties,
        speakers=speakers,
        issues={
            _slug(name): _issue(name, words, options_asked(heard, body, words))
            for name, words in topics.items()
        },
    )


def _heard(texts: Iterable[Text], language: str) -> Iterator[Suggestion]:
    """The outer statements of some texts, with the places of their words in the texts one after another."""
    at = 0
    for t in texts:
        for s in extract(t, language=language).statements:
            if s.nested_in is None:
                yield replace(s, content=tuple((a + at, b + at) for a, b in s.content))
        at += len(t.body) + 1


def _spoken_for(heard: Iterable[Suggestion], lex: Lexicon) -> list[str]:
    """Groups for which somebody speaks and those who support a speaker, without articles, in order."""
    bare = (bare_name(n, lex) for s in heard for n in s.spoken_for)
    return list(dict.fromkeys(n for n in bare if not n.isupper() or len(n) < 6))


def _speaks_often(name: str, members: Mapping[str, int]) -> bool:
    """A name of one word that is heard more than once beside states: one that is on no list."""
    return " " not in name and sum(members.values()) > 1


def _add_speakers(
    speakers: dict[str, dict[str, Any]],
    name: str,
    members: Mapping[str, int],
    parties: Mapping[str, Mapping[str, Any]],
    lex: Lexicon,
    *,
    ask: bool = False,
) -> None:
    """The speakers of one group; the group itself where it speaks, for a party speaks under its own name.

    With ``ask`` the party is left open, and the review asks for it.
    """
    known = {other.lower() for s in speakers.values() for other in (s["name"], *s["aliases"])}
    for member in members:
        ident = _slug(member) or "speaker"
        if member.lower() in known or ident in speakers or len(speakers) >= 2 * MAX_SPEAKERS:
            continue
        if _is_place_or_time(member, lex):
            continue
        party = _slug(name)
        surname = member.split()[-1]
        aliases = [surname] if surname != member and surname[0].isupper() and not surname.isupper() else []
        if ident in parties:
            ident += "-speaker"
        if ask:
            speakers[ident] = {"name": member, "aliases": aliases}
            continue
        speakers[ident] = {"name": member, "aliases": aliases} | (
            {"party": party, "authority": "official"} if party in parties else {"authority": "commentator"}
        )


def _is_of_a_person(name: str, speakers: Mapping[str, Mapping[str, Any]], lex: Lexicon) -> bool:
    """Whether a body is the office of a person, as "the Biden administration": no party of its own beside its country.

    It may be an earlier government, so whose its words are is asked in the review.
    """
    words = bare_name(name, lex).split()
    surnames = {s["name"].split()[-1] for s in speakers.values() if "authority" not in s or " " in s["name"]}
    return words[-1].lower() == lex.raw["terms"]["government"].lower() or (
        len(words) > 1 and words[0] in surnames
    )


def _is_place_or_time(name: str, lex: Lexicon) -> bool:
    """Whether a name begins as no name does, "In Brussels", "Under Biden"."""
    first, *rest = name.split()
    return bool(rest) and first.lower() in lex["prepositions"]


def draft_case(texts: Iterable[Text], title: str = "", language: str = "") -> str:
    """The text of a first ``case.yaml``: :func:`draft` as YAML."""
    out = StringIO()
    yaml = YAML()
    yaml.default_flow_style = None
    yaml.width = 110
    yaml.dump(draft(texts, title, language).to_dict(), out)
    return out.getvalue()


def _issue(name: str, words: list[str], asked: Mapping[str, list[str]]) -> dict[str, Any]:
    """An issue with its assumed options: as it is now, and what was asked or offered."""
    options: dict[str, Any] = {"as-now": {"label": "as it is now", "assumed": "drafted by zopa read"}}
    for n, (label, found) in enumerate(asked.items(), 1):
        options[f"asked-{n}"] = {
            "label": label,
            "assumed": "drafted by zopa read from these words",
            "words": found,
        }
    if not asked:
        options["asked"] = {
            "label": "what the statements for it ask",
            "assumed": "drafted by zopa read; replace it by the real options",
            "words": [*words],
        }
    return {"name": name.capitalize(), "now": "as-now", "words": words, "options": options}


def _aliases(state: str, lex: Lexicon) -> tuple[str, ...]:
    return tuple(o.strip() for o in lex.raw["states"][state].split(","))


def _bodies(body: str, states: Iterable[str], lex: Lexicon) -> dict[str, tuple[str, ...]]:
    """Organisations of a local dispute with their short names: those that are heard, or for which a person is heard.

    An organisation is a name that an article stands before: "the Lenn Water Board", "the town of Lenn".
    """
    articles = "|".join(map(re.escape, sorted(lex["articles"])))
    named = re.compile(
        rf"(?<!\w)(?i:{articles})\s((?:[a-z]+\sof\s)?[A-Z][\w’'\-]+(?:\s(?:of\s)?[A-Z][\w’'\-]+)*)"
    )
    seg = segment(body, lex)
    mentions = [" ".join(seg.text[slice(*seg.span(*p))] for p in x.source) for x in attribute(seg, lex)]
    heard: dict[str, int] = {}
    for mention in mentions:
        for m in named.finditer(mention):
            name = m[1]
            if len(name.split()) > 1 and not any(s in name for s in states):
                heard[name] = heard.get(name, 0) + 1
    kept = sorted(heard, key=lambda n: -heard[n])[:MAX_PARTIES]
    kept = [n for n in kept if not any(n != other and n in other for other in kept)]
    short = {n: n.split()[0] if n[0].islower() else n.split()[-1] for n in kept}
    shared = list(short.values())
    return {n: (short[n],) if shared.count(short[n]) == 1 else () for n in kept}


def _slug(name: str) -> str:
    return latin(name)


def _states(body: str, lex: Lexicon) -> dict[str, int]:
    """Known states and organisations that the text names as such, most often first; at most five."""
    count: dict[str, int] = {}
    for name, others in lex.raw["states"].items():
        pattern = lex.spelled([name, *(o.strip() for o in others.split(","))])
        n = len(re.findall(rf"(?<!\w)(?:{pattern})(?!\w)", body))
        if n:
            count[name] = n
    most = max(count.values(), default=0)
    kept = [
        n
        for n in sorted(count, key=lambda n: -count[n])
        if count[n] * 5 >= most and n.lower() not in lex.phrases("terms", "no_parties")
    ]
    return {n: count[n] for n in kept[:MAX_PARTIES]}


def _speakers(body: str, states: Mapping[str, tuple[str, ...]], lex: Lexicon) -> dict[str, dict[str, Any]]:
    """The states themselves, and the persons who are said to say something, with the party that the words give them."""
    out: dict[str, dict[str, Any]] = {}
    for state in states:
        party = _slug(state)
        out[f"{party}-state"] = {
            "name": state,
            "party": party,
            "aliases": list(states[state]),
            "authority": "official",
        }
    heard = _merged(_persons_heard(body, states, lex))
    for name in sorted(heard, key=lambda n: -heard[n])[:MAX_SPEAKERS]:
        out[_slug(name)] = _speaker(name, body, states, lex)
    return out


def _speaker(name: str, body: str, states: Mapping[str, tuple[str, ...]], lex: Lexicon) -> dict[str, Any]:
    """A person as a speaker: of a party where the text says so, else a commentator."""
    surname = name.split()[-1]
    speaker: dict[str, Any] = {"name": name, "aliases": [surname] if surname != name else []}
    party, former = _party_of(name, body, states, lex)
    if party and not former:
        return speaker | {"party": _slug(party), "authority": "official"}
    # Whom an unknown person speaks for is asked in the review; that it is nobody is not assumed.
    return speaker | ({"authority": "commentator"} if former else {})


def _persons_heard(body: str, states: Mapping[str, tuple[str, ...]], lex: Lexicon) -> dict[str, int]:
    """Names of persons to whom words are attributed, with how often."""
    resolver = Resolver(
        Roster((Entry(_slug(n), n, other, False, _slug(n)) for n, other in states.items()), lex.language),
        lex,
        body,
    )
    seg = segment(body, lex)
    heard: dict[str, int] = {}
    for x in attribute(seg, lex):
        who = resolver.resolve(" ".join(seg.text[slice(*seg.span(*p))] for p in x.source))
        if who.id is not None or who.how not in ("surname", "literal", "title"):
            continue
        if not lex.patterns["speakers.heard_name"].fullmatch(who.name):
            continue
        name = lex.patterns["speakers.owner"].sub("", who.name)
        name = lex.patterns["speakers.offices"].sub("", name)
        name = resolver.full_name(name) or name
        if _is_place_or_time(name, lex):
            continue
        if len(name) > 2 and name.lower() not in lex["weekdays"]:
            heard[name] = heard.get(name, 0) + 1
    return heard


def _merged(heard: dict[str, int]) -> dict[str, int]:
    """A surname alone counts for the full name that ends with it."""
    out: dict[str, int] = {}
    for name, n in heard.items():
        full = next(
            (f for f in heard if f != name and f.split()[-1] == name.split()[-1] and len(f) > len(name)), name
        )
        out[full] = out.get(full, 0) + n
    return out


def _party_of(
    name: str, body: str, states: Mapping[str, tuple[str, ...]], lex: Lexicon
) -> tuple[str | None, bool]:
    """The state beside the name ("Russia's X", "X of Ukraine", "Defense Secretary X"); whether a former official."""
    surname = re.escape(name.split()[-1])
    around = [body[max(0, m.start() - 60) : m.end() + 60] for m in re.finditer(rf"\b{surname}\b", body)]
    former = any(
        lex.pattern("former", name, surname=surname).search(a) for name in lex.raw["former"] for a in around
    )
    scores: dict[str, int] = {}
    for state, others in states.items():
        names = lex.spelled([state, *others], longest_first=False)
        offices = "|".join(
            re.escape(o.strip()) for o in lex.raw["offices"].get(state, "").split(",") if o.strip()
        )
        forms = [
            lex.pattern(section, form, names=f"(?:{names})", offices=f"(?:{offices})", surname=surname)
            for section in ("of_state", "of_office")[: 1 + bool(offices)]
            for form in lex.raw[section]
        ]
        if state not in lex.raw["states"]:  # "Holm, chair of the Lenn Water Board"
            forms.append(re.compile(rf"\b{surname},\s[^,.;”\"]{{0,60}}\b{re.escape(state)}\b"))
        scores[state] = sum(len(form.findall(a)) for form in forms for a in around)
    best = max(scores, key=lambda s: scores[s], default=None)
    return (best if best and scores[best] else None), former


def _topics(body: str, lex: Lexicon) -> dict[str, list[str]]:
    """Topics whose words the text holds at least twice, most often first, each with the words found."""
    found: dict[str, list[str]] = {}
    count: dict[str, int] = {}
    for name, text in lex.raw["topics"].items():
        words = [w.strip() for w in text.split(",")]
        hits = {w: len(re.findall(rf"(?<!\w){lex.spelled([w])}(?!\w)", body, re.I)) for w in words}
        if sum(hits.values()) >= 2:
            found[name] = [w for w in words if hits[w]]
            count[name] = sum(hits.values())
    kept = sorted(found, key=lambda n: -count[n])[:MAX_ISSUES]
    return {n: found[n] for n in found if n in kept}


def _usual_topic(lex: Lexicon) -> dict[str, list[str]]:
    """The topic of a text that names none; the pack may leave it out."""
    usual = lex.phrases("terms", "topic") or ["agreement"]
    return {usual[0]: usual}
