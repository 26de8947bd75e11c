"""Exercises of lesson 09 that a few numbers answer, with the wrong answers that people give."""

from math import sqrt

from course_lib.teaching import ANY, Choice, Exercise, Misconception, Number

_HOW_MANY = Exercise(
    id="9.2",
    prompt="One probe has a standard deviation of 40 % of the trace. How many probes give a standard "
    "error of 1 %?",
    kinds=(Number(rtol=1e-6),),
    solution=1600,
    praise="40² = 1600. This number does not depend on the size of the network.",
    misconceptions=(
        Misconception(
            "lets the error fall like 1/m",
            40,
            "With 40 probes the standard error is 40 %/√40 = 6.3 %. Four times the probes halve it.",
        ),
        Misconception(
            "aims at ten per cent",
            16,
            "With 16 probes the standard error is 40 %/√16 = 10 %. It must become ten times smaller still.",
        ),
        Misconception(
            "aims at two per cent",
            400,
            "With 400 probes the standard error is 40 %/√400 = 2 %. It must become half of that. How does "
            "the error depend on m?",
        ),
        Misconception(
            "doubles the probes to halve the error",
            800,
            "With 800 probes the standard error is 40 %/√800 = 1.4 %. Does twice the number of probes "
            "halve the error?",
        ),
        Misconception(
            "takes the interval for the standard error",
            6400,
            "With so many probes the standard error is 0.5 %, and the 95 % interval reaches 1 % to each "
            "side. The question asks for a standard error of 1 %.",
            matches=lambda m: 6100 <= m <= 6400,
        ),
        Misconception(
            "takes the root the wrong way round",
            6.3,
            "You took the root of 40. It is √m that must be 40.",
            matches=lambda m: 5.9 < m < 7.1,
        ),
        Misconception(
            "counts from the variance in per cent",
            160000,
            "So many probes give an error of 0.1 %. Check it: 40 %/√160000.",
        ),
        Misconception(
            "takes too few",
            160,
            "With so few probes the standard error is still larger than 1 %. Put your number into 40 %/√m.",
            matches=lambda m: 16 <= m <= 1550,
        ),
    ),
    hints=("The standard error of m probes is 40 %/√m.", "√m must be 40."),
)

