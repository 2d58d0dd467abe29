"""What customers of a shop say: clauses in every voice.

Not here: how they are filled in (`synthesis.retail.wording`).
"""

from tautraj.synthesis.retail.clauses import choices, items, orders, questions

CLAUSES = orders.CLAUSES | items.CLAUSES | choices.CLAUSES | questions.CLAUSES
