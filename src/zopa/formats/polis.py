"""Polis: votes of many people on short statements, as the opinion of those who ratify.

The folder of an export: ``comments.csv`` and ``participants-votes.csv``. Opinion groups become ratifiers. A file of
codes says which comment speaks for which option: who agrees accepts it, who disagrees opposes it. Counts come from
the matrix of votes; rejected comments are never read, and people stay numbers.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from math import prod
from typing import Any

from zopa.case import Case, Source
from zopa.casefile import digest, normalise
from zopa.errors import CaseError, Finding, NotApplicable, nearest
from zopa.formats.additions import Additions
from zopa.formats.codings import CODES_FILE, CodeMeaning, given_codes
from zopa.formats.documents import decode, refuse
from zopa.formats.fidelity import IMPORTED, Fidelity
from zopa.formats.grids import CellGrid, write_grid
from zopa.formats.names import label, short_ids
from zopa.formats.proportions import wilson

__all__ = ["Opinions", "add", "consensus", "opinions", "package_shares", "read", "recognise"]

COMMENTS, VOTES = "comments.csv", "participants-votes.csv"
MOST_PACKAGES = 4_096
MOST_ROWS = 400_000
Vote = Mapping[str, int]


@dataclass(frozen=True)
class Opinions:
    """Who voted how: comment -> text, and the votes (1 agree, 0 pass, -1 disagree) of every member of every group."""

    texts: Mapping[str, str]
    groups: Mapping[str, Sequence[Vote]]
    topic: str = ""
    rejected: int = 0
    ungrouped: int = 0

    def counts(self, group: str, comment: str) -> tuple[int, int, int]:
        """How many of a group agree, disagree, and voted in all."""
        votes = [v[comment] for v in self.groups[group] if comment in v]
        return votes.count(1), votes.count(-1), len(votes)


def recognise(files: Mapping[str, bytes]) -> bool:
    """Whether both tables of an export are among the files."""
    return (
        b"comment-body" in files.get(COMMENTS, b"")[:2_000] and b"group-id" in files.get(VOTES, b"")[:2_000]
    )


def opinions(files: Mapping[str, bytes], fidelity: Fidelity) -> Opinions:
    """The votes of an export.

    Raises
    ------
    CaseError
        A column is missing, a vote is none of 1, 0, -1; each located.
    """
    bad: list[Finding] = []
    texts, rejected, aside = {}, 0, 0
    for _, row in _rows(files[COMMENTS], COMMENTS, ("comment-id", "moderated", "comment-body"), fidelity):
        if row["moderated"].strip() == "-1":
            rejected += 1
        elif row.get("is-meta", "").strip().lower() in ("true", "1"):
            aside += 1
        else:
            texts[row["comment-id"].strip()] = label(" ".join(row["comment-body"].split()))
    if aside:
        fidelity.leave("comments about the people who vote (is-meta)", COMMENTS, aside)
    groups: dict[str, list[Vote]] = {}
    ungrouped = 0
    for line, row in _rows(files[VOTES], VOTES, ("participant", "group-id"), fidelity):
        votes = {k: row[k].strip() for k in texts if (row.get(k) or "").strip()}
        wrong = next((k for k, v in votes.items() if v not in ("1", "0", "-1", "1.0", "0.0", "-1.0")), None)
        if wrong is not None:
            bad.append(
                Finding(wrong, f"expected 1, 0, -1 or nothing, saw '{votes[wrong][:20]}'", "", VOTES, line, 1)
            )
            continue
        if not row["group-id"].strip():
            ungrouped += 1
            continue
        groups.setdefault(row["group-id"].strip(), []).append({k: int(float(v)) for k, v in votes.items()})
    if bad:
        raise CaseError(bad[:20], "nothing was read")
    topic = next(
        (
            row[1]
            for row in csv.reader(io.StringIO(decode(files.get("summary.csv", b""), "summary.csv", fidelity)))
            if row[:1] == ["topic"] and len(row) > 1
        ),
        "",
    )
    return Opinions(texts, dict(sorted(groups.items())), label(topic, ""), rejected, ungrouped)


def _rows(
    raw: bytes, file: str, needed: Sequence[str], fidelity: Fidelity
) -> Iterator[tuple[int, dict[str, str]]]:
    table = csv.DictReader(io.StringIO(decode(raw, file, fidelity), newline=""))
    try:
        missing = [c for c in needed if c not in (table.fieldnames or ())]
        if missing:
            refuse(
                file,
                f"expected the columns {', '.join(missing)}, saw none",
                "give an export of Polis as it is",
                1,
            )
        for row in table:
            if table.line_num > MOST_ROWS:
                refuse(file, f"expected at most {MOST_ROWS:,} lines, saw more", "", table.line_num)
            yield table.line_num, {str(k): v if isinstance(v, str) else "" for k, v in row.items()}
    except csv.Error as error:
        refuse(
            file, f"expected CSV, saw a mistake: {error}", "is a quotation mark left open?", table.line_num
        )


def consensus(said: Opinions, comment: str) -> float:
    """Group-informed consensus: the product over groups of (agree + 1) / (votes + 2), passes counted as votes."""
    return prod((a + 1) / (n + 2) for a, _, n in (said.counts(g, comment) for g in said.groups))


def package_shares(said: Opinions, comments: Sequence[str], group: str) -> tuple[int, int]:
    """How many of a group agree with all of these comments, of those who voted on all of them."""
    asked = [v for v in said.groups[group] if all(c in v for c in comments)]
    return sum(all(v[c] == 1 for c in comments) for v in asked), len(asked)


def read(files: Mapping[str, bytes], source: str, codes: str = "") -> tuple[Case, Fidelity]:
    """A case whose ratifiers are the opinion groups of an export.

    Parameters
    ----------
    codes : str, optional
        Which comment speaks for which option of which issue; without it every comment is an issue of its own.

    Raises
    ------
    CaseError
        A table is missing or not sound; no group; the file of codes names no comment.
    """
    fidelity = Fidelity("polis")
    said = _sound(files, source, fidelity)
    read_as = _meanings(said, codes, fidelity, source)
    case = _case(said, read_as, fidelity)
    if codes:
        fidelity.beside["acceptance.csv"] = _acceptance(said, read_as, fidelity)
    return case, fidelity


def _sound(files: Mapping[str, bytes], source: str, fidelity: Fidelity) -> Opinions:
    missing = [f for f in (COMMENTS, VOTES) if f not in files]
    if missing:
        refuse(
            source,
            f"expected {', '.join(missing)} in the folder, saw none",
            "give the folder of an export of Polis",
        )
    said = opinions(files, fidelity)
    if not said.groups:
        refuse(
            source,
            "expected participants with a group-id, saw none",
            "export the conversation after grouping",
        )
    return said


def add(files: Mapping[str, bytes], source: str, case: Case, codes: str = "") -> tuple[Additions, Fidelity]:
    """The opinion groups as ratifiers of a case that is there.

    Parameters
    ----------
    codes : str
        Which comment speaks for which option of the case, by ids, names or labels.

    Raises
    ------
    CaseError
        As :func:`read`; no file of codes, or it names an issue or option that the case does not have.
    NotApplicable
        The groups are in the case already.
    """
    fidelity = Fidelity("polis")
    said = _sound(files, source, fidelity)
    if not codes:
        refuse(
            source,
            "expected a file that says which comment speaks for which option of the case, saw none",
            '--codes codes.yaml with lines such as "12": {issue: Ballot, option: ranked}; converting into a new folder writes one with all comments',
        )
    read_as = _meanings(said, codes, fidelity, source)
    placed = _in_case(case, read_as, codes, fidelity)
    names = {f"group-{g}": _group_name(said, g) for g in said.groups}
    there = [p.name for p in case.parties.values() if p.name in names.values()]
    if there:
        raise NotApplicable(
            f"'{there[0]}' is a party of this case already; remove it first if it is to be read anew"
        )
    fidelity.beside["acceptance.csv"] = _acceptance(said, read_as, fidelity)
    _kept(said, len(read_as), len(placed), fidelity)
    parties = {ident: _ratifier(said, g, placed) for ident, g in zip(names, said.groups, strict=True)}
    return Additions(
        sources={"polis": Source.model_validate(_comments(said, read_as))}, parties=parties
    ), fidelity


def _in_case(
    case: Case, read_as: Mapping[str, CodeMeaning], codes: str, fidelity: Fidelity
) -> dict[str, dict[str, tuple[str, bool]]]:
    """Issue -> option -> the comment that speaks for it, by the ids of the case."""
    placed: dict[str, dict[str, tuple[str, bool]]] = {}
    bad: list[Finding] = []
    for comment, one in read_as.items():
        issue = _named(one.issue, {i: x.name for i, x in case.issues.items()})
        if not issue:
            close = nearest(one.issue, [*case.issues, *(x.name for x in case.issues.values())])
            what = f"expected an issue of the case, saw '{label(one.issue)[:60]}'"
            bad.append(
                Finding(comment, what, f"did you mean '{close}'?" if close else ", ".join(case.issues), codes)
            )
            continue
        options = case.issues[issue].options
        option = _named(one.option, {o: x.label for o, x in options.items()})
        if not option:
            what = f"expected an option of {issue}, saw '{label(one.option)[:60]}'"
            bad.append(Finding(comment, what, ", ".join(options), codes))
        elif option in placed.get(issue, {}):
            fidelity.leave("a second comment for the same option", f"comment {comment}")
        else:
            placed.setdefault(issue, {})[option] = (comment, False)
    if bad:
        raise CaseError(bad[:20], "nothing was changed")
    silent = sum(len(x.options) for x in case.issues.values()) - sum(map(len, placed.values()))
    if silent:
        fidelity.change("options for which no comment speaks count as silent", count=silent)
    return placed


def _named(text: str, names: Mapping[str, str]) -> str:
    """The id that a text names, by the id itself or by its name in any case."""
    plain = " ".join(text.split()).casefold()
    return (
        text
        if text in names
        else next((i for i, n in names.items() if " ".join(n.split()).casefold() == plain), "")
    )


def _meanings(said: Opinions, codes: str, fidelity: Fidelity, source: str) -> dict[str, CodeMeaning]:
    if codes:
        given = given_codes(codes)
        for name in given.keys() - said.texts.keys():
            fidelity.leave(
                "a comment of the file of codes that was rejected or does not exist", label(name)[:40]
            )
        found = {c: one for c, one in given.items() if c in said.texts and one.issue}
        if not found:
            refuse(
                source,
                "expected comments with an issue in the file of codes, saw none",
                '"12": {issue: Ballot, option: ranked}',
            )
        for c, one in found.items():
            if not one.option:
                found[c] = CodeMeaning(issue=one.issue, option="agree")
        left = len(said.texts) - len(found)
        if left:
            fidelity.leave("comments that the file of codes does not name", COMMENTS, left)
        return found
    found = {c: CodeMeaning(issue=f"{text[:160]} ({c})", option="agree") for c, text in said.texts.items()}
    fidelity.change(
        f"every comment is an issue of its own; {CODES_FILE} says so, and can be changed and given with --codes",
        count=len(found),
    )
    lines = ["# comment: the option that it speaks for; leave out what speaks for none."]
    lines += [
        f"{json.dumps(c)}: {{issue: {json.dumps(m.issue, ensure_ascii=False)}, option: {json.dumps(m.option)}}}"
        for c, m in found.items()
    ]
    fidelity.beside[CODES_FILE] = ("\n".join(lines) + "\n").encode("utf-8", "replace")
    return found


def _shares(said: Opinions, group: str, comment: str, against: bool = False) -> dict[str, Any]:
    agree, disagree, votes = said.counts(group, comment)
    count, word = (disagree, "disagree with") if against else (agree, "agree with")
    low, high = wilson(count, votes)
    best = 100 * count / votes if votes else 50.0
    why = f"{IMPORTED} Polis: {count} of {votes} members of the group who voted {word} comment {comment}"
    return {"best": best, "low": min(100 * low, best), "high": max(100 * high, best), "assumed": why}


def _case(said: Opinions, read_as: Mapping[str, CodeMeaning], fidelity: Fidelity) -> Case:
    by_issue: dict[str, dict[str, str]] = {}
    for comment, one in read_as.items():
        options = by_issue.setdefault(label(one.issue), {})
        if label(one.option) in options:
            fidelity.leave("a second comment for the same option", f"comment {comment}")
        options.setdefault(label(one.option), comment)
    issues: dict[str, Any] = {}
    placed: dict[str, dict[str, tuple[str, bool]]] = {}
    for (name, listed), ident in zip(by_issue.items(), short_ids(by_issue), strict=True):
        ids = dict(zip(listed, short_ids(listed), strict=True))
        issues[ident] = {
            "name": name,
            "options": {ids[o]: {"label": o, "assumed": _told(said, c)} for o, c in listed.items()},
        }
        placed[ident] = {ids[o]: (c, False) for o, c in listed.items()}
        if len(listed) == 1:
            other = short_ids(["not"], ids.values())[0]
            issues[ident]["options"][other] = {"label": "not", "assumed": "the other answer to the comment"}
            placed[ident][other] = (next(iter(listed.values())), True)
    _kept(said, len(read_as), len(issues), fidelity)
    return Case.model_validate(
        {
            "title": said.topic or "Polis conversation",
            "issues": issues,
            "parties": {f"group-{g}": _ratifier(said, g, placed) for g in said.groups},
            "sources": {"polis": _comments(said, read_as)},
        }
    )


def _kept(said: Opinions, comments: int, issues: int, fidelity: Fidelity) -> None:
    members = sum(map(len, said.groups.values()))
    for what, count in (
        ("groups", len(said.groups)),
        ("members", members),
        ("comments", comments),
        ("issues", issues),
    ):
        fidelity.keep(what, count)
    if said.rejected:
        fidelity.leave("comments that the moderators rejected", COMMENTS, said.rejected)
    if said.ungrouped:
        fidelity.leave("participants without a group", VOTES, said.ungrouped)


def _comments(said: Opinions, read_as: Mapping[str, CodeMeaning]) -> dict[str, str]:
    """The source: the comments that were read."""
    text = normalise("\n".join(f"Comment {c}: {said.texts[c]}" for c in read_as) + "\n")
    return {
        "title": "Comments of the conversation", "publisher": "Polis", "text": text, "sha256": digest(text),
        "file": "sources/polis.txt",
    }  # fmt: skip


def _group_name(said: Opinions, group: str) -> str:
    return f"Opinion group {group} ({len(said.groups[group])} members)"


def _ratifier(
    said: Opinions, group: str, placed: Mapping[str, Mapping[str, tuple[str, bool]]]
) -> dict[str, Any]:
    """A group as a party that must agree but has no seat; ``placed``: issue -> option -> comment, and whether it speaks against."""
    return {
        "name": _group_name(said, group),
        "role": "ratifier",
        "seat": False,
        "values": {
            i: {o: _shares(said, group, c, no) for o, (c, no) in options.items()}
            for i, options in placed.items()
        },
        "reservation": {"best": 50, "assumed": f"{IMPORTED} Polis: half of those who voted"},
        "weights": {
            i: {"word": "medium", "assumed": f"{IMPORTED} Polis: issues count alike"} for i in placed
        },
    }


def _told(said: Opinions, comment: str) -> str:
    return f"{IMPORTED} Polis, comment {comment} (group-informed consensus {consensus(said, comment):.3f}): {said.texts[comment][:300]}"


def _acceptance(said: Opinions, read_as: Mapping[str, CodeMeaning], fidelity: Fidelity) -> bytes:
    """Per package of comments and group: who agrees with all of them, with the 95 % interval."""
    by_issue: dict[str, list[str]] = {}
    for comment, one in read_as.items():
        by_issue.setdefault(one.issue, []).append(comment)
    rows = [
        [*(label(i) for i in by_issue), "group", "voted on all", "agree with all", "share", "low", "high"]
    ]
    count = prod(len(c) for c in by_issue.values())
    if count > MOST_PACKAGES:
        fidelity.change(f"acceptance.csv has the first {MOST_PACKAGES:,} of {count:,} packages")
    for package in islice(product(*by_issue.values()), MOST_PACKAGES):
        for group in said.groups:
            agree, asked = package_shares(said, package, group)
            ends = [f"{v:.4f}" for v in wilson(agree, asked)]
            share = f"{agree / asked:.4f}" if asked else ""
            rows.append(
                [*(label(read_as[c].option) for c in package), group, str(asked), str(agree), share, *ends]
            )
    return write_grid(CellGrid("acceptance", rows), "csv")
