"""Position tables: the statements that a person would enter, from CSV, HTML, XLSX and DOCX, and back."""

import zipfile
from io import BytesIO

import pytest

from zopa.casefile import inspect
from zopa.errors import CaseError, UnknownName
from zopa.formats import convert, load, plan
from zopa.formats.grids import CellGrid, grids_of, write_grid

PLAIN = "Issue,North,South\nQuota,10 t,20 t\nSeason,May,\n"
DOCX = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:tbl>{}</w:tbl></w:body></w:document>'


def html(rows):
    return "<html><body><p>intro</p><table>" + rows + "</table></body></html>"


def row(*cells):
    return "<tr>" + "".join(c if c.startswith("<t") else f"<td>{c}</td>" for c in cells) + "</tr>"


def word(*rows):
    """A DOCX from rows of cells; a cell is text, or (properties, text), or (properties, raw runs)."""
    out = BytesIO()
    body = ""
    for cells in rows:
        body += "<w:tr>"
        for c in cells:
            look, text = c if isinstance(c, tuple) else ("", c)
            runs = text if text.startswith("<w:") else f"<w:r><w:t>{text}</w:t></w:r>"
            body += f"<w:tc><w:tcPr>{look}</w:tcPr><w:p>{runs}</w:p></w:tc>"
        body += "</w:tr>"
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("word/document.xml", DOCX.format(body))
    return out.getvalue()


def sheet(cells, merges=(), **extra):
    """An XLSX from address -> inner XML of the cell."""
    out = BytesIO()
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rows = {}
    for at, inner in cells.items():
        rows.setdefault(int("".join(c for c in at if c.isdigit())), []).append((at, inner))
    data = "".join(
        f'<row r="{r}">' + "".join(f'<c r="{a}"{i}</c>' for a, i in found) + "</row>"
        for r, found in sorted(rows.items())
    )
    merged = (
        "<mergeCells>" + "".join(f'<mergeCell ref="{m}"/>' for m in merges) + "</mergeCells>"
        if merges
        else ""
    )
    with zipfile.ZipFile(out, "w") as z:
        z.writestr(
            "xl/workbook.xml",
            f'<workbook {main} xmlns:r="r"><sheets><sheet name="s" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        z.writestr(
            "xl/_rels/workbook.xml.rels",
            '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        z.writestr(
            "xl/worksheets/sheet1.xml", f"<worksheet {main}><sheetData>{data}</sheetData>{merged}</worksheet>"
        )
        for name, text in extra.items():
            z.writestr(name.replace("__", "/") + ".xml", text)
    return out.getvalue()


def t(text):
    return f' t="inlineStr"><is><t>{text}</t></is>'


