"""Plan a run or a sweep, start it up, play its episodes, count what came of it. No Prefect."""
