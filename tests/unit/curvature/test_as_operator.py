"""Whatever tree holds the parameters and whatever library the data, the matrix is the true one."""

import dataclasses
import re
from collections import OrderedDict
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.flatten_util import ravel_pytree
from scipy import sparse

from course_lib.curvature import operators
from course_lib.curvature.as_operator import as_operator
from course_lib.curvature.networks import cross_entropy, mlp
from course_lib.curvature.operators import gauss_newton_operator, hessian_operator

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((12, 3)), RNG.integers(0, 2, 12)
KERNEL, BIAS = RNG.standard_normal((3, 2)), RNG.standard_normal(2)
KEY = jax.random.key(0)


@jax.tree_util.register_dataclass
@dataclasses.dataclass
class Dense:
    kernel: Any
    bias: Any
    name: str = dataclasses.field(default="dense", metadata={"static": True})


class Pair(NamedTuple):
    kernel: Any
    bias: Any


class Transformed(NamedTuple):
    """As a model of Haiku."""

    init: Any
    apply: Any


@jax.tree_util.register_pytree_with_keys_class
class Frozen(dict):
    """As the FrozenDict of Flax: a dict to read, of a type of its own."""

    def tree_flatten_with_keys(self):
        return [(jax.tree_util.DictKey(k), self[k]) for k in sorted(self)], tuple(sorted(self))

    @classmethod
    def tree_unflatten(cls, keys, children):
        return cls(zip(keys, children, strict=True))


@jax.tree_util.register_pytree_node_class
class Module:
    """As a module of Equinox: called itself, with a function and a rate among its leaves."""

    __module__ = "equinox.nn"

    def __init__(self, dense, activation=jnp.tanh, rate=0.0):
        self.dense, self.activation, self.rate = dense, activation, rate

    def __call__(self, X):
        outputs = self.activation(X @ self.dense.kernel + self.dense.bias)
        return outputs if self.rate == 0 else outputs * (1 - self.rate)  # asked by an if

    def tree_flatten(self):
        return (self.dense, self.activation, self.rate), None

    @classmethod
    def tree_unflatten(cls, _, children):
        return cls(*children)


class Table:
    """As a DataFrame, a Series, and all else that NumPy reads as an array."""

    def __init__(self, values):
        self.values = np.asarray(values)

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype)


def loss_of(outputs, y):
    return jnp.mean(jax.nn.logsumexp(outputs, axis=1) - jnp.where(y == 1, *outputs.T[::-1]))


def of_dict(w, X, y):
    return loss_of(jnp.tanh(X @ w["kernel"] + w["bias"]), y)


def of_object(w, X, y):
    return loss_of(jnp.tanh(X @ w.kernel + w.bias), y)


def of_pair(w, X, y):
    kernel, bias = w
    return loss_of(jnp.tanh(X @ kernel + bias), y)


def of_nested(w, X, y):
    return of_pair((w["a"]["kernel"], w["b"][0]), X, y)


def of_module(w, X, y):
    return loss_of(w(X), y)


def masked(w, X, y):
    """With every kind of leaf that is no parameter in use."""
    kernel = w["kernel"] * w["mask"] if w["use_mask"] else w["kernel"]
    noise = 0.1 * jax.random.normal(w["key"], (12, 2))
    outputs = w["phi"]((X @ kernel)[:, w["order"]] + noise) * 2 ** w["step"]
    return loss_of(outputs, y) + w["scale"] ** 2, {"outputs": outputs}


HELD = {
    **{"mask": np.array([[True], [False], [True]]), "order": np.array([1, 0]), "key": KEY},
    **{"use_mask": True, "step": 2, "phi": jnp.tanh, "note": "a word", "nothing": None},
}
TREES = {
    "dict": (of_dict, {"kernel": KERNEL, "bias": BIAS}),
    "OrderedDict": (of_dict, OrderedDict(kernel=KERNEL, bias=BIAS)),
    "frozen dict": (of_dict, Frozen(kernel=KERNEL, bias=BIAS)),
    "nested": (of_nested, {"a": Frozen(kernel=KERNEL), "b": [BIAS, None]}),
    "list": (of_pair, [KERNEL, BIAS]),
    "tuple": (of_pair, (KERNEL, BIAS)),
    "namedtuple": (of_object, Pair(KERNEL, BIAS)),
    "dataclass": (of_object, Dense(KERNEL, BIAS)),
    "module": (of_module, Module(Dense(KERNEL, BIAS))),
    "module with a rate": (of_module, Module(Pair(KERNEL, BIAS), jnp.sin, 0.5)),
    "held": (masked, {"kernel": KERNEL, "scale": 0.5, **HELD}),
    "matrix": (lambda w, X, y: loss_of(jnp.tanh(X @ w), y), KERNEL),
    "nested list": (lambda w, X, y: loss_of(jnp.tanh(X @ w), y), KERNEL.tolist()),
    "numbers": (
        lambda w, X, y: jnp.mean((w["a"] * X[:, 0] - w["b"] ** 2) ** 2),
        {"a": 1.5, "b": 2.0},
    ),
}