TABLES = {
    "plain": (PLAIN, {"Quota": {"North": "10 t", "South": "20 t"}, "Season": {"North": "May"}}),
    "semicolons": ("Issue;North;South\nQuota;10;20\n", {"Quota": {"North": "10", "South": "20"}}),
    "tabs": ("Issue\tNorth\tSouth\nQuota\t1,5\t2\n", {"Quota": {"North": "1,5", "South": "2"}}),
    "numbered rows": ("No,Provision,North,South\n1,Quota,a,b\n2,Season,c,d\n",
                      {"Quota": {"North": "a", "South": "b"}, "Season": {"North": "c", "South": "d"}}),
    "numbers without a header word": ("Row ref,Topic,North,South\nAM 1,Quota,a,b\n", {"Quota": {"North": "a", "South": "b"}}),
    "empty column": ("Issue,North,,South,\nQuota,a,,b,\n", {"Quota": {"North": "a", "South": "b"}}),
    "repeated header": ("Issue,North,South\nQuota,a,b\nIssue,North,South\nSeason,c,d\n",
                        {"Quota": {"North": "a", "South": "b"}, "Season": {"North": "c", "South": "d"}}),
    "footnote and heading": ("Issue,North,South\nPart A,,\nQuota,a,b\n* as of May,,\n", {"Quota": {"North": "a", "South": "b"}}),
    "references": ("Issue,Commission,European Parliament,Council\nQuota,10,as COM,same as EP\nFee,a,no change,idem\nBan,x,delete,[ ]\n",
                   {"Quota": {"Commission": "10", "European Parliament": "10", "Council": "10"},
                    "Fee": {"Commission": "a", "European Parliament": "a", "Council": "a"},
                    "Ban": {"Commission": "x", "European Parliament": "deleted"}}),
    "silence": ("Issue,North,South\nQuota,a,n/a\nFee,-,b\nBan,–,c\n", {"Quota": {"North": "a"}, "Fee": {"South": "b"}, "Ban": {"South": "c"}}),
    "alternatives": ("Issue,North,South\nDays,[30][40],Option 1: ten Option 2: twenty\n", {"Days": {"North": "30|40", "South": "ten|twenty"}}),
    "same option in other marks": ("Issue,North,South\nText,“now”,\"\"\"now\"\".\"\n", {"Text": {"North": '"now"', "South": '"now"'}}),
    "turned": ("Party,Quota,Season\nNorth,a,c\nSouth,b,\n", {"Quota": {"North": "a", "South": "b"}, "Season": {"North": "c"}}),
    "right to left": ("نقطة,الشمال,الجنوب\nالحصة,عشرة,عشرون\n", {"الحصة": {"الشمال": "عشرة", "الجنوب": "عشرون"}}),
    "repeated issue": ("Issue,North,South\nQuota,a,b\nQuota,c,d\n", {"Quota": {"North": "a", "South": "b"}, "Quota#2": {"North": "c", "South": "d"}}),
    "merged rows.html": (html(row("Issue", "North", "South") + row('<td rowspan="2">Quota</td>', "a", "b") + row("c", "d")),
                         {"Quota": {"North": "a", "South": "b"}, "Quota#2": {"North": "c", "South": "d"}}),
    "merged columns.html": (html(row("Issue", "North", "South") + row("Quota", '<td colspan="2">both</td>')),
                            {"Quota": {"North": "both", "South": "both"}}),
    "two header rows.html": (html(row('<td rowspan="2">Issue</td>', '<td colspan="2">Positions</td>') + row("North", "South") + row("Quota", "a", "b")),
                             {"Quota": {"North": "a", "South": "b"}}),
    "struck text.html": (html(row("Issue", "North", "South") + row("Quota", "<del>old</del>new", "<b>b</b><script>x()</script>")),
                         {"Quota": {"North": "new", "South": "b"}}),
    "merged.docx": (word(("Issue", "North", "South"), (('<w:vMerge w:val="restart"/>', "Quota"), "a", "b"),
                         (("<w:vMerge/>", ""), ('<w:gridSpan w:val="2"/>', "both"))),
                    {"Quota": {"North": "a", "South": "b"}, "Quota#2": {"North": "both", "South": "both"}}),
    "tracked changes.docx": (word(("Issue", "North", "South"), ("Quota", ("", "<w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:ins><w:r><w:t>new</w:t></w:r></w:ins>"),
                                   ("", "<w:r><w:rPr><w:strike/></w:rPr><w:t>gone</w:t></w:r><w:r><w:t>kept</w:t></w:r>"))),
                             {"Quota": {"North": "new", "South": "kept"}}),
    "numbers.xlsx": (sheet({"A1": t("Issue"), "B1": t("North"), "C1": t("South"), "A2": t("Quota"), "B2": "><v>10.50</v>", "C2": ' t="b"><v>1</v>'}),
                     {"Quota": {"North": "10.5", "South": "yes"}}),
    "merged.xlsx": (sheet({"A1": t("Issue"), "B1": t("North"), "C1": t("South"), "A2": t("Quota"), "B2": t("both")}, ["B2:C2"]),
                    {"Quota": {"North": "both", "South": "both"}}),
    "formula.xlsx": (sheet({"A1": t("Issue"), "B1": t("North"), "C1": t("South"), "A2": t("Quota"), "B2": "><f>1+1</f><v>2</v>", "C2": t("b")}),
                     {"Quota": {"North": "2", "South": "b"}}),
}  # fmt: skip


def entered(case):
    """Issue -> party -> options, by their labels."""
    found, seen = {}, {}
    for ident, issue in case.issues.items():
        seen[issue.name] = seen.get(issue.name, 0) + 1
        name = issue.name if seen[issue.name] == 1 else f"{issue.name}#{seen[issue.name]}"
        found[name] = {
            case.parties[s.party].name: "|".join(issue.options[o].label for o in s.options)
            for s in case.statements.values() if s.issue == ident
        }  # fmt: skip
    return found


