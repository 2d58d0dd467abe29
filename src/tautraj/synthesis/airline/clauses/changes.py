"""How customers ask for changes of a reservation: bags, passengers, cabin, flights, and how they pay.

Voice -> sentences. The tails are joined to a sentence instead of its full stop.
"""

from tautraj.synthesis.templates import parse_clauses

CLAUSES = parse_clauses("""
add bags
    plain: I want to add {bags} to {ref}.
    plain: Please add {bags} to {ref}.
    plain: We are taking more along than planned, so {ref} needs {bags}.
    plain: For {ref}, I would like to check in {bags}.
    terse: Add {bags} to {ref}.
    terse: {bags} for {ref}, please.
    terse: {ref}: {bags}.
    chatty: I packed and packed, and it turns out that I need {bags} for {ref}.
    chatty: My suitcase simply will not close, so could {ref} get {bags}?
    chatty: We went a bit wild with the presents, so please put {bags} on {ref}.
    formal: I should like to add {bags} to {ref}.
    formal: Please be so kind as to include {bags} in {ref}.
    formal: It is necessary that {bags} be added to {ref}.
    learner: I need {bags} in {ref}.
    learner: Please put {bags} for {ref}.
    learner: For {ref} I want bring {bags}.
    annoyed: I need {bags} on {ref}, and the website would not let me do it.
    annoyed: Your page crashed three times while I tried to get {bags} on {ref}.
    annoyed: Just put {bags} on {ref}.

total bags
    plain: {ref} should have {bags} in total.
    plain: Please raise the luggage on {ref} to {bags} in total.
    plain: I will need {bags} altogether on {ref}.
    terse: {bags} in total on {ref}.
    terse: {ref}: make it {bags} in total.
    terse: Set {ref} to {bags} altogether.
    chatty: I counted everything twice, and we need {bags} altogether for {ref}.
    chatty: With all the gifts it comes to {bags} in total for {ref}, can that be arranged?
    chatty: My family cannot travel light, so {ref} has to go up to {bags} in total.
    formal: The luggage allowance on {ref} should be increased to {bags} in total.
    formal: Kindly note that {ref} will require {bags} in total.
    formal: I request that {ref} be adjusted to {bags} altogether.
    learner: For {ref} I want to have {bags} in total.
    learner: In {ref} must be {bags} altogether.
    learner: I have {bags} in total, please write it in {ref}.
    annoyed: {ref} needs {bags} in total, which I have tried to enter all morning long.
    annoyed: It should be {bags} altogether on {ref}, not what it says there.
    annoyed: Make it {bags} in total on {ref}, and that is that.

swap passenger
    plain: On {ref}, {old} cannot come, and {new}, born {dob}, will travel instead of {old}.
    plain: Please change the passenger {old} on {ref} to {new}, date of birth {dob}.
    plain: I want to replace the passenger {old} on {ref} with {new} (born {dob}).
    terse: {ref}: swap {old} for {new}, born {dob}.
    terse: New passenger on {ref}: {new}, born {dob}, in place of {old}.
    terse: Put {new}, born {dob}, on {ref} as passenger, {old} is out.
    chatty: So {old} just told me that it will not work out, and now {new}, born {dob}, gets the passenger seat on
        {ref}.
    chatty: Change of crew on {ref}: instead of {old} as a passenger it will be {new}, who was born on {dob}.
    chatty: Funny story, {old} double-booked that week, so can the passenger on {ref} be {new}, born {dob}, now?
    formal: With regard to {ref}, I wish the passenger {old} to be replaced by {new}, born {dob}.
    formal: The passenger {old} on {ref} is unable to travel and should be substituted by {new}, date of birth
        {dob}.
    formal: I request that {new}, born {dob}, be entered as a passenger on {ref} in place of {old}.
    learner: In {ref} the passenger {old} can not come, please write {new}, born {dob}.
    learner: I want change passenger in {ref}: before {old}, now {new}, born {dob}.
    learner: For {ref} is new passenger: {new}, born {dob}. The old one, {old}, stays home.
    annoyed: {old} let us down, so put {new}, born {dob}, on {ref} as the passenger instead.
    annoyed: The passenger list of {ref} is wrong by now: take {new}, born {dob}, instead of {old}.
    annoyed: I need the passenger {old} on {ref} exchanged for {new}, born {dob}, without a form to fill in.

rename passenger
    plain: The passenger {old} on {ref} has a new name now: it should read {new}.
    plain: There is a mistake in a passenger name on {ref}: {old} should be {new}.
    plain: Please correct the name of {old} to {new} on {ref}.
    terse: {ref}: the name {old} should be {new}.
    terse: Wrong name on {ref}. Not {old} but {new}.
    terse: Fix a name on {ref}: {old} is now {new}.
    chatty: There was a wedding in the family, so the name {old} on {ref} has to become {new}.
    chatty: I only noticed it over coffee, but the name {old} on {ref} is spelled wrong, it is really {new}.
    chatty: So {old} got married last month and the passport says {new}, could the name on {ref} follow?
    formal: The name {old} on {ref} requires a correction; it should read {new}.
    formal: Owing to a marriage, the passenger {old} on {ref} now bears the name {new}.
    formal: I request that the passenger name {old} on {ref} be amended to {new}.
    learner: The name in {ref} is not good, it is not {old}, it is {new}.
    learner: Please write correct name in {ref}: {new}, not {old}.
    learner: In {ref} I made error with name {old}, right is {new}.
    annoyed: Somebody got a name wrong on {ref}: it says {old} where it must say {new}.
    annoyed: The name {old} on {ref} is wrong, it is {new}, and I had that right on the form.
    annoyed: How often must I spell this, the name on {ref} is {new} and not {old}.

cabin
    plain: I want to change {ref} to {cabin}.
    plain: Please move everybody on {ref} to {cabin}.
    plain: I would like {ref} to be in {cabin}, with the same flights.
    plain: Could {ref} be switched to {cabin}?
    terse: {ref} to {cabin}, please: change the cabin.
    terse: Switch {ref} to {cabin}.
    terse: Cabin change on {ref}: {cabin}.
    chatty: We talked it over at dinner, and {ref} should be in {cabin} after all.
    chatty: I keep going back and forth, but I want to fly in {cabin} on {ref}.
    chatty: I want to do this properly: please put {ref} in {cabin}.
    formal: I request that {ref} be moved to {cabin}, the flights remaining as they are.
    formal: I should like to change the cabin of {ref} to {cabin}.
    formal: Kindly arrange for {ref} to be in {cabin}.
    learner: I want that {ref} is in {cabin}.
    learner: Please make the cabin of {ref} to {cabin}, flights are same.
    learner: For {ref} I like to change in {cabin}.
    annoyed: I want {ref} moved to {cabin}, which I could not do online.
    annoyed: Your app keeps failing when I switch {ref} to {cabin}, so please do it.
    annoyed: Change {ref} to {cabin}, the same flights, nothing else.

change flight
    plain: I want to change {leg} to flight {flight} on {date}.
    plain: Please move {leg} to {flight} on {date}.
    plain: I would like {leg} changed, to flight {flight} on {date}.
    terse: Change {leg} to {flight} on {date}.
    terse: {leg}: change to flight {flight}, {date}.
    terse: Switch {leg} to {flight}, {date}.
    chatty: I had a look around, and I would like to switch {leg} to flight {flight} on {date}.
    chatty: My sister pointed out that {flight} on {date} fits much better, so please move {leg} to that flight.
    chatty: It would make my week if I could change {leg} to {flight} on {date}.
    formal: I request that {leg} be replaced by {flight} on {date}, please change it.
    formal: I should like to exchange {leg} for flight {flight} on {date}.
    formal: Kindly change {leg} to {flight}, departing on {date}.
    learner: I want change {leg}, new flight is {flight} on {date}.
    learner: Please change {leg}, I take {flight} on {date}.
    learner: For {leg} I need other flight: {flight} on {date}.
    annoyed: I need to change {leg}, and to {flight} on {date}, nothing else.
    annoyed: Get me off those planes and move {leg} to {flight} on {date}.
    annoyed: Move {leg} to flight {flight} on {date}, which should have been possible online.

shift flight
    plain: I want to move {leg} to {date}, with the same flight numbers.
    plain: Please change the date of {leg} to {date} and keep the same flight numbers.
    plain: Can {leg} be moved to {date}, on the same flight?
    terse: Move {leg} to {date}, same flight.
    terse: New date for {leg}: {date}, same flight number.
    terse: {leg}: change the date to {date}, same flights.
    chatty: My mother wants us to come on another day, so please shift {leg} to {date}, the same flights if you
        please.
    chatty: Something came up, as it always does, and I want to move {leg} to {date} with the same flight numbers.
    chatty: I misread my own calendar, so I need to put {leg} on {date}, the same flights otherwise.
    formal: I should like to reschedule {leg} for {date}, keeping the same flight numbers.
    formal: I request that the date of {leg} be changed to {date}; the same flights are to be used, so please change
        it.
    formal: Kindly change {leg} to the same flights on {date}.
    learner: I want move {leg} to other day, {date}, same flight number.
    learner: Please change date of {leg}, new is {date}, same flights.
    learner: {leg} I like to have moved to {date}, but same flight.
    annoyed: Change {leg} to {date}, the same flights, it cannot be that difficult.
    annoyed: The dates are all wrong, so move {leg} to {date} on the same flight numbers.
    annoyed: I want {leg} moved to {date}, the same flights, and I do not want to explain why.

payment
    plain: Please use {pay} for any difference.
    plain: {pay} can be used for what it costs or what comes back.
    plain: For the money, please take {pay}.
    plain: I will settle it with {pay}.
    terse: Use {pay}.
    terse: Money: {pay}.
    terse: {pay} for the difference.
    chatty: As for the money, {pay} is the one that I always use.
    chatty: Put it on {pay}, my wallet will survive.
    chatty: I guess {pay} should do for whatever is due.
    formal: Any difference is to be settled by means of {pay}.
    formal: I authorise the use of {pay} for this purpose.
    formal: Please apply {pay} to any amount due or refunded.
    learner: For money please use {pay}.
    learner: I pay with {pay}.
    learner: The difference is for {pay}, ok.
    annoyed: Charge {pay} if it must cost something.
    annoyed: And no second question about the money, it is {pay}.
    annoyed: Whatever it costs, {pay} it is.

payment tails
    plain: {said}, and use {pay} for it.
    plain: {said}, with {pay} for any difference.
    plain: {said}, and I will settle it with {pay}.
    terse: {said}, {pay}.
    terse: {said}, on {pay}.
    terse: {said}, with {pay}.
    chatty: {said}, and do put it on {pay}.
    chatty: {said}, with {pay} taking care of the money.
    chatty: {said}, all on {pay} if I may.
    formal: {said}, by means of {pay}.
    formal: {said}, any difference to be settled with {pay}.
    formal: {said}, charging or crediting {pay}.
    learner: {said}, money with {pay}.
    learner: {said}, I pay with {pay}.
    learner: {said} and for money {pay}.
    annoyed: {said}, and take {pay}, not something else.
    annoyed: {said}, on {pay}, as always.
    annoyed: {said}, and {pay} pays for it.

payment answer
    plain: For {key}, please use {pay}.
    plain: {pay}, please, for {key}.
    plain: I would like to use {pay} for {key}.
    terse: {pay} for {key}.
    terse: {key}: {pay}.
    terse: {pay}, {key}.
    chatty: Oh, take {pay} for {key}.
    chatty: Good question, {pay} will do for {key}.
    chatty: For {key}? Then {pay}, I think.
    formal: In the matter of {key}, please use {pay}.
    formal: {pay} is to be used for {key}.
    formal: I should prefer {pay} for {key}.
    learner: For {key} please take {pay}.
    learner: {pay} is for {key}.
    learner: With {pay} I pay {key}.
    annoyed: {pay}, obviously, for {key}.
    annoyed: Take {pay} for {key}.
    annoyed: For {key} it is {pay}, what else.
""")
