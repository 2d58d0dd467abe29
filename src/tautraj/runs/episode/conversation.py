"""Run one episode: an agent, a customer, the world between them, and the trajectory it leaves.

Not here: what an episode is made of (`runs.episode.opened`), which actions are valid and when it ends
(`runs.episode.environment`), its reward (`grading.reward`), where it is written (`store`).
"""

from collections.abc import Sequence
from contextlib import suppress

from tautraj.config import Run
from tautraj.config.components import load_component
from tautraj.config.identity import EpisodeSpec
from tautraj.errors import LimitReached, SeatError, boundary
from tautraj.runs.episode.opened import OpenedEpisode
from tautraj.runs.episode.recorder import Recorder
from tautraj.trajectory import CustomerFault, Trajectory


def run_episode(run: Run, spec: EpisodeSpec, recorder: Recorder, faults: Sequence[CustomerFault] = ()) -> Trajectory:
    """Play one episode to its ending; return its trajectory, ungraded.

    `recorder`: passed in so that the caller still has the turns of an episode that fails. `faults`: what the customer
    is told that it did wrong before. Raises `EpisodeError`.
    """
    opened = OpenedEpisode(run, spec, recorder, faults)
    with suppress(LimitReached), boundary(SeatError, f"agent={run.agent.name}", component=True):
        if not opened.environment.is_closed:
            load_component(run.agent)(opened.agent_context)
    return opened.close()
