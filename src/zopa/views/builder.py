"""The draft builder of the report: the case's whole numbers and the words with which the page judges a draft by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import ceil, floor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zopa.case import Basis, Case, Estimate, uncarried, values, weights
from zopa.case import reservation as reservation_of
from zopa.robustness import WordDraws
from zopa.space import Clause, Problem, Term, clause_basis, clause_text, reading_names
from zopa.study import MOST_TESTED, Study
from zopa.views.document import Builder, Section, paragraph
from zopa.views.labels import Labels
from zopa.views.numbers import sentence
from zopa.views.worth import BY_INTERVALS, NO_RANGE

__all__ = ["MOST_OPTIONS", "builder", "builder_data"]

MOST_OPTIONS = 300
"""Options of all issues together up to which the page offers a builder: it looks at changes of any two of them."""

MOST_DRAWN = 400
"""Options times parties up to which the page carries draws from the words: some 400 bytes for each."""
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
"""Six bits in a character, as in URLs."""

Start = tuple[str, Mapping[str, str], Mapping[str, str]]
"""A name, a package to start from, and the readings under which it is proposed."""

TITLE = "Try a draft"
WORDS: Mapping[str, str] = {
    "all": "All parties accept this draft.",
    "enough": "Enough parties accept for an agreement: {n} of {all}. Not accepted by {names}.",
    "broken": "All parties accept, but the draft breaks a rule.",
    "one refuses": "1 of {all} parties refuses: {names}.",
    "some refuse": "{n} of {all} parties refuse: {names}.",
    "and broken": "The draft also breaks a rule that belongs to no party.",
    "thin": "{told} Not enough is on record to rely on this.",
    "against": "{told} But it goes against a refusal that no rule carries.",
    "accepts": "accepts",
    "refuses": "refuses",
    "worth": "utility {worth}, {gain} against no agreement",
    "by words": "by words alone {range} (range of nine draws in ten)",
    "by intervals": f"{{range}} ({BY_INTERVALS})",
    "no range": NO_RANGE,
    "not drawn": "range left out here, for the size of the page; zopa judge has it",
    "breaks": "It breaks: {says}",
    "breaks a rule": "It breaks a rule of {owner}: {says}",
    "no owner": "no party",
    "uncarried": "It goes against a refusal that no rule carries",
    "lacks": "It is worth {n} points less than no agreement",
    "short": "{issue}, “{option}”: {n} points below its best option there",
    "set here": "set on this page",
    "no statement": "({basis}, no statement)",
    "to all": "Changes that make the draft acceptable to all",
    "to one": "Changes that make it acceptable to {names} and lose no other party",
    "none": "No change of one or two issues makes the draft acceptable to {names} without losing another party.",
    "instead": "{issue}: {option} instead of {old}",
    "apply": "Make this change",
    "not a number": "{names}: not a number such as 45 or 45.5; the value of the case is used.",
}
"""The sentences of the answer; the script of the page has none of its own."""

FORM: Mapping[str, str] = {
    "start": "Start from",
    "now": "the status quo",
    "other readings": ", with the other readings that it needs",
    "readings": "How statements are read: other readings, or set aside",
    "set": "Named set of readings",
    "as_here": "as in this report",
    "limit": "Utility of no agreement",
    "why": "basis",
    "reset": "Back to the start",
}
"""The labels of the form."""


def builder(s: Study, labels: Labels) -> Section:
    """The section of the report, or one line that says why there is none."""
    problem = Problem.of(s.case, s.question.readings)
    options = sum(s.space.sizes)
    why = ""
    if options > MOST_OPTIONS:
        why = f"the case has {options} options, and the page offers this up to {MOST_OPTIONS}"
    elif s.case.rounding is not None:
        why = "the case asks for rounded numbers, and the page counts exactly"
    if why:
        return Section(
            "builder", TITLE, (), fold=sentence(f"Not offered on this page: {why}. zopa judge answers")
        )
    thin = s.state == "not enough on record"
    shown = [] if thin else s.proposals[:MOST_TESTED]
    starts = [(f"package {chr(65 + k)}", p.deal.package, p.readings) for k, p in enumerate(shown)]
    intro = paragraph(
        "Choose one option per issue. The page tells at once who accepts, who refuses and by which words, and which "
        "changes would help. It counts with this report's numbers; nothing leaves your computer."
    )
    block = Builder(builder_data(problem, labels, starts) | {"thin": thin})
    return Section("builder", TITLE, (intro, block), live=True)


def builder_data(problem: Problem, labels: Labels, starts: Iterable[Start] = ()) -> dict[str, Any]:
    """What the page needs to judge any draft in any readings, as data for JSON.

    Whole numbers are texts, because numbers in JSON end at 2^53. Parties, issues, options, rules and readings are
    named by their place in these lists; the last reading of a rule sets it aside.

    Raises
    ------
    NotApplicable
        No party whose acceptance counts.
    """
    said = _Said(labels)
    space = problem.space
    known = list(starts)
    drawn = WordDraws(problem)
    ranges: list[dict[str, Any] | None]
    if drawn and sum(space.sizes) * len(space.parties) > MOST_DRAWN:
        ranges = [None for _ in space.parties]
    elif drawn:
        ranges = [_draws(drawn, p) for p in space.parties]
    else:
        ranges = [_intervals(problem.case, p) for p in space.parties]
    now = [issue.now for issue in problem.case.issues.values()]
    if all(now):
        as_is = dict(zip(problem.case.issues, map(str, now), strict=True))
        known.append((FORM["now"], as_is, problem.readings))
    return {
        "thin": False,
        "words": dict(WORDS),
        "form": dict(FORM),
        "scale": str(space.scale),
        "atLeast": space.at_least,
        "parties": [_party(problem, p, labels, said) | {"range": found} for p, found in enumerate(ranges)],
        "issues": [_issue(problem, i, labels, said) for i in range(len(space.issues))],
        "bonuses": [
            {"party": b.party, "terms": _terms(b.terms), "points": str(b.points)} for b in space.bonuses
        ],
        "rules": [_rule(problem, r, labels, said) for r in problem.rules],
        "sets": [_set(problem, name, labels) for name in problem.case.readings],
        "refusals": [
            {
                "issue": space.issues.index(x.issue),
                "options": [space.options[space.issues.index(x.issue)].index(o) for o in x.options],
                "behind": said.ids([ident]),
            }
            for ident, x in uncarried(problem.case).items()
            if x.issue
        ],
        "starts": [_start(problem, *start) for start in known],
        "first": list(space.package(known[0][1])) if known else [0] * len(space.issues),
        "statements": said.rows,
    }


class _Said:
    """The statements that are pointed at, each once."""

    def __init__(self, labels: Labels) -> None:
        self.labels = labels
        self.rows: list[dict[str, str]] = []
        self.places: dict[str, int] = {}

    def ids(self, idents: Iterable[str]) -> list[int]:
        """Their places in the list."""
        return [self._place(i) for i in dict.fromkeys(idents)]

    def _place(self, ident: str) -> int:
        if ident not in self.places:
            self.places[ident] = len(self.rows)
            link = self.labels.statement(ident)
            self.rows.append({"quote": self.labels.in_marks(ident), "by": link.text, "to": link.to})
        return self.places[ident]


def _terms(terms: Iterable[Term]) -> list[list[Any]]:
    return [[i, [k for k in range(mask.bit_length()) if mask >> k & 1]] for i, mask in terms]


def _party(problem: Problem, p: int, labels: Labels, said: _Said) -> dict[str, Any]:
    space, name = problem.space, problem.space.parties[p]
    best = sum(int(s[p].max()) for s in space.scores)
    best += sum(max(b.points, 0) for b in space.bonuses if b.party == p)
    least = space.points(space.reservation[p])
    low, high = (
        space.points(min(space.lowest[p], space.reservation[p])),
        space.points(max(best, space.reservation[p])),
    )
    stated = reservation_of(problem.case, name)
    return {
        "name": labels.party(name),
        "required": space.required[p],
        "reservation": str(space.reservation[p]),
        "shown": f"{float(least):.6f}".rstrip("0").rstrip("."),
        "low": floor(low),
        "high": max(ceil(high), floor(low) + 1),
        "step": "1" if high - low >= 20 else "0.1",
        "behind": said.ids(stated.basis.statements) if stated else [],
        "basis": stated.basis.kind if stated else "no reservation value was given",
        "why": f"#why-{name}.reservation",
    }


def _draws(drawn: WordDraws, party: str) -> dict[str, Any]:
    """The draws of a party from its words: per issue and option whole numbers in as few bits as the largest needs.

    What they are tenths of runs from ``low``, the worst package, to ``high``, the best.
    """
    low, high = drawn.ends[party]
    found = drawn.parties[party].tenths
    return {
        "kind": "by words",
        "ends": [_over(low), _over(high)],
        "draws": len(found[0]),
        "issues": [[_packed(t[:, k]) for k in range(t.shape[1])] for t in found],
    }


def _packed(numbers: NDArray[np.int64]) -> str:
    """Whole numbers as text, the lowest bit of each first; empty where all are 0."""
    width = int(numbers.max()).bit_length()
    bits = (numbers[:, None] >> np.arange(width) & 1).ravel()
    sixes = np.pad(bits, (0, -len(bits) % 6)).reshape(-1, 6) @ (1 << np.arange(6))
    return "".join(DIGITS[x] for x in sixes)


def _intervals(case: Case, party: str) -> dict[str, Any]:
    """Ends of values and weights as fractions, and whether each is an assumption: what `worth_range` works on."""
    heavy, own = weights(case, party), bool(case.parties[party].points)
    rows = [values(case, party, i) for i in case.issues]
    return {
        "kind": "by intervals",
        "values": [[_ends(e, own) for e in row.values()] for row in rows],
        "weights": [] if own else [_ends(heavy[i], own) for i in case.issues],
    }


def _ends(e: Estimate, own: bool) -> list[Any]:
    """Points that a case gives as such have no interval."""
    return [*map(_over, (e.low, e.low if own else e.high)), e.gap or e.basis.kind == "assumed"]


def _over(x: Fraction) -> list[str]:
    return [str(x.numerator), str(x.denominator)]


def _issue(problem: Problem, i: int, labels: Labels, said: _Said) -> dict[str, Any]:
    space, name = problem.space, problem.space.issues[i]
    judged = [(values(problem.case, p, name), weights(problem.case, p)[name]) for p in space.parties]
    return {
        "name": labels.issue(name),
        "options": [labels.option(name, o).text for o in space.options[i]],
        "scores": [[str(n) for n in row] for row in space.scores[i].tolist()],
        "behind": [[said.ids(_behind(cells[o], w)) for o in space.options[i]] for cells, w in judged],
        "basis": [[_kind(cells[o]) for o in space.options[i]] for cells, _ in judged],
    }


def _behind(value: Estimate, weight: Estimate) -> tuple[str, ...]:
    return value.basis.statements + weight.basis.statements


def _kind(value: Estimate) -> str:
    return "no source" if value.gap else value.basis.kind


def _rule(problem: Problem, ident: str, labels: Labels, said: _Said) -> dict[str, Any]:
    rule, parties = problem.rules[ident], problem.space.parties
    known = [*reading_names(problem.case)[ident], "off"]
    readings = []
    for name in known:
        clauses = problem.clauses_of(ident, name)
        readings.append(
            {
                "says": labels.reading(ident, name),
                "clauses": [_clause(problem, c, labels, said) for c in clauses],
            }
        )
    return {
        "owner": labels.rule_owner(ident),
        "party": parties.index(rule.party) if rule.party in parties else -1,
        "says": labels.rule(ident).text,
        "behind": said.ids(x for r in (rule, *rule.readings.values()) for x in r.statements),
        "readings": readings,
        "chosen": known.index(problem.readings[ident]),
    }


def _clause(problem: Problem, c: Clause, labels: Labels, said: _Said) -> dict[str, Any]:
    basis: Basis = clause_basis(problem.case, c)
    says = clause_text(problem.case, c).says or labels.reading(c.rule, c.reading)
    return {
        "when": _terms(c.when),
        "onlyIf": [_terms(a) for a in c.only_if],
        "says": says,
        "behind": said.ids(basis.statements),
        "basis": basis.kind,
    }


def _places(problem: Problem, readings: Mapping[str, str]) -> list[int]:
    """The place of each rule's reading; of rules that are not named, as they are read here."""
    known = reading_names(problem.case)
    return [[*known[r], "off"].index(readings.get(r, problem.readings[r])) for r in problem.rules]


def _start(
    problem: Problem, name: str, package: Mapping[str, str], readings: Mapping[str, str]
) -> dict[str, Any]:
    places = _places(problem, readings)
    other = places != _places(problem, {})
    return {
        "name": name + FORM["other readings"] if other else name,
        "package": list(problem.space.package(package)),
        "readings": places,
    }


def _set(problem: Problem, name: str, labels: Labels) -> dict[str, Any]:
    return {
        "name": f"{name}: {labels.reading_set(name)}",
        "readings": _places(problem, problem.with_readings(name).readings),
    }
