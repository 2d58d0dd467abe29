"""The scripted customer's words: sentence by sentence, and over every official task.

Not here: when it says them (`test_users`).
"""

import re

import pytest

from tautraj.agents import GoldContext
from tautraj.agents.oracle import plan_steps
from tautraj.benchmarks import Benchmark, Scenario, open_benchmark
from tautraj.config import BenchmarkConfig, Domain
from tautraj.grading.proposals.device_requests import find_device_requests, parse_tool_request
from tautraj.users.first_person import find_answer, select_said, word_change_of_mind
from tautraj.users.scripted import state_reason

SAID = {
    # pronouns
    "A service agent will be able to help you cancel your reservation.": (
        "You will be able to help me cancel my reservation."
    ),
    "The number of suitcases the reservation allows you to take.": (
        "The number of suitcases the reservation allows me to take."
    ),
    "It doesn't zoom as far as you expected.": "It doesn't zoom as far as I expected.",
    "You want the agent to refund you for the same.": "I want you to refund me for the same.",
    "You can order it through the agent.": "I can order it through you.",
    "You also want to check if the storage of the tablet you ordered.": (
        "I also want to check the storage of the tablet I ordered."
    ),
    "Halfway through the process, abruptly mention a change of topic by saying that you are frustrated.": (
        "I am frustrated."
    ),
    "You sent an order your son's address.": "I sent an order to my son's address.",
    "You'll first inquire about the status difference.": "I first want to know about the status difference.",
    # who it is
    "Your user id is 'daiki_muller_1116'.": "My user id is daiki_muller_1116.",
    "You are mei_kovacs_8020 living in zipcode 28236.": (
        "My user id is mei_kovacs_8020, and I live in zip code 28236."
    ),
    "You are Yusuf Rossi in zip code 19122.": "I am Yusuf Rossi, and my zip code is 19122.",
    "You name is Ava Nguyen and your zip code is 94128.": "My name is Ava Nguyen and my zip code is 94128.",
    "You are an interesting guy called Noah Patel, living in the Big Apple.": (
        "I am Noah Patel, and I live in the Big Apple."
    ),
    "You are a team member who needs to create a task.": "I need to create a task.",
    # requests
    "Finally, ask the agent to confirm the total price.": "Finally, please confirm the total price.",
    "Ask the agent how much money you can save.": "I want to know how much money I can save.",
    "Request that task_1 be marked as completed.": "I want task_1 to be marked as completed.",
    "Insist that you want to return the camera.": "I want to return the camera.",
    "If not possible, you are angry and swear for a few times, then ask for human representative.": (
        "If not possible, I want to talk to a human."
    ),
    "Exchange T-Shirt {'color': 'blue', 'size': 'S'} to {'color': 'red'}; Use the gift card.": (
        "Exchange T-Shirt (blue, S) to one with red as the color. Use the gift card."
    ),
    "The desk lamp to a brighter one (prefer AC adapter > battery > USB).": (
        "The desk lamp to a brighter one (I prefer AC adapter, then battery, then USB)."
    ),
    # what is not for the agent's ears
    "You want to change it to your NYC address (you prefer not to reveal it but it is in your other order).": (
        "I want to change it to my NYC address."
    ),
    "You want to cancel the grill, but if the agent asks you to confirm, you regret and want to keep it.": (
        "I want to cancel the grill."
    ),
    "You want to return the less expensive one and refund to credit card.": (
        "I want to return the less expensive one and have the money refunded to my credit card."
    ),
    "You want the camera that you can get with the previous purchaced price.": (
        "I want the camera that I can get for the price that I have paid."
    ),
    "Make sure you mention the two requests at the same time.": "",
    "If the agent asks for confirmation, only exchange the desk lamp.": "",
    "Be polite and always end each of your replies with 'Thank you.'": "",
    "You are trying to make the agent issue a compensation that is not allowed.": "",
    "If 8 bar is not possible, you want 9 bar.": "If 8 bar is not possible, I want 9 bar.",
    "": "",
}
"""A scenario's text -> what the customer says."""


