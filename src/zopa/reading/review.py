"""The review of what was read as a pure state machine: one key, one step; every step is checked, and can be undone.

Records of every group are decided one by one; a decision may also make a speaker, a party, an issue with its options,
or a rule. What the case would refuse is refused here, before anything is saved. Nothing is read from a terminal or
written to a file here; the door does both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple, get_args

from pydantic import ValidationError

from zopa.case import UNREAD, all_rules, cited
from zopa.case.model import KINDS, Case, Issue, Option, Party, Review, Rule, Speaker, Statement
from zopa.case.records import Contact, Records, Stance
from zopa.case.rules import Firmness
from zopa.errors import NotApplicable, UnknownName, nearest
from zopa.reading.case_records import STANCE_OF, referenced, turned
from zopa.reading.demanded import Asked, asked
from zopa.reading.extraction.issues import Vocabulary

__all__ = ["BINDING", "KEYS", "NOT_BINDING", "RecordAt", "Session", "Wanted"]

KEYS: Mapping[str, str] = {
    "a": "accept", "e": "edit", "r": "reject", "i": "name issue and option", "w": "name whose words", "c": "make a rule of it", "d": "drop an issue",
    "m": "merge with the one before", "s": "split", "u": "undo", "o": "reopen", "n": "next, decide later", "b": "back",
    "f": "filter", "/": "search", "?": "list the choices", "A": "accept all that are left (asks)",
    "q": "stop; all decisions are kept",
}  # fmt: skip
"""Key -> what it does."""
BINDING = ("conditional_offer", "red_line", "refusal", "condition")
"""Kinds of statements that rule packages out once they are accepted, and so should be carried by a rule."""
NOT_BINDING = "not-binding"
"""The reading that is offered beside what the words say: they bind no one."""
FIXED = {"source", "quote", "prefix", "suffix", "start", "end", "review", "history"}
MADE = ("parties", "speakers", "issues", "rules")
"""Groups of ``case.yaml`` in which a review can make entries."""
STATES = ("suggested", "accepted", "edited", "rejected")
_MENTION = re.compile(r"speaker by [\w ]+: ('[^']*'|\"[^\"]*\")")


def _cited(data: object) -> Iterator[str]:
    """The statements that a part of a case rests on."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            if key in ("stated", "inferred"):
                yield from value or ()
            else:
                yield from _cited(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _cited(value)


class RecordAt(NamedTuple):
    """Where an entry stands: its group and its id."""

    group: str
    ident: str


class Wanted(NamedTuple):
    """Options as a person named them: per issue; and the issues and options that were made for it."""

    options: dict[str, tuple[str, ...]]
    made: dict[str, Issue]


class Session:
    """Records of a case one by one; :meth:`pending` says what the files that were last written lack."""

    def __init__(self, case: Case, by: str = "", on: date | None = None, language: str = "en") -> None:
        self.case, self.by, self.on, self.language = case, by, on, language
        self.entries: dict[str, dict[str, Any]] = {
            g: dict(getattr(case, g)) for g in (*Records.model_fields, *MADE)
        }
        self.queue: tuple[RecordAt, ...] = self.listed("suggested")
        self.at = 0
        self.left = len(self.queue)
        self.past: list[tuple[dict[RecordAt, Any], tuple[RecordAt, ...], int]] = []
        self.dirty: set[RecordAt] = set()
        self.left_at: int | None = None

    # ------------------------------------------------------------ what there is

    @property
    def statements(self) -> dict[str, Statement]:
        """The statements as they stand now."""
        return self.entries["statements"]

    @property
    def current(self) -> RecordAt | None:
        """The record to decide, or None when all are decided."""
        return self.queue[self.at] if 0 <= self.at < len(self.queue) else None

    @property
    def item(self) -> Any:
        """The record at :attr:`current`."""
        here = self.current
        return self.entries[here.group].get(here.ident) if here else None

    @property
    def text(self) -> str:
        """The source text of the current record."""
        return self.case.sources[self.item.source].text if self.item else ""

    @cached_property
    def referenced(self) -> set[str]:
        """Statements that something else in the case names: they cannot be merged away."""
        return referenced(self.case) | {
            x for s in self.case.shifts.values() for x in (s.before, s.after) if x
        }

    def listed(self, *words: str) -> tuple[RecordAt, ...]:
        """The records that all these words fit: a state, a group, a kind, a party, an issue, a source.

        Raises
        ------
        UnknownName
            A word that nothing in the case is called.
        """
        known = [
            *STATES,
            "unread",
            "kept",
            *Records.model_fields,
            *KINDS,
            *self.entries["parties"],
            *self.entries["issues"],
            *self.case.sources,
            "all",
        ]
        for word in words:
            if word not in known:
                raise UnknownName("state, group, kind, party, issue or source", word, known)
        return tuple(
            RecordAt(g, k)
            for g in Records.model_fields
            for k, item in self.entries[g].items()
            if all(w == "all" or w in self._called(g, item) for w in words)
        )

    def _called(self, group: str, item: Any) -> set[str]:
        words = {group, item.review.state, item.source} | ({"unread"} if item.review.why == UNREAD else set())
        words |= {"kept"} if item.review.state in ("accepted", "edited") else set()
        words |= {str(getattr(item, key)) for key in ("kind", "issue") if getattr(item, key, None)}
        party = self._party(item)
        return words | ({party} if party else set())

    def _party(self, item: Any) -> str | None:
        own = getattr(item, "party", None)
        speaker = self.entries["speakers"].get(getattr(item, "speaker", None) or "")
        return own or (speaker.party if speaker else None)

    def pending(self) -> dict[str, dict[str, Any]]:
        """What changed since the last call, by group and id; None means removed. The caller writes it."""
        out = self.unsaved
        self.dirty = set()
        return out

    @property
    def unsaved(self) -> dict[str, dict[str, Any]]:
        """The same without counting it as written."""
        out: dict[str, dict[str, Any]] = {}
        for group, ident in sorted(self.dirty):
            out.setdefault(group, {})[ident] = self.entries[group].get(ident)
        return out

    def take(self, case: Case, changed: AbstractSet[RecordAt], at: RecordAt | None = None) -> None:
        """Know these records as they stand in the case by now, and go on at one of them, else where the walk was.

        Steps that touched one of them can no longer be undone here. What is not saved yet and is none of them stays.
        """
        here = at or self.current
        self.case = case
        for cached in ("referenced", "_cited", "_words"):
            self.__dict__.pop(cached, None)
        self.dirty -= changed
        unsaved = self.unsaved
        for group in self.entries:
            known = {**getattr(case, group), **unsaved.get(group, {})}
            self.entries[group] = {k: v for k, v in known.items() if v is not None}
        self.left = len(self.listed("suggested"))
        self.past = [step for step in self.past if not changed & set(step[0])]
        self.queue = tuple(r for r in self.queue if r not in changed or r.ident in self.entries[r.group])
        self.at = self.queue.index(here) if here in self.queue else min(self.at, len(self.queue))

    # ------------------------------------------------------------ decisions

    def accept(self, why: str = "") -> None:
        """Accept the current record as it stands, with the issue that its words name where it has none."""
        guess = self.guess()
        if guess is None:
            self._decide("accepted", why)
            return
        s: Statement = self.item
        against = (s.strength or 0) < 0
        stance = None if "weak:" in s.why or not guess[1] else STANCE_OF.get(s.kind, (None, None))[against]
        options, stance = self._turned(s, *guess, s.stance or stance)
        new = s.model_copy(update={"issue": guess[0], "options": options, "stance": stance})
        self._change({self.current: self._reviewed(new, s, "accepted", why)}, at=self.at + 1)

    def reject(self, why: str = "") -> None:
        """Reject it; it stays on file with the reason, and never reaches the model."""
        self._decide("rejected", why)

    def reopen(self) -> bool:
        """Put a decided record back among the suggestions; False when it is one already."""
        if self.item is None or self.item.review.state == "suggested":
            return False
        self._change({self.current: self._reviewed(self.item, self.item, "suggested", "reopened")})
        return True

    def accept_all(self, why: str = "accepted together") -> int:
        """Accept every record of the queue that is still suggested; the number of them."""
        changed: dict[RecordAt | None, Any] = {}
        for here in self.queue:
            item = self.entries[here.group].get(here.ident)
            if item is not None and item.review.state == "suggested":
                changed[here] = self._reviewed(item, item, "accepted", why)
        self._change(changed, at=len(self.queue))
        return len(changed)

    def edit(self, fields: Mapping[str, Any], why: str = "") -> None:
        """Accept it with other field values; the quotation itself cannot be edited.

        Raises
        ------
        NotApplicable
            A field that is unknown, belongs to the anchor, or has a value that the case would refuse.
        UnknownName
            A name that the case does not have.
        """
        if self.item is None:
            return
        new = self._valid({**self._data(self.item), **fields}, fields)
        self._change({self.current: self._reviewed(new, self.item, "edited", why)}, at=self.at + 1)

    def edit_text(self, fields: Mapping[str, str]) -> None:
        """As :meth:`edit`, with values as a person types them: dates, lists by commas, numbers."""
        self.edit({name: self._value(name, text) for name, text in fields.items()})

    def quote_anew(self, start: int, end: int) -> None:
        """Accept it with the words between two code-point offsets of its source as the quotation."""
        s = self.item
        if s is not None:
            new = s.model_copy(update=_anchored(self.text, start, end))
            self._change(
                {self.current: self._reviewed(new, s, "edited", "quotation changed")}, at=self.at + 1
            )

    def quote_new(self, source: str, start: int, end: int) -> str:
        """Suggest a statement made of the words between two code-point offsets of a source, and go to it; its id."""
        taken = {k for g in Records.model_fields for k in self.entries[g]}
        ident = next(i for n in range(1, 10**6) if (i := f"{source}-s{n}") not in taken)
        anchor = _anchored(self.case.sources[source].text, start, end)
        new = Statement(
            source=source, **anchor, kind="position", extractor="person", review=Review(state="suggested")
        )
        here = RecordAt("statements", ident)
        self._change({here: new}, queue=(here,), at=0)
        return ident

    def go_to(self, here: RecordAt) -> None:
        """Make a record the current one, and the only one of the walk.

        Raises
        ------
        UnknownName
            There is no such record.
        """
        if here.ident not in self.entries.get(here.group, {}):
            known = [k for g in Records.model_fields for k in self.entries[g]]
            raise UnknownName("record", here.ident, known)
        self.queue, self.at = (here,), 0

    def merge(self) -> str | None:
        """Join the current statement with the one before it into one quotation; the id that is kept.

        The joined quotation runs from the first to the last word of both. Returns None when there is nothing to
        join: another source, offsets unknown, or a record that something else refers to.
        """
        here, before = self.current, self.queue[self.at - 1] if self.at > 0 else None
        if here is None or before is None or here.group != "statements" or before.group != "statements":
            return None
        a, b = self.statements.get(before.ident), self.statements[here.ident]
        if a is None or a.source != b.source or here.ident in self.referenced or self._rules_on(here.ident):
            return None
        if a.start is None or a.end is None or b.start is None or b.end is None:
            return None
        start, end = min(a.start, b.start), max(a.end, b.end)
        joined = a.model_copy(
            update={
                "start": start,
                "end": end,
                "quote": self.text[start:end],
                "prefix": "",
                "suffix": "",
                "options": tuple(dict.fromkeys([*a.options, *b.options]))
                if a.issue == b.issue
                else a.options,
                "review": Review(state="suggested"),
                "why": f"{a.why}; joined with {here.ident}",
                "history": (
                    *a.history,
                    Review(state=a.review.state, by=self.by, on=self.on, why=f"joined with {here.ident}"),
                ),
            }
        )
        queue = tuple(x for x in self.queue if x != here)
        self._change({before: joined, here: None}, at=self.at - 1, queue=queue)
        return before.ident

    def split(self, at: int) -> str | None:
        """Cut the quotation at a code-point offset of the source; the id of the second half, or None if not inside."""
        here, s = self.current, self.item
        if here is None or here.group != "statements" or s.start is None or s.end is None:
            return None
        left, right = self.text[s.start : max(at, s.start)].rstrip(), self.text[at : s.end].lstrip()
        if not s.start < at < s.end or not left or not right:
            return None
        other = next(
            f"{here.ident}.{n}" for n in range(2, 10_000) if f"{here.ident}.{n}" not in self.statements
        )
        part = {"prefix": "", "suffix": "", "review": Review(state="suggested")}
        first = s.model_copy(update={**part, "quote": left, "end": s.start + len(left)})
        second = s.model_copy(
            update={
                **part,
                "quote": right,
                "start": s.end - len(right),
                "why": f"split from {here.ident}",
                "history": (),
            }
        )
        new = RecordAt("statements", other)
        queue = (*self.queue[: self.at + 1], new, *self.queue[self.at + 1 :])
        self._change({here: first, new: second}, queue=queue)
        return other

    # ------------------------------------------------------------ moving about

    def skip(self) -> None:
        """Leave the current one as it is and go on."""
        self.at = min(self.at + 1, len(self.queue))

    def back(self) -> None:
        """Go to the one before, whatever its state."""
        self.at = max(self.at - 1, 0) if self.left_at is None else min(self.left_at, len(self.queue))
        self.left_at = None

    def leave(self) -> None:
        """Let no record be the current one until the walk goes on; :meth:`back` returns to where it was."""
        self.left_at = self.at if self.left_at is None else self.left_at
        self.at = len(self.queue)

    def filter(self, *words: str) -> int:
        """Walk through the records that these words fit (see :meth:`listed`); how many there are."""
        self.queue, self.at = self.listed(*(words or ("suggested",))), 0
        self.left_at = None
        return len(self.queue)

    def find(self, words: str) -> bool:
        """Go to the next record whose quotation or description has these words; False when there is none."""
        key, every = words.casefold(), self.queue
        order = [*range(self.at + 1, len(every)), *range(min(self.at + 1, len(every)))]
        for k in order:
            item = self.entries[every[k].group].get(every[k].ident)
            if item is not None and key in f"{item.quote} {getattr(item, 'about', '')}".casefold():
                self.at, self.left_at = k, None
                return True
        return False

    def undo(self) -> bool:
        """Take back the last decision; False when there is none."""
        if not self.past:
            return False
        before, self.queue, self.at = self.past.pop()
        self.left_at = None
        for here, old in before.items():
            self._put(here, old)
        return True

    # ------------------------------------------------------------ whose words, about what

    @property
    def nobody(self) -> bool:
        """Whether the current statement still needs a speaker or a party."""
        s = self.item
        return isinstance(s, Statement) and s.kind != "author_claim" and not (s.speaker or s.party)

    @property
    def partyless(self) -> str | None:
        """The speaker of the current statement, where no one has said yet for which party it speaks."""
        s = self.item
        speaker = self.entries["speakers"].get(s.speaker or "") if isinstance(s, Statement) else None
        asked = speaker is None or speaker.party or s.party or speaker.authority != "official"
        return None if asked else str(s.speaker)

    def speaks_for(self, party: str) -> None:
        """Say for which party the speaker of the current statement speaks; empty makes it a commentator."""
        ident = self.partyless
        if ident is None:
            return
        made: dict[RecordAt | None, Any] = {}
        party_id = self._party_for(party, made)
        update = {"party": party_id} if party_id else {"authority": "commentator"}
        made[RecordAt("speakers", ident)] = self.entries["speakers"][ident].model_copy(update=update)
        self._change(made)

    def people(self) -> list[RecordAt]:
        """Speakers, and parties that no speaker is called after, in the order in which they are numbered."""
        names = {x.name for x in self.entries["speakers"].values()}
        parties = [k for k, x in self.entries["parties"].items() if x.name not in names]
        return [
            *(RecordAt("speakers", k) for k in self.entries["speakers"]),
            *(RecordAt("parties", k) for k in parties),
        ]

    def says(self, who: str, party: str = "") -> int:
        """Give the current statement its speaker, and others that name nobody by the same words; how many in all.

        ``who`` is a number of :meth:`people`, an id or a name, or ``+Name`` for a new speaker; ``party`` is the party
        that a new speaker speaks for: an id, a name, or ``+Name`` for a new one.
        """
        if not isinstance(self.item, Statement):
            return 0
        made: dict[RecordAt | None, Any] = {}
        if who.startswith("+"):
            name, party_id = self._named(who[1:], "speakers"), self._party_for(party, made)
            ident = self._free(name, "speakers")
            surname = name.split()[-1]
            aliases = (surname,) if surname != name else ()
            made[RecordAt("speakers", ident)] = Speaker(name=name, party=party_id, aliases=aliases)
            key = {"speaker": ident}
        else:
            chosen = self._pick(who, self.people())
            key = {"speaker" if chosen.group == "speakers" else "party": chosen.ident}
        same = [RecordAt("statements", k) for k in self._same_mention()]
        for here in same:
            made[here] = self.entries["statements"][here.ident].model_copy(update=key)
        self._change(made)
        return len(same)

    def _same_mention(self) -> list[str]:
        here = self.current
        assert here is not None
        said = _MENTION.search(self.item.why)
        return [here.ident] + [
            k
            for k, s in self.statements.items()
            if said
            and k != here.ident
            and s.review.state == "suggested"
            and not (s.speaker or s.party)
            and s.source == self.item.source
            and (m := _MENTION.search(s.why))
            and m[1] == said[1]
        ]

    def _party_for(self, text: str, made: dict[RecordAt | None, Any]) -> str | None:
        if not text:
            return None
        if text.startswith("+"):
            name = self._named(text[1:], "parties")
            ident = self._free(name, "parties")
            made[RecordAt("parties", ident)] = Party(name=name)
            return ident
        return self._pick(text, [RecordAt("parties", k) for k in self.entries["parties"]]).ident

    def _pick(self, text: str, among: list[RecordAt]) -> RecordAt:
        """By number, id, name, other name, or the only beginning of a name."""
        if text.isdigit() and 1 <= int(text) <= len(among):
            return among[int(text) - 1]
        names: dict[str, RecordAt] = {}
        for x in among:
            noun = self.entries[x.group][x.ident]
            for name in (x.ident, noun.name, *getattr(noun, "aliases", ())):
                names.setdefault(name.casefold(), x)
        key = text.casefold()
        begun = {x for name, x in names.items() if name.startswith(key)}
        if key not in names and len(begun) == 1:
            return begun.pop()
        if key not in names:
            raise UnknownName("speaker or party", text, [self.entries[x.group][x.ident].name for x in among])
        return names[key]

    def choices(self) -> list[tuple[str, str]]:
        """Issues and options to choose from, in the order in which they are numbered."""
        return [(i, o) for i, issue in self.entries["issues"].items() for o in issue.options]

    def wanted(self, text: str, there: Mapping[str, Issue] | None = None) -> Wanted:
        """Options from what a person types: ``2,5``, ``meters: on every well``, ``meters=all``, ``+Meters: on every well``.

        A number is one of :meth:`choices`. Issue and option go by id, by name or by the beginning of one; a plus makes
        a new issue, or a new option of a known one, and nothing is made by mistake. ``there`` are issues made before.

        Raises
        ------
        UnknownName
            No such issue or option; the message shows the nearest.
        """
        made: dict[str, Issue] = dict(there or {})
        found: dict[str, tuple[str, ...]] = {}
        parts = text.split() if text.split() and all("=" in p for p in text.split()) else text.split(",")
        for part in filter(None, (p.strip(" ,") for p in parts)):
            if part.isdigit():
                if not 1 <= int(part) <= len(self.choices()):
                    raise NotApplicable(f"expected a number from 1 to {len(self.choices())}, saw {part}")
                issue, option = self.choices()[int(part) - 1]
            else:
                issue, option = self._issue_option(part, made)
            found[issue] = tuple(dict.fromkeys([*found.get(issue, ()), option]))
        return Wanted(found, made)

    def _issue_option(self, part: str, made: dict[str, Issue]) -> tuple[str, str]:
        name, sign, label = (p.strip() for p in part.partition(":" if ":" in part else "="))
        if not sign:
            raise NotApplicable(
                f"expected a number, ISSUE: OPTION, or +ISSUE: OPTION for a new one, saw '{part}'"
            )
        fresh = name.startswith("+") or label.startswith("+")
        name, label = name.removeprefix("+").strip(), label.removeprefix("+").strip()
        issues: dict[str, Issue] = {**self.entries["issues"], **made}
        known = _found(name, {i: (x.name,) for i, x in issues.items()})
        if known is None and not part.startswith("+"):
            raise UnknownName("issue", name, [x.name for x in issues.values()])
        if known is None:
            known = self._free(self._named(name, "issues"), "issues", made)
            now = Option(label="as it is now", assumed="made in the review: nothing changes", by=self.by)
            issues[known] = Issue(name=name, now="as-now", words=(name.casefold(),), options={"as-now": now})
        issue = issues[known]
        option = _found(label, {o: (x.label,) for o, x in issue.options.items()})
        if option is None and not fresh:
            raise UnknownName(f"option of {issue.name}", label, [x.label for x in issue.options.values()])
        if option is None:
            option = _free(_slug(self._label(label)), issue.options)
            here = self.current
            basis = (
                {"stated": (here.ident,)}
                if here and here.group == "statements"
                else {"assumed": "made in the review"}
            )
            new = Option(label=label, words=(label.casefold(),), by=self.by, **basis)
            made[known] = issue.model_copy(update={"options": {**issue.options, option: new}})
        elif known not in self.entries["issues"]:
            made[known] = issue
        return known, option

    def about(self, text: str) -> None:
        """Say about which issue and options the current statement is; see :meth:`wanted`."""
        if not isinstance(self.item, Statement):
            return
        chosen = self.wanted(text)
        if len(chosen.options) != 1:
            raise NotApplicable(f"expected options of one issue, saw {len(chosen.options)}")
        ((issue, options),) = chosen.options.items()
        changed: dict[RecordAt | None, Any] = {RecordAt("issues", k): v for k, v in chosen.made.items()}
        update: dict[str, Any] = {"issue": issue, "options": options}
        if self._asks_for_others(options):
            update |= {"stance": "red-line", "strength": -abs(self.item.strength or 1)}
        changed[self.current] = self.item.model_copy(update=update)
        self._change(changed)

    def _asks_for_others(self, options: tuple[str, ...]) -> bool:
        """Whether some options are others of the issue than those that the words demand by refusing all others."""
        s: Statement = self.item
        demanded = bool(s.issue and s.options) and s.stance == "demand" and not set(options) & set(s.options)
        return demanded and asked(s.quote, s.issue or "", s.options, self._vocabulary) == "demanded"

    def drop(self, name: str) -> str:
        """Take an issue out that nothing accepted refers to; suggestions about it lose it. The id of the issue.

        Raises
        ------
        UnknownName
            No such issue.
        NotApplicable
            A decision, a rule or a judgment is about it, or it is the only one.
        """
        ident = _found(name, {i: (x.name,) for i, x in self.entries["issues"].items()})
        if ident is None:
            raise UnknownName("issue", name, [x.name for x in self.entries["issues"].values()])
        held = self.case.model_dump(
            exclude={*Records.model_fields, *MADE[1:], "sources", "tables", "cost_rows"}
        )
        held["rules"] = [r.model_dump() for r in self.entries["rules"].values()]
        records = {RecordAt(g, k): r for g in ("statements", "shifts") for k, r in self.entries[g].items()}
        about = {
            here: r
            for here, r in records.items()
            if _names(r.model_dump(include={"issue", "when", "only_if"}), ident)
        }
        if _names(held, ident) or any(
            r.review.state != "suggested" or here.group != "statements" for here, r in about.items()
        ):
            raise NotApplicable(
                f"{self.entries['issues'][ident].name} is used by a decision, a rule or a judgment"
            )
        if len(self.entries["issues"]) == 1:
            raise NotApplicable("a case needs an issue: name another one first")
        bare = {"issue": None, "options": (), "stance": None, "when": (), "only_if": ()}
        changed: dict[RecordAt | None, Any] = {here: r.model_copy(update=bare) for here, r in about.items()}
        self._change({**changed, RecordAt("issues", ident): None})
        return ident

    def guess(self) -> tuple[str, tuple[str, ...]] | None:
        """Issue and options that the words of the current statement name, where it has none."""
        s = self.item
        if not isinstance(s, Statement) or s.issue:
            return None
        found = self._vocabulary.matches(s.quote)
        return (found[0].issue, found[0].options) if found else None

    @property
    def _vocabulary(self) -> Vocabulary:
        issues = self.entries["issues"]
        kept: tuple[Any, Vocabulary] | None = self.__dict__.get("_words")
        mark = tuple(map(id, issues.values()))
        if kept is None or kept[0] != mark:
            kept = (mark, Vocabulary(self.case.model_copy(update={"issues": dict(issues)}), self.language))
            self.__dict__["_words"] = kept
        return kept[1]

    # ------------------------------------------------------------ rules

    @property
    def binds(self) -> bool:
        """Whether the current statement should become a rule: a red line, a refusal, an offer under a condition."""
        s, here = self.item, self.current
        if (
            not isinstance(s, Statement)
            or here is None
            or here.ident in self._cited
            or self._rules_on(here.ident)
        ):
            return False
        return (s.kind in BINDING or s.stance == "red-line") and self._party(s) is not None

    @cached_property
    def _cited(self) -> set[str]:
        """Statements that a rule written in the case cites."""
        own = self.case.model_copy(update={"statements": {}, "rules": self.case.rules})
        return set(cited(own)) if all_rules(own) else set()

    def _rules_on(self, ident: str) -> bool:
        """Whether a rule, an issue or another entry that this review made or changed rests on a statement."""
        changed = (
            entry
            for group in MADE
            for key, entry in self.entries[group].items()
            if entry is not getattr(self.case, group).get(key)
        )
        return any(ident in _cited(entry.model_dump()) for entry in changed)

    def same_rule(self) -> str:
        """Accept the current statement as further words for a rule of its party: the one on the same issue, else the latest.

        Raises
        ------
        NotApplicable
            Its party has no rule.
        """
        s, here = self.item, self.current
        party = self._party(s) if isinstance(s, Statement) else None
        own = {k: r for k, r in self.entries["rules"].items() if party and r.party == party}
        if here is None or not own:
            raise NotApplicable("this party has no rule yet")
        issues = set(self.sides()[0])
        ident = next(
            (k for k in reversed(own) if any(issues & set(c) for c in _whens(own[k]))), list(own)[-1]
        )
        rule: Rule = own[ident]
        joined = rule.model_copy(update={"stated": (*rule.stated, here.ident)})
        self._change(
            {RecordAt("rules", ident): joined, here: self._reviewed(s, s, "accepted", "")}, at=self.at + 1
        )
        return ident

    def sides(self) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
        """What the current statement offers or rules out, and what it asks for in return, as far as its words say."""
        s = self.item
        if not isinstance(s, Statement):
            return {}, {}
        guess = self.guess()
        own = _own(s) or dict([guess] if guess and guess[1] else [])
        given = _joined(s.when) or self._options_in(s.consequent) or own
        wants = _joined(s.only_if) or self._options_in(s.condition)
        named = {i: o for i, o in self._options_in(s.quote).items() if set(o) & set(own.get(i, o))}

        def said(i: str, o: tuple[str, ...]) -> Asked:
            return asked(s.quote, i, o, self._vocabulary)

        demanded = {i: o for i, o in (named | own | given).items() if said(i, o) == "demanded"}
        outside = {} if s.when else {i: o for i, o in own.items() if said(i, o) == "plain"}
        alone = {i for i in outside if wants.get(i) == own[i] and i not in self._options_in(s.consequent)}
        demanded |= {i: o for i, o in outside.items() if s.stance == "demand" or i in alone}
        offered = {i: o for i, o in given.items() if i not in demanded and said(i, o) in ("plain", "refused")}
        needed = {i: o for i, o in wants.items() if i not in offered and said(i, o) in ("plain", "demanded")}
        needed |= {i: o for i, o in demanded.items() if i not in offered}
        if offered or not demanded:
            return offered, needed
        # A demand alone: what is not acceptable is every other option.
        others = {
            i: tuple(k for k in self.entries["issues"][i].options if k not in o) for i, o in demanded.items()
        }
        issue = next((i for i in (*own, *others) if others.get(i)), None)
        return ({issue: others[issue]} if issue else {}), {
            i: o for i, o in needed.items() if i not in demanded
        }

    @property
    def unclear(self) -> bool:
        """Whether the words name options of which it cannot be told what is asked: none of them is suggested."""
        s = self.item
        if not isinstance(s, Statement):
            return False
        offered, needed = self.sides()
        named = {i: o for i, o in self._options_in(s.quote).items() if i not in offered | needed}
        return any(asked(s.quote, i, o, self._vocabulary) == "open" for i, o in named.items())

    @property
    def open_condition(self) -> bool:
        """Whether the words name a condition, but no option for it: that it is acceptable never is not what they say."""
        s = self.item
        if not isinstance(s, Statement) or not s.condition:
            return False
        offered, needed = self.sides()
        return bool(offered) and not needed and not self._demand(self._options_in(s.condition), offered)

    def _turned(
        self, s: Statement, issue: str, options: tuple[str, ...], stance: str | None
    ) -> tuple[tuple[str, ...], str | None]:
        return turned(s.quote, issue, options, stance, self._vocabulary) if options else (options, stance)

    def _options_in(self, words: str) -> dict[str, tuple[str, ...]]:
        return {m.issue: m.options for m in self._vocabulary.matches(words) if m.options} if words else {}

    def make_rule(self, when: str = "", only_if: str = "", *, or_not: bool = False) -> str:
        """Accept the current statement and make it a rule; the id of the rule.

        Parameters
        ----------
        when : for which options it holds, as in :meth:`wanted`; empty takes those of the statement.
        only_if : with which options these are acceptable; empty takes those of the statement, ``-`` means never.
        or_not : whether a second reading is kept beside it, in which the words bind no one.
        """
        s, here = self.item, self.current
        if not isinstance(s, Statement) or here is None:
            raise NotApplicable("a rule is made of a statement; this is another record")
        party = self._party(s)
        if party is None:
            raise NotApplicable("a rule needs a party: name whose words these are (w) first")
        offered, asked_for = self.sides()
        first = self.wanted(when) if when else Wanted(offered, {})
        if not first.options:
            raise NotApplicable("a rule needs the options that it is about")
        if not only_if and self.open_condition:
            raise NotApplicable(
                f"its words name a condition, '{s.condition}': name the options for it, or - for never acceptable"
            )
        second = Wanted(
            {} if only_if == "-" else {i: o for i, o in asked_for.items() if i not in first.options}, {}
        )
        if only_if not in ("", "-"):
            second = self.wanted(only_if, first.made)
        if set(first.options) & set(second.options):
            raise NotApplicable("the same issue stands on both sides of the rule")
        says = s.about or " ".join(s.quote.split())
        sides = {"when": (first.options,), "only_if": (second.options,) if second.options else ()}
        given: dict[str, Any] = {
            "party": party,
            "stated": (here.ident,),
            "firmness": s.firmness,
            "says": says,
        }
        if or_not:
            readings = {
                "as-stated": {"says": says, **sides},
                NOT_BINDING: {"says": "a wish that binds no one"},
            }
            rule = Rule.model_validate({**given, "readings": readings, "default": "as-stated"})
        else:
            rule = Rule.model_validate({**given, **sides})
        ident = self._free(f"{party}-{next(iter(first.options))}", "rules")
        told = self._told(s, (first.options, second.options), (offered, asked_for))
        state = (
            "edited" if s.issue and s.options and told.get("options", s.options) != s.options else "accepted"
        )
        new = self._reviewed(s.model_copy(update=told), s, state, "")
        changed: dict[RecordAt | None, Any] = {
            RecordAt("issues", k): v for k, v in (first.made | second.made).items()
        }
        self._change({**changed, RecordAt("rules", ident): rule, here: new}, at=self.at + 1)
        return ident

    def _told(
        self,
        s: Statement,
        answer: tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]],
        suggested: tuple[Mapping[str, tuple[str, ...]], Mapping[str, tuple[str, ...]]],
    ) -> dict[str, Any]:
        """Issue, options and stance of a statement, as the rule that a person made of it says.

        They stay as read only where the rule is the suggested one.
        """
        when, only_if = answer
        issue, options = next(iter(when.items()))
        stance = "conditional" if only_if else "red-line"
        if not (s.issue and s.options):
            guess = self.guess()
            wish = self._demand(dict([guess]) if guess else {}, when) if answer == suggested else None
            return wish or {"issue": issue, "options": options, "stance": stance}
        if answer == suggested and s.stance:
            return {}
        if answer == suggested:
            return self._demand(_own(s), when) or {"stance": stance}
        return {"issue": issue, "options": options, "stance": stance}

    def _demand(
        self, own: Mapping[str, tuple[str, ...]], when: Mapping[str, tuple[str, ...]]
    ) -> dict[str, Any] | None:
        """The demand of which a rule forbids all other options; None where the rule is about the words' own options."""
        for issue, options in own.items():
            if options and not set(options) & set(when.get(issue, ())):
                return {"issue": issue, "options": options, "stance": "demand"}
        return None

    # ------------------------------------------------------------ checked values

    def allowed(self, field: str) -> tuple[str, ...]:
        """The values that a field of the current record may have; empty where any text may stand."""
        own: Mapping[str, Iterable[str]] = {
            "kind": KINDS,
            "stance": get_args(Stance),
            "firmness": get_args(Firmness),
            "speaker": self.entries["speakers"],
            "channel": ("public", "private", "statement", "leak"),
            "reported_by": self.entries["speakers"],
            "party": self.entries["parties"],
            "issue": self.entries["issues"],
            "strength": ("-2", "-1", "0", "1", "2"),
            "type": get_args(Contact.model_fields["type"].annotation),
            "direction": ("softer", "harder", "changed"),
            "realised": ("yes", "no"),
        }
        if field == "options":
            issue = self.entries["issues"].get(getattr(self.item, "issue", None) or "")
            return tuple(issue.options) if issue else ()
        return tuple(own.get(field, ()))

    def fields(self) -> tuple[str, ...]:
        """The fields of the current record that can be edited."""
        hidden = FIXED | {"extractor", "reporter_frame", "cue", "before", "after", "by", "when", "only_if"}
        statement = isinstance(self.item, Statement)
        return tuple(
            f for f in type(self.item).model_fields if f not in (hidden if statement else hidden - {"when"})
        )

    def _value(self, name: str, text: str) -> Any:
        """A value as the noun has it, from what a person types; what it may be is said where it cannot be that."""
        if name not in self.fields():
            raise UnknownName("field", name, self.fields())
        if not text:
            return None
        if name in ("options", "who"):
            return tuple(p.strip() for p in text.split(",") if p.strip())
        if name in ("said", "when", "as_of"):
            return _moment(text)
        if name in ("strength", "value"):
            try:
                return int(text) if name == "strength" else float(text)
            except ValueError:
                raise NotApplicable(f"{name}: expected a number, saw '{text}'") from None
        known = self.allowed(name)
        if known and text not in known:
            close = nearest(text, known)
            hint = f"did you mean '{close}'?" if close else f"one of {', '.join(known)}"
            raise NotApplicable(f"{name}: no '{text}'; {hint}")
        return text == "yes" if name == "realised" else text

    def _data(self, item: Any) -> dict[str, Any]:
        return dict(item.model_dump(exclude_unset=True, by_alias=True))

    def _valid(self, data: Mapping[str, Any], fields: Mapping[str, Any]) -> Any:
        """The record with new values, checked as the case would check it."""
        fixed = FIXED & set(fields)
        if fixed:
            raise NotApplicable(
                f"{', '.join(sorted(fixed))} cannot be edited: split, or reject and quote anew"
            )
        noun = type(self.item)
        wanting = {k for k, v in fields.items() if v is None and k in data}
        try:
            new = noun.model_validate({k: v for k, v in data.items() if k not in wanting})
        except ValidationError as wrong:
            first = wrong.errors()[0]
            field = str(first["loc"][0]) if first["loc"] else ""
            known = self.allowed(field)
            hint = f"; one of {', '.join(known)}" if known else ""
            raise NotApplicable(f"{field}: {first['msg'].lower()}{hint}") from None
        for key, group in (("party", "parties"), ("speaker", "speakers"), ("issue", "issues")):
            name = getattr(new, key, None)
            if name is not None and name not in self.entries[group]:
                raise UnknownName(key, name, self.entries[group])
        if getattr(new, "options", ()):
            if new.issue is None:
                raise NotApplicable("options: name the issue as well")
            for option in new.options:
                known_options = self.entries["issues"][new.issue].options
                if option not in known_options:
                    raise UnknownName(f"option of {new.issue}", option, known_options)
        return new

    def _named(self, text: str, group: str) -> str:
        """A name for something new: not empty, not too long, and not that of another."""
        name = self._label(text)
        if any(name.casefold() == x.name.casefold() for x in self.entries[group].values()):
            raise NotApplicable(f"'{name}' is there already; name it without the plus")
        return name

    @staticmethod
    def _label(text: str) -> str:
        name = " ".join(text.split())
        if not _slug(name) or len(name) > 200 or not name.isprintable():
            raise NotApplicable(f"expected a name of letters and digits, saw '{name[:40]}'")
        return name

    def _free(self, name: str, group: str, more: Iterable[str] = ()) -> str:
        return _free(_slug(name), {*self.entries[group], *more, "off", "all"})

    # ------------------------------------------------------------ inside

    def _decide(self, state: str, why: str) -> None:
        if self.item is not None:
            self._change({self.current: self._reviewed(self.item, self.item, state, why)}, at=self.at + 1)

    def _reviewed(self, new: Any, old: Any, state: str, why: str) -> Any:
        review = Review(state=state, by=self.by, on=self.on, why=why)  # type: ignore[arg-type]
        update: dict[str, Any] = {"review": review}
        if isinstance(old, Statement) and old.review.state != "suggested":
            update["history"] = (*old.history, old.review)
        return new.model_copy(update=update)

    def _change(
        self,
        changed: Mapping[RecordAt | None, Any],
        *,
        at: int | None = None,
        queue: tuple[RecordAt, ...] | None = None,
    ) -> None:
        """One step that can be undone: new entries (None takes one out), and where the walk goes on."""
        real = {here: new for here, new in changed.items() if here is not None}
        before = {here: self.entries[here.group].get(here.ident) for here in real}
        self.past.append((before, self.queue, self.at))
        for here, new in real.items():
            self._put(here, new)
        self.queue = self.queue if queue is None else queue
        self.at = self.at if at is None else at

    def _put(self, here: RecordAt, new: Any) -> None:
        old = self.entries[here.group].get(here.ident)
        self.left += _waits(new) - _waits(old)
        if new is None:
            self.entries[here.group].pop(here.ident, None)
        else:
            self.entries[here.group][here.ident] = new
        self.dirty.add(here)


