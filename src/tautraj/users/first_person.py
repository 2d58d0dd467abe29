"""A scenario's text as the customer would say it: sentences to say, in the first person.

A scenario is written to the customer ("You want …") and in part about how to behave ("Be insistent", "If the agent
asks …"); the latter is not said. Not here: when it is said (`users.scripted`).
"""

import functools
import re
from collections.abc import Iterator, Sequence

Rules = Sequence[tuple[str, str]]
"""(regular expression without regard to case, replacement), in the order in which they are applied."""

REPHRASED: Rules = [
    # slips of the benchmarks' authors
    (r"^[\s.]+", ""),
    (r"\byou (name|reservation|mobile data|skateboard)\b", r"your \1"),
    (r"\byour forgot\b", "you forgot"),
    (r"\bwhen is (your [^.]*?) is arriving", r"when \1 is arriving"),
    (r"\bwhat the ([\w ]+?) and its price\b", r"what the \1 and its price are"),
    (r"\bcheck if the (\w+ of [^,.]+)(?=\.|$)", r"check the \1"),
    (r"\ban order (?=your \w+'s address\b)", "an order to "),
    (r"\bwant to want to\b", "want to"),
    (r"\byou do not want the\s+(?=you )", ""),
    (r"\bwant be\b", "want to be"),
    (r"\byou also like to\b", "you would also like to"),
    (r"\b(and|but) are (?=in a|not sure|willing)", r"\1 you are "),
    (r"\bbut don't remember\b", "but you don't remember"),
    (r"\bzipcode\b", "zip code"),
    (r"[\s;,]*$", ""),
    # who the customer is
    (r"^(?:reservation )?confirmation number(?: is|:)", "your confirmation number is"),
    (r"^you contact customer service\b", "you are contacting customer service"),
    (r"^you are an? [^.,]*? who (need|want)s", r"you \1"),
    (r"\bare an? \w+ (?:guy|person|man|woman) called ", "are "),
    (r"\byou are (?:user )?(\w+_\w+_\d+)\b", r"your user id is \1"),
    (r"(_\d+) (?:\((\S+@[\w.]+)\)|(?:and|with email) (\S+@[\w.]+))", r"\1, and your email is \2\3"),
    (r" with (phone number|email) ", r", and your \1 is "),
    (r",? (?:living|residing) in\b", ", and you live in"),
    (r"^(your? [^,]*?) in zip code", r"\1, and your zip code is"),
    # what is not for the agent's ears
    (r"\s*\([^()]*\b(?:reveal|mention|provide|common mistake)\b[^()]*\)", ""),
    (r",? (?:and|but) (?:if|when) (?:the )?(?:service )?agent (?:\w+s|cannot|doesn't)\b.*$", "."),
    (r" with the agent(?=,)", ""),
    (r"^for some reason, ", ""),
    (r"\bswear for a few times, then ", ""),
    (r"\b(?:are|become) angry and (?=\w+ )", "want to "),
    (r"\bwould be angry but ", ""),
    (r"\bwant to agree to\b", "want to"),
    (r"\band insist the agent\b", "but the agent"),
    (r"\b(?:you )?insist (?:persistently )?on\b", "you insist on"),
    (r"\btalk to the agent\b|\bask for (?:a )?human (?:representative|agent)", "talk to a human"),
    (r"\b(?:a )?human agent\b", "a human"),
    (r"\banother agent\b", "somebody else"),
    # instructions to ask, as the request or question itself
    (r"\bconfirm and (?=ask )", ""),
    (r"\b(?:you )?(?:then )?ask (?:the )?agent (?:explicitly )?to\b", "please"),
    (r"\b(?:you )?ask (?:the agent )?(how|what|if|whether)\b", r"you want to know \1"),
    (r"\bask the agent about\b", "you want to know"),
    (r"\bask the agent for(?: getting)?\b", "you want"),
    (r"\byou(?:'ll)? (first |then )?(?:ask|inquire) about\b", r"you \1want to know about"),
    (r"^also if\b", "you also want to know if"),
    (r"\brequest (an?|the) ", r"you want \1 "),
    (r"^request that (.*?) be ", r"you want \1 to be "),
    (r"^first,? try to\b", "first, you want to"),
    (r"^tell (?:the )?agent that (.*?) and that ", r"\1 and "),
    (r"^(?:insist|say|emphasize|tell (?:the )?agent) that ", ""),
    (r"^halfway\b.* by saying that (?=you\b)", ""),
    (r"^before they\b", "before the agent"),
    (r"^the previous discussion was about\b", "earlier we talked about"),
    # notation
    (r"\bto \{", "to one with {"),
    (r"\b(attributes:|features|with) \{([^{}]*)\}", r"\1 \2"),
    (r"\{([^{}]*)\}", r"(\1)"),
    (r"'([^']+)': '([^']*)'", r"\1 \2"),
    (r"'(\w+_\d+)'", r"\1"),
    (r" > ", ", then "),
    (r"\(prefer ", "(you prefer "),
]
"""Sentences still in the second person."""

