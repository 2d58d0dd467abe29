"""Direct calls of litellm's HTTP handler for OpenAI's protocol.

The same request and the same response as `litellm.completion`, in half the time: caches, fallbacks, callbacks and
bridges to other interfaces are skipped. `is_supported` is False for a call that might need one of them. Not here:
other protocols and retries (`llms.chat`), typed failures (`llms.error_mapping`).
"""

import copy
import datetime
import functools
import os
from collections.abc import Mapping
from typing import Any, NamedTuple

import litellm
import orjson
from litellm.litellm_core_utils.exception_mapping_utils import exception_type
from litellm.litellm_core_utils.litellm_logging import Logging
from litellm.llms.openai.chat.gpt_transformation import OpenAIGPTConfig
from litellm.main import base_llm_http_handler, responses_api_bridge_check
from litellm.types.utils import LlmProviders, ModelResponse
from litellm.utils import ProviderConfigManager, get_optional_params, validate_and_fix_openai_messages

from tautraj.errors import translate_errors
from tautraj.llms.http_client import ensure_http_handler

ROUTES = ("openai", "hosted_vllm")

SDK_VARIABLES = ("OPENAI_ORGANIZATION", "OPENAI_PROJECT_ID", "OPENAI_BASE_URL", "OPENAI_API_BASE")
"""Environment variables that OpenAI's SDK reads and the handler does not."""

SETTINGS = {"timeout", "num_retries", "max_retries", "drop_params", "api_base", "api_key", "logger_fn"}

PARAMETERS = (
    "tools",
    "temperature",
    "max_tokens",
    "seed",
    "top_p",
    "stop",
    "frequency_penalty",
    "presence_penalty",
    "reasoning_effort",
    "parallel_tool_calls",
)
"""Parameters whose translation by litellm depends on the model alone."""


class Target(NamedTuple):
    """A model name as litellm resolves it."""

    model: str
    provider: str
    api_base: str | None
    api_key: str | None
    config: Any


def is_supported(request: Mapping[str, Any]) -> bool:
    """Whether `complete` and `litellm.completion` treat this request alike."""
    if request["model"].partition("/")[0] not in ROUTES or any(os.environ.get(name) for name in SDK_VARIABLES):
        return False
    if not request.keys() <= {"model", "messages", *SETTINGS, *PARAMETERS}:
        return False
    effort = request.get("reasoning_effort")
    is_plain = effort is None or isinstance(effort, str)
    return is_plain and not _is_bridged(request["model"], "tools" in request, effort, request.get("api_base"))


def complete(request: Mapping[str, Any]) -> ModelResponse:
    """Send a request that `is_supported`; its tools are not modified. Raises what `litellm.completion` raises."""
    target = _resolve_target(request["model"], request.get("api_base"), request.get("api_key"))
    with translate_errors(lambda error: _to_litellm_error(error, target)):
        messages = validate_and_fix_openai_messages(request["messages"])
        parameters = _map_parameters(target.model, target.provider, request)
        logging = Logging(
            model=target.model,
            messages=messages,
            stream=False,
            call_type="completion",
            start_time=datetime.datetime.now(),
            litellm_call_id="",
            function_id="",
        )
        logging.update_environment_variables(
            model=target.model,
            optional_params=parameters,
            litellm_params={"logger_fn": request.get("logger_fn")},
            custom_llm_provider=target.provider,
        )
        response: ModelResponse = base_llm_http_handler.completion(
            model=target.model,
            messages=messages,
            api_base=target.api_base,
            custom_llm_provider=target.provider,
            model_response=ModelResponse(),
            encoding=None,
            logging_obj=logging,
            optional_params=parameters,
            timeout=request["timeout"],
            litellm_params={},
            acompletion=False,
            stream=None,
            api_key=target.api_key,
            provider_config=target.config,
            client=ensure_http_handler(),
        )
        if _has_price(request["model"]):
            response._hidden_params["response_cost"] = logging._response_cost_calculator(result=response)
        return response


def _to_litellm_error(error: Exception, target: Target) -> Exception:
    """The exception that `litellm.completion` raises for `error`: returned, or raised here."""
    mapped: Exception = exception_type(
        model=target.model, custom_llm_provider=target.provider, original_exception=error, completion_kwargs={}
    )
    return mapped


@functools.lru_cache(maxsize=64)
def _resolve_target(name: str, api_base: str | None, api_key: str | None) -> Target:
    model, provider, own_key, base = litellm.get_llm_provider(model=name, api_base=api_base, api_key=api_key)
    shared = ProviderConfigManager.get_provider_chat_config(model=model, provider=LlmProviders(provider))
    config: Any = copy.copy(shared)  # also used by `litellm.completion`
    config.remove_cache_control_flag_from_messages_and_tools = _return_unchanged
    config.sign_request = _serialize_body
    if provider == "hosted_vllm":  # its own drops thinking blocks: a gateway that sent some wants them back
        config._transform_messages = functools.partial(OpenAIGPTConfig._transform_messages, config)
    return Target(model, provider, base or api_base, own_key or api_key, config)


def _return_unchanged(model: str, messages: Any, tools: Any = None) -> tuple[Any, Any]:
    """Replaces litellm's search of all messages and tools for cache marks; there are none."""
    return messages, tools


def _serialize_body(headers: Any, request_data: Any, **_: Any) -> tuple[Any, bytes]:
    """The body, as compact as OpenAI's SDK writes it; ten times as fast as litellm."""
    return headers, orjson.dumps(request_data)


def _map_parameters(model: str, provider: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters under the model's names for them; those it does not support are dropped."""
    parameters = {name: request[name] for name in PARAMETERS if name in request and name != "seed"}
    translated = dict(_translate_parameters(model, provider, orjson.dumps(parameters), "seed" in request))
    if "tools" in translated:
        translated["tools"] = list(translated["tools"])  # the handler appends to the list
    if "seed" in translated:
        translated["seed"] = request["seed"]
    return translated


@functools.lru_cache(maxsize=256)
def _translate_parameters(model: str, provider: str, parameters_json: bytes, seeded: bool) -> dict[str, Any]:
    """Cached: litellm scans all tools for this, and they are the same for every call of a run."""
    parameters = {**orjson.loads(parameters_json), **({"seed": 0} if seeded else {})}
    translated: dict[str, Any] = get_optional_params(
        model=model, custom_llm_provider=provider, drop_params=True, max_retries=0, stream=None, **parameters
    )
    return translated


@functools.lru_cache(maxsize=64)
def _has_price(name: str) -> bool:
    """Whether litellm's table has a price. Cached: finding none takes litellm as long as computing a cost."""
    try:
        return bool(litellm.get_model_info(name).get("input_cost_per_token"))
    except litellm.ModelNotMappedError:
        return False


@functools.lru_cache(maxsize=64)
def _is_bridged(name: str, tools: bool, effort: str | None, api_base: str | None) -> bool:
    """Whether litellm would send this to the responses API instead of chat completions."""
    model, provider, _, base = litellm.get_llm_provider(model=name, api_base=api_base)
    info, _ = responses_api_bridge_check(
        model=model,
        custom_llm_provider=provider,
        tools=[{"type": "function", "function": {}}] if tools else None,
        reasoning_effort=effort,
        api_base=base or api_base,
    )
    return bool(info.get("mode") == "responses")
