"""What one piece of a case says about another: names that must exist, sums, quotes that must be found.

Every check asks first whether what it depends on is sound, so that only causes are reported.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, NamedTuple

from pydantic import BaseModel

from zopa.case import model as nouns
from zopa.case.basis import Basis, Judgment
from zopa.case.records import decided
from zopa.casefile.anchors import find_quote, line_of
from zopa.casefile.yamldoc import Path_, YamlDocument
from zopa.errors import Finding, nearest

__all__ = [
    "Pieces",
    "Range",
    "Reference",
    "bases",
    "basis_ids",
    "cross_check",
    "declared",
    "known",
    "option_of",
    "undeclared",
    "within",
]

MAX_FINDINGS = 500
"""More would not be read, and to look for the nearest name of each takes time."""


class Reference(NamedTuple):
    """A place where a name is used: in YAML by its path, in a table by its line and column name."""

    file: str
    path: Path_
    group: str
    name: str
    formula: bool = False


@dataclass
class Pieces:
    """The sound pieces of a case, and the ids that were declared, sound or not."""

    main: YamlDocument
    records: YamlDocument | None = None
    top: dict[str, Any] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    lists: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    record_groups: dict[str, dict[str, Any]] = field(default_factory=dict)
    sources: dict[str, nouns.Source] = field(default_factory=dict)
    declared: dict[str, set[str] | None] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    references: dict[Reference, None] = field(default_factory=dict)

    def refer(self, file: str, path: Path_, group: str, name: str, formula: bool = False) -> None:
        """Note that a name of a group is used at a path of a file, by itself or within a formula."""
        self.references[Reference(file, path, group, name, formula)] = None

    def misses(self, group: str, name: str) -> bool:
        """Whether a name is not among those of its group; ``issues.ISSUE.options`` is a group too."""
        if group.startswith("issues."):
            issue = self.issues.get(group[len("issues.") : -len(".options")])
            return issue is not None and name not in issue.options
        names = self.declared.get(group, set())
        return names is not None and name not in names

    def __getattr__(self, name: str) -> dict[str, Any]:
        if name in ("parties", "speakers", "issues", "rules", "readings"):
            return self.groups.get(name, {})
        if name in ("statements", "contacts", "figures", "shifts"):
            return self.record_groups.get(name, {})
        raise AttributeError(name)


def cross_check(p: Pieces) -> list[Finding]:
    """All problems between sound pieces."""
    found: list[Finding] = []
    main = p.main
    for name, party in p.parties.items():
        found += _party(p, name, party)
    for name, issue in p.issues.items():
        found += _issue(p, name, issue)
    for name, speaker in p.speakers.items():
        if speaker.party is not None:
            found += declared(p, main, ("speakers", name, "party"), "parties", speaker.party)
    for name, rule in p.rules.items():
        found += _rule(p, name, rule)
    found += _choices(p)
    found += _agreement(p)
    for key in ("no_agreement", "basis"):
        if p.top.get(key) is not None:
            found += basis_ids(p, main, (key,), p.top[key])
    found += _outcome(p)
    if p.records is not None:
        found += _records(p, p.records)
    return _together(found)


def _together(found: list[Finding]) -> list[Finding]:
    """One finding for a name that is missing in many places: most likely it was declared under another."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for f in found:
        same = (f.file, f.what, f.hint) if f.what.startswith("no ") else (f.path, f.what, "")
        groups.setdefault(same, []).append(f)
    kept = []
    for group in groups.values():
        first = min(group, key=lambda f: (f.line, f.column))
        lines = sorted({f.line for f in group if f is not first})
        if len(group) > 2 and lines:
            more = f" and {len(lines) - 4} more" if len(lines) > 4 else ""
            also = f"{first.what} (also at line{'s' if len(lines) > 1 else ''} "
            kept.append(replace(first, what=also + ", ".join(map(str, lines[:4])) + more + ")"))
        else:
            kept += group
    return kept


def _issue(p: Pieces, name: str, issue: nouns.Issue) -> Iterator[Finding]:
    path: Path_ = ("issues", name)
    if issue.now is not None:
        yield from option_of(p, p.main, (*path, "now"), name, issue.now)
    if issue.holder is not None:
        yield from declared(p, p.main, (*path, "holder"), "parties", issue.holder)
    for option, o in issue.options.items():
        yield from basis_ids(p, p.main, (*path, "options", option), o)


