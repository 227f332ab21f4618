import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zopa.case.formula import FormulaError, Is, Op, atoms, holds, parse
from zopa.graphmodel.graph_model import GraphModel, yes_no
from zopa.graphmodel.preferences import by_ranking, by_statements

NAMES = ["a", "Release Water", "not"]
STATES = np.arange(8)


def answered(issue, option):
    return (STATES >> NAMES.index(issue) & 1 == 1) == (option == "yes")


formulas = st.recursive(
    st.sampled_from(NAMES).map(Is) | st.sampled_from(NAMES).map(lambda n: Is(n, "no")),
    lambda inner: st.one_of(
        inner.map(lambda p: Op("not", (p,))),
        st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)).map(
            lambda x: Op(x[0], tuple(x[1]))
        ),
        st.tuples(st.sampled_from(["->", "<->"]), inner, inner).map(lambda x: Op(x[0], x[1:])),
    ),
    max_leaves=8,
)


def in_words(f, s):
    if isinstance(f, Is):
        return bool(s >> NAMES.index(f.issue) & 1) == (f.option == "yes")
    parts = [in_words(p, s) for p in f.parts]
    match f.kind:
        case "not":
            return not parts[0]
        case "and":
            return all(parts)
        case "or":
            return any(parts)
        case "->":
            return parts[1] if parts[0] else True
    return parts[0] is parts[1]


@given(formulas)
def test_a_formula_survives_being_written_and_read(f):
    assert parse(str(f)) == f
    assert holds(f, answered).tolist() == [in_words(f, s) for s in range(8)]
    for s in range(8):
        assert holds(f, lambda i, o, s=s: bool(answered(i, o)[s])) is in_words(f, s)


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("a if b", "b -> a"),
        ("a only if b", "a -> b"),
        ("a unless b", "not b -> a"),
        ("a iff not b", "a <-> not b"),
        ("not a and b or c", "((not a) and b) or c"),
        ("a & !b | ~c", "(a and not b) or not c"),
        ("a or b -> c <-> a", "((a or b) -> c) <-> a"),
        ("NOT a AND b", "not a and b"),
        ("a = no", "a=no"),
        ("a != no", "not a = no"),
        ('"a" implies b', "a -> b"),
    ],
)
def test_words_and_signs_mean_the_same(text, same):
    assert parse(text) == parse(same)


def test_names_may_have_hyphens_dots_and_spaces_in_quotes():
    found = [a.issue for a in atoms(parse('oil-field->"Release Water" and v1.2'))]
    assert found == ["oil-field", "Release Water", "v1.2"]


@pytest.mark.parametrize(
    ("text", "column", "expected"),
    [
        ("", 1, "the name of an action"),
        ("a and", 6, "the name of an action"),
        ("a b", 3, "a connective or the end"),
        ("(a or b", 8, "')'"),
        ("a -> b -> c", 8, "the end"),
        ("a only b", 8, "'if' after 'only'"),
        ("a and $x", 7, "a name"),
        ("a = and", 5, "an option"),
        ("not " * 100 + "a", 245, "at most 60 levels"),
        ("(" * 100 + "a", 62, "at most 60 levels"),
        ("__import__('os')", 12, "a name"),
        ("a" * 5000, 4001, "at most 4000 characters"),
    ],
)
def test_a_text_that_is_no_formula_says_where_it_stops_making_sense(text, column, expected):
    with pytest.raises(FormulaError, match=expected.replace("(", r"\(").replace(")", r"\)")) as caught:
        parse(text)
    assert caught.value.column == column


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_but_never_run(text):
    try:
        read = parse(text)
    except FormulaError as error:
        column = error.column
    else:
        column = 1
        assert parse(str(read)) == read
    assert 1 <= column <= len(text) + 1


@given(
    st.lists(
        st.tuples(st.lists(st.booleans(), min_size=8, max_size=8), st.integers(1, 4)), min_size=1, max_size=9
    )
)
def test_levels_are_compared_one_after_the_other_by_how_many_statements_hold(rows):
    holding = np.array([r[0] for r in rows])
    levels = [r[1] for r in rows]

    def key(s):
        return [sum(h[s] for h, level in rows if level == n) for n in (1, 2, 3, 4)]

    payoff = by_statements(holding, levels)
    for s in range(8):
        for t in range(8):
            assert (payoff[s] > payoff[t]) == (key(s) > key(t))


def test_seventy_statements_are_ranked_without_overflow():
    rng = np.random.default_rng(0)
    holding = rng.random((70, 512)) < 0.5
    payoff = by_statements(holding, range(70))
    keys = [tuple(holding[:, s]) for s in range(512)]
    assert sorted(range(512), key=lambda s: payoff[s]) == sorted(range(512), key=keys.__getitem__)
    # a state that differs only in the last of 70 statements is still told apart
    twin = np.repeat(holding[:, :1], 2, axis=1)
    twin[69] = [False, True]
    a, b = by_statements(twin, range(70))
    assert b > a


def test_a_ranking_must_list_every_feasible_state_once():
    feasible = np.array([True, True, False, True])
    assert by_ranking([[3], [0, 1]], feasible)[[3, 0, 1]].tolist() == [2, 1, 1]
    with pytest.raises(ValueError, match="leaves out state 1"):
        by_ranking([[3], [0]], feasible)
    with pytest.raises(ValueError, match="lists twice state 0"):
        by_ranking([[3, 0], [0, 1]], feasible)
    with pytest.raises(ValueError, match="state 2, which is not feasible"):
        by_ranking([[3, 0], [2, 1]], feasible)


def test_payoffs_of_sixty_statements_survive_becoming_ranks():
    issues = tuple(yes_no(f"i{k}", k % 2) for k in range(6))
    holding = np.zeros((60, 64), dtype=bool)
    holding[0], holding[59] = np.arange(64) >= 32, np.arange(64) % 2 == 1
    payoff = by_statements(holding, range(60))
    model = GraphModel(("A", "B"), np.ones(64, bool), np.stack([payoff, payoff]), issues)
    for m in (model, model.with_ranks(np.stack([payoff, -payoff]))):
        assert m.ranks[0].tolist() == [2 * (s >= 32) + s % 2 for s in range(64)]
