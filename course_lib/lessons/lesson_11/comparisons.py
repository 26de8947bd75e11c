"""The question of lesson 11 that asks for a reason."""

from course_lib.teaching import Comparison

COMPARISONS = (
    Comparison(
        "11.7",
        "A colleague writes in a paper: “The sharpness of our model is λ₁ = 30.” What has to be said with "
        "this number before anybody can use it?",
        model="Of which loss: a mean or a sum, over what, with or without weight decay. On how many "
        "examples, since a part of them makes λ₁ too large on average. At which point of training and in "
        "which mode, since λ₁ moves and batch norm has two functions. With which error. And in which units "
        "of the weights, since a rescaling of the layers changes λ₁ and not the function.",
        points=(
            "The loss: mean or sum, and whether weight decay is in it.",
            "The examples, and how many: on a part of them λ₁ is too large on average.",
            "The moment and the mode: λ₁ moves during training, and eval mode is another function.",
        ),
    ),
)
