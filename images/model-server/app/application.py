"""The HTTP interface: GET /health and POST /predict."""

from flask import Flask, request

from model import FEATURES, predict

LIMIT_CM = 1000.0


def create_application():
    application = Flask("model-server", static_folder=None)
    application.config["MAX_CONTENT_LENGTH"] = 64 * 1024

    @application.get("/health")
    def health():
        return {"status": "ok"}

    @application.post("/predict")
    def answer():
        values, problem = _measurements(request.get_json(silent=True))
        if problem is not None:
            return {"error": problem}, 400
        return predict(values)

    return application


def _measurements(body):
    """The values in the order of FEATURES, or what is wrong with the body."""
    if not isinstance(body, dict):
        return None, "expected a JSON object with " + ", ".join(FEATURES)
    unknown = sorted(set(body) - set(FEATURES))
    if unknown:
        return None, "unknown: " + ", ".join(unknown)
    for name in FEATURES:
        value = body.get(name)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return None, f"{name}: expected a number of centimetres"
        if not 0 <= value <= LIMIT_CM:
            return None, f"{name}: expected 0 to {LIMIT_CM:g} centimetres"
    return [float(body[name]) for name in FEATURES], None
