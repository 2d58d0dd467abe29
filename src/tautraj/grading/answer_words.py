"""The words by which a customer agrees, refuses, puts off, makes a condition or only tells something.

For text in lower case with plain quotes. Words decide at the beginning of a clause: "the correct address" and "I'm
sure you understand" agree to nothing. Not here: how a message is read with them (`grading.affirmative`).
"""

import re

MISSING_APOSTROPHE = re.compile(r"\b(that(?=s\b)|i(?=m\b)|(?:don|doesn|isn|can|won)(?=t\b))")

BUT = re.compile(r",? (?:but|however|although)\b,? (?=\w)")

FILLERS = re.compile(
    r"(?:(?:oh|ah|well|um+|uh|hm+|so|then|and|now|just|please|kindly|honestly|actually|also|i think|i guess"
    r"|i suppose|thanks?(?: you)?|in that case|if so|great|good|perfect|right|ok|okay|alright|all right|sure"
    r"|absolutely|definitely|certainly|of course)\b[\s:]+)+"
)
"""Words that a clause may begin with before it says something."""

STRONG_YES = (
    r"y+e+s+|yea|yeah|ya|yep|yup|aye|y|affirmative|by all means|you bet|(?:please )?(?:do|go ahead|go for it"
    r"|proceed|continue|carry on|go on|make (?:it so|it happen|(?:the|this|that|these|those) (?:changes?|exchanges?"
    r"|returns?|booking|cancell?ation|updates?|reservation))|let's do (?:it|that|this)|let's go)(?: (?:so|it"
    r"|that|this|then))?(?: (?:please|now|then|thanks?|for me))*$|(?:go ahead|proceed|continue"
    r"|carry on)(?! (?:and|to) (?:tell|explain|ask|show|check|look|give|send|list|read|say))|go (?:right"
    r"|straight) ahead|go (?:for|through with) (?:it|that|this)|(?:i'm |i am )?happy to (?:proceed|go ahead"
    r"|do (?:it|that))|(?:i'm|i am) (?:ok|okay|fine|good|happy|comfortable|satisfied) with\b|let's (?:do|make"
    r"|process|get|go with|proceed|go ahead)|please do\b(?! not)|do (?:it|that|so)|make it so|(?:i"
    r"|we) (?:hereby |do |fully )?(?:confirm|agree(?! that (?:the|your|it|this)\b)|approve|authori[sz]e"
    r"|consent|accept)|you (?:have|'ve got|got) my (?:\w+ )?(?:permission|approval|go-ahead|consent|ok|okay"
    r"|confirmation|blessing|word)|you (?:can|may|should) (?:go|proceed|do|cancel|book|process|make)|(?:my"
    r"|the) answer is (?:a )?yes|i (?:say|said|did say) yes|it's a yes|i(?:'d"
    r"| would) (?:really )?appreciate (?:that|it)$|do as you|please (?:update|change|modify|switch|swap|add"
    r"|send|issue|upgrade|charge) (?:it|them|that|this|(?:the|my) .* as (?:discussed|proposed|you) ?\w*)$"
    r"|you (?:have it|may)(?: please)?$|(?:re)?(?:add|book|save|change|switch|swap|move|apply|put|send"
    r"|update)(?: me| us)?"
    r"(?: on| to)? (?:it|them|that|this|those|these)(?: please| now| then| thanks?)*$|be my guest"
    r"|feel free|green light|(?:i'd|i would|i do|i) (?:like|love|want|wish) (?:that|you to (?!wait"
    r"|stop|hold|explain|tell|check)|to (?:proceed|go ahead|do (?:that|it|so)|continue|go (?:with|through)))"
    r"|(?:process|submit|finali[sz]e|complete|place|book|exchange|return|cancel) (?:it|them|both|these"
    r"|everything|(?:the|this|that|my|those|all)(?: \S+)* (?:changes?|exchanges?|returns?|order|orders|booking"
    r"|reservation|cancell?ations?|update|updates|request|items?|flights?|tickets?|refund))\b"
)
"""Begins a clause that agrees, whatever follows."""

