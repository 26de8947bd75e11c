"""The command line: study in JupyterLab, show live demos, look at progress, find out what is wrong."""

import os
import re
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from course_lib.app import doctor, learners_copy, preflight
from course_lib.app.preflight import origins
from course_lib.support import console

HUB = "JUPYTERHUB_SERVICE_PREFIX"  # a hub sets it to the path of the user's own server


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, and return the exit code."""
    console.make_safe(sys.stdout, sys.stderr)
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> ArgumentParser:
    parser = ArgumentParser(prog="hessian-course", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, run: Callable[[Namespace], int], text: str) -> ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        return added

    def listens(added: ArgumentParser) -> None:
        added.add_argument("--ip", default="127.0.0.1", help="address to listen on")
        added.add_argument("--port", type=_port, help="port to listen on (default: the first free)")
        said = "path under which a proxy shows the server, such as /demos/"
        added.add_argument("--base-url", type=_path, metavar="PATH", help=said)
        said = "host name under which a proxy shows the server (can be repeated; * allows any name)"
        added.add_argument("--allow-host", type=_host, action="append", metavar="NAME", help=said)

    added = command("lab", lab, "open your copy of the lessons in JupyterLab")
    added.add_argument(
        "--folder", default="my-course", help="folder of your copy (default: my-course)"
    )
    listens(added)

    added = command("demo", demo, "show the live demos on a projector")
    added.add_argument(
        "demos", nargs="*", help="lessons (02) or demos (02-quadratic) to show (default: all)"
    )
    added.add_argument("--dark", action="store_true", help="light type on a dark page")
    added.add_argument(
        "--viewers", type=_viewers, default=40, help="viewers allowed at a time (default: 40)"
    )
    listens(added)

    added = command("progress", progress, "show what is done, or export it for grading")
    added.add_argument("folders", nargs="*", help="learners' folders (default: my-course)")
    added.add_argument("--export", metavar="FILE.csv", help="write a table for grading")

    added = command("doctor", diagnose, "find out what keeps the course from working here")
    added.add_argument(
        "--folder", default="my-course", help="folder of your copy (default: my-course)"
    )
    added.add_argument("--port", type=_port, help="a port that should be free")
    return parser


def _port(text: str) -> int:
    return _whole_number(text, 1, preflight.LAST_PORT)


def _viewers(text: str) -> int:
    return _whole_number(text, 1, 10_000)


def _path(text: str) -> str:
    if re.fullmatch(r"/?[\w.~@%+-]+(/[\w.~@%+-]+)*/?|/", text, re.ASCII):
        return f"/{text.strip('/')}/".replace("//", "/")
    raise ArgumentTypeError(f"{text!r} is not a path such as /demos/")


def _host(text: str) -> str:
    if re.fullmatch(r"[\w.-]+|\*", text, re.ASCII):
        return text.lower()
    raise ArgumentTypeError(f"{text!r} is not a host name such as hub.example.org")


def _whole_number(text: str, low: int, high: int) -> int:
    if text.isdecimal() and low <= int(text) <= high:
        return int(text)
    raise ArgumentTypeError(f"{text!r} is not a whole number from {low} to {high}")


def lab(options: Namespace) -> int:
    """Bring the learner's copy up to date, and run JupyterLab on it until it ends."""
    if os.environ.get(HUB) and not options.base_url:  # a hub has started a JupyterLab already
        _bring_up_to_date(options.folder)
        print(f"Open {options.folder} in the JupyterLab that this hub shows you.")
        return 0
    _refuse_taken_place(options)
    _own_environment()
    try:
        from jupyterlab.labapp import LabApp
    except ImportError:
        raise ValueError(_how_to_install("JupyterLab", "lab")) from None
    _bring_up_to_date(options.folder)
    if not preflight.port_setting().good:  # a cluster gives each service such a variable
        del os.environ["JUPYTER_PORT"]
    # JupyterLab's own question about its news would cover the lesson, also on a projector.
    settings = [str(Path(__file__).with_name("jupyter")), os.environ.get("JUPYTER_CONFIG_PATH")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, settings))
    arguments = jupyter_arguments(options.folder, options.ip, options.port)
    LabApp.launch_instance(argv=[*arguments, *proxy_arguments(options)])
    return 0


def demo(options: Namespace) -> int:
    """Serve the live demos until the server is stopped."""
    _refuse_taken_place(options)
    _own_environment()
    try:
        from course_lib.app import gallery
    except ImportError:
        raise ValueError(_how_to_install("Voilà", "demo")) from None
    port, base_url, hosts = options.port, options.base_url or "/", options.allow_host or []
    if (hub := os.environ.get(HUB)) and not options.base_url:
        port = port or next(filter(preflight.is_free, range(gallery.PORT, gallery.PORT + 50)), None)
        # The hub's name is not known here, so any is allowed. The hub lets nobody else in, and no
        # page can mislead a browser that runs on another machine.
        base_url, hosts = f"{hub}proxy/{port}/", ["*"]
        print(f"If your hub has jupyter-server-proxy, open this path of its address: {base_url}")
    gallery.serve(
        options.demos,
        *(options.ip, port, options.viewers, options.dark, _has_display()),
        *(base_url, hosts),
    )
    return 0


