"""A case: parties, speakers, issues with their options, who must agree; frozen, strict models without maths.

What they are made of is in ``basis``, what sources say in ``records``, rules in ``rules``, what a lens adds in
``sections``. Numbers are made in ``estimates``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from datetime import date as date_
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field

from zopa.case.basis import (
    STANCES,
    WEIGHT_WORDS,
    Basis,
    Exact,
    Ids,
    Judgment,
    Noun,
    Quantity,
    Text,
    Value,
    Weight,
    When,
)
from zopa.case.costs import CostRow
from zopa.case.records import (
    KINDS,
    Anchored,
    Contact,
    Figure,
    Records,
    Review,
    Shift,
    Source,
    Statement,
)
from zopa.case.rules import ClauseText, Reading, ReadingSet, Rule
from zopa.case.sections import Sections

__all__ = [
    "KINDS",
    "NOT_WRITTEN",
    "STANCES",
    "WEIGHT_WORDS",
    "Agreement",
    "Anchored",
    "Basis",
    "Case",
    "ClauseText",
    "Contact",
    "Expected",
    "Figure",
    "Head",
    "Interaction",
    "Issue",
    "Judgment",
    "NoAgreement",
    "Option",
    "Outcome",
    "Party",
    "Reading",
    "ReadingSet",
    "Records",
    "Review",
    "Rule",
    "Shift",
    "Source",
    "Speaker",
    "Statement",
    "When",
]


class Option(Basis):
    """A possible answer to an issue; its basis says why it is on the list."""

    short: ClassVar[str] = "label"
    label: Text
    at: Annotated[float, Field(ge=0, le=100)] | None = Field(
        None, description="place on the issue's 0-100 line"
    )
    irreversible: bool = Field(False, description="once chosen it cannot be taken back")
    words: Ids = Field((), description="words or phrases in sources that suggest this option")


def _option(value: object) -> object:
    return {"label": value} if isinstance(value, str) else value


class Issue(Noun):
    """A question on the table."""

    name: Text
    question: str = ""
    options: dict[str, Annotated[Option, BeforeValidator(_option)]] = Field(min_length=1)
    now: str | None = Field(None, description="the option that says 'silent / as it is now'")
    holder: str | None = Field(None, description="the party that can settle this issue alone")
    words: Ids = Field((), description="words or phrases in sources that suggest this issue")
    scale: str = Field("", description="what 0 and 100 mean on the issue's line")


class Party(Noun):
    """Who must agree, or ratify, or can spoil."""

    name: Text
    about: str = Field("", description="who this is, in a sentence")
    role: Literal["party", "ratifier", "mediator", "spoiler", "observer"] = "party"
    ratifies: str | None = Field(None, description="the party for which this one ratifies")
    seat: bool = Field(True, description="sits at the table")
    basis: Basis | None = Field(
        None, description="basis of this party's judgments that give none of their own"
    )
    weights: dict[str, Weight] = Field(default_factory=dict)
    values: dict[str, dict[str, Value]] = Field(default_factory=dict)
    points: dict[str, dict[str, Exact]] = Field(
        default_factory=dict,
        description="scores that add up, on the party's own scale, instead of weights and values; "
        "numbers, or fractions such as 5/9",
    )
    reservation: Quantity | None = Field(None, description="utility of no agreement")
    discount: Annotated[float, Field(gt=0, le=1)] | None = Field(
        None,
        description="what is left of a utility at the deadline of talks: u d^t, t from 0 to 1; default 1",
    )
    start: dict[str, str] = Field(default_factory=dict, description="starting position: option per issue")
    start_basis: dict[str, Basis] = Field(
        default_factory=dict, description="basis per issue of the starting position"
    )
    saliences: dict[str, Quantity] = Field(
        default_factory=dict,
        description="how much an issue matters in a forecast, 0-100 each, used as they stand; the weight where left out",
    )
    capability: Quantity | None = Field(
        None, description="means to press, on one scale for all parties; needed for a forecast"
    )
    capabilities: dict[str, Quantity] = Field(
        default_factory=dict,
        description="means to press on single issues, where they differ from `capability`",
    )
    flexibility: Quantity | None = Field(
        None, description="how many places, 0-100, the party can be moved at most"
    )
    places: dict[str, Quantity] = Field(
        default_factory=dict,
        description="place on an issue's 0-100 line, where it is not that of the latest statement or start",
    )


class Speaker(Noun):
    """A person or office whose words count for a party."""

    name: Text
    party: str | None = Field(
        None, description="whom the speaker speaks for; none for commentators and the author"
    )
    office: str = ""
    authority: Literal["decides", "official", "former", "anonymous", "commentator", "reporter"] = "official"
    aliases: Ids = ()
    since: date | None = None
    until: date | None = None


class Interaction(Basis):
    """Points added to a party's utility when all these options meet."""

    party: str
    when: dict[str, Ids]
    points: Exact