def _choices(p: Pieces) -> Iterator[Finding]:
    """Named sets of readings, interactions and expected answers name what exists."""
    for name, chosen in p.readings.items():
        for rule_id, reading in chosen.choose.items():
            path: Path_ = ("readings", name, "choose", rule_id)
            yield from declared(p, p.main, path, "rules", rule_id)
            if rule_id in p.rules:
                names = [*(p.rules[rule_id].readings or {"as stated": None}), "off"]
                p.refer(p.main.file, path, f"rules.{rule_id}.readings", reading)
                yield from known(p.main, path, f"reading of {rule_id}", reading, names)
    for i, inter in enumerate(p.lists.get("interactions", ())):
        yield from declared(p, p.main, ("interactions", i, "party"), "parties", inter.party)
        yield from _condition(p, p.main, ("interactions", i, "when"), inter.when)
    for i, exp in enumerate(p.lists.get("expect", ())):
        if exp.readings is not None:
            yield from declared(p, p.main, ("expect", i, "readings"), "readings", exp.readings)


def known(doc: YamlDocument, path: Path_, kind: str, name: str, listed: Collection[str]) -> list[Finding]:
    """Nothing when the name is one of those listed, else a finding that shows the nearest."""
    if name in listed:
        return []
    doc.missed += 1
    close = nearest(name, listed) if doc.missed <= MAX_FINDINGS else None
    some = ", ".join(list(listed)[:12])
    name = name if len(name) <= 60 else name[:57] + "…"
    return [
        doc.finding(
            path,
            f"no {kind} called '{name}'",
            f"did you mean '{close}'?" if close else f"known: {some or 'none yet'}",
        )
    ]


def option_of(p: Pieces, doc: YamlDocument, path: Path_, issue: str, option: str) -> list[Finding]:
    """Nothing when the issue has the option; where it is used is noted."""
    p.refer(doc.file, path, f"issues.{issue}.options", option)
    if p.main.consequence(("issues", issue, "options")):
        return []
    return known(doc, path, f"option of {issue}", option, p.issues[issue].options)


_ONE = {"parties": "party", "issues": "issue", "rules": "rule", "speakers": "speaker", "statements": "statement",
        "readings": "set of readings"}  # fmt: skip


def declared(p: Pieces, doc: YamlDocument, path: Path_, group: str, name: str) -> list[Finding]:
    """Nothing when the name was declared in its group, sound or not; where it is used is noted."""
    p.refer(doc.file, path, group, name)
    return undeclared(p, doc, path, group, name)


def undeclared(p: Pieces, doc: YamlDocument, path: Path_, group: str, name: str) -> list[Finding]:
    """As :func:`declared`, for a name whose use is noted elsewhere."""
    names = p.declared.get(group, set())
    if names is None or name in names:
        return []
    return known(doc, path, _ONE[group], name, sorted(names) if doc.missed < MAX_FINDINGS else names)


def basis_ids(p: Pieces, doc: YamlDocument, path: Path_, basis: Any) -> list[Finding]:
    """Statement ids of a basis exist; the three bases exclude each other; an inference has a reason."""
    found = []
    for key in ("stated", "inferred"):
        for ident in getattr(basis, key):
            found += declared(p, doc, (*path, key), "statements", ident)
    forms = [k for k in ("stated", "inferred", "assumed") if getattr(basis, k)]
    if len(forms) > 1:
        found.append(
            doc.finding(
                (*path, forms[1]),
                f"expected one basis, saw {' and '.join(forms)}",
                "keep the one that it rests on",
            )
        )
    return found


def _party(p: Pieces, name: str, party: nouns.Party) -> Iterator[Finding]:
    main, path = p.main, ("parties", name)
    if party.ratifies is not None:
        yield from declared(p, main, (*path, "ratifies"), "parties", party.ratifies)
    if party.basis is not None:
        yield from basis_ids(p, main, (*path, "basis"), party.basis)
    for key in ("weights", "values", "points", "start", "start_basis", *_ON_LINES):
        for issue, value in getattr(party, key).items():
            missing = declared(p, main, (*path, key, issue), "issues", issue)
            yield from missing
            if not missing and issue in p.issues:
                yield from _cell(p, (*path, key, issue), issue, value)
    yield from _sums(p, name, party)
    for key in ("reservation", "capability", "flexibility"):
        judgment = getattr(party, key)
        if judgment is None:
            continue
        yield from basis_ids(p, main, (*path, key), judgment)
        if judgment.rank is not None:
            yield main.finding(
                (*path, key, "rank"),
                "expected a number or [low, high], saw a rank",
                "a rank says nothing about the distance to other values",
            )
        elif not (key == "reservation" and party.points):
            yield from _range(main, (*path, key), judgment, _MOST_CAPABLE if key == "capability" else 100)


