"""Records of a case as they were shown to whoever decides on them: a decision is saved only on a record that is still so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from zopa.case import Case
from zopa.case.records import Records
from zopa.casefile import fingerprint, load
from zopa.casefile.pieces import split
from zopa.casefile.read import CASE_FILE, RECORDS_FILE
from zopa.errors import ChangedMeanwhile
from zopa.reading.review import MADE, RecordAt, Session
from zopa.reading.store import save_changes

__all__ = ["ShownRecords"]

TRIES = 50
_GROUPS = {RECORDS_FILE: tuple(Records.model_fields), CASE_FILE: MADE}


class ShownRecords:
    """The records of a case folder as a session knows them; others may write to the files meanwhile.

    Parameters
    ----------
    folder : the case folder, read before the session is made of it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._was, self._pieces = self._read()

    def save(self, session: Session) -> tuple[RecordAt, ...]:
        """Write what the session decided, or nothing where one of these records is another one in the files by now.

        Whatever changed in the files meanwhile is taken into the session, and the walk goes on at the first record that
        clashed. Returns the records that clashed; none where the decision is saved.
        """
        for left in reversed(range(TRIES)):
            theirs = self._look(session)
            clash = tuple(here for here in sorted(session.dirty) if here in theirs)
            decided = frozenset(session.dirty)
            try:
                if decided and not clash:
                    save_changes(self.folder, session.unsaved, was=self._was)
                    session.dirty = set()
                    theirs |= self._look(session) - decided
            except ChangedMeanwhile:
                session.take(_whole(self.folder), theirs)
                if not left:
                    raise
                continue
            if clash:
                session.take(_whole(self.folder), theirs | decided, clash[0])
            elif theirs:
                session.take(_whole(self.folder), theirs)
            return clash
        raise AssertionError

    def _look(self, session: Session) -> set[RecordAt]:
        """Read the files again; the records whose text is not the one that was known."""
        known, self._was, self._pieces = self._pieces, *self._read()
        found: set[RecordAt] = set()
        for name, groups in _GROUPS.items():
            old, new = known[name], self._pieces[name]
            for group, _, ident in (r.partition(".") for r in {*old, *new} if old.get(r) != new.get(r)):
                if group in groups and ident:
                    found.add(RecordAt(group, ident))
                elif group in groups and not any(r.startswith(f"{group}.") for r in {*old, *new}):
                    found |= {RecordAt(group, k) for k in session.entries[group]}  # the group in one line
        return found

    def _read(self) -> tuple[dict[str, str], dict[str, Mapping[str, str]]]:
        """The fingerprints of the files, and their records as text; the fingerprints are never the newer of both."""
        was = {name: fingerprint(self.folder / name) for name in _GROUPS}
        known: Mapping[str, str] = getattr(self, "_was", {})
        return was, {n: self._pieces[n] if known.get(n) == was[n] else self._split(n) for n in _GROUPS}

    def _split(self, name: str) -> Mapping[str, str]:
        path = self.folder / name
        return split(name, path.read_text(encoding="utf-8", errors="replace") if path.is_file() else "")


def _whole(folder: Path) -> Case:
    case = load(folder)
    return case.whole or case
