"""Chat logs with offers, as records of offers: dialogues of CaSiNo, and any log of messages written as JSON.

A file holds one dialogue or a list of them, also packed (``.json.gz``). A dialogue has ``messages`` (or ``chat_logs``),
each with who wrote it (``party`` or ``id``), its ``text``, and where it makes or answers an offer ``package`` (issue ->
option) and ``answer`` as in :mod:`zopa.formats.offers`; all other messages are talk.

In a dialogue of CaSiNo (Chawla et al. 2021) acts have fixed texts, offers count items, and the two people bring their own
preferences: 5, 4 and 3 points per unit of what each wants most, second and least, 5 without a deal. Such a dialogue comes
with the case that these make: the first person's count of each item from 0 to 3, the other gets the rest.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from zopa.case import Case
from zopa.errors import CaseError, Finding
from zopa.formats.documents import MAX_UNPACKED, decode, json_data, refuse, take
from zopa.formats.offers import ANSWERS, Offer

__all__ = ["ChatRecord", "is_chat", "read_chats"]

SUFFIXES = (".json", ".json.gz")
POINTS = {"High": 5, "Medium": 4, "Low": 3}
"""Points of CaSiNo per unit of an item, by how much a person wants it."""
UNITS = 3
WITHOUT_A_DEAL = 5
MOST_FINDINGS = 20


@dataclass(frozen=True)
class ChatRecord:
    """One chat: its name, its offers, and the case that its own preferences make; None where it brings none."""

    name: str
    offers: tuple[Offer, ...]
    case: Case | None = None


def is_chat(path: str | Path) -> bool:
    """Whether a path is a chat log, by its name."""
    return str(path).lower().endswith(SUFFIXES)


def read_chats(file: str | Path) -> tuple[ChatRecord, ...]:
    """The dialogues of a chat log, in the order of the file.

    Raises
    ------
    CaseError
        The file cannot be read, or a dialogue, message or offer is not what it should be; each named by its place.
    """
    path = Path(file)
    text = decode(_unpacked(next(iter(take(path).values())), path.name), path.name)
    data = json_data(text, path.name)
    rows = data if isinstance(data, list) else [data]
    reader = _ChatReader(path.name)
    cases: dict[Any, Case] = {}
    found = [reader.dialogue(n, row, cases) for n, row in enumerate(rows, 1)]
    if reader.findings:
        raise CaseError(reader.findings[:MOST_FINDINGS], "no offer was read")
    return tuple(d for d in found if d is not None)


def _unpacked(raw: bytes, file: str) -> bytes:
    if not raw.startswith(b"\x1f\x8b"):
        return raw
    unpack = zlib.decompressobj(wbits=31)
    try:
        found = unpack.decompress(raw, MAX_UNPACKED)
    except zlib.error as why:
        refuse(file, f"expected a gzip file, saw damage ({why})")
    if not unpack.eof:
        refuse(file, f"expected a whole file of at most {MAX_UNPACKED:,} bytes unpacked")
    return found


class _ChatReader:
    """The dialogues of one file; what is wrong is collected."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []

    def wrong(self, place: str, what: str, hint: str = "") -> None:
        self.findings.append(Finding(place, what, hint, self.file))

    def dialogue(self, n: int, row: Any, cases: dict[Any, Case]) -> ChatRecord | None:
        """One dialogue; cases of the same preferences are made once."""
        messages = (row.get("messages") or row.get("chat_logs")) if isinstance(row, dict) else None
        if not isinstance(messages, list):
            hint = '{"messages": [{"party": "A", "text": "...", "package": {"issue": "option"}, "answer": "refused"}]}'
            self.wrong(f"dialogue {n}", "expected a dialogue with `messages`", hint)
            return None
        name = str(row.get("run") or row.get("dialogue_id") or row.get("id") or n)
        info = row.get("participant_info")
        if info is None:
            offers = [self.message(f"dialogue {n}, message {k}", m) for k, m in enumerate(messages, 1)]
            return ChatRecord(name, tuple(replace(o, run=name) for o in offers if o is not None))
        people = _wants(info)
        if people is None:
            what = "expected `participant_info` of two people, each with `value2issue` from High, Medium and Low to an item"
            self.wrong(f"dialogue {n}", what)
            return None
        key = tuple((who, tuple(sorted(wants.items()))) for who, wants in people.items())
        if key not in cases:
            cases[key] = _camp(people)
        return ChatRecord(name, self.acts(n, name, messages, people), cases[key])

    def message(self, place: str, row: Any) -> Offer | None:
        """The offer or answer of a message; None where it is talk."""
        if not isinstance(row, dict):
            self.wrong(place, "expected a message with `party` and `text`")
            return None
        package, answer = row.get("package") or row.get("offer"), str(row.get("answer") or "").lower()
        if not isinstance(package or {}, dict):
            self.wrong(place, "expected `package` with issue: option")
            return None
        if answer not in ANSWERS:
            self.wrong(place, f"expected accepted, refused or walk-away, saw '{answer}'")
            return None
        if not package and not answer:
            return None
        return Offer(
            party=str(row.get("party") or row.get("id") or ""),
            package={str(i): str(o) for i, o in (package or {}).items()},
            answer=ANSWERS[answer],
            by=str(row.get("by") or ""),
            at=str(row.get("round") or row.get("date") or ""),
            place=f"{self.file}, {place}",
        )

    def acts(
        self, n: int, name: str, messages: list[Any], people: Mapping[str, Mapping[str, str]]
    ) -> tuple[Offer, ...]:
        """The acts of a dialogue of CaSiNo; an answer goes with the offer that it answers."""
        first = next(iter(people))
        found: list[Offer] = []
        for k, row in enumerate(messages, 1):
            place = f"dialogue {n}, message {k}"
            act, who = (str(row.get(key)) for key in ("text", "id")) if isinstance(row, dict) else ("", "")
            if act in ("Submit-Deal", "Accept-Deal", "Reject-Deal", "Walk-Away") and who not in people:
                self.wrong(place, f"expected one of {', '.join(people)}, saw '{who}'")
            elif act == "Submit-Deal":
                data = row.get("task_data")
                share = (
                    data.get("issue2youget" if who == first else "issue2theyget")
                    if isinstance(data, dict)
                    else None
                )
                if not isinstance(share, dict):
                    self.wrong(place, "expected `task_data` with `issue2youget` and `issue2theyget`")
                    continue
                package = {str(i): f"n{c}" for i, c in share.items()}
                found.append(Offer(who, package, run=name, at=str(k), place=f"{self.file}, {place}"))
            elif act in ("Accept-Deal", "Reject-Deal") and found:
                found[-1] = replace(
                    found[-1], answer="accepted" if act == "Accept-Deal" else "refused", by=who
                )
            elif act == "Walk-Away":
                found.append(Offer(who, {}, "walk-away", run=name, at=str(k), place=f"{self.file}, {place}"))
        return tuple(found)


