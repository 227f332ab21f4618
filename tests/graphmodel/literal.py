"""The definitions of the field, word for word, on Python sets: slow, and no line shared with the engine.

A conflict is ``States(feasible, arcs, rank)``: a set of states, one set of (from, to) pairs per party, one
dict state -> ordinal payoff per party. Sources: Fang, Hipel & Kilgour 1993, ch. 3 (moves, GMR, SMR, SEQ);
Rego & Vieira 2017 (SSEQ); Fraser & Hipel 1984 (SIM); Kilgour, Hipel, Fang & Peng 2001 (coalitions);
Kilgour 1985, Zagare 1984 (limited moves); Brams & Wittman 1981 (non-myopic).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass


@dataclass
class States:
    feasible: set
    arcs: list
    rank: list

    @property
    def parties(self):
        return range(len(self.arcs))

    def moves(self, i, s):
        return {t for a, t in self.arcs[i] if a == s}

    def improvements(self, i, s):
        return {t for t in self.moves(i, s) if self.rank[i][t] > self.rank[i][s]}

    def not_better(self, i, s):
        return {t for t in self.feasible if self.rank[i][t] <= self.rank[i][s]}


def reach(g, group, s, step):
    """R_H(s) by the two rules for the least sets: who moved last may not move next."""
    found = {(t, j) for j in group for t in step(j, s)}
    while True:
        more = {(u, j) for t, last in found for j in group if j != last for u in step(j, t)}
        if more <= found:
            return {t for t, _ in found}
        found |= more


def others(g, i):
    return [j for j in g.parties if j != i]


def nash(g, i, s):
    return not g.improvements(i, s)


def gmr(g, i, s):
    return all(reach(g, others(g, i), t, g.moves) & g.not_better(i, s) for t in g.improvements(i, s))


def smr(g, i, s):
    def holds(u):
        return u in g.not_better(i, s) and g.moves(i, u) <= g.not_better(i, s)

    return all(any(holds(u) for u in reach(g, others(g, i), t, g.moves)) for t in g.improvements(i, s))


def seq(g, i, s):
    return all(reach(g, others(g, i), t, g.improvements) & g.not_better(i, s) for t in g.improvements(i, s))


def sseq(g, i, s):
    def holds(u):
        return u in g.not_better(i, s) and g.moves(i, u) <= g.not_better(i, s)

    return all(any(holds(u) for u in reach(g, others(g, i), t, g.improvements)) for t in g.improvements(i, s))


def sim(g, i, s, answers):
    """``answers[s]`` is the tuple of options of state s; every issue belongs to one party."""
    code = {a: t for t, a in answers.items()}

    def joined(chosen):
        new = list(answers[s])
        for t in chosen:
            for k, option in enumerate(answers[t]):
                if option != answers[s][k]:
                    new[k] = option
        return code.get(tuple(new))

    for t in g.improvements(i, s):
        choices = [[None, *g.improvements(j, s)] for j in others(g, i)]
        met = False
        for pick in itertools.product(*choices):
            moved = [u for u in pick if u is not None]
            if moved and joined([t, *moved]) in g.not_better(i, s):
                met = True
        if not met:
            return False
    return True


CONCEPTS = {"nash": nash, "gmr": gmr, "smr": smr, "seq": seq, "sseq": sseq}


def stable_states(g, concept, i):
    return {s for s in g.feasible if CONCEPTS[concept](g, i, s)}


def equilibria(g, concept):
    return {s for s in g.feasible if all(CONCEPTS[concept](g, i, s) for i in g.parties)}


# --- coalitions ---------------------------------------------------------------------------------


def groups(members):
    return [h for k in range(1, len(members) + 1) for h in itertools.combinations(members, k)]


def better_for_all(g, group, t, s):
    return all(g.rank[i][t] > g.rank[i][s] for i in group)


def coalition_improvements(g, group, s):
    return {t for t in reach(g, group, s, g.moves) if better_for_all(g, group, t, s)}


def cnash(g, group, s):
    return not coalition_improvements(g, group, s)


def cgmr(g, group, s):
    rest = [j for j in g.parties if j not in group]
    return all(
        any(not better_for_all(g, group, u, s) for u in reach(g, rest, t, g.moves))
        for t in coalition_improvements(g, group, s)
    )


def csmr(g, group, s):
    rest = [j for j in g.parties if j not in group]

    def holds(u):
        return not better_for_all(g, group, u, s) and not any(
            better_for_all(g, group, v, s) for v in reach(g, group, u, g.moves)
        )

    return all(any(holds(u) for u in reach(g, rest, t, g.moves)) for t in coalition_improvements(g, group, s))


def cseq(g, group, s):
    rest = groups([j for j in g.parties if j not in group])

    def credible(t):
        found = {(u, k) for k in rest for u in coalition_improvements(g, k, t)}
        while True:
            more = {
                (v, k)
                for u, last in found
                for k in rest
                if k != last
                for v in coalition_improvements(g, k, u)
            }
            if more <= found:
                return {u for u, _ in found}
            found |= more

    return all(
        any(not better_for_all(g, group, u, s) for u in credible(t))
        for t in coalition_improvements(g, group, s)
    )


# --- foresight of two parties ---------------------------------------------------------------------


def anticipated(g, i, s, h, order):
    """G_h(i, s): where matters end if i may move at s and h moves are left; ties: staying, then order."""
    if h == 0 or not g.moves(i, s):
        return s
    j = 1 - i
    best = None
    for t in sorted(g.moves(i, s), key=order.index):
        end = anticipated(g, j, t, h - 1, order)
        if best is None or g.rank[i][end] > g.rank[i][best]:
            best = end
    return s if g.rank[i][s] >= g.rank[i][best] else best
