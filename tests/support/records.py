"""Small valid records for tests: each function takes what matters to the test, the rest is plain.

Not here: episodes that were really played (`provider.replay`).
"""

from typing import Any

from tautraj.metrics import EpisodeSummary
from tautraj.trajectory import SCHEMA_VERSION, LlmCall, Trajectory, Turn, Usage


def llm_call(**fields: Any) -> LlmCall:
    plain = {"llm": "gpt-4o", "tokens_in": 100, "tokens_out": 10, "tokens_cached": 0, "usd": 0.01}
    when = {"started": 1.7e9, "seconds": 0.5, "retries": 0, "finish": "stop"}
    return LlmCall.model_validate(plain | when | fields)


def turn(**fields: Any) -> Turn:
    plain = {"index": 0, "seat": "model", "kind": "message", "message": "Hello.", "started": 1.7e9, "seconds": 0.5}
    return Turn.model_validate(plain | fields)


def tool_call(arguments: dict[str, Any], **fields: Any) -> Turn:
    """A turn that called a tool."""
    call = {"id": "call_1", "name": "get_order_details", "arguments": arguments}
    return turn(kind="tool_call", message=None, tool_call=call, observation="{}", **fields)


def usage(**fields: Any) -> Usage:
    plain = {
        "calls": 2,
        "retries": 0,
        "tokens_in": 100,
        "tokens_out": 10,
        "tokens_cached": 0,
        "usd": 0.5,
        "seconds": 1,
    }
    return Usage.model_validate(plain | fields)


def trajectory(**fields: Any) -> Trajectory:
    """Graded 1.0; `reward=None, ungraded="…", grade=None` for one that could not be."""
    who = {"agent": "tool_calling", "user_strategy": "llm", "model": "gpt-4o", "user": "gpt-4o", "judge": None}
    what = {"benchmark": "tau2", "domain": "retail", "split": "test", "cell": "c-0", "task_id": "5"}
    told = {"system_prompt": "Be kind.", "tools": [], "user_prompt": "You are Ada.", "scenario": "Ada."}
    told |= {"user_tools": [], "quarantine": None}
    grade = {"reward": 1.0, "components": {"db": 1.0}, "db_match": True, "note": None}
    grade |= {"communicate": [], "actions": [], "assertions": [], "judged": []}
    plain = {
        "schema": SCHEMA_VERSION,
        "id": "5-t0-00000000",
        "trial": 0,
        "seed": 7,
        "attempt": 0,
        "parent": None,
        "rollout": None,
        "turns": [turn()],
        "outcome": {"kind": "user_stop", "detail": None},
        "usage": {"model": usage()},
        "reward": 1.0,
        "ungraded": None,
        "grade": grade,
        "labels": None,
        "customer_faults": None,
        "started": 1.7e9,
        "seconds": 2.5,
        "versions": {"tautraj": "0.1.0"},
        "data_hash": "0" * 64,
        "prompt_hashes": {},
        "privileged": {"gold_actions": [], "communicate": []},
    }
    return Trajectory.model_validate(who | what | told | plain | fields)


def row(**fields: Any) -> EpisodeSummary:
    """Graded 1.0, no seat used."""
    plain = EpisodeSummary(
        id="5-t0-00000000",
        task_id="5",
        trial=0,
        reward=1.0,
        ungraded=None,
        components={},
        outcome="user_stop",
        turns=4,
        tool_calls=2,
        mistakes=0,
        seconds=2.0,
        usage={},
        attempt=0,
        faults=(),
    )
    return plain._replace(**fields)
