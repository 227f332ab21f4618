"""Verifiers of saved proofs. They believe nothing that a file says, and import nothing of the search.

``document`` reads a proof strictly, ``verify`` checks its claim with ``verify_tree`` (boxes) or ``verify_count``
(found again issue by issue), ``wording`` says what was shown. May not enter: the rest of zopa, numpy.
"""

from zopa.bargaining.proofs.proof_file import FORMAT, KINDS, MOST_BYTES, ProofRefused, need_format, read_proof
from zopa.bargaining.proofs.verify import LIMIT, ProvenClaim, check

__all__ = [
    "FORMAT",
    "KINDS",
    "LIMIT",
    "MOST_BYTES",
    "ProofRefused",
    "ProvenClaim",
    "check",
    "need_format",
    "read_proof",
]
