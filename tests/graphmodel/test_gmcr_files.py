"""``.gmcr`` files: in, out, and every way in which they can be wrong."""

import json
from pathlib import Path

import numpy as np
import pytest

from zopa.case import Case
from zopa.casefile import load
from zopa.errors import CaseError, NotApplicable
from zopa.formats.gmcr import read_gmcr, write_gmcr
from zopa.graphmodel import compile_graph, stability
from zopa.graphmodel.concepts import equilibria, verdicts
from zopa.graphmodel.hypergame import hypergame

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "gmcr"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="the reference cases are not beside the project")
EXAMPLE = Path(__file__).resolve().parents[2] / "src" / "zopa" / "examples" / "ukraine-2025"


def chicken(**change):
    """The game of chicken; ``change`` replaces top-level keys."""
    model = {
        "program": "gmcr-py",
        "version": "0.4.1",
        "options": [{"name": "row swerves", "permittedDirection": "both"}, {"name": "column swerves", "permittedDirection": "both"}],
        "decisionMakers": [
            {"name": "Row", "options": [0], "preferences": [[[1, "Y"]], [[0, "N"], [1, "Y"]], [[0, "Y"]]]},
            {"name": "Column", "options": [1], "preferences": [[[0, "Y"]], [[1, "N"], [0, "Y"]], [[1, "Y"]]]},
        ],
        "infeasibles": [],
        "coalitions": [0, 1],
        "useManualPreferenceRanking": False,
    }  # fmt: skip
    return model | change


def makers(**change):
    """Chicken's decision makers with a change to the second."""
    first, second = chicken()["decisionMakers"]
    return [first, second | change]


def patterns(text):
    """ "-Y-N, N---" -> conditions of the file format."""
    parts = [[[k, c] for k, c in enumerate(part.strip()) if c != "-"] for part in text.split(",")]
    return parts[0] if len(parts) == 1 else {"compound": True, "members": parts}


def as_file(data, manual):
    """A reference case in the file format."""
    owner = [o["owner"][0] for o in data["options"]]
    return json.dumps({
        "options": [{"name": o["name"], "permittedDirection": o["direction"]} for o in data["options"]],
        "infeasibles": [patterns(p) for p in data["infeasible"]],
        "decisionMakers": [
            {
                "name": d, "options": [k for k, o in enumerate(owner) if o == d],
                "preferences": [patterns(p) for p in data["prioritization"][d]],
                "preferenceRanking": data["ranking"][d],
                "misperceptions": [patterns(data["states"][n - 1]["yn"]) for n in data["misperceived"][d]],
            }
            for d in data["dms"]
        ],
        "useManualPreferenceRanking": manual,
    })  # fmt: skip


@needs_data
@pytest.mark.parametrize(
    ("name", "manual"),
    # Elmira's verdicts use its ranking, in which the four abandoned states are tied; its statements part them
    [("Prisoners", True), ("Prisoners", False), ("SyriaIraq", True), ("SyriaIraq", False), ("Cuban", True),
     ("Cuban", False), ("Elmira", True)],
)  # fmt: skip
def test_example_files_give_the_expected_equilibria_both_ways(name, manual):
    data = json.loads((DATA / f"{name}.json").read_text(encoding="utf-8"))
    compiled = compile_graph(read_gmcr(as_file(data, manual)))
    number = {s["decimal"]: s["n"] for s in data["states"]}
    for concept in ("nash", "gmr", "smr", "seq", "sseq", "sim"):
        found = [number[s] for s in np.flatnonzero(equilibria(compiled.model, concept))]
        assert found == data["expected_by_definition"]["equilibria"][concept], concept


