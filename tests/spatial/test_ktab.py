"""KTAB's own reference logs, line by line, and what must hold for every rule."""

import csv
import re
from collections import defaultdict
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zopa.errors import NotApplicable, UnknownName
from zopa.formats import ktab_files as scenarios
from zopa.spatial import ktab

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "forecast" / "ktab"
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="the KTAB reference logs are not beside the project"
)
NUMBER = re.compile(r"[-+]?\d+\.\d+(?:[eE][-+]?\d+)?")


def numbers(line):
    return [float(v) for v in NUMBER.findall(line)]


def block(lines, at):
    """The rows of numbers that follow a heading."""
    rows = []
    for line in lines[at + 1 :]:
        if not re.fullmatch(r"[\s\d.+\-eE]+", line) or not NUMBER.search(line):
            break
        rows.append(numbers(line))
    return np.array(rows)


def iterations(text):
    """The log's lines of each turn, then the two histories printed at the end."""
    run = text.split("Starting Model::run iteration 1", 1)[1]
    body, after = run.split("History of actor positions over time:", 1)
    turns = [part.splitlines() for part in body.split("rms (pstn, ideal)")]
    positions, winning = after.split("History of actors' winning probabilities:")
    return turns[:-1], positions.strip().splitlines(), winning.strip().splitlines()


def load(name, text=None):
    scenario = scenarios.read_csv(text) if name.endswith("csv") else scenarios.read_xml(text)
    x, s = np.array(scenario.positions), np.array(scenario.saliences) / 100
    return scenario, x, s, np.array(scenario.capabilities)


def dummy():
    return load("csv", (DATA / "dummyData_3Dim.csv").read_text())


def example():
    """The file lacks Alice's first coordinate; its log used 52.8."""
    text = (DATA / "smpExample.xml").read_text(encoding="utf-8-sig")
    return load("xml", text.replace("<dCoord></dCoord>", "<dCoord>52.8</dCoord>"))


def rules_of(scenario):
    p = scenario.parameters
    return ktab.Rules(
        p["VictoryProbModel"], p["VotingRule"], p["PCEModel"], p["StateTransitions"], p["BigRRange"],
        p["BigRAdjust"], p["ThirdPartyCommit"], p["InterVecBrgn"], p["BargnModel"],
    )  # fmt: skip


def check_matrices(lines, turn, ideal, s, c, rules):
    """Raw values, risk, utilities, each party's estimate of them, targets and what they are worth."""
    n = len(c)
    x = turn.before / 100
    d = ktab.distances(ideal, s, x)
    at = {line.strip(): k for k, line in reversed(list(enumerate(lines)))}
    f = ktab.RISK_ADJUST[rules.risk_adjust]
    R = turn.risk
    for head, mine, digits in (
        ("Raw actor-pos value matrix (risk neutral)", ktab.utility(d, 0.0), 3),
        ("Inferred risk attitudes:", R[:, None], 3),
        ("Risk-aware actor-pos utility matrix (objective):", ktab.utility(d, R[:, None]), 4),
    ):
        assert block(lines, at[head]) == pytest.approx(mine, abs=0.51 * 10**-digits)
    seen = []
    for h in range(n):
        seen.append(ktab.utility(d, (R[h] + f * (R - R[h]))[:, None]))
        assert block(lines, at[f"Estimate by {h} of risk-aware utility matrix:"]) == pytest.approx(
            seen[h], abs=0.51e-4
        )
    estimates = 0
    for line in lines:
        if m := re.match(r"In turn \d+ actor (\d+) has most advantageous target (\d+) worth ([\d.]+)", line):
            i, j, worth = int(m[1]), int(m[2]), float(m[3])
            assert turn.target[i] == j
            assert turn.gain[i] == pytest.approx(worth, abs=0.51e-3)
        if m := re.match(
            r"Est by +(\d+) of prob ([\d.]+) that \[ *(\d+)> *(\d+)\], with expected gain to +(\d+) of ([-+\d.]+)",
            line,
        ):
            h, i, j, whose = int(m[1]), int(m[3]), int(m[4]), int(m[5])
            phi, gain = ktab.challenges(seen[h], i, s.sum(1), c, rules, view=whose)
            assert phi[j] == pytest.approx(float(m[2]), abs=0.51e-4)
            if whose == i:
                assert gain[j] == pytest.approx(float(m[6]), abs=0.51e-4)
            estimates += 1
    return estimates


