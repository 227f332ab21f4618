"""Every problem at once, each with its place, and none that follows from another."""

from __future__ import annotations

from pathlib import Path

import pytest

from case_folder import CASE, STATEMENTS, findings, spoiled, write
from zopa.casefile import inspect, load
from zopa.errors import CaseError


def lines(found: list) -> list[str]:
    return [str(f).replace("\n    hint: ", " | ") for f in found]


def test_the_small_case_is_sound(tmp_path: Path) -> None:
    case = load(write(tmp_path))
    assert list(case.parties) == ["NO", "SE"]
    assert case.parties["NO"].name == "Norway"


def test_six_planted_mistakes_are_six_located_messages_and_nothing_else(tmp_path: Path) -> None:
    text = spoiled("reservation: 30", "reservation: fourty", CASE)
    text = spoiled("{flow: 60, fees: 40}", "{flow: 60, fees: 42}", text)
    text = spoiled("F1: oppose", "F1: oppse", text)
    text = spoiled("    options: {E1: one, E2: two}", "    optoins: {E1: one, E2: two}", text)
    text = spoiled("when: {flow: F1}", "when: {folw: F1}", text)
    text = spoiled("    party: SE\n    when", "    party: SWE\n    when", text)
    assert lines(findings(tmp_path, {"case.yaml": text})) == [
        "case.yaml:5:5: parties.NO.weights: weights add up to 102, expected 100 | change the weights until they "
        "add up to 100, or use words or ranks",
        "case.yaml:9:18: parties.NO.reservation: expected a number or [low, high], saw 'fourty'",
        "case.yaml:14:18: parties.SE.values.flow.F1: expected a number, [low, high], a rank or one of demand, "
        "prefer, accept, conditional, oppose, red-line, silent, saw 'oppse' | did you mean 'oppose'?",
        "case.yaml:24:5: issues.fees.optoins: unknown key | did you mean 'options'?",
        "case.yaml:27:12: rules.r1.party: no party called 'SWE' | did you mean 'SE'?",
        "case.yaml:28:18: rules.r1.when.folw: no issue called 'folw' | did you mean 'flow'?",
    ]


def test_the_error_counts_the_problems_and_loads_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"case.yaml": spoiled("title: Water of two rivers", "titel: Water")})
    with pytest.raises(CaseError, match=r"did you mean 'title'\?\n1 problem; nothing was loaded\.$"):
        load(tmp_path)


# What was changed, and the only message that may follow; "file:line:column: path: words".
CAUSES = [
    (("  NO:\n", "  NO: &x\n"), "case.yaml:3:7: parties.NO: expected no anchors or aliases"),
    (("name: Norway", "name: !!python/object:os.system Norway"), "case.yaml:4:11: parties.NO.name: expected no tag"),
    (("name: Norway", "name: !secret Norway"), "case.yaml:4:11: parties.NO.name: expected no tag, saw '!secret'"),
    (("name: Norway", "name: !!set {a}"), "case.yaml:4:11: parties.NO.name: expected no tag, saw 'set'"),
    (("name: Norway", "name: Norway\n    name: Norge"), "case.yaml:5:5: parties.NO: expected each key once, saw 'name'"),
    (("{E1: one, E2: two}", "{E1: one, E1: two}"), "case.yaml:24:24: issues.fees.options: expected each key once"),
    (("{F1: high, F2", "{1: high, F2"), "case.yaml:21:15: issues.flow.options: expected a text as key, saw the number"),
    (("{F1: high, F2", "{true: high, F2"), "case.yaml:21:15: issues.flow.options: expected a text as key, saw 'true'"),
    (("parties:\n  NO", "partys:\n  NO"), "case.yaml:2:1: partys: unknown key"),
    (("speakers:", "speakres:"), "case.yaml:16:1: speakres: unknown key"),
    (("    name: Flow\n", ""), "case.yaml:19:3: issues.flow: missing key 'name'"),
    (("reservation: 30", "reservation: .nan"), "case.yaml:9:18: parties.NO.reservation.best: expected an ordinary"),
    (("reservation: 30", "reservation: -.inf"), "case.yaml:9:18: parties.NO.reservation.best: expected an ordinary"),
    (("reservation: 30", "reservation: 1e999"), "case.yaml:9:18: parties.NO.reservation.best: expected an ordinary"),
    (("reservation: 30", f"reservation: {'9' * 5000}"), "case.yaml:9:18: parties.NO.reservation: expected a number"),
    (("reservation: 30", f"reservation: {'9' * 38}"), "case.yaml:9:18: parties.NO.reservation.best: expected a number"),
    (("reservation: 30", "reservation: 130"), "case.yaml:9:18: parties.NO.reservation: expected a number from 0 to 100"),
    (("reservation: 30", "reservation: [40, 20]"), "case.yaml:9:5: parties.NO.reservation: expected low <= best <= high"),
    (("reservation: 30", "reservation: [1, 2, 3]"), "case.yaml:9:5: parties.NO.reservation: expected a number or [low"),
    (("reservation: 30", "reservation: true"), "case.yaml:9:18: parties.NO.reservation: expected a number or [low"),
    (("reservation: 30", "reservation: {rank: 1}"), "case.yaml:9:25: parties.NO.reservation.rank: expected a number or"),
    (("reservation: 30", 'reservation: "30"'), "case.yaml:9:18: parties.NO.reservation: expected a number or [low"),
    (("title: Water of two rivers", "title: 2025-02-13"), "case.yaml:1:8: title: expected a text, saw 2025-02-13"),
    (("title: Water of two rivers", "title:"), "case.yaml:1:1: title: expected a text, saw nothing"),
    (("title: Water of two rivers", "title: ''"), "case.yaml:1:1: title: expected a text that is not empty"),
    (("title: Water of two rivers", 'title: "\\ud800"'), "case.yaml:1:8: title: expected text, saw a control"),
    (("title: Water of two rivers", 'title: "\\e[2J"'), "case.yaml:1:8: title: expected text, saw a control"),
    (("title: Water of two rivers", "title: x\nas_of: 2025-02-30"), "case.yaml:2:8: as_of: expected a day of the calendar"),
    (("  SE:\n    name", '  "S\\eE":\n    name'), "case.yaml:10:3: parties: expected a key of at most 200 ordinary"),
    (("when: {flow: F1}", "when: {}"), "case.yaml:28:5: rules.r1.when: expected at least one issue"),
    (("when: {flow: F1}", "when: {flow: []}"), "case.yaml:28:12: rules.r1.when.flow: expected at least one option"),
    (("when: {flow: F1}", "when: {flow: F9}"), "case.yaml:28:18: rules.r1.when.flow: no option of flow called 'F9'"),
    (("when: {flow: F1}", "when:\n      flow: 3"), "case.yaml:29:13: rules.r1.when.0.flow: expected a list, saw 3"),
    (("    when: {flow: F1}\n", ""), "case.yaml:28:5: rules.r1.only_if: missing key 'when' beside 'only_if'"),
    (("only_if: {fees: E2}", "only_if: {}"), "case.yaml:29:5: rules.r1.only_if: expected at least one issue"),
    (("    stated: s1\n", "    stated: s1\n    assumed: x\n"), "case.yaml:31:14: rules.r1.assumed: expected one basis"),
    (("    stated: s1\n", "    stated: s9\n"), "case.yaml:30:13: rules.r1.stated: no statement called 's9'"),
    (("{flow: high, fees: low}", "{flow: {rank: 1}, fees: low}"), "case.yaml:12:5: parties.SE.weights: expected ranks"),
    (("{name: Minister, party: SE}", "{name: Minister, party: se}"), "case.yaml:17:32: speakers.min.party: no party"),
    (("issues:\n", "agreement: {at_least: 3}\nissues:\n"), "case.yaml:18:23: agreement.at_least: expected at most 2"),
    (("issues:\n", "agreement: {required: [NO, DK]}\nissues:\n"), "case.yaml:18:13: agreement.required: no party called"),
    (("issues:\n", "statements: {}\nissues:\n"), "case.yaml:18:1: statements: unknown key"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "message"), CAUSES, ids=[m.split(": ", 1)[1][:60] for _, m in CAUSES])