def progress(options: Namespace) -> int:
    """Print what is done, or write it to a table."""
    from course_lib import lessons
    from course_lib.app import grading
    from course_lib.teaching.progress import FILE_NAME, said_of_earlier

    folders = options.folders or ["my-course"]
    if options.export:
        exported = grading.export(folders, options.export)
        print(f"wrote {options.export}; number of learners: {exported.learners}")
        for problem in exported.problems:
            print(f"left out: {problem}", file=sys.stderr)
        return 1 if exported.problems else 0
    for folder in folders:
        path = Path(folder)
        if not path.exists():
            raise FileNotFoundError(
                f"{folder} does not exist: name the folder with a learner's lessons"
            )
        path = path / FILE_NAME if path.is_dir() else path
        if path.exists() and not os.access(path, os.R_OK):
            raise PermissionError(f"{path} cannot be read, because it is not yours: ask its owner")
        if len(folders) > 1:
            print(f"{folder}:")
        for name in lessons.lesson_names():
            print(lessons.load(name).progress(path))
        if said := said_of_earlier(path):
            print(said)
    return 0


def diagnose(options: Namespace) -> int:
    """Print what works here and what does not."""
    port = partial(preflight.port, options.port) if options.port else preflight.port_setting
    copy = partial(preflight.copy, options.folder)
    tests: list[Callable[[], doctor.Finding]] = [preflight.kernel, preflight.home, copy, port]
    findings = [*doctor.diagnose().findings, *map(doctor.safely, tests)]
    diagnosis = doctor.Diagnosis(tuple(findings))
    print(diagnosis)
    return 0 if diagnosis.healthy else 1


def _bring_up_to_date(folder: str) -> None:
    """Update the learner's copy, and say what was done.

    Lessons that are already there can be studied even if nothing can be written.
    """
    try:
        said = learners_copy.update(folder)
    except OSError as error:
        why = f"{error.strerror}: {error.filename}" if error.filename else str(error)
        elsewhere = f"name a folder of your own, as in --folder {preflight.suggestion()}"
        if not any(Path(folder).glob("*.ipynb")):
            raise OSError(f"{folder} cannot hold your lessons ({why}): {elsewhere}") from None
        said = [f"Your copy could not be brought up to date ({why})."]
        if not preflight.writable(Path(folder)):
            said += [f"Nothing that you do in {folder} will be kept: {elsewhere}"]
    for sentence in said:
        print(sentence)


def _refuse_taken_place(options: Namespace) -> None:
    findings = [preflight.address(options.ip)]
    if options.port and findings[0].good:
        findings.append(preflight.port(options.port, options.ip))
    for finding in findings:
        if not finding.good:
            raise ValueError(str(finding))


def _how_to_install(what: str, extra: str) -> str:
    return (
        f"{what} is not installed here. Install it with:\n    pip install 'hessian-course[{extra}]'\n"
        f"With uvx or pipx run, put [{extra}] behind the package or the wheel: "
        f"uvx --from 'PACKAGE[{extra}]' hessian-course"
    )


def _own_environment() -> None:
    """Let kernels run in this environment, share what JAX has compiled, and find folders to write to."""
    if said := preflight.lend_folders():
        print(said, file=sys.stderr)
    # A kernel of the same name installed for the user must not take the course's place.
    os.environ["JUPYTER_PREFER_ENV_PATH"] = "1"
    home = preflight.home_folder()
    if home and preflight.writable(cache := home / ".cache" / "hessian-course"):
        os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(cache))


def jupyter_arguments(folder: str, ip: str, port: int | None = None) -> list[str]:
    """Return JupyterLab's arguments for this machine."""
    arguments = [
        f"--ServerApp.root_dir={os.path.abspath(folder)}",
        f"--ServerApp.ip={ip}",
        "--LabApp.news_url=",  # ask no other host for anything
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
    ]
    if port is not None:
        arguments += [f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")  # JupyterLab refuses root without it, as in a container
    if not _has_display():
        arguments.append("--no-browser")  # the address with its token is printed
    return arguments


def proxy_arguments(options: Namespace) -> list[str]:
    """Return JupyterLab's arguments for what a proxy in front of it needs."""
    arguments = [f"--ServerApp.base_url={options.base_url}"] if options.base_url else []
    hosts = options.allow_host or []
    if "*" in hosts:
        arguments.append("--ServerApp.allow_remote_access=True")
    elif hosts:
        arguments += [f"--ServerApp.local_hostnames={name}" for name in ("localhost", *hosts)]
        arguments.append(f"--ServerApp.allow_origin_pat={origins(hosts)}")
    return arguments


def _has_display() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())
