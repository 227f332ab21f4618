"""``.gmcr`` files of GMCR+ / gmcr-py (JSON): a graph model with yes/no options, in and out.

An option becomes an issue with the options no and yes and its
decision maker as holder; preferences, impossible combinations and states that a decision maker does not
see become the ``graph`` section. Derived parts of the file (payoffs, coalitions) are not read.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from zopa.case import Case
from zopa.case.formula import Formula, Is, Op, holds, parse
from zopa.case.graph import Graph
from zopa.errors import CaseError, Finding, NotApplicable
from zopa.formats.documents import decode, json_data
from zopa.formats.fidelity import IMPORTED, Fidelity, left_out
from zopa.formats.names import label

__all__ = ["read", "read_gmcr", "recognise", "write", "write_gmcr"]

MOST_PARTS = 256
DIRECTIONS = {"both": None, "fwd": "yes", "back": "no"}
ASSUMED = f"{IMPORTED} a graph model of GMCR+"
MOST_OPTIONS = 64
KNOWN = {
    "program",
    "version",
    "title",
    "options",
    "decisionMakers",
    "infeasibles",
    "useManualPreferenceRanking",
    "useManualPreferenceVectors",
}
KNOWN_MAKER = {"name", "options", "preferences", "misperceptions", "preferenceRanking", "preferenceVector"}
KNOWN_OPTION = {"name", "permittedDirection"}
DERIVED = {"payoffs", "calculatedPreferences", "weightedPreferences", "preferenceRankingCalculated"}

Literals = tuple[tuple[int, bool], ...]
"""A conjunction: (option number, whether it is yes)."""


class _GmcrReader:
    """One file; every problem is collected."""

    def __init__(self, data: Mapping[str, Any], file: str) -> None:
        self.data, self.file, self.found = data, file, list[Finding]()

    def problem(self, path: str, what: str, hint: str = "") -> None:
        self.found.append(Finding(path, what, hint, self.file))

    def rows(self, key: str) -> list[Any]:
        rows = self.data.get(key, [])
        if not isinstance(rows, list):
            self.problem(key, f"expected a list, saw {_saw(rows)}")
            return []
        return rows

    def names(self, key: str) -> list[str]:
        out: list[str] = []
        for k, row in enumerate(self.rows(key)):
            name = row.get("name") if isinstance(row, dict) else None
            if not isinstance(name, str) or not name.strip():
                self.problem(f"{key}[{k}]", f"expected an entry with a name, saw {_saw(row)}")
                name = f"{key}-{k + 1}"
            name = label(name)[:150].replace('"', "'")
            out.append(name if name not in out else f"{name} ({k + 1})")
        if not out:
            self.problem(key, "expected at least one entry, saw none")
        return out

    def conditions(self, path: str, rows: object, options: int) -> Iterator[tuple[Literals, ...]]:
        """Each condition as alternatives of conjunctions."""
        if not isinstance(rows, list):
            self.problem(path, f"expected a list of conditions, saw {_saw(rows)}")
            return
        for k, row in enumerate(rows):
            members = row.get("members") if isinstance(row, dict) else [row]
            members = members if isinstance(members, list) else []
            found = [self.literals(f"{path}[{k}]", m, options) for m in members[: 4 * MOST_PARTS]]
            if found and all(found):
                yield tuple(f for f in found if f)
            elif not found:
                self.problem(f"{path}[{k}]", f"expected a condition, saw {_saw(row)}")

    def literals(self, path: str, row: object, options: int) -> Literals | None:
        pairs = []
        for pair in row if isinstance(row, list) else ():
            sound = isinstance(pair, list) and len(pair) == 2 and pair[1] in ("Y", "N")
            if not sound or not _number(pair[0], options):
                self.problem(path, f"expected [option from 0 to {options - 1}, Y or N], saw {_saw(pair)}")
                return None
            pairs.append((int(pair[0]), pair[1] == "Y"))
        if not pairs:
            self.problem(path, f"expected [[option, Y or N], ...], saw {_saw(row)}")
            return None
        return tuple(pairs)

    def holders(self, options: Sequence[str], parties: Sequence[str]) -> list[str]:
        out: list[str] = [""] * len(options)
        for k, row in enumerate(self.rows("decisionMakers")):
            own = row.get("options") if isinstance(row, dict) else None
            if k >= len(parties):
                break
            for n in own if isinstance(own, list) else ():
                path = f"decisionMakers[{k}].options"
                if not _number(n, len(options)):
                    self.problem(path, f"expected an option from 0 to {len(options) - 1}, saw {_saw(n)}")
                elif out[n] and out[n] != parties[k]:
                    self.problem(
                        path,
                        f"expected one holder for option {n} ('{options[n]}'), saw {out[n]} and {parties[k]}",
                        "give each its own option, or let one of them hold it",
                    )
                else:
                    out[n] = parties[k]
        for n, holder in enumerate(out):
            if not holder:
                self.problem(
                    f"options[{n}]", f"expected a decision maker with option '{options[n]}', saw none"
                )
        return out


def _number(value: object, below: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < below


def _saw(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "…"


def recognise(files: Mapping[str, bytes]) -> bool:
    """Whether a file is a graph model: JSON with decision makers, or one that says so by its ending."""
    if len(files) != 1:
        return False
    name, raw = next(iter(files.items()))
    return name.lower().endswith(".gmcr") or (b'"decisionMakers"' in raw and raw.lstrip()[:1] == b"{")


def read(files: Mapping[str, bytes], source: str) -> tuple[Case, Fidelity]:
    """A case from a ``.gmcr`` file, and what was carried."""
    del source
    name, raw = next(iter(files.items()))
    fidelity = Fidelity("gmcr")
    text = decode(raw, name, fidelity)
    case = read_gmcr(text, name)
    _not_read(json_data(text, name), name, fidelity)
    fidelity.keep("decision makers", len(case.parties))
    fidelity.keep("options", len(case.issues))
    if case.graph:
        fidelity.keep("impossible combinations", len(case.graph.never))
        fidelity.keep("preference statements", sum(map(len, case.graph.preferences.values())))
        fidelity.keep("rankings", len(case.graph.rankings))
        fidelity.keep("misperceptions", sum(len(p.unseen) for p in case.graph.pictures.values()))
    return case, fidelity


def _not_read(data: Mapping[str, Any], file: str, fidelity: Fidelity) -> None:
    """Keys that hold something and have no place in a case; derived results are computed anew."""
    makers = [m for m in data.get("decisionMakers", ()) if isinstance(m, dict)]
    manual = bool(data.get("useManualPreferenceRanking", data.get("useManualPreferenceVectors", False)))
    places = [("", data, KNOWN)]
    places += [(f"decisionMakers[{k}].", m, KNOWN_MAKER) for k, m in enumerate(makers)]
    places += [(f"options[{k}].", o, KNOWN_OPTION) for k, o in enumerate(data["options"])]
    for path, one, known in places:
        for key, value in one.items():
            if key in known or value in (None, "", [], {}, False):
                continue
            if key in DERIVED:
                fidelity.change("a derived result is not read; zopa computes it", f"{file}: {path}{key}")
            elif not (key == "coalitions" and not path and value == list(range(len(makers)))):
                fidelity.leave(f"'{label(key)[:40]}'", f"{file}: {path}{label(key)[:40]}")
    for k, m in enumerate(makers):
        if manual and isinstance(m.get("preferences"), list) and m["preferences"]:
            what = "preference statements, which the file's own ranking overrides"
            fidelity.leave(what, f"{file}: decisionMakers[{k}].preferences", len(m["preferences"]))
        elif not manual and (m.get("preferenceRanking") or m.get("preferenceVector")):
            fidelity.change("the ranking is derived from the statements", f"{file}: decisionMakers[{k}]")


def read_gmcr(text: str, file: str = "model.gmcr") -> Case:
    """A case from the text of a ``.gmcr`` file.

    Raises
    ------
    CaseError
        Not JSON, options that two decision makers hold or none does, conditions on options that do not
        exist, rankings that leave out or repeat a state; every problem with its place in the file.
    """
    data = json_data(text, file)
    if not isinstance(data, dict):
        raise CaseError([Finding("", f"expected a mapping at the top, saw {_saw(data)}", "", file)])
    reader = _GmcrReader(data, file)
    options, parties = reader.names("options"), reader.names("decisionMakers")
    if len(options) > MOST_OPTIONS:
        reader.problem("options", f"expected at most {MOST_OPTIONS} options, saw {len(options)}")
        raise CaseError(reader.found)
    holders = reader.holders(options, parties) if not reader.found else []
    never = list(reader.conditions("infeasibles", reader.rows("infeasibles"), len(options)))
    graph: dict[str, Any] = {
        "never": tuple({"never": _formula(c, options), "assumed": ASSUMED} for c in never),
        "preferences": {},
        "rankings": {},
        "ranking_basis": {},
        "pictures": {},
    }
    manual = bool(data.get("useManualPreferenceRanking", data.get("useManualPreferenceVectors", False)))
    if manual and len(options) > 16 and not reader.found:
        reader.problem(
            "options", f"a ranking of the states is read for at most 16 options, saw {len(options)}"
        )
    words = _words(len(options), never) if manual and not reader.found else []
    for k, row in enumerate(reader.rows("decisionMakers")):
        if isinstance(row, dict) and not any(f.path == f"decisionMakers[{k}]" for f in reader.found):
            _preferences(
                reader,
                graph,
                f"decisionMakers[{k}]",
                row,
                parties[k],
                options=options,
                words=words,
                manual=manual,
            )
    rows = reader.rows("options")
    issues = {
        name: _issue(reader, k, name, holder)
        for k, (name, holder) in enumerate(zip(options, holders, strict=False))
        if isinstance(rows[k], dict)
    }
    if reader.found:
        raise CaseError(reader.found)
    title = label(str(data.get("title") or file.rsplit("/", 1)[-1].removesuffix(".gmcr")), "graph model")
    return Case.model_validate(
        {"title": title, "parties": {p: {"name": p} for p in parties}, "issues": issues, "graph": graph}
    )


def _issue(reader: _GmcrReader, k: int, name: str, holder: str) -> dict[str, Any]:
    direction = reader.rows("options")[k].get("permittedDirection", "both")
    if not isinstance(direction, str) or direction not in DIRECTIONS:
        reader.problem(
            f"options[{k}].permittedDirection", f"expected both, fwd or back, saw {_saw(direction)}"
        )
        direction = "both"
    fixed = DIRECTIONS[direction]
    answers = {
        answer: {"label": f"{name}: {answer}", "irreversible": fixed == answer, "assumed": ASSUMED}
        for answer in ("no", "yes")
    }
    return {"name": name, "holder": holder, "options": answers}


def _formula(alternatives: Iterable[Literals], options: Sequence[str]) -> str:
    parts = []
    for literals in alternatives:
        found: list[Formula] = [
            Is(options[k]) if yes else Op("not", (Is(options[k]),)) for k, yes in literals
        ]
        parts.append(Op("and", tuple(found)) if len(found) > 1 else found[0])
    return str(Op("or", tuple(parts)) if len(parts) > 1 else parts[0])


def _words(options: int, never: Sequence[tuple[Literals, ...]]) -> list[str]:
    """The feasible states as words of Y and N, in the file's numbering (the first option is bit 0)."""
    if 2**options > 2**20:
        raise NotApplicable(f"a ranking of the states of {options} options cannot be read; at most 20")
    out = []
    for code in range(2**options):
        if not any(all((code >> k & 1 == 1) == yes for k, yes in part) for rule in never for part in rule):
            out.append("".join("Y" if code >> k & 1 else "N" for k in range(options)))
    return out


