"""The verb: examine packages, rank the equilibria, and say it in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from zopa.case import Case, share_by_basis
from zopa.errors import UnknownName
from zopa.space import Problem, Readings

from . import answers as say
from .analysis import CHAIN, Room
from .compile import Compiled, Package, compile_graph
from .robustness import Shares, shares
from .sampling import variants
from .words import basis_sentence, drift_sentence, sentences

__all__ = ["stability"]

SHARE_STATES = 2**13


def stability(
    case: Case | Problem,
    package: Package | None = None,
    readings: Readings = None,
    *,
    concept: str = "seq",
    draws: int = 500,
    seed: int = 1,
    most: int = 10,
) -> say.Stability:
    """Will a package hold, who would break it, who can answer, and how else could things settle.

    The graph model for conflict resolution, exact for any number of parties (Fang, Hipel & Kilgour 1993).

    Parameters
    ----------
    case : Case
        With a ``graph`` section, or with issues that have a ``holder``.
    package : str, mapping or iterable of str, optional
        A named state of the graph section; ``{action: yes or no}``; the actions that are done; or a package
        ``{issue: option}`` of the case. Default: every named state but the status quo.
    readings : str, mapping or None
        Which readings of the rules hold, for a package of the case's issues.
    concept : str
        What ``holds`` asks for: nash, sseq, seq, smr or gmr. Default: answers that are credible.
    draws : int
        Variants of the preferences behind the shares: the order of priorities disturbed, or utilities drawn
        from their intervals. 0 for none; none above 8,192 states or where all preferences are rankings.
    seed : int
    most : int
        How many equilibria to list.

    Raises
    ------
    NotApplicable
        The case does not say who can do what alone; the package breaks a rule; too many packages.
    UnknownName
        A state, action, issue, option, reading or concept that does not exist.
    """
    if concept not in CHAIN:
        raise UnknownName("concept", concept, CHAIN)
    problem = Problem.of(case, readings)
    case = problem.case
    by_issues = isinstance(package, Mapping) and bool(package) and set(package) <= set(case.issues)
    compiled = compile_graph(problem, form="issues" if by_issues else None)
    room = Room(compiled)
    if package is None:
        asked = [s for s in compiled.named.values() if s != compiled.status_quo]
        asked = [s for s in asked if compiled.model.feasible[s]]
    else:
        asked = [compiled.state(package)]
    top = room.best(most)
    drift = room.drift(most)
    listed = list(dict.fromkeys([*asked, *top, *drift, *room.start]))
    varied, robust = _shares(compiled, listed, draws, seed)
    done = robust.draws if robust else 0
    names = {p: case.parties[p].name for p in compiled.model.parties}
    basis = _basis(compiled)
    quo = "the status quo"

    def standing(state: int, full: bool) -> say.Standing:
        s = room.standing(state, robust, full, concept)
        if not full:
            return s
        return replace(
            s,
            says=(
                *sentences(s, names, quo=quo, variants=f"{done:,} variants {varied}", draws=done),
                basis_sentence(basis, names),
            ),
        )

    settled = tuple(standing(s, False) for s in drift)
    question = problem.question("stability", concept=concept, draws=done, most=most)
    now = standing(room.start[0], True) if room.start else None
    return say.Stability(
        replace(question, seed=seed if done else None, readings=question.readings if compiled.form == "issues" else {}),
        compiled.form,
        concept,
        tuple(standing(s, True) for s in asked),
        now,
        settled,
        tuple(standing(s, False) for s in top),
        {c: int(found.sum()) for c, found in room.equilibria.items()},
        int(compiled.model.feasible.sum()),
        basis,
        done,
        varied,
        room.picture(asked),
        tuple(drift_sentence(now, settled, names, quo)) if now else (),
        tuple(room.notes),
    )  # fmt: skip


def _shares(compiled: Compiled, states: Sequence[int], draws: int, seed: int) -> tuple[str, Shares | None]:
    """What was varied, and how often each state passed each test; nothing for large or undoubted models."""
    found = variants(compiled, draws, seed) if draws and compiled.model.n_states <= SHARE_STATES else None
    if found is None:
        return "", None
    start = states[0] if compiled.status_quo is None else compiled.status_quo
    return found[0], shares(found[1], states, status_quo=start, concepts=("nash", "seq", "gmr"))


def _basis(compiled: Compiled) -> dict[str, dict[str, int]]:
    """How many of each party's preferences are stated, inferred, assumed; judgments where it has utilities."""
    found = {}
    graph = compiled.case.graph
    for p, wishes in zip(compiled.model.parties, compiled.wishes, strict=True):
        if wishes:
            kinds = [w.kind if w.kind != "none" else "assumed" for w in wishes]
        elif graph is not None and p in graph.ranking_basis:
            kinds = [graph.ranking_basis[p].kind]
        elif compiled.form == "issues":
            found[p] = dict(share_by_basis(compiled.case, p))
            continue
        else:
            kinds = ["assumed"]
        found[p] = {k: kinds.count(k) for k in ("stated", "inferred", "assumed")}
    return found
