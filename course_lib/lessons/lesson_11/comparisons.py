"""The question of lesson 11 that asks for a reason."""

from course_lib.teaching import Comparison

COMPARISONS = (
    Comparison(
        "11.7",
        "A colleague writes in a paper: “The sharpness of our model is λ₁ = 30.” What else has to be said "
        "before anybody can use this number?",
        model="Of which loss is it the sharpness: a mean or a sum, over what, with or without weight decay? "
        "On how many examples was it measured, since on a part of them λ₁ is too large on average? At which "
        "point of training, and in which mode, since λ₁ changes and batch norm computes two different "
        "functions? How large is the error? And in which units are the weights, since rescaling the layers "
        "changes λ₁ and not the function?",
        points=(
            "The loss: mean or sum, and whether weight decay is in it.",
            "The examples, and how many: on a part of them λ₁ is too large on average.",
            "The moment and the mode: λ₁ changes during training, and eval mode computes another function.",
        ),
    ),
)
