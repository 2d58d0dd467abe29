"""Play, grade and track a run: `python flows/generate.py model=gpt4o user=gpt4o`.

The command line's door; `--help` lists what can be chosen. Heavy libraries are imported once the command is known
to be right, so that `--help` and `--cfg job` answer at once.
"""

from omegaconf import DictConfig

from tautraj import environment
from tautraj.command_line import cli
from tautraj.tree import container, masked, parse


def main(cfg: DictConfig) -> None:
    run, config = parse(cfg), masked(container(cfg))
    from tautraj import terminal
    from tautraj.play import directory, prepare, ready
    from tautraj.server import check_server, choose_server, start_server
    from tautraj.standing import Standing
    from tautraj.store import Store
    from tautraj.tracking import behind, catching_up

    if run.dry_run:
        from tautraj.estimates import estimate

        job = prepare(run)
        terminal.plan(job, estimate(run, job.rows))
        return
    choose_server(run.root)
    if not Store(directory(run)).ids():
        start_server(terminal.say)  # of what is new something is owed; it takes as long as what follows, elsewhere
    job = prepare(run)
    if not job.owed:
        standing = Standing(job)
        terminal.say("Nothing is owed: every episode of this run has been played. trials=… asks for more of them.")
        look = {"run directory": job.store.url}
        if run.tracking.name == "mlflow" and behind(job.store):
            look["MLflow"] = f"lacks something of this run: {catching_up(job.store)}"
        terminal.summary(standing, standing.metrics(), look)
        return
    check_server()
    wait_for_server = start_server(terminal.say)
    with ready(job, config) as served:
        from generation import start
        from runners import task_runner

        task_runner(served.run)  # what is none is refused before anybody waits for a server
        wait_for_server()
        start(served, config)


if __name__ == "__main__":
    environment.prepare()
    cli(main)
