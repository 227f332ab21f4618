"""Scenarios of added scores: what GENIUS, GeniusWeb and NegMAS files have in common, to and from a case.

Scores are exact fractions on a party's own scale from 0 to 100; the files count from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from math import floor
from typing import Any

from zopa.case import Case, fraction, reservation, values, voters, weights
from zopa.case.estimates import meant
from zopa.errors import NotApplicable
from zopa.formats.fidelity import IMPORTED, Fidelity, left_out
from zopa.formats.names import label, short_ids

__all__ = [
    "AdditiveScenario",
    "Box",
    "Scores",
    "capped",
    "decimal",
    "exact_text",
    "scenario_of",
    "scores_case",
    "whole_boxes",
]

CARRIED = (
    "title", "parties.*.name", "parties.*.points.**", "parties.*.reservation.best",
    *(f"parties.*.{where}.{form}" for where in ("weights.*", "values.*.*") for form in ("best", "word", "rank")),
    "parties.*.discount", "issues.*.name", "issues.*.options.*.label",
    "interactions.*.party", "interactions.*.when.**", "interactions.*.points",
)  # fmt: skip
MOST_CORRECTIONS = 200


@dataclass(frozen=True)
class Box:
    """Points added where every named issue takes one of the options: issue number -> option numbers."""

    when: dict[int, tuple[int, ...]]
    points: Fraction


@dataclass(frozen=True)
class Scores:
    """One party: points per issue and option (they add up), what no agreement is worth, what time costs.

    ``discount`` is what is left of a utility at the deadline; ``why`` says where the numbers come from.
    """

    name: str
    points: tuple[tuple[Fraction, ...], ...]
    reservation: Fraction | None = None
    discount: Fraction | None = None
    boxes: tuple[Box, ...] = ()
    why: str = ""
    reason: str = ""


@dataclass(frozen=True)
class AdditiveScenario:
    """Issues with the labels of their options, and the parties."""

    name: str
    issues: tuple[tuple[str, tuple[str, ...]], ...]
    parties: tuple[Scores, ...]
    notes: dict[tuple[int, int], str]


def decimal(value: Fraction) -> str | None:
    """The value as a finite decimal, or None where it has none of at most 40 places.

    >>> decimal(Fraction(1, 8)), decimal(Fraction(1, 3))
    ('0.125', None)
    """
    rest, places = value.denominator, 0
    for prime in (2, 5):
        k = 0
        while rest % prime == 0:
            rest, k = rest // prime, k + 1
        places = max(places, k)
    if rest != 1 or places > 40:
        return None
    digits = f"{abs(value.numerator) * 10**places // value.denominator:0{places + 1}d}"
    sign = "-" if value < 0 else ""
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def exact_text(value: Fraction, fidelity: Fidelity, place: str) -> str:
    """The decimal of a value; rounded to 20 places where it has no finite one, which is noted."""
    found = decimal(value)
    if found is None:
        fidelity.change("rounded to 20 decimal places", place)
        scaled = round(value * 10**20)
        found = decimal(Fraction(scaled, 10**20))
    assert found is not None
    return found


def _plain(value: Fraction) -> float | int | str:
    """As a number where a float holds it exactly and nobody takes it for binary noise, else as the fraction it is."""
    text = decimal(value)
    if text is not None and len(text.strip("-").replace(".", "").strip("0")) <= 15:
        plain = int(text) if "." not in text else float(text)
        if meant(plain) == value:
            return plain
    return f"{value.numerator}/{value.denominator}"


def _not_above(value: Fraction) -> float:
    """The value as a float; where that would be read as more, a little less: what reaches the value still does."""
    near = float(value)
    return near if meant(near) <= value else floor(value * 10**11) / 10**11


def scores_case(scenario: AdditiveScenario, fidelity: Fidelity, scaled: bool = True) -> Case:
    """The scenario as a case; option and issue ids are made from the labels. ``scaled``: the file counts to 1."""
    issue_ids = short_ids(name for name, _ in scenario.issues)
    option_ids = [short_ids(labels) for _, labels in scenario.issues]
    party_ids = short_ids(p.name for p in scenario.parties)
    issues: dict[str, Any] = {}
    for i, (name, labels) in enumerate(scenario.issues):
        options: dict[str, Any] = {}
        for k, text in enumerate(labels):
            options[option_ids[i][k]] = {"label": label(text)}
            if (i, k) in scenario.notes:
                options[option_ids[i][k]]["assumed"] = f"{IMPORTED} the file: {label(scenario.notes[i, k])}"
        issues[issue_ids[i]] = {"name": label(name), "options": options}
    parties: dict[str, Any] = {}
    interactions: list[dict[str, Any]] = []
    for ident, party in zip(party_ids, scenario.parties, strict=True):
        told = {"assumed": party.why or f"{IMPORTED} {label(party.name)}"}
        parties[ident] = {
            "name": label(party.name),
            "basis": told,
            "points": {
                issue_ids[i]: {o: _plain(v) for o, v in zip(option_ids[i], row, strict=True)}
                for i, row in enumerate(party.points)
            },
        }
        if party.reservation is not None:
            reason = {"assumed": party.reason} if party.reason else told
            limit = _not_above(party.reservation)
            if fraction(limit) != party.reservation:
                fidelity.change("the reservation value is rounded to 16 digits", party.name)
            parties[ident]["reservation"] = {"best": limit, **reason}
        if party.discount is not None and party.discount != 1:
            parties[ident]["discount"] = float(party.discount)
        interactions += [
            {
                "party": ident,
                "points": _plain(box.points),
                **told,
                "when": {
                    issue_ids[i]: tuple(option_ids[i][k] for k in ks) for i, ks in sorted(box.when.items())
                },
            }
            for box in party.boxes
            if box.points
        ]
    fidelity.keep("parties", len(parties))
    fidelity.keep("issues", len(issues))
    fidelity.keep("options", sum(len(labels) for _, labels in scenario.issues))
    if interactions:
        fidelity.keep("interactions", len(interactions))
    if scaled:
        fidelity.change("utilities count from 0 to 100 instead of 0 to 1; their order and their ratios stay")
    return Case.model_validate(
        {
            "title": label(scenario.name),
            "issues": issues,
            "parties": parties,
            "interactions": tuple(interactions),
        }
    )


def capped(points: Sequence[Sequence[Fraction]], top: Fraction = Fraction(100)) -> tuple[Box, ...] | None:
    """Corrections that cut the sums at ``top``: one box for each package above it; None if too many."""
    best = [max(row) for row in points]
    rest = [sum(best[i:], Fraction(0)) for i in range(len(best) + 1)]

    def over(chosen: tuple[int, ...], total: Fraction) -> Any:
        if total + rest[len(chosen)] <= top:
            return
        if len(chosen) == len(points):
            yield Box({i: (k,) for i, k in enumerate(chosen)}, top - total)
            return
        for k, v in enumerate(points[len(chosen)]):
            yield from over((*chosen, k), total + v)

    found = list(islice(over((), Fraction(0)), MOST_CORRECTIONS + 1))
    return tuple(found) if len(found) <= MOST_CORRECTIONS else None


def scenario_of(case: Case, fidelity: Fidelity, holds: Sequence[str] = ()) -> AdditiveScenario:
    """The scores of a case: points, or weight times value; everything else is listed as left out.

    Parameters
    ----------
    holds : sequence of str
        What the target has a place for besides scores: ``interactions``, ``discount``.

    Raises
    ------
    NotApplicable
        No party whose acceptance counts.
    """
    parties = voters(case)
    if not parties:
        raise NotApplicable("the file needs at least one party with `role: party`")
    gone = {f"{name}s" for name in ("interaction",)} - set(holds)
    carried = [
        p
        for p in CARRIED
        if p.split(".")[0] not in gone and (p.split(".")[-1] != "discount" or "discount" in holds)
    ]
    left_out(case, carried, fidelity)
    found = []
    for p in parties:
        rows, share = [], weights(case, p)
        for i in case.issues:
            cells = values(case, p, i)
            if any(c.gap for c in cells.values()):
                fidelity.change(
                    "nothing was said; the middle of 0 to 100 is written",
                    f"parties.{p}.values.{i}",
                    sum(c.gap for c in cells.values()),
                )
            whole = case.parties[p].points
            rows.append(tuple(c.best if whole else c.best * share[i].best / 100 for c in cells.values()))
        limit = reservation(case, p)
        party = case.parties[p]
        found.append(
            Scores(
                party.name,
                tuple(rows),
                None if limit is None else limit.best,
                fraction(party.discount) if party.discount is not None else None,
                _boxes(case, p) if not gone else (),
            )
        )
    issues = tuple((i.name, tuple(o.label for o in i.options.values())) for i in case.issues.values())
    fidelity.keep("parties", len(found))
    fidelity.keep("issues", len(issues))
    return AdditiveScenario(case.title, _distinct(issues, fidelity), tuple(found), {})


def _distinct(
    issues: tuple[tuple[str, tuple[str, ...]], ...], fidelity: Fidelity
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Labels that are told apart by nothing but their ids get a number."""
    found = []
    names: dict[str, int] = {}
    for name, labels in issues:
        seen: dict[str, int] = {}
        out = []
        for text in labels:
            seen[text] = seen.get(text, 0) + 1
            out.append(text if seen[text] == 1 else f"{text} ({seen[text]})")
            if seen[text] > 1:
                fidelity.change(f"a second option labelled '{text}' got a number", f"issue {name}")
        names[name] = names.get(name, 0) + 1
        found.append((name if names[name] == 1 else f"{name} ({names[name]})", tuple(out)))
    return tuple(found)


def _boxes(case: Case, party: str) -> tuple[Box, ...]:
    issues = list(case.issues)
    return tuple(
        Box(
            {
                issues.index(i): tuple(k for k, o in enumerate(case.issues[i].options) if o in chosen)
                for i, chosen in b.when.items()
            },
            fraction(b.points),
        )
        for b in case.interactions
        if b.party == party
    )


def whole_boxes(case: Case) -> bool:
    """Whether every issue counts up in whole numbers and every interaction takes a run of them."""
    for issue in case.issues.values():
        labels = [o.label for o in issue.options.values()]
        if not labels[0].lstrip("-").isdecimal() or len(labels[0]) > 9:
            return False
        if labels != [str(k) for k in range(int(labels[0]), int(labels[0]) + len(labels))]:
            return False
    for bonus in case.interactions:
        for name, chosen in bonus.when.items():
            at = [k for k, o in enumerate(case.issues[name].options) if o in chosen]
            if at != list(range(at[0], at[-1] + 1)):
                return False
    return True
