"""The words by which a customer agrees, refuses, puts off, makes a condition or only tells something.

For text in lower case with plain quotes. Words decide at the beginning of a clause: "the correct address" and "I'm
sure you understand" agree to nothing. Not here: how a message is read with them (`grading.affirmative`).
"""

import re

MISSING_APOSTROPHE = re.compile(r"\b(that(?=s\b)|i(?=m\b)|(?:don|doesn|isn|can|won)(?=t\b))")

BUT = re.compile(r",? (?:but|however|although)\b,? (?=\w)")

FILLERS = re.compile(
    r"(?:(?:oh|ah|well|um+|uh|hm+|so|then|and|now|just|please|kindly|honestly|actually|also|i think|i guess"
    r"|i suppose"
    r"|thanks?(?: you)?|in that case|if so|great|good|perfect|right|ok|okay|alright|all right|sure|absolutely"
    r"|definitely|certainly|of course)\b[\s:]+)+"
)
"""Words that a clause may begin with before it says something."""

STRONG_YES = (
    r"y+e+s+|yea|yeah|yep|yup|aye|y|affirmative|by all means|you bet"
    r"|(?:please )?(?:do|go ahead|go for it|proceed|continue|carry on|make (?:it so|it happen|(?:the|this|that"
    r"|these|those) (?:changes?|exchanges?|returns?|booking|cancell?ation|updates?|reservation))|let's do (?:it"
    r"|that|this)"
    r"|let's go)"
    r"(?: (?:so|it|that|this|then))?(?: (?:please|now|then|thanks?|for me))*$"
    r"|(?:go ahead|proceed|continue|carry on)(?! (?:and|to) (?:tell|explain|ask|show|check|look|give|send|list"
    r"|read|say))"
    r"|go (?:right|straight) ahead|go (?:for|through with) (?:it|that|this)|(?:i'm |i am )?happy to (?:proceed"
    r"|go ahead|do (?:it|that))|(?:i'm|i am) (?:ok|okay|fine|good|happy|comfortable|satisfied) with\b"
    r"|let's (?:do|make|process|get|go with|proceed|go ahead)|please do\b(?! not)|do (?:it|that|so)|make it so"
    r"|(?:i|we) (?:hereby |do |fully )?(?:confirm|agree(?! that (?:the|your|it|this)\b)|approve|authori[sz]e"
    r"|consent|accept)"
    r"|you (?:have|'ve got|got) my (?:\w+ )?(?:permission|approval|go-ahead|consent|ok|okay|confirmation"
    r"|blessing|word)"
    r"|you (?:can|may|should) (?:go|proceed|do|cancel|book|process|make)|(?:my|the) answer is (?:a )?yes"
    r"|i (?:say|said|did say) yes|it's a yes|i(?:'d| would) (?:really )?appreciate (?:that|it)$|do as you"
    r"|please (?:update|change|modify|switch|swap|add|send|issue|upgrade|charge) (?:it|them|that|this|(?:the"
    r"|my) .* as (?:discussed|proposed|you) ?\w*)$|be my guest|feel free|green light"
    r"|(?:i'd|i would|i do|i) (?:like|love|want|wish) (?:that|you to (?!wait|stop|hold|explain|tell|check)"
    r"|to (?:proceed|go ahead|do (?:that|it|so)|continue|go (?:with|through)))"
    r"|(?:process|submit|finali[sz]e|complete|place|book|exchange|return|cancel) (?:it|them|both|these"
    r"|everything"
    r"|(?:the|this|that|my|those|all)(?: \S+)* (?:changes?|exchanges?|returns?|order|orders|booking|reservation"
    r"|cancell?ations?|update|updates|request|items?|flights?|tickets?|refund))\b"
)
"""Begins a clause that agrees, whatever follows."""

