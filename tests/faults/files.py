"""What is looked at after a fault."""

import sqlite3
from contextlib import closing
from pathlib import Path


def whole(folder: Path) -> bool:
    """Whether the database of a folder opens, and SQLite finds every page and index in order."""
    with closing(sqlite3.connect(folder / "galleries.sqlite")) as database:
        found = [row[0] for row in database.execute("PRAGMA integrity_check")]
        broken = database.execute("PRAGMA foreign_key_check").fetchall()
    return (found, broken) == (["ok"], [])
