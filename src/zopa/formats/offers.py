"""Records of offers that a person typed, as plain offers: CSV or YAML, one row per offer.

CSV columns: ``party``; ``round`` or ``date``; ``answer`` (accepted, refused, walk-away); ``by`` (who answered); ``run``
where a file holds several talks; and either one column per issue with the id of an option, or ``package`` with
``issue=option; issue=option``. YAML: ``offers:`` with a list of mappings with the same keys and ``package: {issue: option}``.
A file that names neither parties nor answers says what each pair of a class agreed: one row per pair (``pair`` or
``run``), and a row without a package is a pair that reached no agreement.

What an offer says is kept as it stands: an option that a case does not have is an invalid move of that party, not
a fault of the file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from zopa.case import Case
from zopa.casefile import CaseFiles, read_text
from zopa.casefile.csvdoc import CsvRecords, read_records
from zopa.casefile.yamldoc import parse_yaml
from zopa.errors import CaseError, Finding

__all__ = ["ANSWERS", "Offer", "read_offers", "with_ids"]

ANSWERS: Mapping[str, str] = {
    "": "", "accept": "accepted", "accepted": "accepted", "agree": "accepted", "agreed": "accepted", "yes": "accepted",
    "deal": "accepted", "refuse": "refused", "refused": "refused", "reject": "refused", "rejected": "refused", "no": "refused",
    "walk-away": "walk-away", "walk away": "walk-away", "end": "walk-away",
}  # fmt: skip
"""What may be typed as an answer -> what it means."""
KEYS = ("run", "pair", "round", "date", "party", "answer", "by", "package")


@dataclass(frozen=True)
class Offer:
    """One offer of a record.

    Attributes
    ----------
    party : who offers; empty where a row says only what was agreed
    package : issue -> option as typed; issues may be left open
    answer : 'accepted', 'refused', 'walk-away' or ''
    by : who answered
    run : which talks, where a record holds several
    columns : names of its columns in a CSV file that may be issues
    left_out : those of them that are no issue of the case, with what stood in them; filled by :func:`with_ids`
    at : round or date as typed
    place : file and line
    """

    party: str
    package: Mapping[str, str]
    answer: str = ""
    by: str = ""
    run: str = ""
    at: str = ""
    place: str = ""
    columns: frozenset[str] = frozenset()
    left_out: Mapping[str, str] = field(default_factory=dict)


def read_offers(path: str | Path) -> tuple[Offer, ...]:
    """The offers of a CSV or YAML file, in the order of the file.

    Raises
    ------
    CaseError
        The file cannot be read, a needed column is missing, an answer is not known; each located.
    """
    path = Path(path)
    if path.suffix.lower() in (".yaml", ".yml") and path.is_file():
        return _from_yaml(path)
    if not path.is_file():
        what = "expected a CSV or YAML file, a chat log (JSON) or a run of NegMAS, saw nothing there"
        raise CaseError([Finding("", what, "check the name of the file", str(path))], "no offer was read")
    records = read_records(CaseFiles(path.parent), path.name, ())
    findings = list(records.findings)
    issues = [c for c in records.header if c not in KEYS]
    if not findings and not issues and "package" not in records.header:
        hint = "name the columns by issue ids, or add `package` with issue=option; issue=option"
        findings.append(Finding("", "expected a column per issue, or `package`", hint, path.name, 1, 1))
    offers = [] if findings else _rows(records, issues)
    findings += records.findings[len(findings) :]
    if findings:
        raise CaseError(findings, "no offer was read")
    return _by_pair(offers) if not {"party", "answer"} & set(records.header) else tuple(offers)


def _by_pair(offers: list[Offer]) -> tuple[Offer, ...]:
    """What each pair agreed: every row is the end of talks of its own."""
    return tuple(
        replace(o, run=o.run or str(n), answer="accepted" if o.package else "walk-away")
        for n, o in enumerate(offers, 1)
    )


def with_ids(offers: tuple[Offer, ...], case: Case) -> tuple[Offer, ...]:
    """The same offers with the ids of a case where a person typed names or labels, in any letter case.

    What the case does not have, or has twice, stays as it was typed; a column that is no issue of the case (notes, say) is
    no part of a package.
    """
    parties = _ids({p: party.name for p, party in case.parties.items()})
    issues = _ids({i: issue.name for i, issue in case.issues.items()})
    options = {
        i: _ids({o: option.label for o, option in issue.options.items()}) for i, issue in case.issues.items()
    }

    def plain(offer: Offer) -> Offer:
        package = {}
        left_out = {c: "" for c in offer.columns if _known(issues, c) not in case.issues}
        for issue, option in offer.package.items():
            if issue in left_out:
                left_out[issue] = option
                continue
            known = _known(issues, issue)
            package[known] = _known(options.get(known, {}), option)
        party, by = _known(parties, offer.party), _known(parties, offer.by)
        return replace(offer, party=party, by=by, package=package, left_out=left_out)

    return tuple(plain(o) for o in offers)


def _ids(names: Mapping[str, str]) -> dict[str, str]:
    """Ids and, in small letters, what else they are called -> id; what two ids share is left out."""
    short = Counter(i.casefold() for i in names)
    called = Counter(n.casefold() for n in names.values())
    found = {n.casefold(): i for i, n in names.items() if called[n.casefold()] == 1}
    found |= {i.casefold(): i for i in names if short[i.casefold()] == 1}
    return found | {i: i for i in names}


def _known(ids: Mapping[str, str], typed: str) -> str:
    return ids.get(typed) or ids.get(typed.casefold(), typed)


def _rows(records: CsvRecords, issues: list[str]) -> list[Offer]:
    found = []
    for row in records.rows:

        def at(column: str, row: Any = row) -> str:
            return row[column].strip() if column in records.header else ""

        package = {i: at(i) for i in issues if at(i)}
        for item in filter(None, (part.strip() for part in at("package").split(";"))):
            issue, sign, option = item.partition("=")
            if not sign:
                records.report(row, "package", f"expected issue=option; issue=option, saw '{item}'")
            package[issue.strip()] = option.strip()
        answer = at("answer").lower()
        if answer not in ANSWERS:
            records.report(
                row,
                "answer",
                f"expected one of {', '.join(sorted(set(ANSWERS.values()) - {''}))}, saw '{answer}'",
            )
        found.append(
            Offer(
                party=at("party"),
                package=package,
                answer=ANSWERS.get(answer, ""),
                by=at("by"),
                run=at("run") or at("pair"),
                at=at("round") or at("date"),
                place=f"{records.file}:{row.line}",
                columns=frozenset(issues),
            )
        )
    return found


def _from_yaml(path: Path) -> tuple[Offer, ...]:
    text, findings = read_text(path, path.name)
    if findings:
        raise CaseError(findings, "no offer was read")
    doc = parse_yaml(text, path.name)
    rows = doc.data.get("offers") if isinstance(doc.data, dict) else None
    if not doc.findings and not isinstance(rows, list | tuple):
        doc.findings.append(doc.finding((), "expected `offers:` with a list of offers"))
    found = []
    for n, row in enumerate(rows if isinstance(rows, list | tuple) else ()):
        where = ("offers", n)
        package = row.get("package") if isinstance(row, dict) else None
        if not isinstance(row, dict) or not isinstance(package or {}, dict) or set(row) - set(KEYS):
            hint = "- {round: 1, party: A, package: {issue: option}, answer: refused}"
            doc.findings.append(doc.finding(where, f"expected an offer with keys of {', '.join(KEYS)}", hint))
            continue
        answer = str(row.get("answer") or "").lower()
        if answer not in ANSWERS:
            doc.findings.append(
                doc.finding((*where, "answer"), f"expected accepted, refused or walk-away, saw '{answer}'")
            )
        found.append(
            Offer(
                party=str(row.get("party") or ""),
                package={str(i): str(o) for i, o in (package or {}).items()},
                answer=ANSWERS.get(answer, ""),
                by=str(row.get("by") or ""),
                run=str(row.get("run", row.get("pair", ""))),
                at=str(row.get("round", row.get("date", ""))),
                place=f"{path.name}:{doc.place(where)[0]}",
            )
        )
    if doc.findings:
        raise CaseError(doc.findings, "no offer was read")
    typed = {key for row in rows or () for key in row} if isinstance(rows, list | tuple) else set()
    return _by_pair(found) if not typed & {"party", "answer"} else tuple(found)
