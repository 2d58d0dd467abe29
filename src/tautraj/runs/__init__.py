"""Plan a run or a sweep, start it up, play its episodes, count the results. No Prefect."""
