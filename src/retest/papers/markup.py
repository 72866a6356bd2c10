"""XML of a service, parsed strictly: a character that should not be there costs itself, and a
document that breaks off is none."""

from __future__ import annotations

import re

from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types, and its stubs are another dependency

from retest.retry import Transient

_UTF8 = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\bencoding=[\"'](?i:utf-8)[\"']|<(?!\?xml))"
)
_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REFERENCE = re.compile(r"&#(?:x([0-9A-Fa-f]{1,8})|([0-9]{1,10}));")


def parsed(body: bytes, name: str) -> etree._Element:
    """The root of a document that `name` sent. Raises Transient for one that is not well-formed."""
    try:
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, huge_tree=False, recover=False
        )
        return etree.fromstring(body, parser=parser)
    except etree.XMLSyntaxError as error:
        raise Transient(f"{name}'s answer is no well-formed XML: {error.msg}") from error


def allowed(body: bytes) -> bytes:
    """The document with spaces for the characters that XML forbids (XML 1.0, 2.2), bare or by
    number, as old abstracts have them. One in another encoding than UTF-8 is left as it is."""
    if not _UTF8.match(body):
        return body
    text = _NO_XML.sub(" ", body.decode(errors="replace"))
    return (_REFERENCE.sub(_reference, text) if "&#" in text else text).encode()


def _reference(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    known = code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF
    return match[0] if known and not _NO_XML.match(chr(code)) else " "
