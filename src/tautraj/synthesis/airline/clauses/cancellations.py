"""How customers ask for a cancellation, and why. Voice -> sentences; the reasons are clauses without a full stop."""

Clause = dict[str, tuple[str, ...]]

CANCEL: Clause = {
    "plain": (
        "I want to cancel {ref}.",
        "Please cancel {ref}.",
        "I would like to call off {ref}.",
        "There is something I have to cancel, namely {ref}.",
        "I am asking for {ref} to be cancelled, I do not need it any more, so please cancel.",
    ),
    "terse": ("Cancel {ref}.", "{Ref}: cancel it.", "Need {ref} cancelled.", "Please cancel, it is {ref}."),
    "chatty": (
        "I never thought I would say this, but I need to cancel {ref}.",
        "So, long story short, I am looking to cancel {ref}.",
        "It breaks my heart a little, yet I have to give up {ref}, so please cancel it.",
        "I was really looking forward to it, but I want to cancel {ref}.",
    ),
    "formal": (
        "I hereby request the cancellation of {ref}.",
        "I should like to have {ref} cancelled.",
        "Kindly cancel {ref}.",
        "It has become necessary for me to cancel {ref}.",
    ),
    "learner": (
        "I want cancel {ref}, please.",
        "I must to cancel {ref}.",
        "My wish is to cancel {ref}, is it possible?",
        "Please cancel {ref}, all of it.",
    ),
    "annoyed": (
        "I want {ref} cancelled, and no long discussion about it.",
        "Just cancel {ref}.",
        "All I want is to cancel {ref}, how hard can it be?",
        "Get {ref} off my account, cancel it completely.",
    ),
}

NO_NUMBER: Clause = {
    "plain": (
        "I do not have the number here, it is {ref}.",
        "I cannot find the number. It is {ref}.",
        "No number, but it is {ref}.",
    ),
    "terse": ("No idea. {Ref}.", "Number is gone. {Ref}.", "Not at hand, it is {ref}."),
    "chatty": (
        "Oh, the number, it must be in some e-mail, but it is {ref}.",
        "I am hopeless with numbers, it is {ref}.",
        "The slip went into the wash, it is {ref}.",
    ),
    "formal": (
        "I regret that I do not have the number; it is {ref}.",
        "The number is not available to me, but it is {ref}.",
        "Unfortunately the number is not at hand. I mean {ref}.",
    ),
    "learner": (
        "I have not the number, it is {ref}.",
        "The number I do not know. It is {ref}.",
        "Sorry, no number. {Ref}.",
    ),
    "annoyed": (
        "How should I know the number, it is {ref}.",
        "I do not have it and I should not need it, it is {ref}.",
        "No number, look it up, it is {ref}.",
    ),
}

PLAN: Clause = {
    "plain": (
        "my plans have changed",
        "I no longer need to travel",
        "the meeting I was flying to has been moved online",
        "the wedding I was going to has been postponed",
        "I cannot get the time off work",
        "my friends will visit me instead",
    ),
    "terse": (
        "my plans changed",
        "I am not going any more",
        "the event is called off",
        "work got in the way",
        "I booked it by mistake",
    ),
    "chatty": (
        "my cousin moved her wedding to the autumn, of all things, and now there is no point in going",
        "my boss decided that the whole conference can happen on a screen, so my plans changed",
        "my best friend is coming over to our place instead, which changes everything",
        "the concert we had tickets for fell through and the whole plan with it",
        "the cat sitter backed out, so there is no way that I am going anywhere",
    ),
    "formal": (
        "my professional obligations no longer permit this journey",
        "the conference that I was to attend has been postponed",
        "my circumstances have changed and the journey is no longer required",
        "a change of plan on my side has made the journey unnecessary",
    ),
    "learner": (
        "my plan is changed",
        "I do not need travel any more",
        "my work say I can not go",
        "the visit to my cousin is now in other month, so plan is different",
    ),
    "annoyed": (
        "my client moved the appointment for the third time and I am done with it",
        "nobody at work can make up their mind and now I am not going",
        "the people I was going to see have changed their plans again",
        "my whole schedule fell apart and I do not need it any more",
    ),
}

HEALTH: Clause = {
    "plain": (
        "I have come down with the flu",
        "I am ill and cannot fly",
        "my doctor told me not to fly for some weeks",
        "I broke my ankle",
        "I have to go into hospital for surgery",
    ),
    "terse": ("I am sick", "I broke my arm", "the doctor says no flying", "I am in hospital"),
    "chatty": (
        "I slipped on the stairs and broke my wrist, so no flying for me",
        "I caught a nasty flu from the kids and can hardly get out of bed",
        "my doctor took one look at me and said that flying is out of the question",
        "I have to have surgery on my knee, of all times now",
    ),
    "formal": (
        "I have been advised by my doctor not to fly",
        "I have to undergo surgery at the time of the journey",
        "an illness prevents me from travelling",
        "I am recovering from pneumonia and unfit to travel",
    ),
    "learner": (
        "I am very sick now",
        "the doctor say to me no flying",
        "I have broken leg",
        "I must be in hospital in this time",
    ),
    "annoyed": (
        "I am lying here with a fever and the last thing I need is a trip",
        "my back injury is worse than ever and I cannot sit on a plane",
        "I am ill, and no, it will not be better by then",
        "the doctor forbids me to fly, which is annoying enough",
    ),
}

WEATHER: Clause = {
    "plain": (
        "a storm is forecast for those days",
        "the weather forecast is so bad that I would rather not fly",
        "there are flood warnings for the whole region",
        "a hurricane is heading there",
    ),
    "terse": ("the weather forecast is bad", "a storm is coming", "there is a flood warning"),
    "chatty": (
        "have you seen the forecast, there is a monster of a storm on its way",
        "my aunt lives there and says the flood water is up to her porch",
        "they keep talking about tornado warnings on the radio and I get nervous",
    ),
    "formal": (
        "severe weather has been forecast for the period of the journey",
        "a hurricane warning has been issued for my destination",
        "the weather conditions at the destination make the journey inadvisable",
    ),
    "learner": (
        "the weather is there very bad",
        "in the news they say a big storm comes",
        "there is flood and I am afraid",
    ),
    "annoyed": (
        "I am not going to sit through a thunderstorm for anybody",
        "there is a storm warning out and nobody told me anything",
        "the weather there is dreadful and I refuse to fly into it",
    ),
}

BY_AIRLINE: Clause = {
    "plain": (
        "the airline cancelled a flight of it",
        "one of the flights has been cancelled by the airline",
        "I was notified that my flight was cancelled",
        "I read that the flight has been cancelled",
    ),
    "terse": ("the flight was cancelled", "the airline cancelled it all", "my flight got cancelled anyway"),
    "chatty": (
        "I got this message in the middle of breakfast that the flight has been cancelled",
        "apparently my flight was cancelled, as my neighbour found out before I did",
        "the airline cancelled my flight, which rather ruins the surprise I had planned",
    ),
    "formal": (
        "I have been informed that a flight of this reservation has been cancelled by the airline",
        "the airline cancelled one of the flights concerned",
        "according to the notice I received, my flight was cancelled",
    ),
    "learner": (
        "the airline cancelled the flight",
        "in my phone I see the flight was cancelled",
        "the flight is cancelled from the airline",
    ),
    "annoyed": (
        "the airline cancelled my flight without so much as an apology",
        "my flight was cancelled and I had to learn it from a screen",
        "the flight has been cancelled and nobody bothered to call me",
    ),
}
