"""Runs the lenses over a case: the main job, the chain behind a number, expected answers."""

from zopa.study.compare import Comparison, Difference, Effect, Moved, Side, compare
from zopa.study.expected import Checked, verify
from zopa.study.explain import Step, explain, known_ids, sentence_around
from zopa.study.run import MOST_TESTED, Proposal, ReadingRow, Study, run
from zopa.study.talks import path, start

__all__ = [
    "MOST_TESTED",
    "Checked",
    "Comparison",
    "Difference",
    "Effect",
    "Moved",
    "Proposal",
    "ReadingRow",
    "Side",
    "Step",
    "Study",
    "compare",
    "explain",
    "known_ids",
    "path",
    "run",
    "sentence_around",
    "start",
    "verify",
]
