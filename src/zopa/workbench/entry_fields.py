"""Issues, parties and rules of `case.yaml` as fields of a form, and the fields as the values that the file will say.

A field has the value that the file has, short forms as they are written; only fields that differ are written back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from zopa.case import Case
from zopa.case.model import Party
from zopa.case.rules import Firmness
from zopa.casefile.edit import REMOVED
from zopa.casefile.yamldoc import parse_yaml
from zopa.casefile.yamltext import dump
from zopa.errors import NotApplicable

__all__ = ["GROUPS", "EntryField", "entry_fields", "options_listed", "sides_of", "values_of"]

GROUPS: Mapping[str, str] = {"issues": "issue", "rules": "rule", "parties": "party"}
"""Sections of the case that have a form -> what an entry is called."""
_BASIS = (
    ("stated", "stated by (statements)", "ids"),
    ("inferred", "inferred from (statements)", "ids"),
    ("assumed", "assumed, because", "long"),
    ("why", "how it follows", "long"),
    ("by", "whose judgment", "text"),
)
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class EntryField:
    """One field: where it stands below the entry, what it is called, how it is typed, and what it holds.

    ``kind`` is text, long, select, ids, number, yaml (as the file has it), options (``allowed`` is by issue; of several
    alternatives the first has the path of all, the others a number after it) or check (ticked: what is there goes).
    """

    path: Path
    label: str
    kind: str
    value: str = ""
    chosen: tuple[str, ...] = ()
    allowed: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """The name of its control."""
        return "value." + ".".join(map(str, self.path))


def _at(data: Any, path: Path) -> Any:
    for part in path:
        if isinstance(data, str) and part == "label":  # a bare text stands for its label
            return data
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _typed(
    path: Path, label: str, kind: str, data: Any, allowed: Sequence[tuple[str, str]] = ()
) -> EntryField:
    raw = _at(data, path)
    if raw is None:
        value = ""
    elif kind == "ids":
        value = ", ".join(map(str, raw)) if isinstance(raw, tuple | list) else str(raw)
    elif kind == "yaml" or isinstance(raw, dict | tuple | list):
        return EntryField(path, label, "yaml", dump(raw, flow=True).strip())
    else:
        value = str(raw)
    return EntryField(path, label, kind, value, allowed=tuple(allowed))


def entry_fields(case: Case, group: str, data: Any) -> list[tuple[str, list[EntryField]]]:
    """The fields of an entry under headings.

    Parameters
    ----------
    group : a section of :data:`GROUPS`.
    data : the entry as plain data of the file; None for a new one.
    """
    made = {"issues": _issue, "parties": _party, "rules": _rule}[group]
    return [(title, list(fields)) for title, fields in made(case, data)]


Heading = tuple[str, Iterator[EntryField]]


def _basis(path: Path, data: Any) -> Iterator[EntryField]:
    for name, label, kind in _BASIS:
        yield _typed((*path, name), label, kind, data)


def _issue(case: Case, data: Any) -> Iterator[Heading]:
    options = [(o, str(_at(data, ("options", o, "label")) or o)) for o in (_at(data, ("options",)) or {})]
    parties = [(p, x.name) for p, x in case.parties.items()]

    def first() -> Iterator[EntryField]:
        yield _typed(("name",), "name", "text", data)
        yield _typed(("question",), "question", "long", data)
        yield _typed(("now",), "as it is now", "select", data, options)
        yield _typed(("holder",), "the party that can settle it alone", "select", data, parties)
        yield _typed(("words",), "words by which a text is recognised", "ids", data)
        yield _typed(("scale",), "what 0 and 100 mean", "text", data)

    def option(o: str) -> Iterator[EntryField]:
        at = ("options", o)
        yield _typed((*at, "label"), "label", "text", data)
        yield _typed((*at, "at"), "place from 0 to 100", "number", data)
        yield _typed((*at, "words"), "words by which a text is recognised", "ids", data)
        yield from _basis(at, data)

    yield "Issue", first()
    for o, label in options:
        yield f"Option {o}: {label}", option(o)


def _party(case: Case, data: Any) -> Iterator[Heading]:
    roles = [(r, r) for r in get_args(Party.model_fields["role"].annotation)]

    def first() -> Iterator[EntryField]:
        yield _typed(("name",), "name", "text", data)
        yield _typed(("about",), "who this is", "long", data)
        yield _typed(("role",), "role", "select", data, roles)
        yield _typed(("reservation",), "no agreement is worth", "yaml", data)

    yield "Party", first()
    yield (
        "Weights of the issues",
        (_typed(("weights", i), x.name, "yaml", data) for i, x in case.issues.items()),
    )
    for i, x in case.issues.items():
        if not _at(data, ("points", i)):
            yield (
                f"Values of {x.name}",
                (_typed(("values", i, o), v.label, "yaml", data) for o, v in x.options.items()),
            )
    yield "Basis of judgments that give none of their own", _basis(("basis",), data)


def _alternatives(
    path: Path, label: str, data: Any, listed: Sequence[tuple[str, str]]
) -> Iterator[EntryField]:
    """One list of options for each alternative of a side, and an empty one for a further alternative."""
    raw = _at(data, path)
    found = list(raw) if isinstance(raw, tuple | list) else [raw] if raw is not None else []
    if not all(isinstance(sides, dict) for sides in found):
        yield EntryField(path, label, "yaml", dump(raw, flow=True).strip())
        return
    for k, sides in enumerate([*found, {}]):
        chosen = [
            f"{i}|{o}"
            for i, options in sides.items()
            for o in (options if isinstance(options, tuple | list) else (options,))
        ]
        yield EntryField(
            (*path, k) if k else path,
            label if not k else f"or {label}",
            "options",
            chosen=tuple(chosen),
            allowed=tuple(listed),
        )


def options_listed(case: Case) -> list[tuple[str, str]]:
    """Every option of every issue: as a form sends it, and in words."""
    return [
        (f"{i}|{o}", f"{x.name}: {v.label}") for i, x in case.issues.items() for o, v in x.options.items()
    ]


def _rule(case: Case, data: Any) -> Iterator[Heading]:
    listed = options_listed(case)
    readings = [(r, str(_at(data, ("readings", r, "says")) or r)) for r in (_at(data, ("readings",)) or {})]

    def first() -> Iterator[EntryField]:
        yield _typed(("party",), "whose", "select", data, [(p, x.name) for p, x in case.parties.items()])
        yield _typed(("says",), "what it says", "long", data)
        yield _typed(("firmness",), "firmness", "select", data, [(f, f) for f in get_args(Firmness)])
        if readings:
            yield _typed(("default",), "reading used unless another is chosen", "select", data, readings)
        else:
            yield from sides(())
        yield from _basis((), data)

    def sides(at: Path) -> Iterator[EntryField]:
        yield from _alternatives((*at, "when"), "when these options", data, listed)
        yield from _alternatives((*at, "only_if"), "only if those (none: never)", data, listed)

    def part(at: Path, what: str) -> Iterator[EntryField]:
        yield _typed((*at, "says"), "what it says", "long", data)
        yield from sides(at)
        if what:
            yield EntryField((*at, "(out)"), f"take this {what} out", "check")

    def clauses(at: Path, of: str) -> Iterator[Heading]:
        """The further clauses, all of which hold beside the first, and an empty one."""
        n = len(_at(data, (*at, "clauses")) or ())
        own = int(any(_at(data, (*at, side)) for side in ("when", "only_if")))
        for k in range(n):
            yield f"{of}, clause {k + 1 + own}", part((*at, "clauses", k), "clause")
        yield f"New clause of {of[:1].lower() + of[1:]}: it holds too", part((*at, "clauses", n), "")

    yield "Rule", first()
    if not readings:
        yield from clauses((), "Rule")
    for r, _ in readings:
        yield f"Reading {r}", part(("readings", r), "reading")
        yield from clauses(("readings", r), f"Reading {r}")


def values_of(
    entry: Path, headings: Sequence[tuple[str, list[EntryField]]], form: Mapping[str, list[str]]
) -> dict[Path, object]:
    """What a form changes: path in the case -> new plain value, or ``REMOVED``.

    Raises
    ------
    NotApplicable
        A value that cannot be read.
    """
    changed: dict[Path, object] = {}
    out: list[Path] = []
    every = [f for _, fields in headings for f in fields]
    for f in every:
        if f.kind == "check":
            out += [(*entry, *f.path[:-1])] * (f.name in form)
        elif f.kind == "options":
            side = f.path[:-1] if isinstance(f.path[-1], int) else f.path
            if f"{f.name}.shown" in form and tuple(form.get(f.name, ())) != f.chosen:
                changed[*entry, *side] = _alternatives_of(side, every, form)
        elif f.name in form and form[f.name][0].strip() != f.value:
            text = form[f.name][0].strip()
            changed[*entry, *f.path] = _value(f, text) if text else REMOVED
    left = {p: v for p, v in changed.items() if not any(p[: len(gone)] == gone for gone in out)}
    return left | dict.fromkeys(sorted(out, key=str, reverse=True), REMOVED)


def _alternatives_of(side: Path, fields: Sequence[EntryField], form: Mapping[str, list[str]]) -> object:
    """A side as the file will have it: one mapping, a list of several, or nothing."""
    mine = [f for f in fields if f.kind == "options" and side in (f.path, f.path[:-1])]
    given = [form.get(f.name, []) if f"{f.name}.shown" in form else f.chosen for f in mine]
    found = [sides for pairs in given if (sides := sides_of(pairs))]
    return REMOVED if not found else found[0] if len(found) == 1 else found


def sides_of(chosen: Sequence[str]) -> dict[str, list[str]]:
    """Issue -> options, of pairs as a list of options sends them."""
    found: dict[str, list[str]] = {}
    for pair in chosen:
        issue, sign, option = pair.rpartition("|")
        if sign:
            found.setdefault(issue, []).append(option)
    return found


def _value(f: EntryField, text: str) -> object:
    if f.kind == "ids":
        return [part.strip() for part in text.split(",") if part.strip()]
    if f.kind == "number":
        try:
            number = float(text)
        except ValueError:
            raise NotApplicable(f"{f.label}: expected a number, saw '{text[:40]}'") from None
        return int(number) if number.is_integer() else number
    if f.kind == "yaml":
        doc = parse_yaml(f"x: {' '.join(text.split())}\n", "")
        if doc.findings or not isinstance(doc.data, dict) or list(doc.data) != ["x"]:
            raise NotApplicable(
                f"{f.label}: expected a value such as 60, [40, 70] or a word, saw '{text[:60]}'"
            )
        return doc.data["x"]
    return text
