"""The verb `agreement`: how far coders of the same statements agree, per field and per issue; and where not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from zopa.case import Case
from zopa.casefile.coders import CODED, Coding, codings_of
from zopa.errors import NotApplicable
from zopa.space import Answer, Question
from zopa.study.reliability import Level, alpha, percent_agreement

__all__ = ["CoderAgreement", "Disagreement", "FieldAgreement", "agreement", "compared"]

ORDINAL = ("strength",)
"""Fields whose values have an order."""


@dataclass(frozen=True)
class FieldAgreement:
    """How far coders agree on one field, over all statements or those of one issue or kind (``of``).

    ``percent`` and ``alpha`` are None where there is nothing to compare, or only one value was ever given.
    """

    field: str
    of: str
    units: int
    percent: float | None
    alpha: float | None
    level: Level


@dataclass(frozen=True)
class Disagreement:
    """A statement on which coders differ: coder -> value."""

    statement: str
    field: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class CoderAgreement(Answer):
    """Agreement per field, per issue and per kind; and the queue of disagreements, in the order of the case."""

    coders: tuple[str, ...]
    fields: tuple[FieldAgreement, ...]
    issues: tuple[FieldAgreement, ...]
    kinds: tuple[FieldAgreement, ...]
    queue: tuple[Disagreement, ...]


def agreement(case: Case, *others: Case, level: Mapping[str, Level] | None = None) -> CoderAgreement:
    """How far do coders agree on what the sources say?

    Parameters
    ----------
    case, others : Case
        One case: its reviewers, the reader and ``codings.csv`` are the coders. Several: each case is one
        coder's work on the same sources; statements with the same words of a source are the same unit.
    level : mapping, optional
        Field -> ``nominal``, ``ordinal``, ``interval`` or ``ratio``; by default ``strength`` is ordinal.

    Raises
    ------
    NotApplicable
        No statement was coded by two coders.

    References
    ----------
    Krippendorff (2011), *Computing Krippendorff's Alpha-Reliability*.
    """
    if others:
        codings, units = _across((case, *others))
    else:
        folder = case.folder
        if not folder:
            raise NotApplicable("who coded what is known for a case in a folder only")
        codings, units = codings_of(Path(folder), case), {i: i for i in case.statements}
    question = Question(
        "agreement",
        ",".join(c.digest for c in (case, *others)),
        settings={"level": dict(level or {})},
        of=case,
    )
    return compared(question, codings, case, units, level)


def _across(cases: Sequence[Case]) -> tuple[list[Coding], dict[str, str]]:
    """The statements of several cases as codings of the same words; unit -> id in the first case."""
    names = [Path(c.folder).name or c.title for c in cases]
    names = [n if names.count(n) == 1 else f"{n} ({k})" for k, n in enumerate(names, 1)]
    units: dict[tuple[str, str], str] = {}
    codings = []
    for name, case in zip(names, cases, strict=True):
        for ident, s in case.statements.items():
            if s.review.state == "rejected":
                continue
            source = case.sources.get(s.source)
            key = ((source.sha256 if source else "") or s.source, s.quote)
            unit = units.setdefault(key, ident if ident not in units.values() else f"{name}:{ident}")
            for field in CODED:
                value = getattr(s, field)
                text = "|".join(sorted(value)) if isinstance(value, tuple) else value
                codings.append(Coding(name, unit, field, "" if text is None else str(text)))
    return codings, {u: u for u in units.values()}


def compared(
    question: Question,
    codings: Iterable[Coding],
    case: Case,
    units: Mapping[str, str],
    level: Mapping[str, Level] | None = None,
) -> CoderAgreement:
    """The figures for codings, however they were kept."""
    given: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for c in codings:
        given[c.field, c.statement][c.coder] = c.value
    shared = {key: values for key, values in given.items() if len(values) > 1}
    if not shared:
        raise NotApplicable(
            "no statement was coded by two coders; a second one writes codings.csv (coder, statement, field, value)"
        )
    levels: dict[str, Level] = {f: "ordinal" if f in ORDINAL else "nominal" for f in CODED} | dict(
        level or {}
    )
    known = {i: case.statements[i] for i in units if i in case.statements}

    def figures(fields: Iterable[str], of: str, chosen: set[str] | None) -> list[FieldAgreement]:
        out = []
        for f in fields:
            values = [
                _numbers(v.values(), levels[f])
                for (field, unit), v in shared.items()
                if field == f and (chosen is None or unit in chosen)
            ]
            if values:
                percent, a = percent_agreement(values), alpha(values, levels[f])
                out.append(
                    FieldAgreement(
                        field=f,
                        of=of,
                        units=sum(len(v) > 1 for v in values),
                        percent=None if percent is None else float(percent),
                        alpha=None if a is None else float(a),
                        level=levels[f],
                    )
                )
        return out

    issues, kinds = [], []
    for name in case.issues:
        issues += figures(("stance", "options"), name, {i for i, s in known.items() if s.issue == name})
    for kind in dict.fromkeys(s.kind for s in known.values()):
        kinds += figures(("kind", "stance"), kind, {i for i, s in known.items() if s.kind == kind})
    order = {unit: k for k, unit in enumerate(units)}
    queue = [Disagreement(u, f, dict(v)) for (f, u), v in shared.items() if len(set(v.values())) > 1]
    queue.sort(key=lambda d: (order.get(d.statement, len(order)), CODED.index(d.field)))
    coders = tuple(dict.fromkeys(c for v in shared.values() for c in v))
    return CoderAgreement(
        question, coders, tuple(figures(CODED, "", None)), tuple(issues), tuple(kinds), tuple(queue)
    )


def _numbers(values: Iterable[str], level: Level) -> list[object]:
    """The values as numbers where the level asks for an order; what is empty was not coded."""
    if level == "nominal":
        return list(values)
    try:
        return [float(v) for v in values if v]
    except ValueError:
        raise NotApplicable(f"the level {level} needs numbers; saw words") from None
