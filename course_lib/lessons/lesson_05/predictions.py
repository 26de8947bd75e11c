"""Predictions of lesson 05."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "5.a",
        "We run descent on ½(ab − 1)² with η = 0.4, so 2/η = 5. The run starts close to the valley floor, at "
        "a point with a² + b² = 5.5. At first a step multiplies the error r = ab − 1 by about "
        "1 − 0.4·5.5 = −1.2, so the error changes its sign and grows by a fifth. What happens to it in the "
        "long run?",
        {
            "it grows without end": "On a quadratic you would be right: there λ₁ stays at 5.5 for ever.",
            "it grows, then dies out": "On a quadratic nothing could bring λ₁ below 5. But the "
            "valley is curved, so λ₁ changes as the weights move along it.",
            "it keeps a constant size": "A constant size needs λ₁ = 2/η exactly. Here λ₁ starts above 2/η.",
        },
        answer="it grows, then dies out",
        outcome="The error grows to 0.38. Meanwhile a² + b² falls from 5.5 to 4.5, below the limit of 5, "
        "and there the oscillation dies out.",
    ),
    Prediction(
        "5.b",
        "Two runs on ½(ab − 1)² start at (3, ½), where λ₁ = 9.4. One has η = 0.1 (2/η = 20), the other has "
        "η = 0.35 (2/η = 5.7). Where do the two runs end?",
        {
            "at the same minimum": "Both runs would end at the same point if there were only one minimum. "
            "This valley has a whole curve of minima.",
            "the larger step at a flatter minimum": "At a minimum with λ₁ above 2/η "
            "the oscillation grows, so no run can end there. The larger the step, the more minima this "
            "rules out.",
            "the larger step diverges": "The step is indeed too large for the point where the run starts. "
            "But λ₁ differs from place to place.",
        },
        answer="the larger step at a flatter minimum",
        outcome="With η = 0.1 the run ends at λ₁ = 8.95, close to its start. With η = 0.35 the run is "
        "thrown across the valley and ends at λ₁ = 2.24, below its limit.",
    ),
    Prediction(
        "5.c",
        "We train the network with squared error, full batches and η = 0.4, so 2/η = 5. At the start λ₁ is "
        "about 2, and training makes it grow. What will λ₁ do?",
        {
            "grow past 5, and training diverges": "On a quadratic the run would diverge, since λ₁ never "
            "changes there.",
            "stop growing well below 5": "With the small step size 0.05, λ₁ does stay far below its limit of "
            "40. But even there it grows past 5.",
            "grow to about 5 and hover there": "With the two weights, too, an oscillation "
            "lowered λ₁ once it was above the limit.",
        },
        answer="grow to about 5 and hover there",
        outcome="λ₁ climbs past 5, to about 7, and comes back about a hundred steps later. Then it hovers "
        "just above 5. The loss jumps up and down, but in the long run it falls.",
    ),
    Prediction(
        "5.d",
        "At step 350 the run with η = 0.4 is at the edge, λ₁ ≈ 5. We halve η to 0.2. What does λ₁ do next?",
        {
            "it falls to about 2.5": "λ₁ would fall if it followed η. But the limit is 2/η, so it doubles "
            "when η is halved.",
            "it stays near 5": "With η = 0.2 descent is stable at λ₁ = 5. But stability does not keep λ₁ "
            "from changing.",
            "it climbs again": "You think that only the oscillation held λ₁ down.",
        },
        answer="it climbs again",
        outcome="The limit is now 10. The oscillation dies out, nothing brings λ₁ down any more, and λ₁ "
        "climbs again.",
    ),
    Prediction(
        "5.e",
        "Take the same run at step 350, with λ₁ ≈ 5. This time we double η to 0.8. What happens?",
        {
            "training is twice as fast, nothing else": "Along flat directions a doubled step is twice as "
            "fast. Along v₁ the step size was already at its limit.",
            "the loss jumps, then λ₁ settles lower": "That is a catapult, as with the two weights.",
            "training diverges": "For a few steps the loss does grow, as on a quadratic with λ₁ above the "
            "limit.",
        },
        answer="the loss jumps, then λ₁ settles lower",
        outcome="The next steps multiply the error along v₁ by about −3 each, so the loss jumps. The "
        "large oscillation throws λ₁ down to the new limit of 2.5, and training goes on.",
    ),
)
