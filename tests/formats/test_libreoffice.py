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


MACRO = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Changes" script:language="StarBasic">
Sub Settle(source As String, command As String, goal As String)
  Dim asked(0) As New com.sun.star.beans.PropertyValue
  asked(0).Name = "Hidden"
  asked(0).Value = True
  document = StarDesktop.loadComponentFromURL(source, "_blank", 0, asked())
  frame = document.CurrentController.Frame
  Dim none() As New com.sun.star.beans.PropertyValue
  createUnoService("com.sun.star.frame.DispatchHelper").executeDispatch(frame, ".uno:" &amp; command, "", 0, none())
  Dim kind(0) As New com.sun.star.beans.PropertyValue
  kind(0).Name = "FilterName"
  kind(0).Value = "Text (encoded)"
  document.storeToURL(goal, kind())
  document.close(True)
End Sub
</script:module>
"""
LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false" library:passwordprotected="false">
 <library:element library:name="Changes"/>
</library:library>
"""
LIBRARIES = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:libraries PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "libraries.dtd">
<library:libraries xmlns:library="http://openoffice.org/2000/library" xmlns:xlink="http://www.w3.org/1999/xlink">
 <library:library library:name="Standard" xlink:href="$(USER)/basic/Standard/script.xlb/" xlink:type="simple" library:link="false"/>
</library:libraries>
"""


def settled(path, command, tmp_path, profile):
    """The lines of a document after a command about its tracked changes, run by LibreOffice itself."""
    alone = ["soffice", "--headless", "--norestore", f"-env:UserInstallation=file://{profile}"]
    standard = profile / "user" / "basic" / "Standard"
    if not standard.is_dir():  # the first start writes its own macros over those that it finds
        subprocess.run([*alone, "--terminate_after_init"], check=True, timeout=240, capture_output=True)
    (standard / "Changes.xba").write_text(MACRO)
    (standard / "script.xlb").write_text(LIBRARY)
    (standard.parent / "script.xlc").write_text(LIBRARIES)
    goal = tmp_path / f"{command}.txt"
    called = f"macro:///Standard.Changes.Settle({path.as_uri()},{command},{goal.as_uri()})"
    subprocess.run([*alone, called], check=True, timeout=240, capture_output=True)
    return [line.strip() for line in goal.read_text(encoding="utf-8-sig").splitlines() if line.strip()]


@pytest.mark.parametrize("name", ["writers-2023", "ukraine-2025"])
def test_rejecting_all_changes_leaves_the_agreed_text_and_accepting_all_the_alternatives(
    name, tmp_path, profile
):
    case = load(EXAMPLES / name)
    chosen = (
        {i: next(iter(x.options)) for i, x in case.issues.items()}
        if case.outcome is None
        else case.outcome.options
    )
    path = tmp_path / "a.docx"
    convert(case, path, target_format="draft", package=[f"{i}={o}" for i, o in chosen.items()])
    said = {
        f"Article {k}. {x.name}": x.options[chosen[i]].label
        for k, (i, x) in enumerate(case.issues.items(), 1)
        if i in chosen
    }
    rejected = settled(path, "RejectAllTrackedChanges", tmp_path, profile)
    assert {line: rejected[k + 1] for k, line in enumerate(rejected) if line in said} == said
    accepted = settled(path, "AcceptAllTrackedChanges", tmp_path, profile)
    found = {line: accepted[k + 1] for k, line in enumerate(accepted) if line.startswith("Article ")}
    wanted = {}
    for k, (i, issue) in enumerate(case.issues.items(), 1):
        last = {}  # party -> what it last supported, by the day of its statement
        for s in sorted(
            case.statements.values(), key=lambda s: str((s.said.end or s.said.start) or "") if s.said else ""
        ):
            party = s.party or (case.speakers[s.speaker].party if s.speaker else "")
            if (
                s.issue == i
                and s.options
                and party in case.parties
                and s.review.state != "rejected"
                and s.stance in ("demand", "prefer", "accept")
            ):
                last.pop(party, None)
                last[party] = s.options
        base = rejected[rejected.index(f"Article {k}. {issue.name}") + 1]
        others = dict.fromkeys(
            o
            for options in last.values()
            for o in options
            if base not in [issue.options[x].label for x in options]
        )
        wanted[f"Article {k}. {issue.name}"] = " / ".join(issue.options[o].label for o in others) or base
    assert found == wanted
    assert any(a != rejected[rejected.index(n) + 1] for n, a in found.items())
