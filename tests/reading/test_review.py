"""From a text to a case and a report; every decision is a person's, saved at once, and can be undone."""

import os
import pty
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from zopa.case import gaps, values
from zopa.case.model import Review, Statement
from zopa.casefile import inspect, load
from zopa.cli import app
from zopa.reading import read, to_records
from zopa.reading.case_records import computed_shifts
from zopa.reading.review import Session
from zopa.reading.store import save_changes

TEXT = (
    "Russia's Ivan Petrov said Russia could accept a cease-fire if Ukraine gave up its claim to the harbour.\n"
    "Ukraine's envoy, Olha Marko, rejected any withdrawal of troops. “We will not leave the harbour,” Marko told reporters on Tuesday. "
    "She said Ukraine wanted security guarantees and the withdrawal of troops.\n"
    "Petrov promised to continue the talks on the border and the troops.\n"
    "The talks on borders cost both sides. A compromise is needed in order to end the war."
)
RUN = CliRunner()
RECORDS = ("statements", "contacts", "figures", "shifts")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "story.txt").write_text(TEXT, encoding="utf-8")
    result = RUN.invoke(app, ["read", str(tmp_path / "story.txt"), "--case", str(tmp_path / "case")])
    assert result.exit_code == 0, result.output
    return tmp_path / "case"


def states(folder: Path) -> list[str]:
    return [s.review.state for s in load(folder).statements.values()]


def test_a_text_makes_a_sound_case_of_suggestions_only(folder):
    case, findings = inspect(folder)
    assert findings == []
    assert set(case.parties) == {"russia", "ukraine"}
    assert set(states(folder)) == {"suggested"}
    assert len(gaps(case)) == len(
        [1 for p in case.parties for i in case.issues.values() for _ in (1, *i.options)]
    )


def test_suggestions_do_not_reach_the_model_and_accepted_ones_do(folder):
    before = load(folder)
    RUN.invoke(app, ["review", str(folder), "--accept-all", "--by", "ann"])
    after = load(folder)
    assert set(states(folder)) == {"accepted"}
    assert len(gaps(after)) < len(gaps(before))
    stated = [
        e for i in after.issues for e in values(after, "ukraine", i).values() if e.basis.kind == "stated"
    ]
    assert stated
    assert all(after.statements[ident].review.by == "ann" for e in stated for ident in e.basis.stated)


def test_after_accepting_all_a_report_comes_out_and_names_what_rests_on_nothing(folder, tmp_path):
    RUN.invoke(app, ["review", str(folder), "--accept-all"])
    result = RUN.invoke(app, ["run", str(folder), "--out", str(tmp_path / "out")])
    assert result.exit_code in (0, 1), result.output
    assert "have no source" in result.output
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "have no source" in report


def test_the_same_text_is_not_added_twice_and_a_reprint_is_counted_once(folder, tmp_path):
    n = len(states(folder))
    again = RUN.invoke(app, ["read", str(tmp_path / "story.txt"), "--case", str(folder)])
    assert "in the case already" in again.output
    (tmp_path / "reprint.txt").write_text(
        "Harbour talks\n" + TEXT.replace("reporters", "the press"), encoding="utf-8"
    )
    reprint = RUN.invoke(app, ["read", str(tmp_path / "reprint.txt"), "--case", str(folder)])
    assert "copied from earlier sources" in reprint.output
    assert len(states(folder)) <= n + 2


def test_a_newer_version_takes_its_records_over_and_names_what_changed(folder, tmp_path):
    RUN.invoke(app, ["review", str(folder), "--accept-all"])
    newer = "HARBOUR TALKS, second edition of the day.\n" + TEXT.replace(
        "We will not leave", "We may not leave"
    )
    (tmp_path / "newer.txt").write_text(newer, encoding="utf-8")
    result = RUN.invoke(
        app, ["read", str(tmp_path / "newer.txt"), "--case", str(folder), "--replaces", "story"]
    )
    assert result.exit_code == 0, result.output
    case, findings = inspect(folder)
    assert findings == []
    listed = list(case.statements.values())
    assert {s.source for s in listed} == {"story", "story-2"}
    changed = [s for s in listed if s.source == "story"]
    assert len(changed) == 1
    assert "We will not leave" in changed[0].quote
    assert changed[0].review.state == "suggested"
    assert all(newer[s.start : s.end] == s.quote for s in listed if s.source == "story-2")


