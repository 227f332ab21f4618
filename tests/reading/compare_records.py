"""Every record with all its fields, as one digest per text: run before and after a change that must change none.

    python tests/reading/compare_records.py before.txt
    python tests/reading/compare_records.py after.txt --against before.txt

Reads the gold articles, and the texts of ``../shared`` where they are. Names each text whose records differ, and
returns 1 if there is one.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import sys
import tarfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from zopa.casefile import load
from zopa.reading import Published, extract, prepare, to_records
from zopa.reading.attribution.attribute import attribute
from zopa.reading.evaluation.corpora import read_polnear
from zopa.reading.language.lexicon import lexicon
from zopa.reading.parsing.segment import segment

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SHARED = ROOT.parent / "shared"


def texts() -> Iterator[tuple[str, str]]:
    """Name and text of everything that there is to read."""
    places = [(HERE / "gold", "*.txt"), (SHARED / "seed", "*.txt"), (SHARED / "data" / "reading_genres", "*.txt"),
              (SHARED / "data" / "found_in_use", "*/*.txt")]  # fmt: skip
    for folder, pattern in places:
        for path in sorted(folder.glob(pattern)):
            yield str(path.relative_to(folder.parent)), path.read_text(encoding="utf-8", errors="replace")
    data = SHARED / "data" / "reading"
    if not data.is_dir():
        return
    with tarfile.open(data / "gum_wikinews.tar.gz") as tar:
        for member in tar:
            if member.name.endswith(".txt"):
                handle = tar.extractfile(member)
                assert handle is not None
                yield member.name, handle.read().decode("utf-8")
    for split in ("train", "dev"):
        for d in read_polnear(data / "polnear_train_dev.tar.gz", split):
            yield d.name, d.text


def plain(value: object) -> object:
    """Any record as JSON data, with every field."""
    if dataclasses.is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value if isinstance(value, str | int | float | None) else str(value)


def digests() -> Iterator[str]:
    case = load(ROOT / "src" / "zopa" / "examples" / "ukraine-2025")
    lex = lexicon("en")
    for name, words in texts():
        text = prepare(words, Published(on=date(2025, 3, 1)))
        found = [extract(text), extract(text, case)]
        records = [
            to_records(f, "s", c).model_dump(mode="json") for f, c in zip(found, (None, case), strict=True)
        ]
        everything = [plain(attribute(segment(words, lex), lex)), plain(found), records]
        yield hashlib.sha256(json.dumps(everything, sort_keys=True).encode()).hexdigest() + " " + name


def main() -> int:
    """Write the digests; compare them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("--against", type=Path)
    options = parser.parse_args()
    lines = list(digests())
    options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    before = set(options.against.read_text(encoding="utf-8").splitlines()) if options.against else set(lines)
    differing = [line.partition(" ")[2] for line in lines if line not in before]
    sys.stdout.write(
        f"{len(lines)} texts, {len(differing)} differ\n" + "".join(f"  {d}\n" for d in differing)
    )
    return bool(differing)


if __name__ == "__main__":
    sys.exit(main())
