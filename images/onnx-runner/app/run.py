"""The measured loop: one session, one set of inputs, one call after the other."""

import argparse
import time

import numpy
import onnxruntime

# In the order in which an image's own provider is looked for.
PROVIDERS = {"openvino": "OpenVINOExecutionProvider", "cpu": "CPUExecutionProvider"}

TYPES = {
    "tensor(float)": numpy.float32,
    "tensor(double)": numpy.float64,
    "tensor(int32)": numpy.int32,
    "tensor(int64)": numpy.int64,
    "tensor(uint8)": numpy.uint8,
}


def measure(given: argparse.Namespace) -> dict:
    available = onnxruntime.get_available_providers()
    provider = choose(given.provider, available)
    if provider not in available:
        return {"skipped": f"this ONNX Runtime has no {provider}, only {', '.join(available)}"}
    before = time.monotonic_ns()
    session = open_session(given, provider)
    created = time.monotonic_ns() - before
    if session.get_providers()[0] != provider:
        return {"skipped": f"{provider} could not be used here: ONNX Runtime fell back to {session.get_providers()[0]}"}
    inputs = make_inputs(session, given.seed)
    warmups = [once(session, inputs) for _ in range(given.warmups)]
    runs = repeat(session, inputs, given.runs, given.seconds)
    return {
        "provider": provider,
        "version": onnxruntime.__version__,
        "created": created,
        "warmups": warmups,
        "runs": runs,
    }


def choose(wanted: str, available: list) -> str:
    if wanted != "image":
        return PROVIDERS[wanted]
    return next(name for name in PROVIDERS.values() if name in available)


def open_session(given: argparse.Namespace, provider: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = given.threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    # Threads that spin while they wait make latency spikes and take CPU time from the rest of the host.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(given.model, options, providers=[with_options(provider, given.threads)])


def with_options(provider: str, threads: int):
    """OpenVINO has threads of its own and does not look at the session's number of them."""
    if provider != PROVIDERS["openvino"]:
        return provider
    return (provider, {"device_type": "CPU", "load_config": '{"CPU": {"INFERENCE_NUM_THREADS": %d, "NUM_STREAMS": 1}}' % threads})


def make_inputs(session: onnxruntime.InferenceSession, seed: int) -> dict:
    random = numpy.random.default_rng(seed)
    return {entry.name: fill(random, entry) for entry in session.get_inputs()}


def fill(random: numpy.random.Generator, entry) -> numpy.ndarray:
    if entry.type not in TYPES:
        raise SystemExit(f"the input {entry.name} is of type {entry.type}, which this runner cannot make")
    shape = [size if isinstance(size, int) and size > 0 else 1 for size in entry.shape]
    kind = TYPES[entry.type]
    if numpy.issubdtype(kind, numpy.integer):
        return random.integers(0, 256, shape).astype(kind)
    return random.random(shape).astype(kind)


def once(session: onnxruntime.InferenceSession, inputs: dict) -> int:
    before = time.monotonic_ns()
    session.run(None, inputs)
    return time.monotonic_ns() - before


def repeat(session: onnxruntime.InferenceSession, inputs: dict, runs: int, seconds: float) -> list:
    end = time.monotonic_ns() + int(seconds * 1e9)
    found = []
    while len(found) < runs and (not found or time.monotonic_ns() < end):
        found.append(once(session, inputs))
    return found
