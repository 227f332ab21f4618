"""The chain behind a number or a rule: method, judgments, statements, the sentence in its source."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from zopa.bargaining import SOLUTIONS
from zopa.case import (
    Basis,
    Case,
    Estimate,
    all_rules,
    place,
    quantity,
    reservation,
    speaks_for,
    values,
    voters,
    weights,
)
from zopa.casefile import find_quote, line_of
from zopa.counts import things
from zopa.errors import UnknownName
from zopa.space import choose_readings, plain
from zopa.waiting import party_cost

__all__ = [
    "InContext",
    "Step",
    "explain",
    "in_context",
    "known_ids",
    "rule_step",
    "sentence_around",
    "statement_step",
]


@dataclass(frozen=True)
class Step:
    """One link of a derivation: what it is, what it says, what it rests on, and the steps below it."""

    id: str
    title: str
    text: str = ""
    basis: str = ""
    steps: tuple[Step, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The chain as plain data."""
        return dict(plain(self))

    def lines(self, depth: int = 0) -> Iterator[tuple[int, Step]]:
        """The chain, depth first, with the depth of each step."""
        yield depth, self
        for step in self.steps:
            yield from step.lines(depth + 1)


def known_ids(case: Case) -> list[str]:
    """Everything that can be explained in this case."""
    parties = voters(case)
    found = [*case.statements, *all_rules(case), "zone", *SOLUTIONS]
    found += [f"{p}.reservation" for p in parties]
    found += [f"{p}.capability" for p, party in case.parties.items() if party.capability is not None]
    found += [f"{p}.places.{i}" for p in case.parties for i in case.issues if place(case, p, i) is not None]
    found += [f"{p}.costs" for p in case.parties if _has_costs(case, p)]
    if case.graph is not None:
        found += [
            f"{p}.prefers.{k + 1}" for p, own in case.graph.preferences.items() for k in range(len(own))
        ]
        found += [f"actions.{a}" for a in case.graph.actions]
    found += [f"{p}.weights.{i}" for p in parties for i in case.issues]
    found += [
        f"{p}.values.{i}.{o}" for p in parties for i, issue in case.issues.items() for o in issue.options
    ]
    return found


def explain(case: Case, ident: str) -> Step:
    """The chain behind an id down to the sentence in the source.

    Parameters
    ----------
    ident : str
        A statement or rule id; ``zone``; a solution; ``PARTY.reservation``, ``PARTY.costs``,
        ``PARTY.capability``, ``PARTY.weights.ISSUE``, ``PARTY.places.ISSUE``, ``PARTY.values.ISSUE.OPTION``;
        ``PARTY.prefers.PLACE`` and ``actions.ACTION`` of the graph section. Where a statement and a rule share an id,
        ``rules.RULE`` is the rule.

    Raises
    ------
    UnknownName
        Nothing in the case has this id.
    """
    if ident in case.statements:
        return statement_step(case, ident)
    if ident in all_rules(case):
        return rule_step(case, ident)
    group, _, rest = ident.partition(".")
    if group == "rules" and rest in all_rules(case):
        return rule_step(case, rest)
    head = ident.split(".")[0]
    if head == "zone":
        return _zone_step(case)
    if head in SOLUTIONS:
        m = SOLUTIONS[head]
        text = f"picks {m.asks} ({m.source}), among the packages of the zone" + (
            f". It {m.warning}" if m.warning else ""
        )
        return Step(
            head, m.title, text, "method", (_zone_step(case), *(_party_step(case, p) for p in voters(case)))
        )
    if (noun := _noun_step(case, ident)) is not None:
        return noun
    if ident in known_ids(case) and ident.endswith(".costs"):
        return _costs_step(case, ident.removesuffix(".costs"))
    if ident in known_ids(case) and (".prefers." in ident or head == "actions"):
        return _graph_step(case, ident)
    if ident in known_ids(case):
        return _judgment_step(case, ident)
    raise UnknownName("party, issue, rule, statement or number", ident, _names(case))


