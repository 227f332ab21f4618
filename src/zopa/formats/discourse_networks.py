"""Discourse networks of a case as GraphML: who supports or rejects what, who agrees with whom ([Leifeld2017]_).

As in rDNA with duplicates ignored across all dates and without normalisation: a party says each option with each
sign at most once. Let ``x[p, o, +]`` and ``x[p, o, -]`` be 0 or 1. Congruence of two parties is the sum over options
and signs of ``x[p, o, s] x[q, o, s]``, conflict that of ``x[p, o, s] x[q, o, -s]``, subtract their difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from xml.sax.saxutils import escape

from zopa.case import Case
from zopa.errors import NotApplicable
from zopa.formats.codings import counted
from zopa.formats.fidelity import Fidelity, left_out
from zopa.formats.names import label

__all__ = ["KINDS", "edges", "write"]

KINDS: Mapping[str, str] = {
    "affiliation": "parties and options; weight 1 for support, -1 for rejection, 0 for both",
    "congruence": "parties; how many options both support or both reject",
    "conflict": "parties; how many options one supports and the other rejects",
    "subtract": "parties; congruence less conflict",
}
Option = tuple[str, str]


def edges(case: Case, kind: str) -> dict[tuple[str, str], int]:
    """The weights of a network, by pairs of node names: a party, or an option as ``issue: option``.

    Pairs of parties that share no option are absent; pairs whose congruence and conflict cancel have weight 0.
    """
    said = counted(case, (k for k, s in case.statements.items() if s.review.state != "rejected"))
    signs: dict[tuple[str, Option], set[bool]] = {}
    for party, issue, option, pro in said:
        signs.setdefault((party, (issue, option)), set()).add(pro)
    if kind == "affiliation":
        return {
            (p, f"{i}: {o}"): sum(1 if s else -1 for s in signs[p, (i, o)])
            for p in case.parties
            for i, issue in case.issues.items()
            for o in issue.options
            if (p, (i, o)) in signs
        }
    options = list(dict.fromkeys(o for _, o in signs))
    found = {}
    for p, q in combinations(case.parties, 2):
        both = [(signs[p, o], signs[q, o]) for o in options if (p, o) in signs and (q, o) in signs]
        same = sum(len(a & b) for a, b in both)
        opposed = sum((True in a and False in b) + (False in a and True in b) for a, b in both)
        weight = {"congruence": same, "conflict": opposed, "subtract": same - opposed}[kind]
        if both and (weight or kind == "subtract"):
            found[p, q] = weight
    return found


def write(case: Case, kind: str) -> tuple[dict[str, bytes], Fidelity]:
    """The network as GraphML: nodes with label and kind, undirected edges with weight.

    Raises
    ------
    NotApplicable
        No statement of a party supports or rejects an option.
    """
    found = edges(case, kind)
    if not edges(case, "affiliation"):
        raise NotApplicable("a network needs statements of parties that accept or oppose an option")
    fidelity = Fidelity(f"network-{kind}")
    nodes = {p: (party.name, "party") for p, party in case.parties.items()}
    if kind == "affiliation":
        nodes |= {
            f"{i}: {o}": (f"{issue.name}: {option.label}", "option")
            for i, issue in case.issues.items()
            for o, option in issue.options.items()
        }
    ids = {name: f"n{k}" for k, name in enumerate(nodes)}
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
        '<key id="label" for="node" attr.name="label" attr.type="string"/>',
        '<key id="kind" for="node" attr.name="kind" attr.type="string"/>',
        '<key id="id" for="node" attr.name="zopa" attr.type="string"/>',
        '<key id="weight" for="edge" attr.name="weight" attr.type="int"/>',
        f'<graph id="{kind}" edgedefault="undirected">',
    ]
    for name, (text, sort) in nodes.items():
        data = {"label": label(text), "kind": sort, "id": name}
        inner = "".join(f'<data key="{k}">{escape(v)}</data>' for k, v in data.items())
        lines.append(f'<node id="{ids[name]}">{inner}</node>')
    lines += [
        f'<edge source="{ids[a]}" target="{ids[b]}"><data key="weight">{w}</data></edge>'
        for (a, b), w in found.items()
    ]
    patterns = ["title", "parties.*.name", "issues.*.name", "issues.*.options.*.label"]
    left_out(case, patterns, fidelity)
    fidelity.keep("nodes", len(nodes))
    fidelity.keep("edges", len(found))
    return {"": "\n".join([*lines, "</graph></graphml>", ""]).encode("utf-8", "replace")}, fidelity
