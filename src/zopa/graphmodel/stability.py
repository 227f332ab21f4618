"""The verb: examine packages, rank the equilibria, and say it in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from zopa.case import Case, share_by_basis
from zopa.errors import UnknownName
from zopa.space import Problem, Readings

from .analysis import CHAIN, Analysis
from .answers import Stability, Standing
from .compile import CompiledGraph, Package, compile_graph
from .robustness import VerdictShares, shares, variants
from .sentences import VARIED, basis_sentence, drift_sentence, notes, sentences
from .standings import Standings

__all__ = ["stability"]

SHARE_STATES = 2**13


def stability(
    case: Case | Problem,
    package: Package | Mapping[str, Package] | None = None,
    readings: Readings = None,
    *,
    concept: str = "seq",
    draws: int = 500,
    seed: int = 1,
    most: int = 10,
    stop: Callable[[], bool] | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> Stability:
    """Will a package hold, who would break it, who can answer, and how else could things settle.

    The graph model for conflict resolution, exact for any number of parties (Fang, Hipel & Kilgour 1993).

    Parameters
    ----------
    case : Case
        With a ``graph`` section, or with issues that have a ``holder``.
    package : str, mapping or iterable of str, optional
        A named state of the graph section; ``{action: yes or no}``; the actions that are done; or a package
        ``{issue: option}`` of the case; or several of these by name. Default: every named state but the status quo.
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
    stop, progress : callables, optional
        True from ``stop`` ends with the states examined so far; ``progress`` gets what is at work and the
        share that is done (0 to 1).

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
    several = _several(package)
    by_issues = bool(several) and all(p and set(p) <= set(case.issues) for p in several.values())
    compiled = compile_graph(problem, form="issues" if by_issues else None)
    if isinstance(package, Mapping) and several is package:
        compiled = replace(
            compiled, named={**compiled.named, **{n: compiled.state(p) for n, p in several.items()}}
        )
    analysis = Analysis(compiled)
    asked = [compiled.state(p) for p in several.values()] if several is package else _asked(compiled, package)
    work = _Work(stop or (lambda: False), progress or (lambda _step, _done: None))
    work.begin("verdicts on all states", 0.0)
    top, drift = analysis.best(most), analysis.drift(most)
    start = [] if compiled.status_quo is None else [compiled.status_quo]
    kind, robust = _shares(compiled, list(dict.fromkeys([*asked, *top, *drift, *start])), draws, seed)
    done = robust.draws if robust else 0
    names = {p: case.parties[p].name for p in compiled.model.parties}
    basis, varied = _basis(compiled), VARIED[kind]
    standings = Standings(analysis, robust, concept)

    def full(state: int) -> Standing:
        s = standings.standing(state, True)
        said = sentences(s, names, quo=QUO, variants=f"{done:,} variants {varied}", draws=done)
        return replace(s, says=(*said, basis_sentence(basis, names)))

    def short(state: int) -> Standing:
        return standings.standing(state, False)

    work.total = FULL * len([*asked, *start]) + len([*top, *drift])
    examined = work.through("the package", asked, full, FULL, always=True)
    now = work.through("the status quo", start, full, FULL)
    equilibria = work.through("equilibria", top, short, 1)
    settled = work.through("where improvements lead", drift, short, 1)
    question = problem.question("stability", concept=concept, draws=done, most=most)
    used = question.readings if compiled.form == "issues" else {}
    return Stability(
        replace(question, seed=seed if done else None, readings=used),
        form=compiled.form,
        concept=concept,
        examined=examined,
        status_quo=now[0] if now else None,
        drift=settled,
        equilibria=equilibria,
        counts={c: int(found.sum()) for c, found in analysis.equilibria.items()},
        perceived={c: int(found.equilibria.sum()) for c, found in analysis.perceived.items()},
        feasible=int(compiled.model.feasible.sum()),
        basis=basis,
        perturbed=done,
        varied=varied,
        picture=standings.picture(asked),
        why=tuple(drift_sentence(now[0], settled, names, QUO)) if now else (),
        notes=_notes(analysis, names, work.undone),
    )


QUO = "the status quo"
FULL = 5
"""What a state examined in full costs, in states that are only listed."""


class _Work:
    """Goes through states one by one, tells how far it is, and leaves the rest when asked to stop."""

    def __init__(self, stop: Callable[[], bool], progress: Callable[[str, float], None]) -> None:
        self.stop, self.progress = stop, progress
        self.total, self.spent, self.undone = 1, 0, 0

    def begin(self, step: str, share: float) -> None:
        """Say what is at work."""
        self.progress(step, share)

    def through(
        self,
        step: str,
        states: Sequence[int],
        examine: Callable[[int], Standing],
        cost: int,
        *,
        always: bool = False,
    ) -> tuple[Standing, ...]:
        """Examine each state; ``always`` at least the first."""
        out: list[Standing] = []
        for k, state in enumerate(states):
            if self.stop() and not (always and k == 0):
                self.undone += len(states) - k
                break
            self.begin(
                f"{step}, {k + 1} of {len(states)}", VERDICTS + (1 - VERDICTS) * self.spent / self.total
            )
            out.append(examine(state))
            self.spent += cost
        return tuple(out)


VERDICTS = 0.3
"""The share of the work that goes into the verdicts on all states, roughly."""


def _several(package: Any) -> Mapping[str, Mapping[str, str]]:
    """Name -> package, where several are given; one package under an empty name; nothing for anything else."""
    if not isinstance(package, Mapping):
        return {}
    if package and all(isinstance(p, Mapping) for p in package.values()):
        return package
    return {"": package}


def _asked(compiled: CompiledGraph, package: Package | None) -> list[int]:
    if package is not None:
        return [compiled.state(package)]
    asked = [s for s in compiled.named.values() if s != compiled.status_quo]
    return [s for s in asked if compiled.model.feasible[s]]


def _notes(analysis: Analysis, names: Mapping[str, str], undone: int) -> tuple[str, ...]:
    parties = analysis.model.parties
    graph = analysis.compiled.case.graph
    seen = next(iter(analysis.perceived.values())).seen if analysis.has_pictures else None
    pictures = {
        names[p]: int((analysis.model.feasible & ~seen[i]).sum())
        for i, p in enumerate(parties)
        if graph is not None and seen is not None and p in graph.pictures
    }
    return notes(
        largest=analysis.largest if analysis.largest < len(parties) else None,
        compared=analysis.compared,
        status_quo=analysis.start is not None,
        idle=[names[parties[i]] for i in analysis.idle],
        pictures=pictures,
        undone=undone,
    )


def _shares(
    compiled: CompiledGraph, states: Sequence[int], draws: int, seed: int
) -> tuple[str, VerdictShares | None]:
    """What was varied, and how often each state passed each test; nothing for large or undoubted models."""
    found = variants(compiled, draws, seed) if draws and compiled.model.n_states <= SHARE_STATES else None
    if found is None:
        return "", None
    start = states[0] if compiled.status_quo is None else compiled.status_quo
    kind, varied = found
    return kind, shares(compiled.model, varied, states, status_quo=start, concepts=("nash", "seq", "gmr"))


def _basis(compiled: CompiledGraph) -> dict[str, dict[str, int]]:
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
