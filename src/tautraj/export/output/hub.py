"""An export on the Hugging Face Hub."""

from pathlib import Path

from tautraj.errors import ConfigError, StoreError, boundary
from tautraj.export.output.folder import EXPORT_FILES


def check_token() -> None:
    """Raise `ConfigError` when nobody is logged in: before anything is exported."""
    from huggingface_hub import get_token

    if get_token() is None:
        raise ConfigError("hub= needs a token of the Hugging Face Hub: put HF_TOKEN=… in .env")


def push(folder: Path, name: str, *, private: bool) -> str:
    """The folder's files as the dataset OWNER/NAME; its address. `private`: if it has to be made."""
    from huggingface_hub import HfApi

    api = HfApi()
    with boundary(StoreError, f"{folder} is written, but pushing it to hub={name} failed, do it again"):
        api.create_repo(name, repo_type="dataset", private=private, exist_ok=True)
        api.upload_folder(
            repo_id=name,
            repo_type="dataset",
            folder_path=folder,
            commit_message="tautraj export",
            delete_patterns=sorted(EXPORT_FILES),  # rows of an earlier push, under another name, are not this card's
        )
    return f"{api.endpoint}/datasets/{name}"
