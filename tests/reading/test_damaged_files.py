"""Whatever a file holds, reading it ends in records or in an error that names the file, never in anything else."""

import io
import json
import random
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from zopa.errors import CaseError, ZopaError
from zopa.reading import read
from zopa.reading.evaluation.corpora import read_corpus, read_gold, read_polnear
from zopa.reading.evaluation.score import evaluate
from zopa.reading.evaluation.train import load_model, train_model
from zopa.reading.sources.files import open_source

GOLD = Path(__file__).parent / "gold"
MUTANTS = 120
TEXT = "The mayor said she would not sell the dam. The union wants more."
MARKS = (
    "T1\tSource 0 9\tThe mayor\nT2\tCue 10 14\tsaid\nT3\tContent 15 41\tshe would\n"
    "E1\tAttribution:T2 Source:T1 Cue:T2 Content:T3\n"
)
VALUES = (None, -1, 10**30, 1.5, "", "x", [], {}, [[]], [1], [5, 2], True, "2025-99-99", {"a": [1]}, "\ud800")
NOISE = (
    b"\x00",
    b"\xff",
    b"\n",
    b"\t",
    b'"',
    b"{",
    b"[" * 3000,
    b"9" * 5000,
    b"\xed\xa0\x80",
    b"-->",
    b"E1\tA:",
    b"T1\tA 1",
)


def damaged(data: bytes, rng: random.Random) -> bytes:
    """The bytes with some of them changed, cut out, doubled or replaced by noise."""
    for _ in range(rng.randint(1, 4)):
        i, j = sorted(rng.randrange(len(data) + 1) for _ in range(2))
        j = min(j, i + 40)
        data = rng.choice([
            data[:i] + data[j:], data[:j] + data[i:], data[:i], data[:i] + rng.choice(NOISE) + data[j:],
            data[:i] + bytes([rng.randrange(256)]) + data[i + 1 :],
        ]) or b"x"  # fmt: skip
    return data


def misshapen(data: object, rng: random.Random) -> object:
    """The same JSON with one value somewhere in it replaced or left out."""
    places: list[tuple[object, object]] = []

    def walk(value: object) -> None:
        for key in (
            list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
        ):
            places.append((value, key))
            walk(value[key])

    copy = json.loads(json.dumps(data))
    walk(copy)
    holder, key = rng.choice(places)
    if rng.random() < 0.2:
        del holder[key]
    else:
        holder[key] = rng.choice(VALUES)
    return copy


def refusal(action: Callable[[], object]) -> str:
    """What an action refuses with, in words; empty when it does its work. Anything else than our errors escapes."""
    try:
        action()
    except ZopaError as error:
        return str(error)
    return ""


def archive(folder: Path, split: str = "dev") -> Path:
    """A corpus of one document in PolNeAR's form."""
    members = {
        "metadata.tsv": "filename\tcompartment\tannotators\nart1\tdev\ta|b\n",
        f"{split}/text/art1.txt": TEXT,
        f"{split}/attributions/art1_a.ann": MARKS,
    }
    path = folder / "polnear.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for name, text in members.items():
            info = tarfile.TarInfo(f"polnear/{name}")
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text.encode()))
    return path


def test_mutated_gold_files_end_in_a_score_or_a_located_error(tmp_path):
    rng = random.Random(1)
    (whole,) = json.loads((GOLD / "marra.gold.json").read_text(encoding="utf-8"))
    text = (GOLD / "marra.txt").read_text(encoding="utf-8")[:600]
    small = {
        **whole, "doc": "t", "text": text, "sha256": None,
        **{k: v[:3] for k, v in whole.items() if isinstance(v, list)},
    }  # fmt: skip
    path, refused = tmp_path / "a.gold.json", 0
    for n in range(MUTANTS):
        raw = json.dumps(misshapen(small, rng)).encode("utf-8", "surrogatepass")
        path.write_bytes(damaged(raw, rng) if n % 2 else raw)
        said = refusal(lambda: evaluate(read_gold(path, tmp_path)))
        refused += bool(said)
        assert not said or str(tmp_path) in said
    assert 0 < refused < MUTANTS


def test_mutated_files_of_speakers_end_in_a_located_error(tmp_path):
    rng = random.Random(2)
    (tmp_path / "a.gold.json").write_text(json.dumps({"doc": "t", "text": TEXT, "attributions": []}))
    speakers = {"The mayor": {"party": "town", "kind": "person", "aliases": ["mayor"]}}
    for _ in range(MUTANTS):
        raw = json.dumps(misshapen(speakers, rng)).encode("utf-8", "surrogatepass")
        (tmp_path / "a.speakers.json").write_bytes(damaged(raw, rng) if rng.random() < 0.5 else raw)
        said = refusal(lambda: read_gold(tmp_path / "a.gold.json", tmp_path))
        assert not said or "a.speakers.json" in said


@pytest.mark.parametrize("packed", [True, False])
def test_a_mutated_corpus_ends_in_documents_or_in_an_error_with_file_and_line(tmp_path, packed):
    rng = random.Random(3)
    path = archive(tmp_path)
    whole = path.read_bytes()
    with tarfile.open(path) as tar:
        tar.extractall(tmp_path, filter="data")
    folder = tmp_path / "polnear"
    files = [p for p in folder.rglob("*") if p.is_file()]
    for _ in range(MUTANTS):
        if packed:
            path.write_bytes(damaged(whole, rng))
        else:
            victim = rng.choice(files)
            kept = victim.read_bytes()
            victim.write_bytes(damaged(kept, rng))
        said = refusal(lambda: evaluate(read_polnear(path if packed else folder, "dev")))
        assert not said or "polnear" in said
        if not packed:
            victim.write_bytes(kept)


