"""What a single leaf of a tree is: a parameter, an array that stays as it is, or a held value."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding

from course_lib.support import arguments

ENABLE = 'jax.config.update("jax_enable_x64", True)'  # to compute in double precision


@dataclass(frozen=True, eq=False)
class Held:
    """A value that is not an array. Compiled code is reused for equal values of one type (1, not True)."""

    value: Any

    def _key(self) -> Any:
        try:
            hash(self.value)
        except TypeError:
            return id(self.value)
        return type(self.value), self.value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Held) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())


def of_data(name: str, x: Any) -> Any:
    """Return a leaf as an array if it is one or can be read as one, or else as `Held`."""
    if isinstance(x, jax.Array):
        x = _placed(x)
    elif isinstance(x, np.generic | type):
        return Held(x)
    elif isinstance(x, list) or hasattr(x, "__array__") or hasattr(x, "toarray"):
        x = arguments.array(name, x)
    elif isinstance(x, Iterator):
        raise ValueError(f"{name} can be read only once: make an array of it, np.stack(...)")
    else:
        return Held(x)
    if x.ndim > 1 and jnp.issubdtype(x.dtype, jnp.integer) and x.dtype.itemsize < 4:
        raise ValueError(
            f"{name} must not hold {x.dtype}, whose arithmetic wraps around at "
            f"{2 ** (8 * x.dtype.itemsize)}: convert it, X.astype(float)"
        )
    return x


def of_point(name: str, x: Any, owner: type | None) -> Any:
    """Return a parameter or an array as it is, and anything else as `Held`.

    A Python float is a parameter, as for ``jax.grad``. In a module of Equinox it is not: there
    floats are settings, such as the rate of a dropout.
    """
    if arguments.of_torch(x):
        raise ValueError(
            f"{name} is of PyTorch: pass a PyTorch model to torch_operator(model, loss_fn, batches) of "
            "course_lib.curvature.torch_models; a loss in JAX takes arrays, .detach().numpy()"
        )
    if type(x) is float:
        return Held(x) if _is_of("equinox", owner) else x
    if isinstance(x, np.inexact):
        x = np.asarray(x)
    x = of_data(name, x)
    if (isinstance(x, Held) and isinstance(x.value, complex)) or _is_a(x, jnp.complexfloating):
        raise ValueError(f"{name} must hold real numbers only, not complex ones")
    return x


def is_parameter(x: Any) -> bool:
    """Return whether a result of `of_point` is differentiated."""
    return type(x) is float or _is_a(x, jnp.floating)


def has_rows(x: Any) -> bool:
    """Return whether a result of `of_data` may have a row per example; a random key has none."""
    if isinstance(x, Held) or x.ndim == 0:
        return False
    return not (x.dtype == np.uint32 and x.shape == (2,))


def is_numbers(x: Any, kinds: tuple[type, ...] = (list, tuple)) -> bool:
    """Return whether `x` is a list of scalars or of such lists, to be read as one array."""
    return type(x) in kinds and len(x) > 0 and all(_is_scalar(e) or is_numbers(e) for e in x)


def is_list_of_numbers(x: Any) -> bool:
    """Return whether a list is data; a tuple stays one, since it may be a shape."""
    return is_numbers(x, (list,))


def _is_scalar(x: Any) -> bool:
    if isinstance(x, bool | int | float | complex | str | np.generic):
        return True
    return isinstance(x, jax.Array | np.ndarray) and x.ndim == 0 and _is_a(x, np.number)


def is_list_of_floats(x: Any) -> bool:
    """Return whether a list among the parameters can be read as an array of floats."""
    if not is_list_of_numbers(x):
        return False
    try:
        return np.asarray(x).dtype.kind == "f"
    except ValueError:  # rows of different lengths: a tree of numbers
        return False


def common_dtype(parameters: dict[str, Any], held: dict[str, Any], allow_float32: bool) -> Any:
    """Return the common precision of all parameters; refuse any other than double and single."""
    arrays = {name: x.dtype for name, x in parameters.items() if type(x) is not float}
    kinds = {str(dtype): name for name, dtype in reversed(arrays.items())}
    for kind, name in kinds.items():
        if kind not in ("float64", "float32"):
            raise ValueError(
                f"{name} must hold float64 numbers, not {kind}: convert it{_remedy(name, held)}"
            )
    if not parameters:
        only = ", ".join(f"{_kind(x)} in {name}" for name, x in [*held.items()][:3])
        found = _kind(held["w"]) if list(held) == ["w"] else only or "nothing"
        raise ValueError(
            f"w must hold float64 numbers, not {found}: write 1.0 for 1, or convert it"
        )
    if len(kinds) == 2:
        raise ValueError(
            f"w must not mix precisions: {kinds['float32']} is in float32 and {kinds['float64']} in "
            f"float64: convert w{_remedy('tree', held)}"
        )
    given = next(iter(kinds), "float64")
    dtype = np.dtype(given) if given == "float32" else jnp.result_type(float)  # may be off
    if dtype == jnp.float32 and not allow_float32:
        problem = f"JAX computes in float32: call {ENABLE} first"
        if given == "float32":
            name = kinds[given]
            problem = f"{name} must be float64, not float32: convert it{_remedy(name, held)}"
            if jnp.result_type(float) == jnp.float32:
                problem += f", after {ENABLE}"
        raise ValueError(f"{problem}, or pass allow_float32=True if single precision is meant")
    return dtype


def _remedy(name: str, held: dict[str, Any]) -> str:
    """Return code that converts a whole tree, and leaves alone what is not a float."""
    if name == "w":
        return ""
    convert = "x.astype(float)"
    if held:
        convert += ' if jnp.issubdtype(getattr(x, "dtype", int), jnp.floating) else x'
    return f", jax.tree.map(lambda x: {convert}, w)"


def _kind(x: Any) -> str:
    return type(x.value).__name__ if isinstance(x, Held) else str(x.dtype)


def _is_a(x: Any, kind: Any) -> bool:
    return hasattr(x, "dtype") and jnp.issubdtype(x.dtype, kind)


def _is_of(package: str, kind: type | None) -> bool:
    return any(
        base.__module__.partition(".")[0] == package for base in getattr(kind, "__mro__", ())
    )


def _placed(x: jax.Array) -> jax.Array:
    """Return an array as it lies on its devices; XLA decides how later arrays are sharded."""
    if not isinstance(x.sharding, NamedSharding):
        return x
    # Under the explicit axes that jax.make_mesh makes, no sum over examples would be allowed.
    mesh = Mesh(x.sharding.mesh.devices, x.sharding.mesh.axis_names)
    return jax.device_put(x, NamedSharding(mesh, x.sharding.spec))
