"""How the benchmark measures seconds and bytes, and reports a package that cannot do something."""

import contextlib
import ctypes
import gc
import importlib.util
import io
import os
import resource
import statistics
import sys
import time
import warnings
from functools import partial
from pathlib import Path

ENOUGH = 120.0  # seconds after which no further round of calls begins


def installed(name):
    return importlib.util.find_spec(name) is not None


def medians(calls, repetitions, *, warm=True):
    """Return the median seconds of each call; they take turns, so that noise hits all alike.

    A call that raises an exception is left out from then on. Its entry is the reason, as text.
    """
    seconds, reasons = {name: [] for name in calls}, {}
    begin = time.perf_counter()
    for turn in range(repetitions + warm):
        if turn > warm and time.perf_counter() - begin > ENOUGH:
            break
        for name in [name for name in calls if name not in reasons]:
            start = time.perf_counter()
            try:
                calls[name]()
            except Exception as error:
                reasons[name] = reason(error)
                continue
            if turn or not warm:
                seconds[name].append(time.perf_counter() - start)
    return {n: reasons[n] if n in reasons else statistics.median(seconds[n]) for n in calls}


def reason(error):
    """Return in one line why a package cannot do something."""
    first = (str(error).strip().splitlines() or [""])[0]
    return f"{type(error).__name__}: {first:.160}".rstrip(".")


class Peak:
    """The peak of memory since this object was made, in bytes: of the process, or on a GPU.

    Linux and CUDA can forget an earlier peak. Elsewhere it stays, and an increase is a lower bound.
    """

    def __init__(self, device="cpu"):
        self._cuda = str(device).startswith("cuda")
        if self._cuda:
            import torch

            torch.cuda.reset_peak_memory_stats()
            self.before = torch.cuda.memory_allocated()
        else:
            gc.collect()
            with contextlib.suppress(AttributeError, OSError, TypeError):
                ctypes.CDLL(None).malloc_trim(0)  # or memory freed earlier would be used again
            with contextlib.suppress(OSError):
                Path("/proc/self/clear_refs").write_text("5")
            self.before = self.bytes

    @property
    def bytes(self):
        """The peak so far."""
        if self._cuda:
            import torch

            return torch.cuda.max_memory_allocated()
        with contextlib.suppress(OSError):
            for line in Path("/proc/self/status").read_text().splitlines():
                if line.startswith("VmHWM"):
                    return 1024 * int(line.split()[1])
        unit = 1 if sys.platform == "darwin" else 1024
        return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def cores():
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def pyhessian_of(model, criterion, batches):
    """Return PyHessian's object for a model in float64, all data in one batch or in several.

    With one batch, PyHessian keeps the graph of the gradient, and a product is one backward pass
    through it. With several batches, for data that do not fit into memory, it repeats everything
    for every product.
    """
    import pyhessian
    import torch

    torch.set_default_dtype(torch.float64)  # its random vectors take this type
    # `density` calls torch.eig, which PyTorch has removed.
    torch.eig = lambda T, eigenvectors=True: _eig(torch, T)
    given = {"data": batches[0]} if len(batches) == 1 else {"dataloader": batches}
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")  # backward(create_graph=True) warns of a leak
        return pyhessian.hessian(model, criterion, cuda=False, **given)


def pyhessian_product(theirs, v):
    """Return a call for one product of PyHessian's object with v, a tensor for each parameter."""
    from pyhessian.utils import hessian_vector_product

    if theirs.full_dataset:
        return lambda: theirs.dataloader_hv_product(v)[1]
    return partial(hessian_vector_product, theirs.gradsH, theirs.params, v)


def _eig(torch, T):
    values, vectors = torch.linalg.eigh(T)
    return torch.stack([values, torch.zeros_like(values)], dim=1), vectors
