"""Cases as their folders stand now, and what was worked out about them: a bounded memory that may be lost at any time.

A folder is looked at on every request and read again when one of its files changed. Everything that is kept is keyed
by the content of the case (its digest), the date cut, the readings and the other judgments, so nothing of another day or
another reading can be shown.
"""

from __future__ import annotations

import os
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast

from zopa.case import Case, redacted
from zopa.formats import load
from zopa.space import Problem
from zopa.workbench.asked import UrlQuery

__all__ = ["Kept", "OpenedCases", "stamp"]

Found = TypeVar("Found")
JUST_NOW = 2_000_000_000
"""Nanoseconds: a file changed more recently is known by its content, since its time may not tell two changes apart."""
LARGE = 200_000
"""Packages from which on few problems are kept, since each may hold a table of all of them."""


class Kept:
    """A bounded memory: the same thing is worked out once, also when it is asked for twice at the same time."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._found: OrderedDict[Hashable, Future[Any]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], Found]) -> Found:
        """What is kept under a key, else what ``make`` makes; an error is not kept."""
        with self._lock:
            known = self._found.get(key)
            mine = known is None
            future: Future[Any] = known or Future()
            self._found[key] = future
            self._found.move_to_end(key)
            while len(self._found) > self.most:
                self._found.popitem(last=False)
        if mine:
            try:
                future.set_result(make())
            except BaseException as error:
                with self._lock:
                    if self._found.get(key) is future:
                        del self._found[key]
                future.set_exception(error)
        return cast(Found, future.result())


class OpenedCases:
    """Case name -> the case as it stands.

    Parameters
    ----------
    folders : case name -> folder, or file of any format that zopa reads.
    more : callable, optional
        Gives all of them again, asked where a name is not known: one may have been added meanwhile.
    """

    def __init__(
        self, folders: Mapping[str, Path], more: Callable[[], Mapping[str, Path]] | None = None
    ) -> None:
        self.folders, self._more = dict(folders), more
        self._cases, self._cuts = Kept(max(4, 2 * len(self.folders))), Kept(32)
        self._small, self._large = Kept(32), Kept(2)
        self._answers = Kept(256)

    def known(self, name: str) -> bool:
        """Whether there is a case of this name, also one that was added since."""
        if name not in self.folders and self._more is not None:
            self.folders = dict(self._more())
        return name in self.folders

    def case(self, name: str, day: str = "", closed: tuple[str, ...] = ()) -> Case:
        """The case as of a day, read again where its files changed; without the words of sources with the marks of ``closed``.

        Raises
        ------
        CaseError
            The folder is not sound.
        """
        folder = self.folders[name]
        case = self._cases.get((name, stamp(folder)), lambda: load(folder))
        if closed:
            whole = case
            case = self._cuts.get((case.digest, closed), lambda: redacted(whole, closed))
        return self._cuts.get((case.digest, day), lambda: case.at(day)) if day else case

    def problem(self, name: str, asked: UrlQuery, closed: tuple[str, ...] = ()) -> Problem:
        """The problem as asked. Problems that differ in their readings only share utilities and table."""
        case = self.case(name, asked.day, closed)
        values = tuple(sorted(asked.values.items()))
        small = _packages(case) <= LARGE
        kept = self._small if small else self._large
        plain = kept.get((case.digest, values), lambda: UrlQuery(values=asked.values).problem_of(case))
        if not asked.readings and not asked.chosen:
            return plain

        def reread() -> Problem:
            problem = plain.with_readings(asked.readings) if asked.readings else plain
            return problem.with_readings(asked.chosen) if asked.chosen else problem

        return kept.get((case.digest, asked.key), reread)

    def kept(self, what: Hashable, make: Callable[[], Found]) -> Found:
        """What is worked out from the content of a case alone; ``what`` holds its digest."""
        return self._answers.get(what, make)

    def answer(
        self,
        name: str,
        asked: UrlQuery,
        what: Hashable,
        make: Callable[[Problem], Found],
        closed: tuple[str, ...] = (),
    ) -> Found:
        """An answer about the problem as asked; ``what`` names the question."""
        problem = self.problem(name, asked, closed)
        key = (problem.case.digest, asked.key, what)
        return self._answers.get(key, lambda: make(problem))


def _packages(case: Case) -> int:
    n = 1
    for issue in case.issues.values():
        n *= len(issue.options)
    return n


def stamp(folder: Path) -> str:
    """What the files of a case are known by, without reading those that have not changed for a while."""
    told = sha256()
    now = time.time_ns()
    for path in sorted(_files(folder)):
        try:
            at = path.stat()
            recent = abs(now - at.st_mtime_ns) < JUST_NOW and at.st_size < MOST_HASHED
            content = sha256(path.read_bytes()).hexdigest() if recent else ""
        except OSError:
            continue
        told.update(
            f"{path.name}|{at.st_mtime_ns}|{at.st_size}|{at.st_ino}|{content}\n".encode("utf-8", "replace")
        )
    return told.hexdigest()


MOST_HASHED = 8_000_000


def _files(folder: Path) -> list[Path]:
    """The files of a case: those of the folder, and those of its sub-folders but for what zopa writes there."""
    if not folder.is_dir():
        return [folder]
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file():
                found.append(Path(entry.path))
            elif entry.is_dir() and entry.name not in ("out", "drafts") and not entry.name.startswith("."):
                found += [p for p in Path(entry.path).iterdir() if p.is_file()]
    return found
