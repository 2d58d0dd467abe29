"""How sentences of a scenario, written to the customer, become the customer's own: rules, applied one after another.

Not here: which sentences are said (`users.first_person`).
"""

from collections.abc import Sequence

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
    (r"\bGC\b", "gift card"),
    (r"\bwith the previous purchaced price\b", "for the price that you have paid"),
    (r"\band refund to (?=credit card|gift card)", "and have the money refunded to your "),
    (r"\brefund it to (?=credit card|gift card)", "refund it to your "),
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
    (r"\bto \{([^{}]*)\}", r"to one with [\1]"),
    (r"'([^']+)': '([^']*)'(?=[^][{}]*\])", r"\2 as the \1"),
    (r"\bone with \[([^][]*)\]", r"one with \1"),
    (r"\b(attributes:|features|with) \{([^{}]*)\}", r"\1 \2"),
    (r"'[^']+': '((?!yes|no|none)[^']*[a-z][^']*)'(?=[^{}]*\})", r"\1"),
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

SECOND_THOUGHTS: Rules = [
    (r"^do not say yes immediately, because ", ""),
    (r"^you say you want to rethink for a while, and then ", ""),
    (r"^mention that ", ""),
    (r"^you add another request and ", "you "),
    (r"^you regret and ", "you "),
    (r"\b(?:you )?(?:suddenly )?change your mind to (?:using )?(?=PayPal\b)", "you would rather use "),
    (r"\b(?:you )?(?:suddenly )?change your mind (?:and|to) (?:ask to )?", "please "),
    (r", and (?:also )?decide to ", ", and you want to "),
    (r"\bask for a refund to ", "refund it to "),
    (r"\bexchange for the same", "exchange it for the same"),
]
"""What a scenario says that the customer does when asked to confirm, as its words, still in the second person."""
