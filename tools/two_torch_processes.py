"""One spectral report of a PyTorch model over several processes, each with its share of the batches.

    torchrun --nproc-per-node 2 tools/two_torch_processes.py

Run without torchrun, one process has all batches; the numbers are the same to rounding. On several
machines run it on each, with torchrun's --nnodes, --node-rank and --rdzv-endpoint.
"""

import os
import sys
from datetime import timedelta

import numpy as np
import torch

from course_lib.curvature.report import spectral_report
from course_lib.curvature.torch_models import torch_operator

ROWS, BATCH = 203, 20  # the last batch is short
TIME_LIMIT = timedelta(seconds=60)  # a process that waits longer for another one gives up


def problem():
    """Return a model and its data, the same in every process."""
    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Linear(8, 16), torch.nn.Tanh(), torch.nn.Linear(16, 3)
    ).double()
    X = torch.randn(ROWS, 8, dtype=torch.float64)
    return model, X, torch.randint(0, 3, (ROWS,))


def operator():
    """Return the operator of this process, for its share of the batches if there are several."""
    model, X, y = problem()
    several = int(os.environ.get("WORLD_SIZE", "1")) > 1
    rank, number = 0, 1
    if several:
        torch.distributed.init_process_group(
            "nccl" if torch.cuda.is_available() else "gloo", timeout=TIME_LIMIT
        )
        rank, number = torch.distributed.get_rank(), torch.distributed.get_world_size()
    if torch.cuda.is_available():
        torch.cuda.set_device(rank % torch.cuda.device_count())
        model.cuda()
    batches = list(zip(X.split(BATCH), y.split(BATCH), strict=True))[rank::number]
    criterion = torch.nn.CrossEntropyLoss()
    return rank, torch_operator(model, criterion, batches, distributed=several)


def main():
    rank, H = operator()
    product = H @ np.linspace(-1, 1, H.shape[0])
    if sys.argv[1:] == ["--lose", str(rank)]:  # for the test: a process that is lost
        os._exit(3)
    report = spectral_report(H, num_matvecs=200)
    if rank == 0:
        print(report)
        values = [H.loss, report.largest.estimate, report.trace.estimate, *product]
        print("numbers:", " ".join(f"{value:.17g}" for value in values))
    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main()
