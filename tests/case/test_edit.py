"""A value changed by its address changes nothing else; what would not load is not saved; names are carried everywhere."""

from __future__ import annotations

import difflib
import shutil
from pathlib import Path

import pytest
from hypothesis import strategies as st

import zopa
from case_folder import CASE, STATEMENTS, write
from everything import folder_with_everything
from strategies import for_all
from zopa.casefile import (
    REMOVED,
    address_at,
    fingerprint,
    inspect,
    load,
    locate,
    place_of,
    remove,
    rename,
    set_value,
    set_values,
)
from zopa.casefile.yamldoc import parse_yaml
from zopa.casefile.yamltext import YamlText, dump
from zopa.errors import CannotWrite, CaseError, UnknownName

EXAMPLES = Path(zopa.__file__).parent / "examples"

REMARKS = """\
# the head
title: Water of two rivers   # a remark
parties:
  # about the first
  NO:
    name: Norway
    weights: {flow: 60, fees: 40}  # they add up
    values:
      flow: {F1: 100, F2: 0}
      fees: {E1: 0, E2: 100}
    reservation: 30
  SE:
    name: >-
      Sweden, which is
      written folded
    # about values

    values:  # below
      flow: {F1: oppose, F2: [60, 80]}
issues:
  flow: {name: Flow, options: {F1: high, F2: low}}
  fees:
    name: Fees
    options:
      E1: one
      E2: {label: two, assumed: x}
# the tail
"""


def changed(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in lines if line[:1] in "+-" and line[:3] not in ("---", "+++")]


