"""Exercises of lesson 06 without a computer, with the wrong answers that people give."""

from course_lib.teaching import ANY, Choice, Exercise, Misconception, Number

_COINS = Exercise(
    id="6.2",
    prompt="A landscape has 8 dimensions. Suppose that the signs of the 8 eigenvalues at a critical point "
    "are decided by independent coin tosses. What share of the critical points are saddles? And what share "
    "has an index of exactly 4?",
    kinds=(Number(rtol=0.003), Number(rtol=0.02)),
    solution=(254 / 256, 70 / 256),
    praise="Of the 256 sequences of signs, one belongs to a minimum and one to a maximum. So 99 % of the "
    "points are saddles, and the middle index alone accounts for 27 %. Coins are enough to make saddles "
    "dominate.",
    misconceptions=(
        Misconception(
            "answers in per cent",
            (25400 / 256, 7000 / 256),
            "As a percentage your answer may be right. Give each share itself, a number between 0 and 1.",
            matches=lambda saddles, middle: abs(saddles - 99.2) < 0.3 or abs(middle - 27.3) < 0.5,
        ),
        Misconception(
            "gives numbers of sequences",
            (254, 70),
            "You gave a number of sequences of signs. A share is this number divided by the number of all "
            "sequences, which is 256.",
            matches=lambda saddles, middle: abs(saddles - 254) < 0.5 or abs(middle - 70) < 0.5,
        ),
        Misconception(
            "forgets the maxima",
            (255 / 256, ANY),
            "255/256 is the share of all points that are not minima. A maximum is not a saddle either.",
        ),
        Misconception(
            "gives the share of minima and maxima",
            (2 / 256, ANY),
            "2/256 is the share of minima and maxima together. The question asks for the saddles.",
        ),
        Misconception(
            "takes all indices as equally likely",
            (7 / 9, ANY),
            "7/9 would be right if all nine indices were equally likely. But only one sequence of "
            "signs gives index 0, and many give index 4.",
        ),
        Misconception(
            "takes eight indices as equally likely",
            (6 / 8, ANY),
            "6/8 would be right if there were eight indices, all equally likely, and six of them belonged "
            "to saddles. But the index can be 0, 1, … or 8. And only one sequence of signs gives index 0, "
            "while many give index 4.",
        ),
        Misconception(
            "gives the share of one index of eight",
            (ANY, 1 / 8),
            "1/8 would be right if there were eight indices, all equally likely. But the index can be 0, "
            "1, … or 8, and they are not equally likely. Count the sequences of 8 signs that have exactly "
            "four minus signs.",
        ),
        Misconception(
            "gives the share of one index of nine",
            (ANY, 1 / 9),
            "1/9 would be right if all nine indices were equally likely. Count the sequences of 8 "
            "signs that have exactly four minus signs.",
        ),
        Misconception(
            "counts one sequence of signs",
            (ANY, 1 / 256),
            "1/256 is the share of one particular sequence of signs. Many sequences have four minus signs.",
        ),
        Misconception(
            "takes half",
            (ANY, 0.5),
            "The *mean* index is half of 8. The question asks how often the index is exactly 4.",
        ),
        Misconception(
            "counts the order of choice",
            (ANY, 1680 / 256),
            "A share cannot be above 1. You counted each sequence many times: once for every order in which "
            "its four minus signs can be chosen.",
        ),
        Misconception(
            "counts at least four",
            (ANY, 163 / 256),
            "163/256 is the share of points with an index of 4 or more. The question asks for exactly 4.",
        ),
        Misconception(
            "fixes which four are negative",
            (ANY, 0.0625),
            "1/16 is the probability that four given eigenvalues are negative, whatever the others are. "
            "Here any four may be negative, and the other four must be positive.",
        ),
    ),
    hints=(
        "There are 2⁸ = 256 sequences of 8 signs, all equally likely. Which of them belong to a saddle?",
        "The number of sequences with exactly four minus signs is 8·7·6·5 / (4·3·2·1).",
    ),
)

