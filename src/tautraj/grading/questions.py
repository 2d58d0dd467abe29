"""What an agent's message asks of the customer: consent, information, or whether there is anything else.

By its words, sentence by sentence. Not here: which write a question is about (`grading.confirmation`).
"""

import re

CLOSING = re.compile(
    r"(?:any|some)thing (?:else|more|further)|(?:any|some) (?:other|more|further|additional) \w+"
    r"|further (?:help|assistance|questions?)|(?:how|what) else (?:may|can|could) i|what else\b|(?:is|was"
    r"|will) that (?:be )?(?:all|everything)|any (?:questions|concerns)|(?:need|require) (?:more|further"
    r"|any) (?:help|assistance)|have i (?:answered|resolved|addressed)|(?:does|did) (?:that|this) (?:help"
    r"|answer|resolve|solve|address|clear)|have a (?:great|nice|good|wonderful|lovely)|how (?:was"
    r"|would you rate)|rate (?:this|your)"
    r"|happy to (?:help|assist)(?: you)? (?:with|if)|feel free|(?:do not|don't) hesitate",
    re.IGNORECASE,
)
"""A sentence that offers more help, or says goodbye."""

GOES_ON = re.compile(
    r"\b(?:shall|should) i (?!help|assist)|\bproceed|\bgo ahead|\byes/no|\bdo you confirm", re.IGNORECASE
)
"""Makes a question of a sentence that also offers more help: "Shall I book it, or is there anything else?"."""

REQUEST = re.compile(
    r"\b(?:please|kindly)(?: also| just| now| then| first)? (?:confirm|provide|tell|let me know|reply|respond"
    r"|answer|say|share|specify|choose|select|pick|give|send me|verify|type|indicate|state|advise|clarify"
    r"|double|review|enter|write|decide|name|list)|^\W*(?:can|could|would|will|do|did|does|may|shall|should"
    r"|are|is|which|what|when|where|who|how|have) (?:you|i|we|it|that|this|your|of|is|are|kind|would|do|the"
    r"|should|shall|card|item|one|option)\b|\blet me know (?:if|whether|which|what|how|when|your)"
    r"|^\W*(?:tell me|reply|respond|answer|confirm|say|type|choose|select|provide)\b|\bi(?:'ll| will|'d| would"
    r"| do| also| still| just| only)* (?:need|require|want)(?: to know| to have| to get)?(?: for)? (?:your"
    r"|you\b|a yes|an? (?:explicit )?(?:confirmation|answer|reason)|to know|the|one more)|\b(?:await(?:ing)?"
    r"|waiting for|subject to|with|need|pending) your (?:\w+ )?(?:confirmation|approval|consent|permission"
    r"|go-ahead|reply|answer|decision|ok|response)|\b(?:once|when|as soon as|if) you(?:'ve| have|'re"
    r"| are)? (?:confirm|agree|approve|say|give"
    r"|reply|ready|happy|okay|ok|decide|provide)|\bjust say|\bwhenever you're ready|\(yes/no\)|yes or no",
    re.IGNORECASE,
)
"""A sentence that wants an answer, with or without a question mark."""

IDENTITY = (
    r"(?:e-?mail|zip|postal|post ?code|(?:full |first |last )?names?|user ?(?:id|name)|identity|phone"
    r"|date of birth|dob|(?:order|reservation|booking) (?:id|number))"
)