def _anchored(text: str, start: int, end: int) -> dict[str, Any]:
    """The anchor of words of a text; with what stands before them, where they stand more than once."""
    quote = text[start:end]
    once = text.count(quote) == 1
    prefix = "" if once else text[max(0, start - 24) : start]
    return {"quote": quote, "prefix": prefix, "suffix": "", "start": start, "end": end}


def _whens(rule: Rule) -> list[Mapping[str, tuple[str, ...]]]:
    return [c for part in (rule, *rule.readings.values()) for c in part.when]


def _names(value: Any, ident: str) -> bool:
    """Whether an id stands anywhere in plain data, as a key or a value."""
    if isinstance(value, Mapping):
        return ident in value or any(_names(v, ident) for v in value.values())
    if isinstance(value, list | tuple | set):
        return any(_names(v, ident) for v in value)
    return bool(value == ident)


def _waits(item: Any) -> int:
    review = getattr(item, "review", None)
    return int(review is not None and review.state == "suggested")


def _own(s: Statement) -> dict[str, tuple[str, ...]]:
    return {s.issue: s.options} if s.issue and s.options else {}


def _joined(conditions: Iterable[Mapping[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    return {issue: options for condition in conditions for issue, options in condition.items()}


def _found(text: str, names: Mapping[str, Iterable[str]]) -> str | None:
    """The id that a text means: an id, a name, or the only beginning of a name."""
    key = text.casefold()
    exact = [i for i, others in names.items() if key in (i.casefold(), *(n.casefold() for n in others))]
    begun = [
        i for i, others in names.items() if key and any(n.casefold().startswith(key) for n in (i, *others))
    ]
    return exact[0] if exact else begun[0] if len(begun) == 1 else None


def _slug(name: str) -> str:
    return re.sub(r"[\W_]+", "-", name.casefold()).strip("-")[:40]


def _free(base: str, taken: Iterable[str]) -> str:
    known = set(taken)
    return next(i for i in (base, *(f"{base}-{n}" for n in range(2, 100_000))) if i not in known)


def _moment(text: str) -> Any:
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        return text
    if re.fullmatch(r"[12]\d{3}", text):
        return int(text)
    raise NotApplicable(f"expected a date such as 2025-03-17, 2025-03 or 2025, saw '{text}'")
