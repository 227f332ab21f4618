"""From suggestions to the case's records: statements, contacts, figures, shifts; candidates for a shift.

Pure. Everything comes out in state ``suggested``: only a person makes it ``accepted``.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from zopa.case import cited
from zopa.case.model import Case, Contact, Figure, Records, Review, Shift, Statement
from zopa.case.records import decided
from zopa.reading.demanded import AGAINST, asked
from zopa.reading.extraction.events import ShiftSpan
from zopa.reading.extraction.extract import Extract, Suggestion
from zopa.reading.extraction.issues import Match, Vocabulary
from zopa.reading.extraction.speakers import Roster
from zopa.reading.sources.text import reanchor

__all__ = [
    "STANCE_OF",
    "Renewal",
    "computed_shifts",
    "moved",
    "referenced",
    "renewed",
    "to_records",
    "turned",
]

STANCE_OF: Mapping[str, tuple[str | None, str | None]] = {
    "demand": ("demand", "oppose"), "red_line": ("red-line", "red-line"), "offer": ("accept", None),
    "conditional_offer": ("conditional", None), "concession": ("accept", None), "commitment": ("accept", "oppose"),
    "intention": ("prefer", "oppose"), "goal": ("prefer", "oppose"), "hope": ("prefer", None),
    "position": ("prefer", "oppose"), "belief": ("prefer", "oppose"), "reluctance": ("oppose", "oppose"),
    "refusal": ("oppose", "oppose"), "no_position": ("silent", "silent"),
}  # fmt: skip
"""Kind -> stance suggested when the statement is for an option, and when it is against it. A convention."""

LONGEST_LEAD = 2_000
"""Characters before a contact in which its sentence may start."""
_CONTACT = {"call", "meeting", "visit", "exchange", "release", "document", "agreement", "speech", "aid"}
_DIRECTION = {"softer": "softer", "harder": "harder"}


def to_records(
    found: Extract, source: str, case: Case | None = None, taken: Iterable[str] = (), language: str = ""
) -> Records:
    """The suggestions of one text as records of a case.

    Parameters
    ----------
    found : Extract
        What was read.
    source : str
        The id of the source in the case.
    case : Case, optional
        Speakers, parties and issues that ids may refer to; without it ids are left out.
    taken : iterable of str
        Record ids that exist already.
    language : str
        The language pack that the text was read with; left out, that of the text.
    """
    language = language or found.text.language
    writer = _Writer(found, source, case, set(taken), language)
    return writer.run()


class _Writer:
    def __init__(
        self, found: Extract, source: str, case: Case | None, taken: set[str], language: str
    ) -> None:
        self.found, self.source, self.case, self.taken = found, source, case, taken
        self.text = found.text.text
        self.numbers: dict[str, int] = {}
        self.date_starts = [d.start for d in found.dates]
        self.roster = Roster.of(case, language=language)
        self.vocabulary = Vocabulary(case, language) if case else None

    def run(self) -> Records:
        statements: dict[str, Statement] = {}
        names: dict[int, str] = {}
        for i, s in enumerate(self.found.statements):
            if not self._keeps(s):
                continue
            ident = self._ident("s")
            names[i] = ident
            statements[ident] = self._statement(s)
        contacts = {
            self._ident("c"): Contact(
                **self._anchor(c.start, c.end),
                type=c.type if c.type in _CONTACT else "other",  # type: ignore[arg-type]
                what=self.text[c.start : c.end],
                where=c.where,
                when=self._near(c.start, c.end),
                realised=c.realised,
                who=self._named(c.start, c.end),
                review=_SUGGESTED,
            )
            for c in self.found.contacts
        }
        figures = {
            self._ident("f"): Figure(
                **self._anchor(f.start, f.end),
                value=None if f.value is None else float(f.value),
                unit=f.unit,
                of=f.of or "not said beside the number",
                as_of=self._near(f.start, f.end),
                review=_SUGGESTED,
            )
            for f in self.found.figures
        }
        shifts = {self._ident("h"): self._shift(s) for s in self.found.shifts}
        shifts |= {
            self._ident("h"): s
            for s in computed_shifts({**(self.case.statements if self.case else {}), **statements}, self.case)
            if s.source == self.source
        }
        for c in self.found.claims:
            statements[self._ident("s")] = Statement(
                **self._anchor(c.start, c.end),
                kind="author_claim",
                extractor="rules:claim",
                why=f"no speaker is named; {c.kind}: {c.words!r}",
                review=_SUGGESTED,
            )
        return Records(statements=statements, contacts=contacts, figures=figures, shifts=shifts)

    def _keeps(self, s: Suggestion) -> bool:
        """A nested statement is a record of its own only when it has a known speaker who is not the outer one."""
        if s.nested_in is None:
            return True
        outer = self.found.statements[s.nested_in]
        return (
            bool(s.who.name)
            and s.who.name != outer.who.name
            and (s.who.id is not None or s.who.party is not None)
        )

    def _ident(self, letter: str) -> str:
        n = self.numbers.get(letter, 1)
        while f"{self.source}-{letter}{n}" in self.taken:
            n += 1
        self.numbers[letter] = n + 1
        return f"{self.source}-{letter}{n}"

    def _anchor(self, start: int, end: int) -> dict[str, Any]:
        quote = self.text[start:end]
        prefix = ""
        if self.text.find(quote) < start or self.text.find(quote, start + 1) >= 0:  # not the only one
            prefix = self.text[max(0, start - 24) : start]
        return {"source": self.source, "quote": quote, "prefix": prefix, "start": start, "end": end}

    def _statement(self, s: Suggestion) -> Statement:
        known = self.case.speakers if self.case else {}
        parties = self.case.parties if self.case else {}
        speaker = s.who.id if s.who.id in known else None
        party = None
        if speaker is None:
            party = s.who.id if s.who.id in parties else s.who.party if s.who.party in parties else None
        issue, options, stance = self._stance(s)
        when, only_if = self._offer(s)
        outer = self.found.statements[s.nested_in] if s.nested_in is not None else None
        return Statement(
            **self._anchor(*s.span),
            kind=s.kind.kind,  # type: ignore[arg-type]
            speaker=speaker,
            party=party,
            said=_moment(s.said),
            channel=s.channel,  # type: ignore[arg-type]
            to=s.addressee or None,
            reported_by=outer.who.id if outer and outer.who.id in known else None,
            issue=issue,
            options=options,
            stance=stance,  # type: ignore[arg-type]
            firmness=s.kind.firmness,  # type: ignore[arg-type]
            when=when,
            only_if=only_if,
            condition=self._words(s.condition.condition) if s.condition else "",
            consequent=self._words(s.condition.consequent) if s.condition and s.condition.consequent else "",
            cue=self.found.words(*s.cue),
            strength=abs(s.kind.strength) if stance == "demand" else s.kind.strength,
            extractor=f"{s.extractor}:{s.rule}",
            why=self._why(s),
            review=_SUGGESTED,
        )

    def _words(self, span: tuple[int, int]) -> str:
        return self.text[slice(*span)]

    def _why(self, s: Suggestion) -> str:
        mention = self.found.words(*s.mention)
        parts = [
            f"speaker by {s.who.how}: {mention!r}" if mention else "nobody is named",
            f"{s.kind.kind} by {s.kind.why}",
        ]
        parts += [f"{m.issue} by {', '.join(repr(w) for w in m.words)}" for m in s.issues[:1]]
        if s.who.voice:
            parts.append(f"voice of another time: {s.who.voice}")
        if s.who.weak:
            parts.append("weak: anonymous or unresolved speaker")
        if self._foreign(s):
            parts.append("weak: reported within another party's words")
        parts += [f"also for {', '.join(s.spoken_for)}"] if s.spoken_for else []
        parts += [f"look: {f}" for f in s.flags]
        return "; ".join(parts)

    def _stance(self, s: Suggestion) -> tuple[str | None, tuple[str, ...], str | None]:
        issues = s.issues
        if s.kind.kind == "conditional_offer" and s.condition and s.condition.consequent:
            # What is offered, not what is asked for in return, is what the stance is about.
            issues = self._matches(s.condition.consequent)
        if not issues:
            return None, (), None
        match = issues[0]
        pro, contra = STANCE_OF.get(s.kind.kind, (None, None))
        against = s.kind.strength < 0
        stance = contra if against else pro
        if s.who.voice or s.who.weak or self._foreign(s) or not match.options:
            stance = None if stance != "silent" else stance
        return match.issue, *self._turned(s, match, stance)

    def _turned(self, s: Suggestion, match: Match, stance: str | None) -> tuple[tuple[str, ...], str | None]:
        """Options and stance, where "without" and the like turn round what the kind says: a demand, or left open."""
        if self.vocabulary is None or not match.options or stance == "silent":
            return match.options, stance
        return turned(self._words(s.span), match.issue, match.options, stance, self.vocabulary)

    def _foreign(self, s: Suggestion) -> bool:
        """Words put into a party's mouth by a speaker of another one: no stance of that party."""
        if s.nested_in is None:
            return False
        return self.found.statements[s.nested_in].who.party != s.who.party

    def _offer(
        self, s: Suggestion
    ) -> tuple[tuple[dict[str, tuple[str, ...]], ...], tuple[dict[str, tuple[str, ...]], ...]]:
        """``when`` and ``only_if`` of a conditional offer, where the case's words name both sides."""
        offer = s.kind.kind == "conditional_offer" and s.condition
        if not offer or not offer.consequent:
            return (), ()
        given, asked = self._options(offer.consequent), self._options(offer.condition)
        asked = {k: v for k, v in asked.items() if k not in given}
        return ((given,), (asked,)) if given and asked else ((), ())

    def _options(self, span: tuple[int, int]) -> dict[str, tuple[str, ...]]:
        """Issue -> options that some words of the text name."""
        return {m.issue: m.options for m in self._matches(span) if m.options}

    def _matches(self, span: tuple[int, int]) -> tuple[Match, ...]:
        return tuple(self.vocabulary.matches(self._words(span))) if self.vocabulary else ()

    def _near(self, start: int, end: int) -> Any:
        """The date in the same sentence, if one stands within reach."""
        first, last = bisect_left(self.date_starts, start - 90), bisect_right(self.date_starts, end + 60)
        for d in self.found.dates[first:last]:
            if not re.search(r"[.!?]\s|\n", self.text[min(d.end, end) : max(d.start, start)]):
                return {"from": d.first, "to": d.last}
        return None

    def _named(self, start: int, end: int) -> tuple[str, ...]:
        """Known speakers and parties named in the sentence of a contact, in order."""
        low = max(0, start - LONGEST_LEAD)
        a = max(self.text.rfind(". ", low, start), self.text.rfind("\n", low, start), low - 1) + 1
        sentence = self.text[a : end + 40].split("\n")[0]
        places = {
            entry.id: m.start()
            for alias, entry in self.roster.by_alias.items()
            if (m := re.search(rf"(?<!\w){re.escape(alias)}(?!\w)", sentence, re.I))
        }
        return tuple(sorted(places, key=lambda k: places[k]))

    def _shift(self, s: ShiftSpan) -> Shift:
        party = None
        if self.case:
            entry = self.roster.by_alias.get(self.roster.fold(s.subject))
            party = entry.party if entry and entry.party in self.case.parties else None
        return Shift(
            **self._anchor(s.start, s.end),
            party=party,
            direction=_DIRECTION.get(s.direction, "changed"),  # type: ignore[arg-type]
            by="reporter",
            what=f"of {s.subject}" if s.subject else "",
            review=_SUGGESTED,
        )


