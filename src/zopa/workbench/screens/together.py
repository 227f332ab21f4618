"""What a team does in a case beside the case itself: second coding, comments, people with their roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, get_args
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from zopa.case import Case, hidden_records
from zopa.case.records import KINDS, Records, Stance
from zopa.casefile import Coding, codings_of
from zopa.errors import NotApplicable, UnknownName
from zopa.render.json import answered
from zopa.space import Question
from zopa.study.agreement import CoderAgreement, compared
from zopa.views import view
from zopa.workbench.frame import AskedHere, Here, Page, needs, screen
from zopa.workbench.rights import ROLES
from zopa.workbench.store import (
    code,
    codings_for,
    comment,
    comments_on,
    must_not_see,
    people,
    remove_person,
    set_role,
    unblind,
)
from zopa.workbench.team import TeamSignIn
from zopa.workbench.translation import translated

__all__ = ["router"]

router = APIRouter(tags=["team"])


def _team(here: Here) -> tuple[TeamSignIn, int]:
    """The way to sign in, and the number of who asks."""
    sign_in: TeamSignIn = here.request.app.state.sign_in
    number = sign_in.number(here.member.user)
    if number is None:
        raise LookupError("there is no such page")
    return sign_in, number


def _coded(here: Here) -> Case:
    """The case with the words that a coder codes, also those that are not to be quoted."""
    return here.cases.case(here.name, here.asked.day)


def _fields(case: Case) -> Mapping[str, tuple[str, ...]]:
    return {
        "kind": KINDS,
        "party": tuple(case.parties),
        "issue": tuple(case.issues),
        "stance": get_args(Stance),
    }


def _word(here: Here, field: str, value: str) -> str:
    """A value of a field as people call it."""
    if field in ("party", "issue"):
        return here.labels.party(value) if field == "party" else here.labels.issue(value)
    return value.replace("_", " ")


def _agreement(here: Here, own: list[Coding]) -> CoderAgreement | None:
    case = here.case
    codings = [*codings_of(here.folder, case), *own]
    question = Question("agreement", case.digest, of=case)
    try:
        return compared(question, codings, case, {i: i for i in case.statements})
    except NotApplicable:
        return None


@screen(router, "/coding", "coding.html.j2")
def coding(here: AskedHere) -> Page:
    """The words to be coded, one's own judgments; and, for who is not blind, the agreement of all coders."""
    if not here.member.may("code"):
        raise PermissionError("your role in this case does not allow this")
    sign_in, number = _team(here)
    database = sign_in.database
    blind = must_not_see(database, here.name, number)
    seen = codings_for(database, here.name, number)
    own = [c for c in seen if c.coder == here.member.user]
    statements = [
        {"id": i, "quote": s.quote, "own": {c.field: c.value for c in own if c.statement == i}}
        for i, s in _coded(here).statements.items()
    ]
    found = None if blind else _agreement(here, seen)
    answer: dict[str, Any] = {
        "question": {"verb": "coding"},
        "answer": {
            "blind": blind,
            "statements": statements,
            "agreement": answered(found)["answer"] if found else None,
        },
    }
    words = {name: [(v, _word(here, name, v)) for v in known] for name, known in _fields(here.case).items()}
    more = {"blind": blind, "statements": statements, "fields": words, "can_code": True}
    return Page(translated("Coding"), answer, view(found) if found else None, more)


@router.post("/coding", dependencies=[needs("code")])
async def save_coding(here: AskedHere, request: Request) -> Response:
    """Keep one's own judgment of a statement."""
    form = await request.form()
    sign_in, number = _team(here)
    statement = str(form.get("statement", ""))
    if statement not in here.case.statements:
        raise UnknownName("statement", statement, here.case.statements)
    for field, known in _fields(here.case).items():
        value = form.get(field)
        if isinstance(value, str) and value:
            if value not in known:
                raise UnknownName(field, value, known)
            code(sign_in.database, here.name, number, statement, field, value)
    return RedirectResponse(f"{here.base}/coding", 303)


@router.post("/coding/done", dependencies=[needs("code")])
def done(here: AskedHere) -> Response:
    """End one's own blindness."""
    sign_in, number = _team(here)
    unblind(sign_in.database, here.name, number)
    return RedirectResponse(f"{here.base}/coding", 303)


def _hidden(here: Here) -> set[str]:
    """The records whose comments somebody may not see: those of sources whose words are closed to them."""
    whole = here.cases.case(here.name)
    found = hidden_records(whole, here.member.closed)
    closed = {i for i, s in whole.sources.items() if s.access in here.member.closed}
    return {f"{g}.{i}" for g, ids in found.items() for i in ids} | {f"sources.{i}" for i in closed}


def _places(here: Here) -> dict[str, str]:
    """Record -> the address of its place in the text, for records that have one."""
    whole = here.case.whole or here.case
    return {
        f"{group}.{ident}": f"{here.base}/sources/{quote(record.source, safe='')}?at={quote(f'{group}.{ident}')}"
        for group in Records.model_fields
        for ident, record in getattr(whole, group).items()
        if record.source in whole.sources
    }


@screen(router, "/comments", "comments.html.j2")
def comments(here: AskedHere) -> Page:
    """The comments on the case, or on one of its records (``record`` in the query)."""
    sign_in, _ = _team(here)
    record = here.request.query_params.get("record", "")
    found = comments_on(sign_in.database, here.name, record or None, _hidden(here))
    told = [vars(c) for c in found]
    answer = {"question": {"verb": "comments", "settings": {"record": record}}, "answer": {"comments": told}}
    more = {
        "places": _places(here),
        "comments": found,
        "record": record,
        "can_comment": here.member.may("annotate"),
    }
    return Page(translated("Comments"), answer, more=more)


@router.post("/comments", dependencies=[needs("annotate")])
def add_comment(here: AskedHere, record: Annotated[str, Form()], text: Annotated[str, Form()]) -> Response:
    """Comment on a record."""
    sign_in, number = _team(here)
    comment(sign_in.database, here.name, record[:500], number, text)
    return RedirectResponse(f"{here.base}/comments", 303)


@screen(router, "/people", "people.html.j2")
def people_page(here: AskedHere) -> Page:
    """Who has which role in the case."""
    if not here.member.may("manage people"):
        raise PermissionError("only an owner of the case manages its people")
    sign_in, _ = _team(here)
    found = people(sign_in.database, here.name)
    answer = {"question": {"verb": "people"}, "answer": {"people": [vars(p) for p in found]}}
    return Page(translated("People"), answer, more={"people": found, "roles": ROLES})


@router.post("/people", dependencies=[needs("manage people")])
def change_people(
    here: AskedHere,
    name: Annotated[str, Form()],
    role: Annotated[str, Form()] = "",
    blind: Annotated[str, Form()] = "",
) -> Response:
    """Give a person a role in the case, or take it away."""
    sign_in, _ = _team(here)
    if role:
        set_role(sign_in.database, here.name, name, role, blind=bool(blind))
    else:
        remove_person(sign_in.database, here.name, name)
    return RedirectResponse(f"{here.base}/people", 303)
