"""Whatever is counted reads right: one party, not 1 parties, in everything that a command prints about small cases."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from case_folder import write
from command_line import zopa

HEAD = "title: A well\nas_of: 2024-05-02\nbasis: {assumed: for a test}\n"
ISSUES = "issues:\n  well: {name: Well, now: w0, options: {w0: {label: no pump, at: 0}, w1: {label: a pump, at: 100}}}\n"
ONE = "parties:\n  A: {name: Arden, weights: {well: 100}, values: {well: {w0: 0, w1: 100}}, reservation: 50, capability: 10}\n"
TWO = ONE + ONE.replace("parties:\n", "").replace("A: {name: Arden", "B: {name: Bell")
RULE = "rules:\n  r: {party: A, when: {well: w0}, stated: s1}\nspeakers:\n  ann: {name: Ann, party: A}\n"
SAID = "statements:\n  s1: {source: note, quote: no deal without a pump, kind: red_line, speaker: ann, said: 2024-05-01}\n"
MORE = "  s2: {source: note, quote: the pump is fine, kind: position, speaker: ann, said: 2024-05-01, review: {state: suggested}}\n"
NOTE = "Ann said: no deal without a pump. Later: the pump is fine.\n"
SOURCE = "id,title,publisher,date,url,sha256,licence,access\nnote,A note,,2024-05-01,,,,public\n"
OUTCOME = "outcome: {agreed: {well: w1}, on: 2024-05-03}\n"

ASKS = [
    "show", "check", "zone", "solve", "frontier", "why-not", "judge well=w1", "judge well=w0", "describe", "delay", "ratify",
    "start", "path", "simulate --runs 1 --rounds 1", "explain r", "explain zone", "forecast --draws 1 --no-sensitivity",
    "stress --draws 100", "questions --draws 100 --most 1", "run --out made", "backtest", "agreement", "record --start",
    "stability", "divide", "read --again", "review --accept-all", "audit offers.csv",
]  # fmt: skip
WRONG = re.compile(
    r"(?<![\d.,-])\b1 (?:[a-z]+ )?(?!was\b|is\b|has\b|as\b|its\b|this\b|across\b|less\b|says\b|gains\b|opens\b|ends\b|refuses\b|makes\b|stays\b)[a-z]+s\b"
)
"""A number one before a plural; the words that end alike and are none are left out."""


def folder(place: Path, parties: str, statements: str) -> Path:
    files = {"case.yaml": HEAD + ISSUES + parties + RULE, "statements.yaml": SAID + statements}
    made = write(place, files)
    for name, text in (("sources/note.txt", NOTE), ("sources/sources.csv", SOURCE)):
        (made / name).parent.mkdir(exist_ok=True)
        (made / name).write_text(text, encoding="utf-8")
    (made / "offers.csv").write_text("round,party,well\n1,A,w1\n", encoding="utf-8")
    return made


def test_the_pattern_finds_what_it_is_for() -> None:
    for wrong in ("1 parties", "and 1 issues left", "1 suggested statements"):
        assert WRONG.search(wrong)
    for right in ("1 party", "11 parties", "1 party is", "2.1 points", "1,001 packages"):
        assert not WRONG.search(right)


@pytest.mark.parametrize(("parties", "statements"), [(ONE, ""), (TWO, ""), (TWO, MORE)])
def test_no_command_says_a_plural_of_one(parties: str, statements: str, tmp_path: Path) -> None:
    found = []
    for ask in ASKS:
        here = folder(tmp_path / ask.replace(" ", "_"), parties, statements)
        verb, *more = ask.split()
        words = ["--again", "--case", "."] if ask == "read --again" else [".", *more]
        done = zopa(verb, *words, cwd=here)
        printed = done.stdout + done.stderr
        for page in here.glob("made/report.html"):
            printed += re.sub(
                r"<(script|style)[^>]*>.*?</\1>|<[^>]+>", " ", page.read_text("utf-8"), flags=re.S
            )
        found += [
            f"{ask}: {printed[max(0, m.start() - 60) : m.end() + 20]!r}" for m in WRONG.finditer(printed)
        ]
    assert not found, "\n".join(found)
