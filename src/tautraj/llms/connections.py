"""Connections to providers: kept open, as many at once as conversations need.

litellm's clients hold 100 connections, 20 of them between calls, in one pool, which httpcore looks through at every
request, asking the system about each connection while every other thread waits.
"""

import functools
import ssl
import threading
from urllib.request import getproxies, proxy_bypass

import httpx


class PoolPerThread(httpx.BaseTransport):
    """A thread has one call at a time: with a pool of its own it finds its own connection there and waits for nobody.

    Proxies are the environment's; httpx has none of its own once it is given a transport.
    """

    def __init__(self, verify: ssl.SSLContext | str | bool) -> None:
        self._verify, self._proxies, self._mine = verify, getproxies(), threading.local()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        pools = self._mine.__dict__
        proxy = self._proxy(request.url) or ""
        if proxy not in pools:
            pools[proxy] = httpx.HTTPTransport(verify=self._verify, proxy=proxy or None)
        response: httpx.Response = pools[proxy].handle_request(request)
        return response

    def _proxy(self, url: httpx.URL) -> str | None:
        if not self._proxies or proxy_bypass(url.host):
            return None
        return self._proxies.get(url.scheme) or self._proxies.get("all")


@functools.cache
def connect() -> None:
    """Let litellm's clients, OpenAI's SDK among them, send their requests through `PoolPerThread`."""
    import litellm
    from litellm.llms.custom_httpx.http_handler import get_ssl_configuration

    transport = PoolPerThread(get_ssl_configuration())
    litellm.sync_transport = transport
    litellm.client_session = httpx.Client(transport=transport, follow_redirects=True)
