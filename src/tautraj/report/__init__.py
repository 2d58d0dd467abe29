"""Reports: the HTML page of one or several runs, a single file without external resources; terminal output.

A page contains gold values: it is for people and never for training.
"""

from tautraj.report.html.page import write_page
from tautraj.report.request import find_report, write_closing_report, write_run_report

__all__ = ["find_report", "write_closing_report", "write_run_report", "write_page"]
