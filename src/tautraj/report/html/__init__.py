"""The HTML page of one run or of several, one file that needs nothing else."""
