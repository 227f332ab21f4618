"""The first hour: from two dated articles on a local dispute to a reviewed case with rules, and what is said on the way.

The articles are invented.
"""

import json
import random
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

import zopa
from zopa.case import all_rules, cited, on_record, uncarried
from zopa.casefile import inspect, load
from zopa.cli import app
from zopa.cli.review import _walk
from zopa.errors import CaseError
from zopa.reading import prepare
from zopa.reading.review import KEYS, NOT_BINDING, Session
from zopa.reading.shown import ShownRecords

ARTICLES = [str(p) for p in sorted((Path(__file__).parent / "dispute").glob("*.txt"))]
EXAMPLES = Path(zopa.__file__).parent / "examples"
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
    "a9\n\n\n"  # the board refuses more pumping: never
    "a=\n"  # its chair says the same
    "apipeline: +built\n+Union pays: half\n\n"  # an offer under a condition, with what the draft lacks
    "r\nr\n"  # the same words once more
    "a+Meters: all wells\n\nw\n"  # the union's red line, which may be a mere wish
    "a=\naa"
    "a3\n2\n\n\n"  # the mayor speaks for the town; a red line on the price
    "a=\na8\n16\n\n"  # options by number
    "a16\n11\n\na"
    "a14\n\n\na"
    "a11\n16\n\n"
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
    _walk(ShownRecords(folder), session, iter(keys))
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
    assert "1 record\n" in output
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


