"""The grounding gate: tampered statements never pass unflagged, true ones are not rejected."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zopa.reading.attribution.attribute import attribute
from zopa.reading.grounding import Candidate, Ground
from zopa.reading.language.lexicon import lexicon
from zopa.reading.parsing.segment import segment
from zopa.reading.sources.text import prepare

GOLD = Path(__file__).parent / "gold"
EXAMPLE = (
    Path(__file__).resolve().parents[2]
    / "src"
    / "zopa"
    / "examples"
    / "ukraine-2025"
    / "sources"
    / "report.txt"
)
ISSUES = ("lake", "power")


def ground_of(raw: str) -> Ground:
    seg = segment(prepare(raw).body, lexicon())
    return Ground(seg, attribute(seg, lexicon()), ISSUES)


def true_candidates(ground: Ground) -> list[Candidate]:
    """What the rules read, as an honest engine would hand it in."""
    t, seg = ground.text, ground.seg
    out = []
    for x in ground.found:
        if x.parent is None and x.source and x.cue:
            content = tuple(t[slice(*seg.span(*p))] for p in x.content)
            mention, cue = (t[slice(*seg.span(*p))] for p in (x.source[0], x.cue[0]))
            condition = next(
                (m[1] for c in content if (m := re.search(r"\b(?:if|unless|until) (.+)$", c))), ""
            )
            when = next(
                (
                    m[0]
                    for m in [
                        re.search(
                            r"\b(?:last|Last) (?:month|year)\b",
                            t[slice(*seg.span(*seg.sentences[seg.sentence_of[x.cue[0][0]]]))],
                        )
                    ]
                    if m
                ),
                "",
            )
            out.append(
                Candidate(
                    content, mention, cue, seg.sentence_of[x.content[0][0]], condition=condition, when=when
                )
            )
    return out


@pytest.fixture(scope="module")
def grounds(marra):
    return [ground_of(marra), ground_of(EXAMPLE.read_text(encoding="utf-8"))]


# ---------------------------------------------------------------- ways to tamper


def longest(c: Candidate) -> str:
    return max(c.content, key=len)


def with_text(c: Candidate, new: str) -> Candidate:
    old = longest(c)
    return replace(c, content=tuple(new if p == old else p for p in c.content))


def negation_dropped(c):
    new = re.sub(r"\b(?:not|never|no)\s|n['’]t\b", "", longest(c), count=1)
    return with_text(c, new) if new != longest(c) else None


def negation_added(c):
    new = re.sub(r"\b(would|could|will|had|was|were|has|is|must)\b", r"\1 not", longest(c), count=1)
    return with_text(c, new) if new != longest(c) else None


def figure_changed(c):
    new = re.sub(r"\d", lambda m: str((int(m[0]) + 3) % 10), longest(c), count=1)
    return with_text(c, new) if new != longest(c) else None


def ending_invented(c):
    return with_text(c, longest(c).rstrip('.”" ') + " and without any delay")


def word_replaced(c):
    words = longest(c).split(" ")
    if len(words) < 5:
        return None
    return with_text(c, " ".join([*words[:2], "secretly", *words[3:]]))


def letter_of_another_script(c):
    new = longest(c).replace("a", "а", 1)
    return with_text(c, new) if new != longest(c) else None


def zero_width_inside(c):
    return with_text(c, longest(c)[:4] + "\u200b" + longest(c)[4:])


def bidi_mark_inside(c):
    return with_text(c, longest(c)[:6] + "\u202e" + longest(c)[6:])


def word_cut(c):
    new = longest(c).rstrip('.,”" ')[:-2]
    return with_text(c, new) if re.search(r"\w{3}$", longest(c).rstrip('.,”" ')) else None


def case_changed(c):
    new = longest(c).swapcase()
    return with_text(c, new) if new != longest(c) else None


def condition_cut(c):
    m = re.search(r"\s(?:if|unless|until|without|only if|as long as)\s", longest(c))
    return replace(with_text(c, longest(c)[: m.start()]), condition="") if m else None


def start_cut_after_hedge(c):
    m = re.search(r"\b(?:could|would|might|may|likely|not|never|no|hopes|wants|ready|willing)\s", longest(c))
    return with_text(c, longest(c)[m.end() :]) if m and len(longest(c)) - m.end() > 8 else None


def half_of_it(c):
    words = longest(c).split(" ")
    return with_text(c, " ".join(words[: len(words) // 2])) if len(words) > 8 else None


def unit_cut(c):
    m = re.search(r"[\d.]+\s(?:million|billion|percent|crowns|meters)", longest(c))
    if not m:
        return None
    return with_text(c, longest(c)[: m.start()] + m.group().split()[0])


def wrong_sentence(c):
    return replace(c, sentence=(c.sentence + 7) % 12)


def no_such_sentence(c):
    return replace(c, sentence=4000)


def unknown_kind(c):
    return replace(c, kind="surrender")


def unknown_issue(c):
    return replace(c, issue="throne")


def condition_invented(c):
    return replace(c, condition="the other side gives in first")


def speaker_invented(c):
    return replace(c, speaker="General Otto Vance")


def cue_invented(c):
    return replace(c, cue="thundered without pause")


WAYS = [
    negation_dropped, negation_added, figure_changed, ending_invented, word_replaced, letter_of_another_script,
    zero_width_inside, bidi_mark_inside, word_cut, case_changed, condition_cut, start_cut_after_hedge, half_of_it,
    unit_cut, wrong_sentence, no_such_sentence, unknown_kind, unknown_issue, condition_invented, speaker_invented,
    cue_invented,
]  # fmt: skip


def between(candidates: list[Candidate]) -> list[tuple[str, Candidate]]:
    """Tampering that mixes two statements."""
    out = []
    for c, d in zip(candidates, candidates[3:], strict=False):
        if c.speaker.lower() not in d.speaker.lower() and d.speaker.lower() not in c.speaker.lower():
            out.append(("speaker swapped", replace(c, speaker=d.speaker, cue="", sentence=None)))
            out.append(("another's words", replace(c, content=d.content, cue="", sentence=None)))
        halves = (" ".join(longest(c).split(" ")[:4]), " ".join(longest(d).split(" ")[-4:]))
        out.append(("two fragments spliced", replace(c, content=halves, sentence=None)))
        out.append(("joined into one", replace(c, content=(" ".join(halves),), sentence=None)))
    return out


def tampered(ground: Ground) -> list[tuple[str, Candidate]]:
    candidates = true_candidates(ground)
    out = [(way.__name__, new) for c in candidates for way in WAYS if (new := way(c)) is not None]
    return out + between(candidates)


def test_of_at_least_two_hundred_tampered_statements_none_passes_unflagged(grounds):
    cases = [(ground, name, c) for ground in grounds for name, c in tampered(ground)]
    assert len(cases) >= 200
    assert len({name for _, name, _ in cases}) >= 22
    passed = [(name, c) for ground, name, c in cases if ground.check(c).state == "grounded"]
    assert passed == []


def test_what_was_changed_is_rejected_rather_than_flagged(grounds):
    for ground in grounds:
        for c in true_candidates(ground):
            for way in (
                negation_added,
                figure_changed,
                ending_invented,
                word_replaced,
                letter_of_another_script,
                zero_width_inside,
            ):
                new = way(c)
                if new is not None:
                    assert ground.check(new).state == "rejected", way.__name__


def test_no_true_statement_is_rejected_and_most_need_no_second_look(grounds):
    states = [ground.check(c).state for ground in grounds for c in true_candidates(ground)]
    assert "rejected" not in states
    assert states.count("grounded") >= 0.8 * len(states)


def test_the_gold_statements_of_the_second_article_are_not_rejected(marra):
    ground = ground_of(marra)
    gold = json.loads((GOLD / "marra.gold.json").read_text(encoding="utf-8"))[0]
    for a in gold["attributions"]:
        if not a["source"]:
            continue
        content = tuple(marra[x:y] for x, y in a["content"])
        c = Candidate(content, marra[slice(*a["source"][0])], marra[slice(*a["cue"][0])])
        assert ground.check(c).state != "rejected" or a.get("optional"), a["id"]


# ---------------------------------------------------------------- single checks, with their reasons

TEXT = (
    "If the town pays, the gate will open, Rell said. Brix said Rell would never sign the treaty. "
    "Under Moll, the council said the wall would fall. The miners, Brix said, want $4.5 million unless the river rises. "
    "Rell said he could meet the miners. The wall is safe. Rell said the wall is safe.\nThe wall is safe."
)


@pytest.mark.parametrize(
    ("candidate", "state", "reason"),
    [
        (Candidate(("the gate will open",), "Rell"), "flagged", "condition before"),
        (Candidate(("sign the treaty",), "Brix"), "flagged", "negation"),
        (Candidate(("Rell would never sign the treaty",), "Rell"), "rejected", "speaker in the text"),
        (Candidate(("the wall would fall",), "the council"), "flagged", "time or voice"),
        (Candidate(("want $4.5",), "Brix"), "flagged", "unit or scale"),
        (Candidate(("want $4.5 million",), "Brix"), "flagged", "condition just after"),
        (Candidate(("meet the miners",), "Rell"), "flagged", "hedge"),
        (Candidate(("wall is safe",), ""), "flagged", "times"),
        (Candidate(("The wall is safe",), "Rell", sentence=5), "flagged", "no statement"),
        (Candidate((), "Rell"), "rejected", "no content"),
        (Candidate(("4.5 million",), "Brix"), "rejected", "verbatim"),
        (Candidate(("ell would never sign the treaty",), "Brix"), "rejected", "verbatim"),
        (Candidate(("the gate will open", "sign the treaty"), "Brix"), "rejected", "spliced"),
    ],
)
def test_each_check_says_what_it_saw(candidate, state, reason):
    verdict = ground_of(TEXT).check(candidate)
    assert verdict.state == state
    assert any(reason in r for r in verdict.reasons), verdict.reasons


def test_quotation_marks_dashes_and_spaces_may_be_typed_otherwise():
    ground = ground_of("Rell said, “The gate — the old one — stays\u00a0shut.”")
    verdict = ground.check(Candidate(('"The gate - the old one - stays shut."',), "Rell", "said"))
    assert verdict.state == "grounded"
    assert ground.text[slice(*verdict.content[0])] == "“The gate — the old one — stays\u00a0shut.”"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_grounded_span_is_always_the_text_itself(data):
    ground = ground_of(TEXT)
    a = data.draw(st.integers(0, len(TEXT) - 2))
    b = data.draw(st.integers(a + 1, min(len(TEXT), a + 60)))
    verdict = ground.check(Candidate((TEXT[a:b],), "Rell"))
    for x, y in verdict.content:
        assert TEXT[x:y].split() == TEXT[a:b].split()
