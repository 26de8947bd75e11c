"""Exercises of lesson 01, with the wrong answers that people give."""

import numpy as np

from course_lib.teaching import Exercise, Matrix, Misconception, Number

_READ_OFF = Exercise(
    id="1.1",
    prompt="The Hessian of f(x, y) = 3x² − 2xy + 5y², as a 2 × 2 matrix.",
    kinds=(Matrix((2, 2)),),
    solution=((6, -2), (-2, 10)),
    praise="Squares give twice their coefficient, the product xy its own coefficient, on both sides.",
    misconceptions=(
        Misconception(
            "misses the factor 2",
            ((3, -1), (-1, 5)),
            "This is the A with f = wᵀAw. The Hessian belongs to ½ wᵀHw. Check one entry: what is the "
            "second derivative of 3x²?",
        ),
        Misconception(
            "doubles the cross term",
            ((6, -4), (-4, 10)),
            "A square leaves a factor 2 when you differentiate twice; the product xy does not. "
            "Differentiate −2xy by x, then by y.",
        ),
        Misconception(
            "halves the cross term",
            ((6, -1), (-1, 10)),
            "You split the coefficient of xy between the two corners, as one does for A in wᵀAw. "
            "But each corner is a derivative of its own: differentiate −2xy by x, then by y.",
        ),
        Misconception(
            "puts the cross term on one side",
            ((6, -2), (0, 10)),
            "∂²f/∂x∂y and ∂²f/∂y∂x are the same number here. Which of your entries must change?",
            matches=lambda H: (
                np.allclose(np.diag(H), (6, 10), rtol=0.01) and (H[0, 1] == 0) != (H[1, 0] == 0)
            ),
        ),
        Misconception(
            "forgets the cross term",
            ((6, 0), (0, 10)),
            "With zeros there, the quadratic could not contain xy at all. Differentiate −2xy by x, then "
            "by y.",
        ),
        Misconception(
            "loses the sign", ((6, 2), (2, 10)), "The sizes are right. What happened to the minus?"
        ),
        Misconception(
            "swaps the coordinates",
            ((10, -2), (-2, 6)),
            "Right numbers, y before x. The first row and column belong to x.",
        ),
    ),
    hints=(
        "Write the gradient first: one line for x, one for y.",
        "The first line is 6x − 2y. Differentiate it by x, then by y: that is the first row of H.",
    ),
)

_AT_A_POINT = Exercise(
    id="1.2",
    prompt="The Hessian of f(x, y) = x²y + y³ at the point (x, y) = (2, 1).",
    kinds=(Matrix((2, 2)),),
    solution=((2, 4), (4, 6)),
    praise="2y, 2x and 6y, at this point. Elsewhere they are others: only a quadratic has one H for all "
    "places.",
    misconceptions=(
        Misconception(
            "swaps the point",
            ((4, 2), (2, 12)),
            "Right formulas, evaluated at (1, 2). Which coordinate comes first?",
        ),
        Misconception(
            "differentiates y³ once",
            ((2, 4), (4, 3)),
            "Three entries are right. 3y² is the slope of y³; what is its second derivative?",
        ),
        Misconception(
            "takes the outer product of the gradient",
            ((16, 28), (28, 49)),
            "That is ∇f ∇fᵀ: it has rank 1 and knows nothing of curvature. (Something like it returns in "
            "lesson 07.) Differentiate each line of the gradient again.",
        ),
        Misconception(
            "takes the pure derivatives only",
            ((2, 0), (0, 6)),
            "You measured the curvature along the axes. What does the slope in x do when y changes?",
        ),
        Misconception(
            "doubles the mixed derivative",
            ((2, 8), (8, 6)),
            "The diagonal is right. Each mixed entry is one derivative by x and one by y of x²y, no sum of "
            "two.",
        ),
        Misconception(
            "halves the mixed derivative",
            ((2, 2), (2, 6)),
            "The diagonal is right. Each mixed entry is the derivative of 2xy by y, at this point.",
        ),
    ),
    hints=(
        "The gradient is (2xy, x² + 3y²).",
        "Differentiate both of its lines by x and by y; put in x = 2 and y = 1 at the very end.",
    ),
)

_ALONG = Exercise(
    id="1.3",
    prompt="H = [[3, 1], [1, 3]]: the curvature along the direction (1, 2).",
    kinds=(Number(),),
    solution=3.8,
    praise="vᵀHv = 19 and vᵀv = 5. It lies between λ₂ = 2 and λ₁ = 4, nearer to λ₁: (1, 2) is not far "
    "from v₁ = (1, 1)/√2.",
    misconceptions=(
        Misconception(
            "does not normalise the direction",
            19,
            "The eigenvalues are 4 and 2, so no direction can be curvier than 4. Your vector is √5 long: "
            "what does its length do to vᵀHv?",
        ),
        Misconception(
            "divides by the length once",
            19 / 5**0.5,
            "The length enters twice, once for each v in vᵀHv. The answer must lie between λ₂ and λ₁.",
        ),
        Misconception(
            "divides by the sum of the entries",
            19 / 9,
            "You scaled v so that its entries add up to 1. A direction has length 1 when its squares do.",
        ),
        Misconception(
            "counts the cross term once",
            17 / 5,
            "Nearly. Both corners of H take part: the product of the two entries of v counts twice.",
        ),
        Misconception(
            "averages over all directions",
            3,
            "That is tr(H)/2, the mean over the whole dial. For this one direction, compute vᵀHv/vᵀv.",
        ),
        Misconception(
            "reports half the curvature",
            1.9,
            "That is ½vᵀHv, how high the surface stands after one step along v. The curvature has no ½.",
        ),
    ),
    hints=(
        "The formula vᵀHv is for a v of length 1. For any v it is vᵀHv divided by vᵀv.",
        "H(1, 2) = (5, 7). Multiply it with (1, 2), and divide by the squared length.",
    ),
)

