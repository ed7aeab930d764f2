"""Opens a database and says in words what goes wrong with it."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from faceweb.errors import StorageError
from faceweb.storage.tables import Base

log = logging.getLogger(__name__)
MOVED = "SQLITE_READONLY_DBMOVED"


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
    with translated():
        engine = create_engine(url, hide_parameters=True)
        if engine.dialect.name == "sqlite":
            _prepare_sqlite(engine)
        Base.metadata.create_all(engine)
    return engine


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
def translated() -> Iterator[None]:
    """Turns what the database raises into a sentence."""
    try:
        yield
    except SQLAlchemyError as error:
        # The original names no parameters, which would be a visitor's.
        log.warning("database: %s", getattr(error, "orig", type(error).__name__))
        cause = str(getattr(error, "orig", error)).lower()
        if getattr(getattr(error, "orig", None), "sqlite_errorname", "") == MOVED:
            cause = MOVED
        raise StorageError(_sentence(cause)) from error


def _sentence(cause: str) -> str:
    if cause == MOVED:
        return "The gallery's file was moved or deleted, nothing was changed: restart this page."
    if "locked" in cause:
        return "The gallery is busy with another program: try again in a few seconds."
    if "readonly" in cause or "read-only" in cause:
        return (
            "The gallery is read-only, nothing was changed: make its file writable and try again."
        )
    if "full" in cause:
        return "The disk is full, nothing was changed: free some space and try again."
    return "The gallery cannot be opened, nothing was changed: tell whoever runs this page."
