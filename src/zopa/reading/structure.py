"""A first case file from a text, when there is none: who spoke, about what, and nothing else.

It lists no weight, value or reservation value; each option is marked as an assumption to be replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from io import StringIO

from ruamel.yaml import YAML

from zopa.reading.extraction.speakers import Entry, Resolver, Roster
from zopa.reading.language.lexicon import Lexicon, lexicon
from zopa.reading.parsing.segment import segment
from zopa.reading.sources.text import Text

__all__ = ["skeleton"]

MAX_TOPICS = 6


def skeleton(texts: Iterable[Text], title: str = "", language: str = "en") -> str:
    """The text of a ``case.yaml`` with the parties, speakers and topics that some texts name.

    Raises
    ------
    ValueError
        If fewer than two parties are named: then a person has to write the case.
    """
    lex = lexicon(language)
    listed = list(texts)
    body = "\n".join(t.body for t in listed)
    states = _states(body, lex)
    if len(states) < 2:
        raise ValueError("the text names fewer than two states or organisations that are known")
    people = _people(body, states, lex)
    topics = _topics(body, lex)
    on = next((t.published.on for t in listed if t.published.on), None)
    data = {
        "title": title or next((t.published.title for t in listed if t.published.title), "") or "A case drafted from a text",
        "about": "Drafted by `zopa read` from the words of a text. Parties, speakers and issues are suggestions: correct them first.",
        **({"as_of": on} if on else {}),
        "parties": {_slug(name): {"name": name} for name in states},
        "speakers": people,
        "issues": {
            name: {
                "name": name.capitalize(), "now": "as-now", "words": words,
                "options": {
                    "as-now": {"label": "as it is now", "assumed": "drafted by zopa read"},
                    "asked": {"label": "what the statements for it ask", "assumed": "drafted by zopa read; replace it by the real options", "words": [*words]},
                },
            }
            for name, words in topics.items()
        },
    }  # fmt: skip
    out = StringIO()
    yaml = YAML()
    yaml.default_flow_style = None
    yaml.width = 110
    yaml.dump(data, out)
    return out.getvalue()


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _states(body: str, lex: Lexicon) -> dict[str, int]:
    """Known states and organisations that the text names as such, most often first; at most five."""
    count: dict[str, int] = {}
    for name, others in lex.raw["states"].items():
        names = [name, *(o.strip() for o in others.split(","))]
        pattern = "|".join(re.escape(n) for n in sorted(names, key=len, reverse=True))
        n = len(re.findall(rf"(?<!\w)(?:{pattern})(?!\w)", body))
        if n:
            count[name] = n
    most = max(count.values(), default=0)
    kept = [
        n
        for n in sorted(count, key=lambda n: -count[n])
        if count[n] * 5 >= most and n.lower() not in lex.phrases("terms", "no_parties")
    ]
    return {n: count[n] for n in kept[:5]}


def _people(body: str, states: Iterable[str], lex: Lexicon) -> dict[str, dict[str, object]]:
    """Persons who are said to say something, with the party that the text's own words give them."""
    roster = Roster((_state_entry(n, lex) for n in states), lex.language)
    resolver = Resolver(roster, lex, body)
    seg = segment(body, lex)
    from zopa.reading.attribution.attribute import attribute

    heard: dict[str, int] = {}
    for x in attribute(seg, lex):
        words = " ".join(seg.text[slice(*seg.span(*p))] for p in x.source)
        who = resolver.resolve(words)
        if (
            who.id is None
            and who.how in ("surname", "literal", "title")
            and re.fullmatch(r"(?:[A-Z][\w.'’\-]+\s?){1,4}", who.name)
        ):
            name = lex.patterns["speakers.owner"].sub("", who.name)
            name = lex.patterns["speakers.offices"].sub("", name)
            name = resolver.full_names.get(name, name)
            if len(name) > 2 and name.lower() not in lex["weekdays"]:
                heard[name] = heard.get(name, 0) + 1
    merged = _merge(heard)
    out: dict[str, dict[str, object]] = {}
    for state in states:
        entry = _state_entry(state, lex)
        out[_slug(state) + "-state"] = {
            "name": state,
            "party": _slug(state),
            "aliases": list(entry.aliases),
            "authority": "official",
        }
    for name in sorted(merged, key=lambda n: -merged[n])[:20]:
        party, former = _party_of(name, body, states, lex)
        surname = name.split()[-1]
        speaker: dict[str, object] = {"name": name, "aliases": [surname] if surname != name else []}
        if party and not former:
            speaker |= {"party": _slug(party), "authority": "official"}
        else:
            speaker["authority"] = "commentator"
        out[_slug(name)] = speaker
    return out


def _state_entry(name: str, lex: Lexicon) -> Entry:
    aliases = tuple(o.strip() for o in lex.raw["states"][name].split(","))
    return Entry(_slug(name), name, aliases, False, _slug(name))


def _merge(heard: dict[str, int]) -> dict[str, int]:
    """A surname alone counts for the full name that ends with it."""
    out: dict[str, int] = {}
    for name, n in heard.items():
        full = next(
            (f for f in heard if f != name and f.split()[-1] == name.split()[-1] and len(f) > len(name)), name
        )
        out[full] = out.get(full, 0) + n
    return out


def _party_of(name: str, body: str, states: Iterable[str], lex: Lexicon) -> tuple[str | None, bool]:
    """The state beside the name ("Russia's X", "X of Ukraine", "Defense Secretary X"); whether a former official."""
    surname = re.escape(name.split()[-1])
    around = [body[max(0, m.start() - 60) : m.end() + 60] for m in re.finditer(rf"\b{surname}\b", body)]
    former = any(
        lex.pattern("former", name, surname=surname).search(a) for name in lex.raw["former"] for a in around
    )
    scores: dict[str, int] = {}
    for state in states:
        names = "|".join(re.escape(n.strip()) for n in [state, *lex.raw["states"][state].split(",")])
        offices = "|".join(
            re.escape(o.strip()) for o in lex.raw["offices"].get(state, "").split(",") if o.strip()
        )
        forms = [
            lex.pattern(section, form, names=f"(?:{names})", offices=f"(?:{offices})", surname=surname)
            for section in ("of_state", "of_office")[: 1 + bool(offices)]
            for form in lex.raw[section]
        ]
        scores[state] = sum(len(form.findall(a)) for form in forms for a in around)
    best = max(scores, key=lambda s: scores[s], default=None)
    return (best if best and scores[best] else None), former


def _topics(body: str, lex: Lexicon) -> dict[str, list[str]]:
    """Topics whose words the text holds at least twice, most often first, each with the words found."""
    found: dict[str, list[str]] = {}
    count: dict[str, int] = {}
    for name, text in lex.raw["topics"].items():
        words = [w.strip() for w in text.split(",")]
        hits = {w: len(re.findall(rf"(?<!\w){re.escape(w)}(?!\w)", body, re.I)) for w in words}
        if sum(hits.values()) >= 2:
            found[name] = [w for w in words if hits[w]]
            count[name] = sum(hits.values())
    kept = sorted(found, key=lambda n: -count[n])[:MAX_TOPICS]
    usual = lex.phrases("terms", "topic")
    return {n: found[n] for n in found if n in kept} or {name: usual for name in usual[:1]}
