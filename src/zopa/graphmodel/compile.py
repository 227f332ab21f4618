"""From a case to a graph model: its ``graph`` section, or its issues with a holder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zopa.case import Case
from zopa.case.formula import holds, parse
from zopa.case.graph import Graph, Priority
from zopa.casefile.graph_checks import ranked_state
from zopa.errors import NotApplicable, UnknownName
from zopa.space import Problem, Readings, Space

from .graph_model import GraphIssue, GraphModel, yes_no
from .moves import BoolArray
from .preferences import Priorities, by_ranking

__all__ = ["CompiledGraph", "Package", "compile_graph", "picture_of"]

MAX_STATES = 2**22

Package = str | Mapping[str, str] | Iterable[str]
"""A named state, or ``{issue: option}`` / ``{action: yes or no}``, or the actions that are done."""

Lookup = Callable[[str, str], BoolArray]
"""(issue, option) -> the states that give this answer."""


@dataclass(frozen=True, eq=False)
class CompiledGraph:
    """A model and the way back to the words of the case.

    Attributes
    ----------
    form : str
        ``actions`` or ``moves`` (from the graph section), or ``issues``.
    named : dict
        Named states of the case: name -> state number.
    status_quo : int or None
    priorities : tuple, per party
        None where preferences are a ranking or utilities.
    wishes : tuple, per party, of the priorities' nouns, in the same order
    phrases : tuple, per issue, of the words for each option, after the holder's name
    answered : callable
        (issue, option) -> the states that give this answer.
    """

    case: Case
    model: GraphModel
    form: str
    named: Mapping[str, int]
    status_quo: int | None
    priorities: tuple[Priorities | None, ...]
    wishes: tuple[tuple[Priority, ...], ...]
    phrases: tuple[tuple[str, ...], ...]
    answered: Lookup

    def state(self, package: Package) -> int:
        """The number of a state given by name, by answers, or by the actions that are done.

        Raises
        ------
        UnknownName
            A state, action, issue or option that the case does not have.
        NotApplicable
            The state cannot come about in this case.
        """
        code = self._number(package)
        if not self.model.feasible[code]:
            raise NotApplicable(f"this cannot come about in the case: {package}")
        return code

    def _number(self, package: Package) -> int:
        if isinstance(package, str):
            if package not in self.named:
                raise UnknownName("state", package, self.named)
            return self.named[package]
        if not self.model.issues:
            raise NotApplicable("this case lists its states by name; give one of: " + ", ".join(self.named))
        given = dict(package) if isinstance(package, Mapping) else dict.fromkeys(package, "yes")
        rest = {i.name: "no" for i in self.model.issues} if self.form == "actions" else {}
        return self.model.state(rest | given)


def compile_graph(
    case: Case | Problem, readings: Readings = None, *, form: str | None = None
) -> CompiledGraph:
    """Compile a case into a graph model.

    Parameters
    ----------
    readings : str, mapping or None
        Which readings of the case's rules hold; only where the case's issues are the states.
    form : {"graph", "issues"}, optional
        The graph section, or the issues with a holder. Default: the section where there is one.

    Raises
    ------
    NotApplicable
        The case says nowhere who can do what alone, or has too many packages.
    """
    problem = Problem.of(case, readings)
    case = problem.case
    graph = case.graph
    if graph is not None and (graph.actions or graph.moves):
        if form != "issues":
            return _from_moves(case, graph) if graph.moves else _from_actions(case, graph)
        graph = None
    return _from_issues(problem, graph)


def _ranking_parties(case: Case, graph: Graph) -> tuple[str, ...]:
    """The parties of the graph; all of them must say what they prefer, which at an early day they may not have."""
    parties = tuple(p for p in case.parties if p in graph.preferences or p in graph.rankings)
    silent = [
        case.parties[p].name for p in parties if not graph.preferences.get(p) and not graph.rankings.get(p)
    ]
    if silent:
        raise NotApplicable(f"no record says what {' and '.join(silent)} would prefer among the actions")
    return parties


def _from_actions(case: Case, graph: Graph) -> CompiledGraph:
    parties = _ranking_parties(case, graph)
    directions = {None: "both", "yes": "fwd", "no": "back"}
    issues = tuple(
        yes_no(name, parties.index(a.holder), directions[a.irreversible]) for name, a in graph.actions.items()
    )
    size = 2 ** len(issues)
    if size > MAX_STATES:
        raise NotApplicable(
            f"{len(issues)} actions make {size:,} states; at most {MAX_STATES:,} can be handled"
        )
    bit = {name: 1 << k for k, name in enumerate(graph.actions)}
    answered = _masks(_blank(parties, issues, size))
    feasible = _feasible(graph, answered, size)
    priorities = tuple(_priorities(graph.preferences.get(p), answered) for p in parties)

    def number(entry: str) -> int:
        return sum(bit[a] for a in ranked_state(graph, tuple(bit), entry) or ())

    ranks = _payoffs(graph, parties, priorities, feasible, number)
    named = {n: sum(bit[a] for a in s.yes) for n, s in graph.states.items()}
    return CompiledGraph(
        case=case,
        model=GraphModel(parties, feasible, ranks, issues),
        form="actions",
        named=named,
        status_quo=None if graph.status_quo is None else named[graph.status_quo],
        priorities=priorities,
        wishes=_wishes(graph, parties),
        phrases=tuple((a.no or f"undo this: {a.yes}", a.yes) for a in graph.actions.values()),
        answered=answered,
    )


def _from_moves(case: Case, graph: Graph) -> CompiledGraph:
    parties = _ranking_parties(case, graph)
    named = {n: k for k, n in enumerate(graph.states)}
    arcs = []
    for p in parties:
        own = [(named[m.start], named[m.end]) for m in graph.moves if m.party == p]
        arcs.append(([s for s, _ in own], [t for _, t in own]))
    states = np.arange(len(named))

    def answered(name: str, option: str) -> BoolArray:
        here: BoolArray = states == named[name]
        return here if option == "yes" else ~here

    feasible = _feasible(graph, answered, len(named))
    priorities = tuple(_priorities(graph.preferences.get(p), answered) for p in parties)
    ranks = _payoffs(graph, parties, priorities, feasible, named.__getitem__)
    model = GraphModel(parties, feasible, ranks, arcs=tuple(arcs), labels=tuple(named))
    start = None if graph.status_quo is None else named[graph.status_quo]
    return CompiledGraph(
        case=case,
        model=model,
        form="moves",
        named=named,
        status_quo=start,
        priorities=priorities,
        wishes=_wishes(graph, parties),
        phrases=(),
        answered=answered,
    )


def _from_issues(problem: Problem, graph: Graph | None) -> CompiledGraph:
    case = problem.case
    holders = {i.holder for i in case.issues.values() if i.holder}
    if not holders:
        raise NotApplicable(
            "stability needs to know who can do what alone: give an issue a `holder`, or add a `graph` section"
        )
    space = problem.space
    if not holders <= set(space.parties):
        missing = ", ".join(sorted(holders - set(space.parties)))
        raise NotApplicable(f"{missing} can settle an issue alone but is no party whose acceptance counts")
    size = space.n_packages
    if size > MAX_STATES:
        raise NotApplicable(f"{size:,} packages are too many; at most {MAX_STATES:,} can be handled")
    issues = tuple(
        GraphIssue(
            name, tuple(i.options), space.parties.index(i.holder) if i.holder else -1, _permitted(case, name)
        )
        for name, i in case.issues.items()
    )
    blank = _blank(space.parties, issues, size)
    answered = _masks(blank)
    table = problem.table
    feasible = _feasible(graph, answered, size) & _first_fastest(table.admissible, space)
    if not feasible.any():
        raise NotApplicable(
            "under these readings the rules leave no package at all, so there is nothing that could hold"
        )
    given, rankings = (graph.preferences, graph.rankings) if graph else ({}, {})
    priorities = tuple(_priorities(given.get(p), answered) for p in space.parties)
    ranks = []
    for k, (p, own) in enumerate(zip(space.parties, priorities, strict=True)):
        if own is None and p in rankings:
            assert graph is not None
            groups = [[_yes_no_state(graph, blank, e) for e in group] for group in rankings[p]]
            ranks.append(by_ranking(groups, feasible))
        else:
            row = (
                table.utilities[k] if space.compact else np.unique(table.utilities[k], return_inverse=True)[1]
            )
            ranks.append(_first_fastest(row, space) if own is None else own.payoffs())
    model = GraphModel(space.parties, feasible, np.stack(ranks), issues)
    named = {n: model.state(s.options) for n, s in graph.states.items()} if graph else {}
    phrases = tuple(
        tuple(f"settle {i.name} as: {o.label}" for o in i.options.values()) for i in case.issues.values()
    )
    start = _now(case, model) if graph is None or graph.status_quo is None else named[graph.status_quo]
    return CompiledGraph(
        case=case,
        model=model,
        form="issues",
        named=named,
        status_quo=start,
        priorities=priorities,
        wishes=_wishes(graph, space.parties),
        phrases=phrases,
        answered=answered,
    )


def _yes_no_state(graph: Graph, model: GraphModel, entry: str) -> int:
    """The number of a ranked state where all issues are yes/no questions."""
    names = tuple(i.name for i in model.issues)
    yes = ranked_state(graph, names, entry) or ()
    return model.state({n: "yes" if n in yes else "no" for n in names})


def _blank(parties: tuple[str, ...], issues: tuple[GraphIssue, ...], size: int) -> GraphModel:
    return GraphModel(parties, np.ones(size, dtype=bool), np.zeros((len(parties), size), np.int32), issues)


def _masks(model: GraphModel) -> Lookup:
    """Masks of the states that give an answer, each made once."""
    known = {i.name: k for k, i in enumerate(model.issues)}
    made: dict[tuple[str, str], BoolArray] = {}

    def answered(issue: str, option: str) -> BoolArray:
        if (issue, option) not in made:
            k = known[issue]
            made[issue, option] = model.answers(k, model.issues[k].options.index(option))
        return made[issue, option]

    return answered


def _feasible(graph: Graph | None, answered: Lookup, size: int) -> BoolArray:
    feasible = np.ones(size, dtype=bool)
    for never in graph.never if graph else ():
        feasible &= ~holds(parse(never.never), answered)
    if not feasible.any():
        raise NotApplicable("`graph.never` leaves no state that could come about")
    return feasible


def _levels(given: Sequence[Priority]) -> list[int]:
    """A priority without a level has its place in the list as its level."""
    return [p.level or place for place, p in enumerate(given, 1)]


def _in_order(given: Sequence[Priority]) -> tuple[Priority, ...]:
    levels = _levels(given)
    return tuple(given[k] for k in sorted(range(len(given)), key=lambda k: levels[k]))


def _wishes(graph: Graph | None, parties: Sequence[str]) -> tuple[tuple[Priority, ...], ...]:
    return tuple(_in_order(graph.preferences.get(p, ()) if graph else ()) for p in parties)


def _priorities(given: Sequence[Priority] | None, answered: Lookup) -> Priorities | None:
    if not given:
        return None
    ordered = _in_order(given)
    return Priorities(
        np.stack([holds(parse(p.holds), answered) for p in ordered]),
        tuple(sorted(_levels(given))),
        tuple(bool(p.stated) and not p.unsure for p in ordered),
    )


def _payoffs(
    graph: Graph,
    parties: Sequence[str],
    priorities: Sequence[Priorities | None],
    feasible: BoolArray,
    number: Callable[[str], int],
) -> NDArray[np.int64]:
    ranks = []
    for p, own in zip(parties, priorities, strict=True):
        groups = [[number(entry) for entry in group] for group in graph.rankings.get(p, ())]
        ranks.append(by_ranking(groups, feasible) if own is None else own.payoffs())
    return np.stack(ranks)


def _first_fastest(row: NDArray[Any], space: Space) -> NDArray[Any]:
    """A row over all packages, the last issue running fastest there and the first one here."""
    return row.reshape(space.sizes).transpose(*reversed(range(len(space.sizes)))).ravel()


def _now(case: Case, model: GraphModel) -> int | None:
    """The package of all options marked as how things are now, if there is one and no rule forbids it."""
    now = {name: i.now for name, i in case.issues.items() if i.now is not None}
    if len(now) < len(case.issues):
        return None
    code = model.state(now)
    return code if model.feasible[code] else None


def _permitted(case: Case, issue: str) -> BoolArray | None:
    fixed = np.array([o.irreversible for o in case.issues[issue].options.values()])
    return ~fixed[:, None] | np.eye(len(fixed), dtype=bool) if fixed.any() else None


def picture_of(compiled: CompiledGraph, party: str) -> GraphModel:
    """The conflict as ``party`` sees it: what it does not know of is infeasible, beliefs replace preferences."""
    model, graph = compiled.model, compiled.case.graph
    picture = graph.pictures.get(party) if graph else None
    if picture is None:
        return model
    feasible = model.feasible.copy()
    for text in picture.unseen:
        feasible &= ~holds(parse(text), compiled.answered)
    ranks = model.ranks.copy()
    for other, given in picture.preferences.items():
        own = _priorities(given, compiled.answered)
        if own is not None:
            ranks[model.parties.index(other)] = np.unique(own.payoffs(), return_inverse=True)[1]
    return GraphModel(model.parties, feasible, ranks, model.issues, model.arcs, model.labels)
