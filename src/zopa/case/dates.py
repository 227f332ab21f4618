"""A case as of a day: what was said, found or judged later is absent.

A record is known when it was said and its source was published: both by the day. It is dated by its own moment, and
where that is not given or not precise enough by the publication of its source; without either it is undated and
stays. ``said:2025-02-13`` takes the day of saying alone, as for a case from books of later years. A judgment, rule or
reading is as late as the statements it cites, or as those of the basis that its party or case shares; one that cites
none is undated and stays. :func:`undated` names both.
"""

from __future__ import annotations

import calendar
import hashlib
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from pydantic import BaseModel

from zopa.case.basis import Basis, Judgment, When
from zopa.case.estimates import accepted, once
from zopa.case.graph import Action, GraphMove
from zopa.case.model import Case, Option, Party
from zopa.case.records import Contact, Figure, Records, Shift, Statement
from zopa.errors import NotApplicable

__all__ = ["as_of", "day_asked", "days_of_change", "undated"]

BY_SAYING: Final = "said:"
_STRUCTURE = (Option, Action, GraphMove)
"""What a case is about: these stay, and lose only the citations of what is absent."""


class _Gone:
    """Stands for what is later than the day."""


_GONE: Final = _Gone()


def as_of(case: Case, day: date | str) -> Case:
    """The case as it could have been written on a day.

    Parameters
    ----------
    case : Case
        A case; its ``as_of`` may be later.
    day : date or str
        The last day that counts, of saying and of publication; as a text ``2025-02-13``. ``said:2025-02-13`` counts
        what was said by then also where it was published later.

    Returns
    -------
    Case
        Without later records, cost rows, judgments, rules and readings, without an outcome that was not yet
        there, and without expected answers (they are about the whole case). Sources stay if one of their
        records does, or if they are not later. Options stay, but those whose every statement is later.
    """
    day, by_saying = day_asked(day)
    said = {group: _records(case, group, day) for group in Records.model_fields}
    kept = said if by_saying else {group: _published_by(case, of, day) for group, of in said.items()}
    absent = set(case.statements) - set(kept["statements"])
    kept["shifts"] = {k: s for k, s in kept["shifts"].items() if not {s.before, s.after} & absent}
    fields: dict[str, Any] = {
        **kept,
        "as_of": day,
        "cut": day,
        "by_saying": by_saying,
        "published_later": sum(len(said[g]) - len(_published_by(case, said[g], day)) for g in said),
        "said_later": case.said_later + len(absent & set(accepted(case))),
        "expect": (),
        "opened_at": None,
    }
    case = case.model_copy(
        update={"parties": {k: _without_shared(p, case.basis, absent) for k, p in case.parties.items()}}
    )
    alone = (*fields, "sources", "cost_rows", "tables", "digest", "folder", "outcome", "changed", "whole")
    for name in Case.model_fields:
        if name not in alone:
            fields[name] = _field(case, name, absent)
    _without_later_options(case, fields, absent)
    fields["readings"] = {k: _choices(r, fields["rules"]) for k, r in fields["readings"].items()}
    cited = {r.source for group in kept.values() for r in group.values()}
    fields["sources"] = {
        k: s for k, s in case.sources.items() if k in cited or (_published(s.date) or day) <= day
    }
    fields["cost_rows"] = tuple(
        r for r in case.cost_rows if (r.start is None or r.start <= day) and not set(r.statements) & absent
    )
    if case.outcome is not None and (case.outcome.date is None or case.outcome.date > day):
        fields["outcome"] = None
    fields["digest"] = hashlib.sha256(
        f"{case.digest} as of {BY_SAYING * by_saying}{day}".encode()
    ).hexdigest()
    return case.model_copy(update=fields)


def day_asked(day: date | str) -> tuple[date, bool]:
    """The day of a cut, and whether it is that of saying alone.

    Raises
    ------
    NotApplicable
        A text that is no day.

    >>> day_asked("said:2025-02-13")
    (datetime.date(2025, 2, 13), True)
    """
    if isinstance(day, date):
        return day, False
    text = day.strip().removeprefix(BY_SAYING)
    try:
        return date.fromisoformat(text), text != day.strip()
    except ValueError:
        raise NotApplicable(
            f"expected a day such as 2025-02-13, or said:2025-02-13 for what was said by then and published whenever; "
            f"saw '{day}'"
        ) from None


