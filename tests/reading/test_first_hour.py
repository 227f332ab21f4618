"""The first hour: from two dated articles on a local dispute to a reviewed case with rules, and what is said on the way.

The articles are invented.
"""

import json
import random
import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from zopa.case import all_rules, cited, on_record, uncarried
from zopa.casefile import inspect, load
from zopa.cli import app
from zopa.cli.review import _walk
from zopa.reading.review import KEYS, NOT_BINDING, Session

ARTICLES = [str(p) for p in sorted((Path(__file__).parent / "dispute").glob("*.txt"))]
RUN = CliRunner()


@pytest.fixture(scope="module")
def drafted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("water") / "case"
    done = RUN.invoke(app, ["read", *ARTICLES, "--case", str(folder)])
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture
def folder(drafted, tmp_path):
    return Path(shutil.copytree(drafted, tmp_path / "case"))


def keyed(folder: Path, keys: str) -> str:
    done = RUN.invoke(app, ["review", str(folder), "--by", "ann"], input=keys)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_draft_that_no_one_has_read_gives_no_verdict(folder, tmp_path):
    out = tmp_path / "out"
    done = RUN.invoke(app, ["run", str(folder), "--out", str(out)])
    assert done.exit_code == 1
    assert "Not enough is on record" in done.output
    assert "suggested statements must be reviewed first" in done.output
    assert "There is a zone" not in done.output
    assert "Not enough is on record" in (out / "report.html").read_text(encoding="utf-8")
    assert json.loads((out / "answers.json").read_text())["state"] == "not enough on record"


def test_after_accepting_all_unread_the_refusals_are_named_and_no_package_is_proposed_unmarked(folder):
    RUN.invoke(app, ["review", str(folder), "--accept-all"])
    case = load(folder)
    refused = list(uncarried(case).values())
    binding = {k for k, s in case.statements.items() if s.kind in ("red_line", "refusal")}
    assert binding == set(uncarried(case)) | (cited(case) & binding)
    assert any("rejected metering" in s.quote for s in refused)
    done = RUN.invoke(app, ["solve", str(folder), "--most-unsourced", "1"])
    for s in refused:
        assert " ".join(s.quote.split())[:60] in " ".join(done.output.split())
    for d in json.loads(RUN.invoke(app, ["solve", str(folder), "--json"]).output)["answer"]:
        for deal in d["deals"]:
            broken = [
                k for k, s in uncarried(case).items() if s.issue and deal["package"].get(s.issue) in s.options
            ]
            assert deal["breaks"] == broken


REVIEW = (
    "dresources\n"  # an issue of the draft that the dispute is not about
    "a8\n\n\n"  # the board refuses more pumping: never
    "a=\n"  # its chair says the same
    "apipeline: +built\n+Union pays: half\n\n"  # an offer under a condition, with what the draft lacks
    "r\nr\n"  # the same words once more
    "a+Meters: all wells\n\nw\n"  # the union's red line, which may be a mere wish
    "a=\naa"
    "a3\n2\n\n\n"  # the mayor speaks for the town; a red line on the price
    "a=\na7\n15\n\n"  # options by number
    "a15\n10\n\na"
    "a13\n\n\na"
    "a10\n15\n\n"
    "r\naa"
)


def test_two_articles_become_a_reviewed_case_with_rules_in_under_150_keys_and_no_yaml(folder):
    assert len(REVIEW) < 150
    output = keyed(folder, REVIEW)
    assert "not changed" not in output
    case, findings = inspect(folder)
    assert findings == []
    assert on_record(case).waiting == {}
    assert {r.review.by for r in case.statements.values()} == {"ann"}
    assert "resources" not in case.issues
    rules = case.rules
    assert len(rules) == 8
    offer = rules["lenn-water-board-pipeline"]
    assert (offer.when, offer.only_if) == (({"pipeline": ("built",)},), ({"union-pays": ("half",)},))
    never = rules["lenn-water-board-pumping"]
    assert (never.when, never.only_if, never.stated) == (
        ({"pumping": ("asked-1",)},),
        (),
        ("march-03-s1", "march-03-s2"),
    )
    assert set(rules["valley-farmers-union-meters"].readings) == {"as-stated", NOT_BINDING}
    assert case.speakers["sara-quill"].party == "town-of-lenn"
    assert rules["town-of-lenn-money"].party == "town-of-lenn"
    assert not uncarried(case)
    assert set(rules) <= set(all_rules(case))


def test_every_decision_of_that_review_can_be_taken_back(folder):
    keyed(folder, REVIEW + "u" * 40)
    case = load(folder)
    assert not case.rules
    assert set(case.issues) == {"resources", "money", "pipeline", "pumping"}
    assert on_record(case).waiting["statements"] == len(case.statements)


WORDS = ["+Pumping: more", "pum: mor", "pum: nothing", "+: ", "+X: \x1b[2J", "+null: yes", "2", "99", "-", "=", "w", "", "y", "n",
         "stance=accept", "stance=acept", "kind=offer", "issue=money", "issue=monny options=asked", "said=2025-03-01", "said=never",
         "speaker=tom-arden", "speaker=nobody", "quote=x", "party=town-of-lenn", "strength=9", "about='it: # - x'", "about='open",
         "+Ann Lee", "+Tom Arden", "tom", "all", "contacts", "accepted", "nonsense", "pumping", "«é»", "resources", "money",
         "what='a call'", "type=call", "type=cal", "value=3", "value=x", "direction=softer"]  # fmt: skip
