"""Predictions of lesson 03."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "3.a",
        "Four functions have the Hessian eigenvalues 2 and 0 at the origin: x² + y⁴, x² − y⁴, "
        "x² + y³ and x². How many of them have a local minimum there?",
        {
            "all four": "No eigenvalue is negative, true. But a zero is silent, and two of them use "
            "the silence to go down.",
            "one": "You may have asked for a strict minimum. In the valley x² nobody nearby is lower, "
            "so it is a minimum as well.",
            "two": "",
            "none": "A zero does not forbid a minimum; it only withholds the proof.",
        },
        answer="two",
        outcome="x² + y⁴ has a strict minimum and x² a valley of them; x² − y⁴ and x² + y³ fall along y.",
    ),
    Prediction(
        "3.b",
        "A search on the torus returns 3 minima, 4 saddles and 2 maxima, no point degenerate. "
        "What do you conclude?",
        {
            "the list is complete": "Count: 3 − 4 + 2 is not 0, so it cannot be.",
            "points are missing": "",
            "nothing: the landscape may be like that": "A random landscape can have many shapes, but "
            "every one on a torus has the sum 0.",
        },
        answer="points are missing",
        outcome="The sum is 1 where it must be 0: at least one saddle is missing.",
    ),
    Prediction(
        "3.c",
        "In four dimensions, of all critical points of such a landscape, about how many are minima?",
        {
            "one in 5": "That is one for each index from 0 to 4, as if all were equally common. But the "
            "middle ones are more common.",
            "one in 16": "",
            "one in 400": "So rare are four positive eigenvalues in a random symmetric matrix "
            "(lesson 06). The Hessian at a critical point of a random landscape is another kind of "
            "random matrix.",
        },
        answer="one in 16",
        outcome="0.060 on average over 40 landscapes, near 2⁻⁴ = 0.0625.",
    ),
    Prediction(
        "3.d",
        "Half of the critical points in the plane are saddles. Of our 2000 gradient descents from random "
        "starts, how many end at one?",
        {
            "about 1000": "That would be so if every critical point attracted as much as any other. A "
            "saddle pushes away along its falling direction.",
            "about 100": "Some do pass close to a saddle, and wait. But they leave.",
            "none": "",
        },
        answer="none",
        outcome="Every one of the 2000 ends at a minimum.",
    ),
)
