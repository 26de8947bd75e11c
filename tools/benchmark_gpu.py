"""On a GPU: models of many kinds, compared with the CPU in double precision, and a GPT-2 small."""

import warnings

import benchmark_models as models
import numpy as np
import torch
from benchmark_clock import reason
from torch import nn

from course_lib.curvature.torch_models import torch_operator

VOCABULARY, CLASSES, ROWS = 50, 10, 64


class Recurrent(nn.Module):
    """An LSTM over tokens, which on a GPU is cuDNN's; the class comes from its last state."""

    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, 16, padding_idx=0)
        self.recurrent = nn.LSTM(16, 32, num_layers=2, batch_first=True, dropout=0.1)
        self.head = nn.Linear(32, CLASSES)

    def forward(self, tokens):
        """Return the logits of every sequence."""
        return self.head(self.recurrent(self.tokens(tokens))[0][:, -1])


class Encoder(nn.Module):
    """PyTorch's own encoder with padding, which on a GPU has fused kernels."""

    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, 32)
        layer = nn.TransformerEncoderLayer(32, 4, 64, dropout=0.1, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2)
        self.head = nn.Linear(32, CLASSES)

    def forward(self, tokens):
        """Return the logits of every sequence."""
        inside = self.encoder(self.tokens(tokens), src_key_padding_mask=tokens == 0)
        return self.head(inside.mean(1))


def _kinds():
    """Return name ↦ (model, loss, inputs, targets), all on the CPU in double precision."""
    torch.manual_seed(0)
    flat, images = torch.randn(ROWS, 64), torch.randn(ROWS, 3, 32, 32)
    classes = torch.randint(0, CLASSES, (ROWS,))
    sequences = torch.randint(1, VOCABULARY, (ROWS, 20))
    sequences[: ROWS // 2, 12:] = 0  # padding
    tokens = torch.randint(0, 65, (ROWS, 32))
    ce = nn.CrossEntropyLoss()
    return {
        "MLP": (models.seeded(models.mlp, 64, 256, 256, CLASSES), ce, flat, classes),
        "ResNet-like": (models.seeded(models.resnet), ce, images, classes),
        "transformer": (models.seeded(models.GPT), models.TokenLoss(), tokens, tokens.roll(-1, 1)),
        "LSTM with an embedding": (models.seeded(Recurrent), ce, sequences, classes),
        "nn.TransformerEncoder, padded": (models.seeded(Encoder), ce, sequences, classes),
    }


def kinds():
    """Return for each model how far product and gradient on the GPU are from those on the CPU."""
    warnings.simplefilter("ignore")
    torch.backends.cudnn.benchmark = True  # as many users have it
    torch.set_float32_matmul_precision("high")
    rows = []
    for name, (model, loss, inputs, targets) in _kinds().items():
        true = _measured(model, loss, inputs, targets, torch.float64, "cpu")
        for dtype in (torch.float64, torch.float32):
            try:
                found = _measured(model, loss, inputs, targets, dtype, "cuda")
                apart = {
                    what: float(
                        np.linalg.norm(found[what] - true[what]) / np.linalg.norm(true[what])
                    )
                    for what in ("product", "gradient")
                }
                rows.append({"how": found["how"], "parameters": true["product"].size} | apart)
            except Exception as error:
                rows.append({"refused": reason(error)})
            rows[-1] |= {"name": name, "dtype": str(dtype).removeprefix("torch.")}
    settings = torch.backends.cudnn.enabled, torch.get_float32_matmul_precision()
    if settings != (True, "high"):
        raise RuntimeError(f"PyTorch's settings were not restored: {settings}")
    return rows


def _measured(model, loss, inputs, targets, dtype, device):
    model.to(device, dtype)
    X = inputs.to(device, dtype) if inputs.is_floating_point() else inputs.to(device)
    batches = list(zip(X.split(ROWS // 2), targets.to(device).split(ROWS // 2), strict=True))
    H = torch_operator(model, loss, batches, allow_float32=True)
    v = torch.from_numpy(np.random.default_rng(0).standard_normal(H.shape[0]))
    return {
        "how": H.how,
        "product": H.multiply(v.to(device, dtype)).cpu().double().numpy(),
        "gradient": H.gradient,
    }


def in_jax():
    """Return how far a product in JAX on the GPU is from that on the CPU, in both precisions."""
    import jax

    from course_lib.curvature import networks, operators

    net = networks.mlp((64, 256, 256, CLASSES), "tanh")
    rng = np.random.default_rng(0)
    X, y = rng.standard_normal((ROWS, 64)), rng.integers(0, CLASSES, ROWS)
    w, v = net.init(seed=0), rng.standard_normal(net.num_params)

    def product(device, dtype):
        with jax.default_device(device):
            H = operators.hessian_operator(
                networks.cross_entropy(net), w.astype(dtype), X.astype(dtype), y, allow_float32=True
            )
            return H @ v.astype(dtype)

    true = product(jax.devices("cpu")[0], np.float64)
    found = {kind.__name__: product(jax.devices()[0], kind) for kind in (np.float64, np.float32)}
    apart = {name: float(np.linalg.norm(Hv - true)) for name, Hv in found.items()}
    return {"device": jax.devices()[0].device_kind} | {
        name: far / float(np.linalg.norm(true)) for name, far in apart.items()
    }


def gpt2():
    """Return the record of a report for a transformer of GPT-2 small's shape."""
    import gpt2_small

    record = gpt2_small.measure(gpt2_small.arguments([]))[1]
    return {name: record[name] for name in record if name not in ("density", "text")}
