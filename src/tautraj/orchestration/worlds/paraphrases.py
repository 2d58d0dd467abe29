"""The llm that rewrites tasks: its calls in threads of this process, the proofs of its words in other processes.

Not here: rounds of questions (`synthesis.paraphrase.rounds`), a call (`synthesis.paraphrase.answers`).
"""

from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

from prefect import task

from tautraj.errors import GaveUp
from tautraj.orchestration.worlds.jobs import work_off
from tautraj.orchestration.worlds.processes import show_progress
from tautraj.runs.budget import Ledger
from tautraj.runs.episode.recorder import sum_calls
from tautraj.synthesis.paraphrase.answers import Answer, Question, ask, read_answer
from tautraj.synthesis.paraphrase.proofs import Rewording, Verdict, prove_rewordings
from tautraj.synthesis.paraphrase.rounds import Crew
from tautraj.synthesis.parts import PART_SIZE
from tautraj.synthesis.request import SynthesisRequest
from tautraj.trajectory import Seat, Usage


def form_crew(request: SynthesisRequest, pool: ProcessPoolExecutor, workers: int) -> Crew | None:
    """What asks `paraphrase.llm` within the budget, and proves in the processes of `pool`; None without an llm."""
    if request.paraphrase.llm is None:
        return None
    ledger = Ledger(request.budget, None, "an answer")
    return Crew(
        lambda questions: ask_all(request, questions, ledger),
        lambda attempt, rewordings: _prove_all(request, attempt, rewordings, pool, workers),
    )


def ask_all(request: SynthesisRequest, questions: Sequence[Question], ledger: Ledger) -> list[Answer]:
    """The answers, in the order of the questions; those that were given before are read.

    Raises `GaveUp` when the budget is spent or the provider fails. Calls under way end first, and are kept.
    """
    llm = request.paraphrase.llm
    assert llm is not None
    kept = {question.task: read_answer(request, question) for question in questions}
    answers = {index: answer for index, answer in kept.items() if answer}
    for answer in answers.values():
        _spend(ledger, answer)
    owed = [question for question in questions if question.task not in answers]
    at_once = llm.provider.calls_at_once

    def submit(question: Question) -> Future[Answer]:
        if overrun := ledger.find_overrun():
            raise GaveUp(f"{overrun}: no further calls. Raise it and run the same command to go on.")
        ledger.reserve()
        return threads.submit(ask, request, question)

    with (
        ThreadPoolExecutor(at_once) as threads,
        show_progress(f"{request.folder.name}: {llm.name}", len(owed), "answers") as advance,
    ):
        for question, answer in work_off(owed, submit, at_once, "No new calls; those under way finish."):
            answers[question.task] = answer
            ledger.release()
            _spend(ledger, answer)
            advance(1)
    return [answers[question.task] for question in questions]


def _spend(ledger: Ledger, answer: Answer) -> None:
    if answer.call:
        usage: dict[Seat, Usage] = {"user": sum_calls([answer.call])}
        ledger.spend(usage)


def _prove_all(
    request: SynthesisRequest, attempt: int, rewordings: Sequence[Rewording], pool: ProcessPoolExecutor, workers: int
) -> list[Verdict]:
    starts = range(0, len(rewordings), PART_SIZE)

    @task(name="paraphrases", task_run_name=f"paraphrases-{attempt}-{{start}}", persist_result=False)
    def prove_batch(start: int) -> Any:
        name, batch = f"proofs-{attempt}-{start:05d}", rewordings[start : start + PART_SIZE]
        return pool.submit(prove_rewordings, request, name, batch).result()

    title = f"{request.folder.name}: rewritten"
    with show_progress(title, len(rewordings)) as advance:
        verdicts: dict[int, Sequence[Verdict]] = {}
        for start, batch in work_off(starts, prove_batch.submit, workers, "No new proofs; those under way finish."):
            verdicts[start] = batch
            advance(len(batch))
    return [verdict for start in starts for verdict in verdicts[start]]
