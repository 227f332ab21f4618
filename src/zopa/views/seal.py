"""View of a sealed line held against a case."""

from __future__ import annotations

from zopa.study.seal import SealCheck
from zopa.views.document import Block, Bullets, Document, Section, paragraph
from zopa.views.labels import Labels

__all__ = ["check"]

WORDS = {
    "version": "the program: the line was made with version {0}, this is {1}",
    "at": "the day: the line is about {0}, the case was opened at {1}",
    "case": "the case: its files are not those of the line",
    "asked": "the question: other readings or other judgments are set",
    "answers": "the answers",
}


def check(c: SealCheck, _: Labels) -> Document:
    """Whether the line holds, and what differs."""
    said = "The line holds: the same case, question and answers." if c.holds else "The line does not hold."
    blocks: list[Block] = [paragraph(said, tone="yes" if c.holds else "no")]
    if c.differs:
        told = (WORDS[p].format(getattr(c.sealed, p), getattr(c.now, p)) for p in c.differs)
        blocks.append(Bullets(tuple((f"Different is {t}.",) for t in told)))
    if set(c.differs) - {"version"} == {"case"}:
        blocks.append(
            paragraph(
                "The question and the answers are those of the line: only the digest of the files differs."
            )
        )
    step = "run CASE" if c.holds else "seal CASE"
    return Document("", (Section("seal", "", tuple(blocks)),), next=(step,))
