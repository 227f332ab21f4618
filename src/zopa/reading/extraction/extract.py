"""From a prepared text to suggested records: statements with speaker, kind, date, condition and issue, and the rest.

Pure: no file, no clock. The rules decide nothing; everything here is a suggestion with its reason.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from zopa.case.model import Case
from zopa.counts import things
from zopa.reading.attribution.attribute import Attribution
from zopa.reading.extraction.date_phrases import DateSpan, dates
from zopa.reading.extraction.events import Claim, ContactSpan, ShiftSpan, claims, contacts, shifts
from zopa.reading.extraction.issues import Match, Vocabulary
from zopa.reading.extraction.quantities import FigureSpan, figures
from zopa.reading.extraction.speakers import Resolver, Roster, Who
from zopa.reading.extraction.speech_acts import Condition, Kind, channel, condition, kind_of, phrases_of
from zopa.reading.grounding import Ground
from zopa.reading.language.lexicon import Lexicon, lexicon
from zopa.reading.language.patterns import lowered
from zopa.reading.layout.passages import laid_out
from zopa.reading.layout.statements import read_passages
from zopa.reading.parsing.segment import Segments, segment
from zopa.reading.sources.text import Text

__all__ = ["Assembler", "Extract", "Suggestion", "Trained", "extract"]

Trained = Callable[[Segments, list[Attribution]], list[Attribution]]

Range = tuple[int, int]


FURTHEST_PART = 40
"""Characters between the two sentences of one trade."""
BESIDE = 120
"""Characters before and after a speaker in which others are named for whom the speaker speaks."""
_NAME = re.compile(r"(?:the )?[A-Z][\w/&’\-]*(?: (?:of |the )*[A-Z][\w/&’\-]*){0,4}")
LEFT_OVER = 8
"""Tokens of a quotation, marks included, above which it is more than a phrase."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One suggested statement; all offsets are code points of the text.

    ``span`` covers speaker mention, cue and content, and is what the case quotes; ``nested_in`` is the
    index of the statement in whose words this one stands; ``flags`` are the gate's reasons to look twice.
    """

    span: Range
    mention: tuple[Range, ...]
    cue: tuple[Range, ...]
    content: tuple[Range, ...]
    rule: str
    lemma: str
    who: Who
    kind: Kind
    said: tuple[date | None, date | None] | None
    channel: str
    quoting: str
    condition: Condition | None
    issues: tuple[Match, ...]
    addressee: str = ""
    nested_in: int | None = None
    extractor: str = "rules"
    flags: tuple[str, ...] = ()
    spoken_for: tuple[str, ...] = ()
    """Others for whom it was said too: a group, those who supported it, the rest of a list of speakers."""


@dataclass(frozen=True, slots=True)
class Extract:
    """Everything suggested from one text."""

    text: Text
    statements: tuple[Suggestion, ...]
    contacts: tuple[ContactSpan, ...] = ()
    figures: tuple[FigureSpan, ...] = ()
    dates: tuple[DateSpan, ...] = ()
    shifts: tuple[ShiftSpan, ...] = ()
    claims: tuple[Claim, ...] = ()
    notes: tuple[str, ...] = field(default=())
    passages: Mapping[str, int] = field(default_factory=dict)
    """How many lines were read as prose, turn, clause, or are silent."""

    def words(self, *spans: Range) -> str:
        """The text of some spans, with an ellipsis between them."""
        return " … ".join(" ".join(self.text.text[a:b].split()) for a, b in spans)

    def __str__(self) -> str:
        lines = []
        for s in self.statements:
            indent = "    " if s.nested_in is not None else ""
            lines.append(
                f"{indent}{s.who.name or '(no speaker named)'} [{s.kind.kind}] {self.words(*s.content)}"
            )
        rest = (
            f"{things(len(self.contacts), 'contact')}, {things(len(self.figures), 'figure')}, "
            f"{things(len(self.shifts), 'shift')}, {things(len(self.claims), 'claim')} of the author"
        )
        read = ", ".join(f"{n} {_LINES[kind]}" for kind, n in self.passages.items() if kind in _LINES)
        shown = [f"read as: {read}"] if set(self.passages) - {"prose"} else []
        return "\n".join(
            [*lines, f"{things(len(self.statements), 'statement')}; {rest}", *shown, *self.notes]
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data in the format of the gold files, so that any extract can be scored."""
        outer = [s for s in self.statements if s.nested_in is None]
        return {
            "sha256": self.text.sha256,
            "passages": dict(self.passages),
            "attributions": [_plain(s) for s in outer],
            "nested": [
                _plain(s) | {"parent": s.nested_in} for s in self.statements if s.nested_in is not None
            ],
            "events": [
                {"span": [c.start, c.end], "type": c.type, "place": c.where, "realised": c.realised}
                for c in self.contacts
            ],
            "figures": [
                {"span": [f.start, f.end], "value": f.value, "unit": f.unit, "of": f.of} for f in self.figures
            ],
            "dates": [
                {
                    "span": [d.start, d.end],
                    "from": d.first and d.first.isoformat(),
                    "to": d.last and d.last.isoformat(),
                }
                for d in self.dates
            ],
            "shifts": [
                {"span": [s.start, s.end], "direction": s.direction, "subject": s.subject}
                for s in self.shifts
            ],
            "author_statements": [{"span": [c.start, c.end], "kind": c.kind} for c in self.claims],
        }


