"""Is the Hessian that PyTorch gives the true one? Tried once, when an operator is made."""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from course_lib.curvature.pytorch import torch, trees, ways
from course_lib.curvature.pytorch.losses import BatchLoss
from course_lib.curvature.pytorch.state import at

# Steps of a difference of gradients, relative to each weight's size. Where rounding or a kink of
# ReLU spoils one, another serves: the smallest meet a kink only rarely.
STEPS = {"float64": (1e-5, 1e-6, 1e-7), "float32": (1e-2, 1e-3)}
# How far product and difference may lie apart, relative to the larger: a wrong second derivative is
# wrong by tenths. Single precision is only used where double fails.
APART = {"float64": 1e-3, "float32": 0.1}

ROWS = 32  # of a batch: a model that is wrong on some rows is wrong

# Operations as autograd names them, that are known to spoil a second derivative: what the reader
# calls them, and what helps.
SUSPECTS = {
    "WeightNorm": (
        "weight_norm",
        "take it off, torch.nn.utils.parametrize.remove_parametrizations(layer, 'weight'), which "
        "measures in the plain weight, or write g * v / v.norm(dim=1, keepdim=True)",
    ),
    "CheckpointFunction": (
        "a reentrant checkpoint",
        "checkpoint(…, use_reentrant=False), or none while measuring",
    ),
    "CompiledFunction": ("a model compiled by torch.compile", "give the model before compiling"),
    "EmbeddingBag": ("EmbeddingBag", "torch.nn.Embedding and .mean(1) give the same"),
    "CtcLoss": ("the CTC loss", "it has no second derivative in PyTorch"),
    "CudnnRnn": ("cuDNN's recurrent layer", "torch.backends.cudnn.flags(enabled=False)"),
    "Fft": ("a Fourier transform of complex numbers", "give its real and imaginary parts"),
}


def disagreement(loss: Callable[[], Any], parameters: Sequence[Any]) -> list[int]:
    """Return the places of the parameters where a product is no difference of two gradients.

    Parameters
    ----------
    loss : callable
        loss() → the loss of one batch, a tensor.
    parameters : sequence of torch.nn.Parameter
    """
    kind = str(parameters[0].dtype).removeprefix("torch.")
    own, v = [p.detach() for p in parameters], direction(parameters)
    slope = ways.gradient(loss(), parameters, create_graph=True)
    product = ways.times(slope, parameters, v)
    gradients = [float(s.detach().norm()) for s in slope]
    del slope
    apart = dict.fromkeys(range(len(own)), float("inf"))
    limit = dict.fromkeys(range(len(own)), 0.0)
    largest = max(float(h.norm() * u.norm()) for h, u in zip(product, v, strict=True))
    for step in STEPS[kind]:
        sides = []
        for side in (step, -step):
            with at(parameters, [p + side * u for p, u in zip(own, v, strict=True)]):
                sides.append([g.detach() for g in ways.gradient(loss(), parameters)])
        for i, (plus, minus) in enumerate(zip(*sides, strict=True)):
            difference = (plus - minus) / (2 * step)
            size = max(float(difference.norm()), float(product[i].norm()))
            rounding = 100 * torch.finfo(own[i].dtype).eps * gradients[i] / step
            # What weighs nothing beside the rest would be judged by its rounding alone.
            floor = 1e-9 * largest / (float(v[i].norm()) or 1.0)
            off = float((difference - product[i]).norm()) - rounding - floor
            if off - APART[kind] * size < apart[i] - limit[i]:
                apart[i], limit[i] = off, APART[kind] * size
    return [i for i in apart if not apart[i] <= limit[i]]


def direction(parameters: Sequence[Any], seed: int = 0) -> list[Any]:
    """Return random numbers of the size of each tensor's own entries; of size 1 where these are 0.

    They come from a generator of their own: what the reader draws is not moved.
    """
    rng = torch.Generator(parameters[0].device).manual_seed(seed)
    found = []
    for p in parameters:
        p = p.detach()
        size = p.norm() / max(p.numel(), 1) ** 0.5
        noise = torch.randn(p.shape, generator=rng, dtype=p.dtype, device=p.device)
        found.append(noise * torch.where(size > 0, size, torch.ones_like(size)))
    return found


def refuse_asymmetry(
    product: Callable[[Sequence[Any]], Any],
    v: Sequence[Any],
    Hv: Sequence[Any],
    loss: BatchLoss,
    batch: Any,
) -> None:
    """Raise a ValueError if uᵀHv is not vᵀHu for a random u, but for rounding."""
    u = direction(v, seed=1)
    Hu = product(u)
    forth, back = _dot(u, Hv), _dot(v, Hu)
    size = max(_dot(a, a) ** 0.5 * _dot(b, b) ** 0.5 for a, b in ((u, Hv), (v, Hu)))
    if abs(forth - back) > torch.finfo(v[0].dtype).eps ** 0.5 * size:
        raise ValueError(
            f"the second derivative that PyTorch gives of this model is not symmetric: uᵀHv = "
            f"{forth:.6g} but vᵀHu = {back:.6g}. {blamed(loss, batch)}"
        )


