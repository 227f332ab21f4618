"""The draft builder of the report: in a browser it says the same as `zopa judge`, and it is safe and usable."""

from __future__ import annotations

import itertools
import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from strategies import case_of, small_cases
from zopa.bargaining import Swap, Views, judge
from zopa.case import Case
from zopa.casefile import load
from zopa.render import report
from zopa.render.html import page as page_of
from zopa.robustness import worth_by_words
from zopa.space import Problem, reading_names
from zopa.study import run
from zopa.views import Labels
from zopa.views import builder as builders
from zopa.views.builder import MOST_OPTIONS, builder, builder_data
from zopa.views.document import Builder, Document, Section
from zopa.views.numbers import points
from zopa.views.worth import NO_RANGE, beside, by_words

EXAMPLES = Path(__file__).resolve().parents[2] / "src" / "zopa" / "examples"
JUDGE = """([data, asked]) => {
  const m = zopa.model(JSON.parse(data));
  const rule = c => m.rules.findIndex(r => r.readings.some(x => x.clauses.includes(c)));
  const swap = x => ({changes: x.changes, worth: x.worth.map(String), accepts: x.accepts});
  return asked.map(([draft, readings, limits]) => {
    const a = zopa.judge(m, draft, readings, limits.map(t => t === null ? null : zopa.fraction(t)));
    return {accepts: a.accepts, agreed: a.agreed, utility: a.utility.map(String), gain: a.gain.map(g => g.map(String)),
      broken: a.broken.map(rule), swaps: [...a.swaps].map(([p, found]) => [p, found.map(swap)]), agreements: a.agreements.map(swap)};
  });
}"""
Asked = tuple[list[int], list[int], list[str | None]]
"""Option per issue, reading per rule, reservation value per party as a decimal number or None for that of the case."""


def html(data: Mapping[str, Any], title: str = "A case") -> str:
    return page_of(Document(title, (Section("builder", "Try a draft", (Builder(data),), live=True),)))


def data_of(case: Case) -> dict[str, Any]:
    return builder_data(Problem(case), Labels(case))


@pytest.fixture(scope="module")
def opened(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Any]]:
    """Opens a page from its text; the tab keeps what went wrong and what it asked of the network."""
    contexts = []

    def open_page(text: str, *, width: int = 1200, scripts: bool = True) -> Any:
        path = tmp_path_factory.mktemp("page") / "report.html"
        path.write_text(text, encoding="utf-8")
        contexts.append(
            browser.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
        )
        tab = contexts[-1].new_page()
        tab.problems = []
        tab.on("console", lambda m: tab.problems.append(m.text) if m.type in ("error", "warning") else None)
        tab.on("pageerror", lambda e: tab.problems.append(str(e)))
        tab.on("dialog", lambda d: (tab.problems.append(d.message), d.dismiss()))
        local = ("file:", "data:")
        tab.on("request", lambda r: None if r.url.startswith(local) else tab.problems.append(r.url))
        tab.goto(path.as_uri())
        return tab

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def example() -> Case:
    return load(EXAMPLES / "ukraine-2025")


@pytest.fixture(scope="module")
def tab(opened: Callable[..., Any], example: Case) -> Any:
    return opened(html(data_of(example)))


# ---- the same as zopa.judge ----------------------------------------------------------------------------------


def judged(case: Case, asked: Asked) -> Views:
    """What `zopa.judge` says to the same question."""
    draft, readings, limits = asked
    names = reading_names(case)
    chosen = {r: [*names[r], "off"][k] for r, k in zip(names, readings, strict=True)}
    problem = Problem(case, chosen)
    changed = {
        f"parties.{p}.reservation": float(x) for p, x in zip(problem.space.parties, limits, strict=True) if x
    }
    return judge(problem.with_values(changed) if changed else problem, problem.space.names(draft))  # fmt: skip


