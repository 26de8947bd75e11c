"""Serve the built site on this machine, for the tests and for printing."""

import contextlib
import functools
import http.server
import threading

from website import ROOT

HTML = ROOT / "build" / "site" / "html"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A handler that does not log each request."""

    def log_message(self, *_arguments):
        """Say nothing."""


@contextlib.contextmanager
def serve():
    """Serve build/site/html on a free port; yields the address."""
    handler = functools.partial(Quiet, directory=str(HTML))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
