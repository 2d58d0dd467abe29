"""The first page of an MLflow experiment: a description, and a saved view of its runs that compares cells. Pure.

Without it MLflow's table shows no metric and its charts are sorted by name. The view has the form in which MLflow's
pages save one. Not here: the metrics (`tracking.run_fields`).
"""

import base64
import json
import zlib
from typing import Any

from tautraj.tracking.run_fields import PASS_HAT_METRIC

VIEW_KEY = "cells"
"""Part of the view's address: `?viewStateShareKey=cells`."""

VIEW_NAME = "Cells"

DESCRIPTION = """\
[**Compare the cells**]({address}): each run is one, a setting of agent, customer, domain and split. `success_rate` \
has a 95 % interval (`success_rate_low`, `success_rate_high`), `pass_hat_k` is drawn over k; both by `model`, \
`agent`, `user`, `user_strategy`. Traces are conversations, found by `tags.task_id`, `tags.outcome`, `tags.success`, \
`tags.label.…`."""

COLUMNS = ("success_rate", "success_rate_low", "success_rate_high", PASS_HAT_METRIC)

BAR_METRICS = ("success_rate", "usd_per_success", "turns_mean", "seconds_mean")

PARALLEL_PARAMS = ("domain", "model", "agent", "user", "user_strategy")
"""Axes of the parallel-coordinates chart."""


def build_view_path(experiment_id: str) -> str:
    """Path of the view on an MLflow server."""
    query = f"viewStateShareKey={VIEW_KEY}&compareRunsMode=CHART&workflowType=machine_learning"
    return f"/#/experiments/{experiment_id}/runs?{query}"


def build_experiment_tags(experiment_id: str) -> dict[str, str]:
    """Experiment tags that hold the description and the view."""
    view = {"name": VIEW_NAME, "createdAt": 0, "updatedAt": 0, "state": _pack_state(_build_view_state())}
    return {
        "mlflow.note.content": DESCRIPTION.format(address=build_view_path(experiment_id).removeprefix("/")),
        "mlflow.experimentKind": "custom_model_development",
        f"mlflow.sharedViewState.{VIEW_KEY}": json.dumps(view),
    }


def _build_view_state() -> dict[str, Any]:
    """The view in the form of MLflow's pages; keys left out have their defaults."""
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
    """Compress the view as MLflow's pages do."""
    return "deflate;" + base64.b64encode(zlib.compress(json.dumps(state).encode())).decode()
