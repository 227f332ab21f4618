"""Hostile and broken files of every format: a located refusal within bounds, never a traceback."""

import json
import random
import resource
import time
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from formats.seeds import seeds
from zopa.errors import CaseError, ZopaError
from zopa.formats import convert, plan
from zopa.formats.documents import json_data, number, unzip, xml_tree, yaml_data

TOKENS = (
    b"", b"\x00", b"\xff", b"\xef\xbb\xbf", b"NaN", b"-Infinity", b"1e999", b"-1", b"9" * 400, b"0", b"null", b"true",
    b"[" * 300, b"{" * 300, b"<a>" * 120, b"]]>", b"<![CDATA[", b"<!--", b"&amp;", b"&x;", b"'", b'"', b",", b"\n", b":",
    b"\\u0000", b"\\ud800", "\U0001f600".encode(), "\u202e".encode(), b"..", b"=1+1", b"5/0", b"<!DOCTYPE a>", b"- ", b"? ",
    b"*a", b"&a ", b"!!python/object:os.system ", b"1e-999", b"\xc2\xb2", b"x" * 3000, b"[]", b"{}", b'{"a": 1}', b"0x10",
)  # fmt: skip


def mutated(raw, chance):
    """One to three cuts, repeats, swaps or insertions."""
    data = bytearray(raw)
    for _ in range(chance.randint(1, 3)):
        a = chance.randrange(len(data) + 1)
        b = min(len(data), a + chance.choice((1, 1, 2, 5, 20, 200)))
        how = chance.randrange(5)
        if how == 0:
            data[a:b] = b""
        elif how == 1:
            data[a:b] = data[a:b] * chance.choice((2, 3, 40))
        elif how == 2:
            data[a:b] = chance.choice(TOKENS)
        elif how == 3 and data:
            data[a : a + 1] = bytes([chance.randrange(256)])
        else:
            data = data[:a] if chance.random() < 0.3 else data
    return bytes(data)


def broken(raw, chance):
    """A broken file: JSON by its parts, an archive by one of its members, all else by its bytes."""
    if raw[:1] in b"{[" and chance.random() < 0.6:
        return json.dumps(reshaped(json.loads(raw), chance)).encode()
    if raw.startswith(b"PK") and chance.random() < 0.8:
        with zipfile.ZipFile(BytesIO(raw)) as z:
            parts = {n: z.read(n) for n in z.namelist()}
        target = chance.choice(list(parts))
        out = BytesIO()
        with zipfile.ZipFile(out, "w") as z:
            for name, part in parts.items():
                z.writestr(name, mutated(part, chance) if name == target else part)
        return out.getvalue()
    return mutated(raw, chance)


def reshaped(value, chance):
    """A JSON value with some of its parts replaced by others of any type."""
    if chance.random() < 0.06:
        return chance.choice(
            [
                None,
                True,
                -1,
                10**30,
                1.5,
                "",
                "Y",
                [],
                {},
                [[]],
                [[0, "Y"]],
                {"a": {}},
                "x" * 500,
                [None],
                -0.0,
            ]
        )
    if isinstance(value, dict):
        return {k if chance.random() > 0.02 else k + "x": reshaped(v, chance) for k, v in value.items()}
    if isinstance(value, list):
        out = [reshaped(v, chance) for v in value]
        return out * chance.choice((1, 1, 1, 1, 1, 2)) if out else out
    return value


def tried(files, folder):
    """Convert, and let nothing but an error of ours through; whether a case came out."""
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    said = None
    try:
        plan(folder if len(files) > 1 else folder / next(iter(files)), folder / "out")
    except ZopaError as error:
        said = error
    assert said is None or str(said)
    assert all(f.what for f in getattr(said, "findings", ()))
    return said is None


def campaign(seed, rounds, tmp_path):
    chance = random.Random(seed)
    groups = seeds()
    made = 0
    for k in range(rounds):
        files = groups[k % len(groups)][1]
        target = chance.choice(list(files))
        raw = broken(files[target], chance)
        folder = tmp_path / "f"
        folder.mkdir(exist_ok=True)
        for old in folder.iterdir():
            old.unlink()
        made += tried({**files, target: raw}, folder)
    return made


def test_every_seed_is_sound_so_that_a_mutation_can_break_it(tmp_path):
    for name, files in seeds():
        folder = tmp_path / name
        folder.mkdir()
        assert tried(files, folder), name


