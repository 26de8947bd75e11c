"""Exercises of lesson 05 on λ₁ and its limit, with the wrong answers that people give."""

import numpy as np

from course_lib.teaching import ANY, Code, Exercise, Misconception, Number


def _power_iteration(H, v, steps):
    for _ in range(steps):
        v = H @ v
        v = v / np.linalg.norm(v)
    return v @ (H @ v)


def _length(H, v, steps):
    for _ in range(steps):
        v = H @ v
        v = v / np.linalg.norm(v)
    return np.linalg.norm(H @ v)


def _last_length(H, v, steps):
    for _ in range(steps):
        v = H @ v
        length = np.linalg.norm(v)
        v = v / length
    return length


def _not_divided(H, v, steps):
    for _ in range(steps):
        v = H @ v
    return v @ (H @ v)


def _the_vector(H, v, steps):
    for _ in range(steps):
        v = H @ v
        v = v / np.linalg.norm(v)
    return v


def _one_step(H, v, steps):
    for _ in range(steps):
        v = H @ v
        v = v / np.linalg.norm(v)
        return v @ (H @ v)


def _by_entries(H, v, steps):
    for _ in range(steps):
        v = H * v
        v = v / np.linalg.norm(v)
    return v @ (H @ v)


def _largest_entry(H, v, steps):
    for _ in range(steps):
        v = H @ v
        v = v / np.abs(v).max()
    return v @ (H @ v)


def _once_more(H, v, steps):
    for _ in range(steps + 1):
        v = H @ v
        v = v / np.linalg.norm(v)
    return v @ (H @ v)


def _once_less(H, v, steps):
    for _ in range(steps - 1):
        v = H @ v
        v = v / np.linalg.norm(v)
    return v @ (H @ v)


def _by_eigvalsh(H, v, steps):
    return np.linalg.eigvalsh(H)[-1]


def _exact_largest_in_size(H, v, steps):
    lam = np.linalg.eigvalsh(H)
    return lam[np.argmax(np.abs(lam))]


def _no_iteration(H, v, steps):
    v = v / np.linalg.norm(v)
    return v @ (H @ v)


_TRIALS = (
    (np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([1.0, 0.0]), 2),
    (np.array([[-4.0, 0.5], [0.5, 3.0]]), np.array([1.0, 1.0]), 4),
    (np.diag([5.0, 1.0, -2.0]), np.array([1.0, 2.0, 2.0]), 3),
)
_MULTIPLY = Exercise(
    id="5.1",
    prompt="Write power_iteration(H, v, steps): multiply v by H and divide it by its length, `steps` times; "
    "then return the curvature vᵀHv along the last v.",
    kinds=(Code("power_iteration", _TRIALS),),
    solution=_power_iteration,
    praise="This finds the eigenvalue that is largest in size, with its sign. You never used the entries of "
    "H, only products of H with vectors. So the same lines work for 3,466 weights.",
    misconceptions=(
        Misconception(
            "returns the length of Hv",
            _length,
            "Your number is the length of Hv. It gives the size of the eigenvalue, but not its sign. Which "
            "number gives the curvature along v, with its sign?",
        ),
        Misconception(
            "returns the length of the last product",
            _last_length,
            "Your number is the length by which you divided last. It approaches the size of the eigenvalue, "
            "but it is never negative. Which number gives the curvature along the last v, with its sign?",
        ),
        Misconception(
            "never divides by the length",
            _not_divided,
            "Your v is never divided by its length, so vᵀHv contains the square of that length as a "
            "factor. After enough steps the result is too large for a computer. Where does the division "
            "belong?",
        ),
        Misconception(
            "returns the vector",
            _the_vector,
            "That is the direction, and it is found correctly. The exercise asks for the curvature along it.",
        ),
        Misconception(
            "returns inside the loop",
            _one_step,
            "Your function ends after one multiplication. Look at how far the return is indented.",
        ),
        Misconception(
            "multiplies entry by entry",
            _by_entries,
            "H * v multiplies the columns of H by the entries of v and gives a whole matrix. NumPy writes "
            "the product of a matrix and a vector with a different symbol.",
        ),
        Misconception(
            "divides by the largest entry",
            _largest_entry,
            "Dividing by the largest entry keeps v in bounds and finds the same direction. But vᵀHv is the "
            "curvature only if v has length 1.",
        ),
        Misconception(
            "computes the largest eigenvalue",
            _by_eigvalsh,
            "That is the exact largest eigenvalue. A method that takes H apart needs all entries of H. "
            "For 3,466 weights, H has 12 million entries. Use only products H @ v, and return the result "
            "after `steps` products.",
        ),
        Misconception(
            "computes the exact eigenvalue that is largest in size",
            _exact_largest_in_size,
            "That is the exact eigenvalue that power iteration approaches. A method that takes H apart "
            "needs all entries of H. For 3,466 weights, H has 12 million entries. Use only products H @ v, "
            "and return the result after `steps` products.",
        ),
        Misconception(
            "never multiplies by H in the loop",
            _no_iteration,
            "That is the curvature along the first v. Your v does not turn at all: what should happen to it "
            "`steps` times?",
        ),
        Misconception(
            "multiplies one time too many",
            _once_more,
            "Your v was multiplied steps + 1 times before the curvature was taken. Count how often the "
            "loop runs.",
        ),
        Misconception(
            "multiplies one time too few",
            _once_less,
            "Your v was multiplied steps − 1 times before the curvature was taken. Count how often the "
            "loop runs.",
        ),
    ),
    hints=(
        "In the loop: a product H @ v, then a division by np.linalg.norm of the new v.",
        "After the loop v has length 1. The curvature along it is v times H times v.",
    ),
)

