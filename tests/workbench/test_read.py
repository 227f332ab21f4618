"""Read: suggestions beside their text, decided by forms; nothing lost whoever else writes."""

from __future__ import annotations

import html
import random
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from read_story import SCRIPT, STORY, fields, make_case, post
from workbench_client import signed_in
from zopa import load
from zopa.casefile import check_record, read_record
from zopa.errors import NotApplicable
from zopa.reading.selection import code_points, nearest_words, selected, utf16_units
from zopa.workbench.marked_text import stretches
from zopa.workbench.reviewing import REASONS

PAGE, DECIDE = "/sources/talks", "/sources/talks/decide"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_case(tmp_path_factory.mktemp("made") / "talks")


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "case"))


def at(client: Any, record: str = "", **query: str) -> Any:
    answer = client.get(PAGE, params={k: v for k, v in {"at": record, **query}.items() if v})
    assert answer.status_code == 200
    return answer


def records(client: Any, **query: str) -> list[dict[str, Any]]:
    return list(client.get(PAGE + ".json", params=query).json()["answer"]["records"])


def state(folder: Path, record: str) -> str:
    group, ident = record.split(".", 1)
    return str(getattr(load(folder), group)[ident].review.state)


# ---------------------------------------------------------------- places in the text


@given(st.text(st.characters(codec="utf-16", exclude_categories=["Cs"]), max_size=40), st.integers(0, 40))
def test_offsets_of_the_browser_and_of_the_case_are_each_others_inverse(text: str, at: int) -> None:
    at = min(at, len(text))
    units = utf16_units(text, at)
    assert code_points(text, units) == at
    assert units == sum(2 if ord(c) > 0xFFFF else 1 for c in text[:at]), "by counting"


