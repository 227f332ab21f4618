"""A trained reader: two linear-chain CRFs that take the rules' reading as features. The user trains it.

No weights are shipped. A model carries words of the texts it was trained on, so it may be passed on only where
their licence allows; the card inside the file says what it was trained on.
"""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import zipfile
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from zopa.casefile import write_file
from zopa.errors import CaseError, Finding, MissingExtra
from zopa.reading.attribution.attribute import Attribution, attribute
from zopa.reading.evaluation.score import AnnotatedText, spans
from zopa.reading.extraction.extract import Trained
from zopa.reading.language.lexicon import Lexicon, lexicon
from zopa.reading.parsing.segment import Segments, segment

__all__ = ["load_model", "train_model"]

FORMAT = 2
"""2: the card holds the sha256 of the weights."""
PARTS = ("cues.crf", "roles.crf")
LARGEST = 500_000_000
"""Bytes of a model, unpacked."""
CUE_ROUNDS, ROLE_ROUNDS = 60, 50
LEFT, RIGHT = 80, 100
"""Tokens to both sides of a cue in which its speaker and content are looked for."""

Range = tuple[int, int]


def _crfsuite() -> Any:
    try:
        import pycrfsuite
    except ImportError:
        raise MissingExtra("train", "a trained reader") from None
    return pycrfsuite