_ALL_PROBES = Exercise(
    id="9.4",
    prompt="A = [[2, 1], [1, 3]]: mean and variance of vᵀAv over all Rademacher probes; then the "
    "variance for Gaussian probes.",
    kinds=(Number(), Number(), Number()),
    solution=(5, 4, 30),
    praise="vᵀAv is 7 for two of the probes and 3 for the other two. The diagonal makes no noise for signs: "
    "2(‖A‖²_F − Σaᵢᵢ²) = 4, against 2‖A‖²_F = 30.",
    misconceptions=(
        Misconception(
            "counts the cross term once",
            (5, 1, 30),
            "That would be the variance if a₁₂v₁v₂ appeared once. It appears twice, once for each side of "
            "the diagonal.",
            matches=lambda mean, signs, gauss: abs(signs - 1) < 0.01,
        ),
        Misconception(
            "gives the standard deviation",
            (5, 2, ANY),
            "This is the standard deviation: how far each value lies from the mean. The question asks for "
            "the variance.",
        ),
        Misconception(
            "swaps the two variances",
            (5, 30, 4),
            "These are the right numbers, but the last two are swapped. Which kind of probe "
            "has vᵢ² = 1?",
        ),
        Misconception(
            "gives the Gaussian standard deviation",
            (5, 4, sqrt(30)),
            "The first two are right. The third is a standard deviation. The question asks for a variance, "
            "as in the second place.",
        ),
        Misconception(
            "forgets the factor 2",
            (5, 4, 15),
            "15 is the sum of all squared entries. Look at the formula for the variance: what is this sum "
            "multiplied by?",
        ),
        Misconception(
            "takes the diagonal for the Gaussian noise",
            (5, 4, 26),
            "26 is twice the sum of the squared diagonal entries. The entries beside the diagonal make noise "
            "as well.",
        ),
        Misconception(
            "counts one side of the diagonal",
            (5, 4, 28),
            "28 counts the 1 beside the diagonal once. ‖A‖²_F is the sum over all four entries.",
        ),
        Misconception(
            "doubles twice",
            (5, 4, 60),
            "60 is four times the sum of all squared entries. Read the factor in the formula for the "
            "variance again.",
        ),
        Misconception(
            "counts the diagonal as noise",
            (5, 30, 30),
            "vᵢ² = 1 for every Rademacher probe. What can the diagonal contribute to the scatter?",
            matches=lambda mean, signs, gauss: abs(signs - 30) < 0.3,
        ),
        Misconception(
            "thinks that E[vvᵀ] = I fixes the variance",
            (5, 4, 4),
            "E[vvᵀ] = I fixes the mean. The variance needs products of four entries of v: what does vᵢ² do "
            "if v is Gaussian?",
        ),
        Misconception(
            "divides by 3 instead of 4",
            (5, 16 / 3, 30),
            "You divided by 3, as for a sample. These four cases are all there are, so divide by 4.",
            matches=lambda mean, signs, gauss: abs(signs - 16 / 3) < 0.05,
        ),
        Misconception(
            "takes two values as a sample",
            (5, 8, 30),
            "8 is the variance of the two different values, divided by 2 − 1 as for a sample. But the four "
            "probes are all there are: divide by 4.",
            matches=lambda mean, signs, gauss: abs(signs - 8) < 0.08,
        ),
        Misconception(
            "averages the diagonal",
            (2.5, 4, 30),
            "2.5 is tr/n, the average curvature. It belongs to probes of length 1. Your probes have length "
            "√2.",
            matches=lambda mean, signs, gauss: abs(mean - 2.5) < 0.03,
        ),
        Misconception(
            "adds an entry beside the diagonal to the mean",
            (6, ANY, ANY),
            "6 is 2 + 3 + 1: it counts an entry beside the diagonal. How often is v₁v₂ equal to +1, and how "
            "often to −1?",
        ),
    ),
    hints=(
        "There are four probes: (±1, ±1). Write down vᵀAv for each.",
        "vᵀAv = 2v₁² + 3v₂² + 2v₁v₂, and the squares are 1.",
        "For a Gaussian probe and a symmetric matrix the variance is twice the sum of all squared entries.",
    ),
)

_COPIES = Exercise(
    id="9.6",
    prompt="Lanczos from one start vector, 200 steps, no reorthogonalization: 10.000 is reported four "
    "times, and each copy has converged. What do you know about the multiplicity of the eigenvalue 10?",
    kinds=(Choice(("it is 4", "it is 1", "it is at least 1", "nothing: H is not symmetric")),),
    solution="it is at least 1",
    praise="In exact arithmetic one start vector finds each distinct eigenvalue once, whatever its "
    "multiplicity. The copies come from rounding.",
    misconceptions=(
        Misconception(
            "takes copies for multiplicity",
            "it is 4",
            "Take the identity matrix: its eigenvalue 1 has multiplicity n. And yet, without rounding, "
            "Lanczos from one start vector finds it once. So where can four copies come from?",
        ),
        Misconception(
            "concludes that it is simple",
            "it is 1",
            "A single start vector cannot see the multiplicity at all. What could? (A second start "
            "vector, for example.)",
        ),
        Misconception(
            "blames asymmetry",
            "nothing: H is not symmetric",
            "If H were not symmetric, uᵀHv and vᵀHu would differ. Copies of λ₁ appear with every symmetric "
            "matrix, once λ₁ has converged.",
        ),
    ),
    hints=(
        "Run it on the identity matrix in your head: what are v, Av and A²v?",
        "The start vector has one component in the whole eigenspace of 10.",
    ),
)

