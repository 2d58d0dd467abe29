"""The benchmark's own customer: one llm with its guidelines and scenario as the system prompt."""

from collections.abc import Callable, Sequence

from tautraj.config.components import declare_native_tools
from tautraj.errors import EmptyReply
from tautraj.llms.reply import Message
from tautraj.llms.tool_calls import take_first_call, to_assistant_message, to_given_messages, to_tool_message
from tautraj.trajectory import Turn
from tautraj.users.base import Customer, UserContext

NOTICE = "(This is not from the agent.) {result}"


@declare_native_tools
def llm(context: UserContext, *, attempts: int) -> Customer:
    """A customer whose llm sees the whole conversation. Makes no llm call before the agent's first message.

    Raises `EmptyReply` after `attempts` empty answers.
    """
    history: list[Message] = [
        {"role": "system", "content": context.prompt},
        *history_messages(context.given_turns, bool(context.tools)),
    ]

    def reply(message: str) -> str:
        history.append({"role": "user", "content": message})
        text = speak(context, history, attempts)
        history.append({"role": "assistant", "content": text})
        return text

    return reply


def speak(context: UserContext, history: list[Message], attempts: int) -> str:
    """The customer's next message. Tool calls made before it are carried out and appended to `history`.

    A call by a customer without tools is answered in words, which leave no trace in `history`: servers may refuse
    calls in a request without tools. Raises `EmptyReply` after `attempts` answers with neither text nor a call.
    """
    notices: list[Message] = []
    empty_replies = 0
    while empty_replies < attempts:
        reply = context.ask([*history, *notices], context.tools)
        call, side_channels = take_first_call(reply)
        if call is not None:
            result = context.call(call, side_channels)
            if context.tools:
                history += [to_assistant_message(reply, call), to_tool_message(call.id, result)]
            else:
                notices = [{"role": "user", "content": NOTICE.format(result=result)}]
        elif reply.text.strip():
            return reply.text
        else:
            empty_replies += 1
    raise EmptyReply(f"the customer's model said nothing {attempts} times in a row")


def history_messages(
    turns: Sequence[Turn], has_tools: bool = True, word: Callable[[Turn], str | None] = lambda turn: turn.message
) -> list[Message]:
    """Turns of before as messages of the customer's llm, without the agent's last message: it is replied to next.

    `has_tools`: without tools, what the customer tried to call is left out. `word`: its messages as it wrote them.
    """
    visible = [
        turn for turn in turns if turn.kind == "message" or (turn.seat == "user" and (has_tools or not turn.error))
    ]
    if visible and visible[-1].seat == "model":
        visible = visible[:-1]
    messages: list[Message] = []
    for turn in visible:
        if turn.tool_call is None:
            is_agents = turn.seat == "model"
            content = turn.message if is_agents else word(turn)
            messages.append({"role": "user" if is_agents else "assistant", "content": content})
        else:
            messages += to_given_messages(turn.tool_call, turn.observation or "")
    return messages
