"""Exercises of lesson 07 on the mean of the images and on the Kronecker product."""

from course_lib.teaching import ANY, Exercise, Misconception, Number

_MEAN = Exercise(
    id="7.1",
    prompt="Images have two pixels, with the mean (3, 4). The deviations from the mean are uncorrelated and "
    "have variance 1. Give the two eigenvalues of mean(xxᵀ), the larger first. Now subtract half of the "
    "mean from every image, so that the mean becomes (1.5, 2). What is the larger eigenvalue then?",
    kinds=(Number(), Number(), Number()),
    solution=(26, 1, 7.25),
    praise="The squared length 9 + 16 = 25 is added to the variance 1 along the mean. With half of the mean, "
    "a quarter of the 25 is left.",
    misconceptions=(
        Misconception(
            "leaves the deviations out",
            (25, 0, 6.25),
            "25 and 0 are the eigenvalues of mmᵀ alone. What do the deviations add?",
            matches=lambda first, second, half: abs(first - 25) < 0.2 and abs(second) < 0.01,
        ),
        Misconception(
            "adds the deviations to one eigenvalue only",
            (26, 0, 7.25),
            "The deviations have variance 1 in every direction, including the direction at right angles "
            "to the mean.",
            matches=lambda first, second, half: abs(first - 26) < 0.2 and abs(second) < 0.01,
        ),
        Misconception(
            "forgets the deviations along the mean",
            (25, 1, ANY),
            "25 is the squared length of the mean. Along the mean, the mean square of the images also "
            "contains the variance.",
        ),
        Misconception(
            "takes the diagonal",
            (17, 10, ANY),
            "10 and 17 are the diagonal entries of mean(xxᵀ). But the matrix is not diagonal: the other "
            "two entries are 12.",
        ),
        Misconception(
            "swaps the diagonal",
            (10, 17, ANY),
            "10 and 17 are the diagonal entries of mean(xxᵀ), in the order of the pixels. But the matrix "
            "is not diagonal: the other two entries are 12.",
        ),
        Misconception(
            "doubles the squared length",
            (50, ANY, ANY),
            "50 is twice the squared length of the mean. What does mmᵀ multiply m by? Then add what the "
            "deviations contribute along m.",
        ),
        Misconception(
            "adds the squared length to both",
            (26, 26, ANY),
            "One of the two eigenvalues is right. The other one belongs to the direction at right angles to "
            "the mean. What does mmᵀ do to a vector in this direction?",
        ),
        Misconception(
            "gives the squared length twice",
            (25, 25, ANY),
            "25 is the squared length of the mean. It counts in one direction only: what does mmᵀ do to a "
            "vector at right angles to the mean? And what do the deviations add in both directions?",
        ),
        Misconception(
            "adds both variances",
            (ANY, 2, ANY),
            "2 is the sum of both variances, and so of both eigenvalues of the covariance. The smaller "
            "eigenvalue of mean(xxᵀ) belongs to a single direction, at right angles to the mean.",
        ),
        Misconception(
            "does not square the length",
            (6, 1, ANY),
            "5 is the length of the mean. Which power of the length does mmᵀ contain?",
        ),
        Misconception(
            "adds the entries",
            (8, 1, ANY),
            "3 + 4 is the sum of the entries of m. What does mmᵀ do to a vector along m?",
        ),
        Misconception(
            "halves the eigenvalue",
            (26, 1, 13),
            "13 is half of the whole eigenvalue. Only the mean is halved, not the deviations. And how does "
            "mmᵀ change when m is halved?",
        ),
        Misconception(
            "halves the part of the mean",
            (26, 1, 13.5),
            "12.5 is half of 25. The matrix mmᵀ contains m twice.",
        ),
        Misconception(
            "forgets the deviations with half of the mean",
            (26, 1, 6.25),
            "6.25 is the squared length of (1.5, 2). The deviations are still there.",
        ),
        Misconception(
            "expects no change",
            (26, 1, 26),
            "26 belongs to the whole mean. Put (1.5, 2) in place of (3, 4).",
        ),
        Misconception(
            "gives the smaller first",
            (1, 26, ANY),
            "Both numbers are right. The larger one comes first.",
        ),
    ),
    hints=(
        "mean(xxᵀ) = mmᵀ + (covariance of the deviations). Here the covariance is the identity matrix.",
        "mmᵀ multiplies m by ‖m‖² and the vector at right angles to m by 0. The identity adds 1 to both.",
        "Half of the mean has a quarter of the squared length.",
    ),
)

