"""The predictions of lesson 01."""

from course_lib.teaching import Prediction

PREDICTIONS = (
    Prediction(
        "1.a",
        "f(x, y) = xy(x² − y²)/(x² + y²), and f(0, 0) = 0. At the origin all four second partial "
        "derivatives exist. Are the two mixed ones equal?",
        {
            "yes: the order never matters": "It does not wherever f is twice differentiable. That is a "
            "condition, and here it fails.",
            "yes: both are 0 there": "The pure ones are both 0. The mixed ones see more.",
            "no: they are −1 and +1": "The formula of f changes its sign when x and y are swapped: so do "
            "they.",
        },
        answer="no: they are −1 and +1",
        outcome="Along the y axis the slope in x is −y, so its derivative is −1. Along the x axis the "
        "slope in y is x: +1.",
    ),
    Prediction(
        "1.b",
        "For ½(ab − 1)² at (2, ½) the curvature is ¼ along the first axis and 4 along the second. Turn "
        "the direction all the way round: what are the least and the largest curvature?",
        {
            "¼ and 4: the axes are the extremes": "They are where H has zeros off its diagonal.",
            "something between ¼ and 4": "Where H has zeros off its diagonal every other direction lies "
            "between. Here the mixed entry adds to the curvature along (1, 1) and takes from "
            "it along (1, −1).",
            "less than ¼ and more than 4": "The mixed entry does it.",
        },
        answer="less than ¼ and more than 4",
        outcome="The extremes are 0 and 4.25, along the eigenvectors, at 166° and at 76°.",
    ),
    Prediction(
        "1.c",
        "Take the curvature along v and the one across it, at a right angle. At the start they are ¼ "
        "and 4, the sum is 4.25. You turn v by 30°. What does the sum do?",
        {
            "it grows": "One of the two grows, by what the other loses.",
            "it shrinks": "One of the two shrinks, by what the other gains.",
            "it stays 4.25": "So the mean over the whole dial is half of it.",
        },
        answer="it stays 4.25",
        outcome="The sum is the trace of H, whichever way the pair of directions is turned.",
    ),
    Prediction(
        "1.d",
        "The quadratic model is off by some error at a distance r from the point. You halve r. By what "
        "factor does the error fall?",
        {
            "2": "That is the law for a model of order 0, the value alone.",
            "4": "That is the law for the linear model, the tangent plane.",
            "8": "What the model leaves out begins with the third derivatives.",
        },
        answer="8",
        outcome="The error falls like r³. (Faster where the third derivatives vanish: by 16 along the "
        "valley.)",
    ),
    Prediction(
        "1.e",
        "You measure the first weight in other units. What becomes of the eigenvalues of the Hessian?",
        {
            "nothing: they belong to the function": "That is true for a rotation of the coordinates.",
            "their sizes change, their signs stay": "A bowl stays a bowl, a saddle a saddle.",
            "sizes and signs can change": "A direction that goes up goes up in any units.",
        },
        answer="their sizes change, their signs stay",
        outcome="DHD has other eigenvalues than H, as many of them positive, zero and negative.",
    ),
    Prediction(
        "1.f",
        "A second difference with step h, in double precision (16 digits). Which h gives the most "
        "accurate curvature of eˣ at 1?",
        {
            "0.01": "With it the fourth derivative is still seen, in the sixth digit.",
            "1e-4": "The two errors are about equal there.",
            "1e-8": "Its square is 1e-16, which is all the digits that there are: nothing is left.",
            "1e-12": "At this step the three values are equal or differ by rounding only.",
        },
        answer="1e-4",
        outcome="The error is least near 1e-4, where eight digits are right.",
    ),
)
