"""What litellm's table says about a model: its prices, where the configuration sets none, and when it ends.

Not here: the cost of a call (`llms.reply`), the expected cost of a run (`runs.estimates`), models that a provider no
longer has (`llms.preflight`).
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from tautraj.config import Llm

WARNING_TIME = timedelta(days=90)
"""Time before a model's end from which a run warns."""


class Prices(NamedTuple):
    usd_in: float
    """USD per input token."""
    usd_out: float
    """USD per output token."""
    usd_cached: float
    """USD per input token read from a cache."""


def look_up_prices(llm: Llm) -> Prices | None:
    """Prices of `llm`. None: unknown, which does not mean free."""
    if llm.is_offline:
        return Prices(0.0, 0.0, 0.0)
    per_in, per_out = llm.usd_per_million_tokens_in, llm.usd_per_million_tokens_out
    if per_in is not None and per_out is not None:
        return Prices(per_in / 1e6, per_out / 1e6, per_in / 1e6)
    import litellm

    route = llm.provider.route
    bare = litellm.model_cost.get(llm.name, {})  # OpenAI's and Anthropic's models are listed without their route
    entry = litellm.model_cost.get(f"{route}/{llm.name}") or (bare if bare.get("litellm_provider") == route else {})
    usd_in, usd_out = entry.get("input_cost_per_token"), entry.get("output_cost_per_token")
    if not usd_in or usd_out is None:
        return None
    return Prices(usd_in, usd_out, entry.get("cache_read_input_token_cost", usd_in))


def find_end(llm: Llm) -> date | None:
    """The day on which the provider retires the model. None: the table names none.

    The row of the llm's own route decides if it has a date. Without one, that of the model's maker is the only
    evidence: a gateway passes the maker's model on, and Google retires a model in both of its services. Rows of other
    hosts (`azure/gpt-4o`, `github_copilot/gpt-4o`) are about their own copies.
    """
    if llm.is_offline or llm.is_served_by_run:
        return None
    import litellm

    names = (f"{llm.provider.route}/{llm.name}", llm.name, llm.name.rpartition("/")[2])
    ends = (litellm.model_cost.get(name, {}).get("deprecation_date") for name in names)
    end = next(filter(None, ends), None)
    return date.fromisoformat(end) if end else None


def list_endings(seats: Iterable[tuple[str, Llm]], today: date) -> list[str]:
    """A line for each day on which models end, if it is past or within `WARNING_TIME`.

    `seats`: (key in the configuration, llm).
    """
    named: dict[date, dict[str, str]] = {}
    for seat, llm in seats:
        end = find_end(llm)
        if end is not None and end - today <= WARNING_TIME:
            named.setdefault(end, {})[f"{seat}={llm.name}"] = f"{seat}=…"
    return [_format_ending(models, end, today) for end, models in sorted(named.items())]


def _format_ending(models: Mapping[str, str], end: date, today: date) -> str:
    """`models`: `seat=name` -> the setting that chooses another."""
    days = (end - today).days
    when = f"ends on {end}, in {days} day{'s' * (days > 1)}" if days > 0 else f"ended on {end}"
    settings = " ".join(dict.fromkeys(models.values()))
    return f"{', '.join(models)}: {when}, by litellm's table. Choose a newer model with {settings}"
