"""Position tables: the statements that a person would enter, from CSV, HTML, XLSX and DOCX, and back."""

import zipfile
from io import BytesIO

import pytest

from zopa.casefile import inspect
from zopa.errors import CaseError
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


def test_a_sheet_of_a_million_cells_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("Issue,North\n" + "a,b\n" * 250_000)
    with pytest.raises(CaseError, match="400,000 cells"):
        plan(tmp_path / "a.csv", "x")
