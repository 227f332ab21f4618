"""Cues other than plain verbs of saying: nouns, adjectives, light verbs, passives, and what only seems."""

from __future__ import annotations

from zopa.reading.attribution.contents import after_cue, that_ahead
from zopa.reading.attribution.cues import BREAK, Attribution, Attributions, statement
from zopa.reading.attribution.subjects import subject
from zopa.reading.parsing.clauses import clause_starts, content_end
from zopa.reading.parsing.noun_phrases import left_phrase, right_phrase
from zopa.reading.parsing.tags import Range, Sentence, is_adjective
from zopa.reading.parsing.verb_groups import VerbGroup

__all__ = ["adjective", "impersonal", "light_verb", "nominal", "passive", "was_asked"]


def nominal(s: Sentence, i: int, found: Attributions) -> Attribution | None:
    """``her claim that X``, ``SRC's opposition to X``: a noun with its owner."""
    j = i
    while j > s.start and (is_adjective(s, j - 1) or s.adverb[j - 1]) and j > i - 3:
        j -= 1
    source, after = _owner(s, j) if j > s.start and not found.used[j - 1] else None, i + 1
    if not source and s.is_(i, "nouns.act") and s.is_(i + 1, "by"):  # "the offer by X to"
        source = right_phrase(s, i + 2)
        after = source[1] if source else after
    if not source or i + 2 >= s.stop or found.takes(*source):
        return None
    k = _nominal_link(s, after)
    if not k or k + 1 >= s.stop:
        return None
    that = s.is_(k, "that")
    if that and s.finite[k + 1]:  # "his claim that was"
        return None
    act = s.is_(i, "nouns.act") and s.is_(k, "to") and _is_base(s, k + 1)
    if not that and not act and not s.quoted[k + 1] and s.quote_of[k + 2 : k + 3] in ([-1], []):
        return None
    c = k if s.is_(k, "kept_links") else k + 1
    return statement(
        source, (j, c), (c, content_end(s, c, phrase=not that)), rule="nominal", lemma=s.lower[i]
    )


def _is_base(s: Sentence, k: int) -> bool:
    """Whether the token is a verb in its base form, perhaps after an adverb."""
    k += s.adverb[k] and k + 1 < s.stop
    return any(slot == "base" for _, slot in s.grammar.forms.get(s.lower[k], ())) or not (
        s.name[k] or s.is_(k, "specifiers") or s.is_(k, "prepositions")
    )


def _owner(s: Sentence, j: int) -> Range | None:
    """The possessive or the phrase with a possessive mark that ends before ``j``."""
    if s.is_(j - 1, "possessives"):
        return j - 1, j
    if not s.is_(j - 1, "owner_marks") or j - 2 < s.start:
        return None
    phrase = left_phrase(s, j - 1)
    return (phrase[0], j) if phrase else None


def _nominal_link(s: Sentence, k: int) -> int:
    """Where a noun is joined to its content: "that" or "to" beside it, or "that" after a preposition; 0 if nowhere."""
    if s.is_(k, "nominal_links"):
        return k
    if s.is_(k, "be") and k + 1 < s.stop and s.is_(k + 1, "kept_links"):  # "her condition is that"
        return k + 1
    return that_ahead(s, k, within=7) if s.is_(k, "prepositions") else 0


def impersonal(s: Sentence, group: VerbGroup, _found: Attributions) -> Attribution | None:
    """``X seems to VERB``: content on both sides of the cue, and nobody as its source."""
    k = group.stop
    if group.voice != "active" or k >= s.stop or s.words[k] in BREAK:
        return None
    topic = left_phrase(s, group.start)
    if not topic or not any(s.is_(k, name) for name in ("to", "that", "seeming")):
        return None
    rest = (k, content_end(s, k, phrase=True))
    return statement(None, group.span, topic, rest, rule="impersonal", lemma=group.lemma)


def adjective(s: Sentence, group: VerbGroup, found: Attributions) -> Attribution | None:
    """``SRC is reluctant to X``, ``SRC remains opposed to X``."""
    if group.lemma not in s.lists["adjectives.copulas"]:
        return None
    k = group.stop
    while k < min(s.stop, group.stop + 4) and (s.adverb[k] or s.is_(k, "before_adjective")):
        k += 1
    if k + 1 >= s.stop or s.quoted[k] or not s.is_(k, "adjectives.cue"):
        return None
    c = k + 1
    linked = s.is_(c, "adjectives.follow")
    if not linked and (s.words[c] in BREAK or not clause_starts(s, c)):
        return None
    source, inherited = subject(s, group, found)
    if not source:
        return None
    agent = right_phrase(s, c + 1) if s.is_(c, "by") else None
    if agent and not inherited:  # "the text was opposed by X"
        base = next((b for b, _ in s.grammar.forms.get(s.lower[k], ())), s.lower[k])
        return statement(agent, (group.start, c + 1), source, rule="passive", lemma=base)
    start = c if s.is_(c, "kept_openers") or not linked else c + 1
    return statement(
        None if s.is_(source[0], "impersonal_subjects") and not s.is_(k, "adjectives.agent") else source,
        (group.start, c),
        (start, content_end(s, c, phrase=not s.is_(c, "that"))),
        rule="adjective",
        lemma=s.lower[k],
        inherited=inherited,
    )


