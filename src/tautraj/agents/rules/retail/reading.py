"""Wishes in what a customer of the shop says: its sentences, put together by what they are about.

The shop's data is not asked. Not here: what tells wishes apart (`agents.rules.retail.words`), which order, item or
option is meant (`agents.rules.retail.references`).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from tautraj.agents.rules.retail.words import SWAP, Kind, classify


class Wish(NamedTuple):
    """One thing that a customer wants of the shop."""

    kind: Kind
    said: str
    """The sentences about it."""
    fallback: str = ""
    """What is wanted if the rest is not to be had."""
    later: tuple[str, ...] = ()
    """Answers and corrections, in the order in which they were given."""


SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")


FALLBACK = re.compile(
    r",?\s*(?:\b(?:and|but|or)\b,? )?(?:"
    r"(?<!\bas )(?<!\bwonder )(?<!\bwondering )\b(?:[Ii]f|[Ss]hould (?:it|that|this|they|the|none|no)|[Ii]n case|"
    r"[Ww]hen)\b[^,.;]*?(?:\bnot?\b|n't|\bun\w+|out of stock|sold out|\bgone\b|no longer|impossible|missing)"
    r"[^,.;]*(?:[,;]|\bthen\b)|\b[Ii]f not\b,?|\b[Oo]therwise\b,?(?! (?:the same|identical|unchanged|like))|"
    r"\b[Ff]ailing that\b,?|\b[Oo]r else\b,?)"
)


TOPIC_MARK = re.compile(
    r"(?:and )?(?:also|right,|another|one (?:more )?thing|next|second|besides|further|in addition|oh,|then\b|anyway|"
    r"before i forget|"
    r"before you forget|you know what|there (?:is|remains) (?:another|one|something)|after this|while|"
    r"i should also|you should also|since|"
    r"now that|"
    r"that is not|not even|lastly|finally)"
)


ANOTHER = re.compile(
    r"\b(?:another (?:thing|matter|point|problem)|something else|(?:one|a|an) (?:other|more|further) (?:thing|"
    r"point|matter)|other thing|"
    r"next problem|(?:was|is) not (?:even )?all|more thing)\b"
)


NEW_CLAUSE = re.compile(
    r"(?:,|;| and| then)\s+(?:(?:and|also|then|please|lastly|finally|next) )*"
    r"(?=(?:(?:(?:i|you)(?: also)?(?:'d| would)? (?:want|need|wish|like)(?: you| the agent)?|also want) to |"
    r"to )?(?:also )?"
    r"(?:cancel|return|exchange|swap|replace|modify|change|send (?:the|my|your) [\w ]+ back|know (?:how|"
    r"what))\b(?! (?:it|that|this)\b| ?[.!?]|$))",
    re.IGNORECASE,
)


ANAPHOR = re.compile(r"\b(?:it|that|this|them|these|those)\b", re.IGNORECASE)


ABOUT_IT = re.compile(
    r"\b(?:replace|return|cancel|exchange|swap|change|take back|send back) (?:it|them|that|this)\b", re.IGNORECASE
)
NAMED = re.compile(
    r"#W\d|\border (?:with|that|of|containing)\b|\b(?:the|my|your) (?!order|refund|money|rest|whole|entire|same|"
    r"difference)[a-z]"
)


def read_wishes(text: str) -> list[Wish]:
    """The wishes of a text, in its order. Sentences that name none belong to the one they speak of."""
    drafts: list[_Draft] = []
    ahead: list[str] = []
    """Sentences that speak of the next wish."""
    for main, fallback in _split(text):
        kind = classify(main) if main else None
        current = drafts[-1] if drafts else None
        if kind in ("refund", "total") and current and not ahead and not _names_something(main):
            kind = None  # "and how much do I get back?" belongs to what it is about
        if kind and (current is None or ahead or _is_new(current, kind, main)):
            if current and not ahead and _speaks_of_what_was_said(main):
                ahead, current.context = current.context, []
            drafts.append(_Draft(kind, [*ahead, main], [], []))
            ahead = []
        elif main and (current is None or ahead or _opens_topic(main)):
            ahead.append(main)
        elif main and current and current.fallback:
            current.fallback.append(main)
        elif main and current and kind:
            current.said += [*current.context, main]
            current.context = []
        elif main and current:
            current.context.append(main)
        if fallback and drafts:
            drafts[-1].fallback.append(fallback)
    if drafts:
        drafts[-1].context += ahead
    return [Wish(d.kind, " ".join([*d.said, *d.context]), " ".join(d.fallback)) for d in drafts]


class _Draft:
    """A wish while its sentences are collected."""

    def __init__(self, kind: Kind, said: list[str], context: list[str], fallback: list[str]) -> None:
        self.kind, self.said, self.context, self.fallback = kind, said, context, fallback
        """`context`: sentences after it that name no wish; they go to the next one if that says only "it"."""


def _split(text: str) -> Iterator[tuple[str, str]]:
    """(clause, what is wanted if it is not to be had), either of them empty at times."""
    for sentence in SENTENCE_END.split(text.strip()):
        match = FALLBACK.search(sentence)
        main, fallback = (sentence[: match.start()], sentence[match.end() :]) if match else (sentence, "")
        *clauses, last = (part.strip() for part in NEW_CLAUSE.split(main))
        yield from ((clause, "") for clause in clauses if clause)
        if last or fallback:
            yield last, fallback.strip()


def _is_new(current: _Draft, kind: Kind, clause: str) -> bool:
    """Whether a clause opens another wish instead of saying more about the current one."""
    if current.fallback and re.match(r"(?:then|in that case)\b", clause.lower()):
        return False
    if (
        kind == "change_address"
        and current.kind in ("change_address", "change_default_address")
        and not re.search(r"#W\d|\border\b", clause)
    ):
        return False
    if kind != current.kind or _opens_topic(clause):
        return True
    return "#W" in clause or not ANAPHOR.search(clause) or bool(SWAP.search(clause.lower()))


def _names_something(clause: str) -> bool:
    """Whether a question is about an order or a thing of its own."""
    sums = "total|full|whole|exact|refund|amount|sum|money|price"
    return bool(re.search(rf"#W\d|\b(?:the|my|your) (?!(?:{sums})\b)[a-z]", clause))


def _opens_topic(sentence: str) -> bool:
    low = sentence.lower()
    return bool(TOPIC_MARK.match(low) or ANOTHER.search(low)) and not re.search(
        r"\b(?:refund|difference|money)\b", sentence
    )


def _speaks_of_what_was_said(clause: str) -> bool:
    """Whether a clause says only "it", and names neither an order nor a thing of its own."""
    if re.search(r"#W\d", clause):
        return False
    return bool(ABOUT_IT.search(clause)) or (bool(ANAPHOR.search(clause)) and not NAMED.search(clause))