_WAVE = Exercise(
    id="6.3",
    prompt="f(x) = 5 cos x + cos 2x has critical points at x = 0 and at x = π. What are the height and the "
    "curvature f″ at x = π?",
    kinds=(Number(), Number()),
    solution=(-4, 1),
    praise="The large slow wave contributes −5 to the height and +5 to the curvature. The small fast wave "
    "contributes only 1 to the height, but −4 to the curvature. So the point is a minimum, though a flat "
    "one. A fast wave matters more for the curvature than for the height.",
    misconceptions=(
        Misconception(
            "takes minus the height",
            (-4, 4),
            "The curvature would be minus the height if every wave had k = 1. The wave cos 2x has k = 2. "
            "Take the curvature of each wave separately.",
        ),
        Misconception(
            "does not square k",
            (-4, 3),
            "You multiplied the wave cos 2x by 2. Each of the two derivatives brings in a factor k.",
        ),
        Misconception(
            "gets the sign of the curvature wrong",
            (-4, -1),
            "The size is right. At x = π the wave 5 cos x is at its lowest. Which way does it bend there?",
        ),
        Misconception(
            "gets the sign of the height wrong",
            (4, ANY),
            "The height has the right size. At x = π, which of the two waves is larger in size, and is it "
            "above or below 0 there?",
        ),
        Misconception(
            "takes cos 2π as −1",
            (-6, 9),
            "You took −1 for both cosines. At x = π the second one is cos 2π.",
        ),
        Misconception(
            "answers for x = 0",
            (6, -9),
            "These are the height and the curvature at x = 0. The question asks for x = π.",
        ),
        Misconception(
            "takes the curvature at x = 0",
            (ANY, -9),
            "−9 is the curvature at x = 0, where both waves are at their highest. At x = π only one of "
            "them is.",
        ),
        Misconception(
            "adds both curvatures",
            (-4, 9),
            "The two curvatures have the sizes 5 and 4, but not the same sign. Compare the signs of the two "
            "waves at x = π.",
        ),
        Misconception(
            "forgets the factor 5",
            (0, ANY),
            "0 is the height of cos x + cos 2x at x = π. Here the first wave has the factor 5.",
        ),
        Misconception(
            "multiplies the sum by 4",
            (-4, 16),
            "You multiplied the whole height by −k² with k = 2. Only the second wave has k = 2.",
        ),
    ),
    hints=(
        "Write down the height of each of the two waves at x = π. What is cos π, and what is cos 2π?",
        "Multiply the height of each wave by −k². The factor −k² is −1 for the first wave and −4 for the "
        "second. Add the two results.",
    ),
)

_SLIDE = Exercise(
    id="6.4",
    prompt="At height 0 a Hessian would have the eigenvalues −5, −3, −1, 0.5, 2 and 6.5. A unit of height "
    "lowers every eigenvalue by 2. What is the index at height 1.2? And below which height are all "
    "eigenvalues positive?",
    kinds=(Number(), Number()),
    solution=(5, -2.5),
    praise="At height 1.2 all eigenvalues are lower by 2.4, so only 6.5 stays positive. At a minimum the "
    "smallest eigenvalue, −5, must be lifted above 0. This takes a height below −2.5.",
    misconceptions=(
        Misconception(
            "shifts the wrong way",
            (2, ANY),
            "2 is the index at height −1.2. A higher point has *lower* eigenvalues.",
        ),
        Misconception(
            "forgets the shift",
            (3, ANY),
            "3 is the index at height 0. How far does each eigenvalue move when the height rises to 1.2?",
        ),
        Misconception(
            "shifts by 1.2",
            (4, ANY),
            "4 would be the index if the eigenvalues were lowered by 1.2. Here each unit of height lowers "
            "them by 2.",
        ),
        Misconception(
            "counts the positive ones",
            (1, ANY),
            "1 is the number of positive eigenvalues. The index counts the negative ones.",
        ),
        Misconception(
            "gives the eigenvalue itself",
            (ANY, -5),
            "A shift by 5 lifts the smallest eigenvalue to 0. But the height is not the shift: each unit of "
            "height moves the eigenvalues by 2.",
        ),
        Misconception(
            "multiplies by 2",
            (ANY, -10),
            "At height −10 the shift is 20. The smallest eigenvalue needs a shift of 5.",
        ),
        Misconception(
            "gets the sign of the height wrong",
            (ANY, 2.5),
            "The size is right. At height 2.5 all eigenvalues are *lower* by 5.",
        ),
        Misconception(
            "asks for a maximum",
            (ANY, 3.25),
            "At 3.25 the largest eigenvalue reaches 0. Above this height the point is a maximum. For a "
            "minimum look at the smallest eigenvalue.",
        ),
        Misconception(
            "lifts the wrong end",
            (ANY, -3.25),
            "A shift of 6.5 is more than needed. Which eigenvalue is the last to become positive?",
        ),
        Misconception(
            "lifts the first negative eigenvalue only",
            (ANY, -0.5),
            "At −0.5 the eigenvalue −1 reaches 0. Two eigenvalues are still negative there.",
        ),
    ),
    hints=(
        "At height h the eigenvalue λ becomes λ − 2h. Write all six down for h = 1.2.",
        "All eigenvalues are positive if the smallest one is: −5 − 2h > 0.",
    ),
)

