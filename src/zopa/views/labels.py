"""Names instead of identifiers: parties, issues, options, rules, readings, statements of a case, as links."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from functools import cached_property

from zopa.case import Basis, Case, Rule, Statement, all_rules, speaks_for
from zopa.views.document import Link, Span, Spans
from zopa.views.numbers import day, in_marks

__all__ = ["Labels"]

AUTHOR = "the author of the text"


class Labels:
    """How the things of a case are called. Without a case, or for an unknown id, the id itself."""

    def __init__(self, case: Case | None = None) -> None:
        self.case = case

    @cached_property
    def rules(self) -> Mapping[str, Rule]:
        """All rules of the case, those made from statements included."""
        return all_rules(self.case) if self.case else {}

    def party(self, ident: str) -> str:
        """The party's name."""
        return self.case.parties[ident].name if self.case and ident in self.case.parties else ident

    def parties(self, idents: Iterable[str]) -> list[str]:
        """The names of several parties."""
        return [self.party(p) for p in idents]

    def issue(self, ident: str) -> str:
        """The issue's name."""
        return self.case.issues[ident].name if self.case and ident in self.case.issues else ident

    def option(self, issue: str, ident: str) -> Link:
        """The option's label."""
        known = self.case.issues[issue].options if self.case and issue in self.case.issues else {}
        if ident not in known:
            return Link(ident)
        return Link(known[ident].label, f"#option-{issue}-{ident}", key=ident)

    def rule(self, ident: str) -> Link:
        """What the rule says."""
        if ident not in self.rules:
            return Link(ident, key=ident)
        rule = self.rules[ident]
        says = rule.says or next((r.says for r in rule.readings.values() if r.says), "") or ident
        return Link(says, f"#rule-{ident}", key=ident)

    def rule_owner(self, ident: str) -> str:
        """The name of the party whose rule it is; empty where it is nobody's."""
        party = self.rules[ident].party if ident in self.rules else None
        return self.party(party) if party else ""

    def reading(self, rule: str, ident: str) -> str:
        """What a rule says in one of its readings."""
        if ident == "off":
            return "set aside"
        known = self.rules[rule].readings if rule in self.rules else {}
        return (known[ident].says if ident in known else "") or self.rule(rule).text

    def dated(self) -> str:
        """The day that was asked for, else the days of the sources; empty where neither is known."""
        if self.case is None:
            return ""
        if self.case.cut:
            return f"As of {day(self.case.cut)}"
        days = sorted({s.date for s in self.case.sources.values() if s.date})
        if len(days) > 1:
            return f"Sources from {day(days[0])} to {day(days[-1])}"
        return f"{'Source' if len(self.case.sources) == 1 else 'Sources'} of {day(days[0])}" if days else ""

    def reading_set(self, ident: str) -> str:
        """What a named set of readings says."""
        known = self.case.readings if self.case else {}
        return known[ident].says or ident if ident in known else ident

    def said(self, ident: str) -> Statement | None:
        """The statement, where the case has it."""
        return self.case.statements.get(ident) if self.case else None

    def speaker(self, ident: str) -> str:
        """Who made a statement."""
        s = self.said(ident)
        if s is None or self.case is None:
            return ident
        return self.case.speakers[s.speaker].name if s.speaker else AUTHOR

    def speaks_for(self, ident: str) -> str:
        """The id of the party that a statement counts for; empty where it counts for none."""
        s = self.said(ident)
        return (speaks_for(self.case, s) if s and self.case else None) or ""

    def party_of(self, ident: str) -> str:
        """The name of the party that a statement counts for; empty where it counts for none."""
        party = self.speaks_for(ident)
        return self.party(party) if party else ""

    def statement(self, ident: str) -> Link:
        """A statement by its speaker and date."""
        s = self.said(ident)
        if s is None:
            return Link(ident, key=ident)
        when = f", {day(s.said)}" if s.said else ""
        return Link(f"{self.speaker(ident)}{when}", f"#statement-{ident}", self.quotable(ident), key=ident)

    def quotable(self, ident: str) -> str:
        """The quoted words; empty where the source must not be quoted."""
        s = self.said(ident)
        if s is None or self.case is None:
            return ""
        source = self.case.sources.get(s.source)
        return "" if source is not None and source.access == "do-not-quote" else s.quote

    def in_marks(self, ident: str) -> str:
        """The quoted words in quotation marks; empty where the source must not be quoted."""
        quote = self.quotable(ident)
        return in_marks(quote) if quote else ""

    def quoted(self, ident: str) -> Spans:
        """The quoted words of a statement with its speaker and date."""
        words = self.in_marks(ident)
        if words and (lang := self.language(ident)):
            return Link(words, lang=lang), " (", self.statement(ident), ")"
        return (f"{words} (" if words else "(", self.statement(ident), ")")

    def language(self, ident: str) -> str:
        """The language code of a statement's source where it is not English."""
        s = self.said(ident)
        source = self.case.sources.get(s.source) if s and self.case else None
        return source.language if source else ""

    def statements(self, idents: Iterable[str]) -> Spans:
        """Several statements, each by its speaker and date, separated by semicolons."""
        found: list[Span] = []
        for ident in dict.fromkeys(idents):
            found += ["; "] if found else []
            found.append(self.statement(ident))
        return tuple(found)

    def basis(self, basis: Basis) -> Spans:
        """A basis in words, with links to its statements."""
        found: list[Span] = [basis.kind if basis.kind != "none" else "no basis given"]
        if basis.statements:
            found += [": ", *self.statements(basis.statements)]
        if basis.assumed:
            found.append(f": {basis.assumed}" + (f" ({basis.by})" if basis.by else ""))
        if basis.why:
            found.append(f" – {basis.why}")
        return tuple(found)

    def to_explain(self, *ids: str | None) -> str:
        """The step that explains the first of these that there is, else a rule, statement or judgment of the case."""
        known = [*self.rules, *(self.case.statements if self.case else ())]
        known += [f"{p}.reservation" for p in (self.case.parties if self.case else ())]
        return f"explain CASE {shlex.quote(next((i for i in (*ids, *known) if i), 'ID'))}"

    def to_judge(self, package: Mapping[str, str] | None = None) -> str:
        """The step that judges a draft: the first issue of a package, else the first option of the case."""
        pairs = {i: next(iter(x.options)) for i, x in (self.case.issues if self.case else {}).items()}
        issue, option = next(iter((package or pairs).items()), ("ISSUE", "OPTION"))
        return f"judge CASE {shlex.quote(f'{issue}={option}')}"

    def package(self, package: Mapping[str, str]) -> Spans:
        """A package as "issue: option" for each issue."""
        found: list[Span] = []
        for issue, option in package.items():
            found += ["; "] if found else []
            found += [f"{self.issue(issue)}: ", self.option(issue, option)]
        return tuple(found)
