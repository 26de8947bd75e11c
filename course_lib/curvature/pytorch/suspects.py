"""Parts of a model that are known to spoil derivatives: their names for the reader, and what helps."""

import warnings
from collections.abc import Collection, Iterator
from typing import Any

from course_lib.curvature.pytorch import torch
from course_lib.curvature.pytorch.losses import BatchLoss

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
    "ScaledDotProduct": (
        "a fused kernel of attention",
        "no sdpa_kernel(…) while measuring: the plain one is then taken, which has a second "
        "derivative",
    ),
    "Fft": ("a Fourier transform of complex numbers", "give its real and imaginary parts"),
}


HALF = () if torch is None else (torch.float16, torch.bfloat16)


def blamed(loss: BatchLoss, batch: Any) -> str:
    """Return a sentence on what in a model is known to spoil derivatives, or on where to look."""
    found = dict.fromkeys([*_in_graph(loss, batch), *_in_modules(loss.model)])  # each once
    if found:
        return f"Suspected: {'; '.join(found)}"
    return (
        "No part of the model is known to cause this. Look for a custom backward, for detach(), and "
        "for changes in place"
    )


def computes_in(dtypes: Collection[Any], loss: BatchLoss, batch: Any) -> bool:
    """Tell whether anything between the parameters and the loss is in one of these precisions."""
    return any(_is_in(dtypes, node) for node in _nodes(loss(batch)))


def operations(value: Any) -> frozenset[str]:
    """Return the names of the operations between the parameters and a loss."""
    return frozenset(type(node).__name__ for node in _nodes(value))


def padding(value: Any) -> list[tuple[Any, int]]:
    """Return the (weight, row) of all embeddings that hold a row fixed for padding."""
    found = []
    for node in _nodes(value):
        if not hasattr(node, "_saved_padding_idx"):
            continue
        weight, row = getattr(node.next_functions[0][0], "variable", None), node._saved_padding_idx
        if weight is not None and 0 <= row < len(weight):  # without padding it is -1, or 2⁶⁴ − 1
            found.append((weight, row))
    return found


def slope_in(value: Any, weight: Any, row: int) -> Any:
    """Return the gradient of a loss with respect to one row of a weight; the graph is kept."""
    return torch.autograd.grad(value, weight, retain_graph=True)[0][row]


def _in_graph(loss: BatchLoss, batch: Any) -> Iterator[str]:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        value = loss(batch)
    if any("None of the inputs have requires_grad" in str(w.message) for w in said):
        yield _named(*SUSPECTS["CheckpointFunction"])
    if _padding_is_used(value):
        yield _named(
            "an embedding's row for padding, which is also used elsewhere, as with tied weights",
            "set embedding.padding_idx = None",
        )
    double = any(p.dtype == torch.float64 for p in loss.model.parameters())
    for node in _nodes(value):
        name = type(node).__name__
        known = next((words for key, words in SUSPECTS.items() if name.startswith(key)), None)
        if known:
            yield _named(*known)
        elif isinstance(node, torch.autograd.function.BackwardCFunction):
            yield _named(
                f"the autograd.Function {name.removesuffix('Backward')}",
                "write its backward with operations on tensors that were saved by "
                "ctx.save_for_backward, nothing detached, without once_differentiable",
            )
        elif _is_in(HALF, node):
            yield _named(
                "autocast or half precision inside the model", "measure without torch.autocast"
            )
        elif double and _is_in([torch.float32], node):
            yield _named(
                "a part of this float64 model that computes in float32",
                "replace float() by double() there, or use model.float() and allow_float32=True",
            )
    unreached = _unreached(loss.model, value)
    if unreached:
        yield _named(
            f"no gradient reaches {', '.join(unreached[:3])}{', …' * (len(unreached) > 3)}",
            "remove torch.no_grad or detach from forward, or leave these out with parameters=…",
        )


def _padding_is_used(value: Any) -> bool:
    try:
        return any(slope_in(value, *place).any() for place in padding(value))
    except RuntimeError:  # what is wrong has another name
        return False


def _unreached(model: Any, value: Any) -> list[str]:
    """Return the parameters that a loss does not depend on, as far as autograd sees."""
    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    try:
        slopes = torch.autograd.grad(value, [p for _, p in named], allow_unused=True)
    except RuntimeError:  # what is wrong has another name
        return []
    return [name for (name, _), slope in zip(named, slopes, strict=True) if slope is None]


def _in_modules(model: Any) -> Iterator[str]:
    for name, module in model.named_modules():
        if getattr(module, "sparse", False) and hasattr(module, "embedding_dim"):
            yield _named(f"{name}, an embedding with sparse gradients", "sparse=False")
        if getattr(module, "max_norm", None) is not None:
            yield _named(
                f"{name}, an embedding that changes its weights when it is evaluated",
                "call the model once, then set max_norm = None",
            )


def _named(what: str, remedy: str) -> str:
    return f"{what} (remedy: {remedy})"


def _nodes(value: Any) -> Iterator[Any]:
    """Yield the operations from a tensor back to the parameters."""
    seen, waiting = set(), [value.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen.add(node)
            waiting += [following for following, _ in node.next_functions]
            yield node


def _is_in(dtypes: Collection[Any], node: Any) -> bool:
    return any(m.dtype in dtypes for m in getattr(node, "_input_metadata", []))
