"""What follows from the words for all numbers, for some, for most; and which question would narrow it most."""

from zopa.robustness.stress import PartyWords, ReadingZones, Stress, Strip, stress
from zopa.robustness.verdicts import certify, contradictions, document, tabulate
from zopa.robustness.verify import BadCertificate, check_certificate
from zopa.robustness.words import Compatible, WordSettings, compatible

__all__ = [
    "BadCertificate",
    "Compatible",
    "PartyWords",
    "ReadingZones",
    "Stress",
    "Strip",
    "WordSettings",
    "certify",
    "check_certificate",
    "compatible",
    "contradictions",
    "document",
    "stress",
    "tabulate",
]
