"""A disk that cannot be written: an episode that is over waits for room, and a run that cannot begin says so.

The disk is full for one process: by the size to which it may let a file grow, which others can raise. Not here: a
process that is killed while it writes (`test_run_directory`).
"""

import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from support.cli import REPO, by_the_door
from support.records import trajectory

from tautraj.errors import StoreError
from tautraj.store import Store
from tautraj.store.write_retry import write_with_retry

WORKERS = """
import resource, sys
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, sys.argv[1])
from support.records import trajectory
from tautraj.store.write_retry import write_with_retry
from tautraj.store import Store

store = Store(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
with ThreadPoolExecutor(4) as workers:
    list(workers.map(lambda n: write_with_retry(trajectory(id=f"5-t{n}-0"), store, float(sys.argv[3])), range(4)))
"""


def workers(store: Store, patience: float) -> subprocess.Popen[str]:
    """Four of them with an episode each to keep, and no room."""
    command = [sys.executable, "-c", WORKERS, str(REPO / "tests"), store.path, str(patience)]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def test_what_is_finished_waits_for_room_which_is_said_once(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "run"))
    with workers(store, patience=120) as waiting:
        assert waiting.stderr is not None
        said = waiting.stderr.readline()
        assert "File too large" in said
        assert "up to 120 s. Make room and the run goes on." in said
        assert store.list_ids() == set()
        resource.prlimit(waiting.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        assert waiting.stderr.read() == f"{store.url} can be written again.\n"
    assert waiting.returncode == 0
    assert [record.id for record in store.read_episodes()] == [f"5-t{n}-0" for n in range(4)]
    assert list(Path(store.path, ".partial").iterdir()) == []


def test_a_patience_that_is_over_leaves_nothing_half_written(tmp_path: Path) -> None:
    store = Store(str(tmp_path / "run"))
    with workers(store, patience=0) as waiting:
        assert waiting.stderr is not None
        *_, last = waiting.stderr.read().splitlines()
    assert waiting.returncode == 1
    assert "StoreError: writing 5-t" in last
    assert last.endswith("Make room and run the same command to resume.")
    assert [path for path in Path(store.path).rglob("*") if path.is_file()] == []


def test_what_can_be_written_is_written_without_a_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = Store(str(tmp_path / "run"))
    write_with_retry(trajectory(), store, 600.0)
    assert len(list(store.read_episodes())) == 1
    assert capsys.readouterr() == ("", "")


def test_another_kind_of_failure_is_not_waited_out(tmp_path: Path) -> None:
    """A file where a folder should be is a full disk as far as anybody can tell; no patience, no wait."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="^writing .*Make room"):
        write_with_retry(trajectory(), Store(str(tmp_path / "file" / "run")), 0.0)


@pytest.mark.slow
def test_a_root_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    words = ["experiment=smoke", "tracking=none", "root=file"]
    ended = by_the_door("generate", *words, cwd=tmp_path, env={**os.environ, "PREFECT_API_URL": ""})
    assert (ended.code, ended.out) == (2, "")
    (line,) = ended.err.splitlines()
    assert re.fullmatch(r"error: file/smoke/\S+ cannot be written: .+ Choose another root=…", line)


def test_numbers_that_cannot_be_written_are_a_failure_of_the_store(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="^writing .*metrics.json: .+ run the same command again$"):
        Store(str(tmp_path / "file" / "run")).write_json("metrics.json", {})
