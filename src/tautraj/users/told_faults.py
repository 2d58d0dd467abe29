"""What a customer is told of an earlier attempt that was thrown away because of what it did. Pure."""

from collections.abc import Sequence

from tautraj.trajectory import CustomerFault, FaultTag

RULES: dict[FaultTag, str] = {
    "hallucination": "Say nothing that your instructions do not give you. If you do not know it, say so.",
    "inconsistent_behavior": "Do not contradict your instructions or what you said before.",
    "premature_termination": "Do not end the conversation before everything that you want is dealt with.",
    "missed_required_action": "Do what you are asked to do before you say what came of it.",
    "guideline_violation": "You are the customer: speak as one, in plain words.",
    "revealed_info_early": "Say what you know only when it is asked for.",
}


def describe_faults(faults: Sequence[CustomerFault]) -> str:
    """The end of a customer's prompt; "" without faults."""
    if not faults:
        return ""
    mistakes = [f'- You said: "{fault.words}". {RULES[fault.tag]}' for fault in faults]
    section = [
        "<earlier_mistakes>",
        "In an earlier conversation you did what you must not do:",
        *dict.fromkeys(mistakes),
    ]
    return "\n\n" + "\n".join([*section, "</earlier_mistakes>"])
