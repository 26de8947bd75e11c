"""Serve the built site on this machine, for the tests and for printing."""

import contextlib
import functools
import http.server
import os
import threading

from website import ROOT

HTML = ROOT / "build" / "site" / "html"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A handler that counts what it sends, and does not log each request."""

    def log_message(self, *_arguments):
        """Say nothing."""

    def copyfile(self, source, outputfile):
        """Send a file."""
        self.server.sent += os.fstat(source.fileno()).st_size if hasattr(source, "fileno") else 0
        with contextlib.suppress(ConnectionError):  # a page that is left hangs up
            super().copyfile(source, outputfile)


class Address(str):
    """The address of a server, and the bytes that it has sent."""

    def __new__(cls, server):
        """Return the address as a string."""
        address = super().__new__(cls, f"http://127.0.0.1:{server.server_port}")
        address.server, server.sent = server, 0
        return address

    @property
    def sent(self):
        """Bytes of files that were sent."""
        return self.server.sent


@contextlib.contextmanager
def serve(folder=HTML):
    """Serve a folder on a free port; yields the address, which knows the bytes sent."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield Address(server)
        finally:
            server.shutdown()
