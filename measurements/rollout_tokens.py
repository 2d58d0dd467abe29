"""Tokens of a rollout: what `max_completion_length` must hold, and the context of the model.

    python measurements/rollout_tokens.py TOKENIZER [--domain retail airline telecom] [--tasks 30]

Takes what `make test-trl` installs. TOKENIZER: a folder, or a name on the Hugging Face Hub. Rendered in Qwen 3's
template, as TRL ships it: the prompt with policy and tools, and behind it all that follows, calls, results and words,
of what the oracle does in the train tasks; then both in a short context. A model says more than the oracle.
"""

import argparse
from importlib.resources import files
from statistics import median
from typing import Any

from rollouts import list_own_turns, play_oracle

from tautraj import process_env
from tautraj.trajectory import Trajectory


def build_messages(episode: Trajectory, system: str) -> list[dict[str, Any]]:
    from tautraj.training.rollouts.message_tool import MESSAGE_ARGUMENT, MESSAGE_TOOL

    spoken = [turn for turn in episode.turns if turn.seat == "user" and turn.message]
    opening = spoken[0]
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": system},
        {"role": "user", "content": opening.message or ""},
    ]
    for turn in list_own_turns(episode):
        call = turn.tool_call
        name = MESSAGE_TOOL if call is None else call.name
        arguments = {MESSAGE_ARGUMENT: turn.message} if call is None else call.arguments
        reply = next((later.message for later in spoken if later.index > turn.index), "") if call is None else None
        answer = turn.observation if reply is None else reply
        function = {"name": name, "arguments": arguments}
        made = [{"type": "function", "function": function}]
        messages.append({"role": "assistant", "content": "", "tool_calls": made})
        messages.append({"role": "tool", "name": name, "content": answer or ""})
    return messages


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tokenizer")
    parser.add_argument("--domain", nargs="+", default=["retail", "airline", "telecom"])
    parser.add_argument("--tasks", type=int, default=30)
    arguments = parser.parse_args()
    process_env.prepare(hub=True)
    from transformers import AutoTokenizer

    from tautraj.benchmarks import open_benchmark
    from tautraj.benchmarks.briefing import build_briefing
    from tautraj.benchmarks.tool_results import shorten_turn
    from tautraj.training.rollouts.message_tool import add_message_tool
    from tautraj.training.rollouts.policy_run import compose_run

    tokenizer = AutoTokenizer.from_pretrained(arguments.tokenizer)
    tokenizer.chat_template = files("trl").joinpath("chat_templates", "qwen3.jinja").read_text(encoding="utf-8")
    columns = ("prompt", "the rest: median", "longest")
    print(f"| {' | '.join(['domain', 'episodes', *columns, *(f'short {column}' for column in columns)])} |")
    print("|---|---|---|---|---|---|---|---|")
    for domain in arguments.domain:
        run, _ = compose_run([f"domain={domain}"])
        benchmark = open_benchmark(run.benchmark, run.domain)
        whole = add_message_tool(build_briefing(benchmark, "benchmark", "full"))
        short = add_message_tool(build_briefing(benchmark, "short", "names"))

        def count(messages: list[dict[str, Any]], tools: Any) -> int:
            return len(tokenizer.apply_chat_template(messages, tools=list(tools), return_dict=True)["input_ids"])

        episodes = list(play_oracle(domain, arguments.tasks))
        shown = [
            one.model_copy(update={"turns": tuple(shorten_turn(turn, benchmark.writing_tools) for turn in one.turns)})
            for one in episodes
        ]
        cells = [domain, len(episodes)]
        for briefing, played in ((whole, episodes), (short, shown)):
            rows = [build_messages(one, briefing.system) for one in played]
            prompts = [count(messages[:2], briefing.tools) for messages in rows]
            rests = [count(messages, briefing.tools) - prompt for messages, prompt in zip(rows, prompts, strict=True)]
            cells += [max(prompts), round(median(rests)), max(rests)]
        print(f"| {' | '.join(f'{cell:,}' if isinstance(cell, int) else cell for cell in cells)} |")


if __name__ == "__main__":
    main()