def same(case: Case, asked: Asked, told: Mapping[str, Any]) -> None:
    problem, views = Problem(case), judged(case, asked)
    space, rules = problem.space, list(problem.rules)
    scale = space.scale
    assert told["accepts"] == [v.accepts for v in views.verdicts]
    assert [Fraction(int(u), scale) for u in told["utility"]] == [v.utility for v in views.verdicts]
    assert [Fraction(int(a), int(b)) for a, b in told["gain"]] == [v.gain for v in views.verdicts]
    assert [rules[r] for r in told["broken"]] == [m.rule for m in views.broken]
    assert told["agreed"] == views.accepted

    def one(found: Swap) -> Any:
        where = [space.issues.index(i) for i in found.changes]
        changes = [[i, space.options[i].index(o)] for i, o in zip(where, found.changes.values(), strict=True)]
        return changes, list(found.gains.values()), [p in found.accepted_by for p in space.parties]

    def there(found: Mapping[str, Any]) -> Any:
        return found["changes"], [Fraction(int(w), scale) for w in found["worth"]], found["accepts"]

    swaps = {space.parties[p]: [there(x) for x in found] for p, found in told["swaps"]}
    assert swaps == {p: [one(x) for x in found] for p, found in views.swaps.items()}
    assert [there(x) for x in told["agreements"]] == [one(x) for x in views.agreements]


@st.composite
def questions(draw: st.DrawFn) -> tuple[Case, list[Asked]]:
    """A small case, with a few drafts in any readings, with any reservation values."""
    case = case_of(draw(small_cases(most_options=4)))
    space, names = Problem(case).space, reading_names(case)
    limits = st.none() | st.decimals(-20, 110, places=2).map(str)
    asked = st.tuples(
        st.tuples(*(st.integers(0, n - 1) for n in space.sizes)).map(list),
        st.tuples(*(st.integers(0, len(known)) for known in names.values())).map(list),
        st.lists(limits, min_size=len(space.parties), max_size=len(space.parties)),
    )
    return case, draw(st.lists(asked, min_size=2, max_size=4))


@pytest.mark.parametrize("examples", [20, pytest.param(250, marks=pytest.mark.slow)])
def test_in_any_small_case_the_page_says_what_judge_says(tab: Any, examples: int) -> None:
    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],  # looking for smaller ones takes minutes
    )  # fmt: skip
    @given(questions())
    def check(drawn: tuple[Case, list[Asked]]) -> None:
        case, asked = drawn
        for question, told in zip(
            asked, tab.evaluate(JUDGE, [json.dumps(data_of(case)), asked]), strict=True
        ):
            same(case, question, told)

    check()


@pytest.mark.parametrize("drafts", [4, pytest.param(150, marks=pytest.mark.slow)])
def test_in_the_example_the_page_says_what_judge_says(tab: Any, example: Case, drafts: int) -> None:
    chance = random.Random(drafts)
    space, names = Problem(example).space, reading_names(example)
    asked: list[Asked] = [
        (
            [chance.randrange(n) for n in space.sizes],
            [chance.randrange(len(known) + 1) for known in names.values()],
            [chance.choice([None, str(chance.randrange(0, 4000) / 40)]) for _ in space.parties],
        )
        for _ in range(drafts)
    ]
    for question, told in zip(asked, tab.evaluate(JUDGE, [json.dumps(data_of(example)), asked]), strict=True):
        same(example, question, told)


BESIDE = """([data, drafts]) => {
  const m = zopa.model(JSON.parse(data));
  return drafts.map(draft => m.parties.map((_, p) => zopa.beside(m, draft, p)));
}"""


def beside_everywhere(case: Case, drafts: list[list[int]], tab: Any) -> set[str]:
    """Holds what the page puts beside utilities to what tables put there; the kinds of what was seen."""
    problem, labels = Problem(case), Labels(case)
    packages = [problem.space.names(d) for d in drafts]
    told = by_words(worth_by_words(problem, packages))
    seen = set()
    for package, found in zip(
        packages, tab.evaluate(BESIDE, [json.dumps(data_of(case)), drafts]), strict=True
    ):
        for party, (kind, between) in zip(problem.space.parties, found, strict=True):
            seen.add(kind)
            shown = NO_RANGE if kind == "no range" else between
            assert beside(package, party, labels, told).partition("; ")[0] == shown, (package, party)
    return seen


