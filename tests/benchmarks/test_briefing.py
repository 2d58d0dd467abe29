"""Short prompts and tools by name: what they say in each domain, and what they leave out."""

import json
import re
import urllib.request
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from support.composed import composed_run
from support.conversations import opened

from tautraj.benchmarks.briefing import build_briefing, keep_names, write_short_prompt
from tautraj.llms.local import serve_local_models


def tool(name: str) -> dict[str, Any]:
    parameters = {"type": "object", "properties": {"order_id": {"type": "string"}}, "required": ["order_id"]}
    return {"type": "function", "function": {"name": name, "description": "Does it.", "parameters": parameters}}


def benchmark(*reading: str, writing: tuple[str, ...] = (), user_tools: tuple[Any, ...] = ()) -> Any:
    tools = tuple(tool(name) for name in (*reading, *writing))
    fields = {"domain": "shop", "agent_prompt": "The policy.", "tools": tools, "user_tools": user_tools}
    return SimpleNamespace(**fields, writing_tools=frozenset(writing))


WORDS = {
    "identify": "Find out who the customer is",
    "confirm": "get a yes",
    "device": "customer's own device",
    "transfer": "Transfer the customer to a human agent",
}


@pytest.mark.parametrize(
    ("shop", "said"),
    [
        (benchmark("get_order"), set()),
        (benchmark("find_user_id_by_email"), {"identify"}),
        (benchmark("get_customer_by_phone"), {"identify"}),
        (benchmark("get_order", writing=("cancel_order",)), {"confirm"}),
        (benchmark("get_order", writing=("modify_user_address",)), {"confirm"}),
        (benchmark("get_order", user_tools=(tool("reboot"),)), {"device"}),
        (benchmark("transfer_to_human_agents"), {"transfer"}),
    ],
    ids=["reads", "users", "customers", "writes", "writes of users", "a device", "transfers"],
)
def test_a_short_prompt_says_what_the_tools_allow_and_no_more(shop: Any, said: set[str]) -> None:
    prompt = write_short_prompt(shop)
    assert {name for name, words in WORDS.items() if words in prompt} == said
    assert "customer service agent" in prompt and "Domain: shop." in prompt
    assert "one message or make one tool call" in prompt and "Decline what the policy does not allow" in prompt


@pytest.mark.parametrize(
    ("domain", "said"),
    [
        ("retail", {"identify", "confirm", "transfer"}),
        ("airline", {"identify", "confirm", "transfer"}),
        ("telecom", {"identify", "confirm", "transfer", "device"}),
    ],
)
def test_it_is_short_in_every_domain(domain: str, said: set[str]) -> None:
    prompt = write_short_prompt(opened(domain))
    assert 60 <= len(re.findall(r"\S+", prompt)) <= 105
    assert {name for name, words in WORDS.items() if words in prompt} == said


def test_a_tool_by_name_takes_any_arguments() -> None:
    assert keep_names([tool("get_order")]) == (
        {"type": "function", "function": {"name": "get_order", "description": "", "parameters": {"type": "object"}}},
    )


def test_prompt_and_tools_are_chosen_apart() -> None:
    shop = benchmark("get_order")
    assert build_briefing(shop, "benchmark", "full") == ("The policy.", shop.tools)
    assert build_briefing(shop, "none", "full") == ("", shop.tools)
    assert build_briefing(shop, "short", "names") == (write_short_prompt(shop), keep_names(shop.tools))


@pytest.mark.local
def test_the_server_of_a_local_model_takes_any_arguments_of_a_tool_by_name() -> None:
    """It holds a call to its schema: the same conversation with a tool of no arguments gives none."""
    messages: list[dict[str, Any]] = [{"role": "user", "content": "Order #W100?"}]
    for number, (order, following) in enumerate(pairwise(("#W100", "#W345", "#W777", "#W912", "#W555"))):
        function = {"name": "get_order_details", "arguments": json.dumps({"order_id": order})}
        call = {"id": f"a{number}", "type": "function", "function": function}
        messages += [
            {"role": "assistant", "content": "", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": f"a{number}", "content": "shipped"},
            {"role": "assistant", "content": "It is shipped."},
            {"role": "user", "content": f"Order {following}?"},
        ]
    [open_tool] = keep_names([tool("get_order_details")])
    closed = {**open_tool["function"], "parameters": {"type": "object", "properties": {}}}
    with serve_local_models(composed_run("model=smollm2", "user=gpt4o")) as run:
        calls = [
            _ask(str(run.model.provider.api_base), messages, offered)
            for offered in (open_tool, {**open_tool, "function": closed})
        ]
    assert [list(json.loads(call["arguments"])) for call in calls] == [["order_id"], []]


def _ask(address: str, messages: list[dict[str, Any]], offered: dict[str, Any]) -> dict[str, Any]:
    """The function that the model calls."""
    body = {"messages": messages, "tools": [offered], "temperature": 0, "max_tokens": 60}
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{address}/chat/completions", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=300) as response:
        function: dict[str, Any] = json.load(response)["choices"][0]["message"]["tool_calls"][0]["function"]
    return function
