"""A demand in the form of a refusal, "no deal without a limit", is a demand: never a rule against what is asked for."""

import pytest

from zopa.case import Case
from zopa.errors import NotApplicable
from zopa.reading import read, to_records
from zopa.reading.demanded import asked
from zopa.reading.extraction.issues import Vocabulary
from zopa.reading.review import Session

CASE = Case.model_validate({
    "title": "the quarry",
    "parties": {"residents": {"name": "Residents of Mill Lane"}, "quarry": {"name": "Quarry"}},
    "speakers": {"okafor": {"name": "Dela Okafor", "aliases": ("Okafor",), "party": "residents", "authority": "official"}},
    "issues": {
        "dust": {
            "name": "dust",
            "options": {"no-limit": {"label": "no limit"}, "limit": {"label": "a limit", "words": ("limit on dust",)}},
        },
        "lorries": {
            "name": "lorries",
            "options": {"any": {"label": "any road"}, "bypass": {"label": "by the bypass", "words": ("bypass",)}},
        },
        "extension": {
            "name": "extension",
            "options": {"none": {"label": "none"}, "extended": {"label": "extended", "words": ("extension",)}},
        },
    },
})  # fmt: skip

DEMANDS = {
    "We will not accept a deal without a limit on dust.": "limit",
    "There will be no deal without a limit on dust.": "limit",
    "No limit on dust is unacceptable.": "limit",
    "We refuse to give up the limit on dust.": "limit",
    "We will not drop our demand for the bypass.": "bypass",
    "The absence of a limit on dust is a red line.": "limit",
    "We will oppose any deal that has no limit on dust.": "limit",
    "We cannot sign unless all lorries use the bypass.": "bypass",
    "Without a limit on dust we will not sign.": "limit",
    "We will never sign anything that lacks a limit on dust.": "limit",
    "The bypass cannot be given up.": "bypass",
    "We won’t sign until there is a limit on dust.": "limit",
    "We reject any plan with no strict limit on dust.": "limit",
    "We will accept nothing less than a limit on dust.": "limit",
    "If there is no limit on dust, we will not sign.": "limit",
    "Dropping the limit on dust is unacceptable.": "limit",
    "We will reject a deal that does not include a limit on dust.": "limit",
    "We cannot accept it if lorries do not use the bypass.": "bypass",
    "A plan that ignores the limit on dust is unacceptable.": "limit",
    "We will not give way on the limit on dust.": "limit",
    "We will not sign before the bypass is open.": "bypass",
    "We will not stop demanding the bypass.": "bypass",
}
PLAIN = (
    "We will not accept a limit on dust.",
    "A limit on dust is unacceptable.",
    "There will be no deal with a limit on dust.",
    "No, we will not accept a limit on dust.",
    "We want a limit on dust.",
    "We will not accept a limit on dust without compensation.",
)
OPEN = (
    "We can accept a deal without a limit on dust.",
    "Without the council, we will not accept a limit on dust.",
    "We will not sign, and will not pay, without a limit on dust.",
    "We want no limit on dust and no limit on noise.",
    "We can drop our demand for a limit on dust.",
    "We will not remove the limit on dust.",
    "A limit on dust is our red line.",
    "A limit on dust is non-negotiable.",
    "A limit on dust is not up for negotiation.",
    "We insist on a limit on dust; without it there is no deal.",
    "We will never agree to lorries not keeping to a limit on dust.",
    "We will no longer oppose a limit on dust.",
    "We will not reject a limit on dust.",
)


def session(text: str) -> Session:
    body = f"Ms Dela Okafor (Residents of Mill Lane): {text}\n"
    found = read(body, CASE)
    records = to_records(found, "rl", CASE)
    return Session(
        CASE.model_copy(update={"statements": records.statements, "sources": {"rl": found.text}}), "ann"
    )


def forbids(case: Case, entries, issue: str, option: str) -> bool:
    """Whether a rule forbids an option whatever else is agreed."""
    return any(
        not r.only_if and option in when.get(issue, ()) and set(when) == {issue}
        for r in entries["rules"].values()
        for when in r.when
    )


@pytest.mark.parametrize("text", DEMANDS)
def test_two_words_that_turn_round_make_a_demand(text):
    issue = "dust" if DEMANDS[text] == "limit" else "lorries"
    assert asked(text, issue, (DEMANDS[text],), Vocabulary(CASE)) == "demanded"


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_refusal_or_wish_is_left_to_the_kind_of_the_statement(text):
    assert asked(text, "dust", ("limit",), Vocabulary(CASE)) == "plain"


@pytest.mark.parametrize("text", OPEN)
def test_what_cannot_be_decided_is_left_open(text):
    assert asked(text, "dust", ("limit",), Vocabulary(CASE)) in ("open", "refused", "allowed")


