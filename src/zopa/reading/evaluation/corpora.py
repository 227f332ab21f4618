"""Gold files and corpora that a user has on disk, as documents for the evaluator and the trainer. Reads files only."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import lzma
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, StrictInt, TypeAdapter, ValidationError

from zopa.errors import CaseError, Finding
from zopa.reading.evaluation.score import AnnotatedText
from zopa.reading.extraction.speakers import Roster

__all__ = ["read_corpus", "read_gold", "read_polnear"]

LARGEST = 200_000_000
"""Bytes of one file, and of the parts of an archive that are read."""
MOST_FINDINGS = 20


def _refused(path: Path, what: str, hint: str = "", place: str = "", line: int = 0) -> CaseError:
    return CaseError([Finding(place, what, hint, str(path), line, 1 if line else 0)], "nothing was measured")


# -------------------------------------------------------------- gold files

Span = tuple[StrictInt, StrictInt]
Spans = Span | list[Span] | None
_Day = Annotated[str, AfterValidator(lambda text: date.fromisoformat(text) and text)]


class _GoldStatement(BaseModel):
    source: Spans = None
    cue: Spans = None
    content: Spans = None
    speaker: str | None = None
    optional: bool = False


class _GoldRecord(BaseModel):
    span: Span | list[Span]


class _GoldText(BaseModel):
    doc: str
    attributions: list[_GoldStatement]
    text: str | None = None
    sha256: str | None = None
    published: _Day | None = None
    nested: list[_GoldStatement] = []
    ignore: list[Span] = []
    dates: list[_GoldRecord] = []
    figures: list[_GoldRecord] = []
    events: list[_GoldRecord] = []
    shifts: list[_GoldRecord] = []


class _GoldSpeaker(BaseModel):
    party: str | None = None
    kind: str = ""
    aliases: list[str] = []


_GOLD = TypeAdapter(list[_GoldText])
_SPEAKERS = TypeAdapter(dict[str, _GoldSpeaker])


def read_gold(gold: Path, texts: Path, language: str = "en") -> list[AnnotatedText]:
    """Documents of a gold file (a JSON list, or one document) with their texts from a folder.

    A file ``NAME.speakers.json`` beside ``NAME.gold.json`` (or ``seed_speakers.json`` beside ``seed_gold.json``)
    names the speakers, in the words of the language pack ``language``.

    Raises
    ------
    CaseError
        If a file is missing or not of that form, or a text is not the one that was annotated.
    """
    data = _json(gold)
    items = data if isinstance(data, list) else [data]
    _check(gold, items, _GOLD)
    speakers = gold.with_name(gold.name.replace("gold", "speakers"))
    roster = None
    if speakers != gold and speakers.exists():
        named = _json(speakers)
        _check(speakers, named, _SPEAKERS)
        roster = Roster.from_dict(named, language)
    return [AnnotatedText(item["doc"], _text_of(item, gold, texts), item, roster) for item in items]


def _json(path: Path) -> Any:
    try:
        return json.loads(_bytes(path).decode("utf-8-sig"))
    except RecursionError:
        raise _refused(path, "expected a gold file in JSON, saw brackets nested too deeply") from None
    except json.JSONDecodeError as error:
        raise _refused(path, f"expected a gold file in JSON: {error.msg}", line=error.lineno) from None
    except ValueError as error:
        raise _refused(path, f"expected a gold file in JSON: {error}") from None


def _check(path: Path, data: Any, form: TypeAdapter[Any]) -> None:
    """Every place at which the data is not of the form of a gold file."""
    try:
        form.validate_python(data)
    except ValidationError as error:
        found = [
            Finding(".".join(map(str, e["loc"])), f"{e['msg']}, saw {e['input']!r:.60}", "", str(path))
            for e in error.errors()[:MOST_FINDINGS]
        ]
        raise CaseError(found, "nothing was measured") from None


def _bytes(path: Path) -> bytes:
    """A file's bytes, if it is one that can be read and not too large."""
    try:
        if not path.is_file():
            raise _refused(path, "expected a file, saw nothing or a folder there")
        if path.stat().st_size > LARGEST:
            raise _refused(path, f"expected at most {LARGEST // 1_000_000} MB")
        return path.read_bytes()
    except OSError as error:
        raise _refused(path, f"expected a readable file: {error.strerror}") from None


def _text_of(item: Mapping[str, Any], gold: Path, texts: Path) -> str:
    if item.get("text") is not None:
        return str(item["text"])
    name = item["doc"]
    for path in (texts / name, texts / f"{name}.txt", texts / Path(name).name, gold.parent / name, texts):
        if _is(Path.is_file, path):
            raw = _bytes(path)
            if item.get("sha256") and hashlib.sha256(raw).hexdigest() != item["sha256"]:
                raise _refused(
                    path, "expected the text that the gold was made on, saw another (sha256 differs)"
                )
            return _decoded(raw, path)
    raise _refused(
        texts,
        f"expected the text {name[:80]} there, saw none",
        "name the folder of the texts after the gold file",
    )


def _is(kind: Callable[[Path], bool], path: Path) -> bool:
    """Whether there is a file or folder at a path."""
    try:
        return kind(path)
    except (OSError, ValueError):  # a name that no file can have
        return False


