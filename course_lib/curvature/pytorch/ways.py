"""Ways to multiply the Hessian of one batch by a vector. The fastest that fits is found by trying.

A product differentiates the gradient. The results that the gradient has computed may be computed
again each time, or kept as a graph, or linearized once and for all. Which way is fastest depends on
the model. Measured on one core, a product costs 2.9 gradients if it computes again and 1.9 with the
graph for a fully connected network, 3.2 and 2.2 for a transformer, and 4.4 if it computes again and
2.1 linearized for a convolutional network.
"""

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from course_lib.curvature.pytorch import torch, trees

# A product is timed again for so many seconds, and as often at most: other programs only slow it down.
LONG, OFTEN = 0.3, 10


def gradient(y: Any, parameters: Sequence[Any], **graph: Any) -> Sequence[Any]:
    """Return ∂y/∂p for each parameter; zeros if y does not depend on it."""
    if isinstance(y, torch.Tensor) and not y.requires_grad:  # a batch without these parameters
        return [torch.zeros_like(p) for p in parameters]
    return torch.autograd.grad(y, parameters, allow_unused=True, materialize_grads=True, **graph)


def times(slope: Sequence[Any], parameters: Sequence[Any], v: Sequence[Any], **graph: Any) -> Any:
    """Return the derivative of slope·v, where `slope` is a gradient that has a graph."""
    dependent = [(s, u) for s, u in zip(slope, v, strict=True) if s.requires_grad]
    if not dependent:  # the loss is linear in the parameters
        return [torch.zeros_like(u) for u in v]
    outputs, along = zip(*dependent, strict=True)
    return gradient(outputs, parameters, grad_outputs=along, **graph)


class Way(Protocol):
    """The map v ↦ Hv, one tensor per parameter, and what is kept for it between products.

    Attributes
    ----------
    bytes : int
        How many bytes are kept.
    value : float
        The loss as last computed.
    """

    bytes: int
    value: float

    def __call__(self, v: Sequence[Any], /) -> Sequence[Any]:
        """Return Hv."""


class Recomputed:
    """Keep nothing: every product repeats both passes.

    Parameters
    ----------
    loss : callable
        loss() → the loss of the batch.
    parameters : sequence of torch.nn.Parameter
    """

    bytes = 0

    def __init__(self, loss: Callable[[], Any], parameters: Sequence[Any]) -> None:
        self._loss, self._parameters = loss, parameters

    def __call__(self, v: Sequence[Any]) -> Sequence[Any]:
        """Return Hv, a tensor for each parameter."""
        loss = self._loss()
        self.value = float(loss.detach())
        slope = gradient(loss, self._parameters, create_graph=True)
        return times(slope, self._parameters, v)


class Stale(RuntimeError):
    """A tensor that a graph has kept was changed in place, for example by a model that writes to it."""


class KeptGraph:
    """Keep the graph of the gradient: a product is one pass back through it.

    The parameters are those of `Recomputed`.
    """

    def __init__(self, loss: Callable[[], Any], parameters: Sequence[Any]) -> None:
        memories: dict[int, int] = {}

        def note(tensor: Any) -> Any:
            memories.update(_memory(tensor))
            return tensor

        # Hooks would be called in every product, so one graph is measured, and another one kept.
        with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
            gradient(loss(), parameters, create_graph=True)
        y = loss()
        self._slope = gradient(y, parameters, create_graph=True)
        self.value = float(y.detach())
        self._parameters, self.bytes = parameters, sum(memories.values())

    def __call__(self, v: Sequence[Any]) -> Sequence[Any]:
        """Return Hv, a tensor for each parameter."""
        return self._times(v)

    def together(self, v: Sequence[Any]) -> Sequence[Any]:
        """Return several products at once: every tensor has one dimension more, the first."""
        found = self._times(v, is_grads_batched=True)
        return [
            part.expand_as(u) for part, u in zip(found, v, strict=True)
        ]  # zeros are not batched

    def _times(self, v: Sequence[Any], **graph: Any) -> Sequence[Any]:
        try:
            return times(self._slope, self._parameters, v, retain_graph=True, **graph)
        except RuntimeError as error:
            if "modified by an inplace operation" in str(error):
                raise Stale from error
            raise


