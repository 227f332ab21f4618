"""Word: a draft agreement out; comments and tracked changes in."""

import datetime
import zipfile

import pytest

from formats import seeds
from zopa.case import Case
from zopa.errors import CaseError, UnknownName
from zopa.formats import convert, load, plan
from zopa.formats.word import W

docx = pytest.importorskip("docx", reason="python-docx comes with the extra dev")
TEXT = "We want peace now. We want it later. We refuse it later. Never now!"


def case():
    """Three parties on one issue: two alternatives, an objection, a conditional offer; one issue without words."""
    said = [
        ("north", "We want peace now.", ("now",), "demand", "2025-01-10"),
        ("south", "We want it later.", ("later",), "prefer", "2025-01-11"),
        ("east", "We refuse it later.", ("later",), "oppose", "2025-01-12"),
        ("east", "Never now!", ("now",), "red-line", None),
    ]
    return Case.model_validate({
        "title": "Truce <&>",
        "parties": {p: {"name": p.title()} for p in ("north", "south", "east")},
        "issues": {
            "peace": {"name": "Peace", "options": {"now": "at once", "later": "in a year", "half": "in half a year"}},
            "fish": {"name": "Fish", "options": {"ten": "10 boats", "six": "6 boats"}},
        },
        "sources": {"t": {"publisher": "Radio", "text": TEXT}},
        "statements": {
            f"s{k}": {"source": "t", "quote": q, "kind": "position", "party": p, "issue": "peace", "options": o, "stance": st,
                      **({"said": datetime.date.fromisoformat(d)} if d else {})}
            for k, (p, q, o, st, d) in enumerate(said, 1)
        },
    })  # fmt: skip


def changes(path):
    """(kind, author, date, text) of the tracked changes, as python-docx's tree has them."""
    found = []
    for e in docx.Document(path).element.body.iter(f"{{{W}}}ins", f"{{{W}}}del"):
        text = "".join(t.text for t in e.iter(f"{{{W}}}t", f"{{{W}}}delText"))
        found.append((e.tag[-3:], e.get(f"{{{W}}}author"), (e.get(f"{{{W}}}date") or "")[:10], text))
    return found


def test_a_draft_has_an_article_per_issue_comments_and_tracked_changes(tmp_path):
    convert(case(), tmp_path / "d.docx", target_format="draft", package=["peace=later", "fish=ten"])
    document = docx.Document(tmp_path / "d.docx")
    heads = [p.text for p in document.paragraphs if p.style.name.lower().startswith("heading")]
    assert heads == ["Article 1. Peace", "Article 2. Fish"]
    assert document.paragraphs[-1].text == "10 boats"
    assert changes(tmp_path / "d.docx") == [
        ("del", "North", "2025-01-10", "in a year"),
        ("ins", "North", "2025-01-10", "at once"),
    ]
    notes = [(c.author, c.timestamp and str(c.timestamp.date()), c.text) for c in document.comments]
    assert notes == [
        ("North", "2025-01-10", "Alternative: “We want peace now.” (Radio; 2025-01-10; statement s1)"),
        ("East", "2025-01-12", "Opposes: “We refuse it later.” (Radio; 2025-01-12; statement s3)"),
    ]
    ids = [e.get(f"{{{W}}}id") for e in document.element.body.iter(f"{{{W}}}ins", f"{{{W}}}del")]
    assert len(set(ids)) == len(ids)


def test_the_text_of_an_article_is_what_most_support_and_an_alternative_per_party(tmp_path):
    lost = convert(case(), tmp_path / "d.docx", target_format="draft")
    assert any("which most parties support and fewest reject" in r.what for r in lost.changed)
    half = convert(case(), tmp_path / "h.docx", target_format="draft", package=["peace=half"])
    assert half.read[2].count == 2
    assert [c[1:2] + c[3:] for c in changes(tmp_path / "h.docx")] == [
        ("North", "in half a year"), ("North", "at once"), ("zopa", " / "), ("South", "in a year"),
    ]  # fmt: skip
    with pytest.raises(UnknownName, match="peace"):
        convert(case(), tmp_path / "x.docx", target_format="draft", package=["pease=now"])


def test_a_statement_without_a_date_gives_a_comment_without_one(tmp_path):
    convert(case(), tmp_path / "d.docx", target_format="draft", package=["peace=now"])
    east = next(c for c in docx.Document(tmp_path / "d.docx").comments if c.author == "East")
    assert east.timestamp is None
    found = plan(tmp_path / "d.docx", tmp_path / "x").fidelity
    assert [r.what for r in found.left_out] == ["a comment without a name, a date or words"]


