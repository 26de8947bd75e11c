"""Ways to multiply the Hessian of one batch by a vector. The cheapest that fits is found by trying.

A product differentiates the gradient, and needs the intermediate results of its computation. It may
compute them again, or use those that a graph has kept. Or the map v ↦ Hv is traced once, and every
product applies what was traced. Which way is fastest depends on the model. Measured on one core, a
product costs 2.9 gradients if it computes again and 1.9 with the graph for a fully connected
network, 3.2 and 2.2 for a transformer, and 4.4 if it computes again and 2.1 linearized for a
convolutional network.
"""

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from course_lib.curvature.pytorch import torch

# A product is timed again for about LONG seconds in all, and at most OFTEN times. The least time
# counts, because other programs can only slow a product down.
LONG, OFTEN = 0.3, 10
# Ways are compared by their cost over this many products. Five eigenvalues take about 50, and a
# report takes 500.
PRODUCTS = 200


def gradient(y: Any, parameters: Sequence[Any], **graph: Any) -> Sequence[Any]:
    """Return ∂y/∂p for each parameter; zeros if y does not depend on it."""
    if (
        isinstance(y, torch.Tensor) and not y.requires_grad
    ):  # the loss of this batch does not depend on them
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
    """Keep nothing: every product repeats the forward and the backward pass of the gradient.

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

    It takes the same arguments as `Recomputed`.
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
    """Keep the linear map v ↦ Hv as a list of operations.

    This takes two steps: the map is traced, and what does not depend on v is computed once. PyTorch
    has `torch.func.linearize` for this, but it traces with uninitialized numbers. Often these are so
    small that the processor is slow to compute with them, and linearizing takes up to eight times as
    long. If the trace has several names (aliases) for one result, it also keeps a copy for each.
    For a convolutional network this took five times the memory (PyTorch 2.13).

    Parameters
    ----------
    loss_at : callable
        loss_at(values) → the loss of the batch with these values of the parameters.
    parameters : sequence of torch.nn.Parameter
    """

    def __init__(self, loss_at: Callable[[Sequence[Any]], Any], parameters: Sequence[Any]) -> None:
        from torch.fx.experimental import const_fold, proxy_tensor

        point = tuple(p.detach() for p in parameters)
        slope = torch.func.grad(lambda *w: loss_at(w), argnums=tuple(range(len(point))))

        def product(*v: Any) -> Any:
            return torch.func.jvp(slope, point, v)[1]

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is said about tracing is not for the reader
            traced = proxy_tensor.make_fx(product)(*map(torch.zeros_like, point))
            for node in traced.graph.nodes:
                if node.target is torch.ops.aten.alias.default:  # another name of the same result
                    node.replace_all_uses_with(node.args[0])
            traced.graph.eliminate_dead_code()
            self._linear = const_fold.split_const_subgraphs(traced)
        self._linear.run_folding()
        self._linear.const_subgraph_module = None  # its results are kept
        for name, constant in [*self._linear.named_buffers()]:  # the data, which may change later
            setattr(self._linear, name, constant.clone())
        with torch.no_grad():
            self.value = float(loss_at(point))

    def __call__(self, v: Sequence[Any]) -> Sequence[Any]:
        """Return Hv, a tensor for each parameter."""
        return self._linear(*v)

    def together(self, v: Sequence[Any]) -> Sequence[Any]:
        """Return several products at once: every tensor has one dimension more, the first."""
        return torch.vmap(self._linear)(*v)

    @property
    def bytes(self) -> int:
        """How many bytes are kept."""
        memories: dict[int, int] = {}
        for tensor in (*self._linear.parameters(), *self._linear.buffers()):
            memories.update(_memory(tensor))
        return sum(memories.values())


def _memory(tensor: Any) -> dict[int, int]:
    """Return {address: bytes} of a tensor's memory, or {} if PyTorch gives no address."""
    try:
        memory = tensor.untyped_storage()
        return {memory.data_ptr(): memory.nbytes()}
    except (
        RuntimeError
    ):  # a sparse buffer; or zeros that take no memory, the derivative for what is held fixed
        return {}


@dataclass(frozen=True)
class Trial:
    """What a way to multiply takes on one batch: seconds to make it, seconds per product, bytes."""

    name: str
    made: float
    seconds: float
    bytes: int

    @property
    def cost(self) -> float:
        """Return the seconds to make the way and to compute `PRODUCTS` products."""
        return self.made + PRODUCTS * self.seconds


def trials(
    makers: dict[str, Callable[[], Way]], v: Sequence[Any], expected: Sequence[Any], room: int
) -> list[Trial]:
    """Try ways on one batch; return those that give the `expected` Hv, the one of least cost first.

    Each way has an equal share of the `room` bytes. If at least two ways fit into their shares, these
    are timed again, one after the other, and the lesser time of each counts. Otherwise, other programs
    could slow one of them alone.
    """
    found: dict[str, Trial] = {}
    held: dict[str, Way] = {}
    for name, make in makers.items():
        try:
            way, made = timed(make)
            # Twice, because some functions that are linearized change what they keep.
            if not (_same(way(v), expected) and _same(way(v), expected)):
                continue
            found[name] = Trial(name, made, seconds(way, v), way.bytes)
        except Exception:  # some models cannot be traced, and some graphs do not fit into memory
            continue
        if way.bytes <= room // len(makers):
            held[name] = way
        del way
    if len(held) > 1:
        for name, way in held.items():
            least = min(found[name].seconds, seconds(way, v))
            found[name] = replace(found[name], seconds=least)
    return sorted(found.values(), key=lambda trial: trial.cost)


def timed(make: Callable[[], Any]) -> tuple[Any, float]:
    """Return what `make` returns, and how many seconds it took."""
    begin = time.perf_counter()
    return make(), time.perf_counter() - begin


def seconds(way: Way, v: Sequence[Any]) -> float:
    """Return the least time of a product. A quick one is timed several times."""
    least = _once(way, v)
    for _ in range(min(OFTEN, int(LONG / max(least, 1e-9)))):
        least = min(least, _once(way, v))
    return least


def _once(product: Callable[[Sequence[Any]], Any], v: Sequence[Any]) -> float:
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
    """Tell by trying whether products of several vectors at once are right, and clearly faster."""
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
        min(_once(f, u) for _ in range(2)) for f, u in ((way.together, block), (way, v))
    )
    return right and at_once < 0.8 * columns * alone


def _same(found: Sequence[Any], expected: Sequence[Any]) -> bool:
    size = max(float(e.abs().max()) for e in expected)
    rounding = torch.finfo(expected[0].dtype).eps ** 0.5
    pairs = zip(found, expected, strict=True)
    return all(float((f - e).abs().max()) <= rounding * size for f, e in pairs)
