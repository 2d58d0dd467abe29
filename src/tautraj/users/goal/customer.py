"""A customer without an llm that follows the goal of a synthetic task: `user_strategy=goal`.

It opens with its first request, answers what it is asked and nothing else, agrees only to what it wants, and goes on
when a request is done. Not here: what it makes of a message, and which answer belongs to a question
(`grading.proposals`), its phone (`users.phone.device`), how it says what the goal does not (`users.goal.small_talk`).
"""

from random import Random
from typing import Any

from tautraj.benchmarks import open_benchmark
from tautraj.benchmarks.exported_tasks import list_named_tasks
from tautraj.benchmarks.goals import Goal, Request, Topic
from tautraj.config import Run
from tautraj.config.components import attach_check, declare_program
from tautraj.errors import ConfigError
from tautraj.grading.proposals.agent_message import TRANSFER, TRANSFER_OFFER, AgentMessage, read_message
from tautraj.grading.proposals.agreement import find_announced, find_disagreement, find_operations
from tautraj.grading.proposals.answers import find_line, find_topics
from tautraj.users.base import Customer, UserContext
from tautraj.users.goal.small_talk import SmallTalk
from tautraj.users.phone.device import open_device


def _check(run: Run, **_: Any) -> None:
    benchmark = open_benchmark(run.benchmark, run.domain)
    known = benchmark.list_task_ids(run.split.name)
    for task in [task for task in (list_named_tasks(run) or known) if task in known][: run.tasks.limit]:
        if benchmark.get_task(task).goal is None:
            raise ConfigError(
                f"user_strategy=goal: task {task} of {run.domain.name} has no goal. Play a world made by "
                "flows/synthesize.py: domain.data_dir=outputs/worlds/…, or choose user_strategy=scripted"
            )


@declare_program
@attach_check(_check)
def goal(context: UserContext, *, patience: int) -> Customer:
    """A customer that follows `context.goal`. Ends the conversation after `patience` messages of its own."""
    assert context.goal is not None, "the check before a run refuses tasks without a goal"
    return GoalCustomer(context, context.goal, patience).reply


class RequestState:
    """How far a request is."""

    def __init__(self) -> None:
        self.agreed: set[int] = set()
        """Indices of its writes."""
        self.heard = ""
        """What the agent has said since."""
        self.told: set[Topic] = set()
        """Topics that it was asked about."""
        self.is_corrected = self.is_reminded = self.is_repeated = False
        self.insisted = 0


