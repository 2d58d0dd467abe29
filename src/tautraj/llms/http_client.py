"""HTTP transport for litellm: persistent connections, one pool per thread.

litellm's own clients share one pool of at most 100 connections, 20 of them kept alive. httpcore scans that pool at
every request, with a system call per connection, while all other threads wait.
"""

import functools
import importlib.util
import math
import os
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies, proxy_bypass

import httpx

from tautraj.errors import PreflightError
from tautraj.llms.provider_rules.response_repair import repair_response

if TYPE_CHECKING:
    from litellm.llms.custom_httpx.http_handler import HTTPHandler


PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
"""Protocols to a proxy that httpx speaks."""


def check_proxies() -> None:
    """Raise `PreflightError` if a proxy of the environment is one that httpx, and so Prefect too, cannot use."""
    for name, address in _read_proxies().items():
        variable = _find_variable(name)
        scheme = address.partition("://")[0].lower()
        if scheme not in PROXY_SCHEMES:
            raise PreflightError(
                f"{variable}: no proxy can be reached by {scheme}://. Write http://… or socks5://…, or unset it."
            )
        if scheme.startswith("socks") and importlib.util.find_spec("socksio") is None:
            raise PreflightError(
                f"{variable} is a SOCKS proxy, which needs one more package: pip install socksio, or unset it."
            )


def describe_proxy(address: str | None) -> str | None:
    """Variable and address of the proxy through which `address` is reached; None if directly.

    `address`: a URL; None: a provider's own, which is some https://.
    """
    url = httpx.URL(address or "https://provider.invalid")
    name = _choose_proxy(_read_proxies(), url)
    return name and f"{_find_variable(name)}={_read_proxies()[name]}"


def _find_variable(name: str) -> str:
    spellings = (f"{name}_proxy", f"{name}_PROXY".upper())
    return next((spelling for spelling in spellings if os.environ.get(spelling)), f"{name} proxy")


def _choose_proxy(proxies: Mapping[str, str], url: httpx.URL) -> str | None:
    """The key of the proxy for `url`; None: none."""
    if not proxies or proxy_bypass(url.host):
        return None
    return next((name for name in (url.scheme, "all") if name in proxies), None)


def _read_proxies() -> dict[str, str]:
    """Scheme of a request, or "all" -> address of its proxy; one without a scheme is reached by HTTP."""
    proxies = {name: address for name, address in getproxies().items() if name in ("http", "https", "all")}
    return {name: address if "://" in address else f"http://{address}" for name, address in proxies.items()}


class TimedStream(httpx.SyncByteStream):
    """A response's body that must be complete by `deadline` (`time.monotonic`), however steadily it trickles.

    httpx's read timeout begins anew at every byte.
    """

    def __init__(self, stream: httpx.SyncByteStream, deadline: float, request: httpx.Request) -> None:
        self._stream, self._deadline, self._request = stream, deadline, request

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._stream:
            if time.monotonic() > self._deadline:
                raise httpx.ReadTimeout("the answer was not complete in time", request=self._request)
            yield chunk

    def close(self) -> None:
        self._stream.close()


class PoolPerThread(httpx.BaseTransport):
    """Transport with one pool per thread. A thread makes one call at a time and need not wait for its connection.

    Proxies are read from the environment here: httpx ignores them when a transport is passed. A redirect to another
    origin is refused: httpx would take along every key that is not in `Authorization`, and the conversation.
    """

    def __init__(self, verify: ssl.SSLContext | str | bool) -> None:
        self._verify, self._proxies, self._local = verify, _read_proxies(), threading.local()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        pools = self._local.__dict__
        proxy = _choose_proxy(self._proxies, request.url) or ""
        if proxy not in pools:
            pools[proxy] = httpx.HTTPTransport(verify=self._verify, proxy=self._proxies.get(proxy))
        timeout = request.extensions.get("timeout", {}).get("read")
        deadline = time.monotonic() + (math.inf if timeout is None else timeout)
        response: httpx.Response = pools[proxy].handle_request(request)
        if response.has_redirect_location and (refusal := _refuse_redirect(request, response)):
            response.close()
            return refusal
        response.stream = TimedStream(response.stream, deadline, request)  # type: ignore[arg-type]
        return repair_response(response)


def _refuse_redirect(request: httpx.Request, response: httpx.Response) -> httpx.Response | None:
    """The answer in place of a redirect that leaves the origin or loses the request's body; None for others."""
    try:
        target = request.url.join(response.headers["location"])
    except httpx.InvalidURL:
        target = request.url.copy_with(path="/")
    origin, other = (f"{url.scheme}://{url.netloc.decode()}" for url in (request.url, target))
    if origin == other and response.status_code in (307, 308):
        return None
    words = (
        f"the address redirects to {other}{target.path}, which is not followed: it would take the key and the "
        "conversation along. If that is the provider, set provider.api_base to its address"
    )
    return httpx.Response(400, json={"error": {"message": words}}, request=request)


class NoCookies(httpx.Cookies):
    """Discards the cookies of every response, so that none are looked up for a request."""

    def extract_cookies(self, response: httpx.Response) -> None:
        pass


class FastClient(httpx.Client):
    """Client without two repeated costs: cookie handling, and parsing the same URL at every call."""

    no_cookies = NoCookies()

    @property  # type: ignore[misc] # has no setter
    def cookies(self) -> httpx.Cookies:
        return self.no_cookies

    def build_request(self, method: str, url: httpx.URL | str, **options: Any) -> httpx.Request:
        return super().build_request(method, _parse_url(url) if isinstance(url, str) else url, **options)


_parse_url = functools.lru_cache(maxsize=64)(httpx.URL)


@functools.cache
def ensure_http_handler() -> "HTTPHandler":
    """Make litellm's clients, OpenAI's SDK included, use `PoolPerThread`. Returns a handler with a `FastClient`."""
    import litellm
    from litellm.llms.custom_httpx.http_handler import HTTPHandler, get_default_headers, get_ssl_configuration

    transport = PoolPerThread(get_ssl_configuration())
    litellm.sync_transport = transport
    litellm.client_session = httpx.Client(transport=transport, follow_redirects=True)
    litellm.in_memory_llm_clients_cache.flush_cache()  # clients of calls that others made before keep their transport
    return HTTPHandler(client=FastClient(transport=transport, headers=get_default_headers(), follow_redirects=True))