def _cell(p: Pieces, where: Path_, issue: str, value: Any) -> Iterator[Finding]:
    """What a party's section says about one issue: a weight, values, points, a start or its basis."""
    key, options = where[2], p.issues[issue].options
    if key == "start":
        yield from option_of(p, p.main, where, issue, value)
    elif key in ("values", "points"):
        for option, v in value.items():
            yield from option_of(p, p.main, (*where, option), issue, option)
            if key == "values":
                yield from basis_ids(p, p.main, (*where, option), v)
                yield from _range(p.main, (*where, option), v, 100)
        for option in options if key == "points" else ():
            if option not in value and not p.main.consequence(where):
                yield p.main.finding(
                    where,
                    f"expected points for every option, saw none for '{option}'",
                    f"write {option}: 0 if it is worth nothing",
                )
    else:
        yield from basis_ids(p, p.main, where, value)
        if key == "weights":
            yield from _range(p.main, where, value, 1e9)
        elif key in _ON_LINES and value.rank is not None:
            yield p.main.finding((*where, "rank"), "expected a number or [low, high], saw a rank")
        elif key in _ON_LINES:
            yield from _range(p.main, where, value, _MOST_CAPABLE if key == "capabilities" else 100)


_ON_LINES = ("places", "saliences", "capabilities")
"""Sections of a party that give a number per issue for a forecast."""
_MOST_CAPABLE = 1e9
_SCALES = {
    "capability": "any scale will do, the same for all parties",
    "capabilities": "any scale will do, the same for all parties",
    "saliences": "a salience runs from 0 to 100 on every issue by itself; they need not add up to 100",
    "places": "a place is on the issue's line, which runs from 0 to 100",
}


def _range(doc: YamlDocument, path: Path_, j: nouns.Judgment, top: float) -> Iterator[Finding]:
    for key in ("low", "best", "high"):
        value = getattr(j, key)
        if value is not None and not 0 <= value <= top:
            at = (*path, key) if (*path, key) in doc.places else path
            yield doc.finding(
                at,
                f"expected a number from 0 to {top:g}, saw {value:g}",
                _SCALES.get(
                    next((k for k in path if k in _SCALES), ""),
                    "the scale is the party's own, 0 worst, 100 best",
                ),
            )
            return


def _sums(p: Pieces, name: str, party: nouns.Party) -> Iterator[Finding]:
    path = ("parties", name)
    if party.points and (party.weights or party.values):
        yield p.main.finding(
            (*path, "points"),
            "expected points, or weights and values, saw both",
            "points add up by themselves: delete one of the two",
        )
        return
    if party.points and p.declared.get("issues") and not p.main.consequence((*path, "points")):
        for issue in sorted(set(p.issues) - set(party.points)):
            yield p.main.finding(
                (*path, "points"),
                f"expected points for every issue, saw none for '{issue}'",
                f"write {issue}: with 0 for each option",
            )
    if any(f.path.startswith(f"parties.{name}.weights.") for f in p.main.findings):
        return  # a refused weight is missing from the sum and from the forms below
    numbers = [w for w in party.weights.values() if w.best is not None]
    if (
        numbers
        and len(numbers) == len(party.weights)
        and all(i in (p.declared.get("issues") or ()) for i in party.weights)
        and not p.main.consequence((*path, "weights"))
    ):
        total = sum(Fraction(str(w.best)) for w in numbers)
        if total != 100:
            yield p.main.finding(
                (*path, "weights"),
                f"weights add up to {float(total):g}, expected 100",
                "change the weights until they add up to 100, or use words or ranks",
            )
    for form, said in (("rank", "ranks"), ("word", "words")):
        used = sum(getattr(w, form) is not None for w in party.weights.values())
        if 0 < used < len(party.weights):
            yield p.main.finding(
                (*path, "weights"),
                f"expected {said} for all issues or for none",
                f"{said} and other weights are on different scales",
            )
            return


