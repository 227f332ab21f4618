"""NegMAS: traces as records of offers, both ways; and NegMAS itself loads what is written for it (slow)."""

import csv
import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

import zopa
from formats import seeds
from formats.test_hostile import mutated
from zopa.errors import CaseError, ZopaError
from zopa.formats import convert, load
from zopa.formats.negmas_trace import offers_of, read_trace, write_trace
from zopa.formats.offers import Offer
from zopa.space import Problem

HERE = Path(__file__).resolve().parent
SHARED = (
    Path(__file__).resolve().parents[3] / "shared" / "data" / "genius" / "written_by_negmas" / "saved_run"
)
EXAMPLES = HERE.parents[1] / "src" / "zopa" / "examples"
needs_data = pytest.mark.skipif(not SHARED.is_dir(), reason="shared data is not here")
VERSION = "negmas==0.16.0"


@needs_data
def test_a_saved_run_is_audited_against_its_own_scenario():
    case = load(SHARED)
    offers = read_trace(SHARED, case)
    with (SHARED / "trace.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    space = Problem.of(case).space
    for offer, row in zip(offers, rows, strict=True):
        ours = [float(space.points(u) / 100) for u in space.utility(space.package(offer.package))]
        assert ours == pytest.approx([float(row[k]) for k in list(row)[9:]], abs=1e-12)
    (run,) = zopa.audit(case, SHARED).runs
    assert (run.outcome, run.at, run.by, run.offers) == ("agreed", "77", "b", len(rows))
    assert [float(u) / 100 for u in run.agreement.utilities.values()] == pytest.approx(
        [0.644936510659146, 0.6949188294109949]
    )
    assert not run.invalid


def test_a_record_written_as_a_trace_is_read_back(tmp_path):
    case = seeds.case()
    offers = (
        Offer("n", {"water": "a", "pump": "d"}, at="1"),
        Offer("s", {"water": "b", "pump": "c"}, at="1"),
        Offer("n", {"water": "a", "pump": "c"}, at="2", answer="accepted", by="s"),
    )
    (tmp_path / "trace.csv").write_bytes(write_trace(case, offers))
    found = offers_of(tmp_path / "trace.csv", case)
    assert [(o.party, o.package, o.answer, o.by) for o in found] == [
        (o.party, o.package, o.answer, o.by) for o in offers
    ]
    first, again = zopa.audit(case, offers).runs[0], zopa.audit(case, tmp_path / "trace.csv").runs[0]
    assert first.agreement == again.agreement
    with (tmp_path / "trace.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    assert [float(r["n"]) for r in rows] == pytest.approx([0.4 + 1 / 3, 0.055, 0.455], abs=1e-15)


@pytest.mark.parametrize(
    ("offer", "said"),
    [
        ("__import__('os').system('true')", "expected a tuple of 2"),
        ("('1', ['2'])", "expected a tuple of 2"),
        ("('1',)", "expected a tuple of 2"),
        ("(" * 4000, "expected a tuple of 2"),
        ("('1', '2'", "expected a tuple of 2"),
    ],
)
def test_an_offer_that_is_no_plain_tuple_is_refused_and_never_run(offer, said, tmp_path):
    with (tmp_path / "trace.csv").open("w", newline="") as lines:
        csv.writer(lines).writerows([["step", "negotiator", "offer"], [0, "North", offer]])
    with pytest.raises(CaseError, match=said) as caught:
        read_trace(tmp_path / "trace.csv", seeds.case())
    assert caught.value.findings[0].place == "trace.csv:2:1"


def test_what_a_trace_says_that_the_case_does_not_have_is_an_invalid_move(tmp_path):
    with (tmp_path / "trace.csv").open("w", newline="") as lines:
        csv.writer(lines).writerows(
            [
                ["step", "negotiator", "offer"],
                [0, "North", "(1, 9)"],
                [1, "East", "(1, 3)"],
                [2, "South", "None"],
            ]
        )
    (run,) = zopa.audit(seeds.case(), tmp_path / "trace.csv").runs
    assert [i.why for i in run.invalid] == [
        "no option of Pump called '9'; known: c, d",
        "no party called 'East'; known: n, s",
    ]


@pytest.mark.parametrize("seed", range(3))
def test_broken_traces_end_in_offers_or_in_an_error_of_ours(seed, tmp_path):
    case, chance = seeds.case(), random.Random(seed)
    good = write_trace(
        case,
        [
            Offer("n", {"water": "a", "pump": "d"}, at="1"),
            Offer("s", {"water": "b", "pump": "c"}, at="2", answer="accepted"),
        ],
    )
    refused = 0
    for _ in range(150):
        (tmp_path / "trace.csv").write_bytes(mutated(good, chance))
        try:
            offers_of(tmp_path / "trace.csv", case)
        except ZopaError:
            refused += 1
    assert 0 < refused < 150


# --- NegMAS itself, in an environment of its own

SCRIPT = """
import json, sys
from itertools import product
from negmas import BoulwareTBNegotiator, SAOMechanism
from negmas.inout import Scenario
from pathlib import Path
for place in map(Path, sys.argv[1:]):
    s = Scenario.load(place / "scenario")
    found = {"issues": [[i.name, [str(v) for v in i.all]] for i in s.outcome_space.issues], "parties": {}}
    for u in s.ufuns:
        base = u.ufun if hasattr(u, "ufun") else u
        rows = [[list(map(str, o)), float(base(o))] for o in product(*(list(i.all) for i in s.outcome_space.issues))]
        found["parties"][u.name] = {"reserve": float(u.reserved_value), "packages": rows}
    m = SAOMechanism(outcome_space=s.outcome_space, n_steps=60)
    for u in s.ufuns:
        m.add(BoulwareTBNegotiator(name=u.name), ufun=u)
    m.run()
    m.save(place, "run", storage_format="csv")
    found["agreement"] = None if m.agreement is None else [str(v) for v in m.agreement]
    (place / "found.json").write_text(json.dumps(found))
"""


@pytest.fixture(scope="session")
def negmas(tmp_path_factory):
    """An interpreter that has NegMAS: named by ``ZOPA_PEERS``, else made here."""
    given = [p for p in os.environ.get("ZOPA_PEERS", "").split(":") if p]
    for python in given:
        if subprocess.run([python, "-c", "import negmas"], capture_output=True, check=False).returncode == 0:
            return python
    home = tmp_path_factory.mktemp("negmas")
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True, timeout=300)
    made = subprocess.run(
        [str(home / "bin" / "pip"), "install", "-q", "--no-compile", VERSION],
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"NegMAS cannot be installed here: {made.stderr.strip().splitlines()[-1][:200]}")
    return str(home / "bin" / "python")


@pytest.mark.slow
def test_negmas_loads_what_is_written_for_it_and_its_run_is_audited(negmas, tmp_path):
    cases = {"lake": seeds.case(), "boxes": seeds.boxed(), "example": seeds.words_as_points()}
    for which, case in cases.items():
        (tmp_path / which).mkdir()
        convert(case, tmp_path / which / "scenario", target_format="negmas")
    (tmp_path / "load.py").write_text(SCRIPT)
    done = subprocess.run(
        [negmas, str(tmp_path / "load.py"), *(str(tmp_path / which) for which in cases)],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    for which, case in cases.items():
        agrees(case, tmp_path / which / "run", json.loads((tmp_path / which / "found.json").read_text()))


def agrees(case, run_folder, theirs):
    """NegMAS has our issues, parties, limits and utilities, and its run ends where the audit says."""
    assert [name for name, _ in theirs["issues"]] == [i.name for i in case.issues.values()]
    space = Problem.of(case).space
    assert set(theirs["parties"]) == {p.name for p in case.parties.values()}
    for p, ident in enumerate(space.parties):
        one = theirs["parties"][case.parties[ident].name]
        limit = space.points(space.reservation[p])
        assert one["reserve"] == pytest.approx(float(limit / 100), abs=1e-12)
        for labels, worth in one["packages"]:
            package = {
                i: next(o for o, x in issue.options.items() if x.label == text)
                for (i, issue), text in zip(case.issues.items(), labels, strict=True)
            }
            ours = space.points(space.utility(space.package(package))[p])
            assert worth == pytest.approx(float(ours / 100), abs=1e-9)
    (run,) = zopa.audit(case, run_folder).runs
    assert not run.invalid
    assert (run.agreement is not None) == (theirs["agreement"] is not None)
    if theirs["agreement"]:
        agreed = next(o for o in reversed(read_trace(run_folder, case)) if o.answer == "accepted")
        assert [case.issues[i].options[o].label for i, o in agreed.package.items()] == theirs["agreement"]
