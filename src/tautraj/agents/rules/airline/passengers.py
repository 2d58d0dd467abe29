"""Changes of a reservation's passengers: another name, another birthday, another person, but never another number."""

import re

from tautraj.agents.rules.airline import rules
from tautraj.agents.rules.airline.records import Entity
from tautraj.agents.rules.airline.rules import say_count
from tautraj.agents.rules.airline.slots import list_birthdays, list_names, list_people
from tautraj.agents.rules.airline.wishes import Wish, drop_introduction
from tautraj.agents.rules.desk import Resolution

COUNT = (
    r"\b(?:add|added|extra|additional|bring|one more|another|fourth|third|sixth|"
    r"fit in)\b[^.?!]*\b(?:passenger|travell?er|person|seat|friend)|"
    r"\b(?:remov|take off|come off|drop|without|delet|strike|cut|leav\w+ out|take (?:\w+ ){0,4}off|fewer)\w*"
)


ONESELF = r"\bto (?:my|your)self\b|\bpassengers? to me\b"


def resolve_passengers(wish: Wish, user: Entity, reservation: Entity) -> Resolution:
    key, passengers = reservation["reservation_id"], [dict(person) for person in reservation["passengers"]]
    full = [f"{person['first_name']} {person['last_name']}" for person in passengers]
    texts = [drop_introduction(text) for text in (*reversed(wish.amendments), wish.said)]
    words = " ".join(reversed(texts))
    people = [person for text in texts for person in list_people(text)]
    known = {f"{person.first_name} {person.last_name}": person for person in people}
    if match := next((name for name in known if name in full), None):
        passengers[full.index(match)]["dob"] = known[match].dob
        return _replace_passengers(key, passengers, reservation)
    old = [name for name in full if name in words]
    if people and len(old) == 1:
        new = people[0]
        passengers[full.index(old[0])] = {"first_name": new.first_name, "last_name": new.last_name, "dob": new.dob}
        return _replace_passengers(key, passengers, reservation)
    replaced = old or full
    if not people and len(replaced) == 1 and re.search(ONESELF, words):
        passengers[full.index(replaced[0])] = user["name"] | {"dob": user["dob"]}
        return _replace_passengers(key, passengers, reservation)
    names = [pair for text in texts for pair in list_names(text)]
    fresh = [pair for pair in names if " ".join(pair) not in full]
    if len(old) == 1 and fresh and not re.search(COUNT, words, re.IGNORECASE):
        passengers[full.index(old[0])] |= {"first_name": fresh[0][0], "last_name": fresh[0][1]}
        return _replace_passengers(key, passengers, reservation)
    if len(old) == 1 and len(birthdays := list_birthdays(words)) == 1 and not fresh:
        passengers[full.index(old[0])]["dob"] = birthdays[0]
        return _replace_passengers(key, passengers, reservation)
    if re.search(COUNT, words, re.IGNORECASE):
        return Resolution(
            f"{key} has {say_count(len(passengers), 'passenger')}; the number cannot change.",
            refusal=rules.PASSENGER_COUNT,
        )
    return Resolution(
        f"{key} is for {', '.join(full)}.",
        question="Whose name should be replaced, by whom, and when was that person born?",
    )


def _replace_passengers(key: str, passengers: list[Entity], reservation: Entity) -> Resolution:
    if passengers == reservation["passengers"]:
        return Resolution(
            f"{key} has these passengers already.", question="What should be changed about the passengers?"
        )
    return Resolution(
        f"{key} keeps its number of passengers, so one of them may be replaced or corrected.",
        writes=(("update_reservation_passengers", {"reservation_id": key, "passengers": passengers}),),
    )
