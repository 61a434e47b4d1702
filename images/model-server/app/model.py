"""A multinomial logistic regression for Fisher's iris flowers, in pure Python."""

import json
import math
import os

with open(os.path.join(os.path.dirname(__file__), "weights.json"), encoding="utf-8") as file:
    _model = json.load(file)

FEATURES = tuple(_model["features"])
_classes = _model["classes"]
_intercepts = _model["intercepts"]
_coefficients = _model["coefficients"]


def predict(values):
    """Class probabilities for measurements in centimetres, in the order of FEATURES."""
    scores = [
        intercept + sum(weight * value for weight, value in zip(row, values))
        for intercept, row in zip(_intercepts, _coefficients)
    ]
    highest = max(scores)
    weights = [math.exp(score - highest) for score in scores]
    total = sum(weights)
    probabilities = {name: weight / total for name, weight in zip(_classes, weights)}
    return {"label": max(probabilities, key=probabilities.get), "probabilities": probabilities}
