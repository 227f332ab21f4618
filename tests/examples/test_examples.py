"""The bundled cases: sound, in our own words, neutral, and equal to the numbers that they were made from."""

import itertools
import json
import math
import re
from pathlib import Path

import pytest

import zopa
from zopa.case import Basis, accepted, speaks_for
from zopa.casefile import find_quote, inspect, load, normalise
from zopa.study import verify

EXAMPLES = Path(zopa.__file__).parent / "examples"
SHARED = Path(__file__).resolve().parents[2].parent / "shared"
NAMES = ["ukraine-2025", "harbour-sport-park", "typewriters-1975", "writers-2023", "trade-2020", "two-farms"]

LONGEST_SHARED_RUN = 7  # words; a quoted phrase of a public official is shorter

# Every span noted in the case that this one was made from, and where it is found here.
SPANS = {
    "call": "trump-talks", "visits": "trump-visits", "prisoners": "trump-prisoners", "deaths": "trump-deaths",
    "headwind": "report-little-sign", "losses": "report-losses", "twenty": "report-twenty",
    "drones": "ukr-drones", "ukr_peace": "ukr-peace", "joint": "ukr-joint-steps", "minerals": "us-minerals",
    "partnership": "us-partnership", "munich": "ukr-munich", "kyivrole": "trump-kyiv-role",
    "saudi": "trump-seat", "biden_table": "biden-seat", "team": "trump-team", "fogel": "fogel-freed",
    "putin_open": "putin-talks", "putin_interest": "putin-interests", "softening": "shift-nato",
    "pre2014": "us-territory", "privately": "us-private", "notroops": "us-troops",
    "guarantee": "us-guarantees", "nonato": "us-nato", "cond": "ukr-condition", "reluctant": "biden-nato",
    "vindman": "vindman-capitulation", "fried": "fried-concession", "mixed": "us-threats",
    "positioning": "fried-manoeuvre", "allback": "ukr-territory", "diplomatic": "ukr-diplomacy",
    "noaddress": "us-aid-extent", "aid659": "us-aid-figure", "slowed": "report-slowed",
    "strategic": "us-europe", "agrees": "trump-nato", "aidsecure": "trump-aid-secure",
    "prices": "author-prices", "notaccept": "author-suffering", "compromise": "author-compromise",
    "impressive": "author-positions", "cite": "report",
}  # fmt: skip


@pytest.fixture(scope="module")
def ukraine():
    return load(EXAMPLES / "ukraine-2025")


def given_case(name):
    path = SHARED / "data" / "cases" / f"{name}.json"
    if not path.exists():
        pytest.skip(f"needs {path.name} of the shared material")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_a_bundled_case_has_no_findings(name):
    case, findings = inspect(EXAMPLES / name)
    assert findings == []
    assert case is not None


@pytest.mark.parametrize("name", NAMES)
def test_every_expected_answer_of_a_bundled_case_is_met(name):
    checked = verify(load(EXAMPLES / name))
    assert checked
    assert [(c.expected.answer, c.expected.readings, c.found) for c in checked if not c.ok] == []
    assert all(c.expected.published or c.expected.derived for c in checked)


def test_the_example_has_four_parties_eleven_issues_and_373248_packages(ukraine):
    assert list(ukraine.parties) == ["US", "RUS", "UKR", "EUR"]
    assert [len(i.options) for i in ukraine.issues.values()] == [4, 4, 4, 4, 3, 3, 3, 3, 3, 3, 2]
    assert sum(len(i.options) for i in ukraine.issues.values()) == 36
    assert math.prod(len(i.options) for i in ukraine.issues.values()) == 373_248


