"""The kernels of the demos: no more than seats, none that nobody needs, none reached by broken frames."""

import asyncio
import re
import urllib.request
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from jupyter_client.session import Session
from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from lab_driver import demo_pages
from tornado import web
from tornado.httpclient import HTTPClientError
from tornado.websocket import websocket_connect

from course_lib.app import demo_kernels, gallery
from course_lib.app.demo_kernels import PROTOCOL, SeatedKernels


def together(kernels, times):
    """Start as many kernels at once; return what came of each."""

    async def start():
        return await asyncio.gather(
            *(kernels.start_kernel() for _ in range(times)), return_exceptions=True
        )

    return asyncio.run(start())


def test_a_class_that_clicks_together_gets_no_more_kernels_than_there_are_seats(monkeypatch):
    async def slow_start(self, *, kernel_id):
        await asyncio.sleep(0.01)
        self._kernels[kernel_id] = None
        await asyncio.sleep(0.01)  # while it is both there and starting
        return kernel_id

    monkeypatch.setattr(AsyncMappingKernelManager, "start_kernel", slow_start)
    kernels = SeatedKernels(seats=4)
    first, second = together(kernels, 3), together(kernels, 7)
    refused = [each for each in first + second if isinstance(each, web.HTTPError)]
    assert len(kernels) == 4
    assert [error.status_code for error in refused] == [503] * 6


def test_a_start_that_fails_gives_its_seat_back(monkeypatch):
    async def fail(self, *, kernel_id):
        await asyncio.sleep(0)
        raise RuntimeError("no memory")

    monkeypatch.setattr(AsyncMappingKernelManager, "start_kernel", fail)
    kernels = SeatedKernels(seats=1)
    for _ in range(3):
        (error,) = together(kernels, 1)
        assert isinstance(error, RuntimeError)


@pytest.mark.parametrize(
    ("state", "open_pages", "minutes", "ended"),
    [
        ("idle", 1, 59, False),  # a lecturer speaks while a demo is shown
        ("idle", 1, 61, True),  # an open tab that everybody has forgotten
        ("idle", 0, 4, False),
        ("idle", 0, 6, True),
        ("busy", 1, 2, False),
        ("busy", 1, 4, True),  # what no demo computes
        ("dead", 1, 1, True),
    ],
)
def test_a_kernel_ends_when_nobody_needs_it(state, open_pages, minutes, ended, monkeypatch):
    stopped = []

    async def stop(self, kernel_id):
        stopped.append(kernel_id)

    monkeypatch.setattr(SeatedKernels, "shutdown_kernel", stop)
    kernels = SeatedKernels()
    since = datetime.now(UTC) - timedelta(minutes=minutes)
    kernels._kernels["it"] = SimpleNamespace(execution_state=state, last_activity=since)
    kernels._kernel_connections["it"] = open_pages
    asyncio.run(kernels.cull_kernel_if_idle("it"))
    assert stopped == ["it"] * ended


def numbers(*values):
    return b"".join(value.to_bytes(8, "little") for value in values)


def message():
    session = Session()
    return serialize_msg_to_ws_v1(session.msg("kernel_info_request"), "shell", session.pack)


BROKEN = {
    "endless": b"\xff" * 8,
    "a count of a billion": numbers(10**9) + b"x" * 100,
    "empty": b"",
    "text": "{}",
    "no parts": numbers(1, 16),
    "offsets beyond the end": numbers(6, *range(56, 62)),
    "offsets that go back": numbers(6, 56, 60, 57, 58, 59, 60) + b"12345",
    "offsets into the table": numbers(6, 0, 1, 2, 3, 4, 5) + b"12345",
    "cut off": message()[:-1],
}


@pytest.mark.parametrize("frame", BROKEN.values(), ids=BROKEN)
def test_a_broken_frame_is_known_before_it_is_parsed(frame):
    assert not demo_kernels.is_whole(frame)


def test_what_jupyter_sends_is_whole():
    assert demo_kernels.is_whole(message())


@pytest.mark.slow
def test_hostile_sockets_stop_nobody_else():
    with demo_pages(gallery.cards()[0].page) as address:

        def load():
            with urllib.request.urlopen(address, timeout=60) as answer:
                return answer.read().decode()

        kernel_id = re.search(r'"kernelId": "([\w-]+)"', load())[1]
        socket = (
            address.split("voila/")[0].replace("http", "ws") + f"api/kernels/{kernel_id}/channels"
        )

        async def attack():
            for offered in (None, ["", "nonsense"]):
                with pytest.raises(HTTPClientError) as refusal:
                    await websocket_connect(socket, subprotocols=offered)
                assert refusal.value.code == 400
            for name, frame in BROKEN.items():
                attacker = await websocket_connect(socket, subprotocols=[PROTOCOL])
                await attacker.write_message(frame, binary=isinstance(frame, bytes))
                while await asyncio.wait_for(attacker.read_message(), 20) is not None:
                    pass
                assert attacker.close_code == 1007, name
            viewer = await websocket_connect(socket, subprotocols=[PROTOCOL])
            await viewer.write_message(message(), binary=True)
            while b"kernel_info_reply" not in await asyncio.wait_for(viewer.read_message(), 20):
                pass

        asyncio.run(attack())
        assert "jupyter-config-data" in load()
