"""Issues, parties and rules in forms that show the lines that the file will say before anything is saved."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import unified_diff
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from zopa.casefile import REMOVED, CaseFiles, Version, acting, inspect, save_values, version_of
from zopa.casefile.edit import changed_texts
from zopa.casefile.read import CASE_FILE
from zopa.casefile.yamldoc import read_yaml
from zopa.errors import CaseError, EditConflict, NotApplicable, UnknownName, ZopaError
from zopa.workbench.entry_fields import GROUPS, entry_fields, options_listed, sides_of, values_of
from zopa.workbench.frame import AskedHere, Here, Page, html, needs, screen
from zopa.workbench.reviewing import recorded
from zopa.workbench.screens.sources import Typed
from zopa.workbench.translation import translated

__all__ = ["router"]

router = APIRouter(tags=["edit"], dependencies=[needs("change")])
VIA = "workbench, edit"
_ID = re.compile(r"\w[\w.-]{0,59}")


@screen(router, "/edit", "entries.html.j2")
def entries(here: AskedHere) -> Page:
    """What has a form: issues, rules and parties."""
    case = here.cases.case(here.name)
    case = case.whole or case
    listed: dict[str, list[tuple[str, str]]] = {
        "issues": [(k, x.name) for k, x in case.issues.items()],
        "rules": [
            (k, x.says or next((r.says for r in x.readings.values() if r.says), k))
            for k, x in case.rules.items()
        ],
        "parties": [(k, x.name) for k, x in case.parties.items()],
    }
    data = {"question": {"verb": "edit"}, "answer": {g: dict(rows) for g, rows in listed.items()}}
    return Page(translated("Edit the case"), data, more={"listed": listed, "groups": GROUPS})


@router.get("/edit/{group}", response_class=Response)
def new_entry(here: AskedHere, group: str, id: str) -> Response:
    """To the form of a new entry."""
    return RedirectResponse(here.url(f"/edit/{quote(group, safe='')}/{quote(id.strip(), safe='')}"), 303)


@screen(router, "/edit/{group}/{ident}", "entry.html.j2")
def entry(here: AskedHere, group: str, ident: str) -> Page:
    """One entry in a form."""
    return _page(
        here, group, ident, told="Saved." if here.request.query_params.get("done") == "saved" else ""
    )


def _page(here: Here, group: str, ident: str, **more: Any) -> Page:
    if group not in GROUPS:
        raise UnknownName("section with a form", group, GROUPS)
    if not _ID.fullmatch(ident):
        raise NotApplicable("an id has letters, digits, '-', '_' and '.', at most 60 of them")
    case = here.cases.case(here.name)
    raw = read_yaml(CaseFiles(here.folder), CASE_FILE).data or {}
    data = (raw.get(group) or {}).get(ident)
    version = version_of(here.folder, (group, ident))
    headings = entry_fields(case.whole or case, group, data)
    shown: dict[str, Any] = {
        "group": group,
        "ident": ident,
        "kind": GROUPS[group],
        "is_new": data is None,
        "data": data,
        "options": options_listed(case.whole or case),
        "headings": headings,
        "before": version.text.replace("\r\n", "\n"),
        "form": {},
        "diff": [],
        "findings": (),
        "problem": "",
        "told": "",
        **more,
    }
    answer = {
        "question": {"verb": "edit", "settings": {"entry": f"{group}.{ident}"}},
        "answer": {"entry": data, "text": version.text},
    }
    return Page(
        f"{GROUPS[group].capitalize()} {ident}",
        answer,
        more=shown,
        status=422 if shown["problem"] or shown["findings"] else 200,
    )


@router.post("/edit/{group}/{ident}")
def change(here: AskedHere, group: str, ident: str, form: Typed) -> Response:
    """Show what a change makes of the file, or save it."""
    page = _page(here, group, ident, form=form)
    save = form.get("act", [""])[0] == "save"
    back = here.url(f"/edit/{group}/{quote(ident, safe='')}")
    try:
        values = _values(group, ident, page.more["headings"], form, page.more["data"])
        now = page.more["before"]
        seen = form.get("before", [""])[0]
        if values and (save or seen != now):
            recorded(here.folder, here.member.user)
            with acting(here.member.user, VIA, form.get("why", [""])[0] or f"{group}.{ident}"):
                save_values(here.folder, values, _seen(here, group, ident, seen))
            return RedirectResponse(back + ("&" if "?" in back else "?") + "done=saved", 303)
        texts, _ = changed_texts(here.folder, values)
        diff = _diff(here, texts)
        findings = inspect(here.folder, dict(texts))[1] if values else []
        problem = "" if values else "nothing was changed"
        shown = _page(here, group, ident, form=form, diff=diff, findings=findings, problem=problem)
    except EditConflict:  # has a page of its own
        raise
    except ZopaError as error:
        found = error.findings if isinstance(error, CaseError) else ()
        shown = _page(here, group, ident, form=form, findings=found, problem="" if found else str(error))
    return html(here, "entry.html.j2", shown)


def _seen(here: Here, group: str, ident: str, text: str) -> dict[str, str]:
    """The version that was seen: the one that stands there, where only its line ends differ."""
    there = version_of(here.folder, (group, ident))
    same = there.text.replace("\r\n", "\n") == text
    return {there.record: there if same else Version(there.record, text or None)}


def _new_reading(data: Any, ident: str, form: Mapping[str, list[str]]) -> dict[Any, object]:
    """A further reading; the first one makes a reading of what the rule said so far, which stays the one that is used."""
    name, says, present = (form.get(k, [""])[0].strip() for k in ("reading-id", "reading-says", "present-id"))
    if not _ID.fullmatch(name) or not says:
        raise NotApplicable("a new reading needs an id of letters and digits, and what it says in words")
    new: dict[str, object] = {"says": says}
    for side in ("when", "only_if"):
        if chosen := sides_of(form.get(f"reading-{side}", [])):
            new[side] = chosen
    at = ("rules", ident)
    data = data or {}
    if data.get("readings"):
        if name in data["readings"]:
            raise NotApplicable(f"there is a reading '{name}' already: change it in its own fields")
        return {(*at, "readings", name): new}
    if not _ID.fullmatch(present) or present == name:
        raise NotApplicable("what the rule says so far needs an id of its own as a reading")
    moved = {k: data[k] for k in ("says", "when", "only_if", "clauses") if k in data}
    found: dict[Any, object] = {(*at, k): REMOVED for k in moved if k != "says"}
    return found | {(*at, "readings"): {present: moved, name: new}, (*at, "default"): present}


def _values(
    group: str, ident: str, headings: Any, form: Mapping[str, list[str]], here_data: Any
) -> dict[Any, object]:
    if form.get("remove"):
        return {(group, ident): REMOVED}
    values = values_of((group, ident), headings, form)
    if group == "rules" and any(form.get(k, [""])[0] for k in ("reading-id", "reading-says", "reading-when")):
        values |= _new_reading(here_data, ident, form)
    option, label = (form.get(k, [""])[0].strip() for k in ("option-id", "option-label"))
    if option or label:
        if not _ID.fullmatch(option) or not label:
            raise NotApplicable("a new option needs an id of letters and digits, and a label")
        values[group, ident, "options", option] = {"label": label}
    return values


def _diff(here: Here, texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """The lines that change, with two around them: what kind of line, and its text."""
    found = []
    for name, after in texts.items():
        before = CaseFiles(here.folder).text(name)[0].replace("\r\n", "\n")
        for line in list(unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=2))[2:]:
            kind = {"+": "new", "-": "old", "@": "place"}.get(line[:1], "same")
            found.append((kind, line if kind == "place" else line[1:]))
    return found
