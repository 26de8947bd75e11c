"""Behind a proxy: under a prefix and another host's name, as a hub or a web server shows the demos."""

import asyncio
import re
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from lab_driver import demo_pages
from tornado.httpclient import HTTPClientError, HTTPRequest
from tornado.websocket import websocket_connect

from course_lib.app import cli, gallery, hub, preflight
from course_lib.app.demo_kernels import PROTOCOL

ROOT = Path(__file__).parents[3]
CARD = gallery.cards()[0]
PREFIX = "/user/ada%40home/proxy/8866/"


def get(address, host="127.0.0.1"):
    """Return (status, text)."""
    try:
        answer = urllib.request.urlopen(
            urllib.request.Request(address, headers={"Host": host}), timeout=60
        )
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        return answer.status, answer.read().decode("utf-8", "replace")


@pytest.mark.slow
def test_under_a_prefix_and_another_name_all_pages_are_found():
    with demo_pages("--base-url", PREFIX, "--allow-host", "hub.example.org") as address:
        assert address.endswith(PREFIX)
        root = address.removesuffix(PREFIX)
        for at in (f"{root}/", address):  # a proxy takes its prefix off, or leaves it on
            status, page = get(at, "hub.example.org")
            assert status == 200
            assert f'href="voila/render/{CARD.page}.ipynb"' in page
            assert re.findall(r'(?:href|src)="(?:/|http)', page) == []
            assert get(f"{at}picture/{CARD.page}.png", "hub.example.org:8000")[0] == 200
            demo = get(f"{at}voila/render/{CARD.page}.ipynb", "hub.example.org")[1]
            assert f'"baseUrl": "{PREFIX}"' in demo
            addresses = re.findall(r'(?:href|src)="(/[^"]*)"', demo)
            assert addresses
            for found in addresses:
                assert found.startswith(PREFIX)
                assert get(f"{at}{found.removeprefix(PREFIX)}")[0] == 200, found
        status, page = get(f"{root}/", "evil.example")
        assert status == 403
        assert "--allow-host" in page
        assert f'href="{PREFIX}"' in page


@pytest.mark.slow
def test_a_kernel_is_reached_by_pages_of_the_proxy_only():
    """Many proxies pass on the address that they call as the name of the host."""
    with demo_pages("--base-url", PREFIX, "--allow-host", "hub.example.org", CARD.page) as address:
        kernel_id = re.search(r'"kernelId": "([\w-]+)"', get(address)[1])[1]
        socket = (
            address.split(PREFIX)[0].replace("http", "ws") + f"/api/kernels/{kernel_id}/channels"
        )

        async def connect(origin):
            asked = HTTPRequest(socket, headers={"Origin": origin})
            return await websocket_connect(asked, subprotocols=[PROTOCOL])

        async def visit():
            for origin in ("https://hub.example.org", "http://hub.example.org:8000"):
                (await connect(origin)).close()
            for origin in ("https://evil.example", "https://hub.example.org.evil.example"):
                with pytest.raises(HTTPClientError) as refusal:
                    await connect(origin)
                assert refusal.value.code == 403

        asyncio.run(visit())


@pytest.mark.parametrize(
    ("given", "path"),
    [("/demos/", "/demos/"), ("demos", "/demos/"), ("/", "/"), (PREFIX[:-1], PREFIX)],
)
def test_a_prefix_is_taken_as_people_write_it(given, path):
    assert cli._path(given) == path


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("--base-url", url) for url in ("http://hub.example.org/demos", "/a b/", "/a?b", "//")),
        *(("--allow-host", name) for name in ("https://hub.example.org", "hub:8000", "", "a/b")),
    ],
)
@pytest.mark.parametrize("command", ["lab", "demo"])
def test_what_is_no_prefix_and_no_host_is_refused_by_name(command, option, value, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main([command, f"{option}={value}"])
    assert ended.value.code == 2
    assert f"argument {option}: {value!r} is no" in capsys.readouterr().err


def test_jupyterlab_is_told_the_same():
    parse = cli._parser().parse_args
    assert cli.proxy_arguments(parse(["lab"])) == []
    told = cli.proxy_arguments(parse(["lab", "--base-url", "x", "--allow-host", "hub.example.org"]))
    assert "--ServerApp.base_url=/x/" in told
    assert "--ServerApp.local_hostnames=hub.example.org" in told
    assert f"--ServerApp.allow_origin_pat={preflight.origins(['hub.example.org'])}" in told
    told = cli.proxy_arguments(parse(["lab", "--allow-host", "*"]))
    assert told == ["--ServerApp.allow_remote_access=True"]


def test_on_a_hub_the_lessons_are_laid_and_the_jupyterlab_that_is_open_shows_them(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setenv(cli.HUB, "/user/ada/")
    assert cli.main(["lab", "--folder", str(tmp_path / "my-course")]) == 0
    assert (tmp_path / "my-course" / "00_start_here.ipynb").exists()
    assert "in the JupyterLab that this hub shows you" in capsys.readouterr().out


def test_on_a_hub_the_demos_know_under_which_address_they_are_shown(monkeypatch, capsys):
    served = []
    monkeypatch.setenv(cli.HUB, "/user/ada/")
    monkeypatch.setattr(gallery, "serve", lambda *given: served.append(given))
    assert cli.main(["demo", "--port", "8899"]) == 0
    assert cli.main(["demo", "--base-url", "/elsewhere/", "--allow-host", "hub.example.org"]) == 0
    assert served[0][-2:] == ("/user/ada/proxy/8899/", ["*"])
    assert served[1][-2:] == ("/elsewhere/", ["hub.example.org"])
    assert "/user/ada/proxy/8899/" in capsys.readouterr().out


def test_jupyter_server_proxy_is_told_a_command_and_a_page_that_there_are():
    told = [part.format(port=8899, base_url="/user/ada/") for part in hub.demos()["command"]]
    options = cli._parser().parse_args(told[told.index("demo") :])
    assert options.port == 8899
    assert options.base_url == f"/user/ada/{hub.PAGE}/"
    assert options.allow_host == ["*"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = project["entry-points"]["jupyter_serverproxy_servers"]
    assert named == {hub.PAGE: "course_lib.app.hub:demos"}
