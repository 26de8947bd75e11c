"""A surface: what lies nearer covers what lies behind, and from above it is the contour plot."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from course_lib import plotting
from course_lib.exact import spectra
from course_lib.plotting import surfaces

GRID = np.linspace(-2, 2, 21)
LEVELS = 0.25 * np.arange(1, 11) ** 2
X, Y = np.meshgrid(GRID, GRID)


def shown(heights, elevation=30.0, azimuth=-60.0, curves=(), bottom=-4.0, top=4.0):
    surface = surfaces.Surface(Figure().subplots(), GRID, LEVELS, bottom, top)
    surface.show(heights, curves)
    surface.turn(elevation, azimuth)
    return surface


def corners(surface):
    """The polygons of the cells, which are filled, without those of the lines, which are not."""
    filled = surface.faces.get_facecolors()[:, 3] > 0
    return np.array([path.vertices for path in surface.faces.get_paths()])[filled]


@pytest.mark.parametrize("azimuth", [-90, -60, 10, 135])
def test_cells_are_painted_from_the_far_ones_to_the_near_ones(azimuth):
    """On a level floor seen at an angle, what is farther away stands higher in the picture."""
    height = corners(shown(np.zeros((21, 21)), 30, azimuth))[:, :4, 1].mean(axis=1)
    assert len(height) == 20 * 20
    assert (np.diff(height) < 1e-12).all()


def test_from_straight_above_heights_do_not_matter():
    flat, bowl = (corners(shown(z, 90, -90)) for z in (0 * X, 0.25 * (X**2 + Y**2)))
    np.testing.assert_allclose(flat, bowl, atol=1e-12)
    # The first axis points to the right and the second up, as in the contour plot.
    np.testing.assert_allclose(bowl.reshape(-1, 2).max(axis=0), [1, 1], atol=1e-12)
    rows = bowl[:, :4, 1].mean(axis=1).round(6)
    assert sorted(set(rows)) == pytest.approx((GRID[:-1] + 0.1) / 2)


def test_from_the_side_a_cut_through_the_surface_is_seen():
    """At elevation 0 the picture's vertical is the height: −4 to 4 is drawn as −0.75 to 0.75."""
    z = X**2 - 2
    inside = corners(shown(z, 0, -90)).reshape(-1, 2)
    np.testing.assert_allclose(inside[:, 1], ((2 * inside[:, 0]) ** 2 - 2) * 0.75 / 4, atol=1e-9)


@pytest.mark.parametrize(("low", "high"), [(-1.0, 1.3), (0.1, 0.2)])
def test_the_surface_is_cut_off_at_its_bounds(low, high):
    """Cells that a bound runs through are cut along it, not left out."""
    surface = shown(X * Y, 0, -90, bottom=low, top=high)
    heights = corners(surface)[..., 1]  # ±0.75 at the bounds
    assert heights.min() == pytest.approx(-0.75)
    assert heights.max() == pytest.approx(0.75)


def test_where_there_is_no_height_there_is_no_surface():
    z = np.where(X > 0.1, np.nan, X + Y)
    assert len(corners(shown(z))) == 10 * 20
    assert len(corners(shown(np.full((21, 21), np.nan)))) == 0


def test_a_curve_lies_on_the_surface():
    line = np.array([[-2.0, 2.0], [0.0, 0.0]])
    surface = shown(X**2 - 2, 0, -90, [surfaces.Curve(line, plotting.STIFF)])
    orange = surface.faces.get_edgecolors()[:, :3] == surfaces.to_rgba(plotting.STIFF["color"])[:3]
    paths = np.array([p.vertices for p in surface.faces.get_paths()])[orange.all(axis=1)]
    x, height = paths.reshape(-1, 2).T
    assert (x.min(), x.max()) == pytest.approx((-1, 1))
    # Between points of the grid the surface is flat: off the parabola by up to a cell's sag.
    np.testing.assert_allclose(height, ((2 * x) ** 2 - 2) * 0.75 / 4, atol=0.01 * 0.75 / 4 + 1e-9)


def test_eigenvectors_keep_their_colours_and_a_negative_one_is_told_apart():
    stiff, flat = surfaces.eigenvector_curves(spectra.eigh([[4, 0], [0, 1]]), 2.0)
    assert (stiff.style, flat.style) == (plotting.STIFF, plotting.FLAT)
    assert surfaces.eigenvector_curves(spectra.eigh([[4, 0], [0, -1]]), 2.0)[1].style == (
        plotting.NEGATIVE
    )
    assert surfaces.eigenvector_curves(None, 2.0) == []


def test_surface_and_contour_show_the_same_function():
    picture = surfaces.surface_beside_contour(
        lambda w: w[0] ** 2 - w[1],
        title="A trough",
        alt="A trough that slopes along b.",
        centre=(1.0, 5.0),
        spectrum=spectra.eigh([[2.0, 0.0], [0.0, 0.0]]),
        names=("a", "b"),
    )
    left, right = picture.figure.axes
    assert left.get_title(loc="left") == "A trough"
    assert [t.get_text() for t in right.get_xticklabels()][::2] == ["-1", "1", "3"]
    assert "5" in [t.get_text() for t in right.get_yticklabels()]
    assert (right.get_xlabel(), right.get_ylabel()) == ("a", "b")
    assert picture.alt == "A trough that slopes along b."
    assert picture.png().startswith(b"\x89PNG")


def test_a_function_that_is_finite_nowhere_is_refused():
    with pytest.raises(ValueError, match="finite somewhere"):
        surfaces.surface_beside_contour(lambda w: np.nan * w[0], title="", alt="")
    with pytest.raises(ValueError, match="reach must be positive"):
        surfaces.surface_beside_contour(lambda w: w[0], title="", alt="", reach=-1)
