"""Every reader against every attack: a located refusal, or a case in which nothing was run, fetched or let out."""

import functools
import json
import os
import re
import resource
import socket
import sqlite3
import subprocess
import time
import zipfile
from contextlib import closing
from io import BytesIO

import pytest

from formats import seeds
from zopa.errors import CaseError, NotApplicable, ZopaError
from zopa.formats import FORMATS, plan
from zopa.formats.negmas_trace import read_trace, write_trace
from zopa.formats.offers import Offer

KIND = {
    "ktab-csv": "csv", "ktab-xml": "xml", "gmcr": "json", "genius": "xml", "geniusweb": "json", "negmas": "yaml",
    "refi-qda": "zip", "refi-qda-codes": "xml", "dna": "sqlite", "workbook": "zip", "scores-csv": "csv", "scores-xlsx": "zip",
    "pa-x": "csv", "polis": "csv", "table-csv": "csv", "table-html": "html", "table-xlsx": "zip", "table-docx": "zip",
    "word": "zip", "csl-json": "json", "bibtex": "bib", "trace": "csv",
}  # fmt: skip
"""Every reader, and what its files are made of; ``trace`` is a saved run of NegMAS, which is read by ``zopa audit``."""
ENTITY = (
    '<!DOCTYPE x [<!ENTITY secret SYSTEM "file://{}"><!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
)


@functools.cache
def sound_files():
    return dict(seeds.seeds())


def sound(name):
    """A sound file or folder of a format."""
    if name == "trace":
        return {"trace.csv": write_trace(seeds.case(), [Offer("n", {"water": "a", "pump": "d"}, at="1")])}
    return sound_files()[{"ktab-csv": "ktab"}.get(name, name)]


def every(change):
    """The attack that changes each file of a folder."""
    return lambda files, *_: {n: change(raw) for n, raw in files.items()}


def packed(members, names=lambda n: n):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in members.items():
            z.writestr(names(name), data)
    return out.getvalue()


def members(raw):
    with zipfile.ZipFile(BytesIO(raw)) as z:
        return {n: z.read(n) for n in z.namelist()}


def in_xml(change):
    """The attack on each XML member of an archive."""
    return every(
        lambda raw: packed(
            {n: change(d) if n.endswith((".xml", ".qde")) else d for n, d in members(raw).items()}
        )
    )


def database(*commands):
    def change(raw):
        with closing(sqlite3.connect(":memory:")) as base:
            base.deserialize(raw)
            for command in commands:
                base.execute(command)
            base.commit()
            return base.serialize()

    return every(change)


def after_root(raw, inside):
    """Something put right after the start of the first element."""
    return re.sub(rb"(<[A-Za-z_:][^>!?]*[^/]>)", lambda m: m[1] + inside, raw, count=1)


def with_doctype(raw):
    bare = re.sub(rb"^\s*<\?xml[^>]*\?>", b"", raw)
    return after_root(ENTITY.format("/etc/passwd").encode() + bare, b"&secret;&b;")


