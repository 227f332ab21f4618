"""Every command that README and docs name runs as it stands there, in a folder that holds what its words stand for."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zopa.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
GOLD = ROOT / "tests" / "reading" / "gold"
EXAMPLES = ROOT / "src" / "zopa" / "examples"
RUN = CliRunner()

STANDS_FOR = {
    "OLD": "ukraine-2025@2025-02-13", "NEW": "ukraine-2025@2025-11-25", "ARTICLE": "story.txt", "TEXT": "story.txt",
    "NEWER.txt": "newer.txt", "SOURCE": "story", "FOLDER": "my-case", "FILE": "saved.json", "GOLD": "gold.json",
    "GOLD.json": "gold.json", "TEXTS": ".", "CORPUS": "gold.json", "MODEL": "trained.crf", "FROM": "scenario.csv",
    "TO": "new", "ID": "cities.reservation", "NEW-CASE": "new", "CASE...": "writers-2023", "NAME": "nash",
    "issue.security": "issue.mix", "issue.pipeline": "issue.talks", "nato=N3": "mix=A2", "...": "ecology=B3",
}  # fmt: skip
"""What the words of a page stand for in the folder that the test makes; CASE stands for a bundled example."""

CASE = {"forecast": "ukraine-2025", "stability": "ukraine-2025", "divide": "typewriters-1975", "rename": "harbour",
        "read": "my-case", "review": "my-case"}  # fmt: skip
"""Which case a command needs where the small one, harbour-sport-park, does not have its lens or must not change."""

NEEDS_MORE = re.compile(r"serve |answer |check-proof |verify-seal |train |evaluate FOLDER|\S+ \.( |$)")
"""Commands that need what another command wrote, a long training or the files of a how-to page; tests of their own."""


LONG = {
    "stability CASE",
    "stress CASE",
    "questions CASE",
    "run ukraine-2025 --out example",
    "path CASE --to nash",
}


def commands(pages: list[Path]) -> list[str]:
    """Each command of the pages, once: in back quotes, and on lines of code blocks."""
    found: dict[str, None] = {}
    for page in pages:
        text = page.read_text(encoding="utf-8")
        inline = re.findall(r"`zopa ([a-z][^`]*)`", text)
        listed = re.findall(r"^(?:\$ )?(?:\.venv/bin/)?zopa ([a-z][^\n#]*)", text, flags=re.M)
        found |= {c.strip(): None for c in [*inline, *listed] if " " in c.strip()}
    return [c for c in found if not NEEDS_MORE.match(c)]


USUAL = set(commands(PAGES[:1])) - LONG
"""Those of the README run in the default suite, those of the other pages among the slow tests."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a read case, a case by hand, texts, a gold file, a record of offers, and files of other tools."""
    root = tmp_path_factory.mktemp("docs")
    shutil.copytree(EXAMPLES / "harbour-sport-park", root / "harbour")
    shutil.copytree(EXAMPLES / "ukraine-2025", root / "graph")
    shutil.copy(GOLD / "marra.gold.json", root / "gold.json")
    story = (GOLD / "marra.txt").read_text(encoding="utf-8")
    for name in ("story.txt", "marra.txt", "newer.txt"):
        (root / name).write_text(story, encoding="utf-8")
    (root / "other.txt").write_text(
        "The mayor said on 2 May 2024 that she accepts a park.\n", encoding="utf-8"
    )
    (root / "scenario.csv").write_text(SCENARIO, encoding="utf-8")
    (root / "offers.csv").write_text(OFFERS, encoding="utf-8")
    for words in (["read", "story.txt", "--case", "my-case"], ["convert", "graph", "model.gmcr", "--lossy"],
                  ["convert", "harbour", "case.xlsx"]):  # fmt: skip
        with pytest.MonkeyPatch.context() as patch:
            patch.chdir(root)
            assert RUN.invoke(app, words).exit_code == 0
    return root


SCENARIO = """Fish, a quota, 3, 1,
Actor,Description,Power,Pstn,Sal,
North, "has boats, many", 100, 0.00, 80,
South, , 50.5, 100, 100,
West, small, 7, 40, 10.25
"""
OFFERS = """round,party,mix,ecology,employment,loan,compensation
1,sportco,A1,B1,C1,D1,E1
2,cities,A2,B2,C2,D2,E2
"""


def _words(command: str) -> list[str]:
    words = shlex.split(command)
    case = CASE.get(words[0], "harbour-sport-park")
    words = [STANDS_FOR.get(w, case if w == "CASE" else w) for w in words]
    if words[:2] == ["convert", "my-case"]:  # a case that these formats can hold
        words[1] = "graph"
    if "--endpoint" in words:
        words[1] = "other.txt"
    if "--language" in words:
        words[-1] = str(ROOT / "src" / "zopa" / "reading" / "language" / "en.toml")
    return words


@pytest.mark.parametrize(
    "command",
    [pytest.param(c, marks=() if c in USUAL else pytest.mark.slow) for c in commands(PAGES)],
)
def test_a_command_of_the_docs_runs(
    command: str, prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    shutil.copytree(prepared, here)
    monkeypatch.chdir(here)
    words = _words(command)
    if words[0] == "init" or (words[0] == "convert" and words[2] == "my-case"):
        shutil.rmtree("my-case")
    asks_a_server = "--endpoint" in words  # where none runs, that is said and the rules read alone
    done = RUN.invoke(app, words, input="y\n" if asks_a_server else "q")
    assert done.exit_code in (0, 1), (words, done.output, done.exception)


def test_the_python_of_the_readme_is_there() -> None:
    """Each call in the table of the README names a public function that takes these arguments."""
    import zopa

    for name in re.findall(r"`zopa\.([a-z_]+)\(", PAGES[0].read_text(encoding="utf-8")):
        assert callable(getattr(zopa, name)), name