def test_a_draft_read_again_gives_each_partys_version_and_words(tmp_path):
    convert(case(), tmp_path / "h.docx", target_format="draft", package=["peace=half"])
    found = plan(tmp_path / "h.docx", tmp_path / "x")
    assert found.source_format == "word"
    back = found.case
    assert [i.name for i in back.issues.values()] == ["Peace"]
    issue = back.issues["peace"]
    assert [o.label for o in issue.options.values()] == ["in half a year", "at once", "in a year"]
    said = [(back.parties[s.party].name, str(s.said), s.stance, [issue.options[o].label for o in s.options]) for s in back.statements.values()]  # fmt: skip
    assert said[:2] == [
        ("North", "2025-01-10", "prefer", ["at once"]),
        ("South", "2025-01-11", "prefer", ["in a year"]),
    ]
    assert [s.quote[:12] for s in back.statements.values()][2:] == ["Alternative:", "Alternative:"]
    for s in back.statements.values():
        assert back.sources[s.source].text[s.start : s.end] == s.quote
    convert(tmp_path / "h.docx", tmp_path / "case")
    assert len(load(tmp_path / "case").statements) == len(back.statements)


def word(tmp_path, body, comments=""):
    path = tmp_path / "w.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "word/document.xml", f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
        )
        if comments:
            archive.writestr("word/comments.xml", f'<w:comments xmlns:w="{W}">{comments}</w:comments>')
    return path


def run(text, tag="t"):
    return f"<w:r><w:{tag}>{text}</w:{tag}></w:r>"


def change(kind, author, text, day="2025-03-01T10:00:00Z"):
    inner = run(text, "delText" if kind == "del" else "t")
    return f'<w:{kind} w:id="1" w:author="{author}" w:date="{day}">{inner}</w:{kind}>'


@pytest.mark.parametrize(
    ("pieces", "options"),
    [
        (run("The fee is ") + change("del", "Ana", "5") + change("ins", "Ana", "7") + run(" francs."), ["The fee is 5 francs.", "The fee is 7 francs."]),
        (run("Fish ") + change("ins", "Ana", "and crabs ") + run("are ") + change("ins", "Ben", "not ") + run("free."),
         ["Fish are free.", "Fish and crabs are free.", "Fish are not free."]),
        (change("del", "Ana", "All of it."), ["All of it.", "deleted"]),
        (change("ins", "Ana", "A new article."), ["no text", "A new article."]),
        (change("moveFrom", "Ana", "Moved away.") + run("Rest."), ["Moved away.Rest.", "Rest."]),
        (change("del", "Ana", "5") + change("ins", "Ben", "7"), ["5", "deleted", "7"]),
    ],
    ids=["replaced", "two-places", "deleted", "whole-paragraph", "moved", "two-authors"],
)  # fmt: skip
def test_every_author_has_the_version_with_the_own_changes(pieces, options, tmp_path):
    found = plan(word(tmp_path, f"<w:p>{pieces}</w:p>"), tmp_path / "x").case
    (issue,) = found.issues.values()
    assert [o.label for o in issue.options.values()] == options
    assert {s.stance for s in found.statements.values()} == {"prefer"}


def test_a_comment_is_a_statement_of_its_author_without_a_stance(tmp_path):
    body = f'<w:p><w:commentRangeStart w:id="4"/>{run("Ten boats.")}<w:commentRangeEnd w:id="4"/><w:r><w:commentReference w:id="4"/></w:r></w:p>'
    note = '<w:comment w:id="4" w:author="Ana" w:date="2025-03-01T10:00:00Z"><w:p><w:r><w:t>Too many.</w:t></w:r></w:p><w:p><w:r><w:t>Six!</w:t></w:r></w:p></w:comment>'
    found = plan(word(tmp_path, body, note), tmp_path / "x").case
    (s,) = found.statements.values()
    assert (s.quote, s.party, str(s.said), s.stance, s.review.state) == (
        "Too many. Six!",
        "ana",
        "2025-03-01",
        None,
        "suggested",
    )


def test_changes_without_a_date_or_name_are_listed_and_a_plain_text_is_refused(tmp_path):
    body = f"<w:p>{run('x ')}{change('ins', 'Ana', 'y', '')}</w:p><w:p>{run('a ')}{change('ins', 'Ben', 'b')}</w:p>"
    found = plan(word(tmp_path, body), tmp_path / "x")
    assert [(r.what, r.place) for r in found.fidelity.left_out] == [
        ("a change without a name or a date", "w.docx, paragraph 1")
    ]
    with pytest.raises(CaseError, match="no text with comments and tracked changes, DOCX: it is a Word file"):
        plan(word(tmp_path, f"<w:p>{run('x')}</w:p>"), tmp_path / "x", source_format="word")
    with pytest.raises(CaseError, match="document type declaration"):
        path = tmp_path / "e.docx"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(
                "word/document.xml",
                '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><w:ins >&e;</w:ins>',
            )
        plan(path, tmp_path / "x")