@pytest.mark.parametrize("name", TABLES)
def test_a_table_gives_the_statements_that_a_person_would_enter(name, tmp_path):
    text, expected = TABLES[name]
    place = tmp_path / (name if "." in name else f"{name}.csv")
    place.write_bytes(text if isinstance(text, bytes) else text.encode())
    convert(place, tmp_path / "case")
    case, findings = inspect(tmp_path / "case")
    assert findings == []
    assert entered(case) == expected
    assert {s.review.state for s in case.statements.values()} == {"suggested"}


@pytest.mark.parametrize("kind", ["csv", "html", "xlsx", "docx"])
@pytest.mark.parametrize("name", TABLES)
def test_a_table_written_and_read_again_says_the_same(name, kind, tmp_path):
    text, expected = TABLES[name]
    place = tmp_path / (name if "." in name else f"{name}.csv")
    place.write_bytes(text if isinstance(text, bytes) else text.encode())
    convert(place, tmp_path / "case")
    convert(tmp_path / "case", tmp_path / f"out.{kind}", target_format=f"table-{kind}")
    assert entered(load(tmp_path / f"out.{kind}")) == expected


def test_what_was_agreed_is_an_outcome_and_never_a_position(tmp_path):
    (tmp_path / "a.csv").write_text("Issue,North,South,Compromise,Comments\nQuota,10 t,30 t,20 t,hot\n")
    fidelity = convert(tmp_path / "a.csv", tmp_path / "case")
    case = load(tmp_path / "case")
    assert case.outcome is not None
    assert case.outcome.options == {"quota": "20-t"}
    assert len(case.statements) == 2
    assert [o.at for o in case.issues["quota"].options.values()] == [0, 100, 50]
    assert [r.what for r in fidelity.left_out] == ["the column 'Comments'"]
    broken = (tmp_path / "case" / "case.yaml").read_text().replace("quota: '20-t'", "quota: none-")
    found = inspect(tmp_path / "case", {"case.yaml": broken})[1]
    assert [f.path for f in found] == ["outcome.agreed.quota"]


def test_a_circle_of_references_is_an_error_with_both_places(tmp_path):
    (tmp_path / "a.csv").write_text("Issue,North,South\nQuota,as South,as North\n")
    with pytest.raises(CaseError, match=r"row 2: the cells of 'North' and 'South' refer to each other"):
        plan(tmp_path / "a.csv", "x")


def test_a_file_without_a_position_table_says_what_is_needed(tmp_path):
    (tmp_path / "a.csv").write_text("x\n1\n2\n")
    with pytest.raises(CaseError, match="write a header row: issue, then one name per party"):
        plan(tmp_path / "a.csv", "x")


def test_cells_that_look_like_formulas_stay_text(tmp_path):
    grid = CellGrid("g", [["Issue", "North"], ["=cmd()", "+1"], ["-2", "@x"]])
    raw = write_grid(grid, "csv")
    assert b"'=cmd()" in raw
    from zopa.formats import Fidelity

    for kind in ("csv", "html", "xlsx", "docx"):
        assert grids_of(f"a.{kind}", write_grid(grid, kind), Fidelity(""))[0].rows == grid.rows


def test_macros_and_links_are_named_and_not_followed(tmp_path):
    raw = sheet(
        {"A1": t("Issue"), "B1": t("North"), "A2": t("Quota"), "B2": t("a")},
        xl__externalLinks__externalLink1="<externalLink/>",
    )
    out = BytesIO(raw)
    with zipfile.ZipFile(out, "a") as z:
        z.writestr("xl/vbaProject.bin", b"x")
    (tmp_path / "a.xlsm").write_bytes(out.getvalue())
    said = " ".join(r.what for r in plan(tmp_path / "a.xlsm", "x").fidelity.left_out)
    assert "macros" in said
    assert "links to other files" in said


@pytest.mark.slow
def test_a_sheet_of_a_million_cells_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("Issue,North\n" + "a,b\n" * 250_000)
    with pytest.raises(CaseError, match="400,000 cells"):
        plan(tmp_path / "a.csv", "x")