@given(st.lists(st.sampled_from(["peace", "land", "🕊", "we", "\n", "𝕏"]), min_size=3, max_size=30), st.data())
def test_a_selection_is_found_where_it_was_made(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    quote = text[start:end]
    if not quote.strip():
        return
    found = selected(text, quote, text[max(0, start - 40) : start], text[end : end + 40], start)
    assert text[slice(*found)].split() == quote.split()
    assert abs(found[0] - start) <= len(quote) - len(quote.lstrip()), "there, and not where they stand again"


def test_of_words_that_stand_twice_the_surroundings_tell_which() -> None:
    text = "First we wait 🕊. Later we wait. Then we wait."
    assert selected(text, "we wait", "Later ", ".") == (text.index("Later") + 6, text.index("Later") + 13)
    assert selected(text, "we wait", "", "", near=len(text))[0] == text.rindex("we wait")
    assert selected(text, "we wait", "\ufffd. Later ", "")[0] == text.index("Later") + 6, "half a character"


def test_words_that_are_not_there_are_refused_with_the_nearest() -> None:
    with pytest.raises(NotApplicable, match="the nearest are: “would accept a cease-fire on the existing”"):
        selected(STORY, "would accept an armistice on the existing")
    assert nearest_words(STORY, "xyzzy") == ""
    with pytest.raises(NotApplicable, match="at most"):
        selected(STORY, "word " * 2_000)


@given(
    st.text(max_size=30),
    st.dictionaries(st.integers(0, 5), st.tuples(st.integers(0, 29), st.integers(1, 30)), max_size=5),
)
def test_the_stretches_of_a_text_are_the_text_and_name_who_covers_them(
    text: str, given_: dict[int, tuple[int, int]]
) -> None:
    spans = {k: (a, min(b, len(text))) for k, (a, b) in given_.items() if a < min(b, len(text))}
    found = stretches(text, spans)
    assert "".join(s.text for s in found) == text
    where = 0
    for s in found:
        covering = {k for k, (a, b) in spans.items() if a <= where < b}
        assert set(s.covered) == covering
        assert set(s.begins) == {k for k, (a, _) in spans.items() if a == where}
        where += len(s.text)


# ---------------------------------------------------------------- the pages


def test_the_list_tells_what_waits_and_folds_copies(tmp_path: Path) -> None:
    again = STORY.replace("Talks resume", "Agency: talks resume") + "\nMore from the agency later.\n"
    client = signed_in(make_case(tmp_path / "case", talks=STORY, wire=again))
    told = client.get("/sources.json").json()["answer"]
    rows = {r["ident"]: r for r in told["sources"]}
    assert "wire" not in rows
    assert [c["ident"] for c in rows["talks"]["copies"]] == ["wire"]
    assert told["undecided"] == rows["talks"]["undecided"] + rows["talks"]["copies"][0]["undecided"]
    page = client.get("/sources").text
    assert "tells the same story" in page
    assert SCRIPT not in page
    assert html.escape(SCRIPT) in page


def test_the_text_of_the_page_is_the_text_of_the_source_and_every_record_is_marked(folder: Path) -> None:
    client = signed_in(folder)
    page = at(client).text
    inside = re.search(r'<div id="text"[^>]*>(.*?)</div>', page, re.S)
    assert inside is not None
    words = html.unescape(re.sub(r"<[^>]+>", "", inside[1]))
    assert words.strip("\n") == load(folder).sources["talks"].text.strip("\n")
    found = records(client)
    assert [r["start"] for r in found] == sorted(r["start"] for r in found), "in text order"
    for r in found:
        assert re.search(rf'data-marks="[^"]*{re.escape(r["record"])}', inside[1]), r["record"]
    assert SCRIPT not in page


def test_filters_stand_in_the_address_and_act_on_list_and_text(folder: Path) -> None:
    client = signed_in(folder)
    found = records(client)
    for name, key in (("kind", "kind"), ("state", "state")):
        for value in {r[key] for r in found}:
            assert records(client, **{name: value}) == [r for r in found if r[key] == value]
    trump = records(client, speaker="trump")
    assert {r["who"] for r in trump} == {"Donald Trump"}
    marked = set(re.findall(r'data-marks="([^"]*)"', at(client, speaker="trump").text))
    assert marked == {r["record"] for r in trump}


def test_a_decision_is_kept_in_the_folder_and_in_the_record(folder: Path) -> None:
    client = signed_in(folder)
    first, second, third = (r["record"] for r in records(client)[:3])
    answer = post(client, DECIDE, act="accept", **fields(at(client, first).text))
    assert answer.status_code == 303
    assert second in answer.headers["location"], "on to the next undecided one"
    post(
        client,
        DECIDE,
        act="reject",
        reason="hearsay",
        note=f"{SCRIPT} said so",
        **fields(at(client, second).text),
    )
    assert (state(folder, first), state(folder, second), state(folder, third)) == (
        "accepted",
        "rejected",
        "suggested",
    )
    kept = load(folder).statements[second.split(".", 1)[1]]
    assert kept.review.why == f"hearsay: {SCRIPT} said so"
    check = check_record(folder)
    assert check.holds
    last = check.entries[-1]
    assert (last.act.who, last.act.via) == ("owner", "workbench, Read")
    assert "hearsay" in last.act.why
    assert {c.record for c in last.changes} == {second}
    assert SCRIPT not in at(client, second).text


def test_only_the_entry_that_is_decided_changes_in_the_file(folder: Path) -> None:
    client = signed_in(folder)
    before = (folder / "statements.yaml").read_text()
    record = records(client)[1]["record"]
    post(client, DECIDE, act="reject", reason="hearsay", **fields(at(client, record).text))
    after = (folder / "statements.yaml").read_text()
    ident = record.split(".", 1)[1]
    outside = [re.sub(rf"(?ms)^  {ident}:.*?(?=^  \S|\Z)", "", t) for t in (before, after)]
    assert outside[0] == outside[1]
    assert before != after


def test_a_rejection_without_one_of_the_reasons_is_refused(folder: Path) -> None:
    client = signed_in(folder)
    record = records(client)[0]["record"]
    for reason in ("", "because", SCRIPT):
        answer = post(client, DECIDE, act="reject", reason=reason, **fields(at(client, record).text))
        assert answer.status_code == 422
        assert "Say why" in answer.text
    assert state(folder, record) == "suggested"
    page = at(client, record).text
    assert all(f'value="{r}"' in page for r in REASONS)


def test_any_number_of_decisions_can_be_undone_and_reopened(folder: Path) -> None:
    client = signed_in(folder)
    before = (folder / "statements.yaml").read_text(), (folder / "case.yaml").read_text()
    names = [r["record"] for r in records(client)[:4]]
    for n, name in enumerate(names):
        act = {"act": "accept"} if n % 2 else {"act": "reject", "reason": "other"}
        post(client, DECIDE, **act, **fields(at(client, name).text))
    for name in reversed(names):
        answer = post(client, DECIDE, act="undo", record=name)
        assert name in answer.headers["location"]
        assert state(folder, name) == "suggested"
    assert ((folder / "statements.yaml").read_text(), (folder / "case.yaml").read_text()) == before
    assert "done=nothing" in post(client, DECIDE, act="undo", record=names[0]).headers["location"]
    post(client, DECIDE, act="accept", **fields(at(client, names[0]).text))
    post(client, DECIDE, act="reopen", **fields(at(client, names[0]).text))
    assert state(folder, names[0]) == "suggested"


def test_an_edit_changes_the_named_fields_and_accepts(folder: Path) -> None:
    client = signed_in(folder)
    name = next(r["record"] for r in records(client) if r["who"] == "Vladimir Putin")
    answer = post(
        client, DECIDE, act="edit", field__kind="goal", field__stance="prefer", field__about="A quick end.",
        options=["aid|A1"], quote="he hoped   for a quick end", **fields(at(client, name).text),
    )  # fmt: skip
    assert answer.status_code == 303
    s = load(folder).statements[name.split(".", 1)[1]]
    assert (s.kind, s.stance, s.about, s.issue, s.options) == (
        "goal",
        "prefer",
        "A quick end.",
        "aid",
        ("A1",),
    )
    assert s.review.state == "edited"
    text = load(folder).sources["talks"].text
    assert text[s.start : s.end] == s.quote == "he hoped for a quick end"
    assert len(read_record(folder)) == 2, "one decision, one entry"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"quote": "he wished for a quick end"}, "the nearest are"),
        ({"field__kind": "gaol"}, "did you mean &#39;goal&#39;"),
        ({"field__speaker": "puttin"}, "did you mean &#39;putin&#39;"),
        ({"field__said": "last week"}, "Expected a date such as"),
        ({"field__nothing": "x"}, "No field called"),
        ({"field__source": "report"}, "No field called"),
        ({"options": ["aid|A1", "nato|N1"]}, "Choose options of one issue"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused_in_words_and_keeps_what_was_typed(
    folder: Path, change: dict[str, Any], said: str
) -> None:
    client = signed_in(folder)
    name = next(r["record"] for r in records(client) if r["who"] == "Vladimir Putin")
    before = (folder / "statements.yaml").read_bytes()
    typed = {"field__about": "my words stay", **change}
    answer = post(client, DECIDE, act="edit", **typed, **fields(at(client, name).text))
    assert answer.status_code == 422
    assert said in answer.text
    assert "my words stay" in answer.text
    assert (folder / "statements.yaml").read_bytes() == before


def test_a_selection_becomes_a_statement_at_its_place(folder: Path) -> None:
    client = signed_in(folder)
    text = load(folder).sources["talks"].text
    start = text.index("We will never")
    answer = post(
        client, DECIDE, act="new", quote="We will never cede territory", units=str(utf16_units(text, start)),
        prefix=text[start - 5 : start], field__kind="red_line", field__speaker="zelensky", options=["territory|T1"],
        field__stance="red-line",
    )  # fmt: skip
    assert answer.status_code == 303
    ident = re.search(r"at=statements\.([\w-]+)", answer.headers["location"])
    assert ident is not None
    s = load(folder).statements[ident[1]]
    assert (s.start, s.quote, s.kind, s.issue) == (
        start,
        "We will never cede territory",
        "red_line",
        "territory",
    )
    missing = post(client, DECIDE, act="new", quote="We shall never cede territory", field__kind="red_line")
    assert missing.status_code == 422
    assert "We will never cede territory," in html.unescape(missing.text).partition("the nearest are")[2][:60]


def test_what_binds_becomes_a_rule(folder: Path) -> None:
    client = signed_in(folder)
    name = next(r["record"] for r in records(client) if r["kind"] == "conditional_offer")
    page = at(client, name).text
    assert "Make a rule of it" in page
    post(client, DECIDE, act="rule", when=["territory|T2"], only_if=["nato|N3"], or_not="1", **fields(page))
    case = load(folder)
    rule = next(r for r in case.rules.values() if name.split(".", 1)[1] in r.stated)
    assert set(rule.readings) == {"as-stated", "not-binding"}
    assert state(folder, name) == "accepted"


def test_nothing_accepts_all_and_what_is_in_view_is_accepted_after_one_question(folder: Path) -> None:
    client = signed_in(folder)
    assert "in-view" not in at(client).text
    assert client.get(PAGE + "/in-view").status_code == 422
    answer = post(
        client, DECIDE, act="together", together=[r["record"] for r in records(client)], texts=[""] * 8
    )
    assert answer.status_code == 422
    assert "/in-view?speaker=trump" in at(client, speaker="trump").text
    asked = client.get(PAGE + "/in-view", params={"speaker": "trump"}).text
    names = re.findall(r'name="together" value="([^"]*)"', asked)
    texts = [html.unescape(t) for t in re.findall(r'name="texts" value="([^"]*)"', asked)]
    assert len(names) >= 2
    assert {state(folder, n) for n in names} == {"suggested"}, "asking changes nothing"
    others = [r["record"] for r in records(client) if r["record"] not in names]
    post(client, DECIDE + "?speaker=trump", act="together", together=names, texts=texts)
    assert {state(folder, n) for n in names} == {"accepted"}
    assert {state(folder, n) for n in others} == {"suggested"}
    post(client, DECIDE, act="undo", record="")
    assert {state(folder, n) for n in names} == {"suggested"}


def test_the_json_twin_decides_too(folder: Path) -> None:
    client = signed_in(folder)
    name = records(client)[0]["record"]
    form = fields(at(client, name).text)
    told = post(client, DECIDE + ".json", act="accept", **form).json()["answer"]
    assert (told["done"], told["record"]["state"]) == ("accepted", "accepted")
    again = post(client, DECIDE + ".json", act="accept", **form)
    assert again.status_code == 409
    assert again.json()["error"]["conflicts"][0]["record"] == name


# ---------------------------------------------------------------- other people


def test_a_record_that_changed_meanwhile_is_shown_in_three_versions_and_can_be_decided_again(
    folder: Path,
) -> None:
    client = signed_in(folder)
    name = next(r["record"] for r in records(client) if r["who"] == "Vladimir Putin")
    ident = name.split(".", 1)[1]
    form = fields(at(client, name).text)
    file = folder / "statements.yaml"
    theirs = (
        file.read_text()
        .replace(f"  {ident}:\n", f"  {ident}:  # look again\n")
        .replace("kind: hope", "kind: goal")
    )
    file.write_text(theirs)
    answer = post(client, DECIDE, act="reject", reason="hearsay", note="mine", **form)
    assert answer.status_code == 409
    columns = [html.unescape(c) for c in re.findall(r"<pre[^>]*>(.*?)</pre>", answer.text, re.S)]
    assert ("look again" in columns[0], "hearsay: mine" in columns[1]) == (True, True)
    assert columns[2] == form["before"]
    assert file.read_text() == theirs, "nothing was changed"
    sent = re.search(rf'<form method="post" action="{DECIDE}">(.*?)</form>', answer.text, re.S)
    assert sent is not None
    hidden = re.findall(r'<textarea name="([^"]+)" hidden[^>]*>\n(.*?)</textarea>', sent[1], re.S)
    again = {k: html.unescape(v) for k, v in hidden}
    assert post(client, DECIDE, **again).status_code == 303
    after = file.read_text()
    assert "# look again" in after
    assert load(folder).statements[ident].kind == "goal", "theirs stays"
    assert state(folder, name) == "rejected"


def test_what_a_text_editor_changes_elsewhere_meanwhile_stays(folder: Path) -> None:
    client = signed_in(folder)
    names = [r["record"] for r in records(client)[:3]]
    file = folder / "statements.yaml"
    for n, name in enumerate(names):
        form = fields(at(client, name).text)
        file.write_text(
            f"# a remark by hand {n}\n" + file.read_text().replace("spoke of peace", "spoke of peace")
        )
        case_file = folder / "case.yaml"
        case_file.write_text(case_file.read_text() + f"# and here {n}\n")
        assert post(client, DECIDE, act="accept", **form).status_code == 303
    assert all(f"# a remark by hand {n}" in file.read_text() for n in range(3))
    assert all(f"# and here {n}" in (folder / "case.yaml").read_text() for n in range(3))
    assert {state(folder, n) for n in names} == {"accepted"}
    assert check_record(folder).holds


def test_files_with_windows_line_ends_are_decided_too(folder: Path) -> None:
    client = signed_in(folder)
    file = folder / "statements.yaml"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    name = records(client)[0]["record"]
    assert post(client, DECIDE, act="accept", **fields(at(client, name).text)).status_code == 303
    raw = file.read_bytes()
    assert raw.count(b"\r\n") == raw.count(b"\n")


# ---------------------------------------------------------------- who may


def test_who_may_not_review_sees_no_form_and_changes_nothing(folder: Path) -> None:
    owner = signed_in(folder)
    form = fields(at(owner, records(owner)[0]["record"]).text)
    before = {p: p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}
    for role in ("coder", "viewer"):
        client = signed_in(folder, role=role)
        page = client.get(PAGE)
        assert page.status_code == 200
        assert '<button name="act"' not in page.text
        assert 'value="accept"' not in page.text
        for act in ("accept", "reject", "edit", "new", "undo", "together"):
            for path in (DECIDE, DECIDE + ".json"):
                assert post(client, path, act=act, reason="hearsay", quote="Talks", **form).status_code == 403
    assert {p: p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()} == before


def test_the_words_of_marked_sources_are_hidden(folder: Path) -> None:
    table = folder / "sources" / "sources.csv"
    text = "would accept a cease-fire on the existing lines"
    for mark, hidden_from in (
        ("restricted", ["viewer"]),
        ("do-not-quote", ["viewer", "coder"]),
        ("public", []),
    ):
        table.write_text(re.sub(r"restricted|do-not-quote|public", mark, table.read_text()))
        for role in ("owner", "editor", "coder", "viewer"):
            client = signed_in(folder, role=role)
            for path in (PAGE, PAGE + ".json"):
                answer = client.get(path)
                assert answer.status_code == 200
                assert (text in answer.text) == (role not in hidden_from), (mark, role, path)


def test_unknown_sources_records_and_acts_are_pages_in_words(folder: Path) -> None:
    client = signed_in(folder)
    assert client.get("/sources/..%2f..%2fcase.yaml").status_code == 404
    assert client.get("/sources/nothing").status_code == 404
    assert post(client, "/sources/nothing/decide", act="accept").status_code == 404
    assert post(client, DECIDE, act="fly").status_code == 404
    assert post(client, DECIDE, act="accept", record="statements.nothing", before="").status_code == 422
    assert post(client, DECIDE, act="accept", record="parties.UKR", before="").status_code == 422


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_of_two_people_and_a_text_editor_in_any_order_nothing_is_lost(folder: Path, seed: int) -> None:
    chance = random.Random(seed)
    people = [signed_in(folder), signed_in(folder)]
    names = [r["record"] for r in records(people[0])]
    file = folder / "statements.yaml"
    open_forms: list[dict[str, str]] = [{}, {}]
    decided: dict[str, str] = {}
    remarks: list[str] = []
    for step in range(30):
        who = chance.randrange(3)
        if who == 2:
            ident = chance.choice(names).split(".", 1)[1]
            remarks.append(f"# by hand {step}")
            file.write_text(file.read_text().replace(f"  {ident}:", f"  {remarks[-1]}\n  {ident}:", 1))
        elif not open_forms[who]:
            open_forms[who] = fields(at(people[who], chance.choice(names)).text)
        else:
            form, open_forms[who] = open_forms[who], {}
            before = file.read_text()
            answer = post(people[who], DECIDE, act="reject", reason="other", note=f"step {step}", **form)
            assert answer.status_code in (303, 409)
            if answer.status_code == 303:
                decided[form["record"]] = f"other: step {step}"
            else:
                assert file.read_text() == before, "a clash changes nothing"
    text = file.read_text()
    assert all(r in text for r in remarks)
    case = load(folder)
    for name, why in decided.items():
        group, ident = name.split(".", 1)
        assert getattr(case, group)[ident].review.why == why
    assert check_record(folder).holds


# ---------------------------------------------------------------- split, join, whose words


def test_a_quotation_is_split_and_joined_again_and_both_stand_in_the_record(folder: Path) -> None:
    client = signed_in(folder)
    name = next(
        r["record"]
        for r in records(client)
        if r["record"].startswith("statements.") and r["quote"].count(" ") > 4
    )
    ident = name.partition(".")[2]
    was = load(folder).statements[ident]
    second = was.quote.split(" ", 2)[2]
    refused = post(client, DECIDE, act="split", second="not in it", **fields(at(client, name).text))
    assert refused.status_code == 422
    first_words = post(client, DECIDE, act="split", second=was.quote[:12], **fields(at(client, name).text))
    assert first_words.status_code == 422, "the first half would be empty"
    done = post(client, DECIDE, act="split", second=second, **fields(at(client, name).text))
    assert done.status_code == 303
    made = load(folder).statements
    assert (made[ident].quote + " " + second, made[f"{ident}.2"].quote) == (was.quote, second)
    page = at(client, f"{name}.2").text
    above = {
        k: html.unescape(re.search(rf'name="{k}" value="([^"]*)"', page)[1]) for k in ("above", "above-text")
    }  # type: ignore[index]
    assert above["above"] == name
    stale = post(client, DECIDE, act="join", above=name, **{"above-text": "old"}, **fields(page))
    assert stale.status_code == 409, "the other half as it was seen counts too"
    assert post(client, DECIDE, act="join", **above, **fields(page)).status_code == 303
    joined = load(folder).statements
    assert f"{ident}.2" not in joined
    assert joined[ident].quote == was.quote
    assert [e.act.why.split()[0] for e in read_record(folder)[-2:]] == ["split", "join"]
    post(client, DECIDE, act="undo", record="")
    assert f"{ident}.2" in load(folder).statements


def test_whose_words_they_are_is_a_known_speaker_or_a_new_one_with_a_party(folder: Path) -> None:
    client = signed_in(folder)
    name = next(r["record"] for r in records(client) if r["record"].startswith("statements."))
    ident = name.partition(".")[2]
    party = next(iter(load(folder).parties.values())).name
    page = at(client, name).text
    assert post(client, DECIDE, act="whose", who="", **fields(page)).status_code == 422
    done = post(client, DECIDE, act="whose", who="Dr <b>New</b>", party=party, **fields(page))
    assert done.status_code == 303
    case = load(folder)
    speaker = case.speakers[str(case.statements[ident].speaker)]
    assert (speaker.name, case.parties[str(speaker.party)].name) == ("Dr <b>New</b>", party)
    page = at(client, name).text
    assert "<b>New" not in page
    known = next(iter(case.speakers.values())).name
    assert post(client, DECIDE, act="whose", who=known, **fields(page)).status_code == 303
    case = load(folder)
    assert case.speakers[str(case.statements[ident].speaker)].name == known
