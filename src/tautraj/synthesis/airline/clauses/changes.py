"""How customers ask for changes of a reservation: bags, passengers, cabin, flights, and how they pay.

Voice -> sentences. The tails are joined to a sentence instead of its full stop.
"""

Clause = dict[str, tuple[str, ...]]

ADD_BAGS: Clause = {
    "plain": (
        "I want to add {bags} to {ref}.",
        "Please add {bags} to {ref}.",
        "We are taking more along than planned, so {ref} needs {bags}.",
        "For {ref}, I would like to check in {bags}.",
    ),
    "terse": ("Add {bags} to {ref}.", "{Bags} for {ref}, please.", "{Ref}: {bags}."),
    "chatty": (
        "I packed and packed, and it turns out that I need {bags} for {ref}.",
        "My suitcase simply will not close, so could {ref} get {bags}?",
        "We went a bit wild with the presents, so please put {bags} on {ref}.",
    ),
    "formal": (
        "I should like to add {bags} to {ref}.",
        "Please be so kind as to include {bags} in {ref}.",
        "It is necessary that {bags} be added to {ref}.",
    ),
    "learner": (
        "I need {bags} in {ref}.",
        "Please put {bags} for {ref}.",
        "For {ref} I want bring {bags}.",
    ),
    "annoyed": (
        "I need {bags} on {ref}, and the website would not let me do it.",
        "Your page crashed three times while I tried to get {bags} on {ref}.",
        "Just put {bags} on {ref}.",
    ),
}

TOTAL_BAGS: Clause = {
    "plain": (
        "{Ref} should have {bags} in total.",
        "Please raise the luggage on {ref} to {bags} in total.",
        "I will need {bags} altogether on {ref}.",
    ),
    "terse": ("{Bags} in total on {ref}.", "{Ref}: make it {bags} in total.", "Set {ref} to {bags} altogether."),
    "chatty": (
        "I counted everything twice, and we need {bags} altogether for {ref}.",
        "With all the gifts it comes to {bags} in total for {ref}, can that be arranged?",
        "My family cannot travel light, so {ref} has to go up to {bags} in total.",
    ),
    "formal": (
        "The luggage allowance on {ref} should be increased to {bags} in total.",
        "Kindly note that {ref} will require {bags} in total.",
        "I request that {ref} be adjusted to {bags} altogether.",
    ),
    "learner": (
        "For {ref} I want to have {bags} in total.",
        "In {ref} must be {bags} altogether.",
        "I have {bags} in total, please write it in {ref}.",
    ),
    "annoyed": (
        "{Ref} needs {bags} in total, which I have tried to enter all morning long.",
        "It should be {bags} altogether on {ref}, not what it says there.",
        "Make it {bags} in total on {ref}, and that is that.",
    ),
}

SWAP_PASSENGER: Clause = {
    "plain": (
        "On {ref}, {old} cannot come, and {new}, born {dob}, will travel instead of {old}.",
        "Please change the passenger {old} on {ref} to {new}, date of birth {dob}.",
        "I want to replace the passenger {old} on {ref} with {new} (born {dob}).",
    ),
    "terse": (
        "{Ref}: swap {old} for {new}, born {dob}.",
        "New passenger on {ref}: {new}, born {dob}, in place of {old}.",
        "Put {new}, born {dob}, on {ref} as passenger, {old} is out.",
    ),
    "chatty": (
        "So {old} just told me that it will not work out, and now {new}, born {dob}, gets "
        "the passenger seat on {ref}.",
        "Change of crew on {ref}: instead of {old} as a passenger it will be {new}, who was born on {dob}.",
        "Funny story, {old} double-booked that week, so can the passenger on {ref} be {new}, born {dob}, now?",
    ),
    "formal": (
        "With regard to {ref}, I wish the passenger {old} to be replaced by {new}, born {dob}.",
        "The passenger {old} on {ref} is unable to travel and should be substituted by {new}, date of birth {dob}.",
        "I request that {new}, born {dob}, be entered as a passenger on {ref} in place of {old}.",
    ),
    "learner": (
        "In {ref} the passenger {old} can not come, please write {new}, born {dob}.",
        "I want change passenger in {ref}: before {old}, now {new}, born {dob}.",
        "For {ref} is new passenger: {new}, born {dob}. The old one, {old}, stays home.",
    ),
    "annoyed": (
        "{Old} let us down, so put {new}, born {dob}, on {ref} as the passenger instead.",
        "The passenger list of {ref} is wrong by now: take {new}, born {dob}, instead of {old}.",
        "I need the passenger {old} on {ref} exchanged for {new}, born {dob}, without a form to fill in.",
    ),
}

