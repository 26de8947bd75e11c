"""Time and memory of a gradient, a product and a report, for 10⁴ to 10⁸ parameters.

The networks are fully connected, in float32, on the CPU, and on a GPU if there is one.
"""

import time
import warnings

import benchmark_models as models
import numpy as np
import torch
from benchmark_clock import Peak, medians

from course_lib.curvature.report import spectral_report
from course_lib.curvature.torch_models import torch_operator

# At 2·10⁶ the time of a report is compared with that of its products alone.
SIZES = (10**4, 10**5, 10**6, 2 * 10**6, 10**7, 10**8)
ON_GPU = (10**6, 10**7, 10**8)
INPUTS, CLASSES, ROWS = 100, 10, 256
NUM_MATVECS = 100


def width_for(size):
    """Return the width of the two hidden layers of a network with about `size` parameters."""
    b = INPUTS + CLASSES + 2
    return round((-b + (b * b + 4 * (size - CLASSES)) ** 0.5) / 2)


def synchronize(device):
    if device == "cuda":
        torch.cuda.synchronize()


def grow(size, on_gpu):
    """Return seconds and bytes of a gradient, a product and a report at about `size` parameters."""
    warnings.simplefilter("ignore")
    device = "cuda" if on_gpu else "cpu"
    hidden = width_for(size)
    model = models.seeded(models.mlp, INPUTS, hidden, hidden, CLASSES, dtype=torch.float32)
    model = model.to(device)
    parameters, criterion = list(model.parameters()), torch.nn.CrossEntropyLoss()
    X = torch.randn(ROWS, INPUTS, device=device)
    y = torch.randint(0, CLASSES, (ROWS,), device=device)

    def gradient():
        torch.autograd.grad(criterion(model(X), y), parameters)
        synchronize(device)

    H = torch_operator(model, criterion, [(X, y)], allow_float32=True)
    n, inside = H.shape[0], [0.0, 0]
    v = torch.from_numpy(np.random.default_rng(0).standard_normal(n, np.float32)).to(device)

    def product():
        H.multiply(v)
        synchronize(device)

    found = medians({"gradient": gradient, "product": product}, 9 if n < 10**7 else 3)
    one = Peak(device)
    product()
    with_one = one.bytes

    products = H._products

    def timed(rows):
        synchronize(device)
        begin = time.perf_counter()
        result = products(rows)
        synchronize(device)
        inside[0], inside[1] = inside[0] + time.perf_counter() - begin, inside[1] + len(rows)
        return result

    H._products = timed  # every product goes through it, whether of one column or of several
    with_report = Peak(device)
    begin = time.perf_counter()
    report = spectral_report(H, num_matvecs=NUM_MATVECS)
    seconds = time.perf_counter() - begin
    beyond = max(0, with_report.bytes - with_one)
    low, high = report.trace.interval(0.95)
    return found | {
        "parameters": n,
        "gpu": torch.cuda.get_device_name() if on_gpu else None,
        "report": seconds,
        "inside": inside[0],
        "products": inside[1],
        "eigenvectors": report.top.eigenvectors is not None,
        "largest": report.largest,
        "trace": (report.trace.estimate, (high - low) / 2),
        "range": report.density.ritz_range,
        "peak": with_report.bytes,
        "beyond": beyond,
    }
