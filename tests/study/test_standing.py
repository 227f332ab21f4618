"""No verdict without substance: four states, said alike by every command, and refusals that no rule carries."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import zopa
from zopa.bargaining import STATES, standing
from zopa.case import breaks, on_record, uncarried
from zopa.casefile import load
from zopa.cli import app

RUN = CliRunner()
CASE = """\
title: A well
parties:
  board: {name: Board, weights: {pumping: 50, meters: 50}, values: {pumping: {p0: 100, p1: 20}, meters: {m0: 0, m1: 100}},
    reservation: 30, basis: {assumed: for this test}}
  farmers: {name: Farmers, weights: {pumping: 60, meters: 40}, values: {pumping: {p0: 0, p1: 100}, meters: {m0: 100, m1: 10}},
    reservation: 30, basis: {assumed: for this test}}
speakers: {arden: {name: Tom Arden, party: farmers}, quill: {name: Sara Quill, authority: commentator}}
issues:
  pumping: {name: Pumping, options: {p0: as now, p1: more}}
  meters: {name: Meters, options: {m0: none, m1: on every well}}
"""
SOURCE = "Arden said meters were out of the question. Arden said the harvest was good.\n"
REFUSAL = """\
statements:
  s1: {source: note, quote: meters were out of the question, kind: refusal, speaker: arden, issue: meters, options: [m1],
    stance: oppose, review: {state: accepted}}
