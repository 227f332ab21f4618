"""What a proof shows, in one or two plain sentences: the whole claim, with everything that it depends on."""

from __future__ import annotations

from dataclasses import dataclass

from zopa.bargaining.proofs.proof_file import StatedProblem

__all__ = ["ClaimShown", "statement"]


@dataclass(frozen=True)
class ClaimShown:
    """A claim as read: ``complete`` says that every package as good is listed.

    ``gaining``: how many parties gain in the packages of a Nash claim.
    """

    kind: str
    packages: tuple[tuple[int, ...], ...]
    complete: bool
    weights: tuple[int, ...]
    number: int
    gaining: int = 0


def statement(p: StatedProblem, c: ClaimShown) -> str:
    """The claim in words, then whose acceptance it takes and which case the numbers name."""
    return f"{_claim(p, c)} {_acceptable(p)} {_origin(p)}"


def _claim(p: StatedProblem, c: ClaimShown) -> str:
    n = len(c.packages)
    if c.kind == "member":
        return "The package obeys every rule and is acceptable."
    if c.kind == "empty":
        return "No package that obeys the rules is acceptable."
    if c.kind == "count":
        one = c.number == 1
        obey = "package obeys the rules and is" if one else "packages obey the rules and are"
        return f"Exactly {c.number:,} {obey} acceptable."
    if c.kind == "frontier":
        points = (
            "1 point, one package listed for it" if n == 1 else f"{n:,} points, one package listed for each"
        )
        return (
            f"The Pareto frontier of the acceptable packages has exactly {points}: "
            "no acceptable package is at least as good for every party and better for one of them."
        )
    return f"{_best(p, c)} {_ties(c, n)}"


def _best(p: StatedProblem, c: ClaimShown) -> str:
    weights = ", ".join(f"{name} {w}" for name, w in zip(p.parties, c.weights, strict=False))
    if c.kind in ("nash", "weighted-nash"):
        return _nash(p, c, f", each raised to its weight ({weights})" if c.weights else "")
    if c.kind == "utilitarian":
        return "No acceptable package has a larger sum of utilities in points."
    measure = {
        "kalai-smorodinsky": "share of a party's ideal gain",
        "egalitarian": "gain in points",
        "proportional": f"gain in points per unit of weight ({weights})",
    }[c.kind]
    order = ", ties decided by the next smallest, and so on (leximin)" if c.complete else ""
    return f"No acceptable package has a larger smallest {measure}{order}."


def _nash(p: StatedProblem, c: ClaimShown, powers: str) -> str:
    name = "weighted Nash product" if powers else "Nash product"
    product = f"the product of gains over the reservation values{powers}"
    if c.gaining == p.n:
        return f"No acceptable package has a larger {name} ({product})."
    if c.gaining == 0:
        return f"No acceptable package gives any party a gain over its reservation value ({name} 0{powers})."
    return (
        f"No acceptable package lets more than {c.gaining} of the {p.n} parties gain, and among those that let "
        f"{c.gaining} gain none has a larger {name} of these ({product})."
    )


def _ties(c: ClaimShown, n: int) -> str:
    if not c.complete:
        return "The package listed attains this; others may do so too."
    return (
        f"Exactly {n:,} packages attain this; all are listed." if n > 1 else "Exactly 1 package attains this."
    )


def _acceptable(p: StatedProblem) -> str:
    """Who the parties are, and whose acceptance it takes."""
    vetoes = [name for name, veto in zip(p.parties, p.required, strict=True) if veto]
    if len(vetoes) == p.n or p.at_least == p.n:
        who = f"every party ({', '.join(p.parties)})"
    else:
        always = f", always including {', '.join(vetoes)}" if vetoes else ""
        who = f"at least {max(p.at_least, len(vetoes))} of {', '.join(p.parties)}{always}"
    rules = len({c.rule for c in p.clauses})
    obey = f"{rules} rule{'s' * (rules != 1)} hold{'s' * (rules == 1)}" if rules else "there are no rules"
    return f"Acceptable: reaches the reservation value of {who}; {obey}."


def _origin(p: StatedProblem) -> str:
    return f"The numbers name the case {p.digest}." if p.digest else "The numbers name no case."