def _published_by(case: Case, records: Mapping[str, Any], day: date) -> dict[str, Any]:
    return {k: r for k, r in records.items() if (_source_day(case, r) or day) <= day}


def days_of_change(case: Case) -> tuple[date, ...]:
    """Days on which the record may grow, in order: moments and publications of records, starts of cost rows."""
    found: set[date | None] = {r.start for r in case.cost_rows}
    for group in Records.model_fields:
        for record in getattr(case, group).values():
            moment = _moment(record)
            found |= {_source_day(case, record), *((moment.start, moment.end) if moment else ())}
    return tuple(sorted(d for d in found if d is not None))


@once
def undated(case: Case) -> tuple[str, ...]:
    """Addresses of records and judgments that no date is known of, in the order of the case."""
    found = [
        f"{group}.{ident}"
        for group in Records.model_fields
        for ident, record in getattr(case, group).items()
        if _moment(record) is None and _source_day(case, record) is None
    ]
    for name, party in case.parties.items():
        shared = any(b is not None and b.statements for b in (party.basis, case.basis))
        for path, judgment in _judgments(party, f"parties.{name}"):
            if not judgment.statements and not (judgment.kind == "none" and shared):
                found.append(path)
    return tuple(found)


def _judgments(noun: BaseModel, path: str) -> Iterator[tuple[str, Judgment]]:
    for name in type(noun).model_fields:
        nested: list[tuple[str, Any]] = [(f"{path}.{name}", getattr(noun, name))]
        while nested:
            at, value = nested.pop(0)
            if isinstance(value, Judgment):
                yield at, value
            elif isinstance(value, Mapping):
                nested += [(f"{at}.{k}", v) for k, v in value.items()]


def _records(case: Case, group: str, day: date) -> dict[str, Any]:
    return {k: r for k, r in getattr(case, group).items() if _was_there(case, r, day)}


def _was_there(case: Case, record: Any, day: date) -> bool:
    moment, published = _moment(record), _source_day(case, record)
    if isinstance(record, Contact) and not record.realised and published is not None:
        return published <= day  # a plan is as old as the text that tells of it
    first = (moment.start or moment.end) if moment else None
    last = (moment.end or moment.start) if moment else None
    if first is None or last is None:
        return published is None or published <= day
    if last <= day or first > day:
        return last <= day
    return published is not None and published <= day


def _moment(record: Statement | Contact | Figure | Shift) -> When | None:
    if isinstance(record, Statement):
        return record.said
    if isinstance(record, Contact):
        return record.when
    return record.as_of if isinstance(record, Figure) else None


def _source_day(case: Case, record: Any) -> date | None:
    source = case.sources.get(record.source)
    return _published(source.date) if source else None


def _published(text: str) -> date | None:
    """The last day that a publication date can mean: a day, a month or a year.

    >>> [str(_published(t)) for t in ("2025-02-12", "2025-02", "2024", "spring")]
    ['2025-02-12', '2025-02-28', '2024-12-31', 'None']
    """
    m = re.match(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?!\d)", text.strip())
    if m is None:
        return None
    year, month = int(m[1]), int(m[2] or 12)
    try:
        return date(year, month, int(m[3]) if m[3] else calendar.monthrange(year, month)[1])
    except (ValueError, calendar.IllegalMonthError):
        return None


def _without_shared(party: Party, of_case: Basis | None, absent: set[str]) -> Party:
    """A party without the judgments that name no basis of their own, where the one they share is later."""
    own = party.basis if party.basis is not None and party.basis.kind != "none" else None
    shared = own or of_case
    if shared is None or not set(shared.statements) & absent:
        return party
    fields = {
        name: {} if name == "points" else _based(getattr(party, name)) for name in type(party).model_fields
    }
    fields["start"] = {i: o for i, o in party.start.items() if i in party.start_basis}
    if len(fields["weights"]) < len(party.weights):
        fields["weights"] = {}  # the others add up to 100 with it, not without
    return party.model_copy(update=fields)


def _based(value: Any) -> Any:
    """The value without judgments that name no basis; None or an empty mapping where nothing is left."""
    if isinstance(value, Judgment):
        return None if value.kind == "none" else value
    if not isinstance(value, Mapping):
        return value
    parts = {k: _based(v) for k, v in value.items()}
    return {k: v for k, v in parts.items() if v is not None and (v or not value[k])}


