"""Models that the run serves itself: llama.cpp's server on 127.0.0.1, for the duration of the run."""

from tautraj.llms.local.serving import (
    SERVER_PACKAGE,
    WEIGHTS_PACKAGE,
    ServerSettings,
    serve_local_models,
    serve_weights,
)

__all__ = ["SERVER_PACKAGE", "WEIGHTS_PACKAGE", "ServerSettings", "serve_local_models", "serve_weights"]
