"""Words for questions, for what only a human may do, and for what the policy forbids.

Not here: what is allowed (`synthesis.retail.clauses.orders`, `synthesis.retail.clauses.items`).
"""

from tautraj.synthesis.templates import parse_clauses

CLAUSES = parse_clauses("""
count
    plain: How many variants of the {product} are [available|in stock][| right now| at the moment]?
    plain: I'd like to know how many variants of the {product} can be [bought|ordered] now.
    plain: [Can|Could] you tell me how many variants of the {product} are available?
    terse: How many {product} variants in stock?
    terse: Want to know: how many variants of the {product} are available?
    terse: How many variants are there of the {product}, available ones?
    chatty: I am [so curious|just curious|dying to know] how many variants of the {product} there are in stock!
    chatty: [My friend|My sister|My neighbor] is thinking about the {product} and asked me to find out how many
        variants are available.
    chatty: We have a bet going, so tell me, how many variants of the {product} can one get right now?
    formal: I would like to be told how many variants of the {product} are presently available.
    formal: May I ask how many variants of the {product} are in stock?
    formal: Kindly let me know how many variants of the {product} are available for purchase.
    learner: How many variants of the {product} you have now available?
    learner: I want to know how many variants there is of the {product}, in stock.
    learner: Please tell me: {product}, how many variants are available?
    annoyed: How many variants of the {product} are actually in stock? The page [will not load|keeps crashing].
    annoyed: Your website does not say how many variants of the {product} are available, so tell me.
    annoyed: I want to know how many variants of the {product} can really be had, [no guessing|an exact number].

total
    plain: What is the total of {order}?
    plain: I'd like to know how much {order} cost in total.
    plain: [Can|Could] you tell me how much I paid for {order} altogether?
    terse: Total of {order}? Want to know.
    terse: How much was {order} in total?
    terse: What did {order} cost altogether?
    chatty: I am doing my [budget|household book|accounts] and want to know what {order} came to in total.
    chatty: My [partner|accountant|husband] keeps asking, so how much did I spend on {order} altogether?
    chatty: I [dread|am almost afraid of] the answer, but how much did {order} cost me in total?
    formal: I should like to know the total amount of {order}.
    formal: May I ask how much {order} cost in total?
    formal: Kindly let me know what was charged for {order} in total.
    learner: How much I paid for {order}, in total?
    learner: I want to know the total of {order}.
    learner: Please tell me what is the total price for {order}.
    annoyed: What did {order} cost me in total? [I cannot find it anywhere|It is nowhere on the receipt].
    annoyed: I want to know how much I was charged for {order} in total.
    annoyed: Nobody can tell me the total of {order}, so what is it?

refund question
    plain: How much would I get back if I returned {items}{from}?
    plain: I'd like to know how much the refund for {items}{from} would be.
    plain: [Can|Could] you tell me what refund I would get for {items}{from}?
    terse: How much refund for {items}{from}?
    terse: Want to know what I get back for {items}{from}.
    terse: What is the refund on {items}{from}?
    chatty: I have not made up my mind yet, but how much would I get back for {items}{from}?
    chatty: Just out of curiosity, what would the refund be if {items}{from} went back?
    chatty: I am [toying with|playing with] the idea of giving up {items}{from}, so I wonder how much of a refund
        there would be.
    formal: I should like to know what amount would be refunded for {items}{from}.
    formal: May I ask how much of a refund {items}{from} would entitle me to?
    formal: Kindly let me know what refund I could expect for {items}{from}.
    learner: How much money I get back for {items}{from}?
    learner: I want to know the refund for {items}{from}, how much.
    learner: Please tell me what is the refund when I give back {items}{from}.
    annoyed: How much would I even get back for {items}{from}?
    annoyed: Before I decide anything, what refund would there be for {items}{from}?
    annoyed: I want to know exactly how much gets refunded for {items}{from}.

no action yet
    plain: I [only want the figure|just want to know] for now.
    terse: Only asking.
    chatty: No need to do anything yet, I am only [asking|being nosy].
    formal: For the time being, this is merely an inquiry.
    learner: Only question, please do nothing yet.
    annoyed: Just the figure, nothing else.

difference question
    plain: What is the difference in price between {item}{from} and {new}?
    plain: I'd like to know how much more or less {new} would cost than {item}{from}.
    plain: [Can|Could] you tell me the price difference between {item}{from} and {new}?
    terse: Want to know the price difference: {item}{from} and {new}.
    terse: How much more or less is {new}, compared to {item}{from}?
    terse: What is the price difference, {item}{from} to {new}?
    chatty: I keep going back and forth about {item}{from}, so how much more or less would {new} cost?
    chatty: Out of curiosity, what would be the difference in price between {item}{from} and {new}?
    chatty: You know {item}{from}? My [friend|cousin|colleague] has {new}, and I wonder how much the difference is.
    formal: I should like to know the difference in price between {item}{from} and {new}.
    formal: May I ask how much more or less {new} would cost, compared to {item}{from}?
    formal: Kindly let me know what the price difference is between {item}{from} and {new}.
    learner: How much is difference of price, {item}{from} and {new}?
    learner: I want to know how much more or less costs {new} than {item}{from}.
    learner: Please tell me what is the difference from {item}{from} to {new}.
    annoyed: What is the difference in price between {item}{from} and {new}? [The page does not say|I found two
        answers].
    annoyed: About {item}{from}, I want to know how much more or less I would have paid for {new}.
    annoyed: Somebody tell me the price difference between {item}{from} and {new}, [please|will you].

transfer
    plain: I need [an invoice|a tax receipt] [made out to my company|with our tax number|for my employer].
    plain: I'd like to [talk|speak] to a human about [a warranty claim|a complaint|a safety problem].
    plain: My [last name has changed|family name is misspelled], and I'd like that fixed [on my account|in my
        profile].
    plain: [Can|Could] you have [my broken blender|the lamp I bought years ago] repaired?
    terse: Need [an invoice for the tax office|a tax receipt].
    terse: Put me through to a human.
    terse: Warranty claim. [Where do I file it?|How does that work?]
    terse: Last name changed, fix it on the account: my last name has changed.
    chatty: So I got married in spring, and my last name has changed, isn't that [funny|lovely]? My account still
        has the old one.
    chatty: My [grill|old radio|toaster] gave up the ghost after two years and I wonder whether the warranty covers
        a repair.
    chatty: I am planning a party for the whole street and would love to talk to a human about a bulk order.
    chatty: It is tax time again, hooray, and I am hunting for an invoice of something I bought [last winter|years
        ago].
    formal: I require a formal invoice [stating our tax number|for our bookkeeping department].
    formal: I should like to be connected to a human representative regarding [a complaint|a warranty matter].
    formal: I wish to apply for a job in [one of the stores|the warehouse] and ask to be referred to somebody in
        charge.
    formal: We intend to open a business account and request the assistance of a representative.
    learner: I need the invoice paper for [tax|my boss].
    learner: Please, can I speak with human person, it is about warranty.
    learner: Something I bought [one year ago|before long time] is broken, I want repair.
    learner: My last name has changed after wedding, how to write new one in account?
    annoyed: Get me a [supervisor|manager], I want to [file a complaint|complain about the courier].
    annoyed: I have asked for an invoice [twice|three times] and [nothing came|nobody sent one].
    annoyed: Your technician never showed up for the repair, so [what now|do something].
    annoyed: Enough of this. I want to speak to a human about the warranty on my old [dishwasher|vacuum].

other reasons
    plain: I found it cheaper [elsewhere|in another shop].
    plain: [The delivery takes|It takes] too long.
    plain: I have read bad reviews of it.
    terse: Cheaper elsewhere.
    terse: Takes too long.
    terse: Bad reviews.
    chatty: [My cousin|A colleague] told me it is much cheaper in the shop around the corner.
    chatty: I have been reading reviews all night and they are [awful|terrible].
    chatty: It would arrive too late for the birthday, and I hate waiting.
    formal: A competitor offers the same at a better price.
    formal: The delivery time is too long for us.
    formal: The reviews that I have since read are discouraging.
    learner: Other shop is cheaper.
    learner: It is too slow, I wait already long.
    learner: I read the reviews, not good.
    annoyed: It is cheaper everywhere else.
    annoyed: I am sick of waiting.
    annoyed: The reviews are a disaster.

someone else
    plain: It is my [sister's|neighbor's|colleague's] order, but I take care of it.
    terse: Not mine, my [brother's|neighbor's].
    chatty: It belongs to my [aunt|neighbor], bless her, who does not get along with computers.
    formal: It was placed by my [business partner|mother], on whose behalf I am writing.
    learner: It is order of my [friend|cousin], I help.
    annoyed: It is my [roommate's|husband's], and he never gets anything done.

single item
    plain: I want to cancel only {item}{from} and keep the rest of the order.
    plain: [Can|Could] you cancel just {item}{from}? The rest of the order should be sent.
    plain: I'd like to cancel a single item{from}: only {item}.
    terse: Cancel only {item}{from}. Keep the rest of the order.
    terse: Just {item}{from}: cancel that. Rest of the order stays.
    terse: Want only {item}{from} cancelled, not the rest of the order.
    chatty: It is only {item}{from} that I want to cancel, because [my sister gave me hers|I got one as a present].
        I am so looking forward to the rest of the order.
    chatty: So the rest of the order is perfect, it is just {item}{from} that I would love to cancel.
    chatty: I [wonder|was wondering] about cancelling only {item}{from} and leaving the rest of the order as it is.
    formal: I wish to cancel only {item}{from}, whereas the rest of the order should be delivered.
    formal: Kindly cancel a single article, only {item}{from}.
    formal: I request the cancellation of just {item}{from}, without prejudice to the rest of the order.
    learner: I want cancel only {item}{from}. The rest of the order I keep.
    learner: Please cancel just {item}{from}, not the rest of the order.
    learner: Only {item}{from} I want to cancel, please.
    annoyed: Cancel only {item}{from} and hands off the rest of the order.
    annoyed: I want just {item}{from} cancelled. How hard can a single item be?
    annoyed: Only {item}{from} has to be cancelled, nothing but that.

split payment
    plain: I'd like to pay for {order} half with {one} and half with {two}.
    plain: [Can|Could] you split the payment of {order} between {one} and {two}?
    plain: Please change the payment of {order} so that a part of it is on {one} and the rest on {two}.
    terse: Split payment of {order}: half {one}, half {two}.
    terse: {order}: change payment, half {one}, half {two}.
    terse: Change payment for {order} to two methods, {one} and {two}.
    chatty: Money is [a bit|rather] tight, so could the payment of {order} be split, half on {one} and half on {two}?
    chatty: We share everything here, so {order} ought to be paid half with {one} and half with {two}.
    chatty: I would feel better if the payment for {order} were divided between {one} and {two}.
    formal: I wish to divide the payment for {order} between {one} and {two}.
    formal: Kindly charge {order} half to {one} and half to {two}.
    formal: The payment for {order} should be changed so that {one} and {two} each bear one half.
    learner: I want pay {order} half with {one}, half with {two}.
    learner: Please split payment of {order}, on {one} and {two}.
    learner: It is possible to pay {order} partly with {one} and partly with {two}?
    annoyed: Split the payment of {order}: half on {one}, half on {two}, [every other shop can|is that so hard].
    annoyed: I want {order} paid half with {one} and half with {two}.
    annoyed: Change the payment of {order}, half of it on {one}, the other half on {two}.

another product
    plain: a {product}
    terse: a {product}
    chatty: a nice {product}
    formal: a {product} of equal value
    learner: a {product}
    annoyed: a {product}

insist
    plain: [Surely|I am sure] there is an exception for [long-time|regular] customers?
    plain: [Your colleague|The person I spoke to last week] said it would not be a problem.
    plain: It is [really important|rather urgent] to me, please [look|check] again.
    plain: I [read|saw] on your website that it is possible.
    terse: Check again.
    terse: Others could do it.
    terse: Last time it worked.
    chatty: Oh come on, [pretty please|just this once], nobody has to know!
    chatty: But the nice [lady|man] on the phone told me [last week|the other day] that it would be fine!
    chatty: I have been a customer for [ages|ten years], that must count for something?
    chatty: My [cousin|neighbor] did exactly the same thing with you last month.
    formal: I have it in writing from one of your colleagues that this is possible.
    formal: I must ask you to reconsider, given the circumstances.
    formal: In view of [the many years I have been your customer|my standing with your company], I expect some
        goodwill.
    learner: Please, it is very important, try again.
    learner: My friend did it, why I can't?
    learner: Other person from your shop says yes to me.
    learner: I am good customer, please make exception.
    annoyed: That is ridiculous. [Your colleague|The last person] promised me it would work.
    annoyed: I am not [taking|accepting] that. Do it anyway.
    annoyed: Every other shop does this [without blinking|in a minute]. Try harder.
    annoyed: Do you want me to write a bad review? [Go on,|Then] make an exception.
""")
