"""Threads of two libraries that would otherwise take each other's processors."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from scipy.sparse.linalg import LinearOperator
from threadpoolctl import ThreadpoolController

WHEELS = ("numpy.libs", "scipy.libs")  # where their wheels keep the OpenBLAS that is theirs alone


def one_blas_thread(A: LinearOperator) -> AbstractContextManager[Any]:
    """Let NumPy multiply in one thread while PyTorch computes the products of `A`.

    OpenBLAS keeps its threads awake for a while after each call, in case another call follows. In a
    loop of products by PyTorch and small vector work by NumPy, these threads take the processors
    away from PyTorch's threads. For example, 80 steps of Lanczos with 85,000 weights took 3.5 s on
    two cores, but 1.5 s on one core. Nothing is changed if PyTorch may share this OpenBLAS, as in
    some distributions, or if JAX or NumPy multiplies.
    """
    if not hasattr(A, "multiply"):  # as in `vectors.space_of`
        return nullcontext()
    pools = ThreadpoolController()
    own = [lib["filepath"] for lib in pools.info() if Path(lib["filepath"]).parent.name in WHEELS]
    return pools.select(filepath=own).limit(limits=1, user_api="blas")
