"""What a run will take: from its own episodes, from past runs, from a guess; and prices that a limit needs."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from support.records import row, usage

from tautraj.config import Run
from tautraj.config.identity import locate_run_directory
from tautraj.errors import ConfigError
from tautraj.llms.model_table import look_up_prices
from tautraj.runs.estimates import check_prices, estimate
from tautraj.store import Store

RunOf = Callable[..., Run]
GPT = ("model=gpt4o", "user=gpt4o")


def test_prices_come_from_the_configuration_then_from_litellms_table(run_of: RunOf) -> None:
    assert look_up_prices(run_of(*GPT).model) == (2.5e-6, 1e-5, 1.25e-6)
    assert look_up_prices(run_of("model=claude", "user=gemini").model) == (2e-6, 1e-5, 1e-7)
    assert look_up_prices(run_of("model=claude", "user=gemini").user) == (7.5e-7, 3.75e-6, 7.5e-8)
    assert look_up_prices(run_of("model=vllm", "user=gpt4o").model) is None
    own = ["model.usd_per_million_tokens_in=1", "model.usd_per_million_tokens_out=2"]
    assert look_up_prices(run_of("model=vllm", "user=gpt4o", *own).model) == (1e-6, 2e-6, 1e-6)


def test_a_limit_in_usd_needs_prices(run_of: RunOf) -> None:
    for limit in ("budget.usd=5", "limits.usd=1"):
        with pytest.raises(ConfigError, match=rf"{limit[:-2]}: no price is known for model=Qwen.*in=….*tokens=…"):
            check_prices(run_of("model=vllm", "user=gpt4o", limit))
    check_prices(run_of("model=vllm", "user=gpt4o", "budget.tokens=5"))
    check_prices(run_of(*GPT, "budget.usd=5"))
    check_prices(run_of("budget.usd=5"))


def test_the_runs_own_episodes_tell_best(run_of: RunOf, tmp_path: Path) -> None:
    spent = {"model": usage(calls=10, tokens_in=1_000_000, tokens_out=0), "user": usage(calls=4, tokens_in=0)}
    told = estimate(run_of(*GPT, root=tmp_path), [row(usage=spent), row(usage=spent)])
    assert told.source == "2 episodes of this run"
    assert told.seats["model"].calls == 10
    assert told.cost.usd == pytest.approx(2.5 + 10 * 1e-5)


def test_cached_tokens_are_estimated_at_their_own_price(run_of: RunOf, tmp_path: Path) -> None:
    """gpt-4o: 2.5 USD per million tokens in, half of it for those read from the cache."""
    spent = {"model": usage(tokens_in=1_000_000, tokens_cached=800_000, tokens_out=0)}
    told = estimate(run_of(*GPT, root=tmp_path), [row(usage=spent)])
    assert told.cost.usd == pytest.approx(0.2 * 2.5 + 0.8 * 1.25)


def test_past_runs_of_the_same_kind_tell_by_todays_prices(run_of: RunOf, tmp_path: Path) -> None:
    remember(run_of("model=claude", "user=claude", root=tmp_path), episodes=10, tokens=1_000_000)
    remember(run_of("model=claude", "user=claude", "domain=airline", root=tmp_path), episodes=10, tokens=10**9)
    told = estimate(run_of(*GPT, root=tmp_path), [])
    assert told.source == "10 episodes of other llms in 1 past run"
    assert told.cost == (200_000, pytest.approx(0.5))
    remember(run_of(*GPT, "split=train", root=tmp_path), episodes=4, tokens=2_000_000)
    told = estimate(run_of(*GPT, root=tmp_path), [])
    assert told.source == "4 episodes in 1 past run"
    assert told.seats["user"].tokens_in == 500_000


@pytest.mark.parametrize("text", ["!!int ''", "!!bool x", "!!timestamp x", "a: [", "{" * 2000])
def test_a_past_run_that_cannot_be_read_is_passed_over(text: str, run_of: RunOf, tmp_path: Path) -> None:
    other = run_of("model=claude", "user=claude", root=tmp_path)
    remember(other, episodes=10, tokens=1_000_000)
    Store(locate_run_directory(other)).write_text("run.yaml", text)
    assert (
        estimate(run_of(*GPT, root=tmp_path), []).source == estimate(run_of(*GPT, root=tmp_path / "new"), []).source
    )


@pytest.mark.parametrize(
    ("words", "usd"),
    [(["model=rehearsed", "user=rehearsed"], 0.5), (["model=rehearsed", "user=claude"], 0.5), (["model=vllm"], None)],
)
def test_runs_of_rehearsed_and_of_unpriced_llms_are_no_evidence_for_others(
    words: list[str], usd: float | None, run_of: RunOf, tmp_path: Path
) -> None:
    remember(run_of("user=claude", *words, root=tmp_path), episodes=3, tokens=1_000, usd=usd)
    assert estimate(run_of(*GPT, root=tmp_path), []).source == "a guess"
    again = run_of("user=claude", *words, "split=train", root=tmp_path)
    assert estimate(again, []).source == "3 episodes in 1 past run"


def remember(run: Run, episodes: int, tokens: int, usd: float | None = 1.0) -> None:
    """A run directory with its numbers."""
    store = Store(locate_run_directory(run))
    config = json.loads(run.model_dump_json(by_alias=True))
    store.open(config, "")
    taken = {f"{seat}_{name}": 0 for seat in ("model", "user") for name in ("calls", "tokens_in", "tokens_out")}
    taken |= {"model_calls": 10 * episodes, "model_tokens_in": tokens, "user_tokens_in": tokens}
    priced = {} if usd is None else {"usd": usd}
    store.write_json("metrics.json", {"episodes": episodes, **taken, **priced})


def test_a_guess_says_so_and_knows_the_policys_length(run_of: RunOf, tmp_path: Path) -> None:
    retail = estimate(run_of(*GPT, root=tmp_path), [])
    mock = estimate(run_of(*GPT, "domain=mock", "split=base", root=tmp_path), [])
    assert retail.source == mock.source == "a guess"
    assert 0.05 < (retail.cost.usd or 0) < 1
    assert mock.cost.tokens < retail.cost.tokens


def test_what_nobody_pays_is_not_estimated(run_of: RunOf, tmp_path: Path) -> None:
    told = estimate(run_of(root=tmp_path), [])
    assert told.seats == {}
    assert told.cost == (0, 0.0)
