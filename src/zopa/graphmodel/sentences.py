"""Verdicts in sentences that need no game theory. Parties are described by what they could do, not by motives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from zopa.case.graph import Priority
from zopa.space import Why

from .answers import Departure, Move, Standing

__all__ = [
    "ALIKE", "MEANING", "VARIED", "basis_sentence", "drift_sentence", "edit", "listed", "notes", "preference", "sentences",
]  # fmt: skip

ALIKE = "it ranks the two alike"
VARIED: Mapping[str, str] = {
    "priorities": "with the order of preferences disturbed",
    "utilities": "with weights and values drawn from their intervals",
    "": "",
}
"""What was varied in the perturbed models."""

MEANING: Mapping[str, str] = {
    "nash": "no party could gain by leaving it alone (Nash stable)",
    "sseq": "each party that could gain by leaving meets an answer that the others would give in their own "
    "interest, and has no way out of it (stable by credible and lasting answers)",
    "seq": "each party that could gain by leaving meets an answer that the others would give in their own "
    "interest (sequentially stable)",
    "smr": "each party that could gain by leaving meets an answer that it could not get out of, though giving it "
    "may cost those who give it (symmetric metarational)",
    "gmr": "each party that could gain by leaving meets an answer, though giving it may cost those who give it "
    "and it may not last (general metarational)",
    "": "at least one party could gain by leaving it, whatever the others did",
}
"""Strongest concept -> what it means, continuing "it holds: "."""


def listed(items: Iterable[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *head, last = list(items)
    return f"{', '.join(head)} and {last}" if head else last


def sentences(
    s: Standing, names: Mapping[str, str], *, quo: str, variants: str, draws: int
) -> tuple[Why, ...]:
    """Everything about one state, most important first."""
    return (
        _verdict(s, names),
        *_idle(s, names),
        *_departures(s.departures, names),
        *_far(s, names),
        *_groups(s, names),
        *_compared(s, names, quo),
        *_reached(s, names, quo),
        *_least(s, names),
        *_robust(s, variants, draws),
        *_doubts(s, names),
    )


def _verdict(s: Standing, names: Mapping[str, str]) -> Why:
    if s.strength:
        return Why(f"It holds: {MEANING[s.strength]}.")
    unstable = [names[p] for p, ok in s.stable["gmr"].items() if not ok]
    return Why(f"It does not hold: {listed(unstable)} could gain by leaving it, whatever the others did.")


def _idle(s: Standing, names: Mapping[str, str]) -> list[Why]:
    if not s.idle:
        return []
    who = listed(names[p] for p in s.idle)
    return [Why(f"{who} can do nothing from here alone: that it holds there says nothing about preferences.")]


def _would(party: str, does: Sequence[str], names: Mapping[str, str]) -> str:
    return f"{names[party]} would {listed(does)}"


def _because(word: str, why: Why | None) -> str:
    return f" ({word}: {why.text})" if why and why.text else ""


def _departures(found: Sequence[Departure], names: Mapping[str, str]) -> list[Why]:
    out = []
    for party in dict.fromkeys(d.party for d in found):
        own = [d for d in found if d.party == party]
        # what nothing answers, or the weakest answer, decides about the party
        own.sort(key=lambda d: (d.answer is not None, d.credible, d.final))
        first = own[0]
        more = f" {len(own) - 1} other steps would be a gain for it too." if len(own) > 2 else ""
        more = " One other step would be a gain for it too." if len(own) == 2 else more
        ids = (*first.why.statements, *(first.loss.statements if first.loss else ()))
        gain = f"it would {listed(first.does)}{_because('its gain', first.why)}"
        text = f"{names[party]} could gain on its own: {gain}. "
        out.append(Why(text + _answer(first, names) + more, tuple(dict.fromkeys(ids)), basis=first.why.basis))
    return out


def _answer(d: Departure, names: Mapping[str, str]) -> str:
    if d.answer is None:
        return "Nothing that the others could do would leave it no better off than before."
    steps = "; then ".join(_would(m.party, m.does, names) for m in d.answer)
    own = (
        "an improvement for itself"
        if len(d.answer) == 1
        else "an improvement at each step for the one who takes it"
    )
    costly = [names[m.party] for m in d.answer if not m.gain]
    credible = (
        f"which would be {own}"
        if d.credible
        else f"though this would be no improvement for {listed(dict.fromkeys(costly))}"
    )
    worse = f"{names[d.party]} would then be no better off than before{_because('its loss', d.loss)}"
    lasting = "" if d.final else ", unless it moves once more"
    return f"In answer, {steps}, {credible}; {worse}{lasting}."


def _far(s: Standing, names: Mapping[str, str]) -> list[Why]:
    if "nonmyopic" not in s.stable:
        return []
    leaving = [names[p] for p, ok in s.stable["nonmyopic"].items() if not ok]
    if leaving:
        return [Why(f"With unlimited foresight, {listed(leaving)} would move on (not non-myopic stable).")]
    return [Why("With unlimited foresight, neither party would leave it (non-myopic stable).")]


def _groups(s: Standing, names: Mapping[str, str]) -> list[Why]:
    if "cnash" in s.coalitions:
        return [Why("No coalition of parties could gain by leaving it together.")]
    out = []
    answered = [listed(names[p] for p in g.parties) for g in s.groups if g.answered]
    if answered:
        who = "; or ".join(answered[:3])
        out.append(Why(f"{who} could leave it together with a gain for each, and the others could answer."))
    open_ = [g.parties for g in s.groups if not g.answered]
    if open_ and len(open_[0]) == len(names):
        out.append(
            Why("All parties together could leave it with a gain for each: they could agree on better.")
        )
    elif open_:
        who = "; or ".join(listed(names[p] for p in g) for g in open_[:3])
        out.append(Why(f"{who} could leave it together with a gain for each, whatever the others did."))
    return out


def _compared(s: Standing, names: Mapping[str, str], quo: str) -> list[Why]:
    if not s.better:
        return []
    places = ", ".join(f"{names[p]} {r}" for p, r in s.rank.items())
    against = [names[p] for p, b in s.better.items() if not b]
    if not against:
        text = f"Every party ranks it above {quo}; places among {s.states:,} states: {places}."
    else:
        text = (
            f"{listed(against)} does not rank it above {quo}"
            if len(against) == 1
            else (f"{listed(against)} do not rank it above {quo}")
        )
        text += f"; places among {s.states:,} states: {places}."
    if s.efficient:
        text += " No other state is better for one party and worse for none."
    return [Why(text)]


def _reached(s: Standing, names: Mapping[str, str], quo: str) -> list[Why]:
    if s.steps is not None:
        if not s.steps:
            return []
        return [
            Why(
                f"Reachable from {quo} by unilateral improvements (steps that each help the one who takes them): "
                f"{_route(s.steps, names)}."
            )
        ]
    if s.route is None:
        return [Why(f"From {quo} nobody's moves lead there.")] if s.better else []
    text = f"Not reachable from {quo} by unilateral improvements."
    if s.together:
        groups = [listed(names[p] for p in g) for g in s.together[:3]]
        everybody = len(s.together[0]) == len(names)
        if everybody:
            count = "both" if len(names) == 2 else f"all {len(names)}"
            text += f" It takes {count} parties moving together: no smaller group would gain."
        else:
            text += f" The smallest groups that could bring it about with a gain for each: {'; or '.join(groups)}."
    else:
        text += " No group could bring it about with a gain for each of its members."
    return [Why(text)]


def _route(steps: Sequence[Move], names: Mapping[str, str]) -> str:
    return "; then ".join(_would(m.party, m.does, names) for m in steps)


def _robust(s: Standing, variants: str, draws: int) -> list[Why]:
    if not draws or not s.shares:
        return []
    words = {
        "gmr": "every departure can be answered",
        "seq": "every departure meets an answer in the others' own interest",
        "nash": "nobody could gain by leaving",
        "better": "all rank it above the status quo",
    }
    parts = [f"{words[t]} in {round(x * draws):,}" for t, x in s.shares.items() if t in words]
    return [Why(f"Of {variants}: {', '.join(parts)}.")]


def _least(s: Standing, names: Mapping[str, str]) -> list[Why]:
    out = []
    for party in dict.fromkeys(c.party for c in s.least):
        own = [c for c in s.least if c.party == party]
        ways = [" and ".join(c.edits) for c in own if c.edits and c.alone]
        if ways:
            out.append(Why(f"It would hold for {names[party]}, at the least, if {', or if '.join(ways)}."))
        elif own[0].states:
            count = "one state" if own[0].states == 1 else f"{own[0].states} states"
            out.append(
                Why(
                    f"It would hold for {names[party]}, at the least, if it no longer preferred {count} to it."
                )
            )
    return out


def _doubts(s: Standing, names: Mapping[str, str]) -> list[Why]:
    return [*_cautious(s, names), *_seen(s, names)]


def _cautious(s: Standing, names: Mapping[str, str]) -> list[Why]:
    if s.cautious is None:
        return []
    if s.cautious:
        held = f"this much is certain: {MEANING[s.cautious[0]]}"
    elif s.leaving:
        held = f"it is certain that {listed(names[p] for p in s.leaving)} could gain by leaving it, whatever the others did"
    else:
        held = "no concept of stability holds in every case: whether it is stable depends on them"
    return [Why(f"Whichever way the preferences marked unsure turn out, {held}.")]


def _seen(s: Standing, names: Mapping[str, str]) -> list[Why]:
    if s.sees is None:
        return []
    out = []
    blind = [names[p] for p, v in s.sees.items() if v is None]
    leave = [names[p] for p, v in s.sees.items() if v is False]
    if blind:
        text = f"{listed(blind)} would not see this state coming: it is not in its picture of the conflict."
        out.append(Why(text))
    if leave:
        out.append(Why(f"In its own picture of the conflict, {listed(leave)} would have reason to leave it."))
    if not blind and not leave:
        out.append(Why("It holds in each party's own picture of the conflict as well."))
    return out


def preference(wish: Priority) -> Why:
    """One line of a party's preferences as a reason, with what it rests on."""
    kind = wish.kind if wish.kind != "none" else "assumed"
    return Why(f"{wish.says or wish.holds}; {kind}", wish.statements, basis=kind)


