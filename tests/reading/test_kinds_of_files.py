"""Every kind of file is read properly, or refused with the reason and what can be done."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zopa.cli import app
from zopa.errors import CaseError
from zopa.reading import prepare, read
from zopa.reading.language.detect import detected
from zopa.reading.sources.files import open_source

ODT = (
    '<?xml version="1.0"?><o:document-content xmlns:o="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><o:body><o:text><text:h>Talks</text:h>'
    "<text:p>The mayor said <text:span>the village</text:span> could pay.<text:note>aside</text:note></text:p></o:text></o:body></o:document-content>"
)


def packed(**members: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, words in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), words)
    return out.getvalue()


def opened(folder: Path, name: str, raw: bytes) -> str:
    (folder / name).write_bytes(raw)
    (item,) = open_source(str(folder / name))
    return item.text


def test_an_opendocument_text_is_read_without_its_notes(tmp_path):
    assert (
        opened(tmp_path, "a.odt", packed(content_xml=ODT)) == "Talks\nThe mayor said the village could pay."
    )


def test_an_rtf_text_is_read(tmp_path):
    raw = rb"{\rtf1\ansi{\fonttbl{\f0 Arial;}}\f0 The mayor said {\b the village} could pay.\par}"
    assert opened(tmp_path, "a.rtf", raw).strip() == "The mayor said the village could pay."


def test_rows_with_a_speaker_and_words_are_turns(tmp_path):
    text = opened(tmp_path, "a.csv", b"Speaker;Text\nAna;We want the port.\nSam;We cannot accept it.\n")
    assert text == "Ana: We want the port.\nSam: We cannot accept it."
    rows = json.dumps({"messages": [{"author": "Ana", "message": "We want\nthe port."}]}).encode()
    assert opened(tmp_path, "a.json", rows) == "Ana: We want the port."


def test_captions_are_read_as_turns_without_their_times(tmp_path):
    raw = b"1\n00:00:01,000 --> 00:00:03,000\nMINISTER HALE: We are ready\nto reopen the border\n\n2\n00:00:03,100 --> 00:00:05,000\nif the militia leaves.\n"
    found = read(opened(tmp_path, "a.srt", raw))
    (said,) = [s for s in found.statements if s.nested_in is None]
    assert (said.who.name, said.kind.kind) == ("Minister Hale", "conditional_offer")
    assert "00:00" not in found.words(*said.content)


def test_a_folder_reads_its_files_and_names_what_it_left_out(tmp_path):
    (tmp_path / "b.txt").write_text("The mayor said no to it.", encoding="utf-8")
    (tmp_path / "c.png").write_bytes(b"\x89PNG\r\n")
    (tmp_path / "a.txt").write_text("The mayor said yes to it.", encoding="utf-8")
    items = open_source(str(tmp_path))
    assert [i.name for i in items] == ["a", "b"]
    assert "c.png was left out" in items[0].notes[-1]


def test_standard_input_is_read():
    result = CliRunner().invoke(app, ["read", "-"], input="The mayor said the village could pay.")
    assert result.exit_code == 0, result.output
    assert "The mayor" in result.output


@pytest.mark.parametrize(
    ("name", "raw", "reason", "way"),
    [
        ("a.txt", b"  \n", "saw an empty file", "save it again"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1", "old Office file", ".docx"),
        ("a.xlsx", packed(xl__workbook_xml="<a/>"), "saw a spreadsheet", ".csv"),
        ("a.pptx", packed(ppt__presentation_xml="<a/>"), "saw slides", "pdf"),
        ("a.zip", packed(other="x"), "saw an archive", "unpack"),
        ("a.jpg", b"\xff\xd8\xff\xe0", "saw a picture", "text recognition"),
        ("a.mp3", b"ID3\x03", "saw sound or film", "transcript"),
        ("a.csv", b"when,what\n1,2\n", "saw columns when, what", "speaker,text"),
        ("a.json", b'{"a": 1}', "saw no list of objects", "speaker,text"),
        ("a.json", b"[" * 100_000, "json", ""),
        (
            "a.odt",
            packed(content_xml="<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
            "document type or entities",
            "bomb",
        ),
        ("a.odt", packed(content_xml="<a>" + " " * 20_000_000 + "</a>"), "unpacks to far more", ""),
    ],
    ids=lambda v: v[:12] if isinstance(v, str) else "",
)
def test_what_cannot_be_read_is_refused_with_the_reason_and_a_way_out(tmp_path, name, raw, reason, way):
    (tmp_path / name).write_bytes(raw)
    with pytest.raises(CaseError) as error:
        open_source(str(tmp_path / name))
    assert reason in str(error.value)
    assert way in str(error.value)


GERMAN = (
    "Der Minister sagte, dass die Regierung den Plan nicht annehmen wird und dass es bei der Grenze bleibt. "
    * 3
)


FRENCH = (
    "Le ministre a dit que le gouvernement ne peut pas accepter ce plan et que les ports sont fermés par la grève. "
    * 3
)


def test_a_text_in_a_language_without_a_pack_stops_and_says_what_can_be_done():
    with pytest.raises(CaseError, match="expected a text in English, saw French") as error:
        prepare(FRENCH)
    assert "translate it first" in str(error.value)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (GERMAN, "de"),
        (FRENCH, "fr"),
        ("El ministro dijo que el gobierno no puede aceptar el plan y que los puertos están cerrados por la huelga. " * 3, "es"),
        ("Міністр сказав, що уряд не може прийняти цей план, і порти закриті через страйк. " * 3, "uk"),
        ("Министр сказал, что правительство не может принять этот план, и порты закрыты из-за забастовки. " * 3, "ru"),
        ("قال الوزير إن الحكومة لا يمكنها قبول الخطة وإن الموانئ مغلقة بسبب الإضراب. " * 3, "ar"),
        ("The minister said that the government would not accept the plan and that the ports are closed. " * 3, "en"),
        ("Ja.", None),
    ],
)  # fmt: skip
def test_the_language_of_a_text_is_known_by_its_small_words_or_script(text, language):
    assert detected(text) == language
