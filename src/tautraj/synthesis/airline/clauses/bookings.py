"""How customers ask for a booking: the trip, the flight, who flies, bags and insurance, payment."""

from tautraj.synthesis.templates import parse_clauses

CLAUSES = parse_clauses("""
book
    plain: I want to book {trip} in {cabin}.
    plain: I would like to buy a ticket for {trip}, in {cabin}.
    plain: Please book {trip}, {cabin}.
    terse: Book {trip}, {cabin}.
    terse: Need to book {trip}, {cabin}.
    terse: New booking: {trip}, {cabin}.
    chatty: I am finally taking some time off, so I want to book {trip} in {cabin}.
    chatty: My grandmother turns ninety, and I need to book {trip}, in {cabin}, before the family gets angry.
    chatty: I have been dreaming of this for ages, please book {trip} in {cabin}.
    formal: I wish to book {trip} in {cabin}.
    formal: I should like to book {trip}, in {cabin}.
    formal: A new booking is required: {trip}, in {cabin}.
    learner: I want to book {trip}, please, in {cabin}.
    learner: I like to buy ticket for {trip}, {cabin}.
    learner: Please book one time {trip}, {cabin}.
    annoyed: I need to book {trip} in {cabin}, and the website crashed on it twice.
    annoyed: Book {trip} in {cabin}, since the app will not do it.
    annoyed: I tried to book {trip} in {cabin} online and gave up, so please book it.

flight by number
    plain: It should be {flight}.
    plain: I have picked {flight}.
    plain: Please take {flight}.
    terse: {flight}.
    terse: Take {flight}.
    terse: That is {flight}.
    chatty: I have already looked it up, it is {flight} that I am after.
    chatty: I like the sound of {flight}, so take that.
    chatty: The one I fancy is {flight}.
    formal: My choice is {flight}.
    formal: I have selected {flight}.
    formal: The journey is to be made on {flight}.
    learner: I want {flight}.
    learner: I saw it is {flight}.
    learner: The number is {flight}, please.
    annoyed: {flight}, nothing else.
    annoyed: I want {flight} and no other.
    annoyed: It has to be {flight}.

best of the day
    plain: I want {best}.
    plain: Please take {best}.
    plain: It should be {best} of that day.
    terse: {best}.
    terse: Take {best}.
    terse: Only {best}.
    chatty: I do not mind much about the rest, as long as it is {best}.
    chatty: A surprise is fine, but do pick {best}.
    chatty: Being who I am, I go for {best}.
    formal: Of those on offer, I wish to have {best}.
    formal: Preference is to be given to {best}.
    formal: Kindly select {best}.
    learner: Please look for {best}.
    learner: I need {best} there.
    learner: The right one is {best}.
    annoyed: I want {best}, and I do not care which number it has.
    annoyed: Find {best}, that is all.
    annoyed: It has to be {best} and that is that.

passengers
    plain: It is for {people}.
    plain: The tickets are for {people}.
    plain: It will be {people} on the plane.
    terse: For {people}.
    terse: Flying: {people}.
    terse: It is {people}.
    chatty: It will be {people} on this one.
    chatty: This time it is {people}.
    chatty: On the plane will be {people}.
    formal: The booking is intended for {people}.
    formal: On board will be {people}.
    formal: The booking is to be made out to {people}.
    learner: Who flies is {people}.
    learner: It is for {people}, no other.
    learner: In the plane come {people}.
    annoyed: It is {people}, as it should say in my profile.
    annoyed: It is for {people}, no need to ask further.
    annoyed: For {people}, and no more forms, please.

bags and insurance
    plain: I need {bags} and {insurance}.
    plain: With {bags}, please, and {insurance}.
    plain: There will be {bags}, and I want {insurance}.
    terse: {bags}, {insurance}.
    terse: {insurance}, {bags}.
    terse: {bags} plus {insurance}.
    chatty: I will be taking {bags}, and I want {insurance}, I have thought about it long enough.
    chatty: I will have {bags} with me this time, and after some thought I want {insurance}.
    chatty: {bags} and {insurance}, simple as that.
    formal: I require {bags} as well as {insurance}.
    formal: The booking should include {bags} and {insurance}.
    formal: I should like to have {bags}, and {insurance}.
    learner: I have {bags} and I want {insurance}.
    learner: Please with {bags}, and {insurance}.
    learner: I take {bags}, {insurance}.
    annoyed: {bags}, {insurance}, and nothing else, please.
    annoyed: I want {bags}, {insurance}, end of list.
    annoyed: {bags} and {insurance}, before anybody asks.

single payment
    plain: I will pay with {pay}.
    plain: Please charge {pay}.
    plain: The price can go on {pay}.
    terse: On {pay}.
    terse: Pay with {pay}.
    terse: Use {pay}.
    chatty: It can all go on {pay}, why not.
    chatty: This one is a treat, so take {pay}.
    chatty: Since it is there, {pay} can pay for the fun.
    formal: Payment will be made with {pay}.
    formal: The fare may be charged to {pay}.
    formal: Kindly debit {pay}.
    learner: I pay all with {pay}.
    learner: Money comes from {pay}.
    learner: Please take {pay} for pay.
    annoyed: Charge {pay}.
    annoyed: It goes on {pay}, like every time.
    annoyed: Take it from {pay}.

split payment
    plain: Please use {first} first, and put the rest on {second}.
    plain: I want to use up {first} and pay what is left with {second}.
    plain: {first} goes first, the remainder is for {second}.
    terse: {first} first, rest on {second}.
    terse: All of {first}, then {second}.
    terse: Use {first}, remainder {second}.
    chatty: I have {first} lying around, so take that as far as it goes, and then {second}.
    chatty: Let it eat up {first} to begin with, and whatever remains goes on {second}.
    chatty: A little treat from {first} first, and {second} has to cover the rest.
    formal: {first} should be applied in full, and the balance charged to {second}.
    formal: Please exhaust {first} before charging the remaining sum to {second}.
    formal: I wish to redeem {first} first; the outstanding sum is for {second}.
    learner: First take {first}, after that {second} for the rest.
    learner: I have {first}, use it all, then use {second}.
    learner: The money is {first} first and other money {second}.
    annoyed: Take all of {first} before you touch {second}.
    annoyed: Use {first} first, I want it gone, and the rest goes on {second}.
    annoyed: {first} first, and only then {second}, in that order.

details later
    plain: For the new booking: {details}
    plain: About the new booking, here it is: {details}
    plain: Sure, for the new booking: {details}
    terse: New booking: {details}
    terse: New booking, then: {details}
    terse: The new booking: {details}
    chatty: Right, the new booking, let me see: {details}
    chatty: Oh yes, for the new booking: {details}
    chatty: I almost forgot about that for the new booking: {details}
    formal: As regards the new booking: {details}
    formal: Concerning the new booking: {details}
    formal: In respect of the new booking: {details}
    learner: For new booking it is so: {details}
    learner: My new booking: {details}
    learner: About new booking I say: {details}
    annoyed: For the new booking, once more: {details}
    annoyed: The new booking, obviously: {details}
    annoyed: Write it down for the new booking: {details}
""")
