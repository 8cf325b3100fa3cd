"""Prefill and decoding of llama.cpp, from a float32 GGUF of the same weights."""

import ctypes
import json
import os

import numpy as np
from safetensors.numpy import load_file

import given


def write_gguf(folder, path):
    """The tensor names and keys that llama.cpp's loader of "mamba" reads; without a vocabulary."""
    import gguf

    with open(os.path.join(folder, "config.json")) as file:
        config = json.load(file)
    weights = load_file(os.path.join(folder, "model.safetensors"))
    writer = gguf.GGUFWriter(path + ".new", "mamba")
    writer.add_context_length(1 << 20)
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(0)
    writer.add_head_count(0)
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_ssm_conv_kernel(config["conv_kernel"])
    writer.add_ssm_inner_size(config["intermediate_size"])
    writer.add_ssm_state_size(config["state_size"])
    writer.add_ssm_time_step_rank(config["time_step_rank"])
    writer.add_layer_norm_rms_eps(config["layer_norm_epsilon"])
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("no_vocab")
    writer.add_vocab_size(config["vocab_size"])
    writer.add_tensor("token_embd.weight", weights["backbone.embeddings.weight"])
    writer.add_tensor("output_norm.weight", weights["backbone.norm_f.weight"])
    for layer in range(config["num_hidden_layers"]):
        theirs, ours = f"blk.{layer}.", f"backbone.layers.{layer}."
        mixer = ours + "mixer."
        writer.add_tensor(theirs + "attn_norm.weight", weights[ours + "norm.weight"])
        writer.add_tensor(theirs + "ssm_in.weight", weights[mixer + "in_proj.weight"])
        writer.add_tensor(theirs + "ssm_conv1d.weight", weights[mixer + "conv1d.weight"].squeeze(1))
        writer.add_tensor(theirs + "ssm_conv1d.bias", weights[mixer + "conv1d.bias"])
        writer.add_tensor(theirs + "ssm_x.weight", weights[mixer + "x_proj.weight"])
        writer.add_tensor(theirs + "ssm_dt.weight", weights[mixer + "dt_proj.weight"])
        writer.add_tensor(theirs + "ssm_dt.bias", weights[mixer + "dt_proj.bias"])
        writer.add_tensor(theirs + "ssm_a", -np.exp(weights[mixer + "A_log"]))
        writer.add_tensor(theirs + "ssm_d", weights[mixer + "D"])
        writer.add_tensor(theirs + "ssm_out.weight", weights[mixer + "out_proj.weight"])
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    os.replace(path + ".new", path)


class Llama:
    """llama.cpp's own interface, without what its Python package puts around it."""

    def __init__(self, task):
        import llama_cpp

        self.api = llama_cpp
        path = os.path.join(task["folder"], "model.gguf")
        if not os.path.exists(path):
            write_gguf(task["folder"], path)
        llama_cpp.llama_backend_init()
        self.model = llama_cpp.llama_model_load_from_file(
            path.encode(), llama_cpp.llama_model_default_params()
        )
        if not self.model:
            raise RuntimeError("llama.cpp refused the GGUF file")
        self.vocabulary = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(self.model))
        self.length = task["length"]
        settings = llama_cpp.llama_context_default_params()
        settings.n_ctx = 2048
        settings.n_batch = settings.n_ubatch = 512
        settings.n_threads = settings.n_threads_batch = os.cpu_count()
        self.context = llama_cpp.llama_init_from_model(self.model, settings)
        if not self.context:
            raise RuntimeError("llama.cpp made no context")

    def clear(self):
        self.api.llama_memory_clear(self.api.llama_get_memory(self.context), True)

    def read(self, tokens):
        """Reads tokens and returns the logits after the last."""
        array = (self.api.llama_token * len(tokens))(*tokens)
        code = self.api.llama_decode(self.context, self.api.llama_batch_get_one(array, len(tokens)))
        if code != 0:
            raise RuntimeError(f"llama_decode gave {code}")
        logits = self.api.llama_get_logits_ith(self.context, -1)
        return np.ctypeslib.as_array(ctypes.cast(logits, ctypes.POINTER(ctypes.c_float)), (self.vocabulary,))


class Prefill(Llama):
    def __init__(self, task):
        super().__init__(task)
        self.tokens = given.tokens(self.length, self.vocabulary).tolist()

    def run(self):
        self.clear()
        return float(self.read(self.tokens).max())


class Decoding(Llama):
    def run(self):
        self.clear()
        token, first = given.tokens(1, self.vocabulary).item(), None
        for _ in range(self.length):
            logits = self.read([token])
            token = int(logits.argmax())
            first = float(logits[token]) if first is None else first
        return first


def open_work(task):
    return {"prefill": Prefill, "decode": Decoding}[task["kind"]](task)