@pytest.mark.parametrize("seed", range(2))
def test_mutated_files_end_in_a_case_or_in_an_error_of_ours(seed, tmp_path):
    assert 0 < campaign(seed, 240, tmp_path) < 240


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 104))
def test_thousands_of_mutated_files_end_in_a_case_or_in_an_error_of_ours(seed, tmp_path):
    assert campaign(seed, 1500, tmp_path) < 1500


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + k)} "{f"&{chr(97 + k)};" * 10}">' for k in range(9))
    + "]><Scenario><name>&j;</name></Scenario>"
)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.xml", BOMB, "document type declaration"),
        ("a.xml", '<!DOCTYPE s SYSTEM "file:///etc/passwd"><Scenario/>', "document type declaration"),
        ("a.xml", "<Scenario>" + "<a>" * 100_000, "levels of elements"),
        ("a.xml", "<Scenario>&undefined;</Scenario>", "undefined entity"),
        ("m.gmcr", '{"options": ' + "[" * 200_000, "levels of nesting"),
        ("m.gmcr", '{"options": [], "options": []}', "each key once"),
        ("m.gmcr", '{"options": ' + "9" * 5000 + "}", "number of ordinary size"),
        ("d.yml", "type: OutcomeSpace\na: &x [1]\nb: [*x, *x]\n", "no anchors"),
        ("d.yml", "type: OutcomeSpace\na: !!python/object/apply:os.system ['true']\n", "no tag"),
        ("d.yml", "type: OutcomeSpace\na: " + "[" * 3000, "nesting|mistake"),
    ],
)  # fmt: skip
def test_bombs_and_references_are_refused_with_a_reason(name, text, said, tmp_path):
    (tmp_path / name).write_text(text)
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    with pytest.raises(CaseError, match=said):
        convert(tmp_path / name, tmp_path / "out")
    assert time.process_time() - start < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000
    assert not (tmp_path / "out").exists()


def test_devices_pipes_and_large_files_are_refused(tmp_path):
    import os

    os.mkfifo(tmp_path / "pipe.csv")
    for path in (tmp_path / "pipe.csv", Path("/dev/zero")):
        with pytest.raises(CaseError, match="device or a pipe"):
            plan(path, "x")
    with (tmp_path / "big.csv").open("wb") as file:
        file.truncate(40_000_000)
    with pytest.raises(CaseError, match="at most 32 MB"):
        plan(tmp_path / "big.csv", "x")


def archive(**members):
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in members.items():
            z.writestr(name.replace("_", "/"), content)
    return out.getvalue()


def test_an_archive_that_swells_climbs_out_or_is_cut_off_is_refused():
    assert unzip(archive(a_b="x"), "z") == {"a/b": b"x"}
    bomb = archive(**{f"m{k}": b"0" * 30_000_000 for k in range(8)})
    assert len(bomb) < 1_000_000
    with pytest.raises(CaseError, match="zip bomb"):
        unzip(bomb, "z")
    for name in ("../../etc/passwd", "/etc/passwd", "C:\\x", "a/../../b"):
        out = BytesIO()
        with zipfile.ZipFile(out, "w") as z:
            z.writestr(name, "x")
        with pytest.raises(CaseError, match="unsafe name"):
            unzip(out.getvalue(), "z")
    sound = archive(a="x" * 1000)
    for cut in range(0, len(sound), 7):
        with pytest.raises(CaseError):
            unzip(sound[:cut], "z")


def test_places_of_mistakes_are_those_of_the_file():
    with pytest.raises(CaseError) as caught:
        xml_tree("\n<!-- x -->\n<?xml version='1.0'?>\n<a>\n<b></a>", "f.xml")
    assert caught.value.findings[0].line == 5
    with pytest.raises(CaseError) as caught:
        json_data('{\n"a": tru}', "f.json")
    assert (caught.value.findings[0].line, caught.value.findings[0].column) == (2, 6)
    with pytest.raises(CaseError) as caught:
        yaml_data("a: 1\nb: [1\n", "f.yml")
    assert caught.value.findings[0].line >= 2
    assert [number(t) for t in ("1e61", "1e-61", "0x1", "²", "1_0", "", " .5 ")][:6] == [None] * 6