CONSENT = re.compile(
    rf"\b(?:shall|should|may|can|could|might) (?:i|we)\b(?! (?:have|get|ask|know|see|help|assist|please have"
    rf"|please get|also have|offer"
    r"|expect|verify|check))|\b(?:do|would|will|are) you (?:\w+ )?(?:like|want|wish|agree|confirm|approve"
    r"|authori[sz]e|consent|accept|okay|ok|happy|fine|ready|sure|certain|good|comfortable|satisfied|care)"
    r"|^\W*ready\b|\bwhether (?:i|we) (?:may|can|should)|\bwhat you(?:'d| would)? (?:want|wanted|like|need)"
    r"|^\W*(?:so |just to confirm,? )?you(?:'d like| want| would like| wish) to|\b(?:want|like|need) me to"
    r"|\bhappy for me to|\bokay (?:to|with|if|for)"
    rf"|\bconfirm\w*(?! (?:your |the |me your |that your |with your )*(?:\w+ )?{IDENTITY})(?! (?:that |whether "
    rf"|if )?you(?:'ve| have| had| did"
    r"| are the| were)?(?: already)? (?:receiv|got|own|placed|ordered|live|have the|know|still have))"
    r"|\bproceed|\bgo(?:ing)? ahead|\byes/no|\byes or no|[\"'(]yes[\"')]|\b(?:say|reply|type|answer"
    r"|respond)(?: with)? [\"'(]?yes|\b(?:your|explicit) (?:\w+ )?(?:approval|consent|permission|go-ahead"
    r"|confirmation)|\b(?:correct|right|ok|okay|alright|all right|agreed|acceptable|good|fine|deal|yes"
    r"|work(?: for you)?|with you|for you|by you|look)\W*\?|\b(?:is|does|are|do|will|would) (?:that|this|it"
    r"|these|those|everything|all)(?: \w+){0,4} (?:correct|right|ok|okay|fine"
    r"|good|work|suit|acceptable|alright|sound|look)",
    re.IGNORECASE,
)
"""A sentence that wants a yes or no to something that the agent would do."""

OPEN_QUESTION = re.compile(
    r"^\W*(?:and |so |also |now |then |first |ok(?:ay)?,? |sure,? |great,? |thanks?(?: you)?,? )*(?:what|which"
    r"|where|when|who|whom|whose|how|why)\b|\b(?:tell me|provide|share|give me|send me|let me know) (?:the "
    r"|your |what|which|why|how|me )|, (?:what"
    r"|which|why|how) "
    r"|\b(?:shall|should|may|can|could) (?:i|we) (?:look|check|find|search|pull|verify|explain|transfer)\b"
    r"|\bme to (?:look|check|find|search|pull|verify|explain|transfer)\b",
    re.IGNORECASE,
)
"""A question that yes or no does not answer, or that is about reading only."""

PROPOSAL = re.compile(
    r"\b(?:i|we)(?:'ll|'d|'m going to| will| can| could| would| am going to| are going to| am able to"
    r"| am ready to|'m ready to)\b(?! (?:see|help|assist|look|find|check|tell|not)\b)",
    re.IGNORECASE,
)
"""A sentence that says what the agent would do."""


def has_open_request(message: str) -> bool:
    """Whether an agent's message wants an answer that the task may need: not whether there is anything else."""
    return bool(find_open_requests(message))


def asks_only_for_more(message: str) -> bool:
    """Whether all that an agent's message asks is whether there is anything else."""
    return any(_is_closing(sentence) for sentence in _split_sentences(message)) and not has_open_request(message)


def asks_consent(message: str) -> bool:
    """Whether an agent's message wants a yes: a question for one, or a proposal in a message that asks nothing."""
    requests = find_open_requests(message)
    if any(CONSENT.search(request) and not OPEN_QUESTION.search(request) for request in requests):
        return True
    return not requests and any(PROPOSAL.search(sentence) for sentence in _list_unclosing_sentences(message))


def find_open_requests(message: str) -> list[str]:
    """The sentences of an agent's message that want an answer, but for those about whether there is anything else."""
    sentences = _list_unclosing_sentences(message)
    return [sentence for sentence in sentences if "?" in sentence or REQUEST.search(sentence)]


def _list_unclosing_sentences(message: str) -> list[str]:
    return [sentence for sentence in _split_sentences(message) if not _is_closing(sentence)]


def _is_closing(sentence: str) -> bool:
    return CLOSING.search(sentence) is not None and GOES_ON.search(sentence) is None


def _split_sentences(message: str) -> list[str]:
    return [part.strip() for part in re.split(r"(?<=[.!?])\s+|\n+", message.replace("’", "'")) if part.strip()]
