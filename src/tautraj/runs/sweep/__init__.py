"""A grid of cells: its axes, its cells with what each owes, and the matrix of their results."""