WEAK_YES = (
    r"ok|okay|(?:okey|okie)(?: dokey| dokie)?|k|kk|absolutely|definitely|certainly|totally|of course"
    r"|sure(?: thing)?|alright|all right|fine|great|good|perfect|excellent|wonderful|lovely|super|cool|awesome"
    r"|nice|brilliant|fantastic|(?:that|it)(?:'s| is) (?:no|not a) (?:problem|issue)"
    r"|correct|right|exactly|indeed|agreed|confirm|confirmed|approved|deal|granted|very well|very good|why not"
    r"|m+hm+"
    r"|uh[- ]huh|roger(?: that)?|(?:i'm|i am|yes i'm) (?:sure|certain|positive|in|happy|ok|okay|fine|good"
    r"|on board)"
    r"|i (?:do|am|would|guess so|suppose so|think so)|sounds? (?:like a plan|\w+)|looks? (?:\w+ )?(?:good|right"
    r"|correct|fine|great)"
    r"|(?:it |that |this |everything |all )?(?:works|suits|looks|sounds|is|would be|will be)(?: \w+)?"
    r"(?: (?:good|great|fine|correct|right|perfect|okay|ok|me|lovely|wonderful|ideal|excellent|acceptable"
    r"|alright))"
    r"|(?:that|this|it|everything|all|that all)(?:'s| is|'ll| will| would|'d)?(?: be)?(?: all| exactly"
    r"| absolutely| just"
    r"| totally| perfectly| really| quite)? (?:good|great|fine|correct|right|perfect|okay|ok|lovely|wonderful"
    r"|ideal"
    r"|excellent|acceptable|alright|do|work|works|it|confirmed|accurate|agreeable|what i (?:want|wanted|need"
    r"|asked for"
    r"|had in mind|would like|'d like))|no (?:problems?|issues?|objections?)|not (?:a|any) (?:problem|issue)"
    r"|(?:i have |i've )?no objections?|i (?:don't|do not) mind|i can live with (?:that|it)|👍|✅|👌"
)
"""A clause that agrees if nothing but `TAIL` follows: "perfect" is a yes, "perfect timing" is none."""

TAIL = (
    r"(?:[ !.]+(?:then|thing|please|thanks?(?: you)?(?: so much| very much)?|sir|with (?:me|that|it|this|you)"
    r"|by me"
    r"|for me|to me|to go|from me|from my side|on my (?:end|side)|at all|so|do it|do that|go ahead|proceed|now"
    r"|today"
    r"|as well|too|that|it|this|everything|the (?:change|changes|cancellation|exchange|return|booking)"
    r"|all of it|go|a lot"
    r"|everybody|agent|here|and|yes|indeed|exactly|completely|of course))*"
)