_LINES = {
    "prose": "lines of prose",
    "turn": "lines of speakers",
    "clause": "clauses",
    "silent": "lines that state nothing",
}


def _plain(s: Suggestion) -> dict[str, Any]:
    out: dict[str, Any] = {
        "source": [list(p) for p in s.mention],
        "cue": [list(p) for p in s.cue],
        "content": [list(p) for p in s.content],
        "speaker": s.who.name or None,
        "party": s.who.party,
        "kind": s.kind.kind,
        "type": s.quoting,
        "rule": s.rule,
        "extractor": s.extractor,
        "issue": [m.issue for m in s.issues],
        "flags": list(s.flags),
        "spoken_for": list(s.spoken_for),
    }
    if s.condition:
        out["condition_span"] = [list(s.condition.condition)]
        if s.condition.consequent:
            out["consequent_span"] = [list(s.condition.consequent)]
    return out


def extract(
    text: Text,
    case: Case | None = None,
    roster: Roster | None = None,
    language: str = "",
    trained: Trained | None = None,
) -> Extract:
    """Read a prepared text by the rules of a language pack; left out, the one with which it was prepared.

    Parameters
    ----------
    text : Text
        From :func:`zopa.reading.sources.text.prepare`.
    case : Case, optional
        Its speakers, parties and issue words are used; without it speakers stay literal.
    roster : Roster, optional
        Speakers instead of those of the case.
    trained : callable, optional
        A model that turns segments and the rules' statements into its own statements.
    """
    language = language or text.language
    lex = lexicon(language)
    reader = Assembler(text, lex, roster or Roster.of(case, text.published.on, language), case, trained)
    return reader.run()


_TURNS = frozenset(["turn", "listed", "action", "comment"])
_JUDGED = frozenset(["report", "position", "demand", "goal", "belief", "criticism", "concession"])
"""Kinds that are the judgment of who writes a comment, about others."""
_GIVING = frozenset(["offer", "concession", "commitment", "intention", "position", "report"])
MOST_LABELS = 4
"""Different labels of turns among which the other one of two speakers is looked for; one may have several."""