_SUGGESTED = Review(state="suggested")


def turned(
    text: str, issue: str, options: tuple[str, ...], stance: str | None, vocabulary: Vocabulary
) -> tuple[tuple[str, ...], str | None]:
    """Options and stance as the words around the options turn them: a demand; or none, where it cannot be decided."""
    found = asked(text, issue, options, vocabulary)
    if found == "demanded":
        return options, stance and "demand"
    against = stance in AGAINST
    if found == "open" or (stance and against != (found == "refused") and found != "plain"):
        return (), None
    return options, stance


def moved(case: Case, old: str, new: str, text: str) -> dict[str, dict[str, Any]]:
    """Records of an edited source, by group and id, as they must be written.

    A quotation that stands in the newer text, at one place, moves there with its new offsets. One whose words
    changed or cannot be told apart stays with the older text and goes back to ``suggested``: a person decides.
    """
    out: dict[str, dict[str, Any]] = {}
    for group in Records.model_fields:
        for ident, item in getattr(case, group).items():
            if item.source != old:
                continue
            state, at = reanchor(text, item.quote, item.prefix, item.suffix, item.start)
            if at is not None:
                update: dict[str, Any] = {"source": new, "start": at, "end": at + len(item.quote)}
            else:
                why = (
                    "its words are not in the newer version"
                    if state == "changed"
                    else "stands more than once in the newer version"
                )
                update = {"review": item.review.model_copy(update={"state": "suggested", "why": why})}
            out.setdefault(group, {})[ident] = item.model_copy(update=update)
    return out


