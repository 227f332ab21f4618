"""Rules: when these options, only if those; each with its alternative readings, and named choices among them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from zopa.case.basis import Basis, Ids, Noun

__all__ = ["ClauseText", "Conditions", "Firmness", "Reading", "ReadingSet", "Rule"]

Firmness = Literal["hedged", "stated", "firm"]


def _conditions(value: object) -> object:
    return (value,) if isinstance(value, dict) else value


Conditions = Annotated[
    tuple[dict[str, Ids], ...],
    BeforeValidator(_conditions),
    WithJsonSchema(
        {
            "description": "options per issue, all of which must hold; a list means any one of them",
            "anyOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}],
        }
    ),
]


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