def test_its_numbers_are_those_of_the_case_that_it_was_made_from(ukraine):
    seed = given_case("seed_case")
    assert list(ukraine.issues) == [i["id"] for i in seed["issues"]]
    for given in seed["parties"]:
        party = ukraine.parties[given["id"]]
        assert {i: w.best for i, w in party.weights.items()} == given["weights"]
        r = party.reservation
        assert (r.best, r.low, r.high) == tuple(given["reservation"][k] for k in ("central", "low", "high"))
        assert list(party.start.values()) == given["starting_position"]
        assert list(party.start) == list(ukraine.issues)
        for issue in seed["issues"]:
            options = [o["id"] for o in issue["options"]]
            assert list(ukraine.issues[issue["id"]].options) == options
            best = [party.values[issue["id"]][o].best for o in options]
            assert best == [round(100 * v, 9) for v in seed["values"][given["id"]][issue["id"]]]


def test_options_that_the_report_mentions_cite_it_and_the_others_say_that_they_were_added(ukraine):
    for issue in given_case("seed_case")["issues"]:
        for option in issue["options"]:
            kind = ukraine.issues[issue["id"]].options[option["id"]].kind
            assert (kind == "assumed") == (not option["spans"] and option["id"] != "B1"), option["id"]


def test_every_fact_noted_in_the_source_case_is_a_record_here(ukraine):
    records = [ukraine.statements, ukraine.contacts, ukraine.figures, ukraine.shifts, ukraine.sources]
    known = set(itertools.chain(*records))
    assert set(SPANS.values()) <= known
    assert set(given_case("seed_case")["spans"]) == set(SPANS)


def test_every_quote_stands_exactly_once_in_its_source(ukraine):
    records = {**ukraine.statements, **ukraine.contacts, **ukraine.figures, **ukraine.shifts}
    for ident, record in records.items():
        assert len(find_quote(ukraine.sources[record.source].text, record.quote)) == 1, ident


def _sentences(text):
    # A sentence ends at a mark, perhaps inside a closing quotation mark, but not at the mark of U.S.
    return [s for s in re.split(r'(?<!U\.S\.)(?<=[.?!])\s+|(?<=[.?!]")\s+', text) if s]


def test_every_sentence_of_the_sources_is_covered_by_a_record(ukraine):
    records = [*ukraine.statements.values(), *ukraine.contacts.values(), *ukraine.shifts.values()]
    for name, source in ukraine.sources.items():
        quotes = [r.quote for r in records if r.source == name]
        spans = [(source.text.index(q), source.text.index(q) + len(q)) for q in quotes]
        for sentence in _sentences(source.text):
            at = source.text.index(sentence)
            if name == "remark" and at == 0:
                continue  # says what the text is
            assert any(a < at + len(sentence) and at < b for a, b in spans), sentence


def test_conditional_offers_keep_their_condition(ukraine):
    offers = {k: s for k, s in ukraine.statements.items() if s.kind == "conditional_offer"}
    assert set(offers) == {"ukr-condition", "us-minerals"}
    for s in offers.values():
        assert s.condition in s.quote
        assert s.consequent in s.quote
        assert s.when
        assert s.only_if
        assert s.stance == "conditional"


def test_commentators_reporters_and_the_author_count_for_no_party(ukraine):
    for s in ukraine.statements.values():
        if ukraine.speakers[s.speaker].authority in ("commentator", "reporter"):
            assert speaks_for(ukraine, s) is None
            assert s.stance is None
        if s.source == "remark":
            assert s.kind == "author_claim"


def test_a_vague_number_has_no_value(ukraine):
    assert ukraine.figures["deaths"].value is None
    assert ukraine.figures["us-support"].value == 65.9e9
    assert sorted(f.value for f in ukraine.figures.values() if f.value and f.value < 100) == [20, 20]


def test_reservations_are_openly_assumed(ukraine):
    for party in ukraine.parties.values():
        assert party.reservation.kind == "assumed"
        assert party.reservation.by