def test_comments_and_order_of_the_file_survive(folder):
    path = folder / "statements.yaml"
    path.write_text("# our notes\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    first = next(iter(load(folder).statements))
    RUN.invoke(app, ["review", str(folder)], input="a\n")
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# our notes\n")
    assert next(iter(load(folder).statements)) == first
    assert states(folder)[0] == "accepted"


def test_keys_accept_reject_edit_and_stop_and_every_one_is_saved(folder):
    result = RUN.invoke(
        app,
        ["review", str(folder), "--by", "ann"],
        input="a\nrwrong speaker\nestance=oppose firmness=firm\nq",
    )
    assert result.exit_code == 0, result.output
    listed = list(load(folder).statements.values())
    assert [s.review.state for s in listed[:3]] == ["accepted", "rejected", "edited"]
    assert listed[1].review.why == "wrong speaker"
    assert (listed[2].stance, listed[2].firmness, listed[2].review.by) == ("oppose", "firm", "ann")


def test_in_a_pipe_a_line_end_after_a_key_that_asks_is_no_answer(folder):
    lines = "rwrong speaker\ne\nstance=oppose firmness=firm\nf\nrejected\nq\n"
    result = RUN.invoke(app, ["review", str(folder)], input=lines)
    assert "no key" not in result.output
    assert "1 record" in result.output
    listed = list(load(folder).statements.values())
    assert [s.review.state for s in listed[:2]] == ["rejected", "edited"]
    assert (listed[0].review.why, listed[1].stance) == ("wrong speaker", "oppose")


def test_an_edit_that_the_case_would_refuse_changes_nothing(folder):
    result = RUN.invoke(app, ["review", str(folder)], input="estance=perhaps\nequote=new words\nq")
    assert result.output.count("not changed") == 2
    assert set(states(folder)) == {"suggested"}


def test_undo_takes_back_what_was_saved(folder):
    RUN.invoke(app, ["review", str(folder)], input="a\nrno\nuuq")
    assert set(states(folder)) == {"suggested"}


def test_split_and_merge_keep_every_quotation_in_its_source(folder):
    first = next(iter(load(folder).statements.values()))
    words = first.quote.split(" if ")[1][:12]
    RUN.invoke(app, ["review", str(folder)], input=f"s{words}\nq")
    case, findings = inspect(folder)
    assert findings == []
    halves = list(case.statements.values())
    assert any(s.quote.startswith(words) for s in halves)
    assert first.quote.startswith(halves[0].quote)
    RUN.invoke(app, ["review", str(folder)], input="nmq")
    case, findings = inspect(folder)
    assert findings == []


def test_a_review_over_a_terminal_can_be_broken_off(folder):
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ["TERM"] = "dumb"
        signal.signal(
            signal.SIGINT, signal.default_int_handler
        )  # where the tests run in the background, it is ignored
        os.execv(sys.executable, [sys.executable, "-m", "zopa", "review", str(folder), "--by", "ann"])
    seen = b""
    try:
        while b"1 of" not in seen:
            seen += os.read(terminal, 4096)
        os.write(terminal, b"a\n")
        while b"2 of" not in seen:
            seen += os.read(terminal, 4096)
        os.write(terminal, b"\x03")
        while True:
            chunk = os.read(terminal, 4096)
            if not chunk:
                break
            seen += chunk
    except OSError:
        pass
    os.waitpid(pid, 0)
    assert b"every decision so far is kept" in seen
    assert states(folder).count("accepted") == 1


KEYS = st.lists(st.sampled_from("arnbumsAof"), max_size=14)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    root = tmp_path_factory.mktemp("story")
    (root / "story.txt").write_text(TEXT, encoding="utf-8")
    RUN.invoke(app, ["read", str(root / "story.txt"), "--case", str(root / "case")])
    return load(root / "case")


@settings(max_examples=60, deadline=None)
@given(keys=KEYS)
def test_any_keys_and_as_many_undos_end_where_they_began(made, keys):
    text = made.sources["story"].text
    session = Session(made, "ann")
    start = {group: dict(entries) for group, entries in session.entries.items()}
    steps = {
        "a": session.accept, "r": lambda: session.reject("no"), "n": session.skip, "b": session.back, "o": session.reopen,
        "f": lambda: session.filter("all"), "u": session.undo, "m": session.merge, "A": session.accept_all,
        "s": lambda: session.item and session.split((session.item.start or 0) + len(session.item.quote) // 2),
    }  # fmt: skip
    for key in keys:
        steps[key]()
        for s in session.statements.values():
            assert s.start is not None
            assert text[s.start : s.end] == s.quote
        waiting = [r for g in RECORDS for r in session.entries[g].values() if r.review.state == "suggested"]
        assert session.left == len(waiting)
    while session.undo():
        pass
    assert session.entries == start


def test_only_what_changed_is_written_and_it_loads_again(folder):
    session = Session(load(folder), "ann")
    session.accept("clear words")
    pending = session.pending()
    assert session.pending() == {}
    ((group, changed),) = pending.items()
    assert (group, len(changed)) == ("statements", 1)
    save_changes(folder, pending)
    (ident,) = changed
    assert load(folder).statements[ident].review == Review(state="accepted", by="ann", why="clear words")


def test_a_later_contrary_stance_is_a_candidate_shift_and_changes_nothing(folder):
    case = load(folder)
    issue = next(iter(case.issues))
    base = {
        "source": "story",
        "quote": "x",
        "kind": "position",
        "party": "russia",
        "issue": issue,
        "options": ("asked",),
    }
    a = Statement.model_validate({**base, "stance": "oppose", "said": 2023})
    b = Statement.model_validate({**base, "stance": "accept", "said": 2024})
    (shift,) = computed_shifts({"b": b, "a": a}, case)
    assert (shift.before, shift.after, shift.direction, shift.by) == ("a", "b", "softer", "computed")
    assert shift.review.state == "suggested"
    assert (
        computed_shifts({"a": a.model_copy(update={"review": Review(state="rejected")}), "b": b}, case) == []
    )


def test_the_words_of_the_case_suggest_issue_option_and_stance():
    from zopa.cli.options import examples

    case = load(examples() / "ukraine-2025")
    text = (
        "Zelensky said he could accept a cease-fire on the present battle lines if Ukraine got NATO protection.\n"
        "Hegseth rejected sending U.S. troops to Ukraine."
    )
    listed = list(to_records(read(text, case), "new", case).statements.values())
    offer, refusal = listed[0], listed[-1]
    assert (offer.kind, offer.speaker) == ("conditional_offer", "zelensky")
    assert offer.when == ({"territory": ("T2",)},)
    assert offer.only_if == ({"nato": ("N3",)},)
    assert (refusal.issue, refusal.options, refusal.stance) == ("force", ("F4",), "red-line")
    assert "U.S. troops" in refusal.why


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("Hegseth called the return to the borders of before 2014 “an unrealistic objective.”", "oppose"),
        ("Trump said he agreed that NATO membership for Ukraine isn't practical.", "oppose"),
        ("The United States does not believe that NATO membership is a realistic outcome.", "oppose"),
        ("Zelensky supports NATO membership.", "prefer"),
        ("Zelensky insisted on NATO membership.", "demand"),
        ("Putin ruled out NATO membership.", "red-line"),
        ("Putin did not rule out NATO membership.", "prefer"),
    ],
)
def test_a_denial_or_a_judging_word_turns_an_opinion_round(text, stance):
    from zopa.cli.options import examples

    case = load(examples() / "ukraine-2025")
    first = next(iter(to_records(read(text, case), "new", case).statements.values()))
    assert first.stance == stance, first.why


