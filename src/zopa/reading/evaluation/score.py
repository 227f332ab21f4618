"""How well an extract agrees with a gold annotation: alignment, partial and exact agreement, quotations, layers.

Tokens are words; outer punctuation and quotation marks do not matter. The definitions are those of the
reference scorer, whose recorded figures this module reproduces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from zopa.reading.attribution.attribute import Attribution
from zopa.reading.extraction.extract import Trained, extract
from zopa.reading.extraction.speakers import Roster
from zopa.reading.language.lexicon import lexicon
from zopa.reading.layout.passages import laid_out
from zopa.reading.layout.statements import read_passages
from zopa.reading.parsing.segment import Segments, segment
from zopa.reading.sources.text import Published, prepare

__all__ = ["AnnotatedText", "Score", "align", "compare", "dice", "evaluate", "spans"]

Range = tuple[int, int]
Item = dict[str, Any]

_TOKEN = re.compile(r"\w+(?:[.'’\-]\w+)*|[^\w\s]")
_QUOTED = re.compile(r'[“"]([^“”"]+)(?:[”"]|$)')
_ROLES = ("source", "cue", "content")
CORE_CUES = frozenset(
    [
        "say",
        "says",
        "said",
        "saying",
        "tell",
        "tells",
        "told",
        "telling",
        "add",
        "adds",
        "added",
        "adding",
        "write",
        "writes",
        "wrote",
        "tweeted",
        "according",
        "announced",
        "stated",
        "noted",
        "argued",
        "explained",
        "insisted",
        "claimed",
        "warned",
        "suggested",
        "acknowledged",
        "asked",
        "replied",
        "declared",
    ]
)
"""Reporting verbs that carry most of what parties say."""


@dataclass(frozen=True)
class AnnotatedText:
    """A text with its gold annotation, in the form of the gold files."""

    name: str
    text: str
    gold: Mapping[str, Any]
    roster: Roster | None = None


@dataclass(frozen=True)
class Score:
    """Counts and rates. ``prf`` holds (precision, recall, F1); ``rates`` shares; ``recall`` (n, detected, partial)."""

    documents: int
    prf: dict[str, tuple[float, float, float]]
    rates: dict[str, float]
    recall: dict[str, tuple[int, float, float]] = field(default_factory=dict)

    def __str__(self) -> str:
        lines = [f"{self.documents} documents; percent", f"{'':22}{'P':>7}{'R':>7}{'F1':>7}"]
        lines += [f"{k:22}" + "".join(f"{100 * x:7.1f}" for x in v) for k, v in self.prf.items()]
        lines += [f"{k:22}{100 * v:7.1f}" for k, v in self.rates.items()]
        lines += [
            f"{k:36}{n:6d} detected {100 * d:5.1f}  partially right {100 * p:5.1f}"
            for k, (n, d, p) in self.recall.items()
        ]
        return "\n".join(lines)

    def to_dict(self) -> dict[str, Any]:
        """The score as plain data."""
        return {"documents": self.documents, "prf": self.prf, "rates": self.rates, "recall": self.recall}


def evaluate(
    documents: Iterable[AnnotatedText], *, language: str = "en", trained: Trained | None = None
) -> Score:
    """Read every document by the rules (or a trained model) and compare with its gold."""
    pairs = []
    for d in documents:
        pairs.append((d, _predict(d, language, trained)))
    return compare(pairs)


def _predict(d: AnnotatedText, language: str, trained: Trained | None) -> Item:
    layered = any(k in d.gold for k in ("dates", "figures", "shifts")) or any(
        a.get("speaker") for a in d.gold["attributions"]
    )
    if layered:
        return extract(
            prepare(d.text, _published(d.gold), language), roster=d.roster, language=language, trained=trained
        ).to_dict()
    lex = lexicon(language)
    layout = laid_out(d.text, lex)
    seg = segment(layout.body, lex)
    found = read_passages(seg, layout, lex)
    if trained:
        found = trained(seg, found)
    found = _whole_turns(seg, [x for x in found if x.parent is None])
    roles = [{r: [seg.span(*p) for p in getattr(x, r)] for r in _ROLES} for x in found]
    return {"attributions": roles}


def _whole_turns(seg: Segments, found: list[Attribution]) -> list[Attribution]:
    """A turn's sentences as one statement with the colon of its label as the cue, as corpora of news annotate it."""
    out: list[Attribution] = []
    for x in found:
        if x.rule != "turn":
            out.append(x)
        elif out and out[-1].rule == "turn" and out[-1].source == x.source:
            out[-1] = replace(out[-1], content=(*out[-1].content, *x.content))
        else:
            after = x.source[0][1]
            cue = ((after, after + 1),) if seg.words[after : after + 1] == [":"] else ()
            out.append(replace(x, cue=cue))
    return out


def _published(gold: Mapping[str, Any]) -> Published | None:
    from datetime import date

    return Published(on=date.fromisoformat(gold["published"])) if gold.get("published") else None