_SPURIOUS = Exercise(
    id="6.5",
    prompt="f(x) = x³ − 6x² + 15x has the slope 3x² − 12x + 15. A search lowers f′². At which x does it end, "
    'what is f′ there, and does f have a critical point anywhere ("yes" or "no")?',
    kinds=(Number(), Number(), Choice(("yes", "no"))),
    solution=(2, 3, "no"),
    praise="The slope is 3(x − 2)² + 3, so it is never below 3. At x = 2 the second derivative is 0, and the "
    "search stops at a point that is not critical. Only f′ itself tells you so.",
    misconceptions=(
        Misconception(
            "takes the end for a critical point",
            (2, ANY, "yes"),
            "The search does end at x = 2. For a critical point the slope itself must be 0. Put x = 2 into "
            "3x² − 12x + 15.",
        ),
        Misconception(
            "thinks that f′ is 0 where the search ends",
            (2, 0, ANY),
            "f″ is 0 at x = 2. Put x = 2 into f′, too.",
        ),
        Misconception(
            "gives the square",
            (2, 9, ANY),
            "9 is the value of f′² at x = 2. The question asks for f′.",
        ),
        Misconception(
            "gives the height",
            (2, 14, ANY),
            "14 is the height f(2). The question asks for the slope f′(2).",
        ),
        Misconception(
            "starts at 0",
            (0, 15, ANY),
            "At x = 0 the slope is 15. It is smaller to the right of 0, so the search moves on.",
        ),
        Misconception(
            "gets the sign of x wrong",
            (-2, ANY, ANY),
            "At x = −2 the slope is 51. Where is f″ = 6x − 12 equal to 0?",
        ),
    ),
    hints=(
        "The slope of f′² is 2 f′ f″. It vanishes where f′ = 0 or f″ = 0.",
        "Complete the square: 3x² − 12x + 15 = 3(x − 2)² + 3. Can this be 0?",
    ),
)

