"""The database of a team: SQLite in a file by default, PostgreSQL by its URL; migrations, backup, restore.

SQLite runs with a write-ahead log and one writer at a time, which is enough for about ten people.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, func, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from zopa.casefile import write_file
from zopa.errors import NotApplicable
from zopa.workbench.store.tables import metadata

__all__ = ["Database", "backup", "migrate", "opened", "restore", "version"]

BUSY = 10_000
"""Milliseconds that SQLite waits for another writer."""
FORMAT = "zopa-team 1"


@dataclass(frozen=True)
class Database:
    """A database and the clock by which sessions end; ``clock`` gives seconds since 1970."""

    engine: Engine
    clock: Callable[[], float] = field(default=time.time, compare=False)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A look at one moment of the database."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One change, whole or not at all."""
        with self.engine.connect().execution_options(zopa_write=True) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def opened(url: str, clock: Callable[[], float] = time.time) -> Database:
    """Open a database by its URL, or an SQLite file by its path; tables are made and brought up to date.

    Raises
    ------
    NotApplicable
        The URL is of a kind that the store does not use, the server does not answer, or the database was
        made by a later version of zopa.
    """
    database = Database(_engine(url), clock)
    try:
        migrate(database)
    except DBAPIError as error:
        database.close()
        raise NotApplicable(f"the database cannot be opened: {str(error.orig).strip()}") from None
    return database


def _engine(url: str) -> Engine:
    if "://" not in url:
        path = Path(url).absolute()
        if not path.parent.is_dir():
            raise NotApplicable(f"there is no folder {path.parent} for the database")
        url = f"sqlite:///{path}"
    try:
        parsed = make_url(url)
        if parsed.drivername in ("postgresql", "postgres"):
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() not in ("sqlite", "postgresql"):
            raise NoSuchModuleError
    except (ArgumentError, NoSuchModuleError):
        raise NotApplicable("expected the path of an SQLite file or postgresql://USER@HOST/NAME") from None
    engine = create_engine(parsed, pool_pre_ping=True)
    if parsed.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _sqlite_connected)
        event.listen(engine, "begin", _sqlite_begins)
    return engine


def _sqlite_connected(connection: Any, _: object) -> None:
    connection.isolation_level = None  # transactions are begun by _sqlite_begins, not by the driver
    for pragma in (f"busy_timeout = {BUSY}", "journal_mode = WAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begins(connection: Connection) -> None:
    write = connection.get_execution_options().get("zopa_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _scripts() -> tuple[Config, ScriptDirectory]:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return config, ScriptDirectory.from_config(config)


def version(database: Database) -> str:
    """The migration that the database is at; empty where it has no tables."""
    with database.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar() or "")


def migrate(database: Database, to: str = "head") -> str:
    """Bring the tables to a version, the newest by default; ``base`` removes them. The version reached."""
    config, scripts = _scripts()
    at = version(database)
    known = {s.revision for s in scripts.walk_revisions()}
    if at and at not in known:
        raise NotApplicable(f"the database was made by a later version of zopa (tables of version {at})")
    if to == "head" and at == scripts.get_current_head():
        return at

    def steps(revision: Any, _: object) -> Any:
        if to == "base":
            return scripts._downgrade_revs("base", revision)
        return scripts._upgrade_revs(to, revision)

    with EnvironmentContext(config, scripts, fn=steps, destination_rev=to) as context, database.write() as c:
        if c.dialect.name == "postgresql":  # two servers that start at once
            c.execute(text("SELECT pg_advisory_xact_lock(20261128)"))
        context.configure(connection=c, target_metadata=metadata, render_as_batch=True)
        context.run_migrations()
    return version(database)


def backup(database: Database, path: str | Path) -> int:
    """Write all tables into one file, the same for SQLite and PostgreSQL; the number of rows. Sessions are left out."""
    lines = [json.dumps({"format": FORMAT, "version": version(database)})]
    with database.read() as connection:
        for table in metadata.sorted_tables:
            if table.name in PASSING:
                continue
            for row in connection.execute(select(table).order_by(*table.primary_key)).mappings():
                lines.append(json.dumps({"table": table.name, "row": dict(row)}))
    write_file(path, "".join(f"{line}\n" for line in lines))
    return len(lines) - 1


def restore(database: Database, path: str | Path) -> int:
    """Fill an empty database from a backup; the number of rows.

    Raises
    ------
    NotApplicable
        The file is no backup, is of another version, or the database is not empty; nothing was changed.
    """
    try:
        lines = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
        head, rows = lines[0], [(metadata.tables[r["table"]], dict(r["row"])) for r in lines[1:]]
        right = head["format"] == FORMAT
    except (ValueError, KeyError, TypeError, IndexError):
        raise NotApplicable(f"{path} is no backup of a team's store") from None
    if not right or head.get("version") not in (*FITTING, version(database)):
        raise NotApplicable(
            f"{path} was made with tables of version {head.get('version')}; this is {version(database)}"
        )
    with database.write() as connection:
        full = [
            t.name
            for t in metadata.sorted_tables
            if connection.execute(select(t).limit(1)).first() is not None
        ]
        if full:
            raise NotApplicable(f"the database is not empty: {', '.join(full)}")
        for table, row in rows:
            connection.execute(table.insert().values(row))
        if connection.dialect.name == "postgresql":  # numbers given by hand do not move the counter
            for table in metadata.sorted_tables:
                if table.name in NUMBERED:
                    top = select(func.coalesce(func.max(table.c.id), 0) + 1).scalar_subquery()
                    connection.execute(select(func.setval(f"{table.name}_id_seq", top, False)))
    return len(rows)


FITTING = ("0001",)
"""Earlier versions whose rows fit the tables as they are: only tables were added since."""
PASSING = ("sessions", "attempts", "handshakes")
"""Tables that a backup leaves out."""
NUMBERED = ("accounts", "attempts", "comments", "codings", "jobs", "sign_ins")
"""Tables whose rows are numbered by the database."""