@pytest.mark.parametrize("text", DEMANDS)
def test_a_rule_by_enter_never_forbids_what_is_demanded(text):
    s = session(text)
    option = DEMANDS[text]
    issue = "dust" if option == "limit" else "lorries"
    assert s.item.speaker == "okafor", s.item
    assert s.item.stance in ("demand", None), s.item
    offered, _ = s.sides()
    assert option not in offered.get(issue, ())
    if s.binds and offered:
        s.make_rule()
        (rule,) = s.entries["rules"].values()
        (record,) = s.statements.values()
        assert not forbids(CASE, s.entries, issue, option)
        assert (record.options, record.stance) == ((option,), "demand"), (record, rule)


@pytest.mark.parametrize("text", OPEN)
def test_the_review_offers_nothing_where_it_cannot_be_decided(text):
    s = session(text)
    assert s.item.options == () or s.item.stance in ("oppose", None)
    assert "dust" not in s.sides()[0] or s.item.stance == "oppose"


def rule_of(s: Session):
    (rule,) = s.entries["rules"].values()
    (record,) = s.statements.values()
    return rule, record


def test_a_refusal_unless_something_holds_is_a_rule_with_a_condition():
    s = session("We cannot agree to the extension unless all lorries use the bypass.")
    assert s.sides() == ({"extension": ("extended",)}, {"lorries": ("bypass",)})
    s.make_rule()
    rule, record = rule_of(s)
    assert (rule.when, rule.only_if) == (({"extension": ("extended",)},), ({"lorries": ("bypass",)},))
    assert (record.options, record.stance) == (("bypass",), "demand")


def test_a_condition_that_names_no_option_is_asked_for_and_not_taken_as_never():
    s = session("We will not accept a limit on dust without compensation.")
    assert s.open_condition
    with pytest.raises(NotApplicable, match="compensation"):
        s.make_rule()
    s.make_rule("", "-")
    assert rule_of(s)[0].only_if == ()


def test_only_if_is_a_demand_and_not_what_is_refused():
    s = session("We will sign only if there is a limit on dust.")
    s.make_rule()
    rule, record = rule_of(s)
    assert rule.when == ({"dust": ("no-limit",)},)
    assert (record.issue, record.options, record.stance) == ("dust", ("limit",), "demand")


def test_options_given_in_the_review_replace_those_that_were_read_and_the_stance_follows():
    s = session("We will not accept a limit on dust.")
    assert (s.item.options, s.item.stance) == (("limit",), "red-line")
    s.make_rule("dust: no limit")
    rule, record = rule_of(s)
    assert rule.when == ({"dust": ("no-limit",)},)
    assert (record.options, record.stance, record.review.state) == (("no-limit",), "red-line", "edited")


def test_a_demand_corrected_to_a_refusal_of_the_same_option_is_no_demand_any_more():
    s = session("We will not accept a deal without a limit on dust.")
    s.make_rule("dust: a limit", "-")
    assert (rule_of(s)[1].options, rule_of(s)[1].stance) == (("limit",), "red-line")


def test_a_condition_given_in_the_review_makes_the_stance_conditional():
    s = session("We will not accept a limit on dust.")
    s.make_rule("", "lorries: by the bypass")
    rule, record = rule_of(s)
    assert rule.only_if == ({"lorries": ("bypass",)},)
    assert (record.options, record.stance) == (("limit",), "conditional")


def test_the_suggested_rule_typed_out_leaves_the_demand_as_it_is():
    s = session("We will not accept a deal without a limit on dust.")
    s.make_rule("dust: no limit", "-")
    assert (rule_of(s)[1].options, rule_of(s)[1].stance) == (("limit",), "demand")


def test_naming_the_refused_option_of_a_demand_turns_the_stance_too():
    s = session("We will not accept a deal without a limit on dust.")
    s.about("dust: no limit")
    assert (s.item.options, s.item.stance) == (("no-limit",), "red-line")
    assert s.sides()[0] == {"dust": ("no-limit",)}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Wir werden kein Abkommen ohne Grenzwert für Staub annehmen."),
        ("de", "Kein Grenzwert für Staub ist unannehmbar."),
        ("uk", "Ми не погодимося на угоду без обмеження пилу."),
        ("uk", "Відсутність обмеження пилу для нас неприйнятна."),
    ],
)
def test_the_same_in_other_languages(language, text):
    words = {"words": ("Grenzwert für Staub", "обмеження пилу"), "label": "a limit"}
    issue = CASE.issues["dust"].model_dump(exclude_unset=True)
    issue["options"]["limit"] = words
    data = CASE.model_dump(exclude_unset=True, exclude={"issues"}) | {"issues": {"dust": issue}}
    assert asked(text, "dust", ("limit",), Vocabulary(Case.model_validate(data), language)) == "demanded"