"""


def make(folder: Path, case: str = CASE, statements: str = "") -> Path:
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    (folder / "case.yaml").write_text(case)
    (folder / "sources" / "note.txt").write_text(SOURCE)
    if statements:
        (folder / "statements.yaml").write_text(statements)
    return folder


def test_numbers_assumed_with_a_reason_are_a_basis_and_give_a_verdict(tmp_path):
    assert zopa.zone(load(make(tmp_path))).state == "open"


def test_a_case_in_which_no_party_said_anything_says_so_in_its_first_sentence(tmp_path):
    folder = make(tmp_path, CASE)
    for verb in (["zone"], ["run", "--out", str(tmp_path / "out")]):
        assert (
            "nothing in this case was said by a party"
            in RUN.invoke(app, [verb[0], str(folder), *verb[1:]]).output
        )
    spoken = make(tmp_path / "b", CASE, REFUSAL)
    assert "assumptions alone" not in RUN.invoke(app, ["zone", str(spoken)]).output


@pytest.mark.parametrize("name", ["harbour-sport-park", "typewriters-1975"])
def test_an_exercise_whose_numbers_are_given_keeps_its_verdict(name):
    found = standing(load(Path(zopa.__file__).parent / "examples" / name))
    assert (found.state, found.yes) == ("open", True)


def test_the_example_of_2025_depends_on_a_reading_and_names_the_set_that_closes_it():
    found = standing(load(Path(zopa.__file__).parent / "examples" / "ukraine-2025"))
    assert (found.state, found.yes) == ("depends on a reading", True)
    assert [(t.set, t.open) for t in found.turns] == [("E", False)]


def test_each_thing_that_is_missing_is_named(tmp_path):
    bare = CASE.replace("weights: {pumping: 60, meters: 40}, values: {pumping: {p0: 0, p1: 100}, meters: {m0: 100, m1: 10}},\n"
                        "    reservation: 30, ", "")  # fmt: skip
    bare = bare.replace("title", "title", 1) + "  price: {name: Price, options: {low: low, high: high}}\n"
    record = on_record(load(make(tmp_path / "a", bare)))
    assert (record.parties, record.issues, record.enough) == (("farmers",), ("price",), False)
    unread = REFUSAL.replace("accepted", "suggested")
    record = on_record(load(make(tmp_path / "b", CASE, unread)))
    assert record.waiting == {"statements": 1}
    assert not record.enough


def test_the_limit_of_judgments_without_a_source_can_be_set(tmp_path):
    few = CASE.replace("values: {pumping: {p0: 0, p1: 100}, meters: {m0: 100, m1: 10}},\n", "")
    case = load(make(tmp_path, few))
    gaps = on_record(case).unsourced
    assert gaps == pytest.approx(4 / 14)
    assert standing(case, most_unsourced=gaps).record.enough
    assert not standing(case, most_unsourced=float(gaps) - 0.01).record.enough


def test_a_suggested_contact_neither_counts_nor_hinders(tmp_path):
    contact = "contacts:\n  c1: {source: note, quote: the harvest was good, type: call, what: a call, review: {state: suggested}}\n"
    record = on_record(load(make(tmp_path, CASE, contact)))
    assert record.waiting == {"contacts": 1}
    assert record.enough


def test_a_refusal_in_no_rule_is_named_first_and_packages_that_break_it_are_marked(tmp_path):
    folder = make(tmp_path, CASE, REFUSAL)
    case = load(folder)
    assert list(uncarried(case)) == ["s1"]
    assert breaks(case, {"pumping": "p1", "meters": "m1"}) == ("s1",)
    assert breaks(case, {"pumping": "p1", "meters": "m0"}) == ()
    for command in ("zone", "solve", "run"):
        shown = RUN.invoke(
            app, [command, str(folder), *(["--out", str(tmp_path / "out")] if command == "run" else [])]
        )
        assert shown.exit_code == 0, shown.output
        said = shown.output.index("meters were out of the question")
        assert "breaks a refusal" in shown.output[said:]
        assert "breaks a refusal" not in shown.output[:said]
    answer = json.loads(RUN.invoke(app, ["solve", str(folder), "--json"]).output)["answer"]
    assert all(d["breaks"] == ["s1"] for a in answer for d in a["deals"] if d["package"]["meters"] == "m1")
    assert any(d["breaks"] for a in answer for d in a["deals"])
    judged = RUN.invoke(app, ["judge", str(folder), "pumping=p1", "meters=m1"])
    assert judged.exit_code == 1
    assert judged.output.startswith(
        "The numbers alone would accept it, but it goes against 1 accepted refusal"
    )
    assert "breaks refusals on record" in judged.output
    assert "accepts by the numbers, refused in words" in judged.output
    assert "goes against" not in RUN.invoke(app, ["judge", str(folder), "pumping=p1", "meters=m0"]).output
    told = json.loads(RUN.invoke(app, ["judge", str(folder), "pumping=p1", "meters=m1", "--json"]).output)
    assert told["answer"]["against"] == ["s1"]


def test_a_rule_that_cites_the_refusal_carries_it_and_a_commentator_refuses_nothing(tmp_path):
    rule = CASE + "rules: {r: {party: farmers, when: {meters: m1}, stated: s1}}\n"
    assert not uncarried(load(make(tmp_path / "a", rule, REFUSAL)))
    assert not uncarried(load(make(tmp_path / "b", CASE, REFUSAL.replace("arden", "quill"))))


def test_every_command_gives_the_same_state_and_says_no_where_too_little_is_on_record(tmp_path):
    folder = make(tmp_path, CASE, REFUSAL.replace("accepted", "suggested"))
    for command in ("zone", "solve", "run"):
        more = ["--out", str(tmp_path / "out")] if command == "run" else []
        done = RUN.invoke(app, [command, str(folder), *more])
        assert done.exit_code == 1
        assert "Not enough is on record" in done.output
        assert "zopa review" in done.output
        asked = RUN.invoke(app, [command, str(folder), "--json", *more])
        answer = json.loads(asked.output)["answer"]
        states = [a["state"] for a in answer] if isinstance(answer, list) else [answer["state"]]
        assert asked.exit_code == 1
        assert set(states) == {"not enough on record"} <= set(STATES)
    assert json.loads((tmp_path / "out" / "answers.json").read_text())["state"] == "not enough on record"


def test_closed_is_said_where_no_reading_opens_a_zone(tmp_path):
    hard = CASE.replace("reservation: 30", "reservation: 90")
    found = standing(load(make(tmp_path, hard)))
    assert (found.state, found.yes, found.turns) == ("closed", False, ())


def test_the_commands_take_the_limit_that_python_takes(tmp_path):
    import inspect

    from zopa.case import MOST_UNSOURCED
    from zopa.cli import ask, run

    for command in (ask.zone, ask.solve, run.run):
        assert inspect.signature(command).parameters["most_unsourced"].default == MOST_UNSOURCED
    few = CASE.replace("values: {pumping: {p0: 0, p1: 100}, meters: {m0: 100, m1: 10}},\n", "")
    folder = str(make(tmp_path, few))
    assert RUN.invoke(app, ["zone", folder]).exit_code == 0
    assert RUN.invoke(app, ["zone", folder, "--most-unsourced", "0.1"]).exit_code == 1


def test_a_refusal_that_names_no_option_leaves_too_little_for_a_verdict(tmp_path):
    vague = REFUSAL.replace(" options: [m1],", "").replace("    stance: oppose, review", "    review")
    case = load(make(tmp_path, CASE, vague))
    record = on_record(case)
    assert (record.vague, record.enough) == (("s1",), False)
    judged = zopa.judge(case, {"pumping": "p1", "meters": "m1"})
    assert judged.accepted
    assert judged.state == "not enough on record"
    for words in (["zone"], ["judge", "pumping=p1", "meters=m1"]):
        said = RUN.invoke(app, [words[0], str(tmp_path), *words[1:]])
        assert said.exit_code == 1
        assert "names no option" in said.output


def test_a_draft_judged_with_a_rule_set_aside_says_so(tmp_path):
    rule = CASE + "rules:\n  no-meters: {party: farmers, when: {meters: m1}, stated: s1}\n"
    make(tmp_path, rule, REFUSAL)
    asked = ["judge", str(tmp_path), "pumping=p1", "meters=m1", "-r", "no-meters=off"]
    assert "Set aside here" in RUN.invoke(app, asked).output
    assert "Set aside here" not in RUN.invoke(app, asked[:-2]).output


UNSAID = """\
statements:
  s1: {source: note, quote: meters were out of the question, kind: refusal, speaker: arden, issue: meters, options: [m1],
    stance: oppose, review: {state: suggested}}
