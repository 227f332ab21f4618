"""Small sound files of every format that is read, to be broken by the tests of hostile files."""

import json
from datetime import date

from zopa.case import Case
from zopa.case.model import Interaction
from zopa.errors import NotApplicable
from zopa.formats import FORMATS

KTAB = "Fish, a quota, 2, 2,\nActor,Description,Power,A,S,B,T\nNorth, , 150.5, 0.00, 60, 5, 20,\nSouth, x, 50.5, 100, 10, 3, 4,\n"
GMCR = {
    "title": "t",
    "options": [{"name": "a", "permittedDirection": "fwd"}, {"name": "b", "permittedDirection": "both"}],
    "decisionMakers": [
        {"name": "A", "options": [0], "preferences": [[[1, "Y"]], {"compound": True, "members": [[[0, "N"]], [[1, "Y"]]]}],
         "misperceptions": [[[0, "Y"], [1, "Y"]]], "preferenceRanking": [1, [2, 3], 4]},
        {"name": "B", "options": [1], "preferences": [[[0, "N"]]], "preferenceRanking": [1, 2, 3, 4]},
    ],
    "infeasibles": [],
    "useManualPreferenceRanking": True,
}  # fmt: skip


def case():
    """Two parties, two issues, scores, a bonus."""
    return Case.model_validate({
        "title": "Lake",
        "issues": {
            "water": {"name": "Water", "options": {"a": {"label": "1", "at": 0.0}, "b": {"label": "2", "at": 100.0}}},
            "pump": {"name": "Pump", "options": {"c": {"label": "3", "at": 0.0}, "d": {"label": "4", "at": 100.0}}},
        },
        "parties": {
            "n": {"name": "North", "about": "up", "points": {"water": {"a": 40, "b": 0}, "pump": {"c": 5.5, "d": "100/3"}},
                  "reservation": 20, "discount": 0.5, "start": {"water": "a", "pump": "d"}, "capability": 30, "places": {"water": 0, "pump": 100}, "saliences": {"water": 20, "pump": 30},
                  "basis": {"assumed": "an exercise"}},
            "s": {"name": "South", "points": {"water": {"a": 0, "b": 30}, "pump": {"c": 15, "d": 0}},
                  "reservation": 10, "start": {"water": "b"}, "capability": 130, "places": {"water": 100, "pump": 10}, "saliences": {"water": 70, "pump": 30},
                  "basis": {"assumed": "an exercise"}},
        },
        "ktab": {"seed": "7", "adjust": {"n": {"s": 0.25}}},
    })  # fmt: skip


PAX = "Con,PP,AgtId,Dat,Stage,Cease,Ref\nA,1,2,4/10/98,SubComp,3,0\nB,2,4,5/1/05,SubComp,0,2\n"
COMMENTS = 'timestamp,comment-id,author-id,agrees,disagrees,moderated,comment-body\n1,0,1,2,1,1,"More, please"\n2,1,1,0,1,-1,no\n'
VOTES = "participant,group-id,n-comments,n-votes,n-agree,n-disagree,0,1\n1,0,0,1,1,0,1,\n2,1,0,2,0,2,-1,-1\n"
WORDS = "North: we accept a ceasefire at once \U0001f54a.\nSouth: we oppose it.\n"


def worded():
    """Two parties and what they said, with the text of it."""
    said = [(7, 37, "n", "accept"), (47, 59, "s", "oppose")]
    return Case.model_validate({
        "title": "Truce",
        "parties": {"n": {"name": "North"}, "s": {"name": "South"}},
        "speakers": {"ana": {"name": "Ana", "party": "n"}},
        "issues": {"fire": {"name": "Ceasefire", "options": {"now": {"label": "at once"}, "later": {"label": "later"}}}},
        "sources": {"talk": {"title": "Talk", "date": "2025-02-12", "publisher": "Radio", "text": WORDS}},
        "statements": {
            f"s{k}": {"source": "talk", "quote": WORDS[a:b], "start": a, "end": b, "kind": "position", "party": p,
                      "issue": "fire", "options": ("now",), "stance": stance, "extractor": "Ana", "said": date(2025, 2, 12),
                      **({"speaker": "ana"} if p == "n" else {})}
            for k, (a, b, p, stance) in enumerate(said, 1)
        },
    })  # fmt: skip


def boxed():
    """The first case with a bonus where two options meet."""
    bonus = Interaction(party="n", when={"water": ("a",), "pump": ("c",)}, points=7)
    return case().model_copy(update={"interactions": (bonus,)})


def words_as_points():
    """Three parties, weights and words instead of points, labels that YAML would take for something else."""
    return Case.model_validate({
        "title": "Yes: no",
        "issues": {
            "i": {"name": "NATO?", "options": {"y": "Yes", "n": "No", "t": "~"}},
            "k": {"name": "date", "options": {"a": "2025-01-01", "b": "1.0", "c": "a: [b] #c"}},
        },
        "parties": {
            p: {"name": name, "weights": {"i": w, "k": 100 - w}, "reservation": 30,
                "values": {"i": {"y": a, "n": 100 - a, "t": "accept"}, "k": {"a": "prefer", "b": 10, "c": 100}}}
            for p, name, w, a in (("x", "Ñandú & co", 35, 100), ("y", "null", 60, 0), ("z", "3", 50, 40))
        },
    })  # fmt: skip


def seeds():
    """(name, files) of a sound file or folder for every format."""
    found = [("ktab", {"f.csv": KTAB.encode()}), ("gmcr", {"m.gmcr": json.dumps(GMCR).encode()})]
    made = case()
    for name, one in FORMATS.items():
        if one.read is None or one.write is None or name in ("gmcr", "ktab-csv"):
            continue
        try:
            files, _ = one.write(made)
        except NotApplicable:
            files, _ = one.write(worded())
        found.append(
            (
                name,
                {
                    n or f"one{(*one.endings, '.' + name.rpartition('-')[2])[0]}": raw
                    for n, raw in files.items()
                },
            )
        )
    found += [
        ("word", {"w.docx": FORMATS["draft"].write(worded(), ("fire=later",))[0][""]}),
        ("pa-x", {"p.csv": PAX.encode()}),
        ("polis", {"comments.csv": COMMENTS.encode(), "participants-votes.csv": VOTES.encode()}),
    ]
    return [*found, *((f"{n}-boxes", FORMATS[n].write(boxed())[0]) for n in ("genius", "negmas"))]
