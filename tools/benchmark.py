"""Time our curvature tools beside PyTorch, PyHessian and curvlinops: docs/benchmark.md and .png.

    pip install -e .[benchmark]
    python tools/benchmark.py

All run in float64 on the same network and the same digits, one after the other within each
repetition, on one core and on all. Ratios within one run are what counts: machines are noisy.
A package that is not installed is left out, and the table says so.
"""

import argparse
import contextlib
import importlib.util
import io
import json
import os
import resource
import statistics
import subprocess
import sys
import time
import warnings
from functools import partial
from pathlib import Path

import benchmark_page
import numpy as np

DOCS = Path(__file__).resolve().parent.parent / "docs"
OTHERS = ("torch", "pyhessian", "curvlinops")
SMALL, LARGE = (64, 32, 10), (64, 256, 256, 10)
PROBES, STEPS, TOP = 5, 80, 5
BATCH = 256
TRACE_GOAL = 0.01  # half-width of the 95 % interval, relative


def installed(name):
    return importlib.util.find_spec(name) is not None


def medians(calls, repetitions):
    """Return the median seconds of each call; they take turns, so that noise hits all alike."""
    for call in calls.values():
        call()
    seconds = {name: [] for name in calls}
    for _ in range(repetitions):
        for name, call in calls.items():
            begin = time.perf_counter()
            call()
            seconds[name].append(time.perf_counter() - begin)
    return {name: statistics.median(values) for name, values in seconds.items()}


# --- The same network for everybody --------------------------------------------------------------


class Problem:
    """A network on all digits with every package's operator for it."""

    def __init__(self, widths, activation="tanh", *, train=False):
        import jax

        from course_lib.curvature import networks, operators, training
        from course_lib.support import datasets

        everything = datasets.digits(centred=activation == "tanh")
        self.X = np.vstack([everything.X_train, everything.X_test])
        self.y = np.concatenate([everything.y_train, everything.y_test])
        net = networks.mlp(widths, activation)
        loss = networks.cross_entropy(net)
        self.w = net.init(seed=0)
        if train:
            run = training.gradient_descent(
                loss, self.w, self.X, self.y, eta=0.1, steps=600, momentum=0.9
            )
            self.w = run.w
        self.v = np.random.default_rng(0).standard_normal(self.w.size)
        self.gradient = jax.jit(jax.grad(loss))
        self.arguments = jax.device_put((self.w, self.X, self.y))
        self.operator = operators.hessian_operator(loss, self.w, self.X, self.y)
        if installed("torch"):
            self._in_torch(net, activation)

    def _in_torch(self, net, activation):
        import torch

        layers = []
        for W, b in net.unpack(self.w):
            layer = torch.nn.Linear(*W.shape[::-1], dtype=torch.float64)
            layer.weight.data, layer.bias.data = torch.tensor(W), torch.tensor(b)
            layers += [layer, {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}[activation]()]
        self.model = torch.nn.Sequential(*layers[:-1])
        self.criterion = torch.nn.CrossEntropyLoss()
        self.batch = torch.tensor(self.X), torch.tensor(self.y)
        self.parameters = list(self.model.parameters())
        self.v_torch = [torch.tensor(part) for layer in net.unpack(self.v) for part in layer]

    def pyhessian(self, batch_size=None):
        """Return PyHessian's object for the network, all data in one batch or in several.

        One batch: it keeps the graph of the gradient, and a product is one pass back through it.
        Several, as for any data that do not fit: it repeats all for every product.
        """
        import pyhessian
        import torch

        torch.set_default_dtype(torch.float64)  # its random vectors ask for it
        # `density` calls torch.eig, which PyTorch has removed.
        torch.eig = lambda T, eigenvectors=True: _eig(torch, T)
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")  # backward(create_graph=True) warns of a leak
            if batch_size is None:
                return pyhessian.hessian(self.model, self.criterion, data=self.batch, cuda=False)
            parts = zip(*(part.split(batch_size) for part in self.batch), strict=True)
            return pyhessian.hessian(self.model, self.criterion, dataloader=[*parts], cuda=False)

    def curvlinops(self):
        """Return the operator of curvlinops, all data in one batch."""
        import curvlinops

        return curvlinops.HessianLinearOperator(
            self.model, self.criterion, self.parameters, [self.batch], check_deterministic=False
        )

    def products(self):
        """Return a call of each package for one product, and for one gradient."""
        calls = {
            "gradient": lambda: self.gradient(*self.arguments).block_until_ready(),
            "ours": lambda: self.operator @ self.v,
        }
        if installed("torch"):
            import torch

            def gradient(create_graph=False):
                loss = self.criterion(self.model(self.batch[0]), self.batch[1])
                return torch.autograd.grad(loss, self.parameters, create_graph=create_graph)

            def double_backward():
                return torch.autograd.grad(
                    gradient(create_graph=True), self.parameters, self.v_torch
                )

            calls |= {"PyTorch gradient": gradient, "PyTorch double backward": double_backward}
            expected = self.operator @ self.v
            found = torch.cat([part.ravel() for part in double_backward()]).numpy()
            error = np.abs(found - expected).max() / np.abs(expected).max()
            assert error < 1e-10, f"not the same network: {error}"
        if installed("pyhessian"):
            from pyhessian.utils import hessian_vector_product

            theirs, batches = self.pyhessian(), self.pyhessian(BATCH)
            calls["PyHessian"] = lambda: hessian_vector_product(
                theirs.gradsH, theirs.params, self.v_torch
            )
            calls["PyHessian, batches"] = lambda: batches.dataloader_hv_product(self.v_torch)
        if installed("curvlinops"):
            operator = self.curvlinops()
            calls["curvlinops"] = lambda: operator @ self.v_torch
        return calls