def million_rows(raw):
    first, _, rest = raw.partition(b"\n")
    line = next((r for r in rest.split(b"\n") if r.strip()), first)
    return (
        first
        + b"\n"
        + rest.rstrip(b"\n")
        + b"\n"
        + (line + b"\n") * (1_000_000 if len(line) < 31 else 31_000_000 // len(line))
    )


def million_rows_of_a_sheet(raw):
    found = members(raw)
    name = max(
        (n for n in found if n.endswith((".xml", ".qde"))),
        key=lambda n: (b"<row" in found[n] or b"<w:p" in found[n] or n.endswith("qde"), len(found[n])),
    )
    again = re.search(
        rb"<row[ >].*?</row>|<w:tr[ >].*?</w:tr>|<w:p[ >].*?</w:p>|<Code [^>]*/>|<Code .*?</Code>",
        found[name],
        re.S,
    )[0]
    return packed({**found, name: found[name].replace(again, again * (70_000_000 // len(again)), 1)})


def swollen(raw):
    """The largest member so long that the archive unpacks to more than it may."""
    found = members(raw)
    name = max((n for n in found if n.endswith((".xml", ".qde"))), key=lambda n: len(found[n]))
    return packed({**found, name: found[name] + b" " * 201_000_000})


GROW = '@string{a0 = "haha"}\n' + "".join(
    f"@string{{a{k} = {' # '.join([f'a{k - 1}'] * 10)}}}\n" for k in range(1, 12)
)
REFUSED = {
    "bomb": {
        "zip": every(swollen), "xml": every(with_doctype),
        "sqlite": database("UPDATE DOCUMENTS SET Text = hex(zeroblob(30000000))"),
    },
    "deep nesting": {
        "json": every(lambda raw: raw.rstrip()[:-1] + (b',"deep": ' if raw.strip()[:1] == b"{" else b",") + b"[" * 150_000),
        "yaml": every(lambda raw: raw + b"deep: " + b"[" * 3_000),
        "xml": every(lambda raw: after_root(raw, b"<a>" * 100_000)),
        "zip": in_xml(lambda raw: after_root(raw, b"<a>" * 100_000)),
        "bib": every(lambda raw: raw + b"@misc{z, title = " + b"{" * 100_000 + b"}" * 100_000 + b"}"),
    },
    "a name that climbs out": {"zip": every(lambda raw: packed(members(raw), lambda n: n if n.startswith("[") else f"../../{n}"))},
    "outside entity": {"xml": every(with_doctype), "zip": in_xml(with_doctype)},
    "tag or alias": {
        "yaml": every(lambda raw: raw + b"x: !!python/object/apply:os.system ['touch owned']\n"),
        "json": every(lambda raw: re.sub(rb'"([A-Za-z]+)"\s*:', rb'"\1": 1, "\1":', raw, count=1)),
    },
    "a view that runs": {"sqlite": database("ALTER TABLE CODERS RENAME TO C", "CREATE VIEW CODERS AS SELECT ID, Name FROM C")},
    "a million rows": {
        "csv": every(million_rows), "sqlite": database(
            "WITH RECURSIVE n(k) AS (SELECT 100 UNION ALL SELECT k + 1 FROM n WHERE k < 1000000) INSERT INTO ENTITIES (VariableId, Value) SELECT 1, k FROM n"
        ), "zip": every(million_rows_of_a_sheet), "bib": every(lambda raw: raw + b"@misc{a, title={A}}\n" * 300_000),
        "xml": every(lambda raw: after_root(raw, b"<a/>" * 1_000_001)),
        "json": every(lambda raw: b"[" + b"{}," * 1_000_000 + b"{}]"),
        "yaml": every(lambda raw: raw + b"x: [" + b"1," * 1_000_000 + b"1]\n"),
        "html": every(lambda raw: raw.replace(b"</table>", b"<tr><td>a</td><td>b</td></tr>" * 1_000_000 + b"</table>")),
    },
    "no encoding": {k: every(lambda raw: raw.decode("utf-8").encode("utf-16-le")) for k in ("csv", "xml", "json", "yaml", "html", "bib")}
    | {"zip": in_xml(lambda raw: raw.decode("utf-8").encode("utf-16-le")), "sqlite": database("UPDATE DOCUMENTS SET Text = CAST(x'ff00fe' AS TEXT)")},
}  # fmt: skip
BORNE = {
    "macro": {"zip": every(lambda raw: packed({**members(raw), "word/vbaProject.bin": b"x", "xl/vbaProject.bin": b"x"}))},
    "link": {
        "zip": every(lambda raw: packed({**members(raw), "xl/externalLinks/externalLink1.xml": b"<a/>", "word/_rels/settings.xml.rels":
            b'<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" Target="http://127.0.0.1:9/x" TargetMode="External"/></Relationships>'})),
        "html": every(lambda raw: raw.replace(b"<table", b"<img src='http://127.0.0.1:9/'><script>fetch('x')</script><base href='file:///etc/'><table", 1)),
        "bib": every(lambda raw: raw + b"@misc{q, title={Q}, url={file:///etc/passwd}, file={/etc/passwd}}\n"),
        "json": every(lambda raw: raw.replace(b'"', b'"http://127.0.0.1:9/', 1)),
    },
    "formula": {
        "csv": every(lambda raw: raw.replace(b",", b",=1+1|cmd!A1 ", 3)), "bib": every(lambda raw: raw + b'@misc{q, title={=HYPERLINK("http://127.0.0.1:9")}}\n'),
        "zip": in_xml(lambda raw: raw.replace(b"<is>", b"<f>WEBSERVICE(&quot;http://127.0.0.1:9&quot;)</f><is>", 1)),
    },
    "outside entity": {"html": every(lambda raw: ENTITY.format("/etc/passwd").encode() + raw.replace(b"<td>", b"<td>&secret;", 1))},
    "command": {
        "bib": every(lambda raw: raw + GROW.encode() + b"@misc{q, title = {\\input{/etc/passwd}} # a11, note = {\\write18{touch owned}}}\n"),
        "yaml": every(lambda raw: raw.replace(b"name:", b"name: __import__('os').system('touch owned') #", 1)),
    },
}  # fmt: skip
LARGE = ("bomb", "a million rows")
PAIRS = [
    pytest.param(r, a, marks=pytest.mark.slow if a in LARGE else ())
    for a, kinds in REFUSED.items()
    for r, k in KIND.items()
    if k in kinds
]
BORNE_PAIRS = [(r, a) for a, kinds in BORNE.items() for r, k in KIND.items() if k in kinds]


@pytest.fixture
def guarded(monkeypatch):
    """Nothing may be fetched or run while a file is read."""

    def never(*what, **_):
        raise AssertionError(f"a file that is read may not do this: {what}")

    monkeypatch.setattr(socket, "socket", never)
    monkeypatch.setattr(subprocess, "Popen", never)
    monkeypatch.setattr(os, "system", never)


def tried(reader, files, tmp_path):
    """What reading gives: a case or an error of ours; nothing is left beside the file."""
    folder = tmp_path / "f"
    folder.mkdir()
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    path = folder if len(files) > 1 else folder / next(iter(files))
    start, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        if reader == "trace":
            return read_trace(path, seeds.case())
        return plan(path, tmp_path / "out", source_format=reader)
    except ZopaError as error:
        return error
    finally:
        assert sorted(p.name for p in folder.iterdir()) == sorted(files)
        assert [p.name for p in tmp_path.iterdir()] == ["f"]
        assert time.process_time() - start < 60
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2_500_000, "kilobytes"


def test_every_reader_stands_in_the_table():
    assert set(KIND) == {name for name, one in FORMATS.items() if one.read} | {"trace"}


@pytest.mark.parametrize("reader", KIND)
def test_the_sound_file_of_every_reader_is_read(reader, tmp_path, guarded):
    assert not isinstance(tried(reader, sound(reader), tmp_path), Exception)


@pytest.mark.parametrize(("reader", "attack"), PAIRS)
def test_an_attack_is_refused_with_its_place(reader, attack, tmp_path, guarded):
    said = tried(reader, REFUSED[attack][KIND[reader]](sound(reader)), tmp_path)
    assert isinstance(said, CaseError), said
    assert all(f.what and f.file for f in said.findings)
    assert "root:" not in str(said)


@pytest.mark.parametrize(("reader", "attack"), BORNE_PAIRS)
def test_what_is_harmless_as_words_stays_words(reader, attack, tmp_path, guarded):
    said = tried(reader, BORNE[attack][KIND[reader]](sound(reader)), tmp_path)
    shown = (
        str(said)
        if isinstance(said, Exception)
        else json.dumps(said.case.model_dump(mode="json"))
        if reader != "trace"
        else ""
    )
    assert "root:x" not in shown
    assert isinstance(said, CaseError) or not isinstance(said, NotApplicable)
