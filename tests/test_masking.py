"""What is a secret, in which forms it is masked, and what is left as it is."""

from __future__ import annotations

import base64
import io
import json
import logging
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from retest.domain.answers import Check, Entailment
from retest.masking import Mask, MaskedFormatter, MaskedStream

KEY = "sk-ant/api+03=Zz9"
ENVIRONMENT = {
    "ANTHROPIC_API_KEY": KEY,
    "GH_TOKEN": "ghp_0123456789abcdef",
    "AWS_SECRET_ACCESS_KEY": 'quo"ted\\secret9',
    "DB_PASSWORD": "hunter2!",
    "HTTPS_PROXY": "http://user:Pa55%2Fword@proxy.example:3128",
    "HOME": "/home/somebody",
    "MAX_TOKENS": "128000",
    "KEYBOARD_LAYOUT": "a-layout-of-keys-1",
    "OPENAI_API_KEY": "loopback",
    "GIT_AUTHOR_NAME": "Ada Lovelace",
}
MASK = Mask(ENVIRONMENT)


@pytest.mark.parametrize(
    "secret",
    [
        KEY,
        json.dumps('quo"ted\\secret9'),
        KEY.replace("/", "\\/"),
        quote(KEY, safe=""),
        "ghp_0123456789abcdef",
        'quo"ted\\secret9',
        "hunter2!",
        "Pa55/word",
        "Pa55%2Fword",
        base64.b64encode(b"user:Pa55/word").decode(),
        "https://me:x@h.example/v1",
        "https://a-token-alone@h.example/v1",
    ],
)
def test_a_secret_is_masked_in_every_form_that_it_may_have(secret: str) -> None:
    masked = MASK(f"before {secret} after")
    assert masked.startswith("before ")
    assert masked.endswith(" after")
    assert secret.strip('"') not in masked
    assert "***" in masked


@pytest.mark.parametrize(
    "text",
    [
        "/home/somebody",
        "128000",
        "a-layout-of-keys-1",
        "anthropic:loopback",
        "Ada Lovelace",
        "https://arxiv.org/abs/2506.01234v2",
        "write to a@b.example, see https://github.com/@org/repo",
        "https://a.example/x, and b@c.example",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert MASK(text) == text


@given(
    st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S")), min_size=8, max_size=40),
    st.text(max_size=20),
    st.text(max_size=20),
)
def test_no_text_keeps_a_secret(secret: str, before: str, after: str) -> None:
    assume(any(c.isdigit() for c in secret) and any(c.isupper() for c in secret))
    mask = Mask({"A_KEY": secret})
    text = before + secret + after
    for written in (text, json.dumps({"a": text}), json.dumps([json.dumps(text)])):
        assert secret not in mask(written)
    assert secret.encode() not in mask.body(text.encode(errors="replace"))


def test_addresses_of_papers_stay_in_an_answers_body() -> None:
    body = b'{"url": "http://anonymous@ftp.example/x"}'
    assert MASK.body(body) == body


def test_an_environment_without_secrets_masks_addresses_alone() -> None:
    assert Mask()("a b http://u:p@h c") == "a b http://***@h c"
    assert Mask({"X_KEY": ""})("nothing") == "nothing"


def test_streams_logs_and_models_are_masked() -> None:
    stream = io.StringIO()
    print(f"the key is {KEY}", file=MaskedStream(stream, MASK))
    assert stream.getvalue() == "the key is ***\n"
    try:
        raise ValueError(KEY)
    except ValueError as error:
        record = logging.LogRecord("a", 20, "f", 1, "x", (), (ValueError, error, None))
    assert KEY not in MaskedFormatter(MASK).format(record)
    check = Check(arxiv_id="2506.01234", point=1, entails=True, why=f"it says {KEY}")
    assert MASK.model(Entailment(checks=[check])).checks[0].why == "it says ***"
    clean = Entailment(checks=[])
    assert MASK.model(clean) is clean