_BY_HAND = Exercise(
    id="9.7",
    prompt="A = diag(1, 2, 3), start (1, 1, 1)/√3, two steps of Lanczos: the entry of T beside its "
    "diagonal; the larger Ritz value; its weight; the highest power k for which Σ weight·θᵏ is exact.",
    kinds=(Number(), Number(), Number(), Number()),
    solution=(sqrt(2 / 3), 2 + sqrt(2 / 3), 0.5, 3),
    praise="T = [[2, 0.816], [0.816, 2]]. Two nodes match the moments 1, 2, 14/3 and 12. At k = 4 they "
    "give 32.44, where 32.67 is right.",
    misconceptions=(
        Misconception(
            "forgets the root",
            (2 / 3, 2 + 2 / 3, ANY, ANY),
            "2/3 is the squared length of the residual. The residual is divided by its length, and this "
            "length is the entry of T.",
            matches=lambda beside, theta, weight, k: abs(beside - 2 / 3) < 0.007,
        ),
        Misconception(
            "keeps a minus sign",
            (-sqrt(2 / 3), ANY, ANY, ANY),
            "The size is right. But the entry beside the diagonal is the length of a vector: can it be "
            "negative?",
        ),
        Misconception(
            "forgets the length of the start",
            (sqrt(2), ANY, ANY, ANY),
            "√2 is the length of (−1, 0, 1). The start has length 1, so its entries are 1/√3: carry "
            "this factor along.",
        ),
        Misconception(
            "takes one entry of the residual",
            (1 / sqrt(3), ANY, ANY, ANY),
            "1/√3 is the size of one entry of the residual. The residual has two entries of this size: "
            "what is its length?",
        ),
        Misconception(
            "divides by the root of 3 twice",
            (sqrt(2) / 3, ANY, ANY, ANY),
            "0.471 is √2/3: you divided by √3 twice. The start already has length 1.",
        ),
        Misconception(
            "takes Ritz values for eigenvalues",
            (ANY, 3, ANY, ANY),
            "3 is an eigenvalue of A. Two steps do not find it: the Ritz values lie inside [1, 3]. Compute "
            "the eigenvalues of your T.",
        ),
        Misconception(
            "takes the smaller Ritz value",
            (ANY, 2 - sqrt(2 / 3), ANY, ANY),
            "This is the smaller of the two Ritz values. The question asks for the larger one.",
        ),
        Misconception(
            "does not square the entry",
            (ANY, ANY, sqrt(0.5), ANY),
            "This is the first entry of T's eigenvector. The weight is its square, so that all weights "
            "sum to 1.",
            matches=lambda beside, theta, weight, k: abs(weight - sqrt(0.5)) < 0.01,
        ),
        Misconception(
            "squares the entry of a vector whose length is not 1",
            (ANY, ANY, 1, ANY),
            "A weight of 1 would leave nothing for the other node. Did you give the eigenvector of T "
            "length 1 before you squared its first entry?",
        ),
        Misconception(
            "squares twice",
            (ANY, ANY, 0.25, ANY),
            "If the weight were ¼, the two nodes of this T would have a total weight of ½. But the weights "
            "must sum to 1. Did you square twice?",
        ),
        Misconception(
            "shares the weight among the eigenvalues",
            (ANY, ANY, 1 / 3, ANY),
            "1/3 is the weight of each of the three eigenvalues, seen from the start. After two steps "
            "there are two nodes, and their weights sum to 1.",
        ),
        Misconception(
            "stops at the mean",
            (ANY, ANY, ANY, 1),
            "The mean is exact, but more than the mean is. Two nodes and two weights are four free numbers. "
            "How many moments, from k = 0 on, can they match?",
        ),
        Misconception(
            "thinks that m nodes match m powers",
            (ANY, ANY, ANY, 2),
            "Two nodes and two weights are four free numbers. How many moments, from k = 0 on, can they "
            "match?",
        ),
        Misconception(
            "counts from one",
            (ANY, ANY, ANY, 4),
            "Four free numbers match four moments. The first of these is k = 0: the weights sum to 1.",
        ),
        Misconception(
            "counts 2m + 1",
            (ANY, ANY, ANY, 5),
            "The powers from 0 to 5 are six conditions. How many free numbers do two nodes and two "
            "weights have?",
        ),
    ),
    hints=(
        "v₁ = (1, 1, 1)/√3, so Av₁ = (1, 2, 3)/√3. T₁₁ = v₁ᵀAv₁ is the mean of 1, 2 and 3.",
        "The residual is Av₁ − T₁₁v₁ = (−1, 0, 1)/√3. Its length is the entry beside the diagonal.",
        "v₂ = (−1, 0, 1)/√2, and T₂₂ = v₂ᵀAv₂. The eigenvectors of [[a, b], [b, a]] are (1, ±1)/√2.",
    ),
)