GROUPS = ("parties", "speakers", "issues", "readings", "contacts", "figures", "shifts", "sources")
"""Groups whose entries are explained by what they hold; before an id the group may stand, with a dot."""


def _names(case: Case) -> list[str]:
    """What a message about an unknown id names: parties, issues, rules first; then all else."""
    own = [k for group in GROUPS for k in getattr(case, group)]
    options = [f"{i}.{o}" for i, issue in case.issues.items() for o in issue.options]
    return list(
        dict.fromkeys([*case.parties, *case.issues, *all_rules(case), *own, *options, *known_ids(case)])
    )


def _noun_step(case: Case, ident: str) -> Step | None:
    """A party, speaker, issue, option, set of readings, contact, figure, shift or source, with what rests on it."""
    group, _, rest = ident.partition(".")
    found = next((g for g in GROUPS if ident in getattr(case, g)), None)
    if found is None and group in GROUPS and rest in getattr(case, group):
        found, ident = group, rest
    if found is not None:
        return _NOUNS.get(found, _other_step)(case, ident)
    issue, _, option = ident.removeprefix("issues.").replace(".options.", ".", 1).rpartition(".")
    known = issue in case.issues and option in case.issues[issue].options
    return _option_step(case, issue, option) if known else None


def _party_noun(case: Case, ident: str) -> Step:
    noun = case.parties[ident]
    said = sum(speaks_for(case, s) == ident for s in case.statements.values())
    steps = [_judgment_step(case, f"{ident}.reservation")] if ident in voters(case) else []
    steps += [rule_step(case, k) for k, r in all_rules(case).items() if r.party == ident]
    return Step(ident, noun.name, f"{noun.role}; {things(said, 'statement')}", "party", tuple(steps))


def _issue_noun(case: Case, ident: str) -> Step:
    noun = case.issues[ident]
    steps = tuple(Step(f"{ident}.{o}", f"{o}: {x.label}", "", x.kind) for o, x in noun.options.items())
    return Step(ident, noun.name, noun.question, "issue", steps)


def _speaker_noun(case: Case, ident: str) -> Step:
    noun = case.speakers[ident]
    whose = f"for {case.parties[noun.party].name}" if noun.party else "for no party"
    office = f"{noun.office}, " if noun.office else ""
    steps = tuple(statement_step(case, k) for k, s in case.statements.items() if s.speaker == ident)
    return Step(ident, noun.name, f"{office}{noun.authority}, {whose}", "speaker", steps)


def _readings_noun(case: Case, ident: str) -> Step:
    noun = case.readings[ident]
    steps = tuple(Step(f"{r}/{x}", f"{r}: {x}", "", "reading") for r, x in noun.choose.items())
    return Step(ident, f"set of readings {ident}", noun.says, "reading", steps)


def _source_noun(case: Case, ident: str) -> Step:
    noun = case.sources[ident]
    return Step(
        ident,
        noun.title or ident,
        ", ".join(x for x in (noun.publisher, noun.date, noun.file) if x),
        "source",
    )


def _other_step(case: Case, ident: str) -> Step:
    """A contact, a figure or a shift in its words."""
    group = next(g for g in ("contacts", "figures", "shifts") if ident in getattr(case, g))
    noun = getattr(case, group)[ident]
    what = getattr(noun, "what", "") or getattr(noun, "of", "")
    return Step(ident, f"{group.removesuffix('s')} {ident}: {what}", noun.quote, noun.review.state)


_NOUNS: dict[str, Callable[[Case, str], Step]] = {
    "parties": _party_noun, "issues": _issue_noun, "speakers": _speaker_noun, "readings": _readings_noun,
    "sources": _source_noun,
}  # fmt: skip


