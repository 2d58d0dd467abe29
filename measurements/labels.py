"""Precision and recall of the labels over `tests/golden/label_judgements.jsonl`, and the rows judged otherwise.

python measurements/labels.py [--label unconfirmed_write]
"""

import argparse
import sys
from pathlib import Path

from tautraj import process_env

process_env.prepare()
sys.path.append(str(Path(__file__).parents[1] / "tests"))

from support.label_judgements import Judgement, compare_labels, read_judgements  # noqa: E402


def describe(judgement: Judgement) -> str:
    """The row's last sentences, without calls."""
    spoken = [f"{kind}: {text}" for kind, text, *_ in judgement.turns if kind != "call"][-2:]
    where = f"{judgement.domain} {judgement.task}, {judgement.kind}"
    return f"    expected {judgement.expected!s:5} {where} | {' | '.join(spoken)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--label", help="only this one")
    chosen = parser.parse_args().label
    comparisons = compare_labels(row for row in read_judgements() if chosen in (None, row.label))
    print(f"| {'label':22} | {'n':>3} | precision | recall | otherwise |\n|---|---|---|---|---|")
    for label, n, precision, recall, disagreements in comparisons:
        print(f"| {label:22} | {n:3} | {precision:9.2f} | {recall:6.2f} | {len(disagreements):9} |")
    for comparison in comparisons:
        print(f"\n{comparison.label}")
        print("\n".join(map(describe, comparison.disagreements)))


if __name__ == "__main__":
    process_env.freeze_gc()
    main()
