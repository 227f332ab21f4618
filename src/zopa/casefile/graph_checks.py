"""What the ``graph`` section says about the rest of a case, and about itself."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

from zopa.case.formula import atoms, holds, parse
from zopa.case.graph import Graph, Never, Priority
from zopa.case.model import Issue
from zopa.casefile.checks import Pieces, basis_ids, declared, known, option_of, undeclared
from zopa.casefile.yamldoc import Path_
from zopa.errors import Finding

__all__ = ["asked", "graph_findings", "ranked_state"]

MAX_RANKED = 2**16


def graph_findings(p: Pieces) -> list[Finding]:
    """All problems of the section; empty when the case has none."""
    graph = p.top.get("graph")
    if graph is None:
        return []
    found = [*_form(p, graph), *_holders(p, graph), *_formulas(p, graph), *_states(p, graph)]
    if not found:  # only then can states be told apart
        found = [*_possible(p, graph), *_rankings(p, graph)]
    return found


def _form(p: Pieces, graph: Graph) -> Iterator[Finding]:
    main = p.main
    if graph.moves and graph.actions:
        yield main.finding(
            ("graph", "moves"), "expected `actions` or `moves`, saw both", "moves follow from actions"
        )
    for name in (*graph.preferences, *graph.rankings):
        where = "preferences" if name in graph.preferences else "rankings"
        yield from declared(p, main, ("graph", where, name), "parties", name)
    for name in sorted(set(graph.preferences) & set(graph.rankings)):
        yield main.finding(
            ("graph", "rankings", name),
            "expected preferences or a ranking, saw both",
            "delete one of the two",
        )
    acting = {a.holder for a in graph.actions.values()} | {m.party for m in graph.moves}
    acting |= {i.holder for i in p.issues.values() if i.holder} if not graph.actions else set()
    if not acting and not graph.moves:
        yield main.finding(
            ("graph",), "expected actions, moves, or an issue with a holder", "say who can do what alone"
        )
    for name in sorted(acting - {*graph.preferences, *graph.rankings}):
        if graph.actions or graph.moves:
            yield main.finding(
                ("graph", "preferences"),
                f"expected preferences of {name}, who can act, saw none",
                "write its priorities, most important first, or a ranking",
            )


def _holders(p: Pieces, graph: Graph) -> Iterator[Finding]:
    for name, action in graph.actions.items():
        path: Path_ = ("graph", "actions", name)
        yield from declared(p, p.main, (*path, "holder"), "parties", action.holder)
        yield from basis_ids(p, p.main, path, action)
    for k, move in enumerate(graph.moves):
        yield from declared(p, p.main, ("graph", "moves", k, "party"), "parties", move.party)
        yield from basis_ids(p, p.main, ("graph", "moves", k), move)
        for key, state in (("from", move.start), ("to", move.end)):
            yield from known(p.main, ("graph", "moves", k, key), "state", state, graph.states)
    for name, basis in graph.ranking_basis.items():
        yield from basis_ids(p, p.main, ("graph", "ranking_basis", name), basis)
    for name, picture in graph.pictures.items():
        for party in (name, *picture.preferences):
            yield from declared(p, p.main, ("graph", "pictures", name), "parties", party)


def _texts(graph: Graph) -> Iterator[tuple[Path_, str, Never | Priority | None]]:
    for k, never in enumerate(graph.never):
        yield ("graph", "never", k), never.never, never
    for party, priorities in graph.preferences.items():
        for k, priority in enumerate(priorities):
            yield ("graph", "preferences", party, k), priority.holds, priority
    for party, picture in graph.pictures.items():
        for k, text in enumerate(picture.unseen):
            yield ("graph", "pictures", party, "unseen", k), text, None
        for other, priorities in picture.preferences.items():
            for k, priority in enumerate(priorities):
                yield ("graph", "pictures", party, "preferences", other, k), priority.holds, priority


def _formulas(p: Pieces, graph: Graph) -> Iterator[Finding]:
    for path, text, part in _texts(graph):
        if part is not None:
            yield from basis_ids(p, p.main, path, part)
        for atom in atoms(parse(text)):
            if graph.actions:
                yield from known(p.main, path, "action", atom.issue, graph.actions)
                options: Mapping[str, object] = {"yes": 0, "no": 0}
            elif graph.moves:
                yield from known(p.main, path, "state", atom.issue, graph.states)
                options = {"yes": 0, "no": 0}
            else:
                p.refer(p.main.file, path, "issues", atom.issue, formula=True)
                missing = undeclared(p, p.main, path, "issues", atom.issue)
                yield from missing
                if missing or atom.issue not in p.issues:
                    continue
                options = p.issues[atom.issue].options
                p.refer(p.main.file, path, f"issues.{atom.issue}.options", atom.option, formula=True)
            yield from known(p.main, path, f"option of {atom.issue}", atom.option, options)


def _states(p: Pieces, graph: Graph) -> Iterator[Finding]:
    for name, state in graph.states.items():
        path: Path_ = ("graph", "states", name)
        for action in state.yes:
            yield from known(p.main, (*path, "yes"), "action", action, graph.actions)
        if graph.actions or graph.moves:
            continue
        for issue, option in state.options.items():
            missing = declared(p, p.main, (*path, "options", issue), "issues", issue)
            yield from missing
            if not missing and issue in p.issues:
                yield from option_of(p, p.main, (*path, "options", issue), issue, option)
        for issue in p.issues:
            if issue not in state.options:
                yield p.main.finding(path, f"expected an option for every issue, saw none for '{issue}'")
    if graph.status_quo is not None:
        yield from known(p.main, ("graph", "status_quo"), "state", graph.status_quo, graph.states)


def _broken(graph: Graph, yes: set[str]) -> int | None:
    """The first impossible combination that a state of actions falls under."""
    for k, never in enumerate(graph.never):
        if holds(parse(never.never), lambda action, option: (action in yes) == (option == "yes")):
            return k
    return None


def _possible(p: Pieces, graph: Graph) -> Iterator[Finding]:
    for name, state in graph.states.items() if graph.actions else ():
        k = _broken(graph, set(state.yes))
        if k is not None:
            yield p.main.finding(
                ("graph", "states", name),
                f"the state cannot come about: {graph.never[k].never}",
                "change the state, or graph.never",
            )


def asked(graph: Graph, issues: Mapping[str, Issue]) -> tuple[str, ...] | None:
    """The yes/no questions whose answers make a state: the actions, else the issues if all are yes/no."""
    if graph.actions:
        return tuple(graph.actions)
    return tuple(issues) if all(set(i.options) == {"no", "yes"} for i in issues.values()) else None


def ranked_state(graph: Graph, names: Sequence[str], entry: str) -> frozenset[str] | None:
    """What is answered yes in a ranking's entry: a named state, or a word of Y and N in the order of names."""
    if entry in graph.states:
        state = graph.states[entry]
        return frozenset(state.yes) | {i for i, o in state.options.items() if o == "yes"}
    if len(entry) == len(names) and set(entry.upper()) <= {"Y", "N"}:
        return frozenset(n for n, answer in zip(names, entry.upper(), strict=True) if answer == "Y")
    return None