def not_differentiable(loss: BatchLoss, batch: Any, error: Exception) -> str:
    """Return in the reader's terms why a gradient or a product failed."""
    first_line = str(error).strip().splitlines()[0]
    suspected = blamed(loss, batch)
    return (
        f"PyTorch cannot differentiate this model as often as it must ({first_line}). {suspected}"
    )


def refuse_wrong_derivatives(
    loss: BatchLoss, parameters: Sequence[Any], names: Sequence[str], batch: Any
) -> None:
    """Raise a ValueError if a product is not the difference of two gradients.

    It is tried on some rows of one batch, and in double precision where the model bears that:
    single precision hides what is wrong under rounding.
    """
    model, batch = loss.model, _some_rows(loss, batch)
    wrong: list[int] | None = None
    if parameters[0].dtype == torch.float32:
        tensors = [*model.parameters(), *model.buffers(), *loss.parts_of_loss_fn()]
        tensors = [t for t in tensors if t.is_floating_point()]
        try:
            with at(tensors, [t.detach().double() for t in tensors]):
                wrong = disagreement(lambda: loss(_doubled(batch)), parameters)
        except (RuntimeError, ValueError, TypeError):
            wrong = None  # it computes in single precision only
    try:
        if wrong is None:
            wrong = disagreement(lambda: loss(batch), parameters)
    except RuntimeError as error:
        raise ValueError(not_differentiable(loss, batch, error)) from error
    if wrong:
        where = ", ".join(names[i] for i in wrong[:3]) + ", …" * (len(wrong) > 3)
        raise ValueError(
            "the second derivative that PyTorch gives of this model is wrong: a product differs "
            f"from a difference of two gradients, in {where}. {blamed(loss, batch)}"
        )


def _some_rows(loss: BatchLoss, batch: Any) -> Any:
    """Return the first rows of a batch, if the model takes fewer than all."""
    fewer = trees.rows(batch, slice(ROWS))
    try:
        with torch.no_grad():
            value = float(loss(fewer))
    except Exception:
        return batch
    return fewer if value == value else batch


def _doubled(batch: Any) -> Any:
    def doubled(leaf: Any) -> Any:
        single = isinstance(leaf, torch.Tensor) and leaf.is_floating_point()
        return leaf.double() if single else leaf

    return trees.mapped(doubled, batch)


def _dot(a: Sequence[Any], b: Sequence[Any]) -> float:
    return sum(float((x.double() * y.double()).sum()) for x, y in zip(a, b, strict=True))


def blamed(loss: BatchLoss, batch: Any) -> str:
    """Return a sentence on what is known to spoil derivatives in a model, or on where to look."""
    found = _suspects(loss, batch)
    if found:
        return f"Suspected: {'; '.join(found)}"
    return (
        "Nothing in it is known for that. Look for operations with a backward of their own, detach, "
        "and changes in place"
    )


def _suspects(loss: BatchLoss, batch: Any) -> list[str]:
    found: dict[str, None] = {}
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        seen, waiting = set(), [loss(batch).grad_fn]
    if any("None of the inputs have requires_grad" in str(w.message) for w in said):
        found["{} (remedy: {})".format(*SUSPECTS["CheckpointFunction"])] = None
    while waiting:
        node = waiting.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        waiting += [following for following, _ in node.next_functions]
        name = type(node).__name__
        known = next((words for key, words in SUSPECTS.items() if name.startswith(key)), None)
        if known:
            found[f"{known[0]} (remedy: {known[1]})"] = None
        elif isinstance(node, torch.autograd.function.BackwardCFunction):
            written = name.removesuffix("Backward")
            found[
                f"the autograd.Function {written} (remedy: write its backward with operations on "
                "tensors that were saved by ctx.save_for_backward, nothing detached, without "
                "once_differentiable)"
            ] = None
        elif name.startswith("ToCopy") and _is_half(node):
            found[
                "autocast or half precision inside the model (remedy: measure without "
                "torch.autocast)"
            ] = None
    for name, module in loss.model.named_modules():
        if getattr(module, "sparse", False) and hasattr(module, "embedding_dim"):
            found[f"{name}, an embedding with sparse gradients (remedy: sparse=False)"] = None
        if getattr(module, "max_norm", None) is not None:
            found[
                f"{name}, an embedding that changes its weights when it is evaluated (remedy: "
                "call the model once, then set max_norm = None)"
            ] = None
    return list(found)


def _is_half(node: Any) -> bool:
    meta = getattr(node, "_input_metadata", [])
    return any(m.dtype in (torch.float16, torch.bfloat16) for m in meta)
