"""Small cases for the forecast tests, made in Python."""

from __future__ import annotations

from datetime import date

from zopa.case import Case

PLACES = {"low": 0, "middle": 40, "high": 100}


def issue(name="Line", places=PLACES):
    return {"name": name, "options": {o: {"label": o, "at": float(a)} for o, a in places.items()}}


def party(name, start, weight=100.0, capability=50.0, **more):
    return {
        "name": name, "weights": {"line": weight}, "start": {"line": start},
        **({} if capability is None else {"capability": capability}), **more,
    }  # fmt: skip


def statement(party_, option, stance="demand", on=date(2025, 1, 1), **more):
    return {
        "source": "paper", "quote": "words", "kind": "position", "party": party_, "said": on,
        "issue": "line", "options": (option,), "stance": stance, "about": f"{party_} on {option}", **more,
    }  # fmt: skip


def make(parties=None, **more) -> Case:
    parties = parties or {
        "A": party("A", "low"),
        "B": party("B", "middle", capability={"best": 40, "low": 20, "high": 60, "assumed": "guess"}),
        "C": party("C", "high", capability=10.0),
    }
    return Case.model_validate({"title": "test", "issues": {"line": issue()}, "parties": parties, **more})
