"""Data spread over devices and processes: the same product, and nobody computes everything.

An equality alone would not show it: data that a loss closes over are copied to every device, and
each of them computes the whole product. So the tests look at where the rows lie, and for the sum
over devices in the compiled product.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = """
import json
import jax
import numpy as np
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec
from course_lib.curvature import operators
from course_lib.curvature.networks import cross_entropy, mlp, output_cross_entropy

jax.config.update("jax_enable_x64", True)
network, inputs, n = mlp((7, 5, 3)), 7, 248
f, w = cross_entropy(network), network.init(seed=0)
rng = np.random.default_rng(0)
X, y, v = rng.standard_normal((n, inputs)), rng.integers(0, 3, n), rng.standard_normal(w.size)

def hessian(X, y, **options):
    return operators.hessian_operator(f, w, X, y, **options)

def gauss_newton(X, y, **options):
    return operators.gauss_newton_operator(network.apply, output_cross_entropy, w, X, y, **options)

def closing_over_its_data(X, y):
    return operators.hessian_operator(lambda w: f(w, np.asarray(X), np.asarray(y)), w)

def look(make, devices, **options):
    mesh = jax.make_mesh((devices,), ("examples",), devices=jax.devices()[:devices], **options)
    X_there, y_there = jax.device_put((X, y), NamedSharding(mesh, PartitionSpec("examples")))
    H, reference = make(X_there, y_there), make(X, y)
    found, exact = H @ v, reference @ v
    # How many rows of X lie on each device, whether in one piece or in chunks.
    rows = {}
    for leaf in jax.tree.leaves(H._product):
        if getattr(leaf, "ndim", 0) > 1 and leaf.shape[-1] == inputs:
            for shard in leaf.addressable_shards:
                at = shard.device.id
                rows[at] = rows.get(at, 0) + shard.data.size // inputs
    compiled = operators._product.lower(H._product, v).compile().as_text()
    return {
        "error": abs(found - exact).max() / abs(exact).max(),
        "gradient": abs(H.gradient - reference.gradient).max(),
        "rows": list(rows.values()),
        "sums": compiled.count(" all-reduce("),
        "moves": sum(compiled.count(word) for word in ("all-gather", "all-to-all", "permute(")),
    }

def chunked(X, y):
    return hessian(X, y, chunk_size=50)

AUTO = {"axis_types": (AxisType.Auto,)}
print(json.dumps({
    "hessian-2": look(hessian, 2, **AUTO),
    "hessian-4": look(hessian, 4, **AUTO),
    "explicit-4": look(hessian, 4, axis_types=(AxisType.Explicit,)),
    "chunked-4": look(chunked, 4, **AUTO),
    "gauss_newton-4": look(gauss_newton, 4, **AUTO),
    "closure-4": look(lambda X, y: closing_over_its_data(X, y), 4, **AUTO),
}))
"""


def run(*arguments, **environment):
    """Run Python in a process of its own, for the devices are simulated from its start on."""
    done = subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "JAX_PLATFORMS": "cpu", "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def seen():
    printed = run("-c", SCRIPT, XLA_FLAGS="--xla_force_host_platform_device_count=4")
    return json.loads(printed.splitlines()[-1])


PLACED = ["hessian-2", "hessian-4", "explicit-4", "chunked-4", "gauss_newton-4"]


@pytest.mark.parametrize("case", PLACED)
def test_devices_give_the_product_of_one(seen, case):
    assert seen[case]["error"] < 1e-12
    assert seen[case]["gradient"] < 1e-12


@pytest.mark.parametrize("case", PLACED)
def test_each_device_holds_its_share_of_the_rows(seen, case):
    devices = int(case[-1])
    assert seen[case]["rows"] == [248 // devices] * devices


@pytest.mark.parametrize("case", PLACED)
def test_devices_send_each_other_their_sums_and_no_data(seen, case):
    assert seen[case]["sums"] > 0
    assert seen[case]["moves"] == 0


def test_a_loss_that_closes_over_its_data_would_be_found_out(seen):
    assert seen["closure-4"]["error"] < 1e-12
    assert seen["closure-4"]["sums"] == 0


@pytest.mark.slow
def test_two_processes_give_the_product_of_one():
    lines = run(str(ROOT / "tools" / "two_processes.py")).splitlines()
    assert len(lines) == 2
    for line in lines:
        assert "holds 718 of 1436 examples" in line
        assert float(line.split("differs by ")[1].split()[0]) < 1e-12
