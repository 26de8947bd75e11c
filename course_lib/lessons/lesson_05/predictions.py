"""Predictions of lesson 05."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "5.a",
        "½(ab − 1)², descent with η = 0.4, so 2/η = 5. It starts close to the valley floor, where "
        "a² + b² = 5.5. The error r = ab − 1 therefore changes its sign at every step and grows by a fifth. "
        "What happens to the error in the long run?",
        {
            "it grows without end": "On a quadratic you would be right: there λ₁ stays 5.5 for ever.",
            "it grows, then dies out": "You expect that something will bring λ₁ below 5.",
            "it keeps a constant size": "A constant size needs λ₁ = 2/η exactly; here λ₁ starts above.",
        },
        answer="it grows, then dies out",
        outcome="The error grows to 0.38. Meanwhile a² + b² falls from 5.5 to 4.5, below the limit of 5, "
        "and there the oscillation dies out.",
    ),
    Prediction(
        "5.b",
        "½(ab − 1)² from (3, ½), where λ₁ = 9.4. We run descent with η = 0.1 (2/η = 20) and with η = 0.35 "
        "(2/η = 5.7). Where do the two runs end?",
        {
            "at the same minimum": "There would be one end for both if there were one minimum. This valley "
            "has a whole curve of minima.",
            "the larger step at a flatter minimum": "You expect that the step size selects the minimum.",
            "the larger step diverges": "The step is indeed too large for the point where the run starts. "
            "But λ₁ differs from place to place.",
        },
        answer="the larger step at a flatter minimum",
        outcome="With η = 0.1 the run ends at λ₁ = 8.95, close to its start. With η = 0.35 it is thrown "
        "across the valley and ends at λ₁ = 2.24, below its limit.",
    ),
    Prediction(
        "5.c",
        "The network, squared error, full batches, η = 0.4, so 2/η = 5. At the start λ₁ is about 2, and "
        "training makes it grow. What will λ₁ do?",
        {
            "grow past 5, and training diverges": "Divergence is what a quadratic would do, since its λ₁ "
            "never changes.",
            "stop growing well below 5": "With the small step 0.05, 1500 steps look like that: λ₁ is still "
            "far below its limit.",
            "grow to about 5 and hover there": "You carry the two weights over to the network.",
        },
        answer="grow to about 5 and hover there",
        outcome="λ₁ passes 5 once, comes back, and then hovers just above 5. The loss jumps up and down, and "
        "in the long run it falls all the same.",
    ),
    Prediction(
        "5.d",
        "At step 350 the run with η = 0.4 is at the edge, λ₁ ≈ 5. We halve η to 0.2. What does λ₁ do next?",
        {
            "it falls to about 2.5": "You halve λ₁ together with η. The limit is 2/η, so it moves the "
            "other way.",
            "it stays near 5": "With η = 0.2 the value 5 is stable. But stability alone does not hold λ₁ "
            "in place.",
            "it climbs again": "You expect that the oscillation was all that held λ₁ down.",
        },
        answer="it climbs again",
        outcome="The limit is now 10. The oscillation dies out, nothing brings λ₁ down any more, and λ₁ "
        "climbs again.",
    ),
    Prediction(
        "5.e",
        "The same run, at step 350, λ₁ ≈ 5. This time we double η to 0.8. What happens?",
        {
            "training is twice as fast, nothing else": "Along flat directions a double step is twice as "
            "fast. Along v₁ the step was at its limit already.",
            "the loss jumps, then λ₁ settles lower": "You expect a catapult, as with the two weights.",
            "training diverges": "For a few steps the loss does grow like that of a quadratic beyond its "
            "limit.",
        },
        answer="the loss jumps, then λ₁ settles lower",
        outcome="The next steps multiply the error along v₁ by about −3 each, so the loss jumps. The "
        "large oscillation throws λ₁ down to the new limit of 2.5, and training goes on.",
    ),
)
