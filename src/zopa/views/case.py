"""View of a case: its parties, issues, options, rules and sets of readings, and what is missing."""

from __future__ import annotations

from zopa.case import Case, all_rules, gaps, reservation, voters
from zopa.views import record
from zopa.views.document import Block, Bullets, Cell, Document, Grid, Heading, Link, Section, cell, paragraph
from zopa.views.labels import Labels
from zopa.views.numbers import listed, short, things

__all__ = ["missing", "overview"]

Row = tuple[Cell | str, ...]
ROLES = {
    "party": "must agree", "ratifier": "must ratify", "mediator": "mediates", "spoiler": "can spoil", "observer": "observes",
}  # fmt: skip


def overview(case: Case) -> Document:
    """The whole case on one screen, with what to type for each thing in brackets."""
    labels = Labels(case)
    packages = 1
    for issue in case.issues.values():
        packages *= len(issue.options)
    dated = f"{labels.dated()}. " if labels.dated() else ""
    sizes = (
        things(len(case.parties), "party"),
        things(len(case.issues), "issue"),
        things(packages, "package"),
        things(len(all_rules(case)), "rule"),
        things(len(case.statements), "statement"),
    )
    found: list[Block] = [
        paragraph(f"{dated}{', '.join(sizes)}."),
        Grid(
            "Parties",
            ("party", "role", "no agreement is worth"),
            tuple(_party(case, p) for p in case.parties),
        ),
        Grid("Issues and options", ("issue", "options"), tuple(_issue(case, i, labels) for i in case.issues)),
    ]
    rules = record.rules(case, labels, {})
    if rules:
        rows = tuple(_rule(r, labels) for r in all_rules(case))
        found.append(
            Grid(
                "Rules", ("party", "what it rules out, or accepts only with something else", "readings"), rows
            )
        )
    if case.readings:
        sets = tuple((name, chosen.says) for name, chosen in case.readings.items())
        found.append(Grid("Sets of readings", ("name", "what it says"), sets))
    lacking = missing(case)
    found.append(Heading("What is missing"))
    found.append(
        Bullets(tuple((text,) for text in lacking))
        if lacking
        else paragraph("Nothing that a question needs.")
    )
    return Document(case.title, (Section("case", "", tuple(found)),), next=("run CASE", labels.to_explain()))


def _party(case: Case, ident: str) -> Row:
    party = case.parties[ident]
    r = reservation(case, ident)
    worth = "not stated" if r is None else f"{short(r.best)} ({r.basis.kind})"
    return (cell(Link(party.name, key=ident)), ROLES[party.role], worth)


def _issue(case: Case, ident: str, labels: Labels) -> Row:
    issue = case.issues[ident]
    options = "; ".join(
        f"{option.label} [{o}]" + (" (the status quo)" if issue.now == o else "")
        for o, option in issue.options.items()
    )
    holder = f", settled by {labels.party(issue.holder)} alone" if issue.holder else ""
    return (cell(Link(issue.name, key=ident), holder), options)


def _rule(ident: str, labels: Labels) -> Row:
    rule = labels.rules[ident]
    readings = "; ".join(f"{r.says or name} [{name}]" for name, r in rule.readings.items())
    return (labels.rule_owner(ident) or "no party", cell(labels.rule(ident)), readings or "as stated")


def missing(case: Case) -> list[str]:
    """What a reader must know is absent: unread suggestions, values, places, the status quo."""
    found = []
    waiting = sum(s.review.state == "suggested" for s in case.statements.values())
    if waiting:
        found.append(
            "1 suggested statement is not reviewed; it counts for nothing until it is: zopa review"
            if waiting == 1
            else f"{waiting} suggested statements are not reviewed; they count for nothing until they are: zopa review"
        )
    if len(voters(case)) < 2:
        found.append("fewer than two parties whose acceptance counts; a negotiation needs two parties")
    if not case.statements:
        found.append("no statement is on record, so every number is an assumption")
    unvalued = [case.parties[p].name for p in voters(case) if reservation(case, p) is None]
    if unvalued:
        found.append(f"no reservation value for {listed(unvalued)}: every package counts as accepted")
    silent = [issue.name for issue in case.issues.values() if issue.now is None]
    if silent and case.statements:
        found.append(f"no option is marked as the status quo (`now:`) on {listed(silent)}")
    empty = len(gaps(case))
    if empty:
        found.append(
            "1 value has no source; it may be anything from 0 to 100"
            if empty == 1
            else f"{empty} values have no source; each may be anything from 0 to 100"
        )
    return found
