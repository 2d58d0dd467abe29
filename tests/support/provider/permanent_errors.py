"""What providers refuse for good, in their own words and shapes, by preset: nothing here passes by asking again.

From what users of each API reported; words that tell nothing apart are left out. A preset that says a thing in
several ways has several entries. Not here: what passes (`transient_faults`).
"""

from typing import Any

from support.provider.server import Fault, Json
from tautraj import errors
from tautraj.errors import ProviderError

Refusal = tuple[str, Fault]
"""A preset of `conf/llm/`, what its provider answers."""


def openai(status: int, kind: str | None, code: Any, message: str, **more: Any) -> Fault:
    return Fault("status", status, body={"error": {"message": message, "type": kind, "code": code, **more}})


def anthropic(status: int, kind: str, message: str) -> Fault:
    error = {"type": kind, "message": message}
    return Fault("status", status, body={"type": "error", "error": error, "request_id": "req_1"})


def google(status: int, name: str, message: str, **details: Json) -> Fault:
    """`details`: by the name of their type."""
    error: Json = {"code": status, "message": message, "status": name}
    if details:
        error["details"] = [{"@type": f"type.googleapis.com/google.rpc.{k}", **v} for k, v in details.items()]
    return Fault("status", status, body={"error": error})


def google_quota(quota_id: str, wait: str) -> Fault:
    """429 for every limit, in the same words; only `quotaId` says which, only RetryInfo how long it will last."""
    words = f"You exceeded your current quota, please check your plan and billing details. Please retry in {wait}."
    failure = {"violations": [{"quotaMetric": "generate_content_requests", "quotaId": quota_id}]}
    return google(429, "RESOURCE_EXHAUSTED", words, QuotaFailure=failure, RetryInfo={"retryDelay": wait})


def answered(**body: Any) -> Fault:
    """200, with an answer that was withheld."""
    return Fault("status", 200, body={"id": "1", "model": "m", **body})


INVALID, UNFIT = "invalid_request_error", "INVALID_ARGUMENT"
NO_MODEL = "model_not_found"
NO_KEY = {"reason": "API_KEY_INVALID", "domain": "googleapis.com"}
NOTHING_SAID = [{"index": 0, "finish_reason": "content_filter", "message": {"role": "assistant"}}]
AZURE = "The response was filtered due to the prompt triggering Azure OpenAI's content management policy."
FLAGGED = "Invalid prompt: your prompt was flagged as potentially violating our usage policy."
MODERATED = {"error": {"code": 403, "message": "openai/gpt-4o requires moderation. Your input was flagged."}}
NO_CREDIT = "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade."
SPENT = "You have reached your specified API usage limits. You will regain access on 2026-04-01 at 00:00 UTC."
LENGTH = "This model's maximum context length is 8192 tokens. However, your messages resulted in 8203 tokens."
LENGTH_VLLM = "You passed 1015 input tokens. However, the model's context length is only 1024 tokens, resulting in"
LENGTH_LLAMA = "request (9031 tokens) exceeds the available context size (8192 tokens), try increasing it"
LENGTH_CLAUDE = "input length and `max_tokens` exceed context limit: 199000 + 4096 > 200000, decrease input length"
LENGTH_GEMINI = "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576)."

WRONG_KEY: list[Refusal] = [
    ("gpt4o", openai(401, INVALID, "invalid_api_key", "Incorrect API key provided: sk-a***z.")),
    ("vllm", Fault("status", 401, body={"error": "Unauthorized"})),
    ("claude", anthropic(401, "authentication_error", "invalid x-api-key")),
    ("gemini", google(400, UNFIT, "API key not valid. Please pass a valid API key.", ErrorInfo=NO_KEY)),
]
FORBIDDEN_KEY: list[Refusal] = [
    ("gpt4o", openai(403, INVALID, NO_MODEL, "Project `proj_1` does not have access to model `gpt-4o`")),
    ("vllm", Fault("status", 403, body={"error": "Forbidden"})),
    ("claude", anthropic(403, "permission_error", "Your API key does not have permission to use this resource.")),
    ("gemini", google(403, "PERMISSION_DENIED", "Your API key was reported as leaked. Please use another API key.")),
]
UNKNOWN_MODEL: list[Refusal] = [
    ("gpt4o", openai(404, INVALID, NO_MODEL, "The model `x` does not exist or you do not have access to it.")),
    ("vllm", openai(404, "NotFoundError", 404, "The model `x` does not exist.")),
    ("claude", anthropic(404, "not_found_error", "model: x")),
    ("gemini", google(404, "NOT_FOUND", "models/x is not found for API version v1beta.")),
]
TOO_LONG: list[Refusal] = [
    ("gpt4o", openai(400, INVALID, "context_length_exceeded", LENGTH, param="messages")),
    ("vllm", openai(400, "BadRequestError", 400, LENGTH)),
    ("vllm", openai(400, "BadRequestError", 400, LENGTH_VLLM, param="input_tokens")),  # 0.16 and later
    ("vllm", openai(400, "exceed_context_size_error", 400, LENGTH_LLAMA, n_prompt_tokens=9031, n_ctx=8192)),
    ("claude", anthropic(400, INVALID, "prompt is too long: 210000 tokens > 200000 maximum")),
    ("claude", anthropic(400, INVALID, LENGTH_CLAUDE)),
    ("claude", anthropic(413, "request_too_large", "Request exceeds the maximum size")),
    ("gemini", google(400, UNFIT, LENGTH_GEMINI)),
]
FILTERED: list[Refusal] = [
    ("gpt4o", openai(400, None, "content_filter", AZURE, param="prompt")),
    ("gpt4o", openai(400, INVALID, "invalid_prompt", FLAGGED)),
    ("gpt4o", Fault("status", 403, body=MODERATED)),  # OpenRouter
    ("gpt4o", answered(object="chat.completion", choices=NOTHING_SAID, usage={})),
    ("claude", anthropic(400, INVALID, "Output blocked by content filtering policy")),
    ("claude", answered(type="message", role="assistant", content=[], stop_reason="refusal", usage={})),
    ("gemini", answered(promptFeedback={"blockReason": "PROHIBITED_CONTENT"}, usageMetadata={})),
    *(
        ("gemini", answered(candidates=[{"index": 0, "finishReason": reason}], usageMetadata={}))
        for reason in ("SAFETY", "PROHIBITED_CONTENT", "RECITATION", "BLOCKLIST", "SPII")
    ),
]
NO_QUOTA: list[Refusal] = [
    ("gpt4o", openai(429, "insufficient_quota", "insufficient_quota", "You exceeded your current quota.")),
    ("vllm", openai(402, "unknown_error", INVALID, "Insufficient Balance")),  # DeepSeek
    ("claude", anthropic(400, INVALID, NO_CREDIT)),
    ("claude", anthropic(400, INVALID, SPENT)),
    ("claude", anthropic(402, "billing_error", "There is an issue with your billing or payment information.")),
    ("gemini", google_quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "38s")),
]
REFUSED: list[tuple[type[ProviderError], list[Refusal]]] = [
    (errors.AuthenticationFailed, [*WRONG_KEY, *FORBIDDEN_KEY]),
    (errors.ModelNotFound, UNKNOWN_MODEL),
    (errors.ContextTooLong, TOO_LONG),
    (errors.ContentRefused, FILTERED),
    (errors.QuotaExhausted, NO_QUOTA),
]
"""Each failure of ours with what means it."""
