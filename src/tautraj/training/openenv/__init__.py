"""Rollouts served to clients of OpenEnv: `flows/serve.py`. The package openenv-core is imported here alone."""
