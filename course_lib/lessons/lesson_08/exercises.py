"""The exercises and predictions of lesson 08, with the misunderstandings they are made for."""

import numpy as np

from course_lib.teaching import (
    ANY,
    Choice,
    Code,
    Exercise,
    Misconception,
    Number,
    Prediction,
    Unreadable,
    Vector,
)

_AB = Exercise(
    id="8.2",
    prompt="f(a, b) = ½(ab − 1)²: λ₁ of H at (1, 1), λ₁ of H at (10, 0.1), and λ₁ of "
    "diag(|w|) H diag(|w|) at (10, 0.1).",
    kinds=(Number(rtol=1e-4), Number(rtol=1e-5), Number(rtol=1e-4)),
    solution=(2, 100.01, 2),
    praise="At a minimum H = [[b², 1], [1, a²]] has the eigenvalues a² + b² and 0. The adaptive matrix is "
    "[[1, 1], [1, 1]] at every minimum with ab = 1.",
    misconceptions=(
        Misconception(
            "takes the same function for the same sharpness",
            (2, 2, ANY),
            "The function x ↦ abx is the same, the coordinates are not. Move b by 0.1 at each of the two "
            "points and compare the losses: 0.005 and 0.5.",
        ),
        Misconception(
            "forgets the mixed derivative at (10, 0.1)",
            (2, 100, ANY),
            "That is the larger diagonal entry, a². The mixed derivative is 2ab − 1: what is it at a "
            "minimum, and what does it do to the eigenvalues?",
        ),
        Misconception(
            "forgets the mixed derivative at (1, 1)",
            (1, ANY, ANY),
            "That is a diagonal entry. The mixed derivative 2ab − 1 is 1 here; write out the 2 × 2 matrix.",
        ),
        Misconception(
            "takes 2ab for the mixed derivative",
            (3, ANY, ANY),
            "You have 2 off the diagonal. Differentiate b(ab − 1) by b once more: two terms, one of them "
            "negative.",
        ),
        Misconception(
            "forgets the ½",
            (4, ANY, ANY),
            "That belongs to (ab − 1)², without the ½ in front.",
        ),
        Misconception(
            "reads the diagonal of the adaptive matrix",
            (2, 100.01, 1),
            "Each diagonal entry of D H D is 1. What stands beside the diagonal?",
        ),
        Misconception(
            "lets the adaptive one grow too",
            (2, 100.01, 100),
            "The weights shrink where H grows. Write each entry of the product for a = 10: weight × "
            "weight × curvature.",
            matches=lambda one, two, adaptive: adaptive > 50,
        ),
        Misconception(
            "multiplies by |w| on one side only",
            (2, 100.01, 10.1),
            "You multiplied from one side. A change of both weights meets the size of each: D H D.",
        ),
    ),
    hints=(
        "∂²f/∂a² = b², ∂²f/∂b² = a², ∂²f/∂a∂b = 2ab − 1.",
        "At a minimum ab = 1. The trace is a² + b², the determinant a²b² − 1.",
        "A symmetric 2 × 2 matrix with determinant 0 has the eigenvalues trace and 0.",
    ),
)

_LABORATORIES = Exercise(
    id="8.6",
    prompt="Sharpness 1, 2, 3 with errors 8, 9, 10 (split A) and 4, 5, 6 with 5, 6, 7 (split B): the "
    "correlation within A, within B, pooled; and which of them answers the question.",
    kinds=(
        Number(),
        Number(),
        Number(rtol=0.009),  # two decimals
        Choice(("within a split", "pooled")),
    ),
    solution=(1, 1, -0.543, "within a split"),
    praise="The pooled number mostly compares two splits: however many runs, it rests on two points. To "
    "say more about splits takes more splits.",
    misconceptions=(
        Misconception(
            "trusts the larger sample",
            (ANY, ANY, ANY, "pooled"),
            "You added runs, and with them a second cause: the splits differ in difficulty. Colour the "
            "points by split and look again.",
        ),
        Misconception(
            "expects the mean of the signs",
            (1, 1, 1, ANY),
            "Inside each split the points rise. Now plot all six: where does the second three lie beside "
            "the first?",
        ),
        Misconception(
            "lets the two cancel",
            (1, 1, 0, ANY),
            "Nothing cancels by itself. Compute it: the mean sharpness is 3.5, the mean error 7.5.",
        ),
        Misconception(
            "looks at the two centres only",
            (1, 1, -1, ANY),
            "Two points always lie on a line, and the centres of A and B lie on one that falls. All six "
            "points do not: inside each split they rise.",
        ),
        Misconception(
            "rounds on the way",
            (1, 1, -0.53, ANY),
            "Nearly. The second decimal is off: keep all digits until the last division.",
            matches=lambda a, b, pooled, where: 0.5 < -pooled < 0.6,
        ),
        Misconception(
            "reads the sign of the pooled number the wrong way",
            (1, 1, 0.543, ANY),
            "Right size. Does the error rise or fall from split A to the sharper split B?",
        ),
    ),
    hints=(
        "Within a split the points lie on a line that rises.",
        "Pooled: the products of the deviations sum to −9.5, the squared deviations to 17.5 each.",
    ),
)