class GoalCustomer:
    def __init__(self, context: UserContext, goal: Goal, patience: int) -> None:
        self._context, self._goal, self._patience = context, goal, patience
        self._talk = SmallTalk(goal.voice, Random(f"goal-{context.seed}"))
        self._device = open_device(context, goal)
        self._number = 0
        """Of the request under way, in the goal."""
        self._state = RequestState()
        self._said = 0

    @property
    def _request(self) -> Request:
        return self._goal.requests[self._number]

    def reply(self, message: str) -> str:
        self._said += 1
        if self._said == 1:
            return self._request.said
        if TRANSFER.search(message):
            return f"{self._talk.say('wait')} {self._context.transfer_word}"
        if report := self._device.follow(message):
            return report
        if self._said > self._patience:
            return f"{self._talk.say('leave')} {self._context.stop_word}"
        self._state.heard += f" {message}"
        return self._answer(read_message(message))

    def _answer(self, message: AgentMessage) -> str:
        if self._is_refused(message):
            return self._take_refusal()
        parts = [*self._tell_identity(message), *self._tell_answers(message)]
        if message.asks_yes and (answer := self._decide(message)):
            parts.append(answer)
        return " ".join(dict.fromkeys(parts)) or self._go_on(message)

    def _is_refused(self, message: AgentMessage) -> bool:
        """Whether a request that the policy forbids was refused, in whatever words."""
        if self._request.rule is None or self._request.writes or message.identity:
            return False
        is_answer = not message.questions and not message.is_explicit
        return message.refuses or is_answer and (message.regrets or message.asks_for_more)

    def _take_refusal(self) -> str:
        if self._state.insisted < len(self._request.insists):
            self._state.insisted += 1
            return self._request.insists[self._state.insisted - 1]
        return self._start_next(self._talk.say("accept"), is_fulfilled=False)

    def _tell_identity(self, message: AgentMessage) -> list[str]:
        """What it knows of what it is asked for; what it does not remember, if that is not enough."""
        identity: dict[str, str] = dict(self._goal.identity.items())
        keys = list(identity) if "any" in message.identity else list(message.identity)
        known = [key for key in keys if key in identity]
        if message.may_choose and known:
            known = known[:1] if known[0] not in ("name", "zip") else [key for key in known if key in ("name", "zip")]
        lines = [self._talk.tell(key, identity[key]) for key in known]
        missing = [key for key in keys if key not in identity]
        forgotten = [line for line in self._goal.unknown if any(key in line.lower() for key in missing)]
        if missing and not (known and message.may_choose and not forgotten):
            lines += forgotten or ([] if known else [self._talk.say("unknown")])
        return lines

    def _tell_answers(self, message: AgentMessage) -> list[str]:
        lines: list[str] = []
        for question in message.questions:
            topics = find_topics(question, self._request.answers)
            self._state.told |= set(topics)
            lines += [self._request.answers[topic] for topic in topics] or [self._tell_unknown(question)]
        return lines

    def _tell_unknown(self, question: str) -> str:
        """What it says to a question that its goal has no answer to."""
        if forgotten := find_line(question, self._goal.unknown):
            return forgotten
        if self._state.is_repeated:
            return self._talk.say("unknown")
        self._state.is_repeated = True
        return f"{self._talk.say('again')} {self._wish}"

    def _decide(self, message: AgentMessage) -> str | None:
        """Yes, or what it wants instead; None if the agent only says what it does next."""
        request, state = self._request, self._state
        if TRANSFER_OFFER.search(message.plans):
            return self._talk.say("yes" if request.family == "transfer" else "no")
        if disagreement := find_disagreement(message.plans, request):
            if request.correction and not state.is_corrected:
                state.is_corrected = True
                return request.correction
            self._context.think(f"That is not what I want: {disagreement}.")
            if not request.writes:
                return self._talk.say("no")
            details = [answer for topic, answer in request.answers.items() if topic in disagreement]
            return " ".join([self._talk.say("wrong"), self._wish, *details])
        announced = find_announced(message.plans, request.writes)
        if not message.is_explicit and state.agreed.issuperset(announced):
            return None
        if request.correction and not state.is_corrected:
            state.is_corrected = True
            return request.correction
        state.agreed |= set(announced or range(len(request.writes)))
        return self._talk.say("yes")

    @property
    def _wish(self) -> str:
        """What it wants, without what it opened with."""
        if self._request.correction and self._state.is_corrected:
            return self._request.correction
        return self._request.wish or self._request.said

    def _go_on(self, message: AgentMessage) -> str:
        """Nothing was asked: the next request if this one is done, or else a reminder with all it can say, once."""
        request, state = self._request, self._state
        if message.reports and request.writes:
            state.agreed |= set(find_operations(message.reports, request.writes))
        has_heard = all(fact.lower() in state.heard.lower().replace(",", "") for fact in request.tells)
        is_agreed = len(state.agreed) == len(request.writes)
        if request.content_when:
            is_done = message.asks_for_more and self._device.is_content(request.content_when)
        elif request.writes:
            is_done = is_agreed and (message.asks_for_more or bool(message.reports) and has_heard)
        else:
            is_done = has_heard and bool(request.tells) or message.asks_for_more and request.family != "transfer"
        if is_done:
            return self._start_next(self._talk.say("thanks"))
        if not (message.asks_for_more or message.refuses):
            return self._talk.say("wait")
        if state.is_reminded:
            return self._start_next(self._talk.say("accept"), is_fulfilled=False)
        state.is_reminded = True
        untold = [answer for topic, answer in request.answers.items() if topic not in state.told]
        return " ".join([self._talk.say("remind"), self._wish, *untold])

    def _start_next(self, before: str, *, is_fulfilled: bool = True) -> str:
        """The next request, after a word about this one; goodbye, with its own thanks, if there is none."""
        if self._number + 1 == len(self._goal.requests):
            parts = [self._talk.say("all"), self._context.stop_word]
            return " ".join(parts if is_fulfilled else [before, *parts])
        self._number += 1
        self._state = RequestState()
        return f"{before} {self._request.said}"
