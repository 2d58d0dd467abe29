"""The benchmark's own customer: one llm with its guidelines and scenario as the system prompt."""

from collections.abc import Sequence

from tautraj.config.components import declare_native_tools
from tautraj.errors import EmptyReply
from tautraj.llms.reply import Message
from tautraj.llms.tool_calls import take_first_call, to_assistant_message, to_openai_call, to_tool_message
from tautraj.trajectory import Turn
from tautraj.users.base import Customer, UserContext


@declare_native_tools
def llm(context: UserContext, *, attempts: int) -> Customer:
    """A customer whose llm sees the whole conversation. Makes no llm call before the agent's first message.

    Raises `EmptyReply` after `attempts` empty answers.
    """
    history: list[Message] = [{"role": "system", "content": context.prompt}, *history_messages(context.given_turns)]

    def reply(message: str) -> str:
        history.append({"role": "user", "content": message})
        text = speak(context, history, attempts)
        history.append({"role": "assistant", "content": text})
        return text

    return reply


def speak(context: UserContext, history: list[Message], attempts: int) -> str:
    """The customer's next message. Tool calls made before it are carried out and appended to `history`.

    Raises `EmptyReply` after `attempts` answers with neither text nor a call.
    """
    empty_replies = 0
    while empty_replies < attempts:
        reply = context.ask(history, context.tools)
        call, side_channels = take_first_call(reply)
        if call is not None:
            history.append(to_assistant_message(reply, call))
            history.append(to_tool_message(call.id, context.call(call, side_channels)))
        elif reply.text.strip():
            return reply.text
        else:
            empty_replies += 1
    raise EmptyReply(f"the customer's model said nothing {attempts} times in a row")


def history_messages(turns: Sequence[Turn]) -> list[Message]:
    """Given turns as messages of the customer's llm, without the agent's last message: it is replied to next."""
    visible = [turn for turn in turns if turn.kind == "message" or turn.seat == "user"]
    if visible and visible[-1].seat == "model":
        visible = visible[:-1]
    messages: list[Message] = []
    for turn in visible:
        if turn.tool_call is None:
            role = "user" if turn.seat == "model" else "assistant"
            messages.append({"role": role, "content": turn.message})
        else:
            messages.append({"role": "assistant", "content": None, "tool_calls": [to_openai_call(turn.tool_call)]})
            messages.append(to_tool_message(turn.tool_call.id, turn.observation or ""))
    return messages
