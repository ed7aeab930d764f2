"""Opens a database and says in words what goes wrong with it."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, event, inspect
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from faceweb.errors import StorageError
from faceweb.gallery.tables import Base

log = logging.getLogger(__name__)
MOVED = "SQLITE_READONLY_DBMOVED"
BUSY = "The gallery is busy with another program: try again in a few seconds."


def sqlite_url(folder: Path) -> str:
    """Address of the database in a folder."""
    return f"sqlite:///{folder / 'galleries.sqlite'}"


def open_database(url: str) -> Engine:
    """Connects, and makes the tables where missing.

    Args:
        url: SQLAlchemy address; `sqlite:///path` makes the file's folder, for its owner only.

    Raises:
        StorageError: it cannot be opened.
    """
    with translate():
        engine = create_engine(url, hide_parameters=True)
        if engine.dialect.name == "sqlite":
            _prepare_sqlite(engine)
        _make_tables(engine)
    return engine


def begin_writing(connection: Connection) -> None:
    """Takes the right to write before anything is read, or waits for it.

    SQLite would let another process change what was just looked up; other databases are left to
    their own ways.
    """
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _make_tables(engine: Engine) -> None:
    # A database that cannot be written can be read, so the right to write is only taken if needed.
    if set(Base.metadata.tables) <= set(inspect(engine).get_table_names()):
        return
    with engine.connect() as connection:
        begin_writing(connection)
        Base.metadata.create_all(connection)
        connection.commit()


def database_file(engine: Engine) -> Path | None:
    """The file of an SQLite database; None for one in memory or on a server."""
    path = engine.url.database
    if engine.dialect.name != "sqlite" or not path or path.startswith((":memory:", "file:")):
        return None
    return Path(path)


def _prepare_sqlite(engine: Engine) -> None:
    path = database_file(engine)
    if path is not None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StorageError(f"The gallery's folder cannot be made: {error.strerror}.") from None

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: object) -> None:
        cursor = connection.cursor()
        # Deleted bytes are overwritten; the rollback journal is a file that goes with its commit,
        # so that nothing erased stays in a write-ahead log.
        for pragma in ("secure_delete = ON", "journal_mode = DELETE", "foreign_keys = ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


@contextmanager
def translate() -> Iterator[None]:
    """Turns what the database raises into a sentence."""
    try:
        yield
    except SQLAlchemyError as error:
        # The original names no parameters, which would be a visitor's.
        log.warning("database: %s", getattr(error, "orig", type(error).__name__))
        cause = str(getattr(error, "orig", error)).lower()
        if getattr(getattr(error, "orig", None), "sqlite_errorname", "") == MOVED:
            cause = MOVED
        raise _failure(cause) from error


def _failure(cause: str) -> StorageError:
    if cause == MOVED:
        return StorageError(
            "The gallery's file was moved or deleted, nothing was changed: restart this page."
        )
    if "locked" in cause:
        return StorageError(BUSY, "busy")
    if "readonly" in cause or "read-only" in cause:
        return StorageError(
            "The gallery is read-only, nothing was changed: make its file writable and try again.",
            "read-only",
        )
    # A quota that is used up is reported as an error of the disk.
    if "full" in cause or "disk i/o" in cause:
        return StorageError(
            "The disk is full or failing, nothing was changed: free some space and try again.",
            "disk full or failing",
        )
    return StorageError(
        "The gallery cannot be opened, nothing was changed: tell whoever runs this page."
    )
