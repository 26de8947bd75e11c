"""The exercise on exact zeros, with the wrong answers that people give."""

from course_lib.teaching import Exercise, Misconception, Number

ZEROS = Exercise(
    id="7.1",
    prompt="tanh network 64-16-10 with biases; 5 pixels are 0 in every training image. How many Hessian "
    "eigenvalues are exactly zero at a random start?",
    kinds=(Number(rtol=1e-6),),
    solution=97,
    praise="80 weights that never act, and 17 numbers that can be added to all ten logits alike.",
    misconceptions=(
        Misconception(
            "counts dead pixels only",
            80,
            "Right so far. Now the last layer: what can you add to it without changing any probability?",
        ),
        Misconception("forgets the bias", 96, "The last layer's bias can be shifted, too."),
        Misconception(
            "counts pixels, not weights", 5, "Each dead pixel has a weight to every hidden unit."
        ),
        Misconception(
            "counts only the shift of the biases",
            81,
            "Each of the 16 hidden units has ten outgoing weights as well: shift all ten alike.",
        ),
        Misconception(
            "counts only the shift",
            17,
            "That is the last layer's part. What about a weight whose input is always 0?",
        ),
        Misconception(
            "counts all weights that take part in the shift",
            250,
            "The last layer has 170 weights, but only vectors that shift *all ten logits alike* do nothing: "
            "one for each input of that layer, and one for the bias.",
        ),
        Misconception(
            "counts ten biases",
            90,
            "Ten biases, but one way to shift them all alike. And the weights of the last layer?",
        ),
        Misconception(
            "counts one shift for the whole layer",
            1,
            "One free direction for ten logits, but it can be had from each input of the last layer, not "
            "only from its bias. And the dead pixels?",
        ),
        Misconception(
            "counts only the shifts of the hidden units",
            16,
            "These sixteen are right: one for each hidden unit. The last layer's bias can be shifted as "
            "well, and there are the dead pixels.",
        ),
        Misconception(
            "counts nine shifts",
            233,
            "Of ten logits nine differences remain, and *these* the loss sees. Only the one common shift is "
            "free, for each input of the last layer.",
            matches=lambda zeros: zeros in (153, 233),
        ),
        Misconception(
            "gives a dead pixel seventeen weights",
            85,
            "A dead pixel has one weight to each hidden unit; the bias belongs to the unit, not to the "
            "pixel.",
            matches=lambda zeros: zeros in (85, 102),
        ),
        Misconception(
            "counts pixels beside the shifts",
            22,
            "The 17 are right. But a dead pixel has more than one weight.",
        ),
        Misconception(
            "counts all outgoing weights",
            240,
            "Of the 160 outgoing weights only those directions do nothing that move all ten logits alike: "
            "one for each hidden unit.",
            matches=lambda zeros: zeros in (160, 170, 240),
        ),
        Misconception("counts the others", 1113, "That many are *not* zero."),
        Misconception(
            "takes the bias for ten shifts",
            106,
            "80 and 16 are right. The ten biases can be shifted together in one way, not in ten.",
        ),
        Misconception(
            "connects dead pixels to the classes",
            50,
            "The pixels feed the 16 hidden units, not the ten classes.",
        ),
        Misconception(
            "thinks that zeros come from training",
            0,
            "These zeros are there before the first step: look for weights that cannot act.",
        ),
    ),
    hints=(
        "A weight on a pixel that is always 0 changes no output. How many such weights are there?",
        "The softmax sees only differences of logits. Which changes of the last layer add the same to all "
        "ten?",
        "The last layer has 16 inputs and a bias: for each of them, add one number to its weights to all ten "
        "classes.",
    ),
)

EXERCISES = (ZEROS,)