_PAIR = Exercise(
    id="5.2",
    prompt="A run on ½(ab − 1)² is at the edge: η = 0.1 and a² + b² = 20. It makes two steps, one from r = "
    "0.2 and one from r = −0.2. By how much do the two steps together change a² + b²? (Take a² + b² = 20 "
    "in both.)",
    kinds=(Number(rtol=0.005),),
    solution=-0.016,
    praise="The terms −4ηr of the two steps cancel, and each step leaves −2ηr² = −0.008. The oscillation "
    "has lowered the curvature, although the mean of the two errors 0.2 and −0.2 is 0.",
    misconceptions=(
        Misconception(
            "stops at the first order",
            0,
            "The terms −4ηr do cancel. But each step has a second term, which contains r². What is its "
            "sign for r = 0.2? And for r = −0.2?",
        ),
        Misconception(
            "counts one step",
            -0.008,
            "That is the second term of one step. How many steps are there?",
        ),
        Misconception(
            "gets the sign wrong",
            0.016,
            "The size is right. Look at the sign in front of ηr², and at that of 4 − η(a² + b²).",
        ),
        Misconception(
            "takes −ηr² alone",
            -0.004,
            "−0.004 is −ηr². By which number is it multiplied in each step, and how many steps are there?",
        ),
        Misconception(
            "leaves the curvature out",
            -0.032,
            "You took −4ηr² for each step, as if a² + b² were 0. What is 4 − η(a² + b²) here?",
        ),
        Misconception(
            "takes the first step alone",
            -0.088,
            "That is the whole change in the first step. Add the change in the second step, where r = −0.2.",
        ),
        Misconception(
            "takes the first step twice",
            -0.176,
            "That is twice the change in the first step. The second step has r = −0.2: which of its two "
            "terms has the opposite sign from the first step?",
        ),
        Misconception(
            "starts the second step where the first one ends",
            -0.01613,
            "You started the second step where the first one ends, at −r + η²r². A real run does the "
            "same. But the exercise asks for a second step from exactly r = −0.2.",
            matches=lambda change: -0.01625 < change < -0.0161,
        ),
        Misconception(
            "takes the law for the floor",
            -0.01584,
            "That is the change on the floor, by the exact law under “Why ‘nearly’”. The exercise asks "
            "for the change of a² + b² itself. Use the formula further up.",
            matches=lambda change: -0.01588 < change < -0.01575,
        ),
        Misconception(
            "takes the second step alone",
            0.072,
            "That is the whole change in the second step. Add the change in the first step, where r = 0.2.",
        ),
        Misconception(
            "takes the first term of the first step",
            -0.08,
            "That is −4ηr for r = 0.2. The second step has r = −0.2, and both steps have a term with r².",
        ),
        Misconception(
            "forgets η",
            -0.16,
            "That is the change divided by η. Both terms of a step carry a factor η.",
        ),
    ),
    hints=(
        "Write down the change of a² + b² for r = 0.2 and for r = −0.2, and add the two.",
        "The terms −4ηr cancel. What is left is twice −ηr²(4 − η(a² + b²)).",
    ),
)