_MIXED = Exercise(
    id="6.6",
    prompt="f(x, y) = 2 cos x + cos 3y, with 0 ≤ x, y < 2π. How many of its critical points are "
    "saddles, and what share are minima? Lee et al. ask for η < 1/L: what is 1/L here? Near the saddle "
    "(π, 0), with η = 0.1, by what factor does a step multiply the distance from the saddle along the "
    "direction in which f falls?",
    kinds=(Number(), Number(), Number(rtol=0.02), Number()),
    solution=(6, 0.25, 1 / 9, 1.9),
    praise="Each wave depends on one coordinate only. So all combinations of two signs are equally common, "
    "and the share of minima is exactly that of two coins. The fast wave is the smaller one, and yet it sets "
    "the limit on the step size: its curvature reaches 3² = 9.",
    misconceptions=(
        Misconception(
            "takes k = 1 for both waves",
            (2, ANY, ANY, ANY),
            "2 is the number of saddles of 2 cos x + cos y. How often does cos 3y rise and fall between 0 "
            "and 2π?",
        ),
        Misconception(
            "takes k = 3 for both waves",
            (18, ANY, ANY, ANY),
            "18 is the number of saddles of 2 cos 3x + cos 3y. How often does cos x rise and fall between 0 "
            "and 2π?",
        ),
        Misconception(
            "counts all critical points",
            (12, ANY, ANY, ANY),
            "12 is the number of all critical points. At a saddle the two eigenvalues have opposite signs.",
        ),
        Misconception(
            "counts minima or maxima",
            (3, ANY, ANY, ANY),
            "3 is the number of minima, and also that of maxima. At a saddle, one wave is at its "
            "lowest and the other at its highest. This can happen in two ways.",
        ),
        Misconception(
            "forgets the maxima",
            (9, ANY, ANY, ANY),
            "9 points are not minima. Some of them are maxima.",
        ),
        Misconception(
            "gives minima and maxima together",
            (ANY, 0.5, ANY, ANY),
            "One half is the share of minima and maxima together, and also the share of saddles.",
        ),
        Misconception(
            "compares minima and saddles",
            (ANY, 1 / 3, ANY, ANY),
            "1/3 would be right if minima, maxima and saddles were equally common. Count the saddles.",
        ),
        Misconception(
            "gives the number of minima",
            (ANY, 3, ANY, ANY),
            "3 is the number of minima. The share is this number divided by the number of all critical "
            "points.",
        ),
        Misconception(
            "takes the limit of the quadratic",
            (ANY, ANY, 2 / 9, ANY),
            "2/9 is the limit 2/λ₁ for descent near a minimum. The theorem of this section asks for a "
            "smaller step.",
        ),
        Misconception(
            "takes the slow wave",
            (ANY, ANY, 0.5, ANY),
            "1/2 belongs to the wave 2 cos x alone. L bounds the curvature in *every* direction.",
        ),
        Misconception(
            "does not square k",
            (ANY, ANY, 1 / 3, ANY),
            "You used the curvature 3 for cos 3y. Each of the two derivatives brings in a factor k.",
        ),
        Misconception(
            "adds the two curvatures",
            (ANY, ANY, 1 / 11, ANY),
            "11 = 2 + 9 is the sum of the two curvatures. L bounds the curvature along any one "
            "direction, so the larger of the two is enough.",
        ),
        Misconception(
            "gives L",
            (ANY, ANY, 9, ANY),
            "9 is L. The question asks for 1/L.",
        ),
        Misconception(
            "takes the rising direction",
            (ANY, ANY, ANY, 0.8),
            "0.8 is the factor along x, where the curvature is +2: the distance shrinks. Along which "
            "direction does f fall at (π, 0)?",
        ),
        Misconception(
            "takes the other saddles",
            (ANY, ANY, ANY, 1.2),
            "1.2 belongs to a curvature of −2, as at the saddle (0, π/3). At (π, 0) the function "
            "falls along another direction.",
        ),
        Misconception(
            "gets the sign of λ wrong",
            (ANY, ANY, ANY, 0.1),
            "0.1 is 1 − 0.1·9: it belongs to a curvature of +9. At (π, 0) the curvature along y is negative.",
        ),
        Misconception(
            "gives the growth alone",
            (ANY, ANY, ANY, 0.9),
            "0.9 is η|λ|, which is the increase alone. The factor is the new distance divided by the old "
            "one.",
        ),
        Misconception(
            "does not square k in the factor",
            (ANY, ANY, ANY, 1.3),
            "1.3 belongs to a curvature of −3. What is the second derivative of cos 3y at y = 0?",
        ),
    ),
    hints=(
        "The slope of cos x is 0 at 2 places, and that of cos 3y is 0 at 6 places. Every pair of such places "
        "is a critical point.",
        "The eigenvalues are −2 cos x and −9 cos 3y. L is the largest size that one of them can have.",
        "At (π, 0) the eigenvalues are 2 and −9. The factor along an eigenvector is 1 − ηλ.",
    ),
)

EXERCISES = (_COINS, _WAVE, _SLIDE, _SPURIOUS, _MIXED)
