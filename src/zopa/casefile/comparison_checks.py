"""What the ``comparisons`` section says about the rest of a case, and about itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from zopa.case import PackageWords
from zopa.casefile.checks import Pieces, basis_ids, declared, option_of
from zopa.casefile.yamldoc import Path_
from zopa.errors import Finding

__all__ = ["comparison_findings"]

FORMS = ("accepts", "refuses", "prefers", "ranks")


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
        yield from _form(p, path, row)


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
