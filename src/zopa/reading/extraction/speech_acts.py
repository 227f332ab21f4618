"""What a statement is: its kind, firmness, strength, channel, and the condition that belongs to it.

Every answer carries the words that decided it, so that an analyst can see and overrule them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from zopa.reading.language.lexicon import Lexicon, folded, lexicon
from zopa.reading.language.patterns import either, lowered, words_of

__all__ = ["Condition", "Kind", "Phrases", "channel", "condition", "kind_of", "phrases_of"]


@dataclass(frozen=True, slots=True)
class Kind:
    """Kind, firmness (hedged, stated, firm), strength from -2 to 2, and the words that decided."""

    kind: str
    firmness: str
    strength: int
    why: str
    doubt: str = ""
    """Why the kind is a guess; empty where it is none."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Offsets of a condition and of what it is a condition of, and the marker between them."""

    condition: tuple[int, int]
    consequent: tuple[int, int] | None
    marker: str
    only_if: bool


class Phrases:
    """The phrase lists of a language pack, one pattern per section; built once per pack."""

    def __init__(self, lex: Lexicon) -> None:
        self.lex = lex
        self._tables: dict[str, dict[str, str]] = {}
        self._patterns: dict[str, re.Pattern[str]] = {}
        for section in ("contents", "strength", "channel", "shifts", "contacts", "claims", "polarity"):
            table = lex.meanings(section, _HELPERS)
            self._tables[section] = table
            self._patterns[section] = re.compile(rf"\b{either(table)}(?!\w)")
        self.cues: Mapping[str, frozenset[str]] = {
            k: frozenset(v.split()) for k, v in lex.raw["kinds"].items()
        }
        self.planned = re.compile(rf"\b{either(lex.phrases('contacts', 'planned'))}(?!\w)", re.I)
        self.marker = re.compile(
            rf"\b(?:(?P<after>{either(lex.phrases('conditions', 'after'))})"
            rf"|(?P<exchange>{either(lex.phrases('conditions', 'exchange'))})"
            rf"|(?P<without>{either(lex.phrases('conditions', 'without'))}))\b"
        )
        self.only, self.only_first, self.asking = (
            frozenset(lex.phrases("conditions", name)) for name in ("only", "only_first", "asking")
        )
        self.forms = [
            f"condition_forms.{name}"
            for name in lex.raw["condition_forms"]
            if lex.raw["condition_forms"][name]
        ]
        self.taking = re.compile(rf"\b{either(lex.raw['conditions']['taking'].split())}\b")
        self.subject_nouns = re.compile(rf"\b{either(lex.raw['shifts']['subject_nouns'].split())}\b", re.I)
        self.cut = re.compile(rf"\b{either(lex.phrases('shifts', 'cut'))}(?!\w)", re.I)

    def find(self, section: str, text: str) -> Iterator[tuple[str, tuple[int, int]]]:
        """Where each phrase of a section stands, with the name of its list; the longer one wins at a place."""
        table = self._tables[section]
        for m in self._patterns[section].finditer(lowered(text)):
            yield table[folded(m.group())], m.span()

    def first(self, section: str, text: str) -> tuple[str, tuple[int, int]] | None:
        """The first phrase of a section in a text."""
        m = self._patterns[section].search(lowered(text))
        return (self._tables[section][folded(m.group())], m.span()) if m else None

    def does(self, name: str, text: str) -> str:
        """The words of a text that one of the patterns for what a clause does finds first; empty where there are none."""
        return words_of(self.lex.patterns[f"acts.{name}"], text)

    def says(self, name: str, text: str) -> str:
        """The words of a text that a cue pattern finds first; empty where there are none."""
        return words_of(self.lex.patterns[f"cue_patterns.{name}"], text)


@cache
def phrases_of(language: str) -> Phrases:
    """The phrase lists of a language pack, built once."""
    return Phrases(lexicon(language))


_HELPERS = frozenset(["planned", "subject_nouns", "cut"])


CONDITIONAL = frozenset(
    ["offer", "position", "report", "concession", "demand", "goal", "commitment", "intention", "assessment", "refusal", "expectation"]
)  # fmt: skip
"""Kinds that a condition turns into a conditional offer."""
BINDS = "shall"
"""The lemma of a clause of an agreement: it binds, with a condition or without."""
BESIDE = 5
"""Characters between a refusal and what is refused."""
OPENING = 320
"""Characters of a content in which what it does is looked for."""


