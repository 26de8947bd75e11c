"""The predictions of lesson 11."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "11.a",
        "A network of 1210 weights was trained by 200 full-batch steps, with a step size of a third of the "
        "limit. How much of the squared length of its gradient lies along the eigenvectors of the ten "
        "largest eigenvalues?",
        {
            "nearly all": "This is often reported for training with small batches, whose noise keeps "
            "shaking the stiff directions.",
            "about half": "With small batches it is more than half on this network. With full batches it is "
            "far less.",
            "nearly nothing": "",
        },
        answer="nearly nothing",
        outcome="It is less than one per cent. Here is a possible reason, which we did not test: below its "
        "limit, descent first removes the error along the stiff directions, as on a bowl (lesson 02). What "
        "is left lies along the flat ones. On a bowl with η = 0.1 and λ₁₀ = 0.6, the factor 1 − ηλ₁₀ = 0.94 "
        "leaves four millionths of that error after 200 steps.",
    ),
    Prediction(
        "11.b",
        "The weights and biases of the first layer are multiplied by 100. The weights of the second are "
        "divided by 100, and its biases stay. What changes: the outputs, or λ₁?",
        {
            "nothing": "The function stays the same. But λ₁ depends on the units of the weights, and these "
            "have changed.",
            "the outputs only": "ReLU lets a positive factor through, so the outputs stay the same.",
            "λ₁ only": "",
            "both": "λ₁ does change. But ReLU lets a positive factor through, so the outputs stay the same.",
        },
        answer="λ₁ only",
        outcome="All outputs stay the same to ten digits, and λ₁ grows more than a thousandfold.",
    ),
    Prediction(
        "11.c",
        "You measure on 50 of the 500 images. You repeat this many times, each time with 50 images chosen "
        "at random. How do λ₁ and the trace compare, on average, with those of all 500?",
        {
            "both right": "For the trace this is right. λ₁ is not a mean over the examples.",
            "both too large": "λ₁ is too large. But the trace is a mean over the examples.",
            "λ₁ too large, trace right": "",
            "λ₁ too small, trace right": "The trace is right. For λ₁, think of two examples, each with a "
            "stiffest direction of its own.",
        },
        answer="λ₁ too large, trace right",
        outcome="On average the trace is right, and λ₁ is too large. The fewer the examples, the larger the "
        "excess.",
    ),
    Prediction(
        "11.d",
        "The transformer has 48 classes, and some are far more frequent than others. Take its 50 largest "
        "eigenvalues after 1500 steps of Adam. After which of them is the ratio of two neighbours largest?",
        {
            "after 47": "This is C − 1, where lesson 07 found the gap with ten equally frequent classes.",
            "after 1": "",
            "nowhere, they form a slope": "For the last layer alone, this is right. But the largest "
            "eigenvalues come from other layers.",
        },
        answer="after 1",
        outcome="One eigenvalue stands apart, about four times as large as the second. After 47 there is "
        "no gap.",
    ),
)
