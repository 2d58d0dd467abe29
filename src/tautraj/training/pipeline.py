"""A training, from an export to a folder that a local seat serves. A stopped one goes on at its last checkpoint.

Not here: the trainers (`training.trainers`), the seat (`llms.local`).
"""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from filelock import FileLock, Timeout
from yaml import YAMLError

from tautraj.config.local_llm import WEIGHTS_IN_FOLDER
from tautraj.errors import ConfigError, StoreError, boundary
from tautraj.export.output.folder import atomic_folder
from tautraj.llms.local.chat_template import strip_generation_marks
from tautraj.llms.local.serving import SERVER_PACKAGE
from tautraj.store.run_directory import UNWRITABLE
from tautraj.training.base_model import (
    PACKAGES,
    BaseModel,
    check_packages,
    find_files,
    freeze,
    merge_adapters,
    open_base,
    prepare_process,
)
from tautraj.training.gguf_file import NO_GGUF, write_gguf
from tautraj.training.request import TrainRequest
from tautraj.training.rows import count_with_others, find_export, hash_rows, read_rows
from tautraj.training.token_check import check_tokens
from tautraj.training.trainers import build_trainer

RECORD_FILE = "training.yaml"

CONVERT_LATER = "To play the model, convert its folder after the training: python flows/convert.py folder=…"

OTHER_BASE = (
    "Name the model's folder of transformers as base=…, with the file that python flows/convert.py writes in it, or "
    "another chat template: template=FILE"
)
"""What to do where the model that is played would see other tokens than it learned from."""

LOG_FILE = "log.jsonl"
"""What the trainer logged, a line each time: step, loss, learning rate."""


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
    check_packages()
    prepare_process()
    identity = {
        **request.model_dump(exclude={"data", "out", "root", "save_steps"}),
        "data": hash_rows(find_export(request)),
        "files": find_files(request.base, request.template).digest,
    }
    checkpoints = request.folder.with_name(
        f".{request.folder.name}.checkpoints-{request.digest}-{identity['data']}-{identity['files']}"
    )
    with _lock(request.folder):
        if (finished := _read_finished(request.folder, identity)) is not None:
            shutil.rmtree(checkpoints, ignore_errors=True)
            return TrainResult(request.folder, finished, is_new=False)
        record = _train(request, identity, checkpoints, say)
        shutil.rmtree(checkpoints, ignore_errors=True)
    return TrainResult(request.folder, record, is_new=True)


def _train(
    request: TrainRequest, identity: dict[str, Any], checkpoints: Path, say: Callable[[str], None]
) -> dict[str, Any]:
    """Train from the last checkpoint on, write the folder, and return its record."""
    rows, base = read_rows(request), open_base(request.base, request.template)
    if request.method == "dpo" and (others := count_with_others(rows)):
        say(
            f"{others} of {len(rows)} pairs go on after the agent's action: what customers and tools said there is "
            "learned, too. An export with format.completion=action has the action alone"
        )
    if base.gguf is None:
        say(f"No {WEIGHTS_IN_FOLDER} will be written: base={request.base} {NO_GGUF}. {CONVERT_LATER}")
    started, cpu = time.monotonic(), time.process_time()
    with boundary(ConfigError, f"base={request.base}", "If its chat template is at fault, set template=FILE"):
        trainer = build_trainer(request, freeze(base.model, request), base.tokenizer, rows, checkpoints, say)
    if not len(trainer.train_dataset):
        raise ConfigError(f"max_tokens={request.max_tokens} cuts every row before the agent's first word: raise it")
    if base.gguf is not None and find_spec(SERVER_PACKAGE):
        check_tokens(base.gguf, base.tokenizer, OTHER_BASE)
    last = _find_last_checkpoint(checkpoints)
    trainer.train(resume_from_checkpoint=str(last) if last else None)
    record = {
        "request": identity,
        "rows": len(rows),
        "steps": trainer.state.global_step,
        "resumed_at_step": _read_step(last) if last else 0,
        "minutes": round((time.monotonic() - started) / 60, 2),
        "cpu_minutes": round((time.process_time() - cpu) / 60, 2),
        "device": trainer.args.device.type,
        "versions": {name: version(name) for name in PACKAGES},
    }
    _write(request.folder, trainer, base, record)
    return record


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Exclusive lock on the folder of a training, even before it exists. A second process gets a `StoreError`."""
    path = folder.with_name(f".{folder.name}.lock")
    lock = FileLock(path, blocking=False, fallback_to_soft=False)
    with boundary(StoreError, f"making {path}", UNWRITABLE):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except Timeout:
            raise StoreError(f"{folder} is in use: another process trains it. Wait for it, or set out=…") from None
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        lock.release()


def _write(folder: Path, trainer: Any, base: BaseModel, record: dict[str, Any]) -> None:
    """The folder of a model, with its log and its record."""
    model = merge_adapters(trainer.model)
    with atomic_folder(folder) as made:
        model.save_pretrained(made)
        base.tokenizer.save_pretrained(made)
        if base.gguf is not None:
            template = strip_generation_marks(base.tokenizer.chat_template)
            write_gguf(model, base.gguf, made / WEIGHTS_IN_FOLDER, template)
        lines = [json.dumps(entry) for entry in trainer.state.log_history]
        (made / LOG_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
        (made / RECORD_FILE).write_text(yaml.safe_dump(record, sort_keys=False), encoding="utf-8")


def _find_last_checkpoint(folder: Path) -> Path | None:
    """The newest one that is whole: the trainer writes its state last."""
    whole = (path.parent for path in folder.glob("checkpoint-*/trainer_state.json"))
    return max(whole, key=_read_step, default=None)


def _read_step(checkpoint: Path) -> int:
    """Updates that it has seen."""
    return int(checkpoint.name.rpartition("-")[2])


def _read_finished(folder: Path, identity: dict[str, Any]) -> dict[str, Any] | None:
    """The record of a finished training by the same request; None: the folder is free. Raises `ConfigError`.

    Older records have no digest of the base's files, which is then not compared.
    """
    if not folder.exists():
        return None
    with suppress(OSError, ValueError, YAMLError):
        record: Any = yaml.safe_load((folder / RECORD_FILE).read_text(encoding="utf-8"))
        made = record.get("request") if isinstance(record, dict) else None
        if isinstance(made, dict) and identity.items() <= {"files": identity["files"], **made}.items():
            return record  # type: ignore[no-any-return]
    raise ConfigError(
        f"{folder} is no model that was trained from these rows, with this base and these settings. Delete it, or "
        "name another folder: out=…"
    )
