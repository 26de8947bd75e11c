"""Figures of results: what is drawn is what was computed, and the words say it."""

import io

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from PIL import Image

from course_lib import plotting
from course_lib.curvature.density import spectral_density

A = np.diag(np.r_[np.zeros(150), np.linspace(-1, 1, 150), 10.0])


def lines(picture):
    return {line.get_label(): line for line in picture.figure.axes[0].get_lines()}


def test_the_curve_is_the_density_and_its_band_two_standard_errors():
    density = spectral_density(A, num_steps=30, num_probes=10)
    picture = plotting.spectral_density_plot(density, sigma=0.2)
    grid, shown = lines(picture)["estimate"].get_data()
    estimate, stderr = density.density(grid, 0.2)
    floor = picture.figure.axes[0].get_ylim()[0]
    np.testing.assert_allclose(shown, np.maximum(estimate, floor))
    (band,) = picture.figure.axes[0].collections
    top = band.get_paths()[0].vertices[:, 1].max()
    assert top == pytest.approx((estimate + 2 * stderr).max())
    assert picture.figure.axes[0].get_yscale() == "log"
    one_eigenvalue = 1 / (301 * 0.2 * np.sqrt(2 * np.pi))
    assert floor < 0.1 * one_eigenvalue  # an outlier, one in n, is seen


def test_the_sentence_is_computed_from_the_density():
    density = spectral_density(A, num_steps=30, num_probes=200)
    alt = plotting.spectral_density_plot(density, sigma=0.2).alt
    share = (150 + 0.2 * 150) / 301
    stated = float(alt.split("%")[0].split()[-1]) / 100
    assert abs(stated - share) < 0.05
    for words in ("301 eigenvalues", "λₙ ≈ -1", "λ₁ ≈ 10", "within 0.2 of zero", "200 probes"):
        assert words in alt


def test_one_probe_is_drawn_without_a_band():
    picture = plotting.spectral_density_plot(spectral_density(A, 20, 1))
    assert len(picture.figure.axes[0].collections) == 0
    assert "no error bar" in picture.alt
    assert picture.png().startswith(b"\x89PNG")


@pytest.mark.parametrize("matrix", [np.zeros((9, 9)), 3 * np.eye(9), -np.eye(1)])
def test_a_spectrum_of_one_value_can_be_drawn(matrix):
    assert plotting.spectral_density_plot(spectral_density(matrix)).png()


def test_negative_curvature_has_its_own_line_style():
    def look(density, name):
        found = [
            line
            for label, line in lines(plotting.spectral_density_plot(density)).items()
            if label.startswith(name)
        ]
        return found[0].get_color(), found[0].get_linestyle()

    indefinite, positive = spectral_density(A), spectral_density(A + 2 * np.eye(301))
    assert look(indefinite, "λ₁") == (plotting.STIFF["color"], "-")
    assert look(indefinite, "λₙ") == (plotting.NEGATIVE["color"], ":")
    assert look(positive, "λₙ") == (plotting.FLAT["color"], "--")


def test_sigma_must_be_positive():
    with pytest.raises(ValueError, match="sigma must be positive"):
        plotting.spectral_density_plot(spectral_density(A), sigma=-1)


def drawn():
    """A line on many shades, which no palette of 256 colours holds."""
    figure = Figure(figsize=(1.3, 0.7))
    ax = figure.add_subplot()
    ax.imshow(np.random.default_rng(0).random((20, 40)), cmap="viridis", aspect="auto")
    ax.plot([0, 39], [0, 19], color="red")
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return canvas, np.asarray(canvas.buffer_rgba())[:, :, :3]


def test_png_holds_the_pixels_of_the_canvas():
    canvas, pixels = drawn()
    picture = Image.open(io.BytesIO(plotting.png(canvas)))
    assert picture.mode == "RGB"
    assert np.array_equal(picture, pixels)


def test_small_png_shows_the_same_picture_to_the_eye_in_fewer_bytes():
    canvas, pixels = drawn()
    small = plotting.small_png(canvas)
    shown = np.asarray(Image.open(io.BytesIO(small)).convert("RGB"))
    off = np.abs(shown.astype(int) - pixels)
    assert off.max() <= 20  # of 255; on a drawing half of that
    assert off.mean() <= 2
    assert len(small) < len(plotting.png(canvas))


def test_shading_puts_the_first_row_below_and_leaves_what_is_unknown_white():
    figure = Figure(figsize=(2, 2))
    ax = figure.add_axes((0, 0, 1, 1))
    ax.axis("off")
    shading = plotting.Shading(ax, ListedColormap(["red", "lime", "blue"]))
    shading.set_data([[-1.0, -1.0, np.nan], [0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = np.asarray(canvas.buffer_rgba())[:, :, :3]
    assert pixels[-1, 0].tolist() == [255, 0, 0]
    assert pixels[-1, -1].tolist() == [255, 255, 255]
    assert pixels[len(pixels) // 2, 0].tolist() == [0, 255, 0]
    assert pixels[0, -1].tolist() == [0, 0, 255]


def test_a_picture_says_what_it_shows():
    picture = plotting.errors_along_eigenvectors([[1, 1], [0.1, 0.5]], [[4, 4], [4, 16]], 0.05)
    data, metadata = picture._repr_mimebundle_()
    assert "more is left along v₂" in picture.alt
    assert picture.alt in data["text/plain"]
    assert metadata["image/png"]["alt"] == picture.alt
