"""Sources from reference managers: CSL-JSON and BibTeX, in.

A reference becomes a source without a text. LaTeX is never run: accents and plain marks are turned into characters,
and a value with any other command stays as it is written.
"""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from zopa.case import Case, Source
from zopa.errors import CaseError, Finding
from zopa.formats.additions import NO_TEXT, Additions
from zopa.formats.documents import decode, json_data, refuse
from zopa.formats.fidelity import Fidelity
from zopa.formats.names import label, short_ids

__all__ = ["add", "read", "recognise_bibtex", "recognise_csl"]

MOST_REFERENCES = 10_000
MOST_BYTES = 8_000_000
MOST_BRACES = 40
MOST_VALUE = 100_000
_CITED = ("title", "author", "issued", "URL", "publisher", "container-title", "DOI")
_ENTRY = re.compile(rb"(?:^|\n)[ \t]*@[A-Za-z]{3,30}[ \t]*[{(]")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
Reference = tuple[str, Source]


# --- what both have in common


def read(files: Mapping[str, bytes], source: str) -> tuple[Case, Fidelity]:
    """A case that holds the references as sources; one party and one issue without a name stand there for others.

    Raises
    ------
    CaseError
        Not sound, no reference, more than :data:`MOST_REFERENCES`.
    """
    found, fidelity = _references(files, source)
    fidelity.change(NO_TEXT, count=len(found))
    fidelity.change(
        "references name no party and no issue; one of each stands there because a case needs them"
    )
    name = next(iter(files))
    return Case.model_validate(
        {
            "title": label(name.rpartition(".")[0] or name),
            "parties": {"party": {"name": "Unnamed party"}},
            "issues": {"issue": {"name": "Unnamed issue", "options": {"yes": "yes", "no": "no"}}},
            "sources": found,
        }
    ), fidelity


def add(files: Mapping[str, bytes], source: str, _case: Case) -> tuple[Additions, Fidelity]:
    """The references as sources for a case that is there.

    Raises
    ------
    CaseError
        As :func:`read`.
    """
    found, fidelity = _references(files, source)
    return Additions(sources=found), fidelity


def _references(files: Mapping[str, bytes], source: str) -> tuple[dict[str, Source], Fidelity]:
    name, raw = next(iter(files.items()))
    if len(raw) > MOST_BYTES:
        refuse(
            name,
            f"expected at most {MOST_BYTES / 1e6:g} MB of references, saw {len(raw) / 1e6:.1f} MB",
            "export them in parts",
        )
    reader, kind = (_csl, "csl-json") if recognise_csl(files) else (_bibtex, "bibtex")
    fidelity = Fidelity(kind)
    found = reader(decode(raw, name, fidelity), name, fidelity)
    if not found:
        refuse(source, "expected at least one reference, saw none")
    if len(found) > MOST_REFERENCES:
        refuse(
            name,
            f"expected at most {MOST_REFERENCES:,} references, saw {len(found):,}",
            "export them in parts",
        )
    keyed: dict[str, Source] = {}
    for (key, one), ident in zip(found, short_ids(key or one.title for key, one in found), strict=True):
        if key and key != ident:
            fidelity.change(f"the key '{label(key)[:60]}' is the id '{ident}'", name)
        keyed[ident] = one.model_copy(update={"file": f"sources/{ident}.txt"})
    fidelity.keep("references", len(keyed))
    return keyed, fidelity


def _source(key: str, fields: Mapping[str, str], fidelity: Fidelity, place: str) -> Reference:
    """A source from plain texts; what no source can hold is cut and said."""
    kept = {k: label(" ".join(v.split()))[:2_000] for k, v in fields.items() if v.strip()}
    if not kept.get("title"):
        fidelity.change("a reference without a title has its key as title", place)
        kept["title"] = label(key)
    language = kept.pop("language", "").replace("_", "-")
    if re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", language):
        first, _, rest = language.partition("-")
        if first.lower() != "en":
            kept["language"] = first.lower() + (f"-{rest}" if rest else "")
    elif language:
        fidelity.leave("the name of a language, which is no code such as uk or de", place)
    url = kept.get("url", "")
    if url and not re.match(r"https?://", url, re.I):
        fidelity.leave("an address that does not begin with http:// or https://", place)
        del kept["url"]
    return key, Source.model_validate(kept)


