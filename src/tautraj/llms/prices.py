"""Token prices: those set in the configuration, else litellm's table.

Not here: the cost of a call (`llms.reply`), the expected cost of a run (`runs.estimates`).
"""

from typing import NamedTuple

from tautraj.config import Llm


class Prices(NamedTuple):
    usd_in: float
    """USD per input token."""
    usd_out: float
    """USD per output token."""


def look_up_prices(llm: Llm) -> Prices | None:
    """Prices of `llm`. None: unknown, which does not mean free."""
    if llm.is_offline:
        return Prices(0.0, 0.0)
    per_in, per_out = llm.usd_per_million_tokens_in, llm.usd_per_million_tokens_out
    if per_in is not None and per_out is not None:
        return Prices(per_in / 1e6, per_out / 1e6)
    import litellm

    route = llm.provider.route
    bare = litellm.model_cost.get(llm.name, {})  # OpenAI's and Anthropic's models are listed without their route
    entry = litellm.model_cost.get(f"{route}/{llm.name}") or (bare if bare.get("litellm_provider") == route else {})
    usd_in, usd_out = entry.get("input_cost_per_token"), entry.get("output_cost_per_token")
    return Prices(usd_in, usd_out) if usd_in and usd_out is not None else None
