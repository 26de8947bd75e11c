"""Exercises of lesson 10 on pruning: one to code, and the mixed problem."""

import copy
from dataclasses import dataclass

import numpy as np

from course_lib.teaching import ANY, Code, Exercise, Misconception, Number


def _prune(w, h, share):
    saliency = 0.5 * h * w**2
    zeroed = np.argsort(saliency)[: round(share * len(w))]
    pruned = w.copy()
    pruned[zeroed] = 0.0
    return pruned


def _by_magnitude(w, h, share):
    zeroed = np.argsort(np.abs(w))[: round(share * len(w))]
    pruned = w.copy()
    pruned[zeroed] = 0.0
    return pruned


def _by_curvature(w, h, share):
    zeroed = np.argsort(h)[: round(share * len(w))]
    pruned = w.copy()
    pruned[zeroed] = 0.0
    return pruned


def _not_squared(w, h, share):
    zeroed = np.argsort(h * w)[: round(share * len(w))]
    pruned = w.copy()
    pruned[zeroed] = 0.0
    return pruned


def _one_power(w, h, share):
    zeroed = np.argsort(h * np.abs(w))[: round(share * len(w))]
    pruned = w.copy()
    pruned[zeroed] = 0.0
    return pruned


def _rounds_down(w, h, share):
    zeroed = np.argsort(h * w**2)[: int(share * len(w))]
    pruned = w.copy()
    pruned[zeroed] = 0.0
    return pruned


def _rounds_up(w, h, share):
    zeroed = np.argsort(h * w**2)[: int(np.ceil(share * len(w)))]
    pruned = w.copy()
    pruned[zeroed] = 0.0
    return pruned


def _largest(w, h, share):
    zeroed = np.argsort(-h * w**2)[: round(share * len(w))]
    pruned = w.copy()
    pruned[zeroed] = 0.0
    return pruned


def _keeps_share(w, h, share):
    zeroed = np.argsort(h * w**2)[: len(w) - round(share * len(w))]
    pruned = w.copy()
    pruned[zeroed] = 0.0
    return pruned


def _keeps_the_cheap_share(w, h, share):
    kept = np.argsort(h * w**2)[: round(share * len(w))]
    pruned = np.zeros(len(w))
    pruned[kept] = w[kept]
    return pruned


def _in_place(w, h, share):
    w[np.argsort(h * w**2)[: round(share * len(w))]] = 0.0
    return w


def _the_places(w, h, share):
    return np.argsort(h * w**2)[: round(share * len(w))].astype(float)


def _drops(w, h, share):
    return np.delete(w, np.argsort(h * w**2)[: round(share * len(w))])


@dataclass(frozen=True)
class _Kept(Code):
    """A function that must leave its arguments as they are: the last value is 1 where it does not."""

    def read(self, function):
        """Return what the function returned, and whether it changed an argument."""
        changed = [False]

        def watched(*arguments):
            before = copy.deepcopy(arguments)
            value = function(*arguments)
            changed.append(not all(map(np.array_equal, arguments, before)))
            return value

        values = super().read(watched if callable(function) else function)
        return [*values, np.array(float(any(changed)))]


_TRIALS = (
    (np.array([2.0, 0.5, -3.0, 1.0]), np.array([0.1, 10.0, 1.0, 0.3]), 0.5),
    (np.array([-1.0, 0.2, 0.9, -0.4, 3.0]), np.array([2.0, 0.5, 0.1, 9.0, 0.3]), 0.4),
    (np.array([0.3, -2.0, 1.0, 0.7]), np.array([8.0, 0.4, 0.6, 2.1]), 0.25),
    (np.array([4.0, -1.0, 0.5]), np.array([0.2, 1.0, 3.0]), 1 / 3),
    # Here share * len(w) is 2.8 and 1.25: int() and ceil() differ from round().
    (np.array([1.5, -0.4, 2.0, 0.8]), np.array([0.5, 3.0, 0.2, 1.0]), 0.7),
    (np.array([0.6, -1.2, 2.5, 0.9, -0.3]), np.array([1.0, 0.5, 0.1, 3.0, 1.0]), 0.25),
)
_CODE = Exercise(
    id="10.5",
    prompt="Write prune(w, h, share): w holds the weights and h the diagonal entries of the Hessian. "
    "Return the weights with a share of them set to 0, namely those with the smallest saliency ½hᵢwᵢ², and "
    "leave the array w itself as it is. The number of zeros is round(share * len(w)).",
    kinds=(_Kept("prune", _TRIALS),),
    solution=_prune,
    praise="These lines are optimal brain damage. They need only the diagonal of the Hessian, and you can "
    "estimate it from products with random vectors.",
    misconceptions=(
        Misconception(
            "changes w in place",
            _in_place,
            "Your function writes into w itself, so the trained weights are lost for whoever calls it. Start "
            "with a copy of w, and change only the copy.",
            matches=lambda values: bool(values[-1]),
        ),
        Misconception(
            "goes by the magnitude",
            _by_magnitude,
            "You removed the smallest weights. That ignores h: a small weight along a stiff direction "
            "can cost "
            "more than a large one along a flat direction.",
        ),
        Misconception(
            "goes by the curvature",
            _by_curvature,
            "You removed the weights with the smallest h. The cost of a removal also depends on how far the "
            "weight has to move.",
        ),
        Misconception(
            "keeps the sign of w",
            _not_squared,
            "h·w is negative for negative weights, so they all come first. Does the height of "
            "the parabola depend on the sign of the move?",
        ),
        Misconception(
            "takes |w| once",
            _one_power,
            "h·|w| has the size of a slope. How does the height of a parabola grow with the distance?",
        ),
        Misconception(
            "rounds down",
            _rounds_down,
            "You chose the right weights, but too few of them where share * len(w) is not a whole number. "
            "Does your function cut the fraction off, as int() does? Which function rounds to the nearest "
            "whole number?",
        ),
        Misconception(
            "rounds up",
            _rounds_up,
            "You chose the right weights, but too many of them where share * len(w) is not a whole number. "
            "Does your function round this number up, as ceil() does? Which function rounds to the nearest "
            "whole number?",
        ),
        Misconception(
            "removes the largest",
            _largest,
            "You removed the weights that cost most. Check the order in which you sort.",
        ),
        Misconception(
            "keeps the share",
            _keeps_share,
            "You kept a share of the weights. The exercise asks you to remove this share.",
        ),
        Misconception(
            "keeps the cheapest share",
            _keeps_the_cheap_share,
            "You kept the weights with the smallest saliency and removed the others. Which weights are cheap "
            "to remove?",
        ),
        Misconception(
            "returns the places",
            _the_places,
            "Those are the positions of the weights to remove. Return the weights, with zeros at these "
            "positions.",
        ),
        Misconception(
            "shortens the list",
            _drops,
            "The removed weights are missing from your list. Set them to 0, so that the list keeps its "
            "length.",
        ),
    ),
    hints=(
        "Compute all saliencies at once: 0.5 * h * w**2.",
        "np.argsort returns the positions, ordered from the smallest value to the largest. Take the first "
        "round(share * len(w)) of them, and set these entries of a copy of w to 0.",
    ),
)

