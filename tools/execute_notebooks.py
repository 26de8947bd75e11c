"""Run the lessons and store them in canonical form, outputs included.

    python tools/execute_notebooks.py                 # run all lessons, rewrite those that changed
    python tools/execute_notebooks.py NOTEBOOK …      # run these
    python tools/execute_notebooks.py --check         # run nothing, fail if one is not canonical

In canonical form, two runs of a lesson differ only if their content differs: there are no widget
ids, timings or Python version, and cells are counted from 1. Tests compare the stored outputs with
those of a fresh run.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
KEPT_METADATA = {"tags", "editable", "deletable"}


def canonical(notebook):
    """Return the notebook without anything that changes from run to run.

    We do this ourselves, because jupytext and nbstripout drop the outputs, which the course tests
    and shows.
    """
    notebook.metadata = {
        "kernelspec": {
            "name": "python3",
            "display_name": "Python 3 (ipykernel)",
            "language": "python",
        },
        "language_info": {"name": "python"},
    }
    count = 0
    for cell in notebook.cells:
        cell.metadata = {k: v for k, v in cell.metadata.items() if k in KEPT_METADATA}
        if cell.cell_type != "code":
            continue
        count += 1
        cell.execution_count = count  # nbval compares nothing if this is null
        for output in cell.outputs:
            if "data" in output:
                output.data.pop(WIDGET_VIEW, None)  # the picture and the words remain
            if output.output_type == "execute_result":
                output.execution_count = count
    return notebook


def run(notebook, folder):
    """Run all cells in a fresh kernel; an error in a cell is raised."""
    from nbclient import NotebookClient

    with tempfile.TemporaryDirectory() as scratch:
        # Neither a reader's progress nor the progress bars of a slow machine belong to the lesson.
        os.environ["TQDM_DISABLE"] = "1"
        os.environ["HESSIAN_COURSE_PROGRESS"] = str(Path(scratch) / "progress.jsonl")
        options = {"timeout": 300, "kernel_name": "python3", "record_timing": False}
        options["coalesce_streams"] = True  # a busy machine sends one text in several parts
        resources = {"metadata": {"path": str(folder)}}
        NotebookClient(notebook, resources=resources, **options).execute()
    return notebook


def faults(path):
    """Return what keeps a stored notebook from being canonical, as sentences."""
    stored = path.read_text("utf-8")
    notebook = nbformat.reads(stored, 4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source.strip()]
    found = []
    if any(cell.execution_count is None for cell in code):
        found.append("a cell was stored without being run")
    if any(output.output_type == "error" for cell in code for output in cell.outputs):
        found.append("a cell was stored with an error")
    if any(output.get("name") == "stderr" for cell in code for output in cell.outputs):
        found.append("a cell wrote to stderr")
    if text(canonical(notebook)) != stored:
        found.append("it is not in canonical form")
    return found


def text(notebook):
    """Return the notebook as it is stored."""
    return nbformat.writes(notebook) + "\n"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="run nothing, only look")
    parser.add_argument(
        "notebooks", nargs="*", type=Path, default=sorted(NOTEBOOKS.glob("*.ipynb"))
    )
    options = parser.parse_args(arguments)
    failed = False
    for path in options.notebooks:
        if options.check:
            for fault in faults(path):
                failed = True
                print(f"{path.name}: {fault} (to fix it, run make notebooks)")
            continue
        notebook = run(nbformat.read(path, 4), path.parent)
        new = text(canonical(notebook))
        if new != path.read_text("utf-8"):
            path.write_text(new, "utf-8")
            print(f"rewrote {path.name}")
    return failed


if __name__ == "__main__":
    sys.exit(main())