def _field(noun: BaseModel, name: str, absent: set[str]) -> Any:
    """A field without what is later; the default where it is gone; :data:`_GONE` where it has none."""
    info, old = type(noun).model_fields[name], getattr(noun, name)
    new = _pruned(old, absent)
    if info.is_required():
        short = isinstance(new, Mapping) and len(new) < len(old) and not isinstance(noun, Case)
        return _GONE if short else new
    return info.get_default(call_default_factory=True) if new is _GONE else new


def _pruned(value: Any, absent: set[str]) -> Any:
    """The value without every part that cites an absent statement."""
    if isinstance(value, Mapping):
        parts = {k: _pruned(v, absent) for k, v in value.items()}
        return {
            k: v
            for k, v in parts.items()
            if v is not _GONE and (v or not isinstance(v, dict) or not value[k])
        }
    if isinstance(value, tuple):
        return tuple(v for v in (_pruned(v, absent) for v in value) if v is not _GONE)
    if not isinstance(value, BaseModel):
        return value
    if isinstance(value, Basis) and set(value.statements) & absent:
        if not isinstance(value, _STRUCTURE):
            return _GONE
        left = {k: tuple(i for i in getattr(value, k) if i not in absent) for k in ("stated", "inferred")}
        value = value.model_copy(update=left)
    fields = {name: _field(value, name, absent) for name in type(value).model_fields}
    if any(f is _GONE for f in fields.values()):
        return _GONE
    if isinstance(value, Party) and len(fields["weights"]) < len(value.weights):
        fields["weights"] = {}  # the others add up to 100 with it, not without
    if (readings := getattr(value, "readings", None)) and isinstance(readings, Mapping):
        if not fields["readings"]:
            return _GONE
        if fields.get("default") not in (None, "off", *fields["readings"]):
            fields["default"] = None
    return value.model_copy(update=fields)


def _without_later_options(case: Case, fields: dict[str, Any], absent: set[str]) -> None:
    """Options that only later statements speak for go, with what parties think of them.

    One stays if anything else that is there names it: a statement, a rule, an interaction, the status quo.
    """
    named = {(i, x.now) for i, x in case.issues.items()} | set(_named(fields))
    gone: dict[str, set[str]] = {}
    for i, issue in case.issues.items():
        later = {
            o
            for o, x in issue.options.items()
            if x.statements and set(x.statements) <= absent and (i, o) not in named
        }
        if later and len(later) < len(issue.options):
            gone[i] = later
    if not gone:
        return

    def left(given: Mapping[str, Any]) -> dict[str, Any]:
        return {i: {o: v for o, v in row.items() if o not in gone.get(i, ())} for i, row in given.items()}

    fields["issues"] = {
        i: x.model_copy(update={"options": {o: v for o, v in x.options.items() if o not in gone.get(i, ())}})
        for i, x in fields["issues"].items()
    }
    fields["parties"] = {
        k: p.model_copy(
            update={
                "values": left(p.values),
                "points": left(p.points),
                "start": {i: o for i, o in p.start.items() if o not in gone.get(i, ())},
            }
        )
        for k, p in fields["parties"].items()
    }


def _named(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Issue and option wherever what is kept names one, besides the parties' own judgments."""
    parts: list[Any] = [*fields["statements"].values(), *fields["interactions"]]
    for rule in fields["rules"].values():
        parts += [rule, *rule.clauses]
        for reading in rule.readings.values():
            parts += [reading, *reading.clauses]
    for part in parts:
        if getattr(part, "issue", None):
            yield from ((part.issue, o) for o in part.options)
        when = part.when if isinstance(part.when, tuple) else (part.when,)
        for condition in (*when, *getattr(part, "only_if", ())):
            yield from ((i, o) for i, options in condition.items() for o in options)


def _choices(chosen: Any, rules: Mapping[str, Any]) -> Any:
    """A named set of readings without rules and readings that are not there yet."""
    left = {
        rule: reading
        for rule, reading in chosen.choose.items()
        if rule in rules and reading in (*(rules[rule].readings or ("as stated",)), "off")
    }
    return chosen.model_copy(update={"choose": left})