WEAK_YES = (
    r"(?:(?:totally|perfectly|completely|absolutely|quite|very|more than|all) )?(?:ok|okay|fine|good|happy|ready)"
    r"|(?:okey|okie)(?: dokey| dokie)?|k|kk|absolutely|definitely|certainly|totally|of course"
    r"|sure(?: thing)?|alright|all right|fine|great|good|perfect|excellent|wonderful|lovely|super|cool|awesome"
    r"|nice|brilliant|fantastic|(?:that|it)(?:'s| is) (?:no|not a) (?:problem|issue)|correct|right"
    r"|exactly(?: that| so| right)?"
    r"|indeed|agreed|confirm|confirmed|approved|deal|granted|very well|very good|why not|m+hm+|uh[- ]huh"
    r"|roger(?: that)?|(?:i'm|i am|yes i'm) (?:sure|certain|positive|in|happy|on board)|i (?:do|am|would"
    r"|guess so|suppose so|think so)|sounds? (?:like a plan|\w+)|looks? (?:\w+ )?(?:good|right|correct|fine"
    r"|great)|(?:it |that |this |everything |all )?(?:works|suits|looks|sounds|is|would be"
    r"|will be)(?: \w+)?(?: (?:good|great|fine|correct|right|perfect|okay|ok|me|lovely|wonderful|ideal"
    r"|excellent|acceptable|alright))|(?:that|this|it|everything|all|that all)(?:'s| is|'ll| will| would"
    r"|'d)?(?: be)?(?: all| exactly| absolutely| just| totally| perfectly| really| quite)? (?:good|great|fine"
    r"|correct|right|perfect|okay|ok|lovely|wonderful|ideal|excellent|acceptable|alright|do|work|works|it"
    r"|confirmed|accurate|agreeable|what i (?:want|wanted|need|asked for|had in mind|would like|'d like))"
    r"|no (?:problems?|issues?|objections?)|not (?:a|any) (?:problem|issue)|(?:i have |i've )?no objections?"
    r"|i (?:don't|do not) mind|i can live with (?:that|it)|👍|✅|👌"
)
"""A clause that agrees if nothing but `TAIL` follows: "perfect" is a yes, "perfect timing" is none."""

TAIL = (
    r"(?:[ !.]+(?:then|thing|please|thanks?(?: you)?(?: so much| very much)?|sir|with (?:me|that|it|this|you)"
    r"|by me|for me|to me|to go|from me|from my side|on my (?:end|side)|at all|so|do it|do that|go ahead"
    r"|proceed|now|today|as well|too|that|it|this|everything|the (?:change|changes|cancellation|exchange"
    r"|return|booking)|all of it|go|a lot|everybody|agent|here|and|yes|indeed|exactly|completely|of course))*"
)

NO = (
    r"no(?!,? (?:problems?|issues?|objections?|longer|need|rush|hurry|worries|doubt|changes?|questions?|other"
    r"|more|further|extra|preference|complaints?|concerns?|matter|fees?|insurance|bags?)\b)|nope|nah|n"
    r"|negative|never|wait|stop|hold (?:on|off|up|it)|hang on|whoa|not (?:yet|now|today|really|so fast|this"
    r"|that|correct|right|okay|ok|sure|quite|exactly|if|until|the|my|all|both|those|these)|(?:absolutely"
    r"|certainly|definitely|of course|probably|maybe|i'd rather|rather|let's|let us|better|yes and no"
    r"|yeah right|yeah no|sure not|please) not|yes and no|yeah,? no\b|yeah,? right|as if|(?:do not|don't"
    r"|never)(?! (?:worry|mind|forget|hesitate|need|have))|never ?mind|forget (?:it|that|about)|scratch that"
    r"|cancel that|undo|skip (?:it|that)|leave (?:it|that|everything)|keep (?:it|the|my)|(?:i've |i have "
    r"|i )(?:just )?changed my mind|i (?:decline|refuse|disagree|object|doubt)|on second thoughts?"
    r"|on the other hand|thinking about it|come to think|i take (?:it|that) back|let (?:me|us)(?! know"
    r"| be clear| confirm)|lemme|give me|gimme|one (?:moment|second|sec|minute|more)|just a|maybe|perhaps"
    r"|possibly|i (?:might|may)|later|tomorrow|i'll (?:think|get back|let you|decide|check|see|need|have to"
    r"|pass)|i (?:need|want|have|would like|'d like)(?: some| more| a bit)?(?: more)? (?:time|a (?:moment"
    r"|minute|second)|to (?:think|check|know|see|ask|talk|consider|discuss|understand|review|wait|keep"
    r"|make sure|verify|be sure|hear|clarify))|i'd (?:need|have|like|want) to (?:think|check|know|see|ask|talk"
    r"|consider|discuss|understand|review|wait|keep)|i(?:'m| am) (?:still |just )?(?:thinking|considering"
    r"|deciding|torn|unsure|undecided|hesitant|not)|i'd rather|i would rather|i(?:'d| would)? prefer"
    r"|that depends|it depends|(?:that|this|it)(?:'s| is| was)(?: all)? (?:not|wrong|incorrect|too)|(?:that"
    r"|this) isn't|(?:that|this|it) (?:doesn't|does not|won't) (?:work|sound|look|seem|suit|help)|i (?:don't"
    r"|do not|can't|cannot|won't|didn't|did not|never)(?: \w+)? (?:agree|accept|approve|confirm|consent"
    r"|authori[sz]e|think so|want (?:you|that|this|to (?:proceed|do|go|cancel|change|exchange|return|book))"
    r"|like (?:that|it|this)|ask(?:ed)? for|know|say (?:yes|so|that))"
)
"""Begins a clause that refuses, takes back or puts off."""

ANYWHERE_NO = re.compile(
    r"\b(?:hold (?:on|off|that thought)|hang on|(?:but|no|oh|and|please|just) wait\b|scratch that"
    r"|changed my mind|get back to you|think (?:about|it over|on it)|sleep on it|not (?:sure|yet)\b"
    r"|before (?:i|we) (?:decide|agree|say)|(?:do not|don't) (?:proceed|go ahead|do (?:it|that|anything)"
    r"|cancel|book|change|touch))"
)