RENAME_PASSENGER: Clause = {
    "plain": (
        "The passenger {old} on {ref} has a new name now: it should read {new}.",
        "There is a mistake in a passenger name on {ref}: {old} should be {new}.",
        "Please correct the name of {old} to {new} on {ref}.",
    ),
    "terse": (
        "{Ref}: the name {old} should be {new}.",
        "Wrong name on {ref}. Not {old} but {new}.",
        "Fix a name on {ref}: {old} is now {new}.",
    ),
    "chatty": (
        "There was a wedding in the family, so the name {old} on {ref} has to become {new}.",
        "I only noticed it over coffee, but the name {old} on {ref} is spelled wrong, it is really {new}.",
        "So {old} got married last month and the passport says {new}, could the name on {ref} follow?",
    ),
    "formal": (
        "The name {old} on {ref} requires a correction; it should read {new}.",
        "Owing to a marriage, the passenger {old} on {ref} now bears the name {new}.",
        "I request that the passenger name {old} on {ref} be amended to {new}.",
    ),
    "learner": (
        "The name in {ref} is not good, it is not {old}, it is {new}.",
        "Please write correct name in {ref}: {new}, not {old}.",
        "In {ref} I made error with name {old}, right is {new}.",
    ),
    "annoyed": (
        "Somebody got a name wrong on {ref}: it says {old} where it must say {new}.",
        "The name {old} on {ref} is wrong, it is {new}, and I had that right on the form.",
        "How often must I spell this, the name on {ref} is {new} and not {old}.",
    ),
}

CABIN: Clause = {
    "plain": (
        "I want to change {ref} to {cabin}.",
        "Please move everybody on {ref} to {cabin}.",
        "I would like {ref} to be in {cabin}, with the same flights.",
        "Could {ref} be switched to {cabin}?",
    ),
    "terse": (
        "{Ref} to {cabin}, please: change the cabin.",
        "Switch {ref} to {cabin}.",
        "Cabin change on {ref}: {cabin}.",
    ),
    "chatty": (
        "We talked it over at dinner, and {ref} should be in {cabin} after all.",
        "I keep going back and forth, but I want to fly in {cabin} on {ref}.",
        "I want to do this properly: please put {ref} in {cabin}.",
    ),
    "formal": (
        "I request that {ref} be moved to {cabin}, the flights remaining as they are.",
        "I should like to change the cabin of {ref} to {cabin}.",
        "Kindly arrange for {ref} to be in {cabin}.",
    ),
    "learner": (
        "I want that {ref} is in {cabin}.",
        "Please make the cabin of {ref} to {cabin}, flights are same.",
        "For {ref} I like to change in {cabin}.",
    ),
    "annoyed": (
        "I want {ref} moved to {cabin}, which I could not do online.",
        "Your app keeps failing when I switch {ref} to {cabin}, so please do it.",
        "Change {ref} to {cabin}, the same flights, nothing else.",
    ),
}

CHANGE_FLIGHT: Clause = {
    "plain": (
        "I want to change {leg} to flight {flight} on {date}.",
        "Please move {leg} to {flight} on {date}.",
        "I would like {leg} changed, to flight {flight} on {date}.",
    ),
    "terse": (
        "Change {leg} to {flight} on {date}.",
        "{Leg}: change to flight {flight}, {date}.",
        "Switch {leg} to {flight}, {date}.",
    ),
    "chatty": (
        "I had a look around, and I would like to switch {leg} to flight {flight} on {date}.",
        "My sister pointed out that {flight} on {date} fits much better, so please move {leg} to that flight.",
        "It would make my week if I could change {leg} to {flight} on {date}.",
    ),
    "formal": (
        "I request that {leg} be replaced by {flight} on {date}, please change it.",
        "I should like to exchange {leg} for flight {flight} on {date}.",
        "Kindly change {leg} to {flight}, departing on {date}.",
    ),
    "learner": (
        "I want change {leg}, new flight is {flight} on {date}.",
        "Please change {leg}, I take {flight} on {date}.",
        "For {leg} I need other flight: {flight} on {date}.",
    ),
    "annoyed": (
        "I need to change {leg}, and to {flight} on {date}, nothing else.",
        "Get me off those planes and move {leg} to {flight} on {date}.",
        "Move {leg} to flight {flight} on {date}, which should have been possible online.",
    ),
}

