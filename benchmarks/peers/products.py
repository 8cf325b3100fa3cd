"""The matrix products of a training step, a prefill or a decoded token, alone: what no implementation can go below
without a faster product. Results go into memory that is there."""

import json
import os

import torch

import given


class Products:
    def __init__(self, task):
        with open(os.path.join(task["folder"], "config.json")) as file:
            config = json.load(file)
        d, di = config["hidden_size"], config["intermediate_size"]
        r, n, vocabulary = config["time_step_rank"], config["state_size"], config["vocab_size"]
        train = task["kind"] == "train"
        self.decoding = task["kind"] == "decode"
        self.repeats = task["length"] if self.decoding else 1
        rows = 1 if self.decoding else task["batch"] * task["length"]
        self.calls = []
        self.buffers = {}
        self.full = train and task["variant"] == "full"
        selected = {
            "full": {},
            "lora": {"in_proj": 8, "out_proj": 8},
            "sdlora": {"out_proj": 8},
        }.get(task["variant"], {})
        shapes = {"in_proj": (2 * di, d), "x_proj": (r + 2 * n, di), "dt_proj": (di, r), "out_proj": (d, di)}
        for _ in range(config["num_hidden_layers"]):
            for name, (out, width) in shapes.items():
                self.linear(rows, out, width, train)
                if name in selected:
                    self.low_rank(rows, out, width, selected[name])
        self.linear(rows if train else task["batch"], vocabulary, d, train)

    def buffer(self, use, *shape):
        """Memory that products of one shape and use share: only weights differ from layer to layer."""
        key = (use, shape)
        if key not in self.buffers:
            self.buffers[key] = torch.randn(*shape) if use != "weight" else None
        return torch.randn(*shape) if use == "weight" else self.buffers[key]

    def product(self, left, right, use):
        self.calls.append((left, right, self.buffer(use, left.shape[0], right.shape[1])))

    def linear(self, rows, out, width, train):
        weight = self.buffer("weight", out, width)
        x, y = self.buffer("x", rows, width), self.buffer("y", rows, out)
        self.product(x, weight.t(), "forward")
        if train:
            self.product(y, weight, "input gradient")
        if self.full:
            self.product(y.t(), x, "weight gradient")

    def low_rank(self, rows, out, width, rank):
        a, b = self.buffer("weight", rank, width), self.buffer("weight", out, rank)
        x, low, y = self.buffer("x", rows, width), self.buffer("low", rows, rank), self.buffer("y", rows, out)
        self.product(x, a.t(), "low")
        self.product(low, b.t(), "forward")
        self.product(y, b, "low gradient")
        self.product(low, a, "input gradient")
        self.product(low.t(), x, "a gradient")
        self.product(y.t(), low, "b gradient")

    def run(self):
        with torch.inference_mode():
            for _ in range(self.repeats):
                for left, right, result in self.calls:
                    torch.mm(left, right, out=result)
