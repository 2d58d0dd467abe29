"""The HTML page of one or several runs: one file without external resources."""