def train_model(documents: Iterable[AnnotatedText], path: Path, language: str = "en") -> Path:
    """Train on annotated documents and write one model file.

    Raises
    ------
    MissingExtra
        If ``zopa[train]`` is not installed.
    """
    crf = _crfsuite()
    cues, roles = _trainer(crf, CUE_ROUNDS, 2), _trainer(crf, ROLE_ROUNDS, 3)
    lex = lexicon(language)
    n = statements = 0
    for d in documents:
        n += 1
        seg = segment(d.text, lex)
        rules = attribute(seg, lex, nested=False)
        gold = [x for x in (_to_tokens(seg, a) for a in d.gold["attributions"]) if x is not None]
        statements += len(gold)
        view = _View(seg, lex, rules)
        marked = _marks(len(seg.words), [c for x in gold for c in x["cue"]])
        for a, b in seg.sentences:
            cues.append(view.cue_features(a, b), marked[a:b])
        for x in gold:
            if x["cue"]:
                low, high = view.window(x["cue"][0])
                roles.append(view.role_features(x["cue"][0], low, high), _role_labels(x, low, high))
    if not n:
        raise CaseError([Finding("", "expected annotated documents, saw none")], "nothing was trained")
    card = {
        "language": language,
        "documents": n,
        "statements": statements,
        "licence": "that of the training texts",
        "format": FORMAT,
    }
    weights = {name: _trained(trainer) for name, trainer in zip(PARTS, (cues, roles), strict=True)}
    card["sha256"] = {name: _digest(data) for name, data in weights.items()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in weights.items():
            archive.writestr(name, data)
        archive.writestr("card.json", json.dumps(card))
    write_file(path, packed.getvalue())
    return path


def _trainer(crf: Any, rounds: int, minimum: int) -> Any:
    trainer = crf.Trainer(algorithm="ap", verbose=False)
    trainer.set_params({"max_iterations": rounds, "feature.minfreq": minimum})
    return trainer


def _trained(trainer: Any) -> bytes:
    """The weights, as the library writes them."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "weights"
        trainer.train(str(file))
        return file.read_bytes()


def load_model(path: Path) -> Trained:
    """The trained reader in a file written by :func:`train_model`.

    Raises
    ------
    CaseError
        If the file is not such a model, or was changed since it was written.
    """
    crf = _crfsuite()
    card, weights = _opened(path)
    lex = lexicon(card["language"])
    taggers = {name: crf.Tagger() for name in weights}
    try:
        for name, data in weights.items():
            taggers[name].open_inmemory(data)
    except ValueError as error:
        raise _refused(path, f"holds weights that cannot be used: {error}") from None

    def reader(seg: Segments, rules: list[Attribution]) -> list[Attribution]:
        assert weights  # a tagger reads the bytes where they are: they must outlive it
        outer = [x for x in rules if x.parent is None]
        return _tag(seg, lex, outer, taggers["cues.crf"], taggers["roles.crf"])

    return reader


def _opened(path: Path) -> tuple[Mapping[str, Any], dict[str, bytes]]:
    """Card and weights of a model file, after their digests were compared.

    The library that runs the weights trusts them, and a damaged file can end the process.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(m.file_size for m in archive.infolist())
            if size > LARGEST:
                raise _refused(path, f"is larger than {LARGEST // 1_000_000} MB when unpacked")
            card = json.loads(archive.read("card.json"))
            weights = {name: archive.read(name) for name in PARTS}
    except CaseError:
        raise
    except Exception as error:  # what the zip reader throws at damaged bytes is not bounded
        raise _refused(path, f"cannot be opened: {error or type(error).__name__}") from None
    if not isinstance(card, dict) or not isinstance(card.get("language"), str):
        raise _refused(path, "has no card that names its language")
    if card.get("format") != FORMAT:
        raise _refused(path, f"is of format {card.get('format')!r:.20}, not {FORMAT}")
    if card.get("sha256") != {name: _digest(data) for name, data in weights.items()}:
        raise _refused(path, "holds weights that are not those that were written (sha256 differs)")
    return card, weights


def _refused(path: Path, what: str) -> CaseError:
    finding = Finding("", f"expected a model written by `zopa train`: it {what}", "train it again", str(path))
    return CaseError([finding], "nothing was read")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _tag(
    seg: Segments, lex: Lexicon, rules: list[Attribution], cue_tagger: Any, role_tagger: Any
) -> list[Attribution]:
    view = _View(seg, lex, rules)
    own = {x.cue[0]: x for x in rules if x.cue}
    out = []
    for a, b in seg.sentences:
        for cue in _chunks(cue_tagger.tag(view.cue_features(a, b)), a):
            low, high = view.window(cue)
            labels = role_tagger.tag(view.role_features(cue, low, high))
            source = [p for p in _runs(labels, low, "S")]
            content = tuple(_runs(labels, low, "C"))
            if not content:
                continue
            nearest = min(source, key=lambda p: abs(p[0] - cue[0]), default=None)
            rule = next((x for c, x in own.items() if c[0] < cue[1] and cue[0] < c[1]), None)
            lemma = (
                rule.lemma
                if rule
                else next(
                    (lex.forms[w][0][0] for w in reversed(seg.lower[slice(*cue)]) if w in lex.forms), ""
                )
            )
            out.append(Attribution((nearest,) if nearest else (), (cue,), content, "crf", lemma))
    return [replace(x, inherited=bool(x.source) and abs(x.source[0][0] - x.cue[0][0]) > 12) for x in out]


def _chunks(labels: Sequence[str], offset: int) -> list[Range]:
    out: list[Range] = []
    for i, label in enumerate(labels):
        if label == "B" or (label == "I" and not (out and out[-1][1] == offset + i)):
            out.append((offset + i, offset + i + 1))
        elif label == "I":
            out[-1] = (out[-1][0], offset + i + 1)
    return out


def _runs(labels: Sequence[str], offset: int, wanted: str) -> list[Range]:
    out, at = [], offset
    for label, group in groupby(labels):
        n = len(list(group))
        if label == wanted:
            out.append((at, at + n))
        at += n
    return out


def _to_tokens(seg: Segments, a: Any) -> dict[str, list[Range]] | None:
    """A gold statement in token ranges; only its first cue is used."""
    out: dict[str, list[Range]] = {}
    for role in ("source", "cue", "content"):
        out[role] = []
        for x, y in spans(a.get(role)):
            first, last = bisect_right(seg.end, x), bisect_right(seg.begin, y - 1)
            if last > first:
                out[role].append((first, last))
    return out if out["cue"] or out["content"] else None


def _marks(n: int, cues: list[Range]) -> list[str]:
    out = ["O"] * n
    for a, b in cues:
        out[a:b] = ["B", *["I"] * (b - a - 1)]
    return out


def _role_labels(x: dict[str, list[Range]], low: int, high: int) -> list[str]:
    out = ["O"] * (high - low)
    for role, mark in (("content", "C"), ("source", "S")):
        for a, b in x[role]:
            for i in range(max(a, low), min(b, high)):
                out[i - low] = mark
    for i in range(max(x["cue"][0][0], low), min(x["cue"][0][1], high)):
        out[i - low] = "Q"
    return out


class _View:
    """The features of one text's tokens."""

    def __init__(self, seg: Segments, lex: Lexicon, rules: list[Attribution]) -> None:
        self.seg, self.lex = seg, lex
        self.role = ["O"] * len(seg.words)
        for x in rules:
            for mark, pieces in (("C", x.content), ("S", x.source), ("Q", x.cue)):
                for a, b in pieces:
                    self.role[a:b] = [mark] * (b - a)
        self.by_cue = {x.cue[0]: x for x in rules if x.cue}
        self.kind = [self._class(w) for w in seg.lower]

    def _class(self, w: str) -> str:
        readings = self.lex.forms.get(w)
        if readings:
            base, slot = readings[0]
            return slot[:2] + "-" + ("".join(sorted(c[0] for c in self.lex.classes.get(base, ()))) or "v")
        for name in (
            "determiners",
            "possessives",
            "subject_pronouns",
            "prepositions",
            "subordinators",
            "conjunctions",
            "modals",
            "be",
            "have",
            "weekdays",
            "titles",
        ):
            if w in self.lex[name]:
                return name[:4]
        return "noun" if w in self.lex["nouns.cue"] else "w" if w[0].isalnum() else w[0]

    def cue_features(self, a: int, b: int) -> list[list[str]]:
        """Features for finding cues, one list per token of a sentence."""
        s = self.seg
        quoted = any(s.quote_of[i] >= 0 for i in range(a, b))
        out = []
        for i in range(a, b):
            w = s.lower[i]
            row = [
                f"w={w}",
                f"k={self.kind[i]}",
                f"s3={w[-3:]}",
                f"s2={w[-2:]}",
                f"p4={w[:4]}",
                f"q={s.quote_of[i] >= 0}",
                f"r={self.role[i]}",
                f"sq={quoted}",
            ]
            row.append("cap" if s.words[i][0].isupper() else "low")
            for k in (-3, -2, -1, 1, 2, 3):
                j = i + k
                if a <= j < b:
                    row += [f"w{k}={s.lower[j]}", f"k{k}={self.kind[j]}", f"r{k}={self.role[j]}"]
                else:
                    row.append(f"e{k}")
            if a < i < b - 1:
                row.append(f"kkk={self.kind[i - 1]}|{self.kind[i]}|{self.kind[i + 1]}")
            out.append(row)
        return out

    def window(self, cue: Range) -> Range:
        """The tokens in which speaker and content of a cue are looked for."""
        n = self.seg.sentence_of[cue[0]]
        first = self.seg.sentences[max(0, n - 1)][0]
        last = self.seg.sentences[min(n + 2, len(self.seg.sentences) - 1)][1]
        return max(first, cue[0] - LEFT), min(last, cue[1] + RIGHT)

    def role_features(self, cue: Range, low: int, high: int) -> list[list[str]]:
        """Features for finding the speaker and the content of one cue."""
        s = self.seg
        own = ["O"] * (high - low)
        rule = self.by_cue.get(cue)
        if rule:
            for mark, pieces in (("C", rule.content), ("S", rule.source)):
                for a, b in pieces:
                    for i in range(max(a, low), min(b, high)):
                        own[i - low] = mark
        head = s.lower[cue[1] - 1]
        home = s.sentence_of[cue[0]]
        commas = verbs = marks = 0
        between: dict[int, tuple[int, int, int]] = {}
        for sweep in (range(cue[0] - 1, low - 1, -1), range(cue[1], high)):
            commas = verbs = marks = 0
            for i in sweep:
                between[i] = (min(commas, 3), min(verbs, 3), min(marks, 3))
                commas += s.words[i] == ","
                verbs += self.kind[i][:2] in ("pa", "th", "be", "mo")
                marks += s.words[i] in '"“”'
        out = []
        for i in range(low, high):
            inside = cue[0] <= i < cue[1]
            side = "Q" if inside else "L" if i < cue[0] else "R"
            d = 0 if inside else cue[0] - i if i < cue[0] else i - cue[1] + 1
            bucket = d if d < 4 else 4 if d < 8 else 8 if d < 16 else 16 if d < 32 else 32
            c, v, m = between.get(i, (0, 0, 0))
            row = [
                f"{side}{bucket}",
                f"{side}c{c}",
                f"{side}v{v}",
                f"{side}m{m}",
                f"h={head}|{side}",
                f"o={own[i - low]}",
                f"o={own[i - low]}|{side}",
                f"r={self.role[i]}",
                f"w={s.lower[i]}",
                f"k={self.kind[i]}|{side}",
                f"q={s.quote_of[i] >= 0}|{side}",
                f"st={s.sentence_of[i] - home}",
            ]
            for k in (-1, 1):
                j = i + k
                if low <= j < high:
                    row += [f"w{k}={s.lower[j]}", f"k{k}={self.kind[j]}", f"o{k}={own[j - low]}"]
            if s.words[i][0].isupper():
                row.append(f"cap|{side}")
            out.append(row)
        return out
