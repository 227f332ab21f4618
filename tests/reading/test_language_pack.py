"""A language is one file: a fragment of German reads an article with no change of code; a bad file says why."""

from datetime import date
from importlib import resources
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zopa.case import Case
from zopa.cli import app
from zopa.errors import CaseError, UnknownName
from zopa.reading import Published, read, to_records
from zopa.reading.language.lexicon import lexicon

GERMAN = Path(__file__).with_name("de.toml")
ARTICLE = (
    "„Die Brücke ist sicher“, sagte Anna Berg gestern. Otto Rell erklärte, dass die Stadt drei Millionen Euro zahlt. "
    "Er sagte, dass er den Plan annehmen könnte, wenn die Stadt zahlt. Das Werk ist seit dem 3. März 2025 geschlossen."
)


@pytest.fixture(scope="module")
def found():
    return read(ARTICLE, language=str(GERMAN), published=Published(on=date(2025, 3, 10)))


def test_a_pack_of_another_language_reads_a_quotation_and_an_indirect_statement(found):
    assert [(s.who.name, s.lemma, found.words(*s.content), s.quoting) for s in found.statements[:2]] == [
        ("Anna Berg", "sagen", "„Die Brücke ist sicher“", "direct"),
        ("Otto Rell", "erklären", "dass die Stadt drei Millionen Euro zahlt", "indirect"),
    ]


def test_a_pack_of_another_language_reads_a_conditional_offer_of_a_pronoun(found):
    offer = found.statements[2]
    assert (offer.who.name, offer.kind.kind, offer.kind.firmness) == (
        "Otto Rell",
        "conditional_offer",
        "hedged",
    )
    assert found.words(offer.condition.condition, offer.condition.consequent) == (
        "die Stadt zahlt … er den Plan annehmen könnte"
    )


def test_a_pack_of_another_language_reads_dates_and_figures(found):
    assert [(found.words((d.start, d.end)), d.first, d.last) for d in found.dates] == [
        ("gestern", date(2025, 3, 9), date(2025, 3, 9)),
        ("3. März 2025", date(2025, 3, 3), date(2025, 3, 3)),
    ]
    assert found.statements[0].said == (date(2025, 3, 9), date(2025, 3, 9))
    assert [(found.words((f.start, f.end)), f.value, f.unit) for f in found.figures] == [
        ("drei Millionen Euro", 3_000_000, "EUR")
    ]


def test_the_command_takes_the_path_of_a_pack(tmp_path):
    text = tmp_path / "artikel.txt"
    text.write_text(ARTICLE, encoding="utf-8")
    result = CliRunner().invoke(app, ["read", str(text), "--language", str(GERMAN)])
    assert result.exit_code == 0
    assert "Anna Berg [report] „Die Brücke ist sicher“" in result.output


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("[gate]", "", "[gate]: is not in the file"),
        ("[gate]", "[gates]", "[gates]: is a name that no rule asks for\n    hint: did you mean 'gate'?"),
        ("months =", "monts =", "[dates] monts: is a name that no rule asks for\n    hint: did you mean 'months'?"),
        ('thousands = "."', "thousands = 3", "[figures] thousands: expected a text, saw 3"),
        ('    "januar", ', "    ", "[dates] months: expected 12 texts, saw 11"),
        ('    "januar"', "    1", "[dates] months: expected a list of texts, saw"),
        (r"{day}\.\s", "", "[dates.forms] dmy: needs {day}"),
        ("{n}", "{m}", "[figures.forms] scaled: has no placeholder {m}; known: {sign}, {number}, {n}"),
        ("(?P<rel>gestern)", "(?P<rel>gestern", "[dates.forms] day: expected a regular expression: missing )"),
        ("[events]", "[events]\nowner = 'von'", "[events] owner: needs the groups (?P<who>...)"),
        ("start = '[.;]", "start = '[.;", "[clauses] start: expected a regular expression: unterminated"),
        ("3 =", "drei =", "[figures.numbers] drei: expected a number and its words"),
        ("sagte gesagt", "sagte", "[irregular] sagen: expected 4 forms, saw 3"),
        ("[forms]", '[forms]\nextra = "war sein"', "[forms] extra: expected form, base and slot, saw 'war sein'"),
        ("[gate]", "[gate", "expected a language pack in TOML: "),
    ],
)  # fmt: skip
def test_a_bad_pack_names_file_section_and_entry(tmp_path, old, new, problem):
    text = GERMAN.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "xx.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CaseError) as error:
        read(ARTICLE, language=str(file))
    assert f"{file}: {problem}" in str(error.value)


def test_a_pack_that_is_not_there_is_named():
    with pytest.raises(CaseError, match=r"nowhere\.toml: expected a language pack in TOML"):
        lexicon("nowhere.toml")
    with pytest.raises(UnknownName, match="no language pack called 'eng'; did you mean 'en'"):
        lexicon("eng")


def test_the_how_to_names_every_section():
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "language-pack.md").read_text(encoding="utf-8")
    assert [section for section in lexicon().raw if f"`{section}`" not in page] == []


def test_a_pack_with_empty_sections_reads_nothing(tmp_path):
    english = (resources.files("zopa.reading.language") / "en.toml").read_text(encoding="utf-8")
    file = tmp_path / "empty.toml"
    file.write_text(
        "".join(line for line in english.splitlines(keepends=True) if line[:1] == "["), encoding="utf-8"
    )
    found = read(ARTICLE + " The mayor said on 3 May 2024 that 20% of it was lost.", language=str(file))
    assert (found.statements, found.dates, found.figures, found.contacts) == ((), (), (), ())


def test_the_stance_of_an_offer_is_matched_with_the_endings_of_the_pack(tmp_path):
    pack = tmp_path / "de.toml"
    text = GERMAN.read_text(encoding="utf-8")
    pack.write_text(text.replace("[issues]\n", '[issues]\nplural = "en"\n'), encoding="utf-8")
    works = {
        "name": "Fabriken",
        "options": {"open": {"label": "offen"}, "shut": {"label": "zu", "words": ("Fabrik",)}},
    }
    case = Case.model_validate(
        {
            "title": "t",
            "parties": {"town": {"name": "Stadt"}, "owner": {"name": "Otto Rell"}},
            "speakers": {"rell": {"name": "Otto Rell", "party": "owner", "authority": "official"}},
            "issues": {"works": works},
        }
    )
    article = "Otto Rell sagte, dass er die Fabriken annehmen könnte, wenn die Stadt zahlt."
    found = read(article, case, language=str(pack))
    (offer,) = to_records(found, "a", case, language=str(pack)).statements.values()
    assert offer.kind == "conditional_offer"
    assert (offer.issue, offer.options, offer.stance) == ("works", ("shut",), "conditional")
