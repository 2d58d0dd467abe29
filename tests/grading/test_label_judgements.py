"""Labels that a program reads off sentences agree with what a reader says of them, nine times in ten."""

import pytest
from support.label_judgements import Comparison, compare_labels, read_judgements

JUDGEMENTS = read_judgements()
LABELS = list(dict.fromkeys(judgement.label for judgement in JUDGEMENTS))


@pytest.fixture(scope="module")
def comparisons() -> dict[str, Comparison]:
    return {comparison.label: comparison for comparison in compare_labels(JUDGEMENTS)}


@pytest.mark.parametrize("label", LABELS)
def test_a_label_agrees_with_a_reader(label: str, comparisons: dict[str, Comparison]) -> None:
    comparison = comparisons[label]
    otherwise = "\n".join(
        f"{row.kind} (expected {row.expected}): {row.turns[-2:]}" for row in comparison.disagreements
    )
    assert comparison.precision >= 0.9, otherwise
    assert comparison.recall >= 0.9, otherwise