def _factors(a, b):
    """Return how many standard errors the two intervals reach to each side."""
    return np.ptp(a) / 2 / 0.11, np.ptp(b) / 2 / 0.57


_ABSENT = Exercise(
    id="8.5",
    prompt="SAM against the baseline. Clean: −0.52, s.e. 0.11, 20 seeds. 20 % label noise: +0.04, s.e. "
    "0.57, 10 seeds. The two 95 % intervals, and: does label noise abolish the effect?",
    # Two decimals: another factor t must not pass for the right one.
    kinds=(Vector(2, rtol=0.0075), Vector(2, rtol=0.0045), Choice(("yes", "no", "cannot say"))),
    solution=((-0.75, -0.29), (-1.25, 1.33), "cannot say"),
    praise="The second interval holds 0, and it holds −0.52 as well. Not detected is not the same as "
    "absent.",
    misconceptions=(
        Misconception(
            "gives the upper end first",
            ((-0.29, -0.75), (1.33, -1.25), ANY),
            "The lower end of an interval comes first.",
            matches=lambda a, b, c: (a[0] > a[1] and a[0] < 0) or (b[0] > b[1] and b[1] < 0),
        ),
        Misconception(
            "gives the mean and the half-width",
            ((-0.52, 0.23), (0.04, 1.29), ANY),
            "Mean and half-width are there. The interval goes from one minus the other to one plus the "
            "other.",
        ),
        Misconception(
            "reads an interval around 0 as no effect",
            (ANY, ANY, "yes"),
            "Your second interval contains 0. Does it contain the effect on clean labels as "
            "well? What would "
            "you need to tell the two apart?",
        ),
        Misconception(
            "reads a wide interval as an effect",
            (ANY, ANY, "no"),
            "To say that the effect is still there you would need an interval without 0.",
        ),
        Misconception(
            "divides by √n once more",
            ((-0.571, -0.469), (-0.368, 0.448), ANY),
            "You divided by √n. This is the error of the mean already: do not divide again.",
            matches=lambda a, b, c: 0 < np.ptp(a) < 0.13,
        ),
        Misconception(
            "takes one standard error",
            ((-0.63, -0.41), (-0.53, 0.61), ANY),
            "One standard error to each side covers about two thirds. For 95 % the factor is about two, "
            "and it depends on the number of seeds.",
            matches=lambda a, b, c: min(_factors(a, b)) < 1.1,
        ),
        Misconception(
            "has an end that does not fit the mean",
            ((-0.75, -0.29), (-1.25, 1.31), ANY),
            "Halfway between its two ends an interval has the mean that was reported. One of yours has "
            "not: compute lower + upper for both.",
            matches=lambda a, b, c: max(abs(a.mean() + 0.52), abs(b.mean() - 0.04)) > 0.003,
        ),
        Misconception(
            "takes 1.96 or 2, as for very many seeds",
            ((-0.74, -0.30), (-1.08, 1.16), ANY),
            "1.96, or 2, is the factor for very many seeds. A standard error from 20 seeds is itself "
            "uncertain, one from 10 the more so: which factor t belongs to each?",
            matches=lambda a, b, c: min(_factors(a, b)) < 2.05,
        ),
        Misconception(
            "takes the factor of 20 seeds for 10",
            ((-0.75, -0.29), (-1.15, 1.23), ANY),
            "One factor for both. Ten seeds know their own spread less well than twenty: is their t "
            "larger or smaller?",
            matches=lambda a, b, c: 2.05 <= _factors(a, b)[1] < 2.15,
        ),
        Misconception(
            "takes the number of seeds for the degrees of freedom",
            ((-0.75, -0.29), (-1.23, 1.31), ANY),
            "You looked t up with n. The mean was taken from the same seeds, which costs one degree of "
            "freedom.",
            matches=lambda a, b, c: 2.2 < _factors(a, b)[1] < 2.24,
        ),
        Misconception(
            "slips in a half-width",
            ((-0.76, -0.28), (-1.25, 1.33), ANY),
            "The middles are right. Compute the half-widths anew, each its t times its own standard error, "
            "and round at the end.",
            matches=lambda a, b, c: True,
        ),
    ),
    hints=(
        "The interval is the mean ± t times its standard error.",
        "t for 95 %: 2.09 with 19 degrees of freedom, 2.26 with 9.",
        "−0.52 ± 2.09 × 0.11, and 0.04 ± 2.26 × 0.57.",
    ),
)


