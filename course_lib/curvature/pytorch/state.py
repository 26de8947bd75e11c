"""The model while it is measured, in eval mode; afterwards it is as it was."""

import random
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from typing import Any

import numpy as np

from course_lib.curvature.pytorch import torch, trees


def refuse_modes_that_change(model: Any) -> None:
    """Refuse a model whose weights change when it goes into eval mode; put them back."""
    if not any(module.training for module in model.modules()):
        return
    modes, before = [(m, m.training) for m in model.modules()], copies(model.parameters())
    try:
        model.eval()
    except Exception as error:
        raise ValueError(
            f"model.eval() must put the model into eval mode, but it raised {type(error).__name__}: "
            f"{error}. If the model comes from torch.export, give the original one. If its class "
            "defines a method train, rename it, because eval() calls train(False)"
        ) from error
    if unchanged(model.parameters(), before):
        restore_modes(modes)
        return
    model.train(modes[0][1])
    for parameter, copy in zip(model.parameters(), before, strict=True):
        parameter.data.copy_(copy)
    restore_modes(modes)
    raise ValueError(
        "the model must keep its weights in eval mode, but model.eval() changes them, as LoRA "
        "adapters do when they merge: switch merging off, for example with merge_weights=False"
    )


def restore_modes(modes: Iterable[tuple[Any, bool]]) -> None:
    """Set the modes of modules without calling `train`, which sets those of their parts, too."""
    for module, training in modes:
        if module.training != training:  # to look is cheaper than to set
            module.training = training


# What is changed here belongs to the model or to the whole process, so threads take turns.
TURN = threading.RLock()


@contextmanager
def evaluated(model: Any) -> Iterator[None]:
    """Put the model into eval mode; afterwards restore everything that this and evaluating may change.

    These are the modes, the buffers, embeddings that normalize themselves, PyTorch's settings, and
    the random number generators of PyTorch, NumPy and Python, from which a shuffling loader draws.
    """
    modules = list(model.modules())
    modes = [(module, module.training) for module in modules]
    embeddings = [m.weight for m in modules if getattr(m, "max_norm", None) is not None]
    changing = [*model.buffers(), *embeddings]
    before = copies(changing)
    numpy_state, python_state = np.random.get_state(), random.getstate()  # noqa: NPY002
    fast_path, cudnn = torch.backends.mha.get_fastpath_enabled(), torch.backends.cudnn.enabled
    devices = list({p.device for p in model.parameters() if p.device.type == "cuda"})
    try:
        if any(training for _, training in modes):
            model.eval()
        # The fused kernels of attention have no second derivative; the plain ones do.
        torch.backends.mha.set_fastpath_enabled(False)
        # So do the plain recurrent layers; those of cuDNN have none, and no gradient in eval mode.
        if any(isinstance(module, torch.nn.RNNBase) for module in modules):
            torch.backends.cudnn.enabled = False
        plain_attention = torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH)
        with torch.random.fork_rng(devices), plain_attention, precise():
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast_path)
        torch.backends.cudnn.enabled = cudnn
        restore_modes(modes)
        for tensor, copy in zip(changing, before, strict=True):
            if not unchanged([tensor], [copy]):
                tensor.detach().copy_(copy)
        np.random.set_state(numpy_state)  # noqa: NPY002
        random.setstate(python_state)


@contextmanager
def precise() -> Iterator[None]:
    """Multiply float32 in float32; afterwards restore PyTorch's settings.

    By default these settings allow fewer digits for convolutions on a GPU; for products of matrices
    they do so on request. A Hessian-vector product would then be off by a thousandth of its length.
    """
    changed = []
    for place, name, full in _precisions():
        with suppress(
            RuntimeError
        ):  # PyTorch does not read an old setting that a new one contradicts
            changed.append((place, name, full, getattr(place, name)))
    autocast = [name for name in ("cpu", "cuda") if torch.is_autocast_enabled(name)]
    try:
        for place, name, full, _ in changed:
            setattr(place, name, full)
        with ExitStack() as stack:
            for name in autocast:
                stack.enter_context(torch.autocast(name, enabled=False))
            yield
    finally:
        for place, name, _, before in changed:
            setattr(place, name, before)


@cache
def _precisions() -> list[tuple[Any, str, Any]]:
    """Return (object, attribute, value for full precision) for each precision setting of PyTorch.

    The old settings come first, because setting them changes the new ones, too.
    """
    cudnn, mkldnn = torch.backends.cudnn, torch.backends.mkldnn
    old: list[tuple[Any, str, Any]] = [
        (_Matrices(), "precision", "highest"),
        (cudnn, "allow_tf32", False),
    ]
    if not hasattr(torch.backends, "fp32_precision"):  # before PyTorch 2.9
        return old
    places = (
        torch.backends.cuda.matmul,
        cudnn.conv,
        cudnn.rnn,
        mkldnn.matmul,
        mkldnn.conv,
        mkldnn.rnn,
    )
    return old + [(place, "fp32_precision", "ieee") for place in places]


class _Matrices:
    """The old setting for products of matrices, as an attribute like the others."""

    precision = property(
        lambda self: torch.get_float32_matmul_precision(),
        lambda self, value: torch.set_float32_matmul_precision(value),
    )


@contextmanager
def differentiated(model: Any, parameters: Sequence[Any]) -> Iterator[None]:
    """Let only `parameters` of the model require gradients; afterwards restore all flags."""
    flags = [(p, p.requires_grad) for p in model.parameters()]
    chosen = {id(p) for p in parameters}
    try:
        for p, _ in flags:
            p.requires_grad_(id(p) in chosen)
        with torch.inference_mode(False), torch.enable_grad():
            yield
    finally:
        for p, flag in flags:
            p.requires_grad_(flag)


@contextmanager
def at(parameters: Sequence[Any], values: Sequence[Any]) -> Iterator[None]:
    """Give the parameters other values for a while, without touching their own memory."""
    own = [p.data for p in parameters]
    try:
        for p, value in zip(parameters, values, strict=True):
            p.data = value
        yield
    finally:
        for p, data in zip(parameters, own, strict=True):
            p.data = data


def copies(tensors: Iterable[Any]) -> list[Any]:
    """Return copies to compare with later.

    A checksum would take less memory and as much time, but it can miss a change: the sum of an even
    number of float64 words, each times an odd number, stays the same when all their signs flip.
    """
    return [tensor.detach().clone() for tensor in tensors]


def unchanged(tensors: Iterable[Any], before: Sequence[Any]) -> bool:
    """Return whether tensors are still equal to their copies.

    PyTorch's own counter of changes does not see what is written to `.data`.
    """
    now = [tensor.detach() for tensor in tensors]
    return len(now) == len(before) and all(map(_equal, now, before))


def _equal(a: Any, b: Any) -> bool:
    if (a.dtype, a.device, a.layout, a.is_nested) != (b.dtype, b.device, b.layout, b.is_nested):
        return False
    if a.layout == torch.strided and not a.is_nested:
        if a.shape != b.shape:
            return False
        return torch.equal(a, b) or torch.allclose(a, b, rtol=0, atol=0, equal_nan=True)
    parts, others = trees.dense_parts(a), trees.dense_parts(b)
    return len(parts) == len(others) and all(map(_equal, parts, others))