_KRONECKER = Exercise(
    id="7.2",
    prompt="Take linear softmax at W = 0 with five classes. The eigenvalues of mean(xxᵀ) are 30, 3, 2, "
    "… Give λ₁ of H, and the number k of eigenvalues of H that are equal to λ₁. Now subtract the mean "
    "image, and the 30 disappears. What is the ratio λₖ/λₖ₊₁ then, for the same k?",
    kinds=(Number(), Number(1e-6), Number()),
    solution=(6, 4, 1.5),
    praise="6 appears four times, then 0.6 four times, so the ratio is 10. Without the 30 the ratio at "
    "the same k is 0.6/0.4.",
    misconceptions=(
        Misconception(
            "expects one outlier for each class",
            (6, 5, 1.5),
            "Five is the number of logits. Add the same constant to all five: no probability changes. So "
            "one direction has no curvature.",
            matches=lambda top, copies, ratio: abs(copies - 5) < 0.1,
        ),
        Misconception(
            "multiplies by the number of classes",
            (150, 4, 1.5),
            "You multiplied 30 by C. The softmax's Hessian multiplies by the probability p.",
            matches=lambda top, copies, ratio: abs(top - 150) < 1.5,
        ),
        Misconception(
            "forgets the softmax",
            (30, 4, 1.5),
            "30 is the eigenvalue of mean(xxᵀ). It is multiplied by an eigenvalue of the softmax's Hessian.",
            matches=lambda top, copies, ratio: abs(top - 30) < 0.3,
        ),
        Misconception(
            "takes p(1 − p) for the eigenvalue",
            (4.8, 4, 1.5),
            "p(1 − p) is a diagonal entry of diag(p) − ppᵀ. Multiply the matrix by a vector whose entries "
            "sum to 0, such as (1, −1, 0, 0, 0).",
            matches=lambda top, copies, ratio: abs(top - 4.8) < 0.05,
        ),
        Misconception(
            "divides by C − 1",
            (7.5, 4, 1.5),
            "C − 1 is how often each eigenvalue appears. The factor is another number.",
            matches=lambda top, copies, ratio: abs(top - 7.5) < 0.07,
        ),
        Misconception(
            "multiplies by 1 − p only",
            (24, 4, 1.5),
            "1 − p is not the factor. Multiply diag(p) − ppᵀ by a vector whose entries sum to 0. What does "
            "it become?",
            matches=lambda top, copies, ratio: abs(top - 24) < 0.2,
        ),
        Misconception(
            "counts every eigenvalue that is not zero",
            (6, 4 * 64, 1.5),
            "Each eigenvalue of mean(xxᵀ) gives a group of its own. How many are in the first group?",
            matches=lambda top, copies, ratio: copies > 9.5,
        ),
        Misconception(
            "counts as with ten classes",
            (6, 9, 1.5),
            "Nine is C − 1 with ten classes. How many classes are there here?",
            matches=lambda top, copies, ratio: abs(copies - 9) < 0.1,
        ),
        Misconception(
            "multiplies by 1/C twice",
            (1.2, 4, 1.5),
            "1/C² is an entry of ppᵀ. What does diag(p) − ppᵀ do to a vector whose entries sum to 0?",
            matches=lambda top, copies, ratio: abs(top - 1.2) < 0.01,
        ),
        Misconception(
            "loses two directions",
            (6, 3, 1.5),
            "Three of five would mean that two directions are lost. Which ones? Name each.",
            matches=lambda top, copies, ratio: abs(copies - 3) < 0.1,
        ),
        Misconception(
            "divides by ten classes",
            (3, 4, 1.5),
            "A factor of 1/10 belongs to ten classes. There are five classes here: what is p?",
            matches=lambda top, copies, ratio: abs(top - 3) < 0.03,
        ),
        Misconception(
            "expects one outlier for one input direction",
            (6, 1, 1.5),
            "One is how often 30 appears in mean(xxᵀ). In H each input direction appears once for every "
            "nonzero eigenvalue of diag(p) − ppᵀ.",
            matches=lambda top, copies, ratio: abs(copies - 1) < 0.1,
        ),
        Misconception(
            "skips an eigenvalue",
            (6, 4, 15),
            "15 is 30/2. Between 30 and 2 there is a 3. And the question asks for the ratio *without* "
            "the 30.",
            matches=lambda top, copies, ratio: abs(ratio - 15) < 0.1,
        ),
        Misconception(
            "leaves the mean image in",
            (6, 4, 10),
            "10 is the ratio with the 30 in place. Which eigenvalue is the largest without it?",
            matches=lambda top, copies, ratio: abs(ratio - 10) < 0.1,
        ),
        Misconception(
            "turns the ratio round",
            (6, 4, 2 / 3),
            "You divided the smaller by the larger. λₖ/λₖ₊₁ is at least 1, since λₖ is the larger one.",
            matches=lambda top, copies, ratio: abs(ratio - 2 / 3) < 0.01,
        ),
        Misconception(
            "gives an eigenvalue for the ratio",
            (6, 4, 0.6),
            "0.6 and 0.4 are the two eigenvalues λₖ and λₖ₊₁ of H, without the 30. What is "
            "their ratio?",
            matches=lambda top, copies, ratio: min(abs(ratio - 0.6), abs(ratio - 0.4)) < 0.005,
        ),
        Misconception(
            "gives an eigenvalue of mean(xxᵀ) for the ratio",
            (6, 4, 3),
            "That is an eigenvalue of mean(xxᵀ). Divide λₖ by the next eigenvalue, λₖ₊₁.",
            matches=lambda top, copies, ratio: min(abs(ratio - 3), abs(ratio - 2)) < 0.02,
        ),
        Misconception(
            "compares two of the same group",
            (6, 4, 1),
            "Within a group the ratio is 1. Compare the last one of the group with the first one after it.",
            matches=lambda top, copies, ratio: abs(ratio - 1) < 0.01,
        ),
    ),
    hints=(
        "The eigenvalues of a Kronecker product are the products of the eigenvalues.",
        "diag(p) − ppᵀ with p = 1/5 has the eigenvalue 1/5 for every direction whose entries sum to 0, and "
        "0 for (1, 1, 1, 1, 1).",
        "Without the 30 the largest are 3/5 and then 2/5, each with as many copies as before.",
    ),
)

