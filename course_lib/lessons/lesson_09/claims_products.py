"""Claims of lesson 09 on products: what the matrix would take, and what a product costs."""

import time
from math import prod

import numpy as np

from course_lib.curvature import networks, operators
from course_lib.lessons.lesson_09.experiments import trained_network
from course_lib.teaching import Evidence, Ledger

CLAIMS = Ledger()


CLAIMS.opinion(
    "9.1",
    "Computing the full Hessian spectrum is infeasible for large models.",
    source="Source notes, section 7",
    why="What is feasible depends on the machine and on the time that you are willing to spend. Only "
    "the size is a fact: P weights make a matrix of 8·P² bytes in float64, 80 GB for 100,000 weights.",
)


@CLAIMS.claim(
    "9.2",
    "A Hessian-vector product needs no Hessian: the derivative of ∇f along v is Hv, exactly.",
    source="Pearlmutter (1994)",
    breakers=[{"moved": 1e-3}],
)
def product_without_hessian(moved=0.0):
    """Compare products with columns of the full Hessian, and with differences of gradients."""
    import jax

    _, loss, w, data = trained_network()
    X, y = data.X_train, data.y_train
    v = np.random.default_rng(0).normal(size=w.size)
    v /= np.linalg.norm(v)
    product = operators.hessian_operator(loss, w + moved, X, y) @ v
    gradient, h = jax.grad(loss), 1e-5
    difference = (gradient(w + h * v, X, y) - gradient(w - h * v, X, y)) / (2 * h)
    full = jax.jit(jax.hessian(loss))(w, X, y) @ v
    scale = np.abs(full).max()
    exact = np.abs(product - full).max() / scale
    rough = np.abs(product - difference).max() / scale
    return Evidence(
        bool(exact < 1e-10 and rough < 1e-6),
        "Compared with the full Hessian the product is "
        + ("right to 10 digits" if exact < 1e-10 else f"off by {exact:.1%}")
        + ". Compared with a central difference of gradients it agrees to "
        + ("6 digits." if rough < 1e-6 else "fewer than 6 digits."),
    )


@CLAIMS.claim(
    "9.3",
    "A compiled Hessian-vector product takes less time than four gradients.",
    verdict="holds when the network is the one of this lesson, 64-8-10 with tanh and 500 digits",
    source="Pearlmutter (1994) for the small constant; the time is measured here",
    breakers=[{"products": 12}],
)
def cost_of_a_product(products=1, repeats=60):
    """Time `products` products against one gradient, in turn, on this lesson's network."""
    import jax

    _, loss, w, data = trained_network()
    X, y, w = jax.numpy.asarray(data.X_train), jax.numpy.asarray(data.y_train), jax.numpy.asarray(w)
    gradient = jax.jit(jax.grad(loss))
    H = operators.hessian_operator(loss, w, X, y)
    v = np.random.default_rng(0).normal(size=w.size)

    def seconds(work):
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    gradient(w, X, y).block_until_ready()
    H @ v
    ratios = [
        seconds(lambda: [H @ v for _ in range(products)])
        / seconds(lambda: gradient(w, X, y).block_until_ready())
        for _ in range(repeats)
    ]
    ratio = np.median(ratios)
    return Evidence(
        bool(ratio < 4),
        f"We timed both in turn, {repeats} times. By the median, a product took "
        f"{'less than four times' if ratio < 4 else 'at least four times'} as long as a gradient.",
    )


def _multiplications(jaxpr):
    """Count the scalar multiplications in all matrix products of a JAX program."""
    count = 0
    for equation in jaxpr.eqns:
        if equation.primitive.name == "dot_general":
            (inner, _), _ = equation.params["dimension_numbers"]
            left, out = equation.invars[0].aval.shape, equation.outvars[0].aval.shape
            count += prod(out) * prod(left[axis] for axis in inner)
        for value in equation.params.values():
            if hasattr(value, "jaxpr"):
                count += _multiplications(value.jaxpr)
    return count


@CLAIMS.claim(
    "9.11",
    "If only the multiplications in matrix products count, a Hessian-vector product costs less than two "
    "gradients: 1.86 gradients on a wide network (64-256-256-10), 1.19 on this lesson's (64-8-10).",
    source="Counted here, in the program that JAX makes",
    breakers=[{"stored": False}],
)
def cost_in_multiplications(stored=True):
    """Count the multiplications of both; if not stored, the forward pass is done again each time."""
    import jax

    ratios = []
    for widths in ((64, 256, 256, 10), (64, 8, 10)):
        model = networks.mlp(widths)
        loss, w = networks.cross_entropy(model), np.zeros(model.num_params)
        X, y = np.zeros((7, 64)), np.zeros(7, int)

        def gradient(u, loss=loss, X=X, y=y):
            return jax.grad(loss)(u, X, y)

        def again(v, gradient=gradient, w=w):
            return jax.jvp(gradient, (w,), (v,))

        product = jax.linearize(gradient, w)[1] if stored else again
        counts = [_multiplications(jax.make_jaxpr(f)(w).jaxpr) for f in (product, gradient)]
        ratios.append(counts[0] / counts[1])
    wide, narrow = ratios
    return Evidence(
        bool(abs(wide - 1.86) < 0.01 and abs(narrow - 1.19) < 0.01),
        f"On the wide network a product takes {wide:.2f} times the multiplications of a gradient, on the "
        f"narrow one {narrow:.2f} times.",
    )