def _day(parts: Iterable[object]) -> str:
    """A date as far as its parts are sound: 2023, 2023-02, 2023-02-01."""
    found: list[str] = []
    for part, (low, high, width) in zip(parts, ((1, 9999, 4), (1, 12, 2), (1, 31, 2)), strict=False):
        word = str(part).strip()
        if not word.isascii() or not word.isdigit() or len(word) > 4 or not low <= int(word) <= high:
            break
        found.append(f"{int(word):0{width}}")
    return "-".join(found)


# --- CSL-JSON


def recognise_csl(files: Mapping[str, bytes]) -> bool:
    """Whether a file is a list of references in JSON: each with an id and a type, and something to cite."""
    raw = next(iter(files.values())) if len(files) == 1 else b""
    head = raw[:200].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head.startswith((b"[", b"{")) or b'"type"' not in raw or len(raw) > MOST_BYTES:
        return False
    try:
        items = _items(json.loads(raw.decode("utf-8-sig")))
    except (ValueError, RecursionError):
        return False
    return bool(items) and all(
        isinstance(i, dict) and isinstance(i.get("type"), str) and "id" in i and any(k in i for k in _CITED)
        for i in items[:50]
    )


def _items(data: Any) -> list[Any]:
    if isinstance(data, dict):
        data = data.get("items")
    return data if isinstance(data, list) else []


def _csl(text: str, file: str, fidelity: Fidelity) -> list[Reference]:
    found, lost, bad = list[Reference](), Counter[str](), list[Finding]()
    items = _items(json_data(text, file))
    for k, item in enumerate(items[: MOST_REFERENCES + 1], 1):
        place = f"{file}, reference {k}"
        if not isinstance(item, dict):
            bad.append(
                Finding(
                    str(k),
                    "expected a reference, saw something else",
                    '{"id": "a", "type": "book", "title": "A"}',
                    file,
                )
            )
            continue
        said = {key: v for key, v in item.items() if v not in (None, "", [], {})}
        fields = {
            key: _words(said.pop(csl, ""))
            for key, csl in (("title", "title"), ("url", "URL"), ("language", "language"))
        }
        fields["author"] = "; ".join(n for n in map(_person, _list(said.pop("author", []))) if n)
        fields["date"] = _issued(said.pop("issued", {}), fidelity, place)
        _published(fields, said, ("publisher", "container-title"), "DOI", fidelity)
        if said.pop("type", "document") not in ("document", "webpage"):
            lost["type"] += 1
        key = _words(said.pop("id", "")) or str(k)
        lost.update(list(said))
        found.append(_source(key, fields, fidelity, place))
    if bad:
        raise CaseError(bad[:20], "nothing was read")
    _lose(lost, file, fidelity)
    return found


def _words(value: object) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _person(name: object) -> str:
    if not isinstance(name, dict):
        return ""
    parts = ("given", "dropping-particle", "non-dropping-particle", "family", "suffix", "literal")
    return " ".join(w.replace(";", ",") for p in parts if (w := _words(name.get(p)).strip()))


def _issued(issued: object, fidelity: Fidelity, place: str) -> str:
    said = issued if isinstance(issued, dict) else {}
    parts = _list(said.get("date-parts"))
    if len(parts) > 1:
        fidelity.change("of a range of dates the first day is kept", place)
    if said.get("circa") or said.get("season"):
        fidelity.leave("that a date is approximate, or its season", place)
    found = _day(_list(parts[0]) if parts else ())
    return found or _words(said.get("literal")) or _words(said.get("raw"))


def _published(
    fields: dict[str, str], said: dict[str, Any], names: Iterable[str], doi: str, fidelity: Fidelity
) -> None:
    """Publisher and address: the first name that is there, and a DOI where there is no address."""
    for name in names:
        if not fields.get("publisher") and (word := _words(said.get(name))):
            fields["publisher"] = word
            del said[name]
            if name != "publisher":
                fidelity.change(f"the field '{name}' is read as the publisher")
    number = _words(said.get(doi)).strip()
    if not fields.get("url") and re.fullmatch(r"(https?://(dx\.)?doi\.org/)?10\.\d{4,9}/\S{1,200}", number):
        fields["url"] = "https://doi.org/" + re.sub(r"^https?://(dx\.)?doi\.org/", "", number)
        del said[doi]
        fidelity.change("a DOI is read as an address at doi.org")


def _lose(lost: Counter[str], file: str, fidelity: Fidelity) -> None:
    for name, count in sorted(lost.items()):
        fidelity.leave(f"the field '{label(name)[:40]}'", file, count)


# --- BibTeX


