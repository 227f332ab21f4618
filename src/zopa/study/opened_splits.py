"""A log of openings of test cases: once per release, noted with the date before any figure is seen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from zopa._version import __version__
from zopa.casefile import read_text, write_file
from zopa.errors import CaseError, Finding, NotApplicable

__all__ = ["SplitOpening", "open_split"]


@dataclass(frozen=True)
class SplitOpening:
    """One opening: the release, the day, digests of what was opened and of the gates, and whether it was once more."""

    release: str
    date: str
    opened: tuple[str, ...]
    gates: str = ""
    again: bool = False


def open_split(
    log: str | Path,
    opened: Sequence[str],
    *,
    gates: str = "",
    again: bool = False,
    release: str = __version__,
) -> tuple[SplitOpening, ...]:
    """Note in a log that test cases are opened, and give all openings of any of them, the new one last.

    Parameters
    ----------
    log : path
        A file with one JSON object per line; made where there is none.
    opened : sequence of str
        Digests of the cases or files.
    gates : str
        Digest of the gates file.
    again : bool
        Whether what this release opened already may be opened once more.

    Raises
    ------
    NotApplicable
        This release opened one of them already.
    CaseError
        The log cannot be read.
    """
    place = Path(log)
    text, findings = read_text(place, str(log)) if place.exists() else ("", [])
    if findings:
        raise CaseError(findings, "nothing was opened")
    lines = text.splitlines()
    earlier = [o for k, line in enumerate(lines, 1) if line.strip() and (o := _read(line, str(log), k))]
    same = [o for o in earlier if set(o.opened) & set(opened)]
    if not again and (seen := [o for o in same if o.release == release]):
        raise NotApplicable(
            f"release {release} opened {'these' if len(opened) != 1 else 'this'} on {seen[-1].date} already ({log}); "
            "--again opens once more, and the log says so"
        )
    new = SplitOpening(release, str(date.today()), tuple(opened), gates, again)
    write_file(place, "".join(f"{line}\n" for line in [*lines, json.dumps(asdict(new))]))
    return (*same, new)


def _read(line: str, log: str, number: int) -> SplitOpening:
    try:
        data = json.loads(line)
        return SplitOpening(
            data["release"], data["date"], tuple(data["opened"]), data["gates"], data["again"]
        )
    except (ValueError, KeyError, TypeError):
        what = "expected an opening as this log has them: release, date, opened, gates, again"
        found = Finding("", what, "name another file for the log", log, number, 1)
        raise CaseError([found], "nothing was opened") from None
