"""References of Zotero and others as sources: CSL-JSON and BibTeX, in and out, and into a case that is there."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formats import seeds
from zopa.case import Source
from zopa.errors import CaseError
from zopa.formats import convert, load, plan
from zopa.formats.bibliographies import read
from zopa.formats.citations import write_bibtex, write_csl

EXAMPLES = Path(__file__).resolve().parents[2] / "src" / "zopa" / "examples"
DATA = ("title", "author", "publisher", "date", "url", "language")

# Examples as the manuals of CSL 1.0.2 and BibLaTeX write such entries.
CSL = [
    {
        "id": "http://zotero.org/users/1/items/AB", "type": "article-newspaper", "title": "Talks resume",
        "container-title": "The Daily", "issued": {"date-parts": [["2024", 3, 9]]}, "URL": "https://www.example.org/a/",
        "author": [{"family": "Gogh", "given": "Vincent", "non-dropping-particle": "van"}, {"literal": "UN Secretariat"}],
        "language": "uk", "abstract": "x", "page": "1-2",
    },
    {"id": 7, "type": "webpage", "title": "Range", "issued": {"date-parts": [[2023, 12], [2024, 1]], "season": 1}, "DOI": "10.1000/a.b"},
    {"id": "n", "type": "document", "issued": {"literal": "early 2020"}, "URL": "javascript:alert(1)"},
]  # fmt: skip
BIB = r"""
Exported by hand.
@string{un = "United Nations"}
@comment{jabref-meta: databaseType:bibtex;}
@misc{doe2023, title = {{The \emph{Peace} of {\"O}sterreich \& {\'e}}}, publisher = un # ", Geneva", year = 2023, month = feb,
  url = {http://a.b/c_d%20e}, author = {Doe, Jane and {The Group and Co} and van der M{\"u}ller, Jr, J.}, keywords = {x}}
@article(c, title = "50% of {\ss}traw --- a ``quote''", journaltitle = {J}, date = {2021-05-06/2021-05-09}, doi = {10.1000/x1}, langid = {ukrainian})
@misc{doe2023, Title = "Again", howpublished = {\url{https://x.y/z~w}}}
"""


def sources(text, name, tmp_path):
    (tmp_path / name).write_text(text, encoding="utf-8")
    found = plan(tmp_path / name, tmp_path / "new")
    return found.case.sources, found.fidelity


def told(found, *fields):
    return {i: {f: v for f in fields or DATA if (v := getattr(s, f))} for i, s in found.items()}


def test_csl_gives_title_author_publisher_date_and_address(tmp_path):
    found, fidelity = sources(json.dumps(CSL), "a.json", tmp_path)
    assert told(found) == {
        "http-zotero-org-users-1-items-ab": {
            "title": "Talks resume", "author": "Vincent van Gogh; UN Secretariat", "publisher": "The Daily",
            "date": "2024-03-09", "url": "https://www.example.org/a/", "language": "uk",
        },
        "7": {"title": "Range", "date": "2023-12", "url": "https://doi.org/10.1000/a.b"},
        "n": {"title": "n", "date": "early 2020"},
    }  # fmt: skip
    lost = {r.what for r in fidelity.left_out}
    assert {"the field 'abstract'", "the field 'page'", "the field 'type'"} <= lost
    assert any("approximate" in w for w in lost)
    assert any("http://" in w for w in lost)


def test_bibtex_gives_the_same_and_joins_strings(tmp_path):
    found, fidelity = sources(BIB, "a.bib", tmp_path)
    assert told(found) == {
        "doe2023": {
            "title": "The Peace of Österreich & é", "publisher": "United Nations, Geneva", "date": "2023-02",
            "url": "http://a.b/c_d%20e", "author": "Jane Doe; The Group and Co; J. van der Müller Jr",
        },
        "c": {"title": "50% of ßtraw — a “quote”", "publisher": "J", "date": "2021-05-06", "url": "https://doi.org/10.1000/x1"},
        "doe2023-2": {"title": "Again", "url": "https://x.y/z~w"},
    }  # fmt: skip
    assert {r.what for r in fidelity.left_out} >= {"the field 'keywords'", "the field 'type'"}
    assert any("first day" in r.what for r in fidelity.changed)


@pytest.mark.parametrize(
    "title",
    [
        r"\input{/etc/passwd}", r"\immediate\write18{touch owned}", r"\csname input\endcsname /etc/passwd",
        r"\def\a{\a\a}\a", r"\catcode`\@=11", r"\include{secret} \'e", r"\openin5=/etc/passwd \read5 to \x",
    ],
)  # fmt: skip
def test_latex_is_never_run(title, tmp_path):
    found, fidelity = sources(f"@misc{{a, title = {{{title}}}}}", "a.bib", tmp_path)
    assert found["a"].title == title
    assert any("no command is run" in r.what for r in fidelity.changed)


marks = st.sampled_from([*"-`'\"\\{}%&#_$~^?!@=,. <>/|", "--", " and ", "\\input", "é", "ё", "ﬁ"])
letters = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Co", "Zl", "Zp"))
words = st.lists(marks | letters, min_size=1, max_size=20).map("".join).map(lambda t: " ".join(t.split()))
names = words.map(lambda t: t.replace(";", "")).filter(lambda t: t.strip())


@settings(max_examples=60)
@given(
    words.filter(bool),
    st.lists(names, max_size=3),
    words,
    st.sampled_from(["", "2024", "2024-02", "2024-02-29", "spring"]),
)
def test_any_words_come_back_from_both_formats(title, authors, publisher, date):
    author = "; ".join(n.strip() for n in authors)
    one = Source(
        title=title,
        author=author,
        publisher=publisher,
        date=date,
        url="https://a.b/~c_d%20?e=f&g#h",
        language="de-AT",
    )
    case = seeds.worded().model_copy(update={"sources": {"a": one}, "statements": {}})
    for write, name in ((write_csl, "a.json"), (write_bibtex, "a.bib")):
        back, _ = read({name: write(case)[0][""]}, name)
        assert told(back.sources) == told({"a": one}), name


@pytest.mark.parametrize("kind", ["csl-json", "bibtex"])
def test_the_sources_of_a_case_come_back_into_it_without_a_change(kind, tmp_path):
    shutil.copytree(EXAMPLES / "ukraine-2025", tmp_path / "c")
    convert(tmp_path / "c", tmp_path / "x", target_format=kind)
    before = {p: p.read_bytes() for p in (tmp_path / "c").rglob("*") if p.is_file()}
    fidelity = convert(tmp_path / "x", tmp_path / "c", strict=True)
    assert {r.what: r.count for r in fidelity.read} == {"references": 2, "sources that were there": 2}
    assert {p: p.read_bytes() for p in before} == before


def test_references_are_merged_by_address_and_id_and_the_file_keeps_its_remarks(tmp_path):
    convert(EXAMPLES / "ukraine-2025", tmp_path / "x.xlsx")
    convert(tmp_path / "x.xlsx", tmp_path / "c")
    table = tmp_path / "c" / "sources" / "sources.csv"
    (tmp_path / "c" / "sources" / "note.txt").write_text("words\n")
    table.write_text(
        "# my sources\ntitle;id;url;publisher\n"
        '"A note; with\na second line";note;https://www.example.org/a;\n# the other two\n'
        + "".join(f"{i};{i};;\n" for i in load(tmp_path / "c").sources if i != "note")
    )
    references = [
        {"id": "other", "type": "document", "title": "A note", "URL": "http://example.org/a/#top", "publisher": "The Daily", "issued": {"date-parts": [[2024]]}},
        {"id": "note", "type": "document", "title": "Another", "URL": "https://elsewhere.org/b"},
    ]  # fmt: skip
    (tmp_path / "r.json").write_text(json.dumps(references))
    fidelity = convert(tmp_path / "r.json", tmp_path / "c")
    assert {"sources added": 1, "sources completed": 1}.items() <= {
        r.what: r.count for r in fidelity.read
    }.items()
    assert [r.what for r in fidelity.left_out] == ["another title of a source that is there: A note"]
    lines = table.read_text().split("\n")
    assert lines[0] == "# my sources"
    assert lines[1] == "title;id;url;publisher;date;access"
    assert lines[2:4] == ['"A note; with', 'a second line";note;https://www.example.org/a;The Daily;2024']
    assert lines[4] == "# the other two"
    case = load(tmp_path / "c")
    assert (case.sources["note"].publisher, case.sources["note"].date) == ("The Daily", "2024")
    assert case.sources["note-2"].url == "https://elsewhere.org/b"
    report = json.loads((tmp_path / "c" / "r.json.fidelity.json").read_text())
    assert set(report) >= {"read", "changed", "left_out"}


def test_a_case_that_cannot_be_added_to_stays_as_it_is(tmp_path):
    shutil.copytree(EXAMPLES / "ukraine-2025", tmp_path / "c")
    (tmp_path / "a.bib").write_text("@misc{a, title = {A}}")
    (tmp_path / "c" / "case.yaml").write_text("title: x\n")
    with pytest.raises(CaseError, match=r"case\.yaml"):
        convert(tmp_path / "a.bib", tmp_path / "c")
    assert not list((tmp_path / "c").glob("*fidelity*"))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.bib", "@misc{a, title = {A}}\n@misc{b, title = {open\n", "a.bib:2"),
        ("a.bib", "@misc{a, title = " + "{" * 60 + "A" + "}" * 60 + "}", "levels of braces"),
        ("a.bib", "@misc{a, title = {A}}\n" * 10_001, "at most 10,000 references"),
        ("a.bib", "@misc{a, title = {" + "x" * 8_100_000 + "}}", "at most 8 MB"),
        ("a.json", json.dumps([CSL[0], 3]), "references in JSON|cannot be read|expected a reference"),
        ("a.json", '[{"id": "a", "type": "book", "title": "A", "title": "B"}]', "each key once"),
    ],
)  # fmt: skip
def test_broken_and_large_bibliographies_are_refused_with_their_place(name, text, said, tmp_path):
    (tmp_path / name).write_text(text)
    with pytest.raises(CaseError, match=said):
        plan(tmp_path / name, tmp_path / "x")
