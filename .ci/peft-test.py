"""Loads adapters that the tests have written with Hugging Face PEFT and compares the logits."""

import pathlib
import sys

import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM

MOST = 2e-5

base = pathlib.Path(sys.argv[1])
adapters = sorted(path.parent for path in pathlib.Path(sys.argv[2]).glob("*/expected.safetensors"))
if not adapters:
    sys.exit(f"There are no adapters in {sys.argv[2]}; the toolkit's tests write them.")
for adapter in adapters:
    expected = load_file(adapter / "expected.safetensors")
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    model = PeftModel.from_pretrained(model, adapter).eval()
    with torch.no_grad():
        logits = model(expected["input_ids"]).logits
    difference = (logits - expected["logits"]).abs().max().item()
    print(f"{adapter.name}: logits differ by at most {difference:.2g}")
    if not difference < MOST:
        sys.exit(f"{adapter.name}: PEFT comes to other logits; they may differ by {MOST}.")
