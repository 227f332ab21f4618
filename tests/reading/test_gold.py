"""Measured agreement with annotated texts. What is asserted is the bar of the plan, not the last figure."""

import json
import tarfile
from pathlib import Path

import pytest

from zopa.reading import prepare, read
from zopa.reading.evaluation.corpora import read_gold, read_polnear
from zopa.reading.evaluation.score import AnnotatedText, compare, evaluate
from zopa.reading.extraction.extract import extract
from zopa.reading.extraction.speakers import Roster

GOLD = Path(__file__).parent / "gold"


@pytest.fixture(scope="module")
def polnear(shared):
    return shared / "data" / "reading" / "polnear_train_dev.tar.gz"


@pytest.fixture(scope="module")
def seed(shared):
    return read_gold(shared / "data" / "reading" / "seed_gold.json", shared)


def predictions(shared: Path, name: str) -> dict:
    with tarfile.open(shared / "data" / "reading" / "predictions.tar.gz") as tar:
        member = next(m for m in tar if m.name.endswith(name))
        data = json.loads(tar.extractfile(member).read())
    return {Path(d["doc"]).name.removesuffix(".txt"): d for d in data}


@pytest.mark.parametrize(
    ("name", "detect", "partial", "exact", "found", "right"),
    [  # the reference scorer's figures for these recorded predictions, percent
        ("polnear_dev.rules.json", 73.8, (70.2, 53.4, 60.6), 42.0, 88.2, 80.6),
        ("polnear_dev.crf_840.json", 78.5, (72.9, 60.3, 66.0), 45.3, 90.9, 83.9),
        ("polnear_dev.citron.json", 67.1, (71.2, 41.7, 52.5), 28.9, 62.3, 55.7),
        ("polnear_dev.textacy.json", 27.2, (49.6, 10.5, 17.4), 5.5, 50.7, 37.5),
    ],
)
def test_the_evaluator_gives_the_reference_figures_on_recorded_predictions(
    shared, polnear, name, detect, partial, exact, found, right
):
    recorded = predictions(shared, name)
    score = compare([(d, recorded.get(d.name, {"attributions": []})) for d in read_polnear(polnear, "dev")])
    assert round(100 * score.prf["statements detect"][2], 1) == detect
    assert tuple(round(100 * x, 1) for x in score.prf["statements partial"]) == partial
    assert round(100 * score.prf["statements exact"][2], 1) == exact
    assert round(100 * score.rates["quotations found"], 1) == found
    assert round(100 * score.rates["quotations right"], 1) == right


def test_gold_against_itself_is_perfect(seed):
    score = compare([(d, d.gold) for d in seed])
    assert all(v == (1.0, 1.0, 1.0) for v in score.prf.values())


def test_on_political_news_the_rules_reach_the_bar(polnear):
    score = evaluate(read_polnear(polnear, "dev"))
    precision, _, f1 = score.prf["statements partial"]
    assert f1 >= 0.68  # 68.5 stands in the how-to
    assert precision >= 0.78
    assert score.rates["quotations right"] >= 0.86
    _, _, core = score.recall["cue: core reporting verb"]
    assert core >= 0.86


def test_on_open_news_that_the_rules_were_never_tuned_on_they_hold(shared, tmp_path):
    with tarfile.open(shared / "data" / "reading" / "gum_wikinews.tar.gz") as tar:
        tar.extractall(tmp_path, filter="data")
    folder = tmp_path / "gum_wikinews"
    documents = read_gold(folder / "attributions.json", folder / "text")
    plain = [
        AnnotatedText(
            d.name, d.text, {k: v for k, v in d.gold.items() if k in ("attributions", "nested", "ignore")}
        )
        for d in documents
    ]
    score = evaluate(plain)
    assert score.prf["statements detect"][1] >= 0.802
    assert score.prf["statements partial"][1] >= 0.642
    assert score.rates["quotations right"] >= 0.812