# --- what the columns are: told, asked, corrected


def told(found):
    return " | ".join(r.what for r in found.fidelity.changed)


def written(tmp_path, text, name="t.csv"):
    (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path / name


def test_the_roles_of_the_columns_are_told(tmp_path):
    path = written(tmp_path, "No,Provision,North,South,Comments,Compromise\n1,Quota,a,b,x,c\n")
    assert "issues: Provision; parties: North, South; agreed: Compromise; left out: Comments" in told(
        plan(path, tmp_path / "x")
    )


@pytest.mark.parametrize(
    ("text", "roles", "expected", "agreed"),
    [
        ("Issue,North,Final\nQuota,a,b\n", ["Final=party"], {"Quota": {"North": "a", "Final": "b"}}, {}),
        ("Topic,Title,North\nFish,Quota,a\n", ["Title=issue", "Topic=leave"], {"Quota": {"North": "a"}}, {}),
        ("Issue,North,Package\nQuota,a,b\n", ["package = agreed"], {"Quota": {"North": "a"}}, {"quota": "b"}),
        ("Actor,Quota,Season\nNorth,a,c\n", ["Actor=party"], {"Quota": {"North": "a"}, "Season": {"North": "c"}}, {}),
        ("Fish,Who,What\nQuota,North,a\nQuota,South,b\n", ["Who=party", "What=position", "Fish=issue"], {"Quota": {"North": "a", "South": "b"}}, {}),
        ("Issue,Actor,South\nQuota,a,b\n", ["Actor=leave"], {"Quota": {"South": "b"}}, {}),
    ],
    ids=["agreed-is-a-party", "which-is-the-issue", "agreed", "rows-are-parties", "long", "leave"],
)  # fmt: skip
def test_roles_that_are_said_count(text, roles, expected, agreed, tmp_path):
    found = plan(written(tmp_path, text), tmp_path / "x", roles=roles).case
    assert entered(found) == expected
    assert (found.outcome.options if found.outcome else {}) == agreed


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Actor,Quota,Season\nNorth,a,c\nSouth,b,d\n", "the first column is headed 'Actor'"),
        ("Actor,Power,Position,Salience\nNorth,10,50,30\n", "the first column is headed 'Actor'"),
        ("Country,Quota,Salience\nNorth,a,10\n", "the column 'Salience' holds ratings"),
        ("Party,Words\nNorth,we want a\nNorth,we want b\nSouth,no\n", "'North' stands in several rows"),
        ("Issue,Actor,Words\nQuota,North,a\n", "the column 'Actor' may hold parties or be one"),
        ("Issue,Actor,Position\nQuota,North,a\nQuota,North,b\n", "'North' says something on 'Quota' twice"),
    ],
    ids=["actor", "ratings-of-actors", "ratings", "statements", "long-without-position", "twice"],
)
def test_a_table_that_can_be_read_in_two_ways_is_asked_about(text, said, tmp_path):
    with pytest.raises(CaseError, match=said) as caught:
        plan(written(tmp_path, text), tmp_path / "x")
    assert caught.value.findings[0].hint


def test_one_row_per_issue_and_party_is_a_position_table_and_says_so(tmp_path):
    path = written(
        tmp_path,
        "Issue,Actor,Position,Date\nQuota,North,10 t,May\nQuota,South,20 t,June\nSeason,North,spring,May\n",
    )
    found = plan(path, tmp_path / "x")
    assert entered(found.case) == {"Quota": {"North": "10 t", "South": "20 t"}, "Season": {"North": "spring"}}
    assert "each row is read as what one party says on one issue" in told(found)
    assert [(r.what, r.count) for r in found.fidelity.left_out] == [("the column 'Date'", 3)]


@pytest.mark.parametrize("roles", [["Nope=party"], ["North=king"], ["North"]])
def test_a_role_or_column_that_does_not_exist_is_named(roles, tmp_path):
    with pytest.raises(UnknownName):
        plan(written(tmp_path, PLAIN), tmp_path / "x", roles=roles)


# --- two tables retyped from public record (facts; the wording is ours)

