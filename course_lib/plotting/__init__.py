"""The course's look: what each colour means, pictures with alt text, and figures that update.

A figure here is made once and then updated. A *view* owns its axes and artists: ``View(figure)``
creates them, ``view.update(state)`` moves them, and ``view.artists`` lists everything that changes,
in drawing order. A static picture and a panel with sliders use the same view, so a figure in the
text and the demo below it cannot disagree.
"""

from course_lib.plotting.artists import Contours, Eigenvectors, ErrorLines, Shading, legend_above
from course_lib.plotting.figures import (
    errors_along_eigenvectors,
    spectral_density_plot,
    spectral_report_plot,
)
from course_lib.plotting.pictures import Picture, View, described
from course_lib.plotting.png import png, small_png
from course_lib.plotting.style import (
    ADAPTIVE,
    DRAWING,
    FLAT,
    NEGATIVE,
    RUN,
    SERIES,
    STIFF,
    THEORY,
    LineStyle,
    style,
    use_style,
)

__all__ = ["Contours", "Eigenvectors", "ErrorLines", "Shading", "legend_above"]
__all__ += ["errors_along_eigenvectors"]
__all__ += ["spectral_density_plot", "spectral_report_plot"]
__all__ += ["Picture", "View", "described", "png", "small_png"]
__all__ += ["ADAPTIVE", "DRAWING", "FLAT", "NEGATIVE", "RUN", "SERIES", "STIFF", "THEORY"]
__all__ += ["LineStyle", "style", "use_style"]
