"""Sweeps: the axes of a grid, its cells and their plans, and the matrix of their results."""
