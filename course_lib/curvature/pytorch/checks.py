"""Is the Hessian that PyTorch computes the true one? This is checked once, when an operator is made."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from course_lib.curvature.pytorch import torch, trees, ways
from course_lib.curvature.pytorch.losses import FULL, BatchLoss, is_full
from course_lib.curvature.pytorch.state import at
from course_lib.curvature.pytorch.suspects import HALF, blamed, computes_in, padding, slope_in

# Steps of a difference of gradients, relative to each weight's size. Where rounding or a kink of
# ReLU spoils one, another serves. A million ReLUs meet a kink even at 1e-8.
STEPS = {"float64": (1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10), "float32": (1e-2, 1e-3)}
FINE = 1e-7
# How far product and difference may lie apart, relative to the larger: a wrong second derivative is
# wrong by tenths. Single precision is only used where double fails.
APART = {"float64": 1e-3, "float32": 0.1}

# How far a product may be off what it is in double, relative to its length. Half precision cannot
# be checked by differences: it must not show.
COARSE = {"single": 0.05, "half": 1e-4}

ROWS = 32  # of a batch: a model that is wrong on some rows is wrong


def disagreement(loss: Callable[[], Any], parameters: Sequence[Any]) -> list[int]:
    """Return the places of the parameters where a product is not a difference of two gradients.

    Parameters
    ----------
    loss : callable
        loss() → the loss of one batch, a tensor.
    parameters : sequence of torch.nn.Parameter
    """
    return _product_and_disagreement(loss, parameters, direction(parameters))[1]


def _product_and_disagreement(
    loss: Callable[[], Any], parameters: Sequence[Any], v: Sequence[Any]
) -> tuple[Sequence[Any], list[int], list[int]]:
    """Return Hv, the places where it is not a difference of gradients, and those where these jump."""
    kind, own = str(parameters[0].dtype).removeprefix("torch."), [p.detach() for p in parameters]
    slope = ways.gradient(loss(), parameters, create_graph=True)
    product = ways.times(slope, parameters, v)
    gradients = [float(s.detach().norm()) for s in slope]
    del slope
    largest = max(float(h.norm() * u.norm()) for h, u in zip(product, v, strict=True))

    def gradient_at(step: float) -> Sequence[Any]:
        with at(parameters, [p + step * u for p, u in zip(own, v, strict=True)]):
            return ways.gradient(loss(), parameters)

    wrong, jumps = list(range(len(own))), list[dict[int, float]]()
    for step in STEPS[kind]:
        plus, minus = gradient_at(step), gradient_at(-step)
        still = []
        jumps.append({i: float((plus[i] - minus[i]).detach().norm()) for i in wrong})
        for i in wrong:
            difference = (plus[i].detach() - minus[i].detach()) / (2 * step)
            size = max(float(difference.norm()), float(product[i].norm()))
            rounding = 100 * torch.finfo(own[i].dtype).eps * gradients[i] / step
            if step < FINE:  # or its rounding would excuse everything where Hv is small
                rounding = min(rounding, 0.01 * size)
            # What weighs nothing beside the rest would be judged by its rounding alone.
            floor = 1e-9 * largest / (float(v[i].norm()) or 1.0)
            # Also where anything is NaN.
            if not float((difference - product[i]).norm()) <= APART[kind] * size + rounding + floor:
                still.append(i)
        wrong = still
        if not wrong:
            break
    # Across a kink, gradients differ by as much however small the step is.
    if kind == "float32":  # whose steps cross kinks that lie near by
        return product, wrong, []
    between = (STEPS[kind][-1] / STEPS[kind][0]) ** 0.5
    return product, wrong, [i for i in wrong if jumps[-1][i] > between * jumps[0][i] > 0]


def direction(parameters: Sequence[Any], seed: int = 0) -> list[Any]:
    """Return random numbers of the size of each tensor's own entries, or of size 1 if these are 0.

    They come from a separate generator, so that the reader's random numbers stay the same.
    """
    rng = torch.Generator(parameters[0].device).manual_seed(seed)
    found = []
    for p in parameters:
        p = p.detach()
        size = p.norm() / max(p.numel(), 1) ** 0.5
        noise = torch.randn(p.shape, generator=rng, dtype=p.dtype, device=p.device)
        found.append(noise * torch.where(size > 0, size, torch.ones_like(size)))
    return found


def padding_rows(loss: BatchLoss, parameters: Sequence[Any], batch: Any) -> dict[int, set[int]]:
    """Return, by a parameter's place, the rows that an embedding holds fixed for padding.

    The embedding gives these rows no gradient. They are fixed only if no other part of the model
    gives them one.
    """
    value = loss(batch)
    places = {id(p): i for i, p in enumerate(parameters)}
    fixed: dict[int, set[int]] = {}
    for weight, row in padding(value):
        if id(weight) in places and not slope_in(value, weight, row).any():
            fixed.setdefault(places[id(weight)], set()).add(row)
    return fixed


def refuse_asymmetry(
    product: Callable[[Sequence[Any]], Any],
    v: Sequence[Any],
    Hv: Sequence[Any],
    loss: BatchLoss,
    batch: Any,
) -> None:
    """Raise a ValueError if, up to rounding, uᵀHv is not vᵀHu for a random u."""
    u = direction(v, seed=1)
    Hu = product(u)
    forth, back = _dot(u, Hv), _dot(v, Hu)
    size = max(_dot(a, a) ** 0.5 * _dot(b, b) ** 0.5 for a, b in ((u, Hv), (v, Hu)))
    if abs(forth - back) > torch.finfo(v[0].dtype).eps ** 0.5 * size:
        single = "In single precision, rounding may be the cause: try model.double(). "
        raise ValueError(
            f"PyTorch's second derivative of this model is not symmetric: uᵀHv = {forth:.6g} but "
            f"vᵀHu = {back:.6g}. {single * (v[0].dtype == torch.float32)}{blamed(loss, batch)}"
        )


def not_differentiable(loss: BatchLoss, batch: Any, error: Exception) -> Exception:
    """Return an error that says in the reader's terms why a gradient or a product failed."""
    first_line = str(error).strip().splitlines()[0]
    if is_full(error):
        return MemoryError(f"{FULL} ({first_line})")
    return ValueError(
        f"PyTorch cannot differentiate this model twice, as a Hessian needs ({first_line}). "
        f"{blamed(loss, batch)}"
    )