CHANGES = [
    ("title", "Fire: at sea", ["-title: Water of two rivers   # a remark", "+title: 'Fire: at sea'   # a remark"]),
    ("parties.NO.reservation", 35, ["-    reservation: 30", "+    reservation: 35"]),
    ("parties.NO.reservation.best", 35, ["-    reservation: 30", "+    reservation: 35"]),
    (
        "parties.NO.reservation.assumed", "a guess",
        ["-    reservation: 30", "+    reservation:", "+      best: 30", "+      assumed: a guess"],
    ),
    (
        "parties.NO.weights.flow", 60.0,
        ["-    weights: {flow: 60, fees: 40}  # they add up", "+    weights: {flow: 60.0, fees: 40}  # they add up"],
    ),
    (
        "parties.SE.values.flow.F2.low", 50,
        ["-      flow: {F1: oppose, F2: [60, 80]}", "+      flow: {F1: oppose, F2: [50, 80]}"],
    ),
    (
        "parties.SE.values.flow.F2.best", 75,
        ["-      flow: {F1: oppose, F2: [60, 80]}", "+      flow: {F1: oppose, F2: {low: 60, high: 80, best: 75}}"],
    ),
    (
        "parties.SE.values.flow.F1.why", "x",
        ["-      flow: {F1: oppose, F2: [60, 80]}", "+      flow: {F1: {word: oppose, why: x}, F2: [60, 80]}"],
    ),
    ("parties.SE.name", "Sweden", ["-    name: >-", "-      Sweden, which is", "-      written folded", "+    name: Sweden"]),
    ("parties.SE.reservation", [10, 20], ["+    reservation: [10, 20]"]),
    ("issues.fees.options.E1.label", "uno", ["-      E1: one", "+      E1: uno"]),
    ("issues.fees.options.E1.assumed", "y", ["-      E1: one", "+      E1:", "+        label: one", "+        assumed: y"]),
    ("issues.fees.options.E2.label", "due", ["-      E2: {label: two, assumed: x}", "+      E2: {label: due, assumed: x}"]),
    ("issues.fees.options.E3", "three", ["+      E3: three"]),
    ("issues.fees.options.E2", REMOVED, ["-      E2: {label: two, assumed: x}"]),
    ("parties.SE.values", REMOVED, ["-    values:  # below", "-      flow: {F1: oppose, F2: [60, 80]}"]),
    (
        "rules.r1", {"party": "NO", "when": {"flow": "F2"}},
        ["+rules:", "+  r1:", "+    party: NO", "+    when:", "+      flow: F2"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("address", "value", "lines"), CHANGES, ids=[f"{a} = {v}" for a, v, _ in CHANGES])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_change_touches_the_lines_of_its_value_only(
    tmp_path: Path, address: str, value: object, lines: list[str], newline: str
) -> None:
    path = tmp_path / "case.yaml"
    path.write_bytes(REMARKS.replace("\n", newline).encode())
    if address == "issues.fees.options.E2" and value is REMOVED:
        set_values(tmp_path, {address: value, "parties.NO.values.fees": {"E1": 0}})
        lines = ["-      fees: {E1: 0, E2: 100}", "+      fees:", "+        E1: 0", *lines]
    else:
        set_values(tmp_path, {address: value})
    raw = path.read_bytes().decode()
    assert raw.count(newline) == raw.count("\n")
    assert changed(REMARKS, raw.replace("\r\n", "\n")) == lines
    assert inspect(tmp_path)[1] == []


@pytest.mark.parametrize(
    ("address", "value", "words"),
    [
        ("parties.NO.weights.flow", 50, "add up to 100"),
        ("parties.NO.values.flow.F9", 50, "no option of flow called 'F9'"),
        ("parties.NO.colour", "red", "unknown key"),
        ("issues.flow.options.F1", REMOVED, "no option of flow called 'F1'"),
        ("parties", REMOVED, "missing key 'parties'"),
        ("parties.NO.reservation.word.x", 1, "this place is written in a form"),
        ("parties.XX", REMOVED, "there is no such entry"),
    ],
)
def test_what_would_not_load_is_refused_and_nothing_is_saved(
    tmp_path: Path, address: str, value: object, words: str
) -> None:
    (tmp_path / "case.yaml").write_text(REMARKS)
    with pytest.raises(CaseError, match=words):
        set_values(tmp_path, {address: value})
    assert (tmp_path / "case.yaml").read_text() == REMARKS


def test_a_case_with_faults_can_be_mended_one_by_one(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(
        REMARKS.replace("F1: oppose", "F1: opose").replace("fees: 40", "fees: 30")
    )
    assert len(inspect(tmp_path)[1]) == 2
    set_value(tmp_path, "parties.SE.values.flow.F1", "oppose")
    assert len(inspect(tmp_path)[1]) == 1
    set_value(tmp_path, "parties.NO.weights.fees", 40)
    assert inspect(tmp_path)[1] == []


def test_nobodys_edit_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(REMARKS)
    was = {"case.yaml": fingerprint(path)}
    path.write_text(REMARKS + "# by somebody else\n")
    with pytest.raises(CannotWrite, match="changed by someone else"):
        set_value(tmp_path, "title", "Mine", was)
    assert path.read_text() == REMARKS + "# by somebody else\n"


def test_an_address_is_a_place_and_a_place_an_address(tmp_path: Path) -> None:
    write(tmp_path)
    assert str(place_of(tmp_path, "parties.NO.reservation.best")) == "case.yaml:9:18"
    assert str(place_of(tmp_path, "statements.s1.quote")) == "statements.yaml:4:12"
    assert address_at(tmp_path, "case.yaml", 9) == "parties.NO.reservation"
    assert address_at(tmp_path, "statements.yaml", 4) == "statements.s1.quote"
    with pytest.raises(UnknownName, match="did you mean 'parties'"):
        place_of(tmp_path, "party.NO")
    doc = parse_yaml(CASE, "case.yaml")
    for path, (line, column) in doc.places.items():
        if path:
            assert place_of(tmp_path, path) == ("case.yaml", line, column)
            assert locate(tmp_path, ".".join(map(str, path))) == path


def test_an_id_may_hold_dots(tmp_path: Path) -> None:
    write(
        tmp_path,
        {"statements.yaml": STATEMENTS.replace("  s1:", "  s1.2:"), "case.yaml": CASE.replace("s1", "s1.2")},
    )
    set_value(tmp_path, "statements.s1.2.firmness", "firm")
    assert load(tmp_path).statements["s1.2"].firmness == "firm"
    remove(tmp_path, "statements.s1.2.firmness")
    assert load(tmp_path).statements["s1.2"].firmness is None


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False)
    | st.dates() | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=130),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=12), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@for_all(
    plain, st.sampled_from([("a",), ("b", "c"), ("b", "new"), ("d",), ("e", 1), ("new", "deep"), ("f", "g")])
)
def test_any_plain_value_put_at_any_place_is_read_back_and_the_rest_stays(value: object, path: tuple) -> None:
    text = "# head\na: 1  # one\nb:\n  c: [1, 2]\n  # in\n\nd: |\n  lines\n   more\ne:\n- x\n-   - y\nf: {g: 'h', i: {}}\n"
    edited = YamlText(text, "f")
    edited.set(path, value)
    data = parse_yaml(edited.text, "f").data
    for part in path:
        data = data[part]
    assert parse_yaml("x:" + dump(value, 2), "f").data["x"] == data
    for remark in ("# head", "# in"):
        assert remark in edited.text


