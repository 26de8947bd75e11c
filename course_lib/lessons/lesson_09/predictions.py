"""The predictions of lesson 09."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "9.a",
        "A product Hv costs at most about two gradients. How much does it cost to find the trace of H "
        "exactly, for 610 weights?",
        {
            "one product": "One product is enough for a rough estimate, as you will see below. It is not "
            "enough for the exact trace.",
            "610 products": "You expect one product for each diagonal entry.",
            "610 × 610 products": "The matrix does have 610 × 610 entries. But one product with a suitable "
            "vector gives a whole column of 610 entries.",
        },
        answer="610 products",
        outcome="Let eᵢ be the vector with a 1 in place i and zeros elsewhere. Then eᵢᵀHeᵢ is the diagonal "
        "entry hᵢᵢ. The trace is the sum of all of them, so it takes as many products as weights.",
    ),
    Prediction(
        "9.b",
        "The standard error is 4 % with 20 probes. How large is it with 80?",
        {
            "4 %": "It would stay at 4 % if every probe repeated the same mistake. New probes make new "
            "mistakes, and these partly cancel.",
            "2 %": "You expect four times the probes to halve the error.",
            "1 %": "An error of 1 % takes 320 probes: the error falls like 1/√m, not like 1/m.",
        },
        answer="2 %",
        outcome="Four times the probes halve the error, because it falls like 1/√m.",
    ),
    Prediction(
        "9.c",
        "You look at the 95 % interval after every single probe, from the second on, and you stop as soon "
        "as it is narrow enough. How often does the interval contain the trace when you stop?",
        {
            "95 times in 100": "A single look, after a number of probes chosen in advance, is right 95 times "
            "in 100. But here you choose the look, and you choose it because the interval is narrow.",
            "fewer than 95 times in 100": "You expect a rule that stops at a narrow interval to favour "
            "runs whose probes happen to agree.",
            "more than 95 times in 100": "More probes do make the estimate better. But the interval shrinks "
            "at the same time, so it does not contain the trace more often.",
        },
        answer="fewer than 95 times in 100",
        outcome="From time to time the first two or three probes agree by chance, on a wrong value. Then the "
        "interval is narrow, and the run stops there.",
    ),
    Prediction(
        "9.d",
        "Both kinds of probes have E[vvᵀ] = I. On the small matrix the standard deviation of signs is less "
        "than a third of that of Gaussian entries. How do the two compare on the Hessian of this network?",
        {
            "signs: less than a third": "They would scatter so much less if most of the squared entries of H "
            "were on its diagonal, as in the small matrix. Here most are off the diagonal.",
            "signs: about an eighth smaller": "You expect the diagonal of this Hessian to hold only a small "
            "part of the squared entries.",
            "both are the same": "E[vvᵀ] = I makes the mean of vᵀHv the same. The variance depends on more: "
            "on averages of products of four entries of v.",
        },
        answer="signs: about an eighth smaller",
        outcome="The variances are 2(‖H‖²_F − Σhᵢᵢ²) for signs and 2‖H‖²_F for Gaussian entries. On this "
        "network signs have a standard deviation that is about an eighth smaller.",
    ),
    Prediction(
        "9.e",
        "Each method spends 60 products. Which one comes nearest to the trace of this network, over many "
        "seeds?",
        {
            "Hutchinson": "Hutchinson does win where no eigenvalue stands out. Here some do.",
            "Hutch++ or XTrace, ten times nearer": "They do come far nearer where ten eigenvalues carry "
            "nearly the whole trace. Here 20 directions carry four fifths of the squared scatter. But 60 "
            "products find these directions only roughly, and only a part of the budget is left for the "
            "rest.",
            "about the same": "You expect the basis Q to gain something, and the smaller number of probes to "
            "lose it again.",
        },
        answer="about the same",
        outcome="At 60 products the three are within a tenth of each other. At 12 products Hutchinson is "
        "ahead, at 120 the other two are. On ten outliers the errors of the other two are a hundred times "
        "smaller.",
    ),
    Prediction(
        "9.f",
        "You run 200 steps of Lanczos as you wrote it, on this network. How often does λ₁ appear among the "
        "200 eigenvalues of T?",
        {
            "never": "λ₁ is the first eigenvalue that the method finds, so it cannot be missing.",
            "once": "In exact arithmetic you would be right. A computer rounds.",
            "about ten times": "You expect rounding to bring λ₁ back.",
        },
        answer="about ten times",
        outcome="At about step 30 a second copy appears. More copies follow, and each of them agrees with "
        "λ₁ to ten digits.",
    ),
)
