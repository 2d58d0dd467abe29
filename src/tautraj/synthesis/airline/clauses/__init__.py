"""What customers of the airline say: clauses in every voice.

Not here: how they are filled in (`synthesis.templates`), by whom (`synthesis.airline.view`).
"""

from tautraj.synthesis.airline.clauses import bookings, cancellations, changes, choices, questions, refusals

CLAUSES = (
    bookings.CLAUSES
    | cancellations.CLAUSES
    | changes.CLAUSES
    | choices.CLAUSES
    | questions.CLAUSES
    | refusals.CLAUSES
)
