from contextlib import nullcontext

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from course_lib.curvature import density, eigenpairs, lanczos, threads
from tests.unit.curvature.matrices import Counting


def blas_threads():
    """Return how many threads NumPy's own BLAS takes, or None where it has none of its own."""
    found = [p for p in threadpool_info() if f"/{threads.WHEELS[0]}/" in p["filepath"]]
    return found[0]["num_threads"] if found else None


class Watching(Counting):
    """Notes at each product how many threads NumPy may take, as an operator of PyTorch or not."""

    def __init__(self, A, of_torch):
        super().__init__(A)
        self.seen = set()
        if of_torch:
            self.multiply = self.matvec

    def _matvec(self, v):
        self.seen.add(blas_threads())
        return super()._matvec(v)


@pytest.mark.parametrize("of_torch", [True, False])
@pytest.mark.parametrize(
    "measure",
    [
        lambda A: lanczos.lanczos(A, 3),
        lambda A: density.spectral_density(A, 3, 2),
        lambda A: eigenpairs.top_eigenpairs(A, 1),
    ],
)
def test_numpy_keeps_to_one_thread_while_pytorch_multiplies(measure, of_torch):
    with threadpool_limits(2, user_api="blas"):
        before = blas_threads()  # None: a BLAS that PyTorch may share, which is left alone
        A = Watching(np.diag(np.arange(30.0)), of_torch)
        measure(A)
        assert A.seen == {1 if of_torch and before else before}
        assert blas_threads() == before


def test_only_operators_of_pytorch_ask_for_it():
    assert isinstance(threads.one_blas_thread(Counting(np.eye(2))), nullcontext)