class Agreement(Noun):
    """Whose acceptance makes an agreement. Default: every party with role ``party``."""

    required: Ids | None = Field(None, description="parties without which there is no agreement (vetoes)")
    at_least: Annotated[int, Field(ge=1)] | None = Field(
        None, description="how many parties must accept in all"
    )


class NoAgreement(Basis):
    """What happens without a deal."""

    says: str = ""


class Expected(Noun):
    """A published or computed answer that ``zopa check`` verifies."""

    answer: str = Field(description="address of the answer, for example zone.count or nash.packages")
    equals: Any = Field(description="what it must be; packages as lists of option ids in issue order")
    readings: str | None = Field(None, description="under which named set of readings")
    published: str = Field("", description="the publication that states it")
    derived: str = Field("", description="how it was computed when no publication states it")


class Outcome(Noun):
    """What was agreed in the end. No lens reads it: it is there to compare answers with."""

    date: date_ | None = Field(None, description="the day of the agreement, or of the end without one")
    agreed: dict[str, str] | Literal["none"] = Field(description="the agreed option per issue, or `none`")
    sources: Ids = Field((), description="ids of the texts that tell of it")
    about: str = ""

    @property
    def options(self) -> dict[str, str]:
        """The agreed option per issue; empty where nothing was agreed."""
        return self.agreed if isinstance(self.agreed, dict) else {}


def _outcome(value: object) -> object:
    """``{issue: option}`` and ``none`` stand for an outcome without date."""
    if value == {}:
        return None
    short = value == "none" or (isinstance(value, dict) and not set(value) & set(Outcome.model_fields))
    return {"agreed": value} if short else value


class Head(Sections):
    """The plain fields of a case, and the sections of the lenses."""

    title: Text
    about: str = ""
    as_of: date | None = None
    opened_at: date | None = Field(
        None,
        description="the day that answers are about unless another is asked for; default: all of the case",
    )
    authors: str = ""
    basis: Basis | None = Field(None, description="basis of judgments that give none of their own")
    agreement: Agreement = Agreement()
    no_agreement: NoAgreement = NoAgreement()
    outcome: Annotated[Outcome | None, BeforeValidator(_outcome)] = Field(
        None, description="what was agreed in the end: option per issue, or a mapping; read by no lens"
    )
    numbers: Literal["as meant", "as typed"] = Field(
        "as meant", description="whether binary noise (14.719999999999999 for 14.72) is taken off"
    )
    rounding: float | None = Field(
        None,
        gt=0,
        le=100,
        description="round all utilities to multiples of this many points; exact without it",
    )


