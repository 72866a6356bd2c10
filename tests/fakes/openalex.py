"""A loopback stand-in for OpenAlex: works by DOI, and lists of citing works by page, with faults on
demand.

    with FakeOpenAlex([cited("2203.15556", work(1, "2404.10102"))]) as fake:
        Following(url=fake.url, ...).citing(...)
        fake.requests[0].path

Only what retest asks is understood; anything else is refused with status 400.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

ARXIV = "S4306400194"
Json = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """What one answer is instead: a status with headers, or a body with status 200."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None


@dataclass
class Seen:
    """One request."""

    path: str
    params: dict[str, str]
    headers: dict[str, str]


@dataclass(frozen=True)
class Cited:
    """A work by its arXiv DOI, and those that cite it."""

    arxiv_id: str
    number: int
    by: Sequence[Json]


def work(
    number: int, arxiv_id: str | None, *, published: date = date(2024, 5, 5), where: str = "landing"
) -> Json:
    """A work as OpenAlex lists it; its arXiv id stands in its DOI, its ids, or the pages of a
    location."""
    links = {
        "landing": {"landing_page_url": f"https://arxiv.org/abs/{arxiv_id}", "pdf_url": None},
        "old": {"landing_page_url": f"http://arxiv.org/abs/{arxiv_id}", "pdf_url": None},
        "pdf": {"landing_page_url": None, "pdf_url": f"https://arxiv.org/pdf/{arxiv_id}v2"},
        "doi": {"landing_page_url": f"https://doi.org/10.48550/arxiv.{arxiv_id}", "pdf_url": None},
    }
    journal = {
        "landing_page_url": "https://doi.org/10.1000/182",
        "pdf_url": "https://example.org/2404.pdf",
    }
    return {
        "id": f"https://openalex.org/W{number}",
        "doi": f"https://doi.org/10.48550/arxiv.{arxiv_id}"
        if arxiv_id and where == "doi"
        else None,
        "ids": {"openalex": f"https://openalex.org/W{number}", "mag": 12},
        "locations": [journal, *([links[where]] if arxiv_id else [])],
        "publication_date": published.isoformat(),
    }


@dataclass
class FakeOpenAlex:
    cited: Sequence[Cited] = ()
    faults: list[Fault] = field(default_factory=list)
    """Used up one a request, in order."""
    always: Fault | None = None
    requests: list[Seen] = field(default_factory=list)

    def __enter__(self) -> Self:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                fake._answer(self)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = (
            False  # close() waits for them, so that no test leaves one behind
        )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def pages(self) -> list[str]:
        """The pages of lists that were asked for."""
        return [seen.params["page"] for seen in self.requests if "page" in seen.params]

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        split = urlsplit(handler.path)
        params = {key: values[0] for key, values in parse_qs(split.query).items()}
        self.requests.append(Seen(unquote(split.path), params, dict(handler.headers)))
        fault = self.faults.pop(0) if self.faults else self.always
        status, answer = self._found(unquote(split.path), params)
        status, body = (
            (fault.status, fault.body or b"{}") if fault else (status, json.dumps(answer).encode())
        )
        handler.send_response(status)
        for name, value in (("Content-Length", str(len(body))), *(fault.headers if fault else ())):
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    def _found(self, path: str, params: dict[str, str]) -> tuple[int, Json]:
        if path.startswith("/works/doi:10.48550/arXiv."):
            name = path.removeprefix("/works/doi:10.48550/arXiv.")
            known = next((cited for cited in self.cited if cited.arxiv_id == name), None)
            return (200, work(known.number, name)) if known else (404, {"error": "not found"})
        wanted = re.fullmatch(
            rf"cites:W(\d+),locations\.source\.id:{ARXIV},from_publication_date:([\d-]+),to_publication_date:([\d-]+)",
            params.get("filter", ""),
        )
        if path != "/works" or not wanted or params.get("select") != "id,doi,ids,locations":
            return 400, {"error": "Invalid query parameters error.", "message": "what is this?"}
        page, size = int(params["page"]), int(params["per-page"])
        by = next(cited.by for cited in self.cited if cited.number == int(wanted[1]))
        found = [one for one in by if wanted[2] <= one["publication_date"] <= wanted[3]]
        meta = {"count": len(found), "page": page, "per_page": size}
        return 200, {"meta": meta, "results": found[(page - 1) * size : page * size]}
