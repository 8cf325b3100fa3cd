"""The selective scan with softplus, skip and gate at the width of mamba-130m (1536 channels, 16 states)."""

import torch
import torch.nn.functional as F

import given

CHANNELS, STATES = 1536, 16


def mambapy(x, delta, a, b, c, skip, z):
    """As mambapy's own block calls its parallel scan."""
    from mambapy.pscan import pscan

    delta = F.softplus(delta)
    decay = torch.exp(delta.unsqueeze(-1) * a)
    drive = delta.unsqueeze(-1) * b.unsqueeze(2) * x.unsqueeze(-1)
    states = pscan(decay, drive)
    y = (states @ c.unsqueeze(-1)).squeeze(3) + skip * x
    return y * F.silu(z)


def transformers(use_mambapy):
    def scan(x, delta, a, b, c, skip, z):
        from transformers.models.mamba.modeling_mamba import mamba_selective_scan

        channels_first = [t.transpose(1, 2) for t in (x, delta)]
        return mamba_selective_scan(
            *channels_first,
            a,
            b.transpose(1, 2),
            c.transpose(1, 2),
            D=skip,
            z=z.transpose(1, 2),
            delta_softplus=True,
            use_mambapy=use_mambapy,
        ).transpose(1, 2)

    return scan


def plain_loop(x, delta, a, b, c, skip, z):
    """A careful loop: unbind instead of indexing, and nothing of size length × channels × states at once."""
    delta = F.softplus(delta)
    h = torch.zeros(x.shape[0], CHANNELS, STATES)
    outputs = []
    steps = zip(delta.unbind(1), (delta * x).unbind(1), b.unbind(1), c.unbind(1))
    for step, drive, b_t, c_t in steps:
        h = torch.exp(step.unsqueeze(-1) * a) * h + drive.unsqueeze(-1) * b_t.unsqueeze(1)
        outputs.append(torch.bmm(h, c_t.unsqueeze(-1)).squeeze(-1))
    return (torch.stack(outputs, 1) + skip * x) * F.silu(z)


SCANS = {
    "mambapy": mambapy,
    "transformers + mambapy": transformers(True),
    "transformers": transformers(False),
    "plain loop": plain_loop,
}


class Scan:
    def __init__(self, task):
        self.scan = SCANS[task["peer"]]
        self.backward = task["variant"] == "both"
        wide = (task["batch"], task["length"], CHANNELS)
        selective = (task["batch"], task["length"], STATES)
        self.inputs = [
            given.values(1, -1, 1, *wide),
            given.values(2, -5, -3, *wide),
            given.values(3, -16, -1, CHANNELS, STATES),
            given.values(4, -1, 1, *selective),
            given.values(5, -1, 1, *selective),
            given.values(6, -1, 1, CHANNELS),
            given.values(7, -1, 1, *wide),
        ]
        self.gradient = given.values(8, -1, 1, *wide)

    def run(self):
        if not self.backward:
            with torch.inference_mode():
                return self.scan(*self.inputs).flatten()[:1000].abs().double().sum().item()
        for tensor in self.inputs:
            tensor.requires_grad_(True)
            tensor.grad = None
        self.scan(*self.inputs).backward(self.gradient)
        return self.inputs[0].grad.flatten()[:1000].abs().double().sum().item()
