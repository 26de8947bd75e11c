"""Models in PyTorch as a user has them: fully connected, ResNet-like, and GPT-like."""

from itertools import pairwise

import torch
from torch import nn
from torch.nn import functional as F


def mlp(*widths):
    """Return a fully connected network with tanh between its layers."""
    layers = [nn.Linear(*sides) for sides in pairwise(widths)]
    return nn.Sequential(*[part for layer in layers for part in (layer, nn.Tanh())][:-1])


class Residual(nn.Module):
    """Two convolutions with batch norm, with their input added (He et al. 2016)."""

    def __init__(self, channels):
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.second = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norms = nn.ModuleList(nn.BatchNorm2d(channels) for _ in range(2))

    def forward(self, x):
        """Return images of the same shape."""
        inside = F.relu(self.norms[0](self.first(x)))
        return F.relu(x + self.norms[1](self.second(inside)))


def resnet():
    """Return a small ResNet for images 3 × 32 × 32."""
    return nn.Sequential(
        *(nn.Conv2d(3, 12, 3, padding=1), nn.ReLU(), nn.Conv2d(12, 20, 3, stride=2, padding=1)),
        *(nn.ReLU(), Residual(20), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(20, 10)),
    )


class Attention(nn.Module):
    """Causal attention with several heads."""

    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.inputs, self.output = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        """Return tokens of the same width."""
        split = self.inputs(x).unflatten(-1, (3, self.heads, -1)).transpose(1, 3)
        q, k, v = split.unbind(2)  # each (batch, heads, tokens, width of a head)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.output(mixed.transpose(1, 2).flatten(2))


class Block(nn.Module):
    """Attention and a small network, each on normalized input, and each added to its input."""

    def __init__(self, width, heads, gelu):
        super().__init__()
        self.gelu = gelu
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(2))
        self.attention = Attention(width, heads)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        """Return tokens of the same width."""
        x = x + self.attention(self.norms[0](x))
        return x + self.down(F.gelu(self.up(self.norms[1](x)), approximate=self.gelu))


class GPT(nn.Module):
    """A transformer like GPT-2 (Radford et al. 2019), its output weights tied to the embedding."""

    def __init__(self, vocabulary=65, context=32, width=64, blocks=2, heads=4, gelu="none"):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.places = nn.Embedding(context, width)
        self.blocks = nn.Sequential(*(Block(width, heads, gelu) for _ in range(blocks)))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, vocabulary, bias=False)
        self.head.weight = self.tokens.weight
        for name, p in self.named_parameters():
            if p.ndim == 2:  # GPT-2's initialization: smaller in layers that add to the blocks' sum
                inside = name.endswith(("output.weight", "down.weight"))
                nn.init.normal_(p, std=0.02 / ((2 * blocks) ** 0.5 if inside else 1))
            elif name.endswith("bias"):
                nn.init.zeros_(p)

    def forward(self, tokens):
        """Return the logits of every token."""
        x = self.tokens(tokens) + self.places.weight[: tokens.shape[1]]
        return self.head(self.norm(self.blocks(x)))


class TokenLoss(nn.CrossEntropyLoss):
    """The mean cross-entropy over all tokens of all sequences."""

    def forward(self, outputs, targets):
        """Return the mean over all tokens."""
        return super().forward(outputs.flatten(0, 1), targets.flatten())


def size(model):
    """Return the number of parameters; tied ones count once."""
    return sum(p.numel() for p in model.parameters())


def seeded(make, *arguments, seed=0, dtype=torch.float64, **named):
    """Return a model in eval mode whose weights come from a seed."""
    torch.manual_seed(seed)
    return make(*arguments, **named).to(dtype).eval()
