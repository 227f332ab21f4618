"""A case as linked Markdown notes (Obsidian and the like), out: one per party, issue, statement and source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from zopa.case import Case
from zopa.casefile import yaml_of
from zopa.formats.fidelity import Fidelity, left_out

__all__ = ["write"]


def write(case: Case) -> tuple[dict[str, bytes], Fidelity]:
    """The notes by path; what has no note of its own stays in the case and is listed."""
    fidelity = Fidelity("markdown")
    notes = {"index.md": _index(case)}
    notes |= {f"parties/{_file(p)}.md": _party(case, p) for p in case.parties}
    notes |= {f"issues/{_file(i)}.md": _issue(case, i) for i in case.issues}
    notes |= {f"statements/{_file(s)}.md": _statement(case, s) for s in case.statements}
    notes |= {f"sources/{_file(s)}.md": _source(case, s) for s in case.sources}
    carried = [
        "title",
        "about",
        "as_of",
        "parties.*.name",
        "parties.*.about",
        "parties.*.role",
        "issues.*.name",
        "issues.*.question",
        "issues.*.holder",
        "issues.*.now",
        "issues.*.options.*.label",
        *(
            f"statements.*.{k}"
            for k in ("quote", "source", "kind", "party", "speaker", "issue", "options", "stance", "about")
        ),
        "statements.*.options.**",
        "statements.*.said.**",
        *(f"sources.*.{k}" for k in ("title", "publisher", "date", "url")),
    ]
    left_out(case, carried, fidelity)
    for what, group in (("parties", case.parties), ("issues", case.issues), ("statements", case.statements)):
        fidelity.keep(what, len(group))
    return {name: text.encode("utf-8", "replace") for name, text in notes.items()}, fidelity


def _file(ident: str) -> str:
    """An id as a safe file name."""
    return re.sub(r"[^\w.-]+", "-", ident).strip(".-")[:100] or "note"


def _link(kind: str, ident: str | None, name: str = "") -> str:
    if ident is None:
        return ""
    shown = re.sub(r"[\[\]|\n]", " ", name or ident)
    return f"[[{kind}/{_file(ident)}|{shown}]]"


def _plain(text: str) -> str:
    """A text that no renderer takes for markup or a link."""
    return re.sub(r"([\\`*_{}\[\]<>#|!])", r"\\\1", " ".join(text.split()))


def _note(title: str, front: dict[str, object], lines: Iterable[str]) -> str:
    kept = {k: v for k, v in front.items() if v not in (None, "", (), [])}
    return f"---\n{yaml_of(kept)}---\n\n# {_plain(title)}\n\n" + "\n".join(lines) + "\n"


def _index(case: Case) -> str:
    lines = [
        _plain(case.about),
        "",
        "## Parties",
        *(f"- {_link('parties', p, n.name)}" for p, n in case.parties.items()),
    ]
    lines += ["", "## Issues", *(f"- {_link('issues', i, n.name)}" for i, n in case.issues.items())]
    return _note(case.title, {"as_of": str(case.as_of) if case.as_of else None}, lines)


def _said(case: Case, idents: Sequence[str]) -> list[str]:
    return [
        f"- {_link('statements', s)} {_plain(case.statements[s].about or case.statements[s].quote)[:300]}"
        for s in idents
    ]


def _party(case: Case, ident: str) -> str:
    party = case.parties[ident]
    spoken = {k for k, s in case.speakers.items() if s.party == ident}
    own = [
        k for k, s in case.statements.items() if s.party == ident or (s.party is None and s.speaker in spoken)
    ]
    return _note(
        party.name,
        {"id": ident, "role": party.role},
        [_plain(party.about), "", "## Statements", *_said(case, own)],
    )


def _issue(case: Case, ident: str) -> str:
    issue = case.issues[ident]
    own = [k for k, s in case.statements.items() if s.issue == ident]
    options = [
        f"- `{o}` {_plain(v.label)}" + (" (as it is now)" if o == issue.now else "")
        for o, v in issue.options.items()
    ]
    front: dict[str, object] = {"id": ident, "holder": issue.holder}
    return _note(
        issue.name,
        front,
        [_plain(issue.question), "", "## Options", *options, "", "## Statements", *_said(case, own)],
    )


def _statement(case: Case, ident: str) -> str:
    s = case.statements[ident]
    front: dict[str, object] = {
        "id": ident,
        "kind": s.kind,
        "stance": s.stance,
        "said": str(s.said) if s.said else None,
        "options": list(s.options),
        "speaker": s.speaker,
    }
    source = case.sources.get(s.source)
    lines = [f"> {_plain(s.quote)}", "", _plain(s.about), ""]
    lines += (
        [f"- party: {_link('parties', s.party, case.parties[s.party].name)}"]
        if s.party in case.parties
        else []
    )
    lines += (
        [f"- issue: {_link('issues', s.issue, case.issues[s.issue].name)}"] if s.issue in case.issues else []
    )
    lines.append(f"- source: {_link('sources', s.source, source.title if source else '')}")
    return _note(ident, front, lines)


def _source(case: Case, ident: str) -> str:
    s = case.sources[ident]
    own = [k for k, one in case.statements.items() if one.source == ident]
    front: dict[str, object] = {"id": ident, "publisher": s.publisher, "date": s.date, "url": s.url}
    return _note(s.title or ident, front, ["## Statements", *_said(case, own)])