def _eig(torch, T):
    values, vectors = torch.linalg.eigh(T)
    return torch.stack([values, torch.zeros_like(values)], dim=1), vectors


# --- What is compared ----------------------------------------------------------------------------


def compare():
    """Return seconds and errors of all packages, for as many cores as this process may use."""
    from course_lib.curvature import density, eigenpairs, trace

    found = {}
    for widths, repetitions in ((SMALL, 200), (LARGE, 40)):
        found["product " + "-".join(map(str, widths))] = medians(
            Problem(widths).products(), repetitions
        )

    small = Problem(SMALL, train=True)
    exact = np.linalg.eigvalsh(small.operator.to_dense())[::-1][:TOP]
    calls = {"ours": lambda: density.spectral_density(small.operator, STEPS, PROBES)}
    top = {"ours": lambda: eigenpairs.top_eigenpairs(small.operator, TOP, tol=1e-8).eigenvalues}
    if installed("pyhessian"):
        for name, size in (("PyHessian", None), ("PyHessian, batches", BATCH)):
            theirs = small.pyhessian(size)
            calls[name] = partial(theirs.density, iter=STEPS, n_v=PROBES)
            top[name] = lambda theirs=theirs: theirs.eigenvalues(top_n=TOP)[0]
    if installed("curvlinops"):
        import curvlinops
        from scipy.sparse.linalg import eigsh

        operator = small.curvlinops()
        calls["curvlinops"] = lambda: curvlinops.lanczos_approximate_spectrum(
            operator, ncv=STEPS, num_repeats=PROBES
        )
        scipy_operator = small.curvlinops().to_scipy()
        top["curvlinops"] = lambda: eigsh(scipy_operator, TOP, which="LA", tol=1e-8)[0][::-1]
    found[f"density, {STEPS} steps × {PROBES} probes"] = medians(calls, 3)
    found[f"top {TOP} eigenvalues"] = medians(top, 3)
    found["errors of the top eigenvalues"] = {
        name: float((np.abs(np.asarray(call()) - exact) / exact).max())
        for name, call in top.items()
    }

    relu = Problem(SMALL, "relu", train=True)

    def ours():
        budget = 30
        while True:
            estimate = trace.trace(relu.operator, budget, method="hutch++")
            low, high = estimate.interval(0.95)
            if high - low <= 2 * TRACE_GOAL * abs(estimate.estimate):
                return estimate
            budget *= 2

    variance = trace.one_probe_variance(relu.operator.to_dense())
    exact_trace = np.trace(relu.operator.to_dense())
    needed = int(np.ceil((1.96 / TRACE_GOAL) ** 2 * variance / exact_trace**2))
    mine = ours()
    calls = {"ours": ours}
    if installed("pyhessian"):
        theirs = relu.pyhessian()
        # Its own rule stops by chance; so many single probes have the same interval.
        calls["PyHessian"] = lambda: theirs.trace(maxIter=needed, tol=0)
    if installed("curvlinops"):
        operator = relu.curvlinops()
        # It has Hutch++, without an error bar: it is told the budget that ours had to find.
        calls["curvlinops"] = lambda: curvlinops.hutchpp_trace(operator, mine.num_matvecs)
    found[f"trace to {TRACE_GOAL:.0%}, ReLU"] = medians(calls, 1)
    found["notes"] = {
        "probes that Hutchinson needs": needed,
        "products of ours": mine.num_matvecs,
        "error of ours": float(abs(mine.estimate / exact_trace - 1)),
        "where their rule stops": len(theirs.trace()) if installed("pyhessian") else 0,
    }
    return found


