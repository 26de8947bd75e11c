"""A character-level transformer like GPT-2, trained on the course's prose, and its curvature.

It needs PyTorch; import it where that is certain. What it gave is recorded, for readers without.
"""

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.curvature.eigenpairs import top_eigenpairs
from course_lib.curvature.preconditioning import (
    adam_limit,
    adam_preconditioner,
    preconditioned_operator,
)
from course_lib.curvature.report import spectral_report
from course_lib.curvature.torch_models import torch_operator
from course_lib.lessons.lesson_11 import experiments_text as text
from course_lib.teaching import records

WIDTH, HEADS, BLOCKS = 64, 4, 2
BATCH, WARM_UP = 32, 100
# The best of three step sizes with Adam and of four with SGD, a factor of about three apart, by the
# loss on the rest of the text with seed 0: all after 200 steps, the two best after 1500. Without layer
# norm SGD with 1.0 was best after 200 steps and ends at NaN, so 0.3 took its place.
RATES = {("Adam", True): 3e-3, ("Adam", False): 1e-2, ("SGD", True): 0.1, ("SGD", False): 0.3}
BETAS, MOMENTUM = (0.9, 0.999), 0.9
TESTED = 128  # windows of the rest of the text
TOP = 50  # eigenvalues
PROBES = 40  # for the traces of the embedding's rows
GROUPS = ("characters", "places", "blocks.0", "blocks.1", "norm", "head")  # of the parameters


class Block(nn.Module):
    """Attention and a small network. Each reads its input normalized, and adds to it."""

    def __init__(self, norm):
        super().__init__()
        self.norm_attention, self.norm_network = norm(), norm()
        self.attention, self.mix = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH)

    def forward(self, x):
        """Return a tensor of the shape of x, (windows, characters, WIDTH)."""
        queries_keys_values = self.attention(self.norm_attention(x))
        q, k, v = queries_keys_values.unflatten(-1, (3, HEADS, -1)).transpose(1, 3).unbind(2)
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.mix(seen.transpose(1, 2).flatten(2))
        return x + self.down(F.gelu(self.up(self.norm_network(x))))


class CharTransformer(nn.Module):
    """From the characters so far to a score for each character that may come next.

    Parameters
    ----------
    normalized : bool
        With layer norm, as usual, or without.
    seed : int
        Of the initial weights.
    """

    def __init__(self, normalized=True, seed=0):
        super().__init__()
        torch.manual_seed(seed)

        def norm():
            return nn.LayerNorm(WIDTH) if normalized else nn.Identity()

        self.characters = nn.Embedding(text.CHARACTERS, WIDTH)
        self.places = nn.Embedding(text.CONTEXT, WIDTH)
        self.blocks = nn.Sequential(*(Block(norm) for _ in range(BLOCKS)))
        self.norm = norm()
        self.head = nn.Linear(WIDTH, text.CHARACTERS)
        for name, p in self.named_parameters():
            if p.ndim == 2:  # as in GPT-2: smaller where the sum over all blocks is fed
                inside = name.endswith(("mix.weight", "down.weight"))
                nn.init.normal_(p, std=0.02 / (math.sqrt(2 * BLOCKS) if inside else 1))
            elif name.endswith("bias"):
                nn.init.zeros_(p)

    def features(self, codes):
        """Return what the last layer reads, of shape (windows, characters, WIDTH)."""
        x = self.characters(codes) + self.places.weight[: codes.shape[1]]
        return self.norm(self.blocks(x))

    def forward(self, codes):
        """Return scores of shape (windows, characters, CHARACTERS)."""
        return self.head(self.features(codes))


def loss_fn(scores, targets):
    """Return the mean cross-entropy over all characters of all windows."""
    return F.cross_entropy(scores.flatten(0, 1), targets.flatten())


def batch(arrays):
    """Return inputs and targets as tensors."""
    return tuple(torch.tensor(array) for array in arrays)


def train(normalized=True, optimizer="Adam", seed=0, steps=text.LOOKS[-1], rate=None, at=None):
    """Train on random windows of the training text.

    Parameters
    ----------
    at : callable, optional
        at(step, model, optimizer) is called before the steps in `text.LOOKS` and at the end.

    Returns
    -------
    CharTransformer
    """
    model = CharTransformer(normalized, seed)
    rate = rate or RATES[optimizer, normalized]
    if optimizer == "Adam":
        descent = torch.optim.Adam(model.parameters(), lr=rate, betas=BETAS)
    else:
        descent = torch.optim.SGD(model.parameters(), lr=rate, momentum=MOMENTUM)
    codes, _ = text.split()
    rng = np.random.default_rng(seed)
    for step in range(steps + 1):
        if at is not None and step in text.LOOKS:
            at(step, model, descent)
        if step == steps:
            return model
        for group in descent.param_groups:
            group["lr"] = rate * min(1, (step + 1) / WARM_UP)
        starts = rng.integers(0, len(codes) - text.CONTEXT - 1, BATCH)
        inputs, targets = batch(text.windows(codes, starts))
        descent.zero_grad()
        loss_fn(model(inputs), targets).backward()
        descent.step()


def write(model, beginning, length, seed=0):
    """Return a text that the model continues character by character, drawn by its probabilities."""
    rng, codes = np.random.default_rng(seed), list(text.encode(beginning))
    model.eval()
    with torch.no_grad():
        for _ in range(length):
            scores = model(torch.tensor([codes[-text.CONTEXT :]]))[0, -1]
            p = F.softmax(scores.double(), 0).numpy()
            codes.append(int(rng.choice(len(p), p=p / p.sum())))
    return text.decode(codes)


