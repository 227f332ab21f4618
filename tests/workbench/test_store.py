"""What a team keeps, on SQLite and on a real PostgreSQL: accounts, sessions, roles, comments, codings, jobs."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import inspect, select, text

from case_folder import write
from workbench.databases import postgres
from zopa.casefile import Coding, codings_of, load
from zopa.errors import NotApplicable, UnknownName
from zopa.workbench.rights import RIGHTS, ROLES, may
from zopa.workbench.store import (
    Database,
    Refused,
    accounts,
    add_case,
    add_job,
    add_person,
    backup,
    cancel,
    cases_of,
    claim,
    code,
    codings_for,
    comment,
    comments_on,
    finish,
    job,
    jobs_of,
    log_in,
    log_out,
    migrate,
    must_not_see,
    opened,
    people,
    progress,
    remove_person,
    resolve,
    restore,
    role_of,
    session_of,
    set_role,
    unblind,
)
from zopa.workbench.store.accounts import (
    ABSOLUTE,
    IDLE,
    MOST_PER_ACCOUNT,
    WINDOW,
    close_account,
    set_password,
)
from zopa.workbench.store.database import version
from zopa.workbench.store.jobs import LOST
from zopa.workbench.store.tables import metadata, sessions

GOOD = "correct horse battery"


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Database]:
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(accounts, "HASHER", quick)
    monkeypatch.setattr(accounts, "_NOBODY", quick.hash("nobody"))
    url = str(tmp_path / "team.db") if request.param == "sqlite" else request.getfixturevalue("server")
    made = opened(url, Clock())
    yield made
    migrate(made, "base")
    made.close()


@pytest.fixture
def team(database: Database, tmp_path: Path) -> Database:
    """Anna owns the case, Ben edits, Cleo and Dora code, Eva looks; Fred has another case."""
    for name in ("anna", "ben", "cleo", "dora", "eva", "fred"):
        add_person(database, name, GOOD, name.title())
    add_case(database, write(tmp_path / "rivers"), "anna")
    add_case(database, write(tmp_path / "lakes"), "fred")
    for name, role in (("ben", "editor"), ("cleo", "coder"), ("dora", "coder"), ("eva", "viewer")):
        set_role(database, "rivers", name, role)
    return database


def ident(database: Database, name: str) -> int:
    return accounts.account_named(database, name).id


def test_the_table_of_rights_is_the_one_that_was_agreed() -> None:
    agreed = {
        "see": "yes yes yes yes", "see restricted": "yes yes yes no",
        "review": "yes yes no no", "draft": "yes yes no no", "annotate": "yes yes no no", "code": "yes yes yes no",
        "change": "yes yes no no",
        "export unredacted": "yes no no no", "manage people": "yes no no no", "delete": "yes no no no",
    }  # fmt: skip
    for act, row in agreed.items():
        assert [may(role, act) for role in ROLES] == [w == "yes" for w in row.split()], act
    assert not any(may(None, act) or may("admin", act) for act in RIGHTS)
    assert not may("owner", "anything else")


def test_a_log_in_begins_a_session_and_a_log_out_ends_it_at_the_server(team: Database) -> None:
    first = log_in(team, "anna", GOOD)
    assert session_of(team, first.id) == first
    again = log_in(team, "anna", GOOD, old=first.id)
    assert again.id != first.id
    assert session_of(team, first.id) is None  # no fixed id survives a log-in
    log_out(team, again.id)
    assert session_of(team, again.id) is None
    assert session_of(team, "") is None
    assert session_of(team, "chosen by somebody else") is None


def test_ids_and_passwords_are_not_in_the_database(team: Database, tmp_path: Path) -> None:
    session = log_in(team, "anna", GOOD)
    with team.read() as c:
        stored = str([c.execute(select(t)).all() for t in metadata.sorted_tables])
        assert len(c.execute(select(sessions)).all()) == 1
    assert session.id not in stored
    assert GOOD not in stored
    assert "$argon2id$" in stored


def test_a_session_ends_when_idle_and_after_its_longest_time(team: Database) -> None:
    clock = team.clock
    assert isinstance(clock, Clock)
    one = log_in(team, "anna", GOOD)
    clock.now += IDLE + 1
    assert session_of(team, one.id) is None
    two, began = log_in(team, "anna", GOOD), clock.now
    while clock.now + IDLE / 2 < began + ABSOLUTE:
        clock.now += IDLE / 2
        assert session_of(team, two.id)
    clock.now += IDLE / 2 + 1
    assert session_of(team, two.id) is None
    three = log_in(team, "anna", GOOD)
    set_password(team, "anna", GOOD + "!")
    assert session_of(team, three.id) is None
    with pytest.raises(Refused):
        log_in(team, "anna", GOOD)
    four = log_in(team, "anna", GOOD + "!")
    close_account(team, "anna")
    assert session_of(team, four.id) is None
    with pytest.raises(Refused):
        log_in(team, "anna", GOOD + "!")


def test_what_is_wrong_with_a_log_in_is_not_told(team: Database) -> None:
    close_account(team, "eva")
    said = set()
    for name, password in (
        ("anna", "wrong"),
        ("nobody", GOOD),
        ("eva", GOOD),
        ("", ""),
        ("anna\x00", GOOD[:3]),
    ):
        with pytest.raises(Refused) as refused:
            log_in(team, name.replace("\x00", ""), password)
        said.add(str(refused.value))
    assert len(said) == 1


def test_an_unknown_name_takes_the_same_work(team: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    plain = accounts._verified

    def verified(hashed: str, password: str) -> bool:
        asked.append(hashed[:9])
        return plain(hashed, password)

    monkeypatch.setattr(accounts, "_verified", verified)
    for name in ("anna", "nobody"):
        with pytest.raises(Refused):
            log_in(team, name, "wrong")
    assert asked == ["$argon2id", "$argon2id"]


@pytest.mark.parametrize("name", ["anna", "nobody"])
def test_too_many_tries_stop_an_account_for_a_while_also_one_that_is_not_there(
    team: Database, name: str
) -> None:
    clock = team.clock
    assert isinstance(clock, Clock)
    for k in range(MOST_PER_ACCOUNT):
        with pytest.raises(Refused):
            log_in(team, name, "wrong", address=f"10.0.0.{k}")
    with pytest.raises(Refused):
        log_in(team, name, GOOD, address="10.0.0.99")
    log_in(team, "ben", GOOD, address="10.0.0.1")  # others are not touched
    clock.now += WINDOW + 1
    if name == "anna":
        assert log_in(team, name, GOOD)


def test_too_many_tries_from_one_address_stop_it_for_all_names(team: Database) -> None:
    for k in range(accounts.MOST_PER_ADDRESS):
        with pytest.raises(Refused):
            log_in(team, f"name{k}", "wrong", address="10.0.0.1")
    with pytest.raises(Refused):
        log_in(team, "anna", GOOD, address="10.0.0.1")
    assert log_in(team, "anna", GOOD, address="10.0.0.2")


def test_names_and_passwords_that_cannot_be_used_are_refused(database: Database) -> None:
    add_person(database, "anna", GOOD)
    for name, password in (
        ("anna", GOOD),
        ("Anna", GOOD),
        ("a b", GOOD),
        ("", GOOD),
        ("ben", "short"),
        ("ben", "x" * 2000),
    ):
        with pytest.raises(NotApplicable):
            add_person(database, name, password)
    with pytest.raises(UnknownName, match="anna"):
        accounts.account_named(database, "ana")


def test_a_person_sees_the_cases_in_which_it_has_a_role_and_no_other(team: Database, tmp_path: Path) -> None:
    assert [(c.id, c.role) for c in cases_of(team, ident(team, "cleo"))] == [("rivers", "coder")]
    assert role_of(team, "lakes", ident(team, "cleo")) is None
    assert role_of(team, "no such case", ident(team, "cleo")) is None
    assert next((m.name, m.role) for m in people(team, "rivers")) == ("anna", "owner")
    remove_person(team, "rivers", "cleo")
    assert cases_of(team, ident(team, "cleo")) == []
    with pytest.raises(NotApplicable, match="owner"):
        remove_person(team, "rivers", "anna")
    with pytest.raises(NotApplicable, match="owner"):
        set_role(team, "rivers", "anna", "editor")
    assert role_of(team, "rivers", ident(team, "anna")) == "owner"  # the refused change left nothing
    with pytest.raises(UnknownName):
        set_role(team, "rivers", "ben", "boss")
    with pytest.raises(UnknownName):
        set_role(team, "river", "ben", "editor")
    with pytest.raises(NotApplicable):
        add_case(team, tmp_path, "anna")
    with pytest.raises(NotApplicable):
        add_case(team, tmp_path / "rivers", "anna")


def test_a_blind_coder_sees_own_codings_only_and_nobody_sees_those(team: Database, tmp_path: Path) -> None:
    set_role(team, "rivers", "cleo", "coder", blind=True)
    cleo, dora, anna = (ident(team, n) for n in ("cleo", "dora", "anna"))
    code(team, "rivers", cleo, "s1", "kind", "offer")
    code(team, "rivers", dora, "s1", "kind", "demand")
    code(team, "rivers", cleo, "s1", "kind", "refusal")
    own, other = Coding("cleo", "s1", "kind", "refusal"), Coding("dora", "s1", "kind", "demand")
    assert must_not_see(team, "rivers", cleo)
    assert codings_for(team, "rivers", cleo) == [own]
    assert codings_for(team, "rivers", dora) == [other]
    assert codings_for(team, "rivers", anna) == [other]
    with pytest.raises(UnknownName):
        code(team, "rivers", cleo, "s1", "mood", "x")
    with pytest.raises(NotApplicable):
        set_role(team, "rivers", "ben", "editor", blind=True)
    assert unblind(team, "rivers", cleo) == 1
    assert not must_not_see(team, "rivers", cleo)
    assert set(codings_for(team, "rivers", anna)) == {own, other}
    folder = tmp_path / "rivers"
    assert own in codings_of(folder, load(folder))


def test_comments_are_kept_in_order_and_hidden_with_what_they_are_about(team: Database) -> None:
    anna = ident(team, "anna")
    hostile = "<script>alert(1)</script>\n'; DROP TABLE comments; --"
    one = comment(team, "rivers", "statements.s1", anna, hostile)
    comment(team, "rivers", "title", anna, "a better title?")
    comment(team, "lakes", "title", anna, "elsewhere")
    assert [c.text for c in comments_on(team, "rivers")] == [hostile, "a better title?"]
    assert [c.author for c in comments_on(team, "rivers", "statements.s1")] == ["anna"]
    assert [c.record for c in comments_on(team, "rivers", hidden={"statements.s1"})] == ["title"]
    assert not resolve(team, "lakes", one)  # by the number of another case nothing happens
    assert resolve(team, "rivers", one)
    assert [c.resolved for c in comments_on(team, "rivers")] == [True, False]
    for bad in ("", "  ", "x" * 20_000, "\x00"):
        with pytest.raises(NotApplicable):
            comment(team, "rivers", "title", anna, bad)


def test_a_job_is_claimed_once_goes_on_after_a_crash_and_can_be_cancelled(team: Database) -> None:
    clock = team.clock
    assert isinstance(clock, Clock)
    first = add_job(team, "rivers", "stress", {"draws": 100}, ident(team, "anna"))
    second = add_job(team, "rivers", "backtest", {})
    taken = claim(team)
    assert taken is not None
    assert (taken.id, taken.state, taken.settings) == (first, "running", {"draws": 100})
    other = claim(team)
    assert other is not None
    assert other.id == second
    assert claim(team) is None
    assert progress(team, first, 0.5, "half")
    clock.now += LOST / 2
    assert progress(team, first, 0.6)
    clock.now += LOST / 2 + 1
    back = claim(team)  # nobody heard of the second for too long
    assert back is not None
    assert back.id == second
    assert cancel(team, "rivers", first)
    assert not progress(team, first, 0.7)
    finish(team, first, "cancelled")
    finish(team, second, "done")
    assert [(j.id, j.state, j.done) for j in jobs_of(team, "rivers")] == [
        (second, "done", 1),
        (first, "cancelled", 0.7),
    ]
    third = add_job(team, "rivers", "talks", {})
    assert not cancel(team, "lakes", third)
    assert job(team, "lakes", third) is None
    assert cancel(team, "rivers", third)
    assert claim(team) is None


def test_workers_at_once_never_take_the_same_job(team: Database) -> None:
    numbers = {add_job(team, "rivers", "stress", {}) for _ in range(12)}

    def work(_: int) -> list[int]:
        mine = []
        while (taken := claim(team)) is not None:
            mine.append(taken.id)
        return mine

    with ThreadPoolExecutor(4) as pool:
        taken = [n for mine in pool.map(work, range(4)) for n in mine]
    assert sorted(taken) == sorted(numbers)


def test_writers_at_once_lose_nothing(team: Database) -> None:
    anna = ident(team, "anna")

    def write_some(n: int) -> None:
        for k in range(5):
            comment(team, "rivers", "title", anna, f"{n}-{k}")

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write_some, range(6)))
    assert {c.text for c in comments_on(team, "rivers")} == {f"{n}-{k}" for n in range(6) for k in range(5)}


def test_the_tables_made_by_migrations_are_those_of_the_code(database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with database.read() as c:
        context = MigrationContext.configure(c, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    assert migrate(database) == version(database)
    migrate(database, "base")
    with database.read() as c:
        assert set(inspect(c).get_table_names()) <= {"alembic_version"}
    migrate(database)


def test_a_database_of_a_later_version_is_refused(database: Database) -> None:
    at = version(database)
    with database.write() as c:
        c.execute(text("UPDATE alembic_version SET version_num = 'later'"))
    with pytest.raises(NotApplicable, match="later version"):
        migrate(database)
    with database.write() as c:
        c.execute(text("UPDATE alembic_version SET version_num = :at"), {"at": at})


def test_a_backup_is_restored_into_an_empty_database_of_either_kind(team: Database, tmp_path: Path) -> None:
    anna = ident(team, "anna")
    comment(team, "rivers", "title", anna, "één\n\u2028regel")
    code(team, "rivers", anna, "s1", "kind", "offer")
    live = log_in(team, "anna", GOOD)
    assert backup(team, tmp_path / "team.jsonl") > 10
    with pytest.raises(NotApplicable, match="not empty"):
        restore(team, tmp_path / "team.jsonl")
    other = opened(str(tmp_path / "other.db"), team.clock)
    restore(other, tmp_path / "team.jsonl")
    assert comments_on(other, "rivers") == comments_on(team, "rivers")
    assert people(other, "rivers") == people(team, "rivers")
    assert log_in(other, "anna", GOOD)
    assert session_of(other, live.id) is None
    migrate(team, "base")
    migrate(team)
    restore(team, tmp_path / "team.jsonl")  # and back, also into PostgreSQL: new rows get new numbers
    assert comment(team, "rivers", "title", anna, "next") > 1
    add_person(team, "gus", GOOD)
    for bad in ("", "{}", '{"format": "x", "version": ""}'):
        (tmp_path / "bad").write_text(bad)
        with pytest.raises(NotApplicable):
            restore(other, tmp_path / "bad")
    other.close()


def test_sqlite_runs_with_a_write_ahead_log_and_keeps_references(tmp_path: Path) -> None:
    made = opened(str(tmp_path / "team.db"))
    with made.read() as c:
        assert c.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert c.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert c.exec_driver_sql("PRAGMA busy_timeout").scalar() == 10_000
    made.close()


@pytest.mark.parametrize(
    "url", ["mysql://x/y", "://", "postgresql://nobody@127.0.0.1:1/none?connect_timeout=2"]
)
def test_a_database_that_cannot_be_used_is_named(url: str) -> None:
    with pytest.raises(NotApplicable):
        opened(url)
