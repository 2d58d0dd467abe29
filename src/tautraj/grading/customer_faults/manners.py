"""What a customer does that is out of its part, whatever it wants: by form alone."""

import re
from collections.abc import Iterator

from tautraj.grading.affirmative import is_affirmative
from tautraj.grading.customer_faults.utterances import Case, Utterance
from tautraj.trajectory import CustomerFault

AGENT_VOICE = re.compile(
    r"\bhow (?:can|may) i (?:help|assist) you\b"
    r"|\banything else (?:that )?i can (?:help|assist|do for)\b"
    r"|\bas an? (?:ai|language model|customer (?:service|support) agent|assistant)\b"
    r"|\bi(?:'m| am) (?:an ai|a language model|(?:a|the|your) customer (?:service|support) agent|your (?:virtual )?"
    r"assistant)\b"
    r"|\bi(?:'ve| have) (?:now |just |successfully )*(?:processed|cancelled|canceled|updated|modified|booked|issued"
    r"|located) your\b"
    r"|\b(?:let me|i(?:'ll| will)) (?:look up|pull up|check|process|update|cancel) your\b"
    r"|\bthank you for (?:contacting|calling|choosing)\b",
    re.IGNORECASE,
)

MARKUP = re.compile(
    r"</?(?:tool\w*|function\w*|think\w*|invoke|parameters?|arguments?|user|assistant|system)\b[^>]*>|<\|\w"
    r"|```|\{\s*[\"'](?:name|arguments|tool|tool_calls|function)[\"']\s*:|\bfunctions\.\w+|\[/?(?:INST|TOOL_CALLS?)\]"
    r"|\b[a-z]+(?:_[a-z]+)+\([^)]*\)"
)

MIN_REPEATED = 20
"""Characters of a message whose repetition says something: a shorter one is "Thank you.", a yes, an id."""

MIN_READ_OUT = 0.7
"""Share of the words that a phone shows in a message that reads them out."""

FOREIGN_WORDS = {
    "Spanish": "el los las una que por para con pero mi quiero gracias hola pedido por favor está usted necesito",
    "French": "le les des une je vous et est pour avec mais mon ma veux merci bonjour commande voudrais suis",
    "German": "der die das und ich nicht mit für ist ein eine meine möchte danke bitte bestellung hallo",
    "Portuguese": "o os uma que com mas meu minha quero obrigado obrigada olá pedido não você preciso",
    "Italian": "il gli una che per con ma mio mia voglio grazie ciao ordine sono vorrei",
}
"""Language -> frequent words that are no English ones."""

MIN_FOREIGN = 3
"""Different frequent words of another language that make a message one of it."""

NOT_LATIN = re.compile(r"[^\W\d_\u0000-\u024f\u1e00-\u1eff]")

LETTER = re.compile(r"[^\W\d_]")

MIN_NOT_LATIN = 0.3


def find_agent_voice(utterance: Utterance, case: Case) -> Iterator[CustomerFault]:
    if match := AGENT_VOICE.search(utterance.text.replace("’", "'")):
        yield utterance.blame("guideline_violation", "minor", "agent_voice", match[0])


def find_markup(utterance: Utterance, case: Case) -> Iterator[CustomerFault]:
    """markup: of a tool call or a prompt. What its own tools showed it may read out."""
    match = MARKUP.search(utterance.text)
    if match and match[0] not in utterance.heard:
        yield utterance.blame("guideline_violation", "minor", "markup", match[0])


def find_silence(utterance: Utterance, case: Case) -> Iterator[CustomerFault]:
    if utterance.stop_word is None and not re.search(r"\w", utterance.text):
        yield utterance.blame("guideline_violation", "minor", "silence", utterance.text)


def find_repetition(utterance: Utterance, case: Case) -> Iterator[CustomerFault]:
    """repetition: the message before, word for word. A yes may be said twice, and a phone may show the same again."""
    text = utterance.text
    is_again = utterance.earlier[-1:] == (text,) and len(text) >= MIN_REPEATED
    if is_again and not is_affirmative(text) and not _reads_out(utterance):
        yield utterance.blame("guideline_violation", "minor", "repetition", text)


def _reads_out(utterance: Utterance) -> bool:
    """Whether a message says what the customer's phone has just shown."""
    shown = {word for turn in utterance.device_calls for word in re.findall(r"\w{3,}", turn.observation or "")}
    return bool(shown) and len(shown & set(re.findall(r"\w{3,}", utterance.text))) >= MIN_READ_OUT * len(shown)


def find_other_language(utterance: Utterance, case: Case) -> Iterator[CustomerFault]:
    """language: not English, where its instructions do not speak of that language."""
    letters = LETTER.findall(utterance.text)
    if letters and len(NOT_LATIN.findall(utterance.text)) >= MIN_NOT_LATIN * len(letters):
        yield utterance.blame("guideline_violation", "minor", "language", utterance.text)
        return
    words = set(re.findall(r"[^\W\d_]+", utterance.text.lower()))
    for language, frequent in FOREIGN_WORDS.items():
        if len(words & set(frequent.split())) >= MIN_FOREIGN and language.lower() not in case.brief.lower():
            yield utterance.blame("guideline_violation", "minor", "language", utterance.text)
            return