@dataclass(frozen=True, slots=True)
class Renewal:
    """What reading a source anew does to its records: those that change or go (None), those that are added, and counts."""

    changed: Mapping[str, Mapping[str, Any]]
    added: Records
    new: int
    renewed: int
    gone: int
    kept: int


def renewed(case: Case, source: str, found: Records) -> Renewal:
    """The records of a source after it was read anew; what a person touched, or something refers to, stays."""
    held = referenced(case) | {
        x for s in case.shifts.values() if decided(s) for x in (s.before, s.after) if x
    }
    changed: dict[str, dict[str, Any]] = {}
    added: dict[str, dict[str, Any]] = {}
    names: dict[str, str] = {}
    new = same = gone = kept = 0
    for group in Records.model_fields:
        there = {k: r for k, r in getattr(case, group).items() if r.source == source}
        fixed = {k: r for k, r in there.items() if decided(r) or k in held}
        open_ = {k: r for k, r in there.items() if k not in fixed}
        kept += len(fixed)
        lost = {k for k, r in changed.get("statements", {}).items() if r is None}
        read = {k: _between(r, names, lost) for k, r in getattr(found, group).items()}
        fresh = list(read.values())
        for ident, record in read.items():
            over = [k for k, r in fixed.items() if _overlap(r, record)]
            if over:
                names[ident] = over[0]
                continue
            old = _counterpart(record, open_, fresh)
            names[ident] = old or ident
            if old is None:
                added.setdefault(group, {})[ident] = record
                new += 1
            elif open_.pop(old) != record:
                changed.setdefault(group, {})[old] = record
                same += 1
        gone += len(open_)
        changed.setdefault(group, {}).update(dict.fromkeys(open_))
    return Renewal(changed, Records(**added), new, same, gone, kept)


