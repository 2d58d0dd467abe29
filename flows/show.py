"""Print one conversation with its reward explained: `python flows/show.py run=outputs/default/… task=5`.

Without a task, trial or episode: the first that failed, else the first.
"""

from installed import DictConfig
from tautraj import process_env
from tautraj.config.command_line import run_cli
from tautraj.config.parse import parse_as


def main(cfg: DictConfig) -> None:
    from tautraj.report.show import ShowRequest, find_episode
    from tautraj.report.terminal import conversation

    request = parse_as(ShowRequest, cfg)
    conversation.print_conversation(find_episode(request), full=request.full)


if __name__ == "__main__":
    process_env.prepare()
    run_cli(main, "show")