# ---------------------------------------------------------------- rename


NAMES = [
    ("party.NO", "NOR"), ("party.SE", "SWE-2"), ("issue.flow", "water"), ("issue.fees", "if"), ("option.flow.F1", "F-one"),
    ("option.fees.E2", "E-2"), ("speaker.min", "minister"), ("rule.r1", "first"), ("statement.s1", "s9"),
    ("issues.flow", "water"), ("issues.flow.options.F2", "low"), ("parties.NO", "123"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "new"), NAMES)
def test_a_name_is_carried_through_all_files_and_back(tmp_path: Path, what: str, new: str) -> None:
    folder_with_everything(tmp_path)
    files = ["case.yaml", "statements.yaml", "costs.csv"]
    before = {n: (tmp_path / n).read_text() for n in files}
    old_case, findings = inspect(tmp_path)
    assert findings == []
    rename(tmp_path, what, new)
    case, findings = inspect(tmp_path)
    assert findings == []
    kind, _, old = what.rpartition(".")
    text = case.model_dump_json(exclude_defaults=True, exclude={"digest", "folder", "sources"})
    assert f'"{old}"' not in text
    assert len(text.split(f'"{new}"')) >= len(
        old_case.model_dump_json(exclude_defaults=True, exclude={"digest", "folder", "sources"}).split(
            f'"{old}"'
        )
    )
    rename(tmp_path, f"{kind}.{new}", old)
    after = {n: (tmp_path / n).read_text() for n in files}
    if new in ("if", "123"):  # these had to be written in quotes, and quotes stay
        after, before = ({n: t.replace("'", "") for n, t in texts.items()} for texts in (after, before))
    assert after == before


@pytest.mark.parametrize(
    ("what", "new", "words"),
    [
        ("party.NO", "SE", "which is taken"), ("party.NO", "a b", "expected an id"), ("party.NO", "", "expected an id"),
        ("option.flow.F1", "F2", "which is taken"),
    ],
)  # fmt: skip
def test_a_name_that_is_taken_or_none_is_refused(tmp_path: Path, what: str, new: str, words: str) -> None:
    folder_with_everything(tmp_path)
    with pytest.raises(CaseError, match=words):
        rename(tmp_path, what, new)


def test_what_is_not_there_is_named_with_the_nearest(tmp_path: Path) -> None:
    folder_with_everything(tmp_path)
    for what in ("partei.NO", "party.N0", "option.flow.F9", "issue.flo"):
        with pytest.raises(UnknownName):
            rename(tmp_path, what, "x")
    with pytest.raises(CannotWrite, match="bundled example"):
        rename("typewriters-1975", "party.buyer", "x")


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(p.name for p in EXAMPLES.iterdir() if (p / "case.yaml").exists()))
def test_every_name_of_the_examples_goes_there_and_back(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    shutil.copytree(EXAMPLES / name, folder)
    case = load(folder)
    names = [f"party.{p}" for p in case.parties] + [f"issue.{i}" for i in case.issues]
    names += [f"option.{i}.{o}" for i in case.issues for o in case.issues[i].options][:6]
    names += [f"speaker.{s}" for s in case.speakers][:4]
    before = {p: p.read_bytes() for p in folder.glob("*.*")}
    for what in names[::2]:
        kind, _, old = what.rpartition(".")
        rename(folder, what, "zz-9")
        now = load(folder)
        groups = {"party": now.parties, "issue": now.issues, "speaker": now.speakers}
        known = groups[kind] if kind in groups else now.issues[kind.partition(".")[2]].options
        assert old not in known
        assert "zz-9" in known
        rename(folder, f"{kind}.zz-9", old)
        assert {p: p.read_bytes() for p in folder.glob("*.*")} == before
