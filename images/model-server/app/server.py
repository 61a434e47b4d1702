"""One process behind waitress; tells when it listens, stops when it is told to."""

import os
import signal
import sys
import time

from waitress.server import create_server

from application import create_application


def serve():
    signal.signal(signal.SIGTERM, _stop)
    application = create_application()
    address = os.environ.get("MODEL_SERVER_ADDRESS", "0.0.0.0")
    port = int(os.environ.get("MODEL_SERVER_PORT", "5000"))
    # create_server binds and listens; connections queue in the kernel until run() accepts them.
    server = create_server(application, host=address, port=port, threads=4, ident=None)
    print(f"READY {time.clock_gettime_ns(time.CLOCK_MONOTONIC)}", flush=True)
    # Ends at the SystemExit of _stop, after running requests were answered.
    server.run()


def _stop(_number, _frame):
    sys.exit(0)