def test_the_seed_article_is_read_as_annotated(seed):
    score = evaluate(seed)
    assert score.prf["statements partial"][2] >= 0.90
    assert score.rates["speaker of aligned"] >= 0.90
    assert score.prf["dates value"][1] == 1.0  # 12 of 12
    assert score.prf["figures value"][1] == 1.0  # 4 of 4
    assert score.prf["shifts"][1] == 1.0  # 3 of 3


def test_the_seed_articles_conditional_offers_keep_condition_and_consequent(seed):
    (d,) = seed
    found = extract(prepare(d.text), roster=d.roster)
    for gold in d.gold["attributions"]:
        if gold.get("kind") != "conditional_offer":
            continue
        near = [
            s
            for s in found.statements
            if any(a < gold["cue"][0][1] and gold["cue"][0][0] < b for a, b in s.cue)
        ]
        (s,) = [s for s in near if s.nested_in is None]
        assert s.kind.kind == "conditional_offer"
        assert s.condition is not None
        assert s.condition.consequent is not None
        for part, (x, y) in (
            ("condition_span", s.condition.condition),
            ("consequent_span", s.condition.consequent),
        ):
            assert any(a < y and x < b for a, b in gold[part]), part


def test_the_seed_articles_remark_is_the_authors_and_nobodys_statement(seed):
    (d,) = seed
    found = read(d.text)
    for remark in d.gold["author_statements"][:2]:
        a, b = remark["span"]
        assert any(c.start < b and a < c.end for c in found.claims)
        assert not any(x < b and a < y for s in found.statements for x, y in (*s.cue, *s.content))


def test_the_seed_articles_reference_line_and_foreign_footer_are_left_alone(seed):
    (d,) = seed
    found = read(d.text)
    assert found.text.published.on is not None
    assert found.text.published.on.isoformat() == "2025-02-13"
    end = next(b.start for b in found.text.blocks if b.kind == "reference")
    assert all(s.span[1] <= end for s in found.statements)


def test_every_span_of_the_seed_article_is_in_the_text(seed):
    (d,) = seed
    found = read(d.text)
    assert found.text.text == d.text
    for s in found.statements:
        for a, b in (*s.mention, *s.cue, *s.content):
            assert d.text[a:b].strip()


def test_the_second_gold_article_stays_readable(marra):
    (d,) = read_gold(GOLD / "marra.gold.json", GOLD)
    assert d.roster is not None
    assert d.text == marra
    score = evaluate([d])
    # First run, before anything was changed in its view: partial 95.7, exact 73.9, quotations 100,
    # speaker 61.9 of aligned, dates 8 of 8, figure values 2 of 4, shifts 1 of 2.
    assert score.prf["statements partial"][2] >= 0.95
    assert score.rates["speaker of aligned"] >= 0.61


def test_a_text_that_is_not_the_annotated_one_is_refused(tmp_path):
    from zopa.errors import CaseError

    (tmp_path / "marra.txt").write_text("another text", encoding="utf-8")
    with pytest.raises(CaseError, match="sha256"):
        read_gold(GOLD / "marra.gold.json", tmp_path)


def test_speakers_come_from_the_roster_by_alias_title_surname_and_pronoun():
    roster = Roster.from_dict({
        "Ana Brix": {"party": "valley", "kind": "person", "aliases": ["Brix"]},
        "Valley Council": {"party": "valley", "kind": "org", "aliases": ["the council", "the V.C."]},
    })  # fmt: skip
    text = (
        "Mayor Brix said the gate is shut. She said it stays shut. The V.C. said nothing had changed. It said so twice. "
        "Jon Moll, a retired judge, said the wall leaks. Moll said more would come. A council official said the price was fair. "
        "Under Ferris, the council said the wall would fall."
    )
    who = [s.who for s in extract(prepare(text), roster=roster).statements if s.nested_in is None]
    assert [w.name for w in who[:6]] == [
        "Ana Brix",
        "Ana Brix",
        "Valley Council",
        "Valley Council",
        "Jon Moll",
        "Jon Moll",
    ]
    assert [w.how for w in who[:4]] == ["title", "pronoun", "alias", "pronoun"]
    assert who[6].weak
    assert who[7].name == "Valley Council (Ferris administration)"
    assert who[7].voice
