"""One Hessian over two processes: each loads half of the examples, and never sees the rest.

This file starts two copies of itself that find each other on this machine. (On two machines: start
one copy on each, with the address of the first.) Both run the same program; JAX adds up their
halves of every product, so that each gets the whole.

    python tools/two_processes.py
"""

import argparse
import json
import socket
import subprocess
import sys

import jax
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from course_lib.curvature.networks import cross_entropy, mlp
from course_lib.curvature.operators import hessian_operator
from course_lib.support.datasets import digits

PROCESSES = 2
EXAMPLES = 1436
NETWORK = mlp((64, 16, 10))
TIME_LIMIT = 120  # seconds; a process that has lost its peer would wait for minutes


def multiply(X, y):
    """Return the loss and one product: the same program, wherever the examples lie."""
    H = hessian_operator(cross_entropy(NETWORK), NETWORK.init(seed=0), X, y)
    return H.loss, H @ np.random.default_rng(0).standard_normal(NETWORK.num_params)


def take_part(rank, address):
    """Be one of the processes: load our rows, multiply together, print what we got."""
    jax.distributed.initialize(address, num_processes=PROCESSES, process_id=rank)
    data = digits(num_train=EXAMPLES)
    ours = np.array_split(np.arange(EXAMPLES), PROCESSES)[rank]
    by_rows = NamedSharding(Mesh(np.array(jax.devices()), ("examples",)), PartitionSpec("examples"))
    X, y = (
        jax.make_array_from_process_local_data(by_rows, part[ours])
        for part in (data.X_train, data.y_train)
    )
    loss, product = multiply(X, y)
    rows = sum(len(shard.data) for shard in X.addressable_shards)
    print(json.dumps({"rows": rows, "of": len(X), "loss": loss, "product": product.tolist()}))
    jax.distributed.shutdown()


def start_all():
    """Start the processes and return what each of them printed, or fail within the time limit."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    processes = [
        subprocess.Popen(
            [sys.executable, __file__, "--rank", str(rank), "--address", address],
            stdout=subprocess.PIPE,
            text=True,
        )
        for rank in range(PROCESSES)
    ]
    try:
        printed = [process.communicate(timeout=TIME_LIMIT)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
    if any(process.returncode for process in processes):
        raise RuntimeError("one of the processes failed; its message is above")
    return [json.loads(text.splitlines()[-1]) for text in printed]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rank", type=int, help="which of the processes to be: 0 or 1")
    parser.add_argument("--address", help="host:port where process 0 listens")
    arguments = parser.parse_args()
    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_platforms", "cpu")
    if arguments.rank is not None:
        return take_part(arguments.rank, arguments.address)

    data = digits(num_train=EXAMPLES)
    _, alone = multiply(data.X_train, data.y_train)
    for rank, part in enumerate(start_all()):
        error = abs(part["product"] - alone).max() / abs(alone).max()
        print(
            f"process {rank} holds {part['rows']} of {part['of']} examples; its product differs "
            f"by {error:.1e} from that of one process"
        )


if __name__ == "__main__":
    main()