def recognise_bibtex(files: Mapping[str, bytes]) -> bool:
    """Whether a file has entries such as ``@book{...}``, and nothing but remarks before the first."""
    raw = next(iter(files.values())) if len(files) == 1 else b""
    first = _ENTRY.search(raw[:200_000])
    return (
        first is not None and b"=" in raw and b"<" not in raw[: first.start()] and b"\x00" not in raw[:4_000]
    )


def _bibtex(text: str, file: str, fidelity: Fidelity) -> list[Reference]:
    library = _parsed(text, file)
    bad = [
        Finding(
            "",
            "expected an entry of BibTeX, saw a mistake",
            "is a brace or quotation mark left open?",
            file,
            b.start_line + 1,
            1,
        )
        for b in library.failed_blocks
        if type(b).__name__ == "ParsingFailedBlock"
    ]
    if bad:
        raise CaseError(bad[:20], "nothing was read")
    strings: dict[str, str] = {}
    for one in library.strings:
        strings[one.key.lower()] = _value(str(one.value), strings)
    found, lost = list[Reference](), Counter[str]()
    for block in library.blocks:
        again = type(block).__name__ != "Entry"
        entry = getattr(block, "ignore_error_block", None) if again else block
        if entry is None or not hasattr(entry, "fields"):
            continue
        place = f"{file}:{(entry.start_line or 0) + 1}"
        if again:
            fidelity.change(
                f"the key '{label(entry.key)[:60]}' or one of its fields stands there twice; both are read",
                place,
            )
        said = {
            f.key.lower(): v for f in reversed(entry.fields) if (v := _value(str(f.value), strings)).strip()
        }
        _bounded(said, file, entry)
        plain = _plain(fidelity, place)
        fields = {k: plain(said.pop(k, "")) for k in ("title", "publisher")}
        fields["author"] = "; ".join(plain(n).replace(";", ",") for n in _people(said.pop("author", "")))
        fields["language"] = said.pop("langid", "")
        fields["url"] = _address(said.pop("url", "") or _wrapped(said))
        fields["date"] = _dated(said, plain, fidelity, place)
        known = ("journal", "journaltitle", "institution", "organization", "school")
        said |= {k: plain(said[k]) for k in known if k in said}
        _published(fields, said, known, "doi", fidelity)
        if entry.entry_type.lower() not in ("misc", "online"):
            lost["type"] += 1
        lost.update(list(said))
        found.append(_source(entry.key, fields, fidelity, place))
    _lose(lost, file, fidelity)
    return found


def _parsed(text: str, file: str) -> Any:
    """The entries as they are written; no other file is looked at."""
    try:
        from bibtexparser.entrypoint import parse_string
    except ImportError:
        refuse(file, "reading BibTeX needs a library that is not installed", "pip install 'zopa[text]'")
    log = logging.getLogger("bibtexparser")
    if not log.handlers:
        log.addHandler(logging.NullHandler())  # its warnings are findings here
    if text.count("@") > 20 * MOST_REFERENCES:
        refuse(file, f"expected at most {MOST_REFERENCES:,} references, saw more", "export them in parts")
    try:
        return parse_string(text, parse_stack=[])
    except RecursionError:
        refuse(file, "expected a few levels of nesting, saw very many")
    except Exception as error:  # the library has no class of its own for them
        refuse(file, f"expected BibTeX, saw a mistake: {label(str(error))[:200]}", "is a brace left open?")


def _value(written: str, strings: Mapping[str, str]) -> str:
    """What a field says: braces and quotation marks around it taken off, parts joined, abbreviations put in.

    >>> _value('un # " in {"}Geneva{"}"', {"un": "UN"}), _value("{{A} b}", {}), _value("1999", {})
    ('UN in {"}Geneva{"}', '{A} b', '1999')
    """
    parts, depth, begin, quoted = list[str](), 0, 0, False
    for k, mark in enumerate(written):
        depth += (mark == "{") - (mark == "}")
        quoted ^= mark == '"' and not depth
        if mark == "#" and not depth and not quoted:
            parts.append(written[begin:k].strip())
            begin = k + 1
    parts.append(written[begin:].strip())
    found, length = list[str](), 0
    for part in parts:
        bare = len(part) > 1 and part[0] + part[-1] in ("{}", '""')
        found.append(part[1:-1] if bare else strings.get(part.lower(), part))
        length += len(found[-1])
        if length > MOST_VALUE:  # abbreviations of abbreviations can grow without end
            break
    return "".join(found)[:MOST_VALUE]


