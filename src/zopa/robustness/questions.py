"""The verb ``questions``: which question, put to which party, would tell most; and what its answer says."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zopa.bargaining import solve
from zopa.case import Case, on_record, speaks_for
from zopa.errors import NotApplicable, UnknownName
from zopa.robustness.acceptance import Halves, accepted_counts
from zopa.robustness.compatible_set import Compatible, WordSettings
from zopa.robustness.shares import Drawn, accepted_by, looked_at, shares
from zopa.robustness.stress import problems_of, words_of
from zopa.space import Answer, Problem, Readings

__all__ = ["PartyQuestion", "Questions", "answer_row", "information", "questions", "refuse_others"]

RARE = 0.01
"""Answers given in a smaller share of the draws tell little."""


@dataclass(frozen=True)
class PartyQuestion:
    """One question to one party, and what either answer would leave.

    Attributes
    ----------
    id : what ``zopa answer`` calls it.
    party : who is asked.
    kind : ``accepts`` a package, ``prefers`` one option to another, ``ranks`` one issue above another,
        ``means`` this reading by a rule of its own.
    content : the package, the two options (``prefers``, ``to``), the two issues (``first``, ``second``), or the
        ``rule`` and its ``reading``.
    bits : how much the answer tells about the target, corrected for the size of the sample (Miller 1955).
    at_most : it cannot tell more than this.
    yes : share of the draws with the answer yes.
    if_yes, if_no : share of the draws left in which the target holds.
    """

    id: str
    party: str
    kind: str
    content: Mapping[str, Any]
    bits: float
    at_most: float
    yes: float
    if_yes: float
    if_no: float


@dataclass(frozen=True)
class Questions(Answer):
    """The questions that tell most about whether a draft is acceptable to all, best first.

    Attributes
    ----------
    target : the draft; ``share`` of the draws in which it is acceptable to all now.
    best : the first of every party, then the next ones.
    asked : how many were scored.
    """

    target: Mapping[str, str]
    share: float
    best: tuple[PartyQuestion, ...]
    asked: int
    drawn: Drawn


def _entropy(counts: NDArray[np.float64]) -> float:
    p = counts[counts > 0] / counts.sum()
    return abs(float((p * np.log2(p)).sum()))


def information(target: NDArray[np.bool_], answer: NDArray[np.bool_]) -> float:
    """What the answer tells about the target, in bits, less the bias of the sample; at least 0."""
    n = len(target)
    table = np.array(
        [
            [np.sum(target & answer), np.sum(~target & answer)],
            [np.sum(target & ~answer), np.sum(~target & ~answer)],
        ],
        dtype=float,
    )
    plug_in = _entropy(table.sum(axis=0)) + _entropy(table.sum(axis=1)) - _entropy(table.ravel())
    rows, columns = int((table.sum(axis=1) > 0).sum()), int((table.sum(axis=0) > 0).sum())
    return max(0.0, float(plug_in - (rows - 1) * (columns - 1) / (2 * n * np.log(2))))


def questions(
    case: Case | Problem,
    readings: Readings | Sequence[str] = None,
    *,
    settings: WordSettings | None = None,
    draws: int = 4096,
    seed: int = 1,
    most: int = 3,
    draft: Mapping[str, str] | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Questions:
    """The questions that tell most about whether a draft is acceptable to all.

    Scored by the draws that were made already: each draw gives its own answer to every question.

    Parameters
    ----------
    case : Case or Problem
    readings : as in :func:`zopa.robustness.stress.stress`; packages are those that the first of them allows.
    settings : WordSettings, optional
    draws, seed : int
    most : how many questions.
    draft : a full package; default: the Nash package of the central judgments. Where most of these have no source:
        the package acceptable to all most often, but for those that are so in every draw, of which no answer tells more.

    Raises
    ------
    NotApplicable
        No package is allowed, or there are too many to list.
    """
    problems = problems_of(case, readings)
    first = next(iter(problems.values()))
    if not first.listable:
        raise NotApplicable(f"{first.space.n_packages:,} packages are too many to list")
    words, _ = words_of(first, settings or WordSettings())
    drawn, points = shares({"first": first}, words, draws, seed, progress=progress)
    record = on_record(first.case)
    if record.unsourced > record.limit:
        picks = list(_undecided(first, words, points, seed))
    else:
        methods = ("nash", "egalitarian", "utilitarian")
        picks = [dict(d.package) for m in methods for d in solve(first, m).deals[:1]]
    drafts = [*([dict(draft)] if draft else []), *picks, *(dict(p.package) for p in drawn.packages[:2])]
    if not drafts:
        raise NotApplicable("the rules leave no package to ask about")
    target = np.logical_and.reduce([_accepts(first, words[p], drafts[0], points[p]) for p in words])
    found = []
    asked = itertools.chain(
        ((*c, target) for c in _candidates(first, words, points, _distinct(drafts))),
        ((*c, target) for c in _swaps(first, words, points, drafts[0])),
        _meanings(problems, drafts[0], target),
    )
    for party, kind, content, answer, aim in asked:
        yes = float(answer.mean())
        if not RARE <= yes <= 1 - RARE:
            continue
        found.append(
            PartyQuestion(
                _id(party, kind, content),
                party,
                kind,
                content,
                bits=information(aim, answer),
                at_most=min(_entropy(_two(aim)), _entropy(_two(answer))),
                yes=yes,
                if_yes=float(aim[answer].mean()),
                if_no=float(aim[~answer].mean()),
            )
        )
    found = list({q.id: q for q in reversed(found)}.values())
    found.sort(key=lambda q: (-q.bits, q.id))
    leading = list({q.party: q for q in reversed(found)}.values())
    leading.sort(key=lambda q: (-q.bits, q.id))
    best = [*leading, *(q for q in found if q not in leading)][:most]
    question = first.question("questions", draws=draws, most=most)
    return Questions(question, drafts[0], float(target.mean()), tuple(best), len(found), drawn)


def _undecided(
    problem: Problem, words: Mapping[str, Compatible], points: Mapping[str, NDArray[np.float64]], seed: int
) -> Iterator[dict[str, str]]:
    """The package acceptable to all in most draws but not in all of them, of those that the draws look at."""
    space = problem.space
    looked = looked_at(space, np.flatnonzero(problem.table.admissible), (), seed)
    packages = np.array(np.unravel_index(looked, space.sizes)).T
    of = list(words)
    _, together = accepted_counts([words[p] for p in of], Halves.of(packages), [points[p] for p in of])
    together[together == len(points[of[0]])] = 0
    if together.any():
        yield space.names([int(x) for x in packages[together.argmax()]])


def _distinct(drafts: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    return list({tuple(d.items()): d for d in drafts}.values())


def _two(answer: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.array([answer.sum(), (~answer).sum()], dtype=float)


def _id(party: str, kind: str, content: Mapping[str, Any]) -> str:
    text = json.dumps([party, kind, content], sort_keys=True, ensure_ascii=False)
    return "q" + hashlib.sha256(text.encode()).hexdigest()[:7]


def _accepts(
    problem: Problem, words: Compatible, package: Mapping[str, str], points: NDArray[np.float64]
) -> NDArray[np.bool_]:
    return accepted_by(words, np.array([problem.space.package(package)]), points)[0]


Candidate = tuple[str, str, dict[str, Any], NDArray[np.bool_]]


def _candidates(
    problem: Problem,
    words: Mapping[str, Compatible],
    points: Mapping[str, NDArray[np.float64]],
    drafts: Sequence[Mapping[str, str]],
) -> Iterator[Candidate]:
    """Every question that can be asked, with each draw's answer."""
    space = problem.space
    for party, w in words.items():
        at = points[party]
        for draft in drafts:
            yield party, "accepts", dict(draft), _accepts(problem, w, draft, at)
        values = [np.array([at[:, v] if v >= 0 else np.zeros(len(at)) for v in row]) for row in w.at]
        for i, issue in enumerate(space.issues):
            for a, b in itertools.combinations(range(len(space.options[i])), 2):
                if not w.better[i][a][b] and not w.better[i][b][a]:
                    content: dict[str, Any] = {
                        "prefers": {issue: space.options[i][a]},
                        "to": {issue: space.options[i][b]},
                    }
                    yield party, "prefers", content, values[i][a] > values[i][b]
        ends = [(_extreme(m, True), _extreme(m, False)) for m in w.better]
        for i, j in itertools.combinations(range(len(space.issues)), 2):
            if None not in (*ends[i], *ends[j]):
                content = {"first": space.issues[i], "second": space.issues[j]}
                yield party, "ranks", content, np.ptp(values[i], axis=0) > np.ptp(values[j], axis=0)