CARS = """Provision,Commission,Parliament,Council,Agreed
New cars: cut in CO2 by 2030,30 %,40 %,35 %,37.5 %
New vans: cut in CO2 by 2030,30 %,40 %,same as Commission,31 %
New cars and vans: cut in CO2 by 2025,15 %,20 %,same as Commission,same as Commission
"""
"""Regulation (EU) 2019/631: the proposal COM(2017) 676, Parliament's vote of 3 October 2018, the Council's general
approach of 9 October 2018, and what was adopted."""

WRITERS = """Issue,Writers Guild,Studios,Agreed
Rise of minimum pay over three years,6 / 5 / 5 %,4 / 3 / 2 %,5 / 4 / 3.5 %
Staff of a writers' room,a minimum by number of episodes,-,a minimum by number of episodes
Use of artificial intelligence,rules in the contract,annual meetings on technology,rules in the contract
"""
"""The negotiations of the Writers Guild of America and the AMPTP: the state published by the guild on 1 May 2023, and
the agreement of 25 September 2023."""


def test_the_table_of_the_co2_rules_gives_what_the_institutions_said(tmp_path):
    case = plan(written(tmp_path, CARS, "cars.csv"), tmp_path / "x").case
    cars, vans, soon = (
        "New cars: cut in CO2 by 2030",
        "New vans: cut in CO2 by 2030",
        "New cars and vans: cut in CO2 by 2025",
    )
    assert entered(case) == {
        cars: {"Commission": "30 %", "Parliament": "40 %", "Council": "35 %"},
        vans: {"Commission": "30 %", "Parliament": "40 %", "Council": "30 %"},
        soon: {"Commission": "15 %", "Parliament": "20 %", "Council": "15 %"},
    }
    by_name = {i.name: k for k, i in case.issues.items()}
    options = case.issues[by_name[cars]].options
    assert {o.label: o.at for o in options.values()} == {"30 %": 0, "40 %": 100, "35 %": 50, "37.5 %": 75}
    agreed = {case.issues[i].name: case.issues[i].options[o].label for i, o in case.outcome.options.items()}
    assert agreed == {cars: "37.5 %", vans: "31 %", soon: "15 %"}
    assert {s.stance for s in case.statements.values()} == {"prefer"}


def test_the_table_of_the_writers_talks_gives_what_both_sides_said(tmp_path):
    case = plan(written(tmp_path, WRITERS, "writers.csv"), tmp_path / "x").case
    assert entered(case) == {
        "Rise of minimum pay over three years": {"Writers Guild": "6 / 5 / 5 %", "Studios": "4 / 3 / 2 %"},
        "Staff of a writers' room": {"Writers Guild": "a minimum by number of episodes"},
        "Use of artificial intelligence": {
            "Writers Guild": "rules in the contract",
            "Studios": "annual meetings on technology",
        },
    }
    assert len(case.outcome.options) == 3


@pytest.mark.parametrize("text", [CARS, WRITERS], ids=["cars", "writers"])
@pytest.mark.parametrize("kind", ["csv", "html", "xlsx", "docx"])
def test_public_tables_go_out_and_in_again_equal(kind, text, tmp_path):
    first = load(written(tmp_path, text, "a.csv"))
    convert(first, tmp_path / f"b.{kind}", target_format=f"table-{kind}")
    again = load(tmp_path / f"b.{kind}")
    assert entered(again) == entered(first)
    assert again.outcome == first.outcome


# --- hostile tables


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        pytest.param(
            "rows.csv", b"Issue,A,B\n" + b"x,y,z\n" * 200_000, "at most 400,000 cells", marks=pytest.mark.slow
        ),
        ("utf16.csv", "Issue,A\nQuota,x\n".encode("utf-16-le"), "NUL"),
        ("cut.csv", b'Issue,A\nQuota,"x\n', None),
        ("rows.html", b"<table>" + b"<tr><td>a<td>b</tr>" * 260_000, "at most"),
        ("long.csv", b"Issue,A\nQuota," + b"x" * 200_000 + b"\n", "field larger"),
    ],
)
def test_hostile_tables_are_refused_with_their_place(name, raw, said, tmp_path):
    (tmp_path / name).write_bytes(raw)
    if said is None:
        assert len(load(tmp_path / name).statements) == 1
        return
    with pytest.raises(CaseError, match=said) as caught:
        load(tmp_path / name)
    assert caught.value.findings[0].file.endswith(name)
