"""The index of a run directory: what it knows is not read again, and what it cannot know is.

Not here: a run that writes one (`test_generate`).
"""

import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.records import trajectory

from tautraj.metrics import EpisodeSummary, summarise
from tautraj.store import Store, index
from tautraj.trajectory import SCHEMA_VERSION

IDS = ["5-t0-00000000", "6-t0-00000000", "7-t0-00000000"]


@pytest.fixture(params=["local", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """With three episodes, and an index that says they were all worth a quarter: who reads it can be told."""
    store = Store({"local": str(tmp_path / "run"), "memory": f"memory://{uuid.uuid4().hex}/run"}[request.param])
    for episode in IDS:
        store.write(trajectory(id=episode))
    index.save_index(store, [made._replace(reward=0.25) for made in index.read_rows(store)])
    return store


def rewards(store: Store) -> dict[str, float | None]:
    return {found.id: found.reward for found in index.read_rows(store)}


def test_without_an_index_every_record_is_read(store: Store) -> None:
    store.write_json(index.INDEX_FILE, None)
    assert index.read_rows(store) == [summarise(record) for record in store.read_episodes()]
    assert len(index.read_rows(store)) == 3


def test_what_it_knows_is_not_read_again(store: Store) -> None:
    assert rewards(store) == dict.fromkeys(IDS, 0.25)


def test_a_file_that_changed_is_read_a_new_one_too_and_one_that_went_is_gone(store: Store) -> None:
    store.write(trajectory(id=IDS[0], reward=0.0, seconds=1234.5))
    store.write(trajectory(id="8-t0-00000000"))
    store._fs.rm_file(f"{store.path}/episodes/{IDS[1]}.json")
    assert rewards(store) == {IDS[0]: 0.0, IDS[2]: 0.25, "8-t0-00000000": 1.0}


def test_a_file_that_broke_is_set_aside_whatever_the_index_says(store: Store) -> None:
    store._fs.pipe_file(f"{store.path}/episodes/{IDS[0]}.json", b"{")
    assert rewards(store) == {IDS[1]: 0.25, IDS[2]: 0.25}
    assert [failure.kind for failure in store.read_failures(set())] == ["BrokenRecord"]


@pytest.mark.parametrize("key", ["schema", "summary"])
@pytest.mark.parametrize("change", [-1, 1, None])
def test_of_another_version_it_is_passed_over(store: Store, key: str, change: int | None) -> None:
    found = store.read_json(index.INDEX_FILE)
    store.write_json(index.INDEX_FILE, {**found, key: change and found[key] + change})
    assert rewards(store) == dict.fromkeys(IDS, 1.0)


SHAPES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.sampled_from(["schema", "rows", "id"]), some),
)


@settings(max_examples=100, deadline=None)
@given(SHAPES)
def test_of_any_other_shape_it_is_passed_over(rows: Any) -> None:
    store = Store(f"memory://{uuid.uuid4().hex}/run")
    store.write(trajectory(id=IDS[0]))
    for found in (rows, {"schema": SCHEMA_VERSION, "rows": rows}):
        store.write_json(index.INDEX_FILE, found)
        assert rewards(store) == {IDS[0]: 1.0}


def test_what_is_kept_comes_back_as_it_was(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    record = trajectory(reward=None, ungraded="judge", grade=None)
    store.write(record)
    index.save_index(store, index.read_rows(store))
    (found,) = index.read_rows(store)
    assert found == summarise(record)
    assert repr(found) == repr(summarise(record))
    assert isinstance(found, EpisodeSummary)
