"""The one place that masks secrets: keys and passwords of the environment, and those in addresses.

A service may say again what it was sent, and an address may hold a password. What comes in is
masked by the transport before anything reads it; what goes out, to a terminal, a log or a report,
is masked once more.
"""

from __future__ import annotations

import base64
import json
import logging
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, TextIO, TypeVar
from urllib.parse import quote, unquote, urlsplit

if TYPE_CHECKING:
    from pydantic import BaseModel  # it is slow to load

M = TypeVar("M", bound="BaseModel")
MASK = "***"
_SECRET = re.compile(
    r"(?:^|_)(?:API)?(?:KEYS?|TOKENS?|SECRETS?|PASS(?:WORD|WD|PHRASE)?|PW|CREDENTIALS?)(?:_|$)",
    re.IGNORECASE,
)
"""Names of environment variables that hold a secret: ANTHROPIC_API_KEY, GH_TOKEN and their like."""
_USERINFO = re.compile(r"(?<=://)[^/?#\s@\"'<>]{1,512}(?=@)")
"""What stands before the host in an address: a name, a password, or a token alone."""
_BEFORE_HOST = re.compile(r"(?:(?<=://)|^)[^/?#]*@")
_PLAIN = re.compile(r"[a-z]+|[A-Z]+|[0-9.:-]+")
SHORT, PLAIN = 6, 12
"""Characters of a secret. A shorter one, or a mere word or number below the second, would be masked
wherever it stands, and is nobody's key."""


class Mask:
    """Masks the secrets of an environment, and the user's part of every address, in any text."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        found = set(_secrets(environment or {}))
        self._forms = sorted({form for secret in found for form in _forms(secret)}, key=len)
        self._forms.reverse()  # a secret that holds another is masked whole

    def __call__(self, text: str) -> str:
        for form in self._forms:
            if form in text:
                text = text.replace(form, MASK)
        return _USERINFO.sub(MASK, text) if "://" in text else text

    def body(self, body: bytes) -> bytes:
        """The same for the bytes of an answer, without the look at addresses: those of papers and
        works are theirs."""
        for form in self._forms:
            if (raw := form.encode(errors="replace")) in body:
                body = body.replace(raw, MASK.encode())
        return body

    def model(self, model: M) -> M:
        """The same for every text of a model; the model itself where there is nothing to mask."""
        text = model.model_dump_json()
        masked = self(text)
        return model if masked == text else type(model).model_validate_json(masked)


class MaskedStream:
    """A stream of text whose secrets are masked as they are written."""

    def __init__(self, stream: TextIO, mask: Mask) -> None:
        self._stream, self._mask = stream, mask

    def write(self, text: str) -> int:
        self._stream.write(self._mask(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class MaskedFormatter(logging.Formatter):
    """Lines of a log, and the traces in it, without secrets."""

    def __init__(self, mask: Mask) -> None:
        super().__init__()
        self._mask = mask

    def format(self, record: logging.LogRecord) -> str:
        return self._mask(super().format(record))


def is_address(url: str) -> bool:
    """Whether it is the address of a host, by http or https."""
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False  # half a bracket of an IPv6 address, or a port beyond 65535


def shown_url(url: str) -> str:
    """An address as people may see it: at most 200 characters, without what stands before its host,
    its query and its fragment, where passwords and keys stand."""
    return re.split(r"[?#]", _BEFORE_HOST.sub("", url, count=1), maxsplit=1)[0][:200]


def _secrets(environment: Mapping[str, str]) -> Iterable[str]:
    for name, value in environment.items():
        found = [value.strip()] if _SECRET.search(name) else []
        for userinfo in _USERINFO.findall(value):
            said = unquote(userinfo)
            basic = base64.b64encode(said.encode()).decode()  # as HTTP sends it (RFC 7617)
            found += [userinfo, said, basic, *said.split(":")]
        yield from filter(_is_secret, found)


def _is_secret(text: str) -> bool:
    return len(text) >= (PLAIN if _PLAIN.fullmatch(text) else SHORT)


def _forms(secret: str) -> set[str]:
    """How a secret may be written: as it is, in JSON, also with slashes escaped, in an address."""
    in_json = json.dumps(secret)[1:-1]
    return {secret, in_json, in_json.replace("/", "\\/"), quote(secret, safe=""), quote(secret)}
