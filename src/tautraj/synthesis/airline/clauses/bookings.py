"""How customers ask for a booking: the trip, the flight, who flies, bags and insurance, payment."""

Clause = dict[str, tuple[str, ...]]

BOOK: Clause = {
    "plain": (
        "I want to book {trip} in {cabin}.",
        "I would like to buy a ticket for {trip}, in {cabin}.",
        "Please book {trip}, {cabin}.",
    ),
    "terse": ("Book {trip}, {cabin}.", "Need to book {trip}, {cabin}.", "New booking: {trip}, {cabin}."),
    "chatty": (
        "I am finally taking some time off, so I want to book {trip} in {cabin}.",
        "My grandmother turns ninety, and I need to book {trip}, in {cabin}, before the family gets angry.",
        "I have been dreaming of this for ages, please book {trip} in {cabin}.",
    ),
    "formal": (
        "I wish to book {trip} in {cabin}.",
        "I should like to book {trip}, in {cabin}.",
        "A new booking is required: {trip}, in {cabin}.",
    ),
    "learner": (
        "I want to book {trip}, please, in {cabin}.",
        "I like to buy ticket for {trip}, {cabin}.",
        "Please book one time {trip}, {cabin}.",
    ),
    "annoyed": (
        "I need to book {trip} in {cabin}, and the website crashed on it twice.",
        "Book {trip} in {cabin}, since the app will not do it.",
        "I tried to book {trip} in {cabin} online and gave up, so please book it.",
    ),
}

NUMBER: Clause = {
    "plain": ("It should be {flight}.", "I have picked {flight}.", "Please take {flight}."),
    "terse": ("{Flight}.", "Take {flight}.", "That is {flight}."),
    "chatty": (
        "I have already looked it up, it is {flight} that I am after.",
        "I like the sound of {flight}, so take that.",
        "The one I fancy is {flight}.",
    ),
    "formal": ("My choice is {flight}.", "I have selected {flight}.", "The journey is to be made on {flight}."),
    "learner": ("I want {flight}.", "I saw it is {flight}.", "The number is {flight}, please."),
    "annoyed": ("{Flight}, nothing else.", "I want {flight} and no other.", "It has to be {flight}."),
}

BEST: Clause = {
    "plain": ("I want {best}.", "Please take {best}.", "It should be {best} of that day."),
    "terse": ("{Best}.", "Take {best}.", "Only {best}."),
    "chatty": (
        "I do not mind much about the rest, as long as it is {best}.",
        "A surprise is fine, but do pick {best}.",
        "Being who I am, I go for {best}.",
    ),
    "formal": (
        "Of those on offer, I wish to have {best}.",
        "Preference is to be given to {best}.",
        "Kindly select {best}.",
    ),
    "learner": ("Please look for {best}.", "I need {best} there.", "The right one is {best}."),
    "annoyed": (
        "I want {best}, and I do not care which number it has.",
        "Find {best}, that is all.",
        "It has to be {best} and that is that.",
    ),
}

PEOPLE: Clause = {
    "plain": ("It is for {people}.", "The tickets are for {people}.", "{People} will be flying."),
    "terse": ("For {people}.", "Flying: {people}.", "It is {people}."),
    "chatty": (
        "It will be {people} on this one.",
        "This time it is {people}.",
        "On the plane will be {people}.",
    ),
    "formal": (
        "The booking is intended for {people}.",
        "On board will be {people}.",
        "The booking is to be made out to {people}.",
    ),
    "learner": ("Who flies is {people}.", "It is for {people}, no other.", "In the plane come {people}."),
    "annoyed": (
        "It is {people}, as it should say in my profile.",
        "Only {people}, no need to ask further.",
        "For {people}, and no more forms, please.",
    ),
}

