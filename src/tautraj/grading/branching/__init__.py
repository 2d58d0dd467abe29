"""Branches of an episode: the turns at which one may begin, and what those played say about the turns before."""
