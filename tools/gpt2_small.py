"""The curvature of a transformer of GPT-2 small's shape, 1.2·10⁸ parameters, with random weights.

    python tools/gpt2_small.py
    python tools/gpt2_small.py --blocks 2 --width 64 --heads 4 --vocabulary 65 --no-record

The first command writes docs/gpt2_small.json. Both compute in float32, on a GPU if there is one.
The tokens are random, and the weights have GPT-2's initialization, so no data and no training are
needed.
"""

import argparse
import json
import platform
import time
from importlib.metadata import version
from pathlib import Path

import benchmark_models as models
import torch
from benchmark_clock import Peak, cores

from course_lib.curvature.report import spectral_report
from course_lib.curvature.torch_models import torch_operator

SEED = 0
NUM_MATVECS = 100


def measure(given):
    """Return the report, and the record of it."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    shape = {name: getattr(given, name) for name in ("vocabulary", "context", "width", "blocks")}
    model = models.seeded(
        models.GPT, **shape, heads=given.heads, gelu="tanh", seed=SEED, dtype=torch.float32
    ).to(device)
    tokens = torch.randint(0, given.vocabulary, (given.sequences, given.context + 1))
    batch = tokens[:, :-1].to(device), tokens[:, 1:].to(device)

    peak, begin = Peak(device), time.perf_counter()
    H = torch_operator(model, models.TokenLoss(), [batch], allow_float32=True)
    ready, with_operator = time.perf_counter(), peak.bytes
    report = spectral_report(H, num_matvecs=NUM_MATVECS, seed=SEED)
    done = time.perf_counter()

    low, high = report.trace.interval(0.95)
    return report, {
        "what": "spectral_report of a GPT with random weights on random tokens, float32",
        "shape": shape | {"heads": given.heads, "sequences": given.sequences},
        "parameters": report.n,
        "products": report.num_matvecs,
        "how": H.how,
        "loss": report.loss,
        "gradient norm": report.gradient_norm,
        "largest": report.largest._asdict(),
        "smallest": report.smallest._asdict(),
        "trace": {"estimate": report.trace.estimate, "stderr": report.trace.stderr}
        | {"interval": [low, high]},
        "density": {"nodes": report.density.nodes.tolist()}
        | {"weights": report.density.weights.tolist()},
        "seconds": {"operator": ready - begin, "report": done - ready}
        | {"a product": (done - ready) / report.num_matvecs},
        "bytes": {"before": peak.before, "operator": with_operator, "peak": peak.bytes},
        "machine": torch.cuda.get_device_name() if device == "cuda" else f"{cores()} cores",
        "text": repr(report),
        "seeds": [SEED],
        "versions": {"python": platform.python_version()}
        | {package: version(package) for package in ("numpy", "scipy", "torch")},
        "made by": "tools/gpt2_small.py",
    }


def arguments(given=None):
    """Return what the command line asks for, or `given` in its place."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, value in {
        "vocabulary": 50_257,
        "context": 256,
        "width": 768,
        "blocks": 12,
        "heads": 12,
        "sequences": 1,
    }.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    parser.add_argument("--no-record", action="store_true", help="write no file")
    return parser.parse_args(given)


def main():
    given = arguments()
    report, about = measure(given)
    print(report)
    seconds, peak = about["seconds"], about["bytes"]["peak"]
    print(
        f"{seconds['operator']:.0f} s to make the operator, {seconds['report']:.0f} s for the report, "
        f"{seconds['a product']:.3g} s per product; peak {peak / 1e9:.2f} GB; {about['how']}"
    )
    if not given.no_record:
        path = Path(__file__).resolve().parent.parent / "docs" / "gpt2_small.json"
        path.write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
