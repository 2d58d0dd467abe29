"""What customers of the airline want to know."""

from tautraj.synthesis.templates import parse_clauses

CLAUSES = parse_clauses("""
gift cards
    plain: I would like to know how much is on my gift cards in total.
    plain: How much money do I have on all my gift cards together?
    plain: Please look up the total balance of my gift cards.
    terse: Total balance of my gift cards?
    terse: How much on my gift cards in total?
    terse: Gift cards: what is the sum?
    chatty: I found some old gift cards in my profile, and I wonder how much they are worth together.
    chatty: I am planning a little shopping, so how much is left on my gift cards, all in all?
    chatty: I lost track completely, could somebody look up the total balance of my gift cards?
    formal: I should like to know the combined balance of my gift cards.
    formal: Please confirm the total balance of the gift cards in my profile.
    formal: I request to be told how much my gift cards amount to altogether.
    learner: I want to know how much money is in my gift cards, all together.
    learner: Please look up the balance of gift cards in total.
    learner: How much have I in all gift cards?
    annoyed: Your page hides it, so how much is on my gift cards altogether?
    annoyed: I want to know the total balance of my gift cards, to the dollar.
    annoyed: Look up how much is on my gift cards in total, I cannot find it anywhere.

certificates
    plain: I would like to know how much my travel certificates are worth in total.
    plain: How much do I have in travel certificates altogether?
    plain: Please look up the total value of my certificates.
    terse: What is the sum of my certificates?
    terse: How much in certificates?
    terse: How much are my certificates worth?
    chatty: I keep collecting these travel certificates, and I wonder how much they are worth by now.
    chatty: Somebody told me that certificates are as good as cash, so how much do I have in them?
    chatty: I am curious how much all my travel certificates come to.
    formal: I should like to know the combined value of my travel certificates.
    formal: Please state how much my certificates amount to.
    formal: Kindly state the total of the travel certificates in my profile.
    learner: I want to know how much are my certificates.
    learner: Please look up the sum of my travel certificates.
    learner: How much money is in all my certificates?
    annoyed: Nobody could say how much my certificates are worth in total, can you?
    annoyed: I want to know how much I have in travel certificates.
    annoyed: Look up the total of my certificates, it should not take long.

paid
    plain: I would like to know how much I paid for {ref} in total.
    plain: How much did {ref} cost me altogether?
    plain: Please look up what I paid for {ref}, everything included.
    terse: How much did I pay for {ref}?
    terse: Total paid for {ref}, please look it up.
    terse: What did {ref} cost in all?
    chatty: I am doing my accounts at last, so how much did I pay for {ref}?
    chatty: My wife asked how much {ref} cost us, and I only stared at her.
    chatty: I wonder how much I spent on {ref}, the receipt is gone.
    formal: For my records, I should like to know how much was paid for {ref}.
    formal: Please confirm the total amount that was charged for {ref}, that is, how much I paid.
    formal: Kindly state how much {ref} came to.
    learner: I want to know how much I paid for {ref}.
    learner: Please look up how much money was {ref}.
    learner: How much did cost {ref}?
    annoyed: I never got a receipt, so how much did I pay for {ref}?
    annoyed: Look up how much was charged for {ref}.
    annoyed: I want to know how much I was charged for {ref}, all in all.

cheapest
    plain: How much is the cheapest direct flight from {origin} to {destination} on {date} in {cabin}?
    plain: I would like to know what the cheapest {cabin} seat on a direct flight from {origin} to {destination} on
        {date} costs.
    plain: Please look up the lowest price of a direct flight from {origin} to {destination} on {date}, in {cabin}.
    terse: How much is the cheapest direct flight {origin} to {destination}, {date}, {cabin}?
    terse: Look up the lowest price, {origin} to {destination}, {date}, {cabin}, direct.
    terse: What is the lowest fare from {origin} to {destination} on {date}, direct, {cabin}?
    chatty: I am toying with an idea, so how much is the cheapest direct flight from {origin} to {destination} on
        {date}, in {cabin}?
    chatty: Just out of curiosity, what does the cheapest direct flight from {origin} to {destination} on {date}
        cost, {cabin}?
    chatty: My friend bets that nothing is affordable, so look up the lowest price for a direct {cabin} flight from
        {origin} to {destination} on {date}.
    formal: I should like to know the lowest price of a direct flight from {origin} to {destination} on {date} in
        {cabin}.
    formal: Kindly state how much the cheapest direct flight from {origin} to {destination} on {date} costs in
        {cabin}.
    formal: Please confirm the lowest fare in {cabin}, direct, from {origin} to {destination} on {date}.
    learner: How much is cheapest direct flight from {origin} to {destination} on {date}, {cabin}?
    learner: I want to know the lowest price from {origin} to {destination}, {date}, direct, {cabin}.
    learner: Please look up how much costs the cheapest direct flight {origin} to {destination} on {date} in
        {cabin}.
    annoyed: The search is broken, so how much is the cheapest direct flight from {origin} to {destination} on
        {date} in {cabin}?
    annoyed: Look up the lowest price for a direct flight from {origin} to {destination} on {date}, {cabin}, if
        there is one.
    annoyed: I want to know what the cheapest direct {cabin} flight from {origin} to {destination} on {date} costs.

upgrade
    plain: How much would it cost to move {ref} to {cabin}? I only want to know.
    plain: I would like to know what the difference is if {ref} went to {cabin}, without changing anything yet.
    plain: Please look up how much more {cabin} would be for {ref}, nothing else.
    terse: How much for {ref} in {cabin}? Only asking.
    terse: What would {cabin} cost extra on {ref}?
    terse: Look up the difference for {ref} in {cabin}.
    chatty: I am only daydreaming, but how much more would {cabin} be for {ref}?
    chatty: I wonder how much it would set me back to have {ref} in {cabin}, just to know.
    chatty: No decision yet, but I am curious how much {ref} in {cabin} would cost on top.
    formal: I should like to know how much a change of {ref} to {cabin} would cost, without obligation.
    formal: Please state what the difference in price would be for {ref} in {cabin}.
    formal: Kindly state how much is to be paid in addition for {ref} in {cabin}; no change is desired at present.
    learner: How much it costs if {ref} is in {cabin}? I only ask.
    learner: I want to know the difference of price for {ref} in {cabin}.
    learner: Please look up how much more is {cabin} for {ref}.
    annoyed: How much more would be charged for {ref} in {cabin}? I am only asking.
    annoyed: I want to know what {cabin} would cost extra for {ref}, and do not change a thing.
    annoyed: Look up how much {cabin} would be for {ref}, the page shows three different sums.

which flight
    plain: I would like to know which flight number I have on the first leg of {ref}.
    plain: Please look up the number of the first flight of {ref}.
    plain: What is the flight number of the first flight in {ref}?
    terse: What is the flight number, first flight of {ref}?
    terse: Look up the number of the first flight, {ref}.
    terse: First flight of {ref}: what is the number?
    chatty: My brother wants to track me, so what is the flight number of the first flight of {ref}?
    chatty: I spilled tea on my notes, could somebody check the number of the first flight of {ref}?
    chatty: For my calendar I would love to know the flight number of the first flight of {ref}.
    formal: Kindly state the flight number of the first flight of {ref}.
    formal: I should like to know the number under which the first flight of {ref} operates.
    formal: Please confirm the number of the first flight of {ref}.
    learner: I want to know the number of first flight in {ref}.
    learner: Please look up flight number, the first flight of {ref}.
    learner: What is the number of the first flight for {ref}?
    annoyed: I never got an e-mail, so what is the flight number of the first flight of {ref}?
    annoyed: Look up the number of the first flight of {ref}, it is nowhere to be found.
    annoyed: I want to know which number the first flight of {ref} has.

which reservation
    plain: I would like to know the reservation number of {ref}.
    plain: Please look up the booking number of {ref}.
    plain: What is the reservation number of {ref}?
    terse: Need the reservation number of {ref}, what is it?
    terse: Look up the booking number for {ref}.
    terse: Reservation number of {ref}, what is it?
    chatty: I deleted the e-mail by mistake, so what is the reservation number of {ref}?
    chatty: My assistant wants to know the booking number of {ref}, and I have no idea.
    chatty: Silly me, I lost the slip, could somebody look up the reservation number of {ref}?
    formal: Kindly state the reservation number of {ref}.
    formal: I should like to know under which number {ref} is booked, that is, what is the reservation number.
    formal: Please confirm the reservation number of {ref}.
    learner: I want to know the reservation number of {ref}.
    learner: Please look up number of reservation for {ref}.
    learner: What is my booking number for {ref}?
    annoyed: I never received a confirmation, so what is the reservation number of {ref}?
    annoyed: Look up the reservation number of {ref}, since nobody sent it.
    annoyed: I want to know the booking number of {ref}, it should be on the ticket but is not.

status
    plain: I would like to know the status of flight {flight} on {date}.
    plain: Please look up the status of {flight} on {date}.
    plain: What is the status of flight {flight} of {date}?
    terse: What is the status of {flight}, {date}?
    terse: Look up the status: {flight}, {date}.
    terse: {flight} on {date}, what is the status?
    chatty: I am picking somebody up, so what is the status of flight {flight} on {date}?
    chatty: My aunt sits on flight {flight} on {date}, could somebody check its status?
    chatty: I am all nerves about {flight} on {date}, so please look up the status.
    formal: Kindly state the status of flight {flight} on {date}.
    formal: I should like to know the present status of {flight} on {date}.
    formal: Please confirm the status of flight {flight} on {date}.
    learner: I want to know status of flight {flight} on {date}.
    learner: Please look up how is the status of {flight}, {date}.
    learner: What is the status for {flight} on {date}?
    annoyed: The screen says nothing, so what is the status of {flight} on {date}?
    annoyed: Look up the status of flight {flight} on {date}, nobody else does.
    annoyed: I want to know the status of {flight} on {date}, without a story around it.
""")