@st.composite
def uncertain(draw: st.DrawFn) -> Case:
    """A small case without words: intervals of values and weights, or none; assumed, or with no source; interactions."""
    table = {f"i{n}": ["a", "b", "c"][: draw(st.integers(2, 3))] for n in range(draw(st.integers(1, 3)))}
    number = st.sampled_from([0, 7, 12.5, 30, 33.3, 50, 80, 100])
    wide = draw(st.booleans())

    def judgment() -> dict[str, Any]:
        low, best, high = sorted(draw(number) for _ in range(3))
        ends = {"low": low, "high": high} if wide else {}
        return {"best": best, **ends, "assumed": "a guess"}

    parties: dict[str, Any] = {}
    for p in "PQ":
        values = {i: {o: judgment() for o in names} for i, names in table.items()}
        parties[p] = {"name": p, "weights": {i: judgment() for i in table}, "values": values}
        assume(any(w["best"] for w in parties[p]["weights"].values()))
    more = ({"party": "P", "when": {"i0": ("b",)}, "points": draw(st.integers(-5, 5))},)
    issues = {i: {"name": i, "options": {o: o for o in names}} for i, names in table.items()}
    return Case.model_validate({"title": "t", "issues": issues, "parties": parties, "interactions": more})


@pytest.mark.parametrize("drafts", [10, pytest.param(400, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("name", "kind"),
    [("ukraine-2025", "by words"), ("two-farms", "by words"), ("harbour-sport-park", "no range")],
)
def test_the_page_says_the_ranges_that_the_tables_say(tab: Any, name: str, kind: str, drafts: int) -> None:
    case, chance = load(EXAMPLES / name), random.Random(drafts)
    asked = [[chance.randrange(n) for n in Problem(case).space.sizes] for _ in range(drafts)]
    assert beside_everywhere(case, asked, tab) == {kind}


def test_a_party_with_points_of_its_own_is_told_the_range_in_them(tab: Any) -> None:
    case = load(EXAMPLES / "two-farms")
    one, other = case.parties
    points = {i: {o: -70 + 333.3 * k for k, o in enumerate(x.options)} for i, x in case.issues.items()}
    own = {one: case.parties[one].model_validate({"name": one, "points": points}), other: case.parties[other]}
    sizes = Problem(case).space.sizes
    every = [list(d) for d in itertools.product(*map(range, sizes))]
    assert beside_everywhere(case.model_copy(update={"parties": own}), every, tab) == {"by words"}


def test_where_the_draws_would_make_the_page_large_it_says_who_has_the_range(
    opened: Callable[..., Any], example: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builders, "MOST_DRAWN", 100)
    data = data_of(example)
    assert len(json.dumps(data)) < 25_000
    shown = opened(html(data))
    assert "range left out here" in shown.locator("#draft-worth-0").inner_text()
    assert shown.problems == []


def test_the_range_stands_beside_each_utility_on_the_page(tab: Any) -> None:
    for line in tab.locator("[id^=draft-worth-]").all_inner_texts():
        assert re.search(r"no agreement; by words alone \d+–\d+ \(range of nine draws in ten\)$", line)


@pytest.mark.parametrize("examples", [15, pytest.param(200, marks=pytest.mark.slow)])
def test_in_any_small_case_the_page_says_the_ranges_that_the_tables_say(tab: Any, examples: int) -> None:
    seen: set[str] = set()

    @settings(
        max_examples=examples, deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate],
    )  # fmt: skip
    @given(uncertain(), st.integers(0, 26))
    def check(case: Case, number: int) -> None:
        sizes = Problem(case).space.sizes
        seen.update(beside_everywhere(case, [[number // 3**i % n for i, n in enumerate(sizes)]], tab))

    check()
    assert seen >= {"by intervals", "no range"}


def test_whole_numbers_beyond_the_reach_of_floats_are_compared_exactly(tab: Any) -> None:
    large = 2**53 + 1
    points_of = {"i": {"a": f"{large}/1", "b": "1/3"}}
    case = Case.model_validate({
        "title": "large", "issues": {"i": {"name": "i", "options": {"a": "a", "b": "b"}}},
        "parties": {"P": {"name": "P", "points": points_of}, "Q": {"name": "Q", "points": {"i": {"a": 1, "b": 2}}}},
    })  # fmt: skip
    asked = [[[0], [], [text, None]] for text in (str(large), str(large + 1), f"{large}.000001")]
    told = tab.evaluate(JUDGE, [json.dumps(data_of(case)), asked])
    assert [t["accepts"][0] for t in told] == [True, False, False]
    assert [Fraction(int(a), int(b)) for a, b in (t["gain"][0] for t in told)] == [
        0, -1, Fraction(-1, 10**6),
    ]  # fmt: skip


def test_numbers_look_as_they_do_in_the_rest_of_the_report(tab: Any) -> None:
    found = [
        Fraction(n, d) for d in (1, 3, 4, 8, 20, 40) for n in (0, 1, 7, 45, 905, 3337, -1, -18, -45, 500_001)
    ]
    pairs = [[str(x.numerator), str(x.denominator)] for x in found]
    told = tab.evaluate("pairs => pairs.map(p => zopa.points(p.map(BigInt)))", pairs)
    assert told == [points(x) for x in found]


@pytest.mark.parametrize("text", ["", "abc", "1e3", "4,5", "--1", "1/2", "0x10", "Infinity"])
def test_what_is_no_decimal_number_is_refused(tab: Any, text: str) -> None:
    assert tab.evaluate("t => zopa.fraction(t)", text) is None


# ---- the form ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[1280, 390])
def whole(
    request: pytest.FixtureRequest, opened: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Any:
    """The whole report of a small example, wide and on a phone."""
    out = tmp_path_factory.mktemp("report")
    report(run(load(EXAMPLES / "harbour-sport-park")), out)
    return opened((out / "report.html").read_text(encoding="utf-8"), width=request.param)


def verdict(tab: Any) -> str:
    return str(tab.locator("#draft-verdict").inner_text())


def test_the_form_answers_at_once_by_keyboard(tab: Any, example: Case) -> None:
    """Arrow keys change an option, the answer follows, and is the one of `zopa judge`."""
    space, names = Problem(example).space, reading_names(example)
    asked: Asked = ([0] * len(space.sizes), [list(names[r]).index(x) for r, x in Problem(example).readings.items()],
                    [None] * len(space.parties))  # fmt: skip
    refusing = sum(not v.accepts for v in judged(example, asked).verdicts)
    assert verdict(tab).startswith(f"{refusing} of 4 parties refuse")
    tab.locator("[name=issue-0]").first.focus()
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Tab")
    tab.keyboard.press("ArrowUp")
    asked[0][0], asked[0][1] = 1, space.sizes[1] - 1
    views = judged(example, asked)
    said = tab.locator(".answers .says").all_inner_texts()
    assert said == ["accepts" if v.accepts else "refuses" for v in views.verdicts]
    quotes = tab.locator(".answers .refuses li").all_inner_texts()
    broken = [m for m in views.broken if m.party in [v.party for v in views.verdicts]]
    assert broken
    for m in broken:
        assert any(
            m.says in q and all(Labels(example).quotable(s) in q for s in m.statements) for q in quotes
        )
    tab.locator("[data-reset]").click()


def test_a_slider_and_its_number_follow_each_other_and_decide(tab: Any) -> None:
    slider, box = tab.locator("#draft-slider-0"), tab.locator("#draft-limit-0")
    worth = float(re.search(r"utility ([\d.]+)", tab.locator("#draft-worth-0").inner_text())[1])  # type: ignore[index]
    slider.focus()
    tab.keyboard.press("Home")
    assert box.input_value() == slider.input_value()
    before = tab.locator("#draft-worth-0").inner_text()
    box.fill(str(worth + 1))
    assert tab.locator("#draft-says-0").inner_text() == "refuses"
    assert (
        "It is worth 1.0 points less than no agreement (set on this page)"
        in tab.locator("#draft-why-0").inner_text()
    )
    assert tab.locator("#draft-worth-0").inner_text() != before
    box.fill("much")
    assert box.get_attribute("aria-invalid") == "true"
    assert "not a number" in tab.locator("#draft-wrong-0").inner_text()
    tab.locator("[data-reset]").click()
    assert box.get_attribute("aria-invalid") == "false"


def test_readings_are_switched_one_by_one_and_by_named_set(tab: Any, example: Case) -> None:
    tab.locator(".readings summary").click()
    names = reading_names(example)
    for n, name in enumerate(example.readings):
        tab.locator("#draft-set").select_option(str(n))
        read = Problem(example, name).readings
        chosen = tab.locator("[name^=rule-]:checked").evaluate_all("all => all.map(x => Number(x.value))")
        assert chosen == [[*names[r], "off"].index(read[r]) for r in names]
    last = tab.locator("[name=rule-0]").last
    last.check()
    assert last.is_checked()
    tab.locator("[data-reset]").click()


def test_a_proposed_change_is_made_on_a_click(tab: Any) -> None:
    button = tab.locator("#draft-changes button").first
    told = button.get_attribute("aria-label")
    before = tab.locator("[name^=issue-]:checked").evaluate_all("all => all.map(x => x.value)")
    button.click()
    after = tab.locator("[name^=issue-]:checked").evaluate_all("all => all.map(x => x.value)")
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 1 + told.count("; ")
    tab.locator("[data-reset]").click()


def test_the_whole_report_starts_with_a_package_and_stays_clean(whole: Any, axe: Any) -> None:
    assert whole.locator("#builder").is_visible()
    assert "accept" in verdict(whole)
    whole.locator("[name=issue-0]").first.check()
    whole.evaluate("document.querySelectorAll('#builder details').forEach(d => d.open = true)")
    assert axe(whole, "#builder") == []
    assert whole.problems == []
    assert whole.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_no_control_of_the_form_has_a_handler_in_the_markup_and_no_script_reads_markup() -> None:
    script = (EXAMPLES.parent / "render" / "builder.js").read_text(encoding="utf-8")
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|Function\(|fetch|XMLHttp", script
    )
    assert len(script.splitlines()) < 300
    text = html(data_of(load(EXAMPLES / "ukraine-2025")))
    assert not re.search(r"<[^>]+\son\w+=", text)
    assert "unsafe-inline'; script" in text
    assert "script-src 'sha256-" in text


def test_without_scripts_the_page_has_no_trace_of_the_builder(
    opened: Callable[..., Any], example: Case
) -> None:
    shown = opened(html(data_of(example)), scripts=False)
    assert shown.locator("h1").is_visible()
    assert not shown.locator("#builder").is_visible()
    assert not shown.locator("nav li.live").is_visible()


HOSTILE = "</script><img src=x onerror=alert(1)><!--<script>"


def test_hostile_words_of_a_case_are_shown_as_words(opened: Callable[..., Any]) -> None:
    case = Case.model_validate({
        "title": HOSTILE,
        "issues": {"i": {"name": HOSTILE + "i", "options": {"a": HOSTILE + "a", "b": HOSTILE + "b", "c": "c"}}},
        "parties": {"P": {"name": HOSTILE + "P", "points": {"i": {"a": 1, "b": 2}}, "reservation": 2},
                    "Q": {"name": "Q", "points": {"i": {"a": 5, "b": 2}}}},
        "sources": {"t": {"text": HOSTILE}},
        "statements": {"s": {"source": "t", "quote": HOSTILE, "kind": "red_line", "party": "P"}},
        "rules": {"r": {"party": "P", "says": HOSTILE + "r", "when": {"i": "a"}, "stated": "s"}},
        "readings": {"E": {"says": HOSTILE + "E"}},
    })  # fmt: skip
    shown = opened(html(data_of(case), HOSTILE))
    assert shown.locator("img").count() == 0
    assert verdict(shown) == f"1 of 2 parties refuses: {HOSTILE}P."
    assert HOSTILE + "a" in shown.locator("fieldset").first.inner_text()
    assert f"{HOSTILE}r – “{HOSTILE}”" in shown.locator("#draft-why-0").inner_text()
    shown.locator("#draft-changes button").first.click()
    assert shown.problems == []


def refused() -> Case:
    """Nothing but one refusal that no rule carries, and points."""
    return Case.model_validate({
        "title": "refused",
        "issues": {"i": {"name": "the wall", "options": {"a": "built", "b": "not built"}}},
        "parties": {"P": {"name": "Upper", "points": {"i": {"a": 1, "b": 2}}}, "Q": {"name": "Lower", "points": {"i": {"a": 5, "b": 2}}}},
        "sources": {"t": {"text": "No wall, ever."}},
        "statements": {"s": {"source": "t", "quote": "No wall, ever.", "kind": "refusal", "party": "P", "issue": "i", "options": ("a",)}},
    })  # fmt: skip


def test_a_draft_against_a_refusal_that_no_rule_carries_is_never_simply_accepted(
    opened: Callable[..., Any],
) -> None:
    shown = opened(html(data_of(refused())))
    assert "goes against a refusal" in verdict(shown)
    assert shown.locator("#draft-verdict").get_attribute("class") == "t-unsure"
    assert "“No wall, ever.”" in shown.locator("#draft-others").inner_text()
    shown.get_by_label("not built").check()
    assert verdict(shown) == "All parties accept this draft."
    assert shown.locator("#draft-others li").count() == 0


def test_a_start_that_needs_another_reading_brings_it_along(opened: Callable[..., Any]) -> None:
    case = Case.model_validate({
        "title": "closed", "issues": {"i": {"name": "i", "options": {"a": "a", "b": "b"}, "now": "a"}},
        "parties": {"P": {"name": "P", "points": {"i": {"a": 1, "b": 2}}, "reservation": 2}, "Q": {"name": "Q", "points": {"i": {"a": 5, "b": 5}}}},
        "rules": {"r": {"party": "Q", "readings": {"strict": {"says": "no b", "when": {"i": "b"}}, "loose": {"says": "b if need be"}}}},
    })  # fmt: skip
    starts = [("package A", {"i": "b"}, {"r": "loose"})]
    shown = opened(html(builder_data(Problem(case), Labels(case), starts)))
    assert verdict(shown) == "1 of 2 parties refuses: Q."
    first, second = shown.locator("[data-start]").all()
    assert first.inner_text() == "package A, with the other readings that it needs"
    first.click()
    assert verdict(shown) == "All parties accept this draft."
    assert second.inner_text() == "the status quo"
    second.click()
    assert verdict(shown) == "1 of 2 parties refuses: P."
    assert shown.get_by_label("no b").is_checked()


@pytest.mark.slow
def test_on_too_little_record_no_draft_is_simply_accepted(opened: Callable[..., Any]) -> None:
    case = Case.model_validate({
        "title": "empty", "issues": {"i": {"name": "i", "options": {"a": "a", "b": "b"}}}, "parties": {p: {"name": p} for p in "PQ"},
    })  # fmt: skip
    section = builder(run(case), Labels(case))
    shown = opened(page_of(Document("empty", (section,))))
    assert verdict(shown) == "All parties accept this draft. Not enough is on record to rely on this."
    assert shown.locator("#draft-verdict").get_attribute("class") == "t-unsure"
    assert shown.locator("[data-start]").count() == 0


# ---- where the case does not fit -----------------------------------------------------------------------------


@pytest.mark.slow
def test_a_case_with_too_many_options_says_why_there_is_no_builder() -> None:
    n = MOST_OPTIONS // 2 + 1
    case = Case.model_validate({
        "title": "wide",
        "issues": {x: {"name": x, "options": {f"o{k}": f"o{k}" for k in range(n)}} for x in ("i", "j")},
        "parties": {p: {"name": p, "points": {"i": {f"o{k}": k for k in range(n)}}} for p in "PQ"},
    })  # fmt: skip
    section = builder(run(case), Labels(case))
    assert not section.live
    assert section.blocks == ()
    assert str(2 * n) in section.fold
