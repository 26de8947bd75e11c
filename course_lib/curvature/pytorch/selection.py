"""The parameters of a model that a Hessian is taken with respect to."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from course_lib.curvature.pytorch import torch


@dataclass(frozen=True)
class Selection:
    """The chosen parameters in the model's order, their names, and what had to be left out."""

    parameters: list[Any]
    names: tuple[str, ...]
    fixed: tuple[str, ...]


def selected(model: Any, wanted: Any, allow_float32: bool) -> Selection:
    """Return the parameters that `wanted` names, see `course_lib.curvature.torch_models`.

    Raises
    ------
    ValueError
        If there are none, if one is not in the model, if they are not real numbers of one
        precision, or if they are not on one device that has double precision.
    """
    names = {id(p): name for name, p in model.named_parameters()}
    keep = _identities(model, wanted, names)
    # Under the name of its first use, where weights are tied.
    named = [(name, p) for name, p in model.named_parameters() if id(p) in keep]
    fixed = tuple(name for name, p in named if not (p.is_floating_point() or p.is_complex()))
    chosen = [(name, p) for name, p in named if name not in fixed]
    if not chosen:
        what = "model must have parameters" if wanted is None else "parameters must name some"
        raise ValueError(
            f"{what}, of floating-point numbers: there is nothing to differentiate. The order is "
            "torch_operator(model, loss_fn, batches)"
        )
    _check_numbers(chosen, allow_float32)
    devices = {str(p.device) for _, p in chosen}
    if len(devices) > 1:
        raise ValueError(
            f"model must lie on one device, not {', '.join(sorted(devices))}: move it, "
            "model.to(device), or choose parameters=… of one device"
        )
    refuse_device(chosen[0][1].device)
    return Selection([p for _, p in chosen], tuple(name for name, _ in chosen), fixed)


def refuse_device(device: Any) -> None:
    """Raise a ValueError if a device has no numbers, or none in double precision."""
    if device.type == "meta":
        raise ValueError(
            "model must hold numbers, but its device is meta: call model.to_empty(device=…), then load "
            "the weights"
        )
    if device.type == "mps":
        raise ValueError(
            "model must be on a device with float64, which mps does not have: call model.cpu()"
        )


def _identities(model: Any, wanted: Any, names: dict[int, str]) -> set[int]:
    if wanted is None:
        return set(names)
    if isinstance(wanted, str):
        if wanted != "trainable":
            raise ValueError(f"parameters must be 'trainable', a module or tensors, not {wanted!r}")
        return {id(p) for p in model.parameters() if p.requires_grad}
    if isinstance(wanted, torch.nn.Module):
        wanted = wanted.parameters()
    elif isinstance(wanted, torch.Tensor):
        wanted = [wanted]
    if not isinstance(wanted, Iterable):
        raise ValueError(
            "parameters must be 'trainable', a module or an iterable of parameters, not "
            f"{type(wanted).__name__}"
        )
    found = set()
    for i, p in enumerate(wanted):
        if isinstance(p, tuple) and len(p) == 2:  # as of named_parameters()
            p = p[1]
        if id(p) not in names:
            kind = f"shape {tuple(p.shape)}" if isinstance(p, torch.Tensor) else type(p).__name__
            raise ValueError(
                f"parameters[{i}], of {kind}, is not a parameter of the model: take those of "
                "model.parameters() themselves, not copies, slices or names"
            )
        found.add(id(p))
    return found


def _check_numbers(chosen: list, allow_float32: bool) -> None:
    kinds: dict[str, list[str]] = {}
    for name, p in chosen:
        kinds.setdefault(str(p.dtype).removeprefix("torch."), []).append(name)
    if set(kinds) == {"float64"} or (set(kinds) == {"float32"} and allow_float32):
        return
    found = "; ".join(f"{kind} ({_few(names)})" for kind, names in sorted(kinds.items()))
    if any(kind.startswith("complex") for kind in kinds):
        remedy = "hold a complex weight as two real ones, torch.view_as_real(w)"
    elif set(kinds) == {"float32"}:
        remedy = (
            "call model.double() and give it inputs in float64, or pass allow_float32=True if "
            "float32 is meant"
        )
    elif len(kinds) > 1:
        remedy = (
            "convert it, model.double(), or choose those of one precision, "
            "parameters='trainable' or parameters=layer"
        )
    else:
        remedy = "convert it, model.double() or model.float(): half precision has too few digits"
    raise ValueError(f"model must be in float64, not {found}: {remedy}")


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + ", …" * (len(names) > 3)
