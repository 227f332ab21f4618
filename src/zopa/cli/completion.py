"""What the shell may complete: cases, options of issues, readings, judgments to set, names to explain."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from zopa.case import Case

__all__ = ["cases", "names", "packages", "readings", "settings"]


def cases(incomplete: str) -> list[str]:
    """The names of the bundled cases and of the case folders here."""
    from zopa.cli.options import examples

    bundled = [p.name for p in sorted(examples().iterdir()) if p.is_dir()]
    here = sorted(p.parent.name for p in Path().glob("*/case.yaml"))
    return _beginning(dict.fromkeys([*bundled, *here]), incomplete)


def packages(ctx: typer.Context, incomplete: str) -> list[str]:
    """``ISSUE=OPTION`` of the case that the command line names."""
    case = _case(ctx)
    pairs = [(i, o) for i, issue in case.issues.items() for o in issue.options] if case else []
    return _pairs(pairs, incomplete)


def readings(ctx: typer.Context, incomplete: str) -> list[str]:
    """The named sets of readings, and ``RULE=READING``."""
    case = _case(ctx)
    if case is None:
        return []
    pairs = [(r, reading) for r, rule in case.rules.items() for reading in rule.readings]
    return _beginning(case.readings, incomplete) + _pairs(pairs, incomplete)


def settings(ctx: typer.Context, incomplete: str) -> list[str]:
    """Judgments that ``--set`` may change, up to the equals sign: reservation values, weights, values, readings."""
    case = _case(ctx)
    return _beginning([f"{path}=" for path in _paths(case)] if case else [], incomplete)


def names(ctx: typer.Context, incomplete: str) -> list[str]:
    """Everything with an id that ``explain`` takes, and the ids that ``rename`` takes with their kind."""
    case = _case(ctx)
    if case is None:
        return []
    if (ctx.info_name or "") == "rename":
        kinds: dict[str, Iterable[str]] = {"party": case.parties, "speaker": case.speakers, "issue": case.issues, "rule": case.rules,
                 "statement": case.statements}  # fmt: skip
        known = [f"{kind}.{name}" for kind, group in kinds.items() for name in group]
        known += [f"option.{i}.{o}" for i, issue in case.issues.items() for o in issue.options]
    else:
        known = [*case.parties, *case.issues, *case.rules, *case.statements]
        known += [
            f"{p}.values.{i}.{o}" for p in case.parties for i, x in case.issues.items() for o in x.options
        ]
    return _beginning(known, incomplete)


def _paths(case: Case) -> Iterator[str]:
    for party in case.parties:
        yield f"parties.{party}.reservation"
        for issue in case.issues:
            yield f"parties.{party}.weights.{issue}"
    for rule, entry in case.rules.items():
        if entry.readings:
            yield f"rules.{rule}.reading"


def _case(ctx: typer.Context) -> Case | None:
    """The case named so far; None where there is none or it does not load: completion stays silent."""
    from zopa.cli.options import open_case
    from zopa.errors import ZopaError

    named = next((ctx.params[k] for k in ("name", "folder") if ctx.params.get(k)), None)
    named = named or next(
        (w for w in _words()[2:] if not w.startswith("-")), None
    )  # an option has no value yet
    try:
        return open_case(str(named)) if named else None
    except (ZopaError, typer.BadParameter, OSError, ValueError):
        return None


def _words() -> list[str]:
    """The command line so far, as bash or another shell hands it over."""
    return (os.environ.get("COMP_WORDS") or os.environ.get("_TYPER_COMPLETE_ARGS") or "").split()


def _pairs(pairs: list[tuple[str, str]], incomplete: str) -> list[str]:
    """``A=B`` by what is typed; bash hands over each side of the sign alone, and takes the second side alone."""
    words = _words()
    if "=" in words[-2:] and "=" not in incomplete.rstrip("="):
        at = len(words) - 1 - words[::-1].index("=")
        left, right = words[at - 1], "".join(words[at + 1 :])
        return [b for a, b in pairs if a == left and b.startswith(right)]
    return _beginning([f"{a}={b}" for a, b in pairs], incomplete)


def _beginning(known: Iterable[str], incomplete: str) -> list[str]:
    return [k for k in known if k.startswith(incomplete)]
