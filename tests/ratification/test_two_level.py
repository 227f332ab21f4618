"""``zopa.ratify`` on cases: win-sets, ratifiers, spoilers, commitments."""

import itertools
import json
from fractions import Fraction
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import zopa
from waiting.folders import folder
from zopa.case import Case
from zopa.cli import app
from zopa.space import compile_case
from zopa.views import Labels
from zopa.views.ratification import ratifier_sentence, spoiler_sentence, verdict

EXAMPLE = Path(str(files("zopa"))) / "examples" / "ukraine-2025"


def test_words_in_private_and_of_an_earlier_government_do_not_bind():
    words = {w.statement: w for w in zopa.ratify(zopa.load(EXAMPLE)).commitments}
    assert not words["us-private"].binds
    assert "in private" in words["us-private"].text
    assert not words["biden-seat"].binds
    assert words["ukr-condition"].binds
    assert "can be overruled" in words["us-partnership"].text


HOME = """
  P:
    name: Parliament of A
    role: ratifier
    ratifies: A
    seat: false
    basis: {assumed: for a test}
    weights: {line: 100}
    values: {line: {L0: 100, L1: 60, L2: 10}}
    reservation: 50
  M: {name: Militia, role: spoiler, seat: false, basis: {assumed: for a test}, weights: {line: 100},
      values: {line: {L0: 90, L1: 0, L2: 0}}, reservation: 40}
"""


def test_a_parliament_must_ratify_and_ties_the_hand_of_its_party(tmp_path):
    root = folder(tmp_path)
    text = (root / "case.yaml").read_text().replace("reservation: 30", "reservation: 0") + HOME
    (root / "case.yaml").write_text(text)
    case = zopa.load(root)
    answer = zopa.ratify(case)
    (parliament,) = answer.ratifiers
    assert (parliament.accepts, parliament.at_table, parliament.ratified) == (2, 3, 2)
    # B's best package is L2, worth 0 to A; with the parliament B must offer L1, worth 35
    assert parliament.gains == {"B": 35}
    labels = Labels(case)
    assert "2 would pass ratification (33 % would not)" in ratifier_sentence(parliament, labels)
    assert (
        "If Borduria makes the last offer, the need to ratify changes what Aland gets by +35.0 points"
        in str(answer)
    )
    assert [c.party for c in zopa.delay(case).curves] == ["A", "B", "P"]
    assert answer.win_sets.accepts == {"A": 3, "B": 3, "P": 2}
    assert (answer.win_sets.at_table, answer.win_sets.agreed) == (3, 2)
    militia = next(s for s in answer.spoilers if s.party == "M")
    assert (militia.refuses, militia.needed) == (Fraction(1, 2), False)
    assert "an agreement can be made without it" in spoiler_sentence(militia, labels)


def test_on_an_issue_with_places_each_party_accepts_what_is_no_farther_than_things_are_now(tmp_path):
    root = folder(tmp_path)
    text = (root / "case.yaml").read_text().replace(
        "line: {name: Line, options: {L0: left, L1: middle, L2: right}}",
        "line: {name: Line, now: L1, options: {L0: {label: left, at: 20}, L1: {label: middle, at: 40}, L2: {label: right, at: 60}}}",
    )  # fmt: skip
    (root / "case.yaml").write_text(text)
    (line,) = zopa.ratify(zopa.load(root)).lines
    # Romer & Rosenthal: ideals 20 and 60 around 40
    assert line.accepts == {"A": (0, 40), "B": (40, 80)}
    assert line.common == (40, 40)
    (root / "case.yaml").write_text(
        text.replace("B:\n    name: Borduria", "B:\n    name: Borduria").replace(
            "L0: 0, L1: 33, L2: 100", "L0: 90, L1: 33, L2: 10"
        )
    )
    (line,) = zopa.ratify(zopa.load(root)).lines
    assert line.common == (0, 40)
    assert zopa.ratify(
        zopa.load(EXAMPLE)
    ).win_sets.accepts  # the example has win-sets over packages in any case


def three(**more):
    """Three parties over one issue with places; C has said nothing about it."""
    options = {k: {"label": k, "at": at} for k, at in (("l", 0), ("m", 50), ("r", 100))}
    values = {"A": {"l": 100, "m": 40, "r": 0}, "B": {"l": 0, "m": 40, "r": 100}, "C": {}}
    parties = {
        p: {"name": p, "weights": {"i": 100}, "values": {"i": v} if v else {}, "reservation": 30}
        for p, v in values.items()
    }
    spec = {"title": "t", "issues": {"i": {"name": "i", "now": "m", "options": options}}, "parties": parties}
    return Case.model_validate(spec | more)


def test_a_party_that_has_said_nothing_about_an_issue_has_no_place_on_its_line():
    (line,) = zopa.ratify(three()).lines
    assert line.ideals == {"A": 0, "B": 100}
    assert (line.accepts["A"], line.common) == ((-50, 50), (50, 50))


