"""The carrier: its customers, lines, bills and phones, and what holds in every such database."""
