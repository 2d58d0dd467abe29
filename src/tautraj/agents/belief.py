"""The belief of the planning agent: its prompts, and the strict parser of the JSON that its model answers with."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError


class Fact(BaseModel):
    model_config = ConfigDict(extra="ignore")

    fact: str
    source: str
    """The customer, a tool's result or the policy."""


class Belief(BaseModel):
    model_config = ConfigDict(extra="ignore")

    state: Literal["understanding", "investigating", "resolution"]
    explanation: str
    known_facts: tuple[Fact, ...]
    unknown_facts: tuple[str, ...]


BELIEF_PROMPT = """\
Look at the conversation between the agent and the customer so far:
<conversation>
{transcript}
</conversation>
Where does it stand, and what is known? Answer with one JSON object and nothing else:
{{"state": "understanding" (what the customer wants is not clear yet), "investigating" (looking things up) or \
"resolution" (carrying it out),
 "explanation": "why",
 "known_facts": [{{"fact": "…", "source": "the customer, the result of which tool, or the policy"}}],
 "unknown_facts": ["what still has to be found out"]}}"""

RETRY_PROMPT = "That could not be read: {why}. Answer with the one JSON object and nothing else."

PLAN_PROMPT = """\
The conversation between the agent and the customer so far:
<conversation>
{transcript}
</conversation>
What the agent believes:
{belief}
The tools:
{tools}
The previous plan:
{plan}
Write the plan for what the agent does from here, by the policy: numbered steps, only what is still to be done, \
a few lines. Write the plan and nothing else."""

NOTES = """

# Your notes
Belief: {belief}
Plan:
{plan}"""

INSTRUCTIONS = """

# How to act
First write your thought, then make one tool call. To say something to the customer, call `respond`: text beside a \
call never reaches the customer."""


def parse_belief(text: str) -> Belief | str:
    """The belief in an answer, or the reason why it cannot be parsed, worded for `RETRY_PROMPT`."""
    start, end = text.find("{"), text.rfind("}")
    if start < 0 or end < start:
        return "there is no JSON object"
    try:
        return Belief.model_validate_json(text[start : end + 1])
    except ValidationError as error:
        fault = error.errors()[0]
        return f"{'.'.join(str(step) for step in fault['loc']) or 'the JSON'}: {fault['msg']}"


def format_belief(belief: Belief | None) -> str:
    """The belief as text for a prompt: state, explanation, known and unknown facts."""
    if belief is None:
        return "nothing yet"
    known = [f"- {fact.fact} (from {fact.source})" for fact in belief.known_facts]
    unknown = [f"- {fact}" for fact in belief.unknown_facts]
    parts = [f"{belief.state}: {belief.explanation}", "Known:", *known, "Unknown:", *unknown]
    return "\n".join(parts)