def _bounded(fields: Mapping[str, str], file: str, entry: Any) -> None:
    for field in fields.values():
        depth = most = 0
        for mark in re.findall(r"[{}]", field):
            depth += 1 if mark == "{" else -1
            most = max(most, depth)
        if most > MOST_BRACES:
            refuse(file, f"expected at most {MOST_BRACES} levels of braces", "", (entry.start_line or 0) + 1)


_ACCENTS = re.compile(r"""\\(["'`^~=.]|[uvHckbdrt](?![A-Za-z])|[\\&%$#_{}/\- ,]|(?:aa|AA|ae|AE|oe|OE|ss|o|O|l|L|i|j|DH|dh|TH|th|"""
    r"""emph|textit|textbf|textrm|textsc|textsf|texttt|mkbibquote|enquote|textsuperscript|textsubscript|it|em|bf|rm|"""
    r"""textbackslash|textasciitilde|textasciicircum|textbraceleft|textbraceright|ldots|dots|textendash|textemdash|textquoteright|textquoteleft|textquotedblleft|"""
    r"""textquotedblright|texteuro|pounds|copyright|textregistered|S|P|guillemotleft|guillemotright|textquotesingle)(?![A-Za-z]))""")  # fmt: skip


_STAND_INS = {
    "textbackslash": "\ue000", "textasciicircum": "\ue001", "textasciitilde": "\ue002",
    "textbraceleft": "\ue003", "textbraceright": "\ue004",
}  # fmt: skip
_MARKS = str.maketrans("\ue000\ue001\ue002\ue003\ue004", "\\^~{}")


def _plain(fidelity: Fidelity, place: str) -> Callable[[str], str]:
    """How a value reads as plain text; commands that are no accent or mark stay as they are written."""

    def plain(value: str) -> str:
        if not re.search(r"[\\{}~$%]", value):
            return value
        if "\\" in _ACCENTS.sub("", value):
            fidelity.change("a value with a LaTeX command stays as it is written; no command is run", place)
            return value
        ready = re.sub(r"(?<!\\)%", r"\\%", value)
        for name, mark in _STAND_INS.items():
            ready = re.sub(rf"\\{name}(\{{\}}|\s+|(?![A-Za-z]))", mark, ready)
        try:
            text = str(_converter().latex_to_text(ready))
            return text.translate(_MARKS)
        except Exception:  # the library's parser has many errors of its own; the words are kept
            fidelity.change("a value that is no sound LaTeX stays as it is written", place)
            return value

    return plain


@cache
def _converter() -> Any:
    from pylatexenc.latex2text import LatexNodes2Text

    return LatexNodes2Text(math_mode="verbatim", strict_latex_spaces=False, keep_comments=True)


def _people(value: str) -> list[str]:
    """The names of a list of authors, each as first name, particle, last name, suffix."""
    if not value.strip():
        return []
    from bibtexparser.middlewares.names import parse_single_name_into_parts, split_multiple_persons_names

    found = []
    for name in split_multiple_persons_names(value):
        whole = name.strip()
        if not (whole.startswith("{") and whole.endswith("}")) and "," in whole:
            parts = parse_single_name_into_parts(whole, strict=False)
            whole = " ".join([*parts.first, *parts.von, *parts.last, *parts.jr]) or whole
        found.append("others" if whole == "others" else whole)
    return found


def _wrapped(said: dict[str, str]) -> str:
    r"""The address of ``howpublished = {\url{...}}``."""
    found = re.fullmatch(r"\s*\\url\{([^{}]*)\}\s*", said.get("howpublished", ""))
    if found:
        del said["howpublished"]
    return found[1] if found else ""


def _address(value: str) -> str:
    inner = re.fullmatch(r"\s*\\url\{(.*)\}\s*", value, re.S)
    return re.sub(r"[{}\s]|\\(?=[%&#_~$])", "", inner[1] if inner else value)


def _dated(said: dict[str, str], plain: Callable[[str], str], fidelity: Fidelity, place: str) -> str:
    whole = plain(said.pop("date", "")).strip()
    year, month, day = (plain(said.pop(k, "")).strip() for k in ("year", "month", "day"))
    if whole:
        first, sign, _ = whole.partition("/")
        if sign:
            fidelity.change("of a range of dates the first day is kept", place)
        return _day(first.split("-")) or whole
    word = month.lower()[:3]
    number = str(_MONTHS.index(word) + 1) if word in _MONTHS else month
    return _day((year, number, day)) or year
