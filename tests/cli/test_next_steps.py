"""Every command says what to type next, and what it says runs in a shell as it stands."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from command_line import zopa
from zopa.cli import COMMANDS
from zopa.cli.next_steps import command

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "src" / "zopa" / "examples"
GOLD = ROOT / "tests" / "reading" / "gold"
MINE = "my 'own' harbour"
SAYS_NOTHING = {
    "schema": "prints a JSON Schema that other programs read",
    "serve": "goes on until it is stopped, and says the address to open",
    "demo": "is `run` on the example, which is asked here for a small case",
}
"""Commands without a next step, and why."""

SUCCESS: dict[str, list[str]] = {
    "run": ["run", MINE],
    "init": ["init", "a new case"],
    "show": ["show", MINE],
    "check": ["check", MINE],
    "rename": ["rename", MINE, "option.A.A2", "A-2"],
    "read": ["read", "a story.txt"],
    "review": ["review", "read already", "--accept-all"],
    "record": ["record", MINE, "--start"],
    "zone": ["zone", MINE, "--proof", "zone proof.json"],
    "solve": ["solve", MINE, "--method", "nash", "--proof", "nash proof.json"],
    "frontier": ["frontier", MINE, "--proof", "frontier proof.json"],
    "why-not": ["why-not", MINE],
    "judge": ["judge", MINE, "A=A1"],
    "stress": ["stress", MINE, "--draws", "100"],
    "questions": ["questions", MINE, "--draws", "100"],
    "answer": ["answer", "two farms", "QUESTION", "yes", "--stated", "upper-offer"],
    "describe": ["describe", MINE],
    "check-proof": ["check-proof", "saved proof.json", MINE],
    "forecast": ["forecast", "ukraine-2025", "--issue", "nato", "--draws", "10", "--no-sensitivity"],
    "stability": ["stability", "ukraine-2025", "--draws", "0"],
    "delay": ["delay", MINE],
    "ratify": ["ratify", MINE],
    "divide": ["divide", "what is shared"],
    "start": ["start", MINE],
    "path": ["path", MINE],
    "simulate": ["simulate", MINE, "--runs", "5"],
    "audit": ["audit", MINE, "offers.csv"],
    "explain": ["explain", MINE, "zone"],
    "compare": ["compare", MINE, "harbour-sport-park"],
    "backtest": ["backtest", "writers-2023"],
    "seal": ["seal", MINE],
    "verify-seal": ["verify-seal", "a line.txt", MINE],
    "team": ["team", "a team.db", "cases"],
    "convert": ["convert", MINE, "a book.xlsx"],
    "formats": ["formats"],
    "agreement": ["agreement", "writers-2023"],
    "evaluate": ["evaluate", "marra.gold.json"],
    "train": ["train", "marra.gold.json", "a model.crf"],
}
OFFERS = "round,party,A,B,C,D,E\n1,sportco,A1,B1,C1,D1,E1\n2,cities,A2,B2,C2,D2,E2\n"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with cases under names that a shell would split, a text, a record of offers, a proof and a seal."""
    root = tmp_path_factory.mktemp("next steps")
    shutil.copytree(EXAMPLES / "harbour-sport-park", root / MINE)
    shutil.copytree(EXAMPLES / "two-farms", root / "two farms")
    shutil.copytree(EXAMPLES / "harbour-sport-park", root / "what is shared")
    with (root / "what is shared" / "case.yaml").open("a", encoding="utf-8") as file:
        file.write(
            "\ndivision: {items: {x: X, y: Y}, points: {sportco: {x: 60, y: 40}, cities: {x: 30, y: 70}}}\n"
        )
    for name in ("marra.txt", "marra.gold.json"):
        shutil.copy(GOLD / name, root / name)
    shutil.copy(GOLD / "marra.txt", root / "a story.txt")
    (root / "offers.csv").write_text(OFFERS, encoding="utf-8")
    for words in (
        ["read", "a story.txt", "--case", "read already"],
        ["zone", MINE, "--proof", "saved proof.json"],
        ["seal", MINE, "--out", "a line.txt"],
    ):
        assert zopa(*words, cwd=root).returncode == 0
    return root


@pytest.fixture
def here(prepared: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(prepared, tmp_path / "here"))


def steps(printed: str) -> list[list[str]]:
    """The words of each command that the last line names."""
    lines = [line for line in printed.splitlines() if line.startswith("next: ")]
    assert len(lines) == 1, printed
    assert printed.count("next: ") == 1, printed
    found = [shlex.split(step) for step in lines[0].removeprefix("next: ").split("   or   ")]
    assert len({tuple(step) for step in found}) == len(found), "the same step twice"
    return found


def asked(name: str, here: Path) -> list[str]:
    """The command line of a command, with a question that there is."""
    words = list(SUCCESS[name])
    if "QUESTION" in words:
        told = zopa("questions", words[1], "--draws", "2048", "--json", cwd=here).stdout
        words[words.index("QUESTION")] = re.findall(r'"id": "(q[0-9a-f]+)"', told)[0]
    return words


def test_every_command_is_asked_here_or_says_why_it_has_no_next_step() -> None:
    assert set(SUCCESS) | set(SAYS_NOTHING) == set(COMMANDS)


def cases() -> Iterator[object]:
    for name in SUCCESS:
        slow = name in ("forecast", "stability", "train", "divide", "stress", "answer", "simulate")
        yield pytest.param(name, marks=pytest.mark.slow if slow else ())


@pytest.mark.parametrize("name", list(cases()))
def test_a_command_that_went_well_says_what_to_type_next_and_that_runs(name: str, here: Path) -> None:
    done = zopa(*asked(name, here), cwd=here)
    assert done.returncode in (0, 1), done.stderr
    for first, verb, *words in steps(done.stdout + done.stderr):
        assert first == "zopa"
        assert verb in COMMANDS
        if verb not in ("serve", "train", "team") and "--annex" not in words:
            words = [{"ID": "upper-offer", "SOURCE": "marra.txt"}.get(word, word) for word in words]
            again = zopa(verb, *words, *(["--accept-all"] if verb == "review" else ()), cwd=here)
            assert again.returncode in (0, 1), (verb, words, again.stderr)


def test_the_next_steps_ask_about_the_same_day_readings_and_judgments() -> None:
    done = zopa("zone", "ukraine-2025", "--readings", "E", "--as-of", "2025-02-13")
    assert steps(done.stdout) == [
        ["zopa", "why-not", "ukraine-2025", "--as-of", "2025-02-13", "--readings", "E"]
    ]
    done = zopa("zone", "harbour-sport-park", "--set", "parties.mayor.reservation=31")
    assert steps(done.stdout) == [
        ["zopa", "solve", "harbour-sport-park", "--set", "parties.mayor.reservation=31"]
    ]


def test_a_day_in_the_name_of_the_case_is_not_asked_twice() -> None:
    done = zopa("zone", "ukraine-2025@2025-02-13", "--readings", "us-nato=off")
    assert steps(done.stdout) == [["zopa", "solve", "ukraine-2025@2025-02-13", "--readings", "us-nato=off"]]


def test_what_a_shell_would_take_apart_is_quoted() -> None:
    assert command("zone CASE", "it's here") == """zopa zone 'it'"'"'s here'"""
