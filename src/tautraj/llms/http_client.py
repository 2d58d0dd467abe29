"""Connections to providers: kept open, as many at once as conversations need.

litellm's clients hold 100 connections, 20 of them between calls, in one pool, which httpcore looks through at every
request, asking the system about each connection while every other thread waits.
"""

import functools
import ssl
import threading
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies, proxy_bypass

import httpx

if TYPE_CHECKING:
    from litellm.llms.custom_httpx.http_handler import HTTPHandler


class PoolPerThread(httpx.BaseTransport):
    """A thread has one call at a time: with a pool of its own it finds its own connection there and waits for nobody.

    Proxies are the environment's; httpx has none of its own once it is given a transport.
    """

    def __init__(self, verify: ssl.SSLContext | str | bool) -> None:
        self._verify, self._proxies, self._local = verify, getproxies(), threading.local()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        pools = self._local.__dict__
        proxy = self._find_proxy(request.url) or ""
        if proxy not in pools:
            pools[proxy] = httpx.HTTPTransport(verify=self._verify, proxy=proxy or None)
        response: httpx.Response = pools[proxy].handle_request(request)
        return response

    def _find_proxy(self, url: httpx.URL) -> str | None:
        if not self._proxies or proxy_bypass(url.host):
            return None
        return self._proxies.get(url.scheme) or self._proxies.get("all")


class NoCookies(httpx.Cookies):
    """A provider's are not kept, and so not looked for."""

    def extract_cookies(self, response: httpx.Response) -> None:
        pass


class FastClient(httpx.Client):
    """Without what comes to the same at every call: looking for cookies, and taking the address apart."""

    no_cookies = NoCookies()

    @property  # type: ignore[misc] # nobody sets them
    def cookies(self) -> httpx.Cookies:
        return self.no_cookies

    def build_request(self, method: str, url: httpx.URL | str, **given: Any) -> httpx.Request:
        return super().build_request(method, _parse_url(url) if isinstance(url, str) else url, **given)


_parse_url = functools.lru_cache(maxsize=64)(httpx.URL)


@functools.cache
def ensure_http_handler() -> "HTTPHandler":
    """Let litellm's clients, OpenAI's SDK among them, send their requests through `PoolPerThread`; its handler that
    does so with least ado.
    """
    import litellm
    from litellm.llms.custom_httpx.http_handler import HTTPHandler, get_default_headers, get_ssl_configuration

    transport = PoolPerThread(get_ssl_configuration())
    litellm.sync_transport = transport
    litellm.client_session = httpx.Client(transport=transport, follow_redirects=True)
    return HTTPHandler(client=FastClient(transport=transport, headers=get_default_headers(), follow_redirects=True))