def check_bargains(lines, turn, ideal, s, c, rules):
    """Both parties' proposals and KTAB's average of them, whichever of them the run used."""
    x, S = turn.before / 100, s.sum(1)
    d = ktab.distances(ideal, s, x)
    f, R = ktab.RISK_ADJUST[rules.risk_adjust], turn.risk
    found = 0
    for k, line in enumerate(lines):
        m = re.match(r"Bargain \[\d+, (\d+):(\d+)\] from (\d+)'s perspective", line)
        c_m = re.match(r"Power-weighted compromise \[\d+, (\d+):(\d+)\]", line)
        if not (m or c_m):
            continue
        i, j = (int(v) for v in (m or c_m).groups()[:2])
        (phi, _), (_, gain) = (
            ktab.challenges(ktab.utility(d, (R[h] + f * (R - R[h]))[:, None]), i, S, c, rules) for h in (i, j)
        )
        phis = [phi[j], gain[j]]  # KTAB takes the gain where the receiver's probability should stand
        first, second = (ktab.meet(x[i], x[j], s[i], s[j], phi, rules.bargain) for phi in phis)
        if m:
            ours, theirs = first if int(m[3]) == i else second
        else:
            w_i, w_j = c[i] * S[i], c[i] * S[j]
            ours, theirs = ((w_i * a + w_j * b) / (w_i + w_j) for a, b in zip(first, second, strict=True))
        # the log is written by several threads, so another party's line may come in between
        said = [numbers(v) for v in lines[k + 1 : k + 5] if " adopt:" in v][:2]
        assert said == [
            pytest.approx(list(ours * 100), abs=0.51e-3),
            pytest.approx(list(theirs * 100), abs=0.51e-3),
        ]
        found += 1
    return found


def value_after(pair, turn, ideal, s):
    """Every party's utility after a bargain, by putting the two at their new places and averaging."""
    x = turn.before / 100
    for b in turn.bargains:
        if (b.initiator, b.receiver) == pair:
            x = x.copy()
            x[b.initiator], x[b.receiver] = b.ours / 100, b.theirs / 100
    return ktab.utility(ktab.distances(ideal, s, x), turn.risk[:, None]).mean(axis=1)


def check_elections(lines, turn, ideal, s, c, rules):
    """Every party's queue: the value of each bargain, the duels and the election among them."""
    done, queues = 0, queue_pairs(lines)
    for k, line in enumerate(lines):
        if not (m := re.match(r"Doing scalarPCE for the (\d+) bargains of actor (\d+)", line)):
            continue
        a = int(m[2])
        assert sorted(turn.queues[a]) == sorted(queues[a])
        u = np.column_stack([value_after(pair, turn, ideal, s) for pair in queues[a]])
        C, P, _ = ktab.election(u, c, rules)
        heads = {lines[i].strip(): i for i in range(min(k + 60, len(lines) - 1), k, -1)}
        assert block(lines, k - 1 - len(c)) == pytest.approx(u, abs=0.51e-5)
        assert block(lines, heads["Coalition strengths of (i:j):"]) == pytest.approx(C, abs=0.51e-3)
        assert block(lines, heads["Probability Opt_i > Opt_j"]) == pytest.approx(P, abs=0.51e-4)
        chances = [turn.chances[a][turn.queues[a].index(pair)] for pair in queues[a]]
        assert block(lines, heads["Probability Opt_i"]).ravel() == pytest.approx(chances, abs=0.51e-4)
        done += 1
    return done


def queue_pairs(lines):
    found = {}
    for line in lines:
        if m := re.match(r"Bargains involving actor +(\d+): (.*)", line):
            found[int(m[1])] = [(int(a), int(b)) for a, b in re.findall(r"\[\d+, (\d+):(\d+)\]", m[2])]
    return found


def chosen(lines):
    """{party: (initiator, receiver)} of the bargains that the log chose in one turn."""
    ids, party, picks = queue_pairs(lines), -1, {}
    for line in lines:
        if m := re.match(r"Doing scalarPCE for the \d+ bargains of actor (\d+)", line):
            party = int(m[1])
        if m := re.match(r"Chosen bargain \( \w+ \): \d+ (\d+) out of", line):
            picks[party] = ids[party][int(m[1]) - 1]
    return picks