class _Letter(Choice):
    """A letter, with or without the brackets in which the question prints it."""

    def read(self, answer):
        """Return the letter."""
        return super().read(answer.strip(" ().") if isinstance(answer, str) else answer)


_LATER = Exercise(
    id="8.4",
    prompt="Run A: training loss 0.0099, λ₁ 0.31, trace 3.8. Run B: 0.0078, 0.26, 3.2 (cross-entropy). "
    "Did B's optimizer find a flatter region? Answer a, b, c or d.",
    kinds=(_Letter(("a", "b", "c", "d")),),
    solution="d",
    praise="These are measurements of one run, B taken some steps after A. The curvature of cross-entropy "
    "falls with the loss: compare at equal loss.",
    misconceptions=(
        Misconception(
            "takes smaller for flatter",
            "a",
            "Both are lower. What else differs between the rows, and what does that do to curvature by "
            "itself?",
        ),
        Misconception(
            "takes both losses for 0.01",
            "b",
            "0.0078 is 21 % below 0.0099, and the trace fell by 16 %. The two differences are of one size.",
        ),
        Misconception(
            "divides by the loss and stops there",
            "c",
            "That presumes that the trace is in proportion to the loss on this path. Which "
            "third measurement "
            "of A would tell?",
        ),
    ),
    hints=(
        "Look at all three columns.",
        "Train A a little longer. What happens to its loss, its λ₁ and its trace?",
    ),
)


def _rescale(W1, b1, W2, b2, alpha):
    if not alpha > 0:
        raise ValueError("alpha must be positive")
    return W1 * alpha, b1 * alpha, W2 / alpha, b2


def _bias_left(W1, b1, W2, b2, alpha):
    return W1 * alpha, b1, W2 / alpha, b2


def _last_bias(W1, b1, W2, b2, alpha):
    return W1 * alpha, b1 * alpha, W2 / alpha, b2 / alpha


def _negative(W1, b1, W2, b2, alpha):
    return alpha * W1, alpha * b1, W2 / alpha, b2 * 1.0


def _both_up(W1, b1, W2, b2, alpha):
    return W1 * alpha, b1 * alpha, W2 * alpha, b2


def _zero(W1, b1, W2, b2, alpha):
    if alpha < 0:
        raise ValueError("alpha must not be negative")
    return W1 * alpha, b1 * alpha, W2 / alpha, b2


def _second_as_before(W1, b1, W2, b2, alpha):
    return W1 * alpha, b1 * alpha, W2, b2


def _second_twice(W1, b1, W2, b2, alpha):
    return W1 * alpha, b1 * alpha, W2 / alpha**2, b2


def _in_place(W1, b1, W2, b2, alpha):
    if not alpha > 0:
        raise ValueError("alpha must be positive")
    W1 *= alpha
    b1 *= alpha
    W2 /= alpha
    return W1, b1, W2, b2


def _nothing(W1, b1, W2, b2, alpha):
    return W1, b1, W2, b2


def _other_way(W1, b1, W2, b2, alpha):
    return W1 / alpha, b1 / alpha, W2 * alpha, b2


_rng = np.random.default_rng(6)
_LAYERS = tuple(_rng.standard_normal(shape) for shape in ((5, 4), (5,), (3, 5), (3,)))
_X = _rng.standard_normal((20, 4))
_ALPHAS = (0.01, 100.0)


def _outputs(W1, b1, W2, b2):
    return np.maximum(_X @ W1.T + b1, 0) @ W2.T + b2


