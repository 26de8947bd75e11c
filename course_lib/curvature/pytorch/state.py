"""The model while it is measured, in eval mode; afterwards it is as it was."""

import random
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np

from course_lib.curvature.pytorch import torch

SMALL = 2**16  # bytes: such tensors are looked at together
PIECE = 2**18  # words, looked at at once


@contextmanager
def evaluated(model: Any) -> Iterator[None]:
    """Put the model into eval mode; afterwards restore everything that this and evaluating may change.

    These are the modes, the buffers, embeddings that normalize themselves, and the random number
    generators of PyTorch, NumPy and Python, which a shuffling loader draws from.
    """
    modes = [(module, module.training) for module in model.modules()]
    embeddings = [m.weight for m in model.modules() if getattr(m, "max_norm", None) is not None]
    changing = [(t, t.detach().clone()) for t in (*model.buffers(), *embeddings)]
    numpy_state, python_state = np.random.get_state(), random.getstate()  # noqa: NPY002
    fast_path = torch.backends.mha.get_fastpath_enabled()
    devices = list({p.device for p in model.parameters() if p.device.type == "cuda"})
    try:
        model.eval()
        # The fused kernels of attention have no second derivative; the plain ones do.
        torch.backends.mha.set_fastpath_enabled(False)
        plain_attention = torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH)
        with torch.random.fork_rng(devices), plain_attention:
            yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast_path)
        for module, training in modes:
            module.training = training
        for tensor, before in changing:
            if not torch.equal(tensor, before):
                tensor.detach().copy_(before)
        np.random.set_state(numpy_state)  # noqa: NPY002
        random.setstate(python_state)


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


def fingerprint(tensors: Iterable[Any]) -> tuple[int, ...]:
    """Return numbers that change when an entry of a tensor changes or two entries are swapped.

    PyTorch's own counter of changes does not see what is written to `.data`.
    """
    small: dict[Any, list] = {}
    large = []
    for tensor in tensors:
        raw = tensor.detach().contiguous().view(-1).view(torch.uint8)
        if raw.numel() > SMALL:
            large.append(raw)
        else:
            small.setdefault(raw.device, []).append(raw)
    return tuple(_checksum(raw) for raw in (*map(torch.cat, small.values()), *large))


def _checksum(raw: Any) -> int:
    """Return a sum of a tensor's words, each times a random number of its place."""
    whole = raw.numel() // 8 * 8
    words, rest, factors = raw[:whole].view(torch.int64), raw[whole:], _factors(raw.device)
    total = 256 * raw.numel() + (int(rest.sum()) if len(rest) else 0)
    for piece in words.split(PIECE):
        total = 31 * total + int((piece * factors[: len(piece)]).sum())
    return total % 2**64


@cache
def _factors(device: Any) -> Any:
    """Return random odd numbers: times an even one the highest bit, a sign, would be lost."""
    rng = torch.Generator().manual_seed(0)
    return (2 * torch.randint(2**62, (PIECE,), generator=rng) + 1).to(device)
