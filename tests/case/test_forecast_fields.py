"""Saliences, capabilities and KTAB's settings in a case: read as they stand, refused where they say nothing."""

import re

import pytest

from zopa.case import quantity
from zopa.casefile import load
from zopa.errors import CaseError

HEAD = """title: t
basis: {assumed: test}
issues:
  x: {name: X, options: {lo: {label: lo, at: 0}, hi: {label: hi, at: 100}}}
  y: {name: Y, options: {lo: {label: lo, at: 0}, hi: {label: hi, at: 100}}}
"""
PARTIES = """parties:
  A: {name: A, weights: {x: 50, y: 50}, saliences: {x: 80, y: [60, 100]}, capability: 118, capabilities: {y: 4e6}}
  B: {name: B, weights: {x: 50, y: 50}, capability: 0}
"""


def written(folder, text):
    (folder / "case.yaml").write_text(text, encoding="utf-8")
    return folder


def test_saliences_and_capabilities_are_read_as_they_stand(tmp_path):
    case = load(written(tmp_path, HEAD + PARTIES))
    assert [quantity(case, "A", "saliences", i).best for i in "xy"] == [80, 80]
    assert quantity(case, "A", "saliences", "y").high == 100
    assert [quantity(case, "A", "capability", i).best for i in "xy"] == [118, 4_000_000]
    assert quantity(case, "A", "capability").best == 118
    assert quantity(case, "B", "saliences", "x") is None


def test_ktabs_settings_are_kept_in_its_words(tmp_path):
    more = "ktab: {voting: PropCbc, transition: Stochastic, seed: '12', adjust: {A: {A: 0.87, B: 0.1}}}\n"
    case = load(written(tmp_path, HEAD + PARTIES + more))
    assert (case.ktab.voting, case.ktab.victory, case.ktab.seed) == ("PropCbc", "Linear", "12")
    assert case.ktab.adjust == {"A": {"A": 0.87, "B": 0.1}}


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("x: 80", "x: 101", "parties.A.saliences.x", "from 0 to 100, saw 101"),
        ("y: 4e6", "y: -1", "parties.A.capabilities.y", "saw -1"),
        ("capability: 118", "capability: 2e9", "parties.A.capability", "at most 1e\\+09"),
        ("y: 4e6", "z: 4", "parties.A.capabilities.z", "no issue called 'z'"),
        ("x: 80", "x: {rank: 1}", "parties.A.saliences.x", "saw a rank"),
        ("parties:", "ktab: {adjust: {C: {A: 1}}}\nparties:", "ktab.adjust.C", "no part"),
        ("parties:", "ktab: {voting: Prop}\nparties:", "ktab.voting", "."),
    ],
)
def test_what_says_nothing_is_refused_with_its_place(tmp_path, old, new, where, what):
    with pytest.raises(CaseError) as caught:
        load(written(tmp_path, HEAD + PARTIES.replace(old, new)))

    assert any(f.path.startswith(where) and re.search(what, f.what) for f in caught.value.findings), (
        caught.value
    )