EXTRAS: Clause = {
    "plain": (
        "I need {bags} and {insurance}.",
        "With {bags}, please, and {insurance}.",
        "There will be {bags}, and as for protection, {insurance}.",
    ),
    "terse": ("{Bags}, {insurance}.", "{Insurance}, {bags}.", "Extras: {bags}, {insurance}."),
    "chatty": (
        "I will be taking {bags}, and {insurance}, I have thought about it long enough.",
        "As for luggage, it is {bags} this time, and after some thought {insurance}.",
        "It is {bags} and {insurance}, simple as that.",
    ),
    "formal": (
        "I require {bags} as well as {insurance}.",
        "The booking should include {bags} and {insurance}.",
        "Please note: {bags}, and {insurance}.",
    ),
    "learner": (
        "I have {bags} and I want {insurance}.",
        "It is {bags}, and {insurance}.",
        "I take {bags}, {insurance}.",
    ),
    "annoyed": (
        "{Bags}, {insurance}, and nothing else, please.",
        "I want {bags}, {insurance}, end of list.",
        "It is {bags} and {insurance}, before anybody asks.",
    ),
}

SINGLE: Clause = {
    "plain": ("I will pay with {pay}.", "Please charge {pay}.", "The price can go on {pay}."),
    "terse": ("On {pay}.", "Pay: {pay}.", "Use {pay}."),
    "chatty": (
        "It can all go on {pay}, why not.",
        "This one is a treat, so take {pay}.",
        "Since it is there, {pay} can pay for the fun.",
    ),
    "formal": (
        "Payment will be made with {pay}.",
        "The fare may be charged to {pay}.",
        "Kindly debit {pay}.",
    ),
    "learner": ("I pay all with {pay}.", "Money comes from {pay}.", "Please take {pay} for pay."),
    "annoyed": ("Charge {pay}.", "It goes on {pay}, like every time.", "Take it from {pay}."),
}

SPLIT: Clause = {
    "plain": (
        "Please use {first} first, and put the rest on {second}.",
        "I want to use up {first} and pay what is left with {second}.",
        "{First} goes first, the remainder is for {second}.",
    ),
    "terse": (
        "{First} first, rest on {second}.",
        "All of {first}, then {second}.",
        "Use {first}, remainder {second}.",
    ),
    "chatty": (
        "I have {first} lying around, so take that as far as it goes, and then {second}.",
        "Let it eat up {first} to begin with, and whatever remains goes on {second}.",
        "A little treat from {first} first, and {second} has to cover the rest.",
    ),
    "formal": (
        "{First} should be applied in full, and the balance charged to {second}.",
        "Please exhaust {first} before charging the remaining sum to {second}.",
        "I wish to redeem {first} first; the outstanding sum is for {second}.",
    ),
    "learner": (
        "First take {first}, after that {second} for the rest.",
        "I have {first}, use it all, then use {second}.",
        "The money is {first} first and other money {second}.",
    ),
    "annoyed": (
        "Take all of {first} before you touch {second}.",
        "Use {first} first, I want it gone, and the rest goes on {second}.",
        "{First} first, and only then {second}, in that order.",
    ),
}

DETAILS_ANSWER: Clause = {
    "plain": (
        "For the new booking: {details}",
        "About the new booking, here it is: {details}",
        "Sure, for the new booking: {details}",
    ),
    "terse": ("New booking: {details}", "New booking, then: {details}", "The new booking: {details}"),
    "chatty": (
        "Right, the new booking, let me see: {details}",
        "Oh yes, for the new booking: {details}",
        "I almost forgot about that for the new booking: {details}",
    ),
    "formal": (
        "As regards the new booking: {details}",
        "Concerning the new booking: {details}",
        "In respect of the new booking: {details}",
    ),
    "learner": (
        "For new booking it is so: {details}",
        "My new booking: {details}",
        "About new booking I say: {details}",
    ),
    "annoyed": (
        "For the new booking, once more: {details}",
        "The new booking, obviously: {details}",
        "Write it down for the new booking: {details}",
    ),
}
