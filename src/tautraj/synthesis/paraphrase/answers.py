"""An llm's answers: each is asked for once and kept until the world is complete.

Not here: what is asked (`synthesis.paraphrase.dialogue`), how many calls there are at once
(`orchestration.worlds.paraphrases`), the call itself (`llms.chat`).
"""

from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

from tautraj.config import Llm
from tautraj.config.identity import SEEDS
from tautraj.errors import ContentRefused, GaveUp, ProviderError
from tautraj.llms import chat
from tautraj.llms.preflight import SeatCheck, check_seats, describe_failure
from tautraj.llms.reply import Message
from tautraj.synthesis.request import SynthesisRequest
from tautraj.synthesis.world_folder import WorldFolder
from tautraj.trajectory import LlmCall, Record

SEAT = "paraphrase.llm"

GO_ON = "What was answered is kept: the same command goes on from there."


class Question(NamedTuple):
    """What is asked about one task in one attempt."""

    task: int
    """Its number in the world."""
    attempt: int
    """From 0."""
    messages: Sequence[Message]


class Answer(Record):
    """What came of a question."""

    text: str
    """"" if the provider's filter withheld it."""
    call: LlmCall | None
    """None: withheld, which is without a report of tokens and cost."""


def check_llm(llm: Llm) -> None:
    """Raise `PreflightError` if the llm cannot be asked."""
    check_seats([_describe_seat(llm)])


def read_answer(request: SynthesisRequest, question: Question) -> Answer | None:
    """The answer that an earlier execution was given; None if it was given none."""
    path = _locate_answer(request, question)
    return Answer.model_validate_json(path.read_bytes()) if path.is_file() else None


def ask(request: SynthesisRequest, question: Question) -> Answer:
    """Ask, and keep the answer. Raises `GaveUp` if the provider gives none to anybody."""
    llm = request.paraphrase.llm
    assert llm is not None
    seed = Random(f"paraphrase-{request.seed}-{question.task}-{question.attempt}").randrange(SEEDS)
    try:
        reply = chat(llm, question.messages, seed=seed)
        answer = Answer(text=reply.text, call=reply.llm_call)
    except ContentRefused:
        answer = Answer(text="", call=None)
    except ProviderError as error:
        raise GaveUp(f"{describe_failure(_describe_seat(llm), error)} {GO_ON}") from None
    WorldFolder(request).write(_locate_answer(request, question), answer.model_dump_json())
    return answer


def _locate_answer(request: SynthesisRequest, question: Question) -> Path:
    return WorldFolder(request).answers / f"{question.task:05d}-{question.attempt}.json"


def _describe_seat(llm: Llm) -> SeatCheck:
    return SeatCheck(SEAT, llm, instead=f"leave out {SEAT}")
