"""Composes a goal: a customer, a voice, a request of the family, and now and then other requests beside it."""

from collections import Counter
from random import Random

from tautraj.benchmarks.goals import Families, Family, Goal, Request
from tautraj.synthesis.generator import Database, Draft, Generator
from tautraj.synthesis.voices import VOICES, join_requests

EXTRA_REQUESTS = {0: 5, 1: 4, 2: 1}
"""Number of other requests beside that of the family -> how often, relative to the others."""

COMBINED_REQUESTS = (2, 3, 4)


def compose_draft(
    generator: Generator, database: Database, rng: Random, families: Families | None = None
) -> Draft | None:
    """A task of a random family about a random customer; None if they do not fit.

    `families`: those that are drawn; None: the generator's, by its weights.
    """
    weights = Counter(families) if families else generator.weights
    family = rng.choices(list(weights), list(weights.values()))[0]
    user_id = rng.choice(generator.list_customers(database))
    voice = rng.choice(list(VOICES))
    requests = _draw_requests(generator, database, user_id, family, voice, rng)
    if not requests:
        return None
    identity, unknown = generator.identify(database, user_id, rng)
    spoken = join_requests(voice, [request.said for request in requests], rng)
    goal = Goal(
        voice=voice,
        user_id=user_id,
        identity=identity,
        unknown=unknown,
        requests=tuple(
            request.model_copy(update={"said": words, "wish": request.said})
            for request, words in zip(requests, spoken, strict=True)
        ),
        transfers=any(request.family == "transfer" for request in requests),
    )
    return Draft(family, goal)


def _draw_requests(
    generator: Generator, database: Database, user_id: str, family: Family, voice: str, rng: Random
) -> list[Request]:
    """The family's requests, and others of `direct` and `lookup` about other entities; a transfer comes last."""
    if family == "combined":
        wanted, requests = rng.choice(COMBINED_REQUESTS), []
    else:
        requests = list(generator.propose(database, user_id, family, voice, rng))
        if not requests:
            return []
        wanted = len(requests) + rng.choices(list(EXTRA_REQUESTS), list(EXTRA_REQUESTS.values()))[0]
    touched = {entity for request in requests for entity in request.about}
    for _ in range(3 * wanted):
        if len(requests) >= wanted:
            break
        others = generator.propose(database, user_id, rng.choice(("direct", "direct", "lookup")), voice, rng)
        entities = {entity for request in others for entity in request.about}
        if others and not entities & touched:
            touched |= entities
            requests.extend(others)
    if family == "combined":
        requests = [request.model_copy(update={"family": "combined"}) for request in requests]
        return requests if len(requests) > 1 else []
    rng.shuffle(requests)
    return sorted(requests, key=lambda request: request.family == "transfer")
