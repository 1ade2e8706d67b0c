"""Out into the world: one signed POST to an address that is checked, resolved and pinned before anything is sent.

The name is resolved once; every address that it has must be public, and the connection goes to that very address, so
a name that answers differently the second time (DNS rebinding) leads nowhere else. Redirects are not followed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import ipaddress
import secrets
import socket
import ssl
import threading
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_noop

SECONDS = 10
MOST_ANSWER = 2000
MOST_URL = 500
PORTS = (443, 8443)


class BadAddress(ValueError):
    """A webhook may not go there; the message is a msgid."""


@dataclass(frozen=True)
class Answer:
    """What came back: the status (None when nothing did) and, as a msgid, why that does not count as delivered."""

    status: int | None
    problem: str = ""

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


def new_secret() -> str:
    """A fresh secret, as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def sign(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of the header `webhook-signature`: HMAC-SHA256 over id, time and body."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def check_url(url: str) -> str:
    """`url` when a webhook may go there as far as can be told without asking. Raises BadAddress."""
    _parts(url)
    return url.strip()


def _parts(url: str) -> tuple[str, str, int, str]:
    """(scheme, host, port, path with query) of an address that may be called."""
    text = url.strip()
    # One parser, and nothing in the text about which two of them could disagree.
    if (
        not text.isascii()
        or not text.isprintable()
        or any(sign in text for sign in " \\#<>\"'")
        or len(text) > MOST_URL
    ):
        raise BadAddress(gettext_noop("Write the address in plain characters, such as https://example.com/hook."))
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise BadAddress(gettext_noop("This is no address. It looks like https://example.com/hook.")) from None
    if not host or parts.username is not None or parts.password is not None or "%" in host:
        raise BadAddress(gettext_noop("This is no address. It looks like https://example.com/hook."))
    if _is_this_machine(host) and settings.WEBHOOK_LOOPBACK and parts.scheme in ("http", "https"):
        return parts.scheme, host, port or (80 if parts.scheme == "http" else 443), _path(parts.path, parts.query)
    if parts.scheme != "https":
        raise BadAddress(gettext_noop("A webhook goes to an address that begins with https://."))
    if (port or 443) not in PORTS:
        raise BadAddress(gettext_noop("A webhook goes to port 443 or 8443."))
    if _is_number(host) and not _is_public(host):
        raise BadAddress(gettext_noop("This address lies inside a private network. A webhook goes to a public one."))
    if "." not in host and ":" not in host:
        raise BadAddress(gettext_noop("This address lies inside a private network. A webhook goes to a public one."))
    return "https", host, port or 443, _path(parts.path, parts.query)


def _path(path: str, query: str) -> str:
    return (path or "/") + (f"?{query}" if query else "")


def _is_this_machine(host: str) -> bool:
    return host in ("127.0.0.1", "::1", "localhost")


def _is_number(host: str) -> bool:
    """Whether a host is a number in any spelling that some resolver takes for an IP address (0x7f.1, 2130706433)."""
    return ":" in host or all(part.isdigit() or part.startswith("0x") for part in host.lower().split("."))


def _is_public(text: str) -> bool:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = address.ipv4_mapped or address.sixtofour or _from_nat64(address)
        if address.teredo is not None:
            return False
        if wrapped is not None:
            address = wrapped
    return address.is_global and not address.is_multicast


def _from_nat64(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    inside = address in ipaddress.ip_network("64:ff9b::/96")
    return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if inside else None


def resolve(host: str, port: int) -> str:
    """The one address to connect to. Raises BadAddress when any that the name has is not public, OSError when none."""
    found = {str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    if settings.WEBHOOK_LOOPBACK and _is_this_machine(host):
        return sorted(found)[0]
    if not found or not all(_is_public(address) for address in found):
        raise BadAddress(gettext_noop("This address lies inside a private network. A webhook goes to a public one."))
    return sorted(found)[0]


class _Pinned(http.client.HTTPSConnection):
    """A connection to an address that was checked, which proves by its certificate that it is the host."""

    def __init__(self, address: str, host: str, port: int, *, plain: bool) -> None:
        super().__init__(host, port, timeout=SECONDS, context=ssl.create_default_context())
        self.address, self.plain = address, plain

    def connect(self) -> None:
        self.sock = socket.create_connection((self.address, self.port), SECONDS)
        if not self.plain:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)  # type: ignore[attr-defined]

    def end(self) -> None:
        """Cut it off: whoever answers a byte at a time does not hold the job longer than the rest."""
        if self.sock is not None:
            self.sock.close()


def post(url: str, body: bytes, headers: dict[str, str]) -> Answer:
    """Send it, once; never raises for what the other side does. Not to be called inside a transaction."""
    try:
        scheme, host, port, path = _parts(url)
        connection = _Pinned(resolve(host, port), host, port, plain=scheme == "http")
    except BadAddress as problem:
        return Answer(None, str(problem))
    except OSError:
        return Answer(None, gettext_noop("There is no such host."))
    deadline = threading.Timer(SECONDS, connection.end)
    deadline.start()
    try:
        connection.request("POST", path, body, headers)
        response = connection.getresponse()
        response.read(MOST_ANSWER)
    except TimeoutError:
        return Answer(None, gettext_noop("No answer within 10 seconds."))
    except ssl.SSLError:
        return Answer(None, gettext_noop("Its certificate is not valid."))
    except (OSError, http.client.HTTPException, ValueError, AttributeError):
        return Answer(None, gettext_noop("The connection failed."))
    finally:
        deadline.cancel()
        connection.close()
    if 200 <= response.status < 300:
        return Answer(response.status)
    return Answer(response.status, gettext_noop("The other side did not accept it."))
