"""Predictions of lesson 03."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "3.a",
        "Four functions have the Hessian eigenvalues 2 and 0 at the origin: x² + y⁴, x² − y⁴, "
        "x² + y³ and x². How many of them have a local minimum there?",
        {
            "all four": "No eigenvalue is negative, that is right. But a zero eigenvalue allows a "
            "function to fall through its higher derivatives.",
            "one": "You may have counted strict minima. In the valley x² no point nearby is lower, so "
            "its points count as minima, too.",
            "two": "",
            "none": "A zero eigenvalue does not forbid a minimum. It only means that the Hessian cannot "
            "prove one.",
        },
        answer="two",
        outcome="Two have a minimum: x² + y⁴ a strict one, and x² a whole valley of them. The functions "
        "x² − y⁴ and x² + y³ fall along y.",
    ),
    Prediction(
        "3.b",
        "A search on the torus returns 3 minima, 4 saddles and 2 maxima, no point degenerate. "
        "What do you conclude?",
        {
            "the list is complete": "You trusted the search. The sum puts it to the test: "
            "3 − 4 + 2 = 1.",
            "points are missing": "",
            "nothing: the landscape may be like that": "Random landscapes do have many shapes. But on "
            "a torus all of them share one number, the sum Σ(−1)^index.",
        },
        answer="points are missing",
        outcome="The sum is 1, and over all points it must be 0. So at least one saddle is missing.",
    ),
    Prediction(
        "3.c",
        "The gradient turns −2 times around the monkey saddle. We tilt the landscape: we add 0.9x. "
        "Then the origin is no longer critical. What becomes of the monkey saddle?",
        {
            "one saddle": "An ordinary saddle is the simplest guess. It accounts for −1 turn, and the "
            "gradient far outside still turns −2 times.",
            "two saddles": "",
            "a minimum and a saddle": "These two often appear together. But their turns are +1 and −1, "
            "and the gradient far outside still turns −2 times.",
            "nothing is left": "A tilt can do that to a simpler point, such as the origin of x³ + y². But "
            "here the gradient far outside still turns −2 times, so something must remain inside.",
        },
        answer="two saddles",
        outcome="It splits into two saddles: −1 − 1 = −2.",
    ),
    Prediction(
        "3.d",
        "In four dimensions, of all critical points of such a landscape, about how many are minima?",
        {
            "one in 5": "With four eigenvalues the index runs from 0 to 4. You may have taken these five "
            "cases for equally common. But the middle ones are more common, as with four coins.",
            "one in 16": "",
            "one in 400": "Four positive eigenvalues are as rare as that in a random symmetric matrix "
            "(lesson 06). But the Hessian at a critical point of a random landscape is a random matrix "
            "of another kind.",
        },
        answer="one in 16",
        outcome="We counted: 0.060 on average over 40 landscapes, which is near 2⁻⁴ = 0.0625.",
    ),
    Prediction(
        "3.e",
        "Half of the critical points in the plane are saddles. Of our 2000 gradient descents from random "
        "starts, how many end at one?",
        {
            "about 1000": "You took every critical point to attract as much as any other. But a saddle "
            "pushes descent away along its falling direction.",
            "about 100": "Some descents do pass close to a saddle, and they wait there. But then they "
            "leave.",
            "none": "",
        },
        answer="none",
        outcome="All 2000 end at a minimum.",
    ),
)
