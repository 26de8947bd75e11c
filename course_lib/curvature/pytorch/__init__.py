"""The parts of `course_lib.curvature.torch_models`: batches, losses, checks, ways to multiply."""

import importlib
from typing import Any

torch: Any
try:
    torch = importlib.import_module("torch")
except ModuleNotFoundError:  # `torch_operator` says what to install; the rest is never reached
    torch = None

__all__ = ["torch"]
