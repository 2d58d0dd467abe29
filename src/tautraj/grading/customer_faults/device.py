"""What a customer claims to have done or seen on its phone without having touched it.

Not here: what an agent's message asks for there (`grading.proposals.device_requests`).
"""

import re
from collections.abc import Iterator

from tautraj.grading.customer_faults.utterances import Case, Utterance
from tautraj.grading.proposals.device_requests import find_device_requests
from tautraj.trajectory import CustomerFault

DONE = re.compile(
    r"\b(?:i|i've|i have) (?:just |now |already |have )*(?:did|done|turned|toggled|switched|rebooted|restarted|reset"
    r"|re-?seated|re-?inserted|removed|disabled|enabled|disconnected|granted|checked|set|changed|made|paid|ran)\b"
    r"|^\W*(?:okay,? |all right,? )?(?:done|did it)\b"
    r"|\bis (?:now )?(?:on|off|enabled|disabled|connected|disconnected)\b",
    re.IGNORECASE,
)

SHOWN = re.compile(
    r"\b(?:it|that|phone|screen|display|bar|test|status)\b[^.?!]{0,20}\b(?:says|shows|reads|reports|displays)\b"
    r"|\bi (?:can )?see\b|^\W*(?:shows|says)\b",
    re.IGNORECASE,
)

NOT_DONE = re.compile(
    r"\b(?:can(?:no|')t|could(?:n't| not)|(?:do|did|have|will)(?:n't| not)|not (?:sure|able)|how (?:do|can))\b"
    r"|\?\s*$",
    re.IGNORECASE,
)


def find_claims(utterance: Utterance, case: Case) -> Iterator[CustomerFault]:
    """claimed_action, claimed_reading: it was asked to use its phone, says that it did, and called no tool."""
    tools = {tool["function"]["name"] for tool in case.benchmark.user_tools}
    if not tools or utterance.device_calls or NOT_DONE.search(utterance.text):
        return
    requests = find_device_requests(utterance.question, tools)
    if not requests:
        return
    is_reading = all(request.tool.startswith(("check_", "run_", "can_")) for request in requests)
    if is_reading and (match := SHOWN.search(utterance.text) or DONE.search(utterance.text)):
        yield utterance.blame("hallucination", "hindered", "claimed_reading", match.string)
    elif match := DONE.search(utterance.text) or SHOWN.search(utterance.text):
        yield utterance.blame("missed_required_action", "hindered", "claimed_action", match.string)