_SETTLE = Exercise(
    id="5.3",
    prompt="A network is trained with squared error and full batches, and it has reached the edge of "
    "stability. Where does λ₁ settle for descent with η = 0.25? And for heavy ball with η = 0.25, β = 0.5?",
    kinds=(Number(rtol=0.06), Number(rtol=0.06)),
    solution=(8, 12),
    praise="Descent settles at 2/η or a little above it, and heavy ball at (2 + 2β)/η. At these values the "
    "error along v₁ keeps its size and changes its sign at every step.",
    misconceptions=(
        Misconception(
            "takes 1/η",
            (4, ANY),
            "At λ = 1/η the error along v₁ vanishes in one step, which is very stable. Where does 1 − ηλ "
            "reach −1?",
        ),
        Misconception(
            "expects divergence",
            (0.5, ANY),
            "That is 2·η. The limit concerns the product ηλ. Solve 1 − ηλ = −1 for λ.",
        ),
        Misconception(
            "uses the effective step",
            (8, 4),
            "You used the step size η/(1−β). It is right for flat directions, where gradients add up. Along "
            "the stiff direction the gradients alternate in sign, and momentum raises the limit. For "
            "which ηλ is −1 a root of z² − (1 + β − ηλ)z + β?",
        ),
        Misconception(
            "leaves momentum out",
            (8, 8),
            "That would be the limit without momentum. Along v₁ the gradients alternate in sign. Does "
            "remembering past gradients raise the limit or lower it?",
        ),
        Misconception(
            "adds β once",
            (8, 10),
            "That is (2 + β)/η. Put z = −1 into z² − (1 + β − ηλ)z + β = 0. This gives "
            "1 + (1 + β − ηλ) + β = 0. How often does β appear?",
        ),
        Misconception(
            "takes Nesterov's limit",
            (8, 6),
            "That is (2 + 2β)/(1 + 2β) over η, Nesterov's limit. The exercise is about heavy ball, which "
            "takes the gradient at the current weights.",
        ),
        Misconception(
            "divides by 1 − β",
            (8, 16),
            "You divided 2/η by 1 − β. Momentum does raise the limit, but by a different factor. For which "
            "ηλ is −1 a root of z² − (1 + β − ηλ)z + β?",
        ),
        Misconception(
            "divides by 1 − 0.9",
            (8, 80),
            "80 is ten times 8, as if 2/η were divided by 1 − β with β = 0.9. Here β = 0.5, and the limit "
            "comes from the root at −1, not from a division by 1 − β.",
        ),
        Misconception(
            "gives ηλ",
            (2, 3),
            "Those are the two limits of the product ηλ₁. The question asks for λ₁.",
        ),
        Misconception(
            "divides by 1 + β",
            (8, 5.33),
            "You divided 2/η by 1 + β, so momentum would lower the limit. Along v₁ the gradients "
            "alternate in sign. Does remembering past gradients make the step longer or shorter?",
        ),
        Misconception(
            "swaps the two",
            (12, 8),
            "Both numbers are right. The first one belongs to descent without momentum.",
        ),
    ),
    hints=(
        "Plain descent along v₁ multiplies by 1 − ηλ₁. At which λ₁ is this −1?",
        "For heavy ball the limit of ηλ is 2 + 2β.",
    ),
)

EXERCISES = (_MULTIPLY, _PAIR, _SETTLE)