@needs_data
def test_misperceptions_become_pictures_and_unseen_states_are_not_called_stable():
    data = json.loads((DATA / "SI_misp.json").read_text(encoding="utf-8"))
    case = read_gmcr(as_file(data, True))
    compiled = compile_graph(case)
    from zopa.graphmodel.compile import picture_of

    found = hypergame([picture_of(compiled, p) for p in compiled.model.parties], "nash")
    number = {s["decimal"]: s["n"] for s in data["states"]}
    unseen = [{number[s] for s in np.flatnonzero(compiled.model.feasible & ~seen)} for seen in found.seen]
    assert unseen == [set(data["misperceived"][d]) for d in data["dms"]]
    # expected in the reference: 1, 2 and 6 with the moves of unseen states deleted; 1 and 2 are unseen by one
    assert [number[s] for s in np.flatnonzero(found.equilibria)] == [6]
    answer = stability(case, {i: "no" for i in case.issues}, draws=0)
    assert any("would not see this state coming" in w.text for w in answer.examined[0].says)


def test_a_file_written_and_read_again_is_the_same_conflict():
    once = read_gmcr(json.dumps(chicken()))
    again = read_gmcr(write_gmcr(once))
    a, b = compile_graph(once).model, compile_graph(again).model
    assert np.array_equal(a.ranks, b.ranks)
    assert [i.holder for i in a.issues] == [i.holder for i in b.issues]


def test_the_example_survives_the_trip_through_the_file_format():
    case = load(EXAMPLE)
    a, b = compile_graph(case).model, compile_graph(read_gmcr(write_gmcr(case))).model
    assert np.array_equal(a.feasible, b.feasible)
    assert np.array_equal(a.ranks, b.ranks)
    for concept in ("nash", "seq", "gmr"):
        assert np.array_equal(verdicts(a, concept), verdicts(b, concept))


def test_tied_statements_are_written_as_a_ranking():
    case = load(EXAMPLE)
    wishes = case.graph.preferences["US"]
    tied = tuple(w.model_copy(update={"level": 1 + k // 3}) for k, w in enumerate(wishes))
    graph = case.graph.model_copy(update={"preferences": case.graph.preferences | {"US": tied}})
    case = case.model_copy(update={"graph": graph})
    text = write_gmcr(case)
    assert json.loads(text)["useManualPreferenceRanking"] is True
    a, b = compile_graph(case).model, compile_graph(read_gmcr(text)).model
    assert np.array_equal(a.ranks, b.ranks)


def test_a_ranking_and_the_statements_it_comes_from_agree():
    ranked = chicken(useManualPreferenceRanking=True)
    ranked["decisionMakers"] = [
        {"name": "Row", "options": [0], "preferenceRanking": [3, 4, 2, 1]},
        {"name": "Column", "options": [1], "preferenceVector": [2, 4, 3, 1]},
    ]
    a, b = (compile_graph(read_gmcr(json.dumps(m))).model for m in (ranked, chicken()))
    assert np.array_equal(a.ranks, b.ranks)


def test_seventy_statements_are_read_and_ranked():
    model = chicken()
    model["decisionMakers"][0]["preferences"] = [[[1, "Y"]]] * 69 + [[[0, "Y"]]]
    compiled = compile_graph(read_gmcr(json.dumps(model)))
    assert compiled.model.ranks[0].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ({"options": []}, "options", "at least one entry"),
        ({"options": {"a": 1}}, "options", "expected a list"),
        ({"options": [{"name": ""}, {"name": "b"}]}, "options[0]", "an entry with a name"),
        ({"options": [{"name": "a", "permittedDirection": "up"}, {"name": "b"}]}, "options[0].permittedDirection", "both, fwd or back"),
        ({"decisionMakers": makers(options=[0, 1])}, "decisionMakers[1].options", "one holder for option 0"),
        ({"decisionMakers": makers(options=[])}, "options[1]", "a decision maker with option"),
        ({"decisionMakers": makers(options=[7])}, "decisionMakers[1].options", "an option from 0 to 1"),
        ({"decisionMakers": makers(preferences=[])}, "decisionMakers[1].preferences", "at least one preference"),
        ({"decisionMakers": makers(preferences=[[[5, "Y"]]])}, "decisionMakers[1].preferences[0]", "option from 0 to 1"),
        ({"decisionMakers": makers(preferences=[[[0, "M"]]])}, "decisionMakers[1].preferences[0]", "Y or N"),
        ({"decisionMakers": makers(preferences=["row swerves"])}, "decisionMakers[1].preferences[0]", "[[option, Y or N], ...]"),
        ({"infeasibles": [[[True, "Y"]]]}, "infeasibles[0]", "option from 0 to 1"),
        ({"useManualPreferenceRanking": True, "decisionMakers": makers(preferenceRanking=[1, 2, [3, 3]])},
         "decisionMakers[1].preferenceRanking", "each state once, saw 3 again"),
        ({"useManualPreferenceRanking": True, "decisionMakers": makers(preferenceRanking=[1, 2])},
         "decisionMakers[1].preferenceRanking", "no place for 3, 4"),
        ({"useManualPreferenceRanking": True, "decisionMakers": makers(preferenceRanking=[1, 2, 3, 4, 5])},
         "decisionMakers[1].preferenceRanking", "a state from 1 to 4"),
    ],
)  # fmt: skip
def test_a_wrong_file_says_where_and_what(change, path, said):
    with pytest.raises(CaseError) as caught:
        read_gmcr(json.dumps(chicken(**change)), "talks.gmcr")
    assert any(f.path == path and said in f.what and f.file == "talks.gmcr" for f in caught.value.findings), [
        str(f) for f in caught.value.findings
    ]


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 5000, "\x00", '{"options": 3}', "null"])
def test_what_is_no_such_file_at_all_is_refused_with_a_place(text):
    with pytest.raises(CaseError):
        read_gmcr(text)


