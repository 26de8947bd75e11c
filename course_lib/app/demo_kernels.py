"""The kernels behind the demos: how many there may be, how long they live, and what may reach them.

Viewers are strangers. Anyone who opens a page may send anything to the server. It must keep serving
the others, however many click at once and whatever bytes arrive.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from tornado import web
from traitlets import Integer
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

PROTOCOL = "v1.kernel.websocket.jupyter.org"
LARGEST_MESSAGE = 1 << 20  # bytes; what a page sends is a few hundred
FULL = "All seats are taken. One becomes free when somebody closes a demo, or leaves it for an hour"


class SeatedKernels(AsyncMappingKernelManager):
    """Starts at most one kernel for each seat, and ends the kernels that nobody needs."""

    seats = Integer(40, config=True, help="How many kernels there are at most.")
    closed = Integer(300, config=True, help="Seconds that a kernel stays without an open page.")
    stuck = Integer(180, config=True, help="Seconds that a kernel may compute in one go.")
    untouched = Integer(3600, config=True, help="Seconds that an open page keeps an idle kernel.")

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._starting: set[str] = set()

    async def start_kernel(self, **options: Any) -> str:  # type: ignore[override]
        """Start a kernel if there is a seat, and reserve the seat before waiting for anything.

        Raises
        ------
        tornado.web.HTTPError
            With the status 503 if all seats are taken.
        """
        if len(self._starting.union(self.list_kernel_ids())) >= self.seats:
            raise web.HTTPError(503, reason=FULL)
        kernel_id = self.new_kernel_id()
        self._starting.add(kernel_id)
        try:
            return await super().start_kernel(kernel_id=kernel_id, **options)
        finally:
            self._starting.discard(kernel_id)

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """End a kernel if it is dead or stuck, if no page shows it, or if nobody has used it for long."""
        kernel: Any = self.get_kernel(kernel_id)
        if kernel.last_activity is None:  # it is still being started
            return
        seconds = self._patience(kernel.execution_state, self._kernel_connections.get(kernel_id, 0))
        if datetime.now(UTC) - kernel.last_activity > timedelta(seconds=seconds):
            await self.shutdown_kernel(kernel_id)

    def _patience(self, execution_state: str, open_pages: int) -> int:
        if execution_state == "dead":
            return 0
        if execution_state == "busy":
            return self.stuck
        return self.untouched if open_pages else self.closed


class KernelSocket(VoilaKernelWebsocketHandler):
    """The socket between a page and its kernel, for messages in the one format that can be checked.

    Jupyter's older format has no bounds that could be checked before it is parsed. Both formats are
    parsed by loops whose length the message itself gives, so eight bytes could keep the server busy
    forever.
    """

    async def get(self, kernel_id: str) -> None:
        """Open the socket for a page that speaks `PROTOCOL`."""
        offered = self.request.headers.get("Sec-WebSocket-Protocol", "")
        if PROTOCOL not in (name.strip() for name in offered.split(",")):
            raise web.HTTPError(400, reason=f"The socket of a kernel speaks {PROTOCOL} only")
        await super().get(kernel_id=kernel_id)

    def on_message(self, ws_message: Any) -> None:
        """Pass on a message whose frame is whole; if it is not, close the socket."""
        if is_whole(ws_message):
            super().on_message(ws_message)
        else:
            self.close(1007, "not a message of a kernel")

    def write_message(self, message: Any, binary: bool = False) -> Any:
        """Pass on a message from the kernel if its frame is whole, because Voilà reads it as well."""
        if is_whole(message):
            return super().write_message(message, binary)
        return None


def is_whole(frame: object) -> bool:
    """Return whether a frame's table of offsets lies in the frame, and points only into it.

    A frame is a count n and n offsets, in eight bytes each, and then n - 1 parts from offset to
    offset: the channel, and at least the four parts of a message.

    Examples
    --------
    >>> numbers = [6, *range(56, 62)]
    >>> frame = b"".join(n.to_bytes(8, "little") for n in numbers) + b"12345"
    >>> is_whole(frame), is_whole(frame[:-1])
    (True, False)
    """
    if not isinstance(frame, bytes) or len(frame) < 8:
        return False
    count = int.from_bytes(frame[:8], "little")
    start = 8 * (count + 1)
    if count < 6 or start > len(frame):
        return False
    offsets = [int.from_bytes(frame[8 * i : 8 * (i + 1)], "little") for i in range(1, count + 1)]
    return start == offsets[0] and offsets == sorted(offsets) and offsets[-1] <= len(frame)
