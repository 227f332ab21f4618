"""Turns, mails, minutes, agreements: how much of what they state could be accepted unchanged."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from annotated_texts import annotated
from zopa.cli import app
from zopa.reading import Roster, prepare, read
from zopa.reading.evaluation.ready import Readiness, ready
from zopa.reading.extraction.extract import Assembler
from zopa.reading.language.lexicon import lexicon
from zopa.reading.llm import Endpoint, ask

OWN = Path(__file__).parent / "genres"


def scored(text: str, gold: list[dict], names: dict) -> Readiness:
    found = read(text).to_dict()
    return ready(text, gold, [*found["attributions"], *found["nested"]], names)


@pytest.mark.parametrize("name", ["chat", "parliament"])
def test_a_genre_that_was_annotated_before_the_first_run_is_read(name):
    rates = scored(*annotated(OWN, name)).rates()
    assert rates["found"] >= 0.85
    assert rates["precision"] >= 0.85
    assert rates["ready"] >= 0.75


UNSEEN = ["assembly", "interview", "group_chat", "submission", "posts", "captions"]
"""Written and annotated by somebody who did not work on the rules; first run: found .93, precision .89, ready .57."""


def test_six_texts_of_genres_that_were_not_looked_at_stay_within_ten_points_of_the_bar():
    rates = sum((scored(*annotated(OWN, name)) for name in UNSEEN), Readiness()).rates()
    assert rates["found"] >= 0.85
    assert rates["precision"] >= 0.85
    assert rates["ready"] >= 0.60


LATER = ["briefing", "hearing", "voice_note"]
"""Written by somebody who knew the reader, annotated before the first run: found .74, precision .83, ready .35. After line
numbers of transcripts and the office behind a sender's name were read in general: found .91, precision .86, ready .61."""


def test_three_texts_of_later_genres_stay_within_ten_points_of_the_bar():
    rates = sum((scored(*annotated(OWN, name)) for name in LATER), Readiness()).rates()
    assert rates["found"] >= 0.85
    assert rates["precision"] >= 0.80
    assert rates["ready"] >= 0.50


FIELD = [
    "leaflet", "cable", "court_mediation", "council_hearing", "communique", "ceasefire_log", "elders", "whatsapp",
]  # fmt: skip
"""Kinds of text that a mediation team holds, annotated before the first run by somebody who knew the reader; first run of
21 such texts, these eight among them: found .82, precision .87, ready .54. After the patterns were widened: .96, .88, .88."""
FIELD_AGAIN = [
    "note_verbale",
    "statements_page",
    "works_council",
    "petition",
    "lawyers_letter",
    "sitrep",
    "readout",
]
"""Written after that and annotated before the first run: ten texts, these seven among them, gave found .88, precision .88,
ready .51 (the reader before both: .63, .83, .38); after headings and lists were read in general: .97, .92, .86."""


FIELD_THIRD = ["track_one", "press_release", "testimony", "family_letter"]
"""Written after that, annotated before the first run: six texts, these four among them: found .88, precision .83, ready .64
(the reader before all three: .78, .81, .48); after records without subjects were read in general: .98, .89, .90."""


FIELD_FOURTH = ["cable2", "presser2", "tribunal_minutes"]
"""The same once more: five texts, these three among them: found .84, precision .85, ready .51 (the reader before all four:
.80, .88, .50); after "he" in somebody's words was read as somebody else: .95, .87, .85."""


INDEPENDENT = [
    "union_bulletin", "tenants_chat", "cable3", "planning_hearing", "trade_communique", "opinion", "radio", "sector_log",
]  # fmt: skip
"""Written and annotated by somebody who never saw the reader; first run: found .69, precision .83, kind .55, whole .25."""


def test_eight_texts_by_an_independent_writer_are_read():
    rates = sum((scored(*annotated(OWN, name)) for name in INDEPENDENT), Readiness()).rates()
    assert rates["found"] >= 0.8
    assert rates["precision"] >= 0.75
    assert rates["ready"] >= 0.6


@pytest.mark.parametrize("names", [FIELD, FIELD_AGAIN, FIELD_THIRD, FIELD_FOURTH])
def test_texts_of_the_field_stay_within_reach_of_the_bar(names):
    rates = sum((scored(*annotated(OWN, name)) for name in names), Readiness()).rates()
    assert rates["found"] >= 0.9
    assert rates["precision"] >= 0.85
    assert rates["ready"] >= 0.75


