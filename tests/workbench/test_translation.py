"""The interface in another language: every word of it, no word of the case, and never more than words."""

from __future__ import annotations

import dataclasses
import re
import struct
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader, Environment
from markupsafe import Markup
from starlette.testclient import TestClient
from typer.testing import CliRunner

import workbench_client  # skips without the parts
from case_folder import SOURCE, STATEMENTS, write
from zopa.case import WEIGHT_WORDS
from zopa.casefile import digest, normalise
from zopa.cli import app as cli
from zopa.errors import NotApplicable
from zopa.views.worth import BY_INTERVALS, NO_RANGE
from zopa.workbench.frame import Here, environment
from zopa.workbench.interface_text import InterfaceText, split
from zopa.workbench.message_template import message_template, messages
from zopa.workbench.server import team_app
from zopa.workbench.store import opened
from zopa.workbench.translation import Catalogue, read_catalogue, speaking, translated

ACCENTS = str.maketrans("aeiouyAEIOUYrsz", "áéíóúýÁÉÍÓÚÝŕśź")
PLAIN = re.compile(r"[aeiouAEIOU]")
SPOKEN = ("title", "aria-label", "placeholder", "alt")
QUIET = ("code", "kbd", "pre", "samp", "script", "style")


def accented(text: str) -> str:
    return text.translate(ACCENTS)


@cache
def pseudo() -> Catalogue:
    """A language in which every word has accents."""
    return Catalogue("ar-XA", {m: accented(m) for m in messages()})


