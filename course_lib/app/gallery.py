"""`hessian-course demo`: a gallery of every live demo, each on a page of its own, served by Voilà.

Each viewer of a demo has a kernel of their own, so viewers cannot disturb each other. No message
from a page can run code in the kernel. By default the server listens on loopback only; if it listens
elsewhere, it asks for a token. Pages ask no other host for anything, and a policy that is sent with
each page forbids it.
"""

import base64
import logging
import os
import re
import secrets
import tempfile
import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_server.base.handlers import JupyterHandler, Template404
from jupyter_server.utils import url_path_join
from tornado import web
from traitlets.config import Config
from voila.app import Voila
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler

from course_lib import lessons
from course_lib.app import preflight
from course_lib.app.demo_kernels import LARGEST_MESSAGE, KernelSocket, SeatedKernels
from course_lib.support.arguments import count
from course_lib.teaching import stored

PIXEL_RATIO = 1.6  # how much finer than in a lesson a picture is drawn, to fill a projector
JUPYTER = Path(__file__).with_name("jupyter")
TEMPLATES = JUPYTER / "voila" / "templates" / "course"
PORT = 8866
LOOPBACK = ("127.0.0.1", "localhost", "::1")
SAME_HOST_ONLY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' data: blob:; frame-ancestors 'self'"
)


@dataclass(frozen=True)
class Card:
    """A demo in the gallery.

    Attributes
    ----------
    lesson, key : str
        ``"lesson_02"`` and the demo's key in it.
    lesson_heading, title : str
    picture : str
        The demo's first picture as base64-coded PNG, or an empty string.
    alt : str
        What the picture shows.
    """

    lesson: str
    key: str
    lesson_heading: str
    title: str
    picture: str
    alt: str

    @property
    def page(self) -> str:
        """Return the name of the demo's page, ``"02-quadratic"``."""
        return f"{self.lesson.removeprefix('lesson_')}-{self.key}"


def cards() -> list[Card]:
    """Return a `Card` for each demo of each lesson, in the order in which the lessons show them.

    The pictures are those that the lessons store, so nothing has to be computed.
    """
    found = []
    for name in lessons.lesson_names():
        lesson, shown = lessons.load(name), stored.demos_of(name)
        for key in stored.as_shown(lesson.demos, shown):
            picture, alt = "", ""
            if key in shown:
                alt = shown[key].alt
                picture = shown[key].output.data["image/png"].replace("\n", "")
            title = lesson.demos[key].title
            found.append(Card(name, key, lesson.heading, title, picture, alt))
    return found


def choose(wanted: Sequence[str], every: list[Card]) -> list[Card]:
    """Return the cards of `wanted`, lessons (``"02"``) or demos (``"02-quadratic"``); all by default.

    Raises
    ------
    ValueError
        If a name fits no demo.
    """
    chosen = []
    for name in wanted:
        name = name.removeprefix("lesson_").replace("/", "-")
        fitting = [card for card in every if name in (card.page, card.page.split("-", 1)[0])]
        if not fitting:
            raise ValueError(
                f"there is no demo {name!r}; the demos are {', '.join(card.page for card in every)}"
            )
        chosen += [card for card in fitting if card not in chosen]
    return chosen or every


class Page(JupyterHandler):
    """A page of the server itself, for viewers who have the token."""

    def initialize(self, served: tuple[Card, ...]) -> None:
        """Remember the cards."""
        self.served = served

    def show(self, template: str, **content: Any) -> None:
        """Answer with a template of the course."""
        environment = self.settings["voila_jinja2_env"]
        self.finish(environment.get_template(template).render(**content, base_url=self.base_url))


class GalleryPage(Page):
    """All demos at a glance."""

    @web.authenticated
    def get(self) -> None:
        """Answer with the gallery."""
        self.show("gallery.html", cards=self.served, dark=self.settings["course_dark"])


class CardPicture(Page):
    """The picture of one card."""

    @web.authenticated
    def get(self, page: str) -> None:
        """Answer with the PNG."""
        for card in self.served:
            if card.page == page and card.picture:
                self.set_header("Content-Type", "image/png")
                self.set_header("Cache-Control", "private, max-age=3600")
                self.finish(base64.b64decode(card.picture))
                return
        raise web.HTTPError(404)


class EndKernel(VoilaShutdownKernelHandler):
    """The address that a closing page calls.

    The page cannot send a token against forgery, but it names its origin.
    """

    def check_xsrf_cookie(self) -> None:
        """Accept the call from the server's own pages only."""
        if not self.check_origin():
            raise web.HTTPError(403)


