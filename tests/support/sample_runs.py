"""Run directories to be looked at: what the oracle played, and what a clumsy model might have made of it.

Every third conversation loses its last write, others are given thoughts, plans, beliefs, mistakes, long texts; all
are graded as they then are. Not here: records made by hand (`records`).
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from support import records
from tautraj.benchmarks import Benchmark, open_benchmark
from tautraj.config import Run
from tautraj.config.identity import locate_run_directory
from tautraj.grading.reward import grade_trajectory, label_trajectory
from tautraj.grading.writes import find_writes
from tautraj.runs.plan import plan_run
from tautraj.runs.play import play
from tautraj.runs.startup import start_up
from tautraj.store import Store
from tautraj.trajectory import Outcome, Trajectory, Turn

THOUGHT = "The customer wants to know where the order is.\nI should look it up before I say anything."
BELIEF = {
    "state": "investigating",
    "explanation": "The customer is known, the order is not.",
    "known_facts": [{"fact": "the zip code is 80279", "source": "the customer"}],
    "unknown_facts": ["which item is meant"],
}
PLAN = "1. Look up the order.\n2. Say what can be returned.\n3. Ask for a yes."
HOSTILE = [
    "</script><script>alert('script')</script>",
    "<img src=x onerror=alert('img')>",
    "\x1b]0;title\x07 \x1b[2Jcleared \u202egnp.exe \x00 \ud800",
    "{{ 7 * 7 }} {% include 'x' %} ${alert(1)} <!-- -->",
    "javascript:alert('link')",
]


def played(run: Run) -> Store:
    with start_up(plan_run(run), print) as plan:
        for spec in plan.owed:
            play(plan.run, spec)
    return Store(locate_run_directory(run))


def varied(store: Store, run: Run, copies: int = 0) -> None:
    """Make the conversations of a run differ; `copies`: so many more, under other trials."""
    benchmark = open_benchmark(run.benchmark, run.domain)
    found = list(store.read_episodes())
    for number, one in enumerate(found):
        store.write(_changed(one, number, benchmark))
    changed = list(store.read_episodes())
    for number in range(copies):
        one, trial = changed[number % len(changed)], run.trials + number // len(changed)
        store.write(one.model_copy(update={"id": f"{one.task_id}-t{trial}-copy", "trial": trial}))
    store.write_failure("900-t0-0", ConnectionError("refused <b>by</b> the provider"), [], {"model": records.usage()})


def _changed(one: Trajectory, number: int, benchmark: Benchmark) -> Trajectory:
    turns = [*one.turns]
    if number % 3 == 0 and (written := find_writes(one, benchmark.writing_tools)):
        turns.remove(written[-1])
    turns = [_spoken(turn, place + number) for place, turn in enumerate(turns)]
    if number % 4 == 1:
        turns[2:2] = list(_extra(turns[2].started))
    turns = [turn.model_copy(update={"index": place}) for place, turn in enumerate(turns)]
    if number % 11 == 7:
        ended = Outcome(kind="max_seconds", detail="limits.seconds=60 were used up")
        return one.model_copy(
            update={
                "turns": tuple(turns),
                "outcome": ended,
                "reward": None,
                "grade": None,
                "labels": None,
                "ungraded": "max_seconds",
            }
        )
    told = {
        "turns": tuple(turns),
        "usage": {"model": records.usage(usd=0.01 * (number + 1)), "user": records.usage(usd=0.002)},
    }
    return label_trajectory(grade_trajectory(one.model_copy(update=told), benchmark, None), benchmark)


def _spoken(turn: Turn, number: int) -> Turn:
    """With what a model leaves beside its actions."""
    if turn.seat != "model" or turn.given:
        return turn
    beside: dict[str, Any] = {"calls": (records.llm_call(),)}
    if number % 2:
        beside["thought"] = THOUGHT
    if number % 5 == 0:
        beside["reasoning"] = "Let me think about the policy first. " * 20
    return turn.model_copy(update=beside)


def _extra(started: float) -> Iterator[Turn]:
    made: Callable[..., Turn] = records.turn
    when = {"started": started, "seconds": 0.1}
    yield made(kind="belief", message=None, belief=BELIEF, **when)
    yield made(kind="plan", message=None, plan=PLAN, **when)
    bad = {"id": "x", "name": "get_order", "arguments": {"order": 12}}
    told = "Error: there is no tool get_order. The tools are: get_order_details, get_user_details."
    yield made(kind="mistake", message=None, tool_call=bad, observation=told, error=True, **when)


def hostile(store: Store, run: Run) -> None:
    """One episode of nothing but what would do harm if it were more than text."""
    store.open(run.model_dump(by_alias=True, mode="json"), "")
    everything = " ".join(HOSTILE)
    long = "a" * 1_000_000
    turns = [
        records.turn(index=0, seat="user", message=everything),
        records.turn(index=1, message=long, thought=everything, reasoning=everything, plan=everything),
        records.turn(index=2, kind="belief", message=None, belief={everything: everything}),
        records.tool_call({everything: everything, "n": 12345678901234567890}, index=3).model_copy(
            update={"observation": everything}
        ),
        records.turn(index=4, kind="mistake", message=everything, observation=everything, error=True),
    ]
    names = dict.fromkeys(
        ("model", "user", "agent", "user_strategy", "scenario", "quarantine", "system_prompt"), everything
    )
    one = records.trajectory(id="hostile-t0-0", task_id=everything, turns=turns, reward=0.0, **names)
    store.write_json(f"episodes/{one.id}.json", one.model_dump(by_alias=True))  # half a surrogate pair is escaped
    store.write_failure("hostile-t1-0", ValueError(everything), [], {})


def page_of(store: Store) -> Path:
    return Path(store.path) / "report.html"