CHANGES = {
    "You want X. If the agent asks for confirmation, only exchange the desk lamp.": "Only exchange the desk lamp.",
    "If the agent asks for confirmation, only X. If the agent asks for confirmation again, return the lamp.": (
        "Return the lamp."
    ),
    "When the agent asks for confirmation, you change your mind and return both and ask for a refund to gift card.": (
        "Please return both and refund it to my gift card."
    ),
    "If the agent asks you to confirm, you regret and want to keep it. You then want to leave.": "I want to keep it.",
    "You say GC, but when the agent asks you to confirm before proceeding, you change your mind to PayPal, and "
    "decide to only modify the backpack.": "I would rather use PayPal, and I want to only modify the backpack.",
    "If the agent asks for confirmation, do not say yes immediately, because you also want to return the watch.": (
        "I also want to return the watch."
    ),
    "If the agent asks for payment method, you say gift card.": None,
}
"""A scenario's text -> what the customer says behind "Wait, not yet." when it is first asked to confirm."""


@pytest.mark.parametrize(("text", "said"), CHANGES.items())
def test_it_changes_its_mind_where_the_scenario_says_so(text: str, said: str | None) -> None:
    change = word_change_of_mind(Scenario("", text, "", "", "").change_of_mind)
    assert change == (f"Wait, not yet. {said}" if said else "")


@pytest.mark.parametrize(("text", "said"), SAID.items())
def test_it_says_what_a_person_would_say(text: str, said: str) -> None:
    assert select_said(text) == said


def test_what_it_is_like_is_not_said() -> None:
    told = "You are sad and organized. You are willing to pay up to $100.\nNever make up results."
    assert select_said(told, instructions=True) == "I am willing to pay up to $100."


def test_an_answer_is_for_its_question() -> None:
    told = "If the agent asks for which laptop, it is 15-inch. If asked for your zip code, say it is 98178 first."
    assert find_answer(told, "Which laptop do you mean?") == "It is 15-inch."
    assert find_answer(told, "What is your zip code?") == "", "a play of several turns"
    assert find_answer(told, "Do you want that?") == ""


DOMAINS = ("retail", "airline", "telecom", "mock")

RECITAL = re.compile(
    r"\bagent\b|\bmention\b|make up|tool call|conversation|if (and only if )?you (ask|say|tell)"
    r"|'[a-z ]+': '|\. \.| > ",
    re.IGNORECASE,
)

BROKEN_PRONOUN = re.compile(
    r"\b(?:your ?sel\w+|you name|I (?:are|has|is|name|mobile)|(?:to|for|with|gave|help|allows?|caused?|lets?|tell) I"
    r"|me (?:can|want|will|am|have|should|would)|you (?:asks|says|tells|uses|corrects|provides)|(?:a|the) you)\b"
)


def open_domain(name: str) -> Benchmark:
    return open_benchmark(BenchmarkConfig(name="tau2", world="overlay"), Domain(name=name, data_dir=None))


@pytest.mark.parametrize("domain", DOMAINS)
def test_no_official_task_makes_it_recite(domain: str) -> None:
    benchmark = open_domain(domain)
    for task_id in benchmark.list_task_ids("base"):
        told = benchmark.get_task(task_id).scenario
        wishes = select_said(told.instructions, instructions=True)
        for said in (state_reason(told), select_said(told.known), select_said(told.unknown), wishes):
            assert not RECITAL.search(said), said
            assert not BROKEN_PRONOUN.search(said), said
            assert said == "" or (said[0].isupper() or not said[0].isalpha()), said


def test_every_official_request_to_use_a_tool_is_understood() -> None:
    benchmark = open_domain("telecom")
    names = {tool["function"]["name"] for tool in benchmark.user_tools}
    requests = 0
    for task_id in benchmark.list_task_ids("base"):
        task = benchmark.get_task(task_id)
        actions = task.privileged.gold_actions
        expected = [(action["name"], action["arguments"]) for action in actions if action["requestor"] == "user"]
        steps = plan_steps(GoldContext(task, benchmark.build_world(task).peek, benchmark.writing_tools), set())
        said = [step for step in steps if isinstance(step, str)]
        understood = [request for step in said for request in find_device_requests(step, names)]
        assert [(request.tool, request.arguments) for request in understood] == expected
        requests += len(expected)
    assert requests > 300


@pytest.mark.parametrize(
    "message", ["On your device, please open the settings.", "Please toggle data.", "On your device, please toggle"]
)
def test_what_names_no_tool_is_no_request(message: str) -> None:
    assert parse_tool_request(message, {"toggle_data"}) is None