def _swaps(
    problem: Problem,
    words: Mapping[str, Compatible],
    points: Mapping[str, NDArray[np.float64]],
    draft: Mapping[str, str],
) -> Iterator[Candidate]:
    """Would a party take the draft if it got another option on one issue; packages that the rules allow."""
    space = problem.space
    package = space.package(draft)
    for i, options in enumerate(space.options):
        for k in range(len(options)):
            other = (*package[:i], k, *package[i + 1 :])
            if k == package[i] or not space.allows(other):
                continue
            names = space.names(other)
            for party, w in words.items():
                yield party, "accepts", names, _accepts(problem, w, names, points[party])


def _meanings(
    problems: Mapping[str, Problem], draft: Mapping[str, str], target: NDArray[np.bool_]
) -> Iterator[tuple[str, str, dict[str, Any], NDArray[np.bool_], NDArray[np.bool_]]]:
    """Which reading of a rule its party meant, over scenarios: every reading named counts as likely as any other.

    The target there is that the rules allow the draft and all accept it.
    """
    first = next(iter(problems.values()))
    n = len(target)
    aim = np.concatenate([target & p.space.allows(p.space.package(draft)) for p in problems.values()])
    for rule, noun in first.rules.items():
        if noun.party is None:
            continue
        for reading in dict.fromkeys(p.readings[rule] for p in problems.values()):
            answer = np.repeat([p.readings[rule] == reading for p in problems.values()], n)
            yield noun.party, "means", {"rule": rule, "reading": reading}, answer, aim


