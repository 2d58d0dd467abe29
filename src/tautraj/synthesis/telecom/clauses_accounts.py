"""Words for requests about an account: bills, suspended lines, data, roaming, plans, questions.

Not here: words for what does not work (`synthesis.telecom.clauses_faults`).
"""

from tautraj.synthesis.templates import parse_clauses

CLAUSES = parse_clauses("""
pay
    plain: I [was told|got a letter saying|understand] that a bill of mine is overdue. I would like to pay it \
        [now|right away|today].
    plain: I want to pay my overdue bill[| and know that it is settled].
    plain: [Could|Can] you help me pay what is overdue on my account?
    terse: Overdue bill on my account. Want to pay it[| now].
    terse: Need to settle an overdue bill.
    terse: Pay what I owe, please.
    chatty: I am a bit embarrassed, but a bill of mine has been lying in the drawer and is overdue now. I want to \
        pay it [before I forget|while I think of it|right here].
    chatty: My [wife|husband|accountant] found an unpaid bill of mine, overdue already, and I want to pay it [at \
        once|this minute].
    chatty: Would you believe it, I forgot a bill! I'd like to settle whatever is overdue[|, and sleep well again].
    formal: I have been notified of an overdue bill and wish to pay it [forthwith|without delay|today].
    formal: I should like to settle the overdue amount on my account.
    formal: Kindly assist me in paying the bill that is outstanding.
    learner: I have a bill that is overdue, I want to pay [it now|this].
    learner: There came a letter that I must pay overdue bill. How I can pay?
    learner: Please, I want to pay the bill which is late and overdue.
    annoyed: I got yet another reminder about some overdue bill. Fine, I will pay it [and be done with it|so this \
        stops].
    annoyed: Take my money: I want to pay whatever is overdue, [so the letters stop|and hear no more of it].
    annoyed: I keep getting letters that I owe something. I will settle it now.

resume
    plain: My line was [cut off|suspended]. I will pay [whatever is overdue|what I owe] and want [to be able to \
        call|to use it] again.
    plain: My phone line has been suspended[|, it seems]. What do I have to pay to have it back?
    plain: I would like my suspended line back and will settle what is overdue.
    terse: Line suspended. Will pay what's overdue. Want it back.
    terse: My line got cut off. Reactivate it, I'll pay.
    terse: Line is suspended, need it resumed[|, will settle the bill].
    chatty: My line has been cut off, and I suspect I [forgot|overlooked] a bill or two. I will pay it all, \
        [promise|cross my heart|no question], just give me my line back.
    chatty: Oh dear, my line is suspended! I am happy to settle whatever is overdue, if only I can [chat with my \
        sister|ring my mum|order pizza] again.
    chatty: So my line is suspended, and [rightly so I guess|I can guess why|my fault probably]. I want to pay and \
        then have it resumed.
    formal: My line has been suspended. I am prepared to settle all overdue amounts and request that it be resumed.
    formal: I wish to have my suspended line reactivated and shall pay whatever is overdue.
    formal: Service on my line was suspended; kindly resume it once I have paid what is outstanding.
    learner: My line is suspended. I pay all what is overdue, please open it again.
    learner: My line was cut off. I want to pay the bill and have line again.
    learner: My number is blocked, I think for bill. I will pay, please resume it.
    annoyed: My line was cut off [without a word|just like that|over a bill]. I will pay what is overdue, now give \
        it back.
    annoyed: So my line is suspended. Fine, I pay, and then I want it resumed [at once|today].
    annoyed: My line is suspended, which is [ridiculous|absurd] for one late bill. I'll settle it, just reactivate \
        the thing.

wake
    plain: I had the line {number} suspended [a while ago|last month|in January] and would like it active again.
    plain: Please resume the line {number}, [which|it] is suspended at the moment.
    plain: [Could|Can] you reactivate my other line, {number}?
    terse: Resume line {number}[|, please].
    terse: Reactivate {number}.
    terse: {number} is suspended. Want it active.
    chatty: We had {number} suspended while my [son|daughter] was [away|at boarding school|backpacking], and now \
        the line is needed again.
    chatty: There is a second line, {number}, which we paused, suspended I mean, over the holidays. It should wake \
        up now.
    chatty: Could you bring {number} back to life? I had it suspended when [grandma was in hospital|the tablet \
        broke|we were broke].
    formal: I wish to have the line {number}, suspended at my request, resumed.
    formal: Kindly reactivate the suspended line {number}.
    formal: The line {number} was suspended at my own wish; please resume it.
    learner: My line {number} is suspended, I want it active again.
    learner: Please resume the line {number}, now I need it.
    learner: I paused {number} before, please make reactivate.
    annoyed: The line {number} is still suspended. I want it resumed[|, and soon].
    annoyed: Why is {number} still suspended? I need it, so reactivate it.
    annoyed: Reactivate {number}, which should not be this hard.

refuel
    plain: The data on the line {number} is used up. I would like {gb} GB more, on the plan I have.
    plain: I need {gb} GB of extra data on {number}.
    plain: [Could|Can] you add {gb} GB of data to the line {number}? It has run out.
    terse: {number}: add {gb} GB of data.
    terse: Out of data on {number}. Need {gb} GB more.
    terse: {gb} GB extra data for {number}.
    chatty: My [son|daughter|nephew] has watched the line {number} dry, its data is used up, so I want to buy \
        {gb} GB more for it.
    chatty: Too many [cat videos|video calls|podcasts], I am afraid: {number} is out of data. Could you add {gb} GB?
    chatty: I would love {gb} GB more data on {number}, because it has run out and the month has days to go.
    formal: The data allowance of the line {number} is used up; I wish to purchase {gb} GB of additional data.
    formal: Kindly add {gb} GB of data to the line {number}.
    formal: I should like an additional {gb} GB of data for {number} under my present plan.
    learner: The data of {number} is used up, I want to buy {gb} GB.
    learner: Please add {gb} GB data for my line {number}.
    learner: I have no more data in {number}. I need {gb} GB more.
    annoyed: {number} is out of data already. Put {gb} GB more on it.
    annoyed: I need {gb} GB of extra data on {number}, since the plan never lasts.
    annoyed: Add {gb} GB of data to {number}[|, and be quick|, will you].

less will do
    plain: Then {gb} GB will do.
    plain: All right, {gb} GB then.
    terse: {gb} GB then.
    terse: Ok, {gb} GB.
    chatty: Oh, then {gb} GB it is, I am not greedy.
    chatty: Well, {gb} GB will see me through.
    formal: In that case {gb} GB will suffice.
    formal: Very well, then {gb} GB.
    learner: Then I take {gb} GB.
    learner: Okay, {gb} GB is good also.
    annoyed: Fine, {gb} GB then.
    annoyed: Typical. {gb} GB then.

roaming on
    plain: I am [going abroad|travelling] [tomorrow|next week|on Friday] and would like roaming enabled on the line \
        {number}.
    plain: Please switch on roaming for {number}, the phone is set for it.
    plain: [Could|Can] you enable roaming on {number} before my trip?
    terse: Enable roaming on {number}.
    terse: Roaming on for {number}, please.
    terse: Travelling soon. Need roaming on {number}.
    chatty: We are off to [the seaside|the Alps|see the in-laws overseas] [tomorrow|on Saturday], so could you put \
        roaming on the line {number}?
    chatty: I have my suitcase packed and remembered the phone at the last minute: {number} needs roaming enabled.
    chatty: Last time I came home without a single map, so this time I want roaming enabled on {number} beforehand.
    formal: I shall be travelling abroad and request that roaming be enabled on the line {number}.
    formal: Kindly activate data roaming for the line {number}.
    formal: In view of a journey [next week|tomorrow], please enable roaming on {number}.
    learner: I travel [tomorrow|soon] to other country, please open roaming for {number}.
    learner: I need roaming in the line {number}, I go abroad.
    learner: Please enable the roaming of {number}, my phone is ready.
    annoyed: I fly [tomorrow|in the morning], and {number} still has no roaming. Enable it.
    annoyed: I want roaming enabled on {number}, and this time before I land.
    annoyed: Put roaming on {number}. I should not have to ask.

roaming off
    plain: I am back from abroad and would like roaming switched off on the line {number}.
    plain: Please disable roaming on {number}, at your end.
    plain: [Could|Can] you turn roaming off for the line {number}?
    terse: Disable roaming on {number}.
    terse: Roaming off for {number}, please.
    terse: Back home. Switch roaming off on {number}.
    chatty: We are home again, [sunburnt and happy|sadly|with too many souvenirs], and {number} can have its \
        roaming switched off.
    chatty: My [son|daughter] lives near the border and I dread the phone picking the wrong side, so please disable \
        roaming on {number}.
    chatty: No more trips for us this year, so roaming on {number} can go off.
    formal: I have returned from abroad and request that roaming be disabled on the line {number}.
    formal: Kindly deactivate roaming for the line {number}.
    formal: Roaming on {number} should be switched off on the carrier's side.
    learner: I am back in my country, please disable the roaming of {number}.
    learner: Please put off the roaming in the line {number}.
    learner: I don't need roaming in {number} now, please turn it off.
    annoyed: {number} still has roaming on. Switch it off.
    annoyed: I want roaming disabled on {number}, I never asked for it.
    annoyed: Turn roaming off on {number}, before it costs me [something|a fortune].

ask_bill
    plain: I want to know what my bill for {month} came to, to the cent.
    plain: How much was my {month} bill?
    plain: [Could|Can] you tell me the exact total of the bill for {month}?
    terse: Total of my {month} bill?
    terse: How much was the bill for {month}?
    terse: Need the amount of the {month} bill.
    chatty: I am doing my [household book|spreadsheet|little budget] and the bill for {month} has gone missing. How \
        much was it, to the cent?
    chatty: What did my bill for {month} come to? I have a bet going with my [husband|wife|brother].
    chatty: My [accountant|wife|son] asks about everything, so: what was the total of the {month} bill?
    formal: Kindly inform me of the exact total of the bill for {month}.
    formal: I should like to know the amount of my {month} bill, to the cent.
    formal: For my records I require the total of the bill for {month}.
    learner: How much was my bill of {month}, exact?
    learner: Please tell me the total of bill for {month}.
    learner: I want to know the amount of the bill, month {month}.
    annoyed: What was the total of my {month} bill? It is nowhere to be found.
    annoyed: How much was I charged on the bill for {month}, to the cent?
    annoyed: Nobody tells me what my {month} bill came to.

ask_data
    plain: How many gigabytes does the line {number} have left this month?
    plain: I want to know how much data is left on {number}.
    plain: [Could|Can] you tell me the remaining data of the line {number}?
    terse: Data left on {number}?
    terse: How many GB remain on {number}?
    terse: Remaining data, line {number}?
    chatty: My [son|daughter|niece] swears there is plenty, but how many gigabytes are really left on {number}?
    chatty: I am saving up data for the weekend, so how much is left on {number}?
    chatty: Honestly now: how much data has {number} got left this month?
    formal: Please inform me how many gigabytes remain on the line {number} this month.
    formal: I should like to know how much data is left on the line {number}.
    formal: What is the remaining data allowance of {number}?
    learner: How many GB are left in my line {number}?
    learner: I want to know the data that remains for {number}.
    learner: Please say me how much data is left on {number}.
    annoyed: How much data is left on {number}? The app will not say.
    annoyed: I want to know how many GB {number} has left, and no guessing.
    annoyed: How many gigabytes remain on {number}? Simple question.

pay_early
    plain: I would like to pay my bill for {month} now, before it is due.
    plain: [Can|Could] I pay the {month} bill already?
    plain: Please take the payment for my {month} bill now, so I can pay ahead.
    terse: Want to pay the {month} bill early.
    terse: Pay {month} bill now, please.
    terse: Can I pay {month} in advance?
    chatty: I like to keep things tidy, so I want to pay the {month} bill now, even if it is not due yet.
    chatty: I just got [paid|my bonus|some birthday money], so I want to pay the {month} bill before it melts away.
    chatty: Before we go on vacation I'd like to pay the bill for {month}, early bird that I am.
    formal: I wish to pay the bill for {month} ahead of its due date.
    formal: I would like to be allowed to pay the {month} bill at once.
    formal: I should like to pay my bill for {month} in advance.
    learner: I want to pay the bill of {month} now, before the date.
    learner: Please, can I pay already for {month}?
    learner: I like to pay the {month} bill today, it is possible?
    annoyed: I want to pay the {month} bill now and not think about it again.
    annoyed: I want to pay the {month} bill right now, before the reminders start.
    annoyed: Take the payment for {month} now, I pay early for once.

change_plan
    plain: I would like the {plan} plan for the line {number}.
    plain: Please switch {number} to the {plan} plan.
    plain: [Could|Can] you move the line {number} to the plan {plan}?
    terse: {number}: switch to the {plan} plan.
    terse: Want the {plan} plan on {number}.
    terse: Change {number} to the {plan} plan.
    chatty: My [neighbor|colleague|sister] keeps praising the {plan} plan, and I want it for {number} too.
    chatty: I have been reading the brochure over [coffee|breakfast], and the {plan} plan would suit {number} nicely.
    chatty: Life changes, and so should the plan of {number}: I would like the {plan} plan.
    formal: I wish to change the line {number} to the {plan} plan.
    formal: Kindly transfer the line {number} to the {plan} plan.
    formal: I should like to subscribe to the {plan} plan for the line {number}.
    learner: I want for {number} the {plan} plan.
    learner: Please change my line {number} to the {plan} plan.
    learner: The line {number} must have the {plan} plan, please.
    annoyed: Put {number} on the {plan} plan, the current one is a rip-off.
    annoyed: I want {number} on the {plan} plan, like I said weeks ago.
    annoyed: Get {number} onto the {plan} plan[|, finally].
""")
