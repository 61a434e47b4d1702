"""Runs one compiled network on a Hailo device again and again, and prints JSON lines: one about the run, then one per inference.

Stamps are nanoseconds of CLOCK_MONOTONIC; those of inferences count from the first line's `origin`. Nothing is printed while it measures.
"""

import hashlib
import json
import sys
import time

# Names of the library's format types; NumPy calls them the same in small letters.
TYPES = ("uint8", "uint16", "float32")


class Doing:
    """What is being done, for the cause of a failure."""

    what = ""


def main(order: dict) -> None:
    library = load()
    if isinstance(library, str):
        return say([{"skipped": library}])
    doing = Doing()
    try:
        say(measure(order, *library, doing))
    except Exception as error:
        say([{"failed": f"{doing.what}: {type(error).__name__}: {error}"}])


def load():
    """The two modules, or why they are not to be had."""
    try:
        import hailo_platform
        import numpy
    except ModuleNotFoundError as error:
        return f"has no {error.name}"
    # A library of another version than HailoRT's is an error of any class.
    except Exception as error:
        return f"cannot load hailo_platform ({type(error).__name__}: {error})"
    if not hasattr(hailo_platform.VDevice, "create_infer_model"):
        return f"has hailo_platform {version(hailo_platform)}, which knows no create_infer_model"
    return hailo_platform, numpy


def measure(order: dict, hailo, numpy, doing: Doing) -> list:
    doing.what = "the HEF"
    digest = sha256_of(order["hef"])
    if digest != order.get("sha256", digest):
        raise ValueError(f"{order['hef']} has the sha256 {digest}, not {order['sha256']}")
    doing.what = "opening the device"
    parameters = hailo.VDevice.create_params()
    # Without a scheduler the network would have to be activated by hand.
    parameters.scheduling_algorithm = hailo.HailoSchedulingAlgorithm.ROUND_ROBIN
    with hailo.VDevice(parameters) as device:
        doing.what = "configuring the network"
        before = time.monotonic_ns()
        model = device.create_infer_model(order["hef"])
        with model.configure() as configured:
            configuration = time.monotonic_ns() - before
            doing.what = "making the inputs"
            request = Request(configured, buffers(numpy, model, order["seed"]), int(order["inferenceTimeoutSeconds"] * 1000))
            warmups, runs = infer(request, order["warmups"], order["seconds"], doing)
    origin = (warmups + runs)[0][0]
    about = {"library": version(hailo), "sha256": digest, "configuration": configuration, "origin": str(origin)}
    named = [("warmup", warmups), ("run", runs)]
    return [about] + [{name: [begin - origin, end - origin]} for name, stamps in named for begin, end in stamps]


class Request:
    """One set of buffers that is inferred again and again."""

    def __init__(self, configured, given: tuple, timeout: int):
        self.configured = configured
        self.inputs, self.outputs = given
        self.timeout = timeout
        self.bindings = configured.create_bindings()

    def once(self) -> tuple:
        # Set anew each time: up to 4.18 at least, the library leaves a buffer of its own in the place of an output's.
        for name, buffer in self.inputs.items():
            self.bindings.input(name).set_buffer(buffer)
        for name, buffer in self.outputs.items():
            self.bindings.output(name).set_buffer(buffer)
        before = time.monotonic_ns()
        self.configured.run([self.bindings], self.timeout)
        return before, time.monotonic_ns()


def infer(request: Request, warmups: int, seconds: float, doing: Doing) -> tuple:
    """Stamps of the inferences that are left out and of those that count: as many as begin within `seconds`, at least one."""
    left_out = []
    for index in range(warmups):
        doing.what = f"warm-up inference {index + 1}"
        left_out.append(request.once())
    counted = []
    end = time.monotonic_ns() + int(seconds * 1e9)
    while not counted or time.monotonic_ns() < end:
        doing.what = f"inference {len(counted) + 1}"
        counted.append(request.once())
    return left_out, counted


def buffers(numpy, model, seed: int) -> tuple:
    random = numpy.random.default_rng(seed)
    inputs = {stream.name: values(numpy, random, stream) for stream in model.inputs}
    return inputs, {stream.name: numpy.empty(stream.shape, type_of(numpy, stream)) for stream in model.outputs}


def values(numpy, random, stream):
    kind = type_of(numpy, stream)
    if kind.kind == "f":
        return random.random(stream.shape, kind)
    return random.integers(0, numpy.iinfo(kind).max, stream.shape, kind, endpoint=True)


def type_of(numpy, stream):
    """`FormatType.UINT8` and so on."""
    name = str(stream.format.type).rsplit(".", 1)[-1].lower()
    if name not in TYPES:
        raise ValueError(f"{stream.name} is of type {name}, which this program cannot make")
    return numpy.dtype(name)


def sha256_of(path: str) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def version(hailo) -> str:
    return getattr(hailo, "__version__", "unknown")


def say(lines: list) -> None:
    sys.stdout.write("".join(f"{json.dumps(line)}\n" for line in lines))


main(json.loads(sys.argv[1]))
