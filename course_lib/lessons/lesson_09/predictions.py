"""The predictions of lesson 09."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "9.a",
        "Hv costs one or two gradients. How much does it cost to find the trace of H "
        "exactly, for 610 weights?",
        {
            "one product": "One product gives one sample of vᵀHv. It is right on average only.",
            "610 products": "",
            "610 × 610 products": "That many entries there are, but each product gives 610 at once.",
        },
        answer="610 products",
        outcome="With eᵢ the vector that has a 1 in place i and zeros elsewhere, eᵢᵀHeᵢ is a diagonal "
        "entry. The trace is their sum: as many products as weights.",
    ),
    Prediction(
        "9.b",
        "The error is 4 % with 20 probes. How large with 80?",
        {
            "4 %": "More probes do help, only slowly.",
            "2 %": "",
            "1 %": "That takes 320: the error falls like 1/√m, not like 1/m.",
        },
        answer="2 %",
        outcome="Four times the probes halve the error: it falls like 1/√m.",
    ),
    Prediction(
        "9.c",
        "Both kinds of probes have E[vvᵀ] = I. Which has the smaller spread on this Hessian?",
        {
            "Rademacher": "Here its standard deviation is about an eighth smaller.",
            "Gaussian": "Its vᵢ² scatter around 1, so the diagonal adds noise.",
            "the same": "E[vvᵀ] = I gives the same mean. The variance needs fourth moments.",
        },
        answer="Rademacher",
        outcome="The variances are 2(‖H‖²_F − Σhᵢᵢ²) and 2‖H‖²_F: signs leave the diagonal out.",
    ),
    Prediction(
        "9.d",
        "60 products each. On this network, which comes nearest to the trace, over many seeds?",
        {
            "Hutchinson": "Not by much: it is within a tenth of the other two here.",
            "Hutch++ or XTrace, ten times nearer": "That is so where ten eigenvalues carry all. "
            "Here 20 directions hold four fifths of the squared scatter. But they are found only "
            "roughly, and a third of the probes is left for the rest: it evens out.",
            "about the same": "",
        },
        answer="about the same",
        outcome="Within a tenth of each other at 60 products; at 12 Hutchinson is ahead, at 120 the "
        "other two. On ten outliers they are a hundred times nearer.",
    ),
    Prediction(
        "9.e",
        "200 steps of Lanczos as you wrote it, on this network. How often is λ₁ among the 200 "
        "eigenvalues of T?",
        {
            "never": "It is the first one to be found.",
            "once": "That is true in exact arithmetic. Rounding changes it.",
            "about ten times": "",
        },
        answer="about ten times",
        outcome="Around step 30 a second copy appears, and more follow, each converged to ten digits.",
    ),
)
