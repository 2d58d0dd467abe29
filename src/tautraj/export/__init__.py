"""Trajectories to dataset rows: one file per format; selection, contamination guard, output.

Data moves one way: run directories → candidates → guard and filters → rows of a format → files and card. Not here:
what a label means (`grading.labels`).
"""
