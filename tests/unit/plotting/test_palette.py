"""The colours that carry meaning: apart for every kind of colour vision, and seen on white."""

import itertools

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from course_lib import plotting

ROLES = {
    "stiff": plotting.STIFF, "flat": plotting.FLAT, "negative": plotting.NEGATIVE,
    "theory": plotting.THEORY, "run": plotting.RUN,
}  # fmt: skip

PAIRS = list(itertools.combinations(ROLES, 2))

# Machado, Oliveira and Fernandes (2009), full severity, on linear RGB.
VISION = {
    "all colours": np.eye(3),
    "no red": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
               [-0.003882, -0.048116, 1.051998]],
    "no green": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                 [-0.011820, 0.042940, 0.968881]],
    "no blue": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                [0.004733, 0.691367, 0.303900]],
    "none": np.tile([0.2126, 0.7152, 0.0722], (3, 1)),
}  # fmt: skip
TO_CONES = [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005]]  # fmt: skip
TO_LAB = [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
          [0.0259040371, 0.7827717662, -0.8086757660]]  # fmt: skip


def linear(look):
    rgb = np.array(to_rgb(look["color"]))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def seen(look, vision):
    """Where a colour lies for an eye, in Björn Ottosson's Oklab (2020)."""
    rgb = np.clip(np.array(VISION[vision]) @ linear(look), 0, 1)
    return np.array(TO_LAB) @ np.cbrt(np.array(TO_CONES) @ rgb)


def test_grey_stays_grey_for_every_eye():
    for matrix in VISION.values():
        assert np.allclose(np.sum(matrix, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("pair", PAIRS, ids=" and ".join)
def test_two_roles_are_told_apart(pair, vision):
    """By the colour as this eye sees it, or else by the line style or the marker."""
    one, other = (ROLES[name] for name in pair)
    apart = np.linalg.norm(seen(one, vision) - seen(other, vision))
    solid = {look.get("linestyle", "-") for look in (one, other)}
    assert apart > 0.1 or len(solid) == 2 or "run" in pair, f"{apart:.3f}"


@pytest.mark.parametrize("pair", PAIRS, ids=" and ".join)
def test_without_any_blue_green_or_red_most_roles_keep_a_colour_of_their_own(pair):
    one, other = (ROLES[name] for name in pair)
    for vision in ("all colours", "no red", "no green", "no blue"):
        assert np.linalg.norm(seen(one, vision) - seen(other, vision)) > 0.06, vision


@pytest.mark.parametrize("name", ROLES)
def test_every_role_stands_out_from_white(name):
    """Three to one, as WCAG 2.2 asks of what is needed to understand a graphic (1.4.11)."""
    luminance = np.array([0.2126, 0.7152, 0.0722]) @ linear(ROLES[name])
    assert 1.05 / (luminance + 0.05) > 3
