"""Draft: choose one option per issue and see at once who accepts, who refuses and by which words.

The draft, the readings and other judgments all stand in the address: nothing is kept until it is saved. A saved draft
is an entry of `drafts.yaml` in the case folder.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from zopa.bargaining import Views, deal, judge, marked, solve, why_not
from zopa.case import WEIGHT_WORDS, breaks, on_record, reservation, speaks_for, weights
from zopa.casefile import SavedDraft, acting, read_drafts, remove_draft, save_draft
from zopa.errors import NotApplicable, UnknownName
from zopa.graphmodel import stability
from zopa.render.json import answered
from zopa.robustness import WordDraws, WordSettings, certify, words_of
from zopa.space import Problem
from zopa.views import Labels, view
from zopa.views.bargaining import DEAL, frontier_distance, packages_grid, swap_spans, verdict_range
from zopa.views.bargaining import why_not as why_not_view
from zopa.views.document import Document, Grid, Section, Spans, paragraph
from zopa.views.numbers import gain, points, sentence, short
from zopa.views.standing import broken, muted
from zopa.views.stress import VERDICTS
from zopa.views.worth import BY_INTERVALS, BY_WORDS, ByWords, by_words
from zopa.workbench.asked import UrlQuery
from zopa.workbench.frame import AskedHere, Here, Page, needs, screen
from zopa.workbench.translation import translated

__all__ = ["router"]

router = APIRouter(tags=["drafts"])
MOST_REDRAFTS = 3
PATIENCE = 0.1
"""Seconds for each search behind a page where packages are too many to list; the twin of the page waits to the end."""


@dataclass(frozen=True)
class PartyAnswer:
    """One party's answer to the draft: by the numbers, by its words alone, and which of its refusals it breaks uncarried."""

    name: str
    party: str
    accepts: bool
    utility: str
    range: str
    gain: str
    share: float
    limit: float
    words: str
    against: Spans = ()


@dataclass(frozen=True)
class Redraft:
    """A change of the draft, in words, and the address of the draft after it."""

    says: Spans
    url: str
    against: bool = False


@dataclass(frozen=True)
class Knobs:
    """What can be set otherwise about one party: its reservation value and the weights of its issues."""

    party: str
    name: str
    reservation: str
    weights: tuple[tuple[str, str, str], ...]


@screen(router, "/drafts/new", "draft.html.j2")
def new_draft(here: AskedHere) -> Page:
    """The draft in the address, judged as by `zopa judge`."""
    return _page(here, "", None)


@screen(router, "/drafts/compare/{ident}", "compare_drafts.html.j2")
def compare_drafts(here: AskedHere, ident: str) -> Page:
    """The draft in the address beside a saved one, both under the readings in the address."""
    saved = _saved(here, ident)
    other = replace(here, asked=replace(here.asked, options=saved.package))
    mine, theirs = _judged(here), _judged(other)
    if not (mine.full and theirs.full):
        raise NotApplicable("only drafts that settle every issue can be compared: choose an option for each")
    grid = _beside(here, [("this draft", mine), (saved.name, theirs)])
    document = Document("", (Section("compare", "", (grid,)),))
    more = {
        "views": [("this draft", here.shown(view(mine))), (saved.name, here.shown(view(theirs)))],
        "back": here.url("/drafts/new"),
    }
    return Page(
        translated("Two drafts"),
        {"question": mine.to_dict()["question"], "answer": [_data(mine), _data(theirs)]},
        document,
        more,
    )


@screen(router, "/drafts/hold", "hold.html.j2")
def hold(here: AskedHere) -> Page:
    """Whether the draft in the address would hold, as `zopa stability`, without draws."""
    draft = {"this draft": dict(here.asked.options)}
    key = ("hold", tuple(sorted(here.asked.options.items())))
    try:
        answer = here.answer(key, lambda problem: stability(problem, draft, draws=0, most=0))
    except NotApplicable as why:
        if not here.partial:
            raise
        note = paragraph(sentence(str(why)), tone="note")
        return Page(translated("Would it hold"), {}, Document("", (Section("hold", "", (note,)),)))
    return Page(translated("Would it hold"), answer, view(answer), command="stability")


@screen(router, "/drafts/{ident}", "draft.html.j2")
def saved_draft(here: AskedHere, ident: str) -> Page:
    """A saved draft, judged in the case as it is now."""
    saved = _saved(here, ident)
    plain = not (here.asked.options or here.asked.chosen or here.asked.values)
    return _page(replace(here, asked=_query(saved)) if plain else here, ident, saved)


