"""What is dated after the day that was asked for changes no answer of any lens; what was set stands in every answer."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import strategies as st

import zopa
from everything import folder_with_everything
from strategies import for_all
from zopa.case import Case
from zopa.cli import COMMANDS
from zopa.errors import NotApplicable, UnknownName
from zopa.robustness import WordSettings, better, drivers
from zopa.space import Answer, Problem
from zopa.study.run import LENSES
from zopa.views import view

DAY = date(2025, 3, 1)
PARTS = ("value", "weight", "reservation", "capability", "place", "rule", "interaction", "costs", "wish",
         "outcome", "records")  # fmt: skip


@cache
def everything() -> dict[str, Any]:
    """A case in which every lens has something to answer."""
    with TemporaryDirectory() as folder:
        data = zopa.load(folder_with_everything(Path(folder))).model_dump()
    for issue in data["issues"].values():
        for k, option in enumerate(issue["options"].values()):
            option["at"] = 100.0 * k
    for name, strength in (("NO", 40), ("SE", 70)):
        data["parties"][name]["capability"] = strength
        data["parties"][name]["start"] = {"flow": "F1", "fees": "E2"}
    data["parties"]["DI"] = {"name": "Diet", "role": "ratifier", "ratifies": "SE",
                             "values": {"flow": {"F1": 80, "F2": 10}, "fees": {"E2": 60}}}  # fmt: skip
    data["expect"] = ()
    return data


@pytest.fixture
def spec() -> dict[str, Any]:
    return everything()


def asked(case: Case | Problem) -> dict[str, Answer]:
    """The answers of every verb."""
    alone = case.model_copy(update={"interactions": ()})  # what words alone allow does not cover them
    found = {
        "zone": zopa.zone(case),
        "frontier": zopa.frontier(case),
        "why_not": zopa.why_not(case),
        "solve": zopa.solve(case, "nash"),
        "judge": zopa.judge(case, {"flow": "F1", "fees": "E2"}),
        "stability": zopa.stability(case, draws=5),
        "forecast": zopa.forecast(case, draws=5),
        "delay": zopa.delay(case),
        "ratify": zopa.ratify(case),
        "divide": zopa.divide(case),
        "start": zopa.start(case),
        "simulate": zopa.simulate(case, runs=20),
        "path": zopa.path(case, {"flow": "F1", "fees": "E2"}),
        "stress": zopa.stress(alone, draws=16),
        "drivers": drivers(case, samples=16),
        "questions": zopa.questions(alone, draws=16, draft={"flow": "F1", "fees": "E2"}),
    }
    assert set(LENSES) - {"hold"} <= set(found)
    return found


def told(case: Case) -> dict[str, Any]:
    """All answers as data, without the digest: the file is another one."""
    data = {name: answer.to_dict() for name, answer in asked(case).items()}
    for answer in data.values():
        answer["question"].pop("case")
    return data


def later(draw: Any, spec: dict[str, Any]) -> dict[str, Any]:
    """The case with things of a later day: records, and all that may rest on them."""
    said = DAY + timedelta(days=draw(st.integers(1, 600)))
    told = draw(st.booleans())  # said before the day, published after it
    case = {**spec, "parties": {k: dict(v) for k, v in spec["parties"].items()}, "as_of": said}
    case["sources"] = {**spec["sources"], "memoir": {"date": str(said)}}
    common = {"source": "note", "quote": "Nothing else was said"}
    case["statements"] = {**spec["statements"], "new": {
        **common, "kind": "red_line", "party": "NO", "issue": "flow", "options": ("F2",), "stance": "red-line",
        "said": said} | ({"said": DAY - timedelta(days=1), "source": "memoir"} if told else {})}  # fmt: skip
    rests = draw(st.sampled_from([{"stated": "new"}, {"inferred": "new", "why": "w"}]))
    sweden, diet, number = case["parties"]["SE"], case["parties"]["DI"], float(draw(st.integers(1, 99)))
    judged = {"best": number, **rests}
    for part in draw(st.sets(st.sampled_from(PARTS), min_size=1)):
        if part == "value":
            diet["values"] = {**diet["values"], "fees": {"E2": 60, "E1": judged}}
        elif part == "weight":
            diet["weights"] = {"flow": judged, "fees": {"best": 100 - number, **rests}}
        elif part in ("reservation", "capability"):
            diet[part] = judged
        elif part == "place":
            sweden["places"], sweden["flexibility"] = {"flow": judged}, judged
        elif part == "rule":
            case["rules"] = {
                **spec["rules"],
                "new-rule": {"party": "NO", "when": ({"fees": ("E2",)},), **rests},
            }
        elif part == "interaction":
            case["interactions"] = (*spec["interactions"],
                                    {"party": "SE", "when": {"flow": ("F1",)}, "points": -number, **rests})  # fmt: skip
        elif part == "costs":
            case["cost_rows"] = (*spec["cost_rows"], {"party": "SE", "from": said, "low": 1.0, "central": 2.0,
                                 "high": 3.0, "unit": "points", "per": "month"})  # fmt: skip
        elif part == "wish":
            wishes = spec["graph"]["preferences"]
            new = {"holds": "not flow = F1", **rests}
            case["graph"] = {**spec["graph"], "preferences": {**wishes, "SE": (new, *wishes["SE"])}}
        elif part == "outcome":
            case["outcome"] = {"date": said, "agreed": {"flow": "F1", "fees": "E1"}}
        elif part == "records":
            case["figures"] = {"f": {**common, "value": number, "of": "loss a month", "as_of": said}}
            case["contacts"] = {"c": {**common, "type": "meeting", "what": "talks", "when": said}}
    return case


@for_all(st.data(), examples=12, thorough=150)
def test_later_entries_change_no_answer_of_any_lens(data: st.DataObject) -> None:
    base = everything()
    case = later(data.draw, base)
    assert told(Case.model_validate(case).at(DAY)) == told(Case.model_validate(base).at(DAY))


def test_the_later_entries_do_change_answers_when_nothing_is_cut(spec: dict[str, Any]) -> None:
    said = DAY + timedelta(days=1)
    more = {**spec["statements"], "new": {"source": "note", "quote": "Nothing else was said", "kind": "red_line",
            "party": "NO", "issue": "flow", "options": ("F2",), "stance": "red-line", "said": said}}  # fmt: skip
    whole = Case.model_validate({**spec, "statements": more})
    assert zopa.zone(whole).count != zopa.zone(whole.at(DAY)).count


def test_the_day_and_what_was_set_stand_in_every_answer(spec: dict[str, Any]) -> None:
    case = (
        Case.model_validate(spec)
        .at("2025-03-01")
        .with_({"parties.NO.reservation": 31, "rules.r1.reading": "off"})
    )
    for name, answer in asked(case).items():
        question = answer.to_dict()["question"]
        assert question["as_of"] == "2025-03-01", name
        assert question["settings"]["set"] == {"parties.NO.reservation": 31, "rules.r1.reading": "off"}, name
        assert "parties.NO.reservation" in question["undated"], name
        assert question["readings"]["r1"] == "off", name
        text = str(answer)
        assert "As of 1 March 2025" in text, name
        assert "no date and may be later" in text, name
        assert "parties.NO.reservation = 31" in text, name


def test_another_judgment_is_another_digest(spec: dict[str, Any]) -> None:
    case = Case.model_validate({**spec, "digest": "d"})
    others = [case, case.with_({"parties.NO.reservation": 31}), case.with_({"parties.NO.reservation": 32}),
              case.with_({"rules.r1.reading": "off"}), case.at(DAY)]  # fmt: skip
    assert len({c.digest for c in others}) == len(others)
    assert case.with_({}) is case


def test_python_and_the_problem_set_the_same(spec: dict[str, Any]) -> None:
    case, changes = (
        Case.model_validate(spec),
        {"parties.NO.reservation": 55, "parties.SE.weights.flow": "low"},
    )
    assert zopa.zone(case.with_(changes)).to_dict() == zopa.zone(Problem(case).with_values(changes)).to_dict()


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("party.NO.reservation", 1, "did you mean 'parties'"),
        ("parties.NOR.reservation", 1, "did you mean 'NO'"),
        ("parties.NO.reservatoin", 1, "did you mean 'reservation'"),
        ("parties.NO.weights.flaw", 1, "did you mean 'flow'"),
        ("parties.NO.values.flow.F3", 1, "no option of flow called 'F3'"),
        ("rules.r2.reading", "off", "known: r1"),
        ("rules.r1.reading", "of", "did you mean 'off'"),
    ],
)
def test_a_wrong_path_says_what_exists(spec: dict[str, Any], path: str, value: Any, said: str) -> None:
    for ask in (Case.model_validate(spec).with_, Problem(Case.model_validate(spec)).with_values):
        with pytest.raises(UnknownName) as wrong:
            ask({path: value})
        assert said in str(wrong.value)


def test_a_day_that_is_none_is_refused(spec: dict[str, Any]) -> None:
    with pytest.raises(NotApplicable, match="a day such as 2025-02-13"):
        Case.model_validate(spec).at("13 February")


def test_the_view_of_a_case_without_a_cut_says_nothing_of_it(spec: dict[str, Any]) -> None:
    answer = zopa.zone(Case.model_validate(spec))
    assert "no date and may be later" not in str(answer)
    assert view(answer).sections
    assert "undated" not in answer.to_dict()["question"]


ANSWERING = {"run", "show", "zone", "solve", "frontier", "why-not", "judge", "describe", "forecast", "stability",
             "delay", "ratify", "divide", "explain", "start", "path", "simulate", "audit"}  # fmt: skip


@pytest.mark.parametrize("command", sorted(ANSWERING))
def test_every_command_that_answers_takes_a_day_and_other_judgments(command: str) -> None:
    given = {n: p for n, p in inspect.signature(COMMANDS[command]).parameters.items()}
    assert {"changes", "day", "typed"} <= set(given)


def test_the_report_says_the_day_and_what_was_set(spec: dict[str, Any], tmp_path: Path) -> None:
    case = Case.model_validate(spec).at(DAY).with_({"parties.NO.reservation": 31})
    zopa.report(zopa.run(case), tmp_path)
    page, data = ((tmp_path / n).read_text(encoding="utf-8") for n in ("report.html", "answers.json"))
    assert "As of 1 March 2025" in page
    assert "parties.NO.reservation = 31" in page
    question = json.loads(data)["question"]
    assert (question["as_of"], question["settings"]) == (
        "2025-03-01",
        {"set": {"parties.NO.reservation": 31}},
    )


def newest(case: Case) -> dict[str, Any]:
    """The lenses that the main job does not run, or runs with other settings: as plain data without the digest."""
    alone = case.model_copy(update={"interactions": ()})
    draft, other = {"flow": "F1", "fees": "E2"}, {"flow": "F2", "fees": "E1"}
    open_waiting = WordSettings(waiting="open")
    questions: dict[str, Callable[[], Answer]] = {
        "stress by numbers": lambda: zopa.stress(
            alone, draws=32, law="numbers", settings=open_waiting, packages=[draft]
        ),
        "stress by assumed words": lambda: zopa.stress(
            alone, draws=32, settings=WordSettings(taken="assumed")
        ),
        "better": lambda: better(alone, draft, other),
        "path by words": lambda: zopa.path(alone, draft, draws=8),
        "path by numbers": lambda: zopa.path(alone, draft, draws=8, law="numbers"),
        "talks": lambda: zopa.simulate(case, ("log-rolling", "frequency", "nash-seeker"), runs=8),
        "compare": lambda: zopa.compare(case.at(DAY - timedelta(days=200)), case),
        "report": lambda: zopa.run(case),
    }
    told: dict[str, Any] = {}
    for name, ask in questions.items():
        try:
            told[name] = ask().to_dict()
        except NotApplicable as refused:
            told[name] = str(refused)
    assert sum(isinstance(x, dict) for x in told.values()) >= 7, told
    plain: dict[str, Any] = json.loads(
        re.sub(r'"[0-9a-f]{64}"', '"a digest"', json.dumps(told, sort_keys=True, default=str))
    )
    return plain


@pytest.mark.slow
@for_all(st.data(), examples=3, thorough=8)
def test_later_entries_change_no_answer_of_the_newest_lenses(data: st.DataObject) -> None:
    base = everything()
    case = later(data.draw, base)
    here, there = (newest(Case.model_validate(spec).at(DAY)) for spec in (case, base))
    for name in there:
        assert here[name] == there[name], name


def large(spec: dict[str, Any]) -> dict[str, Any]:
    """The case with more issues than can be listed: twelve more of four options each, on which parties agree."""
    extra = {f"x{k}": {"name": f"X{k}", "options": {f"o{j}": {"label": f"o{j}", "at": 30.0 * j} for j in range(4)}}
             for k in range(12)}  # fmt: skip
    issues = {**spec["issues"], **extra}
    parties = {k: dict(v) for k, v in spec["parties"].items()}
    for name in ("NO", "SE"):
        liked = {i: {f"o{j}": 30 * j for j in range(4)} for i in extra}
        parties[name] |= {
            "values": {**parties[name]["values"], **liked},
            "weights": {i: 5 if i in extra else 20 for i in issues},
        }
    rest = {"interactions": (), "graph": None, "division": None, "readings": {}, "rules": {}}
    return {**spec, **rest, "issues": issues, "parties": parties}


@pytest.mark.slow
@for_all(st.data(), examples=2, thorough=5)
def test_later_entries_change_no_answer_in_a_space_too_large_to_list(data: st.DataObject) -> None:
    base = everything()
    specs = [large(later(data.draw, base)), large(base)]
    told = []
    for spec in specs:
        case = Case.model_validate(spec).at(DAY)
        found = (zopa.zone(case), zopa.solve(case, "nash"), zopa.stress(case, draws=0))
        assert type(found[2]).__name__ == "LargeStress"
        text = json.dumps([answer.to_dict() for answer in found], sort_keys=True, default=str)
        told.append(re.sub(r'"[0-9a-f]{64}"', '"a digest"', text))
    assert told[0] == told[1]


PAGES = (
    "today",
    "positions",
    "why-not",
    "questions",
    "path",
    "report",
    "drafts/new",
    "parties/NO",
    "compare",
)


@pytest.mark.slow
def test_later_entries_change_no_page_of_the_workbench_as_of_a_day(tmp_path: Path) -> None:
    pytest.importorskip("fastapi", reason="the workbench needs zopa[serve]")
    from workbench_client import signed_in
    from zopa.workbench.opened_cases import OpenedCases

    folder = folder_with_everything(tmp_path / "case")

    class Given(OpenedCases):
        """One case, given as it is."""

        whole: Case

        def case(self, name: str, day: str = "", restricted: bool = True) -> Case:
            return self.whole.at(day) if day else self.whole

    def pages(spec: dict[str, Any]) -> dict[str, str]:
        client = signed_in(folder)
        cases = Given({folder.name: folder})
        cases.whole = Case.model_validate({**spec, "digest": "d" * 64})
        client.app.state.cases = cases  # type: ignore[attr-defined]
        found = {}
        for page in PAGES:
            query = f"as-of={DAY}" + (f"&old=2025-01-20&new={DAY}" if page == "compare" else "")
            answer = client.get(f"/{page}.json?{query}")
            assert answer.status_code in (200, 422), (page, answer.text[:300])
            found[page] = answer.text
        assert sum('"question"' in text for text in found.values()) >= 7
        return found

    base = everything()
    there = pages(base)
    for told in (False, True):
        said = DAY - timedelta(days=3) if told else DAY + timedelta(days=3)
        new = {"source": "memoir", "quote": "Nothing else was said", "kind": "red_line", "party": "NO", "issue": "flow",
               "options": ("F2",), "stance": "red-line", "said": said}  # fmt: skip
        more = {"statements": {**base["statements"], "new": new},
                "sources": {**base["sources"], "memoir": {"date": "2025-09-01"}},
                "rules": {**base["rules"], "new-rule": {"party": "NO", "when": ({"fees": ("E2",)},), "stated": "new"}},
                "outcome": {"date": date(2025, 9, 1), "agreed": {"flow": "F1", "fees": "E1"}}}  # fmt: skip
        here = pages({**base, **more})
        for page in PAGES:
            assert here[page] == there[page], page


def test_before_a_party_s_preferences_are_known_stability_says_whose_are_missing() -> None:
    example = zopa.load(Path(zopa.__file__).parent / "examples" / "ukraine-2025")
    with pytest.raises(NotApplicable, match="no record says what United States would prefer"):
        zopa.stability(example.at("2025-01-31"))
