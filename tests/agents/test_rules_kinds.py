"""Kinds of the rules agent: a careless one makes the mistakes that it is told to, a plain one has no synonyms."""

import itertools
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from support.worlds import shared_world

from tautraj.agents.rules.careless import alter
from tautraj.config import Run
from tautraj.errors import ConfigError
from tautraj.runs.episode.conversation import run_episode
from tautraj.runs.episode.recorder import Recorder
from tautraj.runs.plan import plan_run
from tautraj.runs.play import grade_episode
from tautraj.trajectory import Trajectory, Turn

RunOf = Callable[..., Run]


def play(run_of: RunOf, folder: Path, *words: str) -> list[Trajectory]:
    """Every task of a small world that has something to write."""
    world = shared_world("retail", folder)
    agent = () if any(word.startswith("agent=") for word in words) else ("agent=careless",)
    run = run_of(*agent, "user_strategy=goal", f"domain.data_dir={world}", "split=base", *words)
    played = [grade_episode(run_episode(run, spec, Recorder()), run) for spec in plan_run(run).owed]
    return [one for one in played if one.labels and not one.labels.inaction_passes and one.privileged.gold_actions]


def list_writes(played: list[Trajectory]) -> list[Trajectory]:
    return [one for one in played if one.labels and not one.labels.wrote_nothing]


def test_it_writes_without_asking_which_the_reward_does_not_see_and_the_label_does(
    run_of: RunOf, shared_folder: Path
) -> None:
    written = list_writes(play(run_of, shared_folder, "agent.share=1", "agent.mistakes=[unasked]"))
    assert len(written) >= 5
    assert all(one.labels and one.labels.unconfirmed_write for one in written)
    assert any(one.reward == 1 for one in written)


def test_it_writes_another_value_than_it_announced_and_fails(run_of: RunOf, shared_folder: Path) -> None:
    played = play(run_of, shared_folder, "agent.share=1", "agent.mistakes=[altered]")
    assert any(one.reward == 0 for one in list_writes(played))
    assert not any(one.labels and one.labels.unconfirmed_write for one in played if one.reward == 1)


def test_without_a_share_it_is_the_rules_agent(run_of: RunOf, shared_folder: Path) -> None:
    played = play(run_of, shared_folder, "agent.share=0")
    assert {one.reward for one in played} == {1.0}


def test_what_is_altered() -> None:
    assert alter({"item_ids": ["a", "b"], "order_id": "#W1"}) == {"item_ids": ["a"], "order_id": "#W1"}
    assert alter({"zip": "99999"}) == {"zip": "00000"}
    assert alter({"reason": "no longer needed"}) == {"reason": "ordered by mistake"}
    assert alter({"order_id": "#W1"}) == {"order_id": "#W1"}


@pytest.mark.parametrize("words", [["agent.mistakes=[rude]"], ["domain=telecom"]])
def test_what_it_cannot_do_is_said_first(run_of: RunOf, words: list[str]) -> None:
    with pytest.raises(ConfigError, match=r"careless.mistakes: Input should be|telecom has no desk"):
        plan_run(run_of("agent=careless", *words))


def test_the_plain_rules_agent_solves_the_same_and_asks_in_the_same_words(run_of: RunOf, shared_folder: Path) -> None:
    played = play(run_of, shared_folder, "agent=rules_plain")
    assert {one.reward for one in played} == {1.0}
    said = [turn.message or "" for one in played for turn in list_own(one)]
    asked = [text.rsplit(". ", 1)[-1] for text in said if text.endswith("?") and "yes" in text]
    assert len(asked) >= 5
    assert len(set(asked)) == 1


def test_the_plain_rules_agent_names_the_wish_before_it_looks_and_whose_the_order_is(
    run_of: RunOf, shared_folder: Path
) -> None:
    own = [turn for one in play(run_of, shared_folder, "agent=rules_plain") for turn in list_own(one)]
    called = [(turn.tool_call.name, turn.thought) for turn in own if turn.thought and turn.tool_call]
    looking = [thought for name, thought in called if name != "transfer_to_human_agents"]
    assert len(looking) >= 5
    assert all(re.fullmatch(r"[A-Z][a-z ]+ for \w+\.", thought) for thought in looking)
    thoughts = [turn.thought for turn in own if turn.thought and turn.thought.startswith("A ")]
    thoughts = [thought for thought in thoughts if "Order #" in thought]
    assert len(thoughts) >= 5
    for thought in thoughts:
        named = re.match(r"A [a-z]+ for (\w+)\. Order #W\d+ of (\w+) is (another customer's)?", thought)
        assert named and (named[1] == named[2]) == (named[3] is None)


def test_a_second_proposal_repeats_no_sentence_of_the_first_thought(run_of: RunOf, shared_folder: Path) -> None:
    changed = 0
    for one in play(run_of, shared_folder, "agent=rules_plain"):
        thoughts = [turn.thought or "" for turn in list_own(one) if "(yes/no)?" in (turn.message or "")]
        for earlier, later in itertools.pairwise(thoughts):
            (about, *before), (still, *after) = earlier.split(". "), later.split(". ")
            if about == still and "Order #" not in later:
                changed += 1
                assert after and not set(before) & set(after)
    assert changed


def test_the_profile_is_read_first_and_again_where_a_balance_may_have_changed(
    run_of: RunOf, shared_folder: Path
) -> None:
    for one in play(run_of, shared_folder, "agent=rules_plain"):
        calls = [(turn.tool_call.name, turn.observation or "") for turn in list_own(one) if turn.tool_call]
        assert calls[0][0].startswith("find_user_id_by_") and calls[1][0] == "get_user_details"
        since = ""
        for name, answer in calls[2:]:
            if name == "get_user_details":
                assert "gift_card" in since or "modify_user_address" in since
                since = ""
            since += f"{name} {answer}"


def list_own(one: Trajectory) -> list[Turn]:
    return [turn for turn in one.turns if turn.seat == "model" and not turn.given]