_AVERAGE = Exercise(
    id="1.4",
    prompt="Ten dimensions, one eigenvalue 91 and nine eigenvalues 1. The expected curvature along a "
    "direction drawn uniformly at random?",
    kinds=(Number(),),
    solution=10,
    praise="tr(H)/n = 100/10. About two draws in three give less (claim 1.7): the mean is carried by the "
    "few that lean towards v₁. In lesson 09 this line is an estimator.",
    misconceptions=(
        Misconception(
            "lets the largest win",
            91,
            "Only along v₁ itself is the curvature that high. How much of a random unit vector points "
            "there, on average?",
        ),
        Misconception(
            "takes the most frequent value",
            1,
            "Each random direction has a little of v₁ in it: on average a tenth of its squared length.",
        ),
        Misconception(
            "takes the middle of the range",
            46,
            "Halfway is right in two dimensions. Here all ten eigenvectors get the same average share, not "
            "just the two extremes.",
        ),
        Misconception(
            "forgets that the direction has length 1",
            100,
            "That is the answer for vectors of length √10. A unit vector has 1, not the whole dimension, to "
            "share among the eigenvectors.",
        ),
        Misconception(
            "divides by the number of different eigenvalues",
            50,
            "You shared the trace between two directions. How many are there at right angles?",
        ),
    ),
    hints=(
        "Write v in the eigenvectors, v = Σ cᵢvᵢ. Then vᵀHv = Σ λᵢcᵢ², and Σ cᵢ² = 1.",
        "No eigenvector is preferred, so each cᵢ² is 1/n on average.",
    ),
)

_UNITS = Exercise(
    id="1.5",
    prompt="H = [[4, 2], [2, 9]]. New units: w₁ = u₁/2 and w₂ = u₂/3. The Hessian in the coordinates u?",
    kinds=(Matrix((2, 2)),),
    solution=((1, 1 / 3), (1 / 3, 1)),
    praise="D H D with D = diag(½, ⅓). These units make both axes equally curved: κ falls from 2.9 to 2.",
    misconceptions=(
        Misconception(
            "scales one side only",
            ((2, 1), (2 / 3, 3)),
            "You scaled the rows and left the columns: that is DH. The chain rule brings one D for each "
            "derivative, and there are two.",
            matches=lambda H: any(
                np.allclose(M, ((2, 1), (2 / 3, 3)), rtol=0.01) for M in (H, H.T)
            ),
        ),
        Misconception(
            "scales the wrong way",
            ((16, 12), (12, 81)),
            "That is D⁻¹HD⁻¹, the way back. One unit of u₁ is only half a unit of w₁: does the slope per "
            "unit of u₁ grow or shrink?",
        ),
        Misconception(
            "scales the diagonal only",
            ((1, 2), (2, 1)),
            "The diagonal is right. The mixed entry is a derivative by u₁ and by u₂: it takes a factor from "
            "each.",
        ),
        Misconception(
            "squares the units of the first index",
            ((1, 0.5), (2 / 9, 1)),
            "That is D²H, and it is not symmetric: a Hessian would be. One D belongs on either side.",
            matches=lambda H: any(
                np.allclose(M, ((1, 0.5), (2 / 9, 1)), rtol=0.01) for M in (H, H.T)
            ),
        ),
        Misconception(
            "thinks that H stays",
            ((4, 2), (2, 9)),
            "That is the Hessian in w. The surface stays, but the steps are other ones: write f in u, and "
            "differentiate.",
        ),
        Misconception(
            "rounds too coarsely",
            ((1, 0.3), (0.3, 1)),
            "Close. Give the mixed entry as a fraction, or to three digits.",
            matches=lambda H: bool(np.abs(H - ((1, 1 / 3), (1 / 3, 1))).max() < 0.05),
        ),
    ),
    hints=(
        "Write the quadratic: ½wᵀHw = 2w₁² + 2w₁w₂ + 4.5w₂². Put in w₁ = u₁/2 and w₂ = u₂/3.",
        "Entry (i, j) of H is multiplied by dᵢ·dⱼ, with d = (½, ⅓).",
    ),
)

EXERCISES = (_READ_OFF, _AT_A_POINT, _ALONG, _AVERAGE, _UNITS)
