"""New worlds and tasks with proofs, in domains that a benchmark plays. One folder per domain."""
