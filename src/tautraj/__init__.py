"""Generate, check and export reasoning trajectories of customer-support agents in the τ-bench world."""
