"""The predictions of lesson 01."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "1.a",
        "f(x, y) = xy(x² − y²)/(x² + y²), and f(0, 0) = 0. At the origin all four second partial "
        "derivatives exist. Are the two mixed derivatives equal?",
        {
            "yes: the order never matters": "The order does not matter wherever f is twice "
            "differentiable. That is a condition, and this f does not meet it at the origin.",
            "yes: both are 0 there": "Zero is right for ∂²f/∂x² and ∂²f/∂y², because f is 0 "
            "on both axes. A mixed derivative also asks how f changes across an axis.",
            "no: they differ": "If you swap x and y, f changes its sign. So one mixed derivative "
            "is minus the other.",
        },
        answer="no: they differ",
        outcome="Along the y axis the slope in x is −y, so its derivative with respect to y is −1. Along "
        "the x axis the slope in y is x, so its derivative with respect to x is +1.",
    ),
    Prediction(
        "1.b",
        "For ½(ab − 1)² at (2, ½) the curvature is ¼ along the first axis and 4 along the second. You "
        "turn the direction all the way round. What are the smallest and the largest curvature?",
        {
            "¼ and 4: the axes are the extremes": "The axes are the extremes if H has zeros off its "
            "diagonal. This H has a mixed entry.",
            "something between ¼ and 4": "The curvature stays between the diagonal entries if H has zeros "
            "off its diagonal. This H has a mixed entry, which adds to the curvature in some directions "
            "and takes away from it in others.",
            "less than ¼ and more than 4": "The mixed entry adds to the curvature in some directions and "
            "takes away from it in others, so it widens the range at both ends.",
        },
        answer="less than ¼ and more than 4",
        outcome="The smallest curvature is 0, at 166°. The largest is 4.25, at 76°.",
    ),
    Prediction(
        "1.c",
        "Take the curvature along v and the curvature along the direction at a right angle to v. At the "
        "start they are ¼ and 4, and their sum is 4.25. You turn v by 30°. What happens to the sum?",
        {
            "it grows": "One of the two grows, from 0.25 to 2.05. The other shrinks by just as much.",
            "it shrinks": "One of the two shrinks, from 4 to 2.20. The other grows by just as much.",
            "it stays 4.25": "One of the two grows by just as much as the other shrinks.",
        },
        answer="it stays 4.25",
        outcome="The sum is 4.25 at every angle. It is the trace of H.",
    ),
    Prediction(
        "1.d",
        "H has the eigenvalues 3, 1 and −5. You multiply a random vector by H again and again, and scale "
        "it back to length 1 each time. Along which eigenvector does it end up?",
        {
            "the eigenvector of 3": "3 is λ₁, the largest eigenvalue. But repeated multiplication "
            "favours the part that grows most in size, and |−5| is more than 3.",
            "the eigenvector of −5": "Repeated multiplication favours the part that grows most in size, "
            "whatever its sign.",
            "it depends on the start": "The start matters only if it has no part at all along one of the "
            "eigenvectors. A random vector has a part along each.",
        },
        answer="the eigenvector of −5",
        outcome="The vector ends up along the eigenvector of −5, and its sign flips at every step.",
    ),
    Prediction(
        "1.e",
        "At a distance r from the point, the quadratic model has some error. You halve r. By what "
        "factor does the error fall?",
        {
            "2": "A factor of 2 is right for the crudest model, which uses the value f(w) alone.",
            "4": "A factor of 4 is right for the linear model, which uses value and slope.",
            "8": "The first terms that the quadratic model leaves out are of third order, and the third "
            "power of ½ is ⅛.",
        },
        answer="8",
        outcome="The error falls by a factor of 8. Along a line, the next term of Taylor's series is "
        "⅙φ‴(0)t³. The model leaves this term out, and near the point it outweighs all later terms. So the "
        "error is proportional to r³. (Along a direction in which the third derivative is 0, the error falls "
        "faster. Along v₂, the direction of the valley, it falls by a factor of 16.)",
    ),
    Prediction(
        "1.f",
        "You measure one of the weights in other units. What happens to the eigenvalues of the Hessian?",
        {
            "nothing: they belong to the function": "Eigenvalues stay the same when you rotate the "
            "coordinates. But a change of units is not a rotation.",
            "their sizes change, their signs stay": "In any units a bowl stays a bowl and a saddle stays a "
            "saddle.",
            "sizes and signs can change": "The sizes can change. But if f bends upward along a line, it "
            "bends upward along this line in any units.",
        },
        answer="their sizes change, their signs stay",
        outcome="The new Hessian has different eigenvalues. But the numbers of positive, zero and negative "
        "eigenvalues stay the same.",
    ),
)