"""
PACKAGE = ("pumping=p1", "meters=m0")
THIN = {
    "a suggestion that waits": (CASE, REFUSAL.replace("accepted", "suggested")),
    "accepted unread": (CASE, REFUSAL.replace("accepted}", "accepted, why: 'accepted together, unread'}")),
    "no reservation value": (CASE.replace("    reservation: 30, basis", "    basis"), ""),
    "one party": (CASE.replace("farmers: {name: Farmers, ", "farmers: {name: Farmers, role: mediator, "), ""),
    "a refusal of no option": (CASE, REFUSAL.replace(" options: [m1],", "").replace("    stance: oppose, review", "    review")),
}  # fmt: skip
BY_NUMBERS = (
    ["zone"], ["solve"], ["why-not"], ["frontier"], ["judge", *PACKAGE], ["delay"], ["ratify"],
    ["path", *PACKAGE], ["simulate", "--runs", "3", "--rounds", "5"],
)  # fmt: skip


@pytest.mark.parametrize("lack", THIN)
def test_every_command_that_gives_a_verdict_says_first_that_too_little_is_on_record(tmp_path, lack):
    folder = make(tmp_path, *THIN[lack])
    assert not on_record(load(folder)).enough
    for verb, *more in BY_NUMBERS:
        done = RUN.invoke(app, [verb, str(folder), *more])
        assert done.exit_code == 1, (verb, done.output)
        lines = [line for line in done.output.splitlines() if line.strip()]
        assert any("Not enough is on record" in line for line in lines[:2]), (verb, done.output)
        for line in lines:
            assert not line.startswith(("Yes:", "No:")), (verb, line)


def test_a_comparison_asks_both_cases_and_the_json_carries_what_is_missing(tmp_path):
    full, thin = make(tmp_path / "full"), make(tmp_path / "thin", CASE, UNSAID)
    for old, new, code in ((full, thin, 1), (thin, full, 1), (full, full, 0)):
        done = RUN.invoke(app, ["compare", str(old), str(new)])
        assert (done.exit_code, "Not enough is on record" in done.output) == (code, bool(code))
        record = json.loads(RUN.invoke(app, ["compare", str(old), str(new), "--json"]).output)["answer"][
            "record"
        ]
        assert record["enough"] is not bool(code)
        assert record["waiting"] == ({"statements": 1} if code else {})


def test_answers_by_the_words_alone_need_no_number_but_read_statements(tmp_path):
    bare = CASE.replace("    reservation: 30, basis", "    basis")
    for verb, *more in (["questions", "--draws", "100"], ["stress", "--draws", "0"]):
        asked = RUN.invoke(app, [verb, str(make(tmp_path / "a", bare, REFUSAL)), *more])
        assert "Not enough is on record" not in asked.output
        unread = RUN.invoke(app, [verb, str(make(tmp_path / "b", bare, UNSAID)), *more])
        assert unread.exit_code == 1
        assert "Not enough is on record" in unread.output


def test_a_question_that_tells_nothing_says_so_and_no_figure_is_minus_nothing(tmp_path):
    folder = make(tmp_path, CASE.replace("weights: {pumping: 50, meters: 50}, ", ""), REFUSAL)
    found = zopa.questions(load(folder), draws=200, most=1000)
    silent = [q for q in found.best if q.bits < 0.005]
    assert silent
    assert len(silent) == str(found).count("Either answer leaves the share of draws")
    assert all(q.at_most >= 0 for q in found.best)
    for words in ("-0.00", "(0.00 of at most"):
        assert words not in str(found)


def test_a_case_of_one_party_is_no_negotiation(tmp_path):
    folder = make(tmp_path, *THIN["one party"])
    for verb in ("check", "zone"):
        assert "a negotiation needs two parties" in RUN.invoke(app, [verb, str(folder)]).output
    assert not zopa.zone(load(folder)).yes


@pytest.mark.slow
def test_what_one_party_said_is_no_answer_of_another(tmp_path):
    folder = make(tmp_path, CASE.replace("weights: {pumping: 50, meters: 50}, ", ""), REFUSAL)
    asked = ["--draws", "200"]
    best = json.loads(RUN.invoke(app, ["questions", str(folder), "--json", "--most", "999", *asked]).output)[
        "answer"
    ]["best"]
    own = {p: next(q["id"] for q in best if q["party"] == p) for p in ("board", "farmers")}
    before = (folder / "case.yaml").read_text()

    def answer(question):
        words = [
            sys.executable,
            "-m",
            "zopa",
            "answer",
            str(folder),
            question,
            "yes",
            "--stated",
            "s1",
            *asked,
        ]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    refused = answer(own["board"])
    assert (refused.returncode, (folder / "case.yaml").read_text()) == (2, before)
    assert "is put to Board, but statement s1 is of Farmers" in refused.stderr
    assert answer(own["farmers"]).returncode == 0


def test_a_verdict_about_all_needs_what_no_agreement_is_worth_to_each(tmp_path):
    one = CASE.replace(
        "p1: 100}, meters: {m0: 100, m1: 10}},\n    reservation: 30,",
        "p1: 100}, meters: {m0: 100, m1: 10}},\n   ",
    )
    assert one != CASE
    folder = make(tmp_path, one)
    record = on_record(load(folder))
    assert (record.limited, record.unlimited, record.enough) == (False, ("farmers",), False)
    done = RUN.invoke(app, ["zone", str(folder)])
    assert done.exit_code == 1
    assert done.output.count("No reservation value for Farmers") == 1


def test_words_on_packages_carry_a_refusal_that_names_no_option(tmp_path):
    vague = REFUSAL.replace(" issue: meters, options: [m1],\n", "\n")
    words = CASE + "comparisons:\n- {party: farmers, refuses: {meters: m1}, stated: s1}\n"
    assert on_record(load(make(tmp_path / "a", CASE, vague))).vague == ("s1",)
    case = load(make(tmp_path / "b", words, vague))
    assert on_record(case).vague == ()
    assert breaks(case, {"pumping": "p1", "meters": "m1"}) == ("s1",)
    assert breaks(case, {"pumping": "p1", "meters": "m0"}) == ()
