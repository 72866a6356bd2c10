"""The one place that masks secrets: keys and passwords of the environment, and those in addresses.

A service may say again what it was sent, and an address may hold a password. What comes in is
masked by the transport before anything reads it; what goes out, to a terminal, a log or a report,
is masked once more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote

MASK = "***"
_SECRET = re.compile(
    r"(?:^|_)(?:API)?(?:KEYS?|TOKENS?|SECRETS?|PASS(?:WORD|WD|PHRASE)?|PW|CREDENTIALS?)(?:_|$)",
    re.IGNORECASE,
)
"""Names of environment variables that hold a secret: ANTHROPIC_API_KEY, GH_TOKEN and their like."""
_USERINFO = re.compile(r"(?<=://)[^/?#\s@\"'<>]{1,512}(?=@)")
"""What stands before the host in an address: a name, a password, or a token alone."""
SHORT, PLAIN = 8, 12
"""Characters of a secret. A shorter one, or a word of small letters below the second number, would
be masked wherever the word stands, and is nobody's key."""


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


def _secrets(environment: Mapping[str, str]) -> Iterable[str]:
    for name, value in environment.items():
        candidates = [value.strip()] if _SECRET.search(name) else []
        for userinfo in _USERINFO.findall(value):
            candidates += [userinfo, *(unquote(part) for part in userinfo.split(":"))]
        yield from (secret for secret in candidates if _is_secret(secret))


def _is_secret(text: str) -> bool:
    plain = text.isalpha() and text.islower()
    return len(text) >= (PLAIN if plain else SHORT)


def _forms(secret: str) -> set[str]:
    """How a secret may be written: as it is, in JSON, also with slashes escaped, in an address."""
    in_json = json.dumps(secret)[1:-1]
    return {secret, in_json, in_json.replace("/", "\\/"), quote(secret, safe=""), quote(secret)}