def _rule(p: Pieces, name: str, rule: nouns.Rule) -> Iterator[Finding]:
    path: Path_ = ("rules", name)
    if rule.party is not None:
        yield from declared(p, p.main, (*path, "party"), "parties", rule.party)
    if rule.readings and (rule.when or rule.only_if or rule.clauses):
        yield p.main.finding(
            path,
            "expected `readings`, or `when` and `only_if`, saw both",
            "move `when` and `only_if` into a reading",
        )
    if not (rule.readings or rule.when or rule.only_if or rule.clauses):
        yield p.main.finding(
            path, "missing key 'when' (or 'readings')", "say for which options the rule holds"
        )
    if "off" in rule.readings:
        yield p.main.finding(
            (*path, "readings", "off"), "expected another name: 'off' always means the rule set aside"
        )
    if rule.default is not None and rule.default != "off":
        p.refer(p.main.file, (*path, "default"), f"rules.{name}.readings", rule.default)
        yield from known(p.main, (*path, "default"), "reading", rule.default, rule.readings)
    for at, part in _clauses(path, rule):
        yield from basis_ids(p, p.main, at, part)
        for key in ("when", "only_if"):
            for i, condition in enumerate(getattr(part, key)):
                where = (*at, key, i) if (*at, key, i) in p.main.places else (*at, key)
                yield from _condition(p, p.main, where, condition)
        if part.only_if and not part.when:
            yield p.main.finding(
                (*at, "only_if"),
                "missing key 'when' beside 'only_if'",
                "say which options need the condition",
            )


def _clauses(path: Path_, rule: nouns.Rule) -> Iterator[tuple[Path_, nouns.ClauseText]]:
    """The rule itself, its readings, and the clauses inside either, with their paths."""
    readings: list[tuple[Path_, nouns.Reading]] = [(path, rule)]
    readings += [((*path, "readings", key), reading) for key, reading in rule.readings.items()]
    for at, reading in readings:
        yield at, reading
        for i, clause in enumerate(reading.clauses):
            yield (*at, "clauses", i), clause


def _condition(
    p: Pieces, doc: YamlDocument, path: Path_, condition: Mapping[str, tuple[str, ...]]
) -> Iterator[Finding]:
    if not condition and not doc.consequence(path):
        yield doc.finding(path, "expected at least one issue with its options, saw none")
    for issue, options in condition.items():
        missing = declared(p, doc, (*path, issue), "issues", issue)
        yield from missing
        if missing or issue not in p.issues:
            continue
        if not options:
            yield doc.finding((*path, issue), "expected at least one option")
        for option in options:
            yield from option_of(p, doc, (*path, issue), issue, option)


def _outcome(p: Pieces) -> Iterator[Finding]:
    outcome = p.top.get("outcome")
    if outcome is None:
        return
    path: Path_ = ("outcome", "sources")
    for source in outcome.sources:
        yield from known(p.main, path, "source", source, p.declared["sources"] or ())
    for issue, option in outcome.options.items():
        path = ("outcome", "agreed", issue)
        path = path if path in p.main.places else ("outcome", issue)
        missing = declared(p, p.main, path, "issues", issue)
        yield from missing
        if not missing and issue in p.issues:
            yield from option_of(p, p.main, path, issue, option)


def _agreement(p: Pieces) -> Iterator[Finding]:
    agreement = p.top.get("agreement")
    if agreement is None:
        return
    for name in agreement.required or ():
        yield from declared(p, p.main, ("agreement", "required"), "parties", name)
    voters = [n for n, party in p.parties.items() if party.role == "party"]
    n = agreement.at_least
    if (
        n is not None
        and p.parties
        and not n <= len(voters)
        and len(p.parties) == len(p.declared.get("parties") or ())
    ):
        yield p.main.finding(
            ("agreement", "at_least"), f"expected at most {len(voters)} (the parties), saw {n}"
        )