def refuse_wrong_derivatives(
    loss: BatchLoss,
    parameters: Sequence[Any],
    names: Sequence[str],
    batch: Any,
    fixed: Mapping[int, set[int]],
) -> None:
    """Raise a ValueError if a product is not the difference of two gradients.

    This is checked on some rows of one batch, and in double precision if the model allows that,
    because rounding in single precision hides errors. The rows in `fixed`, which `padding_rows`
    returned, stay as they are.
    """
    for name, module in loss.model.named_modules():
        if getattr(module, "scale_grad_by_freq", False):
            raise ValueError(
                f"PyTorch divides the gradients of the embedding {name!r} by how often each index "
                "occurs, so they are not the gradients of the loss: set its scale_grad_by_freq = False"
            )
    batch = _some_rows(loss, batch)
    v = direction(parameters)
    for i, rows in fixed.items():
        v[i][list(rows)] = 0
    try:
        product, wrong, kinks = _product_and_disagreement(lambda: loss(batch), parameters, v)
        if parameters[0].dtype == torch.float32:
            wide = _in_double(loss, parameters, batch, v)
            if wide is not None:
                exact, wrong, kinks = wide
                _refuse_too_coarse(product, exact, loss, batch)
            elif computes_in(HALF, loss, batch):
                raise ValueError(
                    "this model computes in half precision, which cannot be checked: "
                    f"{blamed(loss, batch)}"
                )
    except RuntimeError as error:
        raise not_differentiable(loss, batch, error) from error
    if kinks:
        raise ValueError(
            "the loss must be smooth at the model's weights, but it has a kink exactly here, along "
            f"{_listed(names, kinks)}: look for a ReLU whose input is exactly 0 (zero biases and a row "
            "of zeros in the inputs), and for |w| at w = 0. Change these weights slightly, leave out "
            "the rows of zeros, or choose other weights with parameters=…"
        )
    if wrong:
        where = _listed(names, wrong)
        raise ValueError(
            "PyTorch's second derivative of this model is wrong: a product differs "
            f"from a difference of two gradients, in {where}. {blamed(loss, batch)}"
        )


