"""What the machine can do: matrix product, copy, read, exponential, and AdamW over 33.5 million parameters."""

import time

import torch

import given  # Sets the number of threads.


def best(run, repeats=7):
    """Seconds of the fastest of some runs, after one that doesn't count."""
    run()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def product(m, n, k):
    a, b, c = torch.randn(m, k), torch.randn(n, k), torch.empty(m, n)
    return 2e-9 * m * n * k / best(lambda: torch.mm(a, b.t(), out=c))


def adamw(fused):
    parameter = torch.nn.Parameter(torch.randn(33_500_000))
    parameter.grad = torch.randn(33_500_000)
    return 1e3 * best(torch.optim.AdamW([parameter], fused=fused).step, 4)


class Limits:
    def run(self):
        large, other = torch.randn(1 << 26), torch.empty(1 << 26)
        small = torch.randn(1 << 13)
        result = torch.empty_like(small)

        def exponentials():
            for _ in range(1000):
                torch.exp(small, out=result)

        with torch.inference_mode():
            measured = {
                "sgemm 2048³, GFLOP/s": product(2048, 2048, 2048),
                "sgemm 128 × 3072 × 768, GFLOP/s": product(128, 3072, 768),
                "sgemm 512 × 3072 × 768, GFLOP/s": product(512, 3072, 768),
                "sgemm 128 × 50280 × 768, GFLOP/s": product(128, 50280, 768),
                "copy 256 MB, read and written, GB/s": 2 * 0.268435456 / best(lambda: other.copy_(large)),
                "read 256 MB, GB/s": 0.268435456 / best(lambda: large.sum()),
                "exp in cache, one thread, G/s": 1000 * (1 << 13) / best(exponentials) * 1e-9,
            }
        del large, other
        measured["AdamW of torch, 33.5 M parameters, ms"] = adamw(False)
        measured["AdamW of torch, fused, ms"] = adamw(True)
        return measured
