"""Servers on this host that keep what a process reports to them."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass(frozen=True)
class Receiver:
    """A server that answers every POST with 200.

    Attributes:
        port: where it listens, on the loopback.
        bodies: what it got, unpacked, by path.
    """

    port: int
    bodies: list[tuple[str, bytes]] = field(default_factory=list)

    def spans(self) -> list[Span]:
        """Return the spans that came by OTLP over HTTP."""
        return [
            span
            for path, body in self.bodies
            if path == "/v1/traces"
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Return the items of one type in the envelopes that came from Sentry's SDK."""
        envelopes = [body.splitlines() for _, body in self.bodies]
        return [
            json.loads(payload)
            for lines in envelopes
            for header, payload in zip(lines[1::2], lines[2::2], strict=True)
            if json.loads(header)["type"] == kind
        ]


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Run a server."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers["content-encoding"] == "gzip":
                body = gzip.decompress(body)
            received.bodies.append((self.path, body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        received = Receiver(server.server_port)
        Thread(target=server.serve_forever, daemon=True).start()
        yield received
        server.shutdown()
