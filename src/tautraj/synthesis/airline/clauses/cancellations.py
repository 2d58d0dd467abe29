"""How customers ask for a cancellation, and why. Voice -> sentences; the reasons are clauses without a full stop."""

from tautraj.synthesis.templates import parse_clauses

CLAUSES = parse_clauses("""
cancel
    plain: I want to cancel {ref}.
    plain: Please cancel {ref}.
    plain: I would like to call off {ref}.
    plain: There is something I have to cancel, namely {ref}.
    plain: I am asking for {ref} to be cancelled, I do not need it any more, so please cancel.
    terse: Cancel {ref}.
    terse: {ref}: cancel it.
    terse: Need {ref} cancelled.
    terse: Please cancel, it is {ref}.
    chatty: I never thought I would say this, but I need to cancel {ref}.
    chatty: So, long story short, I am looking to cancel {ref}.
    chatty: It breaks my heart a little, yet I have to give up {ref}, so please cancel it.
    chatty: I was really looking forward to it, but I want to cancel {ref}.
    formal: I hereby request the cancellation of {ref}.
    formal: I should like to have {ref} cancelled.
    formal: Kindly cancel {ref}.
    formal: It has become necessary for me to cancel {ref}.
    learner: I want cancel {ref}, please.
    learner: I must to cancel {ref}.
    learner: My wish is to cancel {ref}, is it possible?
    learner: Please cancel {ref}, all of it.
    annoyed: I want {ref} cancelled, and no long discussion about it.
    annoyed: Just cancel {ref}.
    annoyed: All I want is to cancel {ref}, how hard can it be?
    annoyed: Get {ref} off my account, cancel it completely.

reason later
    plain: It is about {key}: {reason}.
    plain: I want to cancel {key} because {reason}.
    plain: As for {key}, {reason}.
    terse: {key}: {reason}.
    terse: For {key}, {reason}.
    terse: Because {reason}. That is for {key}.
    chatty: Well, with {key} it is like this: {reason}.
    chatty: Oh, about {key}, it is simply that {reason}.
    chatty: You see, I cannot keep {key}, since {reason}.
    formal: With regard to {key}, the reason is that {reason}.
    formal: I have to give up {key} because {reason}.
    formal: As far as {key} is concerned, {reason}.
    learner: For {key} I tell you why, {reason}.
    learner: Because {reason}, so no {key} for me.
    learner: About {key} the reason is, {reason}.
    annoyed: For {key}? Because {reason}.
    annoyed: If you must know about {key}, {reason}.
    annoyed: {key} has to go because {reason}, is that enough?

no number
    plain: I do not have the number here, it is {ref}.
    plain: I cannot find the number. It is {ref}.
    plain: No number, but it is {ref}.
    terse: No idea. {ref}.
    terse: Number is gone. {ref}.
    terse: Not at hand, it is {ref}.
    chatty: Oh, the number, it must be in some e-mail, but it is {ref}.
    chatty: I am hopeless with numbers, it is {ref}.
    chatty: The slip went into the wash, it is {ref}.
    formal: I regret that I do not have the number; it is {ref}.
    formal: The number is not available to me, but it is {ref}.
    formal: Unfortunately the number is not at hand. I mean {ref}.
    learner: I have not the number, it is {ref}.
    learner: The number I do not know. It is {ref}.
    learner: Sorry, no number. {ref}.
    annoyed: How should I know the number, it is {ref}.
    annoyed: I do not have it and I should not need it, it is {ref}.
    annoyed: No number, look it up, it is {ref}.

plan
    plain: my plans have changed
    plain: I no longer need to travel
    plain: the meeting I was flying to has been moved online
    plain: the wedding I was going to has been postponed
    plain: I cannot get the time off work
    plain: my friends will visit me instead
    terse: my plans changed
    terse: I am not going any more
    terse: the event is called off
    terse: work got in the way
    terse: I booked it by mistake
    chatty: my cousin moved her wedding to the autumn, of all things, and now there is no point in going
    chatty: my boss decided that the whole conference can happen on a screen, so my plans changed
    chatty: my best friend is coming over to our place instead, which changes everything
    chatty: the concert we had tickets for fell through and the whole plan with it
    chatty: the cat sitter backed out, so there is no way that I am going anywhere
    formal: my professional obligations no longer permit this journey
    formal: the conference that I was to attend has been postponed
    formal: my circumstances have changed and the journey is no longer required
    formal: a change of plan on my side has made the journey unnecessary
    learner: my plan is changed
    learner: I do not need travel any more
    learner: my work say I can not go
    learner: the visit to my cousin is now in other month, so plan is different
    annoyed: my client moved the appointment for the third time and I am done with it
    annoyed: nobody at work can make up their mind and now I am not going
    annoyed: the people I was going to see have changed their plans again
    annoyed: my whole schedule fell apart and I do not need it any more

health
    plain: I have come down with the flu
    plain: I am ill and cannot fly
    plain: my doctor told me not to fly for some weeks
    plain: I broke my ankle
    plain: I have to go into hospital for surgery
    terse: I am sick
    terse: I broke my arm
    terse: the doctor says no flying
    terse: I am in hospital
    chatty: I slipped on the stairs and broke my wrist, so no flying for me
    chatty: I caught a nasty flu from the kids and can hardly get out of bed
    chatty: my doctor took one look at me and said that flying is out of the question
    chatty: I have to have surgery on my knee, of all times now
    formal: I have been advised by my doctor not to fly
    formal: I have to undergo surgery at the time of the journey
    formal: an illness prevents me from travelling
    formal: I am recovering from pneumonia and unfit to travel
    learner: I am very sick now
    learner: the doctor say to me no flying
    learner: I have broken leg
    learner: I must be in hospital in this time
    annoyed: I am lying here with a fever and the last thing I need is a trip
    annoyed: my back injury is worse than ever and I cannot sit on a plane
    annoyed: I am ill, and no, it will not be better by then
    annoyed: the doctor forbids me to fly, which is annoying enough

weather
    plain: a storm is forecast for those days
    plain: the weather forecast is so bad that I would rather not fly
    plain: there are flood warnings for the whole region
    plain: a hurricane is heading there
    terse: the weather forecast is bad
    terse: a storm is coming
    terse: there is a flood warning
    chatty: there is a monster of a storm on its way, as anybody can see in the forecast
    chatty: my aunt lives there and says the flood water is up to her porch
    chatty: they keep talking about tornado warnings on the radio and I get nervous
    formal: severe weather has been forecast for the period of the journey
    formal: a hurricane warning has been issued for my destination
    formal: the weather conditions at the destination make the journey inadvisable
    learner: the weather is there very bad
    learner: in the news they say a big storm comes
    learner: there is flood and I am afraid
    annoyed: I am not going to sit through a thunderstorm for anybody
    annoyed: there is a storm warning out and nobody told me anything
    annoyed: the weather there is dreadful and I refuse to fly into it

by airline
    plain: the airline cancelled a flight of it
    plain: one of the flights has been cancelled by the airline
    plain: I was notified that my flight was cancelled
    plain: I read that the flight has been cancelled
    terse: the flight was cancelled
    terse: the airline cancelled it all
    terse: my flight got cancelled anyway
    chatty: I got this message in the middle of breakfast that the flight has been cancelled
    chatty: apparently my flight was cancelled, as my neighbour found out before I did
    chatty: the airline cancelled my flight, which rather ruins the surprise I had planned
    formal: I have been informed that a flight of this reservation has been cancelled by the airline
    formal: the airline cancelled one of the flights concerned
    formal: according to the notice I received, my flight was cancelled
    learner: the airline cancelled the flight
    learner: in my phone I see the flight was cancelled
    learner: the flight is cancelled from the airline
    annoyed: the airline cancelled my flight without so much as an apology
    annoyed: my flight was cancelled and I had to learn it from a screen
    annoyed: the flight has been cancelled and nobody bothered to call me
""")