def kind_of(
    cue: str, lemma: str, content: str, phrases: Phrases, found: tuple[str, str, str] | None = None
) -> Kind:
    """Kind, firmness and strength from the words of the cue and the opening of the content.

    ``found`` are the words of its condition, of what depends on it, and the marker between them.
    """
    lemma = "" if lemma == ":" else lemma
    if not lemma and (own := phrases.does("own_words", content)):
        content = content[len(own) :]
    plain = content.replace("’", "'").lstrip("\"“'‘ ")
    opening = plain[:160]
    negated = bool(phrases.says("negative", cue))
    kind, why = _kind(cue, lemma, plain[:OPENING], negated, phrases)
    doubt = ""
    if lemma and _asks_whether(plain, phrases):
        found = None
    if found and lemma != BINDS:
        parts = _Conditional(cue, lemma, plain, found, phrases)
        kind, why, doubt = parts.kind(kind, why)
    firmness, word = _firmness(cue, opening, phrases)
    strength = 0
    if kind not in ("report", "no_position", "assessment", "shift"):
        size = {"firm": 2, "stated": 1, "hedged": 1}[firmness]
        strength = -size if _against(lemma, kind, opening, negated, phrases) else size
    return Kind(kind, firmness, strength, f"{why}; {firmness}" + (f" ({word})" if word else ""), doubt)


def _asks_whether(content: str, phrases: Phrases) -> bool:
    """``decide whether to strike if ...``: what is open is not said, so nothing is threatened or offered."""
    first = content.partition(" ")[0].lower()
    return first in phrases.lex["asked_clauses"] & phrases.lex["hypothetical"] and "," not in content


class _Conditional:
    """A statement with a condition: what somebody would do, what would happen, or what is threatened."""

    def __init__(
        self, cue: str, lemma: str, plain: str, found: tuple[str, str, str], phrases: Phrases
    ) -> None:
        self.cue, self.lemma, self.plain, self.phrases = cue, lemma, plain, phrases
        condition, consequent, self.marker = (part.replace("’", "'") for part in found)
        self.condition = condition.lower()
        self.depends = consequent or plain
        self.bare = not consequent

    def kind(self, kind: str, why: str) -> tuple[str, str, str]:
        """The kind, the words that decided, and why it is a guess."""
        phrases, lemma, depends = self.phrases, self.lemma, self.depends
        if harm := phrases.does("harm", depends):
            return self._harm(harm)
        if self.marker in ("one more", "any would"):
            return "threat", f"{self.marker}, and", ""
        if phrases.does("hostile", self.condition) and phrases.does("reaction", depends):
            return "threat", f"{self.condition} with a condition", ""
        if self.marker in ("without", "no without") and phrases.does("obliges", depends):
            return "demand", f"{self.marker} with a condition", ""
        if kind not in CONDITIONAL or self.marker == "must before":
            return kind, why, ""
        if self.bare and self.marker in phrases.only:  # "Only if the list is complete."
            return "conditional_offer", f"{self.marker} with a condition", ""
        agent = phrases.does("agent", depends)
        forecast = phrases.does("forecast", depends)
        if lemma in phrases.cues["warning"] and agent and not forecast:
            return "threat", f"{self.cue} with a condition", ""
        if forecast and kind not in ("offer", "concession", "refusal") and not agent:
            return "assessment", f"{forecast}: what would happen", ""
        modal = phrases.does("modality", depends) or phrases.does("modality", self.plain[:OPENING])
        modal = modal or phrases.does("present", depends) or phrases.does("modality", self.cue)
        if modal or (self._gives() and depends):
            return "conditional_offer", f"{modal or lemma} with a condition", ""
        return kind, why, ""

    def _gives(self) -> bool:
        """Whether the verb says that something is given: offer, promise, concede."""
        cues = self.phrases.cues
        return self.lemma in cues["offer"] | cues["commitment"] | cues["concession"]

    def _harm(self, harm: str) -> tuple[str, str, str]:
        """A threat, unless what would stop or close is offered for something that the speaker asks for.

        ``We could turn off the pumps if you lower the tariff``: the verb of the frame decides, then who wanted the
        condition to come true; where only that decides, the kind is a guess.
        """
        phrases, cues = self.phrases, self.phrases.cues
        if self.lemma not in cues["warning"] | cues["threat"] and phrases.does("ambivalent", harm):
            asked = phrases.does("asked_for", self.condition)
            unwanted = phrases.does("unwanted", self.condition) or self.marker in phrases.only_first
            if self._gives() and not unwanted:
                return "conditional_offer", f"{self.cue} with a condition", ""
            if asked and not unwanted:
                doubt = f"kind: {harm} may be a threat or what is offered for {asked}"
                return "conditional_offer", f"{harm} for {asked}", doubt
        return "threat", f"{harm} with a condition", ""


