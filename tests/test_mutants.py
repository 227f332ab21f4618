"""The table of mutants fits the code; running them is ``python tests/mutants.py``."""

from __future__ import annotations

import ast
from collections import Counter

from mutants import MUTANTS, ROOT, mutated


def test_every_mutant_still_has_its_place_and_changes_what_is_compiled() -> None:
    for m in MUTANTS:
        before = (ROOT / "src/zopa" / m.file).read_text(encoding="utf-8")
        assert ast.dump(ast.parse(mutated(m))) != ast.dump(ast.parse(before)), m


def test_the_tests_that_should_notice_exist() -> None:
    assert all((ROOT / "tests" / t).exists() for m in MUTANTS for t in m.tests)


def test_there_are_sixty_mutants_over_all_rooms_that_compute_answers() -> None:
    rooms = Counter(m.file.split("/")[0] for m in MUTANTS)
    assert rooms.keys() == {
        "space",
        "bargaining",
        "case",
        "study",
        "graphmodel",
        "spatial",
        "waiting",
        "ratification",
    }
    assert rooms.total() >= 60
