"""A desk of the mock domain, for the conversation of the rules agent: tasks are created and completed.

Its policy: only existing users can create tasks; nobody may delete one, which a human does.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from tautraj.agents.rules.desk import Action, Call, Resolution


class Wish(NamedTuple):
    kind: str
    title: str | None = None
    task: str | None = None


class MockDesk:
    identity_questions: tuple[str, ...] = ("What is your user id?",)

    def identify(self, utterance: str) -> Action | None:
        return ("get_users", {}) if re.search(r"user_\d", utterance) else None

    def get_user_id(self, lookup: Action, answer: Any) -> str | None:
        return next((user["user_id"] for user in answer), None)

    def look_at_customer(self, user_id: str, call: Call) -> None:
        pass

    def read(self, utterance: str) -> Sequence[Wish]:
        wishes = []
        for sentence in re.split(r"(?<=[.?])\s", utterance):
            kind = re.search(r"create|complete|delete|how many|assign", sentence)
            if kind:
                wishes.append(self.amend(Wish(kind[0]), sentence))
        return wishes

    def name_wish(self, intent: Wish, user_id: str) -> str:
        return f"{intent.kind.capitalize()} for {user_id}."

    def amend(self, intent: Wish, utterance: str) -> Wish:
        title, task = re.search(r"'(.*)'", utterance), re.search(r"task_\d", utterance)
        return intent._replace(title=title[1] if title else intent.title, task=task[0] if task else intent.task)

    def resolve(self, intent: Wish, user_id: str, call: Call) -> Resolution:
        if intent.kind == "assign":
            return Resolution("Only a human may do this.", is_transfer=True)
        if intent.kind == "delete":
            return Resolution("Deleting is forbidden.", refusal="I cannot delete tasks: our policy forbids it.")
        if intent.kind == "how many":
            [user] = call("get_users", {})
            return Resolution("The user's tasks are counted.", tells=(f"{len(user['tasks'])} tasks",))
        if intent.kind == "create":
            if intent.title is None:
                return Resolution("A task must have a title.", question="Which title should it have?")
            return Resolution("The user exists.", (("create_task", {"user_id": user_id, "title": intent.title}),))
        arguments = {"task_id": intent.task, "status": "completed"}
        return Resolution("Completed is a status.", (("update_task_status", arguments),))


MOCK_DESK = MockDesk()
