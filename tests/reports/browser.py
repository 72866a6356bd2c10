"""A headless Chromium, spoken to over its DevTools pipe
(chromedevtools.github.io/devtools-protocol): no port, no driver, one process for all tests of a
module."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def chromium() -> str | None:
    """The browser's path, where there is one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


class Page:
    """One tab. `complaints` are the errors and warnings of its console, `requests` the addresses
    that it asked for."""

    def __init__(self, heard: IO[bytes], said: IO[bytes]) -> None:
        self._in, self._out = heard, said
        self._count, self._session = 0, ""
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self._loaded = False
        target = self._say("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._say("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        for domain in ("Page", "Runtime", "Log", "Network", "Audits"):
            self._say(f"{domain}.enable")

    def close(self) -> None:
        self._session = ""
        self._say("Browser.close")

    def size(self, width: int, height: int = 800) -> None:
        self._say(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )

    def scheme(self, scheme: str) -> None:
        """`light` or `dark`."""
        self._say(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": scheme}],
        )

    def script(self, on: bool) -> None:
        """Whether pages may run theirs."""
        self._say("Emulation.setScriptExecutionDisabled", value=not on)

    def open(self, path: Path, fragment: str = "") -> None:
        """Show a file, and wait until it is loaded. What was complained of before is forgotten."""
        for address in ("about:blank", path.resolve().as_uri() + fragment):
            self.complaints.clear()
            self.requests.clear()
            self._loaded = False
            self._say("Page.navigate", url=address)
            while not self._loaded:
                self._hear()

    def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page."""
        found = self._say(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def shot(self, path: Path, whole: bool = True) -> None:
        found = self._say("Page.captureScreenshot", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(found["data"]))

    def _say(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._count += 1
        said: dict[str, Any] = {"id": self._count, "method": method, "params": parameters}
        if self._session:
            said["sessionId"] = self._session
        self._out.write(json.dumps(said).encode() + b"\0")
        while True:
            heard = self._hear()
            if heard.get("id") == self._count:
                assert "error" not in heard, f"{method}: {heard['error']}"
                result: dict[str, Any] = heard.get("result", {})
                return result

    def _hear(self) -> dict[str, Any]:
        piece = bytearray()
        while (byte := self._in.read(1)) != b"\0":
            assert byte, "the browser is gone"
            piece += byte
        heard: dict[str, Any] = json.loads(piece)
        method, told = heard.get("method"), heard.get("params", {})
        if method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Network.requestWillBeSent":
            self.requests.append(told["request"]["url"])
        elif method == "Log.entryAdded" and told["entry"]["level"] in ("error", "warning"):
            self.complaints.append(told["entry"]["text"])
        elif method in ("Runtime.exceptionThrown", "Audits.issueAdded"):
            self.complaints.append(json.dumps(told))
        elif method == "Runtime.consoleAPICalled" and told["type"] in (
            "error",
            "warning",
            "assert",
        ):
            self.complaints.append(json.dumps(told["args"]))
        return heard


LAUNCH = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); "
    "os.execv(sys.argv[3], sys.argv[3:])"
)
"""The browser reads from its descriptor 3 and writes to 4."""


def _pipe() -> tuple[int, int]:
    """Both ends at descriptors that are out of the way of 3 and 4."""
    ends = os.pipe()
    moved = [fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10) for end in ends]
    for end in ends:
        os.close(end)
    return moved[0], moved[1]


@contextmanager
def browsing(program: str, profile: Path) -> Iterator[Page]:
    """A browser with one tab, ended when the block is left."""
    (theirs_in, ours_out), (ours_in, theirs_out) = _pipe(), _pipe()
    arguments = [
        "--headless",
        "--no-sandbox",
        "--remote-debugging-pipe",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-dev-shm-usage",
        "--force-color-profile=srgb",
        f"--user-data-dir={profile}",
    ]
    running = subprocess.Popen(
        [sys.executable, "-c", LAUNCH, str(theirs_in), str(theirs_out), program, *arguments],
        pass_fds=(theirs_in, theirs_out),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs_in)
    os.close(theirs_out)
    try:
        with os.fdopen(ours_in, "rb") as heard, os.fdopen(ours_out, "wb", buffering=0) as said:
            page = Page(heard, said)
            yield page
            page.close()
    finally:
        try:
            running.wait(timeout=5)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
