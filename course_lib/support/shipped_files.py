"""Where to find the files that the package ships beside its code."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def shipped_file(name: str) -> Path:
    """Return the path of a shipped file or folder, such as ``"assets/course.mplstyle"``.

    A checkout keeps them at its top; a wheel carries copies inside the package.

    Raises
    ------
    FileNotFoundError
        If the installation lacks this file.
    """
    for folder in (_PACKAGE / "_shipped", _PACKAGE.parent):
        if (folder / name).exists():
            return folder / name
    raise FileNotFoundError(f"{name} is missing from this installation of hessian-course")
