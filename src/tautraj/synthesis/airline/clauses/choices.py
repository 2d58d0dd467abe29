"""How customers choose, set conditions, and change their minds."""

from tautraj.synthesis.templates import parse_clauses

CLAUSES = parse_clauses("""
best flight
    plain: I want to move {leg} to {date}, on {best}.
    plain: Please change {leg} to {best} on {date}.
    plain: I would like {leg} changed to {date}, and it should be {best}.
    terse: Move {leg} to {date}, {best}.
    terse: {leg}: change to {date}, {best}.
    terse: Switch {leg} to {best}, {date}.
    chatty: Something came up at home, so I need to move {leg} to {date}, and I would go for {best}.
    chatty: I would love to change {leg} to {date}, whichever is {best} will do.
    chatty: My neighbour swears by {best}, so please switch {leg} to that on {date}.
    formal: I request that {leg} be moved to {date}; please select {best}.
    formal: I should like to exchange {leg} for {best} on {date}.
    formal: Kindly rebook {leg} for {date}, choosing {best}.
    learner: I want change {leg} to {date}, please look for {best}.
    learner: Please move {leg}, new day is {date}, I take {best}.
    learner: For {leg} I need other flight on {date}, {best}.
    annoyed: I have to move {leg} to {date}, and I expect {best}.
    annoyed: Change {leg} to {best} on {date}, I am tired of searching.
    annoyed: Your search is useless, so please move {leg} to {date}, to {best}.

or flight
    plain: If there are not enough seats, I will take {flight} instead.
    plain: If that one is sold out, please use {flight}.
    plain: Should it be full, {flight} is fine too.
    terse: If full, {flight}.
    terse: Sold out? Then {flight}.
    terse: If no seats, take {flight}.
    chatty: If everybody else had the same idea and it is full, I can live with {flight}.
    chatty: If there is no room left on that one, well, {flight} it is.
    chatty: Should it be booked out, no tears, just take {flight}.
    formal: Should insufficient seats remain, {flight} would be acceptable.
    formal: In case it is fully booked, please choose {flight}.
    formal: If seats are no longer available, I shall accept {flight}.
    learner: If is no place, then please {flight}.
    learner: If it is full I take {flight}.
    learner: In case no seats there, I want {flight}.
    annoyed: If that is full, which would not surprise me, take {flight}.
    annoyed: And if there are no seats, of course, then {flight}.
    annoyed: Should it be sold out again, use {flight}.

up to
    plain: I am willing to pay up to ${limit} for it.
    plain: It may cost at most ${limit}.
    plain: I will do this if the difference is no more than ${limit}.
    terse: At most ${limit}.
    terse: Up to ${limit}, not above.
    terse: Budget is ${limit}.
    chatty: My piggy bank allows at most ${limit}, though.
    chatty: I promised my wife to spend no more than ${limit} on this.
    chatty: Anything up to ${limit} is fine with me, beyond that it hurts.
    formal: The additional cost must be no more than ${limit}.
    formal: I am prepared to spend at most ${limit} on this.
    formal: This is subject to a limit of ${limit}.
    learner: I can pay at most ${limit}.
    learner: It must be no more than ${limit}.
    learner: My money is up to ${limit}.
    annoyed: I am not paying more than ${limit} for it.
    annoyed: And at most ${limit}, this is expensive enough.
    annoyed: No more than ${limit}, I mean it.

else bags
    plain: If it costs more, leave the cabin as it is and add {bags} instead.
    plain: Otherwise, please just add {bags}.
    plain: If that is too much, I would rather have {bags} added.
    terse: Otherwise add {bags}.
    terse: If it is more, only add {bags}.
    terse: Too expensive? Then add {bags}.
    chatty: If it is beyond that, forget the luxury and add {bags}.
    chatty: Otherwise I will comfort myself with {bags}, so add those.
    chatty: If my budget does not do it, please add {bags}, that will be nice as well.
    formal: Should the cost be higher, kindly add {bags} instead.
    formal: Otherwise I request {bags} to be added.
    formal: In case this is exceeded, {bags} should be added instead.
    learner: If it is more, then please only add {bags}.
    learner: Otherwise I want {bags} more, so add it.
    learner: If too expensive, add {bags} please.
    annoyed: If it is more than that, keep it and add {bags}.
    annoyed: Otherwise add {bags} and that is it.
    annoyed: If you want more than that from me, add {bags} instead.

else nothing
    plain: If it costs more, leave everything as it is.
    plain: Otherwise I will keep things the way they are.
    plain: If not, please leave it.
    terse: Otherwise leave it.
    terse: If more, forget it.
    terse: If not, keep it as it is.
    chatty: If it is dearer, well, forget about it and keep it all as it is.
    chatty: Otherwise leave it, it was only an idea.
    chatty: If it comes to more than that, just leave it be.
    formal: Should it exceed that, please leave the reservation unchanged.
    formal: Otherwise kindly leave everything as it stands.
    formal: In case it is more, I prefer to keep the present state.
    learner: If it is more, then leave it.
    learner: Otherwise please leave it like now.
    learner: If too much, keep it same.
    annoyed: If it is more, forget it.
    annoyed: Otherwise leave everything alone.
    annoyed: If you ask for more than that, keep it the way it is.

else cabin
    plain: If it cannot be cancelled, please change it to {cabin} instead.
    plain: If that is not possible, move it to {cabin}.
    plain: Should a cancellation be impossible, switch it to {cabin}.
    terse: If not possible, change it to {cabin}.
    terse: Otherwise to {cabin}.
    terse: Not possible? Then move it to {cabin}.
    chatty: If the rules will not let me out of it, then at least put it in {cabin}.
    chatty: If there is no way out, fine, I would move it to {cabin} and make the best of it.
    chatty: Should that turn out to be impossible, switch it to {cabin} and I shall cope.
    formal: Should this not be permitted, I request a change to {cabin}.
    formal: In case it is not possible, kindly change it to {cabin}.
    formal: Failing that, the reservation should be moved to {cabin}.
    learner: If it is not possible, please make it to {cabin}.
    learner: If you can not do it, change to {cabin}.
    learner: In case of no, I want it in {cabin}.
    annoyed: If you will not do that, then at least change it to {cabin}.
    annoyed: If there is some rule against it, as always, move it to {cabin}.
    annoyed: Otherwise put it in {cabin}, if even that is allowed.

correct bags
    plain: Sorry, I have changed my mind: for {key}, {bags}.
    plain: Actually, for {key} I need {bags}.
    plain: Wait, it should be {bags} for {key}.
    terse: No, {bags} for {key}.
    terse: Correction for {key}: {bags}.
    terse: {key}: {bags}, sorry.
    chatty: Hold on, my daughter just told me that for {key} it is {bags}.
    chatty: Oh dear, I counted wrong, for {key} it has to be {bags}.
    chatty: Wait a second, on second thought {bags} for {key}.
    formal: I must correct myself: for {key} I require {bags}.
    formal: On reflection, it should be {bags} for {key}.
    formal: Please excuse the change, I should like {bags} for {key}.
    learner: Sorry, I said wrong, for {key} it is {bags}.
    learner: No, please {bags} for {key}.
    learner: I think again: {bags} for {key}.
    annoyed: No, that will not do, {bags} for {key}.
    annoyed: Scratch that, for {key} I need {bags}.
    annoyed: Now that I see it, {bags} for {key}.

correct cabin
    plain: Sorry, I have thought again: {key} should be in {cabin}.
    plain: Actually, for {key}, please make it {cabin}.
    plain: Wait, I would rather have {cabin} for {key}.
    terse: No, {cabin} for {key}.
    terse: Rather {cabin} for {key}.
    terse: {key}: {cabin} instead.
    chatty: Hmm, hold on, hearing it out loud, {cabin} is the better idea for {key}.
    chatty: Oh, you know what, I prefer {cabin} for {key} after all.
    chatty: My husband is waving at me, it has to be {cabin} for {key}.
    formal: On reflection, I prefer {cabin} for {key}.
    formal: I must correct myself: {cabin} is what I require for {key}.
    formal: Please let it be {cabin} for {key} after all.
    learner: Sorry, I change my mind, {cabin} is better for {key}.
    learner: No, I think {cabin} for {key}.
    learner: Please not this, I want {cabin} for {key}.
    annoyed: At that price? No, {cabin} for {key}.
    annoyed: Forget what I said, {cabin} for {key}.
    annoyed: No, then I want {cabin} for {key}.

correct payment
    plain: Actually, I would rather use {pay} for {key}.
    plain: Wait, please take {pay} for {key} instead.
    plain: Sorry, for {key} it should be {pay}.
    terse: No, {pay} for {key}.
    terse: Use {pay} for {key} instead.
    terse: {key}: rather {pay}.
    chatty: Oh, hang on, I had better use {pay} for {key}.
    chatty: Thinking of next month, {pay} is wiser for {key}.
    chatty: You know, {pay} has been waiting for its turn, so take it for {key}.
    formal: On reflection, {pay} should be used for {key}.
    formal: I should prefer {pay} for {key} after all.
    formal: Please use {pay} for {key} rather than what I stated.
    learner: Sorry, for {key} better take {pay}.
    learner: No, I want use {pay} for {key}.
    learner: Please other money for {key}: {pay}.
    annoyed: No, for {key} take {pay}, I decided otherwise.
    annoyed: Not that one, {pay} for {key}.
    annoyed: Stop, it has to be {pay} for {key}.
""")
