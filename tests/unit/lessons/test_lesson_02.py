"""What the demo of lesson 02 shows is what linear algebra says."""

import numpy as np

from course_lib.exact import spectra
from course_lib.lessons.lesson_02 import demo_quadratic


def test_the_demo_draws_what_linear_algebra_says(drawn):
    """Independent of the library: the closed form of gradient descent, by the matrix power."""
    H, eta = np.array([[4.0, 4.0], [4.0, 16.0]]), 0.05
    view, _ = drawn(demo_quadratic, 4.0, 4.0, 16.0, eta)
    start = np.array(view.path.get_data())[:, 0]
    for k in (1, 2, 7, 40):
        expected = np.linalg.matrix_power(np.eye(2) - eta * H, k) @ start
        assert np.allclose(np.array(view.path.get_data())[:, k], expected)
    for line, lam in zip(view.errors.theory, (10 + 2 * 13**0.5, 10 - 2 * 13**0.5), strict=True):
        k, size = line.get_data()
        visible = size > 1e-6
        assert np.allclose(size[visible], demo_quadratic.START * abs(1 - eta * lam) ** k[visible])
    for i, line in enumerate(view.eigenvectors.lines):
        end = np.array(line.get_data())[:, 1]
        lam = end @ H @ end / (end @ end)
        assert np.isclose(lam, (10 + 2 * 13**0.5, 10 - 2 * 13**0.5)[i])
        assert np.allclose(H @ end, lam * end)


def test_level_lines_lie_at_their_height(drawn):
    H = np.array([[4.0, 8.0], [8.0, 4.0]])
    view, _ = drawn(demo_quadratic, 4.0, 8.0, 4.0, 0.05)
    lines = [(1, p) for p in view.contours.above.get_paths()]
    lines += [(-1, p) for p in view.contours.below.get_paths()]
    assert {sign for sign, _ in lines} == {1, -1}
    for sign, path in lines:
        w = path.vertices
        heights = 0.5 * np.einsum("ki,ij,kj->k", w, H, w)
        level = view.contours.levels[np.abs(view.contours.levels - abs(heights).mean()).argmin()]
        assert np.allclose(heights, sign * level, rtol=0.05, atol=0.1)


def test_readout_says_what_happens():
    words = [
        demo_quadratic.readout(demo_quadratic.compute(4.0, 4.0, 16.0, eta))["descent"]
        for eta in (0.0, 0.05, 0.1, 0.11, 0.12)
    ]
    assert words == [
        "stands still",
        "converges, slower along v₂ (the flat one)",
        "converges, both directions alike",
        "converges, slower along v₁ (the stiff one)",
        "diverges along v₁",
    ]
    saddle = demo_quadratic.readout(demo_quadratic.compute(4.0, 8.0, 4.0, 0.05))
    assert saddle["κ"] == "not defined"
    assert "for ever" in saddle["descent"]
    valley = demo_quadratic.readout(demo_quadratic.compute(4.0, 4.0, 4.0, 0.05))
    assert valley["descent"] == "never ends along v₂"


def test_the_demo_uses_the_library_for_its_factors(monkeypatch):
    monkeypatch.setattr(spectra, "contraction_factors", lambda lam, eta: np.array([0.5, 0.25]))
    words = demo_quadratic.readout(demo_quadratic.compute(1.0, 0.0, 1.0, 0.1))
    assert words["left of the error after one step"] == "0.500 along v₁, 0.250 along v₂"
