"""Rollouts of a policy in training, each an episode of a run directory. Knows TRL's interface, imports no torch."""
