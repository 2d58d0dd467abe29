"""Grade a run again from its records: `python flows/regrade.py run=outputs/default/…`.

Calls no provider and needs no key; shows what changed, old and new side by side. keep=true writes the new grades into
the episodes; explain=EPISODE explains the reward of one.
"""

from installed import DictConfig
from tautraj import process_env
from tautraj.config.command_line import run_cli
from tautraj.config.parse import parse_as


def main(cfg: DictConfig) -> None:
    from tautraj import report
    from tautraj.grading.regrade import RegradeRequest, explain_episode, regrade
    from tautraj.report.terminal import console, tables
    from tautraj.store import Store
    from tautraj.store.discovery import read_run, resolve_runs

    request = parse_as(RegradeRequest, cfg)
    stores = [Store(url) for url in resolve_runs(request.run, request.root)]
    if request.explain is not None:
        tables.print_explanation(explain_episode(stores, request))
        return
    for store in stores:
        result = regrade(store, request)
        tables.print_regrade(result, store.url)
        if request.keep and result.changes:
            console.say(f"report: {report.write_run_report(store, read_run(store).report.conversations)}")


if __name__ == "__main__":
    process_env.prepare()
    run_cli(main, "regrade")