class Words(HTMLParser):
    """What a page says, and of which elements with which attributes it is made."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.quiet, self.said, self.made = 0, [], []  # type: ignore[var-annotated]
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.quiet += tag in QUIET
        self.made.append((tag, [k for k, _ in attrs]))
        self.said += [v for k, v in attrs if k in SPOKEN and v]

    def handle_endtag(self, tag: str) -> None:
        self.quiet -= tag in QUIET

    def handle_data(self, data: str) -> None:
        if not self.quiet and data.strip():
            self.said.append(" ".join(data.split()))


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield " ".join(value.split())
    elif dataclasses.is_dataclass(value):
        yield from strings([getattr(value, f.name) for f in dataclasses.fields(value)])
    elif isinstance(value, (list, tuple)):
        for v in value:
            yield from strings(v)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    listed = f"id,title,sha256\nnote,Draft,{digest(normalise(SOURCE))}\n"  # a title that is a word of the interface
    more: dict[str, str | bytes] = {"statements.yaml": STATEMENTS, "sources/sources.csv": listed}
    return write(tmp_path / "rivers", more)


PAGES = ("/", "/drafts/new", "/why-not", "/sources", "/record", "/jobs", "/edit", "/upload")


def test_every_word_of_the_interface_is_translated_and_no_word_of_the_case(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = {
        "set aside",
        "(1 row)",
        "(2 rows)",
        NO_RANGE,
        BY_INTERVALS,
        *WEIGHT_WORDS,
    }  # words of the answers
    stayed: list[tuple[str, str]] = []
    shown = Here.shown

    def noted(here: Here, document: Any) -> Any:
        answers.update(strings(document))
        return shown(here, document)

    monkeypatch.setattr(Here, "shown", noted)
    case = set(re.findall(r"[\w-]+", " ".join(p.read_text() for p in folder.rglob("*") if p.is_file())))
    client = workbench_client.signed_in(folder, catalogue=pseudo())
    for path in PAGES:
        page = client.get(path).text
        known = sorted((a for a in answers if len(a) > 3), key=len, reverse=True)
        assert '<html lang="ar-XA" dir="rtl">' in page
        found = Words(page).said
        assert len([x for x in found if not x.isascii()]) > 20, path
        for text in found:
            if not PLAIN.search(text) or text == "zopa":
                continue
            for answer in known:
                text = text.replace(answer, "")
            text = re.sub(r" \.[a-z]+\b", "", text)  # endings of files
            left = [w for w in re.findall(r"[\w-]+", text) if w.isascii() and PLAIN.search(w) and w != "zopa"]
            stayed += [(path, text)] * any(w not in case for w in left)
    assert stayed == [], "\n".join(map(str, stayed))
    source = client.get("/sources/note").text
    assert (
        "<h1>Draft</h1>" in source
    )  # the title of the source stays, the screen of that name is another thing
    assert f">{accented('Draft')}</a>" in source
    assert f"<h1>{accented('There is no such page')}</h1>" in client.get("/no-such").text


def test_json_and_english_pages_are_what_they_were(folder: Path) -> None:
    plain = workbench_client.signed_in(folder)
    other = workbench_client.signed_in(folder, catalogue=pseudo())
    for path in ("/sources.json", "/no-such.json"):
        assert other.get(path).text == plain.get(path).text
    assert accented("Read") in other.get("/sources").text
    assert accented("Read") not in plain.get("/sources").text
    assert environment().extensions == {}  # English costs nothing
    assert translated("Draft") == "Draft"


def test_the_sign_in_page_speaks_the_language_too(tmp_path: Path) -> None:
    database = opened(str(tmp_path / "team.db"))
    app = team_app(database, {workbench_client.HOST}, catalogue=pseudo())
    client = TestClient(app, base_url=f"http://{workbench_client.HOST}", follow_redirects=False)
    page = client.get("/login")
    assert '<html lang="ar-XA" dir="rtl">' in page.text
    assert [x for x in Words(page.text).said if x != "zopa" and PLAIN.search(x)] == []
    origin = {"origin": f"http://{workbench_client.HOST}"}
    refused = client.post("/login", data={"name": "anna", "password": "x"}, headers=origin)
    assert [x for x in Words(refused.text).said if x != "zopa" and PLAIN.search(x)] == []
    database.close()


HOSTILE = '"\'><script>alert(1)</script><b onmouseover="x"> {{ 7919 * 7907 }} {% raw %} &lt;i&gt; '


def test_a_hostile_catalogue_adds_words_and_nothing_else(folder: Path) -> None:
    bad = Catalogue("de", {m: HOSTILE + m for m in messages()})
    plain, other = (workbench_client.signed_in(folder, catalogue=c) for c in (None, bad))
    for path in ("/drafts/new", "/sources", "/no-such"):
        page = other.get(path)
        assert "<script>alert" not in page.text
        assert "onmouseover=x" not in page.text
        assert "62615533" not in page.text
        assert Words(page.text).made == Words(plain.get(path).text).made, path
        assert "<script>alert(1)</script>" in " ".join(Words(page.text).said)


def rendered(template: str, said: dict[str, str], **values: object) -> str:
    made = Environment(loader=DictLoader({"t": template}), autoescape=True)
    made.extend(catalogue=Catalogue("de", said))
    made.add_extension(InterfaceText)
    return made.get_template("t").render(values)


@pytest.mark.parametrize(
    ("template", "said", "shown"),
    [
        ("<p>Accept the {{ n }} in view of {{ m }}</p>", {"Accept the {1} in view of {2}": "{2}: alle {1} nehmen"}, "<p>B: alle 2 nehmen</p>"),
        ("<p>Accept {{ n }}</p>", {"Accept {1}": "Nimm"}, "<p>Accept 2</p>"),  # an expression is never lost
        ("<p>Accept {{ n }}</p>", {"Accept {1}": "{1} {1}"}, "<p>Accept 2</p>"),
        ("<p>Accept {{ n }}</p>", {"Accept {1}": "{1} {9}"}, "<p>Accept 2</p>"),
        ("<p> A\n  word </p>", {"A word": "Ein <Wort>"}, "<p> Ein &lt;Wort&gt; </p>"),
        ("<p>Fish &amp; chips…</p>", {"Fish & chips…": "Fisch & Chips"}, "<p>Fisch &amp; Chips</p>"),
        ('<a title="A {{ m }}" class="A" href="/A?{{ n }}">A</a>', {"A": "\"É", "A {1}": "\"{1}'"}, '<a title="&#34;B&#39;" class="A" href="/A?2">&#34;É</a>'),
        ("<code>A</code><kbd>A</kbd> · A<!-- A -->", {"A": "É"}, "<code>A</code><kbd>A</kbd> · É<!-- A -->"),
        ('{{ "A" if n else "C" }} {{ "A" if m == "C" }}', {"A": "<É>", "C": "Ç"}, "&lt;É&gt; "),
        ('<i {{ "A" }} class="{{ "A" }}">{{ m or "A" }}</i>', {"A": "É"}, '<i A class="A">B</i>'),
        ("{% if n %}A{% else %}C{% endif %}, A {% set x %}A{% endset %}{{ x }}", {"A": "É", "C": "Ç"}, "É, A É"),
        ("<p>{{ m }}: {{ n }}</p>{{ m }}", {"{1}: {2}": "no"}, "<p>B: 2</p>B"),
        ("<p>a {b} {{ n }}</p>", {"a {b} {1}": "no"}, "<p>a {b} 2</p>"),
        ("<html lang='en'><p lang='en'>A</p>", {}, "<html lang='de'><p lang='en'>A</p>"),
    ],
)  # fmt: skip
def test_words_stand_between_tags_statements_and_ends_of_attributes(
    template: str, said: dict[str, str], shown: str
) -> None:
    assert rendered(template, said, n=2, m="B") == shown


def test_a_template_whose_messages_stay_is_the_same_and_one_said_in_its_own_words_shows_the_same() -> None:
    ours = environment()
    for name in ours.list_templates():
        assert ours.loader
        source = ours.loader.get_source(ours, name)[0]
        tokens = list(ours.lexer.tokenize(source, name))
        for say in (lambda message, _: None, lambda message, _: message):
            made = split(tokens, say)
            texts = ["".join(str(t.value) for t in some) for some in (tokens, made)]
            before, after = (" ".join(str(Markup(t).unescape()).split()) for t in texts)
            assert before == after, name


def test_no_word_of_a_template_is_missing_in_the_messages() -> None:
    """By a second way: the templates without their Jinja, read by an HTML parser."""
    known = "\n".join(messages())
    for path in sorted((Path(str(files("zopa.workbench"))) / "templates").glob("*.j2")):
        plain = re.sub(r"(?s)\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", "¦", path.read_text())
        for text in Words(plain).said:
            for piece in text.split("¦"):
                piece = piece.strip(" ·\ufffd")
                if re.search(r"[A-Za-z]{2}", piece.replace("zopa", "")):
                    assert piece in known, (path.name, piece)


def test_the_template_of_catalogues_is_up_to_date() -> None:
    kept = (files("zopa.workbench") / "zopa.pot").read_text(encoding="utf-8")
    assert kept == message_template(), "run python -m zopa.workbench.message_template --write"


def compiled(pairs: dict[str, str]) -> bytes:
    """A catalogue as msgfmt writes it (the format of GNU gettext, section 10.3)."""
    entries = sorted(({"": "Content-Type: text/plain; charset=UTF-8\n"} | pairs).items())
    n, table, text = len(entries), b"", b""
    for column in zip(*entries, strict=True):
        for word in column:
            table += struct.pack("<2I", len(word.encode()), 28 + 16 * n + len(text))
            text += word.encode() + b"\0"
    return struct.pack("<7I", 0x950412DE, 0, n, 28, 28 + 8 * n, 0, 0) + table + text


def test_a_catalogue_is_named_by_its_language_and_refused_in_words(tmp_path: Path) -> None:
    place = tmp_path / "pt_BR.mo"
    place.write_bytes(compiled({"Draft": "Minuta", "Report": ""}))
    found = read_catalogue(place)
    assert (found.language, found.direction, dict(found.messages)) == ("pt-BR", "ltr", {"Draft": "Minuta"})
    with speaking(found):
        assert [translated("Draft"), translated("Report"), translated("Jobs")] == ["Minuta", "Report", "Jobs"]
    for name, text in (
        ("de.po", b"x"), ('"><b>.mo', b"x"), ("de.mo", b"no catalogue"), ("fr.mo", compiled({"a": "b"})[:40]),
        ("es.mo", compiled({})[:-9] + b"\xff" * 9), ("it.mo", b""),
    ):  # fmt: skip
        (tmp_path / name).write_bytes(text)
        with pytest.raises(NotApplicable, match="catalogue"):
            read_catalogue(tmp_path / name)
    done = CliRunner().invoke(cli, ["serve", "ukraine-2025", "--language", str(tmp_path / "xx.mo")])
    assert "msgfmt" in str(done.exception)
