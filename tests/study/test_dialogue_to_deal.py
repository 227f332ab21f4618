"""From dialogue to deal: cues by hand, a reader that learns what was planted, and the reference's figures on real talks."""

from __future__ import annotations

import itertools
import json
import random
import tomllib
from pathlib import Path

import numpy as np
import pytest
from benchmarks import casino, deu, deu_zones

from zopa.errors import NotApplicable
from zopa.reading.priorities import ItemWords, PriorityReader, TalkTurn, cues, first_mentions

ITEMS = {
    "land": ItemWords(("land",), ("field*",)),
    "water": ItemWords(("water",)),
    "road": ItemWords(("road", "roads")),
}
needs_casino = pytest.mark.skipif(not casino.FILE.exists(), reason="the CaSiNo dialogues are not here")
needs_deu = pytest.mark.skipif(not deu.FILE.exists(), reason="the DEU data set is not here")


def test_cues_of_a_mention_are_the_words_around_it_and_who_said_them() -> None:
    talk = [TalkTurn("A", "I need two water, not the fields."), TalkTurn("B", "You can have the road.")]
    found = cues(talk, "A", ITEMS)
    assert {"own I ITEM", "own-1 2", "own I amount 2", "own<need", "own>not", "own first 1"} <= set(
        found["water"]
    )
    assert {"own I item", "own<OTHER", "own first 2", "other never"} <= set(found["land"])
    assert {"other you ITEM", "own never", "other first 1"} <= set(found["road"])
    seen_by_b = cues(talk, "B", ITEMS)
    assert {"other I ITEM", "own never"} <= set(seen_by_b["water"])
    assert first_mentions(talk, "A", ITEMS) == ("water", "land")


def test_an_item_s_own_name_is_no_cue_so_items_may_be_exchanged() -> None:
    one = cues([TalkTurn("A", "I need the water most, then land")], "A", ITEMS)
    other = cues([TalkTurn("A", "I need the road most, then water")], "A", ITEMS)
    assert one["water"] == other["road"]
    assert one["land"] == other["water"]
    assert one["road"] == other["land"]


def test_a_reader_fitted_on_some_items_reads_others() -> None:
    rng = random.Random(1)
    found, orders = [], []
    for _ in range(60):
        a, b, c = order = rng.sample(list(ITEMS), 3)
        turns = [f"I really need {a}.", f"Some {b} would be nice.", f"You can have the {c}."]
        rng.shuffle(turns)
        found.append(cues([TalkTurn("A", t) for t in turns], "A", ITEMS))
        orders.append(order)
    reader = PriorityReader.fit(found, orders, penalties=[1.0])
    assert all(reader.order(f) == tuple(o) for f, o in zip(found, orders, strict=True))
    new = {"gold": ItemWords(("gold",)), "salt": ItemWords(("salt",)), "silk": ItemWords(("silk",))}
    talk = [TalkTurn("A", "You can have the gold. I really need salt. Some silk would be nice.")]
    talk = [TalkTurn("A", t) for t in talk[0].text.split(". ")]
    assert reader.order(cues(talk, "A", new)) == ("salt", "silk", "gold")
    chances = reader.chances(cues(talk, "A", new))
    assert sum(chances.values()) == pytest.approx(1)
    assert max(chances, key=lambda i: chances[i]) == "salt"


def test_the_slopes_of_the_likelihood_of_orders_are_those_of_finite_differences() -> None:
    from zopa.reading.priorities import _unlikely

    sums = np.array([[0.3, -0.2, 0.7, 0.1], [1.0, 0.0, -1.0, 0.4]])
    ends = np.array([[-0.5, 0.2, 0.1, 0.9], [0.3, -0.8, 0.0, 0.6]])
    total, *slopes = _unlikely(sums, ends)
    places = [1, 1 / 3, -1 / 3, -1]

    def odds(person: int, order: tuple[int, ...]) -> float:
        at = list(zip(places, order, strict=True))
        return float(np.exp(sum(p * sums[person][i] + p * p * ends[person][i] for p, i in at)))

    orders = list(itertools.permutations(range(4)))
    by_hand = -sum(np.log(odds(k, orders[0]) / sum(odds(k, o) for o in orders)) for k in range(2))
    assert total == pytest.approx(by_hand)
    for which, slope in enumerate(slopes):
        for at in np.ndindex(sums.shape):
            step = np.zeros((2, *sums.shape))
            step[which][at] = 1e-6
            up, down = (_unlikely(*(np.array([sums, ends]) + sign * step))[0] for sign in (1, -1))
            assert (up - down) / 2e-6 == pytest.approx(slope[at], abs=1e-5)


