"""The nouns of a case: frozen, strict models. No maths here; numbers are made in ``judgments``.

What they are made of is in ``base``; what a lens adds is in a module of the lens's name.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from zopa.case.basis import (
    STANCES,
    WEIGHT_WORDS,
    Basis,
    Ids,
    Judgment,
    Moment,
    Noun,
    Number,
    Quantity,
    Text,
    Value,
    Weight,
    When,
)
from zopa.case.costs import CostRow, CostSettings
from zopa.case.division import Division
from zopa.case.graph import Graph

__all__ = [
    "KINDS",
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
    "json_schema",
]
Kind = Literal[
    "position", "demand", "red_line", "offer", "conditional_offer", "concession", "threat", "commitment",
    "intention", "goal", "hope", "expectation", "reluctance", "refusal", "condition", "no_position",
    "assessment", "belief", "criticism", "report", "shift", "author_claim",
]  # fmt: skip
KINDS: tuple[str, ...] = Kind.__args__  # type: ignore[attr-defined]
Stance = Literal["demand", "prefer", "accept", "conditional", "oppose", "red-line", "silent"]
Firmness = Literal["hedged", "stated", "firm"]


class Option(Basis):
    """A possible answer to an issue; its basis says why it is on the list."""

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
    role: Literal["party", "ratifier", "mediator", "spoiler", "observer"] = "party"
    ratifies: str | None = Field(None, description="the party for which this one ratifies")
    seat: bool = Field(True, description="sits at the table")
    basis: Basis | None = Field(
        None, description="basis of this party's judgments that give none of their own"
    )
    weights: dict[str, Weight] = Field(default_factory=dict)
    values: dict[str, dict[str, Value]] = Field(default_factory=dict)
    points: dict[str, dict[str, Number]] = Field(
        default_factory=dict,
        description="scores that add up, on the party's own scale, instead of weights and values",
    )
    reservation: Quantity | None = Field(None, description="utility of no agreement")
    start: dict[str, str] = Field(default_factory=dict, description="starting position: option per issue")
    start_basis: dict[str, Basis] = Field(
        default_factory=dict, description="basis per issue of the starting position"
    )
    capability: Quantity | None = Field(None, description="means to press, 0-100; needed for a forecast")
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


def _conditions(value: object) -> object:
    return (value,) if isinstance(value, dict) else value


Conditions = Annotated[
    tuple[dict[str, Ids], ...], BeforeValidator(_conditions),
    WithJsonSchema({"description": "options per issue, all of which must hold; a list means any one of them",
        "anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]}),
]  # fmt: skip


class ClauseText(Basis):
    """``when`` these options, ``only if`` those; without ``only if`` the combination is ruled out."""

    says: str = Field("", description="the same in plain words")
    when: Conditions = ()
    only_if: Conditions = ()


class Reading(ClauseText):
    """One formal meaning of a statement. Without ``when`` and ``clauses`` it binds nobody."""

    clauses: tuple[ClauseText, ...] = Field((), description="several clauses, when one is not enough")


class Rule(Reading):
    """A red line or a conditional offer, with its alternative readings."""

    party: str | None = None
    readings: dict[str, Reading] = Field(default_factory=dict)
    default: str | None = Field(None, description="the reading used unless another is chosen")
    firmness: Firmness | None = None


class ReadingSet(Noun):
    """A named choice of readings: rule -> reading; ``off`` sets a rule aside, ``all: off`` all others."""

    says: str = ""
    choose: dict[str, str] = Field(default_factory=dict)
    all: Literal["default", "off"] = "default"


class Interaction(Basis):
    """Points added to a party's utility when all these options meet."""

    party: str
    when: dict[str, Ids]
    points: Number


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


class Review(Noun):
    """State of a statement: only accepted or edited ones reach the model."""

    state: Literal["suggested", "accepted", "edited", "rejected"] = "accepted"
    by: str = ""
    on: date | None = None
    why: str = ""


class Anchored(Noun):
    """A span of a source: exact text, with prefix and suffix, and offsets in code points."""

    source: str
    quote: Text
    prefix: str = Field("", description="text just before the quote, when the quote stands more than once")
    suffix: str = ""
    start: Annotated[int, Field(ge=0)] | None = None
    end: Annotated[int, Field(ge=0)] | None = None


