"""Build the wheel from the sdist, install it in an empty environment, and try it in an empty folder.

    python tools/check_wheel.py               # throw the wheel away at the end
    python tools/check_wheel.py --keep dist   # put the wheel into dist if all is well

The wheel must contain the same files as one that is built from the repository, and nothing for
instructors. Its long description must render on a package index, with no link that leads nowhere.
`hessian-course lab` must serve the lessons, and `demo` the demos. `doctor` must say that all is
well, and then name each fault that this script makes. The script ends at the first failure.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = {path.name for path in (ROOT / "notebooks").glob("*.ipynb")}
DEMOS = {
    f"{path.parent.name[-2:]}-{path.stem.removeprefix('demo_')}"
    for path in (ROOT / "course_lib" / "lessons").glob("lesson_*/demo_*.py")
}
# The long description of a wheel as the index shows it.
RENDERED = """
import sys, zipfile
from email import message_from_bytes
from readme_renderer import markdown
wheel = zipfile.ZipFile(sys.argv[1])
(name,) = (n for n in wheel.namelist() if n.endswith("/METADATA"))
message = message_from_bytes(wheel.read(name))
print(markdown.render(message.get_payload(decode=True).decode()) or sys.exit("not rendered"))
"""
OURS = ("PYTHONPATH", "VIRTUAL_ENV", "DISPLAY", "WAYLAND_DISPLAY", "JUPYTER_PREFER_ENV_PATH")


def expect(condition, what):
    """Print whether a condition holds, and end if it does not."""
    print(f"{'ok    ' if condition else 'FAILED'} {what}", flush=True)
    if not condition:
        sys.exit(1)


class Environment:
    """An environment with nothing but the wheel and what it needs, and a home of its own."""

    def __init__(self, folder):
        subprocess.run([sys.executable, "-m", "venv", folder / "env"], check=True)
        self.bin = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
        self.prefix = folder / "env"
        kept = {k: v for k, v in os.environ.items() if k not in OURS}
        self.variables = kept | {"HOME": str(folder), "JUPYTER_DATA_DIR": str(folder / "jupyter")}

    def run(self, *command, cwd=None, check=True):
        """Run a program of the environment and return (exit code, output)."""
        program = [self.bin / command[0], *command[1:]]
        heard = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        done = subprocess.run(program, cwd=cwd, env=self.variables, **heard)
        if check and done.returncode:
            sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}")
        return done.returncode, done.stdout

    def pip(self, *arguments):
        """Run pip quietly, within the pins."""
        # pip runs with the real home, because its settings there may name a package index.
        pins = ("--constraint", ROOT / "constraints.txt") if arguments[0] == "install" else ()
        command = [self.bin / "python", "-m", "pip", *arguments, *pins, "--quiet"]
        subprocess.run([*command, "--disable-pip-version-check"], check=True)


def build(folder, environment):
    """Return the sdist, and the wheel that is built from it."""
    environment.pip("install", "build", "hatchling")
    _build(environment, "--outdir", folder)
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


def build_directly(folder, environment):
    """Return the wheel that is built from the repository itself."""
    _build(environment, "--outdir", folder, "--wheel")
    (wheel,) = folder.glob("*.whl")
    return wheel


def _build(environment, *options):
    command = [environment.bin / "python", "-m", "build", "--no-isolation", *options, ROOT]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def contents(wheel):
    """Return the files in a wheel with their bytes, by name."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def check_contents(wheel, direct):
    files = contents(wheel)
    shipped = {Path(name).name for name in files if name.endswith(".ipynb")}
    expect(shipped == NOTEBOOKS, f"the wheel ships {len(NOTEBOOKS)} lessons")
    answers = [name for name in files if re.search(r"instructor|run_sheet|\bexam(_|\.)", name)]
    expect(not answers, "the wheel ships nothing for instructors")
    apart = {name for name, _ in files.items() ^ contents(direct).items()}
    expect(not apart, f"the sdist and the repository give the same wheel{_named(apart)}")


def check_metadata(environment, sdist, wheel):
    """Check that a package index accepts the metadata, and that the links of its page work."""
    code, said = environment.run("twine", "check", "--strict", sdist, wheel, check=False)
    expect(code == 0, f"a package index accepts the metadata{'' if code == 0 else said}")
    _, page = environment.run("python", "-c", RENDERED, wheel)  # twine does not look at Markdown
    expect(page.count("<table") == 1 and page.count("<h2") >= 4, "the long description renders")
    links = re.findall(r'(?:href|src)="([^"]*)', page)
    nowhere = {link for link in links if not link.startswith(("#", "https://"))}
    expect(not nowhere, f"all of its links lead somewhere{_named(nowhere)}")


def _named(names):
    return f": {', '.join(sorted(names))}" if names else ""


@contextlib.contextmanager
def serving(environment, folder, what, address):
    """Run `hessian-course lab` or `demo`; yields the match of `address` in its output."""
    command = [environment.bin / "hessian-course", what]
    heard = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    server = subprocess.Popen(command, cwd=folder, env=environment.variables, **heard)
    try:
        found = next(filter(None, (re.search(address, line) for line in server.stdout)), None)
        if found is None:
            sys.exit(f"hessian-course {what} ended without an address")
        yield found
    finally:
        server.terminate()
        server.wait(30)


