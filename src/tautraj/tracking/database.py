"""The file of MLflow's SQLite store: created by one process at a time, completely or not at all.

Raises what MLflow, SQLite and the file system raise. Not here: what is written into it (`tracking.mlflow_run`).
"""

from pathlib import Path

SQLITE = "sqlite:///"


def find_database(uri: str) -> Path | None:
    """The file of a SQLite store; None for a server."""
    path = uri.removeprefix(SQLITE)
    return None if path == uri else Path(path.partition("?")[0])


def create_database(path: Path) -> None:
    """Create the database unless the file has one. The caller holds the lock.

    By rename: creation takes up to 30 s, and MLflow refuses for ever what a full disk or a kill left half made.
    """
    path.open("ab").close()  # raises where MLflow would try for 100 s to make the file
    if path.stat().st_size:
        return
    from mlflow.store.db import utils

    new = path.with_name(f"{path.name}.new")
    files = (new, Path(f"{new}-journal"))
    _remove(*files)
    engine = utils.create_sqlalchemy_engine(f"{SQLITE}{new}")
    try:
        utils._initialize_tables(engine)  # noqa: SLF001 - what MLflow does when it opens a new store
        engine.dispose()
        new.rename(path)
    finally:
        engine.dispose()
        _remove(*files)


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
