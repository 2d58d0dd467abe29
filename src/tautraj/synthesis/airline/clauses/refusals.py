"""How customers ask for what the policy forbids, and how they insist.

Not here: forbidden cancellations and changes of flights, which are asked for like allowed ones.
"""

from tautraj.synthesis.templates import parse_clauses

CLAUSES = parse_clauses("""
fewer passengers
    plain: I want to remove the passenger {old} from {ref}.
    plain: Please take the passenger {old} off {ref}, the others still fly.
    plain: {old} is not coming along, so please remove that passenger from {ref}.
    terse: Remove passenger {old} from {ref}.
    terse: {ref}: one passenger less, drop {old}.
    terse: Take passenger {old} off {ref}.
    chatty: {old} and I had a little falling-out, so please remove that passenger from {ref}.
    chatty: Turns out {old} hates flying, so could the passenger come off {ref} and the rest of us go?
    chatty: We are one fewer now, please remove {old} as a passenger from {ref}.
    formal: I request that the passenger {old} be removed from {ref}.
    formal: The passenger {old} will not travel; kindly delete that name from {ref}.
    formal: I should like to reduce the number of passengers on {ref} by removing {old}.
    learner: Please remove passenger {old} from {ref}, only this person.
    learner: In {ref} is one passenger too much, remove {old}.
    learner: {old} does not fly, I want remove this passenger in {ref}.
    annoyed: Get the passenger {old} off {ref}, remove the name and send me the money.
    annoyed: I want the passenger {old} removed from {ref}.
    annoyed: {old} is out, remove that passenger from {ref}.

more passengers
    plain: I want to add a passenger to {ref}: {new}, born {dob}.
    plain: Please add {new}, born {dob}, as an additional passenger to {ref}.
    plain: One more person is coming, so please add the passenger {new}, born {dob}, to {ref}.
    terse: Add passenger {new}, born {dob}, to {ref}.
    terse: {ref}: add one more passenger, {new}, born {dob}.
    terse: Extra passenger for {ref}: {new}, born {dob}, please add.
    chatty: Guess who decided to join us, {new}, born {dob}, so please add that passenger to {ref}.
    chatty: The more the merrier: could you add {new}, born {dob}, as an extra passenger to {ref}?
    chatty: I talked {new} into it, born {dob}, so now I need to add a passenger to {ref}.
    formal: I wish to add an additional passenger, {new}, born {dob}, to {ref}.
    formal: Kindly add {new}, date of birth {dob}, as a further passenger to {ref}.
    formal: Kindly arrange for {new}, born {dob}, to be added to {ref} as a further passenger.
    learner: I want add one more passenger in {ref}, it is {new}, born {dob}.
    learner: Please add passenger {new}, born {dob}, for {ref}.
    learner: For {ref} comes also {new}, born {dob}, please add this passenger.
    annoyed: I need to add a passenger to {ref}, {new}, born {dob}, and the app refuses.
    annoyed: Add {new}, born {dob}, to {ref} as one more passenger, there are seats enough.
    annoyed: Why can I not add a passenger online? It is {new}, born {dob}, for {ref}, so add an extra passenger.

fewer bags
    plain: I want to remove a checked bag from {ref}.
    plain: Please take one bag off {ref}, I do not need it.
    plain: I booked too many bags on {ref}, please remove one.
    terse: Remove one bag from {ref}.
    terse: {ref}: one bag fewer.
    terse: Take a bag off {ref}.
    chatty: I have become a light packer, so please remove one bag from {ref}.
    chatty: My suitcase broke, so I want to remove a bag from {ref}, it is of no use now.
    chatty: I overdid it with the luggage, could one bag be removed from {ref}?
    formal: I wish to have one checked bag removed from {ref}.
    formal: Kindly remove a checked bag from {ref}.
    formal: The number of checked bags on {ref} should be reduced, please remove one.
    learner: I want remove one bag in {ref}.
    learner: Please remove one bag, it is in {ref}.
    learner: For {ref} I need less, remove one suitcase please.
    annoyed: Remove a bag from {ref}, I never wanted that many.
    annoyed: There are too many bags on {ref}, remove one of the bags.
    annoyed: I want a bag removed from {ref} and the fee back.

late insurance
    plain: I want to add travel insurance to {ref}.
    plain: Please add the insurance to {ref}, I forgot it.
    plain: I would like to have insurance on {ref} after all.
    terse: Add insurance to {ref}.
    terse: {ref}: insurance, please.
    terse: Insurance for {ref}.
    chatty: My mother keeps nagging me about it, so please add the insurance to {ref}.
    chatty: Call me a worrier, but I want insurance on {ref} after all.
    chatty: I read a horrible story yesterday evening, so could {ref} get insurance?
    formal: I wish to add travel insurance to {ref}.
    formal: Kindly include insurance in {ref}.
    formal: It was overlooked that {ref} should carry insurance, please add it.
    learner: I forgot insurance in {ref}, please add.
    learner: I want have insurance for {ref}.
    learner: Please make insurance to {ref}.
    annoyed: The insurance is missing on {ref}, add it.
    annoyed: I am sure I ticked the insurance for {ref}, so add it.
    annoyed: Put insurance on {ref}, the form was a mess.

other city
    plain: I want to change the destination of {ref} to {city}.
    plain: Please change {ref} so that it goes to {city} instead.
    plain: I need to switch my flights in {ref}, I have to go to {city} instead.
    terse: Change the destination of {ref} to {city}.
    terse: {ref}: change it, to {city} instead.
    terse: Switch {ref} to {city} as destination.
    chatty: My friends moved, so I would like to change {ref} and fly to {city} instead.
    chatty: We had a vote, and {city} won, so please switch the flights of {ref} to go to {city} instead.
    chatty: A little change of scenery: could the destination of {ref} be changed to {city}?
    formal: I request that the destination of {ref} be changed to {city}.
    formal: I should like to change the flights of {ref} so as to travel to {city} instead.
    formal: Kindly change the flights of {ref} to {city} as the new destination.
    learner: I want change {ref}, new destination is {city}.
    learner: Please change the flights in {ref}, I must go to {city} instead.
    learner: For {ref} I need other destination, to {city}, please change it.
    annoyed: Change {ref} to {city} instead, the meeting is there now.
    annoyed: I want the destination of {ref} changed to {city}.
    annoyed: Change the flights of {ref} so that I land in {city} instead, and quickly.

one leg
    plain: I want to upgrade only the return flight of {ref} to {cabin}.
    plain: Please change just the outbound flight of {ref} to {cabin}, the cabin of the rest stays.
    plain: I would like {cabin} for the return only in {ref}, please change the cabin.
    terse: {ref}: only the return flight to {cabin} class.
    terse: Upgrade just the outbound of {ref} to {cabin}.
    terse: Cabin of {ref}: {cabin} for the return only.
    chatty: I want to treat myself on the way home, so upgrade only the return flight of {ref} to {cabin}.
    chatty: Half the fun is getting there, so could only the outbound flight of {ref} be moved to {cabin}?
    chatty: My back complains on late flights, so please change just the return flight of {ref} to {cabin}.
    formal: I request an upgrade of only the return flight of {ref} to {cabin}.
    formal: I should like just the outbound flight of {ref} to be moved to {cabin}.
    formal: Kindly change the cabin for only the return flight of {ref} to {cabin}.
    learner: I want only the return flight of {ref} in {cabin}.
    learner: Please upgrade in {ref} just the outbound flight to {cabin}.
    learner: For {ref} only the return flight to {cabin}, please upgrade.
    annoyed: Upgrade only the return flight of {ref} to {cabin}, I am not paying for both.
    annoyed: I want just the outbound flight of {ref} moved to {cabin}, not the rest.
    annoyed: Only the return flight of {ref} should be in {cabin}, do I have to do it all myself?

complain cancelled
    plain: A flight in {ref} was cancelled, and I would like to be compensated.
    plain: My flight was cancelled, it is {ref}. I am asking for compensation.
    plain: The airline cancelled a flight of {ref}, so what compensation do I get?
    terse: Flight cancelled in {ref}. I want compensation.
    terse: Compensation, please: a flight of {ref} was cancelled.
    terse: {ref}, the flight was cancelled. Compensation, then.
    chatty: So there I was, all packed, and the flight of {ref} was cancelled. I think some compensation would be
        nice.
    chatty: My whole week was upside down because a flight in {ref} was cancelled, and I do hope for compensation.
    chatty: You will not believe it, a flight of {ref} got cancelled. How about some compensation for the trouble?
    formal: A flight of {ref} was cancelled by the airline, for which I request compensation.
    formal: I wish to complain that a flight in {ref} was cancelled. I ask to be compensated.
    formal: Since a flight of {ref} was cancelled, I consider compensation appropriate.
    learner: In {ref} the flight was cancelled, I want a compensation.
    learner: My flight was cancelled, the number is in {ref}. Please give compensation.
    learner: The flight of {ref} is cancelled, I ask for compensation please.
    annoyed: A flight in {ref} was cancelled and I expect compensation for that.
    annoyed: You people cancelled a flight of {ref}. I demand compensation.
    annoyed: The flight of {ref} was cancelled, it cost me a day, and I want to be compensated.

complain delayed
    plain: A flight in {ref} is delayed, and I would like to be compensated.
    plain: My flight is delayed, it is {ref}. I am asking for compensation.
    plain: There is a delay on {ref}, so what compensation do I get?
    terse: Delay on {ref}. I want compensation.
    terse: Compensation, please: a flight of {ref} is delayed.
    terse: {ref} is delayed. Compensation, then.
    chatty: I am sitting here with my coffee, and the flight of {ref} is delayed. I think some compensation would be
        nice.
    chatty: The kids are climbing the walls because the flight in {ref} is delayed, so I do hope for compensation.
    chatty: Wouldn't you know it, {ref} has a delay. How about some compensation for the trouble?
    formal: A flight of {ref} is delayed, for which I request compensation.
    formal: I wish to complain about the delay of a flight in {ref}. I ask to be compensated.
    formal: In view of the delay of {ref}, I consider compensation appropriate.
    learner: In {ref} the flight is delayed, I want a compensation.
    learner: My flight is too late, it is delayed, look at {ref}. Please give compensation.
    learner: The flight of {ref} has delay, I ask for compensation please.
    annoyed: A flight in {ref} is delayed and I expect compensation for that.
    annoyed: Again a delay, this time in {ref}. I demand compensation.
    annoyed: The flight of {ref} is delayed, I will miss everything, and I want to be compensated.

give up delayed
    plain: A flight in {ref} is delayed. I want to cancel it, and I would like compensation for the delay.
    plain: Because of the delay I want to cancel {ref}. I am also asking for compensation.
    plain: Please cancel {ref}, since its flight is delayed. I would like to be compensated as well.
    terse: {ref} is delayed. Cancel it because of that, plus compensation.
    terse: Cancel {ref} because of the delay. Also compensation.
    terse: Delay on {ref}, so cancel it. Compensation too.
    chatty: The flight of {ref} is delayed and the party will be over by then, so please cancel it. Some
        compensation would be nice, too.
    chatty: With this delay there is no point any more, so cancel {ref}. And I do hope for compensation.
    chatty: I waited and waited, and {ref} is still delayed, so I want to cancel it. How about compensation for the
        delay?
    formal: Owing to the delay of a flight, I wish to cancel {ref}. I further request compensation for the delay.
    formal: As a flight of {ref} is delayed, kindly cancel the reservation. I also consider compensation
        appropriate.
    formal: I request the cancellation of {ref} because of the delay. In addition, I ask to be compensated.
    learner: The flight of {ref} is delayed, I want cancel it. And please compensation for the delay.
    learner: Because of delay I must cancel {ref}. I ask also for compensation.
    learner: Please cancel {ref}, it is delayed too much. I want compensation also.
    annoyed: {ref} is delayed, so cancel it. And I expect compensation for the delay.
    annoyed: I am not waiting any longer because of your delay, cancel {ref}. I demand compensation as well.
    annoyed: With that delay, {ref} is useless, so cancel it. I want to be compensated, too.

insist
    plain: I was told on the phone that this would be possible.
    plain: A colleague of mine had exactly this done last week.
    plain: Please check again, I am sure that there is a way.
    plain: I have been a customer for years, can you not make an exception?
    terse: Others got it.
    terse: Check again.
    terse: Make an exception.
    terse: It was promised on the phone.
    chatty: Come on, the lady at the counter said that it is never a problem.
    chatty: My cousin works for another airline, and they do it all the time.
    chatty: I would be ever so grateful, and nobody has to know, right?
    chatty: But it is my birthday soon, does that not count for anything?
    formal: I must insist, as I was assured of this in writing.
    formal: I would ask that an exception be made in view of my long custom.
    formal: I find this hard to accept and request that it be reconsidered.
    formal: Your colleague confirmed to me that this is permitted.
    learner: But my friend said it is possible.
    learner: Please, it is very important for me.
    learner: In the internet I read that it goes.
    learner: Can you ask again, please, one time only?
    annoyed: That is ridiculous, the last agent had no problem with it.
    annoyed: I pay enough for these tickets, so make it happen.
    annoyed: I do not accept that, look again.
    annoyed: Then make an exception, I have had nothing but trouble.

insist more
    plain: Is there really nothing you can do?
    plain: I would still like you to try.
    plain: It would mean a lot to me.
    terse: Really not?
    terse: Try again.
    terse: Come on.
    chatty: Not even if I say please, pretty please?
    chatty: There must be a secret button for this somewhere.
    chatty: Oh, do not be so strict with me.
    formal: I should like to repeat my request once more.
    formal: May I ask you to reconsider this a last time?
    formal: I remain of the opinion that this is justified.
    learner: Really it is not possible?
    learner: Please try one more time.
    learner: I do not understand why not.
    annoyed: I will ask one last time, do it.
    annoyed: Unbelievable, is that your final word?
    annoyed: So much for customer service, try once more.
""")
