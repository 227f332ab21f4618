"""Two verifiers, one written from the page alone, meet the same honest and forged proofs."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest

from bargaining.second_verifier import verify
from bargaining.test_proofs import forgery, proofs, put, verdict
from exact_instances import random_space
from proof_claims import is_true


def second(proof) -> str:
    return verify(json.dumps(proof).encode(), 100_000)


def test_the_second_verifier_imports_nothing_of_zopa():
    source = Path(__file__).with_name("second_verifier.py").read_text(encoding="utf-8")
    assert not re.search(
        r"^\s*(?:from|import) (?!__future__|collections|fractions|typing|itertools|json|math)", source, re.M
    )


def agree(first, spaces, times):
    """Honest proofs are valid for both; on forgeries neither accepts what is false, and both say the same."""
    rng = random.Random(first)
    valid = refused = 0
    for seed in range(first, first + spaces):
        pool = proofs(random_space(seed, issues=(2, 4)))
        for proof in pool:
            assert second(proof) == "valid" == verdict(proof)
        for _ in range(times):
            forged = forgery(pool, rng)
            here, there = verdict(forged, 100_000), second(forged)
            assert is_true(forged) or there != "valid", json.dumps(forged)
            if "not checked" not in (here, there):
                assert here == there, json.dumps(forged)
            valid += there == "valid"
            refused += there == "refused"
    return valid, refused


def test_two_verifiers_agree_on_honest_and_forged_proofs():
    valid, refused = agree(0, 4, 60)
    assert valid > 1
    assert refused > 150


@pytest.mark.slow
@pytest.mark.parametrize("first", range(2000, 2120, 40))
def test_two_verifiers_agree_on_thousands(first):
    agree(first, 20, 100)


def test_the_second_verifier_refuses_what_is_no_proof():
    for data in (
        b"",
        b"{",
        b"[" * 100_000,
        b"\xff",
        b"[]",
        b'{"claim": {"kind": []}}',
        b'{"a": 1, "a": 1}',
        b"1e3",
    ):
        assert verify(data) == "refused"


def test_both_refuse_a_bound_below_zero_wherever_it_stands():
    for proof in proofs(random_space(3)):
        for part in range(len(proof.get("parts", ()))):
            for entry in range(len(proof["parts"][part]["tree"])):
                weights = proof["parts"][part]["tree"][entry][0]
                forged = put(proof, ("parts", part, "tree", entry, 0), [-1 for _ in weights])
                assert second(forged) == verdict(forged) == "refused"
