"""Gold files and corpora that a user has on disk, as documents for the evaluator and the trainer. Reads files only."""

from __future__ import annotations

import csv
import io
import json
import re
import tarfile
from pathlib import Path
from typing import Any

from zopa.errors import CaseError, Finding
from zopa.reading.evaluation.score import AnnotatedText
from zopa.reading.extraction.speakers import Roster

__all__ = ["read_corpus", "read_gold", "read_polnear"]


def _refused(path: Path, what: str, hint: str = "") -> CaseError:
    return CaseError([Finding("", what, hint, str(path))], "nothing was measured")


def read_gold(gold: Path, texts: Path, language: str = "en") -> list[AnnotatedText]:
    """Documents of a gold file (a JSON list, or one document) with their texts from a folder.

    A file ``NAME.speakers.json`` beside ``NAME.gold.json`` (or ``seed_speakers.json`` beside ``seed_gold.json``)
    names the speakers, in the words of the language pack ``language``.

    Raises
    ------
    CaseError
        If a file is missing, or a text is not the one that was annotated.
    """
    try:
        data = json.loads(gold.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError) as error:
        raise _refused(gold, f"expected a gold file in JSON: {error}") from None
    speakers = gold.with_name(gold.name.replace("gold", "speakers"))
    roster = (
        Roster.from_dict(json.loads(speakers.read_text(encoding="utf-8")), language)
        if speakers != gold and speakers.exists()
        else None
    )
    out = []
    for item in data if isinstance(data, list) else [data]:
        out.append(AnnotatedText(item["doc"], _text_of(item, gold, texts), item, roster))
    return out


def _text_of(item: dict[str, Any], gold: Path, texts: Path) -> str:
    import hashlib

    if "text" in item:
        return str(item["text"])
    name = item["doc"]
    for path in (texts / name, texts / f"{name}.txt", texts / Path(name).name, gold.parent / name, texts):
        if path.is_file():
            raw = path.read_bytes()
            if item.get("sha256") and hashlib.sha256(raw).hexdigest() != item["sha256"]:
                raise _refused(
                    path, "expected the text that the gold was made on, saw another (sha256 differs)"
                )
            return raw.decode("utf-8")
    raise _refused(
        texts, f"expected the text {name} there, saw none", "name the folder of the texts as SOURCE"
    )


def read_polnear(path: Path, split: str) -> list[AnnotatedText]:
    """A split of the PolNeAR corpus (Newell, Margolin and Ruths 2018) from its archive or folder; first annotator.

    The corpus carries no licence: it stays where the user has it, and nothing of it is shipped.
    """
    if path.is_dir():
        files = {str(p.relative_to(path)): p for p in path.rglob("*") if p.is_file()}

        def member(name: str) -> bytes | None:
            return files[name].read_bytes() if name in files else None

    else:
        try:
            with tarfile.open(path) as tar:
                loaded = {
                    m.name.partition("/")[2]: f.read()
                    for m in tar
                    if m.isfile() and (f := tar.extractfile(m))
                }
        except (OSError, tarfile.TarError) as error:
            raise _refused(path, f"expected the corpus as a folder or tar archive: {error}") from None

        def member(name: str) -> bytes | None:
            return loaded.get(name)

    table = member("metadata.tsv")
    if table is None:
        raise _refused(path, "expected metadata.tsv in the corpus, saw none")
    out = []
    for row in csv.DictReader(io.StringIO(table.decode("utf-8"), newline=""), delimiter="\t"):
        if row["compartment"] != split:
            continue
        name, annotator = row["filename"], sorted(row["annotators"].split("|"))[0]
        text = member(f"{split}/text/{name}.txt")
        marks = member(f"{split}/attributions/{name}_{annotator}.ann")
        if text is not None and marks is not None:
            out.append(
                AnnotatedText(name, text.decode("utf-8"), {"attributions": _brat(marks.decode("utf-8"))})
            )
    if not out:
        raise _refused(path, f"expected documents of split '{split}', saw none")
    return out


def _brat(marks: str) -> list[dict[str, Any]]:
    """Brat stand-off annotation; an E line may stand before the T lines that it names."""
    pieces: dict[str, list[tuple[int, int]]] = {}
    events: list[list[list[str]]] = []
    for line in marks.splitlines():
        cells = line.split("\t")
        if not re.fullmatch(r"[TE]\d+", cells[0]) or len(cells) < 2:
            continue
        if cells[0][0] == "T":
            offsets = cells[1].split(" ", 1)[1].split(";")
            pieces[cells[0]] = [(int(a), int(b)) for a, b in (x.split() for x in offsets)]
        else:
            events.append([x.split(":") for x in cells[1].split()])
    out = []
    for arguments in events:
        item: dict[str, set[tuple[int, int]]] = {"source": set(), "cue": set(), "content": set()}
        for role, target in arguments:
            name = re.sub(r"\d+$", "", role).lower()
            if name in item:
                item[name] |= set(pieces.get(target, ()))
        out.append({k: sorted(v) for k, v in item.items()})
    return out


def read_corpus(
    path: Path, split: str, texts: Path | None = None, language: str = "en"
) -> list[AnnotatedText]:
    """Annotated texts of either kind: gold JSON with its texts in a folder (or beside it), or PolNeAR."""
    if path.suffix == ".json":
        return read_gold(path, texts or path.parent, language)
    return read_polnear(path, split)
