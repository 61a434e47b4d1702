"""Runs one ONNX model many times and prints one line of JSON: durations in nanoseconds of CLOCK_MONOTONIC."""

import argparse
import json

import run


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--provider", choices=["image", *run.PROVIDERS], default="image")
    parser.add_argument("--warmups", type=int, default=20)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    print(json.dumps(run.measure(parser.parse_args())), flush=True)


main()
