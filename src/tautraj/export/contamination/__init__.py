"""Keeps test tasks out of an export, and conversations that share a customer, order or gold write with one."""
