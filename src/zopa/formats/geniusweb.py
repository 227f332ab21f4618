"""GeniusWeb scenarios: a domain and additive profiles in JSON, in and out.

Values count from 0 to 1 and are not divided by a maximum. What no agreement is worth is given as a package:
an agreement is acceptable when it is at least as good.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

from zopa.case import Case
from zopa.errors import CaseError, Finding
from zopa.formats.additive import AdditiveScenario, Scores, exact_text, scenario_of, scores_case
from zopa.formats.documents import decode, json_data, number, refuse
from zopa.formats.fidelity import IMPORTED, Fidelity
from zopa.formats.names import label, short_ids

__all__ = ["read", "recognise", "write"]

PROFILE = "LinearAdditiveUtilitySpace"
MOST_PARTIES = 3
MOST_PACKAGES = 300_000
Issues = dict[str, tuple[str, ...]]


def recognise(files: Mapping[str, bytes]) -> bool:
    """Whether a GeniusWeb profile or domain is among the files."""
    return any(PROFILE.encode() in raw[:4000] or b'"issuesValues"' in raw for raw in files.values())


def read(
    files: Mapping[str, bytes], source: str, chosen: str = "", parties: Sequence[str] = ()
) -> tuple[Case, Fidelity]:
    """A case from the profiles of one scenario; each holds its domain.

    Raises
    ------
    CaseError
        No profile, profiles of different domains, more than three and none chosen, values that are missing.
    """
    fidelity = Fidelity("geniusweb")
    bad: list[Finding] = []
    found: dict[str, tuple[Issues, Scores]] = {}
    title = ""
    for name, raw in files.items():
        if not name.lower().endswith(".json"):
            continue
        if name.lower().endswith("specials.json"):
            fidelity.leave("settings of a competition, no part of the scenario", name)
            continue
        try:
            data = json_data(decode(raw, name, fidelity), name)
            space = data.get(PROFILE) if isinstance(data, dict) else None
            if isinstance(space, dict):
                found[name] = _profile(space, name, fidelity)
                title = title or _text(_mapping(space, "domain", name).get("name"), "")
            elif not (isinstance(data, dict) and "issuesValues" in data):
                fidelity.leave("no additive profile and no domain", name)
        except CaseError as error:
            bad += error.findings
    picked = _pick(found, parties, bad, source)
    if chosen in picked and len(files) > 1 and not parties and len(picked) == 1:
        fidelity.change("one profile only: the case has one party", chosen)
    first = next(iter(picked.values()))[0]
    for name, (issues, _) in picked.items():
        if issues != first:
            bad.append(Finding("", "expected one domain in all profiles, saw another here", "", name))
    if bad and any("one domain" in f.what for f in bad):
        raise CaseError(bad, "nothing was read")
    for flaw in bad:
        fidelity.leave(f"profile not used: {flaw.path + ': ' if flaw.path else ''}{flaw.what}", flaw.place)
    scenario = AdditiveScenario(
        title or source, tuple(first.items()), tuple(s for _, s in picked.values()), {}
    )
    return scores_case(scenario, fidelity), fidelity


def _pick(
    found: dict[str, tuple[Issues, Scores]], parties: Sequence[str], bad: Sequence[Finding], source: str
) -> dict[str, tuple[Issues, Scores]]:
    wanted = [p if p in found else f"{p}.json" for p in parties] or list(found)
    missing = [w for w in wanted if w not in found]
    if missing or not wanted:
        what = (
            f"no usable profile called '{missing[0]}'"
            if missing
            else "this is a GeniusWeb domain without a usable profile"
        )
        hint = (
            f"there are: {', '.join(found)}"
            if found
            else "give the folder that holds the domain and the profiles"
        )
        raise CaseError([Finding("", what, hint, source), *bad], "nothing was read")
    if not parties and len(wanted) > MOST_PARTIES:
        refuse(
            source,
            f"{len(wanted)} profiles are candidates for a party: {', '.join(wanted)}",
            "say which, as in --party A --party B",
        )
    return {w: found[w] for w in wanted}


def _mapping(data: Any, key: str, file: str) -> dict[str, Any]:
    value = data.get(key)
    if not isinstance(value, dict):
        raise CaseError([Finding(key, "expected a mapping, saw none", "", file)], "nothing was read")
    return value


def _text(value: Any, fallback: str) -> str:
    return value if isinstance(value, str) and value.strip() else fallback


def _labels(given: Any, path: str, file: str) -> tuple[str, ...]:
    values = given.get("values") if isinstance(given, dict) else None
    if (
        isinstance(values, list)
        and values
        and all(isinstance(v, str) for v in values)
        and len(set(values)) == len(values)
    ):
        return tuple(values)
    if isinstance(given, dict) and "range" in given:
        low, high, step = (
            number(v)
            for v in (*(given["range"] if isinstance(given["range"], list) else []), None, None, None)[:3]
        )
        if low is not None and high is not None and step and step > 0 and 0 <= (high - low) / step < 5_000:
            return tuple(
                str(low + k * step) if (low + k * step).denominator == 1 else f"{float(low + k * step):.12g}"
                for k in range(int((high - low) / step) + 1)
            )
    raise CaseError(
        [Finding(path, "expected a list of different texts as values", "", file)], "nothing was read"
    )


def _profile(space: dict[str, Any], file: str, fidelity: Fidelity) -> tuple[Issues, Scores]:
    domain = _mapping(space, "domain", file)
    issues = {
        name: _labels(given, f"domain.issuesValues.{name}", file)
        for name, given in _mapping(domain, "issuesValues", file).items()
    }
    shares, worth = _mapping(space, "issueWeights", file), _mapping(space, "issueUtilities", file)
    bad: list[Finding] = []
    rows = []
    for name, labels in issues.items():
        share = number(shares.get(name, ""))
        given = worth.get(name)
        if share is None:
            bad.append(Finding(f"issueWeights.{name}", "expected a number, saw none", "", file))
        cells = _cells(given, labels, f"issueUtilities.{name}", file, bad)
        rows.append(tuple(100 * (share or 0) * v for v in cells))
    if bad or not rows:
        raise CaseError(
            bad or [Finding("domain", "expected at least one issue, saw none", "", file)], "nothing was read"
        )
    limit, reason = _reserve(space.get("reservationBid"), issues, rows, file, fidelity)
    told = f"{IMPORTED} the GeniusWeb profile {label(file)}"
    return issues, Scores(
        name=label(_text(space.get("name"), file.rsplit(".", 1)[0])),
        points=tuple(rows),
        reservation=limit,
        why=told,
        reason=reason,
    )


def _cells(given: Any, labels: tuple[str, ...], path: str, file: str, bad: list[Finding]) -> list[Fraction]:
    table = given.get("discreteutils", {}) if isinstance(given, dict) else {}
    table = table.get("valueUtilities") if isinstance(table, dict) else None
    line = given.get("numberutils") if isinstance(given, dict) else None
    if isinstance(line, dict):
        found = [number(line.get(k, "")) for k in ("lowValue", "lowUtility", "highValue", "highUtility")]
        places = [number(t) for t in labels]
        if None not in found and None not in places and found[0] != found[2]:
            low, a, high, b = (f or Fraction(0) for f in found)
            return [a + (b - a) * ((v or Fraction(0)) - low) / (high - low) for v in places]
    cells = []
    for text in labels:
        value = number(table[text]) if isinstance(table, dict) and text in table else None
        if value is None:
            bad.append(Finding(f"{path}.{label(text)}", "expected a number, saw none", "", file))
        cells.append(value or Fraction(0))
    return cells


def _reserve(
    bid: Any, issues: Issues, rows: Sequence[Sequence[Fraction]], file: str, fidelity: Fidelity
) -> tuple[Fraction | None, str]:
    given = bid.get("issuevalues") if isinstance(bid, dict) else None
    if not isinstance(given, dict) or not given:
        fidelity.change("no reservation bid: any agreement is acceptable", file)
        return None, ""
    total = Fraction(0)
    for (name, labels), row in zip(issues.items(), rows, strict=True):
        if given.get(name) not in labels:
            what = f"expected an option of '{label(name)}' in the reservation bid, saw {label(str(given.get(name)))[:60]}"
            raise CaseError([Finding(f"reservationBid.{name}", what, "", file)], "nothing was read")
        total += row[labels.index(given[name])]
    fidelity.change("the reservation bid counts by its utility", file)
    said = "; ".join(f"{label(k)}: {label(v)}" for k, v in given.items())
    return total, f"{IMPORTED} the reservation bid of {label(file)}: {said}"


def write(case: Case) -> tuple[dict[str, bytes], Fidelity]:
    """The files of a GeniusWeb scenario: ``domain.json`` and a profile for every party.

    The reservation value becomes the least useful package that reaches it, which accepts the same packages.

    Raises
    ------
    NotApplicable
        No party whose acceptance counts.
    """
    fidelity = Fidelity("geniusweb")
    scenario = scenario_of(case, fidelity)
    domain = {
        "name": scenario.name,
        "issuesValues": {n: {"values": list(labels)} for n, labels in scenario.issues},
    }
    files = {"domain.json": _dump(domain)}
    names = [n if n != "domain" else "domain-party" for n in short_ids(p.name for p in scenario.parties)]
    for name, party in zip(names, scenario.parties, strict=True):
        files[f"{name}.json"] = _dump({PROFILE: _space(scenario, party, domain, fidelity)})
    fidelity.change("utilities count from 0 to 1 instead of 0 to 100; their order and their ratios stay")
    return files, fidelity


def _exact(value: Fraction, fidelity: Fidelity, place: str) -> str:
    return "\x01" + exact_text(value, fidelity, place) + "\x01"


def _dump(data: object) -> bytes:
    text = json.dumps(data, ensure_ascii=False, indent=1)
    return (text.replace('"\\u0001', "").replace('\\u0001"', "") + "\n").encode("utf-8", "replace")


def _space(scenario: AdditiveScenario, party: Scores, domain: object, fidelity: Fidelity) -> dict[str, Any]:
    lowest = [min(min(row), Fraction(0)) for row in party.points]
    rows = [[v - low for v in row] for row, low in zip(party.points, lowest, strict=True)]
    best = [max(row) for row in rows]
    top = sum(best, Fraction(0)) or Fraction(1)
    if top != 100 or any(lowest):
        fidelity.change(
            f"scaled so that weights add up to 1: divided by {float(top):.6g} after raising by {float(-sum(lowest)):g}",
            party.name,
        )
    space: dict[str, Any] = {"issueUtilities": {}, "issueWeights": {}}
    for (name, labels), row, high in zip(scenario.issues, rows, best, strict=True):
        cells = {
            t: _exact(v / high if high else Fraction(0), fidelity, f"{party.name}, {name}")
            for t, v in zip(labels, row, strict=True)
        }
        space["issueUtilities"][name] = {"discreteutils": {"valueUtilities": cells}}
        space["issueWeights"][name] = _exact(high / top, fidelity, f"{party.name}, weight of {name}")
    bid = _bid(party, fidelity)
    bids = (
        {}
        if bid is None
        else {
            "reservationBid": {
                "issuevalues": {n: labels[k] for (n, labels), k in zip(scenario.issues, bid, strict=True)}
            }
        }
    )
    return {**space, "domain": domain, "name": party.name, **bids}


def _bid(party: Scores, fidelity: Fidelity) -> tuple[int, ...] | None:
    """The package of least utility that reaches the reservation value."""
    if party.reservation is None:
        return None
    if prod(len(row) for row in party.points) > MOST_PACKAGES:
        fidelity.leave(
            "the reservation value: too many packages to find the one that is worth it", party.name
        )
        return None
    limit = party.reservation
    reach = (
        (sum(row[k] for row, k in zip(party.points, pick, strict=True)), pick)
        for pick in product(*(range(len(row)) for row in party.points))
    )
    found = min((r for r in reach if r[0] >= limit), default=None)
    if found is None:
        fidelity.leave("the reservation value: no package reaches it", party.name)
        return None
    if found[0] != limit:
        fidelity.change("the reservation value becomes the least package that reaches it", party.name)
    return found[1]