def _records(p: Pieces, doc: YamlDocument) -> Iterator[Finding]:
    for group in ("statements", "contacts", "figures", "shifts"):
        for name, item in p.record_groups.get(group, {}).items():
            path: Path_ = (group, name)
            yield from _quote(p, doc, path, item)
            for key, target in (
                ("party", "parties"),
                ("speaker", "speakers"),
                ("issue", "issues"),
                ("before", "statements"),
                ("after", "statements"),
            ):
                value = getattr(item, key, None)
                if value is not None:
                    missing = declared(p, doc, (*path, key), target, value)
                    yield from (_gone(f, item, f"{_ONE[target]}.{value}") for f in missing)
            issue = getattr(item, "issue", None)
            if issue in p.issues:
                for option in getattr(item, "options", ()):
                    missing = option_of(p, doc, (*path, "options"), issue, option)
                    yield from (_gone(f, item, f"option.{issue}.{option}") for f in missing)
            for key in ("when", "only_if") if group == "statements" else ():
                for condition in getattr(item, key):
                    yield from _condition(p, doc, (*path, key), condition)


def _gone(finding: Finding, item: Any, what: str) -> Finding:
    """A name that a record uses and the case does not have, with what to do about it."""
    if decided(item):
        way = (
            f"name one that is there; or put it back and rename it everywhere: `zopa rename CASE {what} NEW`"
        )
    else:
        way = "nobody has decided on this suggestion yet: `zopa read --again --case CASE` reads it anew"
    return replace(finding, hint=f"{finding.hint}; {way}")


def _quote(p: Pieces, doc: YamlDocument, path: Path_, item: nouns.Anchored) -> Iterator[Finding]:
    yield from known(doc, (*path, "source"), "source", item.source, p.declared["sources"] or ())
    if item.source not in p.sources:
        return
    text = p.sources[item.source].text
    places = find_quote(text, item.quote, item.prefix, item.suffix, item.start)
    if not places:
        doc.missed += 1
        yield doc.finding(
            (*path, "quote"),
            f"the quote is not in sources/{item.source}.txt word for word",
            _closest(text, item.quote) if doc.missed <= MAX_FINDINGS else "copy the words from the source",
        )
    elif len(places) > 1:
        lines = ", ".join(str(line_of(text, at)) for at in places[:5])
        yield doc.finding(
            (*path, "quote"),
            f"the quote stands {len(places)} times (lines {lines})",
            "add `prefix:` or `suffix:` with the text just before or after it",
        )
    elif item.start is not None and places[0] != item.start:
        yield doc.finding(
            (*path, "start"),
            f"the quote stands at {places[0]}, not at {item.start}",
            "correct it, or delete `start` and `end`",
        )
    elif item.end is not None and places[0] + len(item.quote) != item.end:
        yield doc.finding(
            (*path, "end"),
            f"the quote ends at {places[0] + len(item.quote)}, not at {item.end}",
            "correct it, or delete `start` and `end`",
        )


def _closest(text: str, quote: str) -> str:
    """Where the quote stops matching: the longest beginning of it that stands in the text."""
    low, high = 0, len(quote)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if quote[:middle] in text else (low, middle - 1)
    if low < 12:
        return "copy the words from the source"
    at = text.index(quote[:low])
    there = text[at + low : at + low + 30].replace("\n", " ")
    return f"line {line_of(text, at)} agrees up to '{quote[max(0, low - 20) : low]}', then says '{there}'"


class Range(NamedTuple):
    """The numbers that a field may hold, and how a message says it."""

    low: float
    high: float
    words: str


def within(p: Pieces, path: Path_, j: Judgment, allowed: Range) -> Iterator[Finding]:
    """The numbers of a judgment lie in a range."""
    if j.rank is not None or j.word is not None:
        yield p.main.finding(path, "expected a number or [low, high]")
        return
    for value in (j.low, j.best, j.high):
        if value is not None and not allowed.low <= value <= allowed.high:
            yield p.main.finding(path, f"expected {allowed.words}, saw {value:g}")
            return


def bases(p: Pieces, path: Path_, noun: BaseModel) -> Iterator[Finding]:
    """Statement ids of every basis inside a section exist."""
    if isinstance(noun, Basis):
        yield from basis_ids(p, p.main, path, noun)
    for key in type(noun).model_fields:
        value = getattr(noun, key)
        nested = [((*path, key), value)]
        while nested:
            at, item = nested.pop()
            if isinstance(item, BaseModel):
                yield from bases(p, at, item)
            elif isinstance(item, dict):
                nested += [((*at, k), v) for k, v in item.items()]
