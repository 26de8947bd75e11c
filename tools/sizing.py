"""Measure what a learner costs a server: start of a kernel, a run of each lesson, memory.

    python tools/sizing.py

It prints a table for docs/instructor/class.md. The times hold for this machine.
"""

import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat
import psutil
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
MEGABYTE = 1 << 20


def held(process):
    """Return the megabytes that a process holds by itself, without what it shares with others."""
    try:
        return process.memory_full_info().uss / MEGABYTE
    except psutil.Error:
        return 0.0


def measure(path):
    """Return the seconds until the kernel is ready, those of the run, and its peak megabytes."""
    peak, done = 0.0, threading.Event()

    def watch():
        nonlocal peak
        while not done.wait(0.1):
            for child in psutil.Process().children(recursive=True):
                peak = max(peak, held(child))

    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            nbformat.read(path, 4), timeout=600, resources={"metadata": {"path": folder}}
        )
        watcher = threading.Thread(target=watch)
        watcher.start()
        start = time.perf_counter()
        with client.setup_kernel():
            ready = time.perf_counter()
            for index, cell in enumerate(client.nb.cells):
                client.execute_cell(cell, index)
            end = time.perf_counter()
        done.set()
        watcher.join()
    return ready - start, end - ready, peak


def server():
    """Return the megabytes that an idle JupyterLab server holds."""
    with tempfile.TemporaryDirectory() as folder:
        options = ("--no-browser", "--allow-root", "--port=0", f"--ServerApp.root_dir={folder}")
        command = [sys.executable, "-m", "jupyterlab", *options]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        running = subprocess.Popen(command, **quiet)
        time.sleep(15)
        megabytes = held(psutil.Process(running.pid))
        running.terminate()
        running.wait(30)
    return megabytes


def main():
    print(f"An idle JupyterLab server holds {server():.0f} MB.\n")
    print("| lesson | kernel ready, s | all cells, s | memory, MB |")
    print("| --- | ---: | ---: | ---: |")
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        ready, run, megabytes = measure(path)
        print(f"| {path.stem} | {ready:.1f} | {run:.0f} | {megabytes:.0f} |", flush=True)


if __name__ == "__main__":
    main()
