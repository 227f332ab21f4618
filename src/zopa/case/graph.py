"""Nouns of who can do what alone: the ``graph`` section of ``case.yaml``.

Without ``actions`` the section speaks about the issues of the case, and an issue's ``holder`` is who can
settle it alone. With ``actions`` it has yes/no questions of its own, each held by one party.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from zopa.case.basis import Basis, Ids, Noun, Text
from zopa.case.formula import FormulaError, parse

__all__ = ["Action", "Graph", "GraphMove", "GraphState", "Never", "Picture", "Priority"]


def _readable(text: str) -> str:
    try:
        parse(text)
    except FormulaError as error:
        what, _, saw = str(error).removeprefix("expected ").rpartition(", saw ")
        raise PydanticCustomError(
            "zopa", "expected {what}, saw {saw}", {"what": what, "saw": saw, "hint": error.hint}
        ) from None
    return text


FormulaText = Annotated[str, Field(min_length=1), AfterValidator(_readable)]
"""Such as ``RU_CF and UA_CF``, ``minerals if aid``, ``aid = A3 -> minerals != M1``."""


class Action(Basis):
    """Something one party can do alone, or leave. Its basis says why that is held to be possible."""

    holder: str = Field(description="the party that can do it alone")
    yes: Text = Field(description="what the party would do: 'keep sending weapons'")
    no: str = Field("", description="what it would do to undo it: 'stop sending weapons'")
    irreversible: Literal["yes", "no"] | None = Field(
        None, description="the answer that cannot be taken back once it was given"
    )


class Never(Basis):
    """A combination that cannot come about."""

    short: ClassVar[str] = "never"
    never: FormulaText


class Priority(Basis):
    """Something a party would rather have than not; those of a higher level outweigh all lower ones."""

    short: ClassVar[str] = "holds"
    holds: FormulaText = Field(description="where it is fulfilled")
    says: str = Field("", description="the same in plain words")
    level: Annotated[int, Field(ge=1)] | None = Field(
        None, description="1 is the most important, equal is tied; default: its place in the list"
    )
    unsure: bool = Field(False, description="it is not known whether the party prefers this or its opposite")


class GraphState(Noun):
    """A named state: the actions that are done, all others being left; or all issues' options."""

    says: str = ""
    yes: Ids = Field((), description="the actions that are done")
    options: dict[str, str] = Field(default_factory=dict, description="option per issue, without actions")


class GraphMove(Basis):
    """A move that is listed by itself, where moves do not follow from who holds what."""

    party: str
    start: str = Field(alias="from", description="a named state")
    end: str = Field(alias="to", description="a named state")


def _never(value: object) -> object:
    return {"never": value} if isinstance(value, str) else value


def _priority(value: object) -> object:
    return {"holds": value} if isinstance(value, str) else value


Nevers = tuple[
    Annotated[
        Never,
        BeforeValidator(_never),
    ],
    ...,
]
Priorities = tuple[
    Annotated[
        Priority,
        BeforeValidator(_priority),
    ],
    ...,
]


class Picture(Noun):
    """How a party sees the conflict where it differs from the analyst's view."""

    unseen: tuple[FormulaText, ...] = Field((), description="states that the party does not know of")
    preferences: dict[str, Priorities] = Field(
        default_factory=dict, description="what it believes about a party's preferences"
    )


class Graph(Noun):
    """Who can do what alone, what cannot come about, and what each party would rather have."""

    about: str = ""
    actions: dict[str, Action] = Field(default_factory=dict)
    never: Nevers = ()
    preferences: dict[str, Priorities] = Field(
        default_factory=dict, description="per party, most important first"
    )
    rankings: dict[str, tuple[Ids, ...]] = Field(
        default_factory=dict,
        description="per party, instead: all states from best to worst, by name or as a word of Y and N; "
        "an inner list is a tie",
    )
    ranking_basis: dict[str, Basis] = Field(default_factory=dict)
    states: dict[str, GraphState] = Field(default_factory=dict, description="states with names")
    status_quo: str | None = Field(None, description="a named state")
    moves: tuple[GraphMove, ...] = Field(
        (), description="with moves, the named states are all there are and nothing follows from actions"
    )
    pictures: dict[str, Picture] = Field(
        default_factory=dict, description="per party, for a conflict that the parties see differently"
    )
