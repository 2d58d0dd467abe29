"""Play, grade and track a run: `python flows/generate.py model=gpt4o user=gpt4o`.

The command line's door; `--help` lists what can be chosen. Heavy libraries are imported once the command is known
to be right, so that `--help` and `--cfg job` answer at once.
"""

from omegaconf import DictConfig

from tautraj import process_env
from tautraj.config.command_line import cli
from tautraj.config.parse import container, parse
from tautraj.redaction import masked


def main(cfg: DictConfig) -> None:
    run, config = parse(cfg), masked(container(cfg))
    from tautraj.config.identity import directory
    from tautraj.orchestration.prefect_server import check_server, choose_server, start_server
    from tautraj.report.terminal import console, tables
    from tautraj.runs.plan import prepare
    from tautraj.runs.progress import Standing
    from tautraj.runs.startup import ready
    from tautraj.store import Store
    from tautraj.store.tracking_pointer import behind
    from tautraj.tracking.tracker import catching_up

    if run.dry_run:
        from tautraj.runs.estimates import estimate

        job = prepare(run)
        tables.plan(job, estimate(run, job.rows))
        return
    choose_server(run.root)
    if not Store(directory(run)).ids():
        start_server(console.say)  # of what is new something is owed; it takes as long as what follows, elsewhere
    job = prepare(run)
    if not job.owed:
        standing = Standing(job)
        console.say("Nothing is owed: every episode of this run has been played. trials=… asks for more of them.")
        look = {"run directory": job.store.url}
        if run.tracking.name == "mlflow" and behind(job.store):
            look["MLflow"] = f"lacks something of this run: {catching_up(job.store)}"
        tables.summary(standing, standing.metrics(), look)
        return
    check_server()
    wait_for_server = start_server(console.say)
    with ready(job, config) as served:
        from tautraj.orchestration.run_flow import start
        from tautraj.orchestration.task_runners import task_runner

        task_runner(served.run)  # what is none is refused before anybody waits for a server
        wait_for_server()
        start(served, config)


if __name__ == "__main__":
    process_env.prepare()
    cli(main)