def said_with_kinds() -> Iterator[tuple[str, list[str], str, list[str]]]:
    """Sentences of a turn (T), of prose (P) or that state nothing (N), with accepted kinds, condition, consequent."""
    for line in (OWN / "utterances.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            mode, kinds, text, *parts = line.split("|")
            yield mode, kinds.split(","), text, parts


def test_sentences_of_many_turns_of_phrase_get_their_kind_and_their_condition():
    right = sentences = split = conditions = wrong = nothing = 0
    before = "ANA KORT (Delta): We heard all sides today and took careful notes of it.\n"
    before += "BEN OSSA (Hill): Our members met in the old town hall last night.\n"
    for mode, kinds, text, parts in said_with_kinds():
        whole = f"{before}ANA KORT (Delta): {text}\n" if mode in "TN" else text
        start = len(before) if mode in "TN" else 0
        found = [s for s in read(whole).statements if s.content[0][0] >= start]
        if mode == "N":
            nothing += 1
            wrong += any(s.kind.kind in STRONG for s in found)
            continue
        sentences += 1
        right += any(s.kind.kind in kinds for s in found)
        if len(parts) == 2:
            conditions += 1
            given = [s.condition for s in found if s.condition and s.condition.consequent]
            split += any(parts[0] in whole[slice(*c.condition)] for c in given)
    assert right >= 0.85 * sentences
    assert split >= 0.85 * conditions
    assert wrong <= 0.05 * nothing


STRONG = ("conditional_offer", "red_line", "refusal", "concession", "threat", "offer", "demand")


def development(shared: Path) -> Iterator[tuple[str, list[dict], dict]]:
    """The texts of the development half, their statements and the names of their speakers."""
    folder = shared / "data" / "reading_genres"
    if not folder.exists():
        pytest.skip("the genre texts are not beside the project")
    for path in sorted(folder.glob("?_*.json")):
        d = json.loads(path.read_text(encoding="utf-8"))
        gold = [
            {k: [v] if k.endswith("_span") and v and isinstance(v[0], int) else v for k, v in g.items()}
            for g in d["attributions"]
        ]
        text = (folder / d["doc"]).read_text(encoding="utf-8")
        yield text, gold, {k: v["aliases"] for k, v in d["speakers"].items()}


def test_the_development_half_of_the_genres_reaches_the_bar(shared):
    total = sum((scored(*item) for item in development(shared)), Readiness())
    rates = total.rates()
    assert rates["found"] >= 0.85
    assert rates["precision"] >= 0.85
    assert rates["condition"] >= 0.75
    assert rates["ready"] >= 0.75


def perfect(text: str, gold: list[dict], names: dict) -> Endpoint:
    """A model that answers with what is annotated, in a fence after its thoughts, as a bare list."""
    reader = Assembler(prepare(text), lexicon(), Roster(), None)
    sentences = [reader.seg.span(a, b) for a, b in reader.seg.sentences]
    items = []
    for g in gold:
        start = g["content"][0][0]
        n = max(k for k, (a, _) in enumerate(sentences) if a <= start or k == 0)
        around = text[slice(*sentences[n])]
        passage = reader.layout.at(start)
        label = text[slice(*passage.speaker)] if passage and passage.speaker else ""
        speaker = next((x for x in (g["speaker"], *names.get(g["speaker"], ())) if x in around), label)
        part = {
            k: text[g[k][0][0] : g[k][-1][1]] if g.get(k) else None
            for k in ("condition_span", "consequent_span")
        }
        items.append(
            {
                "sentence": n, "speaker": speaker, "content": [text[a:b] for a, b in g["content"]], "kind": g["kinds"][0],
                "issue": None, "extra": 1, "condition": part["condition_span"], "consequent": part["consequent_span"],
            }
        )  # fmt: skip

    def send(_url: str, body: str, _key: str) -> str:
        sent = {int(n) for n in re.findall(r"(?m)^\[(\d+)\]", json.loads(body)["messages"][1]["content"])}
        listed = json.dumps([i for i in items if i["sentence"] in sent])
        return json.dumps(
            {"choices": [{"message": {"content": f"<think>so</think>\n```json\n{listed}\n```"}}]}
        )

    return Endpoint("http://localhost/v1", "perfect", send=send)


def test_an_endpoint_that_is_right_lifts_what_could_be_accepted_unchanged(shared):
    total = Readiness()
    for text, gold, names in development(shared):
        found = ask(read(text), None, perfect(text, gold, names)).to_dict()
        total += ready(text, gold, [*found["attributions"], *found["nested"]], names)
    assert total.rates()["ready"] >= 0.93


def test_the_command_gives_the_figures_of_each_genre(shared):
    folder = shared / "data" / "reading_genres"
    if not folder.exists():
        pytest.skip("the genre texts are not beside the project")
    result = CliRunner().invoke(app, ["evaluate", str(folder), "--json"])
    assert result.exit_code == 0, result.output
    rates = json.loads(result.output)["answer"]["ready"]
    assert len(rates) == 6
    assert all(r["found"] >= 0.85 for r in rates.values())
    assert all(0.5 < r["issue"] <= 1 for r in rates.values())
