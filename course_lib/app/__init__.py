"""What runs around the lessons: the command line, a learner's copy, the gallery, doctor, grading."""
