"""Texts into a case folder: which are new, what is read in them, what is written, and what a newer version changes.

The command line and the workbench call this; nothing is printed or asked here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from zopa.case.model import Case, Records
from zopa.casefile import drop_missing_names, load, set_values
from zopa.counts import be, things
from zopa.errors import UnknownName
from zopa.reading.case_records import moved, renewed, to_records
from zopa.reading.extraction.extract import Extract, extract
from zopa.reading.sources.duplicates import copies
from zopa.reading.sources.files import Incoming
from zopa.reading.sources.text import Published, Text, prepare
from zopa.reading.store import add_source, save_changes, source_id, write_text
from zopa.reading.structure import draft_case

__all__ = ["Added", "Again", "Ingested", "Replaced", "ingest", "read_again", "replace_source"]

Reader = Callable[[Text, Case], Extract]
"""How a text is read for a case: by the rules, a trained model, or with an endpoint beside them."""


@dataclass(frozen=True, slots=True)
class Added:
    """One text that came in: the id of its source, what was added of each group of records, and notes."""

    source: str
    records: Mapping[str, int]
    notes: tuple[str, ...] = ()

    @property
    def new(self) -> bool:
        """Whether the text was not in the case already."""
        return bool(self.records)


@dataclass(frozen=True, slots=True)
class Ingested:
    """What a folder was given: ``made`` says whether its ``case.yaml`` was drafted from the texts."""

    folder: Path
    made: bool
    sources: tuple[Added, ...]


@dataclass(frozen=True, slots=True)
class Replaced:
    """A newer version of a source: how many records moved to it, and how many wait for review with the older one."""

    source: str
    moved: int
    changed: int


@dataclass(frozen=True, slots=True)
class Again:
    """A source read anew: suggestions that are new, that changed, that are gone; and decisions that were kept."""

    source: str
    new: int
    changed: int
    gone: int
    kept: int
    notes: tuple[str, ...] = ()


def ingest(
    incoming: Sequence[Incoming], folder: Path, *, language: str = "", reader: Reader | None = None
) -> Ingested:
    """Add texts to a case folder as sources with suggested records; draft the case where there is none.

    A text that the case has already is not added again. One whose records are missing, because an earlier run was
    stopped between the two, is read again.

    Parameters
    ----------
    incoming : sequence of Incoming
        The texts, as :func:`zopa.reading.sources.files.open_source` gives them.
    folder : Path
        A case folder; it is made where it does not exist.
    language : str
        The language pack; left out, that of each text.
    reader : callable, optional
        How a text is read; by the rules if left out.

    Raises
    ------
    CaseError
        If the folder is no sound case.
    """
    read = reader or (lambda text, case: extract(text, case, language=language))
    texts = [prepare(item.text, item.published, language) for item in incoming]
    made = not (folder / "case.yaml").exists()
    if made:
        write_text(folder / "case.yaml", draft_case(texts, language=language))
    sources = tuple(
        _add(item, text, folder, language, read) for item, text in zip(incoming, texts, strict=True)
    )
    load(folder)  # what was written must be sound
    return Ingested(folder, made, sources)


def _add(item: Incoming, text: Text, folder: Path, language: str, read: Reader) -> Added:
    case = load(folder)
    case = case.whole or case
    ident, new = source_id(folder, text, item.name)
    notes = [*item.notes, *(f"{n} {what} removed" for what, n in text.removed)]
    if not new and _has_records(case, ident):
        notes.append("this text is in the case already; nothing was added")
        kept, given = case.sources[ident].date, text.published.on
        if given is not None and given.isoformat() != kept:
            notes.append(
                f"its date stays {kept or 'empty'}, not {given}: change it in sources.csv, row {ident}"
            )
        return Added(ident, {}, tuple(notes))
    earlier = {k: s.text for k, s in case.sources.items() if k != ident}
    found, repeated = _without_copies(read(text, case), copies({**earlier, ident: text.text}), ident)
    if repeated:
        notes.append(
            f"{things(repeated, 'statement')} in paragraphs copied from earlier sources; counted once"
        )
    notes += [note for note in found.notes if not note.endswith("removed from the text")]
    taken = {*case.statements, *case.contacts, *case.figures, *case.shifts}
    records = to_records(found, ident, case, taken, language)
    notes += _undated(text.published, records)
    add_source(folder, ident, text, item.url, records=records)
    on = text.published.on
    if on is not None and case.as_of is not None and on > case.as_of:  # what is later than it would not count
        set_values(folder, {("as_of",): on})
        notes.append(f"the case is as of {on} now, the day of this source; it was {case.as_of}")
    counts = {name: len(getattr(records, name)) for name in ("statements", "contacts", "figures", "shifts")}
    return Added(ident, counts, tuple(notes))


def _undated(published: Published, records: Records) -> list[str]:
    """That no date was found; or that statements are dated after the day of publication."""
    day = published.on
    if day is None:
        return [
            "no date found: days such as “on Tuesday” stay open; --date gives one, or sources/sources.csv"
        ]
    late = [k for k, s in records.statements.items() if s.said and s.said.start and s.said.start > day]
    if not late:
        return []
    return [
        f"{things(len(late), 'statement')} {be(len(late))} dated after the publication on {day}: {', '.join(late[:5])}"
    ]


def read_again(folder: Path, *, language: str = "", reader: Reader | None = None) -> tuple[Again, ...]:
    """Read every source of a case anew, with its issues, speakers and parties as they are now.

    Every decision is kept: a record that a person accepted, edited, rejected, joined, split or reopened, and one that
    something else refers to, stays as it is, and nothing is suggested in its place. Suggestions that no one has touched
    give way to what is read now; parties, speakers, issues and options that they name and the case has no more are
    dropped first.

    Raises
    ------
    CaseError
        If the folder is no sound case after that, such as where a decision names an issue that is gone.
    """
    read = reader or (lambda text, case: extract(text, case, language=language))
    drop_missing_names(folder)
    done = []
    for ident in load(folder).sources:
        case = load(folder)
        source = case.sources[ident]
        known = Published(source.title, source.publisher, "", _day(source.date))
        text = prepare(source.text, known, language or source.language)
        if text.text != source.text:
            done.append(Again(ident, 0, 0, 0, 0, ("left alone: it holds what a text that is read in loses",)))
            continue
        earlier = {k: s.text for k, s in case.sources.items()}
        before = dict(list(earlier.items())[: list(earlier).index(ident) + 1])
        found, _ = _without_copies(read(text, case), copies(before), ident)
        others = case.model_copy(
            update={"statements": {k: s for k, s in case.statements.items() if s.source != ident}}
        )
        taken = {*case.statements, *case.contacts, *case.figures, *case.shifts}
        records = to_records(found, ident, others, taken, language)
        change = renewed(case, ident, records)
        save_changes(folder, change.changed, change.added)
        load(folder)  # what was written must be sound
        done.append(
            Again(
                ident,
                change.new,
                change.renewed,
                change.gone,
                change.kept,
                (*(n for n in found.notes if n.startswith("endpoint")), *_undated(text.published, records)),
            )
        )
    return tuple(done)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _has_records(case: Case, source: str) -> bool:
    groups = (case.statements, case.contacts, case.figures, case.shifts)
    return any(record.source == source for group in groups for record in group.values())


def _without_copies(found: Extract, repeated: Iterable[tuple[str, int]], source: str) -> tuple[Extract, int]:
    """Leave out what stands in paragraphs that an earlier source has; how many statements that were."""
    paragraphs, at = [], 0
    for line in found.text.text.split("\n"):
        if line.strip():
            paragraphs.append((at, at + len(line)))
        at += len(line) + 1
    copied = [paragraphs[n] for name, n in repeated if name == source]

    def is_fresh(start: int) -> bool:
        return not any(a <= start < b for a, b in copied)

    kept = [i for i, s in enumerate(found.statements) if is_fresh(s.span[0])]
    if len(kept) == len(found.statements):
        return found, 0
    place = {old: new for new, old in enumerate(kept)}
    statements = tuple(
        replace(s, nested_in=place.get(s.nested_in) if s.nested_in is not None else None)
        for s in (found.statements[i] for i in kept)
    )
    trimmed = replace(
        found,
        statements=statements,
        contacts=tuple(c for c in found.contacts if is_fresh(c.start)),
        figures=tuple(f for f in found.figures if is_fresh(f.start)),
        shifts=tuple(s for s in found.shifts if is_fresh(s.start)),
        claims=tuple(c for c in found.claims if is_fresh(c.start)),
    )
    return trimmed, len(found.statements) - len(kept)


def replace_source(item: Incoming, folder: Path, old: str, *, language: str = "") -> Replaced | None:
    """Move the records of a source to a newer version of its text; None when the case has that text already.

    Raises
    ------
    UnknownName
        If the case has no source ``old``.
    """
    case = load(folder)
    case = case.whole or case
    if old not in case.sources:
        raise UnknownName("source", old, case.sources)
    text = prepare(item.text, item.published, language)
    new, fresh = source_id(folder, text, old)
    if not fresh:
        return None
    groups = moved(case, old, new, text.text)
    add_source(folder, new, text, item.url, changed=groups)
    load(folder)
    everything = [r for changed in groups.values() for r in changed.values()]
    stay = sum(r.source == old for r in everything)
    return Replaced(new, len(everything) - stay, stay)
