"""Texts added on a page: every format, hostile names, bombs, and what was read."""

from __future__ import annotations

import html
import io
import re
import zipfile
from pathlib import Path

import pytest

from read_story import SCRIPT, STORY, make_case, post
from workbench_client import signed_in
from zopa import load
from zopa.casefile import check_record
from zopa.workbench.screens import uploads

TEXT = "Zelensky said that Ukraine would accept protection only if the aid goes on.\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_case(tmp_path / "case")


def docx(words: str) -> bytes:
    ns = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = f"<w:document {ns}><w:body><w:p><w:r><w:t>{words}</w:t></w:r></w:p></w:body></w:document>"
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as z:
        z.writestr("word/document.xml", body)
        z.writestr("[Content_Types].xml", "<Types/>")
    return raw.getvalue()


def bomb() -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("word/document.xml", b"0" * 80_000_000)
    return raw.getvalue()


GOOD = {
    "a.txt": TEXT.encode(),
    "b.html": f"<html><title>Page</title><body><p>{TEXT}</p><script>alert(1)</script></body></html>".encode(),
    "c.docx": docx(TEXT.strip()),
    "d.eml": f"From: x@example.org\nDate: Tue, 4 Mar 2025 10:00:00 +0000\nSubject: Talks\n\n{TEXT}".encode(),
    "e.rss": f"<rss><channel><title>F</title><item><title>I</title><description>{TEXT}</description></item></channel></rss>".encode(),
    "f.srt": f"1\n00:00:01,000 --> 00:00:03,000\n{TEXT}".encode(),
    "g.csv": f'speaker,words\nZelensky,"{TEXT.strip()}"\n'.encode(),
    "h.json": b'[{"speaker": "Zelensky", "words": "We would accept protection."}]',
}


@pytest.mark.parametrize("name", GOOD)
def test_every_format_is_read_with_a_note_of_what_was_found(folder: Path, name: str) -> None:
    client = signed_in(folder)
    answer = post(client, "/upload", files=[("files", (name, GOOD[name]))])
    assert answer.status_code == 200, answer.text
    told = post(client, "/upload.json", files=[("files", (name, GOOD[name]))]).json()["answer"]["sources"]
    assert told[0]["added"] == 0, "the same text is not added again"
    new = set(load(folder).sources) - {"talks"}
    assert len(new) == 1
    assert ("No date found" in answer.text) == (load(folder).sources[new.pop()].date == "")
    check = check_record(folder)
    assert check.holds
    assert check.entries[-1].act.via == "workbench, upload"


def test_what_is_typed_beside_a_text_is_kept_with_it(folder: Path) -> None:
    client = signed_in(folder)
    answer = post(
        client, "/upload", words=STORY + "More.", title=f"T {SCRIPT}", publisher="P", date="2025-03-11"
    )
    assert answer.status_code == 200
    assert SCRIPT not in answer.text
    source = next(s for s in load(folder).sources.values() if s.publisher == "P")
    assert (source.title, source.date, source.access) == (f"T {SCRIPT}", "2025-03-11", "restricted")
    assert "expected a day" in html.unescape(post(client, "/upload", words="x", date="soon").text).lower()


NAMES = [
    "../case.yaml", "..\\case.yaml", "/etc/passwd", "a/b.txt", "C:\\x.txt", ".hidden.txt", "..", ".", "x\u202etxt.exe", "a\x00b.txt",
    "a\nb.txt", "x" * 300 + ".txt", "\u200b.txt", "con:.txt",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_leads_elsewhere_or_hides_something_is_refused(folder: Path, name: str) -> None:
    before = {p: p.read_bytes() for p in folder.parent.rglob("*") if p.is_file()}
    with pytest.raises(Exception, match="file name"):
        uploads._name(name)
    client = signed_in(folder)
    answer = post(client, "/upload", files=[("files", (name, TEXT.encode()))])
    after = {p: p.read_bytes() for p in folder.parent.rglob("*") if p.is_file()}
    new = {p for p in after if p not in before}
    assert all(p.parent in (folder / "sources", folder) for p in new), "nothing outside the case"
    assert after[folder / "case.yaml"] == before[folder / "case.yaml"]
    assert answer.status_code in (200, 422)  # a client may take a path off before it sends the name
    if answer.status_code == 422:
        assert not new


def test_a_name_with_a_script_in_it_is_text(folder: Path) -> None:
    client = signed_in(folder)
    name = "script alert(1) 🕊 'x' & y.txt"
    answer = post(client, "/upload", files=[("files", (name, b"\x00\x01\x02"))])
    assert answer.status_code == 422
    assert name in html.unescape(re.sub("<[^>]*>", "", answer.text))


BAD = {
    "bomb.docx": (bomb(), "unpacks to far more"),
    "empty.txt": (b"  \n", "empty file"),
    "picture.png": (b"\x89PNG\r\n\x1a\n0000", "picture"),
    "old.doc": (b"\xd0\xcf\x11\xe0" + b"0" * 40, "old Office file"),
    "cut.docx": (bomb()[:400], "expected"),
    "entities.rss": (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aa">]><rss>&a;</rss>', "bomb"),
    "binary.txt": (b"abc\x00def", "binary data"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_safely_is_named_with_its_file_and_nothing_is_read(
    folder: Path, name: str
) -> None:
    client = signed_in(folder)
    before = set(load(folder).sources)
    raw, said = BAD[name]
    answer = post(client, "/upload", files=[("files", ("fine.txt", TEXT.encode())), ("files", (name, raw))])
    assert answer.status_code == 422
    words = html.unescape(re.sub("<[^>]*>", " ", answer.text))
    assert said in words
    assert name in words
    assert "/tmp" not in words, "no place of the server is told"
    assert set(load(folder).sources) == before


def test_too_much_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(folder)
    many = [("files", (f"{n}.txt", TEXT.encode())) for n in range(uploads.MOST_FILES + 1)]
    assert post(client, "/upload", files=many).status_code == 422
    monkeypatch.setattr(uploads, "MAX_BYTES", 10)
    answer = post(client, "/upload", files=[("files", ("big.txt", TEXT.encode()))])
    assert answer.status_code == 422
    assert "at most" in answer.text
    assert post(client, "/upload").status_code == 422, "nothing was given"


def test_who_may_not_change_a_case_adds_nothing(folder: Path) -> None:
    for role in ("coder", "viewer"):
        client = signed_in(folder, role=role)
        assert client.get("/upload").status_code == 403
        for path in ("/upload", "/upload.json"):
            assert post(client, path, words=TEXT).status_code == 403
    assert set(load(folder).sources) == {"talks"}
