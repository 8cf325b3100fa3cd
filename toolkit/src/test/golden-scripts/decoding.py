"""Writes ../resources/golden/decoding.json: beam search, sampling filters and losses of transformers 4.39.3.

The model is ../resources/golden/hf-mamba-tiny in float64, without a cache: every step is a full pass.
"""

import json
import random
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import MambaConfig, MambaForCausalLM
from transformers.generation import (
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

GOLDEN = Path(__file__).parent / "../resources/golden"


def model():
    folder = GOLDEN / "hf-mamba-tiny"
    network = MambaForCausalLM(MambaConfig.from_json_file(folder / "config.json"))
    missing, unexpected = network.load_state_dict(
        load_file(folder / "model.safetensors"), strict=False
    )
    assert not unexpected and set(missing) <= {"lm_head.weight"}, (missing, unexpected)
    network.tie_weights()
    # generate(use_cache=False) alone does not reach the model, whose cache does not follow the beams.
    network.config.use_cache = False
    return network.double().eval()


def beams(network):
    rng = random.Random(11)
    cases = []
    for number in range(240):
        prompt = [rng.randrange(96) for _ in range(rng.randrange(1, 30))]
        # Tokens that this model likes to write, so that texts end at various lengths.
        with torch.no_grad():
            free = network.generate(
                torch.tensor([prompt]),
                max_new_tokens=12,
                do_sample=False,
                use_cache=False,
                eos_token_id=None,
                pad_token_id=0,
            )[0].tolist()[len(prompt) :]
        case = {
            "prompt": prompt,
            "stop": rng.choice(free) if number % 4 else rng.randrange(96),
            "beams": [1, 2, 3, 5, 5, 5][number % 6],
            "max_new_tokens": [1, 4, 12, 24][number % 4],
            "length_penalty": [1.0, 1.0, 1.0, 0.0, 2.0, -0.5][(number // 6) % 6],
            "min_length": [5, 0, 5, 20][(number // 3) % 4],
        }
        with torch.no_grad():
            written = network.generate(
                torch.tensor([prompt]),
                num_beams=case["beams"],
                max_new_tokens=case["max_new_tokens"],
                length_penalty=case["length_penalty"] if case["beams"] > 1 else None,
                min_length=case["min_length"],
                eos_token_id=case["stop"],
                pad_token_id=case["stop"],
                early_stopping=False,
                do_sample=False,
                use_cache=False,
            )[0].tolist()[len(prompt) :]
        if written and written[-1] == case["stop"]:
            written.pop()
        assert case["stop"] not in written
        case["text"] = written
        cases.append(case)
    return cases


def filters():
    generator = torch.Generator().manual_seed(5)
    cases = []
    for number in range(220):
        logits = torch.randn(1, 13, generator=generator) * [0.5, 2, 6][number % 3]
        if number % 5 == 0:
            logits = logits.round()
        case = {
            "logits": logits[0].tolist(),
            "temperature": [1.0, 0.7, 1.9, 0.05][number % 4],
            "top_k": [0, 1, 3, 13, 40][number % 5],
            "top_p": [1.0, 0.9, 0.3, 0.999][(number // 5) % 4],
        }
        # Ties are cut by an unstable sort there; a nucleus is compared without them.
        if number % 5 == 0:
            case["top_p"] = 1.0
        scores = TemperatureLogitsWarper(case["temperature"])(None, logits.double())
        if case["top_k"]:
            scores = TopKLogitsWarper(case["top_k"])(None, scores)
        if case["top_p"] < 1:
            scores = TopPLogitsWarper(case["top_p"])(None, scores)
        case["probabilities"] = scores.softmax(-1)[0].tolist()
        cases.append(case)
    return cases


def perplexities(network):
    rng = random.Random(13)
    cases = []
    for _ in range(220):
        prompt = [rng.randrange(96) for _ in range(rng.randrange(1, 20))]
        label = [rng.randrange(96) for _ in range(rng.randrange(1, 15))]
        with torch.no_grad():
            loss = network(
                torch.tensor([prompt + label]),
                labels=torch.tensor([[-100] * len(prompt) + label]),
            ).loss
        cases.append({"prompt": prompt, "label": label, "perplexity": loss.exp().item()})
    return cases


def main():
    torch.set_num_threads(1)
    network = model()
    golden = {
        "beams": beams(network),
        "filters": filters(),
        "perplexities": perplexities(network),
    }
    (GOLDEN / "decoding.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
