"""Words for items of orders: returns, exchanges, changes, refunds, payments of differences.

`{from}` says which order, with a blank before it, and may be empty. Not here: whole orders
(`synthesis.retail.clauses.orders`).
"""

from tautraj.synthesis.templates import parse_clauses

CLAUSES = parse_clauses("""
from order
    plain: [from|in] {order}
    terse: [from|in] {order}
    chatty: [from|that came with|in] {order}
    formal: [from|contained in|supplied with] {order}
    learner: [from|in] {order}
    annoyed: [from|in] {order}

received
    plain: [I received|I got|that arrived|that was delivered]
    terse: I got
    terse: delivered to me
    terse: that came
    chatty: that [turned up|showed up|landed] at my door [the other day|last week|recently]
    chatty: I got from you [the other day|not long ago|a while ago]
    chatty: I was so looking forward to and that [finally arrived|came at last]
    formal: which [I received|was delivered to me|has been delivered]
    formal: recently delivered to me
    formal: I took delivery of
    learner: what I received
    learner: that [came|arrived] to me
    learner: I got by post
    annoyed: that [finally|eventually] showed up
    annoyed: I [waited for and got|ended up with]
    annoyed: that was finally sent to me

pending
    plain: [I ordered|that is on its way|that has not shipped yet|I have on order]
    terse: on order
    terse: not shipped yet
    terse: I ordered
    chatty: that I [just|only just] ordered
    chatty: I have on order [right now|at the moment] and cannot wait for
    chatty: that [should not have|hopefully has not] left the warehouse
    formal: which I have on order
    formal: that has [not yet been|yet to be] dispatched
    formal: I recently ordered
    learner: that I ordered
    learner: which is not sent yet
    learner: I have in order now
    annoyed: I ordered and [am still waiting|still wait] for
    annoyed: that has not even shipped
    annoyed: I ordered [ages ago|forever ago]

return
    plain: I'd like to return {items}{from}. {refund}
    plain: [Can|Could] I return {items}{from}? {refund}
    plain: I [want|need] to send back {items}{from}. {refund}
    plain: {story} I'd like to return {items}{from}. {refund}
    terse: Returning {items}{from}. {refund}
    terse: Return {items}{from}. {refund}
    terse: Need to return {items}{from}. {refund}
    chatty: {story} So I would love to return {items}{from}. {refund}
    chatty: I [hate to|am sorry to] do this, but {items}{from} will have to be returned. {story} {refund}
    chatty: It is about {items}{from}: I'd like to send that back. {story} {refund}
    chatty: I have been putting this off, but {items}{from} should be returned. {refund}
    chatty: So here I am with {items}{from}, which I would love to return. {refund}
    chatty: You will not believe how long I hesitated, but I want to return {items}{from}. {refund}
    formal: I [wish|would like] to return {items}{from}. {story} {refund}
    formal: {story} For that reason, I [request|ask for] a return of {items}{from}. {refund}
    formal: Kindly arrange the return of {items}{from}. {refund}
    formal: I would like to make use of my right to return {items}{from}. {refund}
    formal: It is my wish to return {items}{from}. {refund}
    learner: I want return {items}{from}. {refund}
    learner: {story} Please, how I return {items}{from}? {refund}
    learner: Please I like to return {items}{from}. {refund}
    learner: {items}{from}, I want to return. {refund}
    learner: I need give back {items}{from}. {story} {refund}
    annoyed: {story} I am returning {items}{from}. {refund}
    annoyed: Take back {items}{from}. {story} {refund}
    annoyed: I am sending back {items}{from}, and that is final. {refund}
    annoyed: Just let me return {items}{from}. {refund}
    annoyed: I want to return {items}{from}[|, all of it properly logged|, without a fuss]. {refund}

return story
    plain: [It is|This is] not what I [expected|had in mind|was hoping for].
    plain: [I ended up not using it|I never got around to using it|It has been sitting in its box].
    plain: [Somebody gave me another one|I was given one as a present] since then.
    terse: Not for me.
    terse: Not what I [expected|wanted].
    terse: Never used.
    chatty: [My wife laughed|My roommate rolled her eyes|The kids burst out laughing] when I unpacked it.
    chatty: I [tried|really tried] to like it, but [we never became friends|no luck|it just is not me].
    chatty: [The thing takes up half the room|It barely fits through the door|There is no space left in our flat].
    chatty: [My aunt|My brother|A colleague] turned up with the very same thing [for my birthday|on Sunday].
    formal: It does not [meet|correspond to|live up to] my expectations.
    formal: On [closer|careful] inspection, it is [unsuitable|not suitable] for [my purposes|our household|its
        intended use].
    formal: I find that I have no [occasion|opportunity] to use it.
    learner: It is not [good for me|like I think|how I expected].
    learner: At home I see it is [not for us|not what I think].
    learner: My family [does not like it|says we have already].
    annoyed: It [fell apart|stopped working|came scratched] [within a day|after two days|right out of the box].
    annoyed: It is nothing like the [pictures|description|photos].
    annoyed: It [wobbles|squeaks|smells of glue], and I [have lost patience|will not put up with it].

refund
    plain: [The refund should go|Please refund it|I'd like the refund] to {pay}.
    plain: I'd like the money [back on|to go to] {pay}.
    plain: {pay} [is fine|would be best] for the refund.
    terse: Refund to {pay}.
    terse: Money to {pay}.
    terse: {pay} for the refund.
    chatty: As for the money, [just put it|it can go|pop it] on {pay}.
    chatty: And if the refund could [find its way|go] to {pay}, [I'd be over the moon|that would be lovely|I'd be
        happy].
    chatty: [Oh, and|And] the refund goes to {pay}, if that is all right.
    formal: [The refund may|Please let the refund|I would ask that the refund] be credited to {pay}.
    formal: I would prefer to receive the refund to {pay}.
    formal: The amount should be [refunded|reimbursed] to {pay}.
    learner: The refund please to {pay}.
    learner: Money [should come|please put] on {pay}.
    learner: I want the refund on {pay}.
    annoyed: And I want the refund on {pay}[|, not somewhere else|, all of it].
    annoyed: The refund goes to {pay}, [and nowhere else|understood|no vouchers].
    annoyed: Put the money on {pay}[|, quickly|, please and thank you].

original payment
    plain: the original payment method
    plain: the [card or account|payment method] I paid with
    terse: original payment method
    terse: the original payment method
    chatty: the same way I paid, the original payment method
    chatty: the original payment method
    formal: the original [payment method|method of payment|means of payment]
    learner: the original payment method
    learner: the same payment method, the original one
    annoyed: the original payment method

change item
    plain: I'd like to [exchange|swap] {item}{from} for {new}. {keep} {pay}
    plain: {story} [Can|Could] I exchange {item}{from} for {new}? {keep} {pay}
    plain: I want to change {item}{from} to {new}. {pay} {keep}
    plain: I [need|would like] to replace {item}{from} with {new}, and {paying}. {keep}
    terse: Exchange {item}{from} for {new}. {keep} {pay}
    terse: Swap {item}{from}: I need {new}. {pay} {keep}
    terse: Change {item}{from} to {new}. {keep} {pay}
    chatty: {story} So I was wondering if I could swap {item}{from} for {new}. {keep} {pay}
    chatty: The thing is, I am not quite happy with {item}{from}, I would much rather have {new}. {keep} {pay}
    chatty: I [was wondering|have been wondering] if I could swap {item}{from} for {new}. {keep} {pay}
    chatty: Would it be possible to trade {item}{from} for {new}? {pay} {keep}
    chatty: {story} What I really want is to trade {item}{from} for {new}, and {paying}. {keep}
    formal: I [wish|would like] to exchange {item}{from} for {new}. {keep} {pay}
    formal: {story} I would therefore like {item}{from} to be replaced by {new}. {keep} {pay}
    formal: It would suit me to have {item}{from} replaced by {new}. {pay} {keep}
    formal: May I request that {item}{from} be exchanged for {new}? {pay} {keep}
    learner: I want change {item}{from}. I like {new} instead of it. {keep} {pay}
    learner: {story} Please exchange {item}{from} for {new}. {keep} {pay}
    learner: I like to swap {item}{from}, for {new}. {pay} {keep}
    learner: It is possible to swap {item}{from} to {new}? {pay} {keep}
    annoyed: {story} Exchange {item}{from} for {new}. {keep} {pay}
    annoyed: I want {item}{from} swapped for {new}[|, and I mean exactly that|, nothing fancy]. {keep} {pay}
    annoyed: I got {item}{from} wrong. Replace it with {new}. {keep} {pay}
    annoyed: Please exchange {item}{from} for {new} and be done with it. {pay} {keep}

item story
    plain: I [picked|chose|clicked on] the wrong options.
    plain: I [read|looked at] the description again, and I want something a bit different.
    plain: [My partner|My daughter|My son] would like another version.
    terse: Wrong version.
    terse: Picked badly.
    terse: Not the one I need.
    chatty: I [showed it to|talked it over with] my [mother|flatmate|partner] and she [talked me out of it|has
        opinions].
    chatty: [Silly me, I picked|I got carried away and picked|At two in the morning I picked] the wrong version.
    chatty: [I lay awake over this|I thought about it on the bus], and my choice was [rubbish|a bit hasty].
    formal: I selected [an unsuitable version|the wrong specification].
    formal: On reflection, my choice [was not the best|does not suit the purpose].
    formal: It has [come to my attention|emerged] that another version would [serve me better|suit us better].
    learner: I choose wrong version.
    learner: My [wife|husband|friend] says other version is better.
    learner: I did not read good what I buy.
    annoyed: Your website showed me the wrong version.
    annoyed: [That page is a maze|Who can find anything on that page], and I ended up with the wrong version.
    annoyed: I wanted another version [all along|from the start].

keep
    plain: Everything else should stay [the same|as it is].
    plain: All other [options|details] stay the same.
    plain: [The rest|Everything else] can remain unchanged.
    terse: Rest the same.
    terse: Everything else the same.
    terse: Nothing else changes.
    chatty: Everything else about it is [perfect|lovely|just fine], so [keep|leave] the rest.
    chatty: Other than that I like it [just as it is|the way it is], so all else stays.
    chatty: I would not touch anything else, the rest is [great|spot-on].
    formal: All other specifications are to remain [unchanged|as they are].
    formal: In every other respect, it should be identical.
    formal: The remaining options should be the same as before.
    learner: Everything else [same|stays same], please.
    learner: Other options I don't change.
    learner: The rest must be same.
    annoyed: Everything else stays [exactly as it is|the same], so no surprises.
    annoyed: And nothing else [gets changed|about it changes].
    annoyed: The rest stays the same[|, is that clear|, obviously].

difference
    plain: [Any|The] price difference [can|should] go [on|to] {pay}.
    plain: Please use {pay} for the price difference.
    plain: I'll [settle|cover] the difference with {pay}.
    terse: Difference on {pay}.
    terse: Difference: {pay}.
    terse: Use {pay} for the difference.
    chatty: If there is a difference in price, [sort it out|let it go|just put it] on {pay}.
    chatty: Whatever the difference is, {pay} [will take care of it|can handle it|is the one to use].
    chatty: The difference, up or down, [goes on|lands on] {pay}[| as always| as usual|].
    formal: Any difference in price [may be|is to be] settled [by|through] {pay}.
    formal: Please apply any price difference to {pay}.
    formal: For the difference in price, {pay} should be used.
    learner: The difference of price please on {pay}.
    learner: For difference [take|use] {pay}.
    learner: I pay the difference with {pay}.
    annoyed: And if there is a difference, it goes on {pay}.
    annoyed: Any difference: {pay}[|, and nothing else|, as if I had not paid enough].
    annoyed: Use {pay} for the difference[| and be done with it| and leave me out of it].

difference within
    plain: [put any difference on|charge any difference to] {pay}
    terse: difference on {pay}
    chatty: let {pay} take care of the difference
    formal: have any difference in price settled by {pay}
    learner: pay difference with {pay}
    annoyed: have the difference put on {pay}

payment later
    plain: [Use|I'd use] {pay} for {it}.
    plain: {pay}, please, for {it}.
    plain: For {it} I would take {pay}.
    terse: {pay} for {it}.
    terse: {it}: {pay}.
    terse: {pay}, for {it}.
    chatty: Oh, for {it}, let me think, {pay} [will do|it is].
    chatty: For {it}? [Just use|Let us go with] {pay}.
    chatty: {pay} is what I'd like for {it}.
    formal: For {it}, I should like to use {pay}.
    formal: {pay} may be used for {it}.
    formal: In the case of {it}, please use {pay}.
    learner: For {it} please {pay}.
    learner: {pay} I use for {it}.
    learner: With {pay}, for {it}.
    annoyed: {pay} for {it}, [what else|obviously|as always].
    annoyed: For {it} use {pay}.
    annoyed: {pay}. I mean for {it}.
""")
