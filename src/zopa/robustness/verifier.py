"""Check certificates about what words imply. Believes nothing that a file says; uses fractions only.

A document lists the variables of one party, the rows that its words gave, and claims. A claim holds when vectors
add up or when a point satisfies every row; neither needs any search. Motzkin 1936.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

__all__ = ["FORMAT", "BadCertificate", "check_certificate", "shown_claims"]

FORMAT = "zopa words 1"
MOST = 100_000
NUMBER = re.compile(r"-?\d{1,400}(/[1-9]\d{0,400})?")
CLAIMS = ("necessary", "never", "possible", "not necessary", "contradiction", "consistent")


class BadCertificate(Exception):
    """A certificate that shows nothing; says where and why."""


def check_certificate(document: Mapping[str, Any]) -> list[tuple[str, dict[str, str]]]:
    """The claims that a document shows about packages against no agreement, as (claim, package).

    Claims that set one package against another are checked as well; :func:`shown_claims` gives all of them.

    Parameters
    ----------
    document : mapping
        ``format``, ``party``, ``issues`` (issue -> options), ``variables`` ("issue=option", "top=issue" or "c"),
        ``alternatives`` (lists of rows: ``units``, ``strict``, ``vector``), ``claims``.

    Raises
    ------
    BadCertificate
        A part that is missing, unknown or of the wrong kind; a sum that is not what it should be.
    """
    return [(claim, package) for claim, package, than in shown_claims(document) if not than]


def shown_claims(document: Mapping[str, Any]) -> list[tuple[str, dict[str, str], dict[str, str]]]:
    """The claims that a document shows, as (claim, package, than); ``than`` is empty for no agreement.

    Raises
    ------
    BadCertificate
        As for :func:`check_certificate`.
    """
    _keys(document, ("format", "party", "issues", "variables", "alternatives", "claims"), "document")
    if document["format"] != FORMAT:
        raise BadCertificate(f"format: expected '{FORMAT}'")
    variables = _list(document["variables"], "variables")
    if not all(isinstance(v, str) for v in variables) or len(set(variables)) != len(variables):
        raise BadCertificate("variables: expected different names")
    issues = document["issues"]
    if not isinstance(issues, Mapping):
        raise BadCertificate("issues: expected a mapping")
    alternatives = [
        _rows(rows, len(variables), k)
        for k, rows in enumerate(_list(document["alternatives"], "alternatives"))
    ]
    if not alternatives:
        raise BadCertificate("alternatives: expected at least one")
    found = []
    for n, claim in enumerate(_list(document["claims"], "claims")):
        where = f"claim {n}"
        ordering = isinstance(claim, Mapping) and "than" in claim
        _keys(claim, ("claim", "package", "shown", *(("than",) if ordering else ())), where)
        if claim["claim"] not in CLAIMS:
            raise BadCertificate(f"{where}: no such claim")
        package = claim["package"]
        if ordering:
            gain = _difference(package, claim["than"], issues, variables, where)
        else:
            gain = _gain(package, issues, variables, where)
        _claim(claim["claim"], gain, _list(claim["shown"], where), alternatives, where)
        found.append((claim["claim"], dict(package), dict(claim["than"]) if ordering else {}))
    return found


Rows = list[tuple[list[Fraction], bool]]


def _claim(
    kind: str, gain: list[Fraction], shown: Sequence[Any], alternatives: list[Rows], where: str
) -> None:
    covered: set[int] = set()
    for part in shown:
        by_point = isinstance(part, Mapping) and "point" in part
        _keys(part, ("alternative", "point") if by_point else ("alternative", "factors", "impossible"), where)
        k = part["alternative"]
        if not isinstance(k, int) or isinstance(k, bool) or not 0 <= k < len(alternatives):
            raise BadCertificate(f"{where}: no such alternative")
        if by_point != (kind in ("possible", "not necessary", "consistent")):
            raise BadCertificate(f"{where}: this kind of claim is shown otherwise")
        if by_point:
            _point(kind, gain, _vector(part["point"], len(gain), where), alternatives[k], where)
        else:
            kind_here = "contradiction" if part["impossible"] is True else kind
            _sum(
                kind_here, gain, _vector(part["factors"], len(alternatives[k]), where), alternatives[k], where
            )
        covered.add(k)
    if not covered or (kind in ("necessary", "never", "contradiction") and len(covered) < len(alternatives)):
        raise BadCertificate(f"{where}: not every alternative is covered")
    if kind in ("necessary", "never") and all(part["impossible"] is True for part in shown):
        raise BadCertificate(f"{where}: the words contradict one another, so they imply nothing")


def _point(kind: str, gain: list[Fraction], point: list[Fraction], rows: Rows, where: str) -> None:
    for n, (row, strict) in enumerate(rows):
        value = _dot(row, point)
        if value < 0 or (strict and value == 0):
            raise BadCertificate(f"{where}: the point breaks row {n}")
    worth = _dot(gain, point)
    if kind == "possible" and worth < 0:
        raise BadCertificate(f"{where}: the package is refused at the point")
    if kind == "not necessary" and worth >= 0:
        raise BadCertificate(f"{where}: the package is accepted at the point")


def _sum(kind: str, gain: list[Fraction], factors: list[Fraction], rows: Rows, where: str) -> None:
    if any(f < 0 for f in factors):
        raise BadCertificate(f"{where}: a factor is negative")
    total = [Fraction(0)] * len(gain)
    for factor, (row, _) in zip(factors, rows, strict=True):
        if factor:
            total = [t + factor * r for t, r in zip(total, row, strict=True)]
    aim = {"necessary": gain, "never": [-g for g in gain], "contradiction": [Fraction(0)] * len(gain)}[kind]
    if total != aim:
        raise BadCertificate(f"{where}: the rows do not add up to what is claimed")
    if kind != "necessary" and not any(f for f, (_, strict) in zip(factors, rows, strict=True) if strict):
        raise BadCertificate(f"{where}: no strict row takes part")


def _gain(package: Any, issues: Mapping[str, Any], variables: Sequence[str], where: str) -> list[Fraction]:
    if not isinstance(package, Mapping):
        raise BadCertificate(f"{where}: expected a package")
    if package and set(package) != set(issues):
        raise BadCertificate(f"{where}: expected one option for every issue")
    for issue, option in package.items():
        if option not in _list(issues[issue], f"issues.{issue}"):
            raise BadCertificate(f"{where}: no option '{option}' of {issue}")
    named = {f"{i}={o}" for i, o in package.items()} | ({"c"} if package else set())
    return [Fraction(int(v in named)) for v in variables]


def _difference(
    package: Any, than: Any, issues: Mapping[str, Any], variables: Sequence[str], where: str
) -> list[Fraction]:
    """Worth of the package less that of another one that names the same issues."""
    if not isinstance(package, Mapping) or not isinstance(than, Mapping) or not package:
        raise BadCertificate(f"{where}: expected two packages")
    if set(package) != set(than) or not set(package) <= set(issues):
        raise BadCertificate(f"{where}: expected two packages about the same issues")
    both = []
    for one in (package, than):
        for issue, option in one.items():
            if option not in _list(issues[issue], f"issues.{issue}"):
                raise BadCertificate(f"{where}: no option '{option}' of {issue}")
        named = {f"{i}={o}" for i, o in one.items()}
        both.append([Fraction(int(v in named)) for v in variables])
    return [a - b for a, b in zip(*both, strict=True)]


def _rows(given: Any, width: int, k: int) -> Rows:
    found: Rows = []
    for n, row in enumerate(_list(given, f"alternative {k}")):
        where = f"alternative {k}, row {n}"
        _keys(row, ("kind", "units", "strict", "vector"), where)
        if not isinstance(row["strict"], bool):
            raise BadCertificate(f"{where}: expected true or false")
        found.append((_vector(row["vector"], width, where), row["strict"]))
    return found


def _vector(given: Any, width: int, where: str) -> list[Fraction]:
    numbers = _list(given, where)
    if len(numbers) != width:
        raise BadCertificate(f"{where}: expected {width} numbers, saw {len(numbers)}")
    return [_number(x, where) for x in numbers]


def _number(given: Any, where: str) -> Fraction:
    if isinstance(given, int) and not isinstance(given, bool) and abs(given) < 10**400:
        return Fraction(given)
    if isinstance(given, str) and NUMBER.fullmatch(given):
        return Fraction(given)
    raise BadCertificate(f"{where}: expected a whole number or a fraction such as '1/2'")


def _dot(row: Sequence[Fraction], point: Sequence[Fraction]) -> Fraction:
    return sum((r * p for r, p in zip(row, point, strict=True) if r and p), Fraction(0))


def _list(given: Any, where: str) -> Sequence[Any]:
    if not isinstance(given, list | tuple) or len(given) > MOST:
        raise BadCertificate(f"{where}: expected a list")
    return given


def _keys(given: Any, names: Sequence[str], where: str) -> None:
    if not isinstance(given, Mapping) or set(given) != set(names):
        raise BadCertificate(f"{where}: expected exactly {', '.join(names)}")