def _extreme(better: Sequence[Sequence[bool]], best: bool) -> int | None:
    n = range(len(better))
    return next((k for k in n if all(better[k][o] if best else better[o][k] for o in n)), None)


def refuse_others(case: Case, found: Sequence[PartyQuestion], ident: str, statements: Sequence[str]) -> None:
    """Refuse statements of somebody else than the party that the question is put to.

    Raises
    ------
    NotApplicable
        A statement is another party's.
    """
    asked = next((q.party for q in found if q.id == ident), None)
    for s in statements:
        if asked is None or s not in case.statements:
            continue
        whose = speaks_for(case, case.statements[s])
        if whose in case.parties and whose != asked:
            raise NotApplicable(
                f"{ident} is put to {case.parties[asked].name}, but statement {s} is of {case.parties[whose].name}; "
                f"name a statement of {case.parties[asked].name}"
            )


def answer_row(
    found: Sequence[PartyQuestion], ident: str, yes: bool, statements: Sequence[str]
) -> dict[str, Any]:
    """The row of ``comparisons:`` that an answer to a question is written as, with its basis.

    Raises
    ------
    UnknownName
        No such question.
    """
    known = {q.id: q for q in found}
    if ident not in known:
        raise UnknownName("question", ident, known)
    q = known[ident]
    row: dict[str, Any] = {"party": q.party}
    if q.kind == "accepts":
        row["accepts" if yes else "refuses"] = dict(q.content)
    elif q.kind == "prefers":
        one, other = q.content["prefers"], q.content["to"]
        row |= (
            {"prefers": dict(one), "to": dict(other)}
            if yes
            else {"prefers": dict(other), "to": dict(one), "weakly": True}
        )
    elif q.kind == "means":
        row["means" if yes else "means_not"] = {q.content["rule"]: q.content["reading"]}
    else:
        order = [q.content["first"], q.content["second"]]
        row["ranks"] = order if yes else order[::-1]
    return {**row, "stated": list(statements), "answers": ident}