def light_verb(s: Sentence, group: VerbGroup, found: Attributions) -> Attribution | None:
    """``SRC expressed concern about X``, ``SRC made a promise to X``: verb and noun are the cue."""
    if group.lemma not in s.lists["light"]:
        return None
    link = _light_link(s, group.stop)
    source, inherited = subject(s, group, found) if link else (None, False)
    if not source:
        return None
    c = link if s.is_(link, "kept_links") else link + 1
    content = (c, content_end(s, c, phrase=True))
    return statement(source, (group.start, c), content, rule="light", lemma=group.lemma, inherited=inherited)


def _light_link(s: Sentence, k: int) -> int:
    """The word that joins the noun of a light verb, which ends before ``k``, to its content; 0 if there is none."""
    last = s.stop - 2
    for x in range(k, min(last, k + 6)):
        if s.quoted[x] or s.words[x] in BREAK:
            return 0
        n = x + 1
        while n < last and s.adverb[n]:
            n += 1
        if s.is_(x, "nouns.cue") and s.is_(n, "light_links"):
            return n
        if s.finite[x] or s.is_(x, "prepositions"):
            return 0
    return 0


def was_asked(s: Sentence, group: VerbGroup, _found: Attributions) -> Attribution | None:
    """``Asked whether X, SRC said``: nobody is named as asking."""
    if group.lemma not in s.lists["asking_verbs"] or group.slot != "past":
        return None
    j, k = group.span
    if j > s.start and s.words[j - 1] != "," and not s.is_(j - 1, "before_asked"):
        return None
    if k >= s.stop or not s.is_(k, "asked_openers"):
        return None
    comma = next((x for x in range(k, s.stop) if s.words[x] == "," and not s.quoted[x]), s.stop)
    source = None
    if s.is_(k, "by"):
        source = right_phrase(s.between(s.start, comma), k + 1)
        k = next((x for x in range(k, comma) if s.is_(x, "asked_questions")), comma)
    if k >= comma:
        return None
    content = (k + s.is_(k, "about"), comma)
    return statement(source, group.span, content, rule="asked", lemma=group.lemma)


# -------------------------------------------------------------- passives


def passive(s: Sentence, group: VerbGroup, _found: Attributions) -> Attribution | None:
    """``X was criticized by SRC``; ``X is expected to``: the agent, or nobody."""
    if group.classes.isdisjoint(("object", "say", "person")):
        return None
    topic = _topic(s, group.start)
    if not topic or (topic[0] > s.start and s.is_(topic[0] - 1, "hypothetical")):
        return None  # "if the plan is rejected"
    k = group.stop
    if k < s.stop and s.is_(k, "by"):
        return _by_agent(s, group, topic)
    source, content = _without_agent(s, group, topic)
    if not content:
        return None
    return statement(source, group.span, *content, rule="passive", lemma=group.lemma)


def _topic(s: Sentence, j: int) -> Range | None:
    """What a passive is about: ``a plan to sell the wood`` with its infinitive, ``a plan by X`` with its author."""
    topic = left_phrase(s, j)
    for _ in range(3):
        if not topic or topic[0] - 2 <= s.start:
            break
        a = topic[0]
        joined = s.is_(a - 1, "by") or (s.is_(a - 2, "to") and _is_base(s, a - 1))
        head = left_phrase(s, a - 1 if s.is_(a - 1, "by") else a - 2) if joined else None
        if not head:
            break
        topic = head[0], topic[1]
    return topic


def _by_agent(s: Sentence, group: VerbGroup, topic: Range) -> Attribution | None:
    """``X was criticized by SRC``."""
    k = group.stop + 1
    source = right_phrase(s, k)
    if not source or "object" not in group.classes or s.lower[k].endswith(s.grammar.ing):
        return None
    said = source[1]
    if s.is_(topic[0], "impersonal_subjects") and said < s.stop and s.is_(said, "that"):
        topic = (said, content_end(s, said))  # "it was announced by X that"
    return statement(source, (group.start, k), topic, rule="passive", lemma=group.lemma)


def _without_agent(s: Sentence, group: VerbGroup, topic: Range) -> tuple[Range | None, tuple[Range, ...]]:
    """Speaker and content of a passive that names no agent; no content when it is no statement."""
    k, b, lists = group.stop, s.stop, s.lists
    if group.lemma in lists["agreed"] and s.is_(topic[0], "impersonal_subjects"):
        k -= s.is_(k - 1, "to")
        if k < b and (s.is_(k, "kept_links") or clause_starts(s, k)):  # "it was agreed that"
            return None, ((k, content_end(s, k)),)
    elif (
        group.lemma in lists["agreed"]
        and k < b
        and s.is_(k, "kept_links")
        and s.is_(topic[1] - 1, "agreements")
    ):
        return None, ((k, content_end(s, k)),)
    if k < b and s.is_(k, "agentless_links") and group.lemma in lists["agentless"]:
        return None, (topic, (k, content_end(s, k, phrase=True)))
    if group.lemma in lists["asking_telling"]:
        c = k if s.has("told_topics", k, k + 1) else after_cue(s, group)
        if c < b and s.is_(c, "told_openers"):
            return None, ((c, content_end(s, c)),)
        k = c
    if group.lemma in lists["passive"] and (k >= b or s.words[k] in BREAK or s.is_(k, "after_passive")):
        return None, (topic,)
    if k < b and s.quoted[k] and "say" in group.classes:
        return topic, ((k, content_end(s, k)),)
    return None, ()
