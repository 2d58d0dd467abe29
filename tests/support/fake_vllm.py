"""A server that TRL's AsyncGRPOTrainer takes for vLLM: it answers with the tokens of a scripted policy."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Generate = Callable[[list[int]], list[int]]
"""Tokens of a prompt -> tokens of the answer."""


@contextmanager
def serve_vllm(generate: Generate, max_tokens: int) -> Iterator[str]:
    """Its address. `max_tokens`: of the model's context."""
    seen = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer({"data": [{"max_model_len": max_tokens}], "vllm_config": {"model_config": {}}})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
            with seen:
                tokens = generate(body["prompt"])[: body["max_tokens"]]
            choice = {"token_ids": tokens, "logprobs": {"token_logprobs": [-1.0] * len(tokens)}}
            self._answer({"choices": [choice]})

        def _answer(self, value: Any) -> None:
            data = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
