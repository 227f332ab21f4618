"""Read: the sources of a case, and each text with what was read in it, decided one by one.

A decision is a plain form: ``decide`` with the record as it was shown. What is in view, and which record is open, stand in
the address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from zopa.case import Case
from zopa.casefile import version_of
from zopa.errors import EditConflict, NotApplicable, UnknownName, ZopaError
from zopa.reading.review import Session
from zopa.reading.selection import code_points, selected, utf16_units
from zopa.views.labels import Labels
from zopa.workbench.frame import AskedHere, Here, Page, html, needs, screen
from zopa.workbench.marked_text import stretches
from zopa.workbench.reviewing import REASONS, decide, take_back
from zopa.workbench.source_view import STATES, Filters, FoundRecord, items, kind_words, kinds, listing
from zopa.workbench.translation import translated

__all__ = ["Typed", "router"]

router = APIRouter(tags=["read"])
DONE = {
    "accepted": "Accepted.",
    "edited": "Saved.",
    "rejected": "Rejected.",
    "reopened": "Open again.",
    "undone": "Undone.",
    "nothing": "There is nothing to undo.",
    "new": "The new statement is kept.",
    "rule": "Accepted, and a rule is made of it.",
    "split": "Split: the second half is a statement of its own, to be decided.",
    "joined": "Joined with the one before; undo takes them apart again.",
    "whose": "The speaker is named, also where the same words name no speaker.",
    "together": "Accepted together; undo takes all of them back.",
}
"""What happened, as the address tells it -> in words."""
MOST_FIELDS = 400


async def typed(request: Request) -> dict[str, list[str]]:
    """The fields of a form; files are left out."""
    form = await request.form()
    found: dict[str, list[str]] = {}
    for n, (key, value) in enumerate(form.multi_items()):
        if n >= MOST_FIELDS:
            raise NotApplicable(f"expected at most {MOST_FIELDS} fields of a form")
        if isinstance(value, str) and key != "csrf":
            found.setdefault(key, []).append(value.replace("\r\n", "\n"))
    return found


Typed = Annotated[dict[str, list[str]], Depends(typed)]


@dataclass(frozen=True)
class EditField:
    """A field of the edit form: its value as it stands, and the values that it may have."""

    name: str
    value: str
    allowed: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class SourceAsked:
    """The page of a source as asked: its records in view, and the one that is open."""

    case: Case
    source: str
    filters: Filters
    all: list[FoundRecord]
    view: list[FoundRecord]
    now: FoundRecord | None
    closed: bool
    more: Mapping[str, Any] = field(default_factory=dict)

    def near(self, step: int, undecided: bool = False) -> FoundRecord | None:
        """The record in view before or after the open one."""
        if self.now is None:
            ahead = self.view if step > 0 else self.view[::-1]
        else:
            at = next((k for k, i in enumerate(self.view) if i.at == self.now.at), None)
            if at is None:
                place = (self.now.start or 0, self.now.end or 0)
                later = [i for i in self.view if (i.start or 0, i.end or 0) > place]
                earlier = [i for i in self.view if (i.start or 0, i.end or 0) <= place]
                ahead = later if step > 0 else earlier[::-1]
            else:
                ahead = self.view[at + 1 :] if step > 0 else self.view[:at][::-1]
        return next((i for i in ahead if not undecided or i.state == "suggested"), None)


def whole(here: Here) -> Case:
    """The case with all that was ever said, unless a day is asked for."""
    case = here.case
    return case if here.asked.day else case.whole or case


def _acting(here: Here) -> Case:
    """The whole case as its files stand, for a decision."""
    case = here.cases.case(here.name)
    return case.whole or case


@screen(router, "/sources", "sources.html.j2")
def sources(here: AskedHere) -> Page:
    """The sources of the case, with how many suggestions wait in each."""
    case = whole(here)
    rows = here.cases.kept(("listing", case.digest), lambda: listing(case))
    waiting = sum(r.undecided + sum(c.undecided for c in r.copies) for r in rows)
    answer = {
        "question": {"verb": "sources"},
        "answer": {"undecided": waiting, "sources": [r.to_dict() for r in rows]},
    }
    return Page(translated("Read"), answer, more={"rows": rows, "waiting": waiting})


@screen(router, "/sources/{source}", "source.html.j2")
def one_source(here: AskedHere, source: str) -> Page:
    """A text with what was read in it."""
    query = here.request.query_params
    return _page(here, _shown(here, source, query.get("at", "")), DONE.get(query.get("done", ""), ""))


def _shown(here: Here, source: str, at: str = "") -> SourceAsked:
    case = whole(here)
    if source not in case.sources:
        raise UnknownName("source", source, case.sources)
    found = items(case, source, Labels(case))
    filters = Filters.of(here.request.query_params)
    view = [i for i in found if filters.keeps(i)]
    now = next((i for i in found if i.key == at), None)
    if now is None:
        now = next((i for i in view if i.state == "suggested"), view[0] if view else None)
    words = case.sources[source]
    closed = words.access == "do-not-quote" and not here.member.may("review")
    return SourceAsked(case, source=source, filters=filters, all=found, view=view, now=now, closed=closed)


def address(here: Here, source: str, filters: Filters, below: str = "", **more: str) -> str:
    """The address of a source, or of a path below it, with the question, the filters and more parts."""
    plain = here.url(f"/sources/{quote(source, safe='')}{below}")
    parts = filters.query(**more)
    return plain + ("&" if "?" in plain else "?") * bool(parts) + parts


def _page(
    here: Here,
    shown: SourceAsked,
    told: str = "",
    problem: str = "",
    kept: Mapping[str, list[str]] | None = None,
) -> Page:
    source = shown.case.sources[shown.source]
    labels = Labels(shown.case)
    text = "" if shown.closed else source.text
    spans = {i.key: (i.start, i.end) for i in shown.view if i.start is not None and i.end is not None}
    may = here.member.may("review")
    now = shown.now
    more: dict[str, Any] = {
        "shown": shown,
        "source": source,
        "parts": stretches(text, spans) if text else [],
        "by_key": {i.key: i for i in shown.view},
        "states": {k: (sign, translated(word)) for k, (sign, word) in STATES.items()},
        "kind_words": kind_words,
        "choices": _choices(shown, labels),
        "address": lambda below="", **parts: address(here, shown.source, shown.filters, below, **parts),
        "units": lambda at: utf16_units(text, at),
        "moves": {
            k: shown.near(*a) for k, a in (("j", (1,)), ("k", (-1,)), ("n", (1, True)), ("b", (-1, True)))
        },
        "undecided": sum(i.state == "suggested" for i in shown.all),
        "waiting": [i for i in shown.view if i.state == "suggested"],
        "reasons": REASONS,
        "may": may,
        "told": told,
        "problem": problem,
        "kept": kept or {},
        "text_too": bool(told) or not here.partial,
        **(
            _forms(here, shown, labels)
            if may
            else {"before": "", "fields": [], "offered": [], "rule": None, "above": None}
        ),
    }
    data = {
        "question": {"verb": "sources", "settings": {"source": shown.source, **vars(shown.filters)}},
        "answer": {
            "source": {**source.model_dump(exclude={"text"}), "text": None if shown.closed else source.text},
            "records": [i.to_dict() | ({"quote": None} if shown.closed else {}) for i in shown.view],
        },
    }
    url = address(here, shown.source, shown.filters, at=now.key if now else "")
    return Page(source.title or shown.source, data, more=more, url=url)


def _choices(shown: SourceAsked, labels: Labels) -> dict[str, list[tuple[str, str]]]:
    """Filter -> the values that occur, with their words."""
    who = {i.speaker or "-": i.who or translated("no speaker named") for i in shown.all}
    issues = {i.issue or "-": labels.issue(i.issue) if i.issue else translated("no issue") for i in shown.all}
    return {
        "speaker": sorted(who.items(), key=lambda x: x[1]),
        "kind": [(k, kind_words(k)) for k in kinds(shown.all)],
        "issue": list(issues.items()),
        "state": [(s, translated(word)) for s, (_, word) in STATES.items()],
    }


def _forms(here: Here, shown: SourceAsked, labels: Labels) -> dict[str, Any]:
    """What the forms of the open record need."""
    now = shown.now
    session = Session(shown.case, here.member.user)
    issues = shown.case.issues
    above = _above(shown)
    more: dict[str, Any] = {
        "before": "",
        "fields": [],
        "offered": [],
        "rule": None,
        "above": above,
        "above_text": version_of(here.folder, above.at).text if above else "",
        "people": [session.entries[p.group][p.ident].name for p in session.people()],
        "parties": [p.name for p in shown.case.parties.values()],
        "comments": "/comments" in [path for _, path, _ in here.request.app.state.sign_in.navigation],
        "new_fields": _new_fields(session, labels),
        "options": [
            (labels.issue(i), [(f"{i}|{o}", x.label) for o, x in issue.options.items()])
            for i, issue in issues.items()
        ],
    }
    if now is None:
        return more
    session.go_to(now.at)
    item = session.item
    more["before"] = version_of(here.folder, now.at).text
    more["fields"] = [
        _field(session, labels, name, getattr(item, name))
        for name in session.fields()
        if name not in ("why", "options", "review")
    ]
    more["offered"] = [f"{item.issue}|{o}" for o in getattr(item, "options", ())]
    if now.at.group == "statements" and session.binds:
        when, only_if = session.sides()
        more["rule"] = {
            side: [f"{i}|{o}" for i, chosen in found.items() for o in chosen]
            for side, found in (("when", when), ("only_if", only_if))
        }
    return more


def _above(shown: SourceAsked) -> FoundRecord | None:
    """The statement of the text before the open one, which it can be joined with."""
    said = [i for i in shown.all if i.at.group == "statements" and i.start is not None]
    at = next((k for k, i in enumerate(said) if shown.now is not None and i.at == shown.now.at), 0)
    return said[at - 1] if at else None


def _words(labels: Labels, case: Case, name: str, value: str) -> str:
    if name in ("speaker", "reported_by"):
        return case.speakers[value].name
    if name == "party":
        return labels.party(value)
    return labels.issue(value) if name == "issue" else kind_words(value)


def _field(session: Session, labels: Labels, name: str, value: Any) -> EditField:
    known = tuple((v, _words(labels, session.case, name, v)) for v in session.allowed(name))
    if isinstance(value, bool):
        value = "yes" if value else "no"
    told = "" if value is None else ", ".join(value) if isinstance(value, tuple) else str(value)
    return EditField(name, told, known)


def _new_fields(session: Session, labels: Labels) -> list[EditField]:
    session.queue = ()
    return [
        _field(session, labels, n, v)
        for n, v in (("kind", "position"), ("speaker", ""), ("stance", ""), ("said", ""), ("about", ""))
    ]


# ---------------------------------------------------------------- decisions


@router.post("/sources/{source}/decide", dependencies=[needs("review")])
def decision(here: AskedHere, source: str, form: Typed) -> Response:
    """Accept, edit, reject, reopen, undo, quote anew, or accept what is in view."""
    return _decide(here, source, form)


@router.post("/sources/{source}/decide.json", dependencies=[needs("review")])
def decision_json(here: AskedHere, source: str, form: Typed) -> Response:
    """The same, answered with the record as it is then."""
    return _decide(here, source, form)


def _decide(here: Here, source: str, form: dict[str, list[str]]) -> Response:
    name = _one(form, "record")
    shown = _shown(here, source, name)
    act = ACTS.get(_one(form, "act"))
    if act is None:
        raise UnknownName("act", _one(form, "act"), ACTS)
    try:
        done, at = act(here, shown, form)
    except EditConflict:  # has a page of its own
        raise
    except ZopaError as error:
        if here.wants_json:
            raise
        page = _page(here, shown, problem=str(error), kept=form)
        return html(here, "source.html.j2", Page(page.title, page.answer, more=page.more, status=422))
    if here.wants_json:
        after = {i.key: i for i in items(_acting(here), source, here.labels)}
        return JSONResponse(
            {"answer": {"done": done, "record": after[at].to_dict() if at in after else None}}
        )
    if done in ("accepted", "rejected", "edited", "rule"):
        following = _shown(here, source, at).near(1, True) if at else None
        at = following.key if following else at
    return RedirectResponse(address(here, source, shown.filters, at=at, done=done), 303)


def _one(form: Mapping[str, list[str]], name: str) -> str:
    return form.get(name, [""])[0]


Form = Mapping[str, list[str]]
Done = tuple[str, str]
"""What happened (a key of ``DONE``), and the record that is open then."""


def _on(here: Here, shown: SourceAsked, form: Form, do: Callable[[Session], Any], why: str) -> str:
    """Do something to the record that the form is about; its key."""
    if shown.now is None or shown.now.key != _one(form, "record"):
        raise UnknownName("record", _one(form, "record"), [i.key for i in shown.all])
    at = shown.now.at

    def on_it(session: Session) -> None:
        session.go_to(at)
        do(session)

    seen = {at: _one(form, "before")}
    decide(here.folder, lambda: _acting(here), here.member.user, seen, on_it, f"{why} {at.ident}"[:400])
    return shown.now.key


def _accept(here: Here, shown: SourceAsked, form: Form) -> Done:
    return "accepted", _on(here, shown, form, lambda s: s.accept(_one(form, "note")), "accept")


def _reject(here: Here, shown: SourceAsked, form: Form) -> Done:
    reason = _one(form, "reason")
    if reason not in REASONS:
        raise NotApplicable("say why: choose one of the reasons")
    note = " ".join(_one(form, "note").split())[:400]
    why = f"{reason}: {note}" if note else reason
    return "rejected", _on(here, shown, form, lambda s: s.reject(why), f"reject, {why}:")


def _reopen(here: Here, shown: SourceAsked, form: Form) -> Done:
    return "reopened", _on(here, shown, form, lambda s: s.reopen(), "reopen")


def _edit(here: Here, shown: SourceAsked, form: Form) -> Done:
    text = shown.case.sources[shown.source].text

    def do(session: Session) -> None:
        item = session.item
        labels = Labels(session.case)
        given = {k.removeprefix("field."): v[0] for k, v in form.items() if k.startswith("field.")}
        changed = {
            name: value.strip()
            for name, value in given.items()
            if name not in session.fields()
            or _field(session, labels, name, getattr(item, name)).value != value.strip()
        }
        if "options" in form or "options-shown" in form:
            issue, options = _about(form.get("options", []), given.get("issue", item.issue or ""))
            if (issue, options) != (item.issue or "", tuple(item.options)):
                changed |= {"issue": issue, "options": ",".join(options)}
        words = _one(form, "quote")
        if words and words.split() != item.quote.split():
            start, end = selected(text, words, near=item.start)
            session.quote_anew(start, end)
            session.back()
        session.edit_text(changed)

    return "edited", _on(here, shown, form, do, "edit")


def _about(chosen: list[str], issue: str) -> tuple[str, tuple[str, ...]]:
    """Issue and options from what was chosen in the list of all options."""
    pairs = [tuple(c.rsplit("|", 1)) for c in chosen if "|" in c]
    issues = list(dict.fromkeys(p[0] for p in pairs))
    if issues and issue not in issues:
        issue = issues[0]
    if len(issues) > 1:
        raise NotApplicable("choose options of one issue; a statement about two issues is two statements")
    return issue, tuple(p[1] for p in pairs)


def _new(here: Here, shown: SourceAsked, form: Form) -> Done:
    text = shown.case.sources[shown.source].text
    units = _one(form, "units")
    near = code_points(text, int(units)) if units.isdecimal() and len(units) < 12 else None
    start, end = selected(text, _one(form, "quote"), _one(form, "prefix"), _one(form, "suffix"), near)

    def do(session: Session) -> str:
        ident = session.quote_new(shown.source, start, end)
        given = {k.removeprefix("field."): v[0].strip() for k, v in form.items() if k.startswith("field.")}
        issue, options = _about(form.get("options", []), "")
        given |= {"issue": issue, "options": ",".join(options)}
        session.edit_text({k: v for k, v in given.items() if v})
        return ident

    ident = decide(here.folder, lambda: _acting(here), here.member.user, {}, do, "new statement")
    return "new", f"statements.{ident}"


def _rule(here: Here, shown: SourceAsked, form: Form) -> Done:
    def do(session: Session) -> None:
        numbers = {f"{i}|{o}": str(n) for n, (i, o) in enumerate(session.choices(), 1)}
        sides = [
            ",".join(numbers[c] for c in form.get(side, []) if c in numbers) for side in ("when", "only_if")
        ]
        if not sides[0]:
            raise NotApplicable("a rule needs the options that it is about")
        session.make_rule(sides[0], sides[1] or "-", or_not=bool(form.get("or_not")))

    return "rule", _on(here, shown, form, do, "accept and make a rule of")


def _split(here: Here, shown: SourceAsked, form: Form) -> Done:
    """Cut the quotation where the words of the second half begin."""
    words = _one(form, "second").strip()
    now = shown.now
    if not words or now is None or now.start is None:
        raise NotApplicable("say with which words the second half begins")
    at = selected(shown.case.sources[shown.source].text, words, near=now.start)[0]

    def do(session: Session) -> None:
        if session.split(at) is None:
            raise NotApplicable(
                f"expected words inside the quotation, after its first, saw “{words[:60]}”: "
                "the second half begins with them"
            )

    return "split", _on(here, shown, form, do, "split")


def _join(here: Here, shown: SourceAsked, form: Form) -> Done:
    """One statement from the first word of the one before to the last of this."""
    above, now = _above(shown), shown.now
    if above is None or now is None or above.key != _one(form, "above"):
        raise NotApplicable("there is no such statement before this one")

    def do(session: Session) -> None:
        session.queue, session.at = (above.at, now.at), 1
        if session.merge() is None:
            raise NotApplicable("these two cannot be joined: a rule or a judgment rests on the second")

    seen = {above.at: _one(form, "above-text"), now.at: _one(form, "before")}
    decide(
        here.folder,
        lambda: _acting(here),
        here.member.user,
        seen,
        do,
        f"join {now.at.ident} with {above.at.ident}"[:400],
    )
    return "joined", above.key


def _whose(here: Here, shown: SourceAsked, form: Form) -> Done:
    """Name the speaker: one that the case has, or a new one and the party that it speaks for."""
    who, party = (" ".join(_one(form, name).split())[:200] for name in ("who", "party"))
    if not who:
        raise NotApplicable("say whose words these are")
    names = {x.name for group in (shown.case.speakers, shown.case.parties) for x in group.values()}

    def do(session: Session) -> None:
        new = who not in names
        if not session.says(f"+{who}" if new else who, party if new else ""):
            raise NotApplicable("only a statement has a speaker")

    return "whose", _on(here, shown, form, do, "whose words:")


def _together(here: Here, shown: SourceAsked, form: Form) -> Done:
    if not shown.filters.narrow:
        raise NotApplicable(
            "only what a filter leaves in view can be accepted together: choose a speaker, a kind or an issue"
        )
    told = dict(zip(form.get("together", []), form.get("texts", []), strict=False))
    chosen = {i.at: told[i.key] for i in shown.view if i.key in told}
    if not chosen:
        raise NotApplicable("nothing undecided is in view")

    def do(session: Session) -> None:
        session.queue = tuple(chosen)
        session.accept_all("accepted together, in view")

    decide(here.folder, lambda: _acting(here), here.member.user, chosen, do, f"accept {len(chosen)} in view")
    return "together", ""


def _undo(here: Here, shown: SourceAsked, form: Form) -> Done:  # noqa: ARG001
    entry = take_back(here.folder, here.member.user)
    if entry is None:
        return "nothing", _one(form, "record")
    touched = [
        c.record
        for c in entry.changes
        if c.record.split(".", 1)[0] in ("statements", "contacts", "figures", "shifts")
    ]
    return "undone", touched[0] if touched else ""


ACTS: Mapping[str, Callable[[Here, SourceAsked, Form], Done]] = {
    "accept": _accept,
    "reject": _reject,
    "edit": _edit,
    "reopen": _reopen,
    "new": _new,
    "rule": _rule,
    "together": _together,
    "split": _split,
    "join": _join,
    "whose": _whose,
    "undo": _undo,
}


@screen(router, "/sources/{source}/in-view", "accept_in_view.html.j2")
def in_view(here: AskedHere, source: str) -> Page:
    """Ask once whether all undecided suggestions in view are right."""
    shown = _shown(here, source)
    waiting = [i for i in shown.view if i.state == "suggested"]
    if not shown.filters.narrow:
        raise NotApplicable(
            "only what a filter leaves in view can be accepted together: choose a speaker, a kind or an issue"
        )
    texts = [(i, version_of(here.folder, i.at).text) for i in waiting] if here.member.may("review") else []
    data = {"question": {"verb": "sources"}, "answer": {"in_view": [i.to_dict() for i in waiting]}}
    more = {
        "texts": texts,
        "action": address(here, source, shown.filters, "/decide"),
        "back": address(here, source, shown.filters),
        "kind_words": kind_words,
    }
    if shown.closed:
        raise PermissionError("your role in this case does not allow this")
    return Page(translated("Accept what is in view"), data, more=more)
