"""What follows from the words for all numbers, for some, for most; and which question would narrow it most."""

from zopa.robustness.compatible_set import Compatible, WordSettings, compatible
from zopa.robustness.drivers import DecisionMap, Drivers, decision_map, drivers
from zopa.robustness.large_spaces import Exists, LargeStress
from zopa.robustness.large_verifier import check_large
from zopa.robustness.lens_draws import LensShares
from zopa.robustness.package_order import Better, PairVerdict, better
from zopa.robustness.questions import (
    PartyQuestion,
    Questions,
    answer_row,
    information,
    questions,
    refuse_others,
)
from zopa.robustness.shares import Drawn, PackageShare, Share, draw, share, shares
from zopa.robustness.shortlist import Committee, ShortlistMember, committee, shortlist
from zopa.robustness.solution_picks import CandidateRanks, MethodPicks, PickedPackage, Picks, picks
from zopa.robustness.stress import (
    AskedPackage,
    PartyWords,
    ReadingZones,
    Stress,
    Strip,
    spoken,
    stress,
    words_of,
)
from zopa.robustness.verdicts import certify, certify_order, contradictions, document, dominated_by, tabulate
from zopa.robustness.verifier import BadCertificate, check_certificate, shown_claims
from zopa.robustness.worth_draws import WordDraws, WorthByWords, worth_by_words
from zopa.robustness.zone_proof import ZONE_FORMAT, ZONE_WORDS, check_zone_proof, zone_proof

__all__ = [
    "ZONE_FORMAT",
    "ZONE_WORDS",
    "AskedPackage",
    "BadCertificate",
    "Better",
    "CandidateRanks",
    "Committee",
    "Compatible",
    "DecisionMap",
    "Drawn",
    "Drivers",
    "Exists",
    "LargeStress",
    "LensShares",
    "MethodPicks",
    "PackageShare",
    "PairVerdict",
    "PartyQuestion",
    "PartyWords",
    "PickedPackage",
    "Picks",
    "Questions",
    "ReadingZones",
    "Share",
    "ShortlistMember",
    "Stress",
    "Strip",
    "WordDraws",
    "WordSettings",
    "WorthByWords",
    "answer_row",
    "better",
    "certify",
    "certify_order",
    "check_certificate",
    "check_large",
    "check_zone_proof",
    "committee",
    "compatible",
    "contradictions",
    "decision_map",
    "document",
    "dominated_by",
    "draw",
    "drivers",
    "information",
    "picks",
    "questions",
    "refuse_others",
    "share",
    "shares",
    "shortlist",
    "shown_claims",
    "spoken",
    "stress",
    "tabulate",
    "words_of",
    "worth_by_words",
    "zone_proof",
]
