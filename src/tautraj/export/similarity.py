"""Estimated similarity of two texts, from bottom-k sketches.

Two short functions instead of a dependency: datasketch offers MinHash and LSH, which a pairwise check does not need.
"""

import heapq
import re
import zlib
from array import array
from collections.abc import Collection

SKETCH_SIZE = 128
"""Smallest hashes kept of a conversation's words; the share that two have in common estimates how alike they are."""


def compute_sketch(text: str) -> "array[int]":
    """The smallest hashes of its runs of five words (bottom-k, Broder 1997), in order."""
    words = re.findall(r"\w+", text.lower())
    runs = {zlib.crc32(" ".join(words[at : at + 5]).encode()) for at in range(max(1, len(words) - 4))}
    return array("I", heapq.nsmallest(SKETCH_SIZE, runs))


def estimate_similarity(first: Collection[int], second: Collection[int]) -> float:
    """Estimated Jaccard similarity of two texts, 0 to 1."""
    smallest = set(heapq.nsmallest(SKETCH_SIZE, {*first, *second}))
    return len(smallest & set(first) & set(second)) / len(smallest) if smallest else 1.0
