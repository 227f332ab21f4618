"""The ``graph`` section of a case file: every fault at its line."""

import pytest

from zopa.casefile import inspect

GOOD = """\
title: t
parties:
  A: {name: A}
  B: {name: B}
issues:
  i: {name: i, options: {x: x, y: y}}
graph:
  actions:
    act: {holder: A, yes: act, no: stop}
    build: {holder: B, yes: build, irreversible: yes}
  never:
    - act and build
  preferences:
    A:
      - {holds: not build, level: 1}
      - {holds: act only if build, level: 1, unsure: true}
      - act
    B: [build, not act]
  states:
    now: {says: nothing, yes: []}
    then: {yes: [build]}
  status_quo: now
"""


def findings(tmp_path, text):
    (tmp_path / "case.yaml").write_text(text, encoding="utf-8")
    return inspect(tmp_path)


def test_a_sound_section_loads(tmp_path):
    case, found = findings(tmp_path, GOOD)
    assert not found
    graph = case.graph
    assert graph.actions["build"].irreversible == "yes"
    assert graph.preferences["A"][2].holds == "act"
    assert graph.preferences["A"][1].unsure


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("holder: A, yes: act", "holder: C, yes: act", 9, "no party called 'C'"),
        ("holder: A, yes: act", "holder: A, yess: act", 9, "unknown key"),
        ("irreversible: yes", "irreversible: always", 10, "expected one of yes, no"),
        ("act and build", "act and bild", 12, "no action called 'bild'"),
        ("act and build", "act and (build", 12, "expected ')' at character 15, saw the end"),
        ("act and build", "act = perhaps", 12, "no option of act called 'perhaps'"),
        ("holds: not build", "holds: not build or", 15, "expected the name of an action or issue at character 13"),
        ("      - act\n", "      - act and\n", 17, "at character 8, saw the end"),
        ("not build, level: 1", "not build, level: 0", 15, "at least 1"),
        ("    B: [build, not act]\n", "", 13, "expected preferences of B, who can act, saw none"),
        ("    B: [build", "    C: [build", 18, "no party called 'C'"),
        ("yes: [build]}", "yes: [built]}", 21, "no action called 'built'"),
        ("yes: [build]}", "yes: [act, build]}", 21, "cannot come about: act and build"),
        ("status_quo: now", "status_quo: later", 22, "no state called 'later'"),
        ("not build, level: 1", "not build, stated: [s1]", 15, "no statement called 's1'"),
        ("  status_quo: now\n", "  status_quo: now\n  moves: [{party: A, from: now, to: then}]\n", 23, "expected `actions` or `moves`, saw both"),
    ],
)  # fmt: skip
def test_a_fault_is_reported_at_its_line(tmp_path, old, new, line, said):
    assert old in GOOD
    _, found = findings(tmp_path, GOOD.replace(old, new, 1))
    assert any(f.line == line and said in f.what for f in found), [str(f) for f in found]


RANKED = GOOD.replace("    B: [build, not act]\n", "").replace(
    "  states:", "  rankings:\n    B: [NY, [NN, YN]]\n  states:"
)


def test_a_direct_ranking_with_ties_loads(tmp_path):
    case, found = findings(tmp_path, RANKED)
    assert not found
    assert case.graph.rankings["B"] == (("NY",), ("NN", "YN"))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[NY, [NN, YN]]", "[NY, NN]", "saw no place for YN"),
        ("[NY, [NN, YN]]", "[NY, [NN, YN], NN]", "saw 'NN' again (first in place 2)"),
        ("[NY, [NN, YN]]", "[then, [NN, YN], NY]", "saw 'NY' again (first in place 1)"),
        ("[NY, [NN, YN]]", "[NY, [NN, YN], YY]", "no possible state called 'YY'"),
        ("[NY, [NN, YN]]", "[NY, [NN, YN], later]", "no possible state called 'later'"),
        ("  rankings:", "  rankings:\n    A: [NY, NN, YN]", "expected preferences or a ranking, saw both"),
    ],
)
def test_a_ranking_that_contradicts_itself_is_refused(tmp_path, old, new, said):
    _, found = findings(tmp_path, RANKED.replace(old, new, 1))
    assert any(said in f.what and f.line for f in found), [str(f) for f in found]


def test_listed_moves_name_states_and_parties(tmp_path):
    text = GOOD[: GOOD.index("graph:")] + (
        "graph:\n  states: {a: {}, b: {}}\n  moves:\n    - {party: A, from: a, to: b}\n"
        "    - {party: B, from: b, to: c}\n  rankings: {A: [a, b], B: [b]}\n"
    )
    _, found = findings(tmp_path, text)
    assert [f.what for f in found] == ["no state called 'c'"]
    _, found = findings(tmp_path, text.replace("to: c", "to: a"))
    assert [f.what for f in found] == ["expected every possible state, saw no place for a"]
    case, found = findings(tmp_path, text.replace("to: c", "to: a").replace("B: [b]", "B: [[a, b]]"))
    assert not found
    assert case.graph.moves[1].end == "a"


def test_a_section_in_which_nobody_can_act_is_refused(tmp_path):
    text = GOOD[: GOOD.index("graph:")] + "graph:\n  about: nothing\n"
    _, found = findings(tmp_path, text)
    assert [(f.line, f.what) for f in found] == [(7, "expected actions, moves, or an issue with a holder")]
