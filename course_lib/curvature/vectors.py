"""Long vectors in the precision of their operator and on its device, processed piece by piece.

A vector of a large model takes a large part of the memory, so no operation here makes another one of
full length. One piece at a time is converted to float64, in which sums of 10⁸ terms keep their
digits, and each result is rounded once. There are two kinds of space, one of NumPy arrays and one of
PyTorch tensors, which stay where the model is. `space_of` picks one.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from time import perf_counter
from typing import Any

import numpy as np
from scipy.sparse.linalg import LinearOperator

# Entries in a piece: in NumPy its float64 copies stay in the processor's cache; on a GPU pieces
# are longer, since each costs launches.
PIECE = 2**17
DEVICE_PIECE = 2**24
# Roundings of one number that a product's error is taken for at least: one vector may happen to
# round to less. Measured on ten spectra, vectors of one matrix differ by up to three times.
LEAST = 4


class Space(ABC):
    """The vectors on which an operator acts, and its products, with a count.

    Attributes
    ----------
    n : int
        Their length.
    dtype : numpy.dtype
        float32 if the operator is in float32, otherwise float64.
    count : int
        The number of products so far.
    seconds : float
        The time of the last product.
    """

    piece = PIECE

    def __init__(self, A: LinearOperator) -> None:
        self.A, self.n = A, A.shape[0]
        self.dtype: Any = np.dtype(np.float32 if is_single(A) else np.float64)
        self.count, self.seconds = 0, 0.0
        self._buffers: list[Any] = []

    def product(self, v: Any) -> Any:
        """Return A v. Do not write to it: it may share memory with v or with an earlier result."""
        begin = perf_counter()
        result = self._multiply(v)
        self.count, self.seconds = self.count + 1, perf_counter() - begin
        return result

    def gaussian(self, rng: np.random.Generator) -> Any:
        """Return a vector of independent standard normal entries."""
        return self._drawn(lambda k: rng.standard_normal(k, self.dtype))

    def signs(self, rng: np.random.Generator) -> Any:
        """Return a vector of independent signs ±1."""

        def draw(k: int) -> np.ndarray:
            bits = np.unpackbits(np.frombuffer(rng.bytes(-(-k // 8)), np.uint8), count=k)
            return 2 * bits.astype(self.dtype) - 1

        return self._drawn(draw)

    def _drawn(self, draw: Any) -> Any:
        v = self.zeros()
        for piece in self._pieces(PIECE):
            v[piece] = self._placed(draw(piece.stop - piece.start))
        return v

    def dots(self, v: Any, *others: Any) -> list[float]:
        """Return vᵀu for each u of `others`, summed in float64."""
        sums = [0.0] * len(others)
        for piece in self._pieces(self.piece):
            part = self._double(0, v[piece])
            for i, u in enumerate(others):
                sums[i] += float(part @ (part if u is v else self._double(1, u[piece])))
        return sums

    def norm(self, v: Any) -> float:
        """Return the length ‖v‖."""
        return float(np.sqrt(self.dots(v, v)[0]))

    def scale(self, v: Any, factor: float) -> None:
        """Multiply v by a number, in place."""
        for piece in self._pieces(self.piece):
            v[piece] *= factor

    def recur(self, u: Any, r: Any, a: float, v: Any, b: float) -> float:
        """Replace u by r − a·v − b·u, and return its length."""
        squares = 0.0
        for piece in self._pieces(self.piece):
            part = self._double(0, r[piece])
            for factor, x in ((a, v), (b, u)):
                self._subtract(part, factor, self._double(1, x[piece]))
            u[piece] = part
            squares += float(part @ part)
        return float(np.sqrt(squares))

    def noise(self) -> tuple[float, float]:
        """Multiply one vector twice and return the relative difference of the products, and ‖Av‖.

        The second time the vector is three times as long. Then the vector and the product are
        rounded differently, which a plain repetition would not show. So this measures the rounding
        error of a product, and anything random in it. The result is at least LEAST roundings.
        """
        # Random: ones are a null vector of many a loss, such as cross-entropy's of a linear model.
        v = self.gaussian(np.random.default_rng(0))
        first = self._copied(self.product(v))
        size = self.norm(first)
        self.scale(v, 3.0)
        again = self.recur(first, self.product(v), 0.0, v, 3.0)
        return max(
            again / 3 / size if size else again, LEAST * float(np.finfo(self.dtype).eps)
        ), size

    def _pieces(self, length: int) -> Iterator[slice]:
        return (slice(i, min(i + length, self.n)) for i in range(0, self.n, length))

    @abstractmethod
    def zeros(self) -> Any:
        """Return a vector of zeros."""

    @abstractmethod
    def _multiply(self, v: Any) -> Any: ...

    @abstractmethod
    def _placed(self, part: np.ndarray) -> Any: ...

    @abstractmethod
    def _double(self, i: int, part: Any) -> Any:
        """Return a piece in float64, in the i-th of two buffers, because allocating takes longer."""

    @abstractmethod
    def _subtract(self, part: Any, factor: float, other: Any) -> None:
        """Subtract a multiple of a buffer from another one; both may be changed."""

    @abstractmethod
    def _copied(self, v: Any) -> Any: ...


class NumpySpace(Space):
    """Vectors as NumPy arrays, for any LinearOperator."""

    def zeros(self) -> np.ndarray:
        """Return a vector of zeros."""
        return np.zeros(self.n, self.dtype)

    def _multiply(self, v: np.ndarray) -> np.ndarray:
        return np.asarray(self.A.matvec(v))

    def _placed(self, part: np.ndarray) -> np.ndarray:
        return part

    def _double(self, i: int, part: np.ndarray) -> np.ndarray:
        if not self._buffers:
            self._buffers = [np.empty(min(self.piece, self.n)) for _ in range(2)]
        self._buffers[i][: part.size] = part
        return self._buffers[i][: part.size]

    def _subtract(self, part: np.ndarray, factor: float, other: np.ndarray) -> None:
        other *= factor
        part -= other

    def _copied(self, v: np.ndarray) -> np.ndarray:
        return np.array(v, self.dtype)


class TorchSpace(Space):
    """Vectors as PyTorch tensors, for an operator with a `device` and a ``multiply(tensor)``."""

    def __init__(self, A: Any) -> None:
        import torch

        super().__init__(A)
        self.torch, self.device = torch, A.device
        self.kind = getattr(torch, self.dtype.name)
        if self.device.type != "cpu":
            self.piece = DEVICE_PIECE

    def zeros(self) -> Any:
        """Return a vector of zeros."""
        return self.torch.zeros(self.n, dtype=self.kind, device=self.device)

    def gaussian(self, rng: np.random.Generator) -> Any:
        """Return independent standard normal entries."""
        if self.device.type != "cuda":
            return super().gaussian(rng)
        return self.zeros().normal_(generator=self._generator(rng))

    def signs(self, rng: np.random.Generator) -> Any:
        """Return independent signs ±1."""
        if self.device.type != "cuda":
            return super().signs(rng)
        return self.zeros().bernoulli_(generator=self._generator(rng)).mul_(2).sub_(1)

    def _generator(self, rng: np.random.Generator) -> Any:
        """Return a generator on the GPU: drawing on the host would take longer than the products."""
        return self.torch.Generator(self.device).manual_seed(int(rng.integers(2**63)))

    def _multiply(self, v: Any) -> Any:
        result = self.A.multiply(v)
        if self.device.type == "cuda":
            self.torch.cuda.synchronize(self.device)  # or the clock would only see the launch
        return result.detach()

    def _placed(self, part: np.ndarray) -> Any:
        return self.torch.from_numpy(part).to(self.device)

    def _double(self, i: int, part: Any) -> Any:
        if not self._buffers:
            size, about = min(self.piece, self.n), {"device": self.device}
            self._buffers = [
                self.torch.empty(size, dtype=self.torch.float64, **about) for _ in "ab"
            ]
        return self._buffers[i][: part.numel()].copy_(part)

    def _subtract(self, part: Any, factor: float, other: Any) -> None:
        part.sub_(other, alpha=factor)

    def _copied(self, v: Any) -> Any:
        return v.clone()


def space_of(A: LinearOperator) -> Space:
    """Return the space of the vectors of `A`: PyTorch's if `A` multiplies tensors on a device."""
    on_device = hasattr(A, "multiply") and hasattr(A, "device")
    return TorchSpace(A) if on_device else NumpySpace(A)


def is_single(A: LinearOperator) -> bool:
    """Tell whether an operator says that it computes in single precision."""
    return A.dtype is not None and A.dtype == np.float32


def as_precise(A: LinearOperator, noise: float) -> LinearOperator:
    """Return an operator that says float32 if its products are no more precise than that.

    `noise` is the measured relative error of a product. In a model that casts to float32 inside, for
    example, products are of type float64, but only the first seven digits mean something.
    """
    if is_single(A) or noise <= np.sqrt(np.finfo(float).eps):
        return A

    def multiply(V: np.ndarray) -> np.ndarray:
        return np.asarray(A @ V.astype(float)).astype(np.float32)

    return LinearOperator(A.shape, matvec=multiply, matmat=multiply, dtype=np.float32)
