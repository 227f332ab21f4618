"""How much of a case is on record: what waits for review, what no one said, which refusals no rule carries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from zopa.case.estimates import (
    GAP,
    accepted,
    all_rules,
    once,
    reservation,
    share_by_basis,
    speaks_for,
    values,
    voters,
    weights,
)
from zopa.case.model import Case
from zopa.case.records import Records, Statement

__all__ = ["MOST_UNSOURCED", "UNREAD", "OnRecord", "breaks", "cited", "on_record", "uncarried"]

MOST_UNSOURCED = Fraction(3, 4)
"""Largest share of the judgments about what the parties value that may have no source at all. A judgment that
somebody assumed openly has a source: whoever assumed it. A convention; every command that answers takes another."""


UNREAD = "accepted together, unread"
"""The reason that a review notes for a record that it took without anybody looking at it."""


@dataclass(frozen=True)
class OnRecord:
    """What a case rests on.

    Attributes
    ----------
    waiting : group of records -> how many of them wait for review; groups without any are left out.
    parties, issues : those on which nothing accepted, and no judgment with a basis, says anything.
    unsourced : share of the judgments about what the parties value that nobody said or wrote.
    limit : the largest such share with which an answer is given.
    vague : accepted refusals and red lines that no rule carries and that name no option, by statement id: whether a
        package breaks them cannot be told.
    unread : how many statements were accepted together without anybody reading them.
    limited : whether each party has a reservation value; one that has none counts as accepting every package, so a
        verdict about all would not be about it.
    sides : how many parties there are whose acceptance counts; a negotiation needs two.
    unlimited : the parties without a reservation value.
    silent : whether the case has accepted statements, and none by the day at which it was cut.
    said : whether anything was said by a party: an accepted statement of one, or a stated judgment or rule.
    """

    waiting: Mapping[str, int]
    parties: tuple[str, ...]
    issues: tuple[str, ...]
    unsourced: Fraction
    limit: Fraction
    vague: tuple[str, ...] = ()
    unread: int = 0
    limited: bool = True
    sides: int = 2
    unlimited: tuple[str, ...] = ()
    silent: bool = False
    said: bool = True

    @property
    def enough(self) -> bool:
        """Whether a verdict may rest on it. Contacts, figures and shifts that wait do not count, and do not hinder."""
        return self.enough_words and self.limited and self.unsourced <= self.limit

    @property
    def enough_words(self) -> bool:
        """The same for an answer that rests on the words alone and needs no number."""
        unread = self.unread or self.waiting.get("statements", 0)
        return not (unread or self.parties or self.issues or self.vague or self.silent or self.sides < 2)


def on_record(case: Case, limit: Fraction | float = MOST_UNSOURCED) -> OnRecord:
    """How much of a case is on record; ``limit`` as in :data:`MOST_UNSOURCED`."""
    counts = share_by_basis(case)
    total = sum(counts.values())
    states = {g: [r.review.state for r in getattr(case, g).values()] for g in Records.model_fields}
    waiting = {g: listed.count("suggested") for g, listed in states.items() if "suggested" in listed}
    said = accepted(case).values()
    parties = {speaks_for(case, s) for s in said} | {r.party for r in all_rules(case).values()}
    issues = {s.issue for s in said}
    for rule in all_rules(case).values():
        parts = (
            rule,
            *rule.clauses,
            *rule.readings.values(),
            *(c for r in rule.readings.values() for c in r.clauses),
        )
        issues |= {i for part in parts for condition in (*part.when, *part.only_if) for i in condition}
    for words in case.comparisons:
        parties.add(words.party)
        issues.update(words.accepts, words.refuses, words.prefers, words.to, words.ranks)
    unlimited = tuple(p for p in voters(case) if reservation(case, p) is None)
    return OnRecord(
        waiting,
        tuple(p for p in voters(case) if p not in parties and not _judged(case, p)),
        tuple(i for i in case.issues if i not in issues and not _valued(case, i)),
        Fraction(counts[GAP], total) if total else Fraction(1),
        Fraction(str(limit)) if isinstance(limit, float) else Fraction(limit),
        vague=tuple(
            ident
            for ident, s in uncarried(case).items()
            if not (s.issue and s.options) and not _packages_refused(case, ident)
        ),
        unread=sum(s.review.why == UNREAD for s in said),
        limited=not unlimited,
        unlimited=unlimited,
        sides=len(voters(case)),
        said=bool(counts.get("stated"))
        or any(speaks_for(case, s) for s in said)
        or any(x.kind == "stated" for x in (*all_rules(case).values(), *case.comparisons)),
        silent=bool(case.said_later) and not said,
    )


def _judged(case: Case, party: str) -> bool:
    """Whether any judgment about a party has a basis."""
    if case.parties[party].points or reservation(case, party) is not None:
        return True
    cells = [
        *weights(case, party).values(),
        *(e for i in case.issues for e in values(case, party, i).values()),
    ]
    return any(not e.gap for e in cells)


def _valued(case: Case, issue: str) -> bool:
    return any(
        issue in case.parties[p].points or any(not e.gap for e in values(case, p, issue).values())
        for p in voters(case)
    )


@once
def cited(case: Case) -> frozenset[str]:
    """The statements that a rule rests on, those included that bind by themselves."""
    found: set[str] = set()
    for rule in all_rules(case).values():
        parts = (
            rule,
            *rule.clauses,
            *rule.readings.values(),
            *(c for r in rule.readings.values() for c in r.clauses),
        )
        found |= {ident for part in parts for ident in part.statements}
    return frozenset(found)


@once
def uncarried(case: Case) -> dict[str, Statement]:
    """Accepted refusals and red lines that no rule carries: nothing keeps a package from breaking them."""
    return {
        ident: s
        for ident, s in accepted(case).items()
        if (s.kind in ("red_line", "refusal") or s.stance == "red-line")
        and s.stance not in ("demand", "prefer", "accept")
        and ident not in cited(case)
        and not _answered(case, s)
    }


def _answered(case: Case, s: Statement) -> bool:
    """Whether the words are not a refusal of a party to the dispute: a commentator, a reporter."""
    speaker = case.speakers.get(s.speaker) if s.speaker else None
    return s.party is None and speaker is not None and speaker.authority in ("commentator", "reporter")


def breaks(case: Case, package: Mapping[str, str]) -> tuple[str, ...]:
    """The refusals and red lines that no rule carries and that a package goes against, by statement id."""
    return tuple(
        ident
        for ident, s in uncarried(case).items()
        if (s.issue and package.get(s.issue) in s.options)
        or any(refused.items() <= package.items() for refused in _packages_refused(case, ident))
    )


def _packages_refused(case: Case, ident: str) -> tuple[Mapping[str, str], ...]:
    """The packages that a comparison says a statement refuses, an option per issue; others are open."""
    return tuple(c.refuses for c in case.comparisons if c.refuses and ident in c.statements)
