"""Which task a client of a server gets, and what its command says before anything is served.

Not here: the server (`test_openenv`).
"""

from importlib.util import find_spec

import pytest

from tautraj.config.command_line import compose_tree
from tautraj.errors import ConfigError, PreflightError
from tautraj.training.openenv.request import ServeRequest, parse_serve_request
from tautraj.training.openenv.server import serve
from tautraj.training.openenv.tasks import ServedTasks

NOTHING = {"split": None, "index": None, "task": None, "trial": 0, "seed": None}


@pytest.fixture
def served() -> ServedTasks:
    return ServedTasks("retail", "train", [("7", 0), ("7", 1), ("9", 0)])


@pytest.mark.parametrize(
    ("named", "chosen"),
    [
        ({"index": 1}, ("7", 1)),
        ({"split": "train", "index": 2}, ("9", 0)),
        ({"task": "9"}, ("9", 0)),
        ({"task": "7", "trial": 1, "index": 2}, ("7", 1)),
        ({"seed": 4}, ("7", 1)),
        ({"seed": 4, "index": 0}, ("7", 0)),
    ],
)
def test_a_client_names_a_task(served: ServedTasks, named: dict[str, object], chosen: tuple[str, int]) -> None:
    assert served.choose(**{**NOTHING, **named}) == chosen  # type: ignore[arg-type]


def test_without_a_name_they_come_in_turn(served: ServedTasks) -> None:
    assert [served.choose(**NOTHING)[0] for _ in range(4)] == ["7", "7", "9", "7"]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("named", "refusal"),
    [
        ({"split": "test"}, r"split=test: this server plays split=train\. Start another with split=test"),
        ({"index": 3}, "index 3: this server has 3 tasks"),
        ({"index": -1}, "index -1"),
        ({"task": "8"}, "task 8, trial 0: not among the 3 tasks"),
        ({"task": "9", "trial": 1}, "task 9, trial 1"),
    ],
)
def test_what_a_server_does_not_play_is_refused(served: ServedTasks, named: dict[str, object], refusal: str) -> None:
    with pytest.raises(ConfigError, match=refusal):
        served.choose(**{**NOTHING, **named})  # type: ignore[arg-type]


def test_a_command_is_an_address_and_a_run() -> None:
    words = ["domain=airline", "port=9000", "sessions=8", "trials=2"]
    request, overrides = parse_serve_request(compose_tree(words, "serve"), words)
    assert request == ServeRequest(host="127.0.0.1", port=9000, sessions=8)
    assert overrides == ["domain=airline", "trials=2"]


@pytest.mark.skipif(find_spec("openenv") is not None, reason="openenv-core is installed")
def test_without_the_package_a_line_says_how_to_install_it() -> None:
    with pytest.raises(PreflightError, match="openenv-core.*: make serve$"):
        serve(ServeRequest(host="127.0.0.1", port=0, sessions=1), ["domain=retail"], print)
