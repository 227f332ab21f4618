"""Check proofs about spaces too large to list. Believes nothing that a file says, and imports nothing of the search.

A zone holds a package: every party's certificate is added up. It holds none: values of the parties, each checked
against every row, stand as parties in a proof of emptiness; or boxes of packages, each below one that no value
accepts, stand as rules in it. That proof is checked by :mod:`zopa.bargaining.proofs`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from zopa.bargaining.proofs.proof_file import ProofRefused
from zopa.bargaining.proofs.verify import LIMIT, ProvenClaim, check
from zopa.robustness.verifier import BadCertificate, check_certificate

__all__ = ["LARGE", "check_large"]

LARGE = "zopa large words 1"


def check_large(document: Mapping[str, Any], limit: int = LIMIT) -> tuple[str, tuple[str, ...]]:
    """What a document shows, as ("sure" or "conceivable" with "is empty" or "holds one"), and the rules it rests on.

    Whether the words and the rules are those of a case is not looked at here.

    Raises
    ------
    BadCertificate
        A part that is missing or does not show what it should.
    """
    if not isinstance(document, Mapping) or document.get("format") != LARGE:
        raise BadCertificate(f"format: expected '{LARGE}'")
    zone, empty = document.get("zone"), document.get("empty")
    if zone not in ("sure", "conceivable") or not isinstance(empty, bool):
        raise BadCertificate("expected a zone and whether it is empty")
    documents = document.get("words")
    if not isinstance(documents, list) or not documents:
        raise BadCertificate("words: expected one document per party")
    claims = [check_certificate(d) for d in documents]
    if not empty:
        wanted = ("necessary" if zone == "sure" else "possible", document.get("package"))
        if not all(wanted in c for c in claims):
            raise BadCertificate("not every party is shown to accept the package")
        return f"{zone} holds one", ()
    try:
        proven = check(document.get("proof"), limit)
    except ProofRefused as why:
        raise BadCertificate(f"proof: {why}") from None
    if proven.kind != "empty":
        raise BadCertificate("proof: expected one of emptiness")
    problem = proven.problem
    if any(
        d["issues"] != dict(zip(problem.issues, map(list, problem.options), strict=True)) for d in documents
    ):
        raise BadCertificate("words and proof are about other issues")
    if problem.at_least != len(problem.parties) and not all(problem.required):
        raise BadCertificate("proof: all must be needed")
    if zone == "sure":
        _values(document, documents, claims, proven)
        rules = {c.rule for c in problem.clauses}
    else:
        rules = _boxes(document, documents, claims, proven)
    return f"{zone} is empty", tuple(sorted(rules))


Claims = Sequence[Sequence[tuple[str, dict[str, str]]]]


def _pointed(at: Any, documents: Sequence[Any], claims: Claims, kind: str) -> tuple[Any, Any]:
    """The document and the claim that a pair of numbers points to."""
    if not isinstance(at, list) or len(at) != 2 or not all(type(x) is int for x in at):
        raise BadCertificate("expected two numbers, of a party's words and of a claim")
    n, k = at
    if not 0 <= n < len(documents) or not 0 <= k < len(claims[n]) or claims[n][k][0] != kind:
        raise BadCertificate(f"no such claim of the kind '{kind}'")
    return documents[n], documents[n]["claims"][k]


def _values(
    document: Mapping[str, Any], documents: Sequence[Any], claims: Claims, proven: ProvenClaim
) -> None:
    """Every party of the proof is a compatible value: what options are worth there, and no agreement."""
    problem, values = proven.problem, document.get("values")
    if not isinstance(values, list) or len(values) != len(problem.parties):
        raise BadCertificate("values: expected one per party of the proof")
    if problem.bonuses:
        raise BadCertificate("proof: bonuses are no part of words")
    for r, at in enumerate(values):
        words, claim = _pointed(at, documents, claims, "consistent")
        point = dict(zip(words["variables"], claim["shown"][0]["point"], strict=True))
        for i, issue in enumerate(problem.issues):
            worth = [Fraction(point.get(f"{issue}={o}", 0)) for o in problem.options[i]]
            if [Fraction(x) for x in problem.scores[i][r]] != worth:
                raise BadCertificate(f"values {r}: other numbers on {issue}")
        if Fraction(problem.reservation[r]) != -Fraction(point.get("c", 0)):
            raise BadCertificate(f"values {r}: no agreement is worth something else")


def _boxes(
    document: Mapping[str, Any], documents: Sequence[Any], claims: Claims, proven: ProvenClaim
) -> set[str]:
    """Rules of the proof that are boxes are below a package that is never acceptable; the other rules are returned."""
    problem, boxes = proven.problem, document.get("boxes")
    if not isinstance(boxes, Mapping):
        raise BadCertificate("boxes: expected a mapping")
    if any(x for table in problem.scores for row in table for x in row) or any(problem.reservation):
        raise BadCertificate("proof: its parties must accept everything")
    rules = set()
    for clause in problem.clauses:
        if clause.rule not in boxes:
            rules.add(clause.rule)
            continue
        words, claim = _pointed(boxes[clause.rule], documents, claims, "never")
        masks = dict(clause.when)
        if clause.only_if:
            raise BadCertificate(f"{clause.rule}: a box has no exceptions")
        for i, issue in enumerate(problem.issues):
            options = problem.options[i]
            below = _below(words, issue, options, claim["package"][issue])
            held = [o for k, o in enumerate(options) if masks.get(i, -1) >> k & 1]
            if not set(held) <= below:
                raise BadCertificate(f"{clause.rule}: {issue} holds options that no word puts below")
    return rules


def _below(words: Any, issue: str, options: Sequence[str], top: str) -> set[str]:
    """Options that every alternative puts no higher than ``top``, by rows that compare two options."""
    found: set[str] | None = None
    for rows in words["alternatives"]:
        pairs = set()
        named = {f"{issue}={o}": o for o in options}
        absent = [o for o in options if f"{issue}={o}" not in words["variables"]]
        for row in rows:
            used = [(v, Fraction(x)) for v, x in zip(words["variables"], row["vector"], strict=True) if x]
            if all(v in named for v, _ in used) and sorted(x for _, x in used) in ([-1, 1], [1], [-1]):
                more = [named[v] for v, x in used if x > 0] or absent
                less = [named[v] for v, x in used if x < 0] or absent
                pairs |= {(a, b) for a in more for b in less}
        here, ahead = {top}, [top]
        while ahead:
            above = ahead.pop()
            new = {b for a, b in pairs if a == above} - here
            here |= new
            ahead += new
        found = here if found is None else found & here
    return found or set()
