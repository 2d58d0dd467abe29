"""Many episodes through the front door, a fifth of the calls faulty: nothing is lost, played twice or graded
differently, and no limit is exceeded. Two thousand, and kills: `measurements/soak.py`.
"""

import os
from pathlib import Path

import pytest
from support.soak.results import soaked
from support.soak.run import Soak


@pytest.mark.slow
@pytest.mark.parametrize("trials", [8, 25])
def test_many_episodes_in_bad_weather(trials: int, server: str, tmp_path: Path) -> None:
    soak = Soak(
        domain="mock",
        split="base",
        tasks=8,
        trials=trials,
        runner="threads",
        workers=24,
        calls_at_once=3,
        requests_per_minute=None,
        tokens_per_minute=None,
        faulty=0.2,
        odd=0.1,
        kills=0,
        seed=1,
    )
    environ = {**os.environ, "PREFECT_API_URL": server, "PREFECT_HOME": str(tmp_path / "prefect-home")}
    table = soaked(soak, tmp_path, environ)
    wanted = {"episodes completed": 8 * trials, "lost": 0, "duplicated": 0, "rewards different": 0}
    wanted |= {"conversations different": 0, "ungraded": 0, "failures kept": 0}
    assert {name: table[name] for name in wanted} == wanted
    assert str(table["calls at once"]).endswith(" of 3: +0.0%"), table["calls at once"]
    assert 0.15 < int(table["faults"]) / int(table["calls asked"]) < 0.25
    assert 0.05 < int(table["odd answers"]) / int(table["calls asked"]) < 0.15
    assert int(table["retries"]) == int(table["faults"]) - int(table["fault: slow"])
