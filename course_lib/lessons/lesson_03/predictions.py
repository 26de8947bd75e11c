"""Predictions of lesson 03."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "3.a",
        "Four functions have the Hessian eigenvalues 2 and 0 at the origin: x² + y⁴, x² − y⁴, "
        "x² + y³ and x². How many of them have a local minimum there?",
        {
            "all four": "You are right that no eigenvalue is negative. But if an eigenvalue is "
            "zero, the higher derivatives can still make the function fall.",
            "one": "That would be right for strict minima only. In the valley of x² no point "
            "nearby is lower, so the points on its floor are minima, too (with ties).",
            "two": "",
            "none": "A zero eigenvalue does not forbid a minimum. It only means that the Hessian cannot "
            "prove one.",
        },
        answer="two",
        outcome="Two functions have a minimum at the origin. The minimum of x² + y⁴ is strict. "
        "The function x² has a whole valley of minima. The functions x² − y⁴ and x² + y³ "
        "have lower points on the y axis, as close to the origin as you look.",
    ),
    Prediction(
        "3.b",
        "A search on the torus returns 3 minima, 4 saddles and 2 maxima. No point is degenerate. "
        "What do you conclude?",
        {
            "the list is complete": "You trusted the search. Use the sum to test it: 3 − 4 + 2 = "
            "1.",
            "points are missing": "",
            "nothing: the landscape may be like that": "Random landscapes do have many shapes. "
            "But on a torus the sum Σ(−1)^index has the same value for all of them.",
        },
        answer="points are missing",
        outcome="The sum over these points is 1, but the sum over all critical points must be 0. "
        "So at least one saddle is missing.",
    ),
    Prediction(
        "3.c",
        "The gradient turns −2 times around the monkey saddle x³ − 3xy². We tilt the landscape: we "
        "add 0.9x. Then the origin is no longer a critical point. What becomes of the monkey saddle?",
        {
            "one saddle": "An ordinary saddle is the simplest guess. But it accounts for only −1 "
            "turn, and far from the origin the gradient still turns −2 times.",
            "two saddles": "",
            "a minimum and a saddle": "A minimum and a saddle often appear together. But their "
            "turns are +1 and −1, and far from the origin the gradient still turns −2 times.",
            "nothing is left": "A tilt can do that to a simpler point, such as the origin of x³ "
            "+ y². But here the gradient far from the origin still turns −2 times, so some "
            "critical point must remain.",
        },
        answer="two saddles",
        outcome="The monkey saddle splits into two saddles. Their turns add up: −1 − 1 = −2.",
    ),
    Prediction(
        "3.d",
        "Take a random landscape of this kind in four dimensions. About how many of its critical "
        "points are minima?",
        {
            "one in 5": "With four eigenvalues the index runs from 0 to 4. One in 5 would be "
            "right if these five cases were equally common. But the middle cases are more "
            "common, as they are for the number of heads in four coin tosses.",
            "one in 16": "",
            "one in 400": "That is right for symmetric matrices with random entries: about one in "
            "400 of them has four positive eigenvalues (lesson 06). But the Hessian at a critical "
            "point of a random landscape is a random matrix of a different kind.",
        },
        answer="one in 16",
        outcome="In 40 landscapes the share of minima is 0.060 on average. That is close to 2⁻⁴ "
        "= 0.0625, which is one in 16.",
    ),
    Prediction(
        "3.e",
        "Half of the critical points in the plane are saddles. We run gradient descent from 2000 "
        "random starts. How many runs end at a saddle?",
        {
            "about 1000": "That would be right if every critical point attracted gradient "
            "descent equally. But a saddle pushes it away along the direction in which the "
            "function falls.",
            "about 100": "Some runs do pass close to a saddle, and they stay near it for many "
            "steps. But then they leave.",
            "none": "",
        },
        answer="none",
        outcome="Each of the 2000 runs ends at a minimum.",
    ),
)