def edit(wish: Priority, place: int | None) -> str:
    """A change of one line: it drops out, or stands in another place (0 the first)."""
    what = f"'{wish.says or wish.holds}'"
    return f"{what} did not count" if place is None else f"{what} stood in place {place + 1}"


def notes(
    *,
    largest: int | None,
    compared: tuple[int, int],
    status_quo: bool,
    idle: Sequence[str],
    pictures: Mapping[str, int],
    undone: int,
) -> tuple[str, ...]:
    """What limits an answer.

    Parameters
    ----------
    largest : size of the largest coalition examined; None where all were
    compared : how many states that hold were ranked in full, of how many
    idle : names of the parties that can do nothing alone
    pictures : name -> number of states that the party does not see; parties with a picture of their own
    undone : how many states could not be examined before the search was stopped
    """
    out = []
    if largest is not None:
        out.append(f"coalitions of more than {largest} parties were not examined")
    if not status_quo:
        out.append("the case names no status quo, so nothing is compared with it")
    if idle:
        has = "have" if len(idle) > 1 else "has"
        for_it = "them" if len(idle) > 1 else "it"
        out.append(f"{listed(idle)} {has} no moves here, so every state is trivially stable for {for_it}")
    if compared[0] < compared[1]:
        out.append(
            f"of {compared[1]:,} states that hold, {compared[0]:,} were ranked in full; those were chosen by "
            "concept, gains over the status quo and ranks"
        )
    if pictures:
        blind = [f"{who} does not see {n:,} of the states" for who, n in pictures.items() if n]
        out.append(
            f"{listed(pictures)} {'have' if len(pictures) > 1 else 'has'} a picture of the conflict of its own"
            + (f" ({'; '.join(blind)})" if blind else "")
            + ": the counts 'as perceived' and what is said of a party's own picture use it; departures, "
            "coalitions, paths, ranks and shares of variants are those of the conflict as it is"
        )
    if undone:
        out.append(f"stopped early: {undone} states were not examined")
    return tuple(out)


def basis_sentence(basis: Mapping[str, Mapping[str, int]], names: Mapping[str, str]) -> Why:
    """How much of this was said by the parties, and how much was not."""
    parts = []
    for party, counts in basis.items():
        total = sum(counts.values())
        parts.append(f"{names[party]} {counts.get('stated', 0)} of {total}")
    return Why(
        f"Preferences that a statement on record states, rather than inferred or assumed: {', '.join(parts)}."
    )


def drift_sentence(
    start: Standing, drift: Sequence[Standing], names: Mapping[str, str], quo: str
) -> list[Why]:
    """Where things go if each party only takes steps that help itself."""
    if not drift and start.strength in ("nash", "sseq", "seq"):
        return [Why(f"Left to themselves, things stay as they are: {quo} holds.")]
    if not drift:
        return [Why(f"From {quo}, unilateral improvements lead to no state that holds by credible answers.")]
    out = []
    for s in drift[:3]:
        if s.steps:
            text = f"By unilateral improvements, {quo} can turn into this: {_route(s.steps, names)}. "
            out.append(Why(text + f"Then it holds: {MEANING[s.strength]}."))
    return out
