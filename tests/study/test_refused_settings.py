"""What no answer could honour is refused in one sentence: whole sections, numbers off their scale, days before any word."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import zopa
from case_folder import CASE, findings, write
from zopa.bargaining import standing, zone
from zopa.case.model import Case
from zopa.cli import app
from zopa.cli.options import open_case, pairs_of
from zopa.errors import CaseError, NotApplicable, UnknownName, ZopaError
from zopa.space import Problem

RUN = CliRunner()
TYPED = ("{}", "[]", "null", "7", "text")
SECTIONS = ("parties", "speakers", "issues", "rules", "readings", "statements", "sources")


def asked(case, path, text):
    """The answer to another value, or why there is none; anything but an answer or a sentence fails."""
    try:
        return zone(Problem.of(case).with_typed({path: text}))
    except ZopaError as error:
        return error


@pytest.mark.parametrize("name", ["typewriters-1975", "two-farms", "harbour-sport-park"])
def test_no_value_at_any_path_of_the_top_ends_in_anything_but_an_answer_or_a_sentence(name):
    case = open_case(name)
    for field in Case.model_fields:
        for text in TYPED:
            asked(case, field, text)
    for section in SECTIONS:
        for ident, noun in list(getattr(case, section).items())[:1]:
            for field in type(noun).model_fields:
                for text in TYPED:
                    asked(case, f"{section}.{ident}.{field}", text)


@pytest.mark.parametrize("path", [*SECTIONS, "contacts", "figures", "shifts", "digest", "cut", "title"])
def test_a_section_as_a_whole_is_not_set(path):
    assert isinstance(asked(open_case("ukraine-2025"), path, "{}"), NotApplicable)


@pytest.mark.parametrize("path", ["reservation", "flexibility", "values.territory.T1"])
@pytest.mark.parametrize("text", ["-500", "500", "[10, 501]"])
def test_a_number_off_its_scale_is_refused_and_the_scale_named(path, text):
    error = asked(open_case("ukraine-2025"), f"parties.UKR.{path}", text)
    assert isinstance(error, NotApplicable)
    assert "outside the scale" in str(error)


def test_a_statement_that_becomes_a_rule_is_read_as_stated():
    case = open_case("two-farms")
    problem = Problem.of(case).with_typed({"statements.upper-meters.when": "{}"})
    assert "upper-meters" not in Problem.of(case).readings
    assert problem.readings == {"upper-meters": "as stated"}


def test_a_default_option_that_the_issue_does_not_have_is_refused():
    assert isinstance(asked(open_case("two-farms"), "issues.pump.now", "text"), UnknownName)


def test_a_day_before_every_statement_gives_no_verdict():
    case = open_case("ukraine-2025")
    assert standing(case.at("1900-01-01")).state == "not enough on record"
    assert standing(case.at("1900-01-01").at("1899-01-01")).state == "not enough on record"
    assert standing(case).state != "not enough on record"


def test_a_case_that_never_had_statements_is_judged_at_every_day_as_before():
    case = open_case("typewriters-1975")
    assert not case.statements
    assert standing(case.at("1900-01-01")).state == standing(case).state


def test_a_case_with_another_title_is_the_same_case_in_its_folder(tmp_path: Path):
    write(tmp_path / "case")
    outs = [[], ["--out", str(tmp_path / "elsewhere")]]
    for out in outs:
        assert RUN.invoke(app, ["run", str(tmp_path / "case"), *out]).exit_code in (0, 1)
    write(tmp_path / "case", {"case.yaml": CASE.replace("Water of", "Waters of")})
    for out in outs:
        assert RUN.invoke(app, ["run", str(tmp_path / "case"), *out]).exit_code in (0, 1)
    held = json.loads((tmp_path / "case" / "out" / "answers.json").read_text(encoding="utf-8"))
    assert held["title"].startswith("Waters of")
    assert str(tmp_path) not in held["place"]


def test_a_comparison_backwards_is_refused_and_the_right_order_named():
    done = RUN.invoke(app, ["compare", "two-farms@2025-06-01", "two-farms@2024-06-01"])
    assert done.exit_code == 2
    assert "older one comes first" in " ".join(done.output.replace("│", " ").split())


def test_one_name_given_twice_is_refused():
    assert pairs_of(["x=q", "y=q"], "ISSUE=OPTION") == {"x": "q", "y": "q"}
    with pytest.raises(typer.BadParameter, match="given twice"):
        pairs_of(["x=q", "x=p"], "ISSUE=OPTION")


def test_a_new_id_has_no_dot(tmp_path: Path):
    write(tmp_path)
    with pytest.raises(CaseError, match="without a dot"):
        zopa.rename(tmp_path, f"party.{next(iter(zopa.load(tmp_path).parties))}", "a.b")


@pytest.mark.parametrize("tail", [" extra=1", "x", " at=2025-01-01"])
def test_a_sealed_line_that_goes_on_is_refused(tail):
    line = str(zopa.seal(open_case("two-farms")))
    with pytest.raises(NotApplicable):
        zopa.verify_seal(line + tail, open_case("two-farms"))


def test_a_day_that_the_calendar_does_not_have_is_said_to_be_none(tmp_path: Path):
    found = findings(tmp_path, {"case.yaml": CASE + "\nopened_at: 2026-02-30\n"})
    assert any("there is no such day" in f.what and "quotes" not in f.hint for f in found)


def test_a_key_under_the_wrong_section_is_sent_to_its_own(tmp_path: Path):
    text = CASE.replace("name: Norway", "name: Norway\n    aliases: [Oslo]")
    assert text != CASE
    found = findings(tmp_path, {"case.yaml": text})
    assert any("'aliases' belongs under speakers" in f.hint for f in found)


def test_two_parties_of_one_name_are_named_by_check(tmp_path: Path):
    write(tmp_path)
    names = [p.name for p in zopa.load(tmp_path).parties.values()]
    assert "all called" not in RUN.invoke(app, ["check", str(tmp_path)]).output
    write(tmp_path, {"case.yaml": CASE.replace(f"name: {names[1]}", f"name: {names[0]}")})
    assert f"are all called '{names[0]}'" in RUN.invoke(app, ["check", str(tmp_path)]).output
