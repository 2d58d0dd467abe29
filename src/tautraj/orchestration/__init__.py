"""Prefect: flows, tasks, worker processes, leases, pause and cancel, servers."""