class _Rescaling(Code):
    """`rescale` tried with two factors, a negative one and 0.

    What is read: for each factor the largest change of an output, how much ‖W1‖ and ‖W2‖ grew,
    and the change of the last bias; then whether the negative factor and 0 were refused, and
    whether the arrays that went in are what they were.
    """

    def read(self, function):
        """Return one array of shape (11,)."""
        if not callable(function):
            raise Unreadable(f"Expected: the function {self.name} itself, without brackets.")
        found, untouched = [], True
        for alpha in _ALPHAS:
            given = [part.copy() for part in _LAYERS]
            layers = self._call(function, given, alpha)
            untouched &= all(map(np.array_equal, given, _LAYERS))
            found += [
                np.abs(_outputs(*layers) - _outputs(*_LAYERS)).max(),
                np.linalg.norm(layers[0]) / np.linalg.norm(_LAYERS[0]),
                np.linalg.norm(layers[2]) / np.linalg.norm(_LAYERS[2]),
                np.abs(layers[3] - _LAYERS[3]).max(),
            ]
        refused = [self._refuses(function, alpha) for alpha in (-2.0, 0.0)]
        return [np.array([*found, *refused, untouched], dtype=float)]

    def _refuses(self, function, alpha):
        try:
            with np.errstate(all="ignore"):
                function(*[part.copy() for part in _LAYERS], alpha)
        except ValueError:
            return True
        except Exception as error:
            raise Unreadable(
                f"With alpha = {alpha:g} it stopped with {type(error).__name__}: a ValueError is asked "
                "for."
            ) from None
        return False

    def _call(self, function, given, alpha):
        from course_lib.teaching.answers import NotAttempted

        try:
            answer = function(*given, alpha)
        except Exception as error:
            raise Unreadable(
                f"With alpha = {alpha:g} it stopped with {type(error).__name__}: {error}."
            ) from None
        if answer is None or answer is ...:
            raise NotAttempted
        try:
            layers = [np.array(part, dtype=float) for part in answer]
        except Exception:
            raise Unreadable("Expected: four arrays, W1, b1, W2, b2.") from None
        if [part.shape for part in layers] != [part.shape for part in _LAYERS]:
            raise Unreadable("Expected: four arrays, W1, b1, W2, b2, of the shapes that came in.")
        return layers


def _judge_rescaling(row):
    row = row[0]
    kept = max(row[0], row[4]) < 1e-11
    grew = np.allclose([row[1], row[2], row[5], row[6]], [0.01, 100, 100, 0.01])
    return bool(kept and grew and row[8] == row[9] == row[10] == 1)


