"""The page of a run: one HTML file that needs nothing else, for people to look at what was played.

It holds gold values: it is for reading, never for training. Not here: one conversation in the terminal (`reading`).
"""

from tautraj.report.html.page import write_page
from tautraj.report.request import write_closing_report, write_run_report

__all__ = ["write_closing_report", "write_run_report", "write_page"]