def _preferences(
    reader: _GmcrReader,
    graph: dict[str, Any],
    path: str,
    row: Mapping[str, Any],
    party: str,
    options: Sequence[str],
    words: Sequence[str],
    manual: bool,
) -> None:
    if manual:
        key = "preferenceRanking" if "preferenceRanking" in row else "preferenceVector"
        ranking = _ranking(reader, f"{path}.{key}", row.get(key), words)
        graph["rankings"][party] = ranking
        graph["ranking_basis"][party] = {"assumed": ASSUMED}
    else:
        given = list(reader.conditions(f"{path}.preferences", row.get("preferences", []), len(options)))
        if not given:
            reader.problem(f"{path}.preferences", "expected at least one preference statement, saw none")
        graph["preferences"][party] = tuple(
            {"holds": _formula(c, options), "assumed": ASSUMED} for c in given
        )
    unseen = list(reader.conditions(f"{path}.misperceptions", row.get("misperceptions", []), len(options)))
    if unseen:
        graph["pictures"][party] = {"unseen": tuple(_formula(c, options) for c in unseen)}


def _ranking(
    reader: _GmcrReader, path: str, rows: object, words: Sequence[str]
) -> tuple[tuple[str, ...], ...]:
    groups, seen = [], set[int]()
    for entry in rows if isinstance(rows, list) else ():
        group = []
        for n in entry if isinstance(entry, list) else [entry]:
            if not _number(n, len(words) + 1) or n == 0:
                reader.problem(path, f"expected a state from 1 to {len(words)}, saw {_saw(n)}")
            elif n in seen:
                reader.problem(path, f"expected each state once, saw {n} again")
            else:
                seen.add(n)
                group.append(words[n - 1])
        groups.append(tuple(group))
    left = [n for n in range(1, len(words) + 1) if n not in seen]
    if left:
        more = f" and {len(left) - 8} more" if len(left) > 8 else ""
        reader.problem(
            path, f"expected every feasible state, saw no place for {', '.join(map(str, left[:8]))}{more}"
        )
    return tuple(g for g in groups if g)


