"""The page of a run: one HTML file that needs nothing else, for people to look at what was played.

It holds gold values: it is for reading, never for training. Not here: one conversation in the terminal (`reading`).
"""

from tautraj.report.html.page import write
from tautraj.report.request import at_the_end, own

__all__ = ["at_the_end", "own", "write"]
