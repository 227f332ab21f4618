"""What follows from the words for all numbers, for some, for most; and which question would narrow it most."""

from zopa.robustness.compatible_set import Compatible, WordSettings, compatible
from zopa.robustness.large_spaces import Exists, LargeStress
from zopa.robustness.large_verifier import check_large
from zopa.robustness.questions import PartyQuestion, Questions, answer_row, information, questions
from zopa.robustness.shares import Drawn, PackageShare, Share, draw, share, shares
from zopa.robustness.solution_picks import CandidateRanks, MethodPicks, PickedPackage, Picks, picks
from zopa.robustness.stress import PartyWords, ReadingZones, Stress, Strip, spoken, stress, words_of
from zopa.robustness.verdicts import certify, contradictions, document, tabulate
from zopa.robustness.verifier import BadCertificate, check_certificate

__all__ = [
    "BadCertificate",
    "CandidateRanks",
    "Compatible",
    "Drawn",
    "Exists",
    "LargeStress",
    "MethodPicks",
    "PackageShare",
    "PartyQuestion",
    "PartyWords",
    "PickedPackage",
    "Picks",
    "Questions",
    "ReadingZones",
    "Share",
    "Stress",
    "Strip",
    "WordSettings",
    "answer_row",
    "certify",
    "check_certificate",
    "check_large",
    "compatible",
    "contradictions",
    "document",
    "draw",
    "information",
    "picks",
    "questions",
    "share",
    "shares",
    "spoken",
    "stress",
    "tabulate",
    "words_of",
]