def test_one_mistake_is_one_message_at_its_place(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    found = findings(tmp_path, {"case.yaml": spoiled(*change)})
    assert [str(f)[: len(message)] for f in found] == [message]


def test_mistakes_in_both_files_and_in_the_sources_come_in_file_order(tmp_path: Path) -> None:
    found = findings(
        tmp_path,
        {
            "case.yaml": spoiled("name: Norway", "nam: Norway"),
            "statements.yaml": spoiled("speaker: min", "speaker: max", STATEMENTS),
            "sources/other.txt": b"\xff",
        },
    )
    assert [f.place for f in found] == ["case.yaml:4:10", "statements.yaml:6:14", "sources/other.txt:1:1"]


def test_a_missing_folder_and_a_folder_without_a_case_are_told_apart(tmp_path: Path) -> None:
    _, nothing = inspect(tmp_path / "nowhere")
    _, empty = inspect(tmp_path)
    assert "expected a case folder, saw nothing there" in str(nothing[0])
    assert "expected a file case.yaml in this folder" in str(empty[0])
    assert "zopa init" in nothing[0].hint


def test_the_path_of_the_file_itself_loads_its_folder(tmp_path: Path) -> None:
    write(tmp_path)
    assert load(tmp_path / "case.yaml") == load(tmp_path)


def test_a_party_with_one_wrong_field_is_still_checked_in_its_others(tmp_path: Path) -> None:
    text = spoiled("    name: Norway\n", "")
    text = spoiled("flow: {F1: 100, F2: 0}", "flow: {F1: 100, F3: 0}", text)
    text = spoiled("reservation: 30", "reservation: {best: 30, stated: s7}", text)
    assert [f.path for f in findings(tmp_path, {"case.yaml": text})] == [
        "parties.NO",
        "parties.NO.values.flow.F3",
        "parties.NO.reservation.stated",
    ]


def test_a_statement_with_a_wrong_kind_has_its_quote_checked_all_the_same(tmp_path: Path) -> None:
    text = spoiled("kind: conditional_offer", "kind: offr", STATEMENTS)
    text = spoiled("shared fees", "split fees", text)
    found = findings(tmp_path, {"statements.yaml": text})
    assert [f.path for f in found] == ["statements.s1.quote", "statements.s1.kind"]


def test_a_name_that_is_missing_in_many_places_is_one_message_that_counts_them(tmp_path: Path) -> None:
    text = spoiled("    options: {F1: high, F2: low}", "    options: {F1x: high, F2: low}")
    (found,) = findings(tmp_path, {"case.yaml": text})
    assert found.place == "case.yaml:7:18"
    assert found.what == "no option of flow called 'F1' (also at lines 14, 28)"
    assert found.hint == "did you mean 'F1x'?"


def test_what_an_unreadable_case_declares_is_not_missed_in_other_files(tmp_path: Path) -> None:
    costs = "party,from,low,central,high,unit,basis\nSE,,1,2,3,% of income per year,assumed: test\n"
    found = findings(tmp_path, {"case.yaml": "title: [", "costs.csv": costs})
    assert [f.file for f in found] == ["case.yaml"]