def test_what_shows_the_most_important_item_is_not_the_opposite_of_what_shows_the_least() -> None:
    """A cue that only tells the ends from the middle: one sum of weights cannot learn it, two can."""
    cues_of = {"a": {"extreme": 1.0, "up": 0.5}, "b": {}, "c": {"extreme": 1.0}}
    reader = PriorityReader.fit(
        [cues_of] * 40, [("a", "b", "c")] * 20 + [("c", "b", "a")] * 20, penalties=[1.0]
    )
    chances = reader.order_chances(cues_of)
    assert sum(chances.values()) == pytest.approx(1)
    assert chances["a", "b", "c"] + chances["c", "b", "a"] > 0.8
    first = reader.chances(cues_of)
    assert first["a"] == pytest.approx(sum(p for o, p in chances.items() if o[0] == "a"))


@pytest.mark.slow
def test_the_penalty_is_the_one_under_which_other_groups_are_likeliest() -> None:
    rng = random.Random(2)
    found = [
        {i: {f"noise {rng.randrange(30)}": 1.0, "said": float(k == 0)} for k, i in enumerate("abc")}
        for _ in range(60)
    ]
    orders = [tuple("abc") if rng.random() < 0.7 else tuple("bac") for _ in found]
    groups = [k % 3 for k in range(60)]

    def missed(penalty: float) -> float:
        total = 0.0
        for g in range(3):
            rest = [k for k in range(60) if groups[k] != g]
            reader = PriorityReader.fit(
                [found[k] for k in rest], [orders[k] for k in rest], penalties=[penalty], at_least=1
            )
            total -= sum(
                np.log(reader.order_chances(found[k])[orders[k]]) for k in range(60) if groups[k] == g
            )
        return total

    penalties = (0.01, 1.0, 50.0)
    best = min(penalties, key=missed)
    chosen = PriorityReader.fit(found, orders, penalties=penalties, groups=groups, at_least=1)
    assert chosen.weights == PriorityReader.fit(found, orders, penalties=[best], at_least=1).weights
    with pytest.raises(NotApplicable, match="two groups"):
        PriorityReader.fit(found, orders, penalties=penalties)
    with pytest.raises(NotApplicable, match="at most 6 items"):
        PriorityReader.fit([{i: {} for i in "abcdefg"}], ["abcdefg"])


def test_an_answer_to_a_question_without_items_carries_the_words_of_the_question() -> None:
    talk = [TalkTurn("B", "Hello! Which is your lowest priority?"), TalkTurn("A", "The road, then land.")]
    found = cues(talk, "A", ITEMS)
    assert {"own answers 1 lowest", "own answers 1 priority"} <= set(found["road"])
    assert "own answers 2 lowest" in found["land"]
    assert not any("hello" in c for c in found["road"])
    named = [TalkTurn("B", "Do you need land?"), TalkTurn("A", "The road.")]
    assert not any(c.startswith("own answers") for c in cues(named, "A", ITEMS)["road"])


def test_amounts_that_were_proposed_are_cues_of_who_would_get_them() -> None:
    items = {"land": ItemWords(("land",), units=3), "water": ItemWords(("water",), units=3)}
    talk = [
        TalkTurn("A", "I get 3 land and 1 water."),
        TalkTurn("B", "I keep 2 land, you get all the water."),
    ]
    found = cues(talk, "A", items)
    assert {"own proposes first 3 of 3", "other proposes last 1 of 3", "last split 1 of 3"} <= set(
        found["land"]
    )
    assert {"own proposes last 1 of 3", "last split 3 of 3"} <= set(found["water"])
    assert "last split 2 of 3" in cues(talk, "B", items)["land"]
    assert not any("proposes" in c for c in cues(talk, "A", ITEMS)["water"])


def test_fitting_without_known_orders_is_refused() -> None:
    with pytest.raises(NotApplicable, match="orders are known"):
        PriorityReader.fit([], [])


