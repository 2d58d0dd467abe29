"""Parses episode files, upgrading records of older schemas.

Not here: how steps are applied (`config.migrations`).
"""

import json
import re
from contextlib import suppress

from tautraj.config.migrations import RawRecord, apply_migrations, pass_through
from tautraj.trajectory import SCHEMA_VERSION, Trajectory

CURRENT_SCHEMA = re.compile(rb'\s*\{\s*"schema":\s*%d\s*,' % SCHEMA_VERSION)
"""The beginning of every episode file of this schema."""


def parse_episode(data: bytes, source: str) -> Trajectory:
    """Parse an episode file of any schema up to `SCHEMA_VERSION`.

    Raises `ValueError` if it is not a valid record, `StoreError` naming `source` if its schema is unknown.
    """
    if CURRENT_SCHEMA.match(data):
        with suppress(ValueError):  # a lone surrogate, which only json accepts
            return Trajectory.model_validate_json(data)  # takes half the time
    record = json.loads(data)
    if isinstance(record, dict) and "schema" in record:
        record = upgrade_episode(record, source)
    return Trajectory.model_validate(record)


def upgrade_episode(record: RawRecord, source: str) -> RawRecord:
    """Upgrade an episode record to `SCHEMA_VERSION`. Raises `StoreError` naming `source` on an unknown schema."""
    return apply_migrations(
        record,
        source,
        {
            1: _upgrade_episode_1_to_2,
            2: pass_through,
            3: pass_through,
            4: _upgrade_episode_4_to_5,
            5: pass_through,
            6: _upgrade_episode_6_to_7,
            7: _upgrade_episode_7_to_8,
            8: _upgrade_episode_8_to_9,
        },
    )


def _upgrade_episode_1_to_2(record: RawRecord) -> RawRecord:
    """Schema 1 had no judge, no tools of the customer and no quarantine."""
    upgraded = {"judge": None, "user_tools": [], "quarantine": None, **record}
    if isinstance(grade := record.get("grade"), dict):
        upgraded["grade"] = {"judged": [], **grade}
    return upgraded


def _upgrade_episode_4_to_5(record: RawRecord) -> RawRecord:
    """Schema 4 had no labels."""
    return {"labels": None, **record}


def _upgrade_episode_6_to_7(record: RawRecord) -> RawRecord:
    """Schema 6 had no label for answers that were cut off."""
    labels = record.get("labels")
    return {**record, "labels": {"answer_cut_off": None, **labels}} if isinstance(labels, dict) else record


def _upgrade_episode_7_to_8(record: RawRecord) -> RawRecord:
    """Schema 7 had no branches, no second attempts, and no list of what the customer did wrong."""
    labels = record.get("labels")
    if isinstance(labels, dict):
        labels = {"customer_at_fault": None, **labels}
    return {"attempt": 0, "parent": None, "customer_faults": None, **record, "labels": labels}


def _upgrade_episode_8_to_9(record: RawRecord) -> RawRecord:
    """Schema 8 had no rollouts of a policy in training."""
    return {"rollout": None, **record}
