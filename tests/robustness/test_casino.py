"""900 real dialogues from ranks alone (Chawla et al. 2021): what is sure truly is acceptable, and deals are conceivable."""

from __future__ import annotations

import gzip
import itertools
import json
from functools import cache

import pytest

from published import DATA
from zopa.robustness.compatible_set import WordRow
from zopa.robustness.verdicts import ask_necessary, ask_never

RANKS = ("High", "Medium", "Low")
POINTS = {"High": 5, "Medium": 4, "Low": 3}
WORDS = (
    WordRow("ranks", (1, -1, 0), strict=True, units=("high before medium",)),
    WordRow("ranks", (0, 1, -1), strict=True, units=("medium before low",)),
    WordRow("worth", (0, 0, 1), strict=True, units=("every item is worth something",)),
)
"""Worth of one unit of the high, medium, low item; no agreement is worth one unit of the high one (rule of the game)."""
Units = tuple[int, int, int]


@cache
def verdict(units: Units) -> str:
    gain = (units[0] - 1, units[1], units[2])
    if ask_necessary(WORDS, gain)[0] is None:
        return "necessary"
    return "never" if ask_never(WORDS, gain)[0] is None else "possible"


def closed_form(units: Units) -> str:
    if units[0] >= 1:
        return "necessary"
    return "never" if sum(units) <= 1 else "possible"


def test_verdicts_from_ranks_are_those_of_the_closed_form() -> None:
    for units in itertools.product(range(4), repeat=3):
        assert verdict(units) == closed_form(units), units


def test_in_the_training_dialogues_deals_are_conceivable_and_sure_packages_acceptable() -> None:
    path = DATA / "casino" / "casino_train.json.gz"
    if not path.exists():
        pytest.skip("needs ../shared/data/casino/casino_train.json.gz, which is not shipped")
    sizes: dict[int, int] = {}
    deals = sure_deals = conceivable_deals = 0
    for d in json.loads(gzip.decompress(path.read_bytes())):
        people = list(d["participant_info"])
        item = [{r: d["participant_info"][p]["value2issue"][r] for r in RANKS} for p in people]
        items = sorted(item[0].values())
        sure, conceivable = set(), set()
        for mine in itertools.product(range(4), repeat=3):
            counts = [
                dict(zip(items, mine, strict=True)),
                {i: 3 - n for i, n in zip(items, mine, strict=True)},
            ]
            units = [tuple(c[want[r]] for r in RANKS) for c, want in zip(counts, item, strict=True)]
            both = [verdict(u) for u in units]  # type: ignore[arg-type]
            if "never" not in both:
                conceivable.add(mine)
            if both == ["necessary", "necessary"]:
                sure.add(mine)
                worth = [sum(POINTS[r] * n for r, n in zip(RANKS, u, strict=True)) for u in units]
                assert min(worth) >= 5, "a sure package that is truly unacceptable"
        assert len(conceivable) == 58
        sizes[len(sure)] = sizes.get(len(sure), 0) + 1
        agreed = deal(d, people[0])
        if agreed is not None:
            deals += 1
            key = tuple(agreed[i] for i in items)
            sure_deals += key in sure
            conceivable_deals += key in conceivable
    assert sizes == {36: 444, 32: 456}
    assert deals == 876
    assert conceivable_deals == deals, "at least 99 % was asked for"
    assert round(sure_deals / deals, 3) == 0.944


def deal(d: dict, first: str) -> dict[str, int] | None:
    """The accepted counts of the first person."""
    log = d["chat_logs"]
    if log[-1]["text"] != "Accept-Deal":
        return None
    offer = next(x for x in reversed(log) if x["text"] == "Submit-Deal")
    own = "issue2youget" if offer["id"] == first else "issue2theyget"
    return {i: int(n) for i, n in offer["task_data"][own].items()}