def check_history(positions, winning, turns, s, c, rules, ideals):
    states = [t.before for t in turns] + [turns[-1].after]
    printed = np.array([numbers(line.split(":")[1]) for line in positions])
    mine = np.array(states).transpose(1, 2, 0).reshape(len(printed), -1)
    assert printed.shape == mine.shape
    assert np.abs(printed - mine).max() <= 0.0501
    shown = np.array([numbers(line.split(":")[1]) for line in winning if ", prob :" in line])
    for k, x in enumerate(states):
        d = ktab.distances(ideals[k], s, x / 100)
        R = ktab.risks(ktab.election(ktab.utility(d, 0.0), c, rules)[2], rules.risk_range)
        wins = ktab.winning(x / 100, ktab.utility(d, R[:, None]), c, rules)
        assert shown[:, k] == pytest.approx(wins, abs=0.51e-4)
        if k < len(turns):
            assert turns[k].winning == pytest.approx(wins)


@needs_data
def test_the_three_issue_log_is_reproduced_at_every_turn():
    _, x, s, c = dummy()
    turns = ktab.play(x, s, c)
    text = (DATA / "20170530_ref-dummyData_3Dim.txt").read_text()
    bodies, positions, winning = iterations(text)
    assert len(turns) == 10
    ideals = [t.before / 100 for t in turns] + [turns[-1].after / 100]
    check_history(positions, winning, turns, s, c, ktab.Rules(), ideals)
    counts = defaultdict(int)
    for lines, turn in zip(bodies, turns, strict=False):
        ideal = turn.before / 100
        counts["estimates"] += check_matrices(lines, turn, ideal, s, c, ktab.Rules())
        counts["bargains"] += check_bargains(lines, turn, ideal, s, c, ktab.Rules())
        counts["elections"] += check_elections(lines, turn, ideal, s, c, ktab.Rules())
        for a, pair in chosen(lines).items():
            assert turn.queues[a][turn.chosen[a]] == pair
    assert counts["elections"] == 70
    assert counts["estimates"] > 150
    assert counts["bargains"] > 100


@needs_data
def test_the_stochastic_log_is_reproduced_when_its_draws_are_replayed():
    scenario, x, s, c = example()
    rules = rules_of(scenario)
    bodies, positions, winning = iterations((DATA / "20170530_ref-smpExample.txt").read_text())
    A = np.array(scenario.accommodation())
    picks = [chosen(lines) for lines in bodies]

    def replay(turn, party, queue, p):
        return queue.index(picks[turn][party])

    steps = len(numbers(positions[0].split(":")[1])) - 1
    turns = ktab.play(x, s, c, rules=rules, accommodation=A, choose=replay, turns=steps)
    ideals = [x / 100]
    for t in turns:
        ideals.append(A @ (t.after / 100) + (1 - A.sum(1))[:, None] * ideals[-1])
    check_history(positions, winning, turns, s, c, rules, ideals)
    for k, turn in enumerate(turns):
        check_matrices(bodies[k], turn, ideals[k], s, c, rules)
        check_bargains(bodies[k], turn, ideals[k], s, c, rules)
        check_elections(bodies[k], turn, ideals[k], s, c, rules)
        heads = [i for i, line in enumerate(bodies[k]) if line.startswith("ideal ")]
        printed = np.array([numbers(bodies[k][i + 1]) for i in heads])
        assert printed == pytest.approx(ideals[k + 1] * 100, abs=0.51e-4)


@needs_data
def test_positions_equal_our_own_six_digit_record():
    _, x, s, c = dummy()
    turns = ktab.play(x, s, c)
    text = (DATA / "dummyData_3Dim_trajectory_6digits.csv").read_text()
    rows = list(csv.reader(text.splitlines()))[1:]
    states = [t.before for t in turns] + [turns[-1].after]
    for row, state in zip(rows, states, strict=True):
        assert state.ravel() == pytest.approx([float(v) for v in row[1:]], abs=1e-6)


SMALL = (
    np.array([[10.0, 80.0], [40.0, 20.0], [90.0, 60.0], [55.0, 35.0]]),
    np.array([[0.5, 0.3], [0.2, 0.6], [0.4, 0.4], [0.3, 0.1]]),
    np.array([1.0, 0.7, 0.9, 0.4]),
)