CARRIED = (
    "title", "graph.actions.*.holder", "graph.actions.*.irreversible", "graph.never.*.never",
    "graph.preferences.*.*.holds", "graph.rankings.**",
    "graph.pictures.*.unseen.**", "graph.pictures.*.unseen", "graph.states.*.yes",
)  # fmt: skip


def write(case: Case) -> tuple[dict[str, bytes], Fidelity]:
    """A ``.gmcr`` file, and what was carried.

    Raises
    ------
    NotApplicable
        See :func:`write_gmcr`.
    """
    fidelity = Fidelity("gmcr")
    text = write_gmcr(case)
    graph = case.graph
    assert graph is not None
    ranked = {n for groups in graph.rankings.values() for group in groups for n in group}
    carried: list[str | tuple[str, ...]] = [p for p in CARRIED if p != "graph.states.*.yes"]
    carried += [("graph", "states", n, "yes") for n in graph.states if n in ranked]
    carried += [("parties", p, "name") for p in (*graph.preferences, *graph.rankings)]
    for p, wishes in graph.preferences.items():
        # Levels are carried by the order of the statements, ties by the ranking that is written too.
        carried += [("graph", "preferences", p, str(k), "level") for k in range(len(wishes))]
    if not graph.actions:
        for name, issue in case.issues.items():
            carried += [("issues", name, "holder"), ("issues", name, "options", "*", "irreversible")]
            if issue.name == name:
                carried.append(("issues", name, "name"))
            carried += [
                ("issues", name, "options", o, "label")
                for o, v in issue.options.items()
                if v.label == f"{name}: {o}"
            ]
    left_out(case, carried, fidelity)
    found = json.loads(text)
    fidelity.keep("decision makers", len(found["decisionMakers"]))
    fidelity.keep("options", len(found["options"]))
    fidelity.keep("impossible combinations", len(found["infeasibles"]))
    return {"": text.encode("utf-8", "replace")}, fidelity


