"""How customers choose, set conditions, and change their minds."""

Clause = dict[str, tuple[str, ...]]

BEST_FLIGHT: Clause = {
    "plain": (
        "I want to move {leg} to {date}, on {best}.",
        "Please change {leg} to {best} on {date}.",
        "I would like {leg} changed to {date}, and it should be {best}.",
    ),
    "terse": (
        "Move {leg} to {date}, {best}.",
        "{Leg}: change to {date}, {best}.",
        "Switch {leg} to {best}, {date}.",
    ),
    "chatty": (
        "Something came up at home, so I need to move {leg} to {date}, and I would go for {best}.",
        "I would love to change {leg} to {date}, whichever is {best} will do.",
        "My neighbour swears by {best}, so please switch {leg} to that on {date}.",
    ),
    "formal": (
        "I request that {leg} be moved to {date}; please select {best}.",
        "I should like to exchange {leg} for {best} on {date}.",
        "Kindly rebook {leg} for {date}, choosing {best}.",
    ),
    "learner": (
        "I want change {leg} to {date}, please look for {best}.",
        "Please move {leg}, new day is {date}, I take {best}.",
        "For {leg} I need other flight on {date}, {best}.",
    ),
    "annoyed": (
        "I have to move {leg} to {date}, and I expect {best}.",
        "Change {leg} to {best} on {date}, I am tired of searching.",
        "Your search is useless, so please move {leg} to {date}, to {best}.",
    ),
}

OR_FLIGHT: Clause = {
    "plain": (
        "If there are not enough seats, I will take {flight} instead.",
        "If that one is sold out, please use {flight}.",
        "Should it be full, {flight} is fine too.",
    ),
    "terse": ("If full, {flight}.", "Sold out? Then {flight}.", "If no seats, take {flight}."),
    "chatty": (
        "If everybody else had the same idea and it is full, I can live with {flight}.",
        "If there is no room left on that one, well, {flight} it is.",
        "Should it be booked out, no tears, just take {flight}.",
    ),
    "formal": (
        "Should insufficient seats remain, {flight} would be acceptable.",
        "In case it is fully booked, please choose {flight}.",
        "If seats are no longer available, I shall accept {flight}.",
    ),
    "learner": (
        "If is no place, then please {flight}.",
        "If it is full I take {flight}.",
        "In case no seats there, I want {flight}.",
    ),
    "annoyed": (
        "If that is full, which would not surprise me, take {flight}.",
        "And if there are no seats, of course, then {flight}.",
        "Should it be sold out again, use {flight}.",
    ),
}

UP_TO: Clause = {
    "plain": (
        "I am willing to pay up to ${limit} for it.",
        "It may cost at most ${limit}.",
        "I will do this if the difference is no more than ${limit}.",
    ),
    "terse": ("At most ${limit}.", "Up to ${limit}, not above.", "Budget is ${limit}."),
    "chatty": (
        "My piggy bank allows at most ${limit}, though.",
        "I promised my wife to spend no more than ${limit} on this.",
        "Anything up to ${limit} is fine with me, beyond that it hurts.",
    ),
    "formal": (
        "The additional cost must be no more than ${limit}.",
        "I am prepared to spend at most ${limit} on this.",
        "This is subject to a limit of ${limit}.",
    ),
    "learner": ("I can pay at most ${limit}.", "It must be no more than ${limit}.", "My money is up to ${limit}."),
    "annoyed": (
        "I am not paying more than ${limit} for it.",
        "And at most ${limit}, this is expensive enough.",
        "No more than ${limit}, I mean it.",
    ),
}

ELSE_BAGS: Clause = {
    "plain": (
        "If it costs more, leave the cabin as it is and add {bags} instead.",
        "Otherwise, please just add {bags}.",
        "If that is too much, I would rather have {bags} added.",
    ),
    "terse": ("Otherwise add {bags}.", "If it is more, only add {bags}.", "Too expensive? Then add {bags}."),
    "chatty": (
        "If it is beyond that, forget the luxury and add {bags}.",
        "Otherwise I will comfort myself with {bags}, so add those.",
        "If my budget does not do it, please add {bags}, that will be nice as well.",
    ),
    "formal": (
        "Should the cost be higher, kindly add {bags} instead.",
        "Otherwise I request {bags} to be added.",
        "In case this is exceeded, {bags} should be added instead.",
    ),
    "learner": (
        "If it is more, then please only add {bags}.",
        "Otherwise I want {bags} more, so add it.",
        "If too expensive, add {bags} please.",
    ),
    "annoyed": (
        "If it is more than that, keep it and add {bags}.",
        "Otherwise add {bags} and that is it.",
        "If you want more than that from me, add {bags} instead.",
    ),
}

ELSE_NOTHING: Clause = {
    "plain": (
        "If it costs more, leave everything as it is.",
        "Otherwise I will keep things the way they are.",
        "If not, please leave it.",
    ),
    "terse": ("Otherwise leave it.", "If more, forget it.", "If not, keep it as it is."),
    "chatty": (
        "If it is dearer, well, forget about it and keep it all as it is.",
        "Otherwise leave it, it was only an idea.",
        "If it comes to more than that, just leave it be.",
    ),
    "formal": (
        "Should it exceed that, please leave the reservation unchanged.",
        "Otherwise kindly leave everything as it stands.",
        "In case it is more, I prefer to keep the present state.",
    ),
    "learner": ("If it is more, then leave it.", "Otherwise please leave it like now.", "If too much, keep it same."),
    "annoyed": (
        "If it is more, forget it.",
        "Otherwise leave everything alone.",
        "If you ask for more than that, keep it the way it is.",
    ),
}

