"""Inputs made by formula, the same as Adder's own worker makes."""

import os

import torch

torch.set_num_threads(os.cpu_count())


def tokens(count, vocabulary):
    """The first tokens of the text."""
    i = torch.arange(count, dtype=torch.int64)
    return (31 * i * i + 17 * i + 7) % vocabulary


def batch(task, vocabulary):
    """Rows of the text, and the next token of every position."""
    size = task["batch"] * task["length"]
    text = tokens(size + 1, vocabulary)
    return text[:-1].view(task["batch"], task["length"]), text[1:]


def values(stream, low, high, *shape):
    """Values spread evenly over a range, the same for the same stream."""
    size = 1
    for n in shape:
        size *= n
    i = torch.arange(size, dtype=torch.int64)
    share = ((i * 2654435761 + stream * 40503) & 0xFFFFFFFF).double() / 4294967296.0
    return (low + share * (high - low)).float().view(*shape)