class Linearized:
    """Keep the linear part of the gradient: a list of operations with their numbers filled in.

    Parameters
    ----------
    loss_at : callable
        loss_at(values) → the loss of the batch with these values of the parameters.
    parameters : sequence of torch.nn.Parameter
    """

    def __init__(self, loss_at: Callable[[Sequence[Any]], Any], parameters: Sequence[Any]) -> None:
        point = tuple(p.detach() for p in parameters)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is said about tracing is not for the reader
            slope = torch.func.grad_and_value(loss_at)
            (_, value), self._linear = torch.func.linearize(lambda *w: slope(w), *point)
        self.value = float(value)

    def __call__(self, v: Sequence[Any]) -> Sequence[Any]:
        """Return Hv, a tensor for each parameter."""
        return self._linear(*v)[0]

    def together(self, v: Sequence[Any]) -> Sequence[Any]:
        """Return several products at once: every tensor has one dimension more, the first."""
        return torch.vmap(self._linear)(*v)[0]

    @property
    def bytes(self) -> int:
        """How many bytes are kept. This is known after the first product, which fills the numbers in."""
        memories: dict[int, int] = {}
        for cell in self._linear.__closure__ or ():
            traced = cell.cell_contents
            if isinstance(traced, torch.fx.GraphModule):
                held = [
                    *traced.parameters(),
                    *traced.buffers(),
                    *trees.leaves([*vars(traced).values()]),
                ]
                for tensor in held:
                    if isinstance(tensor, torch.Tensor):
                        memories.update(_memory(tensor))
        return sum(memories.values())


def _memory(tensor: Any) -> dict[int, int]:
    """Return the place of a tensor's memory and its bytes; nothing for zeros that take no memory."""
    try:
        memory = tensor.untyped_storage()
        return {memory.data_ptr(): memory.nbytes()}
    except RuntimeError:  # the derivative with respect to what is held fixed; or a sparse buffer
        return {}


@dataclass(frozen=True)
class Trial:
    """The cost of a way to multiply, on one batch."""

    name: str
    seconds: float
    bytes: int


def trials(
    makers: dict[str, Callable[[], Way]], v: Sequence[Any], expected: Sequence[Any]
) -> list[Trial]:
    """Try ways on one batch; return the costs of those that give the `expected` Hv, fastest first."""
    found = []
    for name, make in makers.items():
        try:
            way = make()
            # Twice, because some functions that are linearized change what they keep.
            right = _same(way(v), expected) and _same(way(v), expected)
            trial = cost(name, way, v)
        except Exception:  # not every model can be traced, nor every memory holds a graph
            continue
        if right:
            found.append(trial)
        del way
    return sorted(found, key=lambda trial: trial.seconds)


def cost(name: str, way: Way, v: Sequence[Any]) -> Trial:
    """Return the cost of a way that was used before, because its first product may fill numbers in."""
    seconds = _seconds(way, v)
    for _ in range(min(OFTEN, int(LONG / max(seconds, 1e-9)))):
        seconds = min(seconds, _seconds(way, v))
    return Trial(name, seconds, way.bytes)


def _seconds(product: Callable[[Sequence[Any]], Any], v: Sequence[Any]) -> float:
    _wait(v)
    begin = time.perf_counter()
    product(v)
    _wait(v)
    return time.perf_counter() - begin


def _wait(v: Sequence[Any]) -> None:
    """Wait until a GPU has done what it was told."""
    if v[0].device.type == "cuda":
        torch.cuda.synchronize(v[0].device)


def together_pays(way: Any, v: Sequence[Any], columns: int) -> bool:
    """Find out by trying whether several columns at once are right, and faster than one by one."""
    if not hasattr(way, "together"):
        return False
    block = [torch.stack([u * (i + 1) for i in range(columns)]) for u in v]
    one = way(v)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # an operation that falls back to a loop says so
            found = way.together(block)
    except Exception:
        return False
    right = all(_same([part[i] for part in found], [(i + 1) * o for o in one]) for i in (0, 1))
    at_once, alone = (
        min(_seconds(f, u) for _ in range(2)) for f, u in ((way.together, block), (way, v))
    )
    return right and at_once < 0.8 * columns * alone


def _same(found: Sequence[Any], expected: Sequence[Any]) -> bool:
    size = max(float(e.abs().max()) for e in expected)
    rounding = torch.finfo(expected[0].dtype).eps ** 0.5
    pairs = zip(found, expected, strict=True)
    return all(float((f - e).abs().max()) <= rounding * size for f, e in pairs)
