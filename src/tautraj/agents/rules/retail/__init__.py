"""The shop's desk: words to wishes, wishes to what the policy allows."""

from tautraj.agents.rules.retail.desk import RETAIL_DESK

__all__ = ["RETAIL_DESK"]