_MIXED = Exercise(
    id="9.8",
    prompt="A network has 2,000,000 weights, and a product Hv takes half a second. The samples of 30 "
    "Rademacher probes have mean 80 and standard deviation 24. How many terabytes (10¹² bytes) would the "
    "Hessian take in float64? How many probes give a standard error of 1 % of the trace, and how many "
    "seconds do they take? The largest Ritz value that Lanczos reports is 15, with residual 0.2. What is the "
    "largest number b for which you can be sure that λ₁ ≥ b?",
    kinds=(Number(), Number(), Number(), Number(rtol=1e-3)),
    solution=(32, 900, 450, 15),
    praise="The matrix would fill 32 TB, and eight minutes of products give its trace to 1 %. No Ritz value "
    "is larger than λ₁, so λ₁ is at least 15. The residual adds that some eigenvalue lies between 14.8 and "
    "15.2. Neither says by how much λ₁ may exceed 15.",
    misconceptions=(
        Misconception(
            "counts four bytes per number",
            (16, ANY, ANY, ANY),
            "16 TB is the size in float32, or the size of one half of the matrix in float64. The "
            "question asks for the whole matrix, with 8 bytes per number.",
        ),
        Misconception(
            "counts numbers, not bytes",
            (4, ANY, ANY, ANY),
            "The matrix has 4·10¹² numbers. How many bytes does each of them take?",
        ),
        Misconception(
            "counts a vector",
            (1.6e-5, ANY, ANY, ANY),
            "16 MB is the size of one vector. The matrix has a row for every weight.",
        ),
        Misconception(
            "takes the spread for per cent of the trace",
            (ANY, 576, ANY, ANY),
            "576 = 24² probes would give a standard error of 1. One per cent of the trace is less than 1.",
        ),
        Misconception(
            "takes the root of the number",
            (ANY, 30, ANY, ANY),
            "30 = 24/0.8 is √m. What is m, then?",
        ),
        Misconception(
            "takes the interval for the standard error",
            (ANY, 3600, ANY, ANY),
            "With 3600 probes the standard error is half a per cent, and the interval reaches 1 % to each "
            "side. The question asks for a standard error of 1 %.",
            matches=lambda size, probes, seconds, bound: 3400 <= probes <= 3620,
        ),
        Misconception(
            "takes the pilot as if it were one probe",
            (ANY, 27000, ANY, ANY),
            "24 is already the standard deviation of a single probe. Do not multiply by the 30 probes.",
        ),
        Misconception(
            "aims at a hundredth in place of a hundredth of the trace",
            (ANY, 2400, ANY, ANY),
            "With 2400 probes the standard error is 24/√2400 = 0.49, which is 0.6 % of the trace. Which "
            "standard error is 1 % of the trace?",
        ),
        Misconception(
            "divides by the time of a product",
            (ANY, 900, 1800, ANY),
            "1800 seconds would be right if a product took two seconds. It takes half a second.",
        ),
        Misconception(
            "takes the lower end of the residual's interval",
            (ANY, ANY, ANY, 14.8),
            "The residual says that some eigenvalue is at least 14.8, so 14.8 is a bound, but not the "
            "largest one. Where do all Ritz values lie, compared with λ₁?",
        ),
        Misconception(
            "takes the upper end of the residual's interval",
            (ANY, ANY, ANY, 15.2),
            "15.2 is as far as the residual reaches upwards. λ₁ may well lie below it. Where do all Ritz "
            "values lie, compared with λ₁?",
        ),
    ),
    hints=(
        "The matrix has (2·10⁶)² numbers of 8 bytes.",
        "One per cent of the trace is 0.8, and the standard error of m probes is 24/√m.",
        "A Ritz value is xᵀHx for a vector x of length 1. How does this compare with λ₁?",
    ),
)

EXERCISES = (_HOW_MANY, _ALL_PROBES, _COPIES, _BY_HAND, _MIXED)