def referenced(case: Case) -> set[str]:
    """Every id and text that stands in the case outside its records: what is named there cannot be taken out."""
    found = set(cited(case))

    def walk(value: Any) -> None:
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, Mapping):
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list | tuple | set):
            for inner in value:
                walk(inner)

    walk(case.model_dump(exclude={*Records.model_fields, "sources", "tables", "cost_rows"}))
    return found


def _between(record: Any, names: Mapping[str, str], lost: set[str]) -> Any:
    """A shift with the ids that the statements before and after it keep; other records as they are."""
    if not isinstance(record, Shift):
        return record
    before, after = (names.get(x or "", x) for x in (record.before, record.after))
    ends = {"before": None if before in lost else before, "after": None if after in lost else after}
    return record.model_copy(update=ends)


def _counterpart(record: Any, there: Mapping[str, Any], fresh: list[Any]) -> str | None:
    """The earlier suggestion on the same words: the same one, else one that nothing else read now is the same as."""
    same = [k for k, r in there.items() if (r.start, r.end) == (record.start, record.end)]
    equal = [k for k in same if there[k] == record]
    free = [k for k in same if there[k] not in fresh]
    return next(iter([*equal, *free]), None)


def _overlap(a: Any, b: Any) -> bool:
    if None in (a.start, a.end, b.start, b.end):
        return bool(a.quote == b.quote)
    return bool(a.start < b.end and b.start < a.end)


def _moment(said: tuple[date | None, date | None] | None) -> Any:
    if not said or said == (None, None):
        return None
    return {"from": said[0], "to": said[1]}


_PRO = {"demand", "prefer", "accept", "conditional"}
_CONTRA = {"oppose", "red-line"}


def computed_shifts(statements: Mapping[str, Statement], case: Case | None) -> list[Shift]:
    """Candidate shifts: a party's later statement on an option contradicts its earlier one.

    Rejected statements do not count. The analyst decides; nothing is changed.
    """
    if case is None:
        return []
    last: dict[tuple[str, str, str], tuple[str, Statement]] = {}
    out = []
    for ident, s in sorted(statements.items(), key=lambda item: _when(item[1])):
        speaker = case.speakers.get(s.speaker or "")
        party = s.party or (speaker.party if speaker else None)
        if not party or not s.issue or not s.stance or s.review.state == "rejected":
            continue
        for option in s.options:
            before = last.get((party, s.issue, option))
            if (
                before
                and {before[1].stance in _PRO, s.stance in _PRO} == {True, False}
                and s.stance in _PRO | _CONTRA
                and before[1].stance in _PRO | _CONTRA
            ):
                out.append(
                    Shift(
                        source=s.source,
                        quote=s.quote,
                        prefix=s.prefix,
                        start=s.start,
                        end=s.end,
                        party=party,
                        issue=s.issue,
                        before=before[0],
                        after=ident,
                        by="computed",
                        direction="softer" if s.stance in _PRO else "harder",
                        what=f"{before[1].stance} before, {s.stance} after, on {option}",
                        review=_SUGGESTED,
                    )
                )
            last[party, s.issue, option] = (ident, s)
    return out


def _when(s: Statement) -> str:
    return str((s.said.end or s.said.start) if s.said else "")