SARCASM = re.compile(
    r"^(?:oh |yeah |ha )*(?:sure|great|right|perfect|wonderful|brilliant|fantastic|of course|yeah"
    r"|yes)\b[\s,.!]*(?:because|cause|like|as if|as though|just what i needed|why wouldn't|what could)\b"
    r"|worked? (?:out )?(?:so|really|oh so) well|(?:went|goes) so well|what could (?:possibly )?go wrong"
    r"|(?:great|wonderful|perfect|lovely|fantastic|brilliant|awesome|nice),? (?:yet )?(?:another|more)\b"
    r"|pigs fly|hell freezes|just great\b|(?:just|exactly) what i needed|yeah,? (?:right|sure)\b[.!]*$"
    r"|like (?:that|you)(?:'ll| will| would)? (?:ever )?(?:work|help|listen|did)|\boh,? (?:sure|great"
    r"|wonderful|fantastic|perfect|brilliant|lovely)\b(?!,? (?:thank|ok|i'm|yes|please|go|that|then|let|do))"
    r"|how (?:generous|kind|thoughtful|convenient) of|\boh,? (?:joy|wow)\b|/s\b|🙄"
)

CONDITION = re.compile(
    r"\b(?:unless|except|provided|providing|as long as|so long as|on (?:the |one )?condition|assuming"
    r"|depending|subject to|contingent|until|otherwise|or else|instead|only (?:if|when|after|once|then)"
    r"|(?:after|once) (?:you|i|the|my)|as soon as (?!possible|you can|it is)|(?:cancel|return|exchange|change"
    r"|book) only|only (?:make|cancel|return|exchange|change|book)|before (?:you|we|that|i|doing|going|any|it"
    r"|proceed\w*|cancel\w*|book\w*|chang\w*)|(?<!even )(?<!as )if|when (?:the|my|it|i))\b"
    r"|(?<!the )(?<!at )(?<!should have )\bfirst\b(?! (?:class|name|of all|one|option|item|flight|order"
    r"|bag|passenger|thing))"
)

POLITE = re.compile(
    r"\bif (?:you (?:could|would|can|don't mind|do not mind|please|like|wish|need)|(?:that's|that is|it's"
    r"|it is) (?:ok|okay|fine|alright|all right|no trouble|not too much)|needed|necessary|possible"
    r"|i understand|so)\b|\bsee if\b|\b(?:do|like|want|prefer|take) (?:that|this|it) instead|(?:let me know"
    r"|tell me|email me|notify me|inform me)\b.*|\bthank(?:s| you) for\b.*|\bas i said before\b"
)
"""What has the form of a condition and is none; taken out before `CONDITION` is looked for."""

REPORT = re.compile(
    r"(?:(?:it'?s|it is(?!$)|that's|that is(?!$)|this is|they're|they are(?!$)|the \w+(?: \w+)? (?:is|was|number|are)"
    r"|my \w+(?: \w+){0,2} (?:is|was|are|number))(?! (?:all |exactly |perfectly |just |totally )*(?:fine|ok"
    r"|okay|right|correct|good|perfect|great|the right|what|exactly|confirmed|alright|accurate|it$"
    r"|acceptable))|here|i(?:'ll| can| will|'m| am)(?: happy to)? (?:wait|waiting|hold|holding)|take your time"
    r"|tell me (?!when|once)|transfer me|i have (?:one|some|two|it|them)\b|(?:i'd like|i want|i would like"
    r"|i need) to (?:speak|talk)|(?:(?:i |i've )?(?:still |just )?(?:have|got)|one|just one|another|a"
    r"|quick)\b[^.]*\bquestions?|[\w.+-]+@|#?w?\d{3,}|i(?:'ve| have)? (?:already |just |recently |still "
    r"|also )*(?:received|got|bought|ordered|live|lived|see|know|tried|was|did|had|forgot|lost|moved"
    r"|understood?|remember|called|paid|placed|noticed|heard|used|an?\b|it\b|them\b|the\b|my\b|two\b)|i(?:'m"
    r"| am) (?:calling|at|the|a|an|looking|in|from|still|here)\b)"
)
"""Begins a clause that tells something; the yes before it answers a question for that."""

ASK_TO_ACT = re.compile(
    r"(?:(?:can|could|would|will|why don't) you|you can|may i ask you to)(?: just"
    r"| kindly)*(?: please)?(?: just| kindly)* (?:go ahead|proceed|do (?:it|that|so)|continue|process"
    r"|make (?:the|that|this)|carry|finali[sz]e|complete)\b"
)

QUESTION_START = re.compile(
    r"(?:and |but )?(?:what|how|which|why|when|where|who|is|are|do|does|did|will|would|can|could|should|have"
    r"|has|am)\b"
)

NEUTRAL_AFTER_BUT = re.compile(r"(?:thanks?|thank you|no (?:rush|hurry)|hurry|please (?:hurry|be quick))\b")
