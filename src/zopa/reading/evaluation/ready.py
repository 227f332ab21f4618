"""How much of what a text states a person could accept unchanged: found, speaker, kind, condition, issue.

An annotated statement is found when the words of a suggestion have a Dice coefficient of at least one half with its
own, or hold four fifths of them in at most four times as many. It is ready when besides its speaker and kind, and its
condition and consequent where it has one, are right. Precision: suggestions that are found, of all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zopa.case.model import Case
from zopa.reading.evaluation.score import AnnotatedText
from zopa.reading.extraction.extract import extract
from zopa.reading.extraction.speakers import Roster
from zopa.reading.sources.text import prepare

__all__ = ["Readiness", "by_genre", "ready", "table"]

Range = tuple[int, int]
_WORD = re.compile(r"\w+(?:[.'’\-]\w+)*")


@dataclass(frozen=True, slots=True)
class Readiness:
    """Counts over one text or genre; ``conditions`` and ``issues`` are pairs (right, annotated)."""

    statements: int = 0
    found: int = 0
    suggestions: int = 0
    right: int = 0
    speaker: int = 0
    kind: int = 0
    conditions: tuple[int, int] = (0, 0)
    issues: tuple[int, int] = (0, 0)
    ready: int = 0

    def __add__(self, other: Readiness) -> Readiness:
        return Readiness(
            statements=self.statements + other.statements,
            found=self.found + other.found,
            suggestions=self.suggestions + other.suggestions,
            right=self.right + other.right,
            speaker=self.speaker + other.speaker,
            kind=self.kind + other.kind,
            conditions=(self.conditions[0] + other.conditions[0], self.conditions[1] + other.conditions[1]),
            issues=(self.issues[0] + other.issues[0], self.issues[1] + other.issues[1]),
            ready=self.ready + other.ready,
        )

    def rates(self) -> dict[str, float | None]:
        """Shares from 0 to 1; None where nothing of the kind is annotated."""

        def share(a: int, b: int) -> float | None:
            return a / b if b else None

        return {
            "found": share(self.found, self.statements),
            "precision": share(self.right, self.suggestions),
            "speaker": share(self.speaker, self.found),
            "kind": share(self.kind, self.found),
            "condition": share(*self.conditions),
            "issue": share(*self.issues),
            "ready": share(self.ready, self.statements),
        }


def by_genre(documents: Iterable[AnnotatedText], language: str = "en") -> dict[str, Readiness]:
    """The figures of each genre of some documents; those without kinds are left out.

    Speakers are read as without a case. Issues are suggested from the words that the gold lists (``issues``: name ->
    words); a text without them has no figure for issues.
    """
    out: dict[str, Readiness] = {}
    for d in documents:
        issues = d.gold.get("issues") or {}
        gold = [
            g
            | {k: _pieces(g[k]) for k in ("condition_span", "consequent_span") if g.get(k)}
            | {"issue": [_ident(n, [*issues]) for n in g.get("issue") or () if n in issues]}
            for g in d.gold["attributions"]
        ]
        if not any(g.get("kinds") for g in gold):
            continue
        found = extract(
            prepare(d.text, language=language), _with_issues(issues), Roster((), language), language
        ).to_dict()
        speakers = d.gold.get("speakers", {})
        names = {name: list(s.get("aliases", ())) for name, s in speakers.items()}
        genre = str(d.gold.get("genre", "other"))
        one = ready(d.text, gold, [*found["attributions"], *found["nested"]], names)
        out[genre] = out.get(genre, Readiness()) + one
    return out


def _ident(name: str, names: Sequence[str]) -> str:
    return f"i{names.index(name)}"


def _with_issues(issues: Mapping[str, Sequence[str]]) -> Case | None:
    """A case with nothing but the issues of a gold file."""
    if not issues:
        return None
    option = {"label": "any", "assumed": "only for measuring"}
    return Case.model_validate(
        {
            "title": "measuring",
            "parties": {"p1": {"name": "p1"}, "p2": {"name": "p2"}},
            "issues": {
                _ident(name, list(issues)): {"name": name, "words": tuple(words), "options": {"any": option}}
                for name, words in issues.items()
            },
        }
    )


def table(genres: Mapping[str, Readiness]) -> str:
    """The figures as lines of percent, one for each genre and one for all."""
    if not genres:
        return ""
    total = sum(genres.values(), Readiness())
    heads = list(total.rates())
    lines = [
        "what could be accepted unchanged; percent",
        f"{'':28}{'n':>5}" + "".join(f"{h:>11}" for h in heads),
    ]
    for name, r in [*genres.items(), ("all", total)]:
        cells = ("-" if v is None else f"{100 * v:.0f}" for v in r.rates().values())
        lines.append(f"{name[:27]:28}{r.statements:>5}" + "".join(f"{c:>11}" for c in cells))
    return "\n".join(lines)


def _pieces(span: Sequence[Any]) -> list[Any]:
    """A span as a list of pieces."""
    return [span] if isinstance(span[0], int) else list(span)


def ready(
    text: str,
    gold: Sequence[Mapping[str, Any]],
    suggested: Iterable[Mapping[str, Any]],
    aliases: Mapping[str, Sequence[str]],
) -> Readiness:
    """Compare the suggestions of one text with its annotated statements.

    Parameters
    ----------
    text : str
        The text that all offsets are of.
    gold : sequence of mapping
        ``content`` (pieces), ``speaker``, ``kinds`` or ``kind``; ``condition_span``, ``consequent_span``, ``issue``
        and ``optional`` where they apply.
    suggested : iterable of mapping
        As :meth:`zopa.reading.Extract.to_dict` gives them, nested ones with a ``parent``.
    aliases : mapping
        Speaker -> other names that are right.
    """
    places = [m.span() for m in _WORD.finditer(text)]

    def words(pieces: Iterable[Sequence[int]]) -> set[int]:
        return {i for i, (a, b) in enumerate(places) for x, y in pieces if a < y and x < b}

    preds = list(suggested)
    sets = [words(p["content"]) for p in preds]
    total, matched = Readiness(), set()
    for g in gold:
        want = words(g["content"])
        best = max(range(len(preds)), key=lambda j: (_dice(want, sets[j]), -j), default=None)
        holding = [
            j for j, w in enumerate(sets) if len(want & w) >= 0.8 * len(want) and len(w) <= 4 * len(want) + 4
        ]
        if best is None or _dice(want, sets[best]) < 0.5:
            best = min(holding, key=lambda j: len(sets[j]), default=None)
        matched |= {j for j, w in enumerate(sets) if _dice(want, w) >= 0.5} | set(holding)
        if best is None and g.get("optional"):
            continue
        total += _one(g, preds[best] if best is not None else None, aliases, words)
    outer = [j for j, p in enumerate(preds) if p.get("parent") is None]
    return total + Readiness(suggestions=len(outer), right=sum(j in matched for j in outer))


def _one(
    g: Mapping[str, Any],
    p: Mapping[str, Any] | None,
    aliases: Mapping[str, Sequence[str]],
    words: Any,
) -> Readiness:
    conditional, issue = bool(g.get("condition_span")), list(g.get("issue") or ())[:1]
    if p is None:
        return Readiness(statements=1, conditions=(0, int(conditional)), issues=(0, len(issue)))

    def same(name: str) -> bool:
        return not g.get(name) or _dice(words(g[name]), words(p.get(name, ()))) >= 0.5

    speaker = _name(p["speaker"] or "") in {_name(n) for n in (g["speaker"], *aliases.get(g["speaker"], ()))}
    kind = p["kind"] in (g.get("kinds") or [g["kind"]])
    split = not conditional or (same("condition_span") and same("consequent_span"))
    return Readiness(
        statements=1,
        found=1,
        speaker=speaker,
        kind=kind,
        conditions=(int(conditional and split), int(conditional)),
        issues=(int(list(p.get("issue") or ())[:1] == issue and bool(issue)), len(issue)),
        ready=int(speaker and kind and split),
    )


def _dice(a: set[int], b: set[int]) -> float:
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 0.0


def _name(name: str) -> str:
    """A name for comparison: no title, no article, no mark."""
    words = re.sub(r"\W+", " ", name.lower()).split()
    bare = [w for w in words if w not in _TITLES]
    return " ".join(bare or words)


_TITLES = frozenset(
    ["the", "a", "an", "mr", "mrs", "ms", "dr", "sir", "hon", "minister", "president", "prime", "foreign"]
)
