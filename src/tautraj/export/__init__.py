"""Trajectories to dataset rows.

Data moves one way: run directories → candidates (what choosing needs of each) → guard and choice → rows of a format →
files and card. Not here: playing and grading; what a label means (`labels`).
"""
