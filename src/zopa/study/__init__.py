"""Runs the lenses over a case: the main job, the chain behind a number, expected answers."""

from zopa.study.agreement import CoderAgreement, Disagreement, FieldAgreement, agreement
from zopa.study.backtest import Backtest, Trial, backtest
from zopa.study.compare import Comparison, Difference, Effect, Moved, Side, compare
from zopa.study.expected import Checked, verify
from zopa.study.explain import InContext, Step, explain, in_context, known_ids, sentence_around
from zopa.study.gates import Gates, read_gates
from zopa.study.opened_splits import SplitOpening, open_split
from zopa.study.run import MOST_TESTED, Proposal, ReadingRow, Study, run
from zopa.study.seal import Seal, SealCheck, seal, verify_seal
from zopa.study.talks import path, simulate, start

__all__ = [
    "MOST_TESTED",
    "Backtest",
    "Checked",
    "CoderAgreement",
    "Comparison",
    "Difference",
    "Disagreement",
    "Effect",
    "FieldAgreement",
    "Gates",
    "InContext",
    "Moved",
    "Proposal",
    "ReadingRow",
    "Seal",
    "SealCheck",
    "Side",
    "SplitOpening",
    "Step",
    "Study",
    "Trial",
    "agreement",
    "backtest",
    "compare",
    "explain",
    "in_context",
    "known_ids",
    "open_split",
    "path",
    "read_gates",
    "run",
    "seal",
    "sentence_around",
    "simulate",
    "start",
    "verify",
    "verify_seal",
]
