"""A customer whose replies are checked against the scenario; a rejected one is never said, and not remembered."""

from tautraj.users.base import Customer, Scene
from tautraj.users.reply_check import checked


def verify(scene: Scene, *, attempts: int) -> Customer:
    """Speak, have it checked, speak anew as if nothing had been drafted."""
    return checked(scene, attempts, lambda draft, why: None)