def test_a_value_that_rests_on_statements_rests_on_the_partys_own_words(ukraine):
    own = {k: speaks_for(ukraine, s) for k, s in accepted(ukraine).items()}
    for name, party in ukraine.parties.items():
        for cell in itertools.chain(*(v.values() for v in party.values.values())):
            assert cell.kind in ("stated", "inferred", "none")
            if cell.kind != "none":
                assert name in {own[i] for i in cell.statements}
            if cell.kind == "inferred":
                assert cell.why


def test_every_clause_of_every_reading_has_a_basis_and_every_reading_says_what_it_takes_to_be_meant(ukraine):
    for rule in ukraine.rules.values():
        for reading in rule.readings.values() or [rule]:
            assert reading.says
            for clause in reading.clauses or [reading]:
                assert clause.kind != "none"
                assert clause.why or clause.kind != "inferred"


def _plain_words(text):
    text = text.lower().replace("’", "'")
    return [w for w in (x.strip(".'") for x in re.findall(r"[a-z0-9$%.']+", text)) if w]


def _own_texts():
    for path in sorted((EXAMPLES / "ukraine-2025").rglob("*")):
        if path.is_file():
            yield path.name, normalise(path.read_text(encoding="utf-8"))


def test_the_texts_are_our_own_and_share_no_long_run_of_words_with_the_article():
    article = SHARED / "seed" / "article.txt"
    if not article.exists():
        pytest.skip("needs the article of the shared material")
    n = LONGEST_SHARED_RUN + 1
    theirs = _plain_words(article.read_text(encoding="utf-8"))
    runs = {tuple(theirs[i : i + n]) for i in range(len(theirs) - n + 1)}
    for name, text in _own_texts():
        ours = _plain_words(text)
        shared = [
            " ".join(ours[i : i + n]) for i in range(len(ours) - n + 1) if tuple(ours[i : i + n]) in runs
        ]
        assert shared == [], name


def _wordings(case):
    yield from (case.title, case.about, case.no_agreement.says)
    for issue in case.issues.values():
        yield from (issue.name, issue.question)
        for option in issue.options.values():
            yield from (option.label, option.assumed, option.why)
    for s in case.statements.values():
        yield from (s.about, s.why)
    for rule in case.rules.values():
        for reading in (rule, *rule.readings.values()):
            for clause in (reading, *reading.clauses):
                yield from (clause.why, clause.assumed)
            yield reading.says
    yield from (r.says for r in case.readings.values())
    for record in (*case.contacts.values(), *case.shifts.values()):
        yield record.what
    for party in case.parties.values():
        bases = [party.basis or Basis(), party.reservation or Basis(), *party.start_basis.values()]
        bases += itertools.chain(*(v.values() for v in party.values.values()))
        for basis in bases:
            yield from (basis.why, basis.assumed)


@pytest.mark.parametrize("name", NAMES)
def test_wording_tells_what_was_said_and_not_what_a_party_wants_or_should_do(name):
    partial = re.compile(
        r"\b(wants?|wanted|should|ought|deserves?|unfair|aggressors?|refuses to)\b", re.IGNORECASE
    )
    for words in _wordings(load(EXAMPLES / name)):
        assert not partial.search(words), words


@pytest.mark.parametrize(
    ("name", "given"), [("harbour-sport-park", "llmd_base"), ("typewriters-1975", "pruitt_lewis_1975")]
)
def test_a_teaching_case_has_the_numbers_of_the_exercise(name, given):
    case, exercise = load(EXAMPLES / name), given_case(given)
    assert [list(i.options) for i in case.issues.values()] == [
        [o["id"] for o in i["options"]] for i in exercise["issues"]
    ]
    for (_, party), theirs in zip(case.parties.items(), exercise["parties"], strict=True):
        assert party.points == exercise["points"][theirs["id"]]
        assert party.reservation.best == theirs["reservation"]
    vetoes = {p["id"].lower() for p in exercise["parties"] if p.get("veto")}
    assert len(case.agreement.required or ()) == len(vetoes)
