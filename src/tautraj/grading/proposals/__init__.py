"""What an agent's message asks of a customer or announces, and whether that is what the customer wants."""
