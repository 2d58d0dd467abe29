"""TRL's trainers, set up for one machine: rows one after another, loss on what the agent wrote alone.

DPO has no such choice: all messages of a pair's continuations count.

Not here: which rows (`training.rows`), the model (`training.base_model`).
"""

import copy
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tautraj.llms.local.chat_template import has_generation_marks
from tautraj.training.request import TrainRequest

IGNORED = -100
"""Label of a token that the agent did not write."""


def build_trainer(
    request: TrainRequest, model: Any, tokenizer: Any, rows: Any, checkpoints: Path, say: Callable[[str], None]
) -> Any:
    """TRL's trainer of `request.method`. `checkpoints`: its folder. `say`: called with a line now and then.

    `tokenizer` gets the chat template that TRL trains with, if its own has no marks.
    """
    import trl
    from transformers import PrinterCallback
    from trl.chat_template_utils import get_training_chat_template

    settings = _build_settings(request, checkpoints)
    parts = {"train_dataset": rows, "processing_class": tokenizer, "callbacks": [_build_progress(say)]}
    if request.method == "sft":
        if not has_generation_marks(tokenizer.chat_template):
            # else TRL trains with a template of its own, and the model is played with one that may show otherwise
            tokenizer.chat_template = get_training_chat_template(tokenizer) or tokenizer.chat_template
        config = trl.SFTConfig(assistant_only_loss=True, max_length=request.max_tokens, **settings)
        trainer = _build_sft_class()(model, config, **parts)
    else:
        config = trl.DPOConfig(beta=request.beta, max_length=request.max_tokens, **settings)
        # TRL would read the model that it compares with from its folder again, which weights of a GGUF file have not
        compared = copy.deepcopy(model) if request.lora.rank is None else None
        trainer = trl.DPOTrainer(model, compared, config, **parts)
    trainer.remove_callback(PrinterCallback)  # it prints a dict at every log
    return trainer


def _build_sft_class() -> Any:
    """TRL's trainer for supervised fine-tuning, with the same loss at half the cost on a CPU.

    TRL's own head works on every token where there is no GPU; here words of the agent alone reach the vocabulary.
    """
    import trl

    class RowTrainer(trl.SFTTrainer):  # type: ignore[misc]
        def compute_loss(
            self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
        ) -> Any:
            next_tokens = inputs["labels"][:, 1:]
            scored = (next_tokens[0] != IGNORED).nonzero().flatten()  # a batch is one row
            labels = next_tokens[:, scored]
            outputs = model(
                input_ids=inputs["input_ids"],
                attention_mask=inputs["attention_mask"],
                labels=labels,
                shift_labels=labels,
                logits_to_keep=scored,
                num_items_in_batch=num_items_in_batch,
                use_cache=False,
            )
            return (outputs.loss, outputs) if return_outputs else outputs.loss

    return RowTrainer


def _build_settings(request: TrainRequest, checkpoints: Path) -> dict[str, Any]:
    """Settings of all trainers.

    On a CPU: no activation checkpointing, which TRL turns on, and bfloat16 by autocast, without which a step takes
    half as long again.
    """
    import torch

    return {
        "output_dir": str(checkpoints),
        "num_train_epochs": request.epochs,
        "per_device_train_batch_size": 1,
        "gradient_accumulation_steps": request.batch,
        "activation_checkpointing": False,
        "bf16": True,
        "use_cpu": not torch.cuda.is_available(),
        "learning_rate": request.learning_rate,
        "lr_scheduler_type": "linear",
        "warmup_steps": request.warmup_steps,
        "weight_decay": 0.0,
        "seed": request.seed,
        "logging_steps": 5,
        "save_strategy": "steps",
        "save_steps": request.save_steps,
        "save_total_limit": 1,
        "report_to": [],
        "disable_tqdm": True,
    }


def _build_progress(say: Callable[[str], None]) -> Any:
    """A callback that says how far the training is, each time that the trainer logs."""
    from transformers import TrainerCallback

    class Progress(TrainerCallback):  # type: ignore[misc]
        def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
            self._began, self._first = time.monotonic(), state.global_step

        def on_log(self, args: Any, state: Any, control: Any, logs: dict[str, Any], **_: Any) -> None:
            if "loss" not in logs:
                return
            done = state.global_step - self._first
            left = (time.monotonic() - self._began) / max(done, 1) * (state.max_steps - state.global_step)
            loss = float(logs["loss"])
            say(f"step {state.global_step} of {state.max_steps}, loss {loss:.3f}, {left / 60:.0f} min left")

    return Progress()
