"""Reading: agreement with annotated texts, and time that grows with the length only.

    python -m benchmarks.reading

Reads PolNeAR, GUM Wikinews and the seed article from ``../shared/data/reading`` where they are; the second gold
article is always there. The yardsticks for time are the least CPU time per article, and the same text up to 256
times; the figures of other systems on the same documents are printed from their recorded predictions.
"""

from __future__ import annotations

import json
import tarfile
import tempfile
import time
from datetime import date
from pathlib import Path
from statistics import fmean, median

from typer.testing import CliRunner

from zopa.casefile import load
from zopa.cli import app
from zopa.reading import read
from zopa.reading.evaluation.corpora import read_gold, read_polnear
from zopa.reading.evaluation.score import Score, compare, evaluate
from zopa.reading.review import Session
from zopa.reading.store import save_changes

HERE = Path(__file__).resolve().parents[1]
DATA = HERE.parent / "shared" / "data" / "reading"
GOLD = HERE / "tests" / "reading" / "gold"
LIMIT = 20
"""CPU milliseconds that an article may take at most."""
LIMIT_OF_A_KEY = 50
"""CPU milliseconds that a key in review may take at most."""


def row(name: str, score: Score) -> None:
    p, r, f = score.prf["statements partial"]
    detect, exact = score.prf["statements detect"][2], score.prf["statements exact"][2]
    core = score.recall.get("cue: core reporting verb", (0, 0.0, 0.0))[2]
    right = score.rates["quotations right"]
    speaker = score.rates.get("speaker of aligned")
    said = f"{100 * speaker:8.1f}" if speaker is not None else "       –"
    print(
        f"{name:34}{100 * detect:8.1f}{100 * p:8.1f}{100 * r:8.1f}{100 * f:8.1f}{100 * exact:8.1f}{100 * right:8.1f}{100 * core:8.1f}{said}"
    )


def agreement() -> None:
    print(
        f"{'percent':34}{'detect':>8}{'P':>8}{'R':>8}{'partial':>8}{'exact':>8}{'quotes':>8}{'core':>8}{'speaker':>8}"
    )
    row("second gold article (ours)", evaluate(read_gold(GOLD / "marra.gold.json", GOLD)))
    if not DATA.is_dir():
        print("../shared/data/reading is not here: the other corpora are left out")
        return
    row("seed article (tuned on)", evaluate(read_gold(DATA / "seed_gold.json", DATA.parents[1])))
    with tempfile.TemporaryDirectory() as folder, tarfile.open(DATA / "gum_wikinews.tar.gz") as tar:
        tar.extractall(folder, filter="data")
        gum = Path(folder) / "gum_wikinews"
        row("GUM Wikinews (never tuned on)", evaluate(read_gold(gum / "attributions.json", gum / "text")))
    documents = read_polnear(DATA / "polnear_train_dev.tar.gz", "dev")
    row("PolNeAR dev, rules", evaluate(documents))
    with tarfile.open(DATA / "predictions.tar.gz") as tar:
        for name, label in (
            ("crf_840", "a CRF on an earlier prototype"),
            ("citron", "Citron, retrained"),
            ("textacy", "textacy 0.13"),
        ):
            member = next(m for m in tar if m.name.endswith(f"polnear_dev.{name}.json"))
            handle = tar.extractfile(member)
            assert handle is not None
            data = json.loads(handle.read())
            recorded = {Path(d["doc"]).name.removesuffix(".txt"): d for d in data}
            row(
                f"PolNeAR dev, {label}",
                compare([(d, recorded.get(d.name, {"attributions": []})) for d in documents]),
            )


def cost() -> None:
    """CPU per article, the least of some readings: what else the machine does can only add to it."""
    if not DATA.is_dir():
        return
    (seed,) = read_gold(DATA / "seed_gold.json", DATA.parents[1])
    articles = read_polnear(DATA / "polnear_train_dev.tar.gz", "dev")
    spent = [least(d.text, 3) for d in articles]
    above = sum(ms > LIMIT for ms in spent) / len(spent)
    print(f"\n{'CPU ms per article':34}{'mean':>8}{'median':>8}{'longest':>8}{f'above {LIMIT}':>10}")
    print(f"{'seed article':34}{least(seed.text, 20):8.1f}")
    name = f"PolNeAR dev, {len(spent)} articles"
    print(f"{name:34}{fmean(spent):8.1f}{median(spent):8.1f}{max(spent):8.1f}{100 * above:8.1f} %")


def least(text: str, times: int) -> float:
    """CPU milliseconds of the cheapest of some readings."""
    spent = []
    for _ in range(times):
        start = time.process_time()
        read(text)
        spent.append(time.process_time() - start)
    return 1000 * min(spent)


def growth() -> None:
    text = (GOLD / "marra.txt").read_text(encoding="utf-8")
    read(text)
    print(f"\n{'copies':>8}{'characters':>12}{'CPU ms per article':>20}{'ratio':>8}")
    one = 0.0
    for copies in (1, 16, 64, 256):
        long = "\n".join([text] * copies)
        start = time.process_time()
        for _ in range(max(1, 16 // copies)):
            read(long)
        spent = (time.process_time() - start) / max(1, 16 // copies) / copies
        one = one or spent
        print(f"{copies:8}{len(long):12,}{1000 * spent:20.1f}{spent / one:8.2f}")


def review_keys() -> None:
    """CPU per decision in review, with what it writes, on a case file of several megabytes."""
    text = "\n\n".join([(GOLD / "marra.txt").read_text(encoding="utf-8")] * 250)
    with tempfile.TemporaryDirectory() as folder:
        case_folder, source = Path(folder) / "case", Path(folder) / "long.txt"
        source.write_text(text, encoding="utf-8")
        CliRunner().invoke(app, ["read", str(source), "--case", str(case_folder)])
        size = (case_folder / "statements.yaml").stat().st_size / 1e6
        session = Session(load(case_folder), "benchmark", date(2025, 1, 1))
        print(f"\n{f'CPU ms per key, {size:.1f} MB':34}{'least':>8}{'limit':>8}")
        for name, act in (("reject", session.reject), ("split", lambda: halve(session)), ("undo", session.undo),
                          ("join", session.merge)):  # fmt: skip
            spent = []
            for _ in range(5):
                start = time.process_time()
                act()
                save_changes(case_folder, session.pending())
                spent.append(1000 * (time.process_time() - start))
            print(f"{name:34}{min(spent):8.1f}{LIMIT_OF_A_KEY:8}")


def halve(session: Session) -> None:
    """Split the next quotation that has a blank inside."""
    while (item := session.item) is not None:
        blank = item.quote.find(" ", 15)
        if session.current.group == "statements" and blank > 0 and session.split((item.start or 0) + blank):
            return
        session.skip()


def main() -> None:
    """Print the tables."""
    agreement()
    cost()
    growth()
    review_keys()
