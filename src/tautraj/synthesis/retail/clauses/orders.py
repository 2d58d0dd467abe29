"""Words for whole orders and the profile: cancelling, addresses, payment methods, and the names of orders.

`{order}` is one of `order by number` or `order by content`. Not here: words for items
(`synthesis.retail.clauses.items`).
"""

from tautraj.synthesis.templates import parse_clauses

CLAUSES = parse_clauses("""
order by number
    plain: [order|my order|order number] {id}
    terse: {id}
    terse: order {id}
    terse: [order no|no] {id}
    chatty: [my order number|that order of mine with the number|my little order] {id}
    chatty: order {id}
    chatty: my [latest |]order {id}
    formal: order {id}
    formal: [the order with the reference|the order bearing the number|my order under reference] {id}
    formal: my order {id}
    learner: my order {id}
    learner: the order [number|with number|that has number] {id}
    learner: order {id}
    annoyed: order {id}
    annoyed: [this wretched order|that order|this order] {id}
    annoyed: my order {id}

order by content
    plain: the order with {things}
    plain: the order that [has|includes|contains] {things}
    plain: my order [with|containing] {things}
    terse: the order with {things}
    terse: order with {things}
    terse: the {bare} order
    chatty: the order that [has|had] {things} in it
    chatty: that order of mine with {things}
    chatty: the order where I [got|bought|ordered] {things}
    formal: the order containing {things}
    formal: the order which [contains|includes] {things}
    formal: my order comprising {things}
    formal: the order by which I acquired {things}
    learner: the order that has {things}
    learner: the order with {things} inside
    learner: my order of {things}
    annoyed: the order with {things}
    annoyed: that order with {things} in it
    annoyed: the {bare} order

forgot the number
    plain: I do not [have|know] the order number[| by heart| right now].
    plain: I cannot find the order number[| anymore| at the moment].
    plain: [The order number escapes me.|I did not write the number down.]
    terse: No number at hand.
    terse: Don't have the number.
    terse: Number lost.
    chatty: Do not ask me for the number, I [deleted the e-mail|lost that e-mail ages ago|have no idea where I put
        it].
    chatty: I have no clue what the number is, [silly me|sorry about that|I never keep those].
    chatty: The number must be somewhere in my inbox, but I [cannot find it|gave up looking].
    formal: Regrettably, I do not have the order number [to hand|before me].
    formal: The order number is [not available to me|unfortunately not known to me] at present.
    formal: I have [mislaid|misplaced] the confirmation and with it the number.
    learner: The number I [don't know|have not|cannot find].
    learner: I lost the paper with number.
    learner: Sorry, the number of order I forgot.
    annoyed: No, I do not have the number, [nobody keeps those|who keeps those|and I will not go looking for it].
    annoyed: I am not going to dig for [an order|some] number.
    annoyed: The number is in some e-mail I [never got|cannot find], of course.

cancel
    plain: I'd like to cancel {order}. {reason}
    plain: I [want|need] to cancel {order}[|, please]. {reason}
    plain: It is about {order}. {reason} Please cancel it.
    plain: [Could|Can|Would] you cancel {order}[| for me]? {reason}
    terse: Cancel {order}. {reason}
    terse: {order}: cancel[| it| that], please. {reason}
    terse: Want {order} cancelled. {reason}
    chatty: So, [about|it is about] {order}: I [have been thinking|slept on it] and I would really like to cancel
        it. {reason}
    chatty: I am [afraid|sorry to say] I need to call off {order}. {reason}
    chatty: I am looking at {order} here. {reason} [Would|Could] you be so kind and cancel it for me?
    chatty: [Funny story|Long story short], {order} has to be cancelled. {reason}
    formal: I [would like to request|hereby request|am writing to request] the cancellation of {order}. {reason}
    formal: I should be grateful if {order} [were|could be] cancelled. {reason}
    formal: Kindly [cancel|arrange the cancellation of] {order}. {reason}
    learner: I want cancel {order}, please. {reason}
    learner: Please [to cancel|make cancel of] {order}. {reason}
    learner: It is about {order}. {reason} For this I like to cancel it.
    annoyed: [Just cancel|Cancel] {order}[|, and do it now|, will you]. {reason}
    annoyed: I want {order} cancelled[| today| without any discussion]. {reason}
    annoyed: It is about {order}. {reason} So do me a favor and cancel it.

no longer needed
    plain: I no longer need [it|what is in it|those things].
    plain: [It is|The things in it are] no longer needed.
    plain: I [don't|do not] need [it|any of it|these things] [anymore|any longer].
    terse: No longer needed.
    terse: Don't need it anymore.
    terse: Reason: [no longer needed|not needed anymore].
    chatty: [My sister gave me hers|A friend lent me the same thing|We found one in the attic|My neighbor is giving
        me his], so I no longer need it.
    chatty: [Our plans fell through|The trip is off|The party got moved to next year], which means I don't need it
        anymore.
    chatty: [It turns out|As it happens|Would you believe it], we do not need any of it anymore.
    formal: The [goods|articles] are no longer [needed|required].
    formal: [Circumstances|Our plans] have changed, and I no longer need [them|the goods|what I ordered].
    formal: The reason is that [it is|the contents are] no longer needed.
    learner: I don't need it [anymore|now|no more].
    learner: This I [no longer need|do not need anymore].
    learner: The reason: I do not need it more.
    annoyed: I no longer need [it|any of that|the stuff], [simple as that|end of story|and that is all there is to
        say].
    annoyed: [After all this time|By now] I don't need it anymore.
    annoyed: It is no longer needed, [not that it matters|since somebody will ask|if that has to go on some form].

by mistake
    plain: I ordered it by mistake.
    plain: [It was|That order was|The whole thing was] a mistake.
    plain: I placed it by [accident|mistake].
    terse: Ordered by mistake.
    terse: [Was|It was] a mistake.
    terse: Reason: [ordered by mistake|mistake on my part].
    chatty: [My kid|My toddler|The cat|My nephew] got hold of my phone and it was ordered by mistake.
    chatty: I [was half asleep|had my glasses off|was on the phone] and ordered it by mistake[|, can you believe
        it|, silly me].
    chatty: [Turns out|Well,] I pressed the wrong button and never meant to buy it.
    formal: The order was placed [in error|by mistake].
    formal: I placed it by mistake[|, for which I apologize|, as I have since noticed].
    formal: It was [ordered by mistake|placed inadvertently].
    learner: I made [a mistake|mistake] with the order.
    learner: It was mistake, I [click|pressed] wrong button.
    learner: I ordered this by mistake[|, sorry].
    annoyed: It was ordered by mistake, [thanks to that website|because the site kept jumping around|since the page
        loaded twice].
    annoyed: [That shop page|The checkout] made me order it by mistake.
    annoyed: It was a mistake, [all right|okay|and I do not care to explain it].

address
    plain: I'd like {order} to be shipped to a [different|new] address: {address}.
    plain: [Can|Could] you change the shipping address of {order} to {address}?
    plain: The [shipping|delivery] address of {order} should be {address}[| instead].
    terse: New address for {order}: {address}.
    terse: Ship {order} to this address: {address}.
    terse: Change address of {order} to {address}.
    chatty: I [will be|am going to be] staying [with my parents|at a friend's|somewhere else] for a while, so could
        the address of {order} be changed to {address}?
    chatty: We are [moving|in the middle of a move], boxes everywhere, and {order} needs to go to our new address,
        {address}.
    chatty: I just noticed that the address of {order} is [not right|an old one]; it has to be {address}.
    formal: I [would like to|wish to] have the shipping address of {order} amended to {address}.
    formal: Kindly [note|record] {address} as the delivery address of {order}.
    formal: {order} should be dispatched to the following address: {address}.
    learner: Please change the address of {order}, new one is {address}.
    learner: For {order} I [want|need] other address: {address}.
    learner: The address of {order} is wrong. Correct is {address}.
    annoyed: {order} is going to the wrong address. It [has to|must] go to {address}.
    annoyed: Somebody [should|has to] fix the address of {order}; it is {address}.
    annoyed: I want the address of {order} changed to {address}[|, before it ships|, and soon].

home address
    plain: my default address
    plain: the default address [in|on] my profile
    plain: the address on my account
    terse: my default address
    terse: default address
    terse: address on my account
    chatty: the default address I have in my profile
    chatty: my [good old |]home address, the one [in|on] my profile
    chatty: the address that is saved on my account
    formal: the default address [held|recorded] in my profile
    formal: my default address
    formal: the address on my account
    learner: my default address
    learner: the default address, it is in my profile
    learner: the address in my account
    annoyed: my default address[|, which has been there all along]
    annoyed: the default address that is in my profile
    annoyed: the address on my account

default address
    plain: I have moved, and my default address should now be {address}.
    plain: Please update the default address [in|on] my profile to {address}.
    plain: I'd like to change my default address to {address}.
    plain: [Can|Could] you set my default address to {address}?
    terse: New default address: {address}.
    terse: Set my default address to {address}.
    terse: Update the default address in my profile: {address}.
    chatty: We finally [moved into|got the keys to] our new place, so my default address needs changing to {address}.
    chatty: I [keep|kept] forgetting to do this, but my default address should be {address}.
    chatty: New [home|house|flat], new address: could you make {address} my default address?
    formal: I wish to [inform you of|report] a change of residence; my default address is now {address}.
    formal: Kindly update the default address in my profile to {address}.
    formal: I would like my default address to be [changed|amended] to {address}.
    learner: I moved. New default address is {address}, please change.
    learner: Please write in my profile the default address {address}.
    learner: My default address must be now {address}.
    annoyed: My default address is [still|] the old one. Make it {address}.
    annoyed: [How hard can it be|I have asked before|It is not that hard]: my default address is {address}.
    annoyed: I want my default address changed to {address}, and [properly|for good] this time.

payment
    plain: I'd like to pay for {order} with {pay} instead.
    plain: [Can|Could] you change the payment method of {order} to {pay}?
    plain: Please move the payment for {order} to {pay}.
    plain: I want to change how I pay for {order}: [use|it should be] {pay}.
    terse: Change payment of {order} to {pay}.
    terse: {order}: payment method to {pay}, please change.
    terse: Switch the payment for {order} to {pay}.
    chatty: I [picked|chose] the wrong payment method when I checked out, so could {order} be paid with {pay} instead?
    chatty: My [husband|wife|accountant] would rather see {order} paid with {pay}, so I want to change the payment.
    chatty: I keep my [finances|money] tidy, and for that {order} ought to be charged to {pay} instead.
    formal: I [would like|wish] to change the payment method for {order} to {pay}.
    formal: Kindly charge {order} to {pay} instead of the present payment method.
    formal: The payment method of {order} should be changed to {pay}.
    learner: I want change the payment of {order}, to {pay}.
    learner: Please, for {order} the payment must be {pay}, change it.
    learner: I want to pay {order} with {pay}, not like now.
    annoyed: {order} was charged to the wrong thing. I want to pay for it with {pay}, so change the payment.
    annoyed: Change the payment method for {order} to {pay}[|, that is all|, it cannot be that hard].
    annoyed: I [never|did not] want {order} paid like that; put the payment on {pay}.

reason later
    plain: [It is about|This is for|That would be] {id}. {why}
    terse: [For|Re|About] {id}. {why}
    chatty: [Oh,|Well, as for|Let me think,] {id}. {why}
    formal: [With regard to|Concerning|Regarding] {id}, I can tell you the following. {why}
    learner: [It is for|I say for|About] {id}. {why}
    annoyed: [You need a reason for|Now I have to explain|Must I really justify] {id}? {why}
""")
