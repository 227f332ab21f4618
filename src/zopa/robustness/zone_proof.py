"""Proofs that a package is, or is not, in the sure or the conceivable zone: saved, and held against the case.

A proof lists readings, per reading and party the inequalities with their certificates, and claims. The verifier adds
up the certificates; here the inequalities, the rules and the agreement rule are worked out again from the case, so
that nothing of the file is believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from zopa.case import Case
from zopa.errors import ZopaError
from zopa.robustness.compatible_set import WordSettings
from zopa.robustness.stress import AS_SET, problems_of, words_of
from zopa.robustness.verdicts import certify, document
from zopa.robustness.verifier import BadCertificate, shown_claims
from zopa.space import Problem, Readings

__all__ = ["ZONE_FORMAT", "ZONE_WORDS", "check_zone_proof", "zone_proof"]

ZONE_FORMAT = "zopa zones 1"
ZONE_WORDS: Mapping[str, str] = {
    "sure": "acceptable to all whatever the numbers, under every reading named",
    "not sure": "refused under one of the readings named, for some numbers that fit the words",
    "conceivable": "acceptable to all for some numbers that fit the words, under one of the readings named",
    "not conceivable": "never acceptable to all, whatever the numbers that fit the words, under any reading named",
}
"""What each claim says."""
MOST_CLAIMS = 1000
PUBLIC = {"taken": str, "waiting": str, "hedged": bool, "offers": bool, "refusals": bool}
VALUES = {"taken": ("stated", "inferred", "assumed"), "waiting": ("costly", "as-now", "open")}


def zone_proof(
    case: Case | Problem,
    packages: Sequence[Mapping[str, str]],
    readings: Readings | Sequence[str] = None,
    *,
    settings: WordSettings | None = None,
) -> dict[str, Any]:
    """A proof of the zones that packages are in, as plain data for :func:`check_zone_proof`.

    Parameters
    ----------
    case, readings, settings : as in :func:`zopa.robustness.stress.stress`
    packages : full packages.
    """
    settings = settings or WordSettings()
    problems = problems_of(case, readings)
    parties: dict[str, Any] = {}
    shown: dict[str, dict[str, list[Any]]] = {}
    for name, problem in problems.items():
        words, _ = words_of(problem, settings)
        shown[name] = {
            p: [certify(w, problem.space, problem.space.package(x))[1] for x in packages]
            for p, w in words.items()
        }
        parties[name] = {
            p: document(w, problem.space, [c for found in shown[name][p] for c in found])
            for p, w in words.items()
        }
    claims = []
    for k, package in enumerate(packages):
        kinds = {
            name: {p: {c.claim for c in certificates[k]} for p, certificates in by.items()}
            for name, by in shown.items()
        }
        claims += [
            {"zone": z, "package": dict(package)} for z in ZONE_WORDS if _holds(z, package, problems, kinds)
        ]
    return {
        "format": ZONE_FORMAT,
        "settings": asdict(settings),
        "readings": list(problems),
        "parties": parties,
        "claims": claims,
    }


def _holds(
    zone: str,
    package: Mapping[str, str],
    problems: Mapping[str, Problem],
    kinds: Mapping[str, Mapping[str, Iterable[str]]],
) -> bool:
    """Whether the claims shown per reading and party give the zone."""
    found = []
    for name, problem in problems.items():
        space = problem.space
        allowed = space.allows(space.package(package))
        yes = {
            "sure": {"necessary"},
            "not sure": set(),
            "conceivable": {"necessary", "possible"},
            "not conceivable": set(),
        }[zone]
        no = {"not sure": {"not necessary", "never"}, "not conceivable": {"never"}}.get(zone)
        accepts = [
            not set(kinds[name][p]) & no if no is not None else bool(set(kinds[name][p]) & yes)
            for p in space.parties
        ]
        agreed = sum(accepts) >= space.at_least and all(
            a for a, needed in zip(accepts, space.required, strict=True) if needed
        )
        found.append(allowed and agreed)
    return {
        "sure": all(found),
        "not sure": not all(found),
        "conceivable": any(found),
        "not conceivable": not any(found),
    }[zone]


def check_zone_proof(proof: object, case: Case) -> list[tuple[str, dict[str, str]]]:
    """The claims of a proof, as (zone, package), each shown by certificates and tied to the case.

    Raises
    ------
    BadCertificate
        Something is missing, unknown, not the case's, or not shown.
    """
    if not isinstance(proof, Mapping) or set(proof) != {
        "format",
        "settings",
        "readings",
        "parties",
        "claims",
    }:
        raise BadCertificate("expected exactly format, settings, readings, parties, claims")
    if proof["format"] != ZONE_FORMAT:
        raise BadCertificate(f"format: expected '{ZONE_FORMAT}'")
    settings = _settings(proof["settings"])
    problems = _problems(proof["readings"], case)
    kinds: dict[str, dict[str, dict[tuple[tuple[str, str], ...], set[str]]]] = {}
    for name, problem in problems.items():
        words, _ = words_of(problem, settings)
        given = _of(proof["parties"], tuple(problems), "parties")[name]
        given = _of(given, tuple(words), f"parties.{name}")
        kinds[name] = {}
        for party, w in words.items():
            expected, where = document(w, problem.space, ()), f"parties.{name}.{party}"
            _same(given[party], expected, where)
            by: dict[tuple[tuple[str, str], ...], set[str]] = {}
            for claim, package, than in shown_claims(given[party]):
                if package and not than:
                    by.setdefault(tuple(sorted(package.items())), set()).add(claim)
            kinds[name][party] = by
    claims = proof["claims"]
    if not isinstance(claims, list) or not 0 < len(claims) <= MOST_CLAIMS:
        raise BadCertificate(f"claims: expected a list of 1 to {MOST_CLAIMS}")
    return [_claim(c, n, problems, kinds) for n, c in enumerate(claims)]


def _claim(
    claim: Any,
    n: int,
    problems: Mapping[str, Problem],
    kinds: Mapping[str, Mapping[str, Mapping[tuple[tuple[str, str], ...], set[str]]]],
) -> tuple[str, dict[str, str]]:
    if (
        not isinstance(claim, Mapping)
        or set(claim) != {"zone", "package"}
        or claim["zone"] not in [*ZONE_WORDS]
    ):
        raise BadCertificate(f"claims.{n}: expected a zone and a package")
    package = claim["package"]
    space = next(iter(problems.values())).space
    if (
        not isinstance(package, Mapping)
        or set(package) != set(space.issues)
        or not all(isinstance(o, str) for o in package.values())
    ):
        raise BadCertificate(f"claims.{n}: expected one option for every issue")
    try:
        space.package(package)
    except ZopaError as error:
        raise BadCertificate(f"claims.{n}: {error}") from None
    key = tuple(sorted(package.items()))
    shown = {name: {p: by.get(key, set()) for p, by in parties.items()} for name, parties in kinds.items()}
    if not _holds(claim["zone"], package, problems, shown):
        raise BadCertificate(f"claims.{n}: the certificates do not show that the package is {claim['zone']}")
    return str(claim["zone"]), dict(package)


def _settings(given: Any) -> WordSettings:
    if not isinstance(given, Mapping) or set(given) != set(PUBLIC):
        raise BadCertificate(f"settings: expected exactly {', '.join(PUBLIC)}")
    for name, kind in PUBLIC.items():
        if type(given[name]) is not kind or given[name] not in VALUES.get(name, (True, False)):
            raise BadCertificate(f"settings.{name}: no such setting")
    return WordSettings(**given)


def _problems(given: Any, case: Case) -> dict[str, Problem]:
    known = (AS_SET, *case.readings)
    if (
        not isinstance(given, list)
        or not given
        or not all(isinstance(n, str) and n in known for n in given)
        or len(set(given)) != len(given)
    ):
        raise BadCertificate("readings: expected different named readings of the case")
    problem = Problem(case)
    return {n: problem if n == AS_SET else problem.with_readings(n) for n in given}


def _of(given: Any, names: Sequence[str], where: str) -> Mapping[str, Any]:
    if not isinstance(given, Mapping) or set(given) != set(names):
        raise BadCertificate(f"{where}: expected exactly {', '.join(names)}")
    return given


def _same(given: Any, expected: Mapping[str, Any], where: str) -> None:
    """The inequalities of the file are those that the words of the case give."""
    if not isinstance(given, Mapping):
        raise BadCertificate(f"{where}: expected a mapping")
    for part in ("format", "party", "issues", "variables", "alternatives"):
        if given.get(part) != expected[part]:
            raise BadCertificate(f"{where}.{part}: not what the words of the case give")
    if any("=" in v for pair in expected["issues"].items() for v in (pair[0], *pair[1])):
        raise BadCertificate(f"{where}: ids with '=' cannot be told apart")