def _saved(here: Here, ident: str) -> SavedDraft:
    known = read_drafts(here.folder)
    if ident not in known:
        raise UnknownName("draft", ident, known)
    return known[ident]


def _query(saved: SavedDraft) -> UrlQuery:
    """The question that a draft was saved with."""
    return UrlQuery(
        saved.as_of, readings=saved.readings, chosen=saved.read, values=saved.set, options=saved.package
    )


def _judged(here: Here) -> Views:
    options = dict(here.asked.options)
    quick = not here.problem.listable and not here.wants_json  # the twin is the command's answer to the end
    key = ("judge", quick, tuple(sorted(options.items())))
    stop = _after(PATIENCE) if quick else None
    return here.answer(key, lambda p: judge(p, options, stop=stop, quick=True) if stop else judge(p, options))


def _after(seconds: float) -> Callable[[], bool]:
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


def _data(answer: Views) -> dict[str, Any]:
    return {k: v for k, v in answer.to_dict().items() if k != "question"}


def _page(here: Here, ident: str, saved: SavedDraft | None) -> Page:
    here = replace(here, asked=replace(here.asked, chosen=here.unusual(here.asked.chosen)))
    answer = _judged(here)
    drawn = here.answer("word draws", WordDraws).worth([answer.draft])
    blocks = tuple(b for s in view(answer).sections for b in s.blocks)
    distance = frontier_distance(answer, here.labels)
    document = Document("", (Section("draft", "", tuple(b for b in blocks if not _is_verdicts(b))),))
    thin = answer.state == "not enough on record"
    more = {
        "parties": _parties(here, answer, by_words(drawn)),
        "ranges": BY_WORDS if drawn else BY_INTERVALS,
        "views": answer,
        "thin": thin,
        "distance": distance,
        "conflict": here.shown(here.answer("conflict", _conflict)),
        "next_set": _next_set(here),
        "redrafts": list(_redrafts(here, answer)),
        "drafts": read_drafts(here.folder),
        "ident": ident,
        "saved": saved,
        "here": here,
    }
    if not here.partial:
        more |= {"starts": _starts(here), "knobs": _knobs(here), "weight_words": WEIGHT_WORDS}
    return Page(translated("Draft"), answered(answer, drawn), document, more, command="judge", url=_url(here))


def _conflict(problem: Problem) -> Document:
    """What rules a deal out under these readings; where a deal exists, that it does."""
    if problem.listable and bool((problem.table.admissible & problem.table.agreed).any()):
        found = Document("", (Section("why-not", "", (paragraph(DEAL, tone="yes"),)),))
    else:
        answer = why_not(problem) if problem.listable else why_not(problem, stop=_after(PATIENCE))
        found = why_not_view(answer, Labels(answer.question.of))
    if on_record(problem.case).enough:
        return found
    return replace(found, sections=tuple(replace(s, blocks=tuple(muted(s.blocks))) for s in found.sections))


def _next_set(here: Here) -> str | None:
    """The named set of readings after the one asked for; after the last the case's own, then the first."""
    sets = ["", *here.case.readings]
    if len(sets) == 1:
        return None
    return sets[(sets.index(here.asked.readings) + 1) % len(sets)]


def _is_verdicts(block: object) -> bool:
    """The table that the page shows in its own way, with bars and with what the words say."""
    return isinstance(block, Grid) and block.caption.startswith("Verdicts")


def _url(here: Here, options: Mapping[str, str] | None = None) -> str:
    asked = here.asked if options is None else replace(here.asked, options=options)
    return here.url("/drafts/new", asked)


def _parties(here: Here, answer: Views, beside: ByWords) -> list[PartyAnswer]:
    """Every party's answer; the words alone have a verdict on full drafts only."""
    problem = here.problem
    told: dict[str, str] = {}
    if answer.full:
        words = here.answer("words", lambda p: words_of(p, WordSettings())[0])
        package = problem.space.package(answer.draft)
        told = {p: certify(w, problem.space, package)[0] for p, w in words.items()}
    case = here.problem.case
    against: dict[str, list[str]] = {}
    for ident in breaks(case, answer.draft):
        against.setdefault(speaks_for(case, case.statements[ident]) or "", []).append(ident)
    found = []
    for v in answer.verdicts:
        low, high = (
            min(0.0, float(v.utility), float(v.reservation)),
            max(100.0, float(v.utility), float(v.reservation)),
        )
        found.append(
            PartyAnswer(
                here.labels.party(v.party),
                party=v.party,
                accepts=v.accepts,
                utility=points(v.utility),
                range=verdict_range(answer, v, here.labels, beside),
                gain=gain(v.gain),
                share=(float(v.utility) - low) / (high - low),
                limit=(float(v.reservation) - low) / (high - low),
                words=VERDICTS[told[v.party]] if v.party in told else "",
                against=broken(mine, here.labels) if (mine := against.get(v.party)) else (),
            )
        )
    return found