# ---------------------------------------------------------------- tokens


def spans(value: Any) -> list[Range]:
    """One pair or a list of pairs as a sorted list of pairs."""
    if not value:
        return []
    if isinstance(value[0], int):
        return [(value[0], value[1])]
    return sorted((a, b) for a, b in value)


class _Tokens:
    """The word tokens of a text, by character."""

    def __init__(self, text: str, ignore: Sequence[Range] = ()) -> None:
        self.text = text
        tokens = [m.span() for m in _TOKEN.finditer(text)]
        self.owner = [-1] * (len(text) + 1)
        self.word = [bool(re.search(r"\w", text[a:b])) for a, b in tokens]
        for i, (a, b) in enumerate(tokens):
            self.owner[a:b] = [i] * (b - a)
        self.ignored = {i for a, b in ignore for i in self.owner[a:b]}

    def words(self, pieces: Iterable[Range]) -> frozenset[int]:
        found = {i for a, b in pieces for i in self.owner[max(0, a) : min(b, len(self.text))]}
        return frozenset(i for i in found if i >= 0 and self.word[i] and i not in self.ignored)


def _prepared(tokens: _Tokens, attributions: Iterable[Mapping[str, Any]]) -> list[Item]:
    out = []
    for a in attributions:
        item: Item = {r: tokens.words(spans(a.get(r))) for r in _ROLES}
        item["cue_spans"], item["raw"] = spans(a.get("cue")), a
        if item["cue"] or item["content"] or item["cue_spans"]:
            out.append(item)
    return out


# ---------------------------------------------------------------- agreement


def dice(a: frozenset[int], b: frozenset[int]) -> float:
    """Overlap of two sets of words, 0 to 1."""
    return 2 * len(a & b) / (len(a) + len(b)) if (a or b) else 0.0


def _cues_meet(g: Item, p: Item) -> bool:
    return bool(g["cue"] & p["cue"]) or any(
        a < d and c < b for a, b in g["cue_spans"] for c, d in p["cue_spans"]
    )


def _source_right(g: Item, p: Item) -> bool:
    return bool(g["source"] & p["source"]) or (not g["source"] and not p["source"])


def _partial(g: Item, p: Item) -> bool:
    return _cues_meet(g, p) and dice(g["content"], p["content"]) >= 0.5 and _source_right(g, p)


def align(gold: Sequence[Item], pred: Sequence[Item]) -> list[tuple[int, int]]:
    """One-to-one, greedily by 2 Dice(content) + [cues meet] + Dice(source) / 2; ties by position."""
    candidates = []
    for i, g in enumerate(gold):
        for j, p in enumerate(pred):
            d, cue = dice(g["content"], p["content"]), _cues_meet(g, p)
            if cue or d >= 0.5:
                candidates.append((-(2 * d + cue + 0.5 * dice(g["source"], p["source"])), i, j))
    pairs, used_g, used_p = [], set(), set()
    for _, i, j in sorted(candidates):
        if i not in used_g and j not in used_p:
            used_g.add(i)
            used_p.add(j)
            pairs.append((i, j))
    return pairs


def _settled(gold: list[Item], pred: list[Item], nested: list[Item]) -> tuple[list[Item], list[Item]]:
    """Without gold that is optional and was missed, and without predictions that hit a nested statement."""
    pairs = align(gold, pred)
    hit_g, hit_p = {i for i, _ in pairs}, {j for _, j in pairs}
    rest = [p for j, p in enumerate(pred) if j not in hit_p]
    inner = {id(rest[j]) for _, j in align(nested, rest)}
    kept = [g for i, g in enumerate(gold) if i in hit_g or not g["raw"].get("optional")]
    return kept, [p for p in pred if id(p) not in inner]


def compare(pairs: Iterable[tuple[AnnotatedText, Mapping[str, Any]]], shortest_quote: int = 3) -> Score:
    """Compare predictions with the gold of their documents.

    Parameters
    ----------
    pairs : iterable of (AnnotatedText, mapping)
        Each prediction in the form of the gold files.
    shortest_quote : int
        Words that a quotation must have to count as one.
    """
    n: dict[str, float] = dict.fromkeys(
        (
            "gold",
            "pred",
            "detect",
            "partial",
            "exact",
            "dq",
            "dq_found",
            "dq_right",
            "spk",
            "spk_aligned",
            "spk_right",
        ),
        0,
    )
    classes: dict[str, list[int]] = {}
    layers: dict[str, list[int]] = {}
    documents = 0
    for d, predicted in pairs:
        documents += 1
        tokens = _Tokens(d.text, d.gold.get("ignore", ()))
        gold, pred = _settled(
            _prepared(tokens, d.gold["attributions"]),
            _prepared(tokens, predicted["attributions"]),
            _prepared(tokens, d.gold.get("nested", ())),
        )
        matched = align(gold, pred)
        _count(n, gold, pred, matched)
        _count_quotes(n, tokens, gold, pred, shortest_quote)
        partner = dict(matched)
        for i, g in enumerate(gold):
            for name in _classes(d.text, g):
                row = classes.setdefault(name, [0, 0, 0])
                row[0] += 1
                row[1] += i in partner
                row[2] += i in partner and _partial(g, pred[partner[i]])
        _count_layers(layers, d.gold, predicted)
    return _score(documents, n, classes, layers)


