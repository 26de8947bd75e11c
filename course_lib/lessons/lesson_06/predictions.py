"""The predictions of lesson 06."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "6.a",
        "A random symmetric 6 × 6 matrix (GOE). How likely are six positive eigenvalues?",
        {
            "1 in 64": "That would be six independent coins. Eigenvalues repel: if five are squeezed "
            "above zero, the sixth is pushed below.",
            "1 in 1000": "Rarer than coins, that is the right direction.",
            "1 in 200,000": "",
        },
        answer="1 in 200,000",
        outcome="About 1 in 216,000: far rarer than six coins, which would give 1 in 64.",
    ),
    Prediction(
        "6.b",
        "Now a random smooth landscape in six dimensions, with all its critical points found. What "
        "share of them are minima?",
        {
            "1 in 200,000": "That is the GOE's number. The Hessian at a critical point is not a GOE "
            "matrix.",
            "about 1 in 100": "",
            "about 1 in 7": "That would be one kind of point in seven, from index 0 to 6. The middle "
            "indices are much more common.",
        },
        answer="about 1 in 100",
        outcome="Some one per cent of them: rare, and a thousand times and more as common as a "
        "positive definite GOE matrix.",
    ),
    Prediction(
        "6.c",
        "Gradient descent starts 60 times at random on the tiny network. How often does it end at a "
        "saddle?",
        {
            "nearly always": "Nearly all points are saddles, true. But descent does not draw from a "
            "list of critical points: it runs downhill, and off a saddle.",
            "about half the time": "A saddle repels along each direction of negative curvature.",
            "never": "",
        },
        answer="never",
        outcome="60 of 60 runs end at a minimum. Counting points is not running downhill.",
    ),
)