_CODE = Exercise(
    id="8.3",
    prompt="Write rescale(W1, b1, W2, b2, alpha): the same ReLU network with a first layer alpha times "
    "as large; a ValueError unless alpha is above 0.",
    kinds=(_Rescaling("rescale", (), judge=_judge_rescaling),),
    solution=_rescale,
    praise="Outputs equal to twelve digits, at 0.01 and at 100. Whatever depends on the outputs alone "
    "cannot tell the two networks apart; λ₁ can.",
    misconceptions=(
        Misconception(
            "leaves the first bias alone",
            _bias_left,
            "The outputs change: relu(αWx + b) is not α·relu(Wx + b). What has to grow with W1?",
            matches=lambda row: bool(
                row[0][0] > 1e-9
                and np.isclose(row[0][5], 100)
                and np.isclose(row[0][6], 0.01)
                and row[0][7] < 1e-12
            ),
        ),
        Misconception(
            "divides the last bias",
            _last_bias,
            "The outputs are shifted. The last bias is added after the hidden layer: it never saw α.",
            matches=lambda row: bool(row[0][3] > 1e-9),
        ),
        Misconception(
            "multiplies both layers",
            _both_up,
            "Both layers grew, so the outputs grew with α². One of them must take back what the other "
            "gives.",
            matches=lambda row: bool(np.isclose(row[0][5], 100) and np.isclose(row[0][6], 100)),
        ),
        Misconception(
            "leaves the second layer alone",
            _second_as_before,
            "What enters the second layer is α times as large, and so the outputs change. Which part can "
            "take that back?",
            matches=lambda row: bool(np.isclose(row[0][5], 100) and np.isclose(row[0][6], 1)),
        ),
        Misconception(
            "divides the second layer twice",
            _second_twice,
            "The first layer grew α times, and the second shrank more than that: the outputs change. How "
            "often does the factor reach the second layer?",
            matches=lambda row: bool(np.isclose(row[0][5], 100) and np.isclose(row[0][6], 1e-4)),
        ),
        Misconception(
            "changes nothing",
            _nothing,
            "The function is the same, and so are the weights. The first layer should be α times as large.",
            matches=lambda row: bool(np.isclose(row[0][5], 1) and np.isclose(row[0][6], 1)),
        ),
        Misconception(
            "divides the first layer",
            _other_way,
            "The function is the same; but here the first layer shrinks. Which of the two is multiplied?",
            matches=lambda row: bool(np.isclose(row[0][5], 0.01) and row[0][4] < 1e-9),
        ),
        Misconception(
            "lets a negative factor through",
            _negative,
            "Right for every alpha above 0. With alpha = −2 the outputs change and nobody is "
            "told: ReLU lets "
            "only a positive factor through. Refuse the others.",
            matches=lambda row: bool(max(row[0][0], row[0][4]) < 1e-9 and row[0][8] == 0),
        ),
        Misconception(
            "lets 0 through",
            _zero,
            "Right for every alpha above 0, and the negative ones are refused. With alpha = 0 the second "
            "layer is divided by 0.",
            matches=lambda row: bool(max(row[0][0], row[0][4]) < 1e-9 and row[0][9] == 0),
        ),
        Misconception(
            "overwrites the arrays that came in",
            _in_place,
            "What comes back is right. But the arrays that went in were overwritten, and the caller's "
            "network with them: `*=` and `/=` write into an array. Make new ones.",
            matches=lambda row: bool(max(row[0][0], row[0][4]) < 1e-9 and row[0][10] == 0),
        ),
    ),
    hints=(
        "relu(αz) = α·relu(z) for α > 0.",
        "The hidden layer is relu(W1 x + b1): both W1 and b1 stand inside.",
        "The output is W2 h + b2: if h grows α times, which part must shrink?",
    ),
)

_NOISE = Exercise(
    id="8.1",
    prompt="tr(H) = 4 and λ₁ = 0.4 for P = 1000 weights at a minimum. To second order: by how much does "
    "noise of σ = 0.01 on each weight raise the loss on average? And the worst step of the same typical "
    "length, σ√P?",
    kinds=(Number(), Number()),
    solution=(2e-4, 0.02),
    praise="½σ² tr(H) = 0.0002 on average, ½(σ²P) λ₁ = 0.02 at worst: a hundred times as much. Random noise "
    "hardly ever meets the stiff direction.",
    misconceptions=(
        Misconception(
            "gives the worst case first",
            (0.02, 2e-4),
            "Right numbers. The average was asked first, the worst step second.",
        ),
        Misconception(
            "forgets the ½",
            (4e-4, ANY),
            "Twice too large: the second-order term of a Taylor series has a factor in front.",
        ),
        Misconception(
            "forgets the ½ in the worst case",
            (2e-4, 0.04),
            "Your average is right. The worst case lost the same factor that you kept there.",
        ),
        Misconception(
            "adds up all curvatures for the worst step",
            (2e-4, 0.2),
            "That is ½r² tr(H), r the length. A step goes one way only: which single curvature is the "
            "largest that it can meet?",
        ),
        Misconception(
            "does not square the length of the worst step",
            (2e-4, 0.0632),
            "Your average is right. In the worst case the length σ√P stands once; what does a parabola do "
            "with it?",
            matches=lambda mean, worst: (
                abs(mean - 2e-4) < 4e-6
                and min(abs(worst / 0.0632 - 1), abs(worst / 0.1265 - 1)) < 0.02
            ),
        ),
        Misconception(
            "takes the length σ for the worst step",
            (2e-4, 2e-5),
            "A step of length σ. Noise of σ on each of 1000 weights is √1000 times as long.",
        ),
        Misconception(
            "does not square σ",
            (0.02, ANY),
            "Curvature times distance is a slope. For a height the distance counts twice.",
            matches=lambda mean, worst: min(abs(mean / 0.02 - 1), abs(mean / 0.04 - 1)) < 0.01,
        ),
        Misconception(
            "uses λ₁ for the average",
            (2e-5, ANY),
            "That is noise along v₁ alone. On average each direction gives its own "
            "eigenvalue, and they add.",
        ),
        Misconception(
            "multiplies by P once more",
            (0.2, ANY),
            "The trace is a sum over all weights already.",
        ),
        Misconception(
            "takes the mean curvature",
            (2e-7, ANY),
            "You divided the trace by P: that is for a step of length σ in all. Each weight "
            "gets its own σ.",
        ),
        Misconception(
            "takes the length σP for the worst step",
            (2e-4, 20),
            "Independent parts add like squares: the length of the noise is σ√P, not σP.",
        ),
    ),
    hints=(
        "E[½uᵀHu] = ½ Σ hᵢⱼ E[uᵢuⱼ], and E[uᵢuⱼ] is σ² for i = j and 0 otherwise.",
        "The worst step of length r goes along v₁ and raises the loss by ½r²λ₁.",
        "r² = σ²P = 0.1.",
    ),
)

