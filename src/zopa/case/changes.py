"""A case with other judgments, by their path in the file, without editing it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from zopa.case.estimates import all_rules
from zopa.case.model import NOT_WRITTEN, Case, Issue, Party
from zopa.errors import NotApplicable, UnknownName

__all__ = ["is_reading", "reading_of", "with_changes"]

_ONE = {
    "parties": "party",
    "speakers": "speaker",
    "issues": "issue",
    "rules": "rule",
    "readings": "named set of readings",
    "statements": "statement",
    "contacts": "contact",
    "figures": "figure",
    "shifts": "shift",
    "sources": "source",
}
_EXAMPLE = {
    "parties": "PARTY.reservation",
    "speakers": "SPEAKER.authority",
    "issues": "ISSUE.now",
    "readings": "SET.choose",
    "statements": "STATEMENT.stance",
    "contacts": "CONTACT.type",
    "figures": "FIGURE.value",
    "shifts": "SHIFT.direction",
    "sources": "SOURCE.date",
}
_NO_QUESTION = ("title", "about", "authors", "expect", "opened_at")
_TOPS = {
    "reservation": 100,
    "flexibility": 100,
    "values": 100,
    "saliences": 100,
    "places": 100,
} | dict.fromkeys(("capability", "capabilities", "weights"), 1e9)
"""Fields of a party -> the largest number that may stand there; the least is 0."""
_BY_ISSUE = tuple(
    name for name, field in Party.model_fields.items() if str(field.annotation).startswith("dict[str,")
)
"""Fields of a party with one entry per issue."""


def with_changes(case: Case, changes: Mapping[str, Any]) -> Case:
    """The case with other values at these paths, each checked as if it stood in the file.

    See :meth:`zopa.case.Case.with_`.
    """
    sections: dict[str, Any] = {}
    for path, value in changes.items():
        if is_reading(path):
            _check_reading(case, path, value)
            continue
        section, *rest = path.split(".")
        if section not in Case.model_fields:
            raise UnknownName("section of the case", section, Case.model_fields)
        here = sections.get(section, getattr(case, section))
        if not rest:
            _check_whole(section)
            sections[section] = _section(section, value)
        elif isinstance(here, Mapping):
            key, rest = rest[0], rest[1:]
            if key not in here:
                raise UnknownName(_ONE.get(section, section), key, here)
            if section == "parties":
                _check_names(case, rest)
            new = _changed(here[key], rest, value, path)
            if isinstance(new, Party):
                _check_scale(new, rest, path)
            if isinstance(new, Issue) and new.now is not None and new.now not in new.options:
                raise UnknownName(f"option of {key}", new.now, new.options)
            sections[section] = {**here, key: new}
        else:
            sections[section] = _changed(here, rest, value, path)
    told = {**case.changed, **changes}
    digest = hashlib.sha256(f"{case.digest} {sorted(changes.items())}".encode()).hexdigest()
    found = case.model_copy(update={**sections, "changed": told, "digest": digest})
    for name in sections.get("parties", ()):
        _check_weights(found, name)
    return found


def is_reading(path: str) -> bool:
    """Whether a path is ``rules.RULE.reading``."""
    return reading_of(path) is not None


def reading_of(path: str) -> str | None:
    """The rule whose reading a path names; None for every other path."""
    parts = path.split(".")
    return parts[1] if len(parts) == 3 and parts[0] == "rules" and parts[2] == "reading" else None


def _check_reading(case: Case, path: str, value: Any) -> None:
    rule = reading_of(path) or ""
    rules = all_rules(case)
    if rule not in rules:
        raise UnknownName("rule", rule, rules)
    known = [*(rules[rule].readings or ("as stated",)), "off"]
    if value not in known:
        raise UnknownName(f"reading of {rule}", str(value), known)


def _check_names(case: Case, path: list[str]) -> None:
    """The issue and option that a path into a party names."""
    field, *keys = path or [""]
    if field not in _BY_ISSUE or not keys:
        return
    issue, *option = keys
    if issue not in case.issues:
        raise UnknownName("issue", issue, case.issues)
    if option and field in ("values", "points") and option[0] not in case.issues[issue].options:
        raise UnknownName(f"option of {issue}", option[0], case.issues[issue].options)


def _check_whole(section: str) -> None:
    """What consists of named entries is changed entry by entry; what is worked out from the files is not set at all."""
    if section in _ONE:
        example = "rules.RULE.reading=off" if section == "rules" else f"{section}.{_EXAMPLE[section]}=VALUE"
        raise NotApplicable(
            f"{section} cannot be replaced or emptied as a whole; name what is to change in it, as {example}"
        )
    if section in NOT_WRITTEN:
        raise NotApplicable(
            f"{section} is no judgment and cannot be set; it follows from the files of the case"
        )
    if section in _NO_QUESTION:
        raise NotApplicable(f"no answer depends on {section}, so it cannot be asked with another one")


def _check_scale(party: Party, path: list[str], said: str) -> None:
    """The numbers of the judgment at this path, as :mod:`zopa.casefile.checks` holds those of a file."""
    field = path[0]
    if field == "reservation" and party.points:
        return
    top = _TOPS.get(field)
    found: Any = getattr(party, field)
    for key in path[1:]:
        found = found.get(key) if isinstance(found, Mapping) else found
    left = [found]
    while top is not None and left:
        value = left.pop()
        if isinstance(value, Mapping):
            left += value.values()
            continue
        for number in (getattr(value, end, None) for end in ("low", "best", "high")):
            beyond = (
                top if field == "reservation" else 0
            )  # points of several issues together may lead off the scale
            if number is not None and not -beyond <= number <= top + beyond:
                raise NotApplicable(
                    f"{number:g} at {said} is outside the scale, which runs from 0 to {top:g}"
                )


def _section(name: str, value: Any) -> Any:
    """A whole section or plain field of a case."""
    known = Case.model_fields[name]
    kind: Any = Annotated[known.annotation, known]
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as wrong:
        raise NotApplicable(f"'{value}' cannot stand at {name}: {wrong.errors()[0]['msg']}") from None


def _changed(noun: Any, path: Iterable[str], value: Any, said: str) -> Any:
    keys = list(path)
    if not isinstance(noun, BaseModel) or not keys:
        raise NotApplicable(f"expected a path to a judgment, such as parties.A.reservation; saw '{said}'")
    if keys[0] not in type(noun).model_fields:
        parent = said.rsplit("." + ".".join(keys), 1)[0]
        raise UnknownName(f"field of {parent}", keys[0], type(noun).model_fields)
    data = noun.model_dump(exclude_unset=True)
    at = data
    for key in keys[:-1]:
        at = at.setdefault(key, {})
        if not isinstance(at, dict):
            raise NotApplicable(f"nothing can be set at '{said}'")
    at[keys[-1]] = value
    try:
        return type(noun).model_validate(data)
    except ValidationError as wrong:
        raise NotApplicable(f"'{value}' cannot stand at {said}: {wrong.errors()[0]['msg']}") from None


def _check_weights(case: Case, name: str) -> None:
    given = case.parties[name].weights
    numbers = [j.best for j in given.values()]
    if given and all(n is not None for n in numbers) and abs(sum(n or 0 for n in numbers) - 100) > 1e-6:
        total = sum(n or 0 for n in numbers)
        raise NotApplicable(
            f"the weights of {name} would add up to {total:g}; set the others as well, to 100"
        )
