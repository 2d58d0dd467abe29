"""MLflow's view of run directories: runs, sweeps, traces, written live or backfilled."""
