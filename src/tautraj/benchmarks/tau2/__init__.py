"""τ²-bench: the default benchmark `tau2`."""
