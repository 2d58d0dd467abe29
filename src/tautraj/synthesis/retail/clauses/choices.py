"""Words for choices between variants and for second thoughts: cheapest, dearest, second choices, corrections.

`{c}` is a condition with a blank before it, and may be empty. Not here: exchanges themselves
        (`synthesis.retail.clauses.items`).
"""

from tautraj.synthesis.templates import parse_clauses

CLAUSES = parse_clauses("""
cheapest
    plain: the cheapest one{c} [that is available|in stock|right now]
    plain: the least expensive one{c}[| that can be had]
    plain: whichever available one{c} costs the least
    terse: the cheapest one{c}
    terse: cheapest{c} in stock
    terse: the lowest-priced one{c}
    chatty: whatever one{c} is easiest on the budget, the very cheapest
    chatty: the most affordable one{c} that [the shop has|is on the shelves] right now
    chatty: the cheapest little one{c} there is in stock
    formal: the least costly version{c} presently available
    formal: the most affordable available version{c}
    formal: the lowest-priced version{c} [in stock|on offer]
    learner: the cheapest one{c} what is in the shop
    learner: the one{c} that costs least
    learner: the most cheap, the cheapest available one{c}
    annoyed: the cheapest one{c} there is
    annoyed: the cheapest{c}, I have paid enough,
    annoyed: the least expensive thing{c} in stock

dearest
    plain: the most expensive one{c} [that is available|in stock|right now]
    plain: the priciest one{c}[| that can be had]
    plain: whichever available one{c} costs the most
    terse: the most expensive one{c}
    terse: priciest{c} in stock
    terse: the highest-priced one{c}
    chatty: the fanciest one{c}, I mean the most expensive there is in stock
    chatty: the very priciest one{c}, [I deserve it|we only live once|it is a gift]
    chatty: the top of the range{c}, so the most expensive available one
    formal: the most expensive version{c} presently available
    formal: the highest-priced available version{c}
    formal: the costliest version{c} [in stock|on offer]
    learner: the most expensive one{c} what is in the shop
    learner: the one{c} that costs most
    learner: the dearest available one{c}
    annoyed: the most expensive one{c} there is
    annoyed: the priciest one{c}, since cheap ones [never last|break],
    annoyed: the most expensive thing{c} in stock

same option
    plain: with the same {option}
    terse: same {option}
    chatty: that keeps the {option}
    formal: with the same {option}
    learner: with same {option}
    annoyed: with the same {option}

if not available
    plain: If that one is [not available|out of stock|sold out], {second}.
    plain: Should that not be available, {second}.
    plain: If it is not in stock, {second}.
    terse: If sold out, {second}.
    terse: Not in stock? Otherwise {second}.
    terse: If not available, {second}.
    chatty: Now, if that one happens to be sold out, [which would be just my luck,|I would not be surprised,|] then
        {second}.
    chatty: If it turns out that it is gone, [oh well|never mind|so be it], {second}.
    chatty: And in case there are none of those left because they are sold out, {second}.
    formal: Should that version not be available, {second}.
    formal: In case it is out of stock, {second}.
    formal: If that is no longer available, {second}.
    learner: If this is not there, {second}.
    learner: If the shop has not this one, {second}.
    learner: When it is sold out, {second}.
    annoyed: And if that is sold out, [which it probably is|as always], {second}.
    annoyed: If you do not have it, {second}.
    annoyed: If that is not available [either|again], {second}.

second choice
    plain: [I'd take|give me|I would go for] {new} instead
    plain: {new} is my second choice
    plain: [make it|choose] {new}
    terse: {new}
    terse: take {new}
    terse: {new} then
    chatty: I would be [just as happy|almost as happy] with {new}
    chatty: let us go with {new}
    chatty: {new} would [do nicely|be lovely too]
    formal: I would accept {new} instead
    formal: {new} would be acceptable
    formal: kindly select {new}
    learner: I take {new}
    learner: please give {new}
    learner: {new} is also good
    annoyed: give me {new}, [whatever|for all I care]
    annoyed: I will have to live with {new}
    annoyed: then {new} it is

second is to cancel
    plain: [cancel|I'd like to cancel] the whole order, because I no longer need it
    plain: cancel that order, as it is no longer needed
    plain: please cancel all of the order because I don't need it anymore
    terse: cancel the order, no longer needed
    terse: cancel all of it, not needed anymore
    terse: the order can be cancelled, no longer needed
    chatty: I [guess|suppose] we cancel the whole order, I don't need it anymore like that
    chatty: it would be best to call off the entire order, since I no longer need it
    chatty: just cancel all of it, the order is no longer needed in that case
    formal: I request that the order be cancelled, since it is no longer needed
    formal: the entire order is to be cancelled, as I no longer need it
    formal: kindly cancel the order, which would no longer be needed
    learner: please cancel the order, I don't need it anymore
    learner: I want cancel all order, no longer needed
    learner: then cancel order, I no longer need it
    annoyed: cancel the whole order, I don't need it anymore
    annoyed: forget the order and cancel it, it is no longer needed
    annoyed: cancel everything in it, I no longer need any of it

second is to return
    plain: I'd like to return it instead, with the refund to {pay}
    plain: I want to send it back and have the refund on {pay}
    plain: I would rather return it, refund to {pay}
    terse: return it, refund to {pay}
    terse: it can be returned, refund on {pay}
    terse: I return it, money to {pay}
    chatty: I [guess|suppose] I will just return it and take the refund on {pay}
    chatty: it had better be returned, and the refund can go to {pay}
    chatty: let us simply return it, with the refund going to {pay}
    formal: I wish to return it, with the refund credited to {pay}
    formal: it is to be returned, and the refund made to {pay}
    formal: kindly arrange its return, with the refund to {pay}
    learner: I want return it, and refund to {pay}
    learner: please I return it and the refund is to {pay}
    learner: it must be returned, refund on {pay}
    annoyed: I am returning it, and the refund goes to {pay}
    annoyed: take it back, that is, I return it, refund to {pay}
    annoyed: it gets returned, with the refund on {pay}

other variant
    plain: Actually, [wait|hold on]. For {it}, I'd rather have {new}.
    plain: On second thought, [make|let] it be {new} for {it}.
    plain: I changed my mind about {it}: I want {new}.
    terse: Wait. {new} for {it}.
    terse: No, {new} instead, for {it}.
    terse: Changed my mind on {it}: {new}.
    chatty: Oh, hang on, I [just thought of something|am having second thoughts]. I would much rather get {new} for
        {it}.
    chatty: Hmm, now that I [hear|read] it like that, {new} would be nicer for {it}.
    chatty: Sorry, I am so indecisive. Regarding {it}, let us do {new}.
    formal: One moment, please. For {it}, I should prefer {new}.
    formal: I have reconsidered. Regarding {it}, {new} would be preferable.
    formal: Allow me to correct myself. For {it}, I would like {new}.
    learner: Sorry, wait. For {it} I want better {new}.
    learner: No, I think again. For {it} please {new}.
    learner: Excuse me, I change my opinion: {new}, for {it}.
    annoyed: No, wait. I want {new} for {it}.
    annoyed: Ugh, forget that. {new} for {it}, final answer.
    annoyed: Hold it. For {it} make it {new}.

other items
    plain: Actually, [wait|hold on]. I only want to return {items} from {id}.
    plain: On second thought, from {id} just {items} should go back.
    plain: I changed my mind about {id}. It is {items} that I want to return.
    terse: Wait. Return {items} from {id} instead.
    terse: No, from {id} {items}.
    terse: Changed my mind on {id}: {items}.
    chatty: Oh, hang on, I have grown fond of it. From {id}, let us send back {items} instead.
    chatty: Hmm, now that I think of it, from {id} I would rather return {items}.
    chatty: Sorry, I am so indecisive. From {id} it will be {items} after all.
    formal: One moment, please. From {id}, I wish to return {items} instead.
    formal: I have reconsidered. From {id}, {items} should be returned.
    formal: Allow me to correct myself. The return from {id} concerns {items}.
    learner: Sorry, wait. From {id} I want return {items}.
    learner: No, I think again. From {id} please {items}.
    learner: Excuse me, I change my opinion: {items}, from {id}.
    annoyed: No, wait. From {id} I am returning {items}.
    annoyed: Ugh, forget that. {items} from {id}, final answer.
    annoyed: Hold it. From {id} it is {items} that I return.

other payment
    plain: Actually, [wait|hold on]. Please use {pay} for {it}.
    plain: On second thought, I'd rather use {pay} for {it}.
    plain: I changed my mind, {pay} is better for {it}.
    terse: Wait. {pay} for {it}.
    terse: No, {pay} instead, for {it}.
    terse: Changed my mind on {it}: {pay}.
    chatty: Oh, hang on, I [just remembered something|promised to keep that one free]. Better use {pay} for {it}.
    chatty: Hmm, you know, {pay} would suit me better for {it}.
    chatty: Sorry, I am so indecisive. For {it}, let us take {pay}.
    formal: One moment, please. For {it}, I should prefer {pay}.
    formal: I have reconsidered. {pay} should be used for {it}.
    formal: Allow me to correct myself. For {it}, I would like to use {pay}.
    learner: Sorry, wait. For {it} better {pay}.
    learner: No, I think again. For {it} please {pay}.
    learner: Excuse me, I change my opinion: {pay}, for {it}.
    annoyed: No, wait. {pay} for {it}.
    annoyed: Ugh, forget that. {pay} for {it}, final answer.
    annoyed: Hold it. For {it} use {pay}.

other address
    plain: Actually, [wait|hold on]. {id} should go to this address: {address}.
    plain: I gave the wrong address for {id}. It is {address}.
    plain: On second thought, the address for {id} has to be {address}.
    terse: Wait. {id}, address: {address}.
    terse: No, wrong. Address for {id}: {address}.
    terse: Correct address of {id}: {address}.
    chatty: Oh, hang on, silly me, that is the old one. The address for {id} is {address}.
    chatty: Hmm, I mixed up two addresses. {id} has to go to the address {address}.
    chatty: Sorry, I am so scatterbrained. The right address for {id} would be {address}.
    formal: One moment, please. The correct address for {id} is {address}.
    formal: I have made an error. The address for {id} should read {address}.
    formal: Allow me to correct the address for {id}: {address}.
    learner: Sorry, wait. The address for {id} is other: {address}.
    learner: No, I said wrong. Address for {id} is {address}.
    learner: Excuse me, correct address for {id}: {address}.
    annoyed: No, wait. The address for {id} is {address}.
    annoyed: Ugh, that was the wrong one. Address for {id}: {address}.
    annoyed: Hold it. {id} goes to another address, {address}.

other reason
    plain: [Wait|Actually|Hold on], I gave the wrong reason for {id}. {why}
    terse: [Wrong reason for|Other reason for|Correction for] {id}. {why}
    chatty: [Oh, to be honest about {id}, that was not the real reason|Hmm, forget what I told you about {id}|Sorry,
        I fibbed a little about {id}]. {why}
    formal: [Allow me to correct|I have to correct|I beg to amend] the reason given for {id}. {why}
    learner: [Sorry|Excuse me|Wait], for {id} I said wrong reason. {why}
    annoyed: [No, that is not why|Ugh, that was the wrong reason|Hold it, write down another reason], for {id}. {why}
""")