def test_an_issue_on_which_no_party_supports_an_option_keeps_its_status_quo(tmp_path):
    old = case()
    fish = old.issues["fish"].model_copy(update={"now": "six"})
    lost = convert(
        old.model_copy(update={"issues": {**old.issues, "fish": fish}}),
        tmp_path / "d.docx",
        target_format="draft",
    )
    assert docx.Document(tmp_path / "d.docx").paragraphs[-1].text == "6 boats"
    assert "the article says '6 boats', which is the status quo: no party supports an option" in [
        r.what for r in lost.changed
    ]
    again = convert(old, tmp_path / "e.docx", target_format="draft")
    assert any("no status quo is marked" in r.what for r in again.changed)


def test_comments_beside_a_table_are_named_and_read_on_request(tmp_path):
    cell = f'<w:tc><w:p><w:commentRangeStart w:id="4"/>{run("Quota")}<w:r><w:commentReference w:id="4"/></w:r></w:p></w:tc>'
    rows = "".join(
        f"<w:tr>{r}</w:tr>"
        for r in (
            f"<w:tc><w:p>{run('Issue')}</w:p></w:tc><w:tc><w:p>{run('North')}</w:p></w:tc>",
            f"{cell}<w:tc><w:p>{run('ten')}</w:p></w:tc>",
        )
    )
    note = '<w:comment w:id="4" w:author="Ana" w:date="2025-03-01T10:00:00Z"><w:p><w:r><w:t>Too many.</w:t></w:r></w:p></w:comment>'
    path = word(tmp_path, f"<w:tbl>{rows}</w:tbl>", note)
    found = plan(path, tmp_path / "x")
    assert found.source_format == "table-docx"
    assert [(r.what, r.count) for r in found.fidelity.left_out] == [("comments, which --from word reads", 1)]
    (s,) = plan(path, tmp_path / "x", source_format="word").case.statements.values()
    assert s.quote == "Too many."


def test_a_table_with_changes_is_still_a_position_table(tmp_path):
    convert(seeds.worded(), tmp_path / "t.docx")
    assert plan(tmp_path / "t.docx", tmp_path / "x").source_format == "table-docx"


def drafted(path, *package, now="ten", **rules):
    """The last article of a draft under rules, and what the conversion tells."""
    data = case().model_dump(exclude_unset=True, exclude={"rules"})
    data["issues"]["fish"]["now"] = now
    lost = convert(
        Case.model_validate({**data, "rules": rules}), path, target_format="draft", package=[*package]
    )
    return docx.Document(path).paragraphs[-1].text, [r.what for r in lost.changed]


def test_the_articles_of_a_draft_obey_the_rules_in_force_and_the_report_says_so(tmp_path):
    assert drafted(tmp_path / "a.docx")[0] == "10 boats"
    line = {"party": "north", "assumed": "x", "when": ({"fish": ("ten",)},)}
    text, told = drafted(tmp_path / "b.docx", line=line)
    assert text == "6 boats"
    assert any("'6 boats', as the rules in force forbid '10 boats'" in what for what in told)


def test_a_rule_on_several_issues_moves_as_few_articles_as_it_must(tmp_path):
    line = {
        "party": "north",
        "assumed": "x",
        "when": ({"fish": ("ten",)},),
        "only_if": ({"peace": ("half", "later")},),
    }
    assert drafted(tmp_path / "a.docx", "peace=now", line=line)[0] == "6 boats"
    assert drafted(tmp_path / "b.docx", "peace=half", line=line)[0] == "10 boats"


def test_a_draft_that_no_package_of_the_rules_fits_says_that_it_breaks_one(tmp_path):
    line = {"party": "north", "assumed": "x", "when": ({"fish": ("ten", "six")},)}
    text, told = drafted(tmp_path / "a.docx", line=line)
    assert text == "10 boats"
    assert any("break a rule in force" in what for what in told)
    chosen, told = drafted(tmp_path / "b.docx", "fish=ten", line={**line, "when": ({"fish": ("ten",)},)})
    assert chosen == "10 boats"
    assert any("what was chosen breaks a rule in force" in what for what in told)