def test_words_that_another_party_reports_are_no_stance_of_the_one_reported():
    from zopa.cli.options import examples

    case = load(examples() / "ukraine-2025")
    listed = list(
        to_records(
            read("Putin said that Ukraine wants NATO membership.", case), "new", case
        ).statements.values()
    )
    (inner,) = [s for s in listed if s.reported_by == "putin"]
    assert inner.stance is None
    assert "another party's words" in inner.why


def test_an_earlier_government_is_another_voice_and_gives_today_no_stance():
    from zopa.cli.options import examples

    case = load(examples() / "ukraine-2025")
    text = "Under the Biden administration, the U.S. said NATO membership for Ukraine was welcome."
    first = next(iter(to_records(read(text, case), "new", case).statements.values()))
    assert first.speaker == "biden-administration"
    assert first.stance is None


def test_a_name_that_two_speakers_share_belongs_to_the_one_in_office():
    from datetime import date

    from zopa.case.model import Speaker
    from zopa.cli.options import examples
    from zopa.reading import Published

    case = load(examples() / "ukraine-2025")
    day = date(2025, 1, 20)
    speakers = {
        "then": Speaker(name="Joan Moll", party="US", aliases=("the president",), until=day),
        "now": Speaker(name="Ada Rell", party="US", aliases=("the president",), since=day),
    }
    case = case.model_copy(update={"speakers": speakers})
    text = "The president said that aid would go on."
    for on, name in ((date(2024, 5, 1), "Joan Moll"), (date(2025, 5, 1), "Ada Rell")):
        assert read(text, case, published=Published(on=on)).statements[0].who.name == name


def test_a_contact_names_who_where_and_when():
    from zopa.cli.options import examples

    case = load(examples() / "ukraine-2025")
    text = "River Post, 13 February 2025\nOn Wednesday, Zelensky met with Bessent in Kyiv. Trump will meet Putin in Riyadh."
    met, planned = to_records(read(text, case), "new", case).contacts.values()
    assert (met.type, met.who[:2], met.where, met.realised) == (
        "meeting",
        ("zelensky", "bessent"),
        "Kyiv",
        True,
    )
    assert str(met.when) == "2025-02-12"
    assert (planned.who[:2], planned.realised) == (("trump", "putin"), False)


def test_scores_and_reading_are_on_the_command_line(marra):
    gold = Path(__file__).parent / "gold"
    result = RUN.invoke(app, ["read", str(gold), "--score", str(gold / "marra.gold.json"), "--json"])
    assert result.exit_code == 0, result.output
    assert '"statements partial"' in result.output
    shown = RUN.invoke(app, ["read", str(gold / "marra.txt")])
    assert "Lindqvist" in shown.output
    assert "statements;" in shown.output


def test_a_text_is_sent_nowhere_without_a_yes(folder, tmp_path):
    result = RUN.invoke(
        app,
        ["read", str(tmp_path / "story.txt"), "--endpoint", "http://127.0.0.1:9/v1", "--model", "m"],
        input="n\n",
    )
    assert result.exit_code == 1
    assert "would be sent to http://127.0.0.1:9/v1" in result.output