def hessian(model, number=text.MEASURED, parameters=None):
    """Return the Hessian of the mean loss on `number` windows of the training text."""
    codes, _ = text.split()
    data = batch(text.evenly(codes, number))
    return torch_operator(model, loss_fn, [data], allow_float32=True, parameters=parameters)


def loss_on_new_text(model):
    """Return the mean loss on the part of the text that was not trained on."""
    _, rest = text.split()
    inputs, targets = batch(text.evenly(rest, TESTED))
    with torch.no_grad():
        return float(loss_fn(model.eval()(inputs), targets))


def block_names(model):
    """Return the names of the model's matrices, without those of the norms and the biases."""
    return [name for name, p in model.named_parameters() if p.ndim == 2]


def predicted(model, number=text.MEASURED):
    """Return what the last layer alone lets expect of the largest eigenvalues, (CHARACTERS,).

    The largest eigenvalue of mean(hhᵀ), h what the layer reads with a 1 for its bias, times the
    eigenvalues of mean(diag(p) − ppᵀ): the Kronecker argument of lesson 07.
    """
    codes, _ = text.split()
    inputs, _ = batch(text.evenly(codes, number))
    with torch.no_grad():
        h = model.eval().features(inputs).flatten(0, 1).double()
        p = F.softmax(model.head(h.float()).double(), -1).numpy()
    h = np.column_stack([h.numpy(), np.ones(len(h))])
    scale = np.linalg.eigvalsh(h.T @ h / len(h))[-1]
    return scale * np.linalg.eigvalsh(np.diag(p.mean(0)) - p.T @ p / len(p))[::-1]


def largest(H, k):
    """Return the `k` largest eigenvalues, with their vectors and bounds."""
    return top_eigenpairs(H, k, tol=1e-2, seed=2, max_matvecs=170)


def measure(model):
    """Return the curvature of a model.

    Returns
    -------
    dict
        ``loss``; ``test_loss``; ``top`` and ``top_error``, of shape (TOP,); ``share``, of shape
        (GROUPS, TOP), how much of each eigenvector's square lies in each group of parameters;
        ``smallest``; ``trace`` and ``trace_error``; ``near_zero``, the lowest and the highest share
        within 1 % of the largest magnitude; ``head`` of shape (TOP,), the largest eigenvalues of
        the last layer's own block, and ``predicted`` of shape (CHARACTERS,), those that the
        Kronecker argument gives for it; ``rows`` and ``rows_error`` of shape (CHARACTERS,), the
        trace of the block of each character's row in the embedding.
    """
    H = hessian(model)
    report = spectral_report(H, num_matvecs=100, seed=1)
    top = largest(H, TOP)
    rows, rows_error = row_traces(model)
    return {
        "loss": report.loss,
        "test_loss": loss_on_new_text(model),
        "top": top.eigenvalues,
        "top_error": top.error_bounds,
        "share": shares(model, top.eigenvectors),
        "smallest": report.smallest.estimate,
        "trace": report.trace.estimate,
        "trace_error": report.trace.stderr,
        "near_zero": np.array(report.near_zero_range()),
        "head": largest(hessian(model, parameters=model.head), TOP).eigenvalues,
        "predicted": predicted(model),
        "rows": rows,
        "rows_error": rows_error,
    }


def shares(model, vectors):
    """Return how much of each column's square lies in each of `GROUPS`."""
    named = dict(model.named_parameters())
    group = [[name.startswith(g) for g in GROUPS].index(True) for name in named]
    owner = np.repeat(group, [p.numel() for p in named.values()])
    return np.array([(vectors[owner == k] ** 2).sum(axis=0) for k in range(len(GROUPS))])


def row_traces(model, seed=3):
    """Return the trace of each row's block in the embedding, and its standard error."""
    H, rng = hessian(model, parameters=model.characters), np.random.default_rng(seed)
    probes = rng.choice(np.array([-1, 1], np.float32), (PROBES, H.shape[0]))
    found = [(z * (H @ z)).reshape(-1, WIDTH).sum(axis=1) for z in probes]
    return np.mean(found, axis=0), np.std(found, axis=0, ddof=1) / np.sqrt(PROBES)


def sharpness_by_block(model):
    """Return λ₁ of the diagonal block of each matrix in `block_names`."""
    named = dict(model.named_parameters())
    return np.array(
        [
            largest(hessian(model, parameters=[named[name]]), 1).eigenvalues[0]
            for name in block_names(model)
        ]
    )


def share_of_adams_limit(model, adam, rate):
    """Return λ₁(P⁻¹H) divided by Adam's limit, P from the optimizer's state."""
    states = [adam.state[p] for p in model.parameters()]
    square = torch.cat([state["exp_avg_sq"].flatten() for state in states]).double().numpy()
    P = adam_preconditioner(square, beta2=BETAS[1], count=float(states[0]["step"]))
    scaled = preconditioned_operator(hessian(model), P)
    return largest(scaled, 1).eigenvalues[0] / adam_limit(rate, BETAS[0])


def shipped():
    """Return the transformer that was trained with layer norm, Adam and seed 0.

    Its weights were rounded to 16 bits, to be small enough to ship.
    """
    model = CharTransformer()
    weights = torch.tensor(records.load("11_weights")["weights"].astype(np.float32))
    nn.utils.vector_to_parameters(weights, model.parameters())
    return model.eval()