class Case(Head, Records):
    """One dispute: the only thing that every lens, report and door reads."""

    parties: dict[str, Party] = Field(min_length=1)
    speakers: dict[str, Speaker] = Field(default_factory=dict)
    issues: dict[str, Issue] = Field(min_length=1)
    rules: dict[str, Rule] = Field(default_factory=dict)
    readings: dict[str, ReadingSet] = Field(default_factory=dict)
    interactions: tuple[Interaction, ...] = ()
    expect: tuple[Expected, ...] = ()
    # Not written in case.yaml.
    sources: dict[str, Source] = Field(default_factory=dict)
    cost_rows: tuple[CostRow, ...] = ()
    tables: dict[tuple[str, ...], Any] = Field(default_factory=dict, exclude=True, repr=False)
    digest: str = Field("", description="sha256 over the files that the case was loaded from")
    folder: str = Field("", exclude=True)
    cut: date | None = Field(None, exclude=True, description="the day that was asked for; see `at`")
    by_saying: bool = Field(False, exclude=True, description="the cut counts what was published later too")
    said_later: int = Field(
        0, exclude=True, description="not written: accepted statements that the cut leaves out"
    )
    published_later: int = Field(
        0, exclude=True, description="records said by the cut and published after it"
    )
    hidden: int = Field(0, exclude=True, description="quotations that access marks hide here")
    whole: Any = Field(None, exclude=True, repr=False, description="the case that this one was cut from")
    changed: dict[str, Any] = Field(
        default_factory=dict, exclude=True, repr=False, description="what was set; see `with_`"
    )

    def at(self, day: date | str) -> Case:
        """The case as of a day, without what was said or published later; see :func:`zopa.case.dates.as_of`."""
        from zopa.case.dates import as_of

        return as_of(self.whole or self, day).with_(self.changed)

    @property
    def asked_day(self) -> str:
        """What :meth:`at` was asked for, ``2025-02-13`` or ``said:2025-02-13``; empty where nothing was cut."""
        return f"{'said:' * self.by_saying}{self.cut}" if self.cut else ""

    @property
    def opened(self) -> Case:
        """The case at the day that it says it is opened at; itself where it names none."""
        if self.opened_at is None:
            return self
        kept = {"expect": self.expect, "cut": None, "whole": self}
        return self.at(self.opened_at).model_copy(update=kept)

    def with_(self, changes: Mapping[str, Any]) -> Case:
        """The case with other judgments: what if?

        Parameters
        ----------
        changes : path -> value
            ``parties.A.reservation``, ``parties.A.weights.ISSUE``, ``parties.A.values.ISSUE.OPTION``,
            ``agreement.at_least``, ``numbers`` and so on, with what the case file would have there; and
            ``rules.RULE.reading`` with the name of a reading or 'off', which becomes the rule's default.

        Raises
        ------
        UnknownName
            A section, party, issue, option, field, rule or reading that the case does not have.
        NotApplicable
            A value that the case file would not accept there.
        """
        from zopa.case.changes import with_changes

        return with_changes(self, changes) if changes else self

    def __repr__(self) -> str:
        return f"<Case: {self.title}: {len(self.parties)} parties, {len(self.issues)} issues, {len(self.statements)} statements>"

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        from importlib import import_module

        return str(import_module("zopa.render").case_html(self))

    def __copy__(self) -> Self:
        """A copy of the contents alone: what was worked out belongs to this case, whose place in memory may be used again."""
        copied = super().__copy__()
        copied.__dict__.pop("_derived", None)
        return copied

    @property
    def derived(self) -> dict[Any, Any]:
        """What has been worked out from this case alone; a copy with other contents starts anew."""
        owner, memo = self.__dict__.get("_derived", (0, {}))
        if owner != id(self):
            memo = {}
            self.__dict__["_derived"] = (id(self), memo)
        return memo


NOT_WRITTEN = (
    *Records.model_fields,
    "sources",
    "cost_rows",
    "tables",
    "digest",
    "folder",
    "cut",
    "by_saying",
    "published_later",
    "said_later",
    "hidden",
    "whole",
    "changed",
)
"""Fields of a case that do not stand in ``case.yaml``."""
