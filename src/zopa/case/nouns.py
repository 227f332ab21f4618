"""The nouns of a case: frozen, strict models. No maths here; numbers are made in ``judgments``.

Short forms that people write (``45``, ``[35, 55]``, ``prefer``) become the long form before
validation, so that every field has one shape in Python and one address in the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

__all__ = [
    "KINDS",
    "STANCES",
    "WEIGHT_WORDS",
    "Agreement",
    "Anchored",
    "Basis",
    "Case",
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

STANCES: Mapping[str, tuple[int, int, int]] = {
    "demand": (90, 100, 100),
    "prefer": (70, 80, 90),
    "accept": (50, 60, 70),
    "conditional": (20, 40, 60),
    "oppose": (0, 15, 30),
    "red-line": (0, 0, 0),
    "silent": (0, 50, 100),
}
"""Stance -> (low, best, high) value on the party's own 0-100 scale. A convention, open to change in a
case by writing the number; ``red-line`` also makes a rule."""

WEIGHT_WORDS: Mapping[str, int] = {"vital": 8, "high": 4, "medium": 2, "low": 1, "none": 0}
"""Words for weights, as ratios (each twice the one below); normalised to 100 per party."""

Kind = Literal[
    "position", "demand", "red_line", "offer", "conditional_offer", "concession", "threat", "commitment",
    "intention", "goal", "hope", "expectation", "reluctance", "refusal", "condition", "no_position",
    "assessment", "belief", "criticism", "report", "shift", "author_claim",
]  # fmt: skip
KINDS: tuple[str, ...] = Kind.__args__  # type: ignore[attr-defined]
Stance = Literal["demand", "prefer", "accept", "conditional", "oppose", "red-line", "silent"]
Firmness = Literal["hedged", "stated", "firm"]


def _expected(what: str, saw: object, hint: str = "") -> PydanticCustomError:
    return PydanticCustomError(
        "zopa", "expected {what}, saw {saw}", {"what": what, "saw": repr(saw), "hint": hint}
    )


class Noun(BaseModel):
    """Base of all nouns: frozen, strict, no unknown keys, no infinities."""

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", allow_inf_nan=False, populate_by_name=True
    )


Text = Annotated[str, Field(min_length=1, max_length=20_000)]
Number = Annotated[float, Field(ge=-1e9, le=1e9)]


def _as_tuple(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Ids = Annotated[
    tuple[str, ...],
    BeforeValidator(_as_tuple),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
"""One id or a list of ids."""


class Basis(Noun):
    """What a judgment rests on: stated (statement ids), inferred (ids and a reason) or assumed (a reason)."""

    stated: Ids = Field((), description="statement ids that say it")
    inferred: Ids = Field((), description="statement ids that it was inferred from; give `why`")
    assumed: str = Field("", description="the reason for an assumption that no statement supports")
    why: str = Field("", description="how it follows from the statements")
    by: str = Field("", description="whose judgment this is")

    @property
    def kind(self) -> str:
        """``stated``, ``inferred``, ``assumed``, or ``none`` where nothing was written."""
        if self.stated:
            return "stated"
        if self.inferred:
            return "inferred"
        return "assumed" if self.assumed else "none"

    @property
    def statements(self) -> tuple[str, ...]:
        """The statement ids behind it."""
        return self.stated + self.inferred


def _judgment(words: Mapping[str, object], what: str) -> Any:
    def normalise(value: object) -> object:
        if isinstance(value, bool) or value is None:
            raise _expected(what, value)
        if isinstance(value, int | float):
            return {"best": value}
        if isinstance(value, str):
            if value not in words:
                raise _expected(what, value, _near(value, words))
            return {"word": value}
        if isinstance(value, list | tuple):
            if len(value) != 2 or not all(
                isinstance(v, int | float) and not isinstance(v, bool) for v in value
            ):
                raise _expected(what, value, "an interval has two numbers")
            return {"low": value[0], "high": value[1]}
        if isinstance(value, dict) and value.get("word") is not None and value["word"] not in words:
            raise _expected(what, value["word"], _near(str(value["word"]), words))
        return value

    return normalise


def _near(word: str, words: Mapping[str, object]) -> str:
    from zopa.errors import nearest

    close = nearest(word, words)
    return f"did you mean '{close}'?" if close else ""


class Judgment(Basis):
    """A number, an interval, a rank or a word about a party, with its basis."""

    best: Number | None = Field(None, description="central estimate")
    low: Number | None = Field(None, description="lowest value that the words allow")
    high: Number | None = Field(None, description="highest value that the words allow")
    rank: Annotated[int, Field(ge=1, le=10_000)] | None = Field(
        None, description="1 is the first; ties allowed"
    )
    word: str | None = None

    def model_post_init(self, _context: object) -> None:
        """Check that exactly one form is used and that low <= best <= high."""
        forms = [self.best is not None or self.low is not None or self.high is not None,
                 self.rank is not None, self.word is not None]  # fmt: skip
        if sum(forms) != 1:
            raise _expected(
                "one of best/low/high, rank, word", "none" if not any(forms) else "several",
                "write a number, [low, high], {rank: 1} or a word",
            )  # fmt: skip
        low, best, high = self.low, self.best, self.high
        if (low is None) != (high is None):
            raise _expected("both low and high", "one of them")
        if low is not None and high is not None and not low <= (low if best is None else best) <= high:
            raise _expected("low <= best <= high", [low, best, high] if best is not None else [low, high])


def _judgment_schema(words: Mapping[str, object]) -> WithJsonSchema:
    number = {"type": "number"}
    text = {"type": "string"}
    ids = {"anyOf": [text, {"type": "array", "items": text}]}
    return WithJsonSchema({
        "description": "a number, [low, high], a word, or a mapping with a basis",
        "anyOf": [
            number,
            {"type": "array", "items": number, "minItems": 2, "maxItems": 2},
            *([{"enum": list(words)}] if words else []),
            {"type": "object", "additionalProperties": False, "properties": {
                "best": number, "low": number, "high": number, "rank": {"type": "integer", "minimum": 1},
                "word": {"enum": list(words)} if words else text, "stated": ids, "inferred": ids,
                "assumed": text, "why": text, "by": text,
            }},
        ],
    })  # fmt: skip


Weight = Annotated[
    Judgment,
    BeforeValidator(
        _judgment(WEIGHT_WORDS, "a number, [low, high], a rank or one of " + ", ".join(WEIGHT_WORDS))
    ),
    _judgment_schema(WEIGHT_WORDS),
]
Value = Annotated[
    Judgment,
    BeforeValidator(_judgment(STANCES, "a number, [low, high], a rank or one of " + ", ".join(STANCES))),
    _judgment_schema(STANCES),
]
Quantity = Annotated[
    Judgment, BeforeValidator(_judgment({}, "a number or [low, high]")), _judgment_schema({})
]


class When(Noun):
    """A date as an interval; ``2025-02-12``, ``2025-01`` (the month) and ``{from:, to:}`` are the short forms."""

    start: date | None = Field(None, alias="from")
    end: date | None = Field(None, alias="to")

    def __str__(self) -> str:
        if self.start == self.end and self.start:
            return self.start.isoformat()
        if self.start and self.end and self.start.day == 1 and (self.end.month, self.end.year) == (
            self.start.month, self.start.year,
        ) and self.end.day >= 28:  # fmt: skip
            return self.start.strftime("%Y-%m")
        return f"{self.start or '…'} to {self.end or '…'}"


def _when(value: object) -> object:
    if isinstance(value, date):
        return {"from": value, "to": value}
    if isinstance(value, str) and (m := re.fullmatch(r"(\d{4})-(\d\d)", value)) and 1 <= int(m[2]) <= 12:
        year, month = int(m[1]), int(m[2])
        following = date(year + month // 12, month % 12 + 1, 1)
        return {"from": date(year, month, 1), "to": date.fromordinal(following.toordinal() - 1)}
    if isinstance(value, int) and not isinstance(value, bool) and 1000 <= value <= 9999:
        return {"from": date(value, 1, 1), "to": date(value, 12, 31)}
    if isinstance(value, str) or not isinstance(value, dict):
        raise _expected("a date such as 2025-02-12, a month such as 2025-01, or {from:, to:}", value)
    return value


Moment = Annotated[
    When, BeforeValidator(_when),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "object", "properties": {
        "from": {"type": "string"}, "to": {"type": "string"}}}]}),
]  # fmt: skip


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
    digest: str = Field("", description="sha256 over the files that the case was loaded from")
    folder: str = Field("", exclude=True)


def json_schema(which: str = "case") -> dict[str, Any]:
    """JSON Schema of ``case.yaml`` (``case``) or ``statements.yaml`` (``statements``), for editors."""
    if which == "statements":
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Records.model_json_schema()}
    schema = Case.model_json_schema()
    # An option may be just its label.
    schema["$defs"]["Option"] = {"anyOf": [{"type": "string"}, schema["$defs"]["Option"]]}
    for name in (*Records.model_fields, "sources", "digest", "folder"):
        schema["properties"].pop(name, None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