def flattened(f, w, *data):
    """The loss as a function of one vector, and that vector, made without the library."""
    if isinstance(w, list) and isinstance(w[0], list):
        w = np.array(w)
    leaves, structure = jax.tree.flatten(w)
    settings = (0.0, 0.5) if isinstance(w, Module) else ()
    chosen = [
        getattr(x, "dtype", type(x)) in (np.float64, np.float32, float) and x is not KEY
        for x in leaves
    ]
    chosen = [
        c and not (type(x) is float and x in settings) for c, x in zip(chosen, leaves, strict=True)
    ]
    flat, unravel = ravel_pytree([x for x, is_one in zip(leaves, chosen, strict=True) if is_one])

    def of_flat(u):
        parts = iter(unravel(u))
        full = [next(parts) if is_one else x for x, is_one in zip(leaves, chosen, strict=True)]
        value = f(structure.unflatten(full), *data)
        return value[0] if isinstance(value, tuple) else value

    return of_flat, flat


def assert_is_true(H, f, w, *data, rtol=1e-12):
    of_flat, flat = flattened(f, w, *data)
    hessian, gradient = jax.hessian(of_flat)(flat), jax.grad(of_flat)(flat)
    np.testing.assert_allclose(H.to_dense(), hessian, rtol=0, atol=rtol * abs(hessian).max())
    np.testing.assert_allclose(H.gradient, gradient, rtol=0, atol=rtol * abs(gradient).max())


@pytest.mark.parametrize("name", TREES)
def test_any_tree_of_parameters(name):
    f, w = TREES[name]
    H = hessian_operator(f, w, X, Y)
    assert_is_true(H, f, w, X, Y)
    value = f(H.unravel(flattened(f, w, X, Y)[1]), X, Y)
    assert float(value[0] if isinstance(value, tuple) else value) == pytest.approx(H.loss)


def test_what_is_held_fixed_is_reported():
    f, w = TREES["held"]
    H = as_operator(f, w, (X, Y), allow_sum=False)
    names = ("key", "mask", "note", "order", "phi", "step", "use_mask")
    assert H.held_fixed == tuple(f"[{name!r}]" for name in names)
    assert "held fixed: ['key'], ['mask'], ['note'] and 4 more, 0 products" in repr(H)
    assert H.unravel(np.zeros(7))["phi"] is jnp.tanh
    module = hessian_operator(*TREES["module with a rate"], X, Y)
    assert len(module.held_fixed) == 2
    assert hessian_operator(*TREES["dict"], X, Y).held_fixed == ()
    with pytest.raises(ValueError, match=r"v must be of shape \(7,\), not \(8,\)"):
        H.unravel(np.zeros(8))


def test_the_gauss_newton_matrix_of_a_tree():
    def outputs(w, X):
        return jnp.tanh(X @ w.kernel + w.bias)

    def with_aux(z, y):
        return loss_of(z, y), z

    w = Dense(KERNEL, BIAS)
    G = gauss_newton_operator(outputs, with_aux, w, Table(X), Y.tolist())

    def of_flat(u):
        return outputs(Dense(u[:6].reshape(3, 2), u[6:]), X)

    u = np.concatenate([KERNEL.ravel(), BIAS])
    J, L = jax.jacobian(of_flat)(u), jax.hessian(loss_of)(of_flat(u), Y)
    expected = np.einsum("iap,iajb,jbq->pq", J, L, J)
    np.testing.assert_allclose(G.to_dense(), expected, rtol=0, atol=1e-13)
    with pytest.raises(ValueError, match="y must hold numbers, not text"):
        gauss_newton_operator(outputs, loss_of, w, X, ["a"] * 12)


def test_code_is_compiled_once_for_equal_trees():
    f, w = TREES["held"]
    size = operators._linearize._cache_size
    hessian_operator(f, w, X, Y)
    before = size()
    moved = {**w, "kernel": KERNEL + 1, "mask": ~HELD["mask"]}
    assert_is_true(hessian_operator(f, moved, X + 1, Y), f, moved, X + 1, Y)
    hessian_operator(f, {**w, "key": jax.random.key(1)}, X, Y)
    assert size() == before
    for other in ({"use_mask": False}, {"use_mask": 1}, {"step": 3}, {"phi": jnp.sin}):
        assert_is_true(hessian_operator(f, w | other, X, Y), f, w | other, X, Y)
    assert size() == before + 3  # 1 is True


