"""NegMAS scenarios: an outcome space and utility functions in YAML (or its JSON), in and out.

Utilities are used as they stand: a weighted sum that nothing normalises. A file says by its ``type`` what
it is; its name does not matter.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from zopa.case import Case
from zopa.errors import CaseError, Finding
from zopa.formats.additive import (
    AdditiveScenario,
    Box,
    Scores,
    decimal,
    exact_text,
    scenario_of,
    scores_case,
    whole_boxes,
)
from zopa.formats.documents import decode, json_data, number, refuse, yaml_data
from zopa.formats.fidelity import IMPORTED, Fidelity
from zopa.formats.names import label, short_ids

__all__ = ["read", "recognise", "write"]

ENDINGS = (".yml", ".yaml", ".json")
MOST_OPTIONS = 5_000
MOST_PARTIES = 8
Issue = tuple[str, tuple[str, ...]]


class _NegmasFlaw(Exception):
    """Why a utility function cannot be used."""


def recognise(files: Mapping[str, bytes]) -> bool:
    """Whether an outcome space or a utility function of NegMAS is among the files."""
    return any(
        name.lower().endswith(ENDINGS)
        and b"type" in raw
        and any(w in raw for w in (b"OutcomeSpace", b"UtilityFunction", b"UFun"))
        for name, raw in files.items()
    )


def read(
    files: Mapping[str, bytes],
    source: str,
    chosen: str = "",
    parties: Sequence[str] = (),
    steps: int | None = None,
) -> tuple[Case, Fidelity]:
    """A case from the files of one scenario.

    Parameters
    ----------
    steps : int, optional
        Into how many options a continuous issue is cut; without it such an issue is refused.

    Raises
    ------
    CaseError
        No outcome space or several, no usable utility function, values that are missing.
    """
    del chosen
    fidelity = Fidelity("negmas")
    bad: list[Finding] = []
    data: dict[str, dict[str, Any]] = {}
    for name, raw in files.items():
        if not name.lower().endswith(ENDINGS):
            continue
        try:
            text = decode(raw, name, fidelity)
            one = json_data(text, name) if name.lower().endswith(".json") else yaml_data(text, name)
        except CaseError as error:
            bad += error.findings
            continue
        if isinstance(one, dict) and isinstance(one.get("type"), str):
            data[name] = one
        else:
            fidelity.leave("no outcome space and no utility function: it has no `type`", name)
    domains = [n for n, d in data.items() if "OutcomeSpace" in d["type"]]
    if len(domains) != 1:
        saw = ", ".join(domains) or "none"
        what = f"expected one file with an outcome space (type: ...OutcomeSpace), saw {saw}"
        raise CaseError(
            [Finding("", what, "give the folder that holds the scenario", source), *bad], "nothing was read"
        )
    issues = _issues(data[domains[0]], domains[0], steps, fidelity)
    found: dict[str, Scores] = {}
    for name, one in data.items():
        if name in domains:
            continue
        if "fun" not in one["type"].lower():
            fidelity.leave(f"a file of type {label(one['type'])[:60]}", name)
            continue
        try:
            found[name] = _scores(one, name, issues, fidelity)
        except _NegmasFlaw as flaw:
            bad.append(Finding("", str(flaw), "", name))
    found = _pick(found, parties, bad, source)
    for finding in bad:
        fidelity.leave(f"utility function not used: {finding.what}", finding.place)
    title = str(data[domains[0]].get("name") or domains[0].rsplit(".", 1)[0])
    return scores_case(AdditiveScenario(title, tuple(issues), tuple(found.values()), {}), fidelity), fidelity


def _pick(
    found: dict[str, Scores], parties: Sequence[str], bad: Sequence[Finding], source: str
) -> dict[str, Scores]:
    wanted = [next((n for n in found if p in (n, n.rsplit(".", 1)[0])), p) for p in parties] or list(found)
    missing = [w for w in wanted if w not in found]
    if missing or not wanted:
        what = (
            f"no usable utility function in a file '{missing[0]}'"
            if missing
            else "no usable utility function"
        )
        raise CaseError(
            [Finding("", what, f"there are: {', '.join(found) or 'none'}", source), *bad], "nothing was read"
        )
    if not parties and len(wanted) > MOST_PARTIES:
        refuse(
            source,
            f"{len(wanted)} utility functions are candidates for a party: {', '.join(wanted)}",
            "say which, as in --party A --party B",
        )
    return {w: found[w] for w in wanted}


def _issues(domain: dict[str, Any], file: str, steps: int | None, fidelity: Fidelity) -> list[Issue]:
    given = domain.get("issues")
    if not isinstance(given, list) or not given:
        refuse(file, "expected a list of issues, saw none")
    found: list[Issue] = []
    bad: list[Finding] = []
    for k, one in enumerate(given):
        name = str(one.get("name") or f"issue {k + 1}") if isinstance(one, dict) else f"issue {k + 1}"
        try:
            found.append((name, _labels(one if isinstance(one, dict) else {}, name, steps, fidelity, file)))
        except _NegmasFlaw as flaw:
            bad.append(Finding(f"issues[{k}]", str(flaw), "", file))
    if bad:
        raise CaseError(bad, "nothing was read")
    return found


def _labels(
    issue: dict[str, Any], name: str, steps: int | None, fidelity: Fidelity, file: str
) -> tuple[str, ...]:
    kind, values = str(issue.get("type", "")).rpartition(".")[2], issue.get("values")
    if isinstance(values, list) and "Contiguous" not in kind and "Continuous" not in kind:
        texts = [_word(v) for v in values]
        if not texts or any(t is None for t in texts) or len(set(texts)) < len(texts):
            raise _NegmasFlaw(f"expected different texts or numbers as values of '{label(name)}'")
        return tuple(t or "" for t in texts)
    ends = (
        [number(v) for v in values]
        if isinstance(values, list)
        else [Fraction(0), (number(values) or Fraction(0)) - 1]
    )
    if len(ends) != 2 or None in ends:
        raise _NegmasFlaw(f"expected values of '{label(name)}' as a list, or as lowest and highest")
    low, high = (e or Fraction(0) for e in ends)
    if low > high:
        raise _NegmasFlaw(f"expected lowest <= highest in the values of '{label(name)}'")
    if "Continuous" in kind:
        if steps is None:
            raise _NegmasFlaw(
                f"the continuous issue '{label(name)}' has no options to list; say into how many equal steps it is cut, as in --steps 11"
            )
        fidelity.change(f"the continuous issue '{label(name)}' is cut into {steps} options", file)
        cut = [low + (high - low) * k / max(steps - 1, 1) for k in range(steps)]
        return tuple(dict.fromkeys(decimal(v) or f"{float(v):.10g}" for v in cut))
    if low.denominator != 1 or high.denominator != 1 or high - low >= MOST_OPTIONS:
        raise _NegmasFlaw(f"expected at most {MOST_OPTIONS:,} whole numbers as values of '{label(name)}'")
    return tuple(str(v) for v in range(int(low), int(high) + 1))


def _word(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        return decimal(value)
    return str(value) if isinstance(value, str | int) else None


def _number(data: dict[str, Any], key: str, default: int | None = None) -> Fraction:
    value = number(data[key]) if data.get(key) is not None else None
    if value is None and default is not None and data.get(key) is None:
        return Fraction(default)
    if value is None:
        raise _NegmasFlaw(f"expected a number as {key}, saw {label(str(data.get(key)))[:40]}")
    return value


def _scores(data: dict[str, Any], file: str, issues: Sequence[Issue], fidelity: Fidelity) -> Scores:
    noted = Fidelity("")
    inner, discount = data, None
    reserve = _reserve(data)
    while isinstance(inner.get("ufun"), dict):
        kind = str(inner.get("type", "")).rpartition(".")[2]
        if "ExpDiscounted" not in kind or discount is not None:
            raise _NegmasFlaw(f"a utility function of type {label(kind)[:60]} is not read")
        factor, left = str(inner.get("factor", "step")), _number(inner, "discount", 1)
        if left == 1 or factor == "relative_time":
            discount = left
        else:
            noted.leave(
                f"discount {float(left):g} per {label(factor)[:30]}: a case counts it until the deadline",
                file,
            )
            discount = Fraction(1)
        inner = inner["ufun"]
        if reserve is None and (reserve := _reserve(inner)) is not None:
            noted.change("the reserved value stands in the inner function", file)
    rows, boxes = _points(inner, issues)
    if reserve is None:
        noted.change("no reserved value: nothing is refused", file)
    fidelity.changed += noted.changed
    fidelity.left_out += noted.left_out
    return Scores(
        name=label(str(data.get("name") or file.rsplit(".", 1)[0])),
        points=rows,
        boxes=boxes,
        discount=discount,
        reservation=None if reserve is None else 100 * reserve,
        why=f"{IMPORTED} the NegMAS file {label(file)}",
    )


def _reserve(data: dict[str, Any]) -> Fraction | None:
    value = data.get("reserved_value")
    if value is None or str(value).strip().lower() in ("-.inf", "-inf", "-infinity"):
        return None
    return _number(data, "reserved_value")


def _points(
    data: dict[str, Any], issues: Sequence[Issue]
) -> tuple[tuple[tuple[Fraction, ...], ...], tuple[Box, ...]]:
    kind = str(data.get("type", "")).rpartition(".")[2]
    bias = 100 * _number(data, "bias", 0)
    if kind == "HyperRectangleUtilityFunction":
        return _hyper(data, issues, bias)
    shares = _weights(data.get("weights"), issues)
    if kind in ("LinearAdditiveUtilityFunction", "LinearUtilityAggregationFunction"):
        given = data.get("values")
        functions = list(given.values()) if isinstance(given, dict) else given
        if isinstance(given, dict) and set(given) == {n for n, _ in issues}:
            functions = [given[n] for n, _ in issues]
        if not isinstance(functions, list) or len(functions) != len(issues):
            raise _NegmasFlaw(f"expected {len(issues)} value functions")
        cells = [_values(f, name, labels) for f, (name, labels) in zip(functions, issues, strict=True)]
    elif kind in ("AffineUtilityFunction", "LinearUtilityFunction"):
        cells = [_line({}, name, labels, Fraction(1), Fraction(0)) for name, labels in issues]
    else:
        raise _NegmasFlaw(f"a utility function of type {label(kind)[:60]} is not read")
    rows = [tuple(100 * w * v for v in row) for w, row in zip(shares, cells, strict=True)]
    rows[0] = tuple(v + bias for v in rows[0])
    return tuple(rows), ()


def _weights(given: Any, issues: Sequence[Issue]) -> list[Fraction]:
    if given is None:
        return [Fraction(1)] * len(issues)
    listed = [given.get(n) for n, _ in issues] if isinstance(given, dict) else given
    found = [number(v) if v is not None else None for v in listed] if isinstance(listed, list) else []
    if len(found) != len(issues) or None in found:
        raise _NegmasFlaw(f"expected {len(issues)} numbers as weights")
    return [f or Fraction(0) for f in found]


def _values(function: Any, name: str, labels: Sequence[str]) -> list[Fraction]:
    if not isinstance(function, dict):
        raise _NegmasFlaw(f"expected a value function for '{label(name)}'")
    kind = str(function.get("type", "")).rpartition(".")[2]
    if kind == "TableFun":
        table = function.get("mapping")
        if not isinstance(table, dict):
            raise _NegmasFlaw(f"expected a mapping in the value function of '{label(name)}'")
        missing = [t for t in labels if t not in table or number(table[t]) is None]
        if missing:
            raise _NegmasFlaw(f"no number for the option '{label(missing[0])}' of '{label(name)}'")
        return [number(table[t]) or Fraction(0) for t in labels]
    if kind == "ConstFun":
        return [_number(function, "bias", 0)] * len(labels)
    if kind in ("AffineFun", "LinearFun", "IdentityFun"):
        slope = Fraction(1) if kind == "IdentityFun" else _number(function, "slope")
        return _line(function, name, labels, slope, _number(function, "bias", 0))
    raise _NegmasFlaw(f"a value function of type {label(kind)[:60]} is not read ('{label(name)}')")


def _line(_: Any, name: str, labels: Sequence[str], slope: Fraction, bias: Fraction) -> list[Fraction]:
    found = [number(t) for t in labels]
    if None in found:
        raise _NegmasFlaw(f"the options of '{label(name)}' are no numbers, and its value function needs them")
    return [slope * (v or Fraction(0)) + bias for v in found]


def _hyper(
    data: dict[str, Any], issues: Sequence[Issue], bias: Fraction
) -> tuple[tuple[tuple[Fraction, ...], ...], tuple[Box, ...]]:
    ranges, worth = data.get("outcome_ranges"), data.get("utilities")
    if not isinstance(ranges, list) or not isinstance(worth, list) or len(ranges) != len(worth):
        raise _NegmasFlaw("expected as many utilities as outcome_ranges")
    shares = data.get("weights") or ["1"] * len(ranges)
    if len(shares) != len(ranges):
        raise _NegmasFlaw("expected as many weights as outcome_ranges")
    base, boxes = bias, list[Box]()
    for box, value, share in zip(ranges, worth, shares, strict=True):
        paid, times = number(value) if value is not None else None, number(share)
        if paid is None or times is None:
            raise _NegmasFlaw("expected numbers as utilities and weights")
        if not box:
            base += 100 * paid * times
            continue
        if not isinstance(box, dict):
            raise _NegmasFlaw("expected outcome_ranges as mappings from issue numbers")
        when = {}
        for key, ends in box.items():
            at = number(key)
            place = int(at) if at is not None and at.denominator == 1 and 0 <= at < len(issues) else None
            if place is None:
                raise _NegmasFlaw(f"expected an issue number in outcome_ranges, saw {label(str(key))[:40]}")
            when[place] = _inside(ends, issues[place])
        if all(when.values()):
            boxes.append(Box(when, 100 * paid * times))
    rows = [tuple(Fraction(0) for _ in labels) for _, labels in issues]
    rows[0] = tuple(base for _ in rows[0])
    return tuple(rows), tuple(boxes)


def _inside(ends: Any, issue: Issue) -> tuple[int, ...]:
    """The options strictly between the ends: NegMAS does not count the ends (measured on 0.16)."""
    name, labels = issue
    if isinstance(ends, list) and len(ends) == 2:
        low, high = (number(e) for e in ends)
        places = [number(t) for t in labels]
        if low is not None and high is not None and None not in places:
            return tuple(k for k, v in enumerate(places) if v is not None and low < v < high)
    if isinstance(ends, str | int) and _word(ends) in labels:
        return (labels.index(_word(ends) or ""),)
    raise _NegmasFlaw(f"expected [lowest, highest] for '{label(name)}' in outcome_ranges")


def write(case: Case) -> tuple[dict[str, bytes], Fidelity]:
    """The files of a NegMAS scenario: ``domain.yml`` and a utility function for every party.

    Raises
    ------
    NotApplicable
        No party whose acceptance counts.
    """
    fidelity = Fidelity("negmas")
    boxed = bool(case.interactions) and whole_boxes(case)
    scenario = scenario_of(case, fidelity, ("discount", "interactions") if boxed else ("discount",))
    whole = [_counts(labels) for _, labels in scenario.issues]
    files = {"domain.yml": _file(_domain(scenario, whole))}
    names = [n if n != "domain" else "domain-party" for n in short_ids(p.name for p in scenario.parties)]
    for name, party in zip(names, scenario.parties, strict=True):
        files[f"{name}.yml"] = _file(_party(scenario, party, whole, fidelity))
    fidelity.change("utilities count from 0 to 1 instead of 0 to 100; their order and their ratios stay")
    return files, fidelity


def _file(lines: Iterable[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _counts(labels: Sequence[str]) -> bool:
    """Whether the labels are whole numbers in a row."""
    return (
        all(t == str(k) for k, t in enumerate(labels, int(labels[0])))
        if labels[0].lstrip("-").isdecimal() and len(labels[0]) < 10
        else False
    )


def _quoted(text: str) -> str:
    """In double quotes; YAML writes a character outside the basic plane in one piece, JSON in two."""
    inner = "".join(json.dumps(c)[1:-1] if c <= "\uffff" else f"\\U{ord(c):08x}" for c in text)
    return f'"{inner}"'


def _domain(scenario: AdditiveScenario, whole: Sequence[bool]) -> Iterable[str]:
    yield "type: DiscreteCartesianOutcomeSpace"
    yield f"name: {_quoted(scenario.name)}"
    yield "issues:"
    for (name, labels), numbers in zip(scenario.issues, whole, strict=True):
        yield f"- name: {_quoted(name)}"
        yield "  type: " + ("ContiguousIssue" if numbers else "CategoricalIssue")
        yield "  values:"
        yield from (
            f"  - {t if numbers else _quoted(t)}" for t in ((labels[0], labels[-1]) if numbers else labels)
        )


def _party(
    scenario: AdditiveScenario, party: Scores, whole: Sequence[bool], fidelity: Fidelity
) -> Iterable[str]:
    limit = (
        "-.inf" if party.reservation is None else exact_text(party.reservation / 100, fidelity, party.name)
    )
    if party.discount is None:
        yield from _function(scenario, party, whole, limit, fidelity)
        return
    yield "type: ExpDiscountedUFun"
    yield f"name: {_quoted(party.name)}"
    yield f"discount: {exact_text(party.discount, fidelity, party.name)}"
    yield "factor: relative_time"
    yield "dynamic_reservation: true"
    yield f"reserved_value: {limit}"
    yield "ufun:"
    yield from (f"  {line}" for line in _function(scenario, party, whole, limit, fidelity))


def _function(
    scenario: AdditiveScenario, party: Scores, whole: Sequence[bool], limit: str, fidelity: Fidelity
) -> Iterable[str]:
    if party.boxes:
        yield from _rectangles(scenario, party, limit, fidelity)
        return
    yield "type: LinearAdditiveUtilityFunction"
    yield f"name: {_quoted(party.name)}"
    yield f"reserved_value: {limit}"
    yield "values:"
    shares = [max(max(row), Fraction(0)) or Fraction(1) for row in party.points]
    exact = [
        all(decimal(v / s) is not None for v in row) for row, s in zip(party.points, shares, strict=True)
    ]
    for i, (name, labels) in enumerate(scenario.issues):
        scale = shares[i] if exact[i] else Fraction(100)
        yield "- type: TableFun"
        yield "  mapping:"
        for text, v in zip(labels, party.points[i], strict=True):
            key = text if whole[i] else _quoted(text)
            yield f"    {key}: {exact_text(v / scale, fidelity, f'{party.name}, {name}')}"
    yield "weights:"
    for s, fine in zip(shares, exact, strict=True):
        yield f"- {exact_text(s / 100 if fine else Fraction(1), fidelity, party.name)}"


def _rectangles(scenario: AdditiveScenario, party: Scores, limit: str, fidelity: Fidelity) -> Iterable[str]:
    """Every score as a box: NegMAS has no sum of an additive function and boxes."""
    yield "type: HyperRectangleUtilityFunction"
    yield f"name: {_quoted(party.name)}"
    yield f"reserved_value: {limit}"
    single = [
        Box({i: (k,)}, v)
        for i, row in enumerate(party.points)
        for k, v in enumerate(row)
        if v and len(set(row)) > 1
    ]
    base = sum((row[0] for row in party.points if len(set(row)) == 1), Fraction(0))
    boxes = [*single, *party.boxes]
    yield "outcome_ranges:"
    for box in boxes:
        for lead, (i, ks) in zip(["- ", *["  "] * len(box.when)], sorted(box.when.items()), strict=False):
            labels = scenario.issues[i][1]
            yield f"{lead}{i}: [{int(labels[min(ks)]) - 1}, {int(labels[max(ks)]) + 1}]"
    yield "utilities:"
    yield from (f"- {exact_text(b.points / 100, fidelity, party.name)}" for b in boxes)
    yield "weights:"
    yield from ("- 1.0" for _ in boxes)
    yield f"bias: {exact_text(base / 100, fidelity, party.name)}"
