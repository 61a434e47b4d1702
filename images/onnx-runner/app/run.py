"""The measured loop: one session, one set of inputs, one call after the other."""

import argparse
import time

import numpy
import onnxruntime

# In the order in which an image's own provider is looked for.
PROVIDERS = {"openvino": "OpenVINOExecutionProvider", "cpu": "CPUExecutionProvider"}

# What ONNX Runtime says where a part of the model would go to the CPU's provider although that is switched off.
NO_FALLBACK = "fallback to CPU EP has been explicitly disabled"

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
    try:
        session = open_session(given, provider)
    except Exception as error:
        if NO_FALLBACK not in str(error):
            raise
        return {"skipped": refusal(given, provider)}
    created = time.monotonic_ns() - before
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


def refusal(given: argparse.Namespace, provider: str) -> str:
    """Why the provider alone will not do: it could not be loaded, or it leaves a part of the model."""
    instead = open_session(given, provider, alone=False).get_providers()[0]
    if instead != provider:
        return f"{provider} could not be used here: ONNX Runtime would have taken {instead}"
    return f"{provider} cannot run all of this model: ONNX Runtime would run the rest on the CPU's provider"


def open_session(given: argparse.Namespace, provider: str, alone: bool = True) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = given.threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    # Threads that spin while they wait make latency spikes and take CPU time from the rest of the host.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    if alone and provider != PROVIDERS["cpu"]:
        # Else what the provider leaves is run by the CPU's, and the session is still called the provider's.
        options.add_session_config_entry("session.disable_cpu_ep_fallback", "1")
    # Without `enable_fallback=0` a provider that fails is replaced by the CPU's, at once or in the middle of a run.
    return onnxruntime.InferenceSession(given.model, options, providers=[with_options(provider, given.threads)], enable_fallback=0)


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
