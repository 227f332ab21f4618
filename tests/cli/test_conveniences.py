"""What people expect of a command line and of a Python library: near misses are named, reprs are short, tables come out."""

import sys

import pytest
from typer.testing import CliRunner

import zopa
from zopa.cli import app, main
from zopa.errors import CaseError, NotApplicable, UnknownName
from zopa.study import explain

RUN = CliRunner()


@pytest.fixture(scope="module")
def case():
    return zopa.load("ukraine-2025")


def test_a_bundled_example_is_loaded_by_its_name_and_a_near_miss_is_named(case):
    assert "Ukraine" in case.title
    with pytest.raises(CaseError, match="did you mean the example 'ukraine-2025'"):
        zopa.load("ukrane-2025")
    with pytest.raises(CaseError, match="the examples are harbour-sport-park"):
        zopa.load("no-such-folder-at-all")


@pytest.mark.parametrize(
    "ident",
    [
        "UKR",
        "nato",
        "nato.N4",
        "issues.nato.options.N4",
        "zelensky",
        "A",
        "parties.UKR",
        "speakers.zelensky",
        "sources.report",
    ],
)
def test_whatever_has_an_id_is_explained(case, ident):
    step = explain(case, ident)
    assert step.title
    assert RUN.invoke(app, ["explain", "ukraine-2025", ident]).exit_code == 0


def test_every_record_and_source_is_explained(case):
    for group in (
        "parties",
        "speakers",
        "issues",
        "readings",
        "contacts",
        "figures",
        "shifts",
        "sources",
        "statements",
        "rules",
    ):
        for ident in getattr(case, group):
            assert explain(case, ident).title


def test_an_unknown_id_never_prints_hundreds_of_others(case):
    with pytest.raises(UnknownName) as error:
        explain(case, "zzzzzz")
    assert len(str(error.value)) < 600
    assert "more" in str(error.value)


def test_dir_lists_the_verbs_and_nothing_else():
    assert dir(zopa) == sorted([*zopa.__all__, "__version__"])


def test_reprs_are_short_and_a_notebook_shows_the_case(case):
    assert len(repr(case)) < 200
    assert len(str(case)) < 200
    html = case._repr_html_()
    assert "Parties" in html
    assert "<script" not in html


def test_packages_come_out_as_columns_of_equal_length(case):
    found = zopa.solve(case, "nash")
    columns = found.to_columns()
    assert set(columns) == {*case.issues, *found.deals[0].utilities}
    assert {len(c) for c in columns.values()} == {len(found.deals)}
    assert columns["nato"] == [d.package["nato"] for d in found.deals]


def test_a_data_frame_needs_a_library_only_when_it_is_asked_for(case, monkeypatch):
    found = zopa.solve(case, "nash")

    class Fake:
        DataFrame = staticmethod(dict)

    monkeypatch.setitem(sys.modules, "pandas", Fake)
    assert found.to_frame() == found.to_columns()
    monkeypatch.setitem(sys.modules, "pandas", None)
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(NotApplicable, match="pandas or polars"):
        found.to_frame()


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_a_data_frame_of_a_real_library_holds_the_packages(case, library, monkeypatch):
    pytest.importorskip(library, reason=f"{library} is not installed (CI installs it)")
    monkeypatch.setitem(sys.modules, "polars" if library == "pandas" else "pandas", None)
    found = zopa.solve(case, "nash")
    frame = found.to_frame()
    assert type(frame).__module__.startswith(library)
    assert list(frame.columns) == list(found.to_columns())
    assert list(frame["nato"]) == [d.package["nato"] for d in found.deals]


@pytest.mark.parametrize("path", ["", "x" * 5_000, "/dev/null", "a\0b", "/dev/null/inside"])
@pytest.mark.parametrize("command", ["zone", "check", "run", "review", "explain"])
def test_an_unusable_path_is_bad_use_and_no_traceback(command, path, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["zopa", command, path, *(["zone"] if command == "explain" else [])])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert said.strip()
    assert "Traceback" not in said