LINES = "erwicdsf/A"


def sequence(chance: random.Random) -> str:
    """Keys as a hurried or careless person might press them."""
    pressed = []
    for _ in range(chance.randint(1, 14)):
        key = chance.choice([*KEYS, "z", "\x7f", "\x00"]).replace("q", "a")
        pressed.append(key)
        if key in LINES + "a":
            pressed += [f"{chance.choice(WORDS)}\n" for _ in range(chance.randint(0, 3))]
    return "".join(pressed)


def press(case, folder, keys):
    session = Session(case, "ann", date(2025, 4, 1))
    _walk(folder, session, iter(keys))
    return session


def soundly(drafted, tmp_path, seed, sequences):
    """Each sequence ends in files that load and that say what the session says."""
    case = load(drafted)
    folder = Path(shutil.copytree(drafted, tmp_path / "case"))
    start = {name: (folder / name).read_bytes() for name in ("case.yaml", "statements.yaml")}
    chance = random.Random(seed)
    for _ in range(sequences):
        keys = sequence(chance)
        session = press(case, folder, keys)
        now, findings = inspect(folder)
        assert findings == [], keys
        for group, entries in session.entries.items():
            assert getattr(now, group) == entries, keys
        for name, content in start.items():
            (folder / name).write_bytes(content)


def test_random_keys_never_leave_a_file_that_does_not_load(drafted, tmp_path, capsys):
    soundly(drafted, tmp_path, 1, 15)


@pytest.mark.slow
def test_2000_random_key_sequences_never_leave_a_file_that_does_not_load(tmp_path, capsys):
    small = tmp_path / "small.txt"
    small.write_text(
        "Tom Arden, president of the Valley Farmers Union, said on Monday that the union would never accept meters. "
        "Sara Quill said the town could accept a pipeline if the price fell by 3 percent.\n"
        "Petra Holm, chair of the Lenn Water Board, called Arden on 3 March 2025. Holm said the price of water must fall.\n"
    )
    RUN.invoke(app, ["read", str(small), "--case", str(tmp_path / "draft")])
    soundly(tmp_path / "draft", tmp_path, 2, 2000)


def test_a_typing_mistake_is_answered_with_what_was_meant_and_changes_nothing(folder):
    output = keyed(folder, "estance=acept\neissue=monny options=asked\nekind=ofer\nefirmnes=firm\n")
    for close in ("accept", "money", "offer", "firmness"):
        assert f"did you mean '{close}'?" in output
    assert on_record(load(folder)).waiting["statements"] == len(load(folder).statements)


def test_input_that_ends_in_a_question_decides_nothing(folder):
    assert "every decision so far is kept" in keyed(folder, "a1")
    assert not load(folder).rules
    assert {s.review.state for s in load(folder).statements.values()} == {"suggested"}


def test_the_choices_are_listed_on_a_key(folder):
    output = keyed(folder, "?")
    assert "stance: demand, prefer, accept" in output
    assert "Money: as it is now" in output


def test_accepting_all_asks_first(folder):
    assert "not changed" in keyed(folder, "An\n")
    assert on_record(load(folder)).waiting
    keyed(folder, "Ay\n")
    assert not on_record(load(folder)).waiting


def test_decisions_are_filtered_found_and_reopened(folder):
    keyed(folder, "rno\n")
    output = keyed(folder, "frejected\no")
    assert "1 records" in output
    assert "reopened" in output
    first = next(iter(load(folder).statements.values()))
    assert first.review.state == "suggested"
    assert [h.state for h in first.history] == ["rejected"]
    assert "will never agree" in keyed(folder, "/higher price\n")
    assert "did you mean 'rejected'?" in keyed(folder, "frejectd\n")


def test_contacts_figures_and_shifts_are_reviewed_too(tmp_path):
    text = tmp_path / "t.txt"
    text.write_text(
        "Russia's Ivan Petrov met with Olha Marko of Ukraine in Kyiv on 3 March 2025. Ukraine said it had lost 30 percent of its troops.\n"
        "Petrov said Russia softened its stance on the border. Marko rejected any withdrawal of troops.\n"
    )
    folder = tmp_path / "case"
    RUN.invoke(app, ["read", str(text), "--case", str(folder)])
    case = load(folder)
    assert case.contacts
    assert case.figures
    keyed(folder, "fcontacts\natype=call\n".replace("atype", "etype") + "ffigures\na")
    after = load(folder)
    assert {c.review.state for c in after.contacts.values()} == {"edited"}
    assert "accepted" in {f.review.state for f in after.figures.values()}


def test_a_speaker_that_the_case_lacks_is_made_and_given_to_all_by_the_same_words(tmp_path):
    text = tmp_path / "t.txt"
    text.write_text(
        "Russia and Ukraine met on the border. A senior official said Ukraine could leave the border. "
        "A senior official said the talks on the border went well.\n"
    )
    folder = tmp_path / "case"
    RUN.invoke(app, ["read", str(text), "--case", str(folder)])
    output = keyed(folder, "w+Ann Lee\n+Norway\n")
    case = load(folder)
    assert case.parties["norway"].name == "Norway"
    assert (case.speakers["ann-lee"].name, case.speakers["ann-lee"].party) == ("Ann Lee", "norway")
    assert "the same for 1 more" in output
    assert [s.speaker for s in case.statements.values() if s.kind != "author_claim"] == ["ann-lee", "ann-lee"]
