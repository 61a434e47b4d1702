"""A stand-in for HailoRT's Python library: see README.md beside this folder."""

import enum
import hashlib
import os
import time
from types import SimpleNamespace

__version__ = "0.0-stand-in"

WRONG = os.environ.get("HAILO_STAND_IN", "")
SECONDS = 0.005
SHAPES = {"image": [8, 8, 3], "classes": [10]}

if WRONG == "import":
    raise ImportError("libhailort.so.4.20.0: cannot open shared object file: No such file or directory")


class HailoRTException(Exception):
    pass


class FormatType(enum.Enum):
    UINT8 = 1
    FLOAT32 = 3

    def __str__(self):
        return f"FormatType.{self.name}"


class HailoSchedulingAlgorithm(enum.Enum):
    NONE = 0
    ROUND_ROBIN = 1


def fail(status):
    raise HailoRTException(f"libhailort failed with error: {status}")


class BoundStream:
    def __init__(self, name):
        self.size = 1
        for length in SHAPES[name]:
            self.size *= length
        self.buffer = None

    def set_buffer(self, buffer):
        if not buffer.flags.c_contiguous or buffer.nbytes % self.size != 0:
            raise HailoRTException("Buffer must be C_CONTIGUOUS and of the stream's size")
        self.buffer = buffer


class Bindings:
    def __init__(self):
        self.streams = {name: BoundStream(name) for name in SHAPES}

    def input(self, name):
        return self.streams[name]

    output = input


class Configured:
    def __init__(self):
        self.count = 0

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return None

    def create_bindings(self):
        return Bindings()

    def run(self, bindings, timeout):
        assert isinstance(timeout, int) and timeout > 0
        self.count += 1
        for bound in bindings:
            if any(stream.buffer is None for stream in bound.streams.values()):
                fail("8 (HAILO_INVALID_OPERATION)")
            if WRONG == "inputs":
                raise HailoRTException(hashlib.sha256(bound.input("image").buffer.tobytes()).hexdigest())
            # The library puts a buffer of its own in the place of an output's.
            bound.output("classes").buffer = None
        if WRONG == "lost" and self.count == 4:
            fail("62 (HAILO_COMMUNICATION_CLOSED)")
        time.sleep(SECONDS)


class Model:
    def __init__(self):
        kind = SimpleNamespace(type="FormatType.NV12" if WRONG == "type" else FormatType.UINT8)
        self.inputs = [SimpleNamespace(name="image", shape=SHAPES["image"], format=kind)]
        self.outputs = [SimpleNamespace(name="classes", shape=SHAPES["classes"], format=SimpleNamespace(type=FormatType.FLOAT32))]

    def configure(self):
        if WRONG == "configure":
            fail("93 (HAILO_HEF_NOT_COMPATIBLE_WITH_DEVICE)")
        print("[HailoRT] [info] configured", flush=True)
        return Configured()


class VDevice:
    def __init__(self, parameters):
        assert parameters.scheduling_algorithm is HailoSchedulingAlgorithm.ROUND_ROBIN
        if WRONG == "busy":
            fail("74 (HAILO_OUT_OF_PHYSICAL_DEVICES)")

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        return False

    @staticmethod
    def create_params():
        return SimpleNamespace(scheduling_algorithm=None)

    if WRONG != "old":

        def create_infer_model(self, path):
            with open(path, "rb") as file:
                if not file.read().startswith(b"HEF"):
                    fail("26 (HAILO_INVALID_HEF)")
            return Model()