def _against(lemma: str, kind: str, opening: str, negated: bool, phrases: Phrases) -> bool:
    """Whether the statement is against what it is about: by its cue, or by a denial or judging word in an opinion."""
    if lemma in phrases.cues["opposing"]:
        return not negated
    if kind in ("red_line", "refusal", "reluctance", "criticism"):
        return True
    if kind not in ("position", "demand", "commitment", "intention", "offer", "belief", "goal", "concession"):
        return False
    other = phrases.lex.patterns["clauses.other"].search(opening)
    found = {name for name, _ in phrases.find("polarity", opening[: other.start()] if other else opening)}
    denied = negated != ("denial" in found or bool(phrases.says("negative", opening[:60])))
    return denied != ("negative" in found)


IDIOMS = ("threat", "no_position", "concession", "red_line", "refusal")
"""What a clause does, tried in this order before the verb of saying decides; then the weaker ones."""
WEAKER = ("hope", "position", "offer", "demand", "criticism", "commitment", "assessment")
PLAIN_CUES = ("red_line", "threat", "refusal", "reluctance", "commitment", "concession", "hope", "criticism")


def _kind(cue: str, lemma: str, opening: str, negated: bool, phrases: Phrases) -> tuple[str, str]:
    """By patterns of the cue, then idioms of the content, then the verb, then the content's opening, then weaker verbs."""
    low = cue.lower().replace("’", "'")
    decided = ("red_line", "refusal", "threat", "criticism", "wanting")
    idiom = not negated and not any(lemma in phrases.cues[name] for name in decided)
    return (
        _by_cue(low, lemma, opening, negated, phrases)
        or (_act(IDIOMS, opening, phrases) if idiom else None)
        or _by_verb(low, lemma, opening, phrases)
        or _by_content(lemma, opening, phrases)
        or _by_weak_verb(cue, lemma, opening, phrases)
    )


def _by_verb(low: str, lemma: str, opening: str, phrases: Phrases) -> tuple[str, str] | None:
    """A verb of saying that says what is done: reject, promise, hope."""
    for name in PLAIN_CUES:
        if lemma in phrases.cues[name]:
            return name, low
    for name in ("reluctance", "hope"):
        if phrases.says(name, low):
            return name, low
    if lemma in phrases.cues["directing"] and phrases.says("directed", opening.lower()):
        return "demand", low
    if lemma in phrases.cues["warning"] and phrases.does("agent", opening):
        harm = phrases.does("harm", opening)
        return ("threat", harm) if harm else None
    return ("red_line", "not ... without") if phrases.says("not_without", opening[:160]) else None


def _by_content(lemma: str, opening: str, phrases: Phrases) -> tuple[str, str] | None:
    """The content's opening; in a verb that decides nothing, or without one, also what the clause does."""
    first = _first(opening[:160], phrases)
    weak = first is not None and first[0] in ("expectation", "assessment", "intention")
    if first and (lemma or not weak):
        return first
    act = _act(WEAKER, opening, phrases) if not lemma or lemma in phrases.cues["reporting"] else None
    if lemma in phrases.cues["belief"] or lemma in phrases.cues["position"]:
        act = _act(("criticism",), opening, phrases)
    return act or first


def _by_weak_verb(cue: str, lemma: str, opening: str, phrases: Phrases) -> tuple[str, str]:
    for name in ("demand", "offer", "intention", "expectation", "belief", "position", "assessment"):
        if lemma in phrases.cues[name]:
            return name, cue
    if lemma in phrases.cues["wanting"]:
        infinitive = phrases.lex.patterns["clauses.infinitive"].match(opening.lower())
        return ("goal" if infinitive else "demand"), cue
    if not lemma or lemma in phrases.cues["reporting"]:
        judged = phrases.does("judged", opening)
        return ("assessment", judged) if judged else ("report", cue)
    worried = phrases.does("worried", cue)
    return ("criticism", worried) if worried else ("report", cue)