def test_whoever_an_agreement_can_do_without_could_spoil_it():
    answer = zopa.ratify(three(agreement={"required": ("A",), "at_least": 2}))
    assert [(s.party, s.seat, s.needed) for s in answer.spoilers] == [("B", True, False), ("C", True, False)]
    # A takes l and m, where C (50 by default) always accepts; of these two B refuses l
    assert [s.refuses for s in answer.spoilers] == [Fraction(1, 2), 0]
    assert zopa.ratify(three()).spoilers == ()


def made(seed):
    """A small case: two or three parties at the table, one or two ratifiers, random numbers."""
    rng = np.random.default_rng(seed)
    issues = {
        f"i{k}": [f"o{k}{n}" for n in range(int(rng.integers(2, 4)))] for k in range(int(rng.integers(1, 4)))
    }
    table = ["A", "B", "C"][: int(rng.integers(2, 4))]
    home = ["P", "Q"][: int(rng.integers(1, 3))]
    share = np.full(len(issues), 100 // len(issues))
    share[0] += 100 - share.sum()

    def party(name):
        noun = {
            "name": name, "reservation": float(rng.integers(0, 80)),
            "weights": {i: float(w) for i, w in zip(issues, share, strict=True)},
            "values": {i: {o: float(rng.integers(0, 101)) for o in os} for i, os in issues.items()},
        }  # fmt: skip
        if name in home:
            noun |= {"role": "ratifier", "ratifies": str(rng.choice(table)), "seat": False}
        return noun

    data = {
        "title": "t", "parties": {p: party(p) for p in (*table, *home)},
        "issues": {i: {"name": i, "options": {o: o for o in os}} for i, os in issues.items()},
    }  # fmt: skip
    if len(table) == 3 and rng.random() < 0.5:
        data["agreement"] = {"required": ("A",), "at_least": 2}
    return Case.model_validate(data), table, home


@pytest.mark.parametrize("seed", range(40))
def test_win_sets_and_tied_hands_are_those_of_a_list_of_all_packages(seed):
    case, table, home = made(seed)
    answer = zopa.ratify(case)
    worth = {}
    for p, party in case.parties.items():
        own = {i: {o: Fraction(str(j.best)) for o, j in row.items()} for i, row in party.values.items()}
        weight = {i: Fraction(str(j.best)) for i, j in party.weights.items()}
        worth[p] = {
            package: sum(weight[i] * own[i][o] for i, o in zip(case.issues, package, strict=True)) / 100
            for package in itertools.product(*(i.options for i in case.issues.values()))
        }
    accepts = {
        p: {k for k, u in row.items() if u >= Fraction(str(case.parties[p].reservation.best))}
        for p, row in worth.items()
    }
    everybody = set.intersection(*(accepts[p] for p in table))
    assert answer.win_sets.accepts == {p: len(accepts[p]) for p in worth}
    assert answer.win_sets.at_table == len(everybody)
    if case.agreement.at_least is None:
        agreed = set.intersection(everybody, *(accepts[p] for p in home))
    else:
        enough = {k for k in worth["A"] if k in accepts["A"] and sum(k in accepts[p] for p in table) >= 2}
        agreed = set.intersection(enough, *(accepts[p] for p in home))
    assert answer.win_sets.agreed == len(agreed)
    assert answer.ratifiable == bool(agreed)
    for r in answer.ratifiers:
        assert (r.accepts, r.ratified) == (len(accepts[r.party]), len(everybody & accepts[r.party]))
        for proposer, gain in r.gains.items():
            assert proposer in table
            assert proposer != r.ratifies
            outcomes = []
            for open_ in (everybody, everybody & accepts[r.party]):
                top = max((worth[proposer][k] for k in open_), default=None)
                ties = [worth[r.ratifies][k] for k in open_ if worth[proposer][k] == top]
                outcomes.append(min(ties, default=None))
            assert gain == (None if None in outcomes else outcomes[1] - outcomes[0])


def test_the_verdict_says_what_is_left():
    case, _, _ = made(3)
    sets = zopa.ratify(case).win_sets
    said = verdict(zopa.ratify(case))
    assert f"{sets.admissible:,} allowed packages" in said
    shut = zopa.ratify(zopa.load(EXAMPLE), "E")
    assert not shut.ratifiable
    assert shut.win_sets.agreed == 0


def test_the_command_answers_and_its_exit_code_says_whether_an_agreement_is_left():
    run = CliRunner().invoke
    shown = run(app, ["ratify", "ukraine-2025"])
    assert shown.exit_code == 0
    assert "us-private" in shown.output
    assert "said in private by U.S. officials: not a commitment" in shown.output
    assert run(app, ["ratify", "ukraine-2025", "-r", "E"]).exit_code == 1
    data = json.loads(run(app, ["ratify", "ukraine-2025", "--json"]).output)
    assert data["question"]["verb"] == "ratify"
    assert set(data["answer"]) >= {"win_sets", "lines", "ratifiers", "spoilers", "commitments"}


def test_a_ratifier_counts_in_the_zone_that_delay_looks_at():
    case, table, home = made(1)
    assert compile_case(case).parties == tuple(table)
    assert [c.party for c in zopa.delay(case).curves] == [*table, *home]
