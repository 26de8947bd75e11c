"""Long vectors, piece by piece: the same as at once, in either library."""

import numpy as np
import pytest
from scipy.sparse.linalg import LinearOperator

from course_lib.curvature.vectors import PIECE, NumpySpace, TorchSpace, space_of

N = 2 * PIECE + 77


class Scaled(LinearOperator):
    """A diagonal matrix that always hands out the same buffer, as some operators do."""

    def __init__(self, dtype, n=N):
        super().__init__(dtype, (n, n))
        self.diagonal = np.linspace(-1, 2, n).astype(dtype)
        self.buffer = np.empty(n, dtype)

    def _matvec(self, v):
        return np.multiply(self.diagonal, v.ravel(), out=self.buffer)


class OnDevice(Scaled):
    """The same for tensors, as an operator in PyTorch offers it."""

    def __init__(self, dtype, n=N):
        super().__init__(dtype, n)
        self.torch = pytest.importorskip("torch")
        self.device = self.torch.device("cpu")

    def multiply(self, v):
        assert v.dtype == getattr(self.torch, np.dtype(self.dtype).name)
        return self.torch.from_numpy(self.diagonal) * v


def array(v):
    return v.copy() if isinstance(v, np.ndarray) else v.numpy().copy()


@pytest.fixture(params=[Scaled, OnDevice])
def operator(request):
    return request.param


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_each_operation_is_that_of_the_whole_vector(operator, dtype):
    space, rng = space_of(operator(dtype)), np.random.default_rng(0)
    u, v, r = (space.gaussian(rng) for _ in range(3))
    U, V, R = (array(x).astype(float) for x in (u, v, r))
    eps = np.finfo(dtype).eps
    np.testing.assert_allclose(space.dots(v, u, v), [V @ U, V @ V], rtol=1e-12, atol=1e-9)
    assert space.norm(v) == pytest.approx(np.linalg.norm(V), rel=1e-13)
    length = space.recur(u, r, 0.3, v, -0.7)
    expected = R - 0.3 * V + 0.7 * U
    sizes = np.abs(R) + 0.3 * np.abs(V) + 0.7 * np.abs(U)  # in float64, each term may be rounded
    rounding = eps * np.abs(expected) + 2 * np.finfo(float).eps * sizes
    assert (np.abs(array(u) - expected) <= rounding).all()
    assert length == pytest.approx(np.linalg.norm(expected), rel=1e-12)
    space.scale(v, 0.25)
    np.testing.assert_array_equal(array(v), V / 4)
    product = space.product(v)
    np.testing.assert_allclose(array(product), space.A.diagonal * V / 4, rtol=2 * eps)
    assert (array(product).dtype, space.count) == (dtype, 1)


def test_both_libraries_draw_the_same_numbers():
    ours, theirs = space_of(Scaled(np.float32)), space_of(OnDevice(np.float32))
    assert (type(ours), type(theirs)) == (NumpySpace, TorchSpace)
    for draw in ("gaussian", "signs"):
        a, b = (getattr(s, draw)(np.random.default_rng(5)) for s in (ours, theirs))
        np.testing.assert_array_equal(a, array(b))
    assert set(np.unique(a)) == {-1.0, 1.0}
    assert abs(a.mean()) < 5 / np.sqrt(N)


def test_single_precision_adds_up_in_double():
    space = space_of(Scaled(np.float32))
    ones = space.zeros()
    ones += np.float32(0.1)
    assert space.dots(ones, ones)[0] == pytest.approx(N * float(np.float32(0.1)) ** 2, rel=1e-12)


def test_the_noise_is_the_error_of_a_product(operator):
    double, single = (space_of(operator(d, 500)).noise()[0] for d in (np.float64, np.float32))
    assert 1e-16 < double < 2e-15
    assert 3e-8 < single < 1e-6
    rng = np.random.default_rng(0)
    shaky = LinearOperator((99, 99), lambda v: v * (1 + 1e-3 * rng.random()), dtype=float)
    assert 1e-5 < space_of(shaky).noise()[0] < 1e-2
