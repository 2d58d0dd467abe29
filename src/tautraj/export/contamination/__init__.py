"""Keeps test tasks, and what shares a customer, an order or a gold write with one, out of an export."""
