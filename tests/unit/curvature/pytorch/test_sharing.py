"""Two processes, each with batches of its own, give what one gives; and none waits for a lost one."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
import torch
import two_torch_processes
from two_torch_processes import operator

from course_lib.curvature.report import spectral_report
from course_lib.curvature.torch_models import torch_operator

SCRIPT = Path(two_torch_processes.__file__)
REFUSALS = """
import os
import torch
from two_torch_processes import problem, torch_operator

torch.distributed.init_process_group("gloo")
rank = torch.distributed.get_rank()
model, X, y = problem()
y, order = y.sort()
weight = torch.tensor([1.0, 5.0, 25.0], dtype=torch.float64)
weighted = torch.nn.CrossEntropyLoss(weight=weight)


def trial(loss_fn, batches, **options):
    try:
        H = torch_operator(model, loss_fn, batches, distributed=True, **options)
        print(f"{H.loss:.15g}")
    except ValueError as error:
        print(error)


# The classes one by one: each process's own batches agree with one another.
half = [(X[order][y == 0], y[y == 0]), (X[order][y == 2], y[y == 2])][rank]
trial(weighted, [half])
trial(weighted, [half], count=lambda batch: weight[batch[1]].sum())
trial(weighted, [(X, y if rank == 0 else y + 1)])  # an error in one of them
torch.distributed.destroy_process_group()  # or its threads may abort the process as it ends
"""


def together(*command, ranks=2):
    """Run a command as so many processes; return (exit status, stdout, stderr) of each."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": str(ranks),
        "OMP_NUM_THREADS": "1", "PYTHONPATH": str(SCRIPT.parent),
    }  # fmt: skip
    processes = [
        subprocess.Popen(
            [sys.executable, *command], env=environment | {"RANK": str(rank), "LOCAL_RANK": str(rank)},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for rank in range(ranks)
    ]  # fmt: skip
    try:
        printed = [process.communicate(timeout=120) for process in processes]
    finally:
        for process in processes:
            process.kill()
    return [(p.returncode, *texts) for p, texts in zip(processes, printed, strict=True)]


@pytest.mark.parametrize("ranks", [2, 3])
def test_several_processes_give_the_report_of_one(ranks):
    (status, out, err), *_ = together(SCRIPT, ranks=ranks)
    assert status == 0, err
    found = np.array(out.rpartition("numbers:")[2].split(), float)
    _, H = operator()
    product = H @ np.linspace(-1, 1, H.shape[0])
    report = spectral_report(H, num_matvecs=200)
    expected = [H.loss, report.largest.estimate, report.trace.estimate, *product]
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-10 * abs(product).max())


def test_a_lost_process_ends_the_other_with_a_message():
    (status, _, err), (lost, _, _) = together(SCRIPT, "--lose", "1")
    assert (lost, status) == (3, 1)
    assert "ValueError: another process was lost, or took too long" in err


def test_what_one_process_refuses_all_refuse():
    results = together("-c", REFUSALS)
    assert [status for status, _, _ in results] == [0, 0], results
    for rank, (_, out, _) in enumerate(results):
        unequal, counted, broken = out.splitlines()
        assert "or count=… must give the weight of a batch" in unequal
        assert "targets must be classes from 0 to 2, as many as" in broken
        assert ("process 1 stopped" in broken) == (rank == 0)
        model, X, y = two_torch_processes.problem()
        chosen = y != 1
        weight = torch.tensor([1.0, 5.0, 25.0], dtype=torch.float64)
        loss = torch.nn.functional.cross_entropy(model(X[chosen]), y[chosen], weight=weight)
        assert float(counted) == pytest.approx(loss.item(), rel=1e-12)


def test_processes_that_do_not_know_one_another_are_told_how_to_start():
    model, X, y = two_torch_processes.problem()
    with pytest.raises(ValueError, match="start the script with torchrun --nproc-per-node 2"):
        torch_operator(model, torch.nn.CrossEntropyLoss(), (X, y), distributed=True)
