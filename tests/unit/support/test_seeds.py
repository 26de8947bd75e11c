"""One seed for a network and for its probes: the numbers must not be the same."""

import numpy as np
import pytest

from course_lib.curvature import flatness, lanczos, networks, trace
from course_lib.support.seeds import stream


@pytest.mark.parametrize("seed", [0, 5])
def test_probes_and_starts_do_not_repeat_the_weights(seed):
    network = networks.mlp((3, 40))
    w = network.init(seed)
    weights = w[w != 0]  # the biases are zero
    probe = trace.probes(weights.size, 1, "gaussian", seed)[:, 0]
    start = lanczos.lanczos(np.diag(np.arange(120.0)), 1, seed=seed).vectors[:, 0]
    direction = flatness.random_direction(network, w, filterwise=False, seed=seed)[w != 0]
    for vector in (probe, start, direction):
        cosine = vector @ weights / np.linalg.norm(vector) / np.linalg.norm(weights)
        assert abs(cosine) < 0.4  # 4 standard deviations for independent directions


@pytest.mark.parametrize("seed", [0, 5])
def test_noise_does_not_repeat_the_weights(seed):
    w = networks.mlp((3, 40)).init(seed)
    along = w / np.linalg.norm(w)
    found = flatness.noise_increase(
        lambda x: (x @ along) ** 2, w, sigma=1.0, num_pairs=2, seed=seed
    )
    assert found.samples.max() < 4**2  # a sample is (u·along)², of mean 1


def test_a_stream_repeats_by_its_seed_and_moves_on_with_a_generator():
    assert stream(3).random() == stream(3).random() == stream(np.random.default_rng(3)).random()
    rng = np.random.default_rng(3)
    assert stream(rng).random() != stream(rng).random()
    assert stream(3).random() != np.random.default_rng(3).random()
