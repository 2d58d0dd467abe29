"""What a later command of the loop would refuse, found before the first one runs.

Not here: the settings of the loop itself (`training.loop_request`), each command's own checks.
"""

from tautraj.config.command_line import compose_tree
from tautraj.config.local_llm import LocalLlm
from tautraj.config.parse import parse_as, parse_run
from tautraj.errors import ConfigError, boundary
from tautraj.training.base_model import check_packages, find_files
from tautraj.training.gguf_file import NO_GGUF, is_writable
from tautraj.training.loop import locate_export, locate_model, plan_before, plan_training
from tautraj.training.loop_request import LearnRequest
from tautraj.training.request import TrainRequest


def check_request(request: LearnRequest) -> None:
    """Raise `UserError` for packages, settings or a base model that a training or a measurement cannot use."""
    [seed, *_] = request.seeds
    training = plan_training(request, locate_export(request, "train"), seed, locate_model(request, seed))
    settings = parse_as(TrainRequest, compose_tree(training.overrides, "train"))
    check_packages()
    files = find_files(settings.base, settings.template)
    with boundary(ConfigError, f"base={request.base}"):
        if files.gguf is None or not is_writable(files.gguf):
            raise ConfigError(
                f"base={request.base} {NO_GGUF}, from which the loop plays what it has trained. Write it there: "
                "python flows/convert.py folder=…"
            )
    model = parse_run(compose_tree(plan_before(request).overrides)).model
    if isinstance(model, LocalLlm):
        _ = model.weights_file