SHIFT_FLIGHT: Clause = {
    "plain": (
        "I want to move {leg} to {date}, with the same flight numbers.",
        "Please change the date of {leg} to {date} and keep the same flight numbers.",
        "Can {leg} be moved to {date}, on the same flight?",
    ),
    "terse": (
        "Move {leg} to {date}, same flight.",
        "New date for {leg}: {date}, same flight number.",
        "{Leg}: change the date to {date}, same flights.",
    ),
    "chatty": (
        "My mother wants us to come on another day, so please shift {leg} to {date}, the same flights if you please.",
        "Something came up, as it always does, and I want to move {leg} to {date} with the same flight numbers.",
        "I misread my own calendar, so I need to put {leg} on {date}, the same flights otherwise.",
    ),
    "formal": (
        "I should like to reschedule {leg} for {date}, keeping the same flight numbers.",
        "I request that the date of {leg} be changed to {date}; the same flights are to be "
        "used, so please change it.",
        "Kindly change {leg} to the same flights on {date}.",
    ),
    "learner": (
        "I want move {leg} to other day, {date}, same flight number.",
        "Please change date of {leg}, new is {date}, same flights.",
        "{Leg} I like to have moved to {date}, but same flight.",
    ),
    "annoyed": (
        "Change {leg} to {date}, the same flights, it cannot be that difficult.",
        "The dates are all wrong, so move {leg} to {date} on the same flight numbers.",
        "I want {leg} moved to {date}, the same flights, and I do not want to explain why.",
    ),
}

PAYMENT: Clause = {
    "plain": (
        "Please use {pay} for any difference.",
        "{Pay} can be used for what it costs or what comes back.",
        "For the money, please take {pay}.",
        "I will settle it with {pay}.",
    ),
    "terse": ("Use {pay}.", "Money: {pay}.", "{Pay} for the difference."),
    "chatty": (
        "As for the money, {pay} is the one that I always use.",
        "Put it on {pay}, my wallet will survive.",
        "I guess {pay} should do for whatever is due.",
    ),
    "formal": (
        "Any difference is to be settled by means of {pay}.",
        "I authorise the use of {pay} for this purpose.",
        "Please apply {pay} to any amount due or refunded.",
    ),
    "learner": ("For money please use {pay}.", "I pay with {pay}.", "The difference is for {pay}, ok."),
    "annoyed": (
        "Charge {pay} if it must cost something.",
        "And no second question about the money, it is {pay}.",
        "Whatever it costs, {pay} it is.",
    ),
}

PAYMENT_TAILS: Clause = {
    "plain": (", and use {pay} for it.", ", with {pay} for any difference.", " and settle it with {pay}."),
    "terse": (", {pay}.", ", on {pay}.", ", with {pay}."),
    "chatty": (", and do put it on {pay}.", ", with {pay} taking care of the money.", ", all on {pay} if I may."),
    "formal": (
        ", by means of {pay}.",
        ", any difference to be settled with {pay}.",
        ", charging or crediting {pay}.",
    ),
    "learner": (", money with {pay}.", ", I pay with {pay}.", " and for money {pay}."),
    "annoyed": (", and take {pay}, not something else.", ", on {pay}, as always.", ", and {pay} pays for it."),
}

PAYMENT_ANSWER: Clause = {
    "plain": ("For {key}, please use {pay}.", "{Pay}, please, for {key}.", "I would like to use {pay} for {key}."),
    "terse": ("{Pay} for {key}.", "{Key}: {pay}.", "{Pay}, {key}."),
    "chatty": (
        "Oh, take {pay} for {key}.",
        "Good question, {pay} will do for {key}.",
        "For {key}? Then {pay}, I think.",
    ),
    "formal": (
        "In the matter of {key}, please use {pay}.",
        "{Pay} is to be used for {key}.",
        "I should prefer {pay} for {key}.",
    ),
    "learner": ("For {key} please take {pay}.", "{Pay} is for {key}.", "With {pay} I pay {key}."),
    "annoyed": ("{Pay}, obviously, for {key}.", "Take {pay} for {key}.", "For {key} it is {pay}, what else."),
}
