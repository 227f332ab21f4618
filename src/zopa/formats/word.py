"""Word: a draft agreement out, with objections as comments and alternatives as tracked changes; and such files in.

Out: one numbered article per issue. In: every paragraph with a change or a comment is an issue; its options are the
paragraph without any change and the paragraph as each author changed it. Changes and comments become suggested
statements of their authors where they have a name and a date. The XML is read directly, so that limits hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from zopa.case import Case, Issue, Statement
from zopa.casefile import normalise
from zopa.errors import UnknownName
from zopa.formats.codings import carried, moment, party_of
from zopa.formats.documents import Element, decode, refuse, unzip, xml_tree
from zopa.formats.fidelity import Fidelity, left_out
from zopa.formats.grids import kind_of, office_parts, packed
from zopa.formats.names import label, short_ids
from zopa.formats.text_case import TextCase

__all__ = ["read", "recognise", "write"]

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DOCUMENT, COMMENTS = "word/document.xml", "word/comments.xml"
FOR, AGAINST = ("demand", "prefer", "accept"), ("oppose", "red-line", "conditional")
MOST_WORDS = 2_000
MAX_TRIED = 20_000
"""Packages that are held against the rules for the articles of a draft."""


# --- in


@dataclass(frozen=True)
class _Piece:
    """Text of one author's change, or of nobody's: ``how`` is '' (plain), 'ins' or 'del'."""

    text: str
    how: str = ""
    author: str = ""
    day: str = ""


@dataclass
class _Paragraph:
    heading: bool
    pieces: list[_Piece] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)

    def text(self, *hows: str) -> str:
        return " ".join("".join(p.text for p in self.pieces if p.how in hows).split())


def recognise(files: Mapping[str, bytes]) -> bool:
    """Whether a file is a Word text with comments or tracked changes."""
    if len(files) != 1 or kind_of(*next(iter(files.items()))) != "docx":
        return False
    name, raw = next(iter(files.items()))
    members = unzip(raw, name, lambda n: n in (DOCUMENT, COMMENTS))
    body = members.get(DOCUMENT, b"")
    changed = re.search(rb"<w:(ins|del|moveFrom)[ >]", body) is not None
    return changed or b"<w:comment " in members.get(COMMENTS, b"")


def read(files: Mapping[str, bytes], source: str) -> tuple[Case, Fidelity]:
    """A case from a Word text with comments and tracked changes; all statements are suggested.

    Raises
    ------
    CaseError
        Not a sound Word file; no comment and no change with a name.
    """
    name, raw = next(iter(files.items()))
    fidelity = Fidelity("word")
    members = unzip(raw, name, lambda n: n.endswith((".xml", ".bin")))
    if DOCUMENT not in members:
        refuse(name, f"expected {DOCUMENT} in the file, saw none", "is it a Word file (.docx)?")
    if any(n.endswith("vbaProject.bin") for n in members):
        fidelity.leave("macros, which are not read", name)
    others = [n for n in members if re.match(r"word/(header|footer|footnotes|endnotes)\d*\.xml", n)]
    if others:
        fidelity.leave("headers, footers and notes", name, len(others))
    body = xml_tree(decode(members[DOCUMENT], f"{name}/{DOCUMENT}"), f"{name}/{DOCUMENT}")
    comments: dict[str, Element] = {}
    if COMMENTS in members:
        root = xml_tree(decode(members[COMMENTS], f"{name}/{COMMENTS}"), f"{name}/{COMMENTS}")
        comments = {c.attributes.get("id", ""): c for c in root.all("comment")}
    paragraphs = [_paragraph(p) for p in body.walk() if p.tag == "p"]
    return _WordCase(name, fidelity).case(paragraphs, comments, source), fidelity


def _paragraph(root: Element) -> _Paragraph:
    style = "".join(e.attributes.get("val", "") for e in root.all("pPr", "pStyle"))
    found = _Paragraph(bool(re.match(r"(heading|.?berschrift|titre|title|rubrik|kop)", style, re.I)))
    _pieces(root, found, _Piece(""))
    return found


def _pieces(e: Element, found: _Paragraph, under: _Piece) -> None:
    for one in e.children:
        if one.tag in ("ins", "del", "moveFrom", "moveTo"):
            how = "ins" if one.tag in ("ins", "moveTo") else "del"
            a = one.attributes
            _pieces(one, found, _Piece("", how, label(a.get("author", ""), ""), a.get("date", "")[:10]))
        elif one.tag in ("t", "delText"):
            found.pieces.append(_Piece(one.text, under.how, under.author, under.day))
        elif one.tag in ("tab", "br", "cr"):
            found.pieces.append(_Piece(" ", under.how, under.author, under.day))
        elif one.tag in ("commentRangeStart", "commentReference"):
            ident = one.attributes.get("id", "")
            if ident not in found.comments:
                found.comments.append(ident)
        elif one.tag not in ("p", "pPr", "rPr"):
            _pieces(one, found, under)


def _version(pieces: Sequence[_Piece], author: str) -> str:
    """The paragraph with the changes of one author; changes beside each other are alternatives at one place."""
    out: list[str] = []
    place: list[_Piece] = []
    for piece in [*pieces, _Piece("")]:
        if piece.how:
            place.append(piece)
            continue
        own = [p for p in place if p.author == author]
        if any(p.how == "ins" for p in own):
            out += [p.text for p in own if p.how == "ins"]
            out += [
                p.text
                for p in place
                if p.how == "del" and p.author != author and any(q.how == "del" for q in own)
            ]
        else:
            out += [p.text for p in place if p.how == "del" and p.author != author]
        out.append(piece.text)
        place = []
    return " ".join("".join(out).split())


class _WordCase(TextCase):
    """One case from the paragraphs and comments of one file."""

    def case(self, paragraphs: Sequence[_Paragraph], comments: Mapping[str, Element], source: str) -> Case:
        """Put the case together: the text that stands, then what was changed and remarked."""
        for line in (*(p.text("", "del") for p in paragraphs), "", "Changes and comments:"):
            self.say(line)
        above = ""
        for k, p in enumerate(paragraphs, 1):
            if p.heading and not any(x.how for x in p.pieces) and not p.comments:
                above = p.text("")
                continue
            self.paragraph(p, above, comments, f"{self.file}, paragraph {k}")
        if not self.statements:
            refuse(
                source,
                "expected comments or tracked changes with a name and a date, saw none",
                "zopa read takes the text itself",
            )
        self.fidelity.change("authors become parties; join those who speak for one party")
        for what, found in (
            ("parties", self.parties),
            ("issues", self.issues),
            ("suggested statements", self.statements),
        ):
            self.fidelity.keep(what, len(found))
        return self.whole()

    def paragraph(self, p: _Paragraph, above: str, comments: Mapping[str, Element], place: str) -> None:
        """One paragraph: its versions as options, its changes and comments as statements."""
        changes = [x for x in p.pieces if x.how and re.search(r"\w", x.text)]
        named: dict[str, str] = {}
        for x in changes:
            if x.author and moment(x.day):
                named.setdefault(x.author, x.day)
            else:
                self.fidelity.leave("a change without a name or a date", place)
        remarks = [c for ident in p.comments if (c := comments.get(ident)) is not None]
        if not named and not remarks:
            return
        base = p.text("", "del") or "no text"
        versions = {author: _version(p.pieces, author) or "deleted" for author in named}
        title = label(re.sub(r"^Article \d+\.?\s*", "", above) or " ".join(base.split()[:8]))[:200]
        ident = short_ids([title], self.issues)[0]
        texts = list(dict.fromkeys(label(t)[:MOST_WORDS] for t in (base, *versions.values())))
        options = dict(zip(texts, short_ids(texts), strict=True))
        self.issues[ident] = {"name": title, "options": {o: {"label": t} for t, o in options.items()}}
        for author, day in named.items():
            ins = " ".join("".join(x.text for x in changes if x.author == author and x.how == "ins").split())
            gone = " ".join("".join(x.text for x in changes if x.author == author and x.how == "del").split())
            head = f"{author} ({day}) writes: " if ins else f"{author} ({day}) deletes: "
            chosen = options[label(versions[author])[:MOST_WORDS]]
            self.statement(
                head, ins or gone, author, day, place, issue=ident, options=(chosen,), stance="prefer"
            )
        for comment in remarks:
            self.comment(comment, ident, place)

    def comment(self, comment: Element, issue: str, place: str) -> None:
        """A comment as a statement about the issue, without a stance."""
        author, day = label(comment.attributes.get("author", ""), ""), comment.attributes.get("date", "")[:10]
        words = " ".join(
            " ".join(
                "".join(t.text for t in p.walk() if t.tag == "t") for p in comment.walk() if p.tag == "p"
            ).split()
        )
        if not author or not moment(day) or not words:
            self.fidelity.leave("a comment without a name, a date or words", place)
            return
        self.statement(f"{author} ({day}) remarks: ", words, author, day, place, issue=issue)

    def statement(self, head: str, words: str, author: str, day: str, place: str, **read_as: Any) -> None:
        """A suggested statement, quoted from the list of changes and comments."""
        words = normalise(words)[:MOST_WORDS]
        at = self.say(head + words) + len(normalise(head))
        self.statements[f"s{len(self.statements) + 1}"] = {
            "source": self.source, "quote": words, "start": at, "end": at + len(words), "kind": "position",
            "party": self.party(author), "said": moment(day), "extractor": "Word", "why": label(place),
            "review": {"state": "suggested"}, **read_as,
        }  # fmt: skip


# --- out


@dataclass(frozen=True)
class _Cited:
    """A statement of a party about an issue."""

    ident: str
    statement: Statement
    party: str


def write(case: Case, package: Sequence[str] = ()) -> tuple[dict[str, bytes], Fidelity]:
    """A draft agreement: one numbered article per issue.

    Parameters
    ----------
    package : sequence of str, optional
        ``ISSUE=OPTION``: the text of an article. Else what was agreed, else the option that most parties support
        and fewest reject by what they last said; where a rule in force forbids these together, the nearest package
        that all rules allow.

    Raises
    ------
    UnknownName
        An issue or option that the case does not have.
    """
    fidelity = Fidelity("draft")
    chosen = _chosen(case, package)
    articles, comments, used = [], list[str](), list[str]()
    changes, ids = 0, count(1)
    wished = {
        i: (chosen[i], "") if i in chosen else _supported(issue, _latest(case, i))
        for i, issue in case.issues.items()
    }
    allowed = _allowed(case, {i: option for i, (option, _) in wished.items()}, frozenset(chosen), fidelity)
    for k, (i, issue) in enumerate(case.issues.items(), 1):
        said = _latest(case, i)
        base, why = allowed[i], wished[i][1]
        if base != wished[i][0]:
            most = issue.options[wished[i][0]].label[:60]
            why = f"as the rules in force forbid '{most}', {why}"
        if why:
            fidelity.change(f"the article says '{issue.options[base].label[:60]}', {why}", f"issues.{i}")
        others: dict[str, list[_Cited]] = {}
        for one in said:
            if one.statement.stance in FOR and base not in one.statement.options:
                for o in one.statement.options:
                    others.setdefault(o, []).append(one)
        shown = [
            s
            for s in said
            if any(s in found for found in others.values())
            or (s.statement.stance in AGAINST and base in s.statement.options)
        ]
        shown += [s for s in _ruled(case, i, base) if s.ident not in {x.ident for x in shown}]
        used += [s.ident for s in shown]
        numbers = [_comment(case, s, comments) for s in shown]
        base_text = issue.options[base].label
        alternatives = [
            (issue.options[o].label, case.parties[found[0].party].name, _day(found[0].statement))
            for o, found in others.items()
        ]
        changes += len(alternatives)
        articles.append(_article(f"Article {k}. {issue.name}", base_text, alternatives, numbers, ids))
    left_out(
        case,
        ["title", "parties.*.name", "issues.*.name", "issues.*.options.*.label", "outcome.agreed.**", "outcome.**",
         *carried(used, ("quote", "source", "said", "party", "speaker", "issue", "options", "stance")), "speakers.*.name", "sources.*.publisher"],
        fidelity,
    )  # fmt: skip
    for what, number in (("articles", len(articles)), ("comments", len(comments)), ("alternatives", changes)):
        fidelity.keep(what, number)
    return {"": packed(_parts(case.title, articles, comments))}, fidelity


def _chosen(case: Case, package: Sequence[str]) -> dict[str, str]:
    found = dict(case.outcome.options) if case.outcome else {}
    for text in package:
        issue, _, option = (part.strip() for part in text.partition("="))
        if issue not in case.issues:
            raise UnknownName("issue", issue, case.issues)
        if option not in case.issues[issue].options:
            raise UnknownName(f"option of {issue}", option, case.issues[issue].options)
        found[issue] = option
    return {i: o for i, o in found.items() if i in case.issues and o in case.issues[i].options}


def _latest(case: Case, issue: str) -> list[_Cited]:
    """What each party last supported on the issue, and what it last said against each option, by date."""
    found: dict[tuple[str, tuple[str, ...]], _Cited] = {}
    for ident, s in sorted(case.statements.items(), key=lambda item: _day(item[1])):
        party = party_of(case, s)
        if (
            s.issue == issue
            and s.options
            and party in case.parties
            and s.review.state != "rejected"
            and s.stance in (*FOR, *AGAINST)
        ):
            key = (party, () if s.stance in FOR else s.options)
            found.pop(key, None)
            found[key] = _Cited(ident, s, party)
    return list(found.values())


def _ruled(case: Case, issue: str, option: str) -> list[_Cited]:
    """The statements on which a rule of a party about this option alone rests."""
    found: dict[str, _Cited] = {}
    for rule in case.rules.values():
        if not any(set(when) == {issue} and option in when[issue] for when in rule.when):
            continue
        for ident in rule.stated:
            s = case.statements.get(ident)
            party = (rule.party or party_of(case, s)) if s else ""
            if s and party in case.parties and s.review.state != "rejected":
                found[ident] = _Cited(ident, s, party)
    return list(found.values())


def _supported(issue: Issue, said: Sequence[_Cited]) -> tuple[str, str]:
    """The option that an article states where none is chosen, and why; ties go to the first."""
    best = max(issue.options, key=lambda o: _balance(o, said))
    if _balance(best, said)[0]:
        return best, "which most parties support and fewest reject"
    if issue.now:
        return issue.now, "which is the status quo: no party supports an option"
    return best, "which fewest reject: no party supports an option and no status quo is marked"


def _allowed(
    case: Case, wished: Mapping[str, str], fixed: frozenset[str], fidelity: Fidelity
) -> Mapping[str, str]:
    """The package nearest to what is wished that all rules in force allow; what was chosen stays as it is.

    Packages are tried by how far their options stand, in all, down the lists by support; ties go to the first issues.
    """
    from zopa.space import choose_readings, clauses

    readings = choose_readings(case)
    rules = tuple(c for rule, reading in readings.items() for c in clauses(case, rule, reading))
    issues = list(case.issues)
    lists = [_by_support(case, i, wished[i], i in fixed) for i in issues]
    places = [{o: k for k, o in enumerate(case.issues[i].options)} for i in issues]
    free = sorted({k for c in rules for k in c.issues if len(lists[k]) > 1})
    told = [
        c for c in rules if not set(free) & set(c.issues)
    ]  # about what was chosen alone: nothing can follow
    if not all(c.allows([places[k][wished[i]] for k, i in enumerate(issues)]) for c in told):
        fidelity.change("what was chosen breaks a rule in force", "rules")
    rules = tuple(c for c in rules if c not in told)
    queue: list[tuple[int, tuple[int, ...], int]] = [(0, (0,) * len(free), 0)]
    for _ in range(MAX_TRIED):
        if not queue:
            break
        far, ranks, last = heappop(queue)
        at = dict(zip(free, ranks, strict=True))
        package = [options[at.get(k, 0)] for k, options in enumerate(lists)]
        if all(c.allows([places[k][o] for k, o in enumerate(package)]) for c in rules):
            return dict(zip(issues, package, strict=True))
        for n in range(last, len(free)):
            if ranks[n] + 1 < len(lists[free[n]]):
                heappush(queue, (far + 1, (*ranks[:n], ranks[n] + 1, *ranks[n + 1 :]), n))
    fidelity.change(
        "the articles together break a rule in force: no package that all rules allow was found", "rules"
    )
    return wished


def _by_support(case: Case, issue: str, first: str, fixed: bool) -> list[str]:
    """The options of an issue with one of them first, the others as they are supported and not rejected."""
    said = _latest(case, issue)
    others = [o for o in case.issues[issue].options if o != first]
    return [first] if fixed else [first, *sorted(others, key=lambda o: _balance(o, said), reverse=True)]


def _balance(option: str, said: Sequence[_Cited]) -> tuple[int, int]:
    """How many parties support an option, and (negative) how many reject it."""
    parties = [(s.party, s.statement.stance in FOR) for s in said if option in s.statement.options]
    return (len({p for p, pro in parties if pro}), -len({p for p, pro in parties if not pro}))


def _day(s: Statement) -> str:
    return str((s.said.end or s.said.start) or "") if s.said else ""


def _xml(text: str) -> str:
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", " ", text)


def _run(text: str, tag: str = "w:t", inner: str = "") -> str:
    return f'<w:r>{inner}<{tag} xml:space="preserve">{escape(_xml(text))}</{tag}></w:r>'


def _by(author: str, day: str) -> str:
    when = f' w:date="{day}T00:00:00Z"' if day else ""
    return f"w:author={quoteattr(_xml(author))}{when}"


def _comment(case: Case, one: _Cited, comments: list[str]) -> int:
    """Add a comment with the sentence, its speaker, date and id; its number."""
    s, number = one.statement, len(comments)
    speaker, source = case.speakers.get(s.speaker or ""), case.sources.get(s.source)
    told = [
        speaker.name if speaker else "",
        source.publisher if source else "",
        _day(s),
        f"statement {one.ident}",
    ]
    verb = {"oppose": "Opposes", "red-line": "Red line", "conditional": "Conditional"}.get(
        s.stance or "", "Alternative"
    )
    text = f"{verb}: \u201c{s.quote}\u201d ({'; '.join(t for t in told if t)})"
    name = case.parties[one.party].name
    initials = "".join(w[0] for w in name.split())[:4]
    body = f"<w:p>{_run(text)}</w:p>"
    comments.append(
        f'<w:comment w:id="{number}" {_by(name, _day(s))} w:initials={quoteattr(_xml(initials))}>{body}</w:comment>'
    )
    return number


def _article(
    title: str,
    base: str,
    alternatives: Sequence[tuple[str, str, str]],
    comments: Sequence[int],
    ids: Iterator[int],
) -> str:
    words = _run(base)
    if alternatives:
        first = alternatives[0]
        words = f'<w:del w:id="{next(ids)}" {_by(*first[1:])}>{_run(base, "w:delText")}</w:del>'
        for k, (text, author, day) in enumerate(alternatives):
            if k:
                words += f'<w:ins w:id="{next(ids)}" {_by("zopa", day)}>{_run(" / ")}</w:ins>'
            words += f'<w:ins w:id="{next(ids)}" {_by(author, day)}>{_run(text)}</w:ins>'
    for n in reversed(comments):
        mark = f'<w:r><w:commentReference w:id="{n}"/></w:r>'
        words = f'<w:commentRangeStart w:id="{n}"/>{words}<w:commentRangeEnd w:id="{n}"/>{mark}'
    return f'<w:p><w:pPr><w:pStyle w:val="Heading2"/></w:pPr>{_run(title)}</w:p><w:p>{words}</w:p>'


_STYLES = (
    f'<w:styles xmlns:w="{W}">'
    '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/><w:rPr><w:b/><w:sz w:val="36"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Heading2"><w:name w:val="heading 2"/><w:basedOn w:val="Normal"/><w:next w:val="Normal"/>'
    '<w:pPr><w:keepNext/><w:spacing w:before="240"/><w:outlineLvl w:val="1"/></w:pPr><w:rPr><w:b/><w:sz w:val="26"/></w:rPr></w:style>'
    "</w:styles>"
)


def _parts(title: str, articles: Sequence[str], comments: Sequence[str]) -> dict[str, str]:
    note = "Draft for discussion, made from the record. Alternatives are tracked changes, objections are comments."
    body = f'<w:p><w:pPr><w:pStyle w:val="Title"/></w:pPr>{_run(title)}</w:p><w:p>{_run(note)}</w:p>{"".join(articles)}'
    main = f'<w:document xmlns:w="{W}"><w:body>{body}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/></w:sectPr></w:body></w:document>'
    return office_parts(
        DOCUMENT,
        "wordprocessingml.document.main",
        main,
        {"styles": _STYLES, "comments": f'<w:comments xmlns:w="{W}">{"".join(comments)}</w:comments>'},
    )
