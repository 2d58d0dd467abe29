"""Episode records of older schemas, brought to the present one."""

from tautraj.config.migrations import Found, _unchanged, _upgrade


def upgrade(found: Found, where: str) -> Found:
    """An episode as this schema has it. Raises `StoreError` on a schema that is not known; it names `where`."""
    return _upgrade(
        found, where, {1: _episode_1_to_2, 2: _unchanged, 3: _unchanged, 4: _episode_4_to_5, 5: _unchanged}
    )


def _episode_1_to_2(found: Found) -> Found:
    """Without a judge and tools of the customer's; no task was known to be bad."""
    added = {"judge": None, "user_tools": [], "quarantine": None, **found}
    if isinstance(grade := found.get("grade"), dict):
        added["grade"] = {"judged": [], **grade}
    return added


def _episode_4_to_5(found: Found) -> Found:
    """Graded, and not labelled."""
    return {"labels": None, **found}
