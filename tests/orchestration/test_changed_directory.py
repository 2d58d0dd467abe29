"""A run directory that is moved, or loses files, while a run writes it. Through the front door, over HTTP."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.cli import Generate, over_http, played
from support.provider.server import Provider
from support.running_process import IDS, MOCK, Held, Under, played_offline, wait_until

from tautraj.config import Run
from tautraj.store import Store

pytestmark = pytest.mark.xdist_group("interrupts")  # its Prefect server


def change_in_mid_run(
    overrides: list[str], store: Store, held: Held, change: Callable[[Path], None], environ: dict[str, str], cwd: Path
) -> tuple[int, str]:
    """Start a run, change its directory while two conversations wait for an answer; return exit code and output."""
    run = Under(overrides, cwd, environ)
    wait_until(lambda: len(store.list_ids()) >= 3, run.process)
    held.go_on.clear()
    wait_until(lambda: held.waiting >= 2, run.process)
    change(Path(store.path))
    held.go_on.set()
    return run.end()


@pytest.mark.slow
def test_a_directory_that_is_renamed_ends_the_run_and_loses_nothing(
    run_of: Callable[..., Run], generate: Generate, environ: dict[str, str], store_of: Any, tmp_path: Path
) -> None:
    held = Held(played_offline(run_of), 0.05)
    with Provider(held) as provider:
        overrides = [*over_http(provider, "gpt4o"), *MOCK, IDS, "trials=10", "runner.workers=2"]
        store, elsewhere = store_of(*overrides), tmp_path / "elsewhere"
        code, said = change_in_mid_run(
            overrides, store, held, lambda folder: folder.rename(elsewhere) and None, environ, tmp_path
        )
        assert code == 2, said
        url = Path(store.path).relative_to(tmp_path)
        assert said.splitlines()[-1] == (
            f"error: {url} was moved, renamed or deleted in mid-run: no new episodes. Those that finished since are "
            f"in {url}/episodes: add them to the directory's own episodes/, put it back and run the same command"
        )
        assert "Traceback" not in said
        folders = (elsewhere, Path(store.path))
        before, since = ({path.name for path in (folder / "episodes").iterdir()} for folder in folders)
        assert 3 <= len(before) <= 18
        assert len(since) == 2, "those that were under way"
        assert not before & since
        assert not (Path(store.path) / "metrics.json").exists(), "it would be of episodes that are elsewhere"
        for name in since:
            (Path(store.path) / "episodes" / name).rename(elsewhere / "episodes" / name)
        (Path(store.path)).rename(tmp_path / "emptied")
        elsewhere.rename(store.path)
        assert generate(*overrides).code == 0
    assert len(played(store)) == 20
    assert {path.name for path in Path(store.path, "episodes").iterdir()} >= before | since


@pytest.mark.slow
def test_files_that_are_deleted_in_mid_run(
    run_of: Callable[..., Run], generate: Generate, environ: dict[str, str], store_of: Any, tmp_path: Path
) -> None:
    held = Held(played_offline(run_of), 0.05)
    with Provider(held) as provider:
        overrides = [*over_http(provider, "gpt4o"), *MOCK, IDS, "trials=10", "runner.workers=2"]
        store = store_of(*overrides)

        def delete(folder: Path) -> None:
            (folder / "run.yaml").unlink()
            min((folder / "episodes").iterdir()).unlink()

        code, said = change_in_mid_run(overrides, store, held, delete, environ, tmp_path)
        assert code == 0, said
        url = Path(store.path).relative_to(tmp_path)
        assert f"{url}/run.yaml was deleted in mid-run. It is written again." in said
        assert f"1 episodes of {url} were deleted in mid-run. The same command plays them again." in said
        assert len(played(store)) == 19
        assert store.read_config()["trials"] == 10
        assert generate(*overrides).code == 0
    assert len(played(store)) == 20
    assert json.loads(Path(store.path, "metrics.json").read_text())["episodes"] == 20
