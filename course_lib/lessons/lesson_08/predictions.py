"""Predictions of lesson 08."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "8.a",
        "Noise of σ = 0.001 in every weight. Whose mean increase of the loss does ½σ² tr(H) predict to "
        "within 5 %?",
        {
            "both networks'": "For smooth units, yes. A kink has no second derivative.",
            "only tanh's": "",
            "neither's": "At σ = 0.1 neither. But this is small noise, and tanh is smooth.",
        },
        answer="only tanh's",
        outcome="For tanh the ratio is 1, within its error. For ReLU the loss rises several times "
        "more than predicted, and smaller noise makes it worse before it gets better.",
    ),
    Prediction(
        "8.b",
        "α = 100. Of these five, what changes: outputs, test error, λ₁, ‖∇f‖, adaptive λ₁?",
        {
            "only λ₁": "The gradient is a matter of coordinates too: per unit of a shrunken weight, the "
            "loss changes faster.",
            "λ₁ and ‖∇f‖": "",
            "all but outputs and test error": "Adaptive λ₁ counts in the weights' own size, and that "
            "cancels.",
            "all five": "The outputs stay: what the first layer multiplies, the second divides.",
        },
        answer="λ₁ and ‖∇f‖",
        outcome="λ₁ grows more than a thousand times and the gradient grows; outputs, test error and "
        "adaptive λ₁ stay.",
    ),
    Prediction(
        "8.c",
        "Train both to the same loss instead of for equally many epochs. How much smaller is the trace "
        "with small batches then?",
        {
            "still more than ten times": "Most of that was not the batch: small batches made 25 times as "
            "many steps.",
            "about a tenth smaller": "",
            "not at all": "That was the bulk of it, and yet something remains, seed after seed.",
        },
        answer="about a tenth smaller",
        outcome="At equal loss the trace is about 11 % smaller on average, and smaller for each of "
        "20 seeds.",
    ),
    Prediction(
        "8.d",
        "Inside one split, 12 ReLU networks at equal loss: how does λ₁ go with the test error, on "
        "average over the splits?",
        {
            "strongly: sharper errs more": "That is the hypothesis. At equal loss, for one task and one "
            "kind of network, nothing of it is seen here.",
            "weakly, or not at all": "",
            "strongly: sharper errs less": "Neither way.",
        },
        answer="weakly, or not at all",
        outcome="On average over 24 splits the rank correlation is about 0; its interval reaches from "
        "−0.2 to 0.2.",
    ),
    Prediction(
        "8.e",
        "For tanh it is near zero as well. Now take ReLU and tanh networks of a split together: the "
        "correlation of λ₁ with the test error?",
        {
            "near zero, as for each": "Two clouds without a trend can form one: it depends on where they "
            "lie.",
            "clearly above zero": "",
            "clearly below zero": "It could have come out so: that depends on which kind is the sharper "
            "one.",
        },
        answer="clearly above zero",
        outcome="+0.54. The ReLU networks are sharper and err more than the tanh networks: the number "
        "compares two kinds.",
    ),
    Prediction(
        "8.f",
        "The largest step ends more than three times flatter than the smallest, at equal loss. And its "
        "test error?",
        {
            "clearly lower": "That is what the story says.",
            "not lower": "",
            "three times lower": "λ₁ is no measure of the error.",
        },
        answer="not lower",
        outcome="λ₁ falls along 2/η, and the test error does not fall with it: at the largest step it is "
        "higher.",
    ),
)
