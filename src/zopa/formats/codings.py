"""Coded texts: what REFI-QDA and DNA projects have in common, to and from a case.

A passage of a document carries codes. A code is an option of an issue, a stance, a kind of statement or a party: as
``codes.yaml`` says, else by a first guess from its name and place, which is written down beside the case.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import Any

from zopa.case import STANCES, Case, Statement
from zopa.case.basis import When
from zopa.case.records import KINDS
from zopa.casefile import digest, find_quote, normalise
from zopa.errors import CaseError, Finding
from zopa.formats.documents import decode, take, yaml_data
from zopa.formats.fidelity import Fidelity
from zopa.formats.names import label, short_ids

__all__ = [
    "CODES_FILE",
    "CodeMeaning",
    "CodedDocument",
    "CodedPassage",
    "carried",
    "coded_case",
    "counted",
    "given_codes",
    "guess",
    "meanings",
    "moment",
    "moment_text",
    "normal_offsets",
    "party_of",
    "spans",
    "utf16_offsets",
    "written",
]

CODES_FILE = "codes.yaml"
KEYS = ("issue", "option", "stance", "kind", "party", "skip")
MOST_QUOTE = 20_000
CodePath = tuple[str, ...]


@dataclass(frozen=True)
class CodeMeaning:
    """What a code is read as; all empty leaves it out."""

    issue: str = ""
    option: str = ""
    stance: str = ""
    kind: str = ""
    party: str = ""


@dataclass(frozen=True, kw_only=True)
class CodedDocument:
    """A text as it is stored, and its publication data; ``ident`` is an id to keep where it has one."""

    title: str
    text: str
    ident: str = ""
    date: str = ""
    publisher: str = ""
    author: str = ""
    url: str = ""
    licence: str = ""
    access: str = "public"


@dataclass(frozen=True, kw_only=True)
class CodedPassage:
    """A span of a document, in code points of the text as stored, and what it was coded as."""

    document: int
    start: int
    end: int
    codes: tuple[CodeMeaning, ...] = ()
    speaker: str = ""
    party: str = ""
    said: str = ""
    coder: str = ""
    ident: str = ""
    about: str = ""
    place: str = ""


# --- offsets


def normal_offsets(raw: str) -> Callable[[int], int]:
    r"""Where a place of a text as stored lies in its normalised text (no byte-order mark, LF, NFC).

    >>> at = normal_offsets("\ufeffa\r\ne\u0301!")
    >>> [at(k) for k in (0, 1, 2, 4, 6, 7)]
    [0, 0, 1, 2, 3, 4]
    """
    if normalise(raw) == raw:
        return lambda place: max(0, min(place, len(raw)))
    pieces = re.findall(r"\r\n?|\ufeff|[\x00-\x7f][^\x00-\x7f\ufeff]*|[^\x00-\x7f\ufeff]+", raw)
    kept = ["" if not k and p == "\ufeff" else p for k, p in enumerate(pieces)]
    normal = [normalise(p) if p != "\ufeff" else p for p in kept]
    before = list(accumulate((len(p) for p in pieces), initial=0))
    after = list(accumulate((len(p) for p in normal), initial=0))

    def at(place: int) -> int:
        place = max(0, min(place, len(raw)))
        k = min(bisect_right(before, place) - 1, len(pieces) - 1)
        inside = place - before[k]
        if normal[k] == pieces[k]:
            return after[k] + inside
        return after[k] + min(len(normalise(kept[k][:inside])) if kept[k] else 0, len(normal[k]))

    return at


def utf16_offsets(text: str) -> Callable[[int], int]:
    r"""From a place counted in UTF-16 units to one in code points; inside a pair, the character's start.

    >>> at = utf16_offsets("a\U0001f600b")
    >>> [at(k) for k in range(5)]
    [0, 1, 1, 2, 3]
    """
    if text.isascii() or max(text) < "\U00010000":
        return lambda place: place
    starts = list(accumulate((1 + (c > "\uffff") for c in text), initial=0))
    return lambda place: min(bisect_right(starts, place) - 1, len(text))


# --- what codes mean


def guess(path: Sequence[str]) -> CodeMeaning:
    """A first reading of a code from its name and place in the tree.

    >>> guess(("Stance", "oppose")).stance, guess(("Ceasefire", "at once")).option
    ('oppose', 'at once')
    """
    words = [" ".join(p.split()) for p in path]
    top = words[0].casefold().rstrip("s")
    plain = words[-1].casefold().replace("_", "-").replace(" ", "-")
    if top == "stance" or (len(words) == 1 and plain in STANCES):
        return CodeMeaning(stance=plain if plain in STANCES else "")
    if top == "kind":
        kind = words[-1].casefold().replace("-", "_").replace(" ", "_")
        return CodeMeaning(kind=kind if kind in KINDS else "")
    if top in ("party", "partie", "actor", "organisation", "organization"):
        return CodeMeaning(party=words[-1] if len(words) > 1 else "")
    if top == "issue":
        if len(words) < 3:
            return CodeMeaning(issue=words[1] if len(words) > 1 else "")
        words = words[1:]
    if len(words) > 1:
        return CodeMeaning(issue=" / ".join(words[:-1]), option=words[-1])
    issue, sign, option = words[0].partition(": ")
    return CodeMeaning(issue=issue, option=option if sign and option else "")


def meanings(
    paths: Iterable[CodePath], codes: str, fidelity: Fidelity, parents: Iterable[CodePath] = ()
) -> dict[CodePath, CodeMeaning]:
    """What every code is read as: by a file of the user, else by :func:`guess`; written down either way.

    Raises
    ------
    CaseError
        The file is no mapping of codes, with unknown keys or words.
    """
    listed = list(dict.fromkeys(paths))
    given = given_codes(codes) if codes else {}
    inner = set(parents)
    found: dict[CodePath, CodeMeaning] = {}
    for path in listed:
        name = " / ".join(path)
        found[path] = given[name] if name in given else guess(path)
        if path in inner and name not in given and found[path].option:
            found[path] = CodeMeaning(issue=name.removeprefix("Issue / "))
        if name not in given and codes:
            fidelity.change(f"the code '{label(name)[:80]}' is not in the file of codes and is guessed")
    for name in given:
        if tuple(name.split(" / ")) not in found:
            fidelity.leave(f"the code '{label(name)[:80]}' of the file of codes is in no text")
    if listed and not codes:
        fidelity.change(
            f"codes are read by their names; {CODES_FILE} says as what, and can be changed and given with --codes",
            count=len(listed),
        )
    fidelity.beside[CODES_FILE] = written(found)
    return found


def written(found: Mapping[CodePath, CodeMeaning]) -> bytes:
    """The file of codes, to be edited by a person."""
    lines = [f"# code: what it is read as. Keys: {', '.join(KEYS[:-1])}; `skip: yes` leaves a code out."]
    for path, one in found.items():
        says = {k: v for k in KEYS[:-1] if (v := getattr(one, k))}
        body = ", ".join(f"{k}: {json.dumps(v, ensure_ascii=False)}" for k, v in says.items())
        lines.append(f"{json.dumps(' / '.join(path), ensure_ascii=False)}: {{{body or 'skip: yes'}}}")
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def given_codes(codes: str) -> dict[str, CodeMeaning]:
    """What a file of codes says, by the name of the code.

    Raises
    ------
    CaseError
        The file is no mapping of codes, with unknown keys or words.
    """
    name, raw = next(iter(take(Path(codes)).items()), ("", b""))
    data = yaml_data(decode(raw, name), name)
    bad = [] if isinstance(data, dict) else [Finding("", "expected a mapping from codes", "", name)]
    found: dict[str, CodeMeaning] = {}
    for code, says in data.items() if isinstance(data, dict) else ():
        if not isinstance(says, dict) or set(says) - set(KEYS):
            hint = '"Ceasefire / at once": {issue: Ceasefire, option: at once}'
            bad.append(Finding(code, f"expected a mapping with keys of {', '.join(KEYS)}", hint, name))
            continue
        says = {k: str(v or "") for k, v in says.items()}
        for key, known in (("stance", STANCES), ("kind", KINDS)):
            if says.get(key) and says[key] not in known:
                bad.append(Finding(f"{code}.{key}", f"expected one of {', '.join(known)}", "", name))
        says.pop("skip", None)
        found[code] = CodeMeaning(**says)
    if bad:
        raise CaseError(bad, "nothing was read")
    return found


# --- in


@dataclass
class _Case:
    """The parts of a case while it is put together; names are looked up, ids made once."""

    parties: dict[str, str] = field(default_factory=dict)
    speakers: dict[tuple[str, str], str] = field(default_factory=dict)
    issues: dict[str, str] = field(default_factory=dict)
    options: dict[str, dict[str, str]] = field(default_factory=dict)

    def party(self, name: str) -> str:
        return _once(self.parties, name, name)

    def speaker(self, name: str, party: str) -> str:
        return _once(self.speakers, (name, party), name)

    def issue(self, name: str) -> str:
        self.options.setdefault(name, {})
        return _once(self.issues, name, name)

    def option(self, issue: str, name: str) -> str:
        self.issue(issue)
        return _once(self.options[issue], name, name)


def _once(known: dict[Any, str], key: Any, name: str) -> str:
    if key not in known:
        known[key] = short_ids([name], known.values())[0]
    return known[key]


def coded_case(
    title: str,
    documents: Sequence[CodedDocument],
    passages: Sequence[CodedPassage],
    codes: Iterable[CodeMeaning],
    parties: Iterable[str],
    fidelity: Fidelity,
) -> Case:
    """A case with one suggested statement per passage and issue; quotes are taken from the texts.

    ``codes`` and ``parties`` are all that the project has, also those without a passage.
    """
    parts = _Case()
    for name in parties:
        parts.party(label(name))
    for one in codes:
        if one.issue:
            parts.issue(label(one.issue))
            if one.option:
                parts.option(label(one.issue), label(one.option))
        if one.party:
            parts.party(label(one.party))
    texts = [normalise(d.text) for d in documents]
    idents = short_ids(d.ident or d.title for d in documents)
    statements: dict[str, Any] = {}
    at: dict[int, Callable[[int], int]] = {}
    for passage in passages:
        k = passage.document
        if k not in at:
            at[k] = normal_offsets(documents[k].text)
        start, end = at[k](passage.start), at[k](passage.end)
        quote = texts[k][start:end]
        if not quote.strip() or len(quote) > MOST_QUOTE:
            fidelity.leave("a passage that is empty, outside its text or very long", passage.place)
            continue
        anchor = {"source": idents[k], "quote": quote, "start": start, "end": end}
        for row in _rows(passage, parts, documents[k]):
            name = passage.ident if passage.ident and passage.ident not in statements else ""
            statements[name or short_ids([f"s{len(statements) + 1}"], statements)[0]] = {**anchor, **row}
    kept = {
        ident: {
            "title": label(d.title),
            "text": text,
            "sha256": digest(text),
            "file": f"sources/{ident}.txt",
            **{
                k: label(v) for k in ("date", "publisher", "author", "url", "licence") if (v := getattr(d, k))
            },
            "access": d.access if d.access in ("restricted", "do-not-quote") else "public",
        }
        for ident, d, text in zip(idents, documents, texts, strict=True)
    }
    return _assembled(title, parts, kept, statements, fidelity)


def _rows(passage: CodedPassage, parts: _Case, document: CodedDocument) -> Iterator[dict[str, Any]]:
    party = next(
        (label(c.party) for c in passage.codes if c.party), label(passage.party) if passage.party else ""
    )
    row: dict[str, Any] = {
        "kind": next((c.kind for c in passage.codes if c.kind), "position"),
        "extractor": label(passage.coder) if passage.coder else "coded",
        "why": label(passage.place),
        "review": {"state": "suggested"},
    }
    if party:
        row["party"] = parts.party(party)
    if passage.speaker:
        row["speaker"] = parts.speaker(label(passage.speaker), party)
    if passage.about:
        row["about"] = label(passage.about)
    said = moment(passage.said) or (None if passage.ident else moment(document.date))
    if said:
        row["said"] = said
    stance = next((c.stance for c in passage.codes if c.stance), "")
    issues = list(dict.fromkeys(label(c.issue) for c in passage.codes if c.issue))
    for issue in issues:
        chosen = [label(c.option) for c in passage.codes if c.option and label(c.issue) == issue]
        if not chosen and stance and stance != "silent":
            chosen = ["yes"]
        found = {**row, "issue": parts.issue(issue)}
        found["options"] = tuple(dict.fromkeys(parts.option(issue, o) for o in chosen))
        if stance and (chosen or stance == "silent"):
            found["stance"] = stance
        yield found
    if not issues:
        yield row


def moment(text: str) -> dict[str, date] | None:
    """A day or an interval (``2025-02-01/2025-02-12``; an end may be empty) as a case has it; None for other texts.

    >>> moment("2025-02-12T10:00:00Z")
    {'from': datetime.date(2025, 2, 12), 'to': datetime.date(2025, 2, 12)}
    """
    start, sign, end = text.strip().partition("/")
    days = [_day(start), _day(end if sign else start)]
    if days[0] and days[1] and days[1] < days[0]:
        return None
    return {k: d for k, d in zip(("from", "to"), days, strict=True) if d} or None


def _day(text: str) -> date | None:
    found = re.match(r"\d{4}-\d\d-\d\d(?!\d)", text)
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


def moment_text(when: When | None) -> str:
    """What :func:`moment` reads back; empty for no date."""
    if when is None:
        return ""
    start, end = (str(d) if d else "" for d in (when.start, when.end))
    return start if start == end else f"{start}/{end}"


def _assembled(
    title: str,
    parts: _Case,
    sources: dict[str, Any],
    statements: dict[str, Any],
    fidelity: Fidelity,
) -> Case:
    if not parts.parties:
        parts.party("Unnamed party")
        fidelity.change("the file names no party; a case needs one, so one stands there to be renamed")
    if not parts.issues:
        parts.issue("Unnamed issue")
        fidelity.change("the file has no code that is an issue; a case needs one, so one stands there")
    issues = {}
    for name, ident in parts.issues.items():
        options = {o: {"label": text} for text, o in parts.options[name].items()}
        if not options:
            options = {"yes": {"label": "yes"}}
            fidelity.change(f"the code '{name[:80]}' has no options; it is an issue with the option 'yes'")
        issues[ident] = {"name": name, "options": options}
    for row in statements.values():
        if row.get("issue") and not row["options"]:
            row.pop("options")
    fidelity.keep("documents", len(sources))
    fidelity.keep("parties", len(parts.parties))
    fidelity.keep("issues", len(issues))
    fidelity.keep("suggested statements", len(statements))
    return Case.model_validate(
        {
            "title": label(title),
            "parties": {ident: {"name": name} for name, ident in parts.parties.items()},
            "speakers": {
                ident: {"name": name, **({"party": parts.parties[party]} if party else {})}
                for (name, party), ident in parts.speakers.items()
            },
            "issues": issues,
            "statements": statements,
            "sources": sources,
        }
    )


# --- out


def party_of(case: Case, s: Statement) -> str:
    """The party that a statement counts for, or nothing."""
    if s.party:
        return s.party
    speaker = case.speakers.get(s.speaker or "")
    return (speaker.party or "") if speaker else ""


def spans(case: Case, fidelity: Fidelity) -> dict[str, tuple[int, int]]:
    """Where every statement stands in its source's text; those that stand nowhere are left out."""
    found: dict[str, tuple[int, int]] = {}
    for ident, s in case.statements.items():
        if s.review.state == "rejected":
            fidelity.leave("a rejected statement", f"statements.{ident}")
            continue
        source = case.sources.get(s.source)
        places = find_quote(source.text, s.quote, s.prefix, s.suffix, s.start) if source else []
        if not places:
            fidelity.leave("a statement whose source has no text here", f"statements.{ident}")
            continue
        found[ident] = (places[0], places[0] + len(s.quote))
    return found


def counted(case: Case, statements: Iterable[str]) -> set[tuple[str, str, str, bool]]:
    """(party, issue, option, for or against) of each statement that says so, each once."""
    found = set()
    for ident in statements:
        s = case.statements[ident]
        party = party_of(case, s)
        if party and s.issue and s.stance in ("demand", "prefer", "accept", "oppose", "red-line"):
            pro = s.stance in ("demand", "prefer", "accept")
            found |= {(party, s.issue, o, pro) for o in s.options}
    return found


def carried(statements: Iterable[str], keys: Sequence[str]) -> list[tuple[str, ...]]:
    """The patterns of what was written of these statements."""
    return [("statements", s, key, *rest) for s in statements for key in keys for rest in ((), ("**",))]
