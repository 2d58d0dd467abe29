"""What `stats` counts, as two pictures beside the card."""

from collections.abc import Sequence
from pathlib import Path

from tautraj.export.candidates import Candidate
from tautraj.export.stats import Stats


def plots(folder: Path, found: Stats, chosen: Sequence[Candidate]) -> None:
    """Write them."""
    from matplotlib.figure import Figure

    height = 1.2 + 0.3 * len(found.operations)
    figure = Figure(figsize=(8, height), layout="constrained")
    covered, success = figure.subplots(1, 2, sharey=True)
    names = [one.name for one in found.operations]
    covered.barh(names, [one.conversations for one in found.operations])
    covered.set(xlabel="conversations kept")
    covered.invert_yaxis()
    success.barh(names, [one.succeeded / one.graded if one.graded else 0.0 for one in found.operations])
    success.set(xlabel="success of all that came in", xlim=(0, 1))
    figure.savefig(folder / "operations.png")

    figure = Figure(figsize=(8, 2.5), layout="constrained")
    turns, tokens = figure.subplots(1, 2)
    turns.hist([one.turns for one in chosen], bins=20)
    turns.set(xlabel="turns", ylabel="conversations kept")
    tokens.hist([one.tokens for one in chosen], bins=20)
    tokens.set(xlabel="tokens of the agent's model")
    figure.savefig(folder / "lengths.png")
