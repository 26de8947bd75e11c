"""The exercise on exact zeros, with the wrong answers that people give."""

from course_lib.teaching import Exercise, Misconception, Number

ZEROS = Exercise(
    id="7.4",
    prompt="Take a tanh network 64-16-10 with biases. Of the 64 pixels, 5 are dead: they are 0 in every "
    "training image. How many Hessian eigenvalues are exactly zero at a random start?",
    kinds=(Number(rtol=1e-6),),
    solution=97,
    praise="80 weights belong to pixels that are always 0. And there are 17 ways to shift all ten "
    "logits alike: one for each of the 16 hidden units, and one for the bias.",
    misconceptions=(
        Misconception(
            "counts dead pixels only",
            80,
            "80 is right for the weights of the dead pixels. Now the last layer: what can you add to it "
            "without changing any probability?",
        ),
        Misconception(
            "forgets the bias",
            96,
            "80 + 16 is right so far. What about the bias of the last layer?",
        ),
        Misconception(
            "counts pixels, not weights",
            5,
            "5 is the number of dead pixels. How many weights does each of them have?",
        ),
        Misconception(
            "counts only the shift of the biases",
            81,
            "80 and 1 are right. Each of the 16 hidden units also has ten outgoing weights. What happens to "
            "the logits if you change these ten by the same amount?",
        ),
        Misconception(
            "counts only the shift",
            17,
            "17 is right for the last layer. What about a weight whose input is always 0?",
        ),
        Misconception(
            "counts all weights that take part in the shift",
            250,
            "You counted all 170 weights of the last layer. Only changes that shift all ten logits alike "
            "have no effect. How many such directions does each input of that layer have?",
        ),
        Misconception(
            "counts ten biases",
            90,
            "80 is right for the dead pixels, and there are ten biases. In how many ways can you shift all "
            "ten logits alike by them? And what about the weights of the last layer?",
        ),
        Misconception(
            "counts the classes",
            10,
            "10 is the number of logits. Adding the same number to all ten is *one* direction. Which "
            "weights can do it? And what about the dead pixels?",
        ),
        Misconception(
            "counts one shift for the whole layer",
            1,
            "There is one direction in which all ten logits move alike. But each input of the last "
            "layer can produce it, not only the bias. And what about the dead pixels?",
        ),
        Misconception(
            "counts only the shifts of the hidden units",
            16,
            "16 is right for the hidden units. What about the bias of the last layer, and the dead pixels?",
        ),
        Misconception(
            "counts nine shifts",
            233,
            "Nine is the number of independent *differences* between ten logits. The loss depends on "
            "these. Only the common shift has no effect.",
            matches=lambda zeros: zeros in (144, 153, 224, 225, 233),
        ),
        Misconception(
            "gives a dead pixel seventeen weights",
            85,
            "You gave each dead pixel 17 weights. A pixel has one weight to each of the 16 hidden units. The "
            "bias belongs to the unit, not to the pixel.",
            matches=lambda zeros: zeros in (85, 86, 102),
        ),
        Misconception(
            "counts two shifts",
            82,
            "80 is right for the dead pixels, and 2 is too few for the last layer. Each of its inputs can "
            "shift all ten logits alike. How many inputs does it have?",
        ),
        Misconception(
            "counts one too many",
            98,
            "98 is one too many. The last layer has 16 inputs and a bias. Is anything counted twice?",
        ),
        Misconception(
            "counts pixels beside the shifts",
            22,
            "17 is right for the last layer. But a dead pixel has more than one weight.",
        ),
        Misconception(
            "counts all outgoing weights",
            240,
            "160 is the number of weights from the hidden units to the logits. Of these, only the "
            "directions that move all ten logits alike have no effect.",
            matches=lambda zeros: zeros in (160, 170, 240),
        ),
        Misconception(
            "counts the whole first layer",
            1024,
            "1024 is the number of weights in the first layer. Only those of the dead pixels have no "
            "effect.",
            matches=lambda zeros: zeros in (1024, 1040),
        ),
        Misconception(
            "counts the others",
            1113,
            "1113 is the number of eigenvalues that are *not* zero. How many are left of 1210?",
        ),
        Misconception(
            "takes the bias for ten shifts",
            106,
            "80 and 16 are right. The ten biases together can shift all logits alike in one way.",
        ),
        Misconception(
            "connects dead pixels to the classes",
            50,
            "You multiplied 5 by 10. The pixels are connected to the 16 hidden units, not to the ten "
            "classes.",
        ),
        Misconception(
            "thinks that zeros come from training",
            0,
            "Training is not needed for these zeros. Look for weights that cannot change any output.",
        ),
    ),
    hints=(
        "A weight of a pixel that is always 0 changes no output. How many such weights are there?",
        "The softmax depends only on differences of logits. Which changes of the last layer add the same "
        "number to all ten logits?",
        "The last layer has 16 inputs and a bias. For each of them, you can add one number to its weights "
        "to all ten classes.",
    ),
)

EXERCISES = (ZEROS,)