def _act(names: tuple[str, ...], opening: str, phrases: Phrases) -> tuple[str, str] | None:
    """The first of some acts that a clause does, with the words that show it."""
    for name in names:
        words = phrases.does(name, opening)
        if words and name == "refusal" and (spared := phrases.does("spared", opening)):
            return "commitment", spared
        if words and not (name == "concession" and _is_not_given(words, opening, phrases)):
            return name, words
        if name == "demand" and (
            words := phrases.does("imperative", opening) or _imperative(opening, phrases)
        ):
            return name, words
    return None


def _imperative(opening: str, phrases: Phrases) -> str:
    """The verb of a sentence that tells somebody to do something: ``Read the rules``."""
    m = phrases.lex.patterns["acts.told"].match(lowered(opening))
    if not m or m["verb"] in phrases.lex["no_imperatives"]:
        return ""
    readings = phrases.lex.forms.get(m["verb"], ())
    return m["verb"] if any(slot == "base" for _, slot in readings) else ""


def _is_not_given(words: str, opening: str, phrases: Phrases) -> bool:
    """Whether what would be a concession is refused, or is what another should do: "should drop its case"."""
    before = opening[: max(0, opening.find(words))].rstrip()
    never = phrases.does("red_line", before + " ")
    return bool(never or phrases.does("obliges", before[-BESIDE - 3 :])) or _refused(words, opening, phrases)


def _refused(words: str, opening: str, phrases: Phrases) -> bool:
    """Whether a concession is what is refused: "is not willing to give up"."""
    text, no = opening.lower(), phrases.does("refusal", opening)
    first, then = text.find(no.lower()), text.find(words.lower())
    return bool(no) and first < then < first + len(no) + BESIDE


def _by_cue(low: str, lemma: str, opening: str, negated: bool, phrases: Phrases) -> tuple[str, str] | None:
    declined = phrases.says("no_position", low + " " + opening[:30].lower())
    question = opening.partition(" ")[0].lower() in phrases.lex["asked_clauses"]
    silent = lemma in phrases.cues["silent"] or (question and lemma in phrases.cues["silent_question"])
    if declined or (negated and silent):
        return "no_position", declined or low
    if lemma.startswith("act."):
        return lemma[4:], low
    if phrases.says("concession", low):
        return ("position" if "opposed" in low else "concession"), low
    if phrases.says("demand", f"{low} {opening[:8].lower()}") and not negated:
        return "demand", low
    if phrases.says("offer", low):
        return ("refusal" if negated else "offer"), low
    if (
        negated
        and lemma != BINDS
        and any(lemma in phrases.cues[name] for name in ("commitment", "concession", "offer"))
    ):
        return ("red_line" if phrases.says("modal_denial", low) else "refusal"), low
    if negated and lemma in phrases.cues["backing"] and phrases.says("modal_denial", low):
        return "refusal", low
    if phrases.says("red_line", low):
        return ("position" if negated else "red_line"), low
    if phrases.says("position", low) or (negated and lemma in phrases.cues["red_line"]):
        return "position", low
    return None


def _first(opening: str, phrases: Phrases) -> tuple[str, str] | None:
    """The kind whose words come first in the content's opening."""
    found = phrases.first("contents", opening)
    return (found[0], opening[slice(*found[1])]) if found and found[1][0] < 90 else None


def _firmness(cue: str, opening: str, phrases: Phrases) -> tuple[str, str]:
    for text in (cue, opening[:80]):
        found = phrases.first("strength", text)
        if found:
            return found[0], text[slice(*found[1])]
    return "stated", ""


def channel(sentence: str, phrases: Phrases) -> str:
    """public, private, statement or leak, by the words of the sentence."""
    found = phrases.first("channel", sentence)
    return found[0] if found else "public"