@pytest.mark.parametrize("bargain", ktab.BARGAINS)
@pytest.mark.parametrize("perspective", ktab.PERSPECTIVES)
@pytest.mark.parametrize("commit", ktab.COMMIT)
def test_bargains_lie_between_the_two_parties(bargain, perspective, commit):
    x, s, c = SMALL
    rules = ktab.Rules(bargain=bargain, perspective=perspective, commit=commit)
    for turn in ktab.play(x, s, c, rules=rules, turns=4):
        assert np.all(turn.after >= turn.before.min(axis=0) - 0.006)
        assert np.all(turn.after <= turn.before.max(axis=0) + 0.006)
        for b in turn.bargains:
            a, z = turn.before[b.initiator], turn.before[b.receiver]
            for place in (b.ours, b.theirs):
                assert np.all(place >= np.minimum(a, z) - 0.006)
                assert np.all(place <= np.maximum(a, z) + 0.006)


@pytest.mark.parametrize(("voting", "victory", "pce"), list(product(ktab.VOTING, ktab.VICTORY, ktab.PCE)))
def test_an_election_is_a_distribution_and_duels_add_up(voting, victory, pce):
    u = np.array([[0.9, 0.2, 0.5], [0.1, 0.8, 0.6], [0.4, 0.4, 0.9]])
    C, P, p = ktab.election(u, np.array([1.0, 2.0, 1.5]), ktab.Rules(victory=victory, voting=voting, pce=pce))
    assert pytest.approx(np.ones((3, 3))) == P + P.T
    assert p.sum() == pytest.approx(1, abs=1e-6)
    assert np.all(p >= 0)
    assert np.all(C > 0)


def test_the_two_markov_elections_are_stationary():
    u = np.array([[0.9, 0.2, 0.5], [0.1, 0.8, 0.6], [0.4, 0.4, 0.9]])
    _, P, p = ktab.election(u, np.ones(3), ktab.Rules(pce="MarkovUniform"))
    again = [sum(P[i, j] * (p[i] + p[j]) for j in range(3)) / 3 for i in range(3)]
    assert p == pytest.approx(again, abs=2e-6)
    C, P, p = ktab.election(u, np.ones(3), ktab.Rules(pce="MarkovIncentive"))
    H = (C * P + 1e-10 * np.eye(3)) / (C * P + 1e-10 * np.eye(3)).sum(axis=0)
    again = [sum(P[i, j] * (p[i] * H[j, i] + p[j] * H[i, j]) for j in range(3)) for i in range(3)]
    assert p == pytest.approx(again, abs=1e-7)


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(4)), st.floats(0.1, 50))
def test_order_and_unit_of_capability_do_not_matter(order, unit):
    x, s, c = SMALL
    order = list(order)
    plain = ktab.play(x, s, c, turns=3)[-1].after
    moved = ktab.play(x[order], s[order], c[order] * unit, turns=3)[-1].after
    assert moved == pytest.approx(plain[order], abs=0.03)


def test_reflecting_the_line_reflects_the_outcome():
    x, s, c = SMALL
    plain = ktab.play(x, s, c, turns=3)[-1].after
    mirrored = ktab.play(100 - x, s, c, turns=3)[-1].after
    assert mirrored == pytest.approx(100 - plain, abs=0.03)


def test_a_stochastic_run_is_the_same_for_the_same_seed_and_needs_one():
    x, s, c = SMALL
    rules = ktab.Rules(transition="Stochastic")
    one, two = (ktab.play(x, s, c, rules=rules, seed=7, turns=5) for _ in range(2))
    assert all(np.array_equal(a.after, b.after) for a, b in zip(one, two, strict=True))
    with pytest.raises(NotApplicable, match="seed"):
        ktab.play(x, s, c, rules=rules)


def test_all_at_one_place_stay_there():
    _, s, c = SMALL
    turns = ktab.play(np.full((4, 2), 30.0), s, c)
    assert np.all(turns[-1].after == 30.0)
    assert np.all(turns[0].risk == 0)


def test_wrong_saliences_and_rule_names_are_named():
    x, s, c = SMALL
    with pytest.raises(NotApplicable, match="saliences"):
        ktab.play(x, s * 3, c)
    with pytest.raises(NotApplicable, match="saliences"):
        ktab.play(x, s * 0, c)
    with pytest.raises(NotApplicable, match="capability"):
        ktab.play(x, s, c * 0)
    with pytest.raises(NotApplicable, match="without gaps"):
        ktab.play(x * np.nan, s, c)
    with pytest.raises(UnknownName, match="Linear"):
        ktab.Rules(victory="Liner")
