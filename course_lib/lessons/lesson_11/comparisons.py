"""The question of lesson 11 that asks for a reason."""

from course_lib.teaching import Comparison

COMPARISONS = (
    Comparison(
        "11.7",
        "A colleague writes in a paper: “The sharpness of our model is λ₁ = 30.” What else has to be said "
        "before anybody can use this number?",
        model="Of which loss is this the sharpness: a mean or a sum, with weight decay or without? "
        "On how many examples was it measured? On a part of them λ₁ is too large on average. At which point "
        "of training, and in which mode? λ₁ changes during training, and with batch norm or dropout the two "
        "modes are two functions. How large is the error? And in which units are the weights? Rescaling the "
        "layers changes λ₁ and not the function.",
        points=(
            "The loss: a mean or a sum, and whether weight decay is in it.",
            "The examples, and how many: on a part of them λ₁ is too large on average.",
            "The moment and the mode: λ₁ changes during training, and eval mode computes another function.",
            "The error: how far off λ₁ may be.",
            "The units of the weights: rescaling the layers changes λ₁ and not the function.",
        ),
    ),
)
