"""The customer's phone: what it is asked to do there, and what it does."""
