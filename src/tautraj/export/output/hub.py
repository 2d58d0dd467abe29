"""An export on the Hugging Face Hub."""

from pathlib import Path

from tautraj.errors import ConfigError, StoreError, boundary
from tautraj.export.output.folder import EXPORT_FILES


def check_token() -> None:
    """Raise `ConfigError` when there is no token, before anything is exported."""
    from huggingface_hub import get_token

    if get_token() is None:
        raise ConfigError("hub= needs a token of the Hugging Face Hub: put HF_TOKEN=… in .env")


def push(folder: Path, name: str, *, private: bool) -> str:
    """Upload the folder as the dataset OWNER/NAME. Returns its address. `private`: used when it is created."""
    from huggingface_hub import HfApi

    api = HfApi()
    with boundary(StoreError, f"{folder} is written, but pushing it to hub={name} failed, do it again"):
        api.create_repo(name, repo_type="dataset", private=private, exist_ok=True)
        api.upload_folder(
            repo_id=name,
            repo_type="dataset",
            folder_path=folder,
            commit_message="tautraj export",
            # rows of an earlier push under other names would not match this card
            delete_patterns=[pattern for name in sorted(EXPORT_FILES) for pattern in (name, f"{name}/*")],
        )
    return f"{api.endpoint}/datasets/{name}"