def condition(text: str, low: str, pieces: list[tuple[int, int]], phrases: Phrases) -> Condition | None:
    """The condition inside a statement's content, with what depends on it; offsets into ``text``.

    ``low`` is the text as :func:`zopa.reading.language.patterns.lowered` gives it.
    ``A if B``; ``if B, A``; ``B in return for A`` (who wants B gives A); ``not A without B``.
    """
    if len(pieces) > 1:
        a, b = _trim(text, *pieces[0], phrases.lex.patterns) or pieces[0]
        if m := phrases.lex.patterns["clauses.inverted_piece"].match(text[a:b]):
            return Condition((a + m.start("condition"), b), pieces[1], "inverted", False)
        if m := phrases.lex.patterns["clauses.any_would"].match(text[a:b] + " " + low[slice(*pieces[1])]):
            return Condition((a, b), pieces[1], "any would", False)
    for start, end in pieces[:1]:
        if end - start < LONGEST_FORM and (
            m := phrases.lex.patterns["clauses.then_deal"].fullmatch(low, start, end)
        ):
            return Condition(m.span("condition"), m.span("consequent"), "then", False)
    for start, end in reversed(pieces):
        found = _by_form(text, low, (start, end), phrases)
        if found:
            return found
        for m in phrases.marker.finditer(low, start, end):
            found = _split(text, (start, end), m, phrases, len(pieces) > 1)
            if found:
                return _with_antecedent(text, pieces, _beyond(text, pieces, found, phrases), phrases.lex)
    return None


LONGEST_FORM = 400
"""Characters of a sentence in which a form with several parts is looked for; a bound, so that the work stays linear."""


def _by_form(text: str, low: str, span: tuple[int, int], phrases: Phrases) -> Condition | None:
    """A condition that no single marker shows: ``Should B, A``; ``no A without B``; ``B, otherwise A``."""
    patterns = phrases.lex.patterns
    at = span[0]
    ends = [m.end() for m in patterns["clauses.sentence_end"].finditer(low, *span)]
    for stop in (*ends, span[1]):
        a, b = at, stop
        at = stop
        while a < b and not low[a].isalnum():
            a += 1
        while b > a and low[b - 1] in " .;,\"”'!»“":
            b -= 1
        if not 8 < b - a <= LONGEST_FORM:
            continue
        sentence = low[a:b].replace("’", "'")
        for name in phrases.forms:
            m = patterns[name].search(sentence)
            if not m or (name.endswith("no_without") and not _opens(text, a)):
                continue
            condition = _trim(text, a + m.start("condition"), a + m.end("condition"), patterns)
            consequent = _trim(text, a + m.start("consequent"), a + m.end("consequent"), patterns)
            if condition and consequent:
                return Condition(condition, consequent, name.partition(".")[2].replace("_", " "), False)
    return None


def _opens(text: str, a: int) -> bool:
    """Whether a sentence of its own starts here: only there can "No X without Y" be said."""
    return a == 0 or text[a].isupper() or text[a - 1] in '\n“"'


def _beyond(text: str, pieces: list[tuple[int, int]], found: Condition, phrases: Phrases) -> Condition:
    """``If B, X said, A``: what depends on the condition is the next piece."""
    if found.consequent is not None:
        return found
    after = next((p for p in pieces if p[0] >= found.condition[1]), None)
    before = next((p for p in reversed(pieces) if p[1] <= found.condition[0] - 1), None)
    other = after or before
    return replace(found, consequent=_trim(text, *other, phrases.lex.patterns)) if other else found


def _split(
    text: str, span: tuple[int, int], m: re.Match[str], phrases: Phrases, several: bool
) -> Condition | None:
    start, end = span
    low = m.string
    marker = text[slice(*m.span())].lower()
    patterns = phrases.lex.patterns
    after = _trim(text, m.end(), _clause_end(text, m.end(), end, patterns), patterns)
    before = _trim(text, _clause_start(text, start, m.start(), patterns), m.start(), patterns)
    if m.group("exchange"):
        if not before or not after:
            return None
        wants = phrases.taking.search(low, start, m.start())
        asked, given = (before, after) if wants else (after, before)
        if wants:
            at = wants.end()
            to_do = text[at : at + 1] == " " and patterns["clauses.infinitive"].match(text, at + 1)
            asked = _trim(text, wants.start() if to_do else at, m.start(), patterns) or before
        return Condition(asked, given, marker, False)
    if (
        not after
        or patterns["clauses.filler"].match(low, m.start())
        or patterns["clauses.before_filler"].search(low, start, m.start())
    ):
        return None
    if m.group("without"):
        denied = patterns["cue_patterns.negative"].search(low, start, m.start())
        if not denied or (denied.group() in phrases.lex["bare_negations"] and not _opens(text, start)):
            return None
        return Condition(after, before or None, marker, True)
    if patterns["clauses.not_condition"].search(text[max(start, m.start() - 3) : m.start()].lower()) or (
        marker in phrases.asking and patterns["clauses.asking"].search(text[start : m.start()])
    ):
        return None  # "asked if", "as if"
    if before and patterns["clauses.points_back"].match(text[slice(*before)]):
        before = _earlier(text, start, m.start(), patterns) or before
    if before and not _is_lead(text, before, m.start(), after, end, patterns):
        return Condition(after, before, marker, marker in phrases.only)
    return _condition_first(text, span, m, after, phrases, several)


