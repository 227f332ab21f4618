"""What the ``comparisons`` section says about the rest of a case, and about itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from zopa.case import PackageWords
from zopa.casefile.checks import Pieces, basis_ids, declared, known, option_of
from zopa.casefile.yamldoc import Path_
from zopa.errors import Finding

__all__ = ["comparison_findings"]

FORMS = ("accepts", "refuses", "prefers", "ranks", "means", "means_not")


def comparison_findings(p: Pieces, rows: Sequence[PackageWords]) -> Iterator[Finding]:
    """Names that are not there, and rows that say nothing or two things."""
    for k, row in enumerate(rows):
        path: Path_ = ("comparisons", k)
        yield from basis_ids(p, p.main, path, row)
        yield from declared(p, p.main, (*path, "party"), "parties", row.party)
        for form in ("accepts", "refuses", "prefers", "to"):
            for issue, option in getattr(row, form).items():
                yield from declared(p, p.main, (*path, form, issue), "issues", issue)
                if issue in p.issues:
                    yield from option_of(p, p.main, (*path, form, issue), issue, option)
        for n, issue in enumerate(row.ranks):
            yield from declared(p, p.main, (*path, "ranks", n), "issues", issue)
        for form in ("means", "means_not"):
            for rule, reading in getattr(row, form).items():
                yield from _reading(p, (*path, form, rule), rule, reading)
        yield from _form(p, path, row)
    yield from _nothing_left(p, rows)


def _reading(p: Pieces, path: Path_, rule: str, reading: str) -> Iterator[Finding]:
    yield from declared(p, p.main, path, "rules", rule)
    noun = p.rules.get(rule)
    if noun is None:
        return
    if not noun.readings:
        yield p.main.finding(path, f"expected a rule with `readings`, saw {rule}, which has just one")
        return
    p.refer(p.main.file, path, f"rules.{rule}.readings", reading)
    yield from known(p.main, path, "reading", reading, noun.readings)


def _nothing_left(p: Pieces, rows: Sequence[PackageWords]) -> Iterator[Finding]:
    """Rows that leave no reading of a rule between them: said to be meant twice, or meant and not meant."""
    for rule, noun in p.rules.items():
        said = [k for k, row in enumerate(rows) if rule in row.means or rule in row.means_not]
        meant = {rows[k].means[rule] for k in said if rule in rows[k].means}
        other = {rows[k].means_not[rule] for k in said if rule in rows[k].means_not}
        if noun.readings and said and not any(meant <= {r} and r not in other for r in noun.readings):
            yield p.main.finding(
                ("comparisons", said[-1]),
                f"expected what is said of {rule} to leave one of its readings, saw none left",
                "take one of the rows out: zopa answer CASE QUESTION undo",
            )


def _form(p: Pieces, path: Path_, row: PackageWords) -> Iterator[Finding]:
    given = [f for f in FORMS if getattr(row, f)]
    if len(given) != 1:
        saw = " and ".join(given) or "none of them"
        yield p.main.finding(path, f"expected one of {', '.join(FORMS)}, saw {saw}", "write one row for each")
    elif bool(row.prefers) != bool(row.to):
        yield p.main.finding(path, "expected both `prefers` and `to`, saw one of them")
    elif set(row.prefers) != set(row.to):
        yield p.main.finding(
            path,
            "expected `prefers` and `to` to name the same issues",
            "issues that both leave out are taken as equal",
        )
    elif row.kind == "none":
        yield p.main.finding(
            path,
            "expected a basis, saw none",
            "add stated: [ID], inferred: [ID] with why, or assumed: reason",
        )