def _wants(info: Any) -> dict[str, dict[str, str]] | None:
    """Person -> item -> how much it is wanted; None where that is not on record for two people and the same items."""
    if not isinstance(info, dict) or len(info) != 2:
        return None
    found: dict[str, dict[str, str]] = {}
    for who, about in info.items():
        ranks = about.get("value2issue") if isinstance(about, dict) else None
        if not isinstance(ranks, dict) or set(ranks) != set(POINTS):
            return None
        found[str(who)] = {str(item): str(rank) for rank, item in ranks.items()}
    one, two = found.values()
    return found if len(one) == len(POINTS) and set(one) == set(two) else None


def _camp(people: Mapping[str, Mapping[str, str]]) -> Case:
    """The case of two people who share out three units of each item; options count what the first gets."""
    items = sorted(next(iter(people.values())))
    issues = {
        i: {"name": i, "options": {f"n{c}": f"{c} to the first person" for c in range(UNITS + 1)}}
        for i in items
    }
    parties = {}
    for n, (who, wants) in enumerate(people.items()):
        points = {
            i: {f"n{c}": POINTS[wants[i]] * (UNITS - c if n else c) for c in range(UNITS + 1)} for i in items
        }
        parties[who] = {"name": who, "points": points, "reservation": WITHOUT_A_DEAL}
    return Case.model_validate({"title": "Items to share out", "parties": parties, "issues": issues})