class Statement(Anchored):
    """A span of a source and what it was read as."""

    kind: Kind
    speaker: str | None = None
    party: str | None = Field(None, description="the party that it counts for; default: the speaker's")
    said: Moment | None = None
    channel: Literal["public", "private", "statement", "leak"] = "public"
    to: str | None = Field(None, description="addressee")
    reported_by: str | None = None
    about: str = Field("", description="the content in our own neutral words")
    issue: str | None = None
    options: Ids = ()
    stance: Stance | None = None
    firmness: Firmness | None = None
    when: Conditions = Field((), description="with a conditional: the options offered")
    only_if: Conditions = Field((), description="with a conditional: the options asked for in return")
    condition: str = Field("", description="the words of the condition")
    consequent: str = Field("", description="the words of what is offered")
    cue: str = ""
    strength: Annotated[int, Field(ge=-2, le=2)] | None = None
    reporter_frame: str = ""
    extractor: str = ""
    why: str = ""
    review: Review = Review()
    history: tuple[Review, ...] = ()


class Contact(Anchored):
    """A call, a meeting, a visit, an exchange, a document handed over; done or planned."""

    type: Literal[
        "call", "meeting", "visit", "exchange", "release", "document", "agreement", "speech", "aid", "other"
    ]
    what: Text
    who: Ids = ()
    where: str = ""
    when: Moment | None = None
    realised: bool = True
    review: Review = Review()


class Figure(Anchored):
    """A number in a source, with its unit and date."""

    value: float | None = Field(None, description='null where the words give no number ("millions")')
    unit: str = ""
    of: Text
    as_of: Moment | None = None
    review: Review = Review()


class Shift(Anchored):
    """A change of stance, reported or computed from two statements."""

    party: str | None = None
    issue: str | None = None
    before: str | None = Field(None, description="statement id")
    after: str | None = Field(None, description="statement id")
    direction: Literal["softer", "harder", "changed"] = "changed"
    by: Literal["reporter", "analyst", "computed"] = "analyst"
    what: str = ""
    review: Review = Review()


class Source(Noun):
    """A text with its publication data; ``text`` is normalised (no BOM, LF, NFC)."""

    title: str = ""
    publisher: str = ""
    date: str = ""
    url: str = ""
    sha256: str = ""
    licence: str = ""
    access: Literal["public", "restricted", "do-not-quote"] = "public"
    file: str = ""
    text: str = Field("", repr=False, exclude=True)


class Head(Noun):
    """The plain fields of a case; further sections of a lens are optional fields here."""

    title: Text
    about: str = ""
    as_of: date | None = None
    authors: str = ""
    basis: Basis | None = Field(None, description="basis of judgments that give none of their own")
    agreement: Agreement = Agreement()
    no_agreement: NoAgreement = NoAgreement()
    costs: CostSettings | None = Field(None, description="how waiting is valued; figures are in costs.csv")
    division: Division | None = Field(None, description="what could be split between the parties")
    graph: Graph | None = Field(None, description="who can do what alone, for the question of stability")
    numbers: Literal["as meant", "as typed"] = Field(
        "as meant", description="whether binary noise (14.719999999999999 for 14.72) is taken off"
    )
    rounding: float | None = Field(
        None,
        gt=0,
        le=100,
        description="round all utilities to multiples of this many points; exact without it",
    )


class Records(Noun):
    """What ``statements.yaml`` holds."""

    statements: dict[str, Statement] = Field(default_factory=dict)
    contacts: dict[str, Contact] = Field(default_factory=dict)
    figures: dict[str, Figure] = Field(default_factory=dict)
    shifts: dict[str, Shift] = Field(default_factory=dict)


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

    @property
    def derived(self) -> dict[Any, Any]:
        """What has been worked out from this case alone; a copy with other contents starts anew."""
        owner, memo = self.__dict__.get("_derived", (0, {}))
        if owner != id(self):
            memo = {}
            self.__dict__["_derived"] = (id(self), memo)
        return memo


def json_schema(which: str = "case") -> dict[str, Any]:
    """JSON Schema of ``case.yaml`` (``case``) or ``statements.yaml`` (``statements``), for editors."""
    if which == "statements":
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Records.model_json_schema()}
    schema = Case.model_json_schema()
    # These may be written as just their text.
    for noun in ("Option", "Item", "Never", "Priority"):
        schema["$defs"][noun] = {"anyOf": [{"type": "string"}, schema["$defs"][noun]]}
    for name in (*Records.model_fields, "sources", "cost_rows", "tables", "digest", "folder"):
        schema["properties"].pop(name, None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