@pytest.mark.parametrize("cut", range(1, 60))
def test_a_file_cut_off_anywhere_is_never_half_read(cut):
    text = json.dumps(chicken())
    with pytest.raises(CaseError):
        read_gmcr(text[: len(text) * cut // 60])


def test_what_the_format_cannot_hold_is_refused():
    case = load(EXAMPLE)
    with pytest.raises(NotApplicable, match="needs a graph section"):
        write_gmcr(case.model_copy(update={"graph": None}))
    plain = Case.model_validate({
        "title": "t", "parties": {"A": {"name": "A"}},
        "issues": {"i": {"name": "i", "holder": "A", "options": {"x": "x", "y": "y", "z": "z"}}},
        "graph": {"preferences": {"A": ("i = x",)}},
    })  # fmt: skip
    with pytest.raises(NotApplicable, match="yes/no questions"):
        write_gmcr(plain)


def test_misperceptions_shape_the_counts_and_the_answer_says_where_they_do_not():
    from graphmodel import literal
    from graphmodel.random_models import as_sets
    from zopa.graphmodel import CHAIN
    from zopa.graphmodel.compile import picture_of

    text = {
        "program": "gmcr-py", "version": "0.4.1", "infeasibles": [], "useManualPreferenceRanking": True,
        "options": [{"name": n, "permittedDirection": "both"} for n in "pq"],
        "decisionMakers": [
            {"name": "X", "options": [0], "preferences": [], "preferenceRanking": [4, 1, 2, 3], "misperceptions": [[[0, "Y"], [1, "Y"]]]},
            {"name": "Y", "options": [1], "preferences": [], "preferenceRanking": [1, 2, 3, 4], "misperceptions": []},
        ],
    }  # fmt: skip
    answer = stability(read_gmcr(json.dumps(text)), draws=0)
    compiled = compile_graph(read_gmcr(json.dumps(text)))
    games = [picture_of(compiled, p) for p in compiled.model.parties]
    sets = [as_sets(g, g.ranks) for g in games]
    for concept in CHAIN:
        held = [literal.stable_states(s, concept, i) for i, s in enumerate(sets)]
        assert answer.perceived[concept] == len(set.intersection(*held))
    assert answer.perceived != {c: answer.counts[c] for c in CHAIN}
    (note,) = [n for n in answer.notes if "picture of the conflict" in n]
    assert "X does not see 1 of the states" in note
    assert (
        "departures, coalitions, paths, ranks and shares of variants are those of the conflict as it is"
        in note
    )
    assert all(s.sees is not None for s in answer.equilibria)
    text["decisionMakers"][0]["misperceptions"] = []
    plain = stability(read_gmcr(json.dumps(text)), draws=0)
    assert plain.perceived == {}
    assert plain.counts == answer.counts
    assert not [n for n in plain.notes if "picture" in n]
    assert all(s.sees is None for s in plain.equilibria)
