"""REFI-QDA: coded texts exchanged between MAXQDA, NVivo, ATLAS.ti and others, as `.qdpx` and `.qdc`, in and out.

Read by the schema QDA-XML 1.0 of 18 March 2019. A selection becomes a suggested statement; its codes say issue,
option, stance, kind and party (see :mod:`zopa.formats.codings`); cases become parties or speakers. Texts that lie
outside the archive are not opened.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

from zopa.case import Case
from zopa.errors import NotApplicable
from zopa.formats.codings import (
    CodedDocument,
    CodedPassage,
    CodeMeaning,
    carried,
    coded_case,
    meanings,
    moment_text,
    party_of,
    spans,
    utf16_offsets,
)
from zopa.formats.documents import Element, decode, refuse, unzip, xml_root, xml_tree, zipped
from zopa.formats.fidelity import Fidelity, left_out
from zopa.formats.names import label

__all__ = ["read", "recognise", "recognise_codebook", "write", "write_codebook"]

PROJECT = "project.qde"
NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
_SOURCES = ("TextSource", "PDFSource", "PictureSource", "AudioSource", "VideoSource")
_FIELDS = ("date", "publisher", "author", "url", "licence", "access")
_SAID = re.compile(r"statement (\S+)(?:, said (\S+))?(?:: (.*))?", re.S)


def recognise(files: Mapping[str, bytes]) -> bool:
    """Whether a file is a project archive, or a project alone."""
    if len(files) != 1:
        return False
    raw = next(iter(files.values()))
    return (raw.startswith(b"PK") and b".qde" in raw) or (xml_root(raw) == "Project" and b"QDA-XML" in raw)


def recognise_codebook(files: Mapping[str, bytes]) -> bool:
    """Whether a file is a code book."""
    raw = next(iter(files.values())) if len(files) == 1 else b""
    return xml_root(raw) == "CodeBook" and b"QDA-XML" in raw


def read(files: Mapping[str, bytes], source: str, codes: str = "") -> tuple[Case, Fidelity]:
    """A case from a project or a code book.

    Parameters
    ----------
    codes : str, optional
        A file that says what each code is read as.

    Raises
    ------
    CaseError
        No project in the archive, not well-formed, hostile.
    """
    name, raw = next(iter(files.items()))
    fidelity = Fidelity("refi-qda")
    members: Mapping[str, bytes] = {}
    inner = name
    if raw.startswith(b"PK"):
        members = unzip(raw, name, lambda n: n.endswith((".qde", ".txt")))
        inside = [n for n in members if n.endswith(".qde")]
        if len(inside) != 1:
            refuse(name, f"expected one {PROJECT} in the archive, saw {len(inside)}")
        inner, raw = f"{name}/{inside[0]}", members[inside[0]]
    root = xml_tree(decode(raw, inner, fidelity), inner)
    return _Project(root, members, inner, fidelity).case(codes, source), fidelity


def _guid(text: str) -> str:
    return text.strip("{} ").lower()


@dataclass
class _Project:
    """A project while it is read."""

    root: Element
    members: Mapping[str, bytes]
    file: str
    fidelity: Fidelity
    documents: list[CodedDocument] = field(default_factory=list)
    passages: list[CodedPassage] = field(default_factory=list)

    def place(self, e: Element) -> str:
        return f"{self.file}:{e.line}:{e.column}"

    def case(self, codes: str, source: str) -> Case:
        """Put the case together."""
        book = self.root if self.root.tag == "CodeBook" else self.root.find("CodeBook")
        tree: dict[str, tuple[str, ...]] = {}
        parents: set[tuple[str, ...]] = set()
        for top in book.all("Codes", "Code") if book else ():
            for guid, path, is_parent in _paths(top):
                tree[guid] = path
                if is_parent:
                    parents.add(path)
        read_as = meanings(tree.values(), codes, self.fidelity, parents)
        means = {guid: read_as[path] for guid, path in tree.items()}
        users = {
            _guid(u.attributes.get("guid", "")): u.attributes.get("name") or u.attributes.get("id", "")
            for u in self.root.all("Users", "User")
        }
        people, parties = self.cases()
        for e in self.root.all("Sources")[0].children if self.root.find("Sources") else ():
            self.source(e, means, users, people, parties)
        self.rest()
        if not tree and not self.documents:
            refuse(source, "expected codes or texts in the project, saw none")
        self.fidelity.keep("codes", len(tree))
        listed = [m for guid, m in means.items() if tree[guid] not in parents]
        named = dict.fromkeys(p for p in parties.values() if p)
        title = self.root.attributes.get("name") or self.file.partition("/")[0].rpartition(".")[0]
        return coded_case(title or "project", self.documents, self.passages, listed, named, self.fidelity)

    def cases(self) -> tuple[dict[str, str], dict[str, str]]:
        """Speakers and parties by what refers to them: the GUIDs of selections and sources."""
        names = {
            _guid(v.attributes.get("guid", "")): v.attributes.get("name", "")
            for v in self.root.all("Variables", "Variable")
        }
        people: dict[str, str] = {}
        parties: dict[str, str] = {}
        count = 0
        for one in self.root.all("Cases", "Case"):
            count += 1
            values = dict(_values(one, names))
            target = (
                people
                if values.get("zopa", values.get("type", "")).casefold() in ("speaker", "person")
                else parties
            )
            name = one.attributes.get("name") or f"case {count}"
            refs = [
                _guid(r.attributes.get("targetGUID", ""))
                for r in one.children
                if r.tag in ("SelectionRef", "SourceRef")
            ]
            if not refs and target is people:
                self.fidelity.leave("a speaker of whom no passage is coded", self.place(one))
            for guid in refs or [f"case {count}"]:
                target[guid] = name
            other = [k for k in values if k not in ("zopa", "type", "party")]
            if other:
                self.fidelity.leave(
                    f"variables of a case: {', '.join(map(label, other))[:200]}", self.place(one)
                )
        if count:
            self.fidelity.keep("cases", count)
        return people, parties

    def source(
        self,
        e: Element,
        means: Mapping[str, CodeMeaning],
        users: Mapping[str, str],
        people: Mapping[str, str],
        parties: Mapping[str, str],
    ) -> None:
        """One source with its selections."""
        text_source = e if e.tag == "TextSource" else e.find("Representation", "TextDescription")
        others = [
            c
            for c in e.walk()
            if c.tag in ("PDFSelection", "PictureSelection", "AudioSelection", "VideoSelection")
        ]
        if others:
            self.fidelity.leave("selections of pictures, pages, sound or film", self.place(e), len(others))
        if text_source is None or e.tag not in _SOURCES:
            self.fidelity.leave(f"a source without text ({label(e.tag)[:30]})", self.place(e))
            return
        text = self.text(text_source)
        names = {
            _guid(v.attributes.get("guid", "")): v.attributes.get("name", "")
            for v in self.root.all("Variables", "Variable")
        }
        values = dict(_values(e, names))
        guid = _guid(e.attributes.get("guid", ""))
        self.documents.append(
            CodedDocument(
                title=e.attributes.get("name") or f"text {len(self.documents) + 1}",
                text=text,
                ident=values.get("id", ""),
                **{k: values[k] for k in _FIELDS if k in values},
            )
        )
        lost = [k for k in values if k not in (*_FIELDS, "id")]
        if lost:
            self.fidelity.leave(f"variables of a text: {', '.join(map(label, lost))[:200]}", self.place(e))
        selections = [s for s in text_source.children if s.tag == "PlainTextSelection"]
        at = self.offsets(text, selections)
        for s in selections:
            coded = [_guid(r.attributes.get("targetGUID", "")) for r in s.all("Coding", "CodeRef")]
            unknown = [g for g in coded if g not in means]
            if unknown:
                self.fidelity.leave(
                    "a coding with a code that the code book lacks", self.place(s), len(unknown)
                )
            own = _guid(s.attributes.get("guid", ""))
            told = _SAID.fullmatch(s.words("Description"))
            if s.words("Description") and not told:
                self.fidelity.leave("the description of a selection", self.place(s))
            author = s.attributes.get("creatingUser", "") or next(
                (c.attributes.get("creatingUser", "") for c in s.all("Coding")), ""
            )
            start, end = (_whole(s.attributes.get(k, "")) for k in ("startPosition", "endPosition"))
            self.passages.append(
                CodedPassage(
                    document=len(self.documents) - 1,
                    start=at(start),
                    end=at(end),
                    codes=tuple(means[g] for g in coded if g in means),
                    speaker=people.get(own, people.get(guid, "")),
                    party=parties.get(own, parties.get(guid, "")),
                    said=(told[2] or "") if told else "",
                    ident=told[1] if told else "",
                    about=(told[3] or "") if told else "",
                    coder=users.get(_guid(author), ""),
                    place=self.place(s),
                )
            )

    def text(self, e: Element) -> str:
        """The plain text of a source; only from inside the archive."""
        path = e.attributes.get("plainTextPath", "")
        if not path:
            content = e.find("PlainTextContent")
            return content.text if content else ""
        scheme, sign, name = path.partition("://")
        if sign and scheme != "internal":
            self.fidelity.leave(
                f"a text outside the archive, which is not opened: {label(path)[:80]}", self.place(e)
            )
            return ""
        name = (name if sign else path).rpartition("/")[2]
        found = next(
            (raw for n, raw in self.members.items() if n.rpartition("/")[2].lower() == name.lower()), None
        )
        if found is None:
            self.fidelity.leave(f"a text that is not in the archive: {label(name)[:80]}", self.place(e))
            return ""
        mark = "\ufeff" if found.startswith(b"\xef\xbb\xbf") else ""
        return mark + decode(found, f"{self.file.partition('/')[0]}/{name}", self.fidelity)

    def offsets(self, text: str, selections: Sequence[Element]) -> Callable[[int], int]:
        """How this program counted: the way in which most selections begin and end between words."""
        pairs = [
            tuple(_whole(s.attributes.get(k, "")) for k in ("startPosition", "endPosition"))
            for s in selections
        ]
        ways = dict(_ways(text))
        if len(ways) == 1 or not pairs:
            return next(iter(ways.values()))
        best = max(ways, key=lambda w: sum(_borders(text, ways[w](a), ways[w](b)) for a, b in pairs))
        if best != next(iter(ways)):
            self.fidelity.change(
                f"positions are counted in {best}", f"{self.file}, text {len(self.documents)}"
            )
        return ways[best]

    def rest(self) -> None:
        """List what a case has no place for."""
        for tag, what in (("Notes", "notes"), ("Links", "links"), ("Sets", "sets"), ("Graphs", "graphs")):
            found = self.root.find(tag)
            if found and found.children:
                self.fidelity.leave(what, self.place(found), len(found.children))
        colours = sum("color" in c.attributes for c in self.root.walk() if c.tag == "Code")
        if colours:
            self.fidelity.leave("colours of codes", self.file, colours)
        told = [c for c in self.root.walk() if c.tag == "Code" and c.words("Description")]
        if told:
            self.fidelity.leave("descriptions of codes", self.place(told[0]), len(told))


def _whole(text: str) -> int:
    return int(text) if re.fullmatch(r"\d{1,9}", text.strip()) else 0


def _paths(code: Element, above: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...], bool]]:
    path = (*above, label(code.attributes.get("name", "?")))
    inner = [c for c in code.children if c.tag == "Code"]
    yield _guid(code.attributes.get("guid", "")), path, bool(inner)
    for one in inner:
        yield from _paths(one, path)


def _values(e: Element, names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for value in e.all("VariableValue"):
        ref = value.find("VariableRef")
        name = names.get(_guid(ref.attributes.get("targetGUID", "")), "") if ref else ""
        text = next((c.text.strip() for c in value.children if c.tag.endswith("Value")), "")
        if name and text:
            yield name, text


def _ways(text: str) -> Iterator[tuple[str, Callable[[int], int]]]:
    """Ways to count a place in a text, as functions to code points of the text as stored."""
    yield "code points", lambda k: k
    if "\r\n" in text:
        kept = [k for k, c in enumerate(text) if c != "\n" or not k or text[k - 1] != "\r"] + [len(text)]
        yield "code points with one for each line end", lambda k: kept[min(k, len(kept) - 1)]
    if text.startswith("\ufeff"):
        yield "code points without the byte-order mark", lambda k: k + 1
        if "\r\n" in text:
            yield (
                "code points with one for each line end and none for the byte-order mark",
                lambda k: kept[min(k + 1, len(kept) - 1)],
            )
    if any(c > "\uffff" for c in text):
        yield "UTF-16 units", utf16_offsets(text)
        if "\r\n" in text:
            short = utf16_offsets(text.replace("\r\n", "\n"))
            yield "UTF-16 units with one for each line end", lambda k: kept[min(short(k), len(kept) - 1)]


def _borders(text: str, start: int, end: int) -> int:
    """How many ends of a span lie between words, not inside one; spans that begin with a space count less."""
    if not 0 <= start < end <= len(text):
        return 0

    def inside(k: int) -> bool:
        return 0 < k < len(text) and text[k - 1].isalnum() and text[k].isalnum()

    neat = not text[start].isspace() and not text[end - 1].isspace()
    return 2 * (not inside(start)) + 2 * (not inside(end)) + neat


# --- out


def _new(*parts: str) -> str:
    return str(uuid.uuid5(NAMESPACE, "\x1f".join(("zopa", *parts))))


def _tag(name: str, attributes: Mapping[str, str], inner: str = "") -> str:
    head = name + "".join(f" {k}={quoteattr(_xml(v))}" for k, v in attributes.items())
    return f"<{head}>{inner}</{name}>" if inner else f"<{head}/>"


def _xml(text: str) -> str:
    """The text without characters that XML cannot hold."""
    return re.sub("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", " ", text)


def _plain(name: str, text: str) -> str:
    return f"<{name}>{escape(_xml(text))}</{name}>"


def _code(path: Sequence[str], name: str, inner: str = "", codable: bool = True) -> str:
    return _tag("Code", {"guid": _new(*path), "name": name, "isCodable": str(codable).lower()}, inner)


def _codebook(case: Case) -> str:
    issues = "".join(
        _code(
            ("issue", i),
            issue.name,
            "".join(_code(("option", i, o), x.label) for o, x in issue.options.items()),
        )
        for i, issue in case.issues.items()
    )
    kinds = dict.fromkeys(s.kind for s in case.statements.values())
    stances = dict.fromkeys(s.stance for s in case.statements.values() if s.stance)
    groups = [_code(("group", "issue"), "Issue", issues, False)]
    if kinds:
        groups.append(_code(("group", "kind"), "Kind", "".join(_code(("kind", k), k) for k in kinds), False))
    if stances:
        groups.append(
            _code(("group", "stance"), "Stance", "".join(_code(("stance", k), k) for k in stances), False)
        )
    return f"<Codes>{''.join(groups)}</Codes>"


_DECLARED = '<?xml version="1.0" encoding="UTF-8"?>\n'
CARRIED = (
    "title", "parties.*.name", "speakers.*.name", "speakers.*.party", "issues.*.name", "issues.*.options.*.label",
    "sources.*.title", "sources.*.text", "sources.*.sha256", "sources.*.file", *(f"sources.*.{f}" for f in _FIELDS),
)  # fmt: skip
STATED = ("source", "quote", "prefix", "suffix", "start", "end", "kind", "speaker", "party", "issue", "options",
          "stance", "said", "about", "extractor")  # fmt: skip


def write_codebook(case: Case) -> tuple[dict[str, bytes], Fidelity]:
    """The issues and options of a case as a code book, with the kinds and stances that occur."""
    fidelity = Fidelity("refi-qda code book")
    left_out(case, ("issues.*.name", "issues.*.options.*.label"), fidelity)
    fidelity.keep("issues", len(case.issues))
    body = (
        _DECLARED + f'<CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin="zopa">{_codebook(case)}</CodeBook>\n'
    )
    return {"": body.encode("utf-8", "replace")}, fidelity


def write(case: Case) -> tuple[dict[str, bytes], Fidelity]:
    """A project archive: texts, code tree, one selection per statement, parties and speakers as cases.

    Raises
    ------
    NotApplicable
        No source has a text.
    """
    fidelity = Fidelity("refi-qda")
    texts = {ident: s for ident, s in case.sources.items() if s.text}
    if not texts:
        raise NotApplicable("a REFI-QDA project needs texts, and no source of this case has one")
    for ident in case.sources.keys() - texts.keys():
        fidelity.leave("a source without text", f"sources.{ident}")
    found = spans(case, fidelity)
    left_out(case, [*CARRIED, *carried(found, STATED)], fidelity)
    body = [
        _users(case, found),
        _tag("CodeBook", {}, _codebook(case)),
        _tag("Variables", {}, "".join(
            _tag("Variable", {"guid": _new("variable", v), "name": v, "typeOfVariable": "Text"}) for v in ("id", "zopa", "party", *_FIELDS)
        )),
        _cases(case, found),
        _tag("Sources", {}, "".join(_text_source(case, ident, found) for ident in texts)),
    ]  # fmt: skip
    head = {"name": case.title, "origin": "zopa", "xmlns": "urn:QDA-XML:project:1.0"}
    members = {PROJECT: (_DECLARED + _tag("Project", head, "".join(body)) + "\n").encode("utf-8", "replace")}
    members |= {
        f"sources/{_new('source', k)}.txt": s.text.encode("utf-8", "replace") for k, s in texts.items()
    }
    for what, count in (("texts", len(texts)), ("statements", len(found)), ("parties", len(case.parties))):
        fidelity.keep(what, count)
    return {"": zipped(members)}, fidelity


def _coders(case: Case, found: Iterable[str]) -> dict[str, str]:
    return {(name := case.statements[s].extractor or "zopa"): _new("user", name) for s in found}


def _users(case: Case, found: Iterable[str]) -> str:
    users = _coders(case, found) or {"zopa": _new("user", "zopa")}
    return _tag("Users", {}, "".join(_tag("User", {"guid": g, "name": n}) for n, g in users.items()))


def _value(variable: str, text: str) -> str:
    ref = _tag("VariableRef", {"targetGUID": _new("variable", variable)})
    return _tag("VariableValue", {}, ref + _plain("TextValue", text))


def _cases(case: Case, found: Iterable[str]) -> str:
    spoken: dict[tuple[str, str], list[str]] = {
        **{("party", p): [] for p in case.parties}, **{("speaker", p): [] for p in case.speakers},
    }  # fmt: skip
    for ident in found:
        s = case.statements[ident]
        for key in (("party", party_of(case, s)), ("speaker", s.speaker or "")):
            if key in spoken:
                spoken[key].append(ident)
    out = []
    for (kind, ident), statements in spoken.items():
        name = case.parties[ident].name if kind == "party" else case.speakers[ident].name
        values = _value("zopa", kind)
        of = case.speakers[ident].party if kind == "speaker" else None
        if of:
            values += _value("party", case.parties[of].name if of in case.parties else of)
        refs = "".join(_tag("SelectionRef", {"targetGUID": _new("statement", s)}) for s in statements)
        out.append(_tag("Case", {"guid": _new(kind, ident), "name": name}, values + refs))
    return _tag("Cases", {}, "".join(out))


def _text_source(case: Case, ident: str, found: Mapping[str, tuple[int, int]]) -> str:
    source, guid = case.sources[ident], _new("source", ident)
    coders = _coders(case, found)
    rows = []
    for key, (start, end) in found.items():
        s = case.statements[key]
        if s.source != ident:
            continue
        codes = [("kind", s.kind), *([("stance", s.stance)] if s.stance else [])]
        paths: list[tuple[str, ...]] = [*codes]
        if s.issue:
            paths += [("option", s.issue, o) for o in s.options] or [("issue", s.issue)]
        codings = "".join(
            _tag("Coding", {"guid": _new("coding", key, *p)}, _tag("CodeRef", {"targetGUID": _new(*p)}))
            for p in paths
        )
        said = f"statement {key}" + (f", said {when}" if (when := moment_text(s.said)) else "")
        rows.append(
            _tag(
                "PlainTextSelection",
                {
                    "guid": _new("statement", key), "name": s.quote[:60], "startPosition": str(start),
                    "endPosition": str(end), "creatingUser": coders[s.extractor or "zopa"],
                },
                _plain("Description", said + (f": {s.about}" if s.about else "")) + codings,
            )
        )  # fmt: skip
    values = _value("id", ident) + "".join(_value(f, v) for f in _FIELDS if (v := str(getattr(source, f))))
    head = {"guid": guid, "name": source.title or ident, "plainTextPath": f"internal://{guid}.txt"}
    return _tag("TextSource", head, "".join(rows) + values)