def _option_step(case: Case, issue: str, option: str) -> Step:
    """An option: why it is on the list, and what it is worth to each party."""
    noun = case.issues[issue].options[option]
    worth = (_judgment_step(case, f"{p}.values.{issue}.{option}") for p in voters(case))
    steps = (_basis_step(case, f"{issue}.{option}", noun), *worth)
    return Step(f"{issue}.{option}", f"{case.issues[issue].name}: {noun.label}", "", "option", steps)


def statement_step(case: Case, ident: str) -> Step:
    """A statement: who said it, when, in which sentence of which source."""
    s = case.statements[ident]
    speaker = case.speakers[s.speaker].name if s.speaker else "the author of the text"
    party = speaks_for(case, s)
    who = speaker + (f", for {case.parties[party].name}" if party else "")
    when = f", {s.said}" if s.said else ""
    title = f"{who}{when}: {s.kind.replace('_', ' ')}"
    return Step(ident, title, s.about, "stated", (_source_step(case, ident),))


def _source_step(case: Case, ident: str) -> Step:
    s = case.statements[ident]
    source = case.sources.get(s.source)
    if source is None:
        return Step(s.source, s.source, s.quote, "source")
    at = find_quote(source.text, s.quote, s.prefix, s.suffix, s.start)[0]
    before, quote, after = sentence_around(source.text, at, len(s.quote))
    cite = ", ".join(x for x in (source.title, source.publisher, source.date) if x)
    return Step(
        s.source,
        f"{source.file}, line {line_of(source.text, at)} ({cite})",
        f"{before}«{quote}»{after}",
        "source",
    )


@dataclass(frozen=True)
class InContext:
    """The quoted words of a statement with the text before and after them, and where they stand."""

    before: str
    quote: str
    after: str
    source: str
    line: int
    cut_before: bool
    cut_after: bool


def in_context(case: Case, ident: str, most: int = 300) -> InContext | None:
    """The words of a statement with up to ``most`` characters on either side; None where the text is not there."""
    s = case.statements[ident]
    source = case.sources.get(s.source)
    if source is None or not source.text:
        return None
    at = find_quote(source.text, s.quote, s.prefix, s.suffix, s.start)[0]
    end = at + len(s.quote)
    first, last = max(0, at - most), min(len(source.text), end + most)
    if first and (gap := re.search(r"\s", source.text[first:at])):  # whole words only
        first += gap.end()
    if last < len(source.text) and (cut := re.search(r"\s\S*\Z", source.text[end:last])):
        last = end + cut.start()
    return InContext(
        source.text[first:at],
        quote=source.text[at:end],
        after=source.text[end:last],
        source=s.source,
        line=line_of(source.text, at),
        cut_before=first > 0,
        cut_after=last < len(source.text),
    )


def sentence_around(text: str, start: int, length: int) -> tuple[str, str, str]:
    """The sentence that holds a quote, as (before, quote, after)."""
    end = start + length
    left = max(
        (m.end() for m in re.finditer(r"[.!?]['\"”’]?\s+|\n", text[max(0, start - 600) : start])), default=0
    )
    left += max(0, start - 600)
    following = re.search(r"[.!?]['\"”’]?(\s|$)|\n", text[end : end + 600])
    right = end + (following.end() if following and text[start:end].rstrip("'\"”’")[-1:] not in ".!?" else 0)
    return text[left:start].lstrip(), text[start:end], text[end:right].rstrip()


def rule_step(case: Case, ident: str) -> Step:
    """A rule: whose, its readings, and the statements behind each."""
    rule = all_rules(case)[ident]
    party = case.parties[rule.party].name if rule.party else "no party"
    steps = [_basis_step(case, basis_id, rule) for basis_id in [ident]]
    for name, reading in rule.readings.items():
        below = (_basis_step(case, f"{ident}/{name}", reading),) if reading.kind != "none" else ()
        default = (
            " (the reading used unless another is chosen)" if name == choose_readings(case).get(ident) else ""
        )
        steps.append(Step(f"{ident}/{name}", f"reading '{name}'{default}", reading.says, "reading", below))
    return Step(ident, f"rule {ident} of {party}", rule.says, rule.kind, tuple(steps))


