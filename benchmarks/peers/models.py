"""Training steps, prefill and decoding of mambapy and transformers, on the weights Adder wrote."""

import json
import os

import torch
import torch.nn.functional as F
from safetensors.torch import load_file

import given


class MambapyModel(torch.nn.Module):
    """A language model around mambapy's stack: embedding, blocks, norm, tied head."""

    def __init__(self, folder):
        super().__init__()
        from mambapy.mamba import Mamba, MambaConfig, RMSNorm

        with open(os.path.join(folder, "config.json")) as file:
            config = json.load(file)
        width = config["hidden_size"]
        self.vocabulary = config["vocab_size"]
        self.embeddings = torch.nn.Embedding(self.vocabulary, width)
        self.stack = Mamba(MambaConfig(d_model=width, n_layers=config["num_hidden_layers"]))
        self.norm_f = RMSNorm(width, config["layer_norm_epsilon"])
        weights = load_file(os.path.join(folder, "model.safetensors"))
        renamed = {name.removeprefix("backbone."): value for name, value in weights.items()}
        renamed = {("stack." + n if n.startswith("layers.") else n): v for n, v in renamed.items()}
        self.load_state_dict(renamed)

    def forward(self, ids):
        return F.linear(self.norm_f(self.stack(self.embeddings(ids))), self.embeddings.weight)

    def last(self, ids):
        return F.linear(self.norm_f(self.stack(self.embeddings(ids))[:, -1]), self.embeddings.weight)

    def start(self):
        config = self.stack.config
        return [(None, torch.zeros(1, config.d_inner, config.d_conv - 1)) for _ in self.stack.layers]

    def step(self, token, caches):
        x, caches = self.stack.step(self.embeddings(torch.tensor([token])), caches)
        return F.linear(self.norm_f(x), self.embeddings.weight), caches


class TransformersModel(torch.nn.Module):
    """transformers' MambaForCausalLM, with its default loop or with mambapy's scan."""

    def __init__(self, folder, use_mambapy):
        super().__init__()
        from transformers import MambaForCausalLM

        self.inner = MambaForCausalLM.from_pretrained(folder, use_mambapy=use_mambapy, dtype=torch.float32)
        self.vocabulary = self.inner.config.vocab_size

    def forward(self, ids):
        return self.inner(input_ids=ids, use_cache=False).logits

    def last(self, ids):
        return self.inner(input_ids=ids, use_cache=True, logits_to_keep=1).logits[:, -1]

    def start(self):
        return None

    def step(self, token, cache):
        out = self.inner(input_ids=torch.tensor([[token]]), cache_params=cache, use_cache=True)
        return out.logits[:, -1], out.cache_params


def load(task):
    if task["peer"] == "mambapy":
        return MambapyModel(task["folder"])
    return TransformersModel(task["folder"], task["peer"] == "transformers + mambapy")


def with_lora(model):
    """PEFT's LoRA of rank 8 on in_proj and out_proj. Its refusal of Mamba's out_proj is switched off."""
    import peft
    from peft.tuners import tuners_utils

    tuners_utils._check_lora_target_modules_mamba = lambda *ignored: None
    config = peft.LoraConfig(r=8, lora_alpha=8, lora_dropout=0.0, target_modules=["in_proj", "out_proj"])
    return peft.inject_adapter_in_model(config, model)


class Training:
    """Forward, loss at every position, backward, AdamW."""

    def __init__(self, task):
        model = load(task)
        self.ids, self.targets = given.batch(task, model.vocabulary)
        self.model = with_lora(model) if task["variant"] == "lora" else model
        self.model.train()
        trained = [p for p in self.model.parameters() if p.requires_grad]
        self.trained = sum(p.numel() for p in trained)
        self.optimizer = torch.optim.AdamW(trained, lr=1e-4, weight_decay=0.0)

    def run(self):
        logits = self.model(self.ids)
        loss = F.cross_entropy(logits.reshape(len(self.targets), -1), self.targets)
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()
        return loss.item()


class Prefill:
    """The logits after the last token of a prompt."""

    def __init__(self, task):
        self.model = load(task).eval()
        self.ids, _ = given.batch(task, self.model.vocabulary)

    def run(self):
        with torch.inference_mode():
            return self.model.last(self.ids).max().item()


class Decoding:
    """Tokens one by one, always the likeliest, from an empty past."""

    def __init__(self, task):
        self.model = load(task).eval()
        self.length = task["length"]

    def run(self):
        with torch.inference_mode():
            token, state = given.tokens(1, self.model.vocabulary).item(), self.model.start()
            first = None
            for _ in range(self.length):
                logits, state = self.model.step(token, state)
                largest, index = logits[0].max(dim=0)
                token = index.item()
                first = largest.item() if first is None else first
            return first


def open_work(task):
    return {"train": Training, "prefill": Prefill, "decode": Decoding}[task["kind"]](task)
