"""An MLflow experiment as it opens: a text to read first, and a saved view of its runs that compares cells.

Without it MLflow's table shows no number, and its charts stand in the order of their names. The view is kept as
MLflow's pages keep one that a person saves. Pure. Not here: what the numbers are (`comparison`).
"""

import base64
import json
import zlib
from typing import Any

from tautraj.tracking.run_fields import PASS_HAT_METRIC

VIEW_KEY = "cells"
"""In the address: `?viewStateShareKey=cells`."""

VIEW_NAME = "Cells"

DESCRIPTION = """\
[**Compare the cells**]({address}): each run is one, a setting of agent, customer, domain and split. `success_rate` \
has a 95 % interval (`success_rate_low`, `success_rate_high`), `pass_hat_k` is drawn over k; both by `model`, \
`agent`, `user`, `user_strategy`. Traces are conversations, found by `tags.task_id`, `tags.outcome`, `tags.success`, \
`tags.label.…`."""

COLUMNS = ("success_rate", "success_rate_low", "success_rate_high", PASS_HAT_METRIC)

BAR_METRICS = ("success_rate", "usd_per_success", "turns_mean", "seconds_mean")

PARALLEL_PARAMS = ("domain", "model", "agent", "user", "user_strategy")
"""Parameters that lead to success, side by side."""


def build_view_path(experiment_id: str) -> str:
    """Of the view, on MLflow's server."""
    query = f"viewStateShareKey={VIEW_KEY}&compareRunsMode=CHART&workflowType=machine_learning"
    return f"/#/experiments/{experiment_id}/runs?{query}"


def build_experiment_tags(experiment_id: str) -> dict[str, str]:
    """What makes an experiment open so."""
    view = {"name": VIEW_NAME, "createdAt": 0, "updatedAt": 0, "state": _pack_state(_build_view_state())}
    return {
        "mlflow.note.content": DESCRIPTION.format(address=build_view_path(experiment_id).removeprefix("/")),
        "mlflow.experimentKind": "custom_model_development",
        f"mlflow.sharedViewState.{VIEW_KEY}": json.dumps(view),
    }


def _build_view_state() -> dict[str, Any]:
    """As the pages write it; what is left out has their own default."""
    sections = {"cells": ("Cells", True), "all": ("Model metrics", False), "system": ("System metrics", False)}
    return {
        "searchFilter": "",
        "orderByKey": "metrics.`success_rate`",
        "orderByAsc": False,
        "startTime": "ALL",
        "lifecycleFilter": "Active",
        "datasetsFilter": [],
        "modelVersionFilter": "All Runs",
        "selectedColumns": [
            *(f"metrics.`{name}`" for name in COLUMNS),
            *(f"params.`{name}`" for name in (*PARALLEL_PARAMS, "split")),
        ],
        "runsHiddenMode": "FIRST_20_RUNS",
        "hideEmptyCharts": True,
        "compareRunCharts": [
            {"uuid": f"cells-{n}", "metricSectionId": "cells", "deleted": False, "isGenerated": False, **chart}
            for n, chart in enumerate(_build_charts())
        ],
        "compareRunSections": [
            {"uuid": key, "name": name, "display": shown, "isReordered": False, "deleted": False, "isGenerated": True}
            for key, (name, shown) in sections.items()
        ],
    }


def _build_charts() -> list[dict[str, Any]]:
    bars = [{"type": "BAR", "runsCountToCompare": 20, "metricKey": name, "displayName": name} for name in BAR_METRICS]
    line = {
        "type": "LINE",
        "runsCountToCompare": 20,
        "metricKey": PASS_HAT_METRIC,
        "displayName": PASS_HAT_METRIC,
        "lineSmoothness": 0,
        "xAxisScaleType": "linear",
        "scaleType": "linear",
        "range": {},
        "xAxisKey": "step",
        "selectedXAxisMetricKey": "",
        "yAxisKey": "metric",
        "yAxisExpressions": [],
        "ignoreOutliers": False,
        "useGlobalXaxisKey": True,
        "useGlobalLineSmoothing": True,
    }
    paths = {
        "type": "PARALLEL",
        "selectedParams": PARALLEL_PARAMS,
        "selectedMetrics": ["success_rate"],
        "showAllRuns": False,
    }
    return [bars[0], line, paths, *bars[1:]]


def _pack_state(state: dict[str, Any]) -> str:
    """As the pages pack what is long."""
    return "deflate;" + base64.b64encode(zlib.compress(json.dumps(state).encode())).decode()
