"""Two people review one case at the same time: a decision is saved only on a record that is still as it was shown."""

import random
import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zopa.casefile import load
from zopa.cli import app
from zopa.cli.review import _walk
from zopa.reading.review import Session
from zopa.reading.shown import ShownRecords

STORY = Path(__file__).parent / "dispute"
RUN = CliRunner()


@pytest.fixture(scope="module")
def drafted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("two") / "case"
    text = str(sorted(STORY.glob("*.txt"))[0])
    assert RUN.invoke(app, ["read", text, "--case", str(folder)]).exit_code == 0
    return folder


@pytest.fixture
def folder(drafted, tmp_path):
    return Path(shutil.copytree(drafted, tmp_path / "case"))


def reviewed(folder, name, keys):
    shown = ShownRecords(folder)
    session = Session(load(folder), name, date(2026, 2, 1))
    _walk(shown, session, iter(keys))
    return session


def interleaved(folder, before, act, after):
    """The keys of one person, with what another does to the files in between."""
    yield from before
    act()
    yield from after


def by(folder, name, keys):
    return lambda: reviewed(folder, name, keys)


def first(folder):
    return next(iter(load(folder).statements))


@pytest.mark.parametrize("typed", [("", "rno\nq"), ("rn", "o\nq")], ids=["before the key", "while typing"])
def test_a_decision_on_a_record_that_another_decided_meanwhile_is_refused_and_shown_anew(
    folder, capsys, typed
):
    ident = first(folder)
    reviewed(
        folder, "ben", interleaved(folder, typed[0], by(folder, "ana", "ew\nestance=oppose\nq"), typed[1])
    )
    s = load(folder).statements[ident]
    assert (s.review.state, s.review.by) == ("edited", "ana")
    told = capsys.readouterr().out
    assert f"not saved: {ident} was changed in the file" in told
    assert "it is now edited by ana on 2026-02-01" in told
    assert told.rindex(f"{ident}  edited") > told.rindex("not saved")


def test_the_same_decision_is_taken_on_the_record_as_it_is_shown_anew(folder):
    ident = first(folder)
    reviewed(folder, "ben", interleaved(folder, "", by(folder, "ana", "estance=oppose\nq"), "rno\nrno\nq"))
    s = load(folder).statements[ident]
    assert (s.review.state, s.review.by, s.history[-1].by) == ("rejected", "ben", "ana")


def test_an_undo_does_not_take_back_what_another_decided_since(folder):
    ident = first(folder)
    keys = interleaved(folder, "rno\n", by(folder, "ana", "frejected\nestance=oppose\nq"), "uuq")
    reviewed(folder, "ben", keys)
    assert load(folder).statements[ident].review.by == "ana"


def test_decisions_on_other_records_are_both_kept(folder):
    one, two, *_ = load(folder).statements
    reviewed(folder, "ben", interleaved(folder, "", by(folder, "ana", "nrno\nq"), "rno\nq"))
    kept = load(folder).statements
    assert (kept[one].review.by, kept[two].review.by) == ("ben", "ana")


def test_an_edit_by_hand_counts_as_a_change(folder, capsys):
    ident = first(folder)

    def edited():
        file = folder / "statements.yaml"
        text = file.read_text(encoding="utf-8")
        head, sep, tail = text.partition(f"  {ident}:")
        file.write_text(
            head + sep + tail.replace("review:", "about: by hand\n    review:", 1), encoding="utf-8"
        )

    reviewed(folder, "ben", interleaved(folder, "", edited, "rno\nq"))
    assert load(folder).statements[ident].review.state == "suggested"


def test_no_interleaving_of_two_reviews_overwrites_a_decision_that_was_not_shown(folder):
    """Whoever decided on a record last had its text before as it stands in its history."""
    chance = random.Random(3)
    shown = {n: ShownRecords(folder) for n in ("ana", "ben")}
    sessions = {n: Session(load(folder), n, date(2026, 2, 1)) for n in shown}
    refused = 0
    for _ in range(40):
        name = chance.choice(["ana", "ben"])
        session = sessions[name]
        session.filter("all")
        session.at = chance.randrange(4)
        here, was = session.current, session.item
        before = load(folder).statements[here.ident]
        session.reject(f"{name} {chance.random()}")
        clash = shown[name].save(session)
        now = load(folder).statements[here.ident]
        if clash:
            refused += 1
            assert (now, session.item) == (before, before)
        else:
            assert before.review == was.review
            assert now.review.by == name
    assert refused > 3


def test_a_search_that_finds_nothing_leaves_no_record_to_act_on(folder):
    before = load(folder).statements
    reviewed(folder, "ben", "/no such words\nrq")
    assert load(folder).statements == before
    reviewed(folder, "ben", "/no such words\nbrno\nq")
    assert load(folder).statements[first(folder)].review.state == "rejected"


def test_kept_shows_accepted_and_edited_records(folder):
    session = reviewed(folder, "ben", "rno\nestance=oppose\nfkept\nq")
    assert {session.entries[g][k].review.state for g, k in session.queue} == {"edited"}