_MIXED = Exercise(
    id="7.6",
    prompt="Take linear softmax at W = 0 with four classes. The mean image has ‖m‖² = 96. The "
    "covariance of the deviations has the eigenvalues 8, 6, 5, … Their eigenvectors are at right angles "
    "to m, and along m the deviations are 0. Half of the mean is left in, and nothing is rescaled. Give "
    "λ₁ of H, the number of eigenvalues before the largest ratio, and this ratio. At what share of the "
    "mean would the ratio at this place be 1.5?",
    kinds=(Number(), Number(1e-6), Number(), Number(0.02)),
    solution=(6, 3, 3, 0.125**0.5),
    praise="Half of the mean leaves 96/4 = 24 beside 8. So λ₁ = 24/4 with three copies, and the ratio is 3. "
    "A ratio of 1.5 needs s²·96 = 12, so s = 0.354.",
    misconceptions=(
        Misconception(
            "halves the squared length",
            (12, 3, 6, ANY),
            "48 is half of 96. But 96 is the *squared* length of m.",
        ),
        Misconception(
            "leaves the whole mean in",
            (24, 3, 12, ANY),
            "These numbers belong to the whole mean image. Here half of it is left in.",
        ),
        Misconception(
            "forgets the softmax",
            (24, ANY, ANY, ANY),
            "24 is the largest eigenvalue of mean(xxᵀ). The softmax multiplies it.",
        ),
        Misconception(
            "multiplies by p(1 − p)",
            (4.5, ANY, ANY, ANY),
            "You multiplied by p(1 − p) = 3/16, a diagonal entry of diag(p) − ppᵀ. What is the "
            "eigenvalue for directions whose entries sum to 0?",
        ),
        Misconception(
            "adds the deviations to the mean",
            (8, 3, 4, ANY),
            "32 is 24 + 8. But the direction with the 8 is at right angles to m, so the two are different "
            "eigenvalues.",
        ),
        Misconception(
            "divides by C − 1",
            (8, ANY, ANY, ANY),
            "You divided by 3, the number of copies. At W = 0 each of the four classes has the same "
            "probability. What is it?",
        ),
        Misconception(
            "counts the classes",
            (6, 4, ANY, ANY),
            "λ₁ is right. Four is the number of classes. One direction of the logits changes no "
            "probability.",
        ),
        Misconception(
            "counts the mean image once",
            (6, 1, ANY, ANY),
            "λ₁ is right. In mean(xxᵀ) the largest eigenvalue appears once. How often does it appear in H?",
        ),
        Misconception(
            "takes the ratio of the deviations",
            (6, 3, 4 / 3, ANY),
            "8/6 is the ratio of the next two groups. What is the ratio between the first group and the "
            "second?",
        ),
        Misconception(
            "takes the ratio with the whole mean",
            (6, 3, 12, ANY),
            "12 is the ratio with the whole mean image: 96/8. Here half of it is left in.",
        ),
        Misconception(
            "keeps half of the mean",
            (6, 3, 3, 0.5),
            "The first three numbers are right: with half of the mean the ratio is 3. Which share makes it "
            "1.5?",
        ),
        Misconception(
            "does not square the share",
            (6, 3, 3, 0.125),
            "The first three numbers are right. The matrix mmᵀ contains m twice, so the eigenvalue is "
            "multiplied by the *square* of the share.",
        ),
        Misconception(
            "makes the two equal",
            (6, 3, 3, (8 / 96) ** 0.5),
            "At this share the two eigenvalues are equal, so the ratio is 1. Which share makes it 1.5?",
        ),
        Misconception(
            "asks for an eigenvalue of 1.5",
            (6, 3, 3, 0.25),
            "With a quarter of the mean the eigenvalue is 96/16 = 6, smaller than the 8 beside it. Its "
            "ratio to 8 has to be 1.5.",
        ),
    ),
    hints=(
        "mean(xxᵀ) has the eigenvalues s²·96, 8, 6, 5, …, where s is the share of the mean.",
        "In H each of them is divided by C and appears C − 1 times.",
        "The ratio after the first group is s²·96/8.",
    ),
)

EXERCISES = (_MEAN, _KRONECKER, _MIXED)