def scaling():
    """Return how one product of ours grows, in seconds, with parameters, examples and columns."""
    import jax

    from course_lib.curvature import networks, operators

    rng = np.random.default_rng(0)

    def seconds(net, n, columns=1, repetitions=5):
        X, y = rng.standard_normal((n, 64)), rng.integers(0, 10, n)
        loss, w = networks.cross_entropy(net), net.init(seed=0)
        H = operators.hessian_operator(loss, w, X, y)
        V = rng.standard_normal((w.size, columns))
        gradient = jax.jit(jax.grad(loss))
        on_device = jax.device_put((w, X, y))
        calls = {
            "product": lambda: H @ V,
            "gradient": lambda: gradient(*on_device).block_until_ready(),
        }
        return medians(calls, repetitions)

    found = {"parameters": [], "examples": [], "columns": []}
    for width in (10, 30, 100, 300, 955):
        net = networks.mlp((64, width, width, 10))
        found["parameters"].append((net.num_params, seconds(net, 1000)))
    for n in (1000, 3000, 10_000, 30_000, 100_000):
        found["examples"].append((n, seconds(networks.mlp(SMALL), n)))
    for columns in (1, 2, 4, 8, 16, 32, 64):
        found["columns"].append((columns, seconds(networks.mlp(SMALL), 500, columns, 20)))
    return found


def memory(parameters, examples):
    """Return gigabytes: this process before, its peak after some products; seconds a product."""
    from course_lib.curvature import networks, operators

    width = 955 if parameters == 10**6 else 256
    net = networks.mlp((64, width, width, 10))
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((examples, 64)), rng.integers(0, 10, examples)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    H = operators.hessian_operator(networks.cross_entropy(net), net.init(seed=0), X, y)
    v = rng.standard_normal(net.num_params)
    H @ v
    begin = time.perf_counter()
    H @ v
    seconds = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    size = {"parameters": net.num_params, "examples": examples}
    return size | {"before": before, "peak": peak, "product": seconds}


def first_product():
    """Return the seconds from the import to the first product, in this fresh process."""
    begin = time.perf_counter()
    import course_lib

    course_lib.setup()
    from course_lib.curvature import networks, operators
    from course_lib.support import datasets

    net, data = networks.mlp(LARGE), datasets.digits()
    loss, w = networks.cross_entropy(net), net.init(seed=0)
    operators.hessian_operator(loss, w, data.X_train, data.y_train) @ w
    return time.perf_counter() - begin


# --- One process a measurement -------------------------------------------------------------------


def measure(part, cores, *arguments):
    """Run one part in a process of its own, on so many cores, and return what it found."""
    environment = os.environ | dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(cores)
    )
    print(f"{part} {' '.join(map(str, arguments))} on {cores} core(s) …", flush=True)
    command = [sys.executable, __file__, "--part", part, "--cores", str(cores)]
    done = subprocess.run(
        [*command, *map(str, arguments)], env=environment, stdout=subprocess.PIPE, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def worker(part, cores, arguments):
    if hasattr(os, "sched_setaffinity"):  # JAX counts the cores that it may use
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    if part != "first_product":
        import course_lib

        course_lib.setup()
    call = {"compare": compare, "scaling": scaling, "memory": memory}.get(part, first_product)
    print(json.dumps(call(*map(int, arguments))))


def main():
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    missing = [name for name in OTHERS if not installed(name)]
    if missing:
        print(f"not installed, left out: {', '.join(missing)}")
    results = {str(k): measure("compare", k) for k in sorted({1, cores})}
    growth = measure("scaling", cores)
    memories = [
        measure("memory", cores, *case)
        for case in ((10**6, 1797), (85_002, 10_000), (85_002, 100_000))
    ]
    first = measure("first_product", cores)
    DOCS.mkdir(exist_ok=True)
    page = benchmark_page.table(results, memories, first)
    (DOCS / "benchmark.md").write_text(page, encoding="utf-8")
    benchmark_page.plot(results, growth, DOCS / "benchmark.png")
    print(page)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", help=argparse.SUPPRESS)
    parser.add_argument("--cores", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("arguments", nargs="*", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part:
        worker(given.part, given.cores, given.arguments)
    else:
        main()