def test_a_line_of_a_corpus_that_cannot_be_read_is_named(tmp_path):
    archive(tmp_path)
    with tarfile.open(tmp_path / "polnear.tar.gz") as tar:
        tar.extractall(tmp_path, filter="data")
    marks = tmp_path / "polnear" / "dev" / "attributions" / "art1_a.ann"
    marks.write_text("T1\tSource 0 9\tx\nT2\tCue ten 14\tsaid\n")
    with pytest.raises(CaseError, match=r"art1_a\.ann:2:1: expected 'Role START END', saw 'Cue ten 14'"):
        read_polnear(tmp_path / "polnear", "dev")


def test_folders_devices_and_nothing_in_place_of_a_gold_file_are_named(tmp_path):
    for path in (tmp_path, tmp_path / "none.json", Path("/dev/null"), tmp_path / ("x" * 3000 + ".json")):
        with pytest.raises(CaseError):
            read_gold(path, tmp_path)
        with pytest.raises(CaseError):
            read_polnear(path, "dev")


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    documents = read_corpus(GOLD / "marra.gold.json", "train") * 2
    return train_model(documents, tmp_path_factory.mktemp("model") / "m.crf").read_bytes()


def test_a_damaged_model_is_refused_before_its_weights_are_used(model, tmp_path):
    rng = random.Random(4)
    path = tmp_path / "m.crf"
    for _ in range(MUTANTS):
        raw = damaged(model, rng)
        path.write_bytes(raw)
        said = refusal(lambda: load_model(path))
        assert not said or ("m.crf" in said and "zopa train" in said)


@pytest.mark.parametrize("part", ["cues.crf", "roles.crf", "card.json"])
def test_weights_that_were_changed_inside_a_sound_archive_are_refused_by_their_digest(model, tmp_path, part):
    path = tmp_path / "m.crf"
    with zipfile.ZipFile(io.BytesIO(model)) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == part:
                data = (
                    data[: len(data) // 2]
                    if part != "card.json"
                    else data.replace(b'"format": 2', b'"format": 1')
                )
            new.writestr(name, data)
    with pytest.raises(CaseError, match="format 1" if part == "card.json" else "sha256 differs"):
        load_model(path)


@pytest.mark.parametrize("ending", [".eml", ".html", ".rss", ".docx", ".txt"])
def test_mutated_texts_end_in_words_or_in_an_error_that_names_the_file(tmp_path, ending):
    rng = random.Random(5)
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr(
            "word/document.xml", f"<w:d xmlns:w='{word}'><w:p><w:r><w:t>{TEXT * 20}</w:t></w:r></w:p></w:d>"
        )
    whole = {
        ".eml": b"From: a@b\nDate: Mon, 3 Mar 2025 10:00:00 +0000\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
        b"--b\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nVGhlIG1heW9y\n--b--\n",
        ".html": f"<html><meta charset=utf-8><body><p>{TEXT}</p><!-- x --><script>1</script></body></html>".encode(),
        ".rss": f"<rss><item><title>t</title><description>{TEXT}</description><pubDate>Mon, 3 Mar 2025</pubDate></item></rss>".encode(),
        ".docx": packed.getvalue(),
        ".txt": TEXT.encode(),
    }[ending]  # fmt: skip
    path = tmp_path / f"text{ending}"
    for _ in range(MUTANTS):
        path.write_bytes(damaged(whole, rng))
        said = refusal(lambda: open_source(str(path)))
        assert not said or path.name in said


@pytest.mark.parametrize(
    "headers",
    [
        b"Content-Type: text/plain; " + b"a=b; " * 30_000, b"Content-Type: text/plain; " + b"(" * 30_000,
        b"From: " + b"a@b, " * 30_000, b"Subject: " + b"=?utf-8?q?a?= " * 20_000, b"Content-Type: message/rfc822\n\n" * 3_000,
        b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (i, i) for i in range(2_000)),
        b'Content-Type: multipart/mixed; boundary="b"\n\n' + b"--b\n\n" * 200_000,
    ],
    ids=["parameters", "brackets", "senders", "encoded words", "messages in messages", "parts in parts", "parts"],
)  # fmt: skip
def test_a_message_built_to_keep_the_reader_busy_is_refused(tmp_path, headers):
    path = tmp_path / "a.eml"
    path.write_bytes(b"MIME-Version: 1.0\n" + headers + b"\n\nwords\n")
    with pytest.raises(CaseError, match=r"a\.eml"):
        open_source(str(path))


def test_mutated_language_packs_end_in_a_reading_or_in_an_error_that_names_the_file(tmp_path):
    rng = random.Random(6)
    whole = Path(__file__).with_name("de.toml").read_bytes()
    for n in range(MUTANTS):
        path = tmp_path / f"pack{n}.toml"
        path.write_bytes(damaged(whole, rng) if n else b"a = " + b"[" * 5000)
        said = refusal(
            lambda path=path: read("„Die Brücke ist sicher“, sagte Anna Berg.", language=str(path))
        )
        assert not said or path.name in said


@pytest.mark.parametrize("ending", ["txt", "eml", "html", "csv", "json", "xml"])
def test_binary_data_is_refused_whatever_its_ending(tmp_path, ending):
    path = tmp_path / f"noise.{ending}"
    path.write_bytes((bytes(range(1, 256)) + b"\0") * 40)
    with pytest.raises(CaseError, match="binary data"):
        open_source(str(path))
