"""A process that prepares one task and runs it whenever it reads a line.

The task is its argument, as JSON. It answers in lines of JSON: first "trained", then "seconds" and "check" of each
run, or "error" with a sentence. Adder's own worker speaks the same way.
"""

import json
import os
import sys
import time

answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # What libraries print must not mix with the answers.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"


def answer(**fields):
    answers.write(json.dumps(fields) + "\n")
    answers.flush()


def leave_memory():
    """Limits this process to most of what is free, so that it fails instead of taking the machine with it."""
    import resource

    with open("/proc/meminfo") as lines:
        free = next(int(line.split()[1]) for line in lines if line.startswith("MemAvailable"))
    limit = int(free * 1024 * 0.9)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def open_work(task):
    kind, peer = task["kind"], task["peer"]
    if kind == "limits":
        import limits

        return limits.Limits()
    if peer == "products alone":
        import products

        return products.Products(task)
    if peer == "llama.cpp":
        import llama

        return llama.open_work(task)
    if kind == "scan":
        import scans

        return scans.Scan(task)
    import models

    return models.open_work(task)


def main():
    if sys.platform == "linux":
        leave_memory()
    try:
        work = open_work(json.loads(sys.argv[1]))
        answer(trained=getattr(work, "trained", 0))
        for _ in sys.stdin:
            start = time.perf_counter()
            check = work.run()
            seconds = time.perf_counter() - start
            if isinstance(check, dict):
                answer(**check)
            elif check is None:
                answer(seconds=seconds)
            else:
                answer(seconds=seconds, check=check)
    except Exception as failure:
        import traceback

        traceback.print_exc()
        first = (str(failure) or repr(failure)).strip().splitlines()[0]
        memory = "allocate memory" in str(failure) or isinstance(failure, MemoryError)
        answer(error="ran out of memory" if memory else f"failed: {first[:160]}")
        sys.exit(1)


main()
