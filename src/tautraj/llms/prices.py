"""What a token costs: the prices set in the configuration, else litellm's table.

Not here: what a call did cost (`chat`), what an episode may cost (`estimates`).
"""

from typing import NamedTuple

from tautraj.config import Llm


class Prices(NamedTuple):
    usd_in: float
    """Per token."""
    usd_out: float


def look_up_prices(llm: Llm) -> Prices | None:
    """None: unpriced, which is not free."""
    if llm.is_offline:
        return Prices(0.0, 0.0)
    per_in, per_out = llm.usd_per_million_tokens_in, llm.usd_per_million_tokens_out
    if per_in is not None and per_out is not None:
        return Prices(per_in / 1e6, per_out / 1e6)
    import litellm

    route = llm.provider.route
    plain = litellm.model_cost.get(llm.name, {})  # OpenAI's and Anthropic's stand there without their route
    found = litellm.model_cost.get(f"{route}/{llm.name}") or (plain if plain.get("litellm_provider") == route else {})
    usd_in, usd_out = found.get("input_cost_per_token"), found.get("output_cost_per_token")
    return Prices(usd_in, usd_out) if usd_in and usd_out is not None else None