EXERCISES = {e.id: e for e in (_NOISE, _AB, _CODE, _LATER, _ABSENT, _LABORATORIES)}

PREDICTIONS = {
    p.id: p
    for p in (
        Prediction(
            "8.a",
            "Noise of σ = 0.001 in every weight. Whose mean increase of the loss does ½σ² "
            "tr(H) predict to within 5 %?",
            {
                "both networks'": "For smooth units, yes. A kink has no second derivative.",
                "only tanh's": "",
                "neither's": "At σ = 0.1 neither. But this is small noise, and tanh is smooth.",
            },
            answer="only tanh's",
            outcome="For tanh the ratio is 1, within its error. For ReLU the loss rises several times "
            "more than predicted, and smaller noise makes it worse before it gets better.",
        ),
        Prediction(
            "8.b",
            "α = 100. Of these five, what changes: outputs, test error, λ₁, ‖∇f‖, adaptive λ₁?",
            {
                "only λ₁": "The gradient is a matter of coordinates too: per unit of a "
                "shrunken weight, the loss "
                "changes faster.",
                "λ₁ and ‖∇f‖": "",
                "all but outputs and test error": "Adaptive λ₁ counts in the weights' own "
                "size, and that cancels.",
                "all five": "The outputs stay: what the first layer multiplies, the second divides.",
            },
            answer="λ₁ and ‖∇f‖",
            outcome="λ₁ grows more than a thousand times and the gradient grows; outputs, test error and "
            "adaptive λ₁ stay.",
        ),
        Prediction(
            "8.c",
            "Train both to the same loss instead of for equally many epochs. How much "
            "smaller is the trace with "
            "small batches then?",
            {
                "still more than ten times": "Most of that was not the batch: small batches "
                "made 25 times as "
                "many steps.",
                "about a tenth smaller": "",
                "not at all": "That was the bulk of it, and yet something remains, seed after seed.",
            },
            answer="about a tenth smaller",
            outcome="At equal loss the trace is about 11 % smaller on average, and smaller for each of "
            "20 seeds.",
        ),
        Prediction(
            "8.d",
            "Inside one split, 12 ReLU networks at equal loss: how does λ₁ go with the test "
            "error, on average "
            "over the splits?",
            {
                "strongly: sharper errs more": "That is the hypothesis. At equal loss, for "
                "one task and one kind of network, nothing of it is seen here.",
                "weakly, or not at all": "",
                "strongly: sharper errs less": "Neither way.",
            },
            answer="weakly, or not at all",
            outcome="On average over 24 splits the rank correlation is about 0; its interval reaches from "
            "−0.2 to 0.2.",
        ),
        Prediction(
            "8.e",
            "For tanh it is near zero as well. Now take ReLU and tanh networks of a split together: the "
            "correlation of λ₁ with the test error?",
            {
                "near zero, as for each": "Two clouds without a trend can form one: it "
                "depends on where they lie.",
                "clearly above zero": "",
                "clearly below zero": "It could have come out so: that depends on which kind "
                "is the sharper one.",
            },
            answer="clearly above zero",
            outcome="+0.54. The ReLU networks are sharper and err more than the tanh networks: the number "
            "compares two kinds.",
        ),
        Prediction(
            "8.f",
            "The largest step ends more than three times flatter than the smallest, at equal "
            "loss. And its test "
            "error?",
            {
                "clearly lower": "That is what the story says.",
                "not lower": "",
                "three times lower": "λ₁ is no measure of the error.",
            },
            answer="not lower",
            outcome="λ₁ falls along 2/η, and the test error does not fall with it: at the largest step it is "
            "higher.",
        ),
    )
}