def _condition_first(
    text: str,
    span: tuple[int, int],
    m: re.Match[str],
    after: tuple[int, int],
    phrases: Phrases,
    several: bool,
) -> Condition | None:
    """``If B, A``; ``A. But only if B``; ``If B`` before a speaker, where what depends on it is the next piece."""
    start, end = span
    marker, patterns = text[slice(*m.span())].lower(), phrases.lex.patterns
    comma = text.find(",", m.end(), end)
    rest = _trim(text, comma + 1, end, patterns) if comma >= 0 else None
    earlier = _earlier(text, start, m.start(), patterns)
    if earlier and (rest is None or (text[m.start()].islower() and marker in phrases.only)):
        return Condition(after, earlier, marker, marker in phrases.only)
    if rest is None and not several and marker not in phrases.only:
        return None
    stop = comma if comma >= 0 else end
    return Condition(
        _trim(text, m.end(), stop, patterns) or after, rest, marker, marker in phrases.only_first
    )


Patterns = Mapping[str, re.Pattern[str]]


def _clause_end(text: str, at: int, end: int, patterns: Patterns) -> int:
    m = patterns["clauses.end"].search(text, at, end)
    return m.start() if m else end


def _clause_start(text: str, start: int, at: int, patterns: Patterns) -> int:
    """Start of the offered thing: after the modal verb, when there is one."""
    cut = start
    for m in patterns["clauses.start"].finditer(text, start, at):
        cut = m.end()
    modal = patterns["clauses.offered"].search(text, cut, at)
    return modal.end() if modal else cut


def _is_lead(
    text: str, before: tuple[int, int], at: int, after: tuple[int, int], end: int, patterns: Patterns
) -> bool:
    """``Madam Speaker, if B, A`` and ``So if B, A``: what stands before the marker depends on nothing."""
    lead = text[before[0] : at].rstrip()
    few = len(lead.split()) <= SHORT_LEAD and (
        lead.endswith(",") or bool(patterns["clauses.lead"].fullmatch(lead.lower()))
    )
    comma = text.find(",", after[0], end)
    return few and comma > 0 and _trim(text, comma + 1, end, patterns) is not None


SHORT_LEAD = 3
"""Words before a condition that may be an address."""


def _earlier(text: str, start: int, at: int, patterns: Patterns) -> tuple[int, int] | None:
    """``We could open it. But only if B``: the clause before the one that has nothing but the condition."""
    cut, before = start, start
    for m in patterns["clauses.start"].finditer(text, start, at):
        before, cut = cut, m.end()
    return _trim(text, before, cut, patterns) if cut > start else None


def _trim(text: str, a: int, b: int, patterns: Patterns) -> tuple[int, int] | None:
    opener = patterns["clauses.opener"]
    while a < b and text[a] in " ,;:\"“”'«»„":
        a += 1
    if m := opener.match(text, a):
        a = m.end()
    while b > a and text[b - 1] in ' ,;:."“”«»„':
        b -= 1
    return (a, b) if b > a and not opener.fullmatch(text[a:b] + " ") else None


def _with_antecedent(text: str, pieces: list[tuple[int, int]], found: Condition, lex: Lexicon) -> Condition:
    """``deposits, which SRC said he wants access to in return for aid``: the noun before "which" is asked for."""
    first = pieces[0]
    if text[slice(*first)].lower() not in lex["relative_contents"] or len(pieces) < 2:
        return found
    m = re.search(r"([A-Z]?[\w'’\-]+(?:\s[\w'’\-]+){0,2}),?\s$", text[max(0, first[0] - 80) : first[0]])
    if not m:
        return found
    start = max(0, first[0] - 80) + m.start(1)
    phrase = text[start : first[0]].rstrip(", ")
    skip = lex.patterns["clauses.before_antecedent"].match(phrase)
    if skip:
        start += skip.end()
    return Condition(
        (start, first[0] - len(text[start : first[0]]) + len(text[start : first[0]].rstrip(", "))),
        found.consequent,
        found.marker,
        found.only_if,
    )