NO = (
    r"no(?!,? (?:problems?|issues?|objections?|longer|need|rush|hurry|worries|doubt|changes?|questions?|other"
    r"|more|further"
    r"|extra|preference|complaints?|concerns?|matter|fees?|insurance|bags?)\b)|nope|nah|n|negative|never|wait"
    r"|stop"
    r"|hold (?:on|off|up|it)|hang on|whoa|not (?:yet|now|today|really|so fast|this|that|correct|right|okay|ok"
    r"|sure|quite"
    r"|exactly|if|until|the|my|all|both|those|these)|(?:absolutely|certainly|definitely|of course|probably"
    r"|maybe|i'd rather|rather|let's"
    r"|let us|better"
    r"|yes and no|yeah right|yeah no|sure not|please) not|yes and no|yeah,? no\b|yeah,? right|as if"
    r"|(?:do not|don't|never)(?! (?:worry|mind|forget|hesitate|need|have))|never ?mind|forget (?:it|that|about)"
    r"|scratch that|cancel that|undo|skip (?:it|that)|leave (?:it|that|everything)|keep (?:it|the|my)"
    r"|(?:i've |i have |i )(?:just )?changed my mind|i (?:decline|refuse|disagree|object|doubt)"
    r"|on second thoughts?|on the other hand|thinking about it|come to think|i take (?:it|that) back"
    r"|let (?:me|us)(?! know| be clear| confirm)|lemme|give me|gimme|one (?:moment|second|sec|minute|more)"
    r"|just a|maybe"
    r"|perhaps|possibly|i (?:might|may)|later|tomorrow|i'll (?:think|get back|let you|decide|check|see|need"
    r"|have to|pass)"
    r"|i (?:need|want|have|would like|'d like)(?: some| more| a bit)?(?: more)? (?:time|a (?:moment|minute"
    r"|second)|to (?:think"
    r"|check|know|see|ask|talk|consider|discuss|understand|review|wait|keep|make sure|verify|be sure|hear"
    r"|clarify))"
    r"|i'd (?:need|have|like|want) to (?:think|check|know|see|ask|talk|consider|discuss|understand|review|wait"
    r"|keep)"
    r"|i(?:'m| am) (?:still |just )?(?:thinking|considering|deciding|torn|unsure|undecided|hesitant|not)"
    r"|i'd rather|i would rather|i(?:'d| would)? prefer|that depends|it depends|(?:that|this|it)(?:'s| is"
    r"| was)(?: all)?"
    r" (?:not|wrong|incorrect|too)|(?:that|this) isn't|(?:that|this|it) (?:doesn't|does not|won't) (?:work"
    r"|sound|look|seem|suit|help)"
    r"|i (?:don't|do not|can't|cannot|won't|didn't|did not|never)(?: \w+)? (?:agree|accept|approve|confirm"
    r"|consent|authori[sz]e|think so"
    r"|want (?:you|that|this|to (?:proceed|do|go|cancel|change|exchange|return|book))|like (?:that|it|this)"
    r"|ask(?:ed)? for"
    r"|know|say (?:yes|so|that))"
)
"""Begins a clause that refuses, takes back or puts off."""

ANYWHERE_NO = re.compile(
    r"\b(?:hold (?:on|off|that thought)|hang on|(?:but|no|oh|and|please|just) wait\b|scratch that|changed my mind"
    r"|get back to you|think (?:about|it over|on it)|sleep on it|not (?:sure|yet)\b|before (?:i|we) (?:decide"
    r"|agree|say)"
    r"|(?:do not|don't) (?:proceed|go ahead|do (?:it|that|anything)|cancel|book|change|touch))"
)

SARCASM = re.compile(
    r"^(?:oh |yeah |ha )*(?:sure|great|right|perfect|wonderful|brilliant|fantastic|of course|yeah|yes)\b[\s,.!]*"
    r"(?:because|cause|like|as if|as though|just what i needed|why wouldn't|what could)\b"
    r"|worked? (?:out )?(?:so|really|oh so) well|(?:went|goes) so well|what could (?:possibly )?go wrong"
    r"|(?:great|wonderful|perfect|lovely|fantastic|brilliant|awesome|nice),? (?:yet )?(?:another|more)\b"
    r"|pigs fly|hell freezes|just great\b"
    r"|(?:just|exactly) what i needed|yeah,? (?:right|sure)\b[.!]*$|like (?:that|you)(?:'ll| will"
    r"| would)? (?:ever )?(?:work|help"
    r"|listen|did)|\boh,? (?:sure|great|wonderful|fantastic|perfect|brilliant|lovely)\b(?!,? (?:thank|ok|i'm"
    r"|yes|please|go"
    r"|that|then|let|do))|how (?:generous|kind|thoughtful|convenient) of|\boh,? (?:joy|wow)\b|/s\b|🙄"
)

CONDITION = re.compile(
    r"\b(?:unless|except|provided|providing|as long as|so long as|on (?:the |one )?condition|assuming|depending"
    r"|subject to"
    r"|contingent|until|otherwise|or else|instead|only (?:if|when|after|once|then)|(?:after|once) (?:you|i|the"
    r"|my)|as soon as (?!possible|you can|it is)|(?:cancel|return|exchange|change|book) only|only (?:make"
    r"|cancel|return|exchange|change|book)"
    r"|before (?:you|we|that"
    r"|i|doing|going|any|it|proceed\w*|cancel\w*|book\w*|chang\w*)|(?<!even )(?<!as )if|when (?:the|my|it|i))\b"
    r"|(?<!the )(?<!at )\bfirst\b(?! (?:class|name|of all|one|option|item|flight|order|bag|passenger|thing))"
)

