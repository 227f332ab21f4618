"""LibreOffice opens every office file that is written, and says the same as we meant."""

import csv
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from formats import seeds
from zopa.formats import FORMATS, convert, load

EXAMPLES = Path(__file__).resolve().parents[2] / "src" / "zopa" / "examples"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not shutil.which("soffice") and not os.environ.get("ZOPA_REQUIRE_OFFICE"),
        reason="LibreOffice is not installed",
    ),
]
OFFICE = [
    (name, (*one.endings, ".xlsx" if name.endswith("xlsx") else ".docx")[0])
    for name, one in FORMATS.items()
    if one.write and (name == "draft" or set(one.endings) & {".docx", ".xlsx", ".html", ".odt", ".ods"})
]


@pytest.fixture(scope="session")
def profile(tmp_path_factory):
    """One of its own for each process of the tests: LibreOffice makes it at its first start, and lets one in at a time."""
    return tmp_path_factory.mktemp("libreoffice")


def opened(path, goal, tmp_path, profile):
    """The file as LibreOffice writes it in another format."""
    out = tmp_path / "out"
    done = subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{profile}", "--convert-to", goal, "--outdir", str(out), str(path)],
        check=True, timeout=240, capture_output=True, text=True,
    )  # fmt: skip
    made = out / f"{path.stem}.{goal.partition(':')[0]}"
    assert made.exists(), done.stdout + done.stderr
    return made


def test_every_office_format_is_listed():
    assert {name for name, _ in OFFICE} == {"workbook", "table-docx", "table-html", "table-xlsx", "draft"}


@pytest.mark.parametrize(("name", "ending"), OFFICE)
def test_libreoffice_shows_the_words_of_every_file(name, ending, tmp_path, profile):
    case = load(EXAMPLES / "ukraine-2025")
    path = tmp_path / f"a{ending}"
    convert(case, path, target_format=name)
    made = opened(path, "pdf", tmp_path, profile)
    pypdf = pytest.importorskip("pypdf")
    text = " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(made).pages).split())
    assert all(i.name.split()[0] in text for i in case.issues.values())


@pytest.mark.parametrize("kind", ["xlsx", "docx", "html"])
def test_a_table_that_libreoffice_saved_again_says_the_same(kind, tmp_path, profile):
    case = seeds.worded()
    path = tmp_path / f"a.{kind}"
    convert(case, path, target_format=f"table-{kind}")
    made = opened(path, {"xlsx": "xlsx", "docx": "docx", "html": "html"}[kind], tmp_path, profile)
    first, again = load(path), load(made)
    assert [(s.quote, s.options) for s in again.statements.values()] == [
        (s.quote, s.options) for s in first.statements.values()
    ]


def test_a_workbook_that_libreoffice_saved_again_is_the_same_case(tmp_path, profile):
    case = seeds.worded()
    convert(case, tmp_path / "a.xlsx")
    made = opened(tmp_path / "a.xlsx", "xlsx", tmp_path, profile)
    drop = {"digest"}
    assert load(made).model_dump(exclude=drop) == case.model_dump(exclude=drop)


def test_cells_that_look_like_formulas_stay_words(tmp_path, profile):
    case = seeds.worded()
    party = case.parties["n"].model_copy(update={"name": "=1+1"})
    convert(
        case.model_copy(update={"parties": {**case.parties, "n": party}}),
        tmp_path / "a.xlsx",
        target_format="table-xlsx",
    )
    with opened(tmp_path / "a.xlsx", "csv", tmp_path, profile).open(encoding="utf-8-sig") as lines:
        assert "=1+1" in next(csv.reader(lines))


def test_a_draft_that_libreoffice_saved_again_keeps_changes_and_comments(tmp_path, profile):
    path = tmp_path / "a.docx"
    convert(EXAMPLES / "writers-2023", path, target_format="draft")
    made = opened(path, "docx", tmp_path, profile)
    first, again = load(path), load(made)
    assert len(first.statements) > 3

    def told(case):
        return sorted(
            (case.parties[s.party].name, str(s.said), s.quote, bool(s.options))
            for s in case.statements.values()
        )

    assert told(again) == told(first)
