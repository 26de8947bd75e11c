"""The text of lesson 11's transformer, and what its character frequencies predict of the curvature.

The text is a snapshot of what lessons 00 to 10 say, in lower case and without formulas.
``tools/record_11.py prose`` wrote it. It stays as it is when a lesson changes, since everything that
was recorded rests on it.
"""

from collections import Counter

import numpy as np

from course_lib.support.caching import remember
from course_lib.support.shipped_files import shipped_file
from course_lib.teaching import records

CONTEXT = 64  # characters that the model sees at once
CHARACTERS = 48  # in the alphabet, the most frequent ones; the text has no others
TRAINING_SHARE = 0.9  # of the text, from its beginning; the rest tests the model
OPTIMIZERS = ("Adam", "SGD")
MEASURED = 16  # windows of training text on which the curvature is measured
LOOKS = (0, 50, 1500)  # the steps at which the curvature was measured


@remember()
def prose():
    """Return the text, one paragraph a line."""
    return shipped_file("assets/course_prose.txt").read_text(encoding="utf-8")


@remember()
def alphabet():
    """Return the characters of the text as one string, the most frequent first."""
    return "".join(character for character, _ in Counter(prose()).most_common())


def encode(text):
    """Return the places of the characters in `alphabet`, an ndarray of integers.

    Examples
    --------
    >>> encode("e a")
    array([1, 0, 3])
    """
    place = {character: i for i, character in enumerate(alphabet())}
    return np.array([place[character] for character in text])


def decode(places):
    """Return the text of places in `alphabet`.

    Examples
    --------
    >>> decode([1, 0, 3])
    'e a'
    """
    return "".join(alphabet()[i] for i in places)


@remember()
def split():
    """Return the encoded text for training, and the rest for the test."""
    codes = encode(prose())
    cut = int(TRAINING_SHARE * len(codes))
    return codes[:cut], codes[cut:]


def windows(codes, starts):
    """Return inputs and targets of shape (len(starts), CONTEXT); targets are one place further."""
    places = np.asarray(starts)[:, None] + np.arange(CONTEXT)
    return codes[places], codes[places + 1]


def evenly(codes, number):
    """Return `number` windows, spread evenly over the text."""
    starts = np.linspace(0, len(codes) - CONTEXT - 1, number).astype(int)
    return windows(codes, starts)


def frequencies_measured():
    """Return how often each character is read where the curvature is measured; sums to 1."""
    inputs, _ = evenly(split()[0], MEASURED)
    return np.bincount(inputs.ravel(), minlength=len(alphabet())) / inputs.size


def recorded():
    """Return the record of the transformer.

    Its arrays have the axes norm (with, without), optimizer (`OPTIMIZERS`), seed; then step of
    `LOOKS` or block, and rank or grid.
    """
    return records.load("11_transformer")


def largest_gap(eigenvalues):
    """Return after how many eigenvalues the ratio of two neighbours is largest, and this ratio.

    Examples
    --------
    >>> largest_gap([8.0, 7.0, 1.0, 0.5])
    (2, 7.0)
    """
    values = np.asarray(eigenvalues, float)
    ratios = values[:-1] / values[1:]
    place = int(np.argmax(ratios))
    return place + 1, float(ratios[place])


def ways():
    """Return a table of the four ways to train, as text: means over the seeds at the last look."""
    record, lines = recorded(), []
    lines.append(
        f"{'':24}{'loss':>6}{'on new text':>13}{'λ₁':>7}{'λₙ':>7}{'trace':>8}{'of its limit':>14}"
    )
    for i, norm in enumerate(("with", "without")):
        for j, optimizer in enumerate(OPTIMIZERS):
            loss, new, smallest, trace = (
                record[name][i, j, :, -1].mean()
                for name in ("loss", "test_loss", "smallest", "trace")
            )
            sharpness = record["top"][i, j, :, -1, 0].mean()
            share = record["share_of_limit"][i, j].mean()
            lines.append(
                f"{norm + ' norm, ' + optimizer:24}{loss:6.2f}{new:13.2f}{sharpness:7.0f}{smallest:7.1f}"
                f"{trace:8.0f}{share:14.2f}"
            )
    return "\n".join(lines)