_MIXED = Exercise(
    id="10.6",
    prompt="A loss has its minimum at w = (3, 1), with the Hessian [[1, 2], [2, 16]]. By how much does the "
    "loss rise if w₁ is set to 0 and w₂ stays? By how much does it rise if w₂ is set to 0 and w₁ "
    "stays? Take the cheaper of these two removals, and let the other weight move to where the loss is "
    "smallest. By how much does the loss rise now? Finally, what is λ₁ of the Hessian in the units of its "
    "own diagonal?",
    kinds=(Number(rtol=0.01), Number(rtol=0.01), Number(rtol=0.01), Number(rtol=0.01)),
    solution=(4.5, 8, 3.375, 1.5),
    praise="The larger weight is the cheaper one to remove. The rule of the smallest magnitude would remove "
    "w₂. The surgeon moves w₂ from 1 to 1.375 and saves a quarter of the cost. The number 2/√(1·16) = 0.5, "
    "which the diagonal cannot remove, is the one that helps the surgeon: the cost is multiplied by "
    "1 − 0.5² = 0.75.",
    misconceptions=(
        Misconception(
            "forgets the ½",
            (9, 16, ANY, ANY),
            "You left out the ½ of the parabola ½hd².",
        ),
        Misconception(
            "does not square the weight",
            (1.5, ANY, ANY, ANY),
            "½·h·w is not the height of the parabola. How does its height grow with the distance from the "
            "minimum?",
        ),
        Misconception(
            "swaps the curvatures",
            (72, 0.5, ANY, ANY),
            "You paired each weight with the curvature of the other one.",
        ),
        Misconception(
            "swaps the two removals",
            (8, 4.5, ANY, ANY),
            "Both numbers are right, but in the other order. The first question sets w₁ = 3 to 0.",
        ),
        Misconception(
            "leaves the other weight where it is",
            (4.5, 8, 4.5, ANY),
            "4.5 is the rise if w₂ stays at 1. For which w₂ is the loss smallest when w₁ = 0?",
        ),
        Misconception(
            "moves the other weight after the more expensive removal",
            (4.5, 8, 6, ANY),
            "6 is the rise if w₂ is zeroed and w₁ moves. Which of the two removals was cheaper?",
        ),
        Misconception(
            "moves the other weight the wrong way",
            (4.5, 8, 7.875, ANY),
            "You moved w₂ to 0.625. Along the valley of this loss, which way does w₂ go when w₁ falls?",
        ),
        Misconception(
            "counts only the gain",
            (4.5, 8, 1.125, ANY),
            "1.125 is what the move of w₂ saves. How much remains?",
        ),
        Misconception(
            "takes λ₁ of H",
            (4.5, 8, 3.375, 16.3),
            "That is λ₁ of H itself, rounded. In the new units both diagonal entries are 1.",
        ),
        Misconception(
            "expects the diagonal to do everything",
            (4.5, 8, 3.375, 1),
            "λ₁ would be 1 if the scaled matrix had no entry off the diagonal. What does it have there?",
        ),
        Misconception(
            "does not take the root",
            (4.5, 8, 3.375, 1.125),
            "You divided the entry 2 by 16. In P^(−½) H P^(−½) it is divided by √1·√16.",
        ),
    ),
    hints=(
        "If one weight moves by d and the other stays, the loss rises by ½hd².",
        "With d₁ = −3 the rise is ½(9 − 12d₂ + 16d₂²). Where is it smallest?",
        "The scaled matrix has ones on its diagonal and 2/√(1·16) off the diagonal.",
    ),
)

EXERCISES = (_CODE, _MIXED)