def _listed(names: Sequence[str], places: Sequence[int]) -> str:
    return ", ".join(names[i] for i in places[:3]) + ", …" * (len(places) > 3)


def _in_double(
    loss: BatchLoss, parameters: Sequence[Any], batch: Any, v: Sequence[Any]
) -> tuple | None:
    """Return product and disagreement in double precision, or None if the model does not allow that.

    A part that computes in single precision whatever it is given does not.
    """
    try:
        with in_double(loss):
            batch = doubled(batch)
            if computes_in([torch.float32], loss, batch):
                return None
            wide = [u.double() for u in v]
            return _product_and_disagreement(lambda: loss(batch), parameters, wide)
    except (RuntimeError, ValueError, TypeError):
        return None


@contextmanager
def in_double(loss: BatchLoss) -> Iterator[None]:
    """Keep the model, and what the loss holds, in double precision, even where it casts down."""
    held = [*loss.model.parameters(), *loss.model.buffers(), *loss.parts_of_loss_fn()]
    held = [t for t in held if t.is_floating_point()]
    with at(held, [t.detach().double() for t in held]), _Upward():
        yield


class _Upward(object if torch is None else torch.overrides.TorchFunctionMode):  # type: ignore[misc]
    """Takes float64 wherever float32 is asked for, as norms of language models do."""

    def __torch_function__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Any = None
    ) -> Any:
        if func is torch.Tensor.float:
            return args[0].double()
        up = {torch.float32: torch.float64}
        given = [up.get(a, a) if isinstance(a, torch.dtype) else a for a in args]
        named = {
            k: up.get(a, a) if isinstance(a, torch.dtype) else a for k, a in (kwargs or {}).items()
        }
        return func(*given, **named)


def _refuse_too_coarse(
    product: Sequence[Any], in_double: Sequence[Any], loss: BatchLoss, batch: Any
) -> None:
    apart = sum(
        float((a.double() - b).norm()) ** 2 for a, b in zip(product, in_double, strict=True)
    )
    size = sum(float(b.norm()) ** 2 for b in in_double)
    off, half = (apart / size) ** 0.5 if size else 0.0, computes_in(HALF, loss, batch)
    if off > COARSE["half" if half else "single"]:
        raise ValueError(
            f"single precision must suffice for the model, but its product differs by {off:.2g} of "
            f"its length from that in float64. {blamed(loss, batch) if half else 'Use model.double()'}"
        )


def _some_rows(loss: BatchLoss, batch: Any) -> Any:
    """Return the first rows of a batch, if the model takes fewer than all."""
    fewer = trees.rows(batch, slice(ROWS))
    try:
        value = loss.value(fewer)
    except Exception:
        return batch
    return fewer if value == value else batch


def doubled(batch: Any) -> Any:
    """Return a batch with all its real numbers in double precision."""

    def wide(leaf: Any) -> Any:
        real = isinstance(leaf, torch.Tensor) and leaf.is_floating_point()
        return leaf.double() if real else leaf

    return trees.mapped(wide, batch)


def _dot(a: Sequence[Any], b: Sequence[Any]) -> float:
    return sum(float((x.double() * y.double()).sum()) for x, y in zip(a, b, strict=True))