def _basis_step(case: Case, ident: str, basis: Basis) -> Step:
    below = tuple(statement_step(case, s) for s in basis.statements)
    if basis.kind == "assumed":
        by = f" ({basis.by})" if basis.by else ""
        return Step(ident, f"assumed{by}", basis.assumed, "assumed")
    if basis.kind == "none":
        return Step(ident, "no basis given", "", "assumed")
    return Step(ident, basis.kind, basis.why, basis.kind, below)


def _estimate_step(case: Case, ident: str, title: str, e: Estimate) -> Step:
    spread = f" ({float(e.low):g} to {float(e.high):g})" if e.low != e.high else ""
    kind = "gap" if e.gap else e.basis.kind
    return Step(ident, f"{title}: {float(e.best):g}{spread}", "", kind, (_basis_step(case, ident, e.basis),))


def _judgment_step(case: Case, ident: str) -> Step:
    party, what, *rest = ident.split(".")
    name = case.parties[party].name
    if what == "reservation":
        r = reservation(case, party)
        if r is None:
            return Step(
                ident, f"{name}: no reservation value was given", "every package counts as accepted", "gap"
            )
        return _estimate_step(case, ident, f"reservation value of {name}", r)
    if what == "capability":
        strength = quantity(case, party, "capability")
        assert strength is not None
        return _estimate_step(case, ident, f"capability of {name}", strength)
    if what == "places":
        at = place(case, party, rest[0])
        assert at is not None
        return _estimate_step(case, ident, f"place of {name} on {rest[0]}", at[0])
    if what == "weights":
        return _estimate_step(case, ident, f"weight of {rest[0]} for {name}", weights(case, party)[rest[0]])
    cell = values(case, party, rest[0])[rest[1]]
    return _estimate_step(case, ident, f"value of {rest[0]} {rest[1]} for {name}", cell)


def _graph_step(case: Case, ident: str) -> Step:
    """A line of a party's preferences, or an action, and what it rests on."""
    assert case.graph is not None
    first, *_, last = ident.split(".")
    if first == "actions":
        action = case.graph.actions[last]
        title = f"{case.parties[action.holder].name} could alone {action.yes}"
        return Step(ident, title, "", action.kind, (_basis_step(case, ident, action),))
    wish = case.graph.preferences[first][int(last) - 1]
    title = f"preference {last} of {case.parties[first].name}: {wish.says or wish.holds}"
    return Step(ident, title, wish.holds, wish.kind, (_basis_step(case, ident, wish),))


def _has_costs(case: Case, party: str) -> bool:
    settings = case.costs is not None and party in case.costs.parties
    return settings or any(row.party == party for row in case.cost_rows)


def _costs_step(case: Case, party: str) -> Step:
    """What waiting costs a party: every figure with its line, its basis and the statements below it."""
    borne = party_cost(case, party)
    steps = tuple(
        Step(
            f"{party}.costs.{k}",
            why.text,
            "",
            why.basis,
            tuple(statement_step(case, s) for s in why.statements),
        )
        for k, why in enumerate(borne.why, 1)
    )
    text = f"from {borne.source}" if borne.source else "no cost is on file"
    return Step(f"{party}.costs", f"what waiting costs {case.parties[party].name}", text, "method", steps)


def _party_step(case: Case, party: str) -> Step:
    text = "utility = sum over issues of weight × value / 100"
    if case.parties[party].points:
        text = "utility = sum of the points of the chosen options"
    return Step(party, f"utility of {case.parties[party].name}", text, "method")


def _zone_step(case: Case) -> Step:
    steps = [rule_step(case, r) for r in all_rules(case)]
    steps += [_judgment_step(case, f"{p}.reservation") for p in voters(case)]
    return Step(
        "zone",
        "zone",
        "packages that no rule forbids and that every party needed accepts: utility >= reservation value",
        "method",
        tuple(steps),
    )