def write_gmcr(case: Case) -> str:
    """The text of a ``.gmcr`` file.

    Preference statements are written as alternatives of conjunctions; with up to 4,096 feasible states the
    ranking that they make is written too, and is marked as the one to use where statements are tied.

    Raises
    ------
    NotApplicable
        No graph section with ordinal preferences, questions with other options than yes and no, moves that
        are listed one by one, or a statement with too many alternatives.
    """
    graph = case.graph
    if graph is None or graph.moves:
        raise NotApplicable("a .gmcr file needs a graph section with yes/no actions or issues")
    names, holders, fixed = _actions(case, graph)
    parties = [p for p in case.parties if p in graph.preferences or p in graph.rankings]
    never = [_alternatives(n.never, names) for n in graph.never]
    ranked = len(names) <= 12
    words = _words(len(names), never) if ranked else []
    ties = any(graph.rankings) or any(len({*_levels(w)}) < len(w) for w in graph.preferences.values())
    if ties and not ranked:
        raise NotApplicable("a .gmcr file holds ties only as a ranking, which needs at most 12 actions")
    makers = []
    for p in parties:
        wishes = sorted(
            zip(_levels(graph.preferences.get(p, ())), graph.preferences.get(p, ()), strict=True),
            key=lambda x: x[0],
        )
        unseen = graph.pictures[p].unseen if p in graph.pictures else ()
        makers.append(
            {
                "name": case.parties[p].name,
                "options": [k for k, h in enumerate(holders) if h == p],
                "preferences": [_condition(a) for _, w in wishes if all(a := _alternatives(w.holds, names))],
                "misperceptions": [_condition(_alternatives(text, names)) for text in unseen],
                **({"preferenceRanking": _numbers(graph, p, names, words)} if ranked else {}),
            }
        )
    directions = {None: "both", "yes": "fwd", "no": "back"}
    document = {
        "program": "gmcr-py",
        "version": "0.4.1",
        "title": case.title,
        "options": [
            {"name": n, "permittedDirection": directions[f]} for n, f in zip(names, fixed, strict=True)
        ],
        "decisionMakers": makers,
        "infeasibles": [_conjunction(part) for alternatives in never for part in alternatives],
        "coalitions": list(range(len(parties))),
        "useManualPreferenceRanking": ties,
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _actions(case: Case, graph: Graph) -> tuple[list[str], list[str], list[str | None]]:
    """Names, holders, and the answer that cannot be taken back."""
    if graph.actions:
        rows = list(graph.actions.values())
        return list(graph.actions), [a.holder for a in rows], [a.irreversible for a in rows]
    fixed: list[str | None] = []
    for name, issue in case.issues.items():
        if set(issue.options) != {"no", "yes"} or issue.holder is None:
            raise NotApplicable(f"a .gmcr file needs yes/no questions with a holder; '{name}' is none")
        fixed.append(next((o for o, option in issue.options.items() if option.irreversible), None))
    return list(case.issues), [i.holder or "" for i in case.issues.values()], fixed


def _levels(wishes: Sequence[Any]) -> list[int]:
    return [w.level or place for place, w in enumerate(wishes, 1)]


def _alternatives(text: str, names: Sequence[str]) -> tuple[Literals, ...]:
    """A formula as alternatives of conjunctions; impossible ones dropped."""
    parts = _parts(parse(text), True, names)
    if not parts:
        raise NotApplicable(f"a .gmcr file cannot hold a statement that is never true: {text}")
    return tuple(tuple(sorted(p)) for p in parts)


def _parts(formula: Formula, wanted: bool, names: Sequence[str]) -> list[frozenset[tuple[int, bool]]]:
    if isinstance(formula, Is):
        return [frozenset({(names.index(formula.issue), (formula.option == "yes") == wanted)})]
    kind, parts = formula.kind, formula.parts
    if kind == "not":
        return _parts(parts[0], not wanted, names)
    if kind == "->":
        return _parts(Op("or", (Op("not", (parts[0],)), parts[1])), wanted, names)
    if kind == "<->":
        a, b = parts
        same = Op("or", (Op("and", (a, b)), Op("and", (Op("not", (a,)), Op("not", (b,))))))
        other = Op("or", (Op("and", (a, Op("not", (b,)))), Op("and", (Op("not", (a,)), b))))
        return _parts(same if wanted else other, True, names)
    found: list[frozenset[tuple[int, bool]]] = [] if (kind == "or") == wanted else [frozenset()]
    for part in parts:
        branch = _parts(part, wanted, names)
        found = _shortest(
            [*found, *branch] if (kind == "or") == wanted else [a | b for a in found for b in branch]
        )
    return found


def _shortest(found: Iterable[frozenset[tuple[int, bool]]]) -> list[frozenset[tuple[int, bool]]]:
    """Without contradictions and without what a shorter conjunction says already."""
    sound = {p for p in found if not any((k, not yes) in p for k, yes in p)}
    least = [p for p in sound if not any(q < p for q in sound)]
    if len(least) > MOST_PARTS:
        raise NotApplicable(f"a statement has more than {MOST_PARTS} alternatives in a .gmcr file; split it")
    return sorted(least, key=sorted)


def _conjunction(part: Literals) -> list[list[Any]]:
    return [[k, "Y" if yes else "N"] for k, yes in part]


def _condition(alternatives: Sequence[Literals]) -> Any:
    if len(alternatives) == 1:
        return _conjunction(alternatives[0])
    return {"compound": True, "members": [_conjunction(p) for p in alternatives]}


def _numbers(graph: Graph, party: str, names: Sequence[str], words: Sequence[str]) -> list[Any]:
    """A party's ranking, best to worst, as 1-based numbers of feasible states; ties as inner lists."""
    number = {w: k for k, w in enumerate(words, 1)}
    if party in graph.rankings:
        groups = [[number[_word(graph, e, names)] for e in group] for group in graph.rankings[party]]
    else:
        wishes = graph.preferences[party]
        read = [(level, parse(w.holds)) for level, w in zip(_levels(wishes), wishes, strict=True)]
        score = {k: _score(read, w, names) for w, k in number.items()}
        groups = [
            [k for k in number.values() if score[k] == s] for s in sorted(set(score.values()), reverse=True)
        ]
    return [g[0] if len(g) == 1 else sorted(g) for g in groups]


def _word(graph: Graph, entry: str, names: Sequence[str]) -> str:
    if entry in graph.states:
        return "".join("Y" if n in graph.states[entry].yes else "N" for n in names)
    return entry.upper()


def _score(read: Sequence[tuple[int, Formula]], word: str, names: Sequence[str]) -> tuple[int, ...]:
    def answered(issue: str, option: str) -> bool:
        return (word[names.index(issue)] == "Y") == (option == "yes")

    counts = dict.fromkeys(sorted({level for level, _ in read}), 0)
    for level, formula in read:
        counts[level] += holds(formula, answered)
    return tuple(counts.values())
