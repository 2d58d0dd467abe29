"""A customer that reflects on a rejected reply and rewrites it; only what is said is remembered."""

from tautraj.users.base import Customer, Scene
from tautraj.users.reply_check import checked

REWRITE = """\
(This is not from the agent.) You were about to say:
{draft}
That would be wrong: {why}
Say what you say instead. Write that message only."""


def reflection(scene: Scene, *, attempts: int) -> Customer:
    """Speak, have it checked, rewrite it in the light of the objection."""
    return checked(scene, attempts, lambda draft, why: REWRITE.format(draft=draft, why=why))
