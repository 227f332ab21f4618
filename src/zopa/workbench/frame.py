"""What a screen knows and gives: :class:`Here` in, :class:`Page` out, as HTML and as JSON from the same function."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import ChoiceLoader, DictLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from zopa.case import Case
from zopa.render.html import block_templates
from zopa.render.json import answered, text
from zopa.render.svg import pictures
from zopa.space import Answer, Problem, reading_names
from zopa.views.document import Chart, Document, Link
from zopa.views.labels import Labels
from zopa.views.numbers import count, day, points, things
from zopa.workbench.access import Member, csrf_token
from zopa.workbench.asked import UrlQuery
from zopa.workbench.interface_text import InterfaceText
from zopa.workbench.opened_cases import OpenedCases
from zopa.workbench.translation import Catalogue, spoken, translated

__all__ = ["NAVIGATION", "AskedHere", "Here", "Page", "drawn", "here_of", "html", "needs", "screen"]

NAVIGATION = (
    ("Today", "/", "t"),
    ("Read", "/sources", "r"),
    ("Draft", "/drafts/new", "d"),
    ("Why not", "/why-not", "w"),
    ("Questions", "/questions", "q"),
    ("Positions", "/positions", "p"),
    ("Path", "/path", "h"),
    ("Compare", "/compare", "c"),
    ("Report", "/report", "e"),
    ("Jobs", "/jobs", "j"),
    ("Record", "/record", "l"),
)
"""Name, path and key (after ``g``) of the screens in the head of every page."""

Found = TypeVar("Found")
YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Page:
    """What a screen gives.

    Attributes
    ----------
    title : of the page, in words.
    answer : what the JSON twin shows; plain data with ``question`` and ``answer``, or an answer.
    document : its view, where there is one; shown by the template with the blocks of the report.
    more : what else the template needs.
    command : the verb that gives the same answer in a terminal, and what else it needs.
    url : the address that the browser shows after a swap; None leaves it.
    status : of the answer.
    cookies : what the browser keeps for a year, read by the server only.
    """

    title: str
    answer: Answer | Mapping[str, Any]
    document: Document | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    command: str = ""
    url: str | None = None
    status: int = 200
    cookies: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> str:
        """The bytes that the command prints under ``--json``."""
        data = answered(self.answer) if isinstance(self.answer, Answer) else self.answer
        return text(data) + "\n"


@dataclass(frozen=True)
class Switchable:
    """A rule as a switch: its readings with what each says (the last sets it aside), and which one holds."""

    rule: str
    owner: str
    says: str
    statements: tuple[str, ...]
    readings: tuple[tuple[str, str], ...]
    chosen: str
    usual: str


@dataclass(frozen=True)
class Here:
    """Who asks, of which case, and what; the first parameter of every screen."""

    request: Request
    member: Member
    name: str
    base: str
    asked: UrlQuery
    cases: OpenedCases

    @property
    def case(self) -> Case:
        """The case as its files stand now, as of the day that was asked for."""
        return self.cases.case(self.name, self.asked.day, self.member.closed)

    @property
    def problem(self) -> Problem:
        """The problem as asked."""
        return self.cases.problem(self.name, self.asked, self.member.closed)

    @property
    def folder(self) -> Path:
        """Where the case is."""
        return self.cases.folders[self.name]

    def open_all(self) -> None:
        """See to it that this person may see the words of every source.

        Raises
        ------
        PermissionError
            Some are marked, and the role does not open them.
        """
        sources = self.cases.case(self.name).sources.values()
        if marks := sorted({s.access.replace("-", " ") for s in sources if s.access in self.member.closed}):
            raise PermissionError(
                f"this page holds words of every source, and your role in this case, {self.member.role}, "
                f"does not open those marked {' or '.join(marks)}"
            )

    def answer(self, what: Hashable, make: Callable[[Problem], Found]) -> Found:
        """An answer about the problem as asked, worked out once; ``what`` names the question."""
        return self.cases.answer(self.name, self.asked, what, make, self.member.closed)

    @cached_property
    def labels(self) -> Labels:
        """How the things of the case are called."""
        return Labels(self.problem.case)

    def url(self, path: str, asked: UrlQuery | None = None, **changes: Any) -> str:
        """The address of a screen with the same question, or with parts of it changed (``day``, ``readings``, ...)."""
        here = self.asked if asked is None else asked
        if asked is None and not path.startswith("/drafts"):
            here = here.without_draft()
        return self.base + path + (replace(here, **changes) if changes else here).query()

    def rule_evidence(self, rule: str) -> str:
        """The address of the evidence card of a rule, also where a statement has the same id."""
        return self.evidence(f"rules.{rule}" if rule in self.case.statements else rule)

    @property
    def twin(self) -> str:
        """The address of the same answer as JSON."""
        path = self.request.url.path.removeprefix(self.base)
        return self.url("/today.json" if path == "/" else f"{quote(path)}.json", self.asked)

    def evidence(self, ident: str) -> str:
        """The address of the evidence card of anything in the case."""
        return self.url(f"/evidence/{quote(ident, safe='')}")

    def switches(self) -> list[Switchable]:
        """Every rule with its readings, and which of them holds here."""
        problem = self.problem
        names = reading_names(problem.case)
        return [
            Switchable(
                rule,
                owner=self.labels.rule_owner(rule),
                says=self.labels.rule(rule).text,
                statements=tuple(
                    dict.fromkeys(x for r in (noun, *noun.readings.values()) for x in r.statements)
                ),
                readings=tuple((n, self.labels.reading(rule, n)) for n in (*names[rule], "off")),
                chosen=problem.readings[rule],
                usual=self._usual[rule],
            )
            for rule, noun in problem.rules.items()
        ]

    @cached_property
    def _usual(self) -> Mapping[str, str]:
        """The readings without those chosen one by one: the defaults, or those of the named set."""
        plain = replace(self.asked, chosen={})
        return self.cases.problem(self.name, plain, self.member.closed).readings

    def reading(self, rule: str, reading: str) -> Mapping[str, str]:
        """The readings chosen one by one if this one is chosen too; what is usual needs no choice."""
        return self.unusual({**self.asked.chosen, rule: reading})

    def unusual(self, chosen: Mapping[str, str]) -> Mapping[str, str]:
        """Of these readings, those that are not what the case, or the named set, has."""
        return {r: x for r, x in chosen.items() if x != self._usual.get(r)}

    @property
    def wants_json(self) -> bool:
        """Whether this is the JSON twin of a page."""
        return self.request.url.path.endswith(".json")

    @property
    def partial(self) -> bool:
        """Whether a part of the page is asked for, to be swapped in."""
        return self.request.headers.get("hx-request-type") == "partial"

    def shown(self, document: Document) -> Document:
        """A document whose links open evidence cards, or sections of the full report."""
        sections = {s.id for s in document.sections}
        options = {
            f"#option-{i}-{o}": f"{i}.{o}" for i, issue in self.case.issues.items() for o in issue.options
        }

        def lead(link: Link) -> Link:
            kind, _, ident = link.to.removeprefix("#").partition("-")
            if link.to in options:
                return replace(link, to=self.evidence(options[link.to]))
            if kind == "rule" and ident:
                return replace(link, to=self.rule_evidence(ident))
            if kind in ("statement", "quote", "why", "source") and ident:
                return replace(link, to=self.evidence(ident))
            if link.to.startswith("#") and link.to[1:] not in sections:
                return replace(link, to=self.url("/report") + link.to)
            return link

        return _relinked(document, lead)


def _relinked(value: Any, lead: Callable[[Link], Link]) -> Any:
    """The same data with every link led elsewhere."""
    if isinstance(value, Link):
        return lead(value) if value.to else value
    if isinstance(value, tuple):
        return tuple(_relinked(v, lead) for v in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
        made = {
            k: _relinked(v, lead)
            for k, v in parts.items()
            if isinstance(v, tuple) or dataclasses.is_dataclass(v)
        }
        return replace(value, **made) if made else value
    return value


def here_of(request: Request) -> Here:
    """The dependency behind every screen.

    Raises
    ------
    LookupError
        No such case, or none of this person's: the two look the same.
    """
    cases: OpenedCases = request.app.state.cases
    several = "case" in request.path_params
    name = request.path_params["case"] if several else next(iter(cases.folders))
    user = request.state.entry.user
    role = request.app.state.sign_in.role(user, name) if cases.known(name) else None
    if role is None:
        raise LookupError("there is no such page")
    base = f"/cases/{quote(name, safe='')}" if several else ""
    inside = request.scope["path"].removeprefix(f"/cases/{name}" if several else "")
    if not request.app.state.sign_in.allows(user, name, inside):
        raise PermissionError(
            "you code this case blind: only your own coding is open to you until it is done"
        )
    asked = UrlQuery.of(request.query_params.multi_items())
    return Here(request, member=Member(user, role), name=name, base=base, asked=asked, cases=cases)


AskedHere = Annotated[Here, Depends(here_of)]
"""The annotation of a screen's first parameter."""