def _score(
    documents: int, n: dict[str, float], classes: dict[str, list[int]], layers: dict[str, list[int]]
) -> Score:
    prf = {f"statements {k}": _prf(n[k], n["pred"], n["gold"]) for k in ("detect", "partial", "exact")}
    prf |= {k: _prf(*v) for k, v in layers.items()}
    rates = {
        "quotations found": n["dq_found"] / max(1, n["dq"]),
        "quotations right": n["dq_right"] / max(1, n["dq"]),
    }
    if n["spk"]:
        rates |= {
            "speaker of aligned": n["spk_right"] / max(1, n["spk_aligned"]),
            "speaker of all": n["spk_right"] / n["spk"],
        }
    recall = {k: (c, f / c, p / c) for k, (c, f, p) in sorted(classes.items())}
    return Score(documents, prf, rates, recall)


def _prf(right: float, predicted: float, gold: float) -> tuple[float, float, float]:
    p, r = right / max(1, predicted), right / max(1, gold)
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


def _count(n: dict[str, float], gold: list[Item], pred: list[Item], matched: list[tuple[int, int]]) -> None:
    n["gold"] += len(gold)
    n["pred"] += len(pred)
    n["spk"] += sum(g["raw"].get("speaker") is not None for g in gold)
    for i, j in matched:
        g, p = gold[i], pred[j]
        n["detect"] += 1
        n["partial"] += _partial(g, p)
        n["exact"] += all(g[r] == p[r] for r in _ROLES)
        if g["raw"].get("speaker") is not None:
            n["spk_aligned"] += 1
            n["spk_right"] += _plain(g["raw"]["speaker"]) == _plain(p["raw"].get("speaker"))


def _plain(name: str | None) -> str:
    return re.sub(r"\W+", " ", (name or "").lower()).strip()


def _count_quotes(
    n: dict[str, float], tokens: _Tokens, gold: list[Item], pred: list[Item], shortest: int
) -> None:
    for g in gold:
        words = _quoted_words(tokens, g, shortest)
        if not words:
            continue
        n["dq"] += 1
        covering = [p for p in pred if len(p["content"] & words) >= 0.5 * len(words)]
        n["dq_found"] += bool(covering)
        n["dq_right"] += bool(covering) and _source_right(
            g, max(covering, key=lambda p: len(p["content"] & words))
        )


def _quoted_words(tokens: _Tokens, g: Item, shortest: int) -> frozenset[int]:
    pieces = []
    for a, b in spans(g["raw"].get("content")):
        for m in _QUOTED.finditer(tokens.text[a:b]):
            if len(m[1].split()) >= shortest:
                pieces.append((a + m.start(1), a + m.end(1)))
    return tokens.words(pieces)


def _classes(text: str, g: Item) -> list[str]:
    content = " ".join(text[a:b] for a, b in spans(g["raw"].get("content")))
    cue = " ".join(text[a:b] for a, b in spans(g["raw"].get("cue"))).lower()
    direct = re.match(r'\s*["“]', content) and re.search(r'["”][\s,.]*$', content)
    quote = "direct" if direct else "mixed" if re.search('["“”]', content) else "indirect"
    core = CORE_CUES & set(re.findall("[a-z]+", cue))
    return ["all", f"quotation: {quote}", "cue: core reporting verb" if core else "cue: other"]


def _count_layers(
    layers: dict[str, list[int]], gold: Mapping[str, Any], predicted: Mapping[str, Any]
) -> None:
    """Dates, figures, events and shifts, one to one by touching spans; values compared on the pairs."""
    for layer, keys in (
        ("dates", ("from", "to")),
        ("figures", ("value", "unit")),
        ("events", ()),
        ("shifts", ()),
    ):
        expected, found = gold.get(layer, ()), predicted.get(layer, ())
        if layer not in gold:
            continue
        used: set[int] = set()
        right = same = 0
        for g in expected:
            j = next((j for j, p in enumerate(found) if j not in used and _touch(g["span"], p["span"])), None)
            if j is not None:
                used.add(j)
                right += 1
                same += all(g.get(k) == found[j].get(k) for k in keys)
        for name, hits in ((layer, right), *(((f"{layer} value", same),) if keys else ())):
            row = layers.setdefault(name, [0, 0, 0])
            for k, value in enumerate((hits, len(found), len(expected))):
                row[k] += value


def _touch(a: Any, b: Any) -> bool:
    return any(x < d and c < y for x, y in spans(a) for c, d in spans(b))
