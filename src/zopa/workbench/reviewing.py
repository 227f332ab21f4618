"""Decisions on records of a case, made on a page: against the version that was seen, in the record of the case, undoable.

Whoever decides sends the record as it was shown. If it is another one by now, nothing is saved and all three versions are
handed back (:class:`zopa.errors.EditConflict`); what changed elsewhere in the files meanwhile stays. Every decision is one
entry of the record of the case, which begins with the first of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, TypeVar, get_args

from zopa.case import Case
from zopa.case.records import Records
from zopa.casefile import (
    RecordConflict,
    RecordEntry,
    acting,
    fingerprint,
    read_record,
    start_record,
    undo,
    version_of,
)
from zopa.casefile.change_log import kept
from zopa.casefile.read import CASE_FILE, RECORDS_FILE
from zopa.casefile.record import written_form
from zopa.casefile.yamldoc import parse_yaml
from zopa.casefile.yamltext import dump
from zopa.errors import ChangedMeanwhile, EditConflict, NotApplicable, ZopaError
from zopa.reading.review import RecordAt, Session
from zopa.reading.store import save_changes

__all__ = ["REASONS", "VIA", "decide", "recorded", "take_back"]

VIA = "workbench, Read"
REASONS = (
    "wrong speaker",
    "wrong party",
    "wrong issue or option",
    "wrong stance",
    "not a statement",
    "hearsay",
    "duplicate of another source",
    "out of date range",
    "other",
)
"""Why a suggestion is rejected; one key each."""
TRIES = 50
Told = TypeVar("Told")


def recorded(folder: Path, who: str) -> None:
    """See to it that the case keeps a record, so that a decision can be followed and taken back."""
    if not kept(folder):
        with acting(who, VIA, "begun by the first decision on a page"), suppress(NotApplicable):
            start_record(folder)


def decide(
    folder: Path,
    opened: Callable[[], Case],
    who: str,
    seen: Mapping[RecordAt, str],
    do: Callable[[Session], Told],
    why: str,
) -> Told:
    """Let a session do something to records that are as they were seen, and save it as one act.

    Parameters
    ----------
    folder : the case folder.
    opened : gives the whole case as its files stand now.
    who : whose decision it is.
    seen : record -> its text in ``statements.yaml`` as it was shown.
    do : the decision; what it gives is given back.
    why : the reason, for the record of the case.

    Raises
    ------
    EditConflict
        A record is another one by now; nothing was changed.
    ZopaError
        What the session refuses, or the disk.
    """
    recorded(folder, who)
    for left in reversed(range(TRIES)):
        was = {name: fingerprint(folder / name) for name in (CASE_FILE, RECORDS_FILE)}
        case = opened()
        clash = [
            RecordConflict(
                RECORDS_FILE, now.record, text, now.text or None, _yours(case, who, here, text, do)
            )
            for here, text in seen.items()
            if (now := version_of(folder, here)).text.replace("\r\n", "\n") != text
        ]
        if clash:
            raise EditConflict(clash)
        session = Session(case, who, date.today())
        told = do(session)
        try:
            with acting(who, VIA, why):
                save_changes(folder, session.pending(), was=was)
            return told
        except ChangedMeanwhile:
            if not left:
                raise
    raise AssertionError


def _yours(case: Case, who: str, here: RecordAt, before: str, do: Callable[[Session], Any]) -> str | None:
    """The entry as the decision would have made it of the one that was seen."""
    data = parse_yaml(f"{here.group}:\n{before}", RECORDS_FILE).data
    with suppress(ZopaError, ValueError, KeyError, TypeError, AttributeError):
        noun = get_args(Records.model_fields[here.group].annotation)[1]
        old = noun.model_validate(data[here.group][here.ident])
        group = {**getattr(case, here.group), here.ident: old}
        session = Session(case.model_copy(update={here.group: group}), who, date.today())
        do(session)
        new = session.entries[here.group].get(here.ident)
        return None if new is None else f"  {here.ident}:{dump(written_form(new), 4)}\n"
    return None


def take_back(folder: Path, who: str) -> RecordEntry | None:
    """Undo the last decision of a person on these pages that is not undone yet; None where there is none.

    Raises
    ------
    EditConflict
        One of its records was changed since.
    """
    if not kept(folder):
        return None
    cancelled: set[int] = set()
    for entry in reversed(read_record(folder)):
        if entry.number in cancelled:
            continue
        if entry.act.undoes is not None:
            cancelled.add(entry.act.undoes)
        elif (entry.act.who, entry.act.via) == (who, VIA) and entry.number > 1:
            with acting(who, VIA, f"undone: {entry.act.why}"):
                undo(folder, entry.number)
            return entry
    return None
