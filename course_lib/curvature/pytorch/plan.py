"""What is kept of each batch between products. This is found by trying on the first batch."""

import collections
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from course_lib.curvature.pytorch import checks, pieces, torch, trees, ways
from course_lib.curvature.pytorch.losses import BatchLoss
from course_lib.curvature.pytorch.suspects import operations
from course_lib.support.progress_bar import ProgressBar

# PyTorch 2.13 crashes, and takes Python with it, if it linearizes some operations, such as group norm
# and complex numbers. It is asked only for those that convolutional networks consist of.
LINEARIZED = re.compile(
    "(AccumulateGrad|Convolution|.*Conv[23]D|MkldnnConv|Addmm|Mm|Bmm|T|Transpose|Permute|View|Reshape"
    "|UnsafeView|Unsqueeze|Squeeze|Expand|Select|Slice|Cat|Clone|Add|Sub|Mul|Div|Neg|Pow|Sqrt|Exp|Log"
    "|Mean|Sum|NativeBatchNorm|Relu|LeakyRelu|Elu|Gelu|Silu|Tanh|Sigmoid|Softplus|Softmax|LogSoftmax"
    r"|MaxPool[123]D.*|AvgPool[123]D|AdaptiveAvgPool[123]D|NllLoss.*|MseLoss)(Backward)?\d*$"
)
_CONVOLUTIONS = () if torch is None else (torch.nn.modules.conv._ConvNd,)


def planned(
    loss: BatchLoss,
    parameters: Sequence[Any],
    names: Sequence[str],
    first: Any,
    held: list[tuple[float, Any]] | None,
    room: int,
) -> tuple[list[tuple[float, Any]] | None, str]:
    """Return (count, way to multiply) for every batch, or None if they are not held; and in words.

    Parameters
    ----------
    first : object
        The batch to try on.
    held : list of (count, batch), or None
        As in `course_lib.curvature.pytorch.survey.Survey`.
    room : int
        How many bytes may be kept.

    Raises
    ------
    ValueError
        If a product fails, or is not symmetric.
    MemoryError
        If a batch and what its second derivative needs do not fit into memory.
    """
    on_first = _makers(loss, parameters, names, first)
    v = checks.direction(parameters)
    try:
        expected = on_first["recomputed"]()(v)
    except RuntimeError as error:
        raise checks.not_differentiable(loss, first, error) from error
    checks.refuse_asymmetry(on_first["recomputed"](), v, expected, loss, first)
    if held is None:
        return None, "recomputed, batch by batch"

    def made(name: str, batch: Any) -> ways.Way:
        return _makers(loss, parameters, names, batch)[name]()

    # To compute everything again is never faster, so it needs no trial, which noise could win.
    keeping = {name: make for name, make in on_first.items() if name != "recomputed"}
    tried = ways.trials(keeping, v, expected, room)
    fastest = next((t for t in tried if t.bytes <= room), None)
    rows = None
    if fastest is not None:
        make = partial(made, fastest.name)
        rows = pieces.rows_that_pay(first, make, fastest, v)
        if rows and not pieces.pay(first, loss, make, rows, v, expected):
            rows = None

    size = max(trees.num_bytes(first), 1)
    plan, found = [], collections.Counter[str]()
    with ProgressBar(len(held), "batch") as bar:
        for count, batch in held:
            share = max(trees.num_bytes(batch), 1) / size
            name = next((t.name for t in tried if t.bytes * share <= room), "recomputed")
            way: Any = None
            if rows and fastest is not None and name == fastest.name:
                truth = made("recomputed", batch)(v)
                way = pieces.cut(batch, loss, partial(made, name), rows, v, truth)
            if way is None:
                way = made(name, batch)
            else:
                name = f"{name} in pieces of {rows} rows"
            room -= way.bytes
            plan.append((count, way))
            found[name] += 1
            bar.advance()
    return plan, ", ".join(f"{name} for {n} of {len(plan)} batches" for name, n in found.items())


def _makers(
    loss: BatchLoss, parameters: Sequence[Any], names: Sequence[str], batch: Any
) -> dict[str, Callable[[], Any]]:
    whole = _whole(loss)

    def at(values: Sequence[Any]) -> Any:
        named = {f"model.{name}": value for name, value in zip(names, values, strict=True)}
        return torch.func.functional_call(whole, named, (batch,))

    makers: dict[str, Callable[[], Any]] = {
        "recomputed": lambda: ways.Recomputed(lambda: loss(batch), parameters),
        "graph kept": lambda: ways.KeptGraph(lambda: loss(batch), parameters),
    }
    # For other layers the graph was never slower; and to trace them costs seconds.
    convolves = any(isinstance(module, _CONVOLUTIONS) for module in loss.model.modules())
    if convolves and all(map(LINEARIZED.match, operations(loss(batch)))):
        makers["linearized"] = lambda: ways.Linearized(at, parameters)
    return makers


def _whole(loss: BatchLoss) -> Any:
    """Return model and loss as one module whose parameters can be replaced in a call."""

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = loss.model

        def forward(self, batch: Any) -> Any:
            return loss(batch)

    return Whole()
