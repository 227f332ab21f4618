"""Runs the lenses over a case: the main job, the chain behind a number, expected answers."""

from zopa.study.compare import Change, Comparison, Effect, Move, Side, compare
from zopa.study.expected import Checked, verify
from zopa.study.explain import Step, explain, known_ids, sentence_around
from zopa.study.run import MOST_TESTED, Proposal, ReadingRow, Study, run

__all__ = [
    "MOST_TESTED",
    "Change",
    "Checked",
    "Comparison",
    "Effect",
    "Move",
    "Proposal",
    "ReadingRow",
    "Side",
    "Step",
    "Study",
    "compare",
    "explain",
    "known_ids",
    "run",
    "sentence_around",
    "verify",
]
