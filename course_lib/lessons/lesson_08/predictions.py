"""Predictions of lesson 08."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "8.a",
        "A flat valley has λ = 1, and a sharp one has λ = 10. On new data the minimum of each valley is "
        "shifted by the same distance δ. How much does this shift cost in the sharp valley, compared with "
        "the flat one?",
        {
            "10 times as much": "",
            "100 times as much": "The cost does contain a square, but it is the square of the distance δ, "
            "not of λ.",
            "the same": "The distance is the same. But a parabola with a larger λ rises more over the same "
            "distance.",
        },
        answer="10 times as much",
        outcome="The cost is ½ λ δ². It grows with the curvature, and with the square of the shift.",
    ),
    Prediction(
        "8.b",
        "We put noise with σ = 0.001 on every weight of two networks, one with tanh and one with ReLU. For "
        "which of them does ½σ² tr(H) predict the mean increase of the loss to within 5 %?",
        {
            "both networks": "You trust the formula whenever the noise is small. It also needs second "
            "derivatives, and ReLU has a kink.",
            "only the tanh network": "",
            "neither network": "For large noise, such as σ = 0.1, it fails for both. This noise is small.",
        },
        answer="only the tanh network",
        outcome="For tanh the ratio of measured to predicted is 1, within its standard error. For ReLU the "
        "loss rises several times as much as predicted.",
    ),
    Prediction(
        "8.c",
        "We multiply the hidden layer by α = 100 and divide the weights of the next layer by 100. Which of "
        "these five change: outputs, test error, λ₁, the length of the gradient, adaptive λ₁?",
        {
            "only λ₁": "If a weight becomes 100 times smaller, the slope along it becomes 100 times steeper. "
            "So the gradient changes, too.",
            "λ₁ and the gradient": "",
            "all but outputs and test error": "Adaptive λ₁ measures every weight in units of its own size, "
            "and the factor α cancels.",
            "all five": "The hidden layer multiplies by α, and the next layer divides by it. So the outputs "
            "cannot change, and neither can the test error.",
        },
        answer="λ₁ and the gradient",
        outcome="λ₁ becomes more than a thousand times as large, and the gradient becomes longer. Outputs, "
        "test error and adaptive λ₁ stay the same.",
    ),
    Prediction(
        "8.d",
        "Now we train both networks to the same loss instead of for the same number of epochs. How much "
        "smaller is the trace with small batches now?",
        {
            "still more than ten times": "In 100 epochs small batches make 25 times as many steps, and reach "
            "a much lower loss. At equal loss this advantage is gone.",
            "about 10 % smaller": "",
            "not smaller at all": "The different number of steps explains most of the difference, but not "
            "all of it.",
        },
        answer="about 10 % smaller",
        outcome="At equal loss the trace is about 11 % smaller on average, and it is smaller for each of "
        "20 seeds.",
    ),
    Prediction(
        "8.e",
        "Take 12 ReLU networks of one split, all at the same training loss. How is λ₁ related to the test "
        "error, on average over 24 splits?",
        {
            "strongly: sharper ones make more errors": "This is what the hypothesis says. We do not see it "
            "here, within one split and when only batch size, step size and start vary.",
            "weakly or not at all": "",
            "strongly: sharper ones make fewer errors": "You expected the opposite of the hypothesis. We "
            "see neither of the two here.",
        },
        answer="weakly or not at all",
        outcome="The mean rank correlation is about 0, and its interval goes from −0.2 to +0.2.",
    ),
    Prediction(
        "8.f",
        "We make the initial weights four times as large. With ReLU the network then ends sharper and makes "
        "three times as many errors. What happens with tanh?",
        {
            "sharper, more errors": "You expected the same as with ReLU. You are right about the errors. But "
            "λ₁ and the trace go the other way.",
            "flatter, fewer errors": "Flatter is right. But the test error does not follow.",
            "flatter, more errors": "",
        },
        answer="flatter, more errors",
        outcome="With tanh the trace falls by a third and λ₁ by a quarter, at equal loss. The test error "
        "doubles, from 8 % to 18 %.",
    ),
    Prediction(
        "8.g",
        "Within each kind of network, the narrow comparison showed no correlation of λ₁ and test error. Now "
        "put the ReLU and the tanh networks of a split together. What is the correlation?",
        {
            "near zero, as for each kind": "Two clouds without a trend can form a trend together. It depends "
            "on where the two clouds lie.",
            "clearly above zero": "",
            "clearly below zero": "This would happen if the sharper kind made fewer errors. Here it makes "
            "more.",
        },
        answer="clearly above zero",
        outcome="It is +0.54. The ReLU networks are sharper and make more errors than the tanh networks, so "
        "the number compares two kinds of network.",
    ),
    Prediction(
        "8.h",
        "With squared error, a network trained with the largest step size ends more than three times flatter "
        "than one trained with the smallest, at equal loss. How does its test error compare with that of the "
        "other network?",
        {
            "lower": "If flatness helped, the flattest networks would make the fewest errors. Here they do "
            "not.",
            "about the same": "For the step sizes from 0.05 to 0.6 the error hardly changes. At the largest "
            "step size, 0.8, it changes clearly.",
            "higher": "",
        },
        answer="higher",
        outcome="From η = 0.3 on, λ₁ falls along the curve 2/η. The test error does not follow: at the "
        "largest step it is 0.9 points higher.",
    ),
)
