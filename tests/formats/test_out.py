"""What a case looks like in other tools: citations, annotations, notes."""

import json
import re
from pathlib import Path

import pytest

from zopa.errors import NotApplicable
from zopa.formats import convert, load

EXAMPLE = Path(__file__).resolve().parents[2] / "src" / "zopa" / "examples" / "ukraine-2025"


def test_csl_and_bibtex_hold_every_source_and_list_the_rest(tmp_path):
    case = load(EXAMPLE)
    lost = convert(EXAMPLE, tmp_path / "s.json", target_format="csl-json")
    items = json.loads((tmp_path / "s.json").read_text(encoding="utf-8"))
    assert [i["id"] for i in items] == list(case.sources)
    assert {i.get("URL", "") for i in items} == {s.url for s in case.sources.values()}
    assert {"rules", "statements"} <= {r.what for r in lost.left_out}
    convert(EXAMPLE, tmp_path / "s.bib")
    text = (tmp_path / "s.bib").read_text(encoding="utf-8")
    assert text.count("@misc{") == len(case.sources)
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")
    assert re.search(r"year = \{20\d\d\}", text)


def test_hostile_titles_stay_text_in_bibtex_and_notes(tmp_path):
    case = load(EXAMPLE)
    ident = next(iter(case.sources))
    bad = case.sources[ident].model_copy(
        update={"title": "}, note={\\input{x} [[evil]] <script>", "url": "http://a/}{"}
    )
    case = case.model_copy(update={"sources": {ident: bad}, "statements": {}})
    convert(case, tmp_path / "s.bib")
    text = (tmp_path / "s.bib").read_text(encoding="utf-8")
    assert "\\input" not in text.replace("\\textbackslash{}input", "")
    convert(case, tmp_path / "notes", target_format="markdown")
    note = (tmp_path / "notes" / "sources" / f"{ident}.md").read_text(encoding="utf-8")
    assert "<script>" not in note.split("---")[2]
    assert "[[evil]]" not in note.split("---")[2]


def test_annotations_point_at_the_words_of_their_source(tmp_path):
    convert(EXAMPLE, tmp_path / "a.jsonld")
    case = load(EXAMPLE)
    found = json.loads((tmp_path / "a.jsonld").read_text(encoding="utf-8"))["first"]["items"]
    assert len(found) == len(case.statements)
    for item, s in zip(found, case.statements.values(), strict=True):
        selectors = {one["type"]: one for one in item["target"]["selector"]}
        assert selectors["TextQuoteSelector"]["exact"] == s.quote
        if "TextPositionSelector" in selectors:
            place = selectors["TextPositionSelector"]
            assert case.sources[s.source].text[place["start"] : place["end"]] == s.quote


def test_every_link_of_the_notes_leads_to_a_note(tmp_path):
    convert(EXAMPLE, tmp_path / "notes", target_format="markdown")
    files = {str(p.relative_to(tmp_path / "notes")) for p in (tmp_path / "notes").rglob("*.md")}
    links = [
        m
        for f in files
        for m in re.findall(r"\[\[([^|\]]+)\|", (tmp_path / "notes" / f).read_text(encoding="utf-8"))
    ]
    assert len(links) > 50
    assert all(f"{target}.md" in files for target in links)


def test_nothing_to_write_is_said(tmp_path):
    bare = load(EXAMPLE).model_copy(update={"sources": {}, "statements": {}})
    for name in ("a.bib", "a.jsonld"):
        with pytest.raises(NotApplicable):
            convert(bare, tmp_path / name)
