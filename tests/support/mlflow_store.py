"""An empty MLflow database, made once: MLflow takes a second for its own, at every first run in a folder."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock


def mlflow_database(folder: Path) -> Path:
    """Made in `folder` by whoever asks first."""
    from mlflow import MlflowClient

    made = folder / "made" / "mlflow.db"
    with FileLock(folder / "mlflow.lock"):
        if not made.exists():
            making = folder / "making.db"
            making.unlink(missing_ok=True)
            MlflowClient(tracking_uri=f"sqlite:///{making}").search_experiments()
            made.parent.mkdir(exist_ok=True)
            making.rename(made)
    return made


@contextmanager
def ready_database(empty: Path, root: Path) -> Iterator[None]:
    """`root` has a database in the block, and after it only if somebody wrote there or it was there before."""
    place = root / empty.name
    if root.exists():
        yield
        return
    root.mkdir()
    shutil.copy2(empty, place)
    yield
    if place.stat().st_mtime_ns == empty.stat().st_mtime_ns and list(root.iterdir()) == [place]:
        place.unlink()
        with suppress(OSError):
            root.rmdir()