POLITE = re.compile(
    r"\bif (?:you (?:could|would|can|don't mind|do not mind|please|like|wish|need)|(?:that's|that is|it's"
    r"|it is) (?:ok|okay|fine"
    r"|alright|all right|no trouble|not too much)|needed|necessary|possible|i understand|so)\b|\bsee if\b"
    r"|\b(?:do|like|want|prefer|take) (?:that|this|it) instead|(?:let me know|tell me|email me|notify me"
    r"|inform me)\b.*"
    r"|\bthank(?:s| you) for\b.*|\bas i said before\b"
)
"""What has the form of a condition and is none; taken out before `CONDITION` is looked for."""

REPORT = re.compile(
    r"(?:(?:it'?s|it is|that's|that is|this is|they're|they are|the \w+(?: \w+)? (?:is|was|number|are)"
    r"|my \w+(?: \w+){0,2} (?:is|was|are"
    r"|number))(?! (?:all |exactly |perfectly |just |totally )*(?:fine|ok|okay|right|correct|good|perfect|great"
    r"|the right|what|exactly"
    r"|confirmed|alright|accurate|it$|acceptable))"
    r"|here|i(?:'ll| can| will|'m| am)(?: happy to)? (?:wait|waiting|hold|holding)|take your time"
    r"|tell me (?!when|once)|transfer me|i have (?:one|some|two|it|them)\b|(?:i'd like|i want|i would like"
    r"|i need) to (?:speak|talk)|(?:(?:i |i've )?(?:still |just )?(?:have|got)|one|just one|another|a"
    r"|quick)\b[^.]*\bquestions?"
    r"|[\w.+-]+@|#?w?\d{3,}|i(?:'ve| have)? (?:already |just |recently |still |also )*(?:received|got|bought"
    r"|ordered|live|lived"
    r"|see|know|tried|was|did|had|forgot|lost|moved|understood?|remember|called|paid|placed|noticed|heard|used"
    r"|an?\b|it\b|them\b"
    r"|the\b|my\b|two\b)|i(?:'m| am) (?:calling|at|the|a|an|looking|in|from|still|here))"
)
"""Begins a clause that tells something; the yes before it answers a question for that."""

ASK_TO_ACT = re.compile(
    r"(?:(?:can|could|would|will|why don't) you|you can|may i ask you to)(?: just| kindly)*(?: please)?(?: just"
    r"| kindly)*"
    r" (?:go ahead|proceed|do (?:it|that|so)|continue|process|make (?:the|that|this)|carry|finali[sz]e"
    r"|complete)\b"
)

QUESTION_START = re.compile(
    r"(?:and |but )?(?:what|how|which|why|when|where|who|is|are|do|does|did|will|would|can|could|should|have"
    r"|has|am)\b"
)

NEUTRAL_AFTER_BUT = re.compile(r"(?:thanks?|thank you|no (?:rush|hurry)|hurry|please (?:hurry|be quick))\b")

BEGINS_STRONG = re.compile(rf"(?:{STRONG_YES})(?!\w)")
IS_WEAK = re.compile(rf"(?:{WEAK_YES}){TAIL}[\s!.)]*$")
BEGINS_NO = re.compile(rf"(?:{NO})(?![\w'])")
BARE_YES = re.compile(
    r"(?:y+e+s+|yea|yeah|yep|yup|y|absolutely|definitely|certainly|of course)"
    r"(?: (?:please|thanks|sir|ma'am))?[\s!.]*$"
)
GO_AHEAD = re.compile(
    r"\b(?:go ahead|go for it|proceed|please do|do (?:it|that)|(?:i|we) (?:confirm|agree|approve)|make it so)\b"
)