def _redrafts(here: Here, answer: Views) -> Iterator[Redraft]:
    """The cheapest changes of one or two issues, each with the address of the draft after it."""
    swaps = [*answer.agreements, *(s for found in answer.swaps.values() for s in found[:1])]
    seen: set[str] = set()

    def against(package: Mapping[str, str]) -> bool:
        return bool(breaks(here.problem.case, package))

    for s in swaps:
        url = _url(here, {**answer.draft, **s.changes})
        if url not in seen and len(seen) < MOST_REDRAFTS:
            seen.add(url)
            yield Redraft(swap_spans(s, here.labels), url, against({**answer.draft, **s.changes}))
    if not seen:
        for d in answer.improvements[:MOST_REDRAFTS]:
            changed = {i: o for i, o in d.package.items() if answer.draft.get(i) != o}
            yield Redraft(here.labels.package(changed), _url(here, d.package), against(d.package))
    if answer.suggestion is not None:
        package = answer.suggestion.package
        yield Redraft(here.labels.package(package), _url(here, package), against(package))


STARTS = ("nash", "egalitarian")
"""Solutions whose package a draft may start from."""


def _starts(here: Here) -> list[tuple[str, str]]:
    """Where to begin: nothing settled, the status quo, packages that solutions pick."""
    problem = here.problem
    found = [(translated("every issue open"), _url(here, {}))]
    now = {i: issue.now for i, issue in problem.case.issues.items()}
    if all(now.values()):
        found.append((translated("the status quo"), _url(here, {i: str(o) for i, o in now.items()})))
    if problem.listable:
        for method in STARTS:
            picked = here.answer(("solve", method), lambda p, m=method: solve(p, m))  # type: ignore[misc]
            if picked.deals:
                found.append((translated(picked.title), _url(here, picked.deals[0].package)))
    return found


def _knobs(here: Here) -> list[Knobs]:
    case = here.problem.case
    found = []
    for party in here.problem.space.parties:
        r = reservation(case, party)
        spread = f" ({short(r.low)} to {short(r.high)})" if r is not None and r.low != r.high else ""
        told = f"{short(r.best)}{spread}" if r is not None else translated("none given")
        own = {} if case.parties[party].points else weights(case, party)
        named = tuple((i, here.labels.issue(i), short(w.best)) for i, w in own.items())
        found.append(Knobs(party, name=here.labels.party(party), reservation=told, weights=named))
    return found


def _beside(here: Here, drafts: Sequence[tuple[str, Views]]) -> Grid:
    space = here.problem.space
    both = marked(here.problem.case, tuple(deal(space, space.package(v.draft)) for _, v in drafts))
    pairs = [(name, d) for (name, _), d in zip(drafts, both, strict=True)]
    floors = {v.party: v.reservation for v in drafts[0][1].verdicts}
    drawn = here.answer("word draws", WordDraws)
    return packages_grid(
        pairs,
        here.labels,
        "The two drafts side by side; bars: utility, line: no agreement",
        floors,
        by_words(drawn.worth([v.draft for _, v in drafts])),
    )


@router.post("/drafts/save", dependencies=[needs("draft")])
def save(
    here: AskedHere,
    name: Annotated[str, Form(max_length=200)],
    note: Annotated[str, Form(max_length=20_000)] = "",
    ident: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Keep the draft in the address under a name, with a note; then show it under its own address."""
    name = _one_line(name)
    if not name:
        raise NotApplicable("expected a name for the draft, saw none")
    _judged(here)  # a draft of unknown options or readings is not kept
    asked = here.asked
    draft = SavedDraft(
        name=name,
        package=dict(asked.options),
        as_of=asked.day,
        readings=asked.readings,
        read=dict(asked.chosen),
        set=dict(asked.values),
        note=note.replace("\r\n", "\n").strip(),
        by=here.member.user,
        saved=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    with acting(here.member.user, "workbench", f"draft {draft.name}"):
        kept = save_draft(here.folder, draft, ident)
    return RedirectResponse(f"{here.base}/drafts/{quote(kept, safe='')}", 303)


@router.post("/drafts/{ident}/remove", dependencies=[needs("draft")])
def remove(here: AskedHere, ident: str) -> Response:
    """Take a saved draft out of the list; the draft itself stays in the address."""
    with acting(here.member.user, "workbench", f"draft {ident} removed"):
        remove_draft(here.folder, ident)
    return RedirectResponse(_url(here), 303)


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