SINGLE = {"dense": {"kernel": np.float32(KERNEL), "bias": jnp.float32(BIAS)}}


@pytest.mark.parametrize("extra", [{}, {"step": 3}, {"phi": jnp.tanh, "key": KEY}])
def test_single_precision_is_taken_or_its_remedy_works(extra):
    def f(w, X, y):
        return of_dict(w["dense"], X, y)

    w = SINGLE | extra
    for data in ((X, Y), (np.float32(X), Y)):
        H = as_operator(f, w, data, allow_sum=False, allow_float32=True)
        assert H.dtype == H.gradient.dtype == np.float32
        assert_is_true(H, f, w, *data, rtol=3e-6)
    half = {"dense": SINGLE["dense"] | {"bias": jnp.bfloat16(BIAS)}} | extra
    mixed = {"dense": SINGLE["dense"] | {"bias": BIAS}} | extra
    for tree, message in (
        (w, r"w\['dense'\]\['bias'\] must be float64, not float32"),
        (half, r"w\['dense'\]\['bias'\] must hold float64 numbers, not bfloat16"),
        (mixed, r"\['kernel'\] is in float32 and w\['dense'\]\['bias'\] in float64"),
    ):
        for make in (hessian_operator, lambda f, w, *data: as_operator(f, w, data, False)):
            with pytest.raises(ValueError, match=message) as refusal:
                make(f, tree, X, Y)
        advice = re.search(r"jax\.tree\.map\(.*, w\)", str(refusal.value)).group()
        converted = eval(advice, {"jax": jax, "jnp": jnp, "w": tree})
        assert {str(x.dtype) for x in jax.tree.leaves(converted["dense"])} == {"float64"}
        assert {k: converted[k] for k in extra} == extra


def test_the_data_of_other_libraries():
    f, w = TREES["dict"]
    expected = hessian_operator(f, w, X, Y).to_dense()
    for x, y in (
        (Table(X), Table(Y)),
        (X.tolist(), Y.tolist()),
        (np.asmatrix(X), [np.int64(i) for i in Y]),
        ([tuple(row) for row in X], jnp.asarray(Y)),
    ):
        np.testing.assert_allclose(hessian_operator(f, w, x, y).to_dense(), expected, atol=1e-14)

    def of_batch(w, batch):
        return f(w, batch["X"], batch["more"][0])

    H = hessian_operator(of_batch, w, {"X": Table(X), "more": (Y.tolist(), None)}, chunk_size=5)
    np.testing.assert_allclose(H.to_dense(), expected, atol=1e-14)


def test_tensors_are_data_and_matrices_but_no_parameters():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")
    f, w = TREES["dict"]
    expected = hessian_operator(f, w, X, Y).to_dense()
    for x in (torch.tensor(X), torch.nn.Parameter(torch.tensor(X))):
        np.testing.assert_allclose(hessian_operator(f, w, x, torch.tensor(Y)).to_dense(), expected)
    assert as_operator(torch.diag(torch.arange(3)), None, (), False).matvec(np.ones(3))[2] == 2
    for point, name in (
        (torch.ones(3), "w"),
        ({"a": torch.nn.Parameter(torch.ones(3))}, r"w\['a'\]"),
    ):
        with pytest.raises(
            ValueError, match=name + r" is of PyTorch: .* torch_operator\(model.* of course_lib"
        ):
            hessian_operator(f, point, X, Y)
    with pytest.raises(ValueError, match=r"data\[0\] cannot be read as an array .* convert it"):
        hessian_operator(f, w, torch.tensor(X, dtype=torch.bfloat16), Y)
    with pytest.raises(
        ValueError, match=r"f is of PyTorch: .* H = torch_operator\(.* of course_lib"
    ):
        as_operator(torch.nn.MSELoss(), KERNEL, (), False)