ELSE_CABIN: Clause = {
    "plain": (
        "If it cannot be cancelled, please change it to {cabin} instead.",
        "If that is not possible, move it to {cabin}.",
        "Should a cancellation be impossible, switch it to {cabin}.",
    ),
    "terse": (
        "If not possible, change it to {cabin}.",
        "Otherwise to {cabin}.",
        "Not possible? Then move it to {cabin}.",
    ),
    "chatty": (
        "If the rules will not let me out of it, then at least put it in {cabin}.",
        "If there is no way out, fine, I would move it to {cabin} and make the best of it.",
        "Should that turn out to be impossible, switch it to {cabin} and I shall cope.",
    ),
    "formal": (
        "Should this not be permitted, I request a change to {cabin}.",
        "In case it is not possible, kindly change it to {cabin}.",
        "Failing that, the reservation should be moved to {cabin}.",
    ),
    "learner": (
        "If it is not possible, please make it to {cabin}.",
        "If you can not do it, change to {cabin}.",
        "In case of no, I want it in {cabin}.",
    ),
    "annoyed": (
        "If you will not do that, then at least change it to {cabin}.",
        "If there is some rule against it, as always, move it to {cabin}.",
        "Otherwise put it in {cabin}, if even that is allowed.",
    ),
}

CORRECT_BAGS: Clause = {
    "plain": (
        "Sorry, I have changed my mind: for {key}, {bags}.",
        "Actually, for {key} I need {bags}.",
        "Wait, it should be {bags} for {key}.",
    ),
    "terse": ("No, {bags} for {key}.", "Correction for {key}: {bags}.", "{Key}: {bags}, sorry."),
    "chatty": (
        "Hold on, my daughter just told me that for {key} it is {bags}.",
        "Oh dear, I counted wrong, for {key} it has to be {bags}.",
        "Wait a second, on second thought {bags} for {key}.",
    ),
    "formal": (
        "I must correct myself: for {key} I require {bags}.",
        "On reflection, it should be {bags} for {key}.",
        "Please excuse the change, I should like {bags} for {key}.",
    ),
    "learner": (
        "Sorry, I said wrong, for {key} it is {bags}.",
        "No, please {bags} for {key}.",
        "I think again: {bags} for {key}.",
    ),
    "annoyed": (
        "No, that will not do, {bags} for {key}.",
        "Scratch that, for {key} I need {bags}.",
        "Now that I see it, {bags} for {key}.",
    ),
}

CORRECT_CABIN: Clause = {
    "plain": (
        "Sorry, I have thought again: {key} should be in {cabin}.",
        "Actually, for {key}, please make it {cabin}.",
        "Wait, I would rather have {cabin} for {key}.",
    ),
    "terse": ("No, {cabin} for {key}.", "Rather {cabin} for {key}.", "{Key}: {cabin} instead."),
    "chatty": (
        "Hmm, hold on, hearing it out loud, {cabin} is the better idea for {key}.",
        "Oh, you know what, I prefer {cabin} for {key} after all.",
        "My husband is waving at me, it has to be {cabin} for {key}.",
    ),
    "formal": (
        "On reflection, I prefer {cabin} for {key}.",
        "I must correct myself: {cabin} is what I require for {key}.",
        "Please let it be {cabin} for {key} after all.",
    ),
    "learner": (
        "Sorry, I change my mind, {cabin} is better for {key}.",
        "No, I think {cabin} for {key}.",
        "Please not this, I want {cabin} for {key}.",
    ),
    "annoyed": (
        "At that price? No, {cabin} for {key}.",
        "Forget what I said, {cabin} for {key}.",
        "No, then I want {cabin} for {key}.",
    ),
}

CORRECT_PAYMENT: Clause = {
    "plain": (
        "Actually, I would rather use {pay} for {key}.",
        "Wait, please take {pay} for {key} instead.",
        "Sorry, for {key} it should be {pay}.",
    ),
    "terse": ("No, {pay} for {key}.", "Use {pay} for {key} instead.", "{Key}: rather {pay}."),
    "chatty": (
        "Oh, hang on, I had better use {pay} for {key}.",
        "Thinking of next month, {pay} is wiser for {key}.",
        "You know, {pay} has been waiting for its turn, so take it for {key}.",
    ),
    "formal": (
        "On reflection, {pay} should be used for {key}.",
        "I should prefer {pay} for {key} after all.",
        "Please use {pay} for {key} rather than what I stated.",
    ),
    "learner": (
        "Sorry, for {key} better take {pay}.",
        "No, I want use {pay} for {key}.",
        "Please other money for {key}: {pay}.",
    ),
    "annoyed": (
        "No, for {key} take {pay}, I decided otherwise.",
        "Not that one, {pay} for {key}.",
        "Stop, it has to be {pay} for {key}.",
    ),
}
