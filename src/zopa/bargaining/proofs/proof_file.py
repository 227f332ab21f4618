"""A proof document, read strictly: every key, every type, every size; nothing unknown, missing or left over.

Reads text or plain Python values; imports nothing but the standard library. What is wrong is a
:class:`ProofRefused` that says where; no other error leaves this module, whatever the document holds.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

__all__ = [
    "FORMAT",
    "KINDS",
    "MOST_BYTES",
    "MOST_WEIGHT",
    "WITHOUT_TREES",
    "Budget",
    "ProofRefused",
    "StatedBonus",
    "StatedClause",
    "StatedProblem",
    "Terms",
    "holds",
    "need",
    "need_format",
    "read_bool",
    "read_list",
    "read_problem",
    "read_proof",
    "read_record",
    "read_whole",
]  # fmt: skip

FORMAT = "zopa-proof 2"
MOST_BYTES = 32_000_000
MOST_PARTIES, MOST_ISSUES, MOST_OPTIONS, MOST_TEXT = 64, 1_000, 10_000, 200
MOST_WEIGHT = 4_096
LARGEST = 10**40
"""No number of a document is larger; a mask of options may be."""

KINDS: Mapping[str, tuple[str, ...]] = {
    "member": ("packages",),
    "empty": (),
    "count": ("number",),
    "frontier": ("packages",),
    "nash": ("packages", "complete"),
    "weighted-nash": ("packages", "complete", "weights"),
    "kalai-smorodinsky": ("packages", "complete", "ideal"),
    "egalitarian": ("packages", "complete"),
    "proportional": ("packages", "complete", "weights"),
    "utilitarian": ("packages", "complete"),
}
"""Each kind of claim with the fields that it has beside ``kind``; no other field is allowed."""

WITHOUT_TREES = ("member", "count", "frontier")
"""Kinds whose documents have no groups and parts."""

Terms = tuple[tuple[int, int], ...]
"""Pairs of an issue and a mask of its options: the option taken is in the mask."""


class ProofRefused(ValueError):
    """The document does not prove what it claims; the message says why."""


class Budget:
    """Steps that a check may still take.

    Raises
    ------
    TimeoutError
        From :meth:`spend`, when they are used up: nothing was decided.
    """

    def __init__(self, steps: int) -> None:
        self.left = steps

    def spend(self, steps: int) -> None:
        """Take so many steps."""
        self.left -= steps
        if self.left < 0:
            raise TimeoutError("the limit of steps was reached before the proof was checked")


def need(condition: bool, what: str) -> None:
    """Refuse the proof, saying what is wrong with it, unless the condition holds."""
    if not condition:
        raise ProofRefused(what)


# ---- plain values -----------------------------------------------------------------------------------------
def read_whole(value: object, where: str, low: int = -LARGEST, high: int = LARGEST) -> int:
    """A whole number between two bounds; true and false are none."""
    if type(value) is not int or not low <= value <= high:
        raise ProofRefused(f"{where}: expected a whole number from {_short(low)} to {_short(high)}")
    return value


def _short(number: int) -> str:
    return str(number) if abs(number) < 10**12 else f"{'-' * (number < 0)}2^{abs(number).bit_length() - 1}"


def read_list(value: object, where: str, length: int | None = None) -> list[Any]:
    """A list, of this length if one is given."""
    if type(value) is not list:
        raise ProofRefused(f"{where}: expected a list")
    if length is not None and len(value) != length:
        raise ProofRefused(f"{where}: expected {length} entries, saw {len(value)}")
    return value


def read_record(value: object, where: str, keys: Iterable[str]) -> dict[str, Any]:
    """A mapping with exactly these keys."""
    if type(value) is not dict:
        raise ProofRefused(f"{where}: expected a mapping")
    missing = [k for k in keys if k not in value]
    need(not missing, f"{where}: {', '.join(missing)} missing")
    need(len(value) == len([*keys]), f"{where}: more fields than {', '.join(keys)}")
    return value


def _read_name(value: object, where: str) -> str:
    if type(value) is not str or not value or len(value) > MOST_TEXT or not value.isprintable():
        raise ProofRefused(f"{where}: expected a printable text of at most {MOST_TEXT} characters")
    return value


def _read_names(value: object, where: str, most: int) -> tuple[str, ...]:
    names = tuple(_read_name(v, where) for v in read_list(value, where))
    need(0 < len(names) <= most, f"{where}: expected 1 to {most} names")
    need(len({*names}) == len(names), f"{where}: a name stands twice")
    return names


def read_bool(value: object, where: str) -> bool:
    """True or false."""
    if type(value) is not bool:
        raise ProofRefused(f"{where}: expected true or false")
    return value


# ---- the problem --------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class StatedClause:
    """Whenever all terms of ``when`` hold, all terms of one of ``only_if`` must hold (none: ruled out)."""

    rule: str
    when: Terms
    only_if: tuple[Terms, ...]

    @property
    def issues(self) -> frozenset[int]:
        """The issues that it names."""
        return frozenset(i for terms in (self.when, *self.only_if) for i, _ in terms)

    def broken(self, have: Mapping[int, int]) -> bool:
        """Whether the options ``have`` (issue: option) break it, whatever the other issues get."""
        if not holds(self.when, have):
            return False
        return all(any(i in have and not mask >> have[i] & 1 for i, mask in way) for way in self.only_if)


@dataclass(frozen=True)
class StatedBonus:
    """Points that a party gets beside its scores when all terms hold (an interaction)."""

    party: int
    terms: Terms
    points: int


def holds(terms: Terms, have: Mapping[int, int]) -> bool:
    """Whether all terms are known to hold."""
    return all(i in have and mask >> have[i] & 1 for i, mask in terms)


@dataclass(frozen=True, kw_only=True)
class StatedProblem:
    """Everything about the case that a proof needs, as it says.

    Utilities and reservation values of party p are in units of ``1 / scale[p]`` point.
    ``scores[issue][party][option]``.
    """

    digest: str
    parties: tuple[str, ...]
    issues: tuple[str, ...]
    options: tuple[tuple[str, ...], ...]
    scores: tuple[tuple[tuple[int, ...], ...], ...]
    reservation: tuple[int, ...]
    scale: tuple[int, ...]
    required: tuple[bool, ...]
    at_least: int
    clauses: tuple[StatedClause, ...]
    bonuses: tuple[StatedBonus, ...]

    @property
    def n(self) -> int:
        """Number of parties."""
        return len(self.parties)

    def broken(self, have: Mapping[int, int]) -> bool:
        """Whether the options ``have`` break a rule, whatever the other issues get."""
        return any(c.broken(have) for c in self.clauses)

    def utility(self, package: Sequence[int]) -> tuple[int, ...]:
        """Utility of a whole package for every party."""
        have = dict(enumerate(package))
        total = [sum(s[p][k] for s, k in zip(self.scores, package, strict=True)) for p in range(self.n)]
        for b in self.bonuses:
            total[b.party] += b.points if holds(b.terms, have) else 0
        return tuple(total)

    def accepted(self, utility: Sequence[int]) -> bool:
        """Whether all whose acceptance is required accept, and at least ``at_least`` parties in all."""
        yes = [u >= r for u, r in zip(utility, self.reservation, strict=True)]
        return sum(yes) >= self.at_least and all(
            y or not veto for y, veto in zip(yes, self.required, strict=True)
        )

    def read_package(self, value: object, where: str) -> tuple[int, ...]:
        """A package of the zone: one option per issue, no rule broken, accepted."""
        options = zip(read_list(value, where, len(self.issues)), self.options, strict=True)
        package = tuple(read_whole(k, where, 0, len(o) - 1) for k, o in options)
        need(not self.broken(dict(enumerate(package))), f"{where} breaks a rule")
        need(self.accepted(self.utility(package)), f"{where} is not accepted by enough parties")
        return package


def _read_terms(value: object, where: str, options: Sequence[Sequence[str]]) -> Terms:
    terms = []
    for term in read_list(value, where):
        issue, mask = read_list(term, where, 2)
        i = read_whole(issue, where, 0, len(options) - 1)
        terms.append((i, read_whole(mask, where, 0, (1 << len(options[i])) - 1)))
    return tuple(terms)


def read_problem(value: object) -> StatedProblem:
    """The problem of a proof."""
    keys = (
        "digest",
        "parties",
        "issues",
        "options",
        "scores",
        "reservation",
        "scale",
        "required",
        "at_least",
        "clauses",
        "bonuses",
    )
    d = read_record(value, "problem", keys)
    parties = _read_names(d["parties"], "problem.parties", MOST_PARTIES)
    issues = _read_names(d["issues"], "problem.issues", MOST_ISSUES)
    n = len(parties)
    options = tuple(
        _read_names(o, "problem.options", MOST_OPTIONS)
        for o in read_list(d["options"], "problem.options", len(issues))
    )
    scores = tuple(
        tuple(
            tuple(read_whole(x, "problem.scores") for x in read_list(row, "problem.scores", len(o)))
            for row in read_list(table, "problem.scores", n)
        )
        for table, o in zip(read_list(d["scores"], "problem.scores", len(issues)), options, strict=True)
    )
    clauses, bonuses = [], []
    for c in read_list(d["clauses"], "problem.clauses"):
        c = read_record(c, "problem.clauses", ("rule", "when", "only_if"))
        ways = read_list(c["only_if"], "problem.clauses")
        clauses.append(
            StatedClause(
                _read_name(c["rule"], "problem.clauses"),
                _read_terms(c["when"], "problem.clauses", options),
                tuple(_read_terms(w, "problem.clauses", options) for w in ways),
            )
        )
    for b in read_list(d["bonuses"], "problem.bonuses"):
        b = read_record(b, "problem.bonuses", ("party", "terms", "points"))
        bonuses.append(
            StatedBonus(
                read_whole(b["party"], "problem.bonuses", 0, n - 1),
                _read_terms(b["terms"], "problem.bonuses", options),
                read_whole(b["points"], "problem.bonuses"),
            )
        )
    digest = d["digest"]
    need(
        type(digest) is str and len(digest) <= MOST_TEXT and digest.isalnum() | (not digest), "problem.digest"
    )
    return StatedProblem(
        digest=digest,
        parties=parties,
        issues=issues,
        options=options,
        scores=scores,
        reservation=_wholes(d["reservation"], "problem.reservation", n),
        scale=_wholes(d["scale"], "problem.scale", n, 1),
        required=tuple(
            read_bool(x, "problem.required") for x in read_list(d["required"], "problem.required", n)
        ),
        at_least=read_whole(d["at_least"], "problem.at_least", 1, n),
        clauses=tuple(clauses),
        bonuses=tuple(bonuses),
    )


def _wholes(value: object, where: str, length: int, low: int = -LARGEST) -> tuple[int, ...]:
    return tuple(read_whole(x, where, low) for x in read_list(value, where, length))


# ---- text -----------------------------------------------------------------------------------------------------
def read_proof(text: str) -> object:
    """The document in a text: JSON of whole numbers in which no key stands twice.

    Raises
    ------
    ProofRefused
        What is wrong with it.
    """
    need(len(text) <= MOST_BYTES, f"a proof has at most {MOST_BYTES:,} characters")
    try:
        found: object = json.loads(
            text, parse_float=_no_fraction, parse_constant=_no_fraction, object_pairs_hook=_once
        )
    except ProofRefused:
        raise
    except RecursionError:
        raise ProofRefused("lists and mappings are nested too deeply") from None
    except ValueError as error:
        raise ProofRefused(f"this is no JSON document ({str(error)[:100]})") from None
    return found


def need_format(document: object) -> None:
    """Refuse what is no proof in this format."""
    need(type(document) is dict, "proof: expected a mapping")
    stated = document.get("format") if isinstance(document, dict) else None
    need(stated == FORMAT, f"format: expected {FORMAT}; a proof of an older version must be saved again")


def _no_fraction(number: str) -> NoReturn:
    raise ProofRefused(f"the number {number[:20]}; a proof has whole numbers only")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    need(len(found) == len(pairs), "a key stands twice in one mapping")
    return found
