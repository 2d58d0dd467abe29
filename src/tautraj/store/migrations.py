"""Episode records of older schemas, brought to the present one."""

from tautraj.config.migrations import RawRecord, apply_migrations, pass_through


def upgrade_episode(record: RawRecord, source: str) -> RawRecord:
    """An episode as this schema has it. Raises `StoreError` on a schema that is not known; it names `where`."""
    return apply_migrations(
        record,
        source,
        {1: _upgrade_episode_1_to_2, 2: pass_through, 3: pass_through, 4: _upgrade_episode_4_to_5, 5: pass_through},
    )


def _upgrade_episode_1_to_2(record: RawRecord) -> RawRecord:
    """Without a judge and tools of the customer's; no task was known to be bad."""
    added = {"judge": None, "user_tools": [], "quarantine": None, **record}
    if isinstance(grade := record.get("grade"), dict):
        added["grade"] = {"judged": [], **grade}
    return added


def _upgrade_episode_4_to_5(record: RawRecord) -> RawRecord:
    """Graded, and not labelled."""
    return {"labels": None, **record}