@pytest.mark.parametrize("chunk_size", [None, 5])
def test_values_keys_and_flags_stand_beside_the_data(chunk_size):
    f, w = TREES["dict"]

    def g(w, X, y, mode, train, classes, rate, key, l2, raw, size):
        outputs = X @ w["kernel"] + w["bias"]
        if train and mode == "train" and rate > 0:
            outputs = outputs + rate * jax.random.normal(key, (2,)) + raw[0] * 1e-9
        hot = jax.nn.one_hot(y, classes) * size
        return -jnp.mean(jnp.sum(jax.nn.log_softmax(outputs) * hot, axis=1)) + l2 * jnp.sum(
            w["kernel"] ** 2
        )

    raw = jax.random.PRNGKey(3)
    for train, mode in ((True, "train"), (np.bool_(False), "train"), (None, "eval")):
        beside = (mode, train, np.int64(2), 0.3, KEY, jnp.array(0.1), raw, 1)
        H = hessian_operator(g, w, X, Y, *beside, chunk_size=chunk_size)
        assert_is_true(H, g, w, X, Y, *beside)
    with pytest.raises(ValueError, match=r"f is a sum over its examples, .* here 12"):
        as_operator(lambda w, X, y, s, key: (s * f(w, X, y) * len(X), X), w, (X, Y, 2, KEY), False)
    with pytest.raises(
        ValueError, match=r"an if, .* \(a flag or a size is given as a plain Python"
    ):
        hessian_operator(lambda w, X, y, flag: f(w, X, y) if flag else 0.0, w, X, Y, np.array(True))


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (list("ab") * 6, r"data\[1\] must hold numbers, not text: turn labels into numbers with"),
        (np.array(list("ab") * 6), r"data\[1\] must hold numbers, not text"),
        (Table(np.array(list("ab") * 6, object)), r"data\[1\] must hold numbers, not text"),
        (np.array([None, 1] * 6), r"data\[1\] must hold numbers, not object: convert it"),
        (np.full(12, np.datetime64("2020-01-01")), r"data\[1\] must hold numbers, not datetime64"),
        (np.ma.array(Y, mask=Y == 0), r"data\[1\] must not be masked"),
        ([[0, 1], [2]], r"data\[1\] must not have rows of different lengths"),
        ({"of": sparse.eye(12)}, r"data\[1\]\['of'\] must not be sparse: .* toarray\(\)"),
        (np.zeros((12, 2), np.int8), r"data\[1\] must not hold int8, whose arithmetic wraps"),
        (iter(Y), r"data\[1\] can be read only once"),
    ],
)
def test_data_that_are_no_numbers_are_named(y, message):
    for make in (hessian_operator, lambda f, w, *data: as_operator(f, w, data, False)):
        with pytest.raises(ValueError, match=message):
            make(*TREES["dict"], X, y)


def test_rows_in_a_list_are_named_where_the_loss_fails():
    with pytest.raises(TypeError) as error:
        hessian_operator(*TREES["dict"], list(X), Y)
    assert "data[0] reaches f as a list: np.stack makes it one array" in error.value.__notes__


def test_data_that_were_forgotten_are_named():
    f, w = TREES["dict"]
    for given in ((), (X,)):
        with pytest.raises(TypeError, match="missing") as error:
            hessian_operator(f, w, *given)
        note = "f takes data too: pass them after w, hessian_operator(f, w, X, y)"
        assert note in error.value.__notes__


@pytest.mark.parametrize("chunk_size", [None, 5])
@pytest.mark.parametrize("label", [-1, 2])
def test_a_label_without_an_output_is_named(label, chunk_size):
    network = mlp((3, 2))
    wrong = np.where(np.arange(12) == 11, label, Y)
    with pytest.raises(ValueError, match=rf"y must hold labels from 0 to 1, but .* {label}"):
        hessian_operator(cross_entropy(network), network.init(0), X, wrong, chunk_size=chunk_size)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (lambda z: (z, z, z), r"one number, or \(number, anything\), not 3 values"),
        (lambda z: [z, {}], "not 2 values"),
        (lambda z: {"loss": z}, "not dict"),
        (lambda z: None, "not NoneType"),
        (lambda z: (z * jnp.ones(4), {}), r"not \(array, ...\) with an array of shape \(4,\)"),
        (lambda z: ({"loss": z}, z), r"not \(dict, ...\)"),
        (lambda z: (jnp.int32(z), z), "a real number to differentiate, not int32"),
    ],
)
def test_what_is_no_loss_is_named(value, message):
    with pytest.raises(ValueError, match=message):
        hessian_operator(lambda w: value(w @ w), [1.0, 2.0])


