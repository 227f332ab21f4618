"""What sources say: texts with their publication data, and statements, contacts, figures and shifts found in them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from zopa.case.basis import Ids, Moment, Noun, Text
from zopa.case.rules import Conditions, Firmness

__all__ = [
    "KINDS",
    "Anchored",
    "Contact",
    "Figure",
    "Records",
    "Review",
    "Shift",
    "Source",
    "Statement",
    "decided",
]

Kind = Literal[
    "position",
    "demand",
    "red_line",
    "offer",
    "conditional_offer",
    "concession",
    "threat",
    "commitment",
    "intention",
    "goal",
    "hope",
    "expectation",
    "reluctance",
    "refusal",
    "condition",
    "no_position",
    "assessment",
    "belief",
    "criticism",
    "report",
    "shift",
    "author_claim",
]
KINDS: tuple[str, ...] = Kind.__args__  # type: ignore[attr-defined]
Stance = Literal["demand", "prefer", "accept", "conditional", "oppose", "red-line", "silent"]


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
    language: str = Field(
        "",
        pattern=r"^([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$",
        description="language code of the text where it is not English (uk, de); quotes stay in it",
    )
    author: str = Field("", description="who wrote it; several names with a semicolon between them")
    file: str = ""
    text: str = Field("", repr=False, exclude=True)


class Records(Noun):
    """What ``statements.yaml`` holds."""

    statements: dict[str, Statement] = Field(default_factory=dict)
    contacts: dict[str, Contact] = Field(default_factory=dict)
    figures: dict[str, Figure] = Field(default_factory=dict)
    shifts: dict[str, Shift] = Field(default_factory=dict)


def decided(record: Statement | Contact | Figure | Shift) -> bool:
    """Whether a person decided about a record, or put it as it stands; otherwise it is an untouched suggestion."""
    return (
        record.review.state != "suggested"
        or bool(getattr(record, "history", ()) or record.review.by)
        or "split from" in getattr(record, "why", "")
    )
