"""Values that a faulty customer makes up or puts wrong: a function gives the reply with it, None where it cannot."""

import re
from calendar import month_name

from tautraj.users.faulty.moment import Moment

KNOWN_VALUES = re.compile(
    r"(?P<email>[\w.+-]+@[\w.-]*\w)|\b(?P<user>[a-z]+_[a-z]+_\d{3,5})\b|#?\b(?P<order>W\d{7})\b"
    r"|\b(?P<phone>\d{3}-\d{3}-\d{4})\b|(?<![\w$#-])(?P<zip>\d{5})\b(?!-\d)"
    r"|\b(?P<reservation>(?=[A-Z]*\d)(?=\d*[A-Z])(?!HAT\d)[A-Z\d]{6})\b"
)

INVENTED = {
    "order": ("My order number is #W{}.", 7),
    "reservation": ("My reservation is ZQ{}.", 4),
    "email": ("You find me under casey.moon{}@example.com.", 4),
    "phone": ("My phone number is 555-019-{}.", 4),
}

KINDS = ("PayPal account", "credit card", "gift card", "certificate")

COLOURS = ("purple", "yellow", "beige", "navy", "pink", "orange", "brown", "silver")

MATERIALS = ("leather", "bamboo", "nylon", "ceramic", "rubber", "stainless steel")

MEASURES = ("size XXL", "37 inch", "900ml", "14 quarts")

CABINS = ("business", "basic economy", "economy")

NAMES = ("Casey Moonstone", "Robin Quill", "Jamie Farthing", "Alexis Brook")


def contradict(moment: Moment) -> str | None:
    """Change a digit or a letter of an identifier in the reply, or say another name."""
    values = [match for match in KNOWN_VALUES.finditer(moment.reply) if match[0] in moment.context.scenario.text]
    if values:
        start, end = moment.rng.choice(values).span()
        return moment.reply[:start] + _change(moment.reply[start:end], moment) + moment.reply[end:]
    if re.search(r"\bname\b", moment.message) and "name is" in moment.reply.lower():
        return moment.add(*(f"My name is {name}." for name in NAMES))
    return None


def _change(value: str, moment: Moment) -> str:
    """Another digit in place of the last one; of a value without digits, another first letter. None that it knows."""
    place = max((place for place, letter in enumerate(value) if letter.isdigit()), default=0)
    letters = "0123456789" if value[place].isdigit() else "bcdfgklmp"
    others = [value[:place] + letter + value[place + 1 :] for letter in letters]
    return moment.rng.choice([other for other in others if other not in moment.heard])


def invent_identifier(moment: Moment) -> str | None:
    """State an identifier of a kind that the scenario has none of and does not speak of."""
    scenario = moment.context.scenario
    kinds = {match.lastgroup for match in KNOWN_VALUES.finditer(scenario.text)}
    domain = next((domain for domain in ("retail", "airline", "telecom") if domain in scenario.text), "")
    possible = {"retail": ("order", "email"), "airline": ("reservation", "email"), "telecom": ("phone",)}
    free = [kind for kind in possible.get(domain, ()) if kind not in kinds and kind not in scenario.unknown.lower()]
    if not free:
        return None
    sentence, digits = INVENTED[moment.rng.choice(free)]
    return moment.add(sentence.format("".join(moment.rng.choices("0123456789", k=digits))))


def tell_withheld(moment: Moment) -> str | None:
    """State the e-mail address that it does not know, where it is asked for."""
    goal, scenario = moment.context.goal, moment.context.scenario
    unknown = " ".join([scenario.unknown, *(goal.unknown if goal else ())]).lower()
    if "email" not in unknown or "mail" not in moment.message:
        return None
    number = moment.rng.randrange(1000, 9999)
    return moment.rng.choice(
        (f"My email is casey.moon{number}@example.com.", f"It is moon{number} at example dot com.")
    )


def invent_amount(moment: Moment) -> str | None:
    amount = f"{moment.rng.randrange(2000, 9000)}.{moment.rng.randrange(11, 98)}"
    return moment.add(
        f"I paid ${amount} for it.", f"I was promised {amount} dollars.", f"It must not cost more than ${amount}."
    )


def invent_date(moment: Moment) -> str | None:
    days = [f"{name} {day}" for name in month_name[1:] for day in (3, 11, 17, 24) if name not in moment.heard]
    day = moment.rng.choice([day for day in days if day[:3] not in moment.heard] or days)
    month, number = day.split()
    return moment.add(
        f"It has to be done by {day}.", f"That was on the {number}th of {month}.", f"I mean {month} {number}th."
    )


def invent_payment(moment: Moment) -> str | None:
    heard = moment.heard.lower().replace("_", " ")
    new = [kind for kind in KINDS if kind.lower().removesuffix(" account") not in heard]
    if not new:
        return None
    kind = moment.rng.choice(new)
    return moment.add(f"Please use my {kind} for that.", f"I paid with my {kind}.", f"Could it go to my {kind}?")


def invent_option(moment: Moment) -> str | None:
    if "Domain: airline" in moment.context.scenario.text:
        cabin = moment.pick_new(CABINS)
        return moment.add(f"I want {cabin} class.", f"It should be in {cabin}.") if cabin else None
    option = moment.pick_new((*COLOURS, *MATERIALS, *MEASURES))
    if "Domain: retail" not in moment.context.scenario.text or option is None:
        return None
    return moment.add(f"I want it in {option}.", f"It should be the {option} one.", f"Mine is {option}.")


def reveal_early(moment: Moment) -> str | None:
    """Tell an answer of the goal before it is asked for: at once, or beside who it is."""
    goal = moment.context.goal
    is_asked_identity = re.search(r"\b(?:e-?mail|your name|user id|phone number)\b", moment.message)
    if goal is None or moment.replies and not is_asked_identity:
        return None
    texts = [*goal.requests[0].answers.values(), *filter(None, (goal.requests[0].correction,))]
    untold = [text for text in texts if text not in moment.heard.removeprefix(moment.context.scenario.text)]
    return moment.add(moment.rng.choice(untold)) if untold else None
