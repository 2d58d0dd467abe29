"""Classic τ-bench: the optional benchmark `tau_bench`."""