def test_zones_from_orders_alone_are_those_of_random_worths_that_keep_the_order() -> None:
    rng = np.random.default_rng(3)
    for order in casino.ORDERS:
        sure, conceivable = casino.accepted(order, casino.PACKAGES)
        draws = np.sort(rng.dirichlet(np.ones(3), 4000), axis=1)[:, ::-1]
        worth = np.zeros((4000, 3))
        for k, item in enumerate(order):
            worth[:, list(casino.ITEMS).index(item)] = draws[:, k]
        gain = casino.PACKAGES @ worth.T - draws[:, 0]
        assert (sure == (gain >= -1e-9).all(axis=1)).all()
        assert (conceivable == (gain >= -1e-9).any(axis=1)).all()
    sizes = {int(casino.zones((a, b))["sure"].sum()) for a in casino.ORDERS for b in casino.ORDERS}
    assert sizes == {32, 36}


def test_the_gates_are_the_reference_s_and_name_figures_that_are_shown() -> None:
    gates = {
        g["measure"]: g for g in tomllib.loads(casino.GATES.read_text(encoding="utf-8"))["casino"]["gates"]
    }
    assert gates["top"]["at_least"] == 0.85
    assert gates["order"]["at_least"] == 0.65
    assert gates["bits_read"]["at_most"] == 4.80
    assert not casino.passes(gates["top"], casino.Mean(0.849, 0.84, 0.86))
    assert casino.passes(gates["bits_read"], casino.Mean(4.8, 4.7, 4.9))


def test_a_test_split_is_opened_once_per_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casino, "OPENED", tmp_path / "log.jsonl")
    split = tmp_path / "split.json.gz"
    split.write_bytes(b"x")
    casino.open_test(split, again=False)
    with pytest.raises(SystemExit, match="opened this on"):
        casino.open_test(split, again=False)
    casino.open_test(split, again=True)
    lines = [json.loads(x) for x in (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [x["again"] for x in lines] == [False, True]


@pytest.mark.slow
@needs_casino
def test_the_chain_on_the_training_dialogues() -> None:
    talks = casino.load(casino.FILE)
    figures = casino.run(talks)
    assert (len(talks), sum(t.deal is not None for t in talks)) == (900, 876)
    deal = figures.deal["true orders"]
    # The reference's table, exponents by a grid there.
    published = {"uniform": 6.0, "sum": 5.276, "difference": 5.010, "smallest": 4.512, "patterns": 4.085}
    for name, bits in published.items():
        assert deal[name].value == pytest.approx(bits, abs=0.015), name
    assert figures.zone["sure, true orders"]["covered"].value == pytest.approx(0.944, abs=0.0005)
    assert figures.zone["sure, true orders"]["log score"].value == pytest.approx(5.518, abs=0.0005)
    naive = figures.reading["100% of the turns, by first mention"]
    assert naive["top"].value == pytest.approx(0.772, abs=0.005)
    assert figures.deal["orders by first mention"]["smallest"].value == pytest.approx(4.953, abs=0.01)
    # All gates of the file are met.
    assert figures.gates["bits_true"].value <= 4.512
    assert figures.gates["bits_true_gain"].low >= 0.03
    assert figures.gates["bits_read"].value <= 4.80
    assert figures.gates["conceivable"].value >= 0.99
    assert figures.gates["top"].value >= 0.85
    assert figures.gates["order"].value >= 0.65


@needs_deu
@pytest.mark.parametrize(
    ("rule", "covered", "size", "band"),
    [
        ("every actor", 0.281, 0.117, 0.123),
        ("at least 80 % of members + both", 0.411, 0.257, 0.289),
        ("at least 72 % of members + both", 0.466, 0.312, 0.356),
        ("at least 62 % of members + both", 0.534, 0.377, 0.415),
        ("at least 50 % of members + both", 0.613, 0.470, 0.518),
        ("at least 80 % of members", 0.474, 0.329, 0.356),
        ("at least 72 % of members", 0.538, 0.396, 0.427),
        ("at least 62 % of members", 0.636, 0.494, 0.518),
        ("at least 50 % of members", 0.767, 0.648, 0.672),
    ],
)
def test_the_zones_of_european_legislation_are_the_reference_s(
    rule: str, covered: float, size: float, band: float
) -> None:
    issues = deu_zones.load(deu.FILE)
    assert len(issues) == 253
    found = deu_zones.against(issues, next(r for r in deu_zones.RULES if r.name == rule)).mean(axis=0)
    assert found == pytest.approx([covered, size, band], abs=0.0005)