def _rankings(p: Pieces, graph: Graph) -> Iterator[Finding]:
    if not graph.rankings:
        return
    questions = asked(graph, p.issues)
    if graph.moves:
        names = {frozenset([n]): n for n in graph.states}
    elif questions is None:
        yield p.main.finding(
            ("graph", "rankings"),
            "expected issues with the options yes and no, saw others",
            "write preferences",
        )
        return
    elif 2 ** len(questions) > MAX_RANKED or 2 ** len(questions) * len(graph.never) > 16 * MAX_RANKED:
        yield p.main.finding(
            ("graph", "rankings"),
            f"expected at most {MAX_RANKED} states to rank",
            "write preferences instead",
        )
        return
    else:
        names = {
            frozenset(done): "".join("Y" if a in done else "N" for a in questions)
            for k in range(len(questions) + 1)
            for done in itertools.combinations(questions, k)
            if _broken(graph, set(done)) is None
        }
    for party, groups in graph.rankings.items():
        yield from _one_ranking(p, graph, party, groups, names)


def _one_ranking(
    p: Pieces,
    graph: Graph,
    party: str,
    groups: tuple[tuple[str, ...], ...],
    names: Mapping[frozenset[str], str],
) -> Iterator[Finding]:
    seen: dict[frozenset[str], int] = {}
    questions = asked(graph, p.issues) or ()
    for place, group in enumerate(groups):
        path: Path_ = ("graph", "rankings", party, place)
        for entry in group:
            state = frozenset([entry]) if graph.moves else ranked_state(graph, questions, entry)
            if state is None or state not in names:
                some = [*graph.states, *names.values()][:200]
                yield from known(p.main, path, "possible state", entry, some)
            elif state in seen:
                yield p.main.finding(
                    path,
                    f"expected each state once, saw '{entry}' again (first in place {seen[state] + 1})",
                    "a state has one place; states that are equally good share one",
                )
            else:
                seen[state] = place
    left = [name for state, name in names.items() if state not in seen]
    if left:
        yield p.main.finding(
            ("graph", "rankings", party),
            f"expected every possible state, saw no place for {', '.join(left[:5])}"
            + (f" and {len(left) - 5} more" if len(left) > 5 else ""),
            "rank all states, or write priorities instead",
        )