def _decoded(raw: bytes, path: Path) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refused(path, "expected text in UTF-8, saw other bytes", line=line) from None


# -------------------------------------------------------------- PolNeAR


def read_polnear(path: Path, split: str) -> list[AnnotatedText]:
    """A split of the PolNeAR corpus (Newell, Margolin and Ruths 2018) from its archive or folder; first annotator.

    The corpus carries no licence: it stays where the user has it, and nothing of it is shipped.

    Raises
    ------
    CaseError
        If it is not that corpus, or a file in it is damaged; with the file and the line.
    """
    files = None if _is(Path.is_dir, path) else _unpacked(path, ("metadata.tsv", f"{split}/"))

    def member(name: str) -> str | None:
        if files is None:
            inner = path / name
            return _decoded(_bytes(inner), inner) if _is(Path.is_file, inner) else None
        return _decoded(files[name], path / name) if name in files else None

    table = member("metadata.tsv")
    if table is None:
        raise _refused(path, "expected metadata.tsv in the corpus, saw none")
    out = []
    for name, annotator in _listed(table, split, path / "metadata.tsv"):
        marks_name = f"{split}/attributions/{name}_{annotator}.ann"
        text, marks = member(f"{split}/text/{name}.txt"), member(marks_name)
        if text is not None and marks is not None:
            out.append(AnnotatedText(name, text, {"attributions": _brat(marks, path / marks_name)}))
    if not out:
        raise _refused(path, f"expected documents of split '{split}', saw none")
    return out


def _unpacked(path: Path, wanted: tuple[str, ...]) -> dict[str, bytes]:
    """The members of an archive that are wanted, by their names without the first folder."""
    out: dict[str, bytes] = {}
    left = LARGEST
    try:
        with tarfile.open(path) as tar:
            for m in tar:
                name = m.name.partition("/")[2]
                if not m.isfile() or not name.startswith(wanted):
                    continue
                left -= m.size
                if left < 0:
                    raise _refused(
                        path, f"expected an archive with at most {LARGEST // 1_000_000} MB to read"
                    )
                handle = tar.extractfile(m)
                out[name] = handle.read() if handle else b""
    except (OSError, EOFError, ValueError, tarfile.TarError, zlib.error, lzma.LZMAError) as error:
        if isinstance(error, CaseError):
            raise
        raise _refused(path, f"expected the corpus as a folder or tar archive: {error}") from None
    return out


def _listed(table: str, split: str, path: Path) -> Iterator[tuple[str, str]]:
    """The documents of a split and the first annotator of each."""
    rows = csv.DictReader(io.StringIO(table, newline=""), delimiter="\t")
    try:
        missing = {"compartment", "filename", "annotators"} - set(rows.fieldnames or ())
        if missing:
            raise _refused(path, f"expected a column '{min(missing)}', saw none", line=1)
        for row in rows:
            if row["compartment"] == split and row["filename"] and row["annotators"]:
                yield row["filename"], min(row["annotators"].split("|"))
    except csv.Error as error:
        raise _refused(path, f"expected a table with tabs: {error}", line=max(1, rows.line_num)) from None


_MARK = re.compile(r"[TE]\d+")
_EXTENT = re.compile(r"\S+ (\d{1,9} \d{1,9}(?:;\d{1,9} \d{1,9})*)")


def _brat(marks: str, path: Path) -> list[dict[str, Any]]:
    """Brat stand-off annotation; an E line may stand before the T lines that it names."""
    pieces: dict[str, list[tuple[int, int]]] = {}
    events: list[str] = []
    for n, line in enumerate(marks.splitlines(), 1):
        cells = line.split("\t")
        if not _MARK.fullmatch(cells[0]) or len(cells) < 2:
            continue
        if cells[0][0] == "E":
            events.append(cells[1])
            continue
        m = _EXTENT.fullmatch(cells[1])
        if m is None:
            raise _refused(path, f"expected 'Role START END', saw {cells[1]!r:.60}", line=n)
        pieces[cells[0]] = [(int(a), int(b)) for a, b in (x.split() for x in m[1].split(";"))]
    return [_event(arguments, pieces) for arguments in events]


def _event(arguments: str, pieces: Mapping[str, list[tuple[int, int]]]) -> dict[str, Any]:
    """The spans of one annotated statement by role."""
    item: dict[str, set[tuple[int, int]]] = {"source": set(), "cue": set(), "content": set()}
    for argument in arguments.split():
        role, _, target = argument.partition(":")
        spans = item.get(role.rstrip("0123456789").lower())
        if spans is not None:
            spans.update(pieces.get(target, ()))
    return {k: sorted(v) for k, v in item.items()}


def read_corpus(
    path: Path, split: str, texts: Path | None = None, language: str = "en"
) -> list[AnnotatedText]:
    """Annotated texts of either kind: gold JSON with its texts in a folder (or beside it), or PolNeAR."""
    if path.suffix == ".json":
        return read_gold(path, texts or path.parent, language)
    if path.is_dir() and (golds := sorted(p for p in path.glob("*.json") if p.with_suffix(".txt").exists())):
        return [d for p in golds for d in read_gold(p, path, language)]
    return read_polnear(path, split)