FIRST_PERSON: Rules = [
    (r"\bare you\b", "am I"),
    (r"\byou are\b", "I am"),
    (r"\byou're\b", "I'm"),
    (r"\byou've\b", "I've"),
    (r"\byou'd\b", "I'd"),
    (r"\byou'll\b", "I'll"),
    (r"\byou were\b", "I was"),
    (r"\byourself\b", "myself"),
    (r"\byours\b", "mine"),
    (r"\byour\b", "my"),
    (
        r"\b(to|for|with|at|from|of|about|told|gave|gives?|tells?|lets?|asks?|offers?|helps?|allows?|caused?|saves?"
        r"|makes?|shows?|upgrade|compensate|costs?) you\b",
        r"\1 me",
    ),
    (r"\byou(?= (?:for|to|from|with)\b|[.,;!?)]|$)", "me"),
    (r"\byou\b", "I"),
    (r"\b(?:the )?(?:customer )?(?:service )?agent's\b", "your"),
    (r"\b(?:the )?agent (?!is|has|does)(\w+?)s\b", r"you \1"),
    (r"\b(?:the |a )?(?:customer )?(?:service )?agent\b", "you"),
]
"""Longer forms first: the customer is `I`, and then the agent is `you`."""

NOT_SAID = re.compile(
    r"\b(make up|makes? sure you|mention|do not reveal|conversation|agent message|tool calls?|meant to test"
    r"|respond exactly|end the call|typos|is incorrect|your (goal|approach)|not familiar with|make the agent"
    r"|intended task|famous poem|all details|insistent|persistent|after the change|reactive to|french words"
    r"|consider the issue|adamant|admit|negotiate|unsure|suddenly|french by birth|then say|say that|attempts"
    r"|asserting)\b"
    r"|^(be|do not|don't|never|always|under no circumstances|make|try|provide|use both|for example|otherwise"
    r"|first complain|you (like to|speak|talk|try|insist|randomly|occasionally))\b",
    re.IGNORECASE,
)
"""A sentence about how to behave."""

CHARACTER = re.compile(r"^you(?: are|'re) (?!willing|ok|fine|happy with|certain|(also )?looking)", re.IGNORECASE)
"""Among the instructions: a sentence about what the customer is like."""

CONDITIONAL = re.compile(
    r"^(?:but |only |even )?(?:if|when|whenever|after)\b.*?"
    r"(?:\bagent (?:\w+ly )?(?:\w+s|does|doesn't|cannot|wants)\b|\basked\b|\brelevant\b)",
    re.IGNORECASE,
)
"""A sentence about what the agent may say."""

IF_ASKED = re.compile(
    r"^(?:if|when) (?:(?:the )?(?:service )?agent asks|asked)(?: you)? (?P<topic>[^,]*),\s*"
    r"(?:you )?(?:say )?(?:that )?(?P<answer>(?:you|your|it|there)\b.*)$",
    re.IGNORECASE,
)
"""What is said if the agent asks for something."""

IN_TURN = re.compile(r"\b(first|then|initially|insist|adamant|confirm\w*)\b", re.IGNORECASE)
"""An answer, or a topic, that belongs to a play of several turns."""

MIN_WORD = 4
"""Letters of a topic's word that a question must share."""


@functools.lru_cache(maxsize=1000)
def select_said(text: str, *, instructions: bool = False) -> str:
    """The sentences of `text` that a customer says without being asked, in the first person; "" if there are none.

    `instructions`: the text says how to play the customer.
    """
    rephrased = [rephrase(sentence) for sentence in split_sentences(text) if not CONDITIONAL.search(sentence)]
    kept = [
        sentence
        for sentence in rephrased
        if not NOT_SAID.search(sentence) and not (instructions and CHARACTER.search(sentence))
    ]
    return " ".join(dict.fromkeys(to_first_person(sentence) for sentence in kept if re.search(r"\w", sentence)))


def find_answer(text: str, question: str) -> str:
    """What the instructions in `text` say to answer to this question, in the first person; "" for nothing."""
    words = set(re.findall(rf"\w{{{MIN_WORD},}}", question.lower()))
    for sentence in split_sentences(text):
        match = IF_ASKED.search(sentence)
        if match and not IN_TURN.search(sentence) and words & set(re.findall(r"\w+", match["topic"].lower())):
            return to_first_person(rephrase(match["answer"]))
    return ""


def split_sentences(text: str) -> Iterator[str]:
    """Sentences and lines; a line that ends with a comma goes on in the next, and lists are one sentence."""
    text = re.sub(r"\s*\n\s*- ", ", ", re.sub(r":\s*\n\s*- ", " ", text))
    for line in re.sub(r",\s*\n\s*(?=[a-z])", ", ", text).splitlines():
        for sentence in re.split(r"(?<=[.!?;])\s+(?=['\"(A-Z#])|(?<=[a-z])\s+(?=You do\b)", line.strip()):
            if re.search(r"\w", sentence):
                yield sentence


def rephrase(sentence: str) -> str:
    """The sentence as one to the agent, still in the second person, with a full stop."""
    sentence = _apply(REPHRASED, sentence)
    return sentence if sentence.endswith((".", "!", "?", ".)")) else f"{sentence}."


def to_first_person(text: str) -> str:
    """A scenario's text in the first person. The first letter of a line or sentence is made upper case."""
    text = _apply(FIRST_PERSON, text)
    text = re.sub(r"(^|(?<!i\.e)[.!?]\s+|\n\s*)([a-z])", lambda match: match[1] + match[2].upper(), text)
    return re.sub(r"[^\S\n]+", " ", text).strip()


def _apply(rules: Rules, text: str) -> str:
    for pattern, replacement in rules:
        text = re.sub(pattern, replacement, text, flags=re.IGNORECASE)
    return text
