"""A training, from an export to a folder that a local seat serves. A stopped one goes on at its last checkpoint.

Not here: the trainers (`training.trainers`), the seat (`llms.local`).
"""

import json
import shutil
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from tautraj.config.local_llm import WEIGHTS_IN_FOLDER
from tautraj.errors import ConfigError
from tautraj.export.output.folder import atomic_folder
from tautraj.llms.local.chat_template import strip_generation_marks
from tautraj.training.base_model import freeze, merge_adapters, open_base, prepare_process
from tautraj.training.gguf_file import write_gguf
from tautraj.training.request import TrainRequest
from tautraj.training.rows import hash_rows, read_rows
from tautraj.training.trainers import build_trainer

RECORD_FILE = "training.yaml"

LOG_FILE = "log.jsonl"
"""What the trainer logged, a line each time: step, loss, learning rate."""

PACKAGES = ("torch", "transformers", "trl")


class TrainResult(NamedTuple):
    """A trained model."""

    folder: Path
    record: dict[str, Any]
    """What `training.yaml` holds: the request, and how the training went; its times since it was last begun."""
    is_new: bool
    """False: the folder was there, made by the same request."""


def train(request: TrainRequest, say: Callable[[str], None] = lambda _: None) -> TrainResult:
    """Train, or go on training, and write the model's folder. `say`: called with a line now and then.

    Raises `UserError`.
    """
    prepare_process()
    request_record = {
        **request.model_dump(exclude={"data", "out", "root"}),
        "data": hash_rows(Path(request.data).expanduser()),
    }
    if (finished := _read_finished(request.folder, request_record)) is not None:
        return TrainResult(request.folder, finished, is_new=False)
    rows, base = read_rows(request), open_base(request.base, request.template)
    checkpoints = request.folder.with_name(
        f".{request.folder.name}.checkpoints-{request.digest}-{request_record['data']}"
    )
    started, cpu = time.monotonic(), time.process_time()
    trainer = build_trainer(request, freeze(base.model, request), base.tokenizer, rows, checkpoints, say)
    last = _find_last_checkpoint(checkpoints)
    trainer.train(resume_from_checkpoint=str(last) if last else None)
    record = {
        "request": request_record,
        "rows": len(rows),
        "steps": trainer.state.global_step,
        "resumed_at_step": _read_step(last) if last else 0,
        "minutes": round((time.monotonic() - started) / 60, 2),
        "cpu_minutes": round((time.process_time() - cpu) / 60, 2),
        "device": trainer.args.device.type,
        "versions": {name: version(name) for name in PACKAGES},
    }
    model = merge_adapters(trainer.model)
    with atomic_folder(request.folder) as folder:
        model.save_pretrained(folder)
        base.tokenizer.save_pretrained(folder)
        if base.gguf is not None:
            template = strip_generation_marks(base.tokenizer.chat_template)
            write_gguf(model, base.gguf, folder / WEIGHTS_IN_FOLDER, template)
        lines = [json.dumps(entry) for entry in trainer.state.log_history]
        (folder / LOG_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / RECORD_FILE).write_text(yaml.safe_dump(record, sort_keys=False), encoding="utf-8")
    shutil.rmtree(checkpoints)
    return TrainResult(request.folder, record, is_new=True)


def _find_last_checkpoint(folder: Path) -> Path | None:
    """The newest one that is whole: the trainer writes its state last."""
    whole = (path.parent for path in folder.glob("checkpoint-*/trainer_state.json"))
    return max(whole, key=_read_step, default=None)


def _read_step(checkpoint: Path) -> int:
    """Updates that it has seen."""
    return int(checkpoint.name.rpartition("-")[2])


def _read_finished(folder: Path, request_record: dict[str, Any]) -> dict[str, Any] | None:
    """The record of a finished training by the same request; None: the folder is free. Raises `ConfigError`."""
    if not folder.exists():
        return None
    path = folder / RECORD_FILE
    record: Any = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else None
    if not isinstance(record, dict) or record.get("request") != request_record:
        raise ConfigError(f"{folder} is there, and holds something else. Name another folder, out=…")
    return record