class GalleryServer(Voila):
    """Voilà with one notebook per demo, and a gallery instead of its list of files."""

    served: tuple[Card, ...] = ()
    dark = False
    opened = ""
    show_in_browser = False
    hosts: tuple[str, ...] = ()

    def init_settings(self) -> dict[str, Any]:
        """Add the policy that forbids requests to other hosts, and calls under another name."""
        settings = super().init_settings()
        settings["course_dark"] = self.dark
        settings["headers"] = {"Content-Security-Policy": SAME_HOST_ONLY}
        settings["websocket_max_message_size"] = LARGEST_MESSAGE
        # Jupyter's own error pages name files that Voilà does not serve, and come out empty.
        settings["default_handler_class"] = Template404
        settings["jinja2_env"].loader.searchpath.insert(0, str(TEMPLATES))
        if self.ip in LOOPBACK and "*" not in self.hosts:
            # A page from elsewhere must not reach this server under a host name of its own.
            names = ["localhost", *self.hosts]
            settings |= {"allow_remote_access": False, "local_hostnames": names}
        if names := [name for name in self.hosts if name != "*"]:
            # A proxy may replace the name of the host.
            settings["allow_origin_pat"] = preflight.origins(names)
        return settings

    def init_handlers(self) -> list[Any]:
        """Put the gallery before Voilà's own pages; a proxy may keep its prefix or remove it."""
        served = {"served": self.served}
        handlers = [
            (self.server_url, GalleryPage, served),
            (url_path_join(self.server_url, r"/picture/([\w-]+)\.png"), CardPicture, served),
            (url_path_join(self.server_url, r"/voila/api/shutdown/([\w-]+)"), EndKernel),
            (url_path_join(self.server_url, r"/api/kernels/([\w-]+)/channels"), KernelSocket),
            *super().init_handlers(),
        ]
        prefix = re.escape(self.base_url.rstrip("/"))
        left_on = [(prefix + pattern, *rest) for pattern, *rest in handlers] if prefix else []
        return [*left_on, *handlers]

    def launch_browser(self) -> None:
        """Say where the demos are, and open them if there is a display."""
        host = "127.0.0.1" if self.ip in ("", "0.0.0.0", "::") else self.ip
        token = f"?token={self.identity_provider.token}" if self.identity_provider.token else ""
        address = f"http://{host}:{self.port}{self.base_url}{self.opened}{token}"
        print(f"The demos are at\n    {address}\nStop with Ctrl-C.", flush=True)
        if self.show_in_browser:
            webbrowser.open(address)


def _demo_notebook(card: Card) -> nbformat.NotebookNode:
    """Return the notebook behind a demo's page."""
    code = (
        "import course_lib\n"
        "from course_lib import lessons\n"
        "from course_lib.teaching import Panel\n\n"
        "course_lib.setup()\n"
        f"Panel(lessons.load({card.lesson!r}).demos[{card.key!r}], pixel_ratio={PIXEL_RATIO})"
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    notebook.metadata = {
        "title": f"{card.title} · {card.lesson_heading}",
        "course": {"lesson": card.lesson_heading},
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    }
    return notebook


def serve(
    wanted: Sequence[str] = (),
    ip: str = "127.0.0.1",
    port: int | None = None,
    max_viewers: int = 40,
    dark: bool = False,
    browser: bool = False,
    base_url: str = "/",
    hosts: Sequence[str] = (),
) -> None:
    """Serve the demos of `wanted`, all by default, until the server is stopped.

    Parameters
    ----------
    wanted : sequence of str
        Lessons (``"02"``) or demos (``"02-quadratic"``). If it is a single demo, the browser opens
        this demo instead of the gallery.
    ip : str
        Where to listen. Unless this is loopback, viewers are asked for a token.
    port : int, optional
        By default the first free one from 8866.
    max_viewers : int
        The largest number of kernels that run at a time; at least 1.
    dark : bool
        Whether the pages around the pictures are light on dark.
    browser : bool
        Whether to open a browser.
    base_url : str
        The path under which a proxy shows the demos. The proxy may remove the path or keep it.
    hosts : sequence of str
        The host names under which a proxy shows the demos; ``"*"`` allows any name.

    Raises
    ------
    ValueError
        If a name fits no demo, or `max_viewers` is below 1.
    """
    count("max_viewers", max_viewers)
    chosen = choose(wanted, cards())
    path = [str(JUPYTER), os.environ.get("JUPYTER_PATH")]
    os.environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, path))
    with tempfile.TemporaryDirectory() as folder:
        for card in chosen:
            nbformat.write(_demo_notebook(card), Path(folder) / f"{card.page}.ipynb")
        # What a viewer does is nobody's progress.
        os.environ["HESSIAN_COURSE_PROGRESS"] = os.devnull
        config = _config(folder, ip, port, max_viewers, dark)
        config.Voila.base_url, config.Voila.server_url = base_url, "/"
        server = GalleryServer(config=config)
        server.hosts = tuple(hosts)
        server.served, server.dark, server.show_in_browser = tuple(chosen), dark, browser
        if len(chosen) == 1:
            server.opened = f"voila/render/{chosen[0].page}.ipynb"
        server.initialize([])
        server.start()


def _config(folder: str, ip: str, port: int | None, seats: int, dark: bool) -> Config:
    config = Config()
    config.Voila.config_file_paths = []  # no user's own settings of Voilà
    config.Voila.log_level = logging.ERROR
    config.Voila.root_dir = folder
    config.Voila.ip = ip
    config.Voila.port = port or PORT
    config.Voila.port_retries = 0 if port else 50
    if ip not in LOOPBACK:
        config.Voila.token = secrets.token_urlsafe(24)
    config.VoilaConfiguration.template = "course"
    config.VoilaConfiguration.theme = "dark" if dark else "light"
    config.VoilaConfiguration.allow_template_override = "NO"
    config.VoilaConfiguration.allow_theme_override = "NO"
    config.VoilaConfiguration.multi_kernel_manager_class = SeatedKernels
    config.SeatedKernels.seats = seats
    # A closed page ends its kernel. `cull_kernel_if_idle` decides about kernels that are left over.
    config.SeatedKernels.cull_idle_timeout = 1
    config.SeatedKernels.cull_interval = 20
    return config
