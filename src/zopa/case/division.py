"""Nouns of what can be split: the ``division`` section of ``case.yaml``."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BeforeValidator, Field

from zopa.case.basis import Basis, Noun, Number, Quantity, Text, Weight

__all__ = ["Claims", "Division", "Item"]


class Item(Noun):
    """Something to divide."""

    short: ClassVar[str] = "name"
    name: Text
    divisible: bool = Field(True, description="can be shared in parts")


def _item(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


class Claims(Basis):
    """An estate that is smaller than the claims on it."""

    estate: Number
    of: dict[str, Quantity] = Field(min_length=1, description="claim per party")
    unit: str = ""


class Division(Noun):
    """What the parties could divide. Each part is optional; a method says which one it needs."""

    items: dict[str, Annotated[Item, BeforeValidator(_item)]] = Field(default_factory=dict)
    points: dict[str, dict[str, Weight]] = Field(
        default_factory=dict,
        description="how much each item is worth to a party: numbers, or words such as high",
    )
    bids: dict[str, dict[str, Quantity]] = Field(
        default_factory=dict, description="money each party bids on each item"
    )
    money: str = Field("", description="unit of the bids")
    claims: Claims | None = None
    coalitions: dict[str, Quantity] = Field(
        default_factory=dict, description="worth of each coalition: party, or parties joined by +"
    )
    points_per_money: dict[str, Quantity] = Field(
        default_factory=dict,
        description="points that one unit of money is worth to a party; opens side payments",
    )
    basis: Basis | None = Field(None, description="basis of what gives none of its own")