class Assembler:
    """Turns attributions of one text into suggestions; engines other than the rules use it too."""

    def __init__(
        self, text: Text, lex: Lexicon, roster: Roster, case: Case | None, trained: Trained | None = None
    ) -> None:
        self.source, self.lex = text, lex
        self.layout = laid_out(text.body, lex)
        self.body = self.layout.body
        self.low = lowered(self.body)
        self.seg: Segments = segment(self.body, lex)
        self.phrases = phrases_of(lex.language)
        self.resolver = Resolver(roster, lex, self.body, self.layout.initials)
        self.vocabulary = Vocabulary(case, lex.language) if case else None
        self.trained = trained
        self.dates = tuple(dates(text.text, text.published.on, lex.language))
        self.date_starts = [d.start for d in self.dates]

    def tokens(self, span: Range) -> Range:
        """The tokens that a span of code points covers."""
        return bisect_right(self.seg.end, span[0]), max(
            bisect_left(self.seg.begin, span[1]), bisect_right(self.seg.end, span[0]) + 1
        )

    def suggestion(
        self, content: Sequence[Range], cue: Range | None, mention: Range | None, extractor: str
    ) -> Suggestion:
        """A suggestion from spans that an engine found and the gate placed."""
        x = Attribution(
            (self.tokens(mention),) if mention else (),
            (self.tokens(cue),) if cue else (),
            tuple(self.tokens(p) for p in content),
            "placed",
            self._lemma(cue),
        )
        return replace(self._suggest(x), extractor=extractor)

    def _lemma(self, cue: Range | None) -> str:
        if cue is None:
            return ""
        a, b = self.tokens(cue)
        return next(
            (self.lex.forms[w][0][0] for w in reversed(self.seg.lower[a:b]) if w in self.lex.forms), ""
        )

    def run(self) -> Extract:
        """All suggestions of the text."""
        seg = self.seg
        found = read_passages(seg, self.layout, self.lex)
        if self.trained:
            found = self.trained(seg, found)
        statements = self._guarded(self._resolved(found), found)
        spans = [seg.span(a, b) for a, b in seg.sentences]
        taken = [p for s in statements for p in (*s.cue, *s.content)]
        notes = tuple(f"{count} {what} removed from the text" for what, count in self.source.removed)
        left = self._quotations_left(found)
        if left:
            notes = (*notes, f"{things(left, 'quotation')} without a speaker whom the text names beside it")
        return Extract(
            text=self.source,
            statements=tuple(statements),
            contacts=tuple(contacts(self.body, spans, self.phrases)),
            figures=tuple(figures(self.body, self.lex.language)),
            dates=self.dates,
            shifts=tuple(shifts(self.body, spans, self.phrases)),
            claims=tuple(claims(self.body, spans, taken, self.phrases)),
            notes=notes,
            passages=self.layout.counts(),
        )

    def _quotations_left(self, found: list[Attribution]) -> int:
        """Quotations of a sentence or more that no statement takes up."""
        taken = [p for x in found for p in (*x.content, *x.cue, *x.source)]
        used = [False] * len(self.seg.words)
        for a, b in taken:
            used[a:b] = [True] * (b - a)
        long = (q for q in self.seg.quotes if q.stop - q.start > LEFT_OVER)
        return sum(True not in used[q.start : q.stop] for q in long)

    def _guarded(self, statements: list[Suggestion], found: list[Attribution]) -> list[Suggestion]:
        """Every suggestion through the gate; what it rejects is left out, what it flags carries the reasons."""
        ground = Ground(
            self.seg, found, tuple(self.vocabulary.case.issues) if self.vocabulary else (), self.lex.language
        )
        flagged = [(s, ground.guard(s.content, s.cue)) for s in statements]
        return [replace(s, flags=(*s.flags, *flags)) if flags else s for s, flags in flagged]

    def _resolved(self, found: list[Attribution]) -> list[Suggestion]:
        """Suggestions in text order; a pronoun refers to those before it."""
        out: list[Suggestion] = []
        last_issue: dict[str, tuple[Match, ...]] = {}
        for x in found:
            outer = out[x.parent] if x.parent is not None else None
            self.resolver.not_he = outer.who.name if outer and outer.rule in _TURNS else self._turn_of(x)
            s = self._suggest(x)
            if x.parent is not None and self._is_own_words(s):
                s = replace(s, who=replace(out[x.parent].who, how="pronoun"))
            issues = s.issues
            if not issues and x.parent is not None:
                issues = out[x.parent].issues
            elif not issues and s.kind.kind == "condition":
                issues = last_issue.get(s.who.name, ())
            if issues:
                last_issue[s.who.name] = issues
            s = s if issues == s.issues else replace(s, issues=issues)
            if out and x.parent is None:
                out[-1], s = self._linked(out[-1], s)
            out.append(s)
        return out

    def _is_writers(self, source: Range) -> bool:
        """Whether the speaker is "I" or "we" outside a quotation: who writes the text."""
        outside = self.seg.quote_of[source[0]] < 0
        return outside and bool(
            self.lex.patterns["speakers.first_person"].fullmatch(self.body[slice(*self.seg.span(*source))])
        )

    def _pledged(self, kind: Kind, cue: str) -> Kind:
        """What a party "will" do without any other sign of its kind is a commitment."""
        if not cue or not self.lex.patterns["clauses.pledged"].match(cue.lower()):
            return kind
        return replace(kind, kind="commitment", strength=1, why=f"{cue}; {kind.firmness}")

    def _linked(self, before: Suggestion, s: Suggestion) -> tuple[Suggestion, Suggestion]:
        """Two sentences beside each other that are one trade: ``X offered A. In return it asked for B.``; ``A. Otherwise B.``"""
        gap = s.span[0] - before.span[1]
        if not 0 <= gap <= FURTHEST_PART or before.who.name != s.who.name or before.condition or s.condition:
            return before, s
        a, b = self.seg.sentences[self.seg.sentence_of[self.tokens(s.content[0])[0]]]
        said = self.low[slice(*self.seg.span(a, b))]
        if "\n" in self.body[before.span[1] : s.span[0]]:
            return before, s
        if self.lex.patterns["clauses.opens_return"].match(said) and before.kind.kind in _GIVING:
            trade = Condition(s.content[0], before.content[0], "in return", False)
            kind = replace(before.kind, kind="conditional_offer", why=f"{before.kind.why}; in return")
            return replace(before, kind=kind, condition=trade), s
        if m := self.lex.patterns["clauses.opens_otherwise"].match(self.low, *s.content[0]):
            trade = Condition(before.content[-1], (m.end(), s.content[0][1]), "otherwise", False)
            return before, replace(s, condition=trade)
        return before, s

    def _turn_of(self, x: Attribution) -> str:
        """In a turn with the words of another, the name of the turn's speaker, who is not "he" or "she"."""
        passage = self.layout.at(self.seg.begin[x.content[0][0]]) if x.rule == "of_another" else None
        if passage is None or passage.speaker is None:
            return ""
        return copy(self.resolver).resolve(self.body[slice(*passage.speaker)]).name

    def _is_own_words(self, s: Suggestion) -> bool:
        """Whether "we", "I" or "my government" is said inside another statement: then its speaker is that one's."""
        return bool(s.mention) and bool(
            self.lex.patterns["speakers.first_person"].fullmatch(self.body[slice(*s.mention[0])])
        )

    def _suggest(self, x: Attribution) -> Suggestion:
        seg, text = self.seg, self.body
        mention = tuple(seg.span(*p) for p in x.source)
        cue = tuple(seg.span(*p) for p in x.cue)
        content = tuple(q for p in x.content for q in self.layout.without_gaps(*seg.span(*p)))
        anchor = x.cue[0][0] if x.cue else x.content[0][0]
        a, b = seg.sentences[seg.sentence_of[anchor]]
        first, last = seg.span(a, b)
        sentence = text[first:last]
        words = " ".join(text[slice(*p)] for p in mention)
        before = text[first : mention[0][0]] if mention and mention[0][0] > first else ""
        own = self.layout.post or self.layout.author
        if own and x.parent is None and x.source and self._is_writers(x.source[0]):
            words = text[slice(*own)]
        who = self._who(
            words, before, self._lead(first, mention, cue), self._previous(seg.sentence_of[anchor])
        )
        if x.rule in ("beside", "of_another"):
            who = replace(who, weak=True)
        who = self._agreed(who, x)
        pieces = list(content)
        conditional = condition(text, self.low, pieces, self.phrases)
        cue_words = "" if x.rule == "undertaking" else " ".join(text[slice(*p)] for p in cue)
        said_words = " ".join(text[slice(*p)] for p in content)
        self.resolver.called(who, said_words[:20])
        if x.rule == "turn" and self.lex.patterns["layout.of_addressee"].match(said_words[:80].lower()):
            who = self._addressed(who)
        if len(content) > 1 and self.lex.patterns["speakers.split_content"].match(said_words):
            said_words = " ".join(text[slice(*p)] for p in content[1:])
        kind = kind_of(cue_words, x.lemma, said_words, self.phrases, self._parts(conditional))
        if x.rule == "proposal" and kind.kind == "offer" and self._binds_another(said_words, words):
            kind = replace(kind, kind="demand", why=f"{kind.why}; binds another")
        if x.rule == "undertaking" and kind.kind == "report":
            kind = self._pledged(kind, " ".join(text[slice(*p)] for p in cue))
        if x.rule == "comment" and (
            kind.kind in _JUDGED or not self.lex["own_voice"] & {said_words[:5].lower().split(" ")[0]}
        ):
            kind = replace(kind, kind="assessment", strength=0, why=f"{kind.why}; a comment")
        if who.how == "event":
            kind = replace(kind, kind="shift", strength=0)
        near = [*([mention[0]] if mention and not x.inherited else []), *cue, *content]
        span = (min(p[0] for p in near), max(p[1] for p in near))
        issues = tuple(self.vocabulary.matches(said_words)) if self.vocabulary else ()
        return Suggestion(
            span=span,
            mention=mention,
            cue=cue,
            content=content,
            rule=x.rule,
            lemma=x.lemma,
            who=who,
            kind=kind,
            said=self._said(cue, content, (first, last), who),
            channel=channel(sentence, self.phrases),
            quoting=self._quoting(x),
            condition=conditional,
            issues=issues,
            addressee=self._addressee(cue, last),
            nested_in=x.parent,
            spoken_for=self._spoken_for(mention, cue, who),
            flags=(kind.doubt,) if kind.doubt else (),
        )

    def _agreed(self, who: Who, x: Attribution) -> Who:
        """``It was agreed that``: those who agree together, by the words that the text has for them."""
        if who.name or x.lemma not in self.lex["agreed"] or not x.cue or x.source:
            return who
        return Who(None, self.together, None, "joint", weak=True) if self.together else who

    @cached_property
    def together(self) -> str:
        """The words of the text for all sides together; empty where there are none."""
        m = self.lex.patterns["speakers.together"].search(self.body)
        return m.group() if m else ""

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The different words for the speakers of turns."""
        spans = {p.speaker for p in self.layout.passages if p.kind == "turn" and p.speaker}
        return tuple(sorted({self.body[slice(*span)] for span in spans}))

    def _addressed(self, who: Who) -> Who:
        """``You asked us to``: words of the person who is spoken to; the other one of two, else a guess."""
        if len(self.labels) <= MOST_LABELS:
            before = copy(self.resolver)
            known = {w.name: w for w in map(before.resolve, self.labels)}
            others = [w for name, w in known.items() if name != who.name]
            if len(others) == 1:
                return replace(others[0], how="addressee", weak=True)
        return replace(who, weak=True)

    def _parts(self, found: Condition | None) -> tuple[str, str, str] | None:
        """The words of a condition, of what depends on it, and its marker."""
        if found is None:
            return None
        depends = self.body[slice(*found.consequent)] if found.consequent else ""
        return self.body[slice(*found.condition)], depends, found.marker

    def _spoken_for(self, mention: tuple[Range, ...], cue: tuple[Range, ...], who: Who) -> tuple[str, ...]:
        """Whom else the words beside a speaker name: ``for the G-77/China``, ``supported by X and Y``, ``X, Y and Z``."""
        if not mention:
            return ()
        (a, b), patterns = mention[0], self.lex.patterns
        line = max(self.body.rfind("\n", 0, a) + 1, a - BESIDE)
        stop = cue[0][0] if cue and b <= cue[0][0] <= b + BESIDE else b
        if not cue:  # a label: up to its colon
            colon = self.body.find(":", b, b + BESIDE)
            stop = colon if colon > 0 else b
        lists = [m["names"] for m in patterns["speakers.behalf"].finditer(self.body[line:stop])]
        words = self.body[a:b]
        parts = patterns["speakers.listed"].split(words)
        if len(parts) > 1 and all(_NAME.fullmatch(n) for n in parts):
            lists.append(words)
        names = [n for listed in lists for n in patterns["speakers.listed"].split(listed)]
        own = {self.resolver.roster.fold(n) for n in (who.name, *who.name.split("; "))}
        return tuple(dict.fromkeys(n for n in names if n and self.resolver.roster.fold(n) not in own))

    def _binds_another(self, clause: str, proposer: str) -> bool:
        """Whether a proposed clause is about what somebody else than its proposer, or the parties together, shall do."""
        m = self.lex.patterns["layout.undertaking"].search(clause.lower())
        who = clause[m.start("who") : m.end("who")] if m else ""
        first, _, rest = who.partition(" ")
        if first.lower() in self.lex["articles"] and not self.lex.patterns["layout.any_party"].fullmatch(
            who.lower()
        ):
            who = rest
        named = who.istitle() and who.partition(" ")[0].lower() not in self.lex["determiners"]
        return named and who not in proposer and proposer not in who

    def _previous(self, n: int) -> str:
        """The sentence before, if it stands on the same line."""
        if n == 0:
            return ""
        a, b = self.seg.span(*self.seg.sentences[n - 1])
        return "" if "\n" in self.body[b : self.seg.begin[self.seg.sentences[n][0]]] else self.body[a:b]

    def _who(self, words: str, before: str, lead: str, previous: str = "") -> Who:
        patterns = self.lex.patterns
        if patterns["speakers.event"].search(words):
            return Who(None, words, None, "event", weak=True)
        m = patterns["speakers.voice"].search(lead)
        voice = f"{m['whose']} {m['office'] or self.lex.raw['terms']['government']}" if m else ""
        return self.resolver.resolve(words, before, voice, previous)

    def _lead(self, first: int, mention: tuple[Range, ...], cue: tuple[Range, ...]) -> str:
        """Where a voice may be named: at the start of the sentence before the speaker, or between speaker and cue."""
        if not mention or not cue:
            return ""
        opening = self.body[first : min(mention[0][0], first + 60)]
        opening = opening if self.lex.patterns["speakers.voice_opens"].match(opening) else ""
        return opening + " | " + self.body[mention[0][1] : max(mention[0][1], cue[0][0])]

    def _said(
        self, cue: tuple[Range, ...], content: tuple[Range, ...], sentence: Range, who: Who
    ) -> tuple[date | None, date | None] | None:
        """When it was said: a date beside the cue or at the start of the sentence; else by the day of publication.

        A date in what is said is never the day on which it was said: ``agreed to meet again on 2 April``.
        """
        first, last = sentence
        at, on = cue[0] if cue else (first, first), self.source.published.on
        for d in self.dates[bisect_left(self.date_starts, first) : bisect_left(self.date_starts, last)]:
            beside = at[0] - 25 <= d.start <= at[1] + 25 and first <= d.start < last
            if any(a <= d.start < b for a, b in content):
                continue
            if (beside or first <= d.start < first + 12) and d.grain != "year":
                gap = self.body[min(d.end, at[1]) : max(d.start, at[0])]
                if not re.search(r"[.;“”\"]", gap):
                    return d.first, d.last
        if who.voice:
            return None
        return (None, on) if on else None

    def _quoting(self, x: Attribution) -> str:
        quote_of = self.seg.quote_of
        size = sum(b - a for a, b in x.content)
        outside = sum(quote_of[a:b].count(-1) for a, b in x.content)
        share = (size - outside) / max(1, size)
        return "direct" if share > 0.9 else "mixed" if share else "indirect"

    def _addressee(self, cue: tuple[Range, ...], last: int) -> str:
        if not cue:
            return ""
        stop = cue[0][1]
        if not self.lex.patterns["speakers.told"].search(self.body[max(0, stop - 14) : stop]):
            return ""
        m = self.lex.patterns["speakers.addressee"].match(self.body, stop, min(last, stop + 60))
        return m["who"].strip() if m else ""