def reread(folder):
    done = RUN.invoke(app, ["read", "--again", "--case", str(folder), "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.output)["answer"]["sources"]


def test_a_corrected_draft_is_read_again_and_every_decision_is_kept(folder):
    keyed(folder, "a8\n\n\nrsaid twice\nekind=offer stance=accept\nq")
    before = load(folder)
    decided = {k: s for k, s in before.statements.items() if s.review.state != "suggested"}
    assert len(decided) == 3
    RUN.invoke(app, ["rename", str(folder), "issue.pipeline", "pipe"])
    RUN.invoke(app, ["rename", str(folder), "party.town-of-lenn", "lenn"])
    case_file = folder / "case.yaml"
    case_file.write_text(
        case_file.read_text().replace(
            "issues:\n",
            "issues:\n  meters:\n    name: Meters\n    options:\n      none: {label: none}\n      all: {label: all wells, words: [meters, metering]}\n",
        )
    )
    assert inspect(folder)[1] == []
    done = reread(folder)
    assert sum(a["kept"] for a in done) == 3
    assert sum(a["changed"] for a in done) > 0
    after, findings = inspect(folder)
    assert findings == []
    for ident, s in decided.items():
        assert after.statements[ident].review == s.review
        assert after.statements[ident].quote == s.quote
    assert after.rules == before.rules or set(after.rules) == set(before.rules)
    assert any(s.issue == "meters" and s.options == ("all",) for s in after.statements.values())
    assert reread(folder) == [{**a, "new": 0, "changed": 0, "gone": 0} for a in done]


def with_other_issues(folder):
    """The drafted issues replaced by others, as the guide asks; the ids that are gone."""
    path = folder / "case.yaml"
    text = path.read_text()
    gone = set(load(folder).issues)
    issues = "issues:\n  wells:\n    name: Wells\n    options:\n      open: {label: open, words: [open]}\n      shut: {label: shut, words: [well, wells, pumping]}\n"
    path.write_text(re.sub(r"^issues:\n(?:(?:[ #].*)?\n)+", issues, text, flags=re.M))
    return gone


def test_a_draft_whose_issues_were_replaced_is_read_again(folder):
    used = {s.issue for s in load(folder).statements.values() if s.issue}
    assert used & with_other_issues(folder)
    findings = inspect(folder)[1]
    assert findings
    assert all("zopa read --again" in f.hint for f in findings)
    extra = folder.parent / "more.txt"
    extra.write_text("The Town of Lenn said on Monday that it would shut the wells.\n")
    done = RUN.invoke(app, ["read", str(extra), "--again", "--case", str(folder)])
    assert done.exit_code == 0, done.output
    case = load(folder)
    assert {s.issue for s in case.statements.values()} == {"wells", None}
    assert len(case.statements) > 5
    reread(folder)
    assert load(folder).statements == case.statements


def test_a_decision_on_an_issue_that_is_gone_stays_an_error_that_says_what_to_do(folder):
    record = next(s for s in load(folder).statements.values() if s.issue)
    RUN.invoke(app, ["review", str(folder), "--accept-all"])
    gone = with_other_issues(folder)
    assert record.issue in gone
    before = (folder / "statements.yaml").read_bytes()
    done = RUN.invoke(app, ["read", "--again", "--case", str(folder)])
    assert isinstance(done.exception, CaseError)
    said = str(done.exception)
    assert f"no issue called '{record.issue}'" in said
    assert f"zopa rename CASE issue.{record.issue} NEW" in said
    assert (folder / "statements.yaml").read_bytes() == before


def test_a_suggestion_that_a_judgment_rests_on_stays_when_the_case_is_read_again(folder):
    case = load(folder)
    ident = next(k for k, s in case.statements.items() if "half is too much" in s.quote.casefold())
    path = folder / "case.yaml"
    party = "  valley-farmers-union: {name: Valley Farmers Union"
    text = path.read_text()
    assert party in text
    path.write_text(text.replace(party, f"{party}, reservation: {{best: 20, stated: {ident}}}"))
    quote = case.statements[ident].quote
    assert inspect(folder)[1] == []
    reread(folder)
    assert load(folder).statements[ident].quote == quote


def test_a_split_and_a_reopened_statement_survive_being_read_again(folder):
    first = next(iter(load(folder).statements.values()))
    keyed(folder, f"s{first.quote[20:30]}\nfall\nnnrno\nbo")
    before = load(folder).statements
    reread(folder)
    after = load(folder).statements
    touched = [k for k, s in before.items() if s.history or s.review.by or "split from" in s.why]
    assert len(touched) >= 2
    assert all(after[k] == before[k] for k in touched)


@pytest.mark.parametrize(
    ("text", "title", "publisher", "on"),
    [
        ("Wells run low\n\nBy Ida Marsh\nLenn Valley Courier\n3 March 2025\n\nThe board said on Monday it would wait.", "Wells run low",
         "Lenn Valley Courier", "2025-03-03"),
        ("Title: Wells run low\nPublisher: The Courier\nDate: 3 March 2025\n\nThe board said on Monday it would wait.", "Wells run low",
         "The Courier", "2025-03-03"),
        ("LENN, March 3, 2025 (Courier) — The board said on Monday that it would wait for the rain to come.", "", "Courier", "2025-03-03"),
        ("Published: 2025-03-03\n\nThe board said on Monday it would wait.", "", "", "2025-03-03"),
        ("The board said on Monday it would wait.", "", "", ""),
    ],
)  # fmt: skip
def test_title_publisher_and_date_come_from_the_head_of_a_text(text, title, publisher, on):
    found = prepare(text).published
    assert (found.title, found.publisher, found.on.isoformat() if found.on else "") == (title, publisher, on)


def test_what_the_user_gives_wins_and_a_missing_date_is_said(tmp_path):
    text = tmp_path / "t.txt"
    text.write_text(
        "The Lenn Water Board said on Monday it would wait. The Valley Farmers Union said it would not.\n"
    )
    plain = RUN.invoke(app, ["read", str(text), "--case", str(tmp_path / "a")])
    assert "no date found" in plain.output
    given = ["--date", "2025-03-05", "--title", "Wells", "--publisher", "Courier"]
    done = RUN.invoke(app, ["read", str(text), "--case", str(tmp_path / "b"), *given])
    assert "no date found" not in done.output
    case = load(tmp_path / "b")
    source = case.sources["t"]
    assert (source.title, source.publisher, source.date) == ("Wells", "Courier", "2025-03-05")
    assert any(str(s.said) == "2025-03-03" for s in case.statements.values())
    assert (
        RUN.invoke(app, ["read", str(text), "--date", "March", "--case", str(tmp_path / "c")]).exit_code == 2
    )


def test_a_statement_dated_after_its_publication_is_a_warning(tmp_path):
    text = tmp_path / "t.txt"
    text.write_text(
        "The Lenn Water Board said on 9 May 2025 that it would wait. The Valley Farmers Union said it would not.\n"
    )
    done = RUN.invoke(app, ["read", str(text), "--date", "2025-03-05", "--case", str(tmp_path / "a")])
    assert "dated after the publication on 2025-03-05" in done.output


def test_a_draft_names_no_person_and_no_earlier_government_as_a_party_beside_its_country(tmp_path):
    report = EXAMPLES / "ukraine-2025" / "sources" / "report.txt"
    done = RUN.invoke(app, ["read", str(report), "--case", str(tmp_path / "case"), "--date", "2025-02-13"])
    assert done.exit_code == 0, done.output
    case = load(tmp_path / "case")
    assert {p.name for p in case.parties.values()} == {"Ukraine", "United States", "Russia"}
    by_name = {s.name: s for s in case.speakers.values()}
    assert by_name["Donald Trump"].party == "united-states"
    assert by_name["The Biden administration"].party is None
    assert not [name for name in by_name if name.split()[0] in ("In", "Under", "For")]


def test_what_was_accepted_unread_is_shown_by_the_next_review_and_counts_once_it_is_accepted(folder):
    done = RUN.invoke(app, ["review", str(folder), "--accept-all"])
    assert "next: zopa review" in done.output
    unread = on_record(load(folder)).unread
    shown = keyed(folder, "a-\nq")
    assert "accepted together, unread; a accepts the one that was read" in shown
    assert on_record(load(folder)).unread == unread - 1


def test_a_later_text_moves_the_day_of_a_drafted_case(folder, tmp_path):
    later = tmp_path / "later.txt"
    later.write_text(
        "Water talks go on\nBy A. Reed, The Post, 9 December 2031\n\nThe board said it would meet again.\n"
    )
    before = load(folder).as_of
    assert before is not None
    done = RUN.invoke(app, ["read", str(later), "--case", str(folder)])
    assert f"the case is as of 2031-12-09 now, the day of this source; it was {before}" in done.output
    assert str(load(folder).as_of) == "2031-12-09"