def ask(address):
    """Return what a server answers at an address. The server may need a moment."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(address) as answer:
                return answer.read()
        except OSError:
            time.sleep(0.1)
    sys.exit(f"{address} does not answer")


def check_lab(environment, folder):
    """Start `hessian-course lab` in an empty folder and ask the server for the lessons."""
    pattern = r"(http://127\.0\.0\.1:\d+)/lab\?token=(\w+)"
    with serving(environment, folder, "lab", pattern) as found:
        listing = ask("{}/api/contents?token={}".format(*found.groups()))
        served = {entry["name"] for entry in json.loads(listing)["content"]}
        expect(served == NOTEBOOKS, f"hessian-course lab serves {', '.join(sorted(served))}")


def check_demo(environment, folder):
    """Start `hessian-course demo` and ask for the gallery and for a demo, which runs a kernel."""
    with serving(environment, folder, "demo", r"(http://127\.0\.0\.1:\d+/)") as found:
        demos = set(re.findall(r'render/([\w-]+)\.ipynb"', ask(found[1]).decode()))
        pictures = [ask(f"{found[1]}picture/{demo}.png").startswith(b"\x89PNG") for demo in demos]
        expect(
            demos == DEMOS and all(pictures),
            f"hessian-course demo: {len(demos)} demos, each with its picture",
        )
        page = ask(f"{found[1]}voila/render/02-quadratic.ipynb").decode()
        expect("widget-view+json" in page, "a demo's page comes with its panel")


def check_help(environment, folder):
    """Ask for help, which needs no extra."""
    _, said = environment.run("hessian-course", "--help", cwd=folder)
    commands = ("lab", "demo", "progress", "doctor")
    expect(all(f"    {name} " in said for name in commands), "--help names every command")


def check_doctor(environment, folder):
    """Check that `doctor` finds nothing, and then that it names each fault that is made."""
    code, said = environment.run("hessian-course", "doctor", cwd=folder, check=False)
    expect(code == 0 and "Everything is ready" in said, f"doctor: {_wrong(said)}")

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        doctor = ("hessian-course", "doctor", "--port", port)
        code, said = environment.run(*doctor, cwd=folder, check=False)
    expect(code == 1 and f"Port {port} cannot" in said, f"doctor: {_wrong(said)}")

    spec = environment.prefix / "share" / "jupyter" / "kernels" / "python3" / "kernel.json"
    mine = spec.read_text("utf-8")
    other = json.loads(mine) | {"argv": ["/another/env/bin/python", "-m", "ipykernel_launcher"]}
    spec.write_text(json.dumps(other), "utf-8")
    code, said = environment.run("hessian-course", "doctor", cwd=folder, check=False)
    expect(code == 1 and "another environment, /another/env" in said, f"doctor: {_wrong(said)}")
    spec.write_text(mine, "utf-8")

    environment.pip("uninstall", "--yes", "ipywidgets")
    code, said = environment.run("hessian-course", "doctor", cwd=folder, check=False)
    expect(code == 1 and "Not installed: ipywidgets" in said, f"doctor: {_wrong(said)}")


def _wrong(said):
    """Return the findings that need to be fixed, or else the verdict."""
    lines = said.strip().splitlines()
    return " ".join(line for line in lines if line.startswith("✗")) or lines[-1]


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", metavar="FOLDER", type=Path, help="where to put the wheel")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        for name in ("build", "use", "empty"):
            (scratch / name).mkdir()
        builder = Environment(scratch / "build")
        sdist, wheel = build(scratch / "build", builder)
        check_contents(wheel, build_directly(scratch / "build" / "direct", builder))
        builder.pip("install", "readme-renderer[md]", "twine")
        check_metadata(builder, sdist, wheel)
        environment = Environment(scratch / "use")
        environment.pip("install", wheel)
        check_help(environment, scratch / "empty")
        code, said = environment.run("hessian-course", "lab", cwd=scratch / "empty", check=False)
        expect(
            code == 1 and "hessian-course[lab]" in said, f"without JupyterLab: {said.split()[0]} …"
        )
        environment.pip("install", f"{wheel}[lab]")
        check_lab(environment, scratch / "empty")
        code, said = environment.run("hessian-course", "progress", cwd=scratch / "empty")
        expect("exercises right, 0 of" in said, "hessian-course progress answers")
        code, said = environment.run("hessian-course", "demo", cwd=scratch / "empty", check=False)
        expect(code == 1 and "hessian-course[demo]" in said, f"without Voilà: {said.split()[0]} …")
        environment.pip("install", f"{wheel}[demo]")
        check_demo(environment, scratch / "empty")
        check_doctor(environment, scratch / "empty")
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            print(f"wrote {shutil.copy(wheel, options.keep)}")


if __name__ == "__main__":
    main()