def needs(act: str) -> Any:
    """A dependency that lets through only who may do something in this case."""

    def allowed(here: AskedHere) -> None:
        if not here.member.may(act):
            raise PermissionError(f"your role in this case, {here.member.role}, does not allow this")

    return Depends(allowed)


def screen(
    router: APIRouter, path: str, template: str
) -> Callable[[Callable[..., Page]], Callable[..., Page]]:
    """Register a function as a screen: HTML at the path, the same answer as JSON at the path with ``.json``.

    The function's first parameter is ``here: AskedHere``; parameters of the path follow.
    """

    def register(make: Callable[..., Page]) -> Callable[..., Page]:
        @functools.wraps(make)
        def as_json(here: Here, **parameters: Any) -> Response:
            page = make(here, **parameters)
            return Response(page.json(), page.status, media_type="application/json")

        @functools.wraps(make)
        def as_html(here: Here, **parameters: Any) -> Response:
            return html(here, template, make(here, **parameters))

        name = make.__name__
        twin = "/today.json" if path == "/" else f"{path}.json"
        router.get(twin, name=f"{name}_json", response_model=None, response_class=Response)(as_json)
        router.get(path, name=name, response_model=None, response_class=HTMLResponse)(as_html)
        return make

    return register


def html(here: Here, template: str, page: Page) -> Response:
    """A page, or only its main part where it is to be swapped in."""
    screens = (*NAVIGATION, *here.request.app.state.sign_in.navigation)
    context = {
        "frame": "part.html.j2" if here.partial else "base.html.j2",
        "here": here,
        "page": page,
        "title": here.case.title,
        "case": here.case,
        "labels": here.labels,
        "document": here.shown(page.document) if page.document else None,
        "csrf": csrf_token(here.request.state.entry.id),
        "navigation": [(translated(name), path, key) for name, path, key in screens],
        "drawn": {},
        **page.more,
    }
    found = environment().get_template(template)
    headers = {"hx-push-url": page.url} if page.url and here.partial else {}
    answer = HTMLResponse(found.render(context), page.status, headers=headers)
    for name, value in page.cookies.items():
        answer.set_cookie(name, value, YEAR, path=here.base or "/", httponly=True, samesite="lax")
    return answer


def drawn(here: Here, what: Hashable, document: Document) -> dict[str, Markup]:
    """Chart name -> picture, for the charts of a document; drawn once. ``what`` names the answer behind it."""
    charts = [b for b in document.blocks() if isinstance(b, Chart)]
    found = here.answer(("pictures", what), lambda _: pictures(charts))
    return {name: Markup(svg) for name, svg in found.items()}


def environment() -> Environment:
    """The templates in the language spoken: ours, and the report's blocks. Everything is escaped; undefined names are errors."""
    return _environment(spoken())


@functools.lru_cache(8)
def _environment(catalogue: Catalogue | None) -> Environment:
    made = Environment(
        loader=ChoiceLoader([DictLoader(block_templates()), PackageLoader("zopa.workbench")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., Any]] = {
        "kind": lambda block: type(block).__name__,
        "count": count,
        "day": day,
        "points": points,
        "things": things,
    }
    made.filters |= filters
    made.globals["_"] = translated
    if catalogue is not None:
        made.extend(catalogue=catalogue)
        made.add_extension(InterfaceText)
    return made