@pytest.mark.parametrize(
    ("w", "message"),
    [
        ({"a": np.ones(2, int), "b": True}, r"not int64 in w\['a'\], bool in w\['b'\]: write 1.0"),
        ({"a": [1.0, np.inf]}, r"w\['a'\] must be finite"),
        (Dense(np.ones(2) * 1j, 1.0), r"w.kernel must hold real numbers only"),
        ({"a": 1.0, "b": 2j}, r"w\['b'\] must hold real numbers only"),
        ({"a": np.ones(2, np.float16)}, r"w\['a'\] must hold float64 numbers, not float16"),
        ({"a": np.ma.array([1.0, 2.0])}, r"w\['a'\] must not be masked"),
        ({}, "w must hold float64 numbers, not nothing"),
    ],
)
def test_a_wrong_leaf_is_named_by_its_path(w, message):
    with pytest.raises(ValueError, match=message):
        hessian_operator(lambda w: 0.0, w, allow_float32=True)


MODULE = "course_lib.curvature.torch_models"
MATRIX = [[2.0, 1.0], [1.0, -3.0]]


@pytest.mark.parametrize(
    "of",
    [
        *(
            list,
            tuple,
            np.array,
            np.asmatrix,
            jnp.array,
            Table,
            sparse.csr_matrix,
            sparse.coo_array,
        ),
        *(lambda A: np.array(A, int), lambda A: np.array(A, np.float16)),
    ],
)
def test_what_numpy_reads_as_a_square_matrix_is_one(of):
    A = as_operator(of(MATRIX), None, (), allow_sum=False)
    np.testing.assert_array_equal(A @ np.eye(2), MATRIX)


@pytest.mark.parametrize(
    ("A", "message"),
    [
        ([[1.0, 2.0]], r"f must be a square matrix, not of shape \(1, 2\)"),
        ([1.0, 2.0], r"f must be a square matrix, not of shape \(2,\)"),
        ([[1.0], [2.0, 3.0]], "f must not have rows of different lengths"),
        ([["a"]], "f must hold numbers, not text"),
        (np.eye(2) * 1j, "f must hold real numbers only"),
        *(
            (
                A,
                rf"a loss in JAX, .*; torch_operator\(.* of {MODULE}; or a symmetric .*; not {kind}",
            )
            for A, kind in (("word", "str"), (None, "NoneType"), ({"a": 1.0}, "dict"))
        ),
        (np.ma.array(np.eye(2)), "f must not be masked"),
    ],
)
def test_what_is_no_matrix_is_named(A, message):
    with pytest.raises(ValueError, match=message):
        as_operator(A, None, (), allow_sum=False)


@pytest.mark.parametrize("of", [dict, Frozen])
@pytest.mark.parametrize("inside", [False, True])
def test_running_statistics_are_no_parameters(of, inside):
    def f(w, X, y):
        w = w["model"] if inside else w
        outputs = X @ w["params"]["kernel"] - w["batch_stats"]["mean"]
        return loss_of(outputs, y)

    variables = of(params=of(kernel=KERNEL), batch_stats=of(mean=BIAS))
    w = {"model": variables} if inside else variables
    place = r"w\['model'\]" if inside else "w"
    message = rf"{place}\['batch_stats'\] holds running .*: give {place}\['params'\] as the point"
    for make in (hessian_operator, lambda f, w, *data: as_operator(f, w, data, False)):
        with pytest.raises(ValueError, match=message):
            make(f, w, X, Y)

    def of_parameters(params, X, y):
        new = {**variables, "params": params}
        return f({"model": new} if inside else new, X, y)

    assert_is_true(
        hessian_operator(of_parameters, variables["params"], X, Y),
        *(of_parameters, variables["params"], X, Y),
    )


def test_what_is_called_batch_stats_alone_is_no_culprit():
    for w in ({"batch_stats": KERNEL, "b": BIAS}, {"a": {"batch_stats": KERNEL}, "params": BIAS}):
        H = hessian_operator(lambda w: sum(jnp.sum(x**2) for x in jax.tree.leaves(w)), w)
        np.testing.assert_array_equal(H.to_dense(), 2 * np.eye(8))
    empty = {"params": {"kernel": KERNEL}, "batch_stats": {}}  # of a model without any
    assert hessian_operator(lambda w: jnp.sum(w["params"]["kernel"] ** 2), empty).shape == (6, 6)


def test_a_model_is_no_loss():
    class Unbound:
        """As a module of Flax: called without its parameters, it raises an error of its own."""

        init = apply = None

        def __call__(self, *data):
            raise LookupError("it must be bound")

    w = {"kernel": KERNEL}
    for model in (Unbound(), mlp((3, 2)), Transformed(None, None)):
        with pytest.raises(ValueError, match="f is a model, not a loss: pass lambda params, X, y:"):
            as_operator(model, w, (X, Y), False)
    with pytest.raises(LookupError):
        as_operator(lambda w: Unbound()(w), w, (), False)
