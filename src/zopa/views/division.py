"""View of the division answer: what could be split, by every method that the case has the data for."""

from __future__ import annotations

from fractions import Fraction

from zopa.division import Divided
from zopa.views.delay import reason
from zopa.views.document import Block, Bullets, Cell, Document, Grid, Section, Spans, cell
from zopa.views.labels import Labels

__all__ = ["blocks", "division"]

Row = tuple[Cell | str, ...]


def division(d: Divided, labels: Labels) -> Document:
    """What each method gives each party."""
    return Document("", (Section("division", "", blocks(d, labels)),), next=("show CASE",))


def blocks(d: Divided, labels: Labels) -> tuple[Block, ...]:
    """One table over all methods, what holds for each division, and what the numbers rest on."""
    found: list[Block] = [_table(d, labels)]
    notes: list[Spans] = []
    for s in d.splits:
        held = [f"{name}: {'yes' if ok else 'no'}" for name, ok in s.properties.items()]
        if held or s.notes:
            notes.append((f"{s.title}: {'; '.join((*held, *s.notes))}.",))
    if notes:
        found.append(Bullets(tuple(notes)))
    reasons: tuple[Row, ...] = tuple((cell(*reason(w, labels)), w.basis) for w in d.why)
    if reasons:
        found.append(Grid("What these numbers rest on", ("", "basis"), reasons, folded=len(reasons) > 8))
    return tuple(found)


def _table(d: Divided, labels: Labels) -> Grid:
    rows: list[Row] = []
    for s in d.splits:
        for k, (party, worth) in enumerate(s.gets.items()):
            items = ", ".join(_part(labels, i, x) for i, x in s.shares.get(party, {}).items())
            pays = _exact(s.pays[party], plus=True) if s.pays else ""
            rows.append(
                (
                    s.title if not k else "",
                    labels.party(party),
                    items,
                    cell(_exact(worth), number=True),
                    s.unit,
                    cell(pays, number=True),
                )
            )
    head = ("method", "party", "items", "gets", "", "receives (+) or pays (-)")
    return Grid("What each method gives", head, tuple(rows))


def _exact(x: Fraction, plus: bool = False) -> str:
    return f"{float(x):+,.6g}" if plus else f"{float(x):,.6g}"


def _part(labels: Labels, item: str, share: Fraction) -> str:
    division = labels.case.division if labels.case else None
    name = division.items[item].name if division else item
    return name if share == 1 else f"{share} of {name}"
