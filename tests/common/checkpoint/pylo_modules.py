"""PyLO's modules as its source has them, on numpy: an independent reader of exported folders.

Usage: pylo_modules.py FOLDER OURS.safetensors
Loads FOLDER as PyLO's from_pretrained does (constructor arguments from config.json; every tensor of
the module must be in model.safetensors, by name and shape), applies the module to features, and
compares with the plain formula on OURS, the same optimizer in Paceline's own file. Exits with 0 and
prints "same" if they agree to 1e-6.
"""
import json
import pathlib
import struct
import sys

import numpy as np


def tensors(path):
    data = pathlib.Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    body = data[8 + length :]
    result = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        assert entry["dtype"] == "F32", name
        result[name] = np.frombuffer(body[begin:end], "<f4").reshape(entry["shape"]).astype("f8")
    return result, metadata


def linear(state, name, x):  # torch.nn.Linear: weight [out, in]
    return x @ state[name + ".weight"].T + state[name + ".bias"]


def relu(x):
    return np.maximum(x, 0)


def check_shapes(state, expected):
    assert {k: v.shape for k, v in state.items()} == expected, (sorted(state), sorted(expected))


def linear_shapes(name, inputs, outputs):
    return {name + ".weight": (outputs, inputs), name + ".bias": (outputs,)}


class MetaMLP:
    def __init__(self, state, input_size, hidden_size, hidden_layers):
        shapes = linear_shapes("network.input", input_size, hidden_size)
        for i in range(hidden_layers):
            shapes |= linear_shapes(f"network.linear_{i}", hidden_size, hidden_size)
        shapes |= linear_shapes("network.output", hidden_size, 2)
        check_shapes(state, shapes)
        self.state, self.hidden_layers = state, hidden_layers

    def forward(self, x):
        x = relu(linear(self.state, "network.input", x))
        for i in range(self.hidden_layers):
            x = relu(linear(self.state, f"network.linear_{i}", x))
        return linear(self.state, "network.output", x)


class CELO2MLP:  # x @ w, weights [in, out]
    def __init__(self, state, feature_dims, hidden_size, hidden_layers, output_size, activation):
        assert activation == "relu"
        shapes = {f"w0.{i}": (dim, hidden_size) for i, dim in enumerate(feature_dims)}
        shapes["b0"] = (hidden_size,)
        last = hidden_size
        for i, size in enumerate(([hidden_size] * hidden_layers + [output_size])[1:]):
            shapes[f"dense_w.{i}"] = (last, size)
            shapes[f"dense_b.{i}"] = (size,)
            last = size
        check_shapes(state, shapes)
        self.state, self.dims, self.dense = state, feature_dims, hidden_layers

    def forward(self, x):
        groups = np.split(x, np.cumsum(self.dims)[:-1], axis=1)
        x = sum(group @ self.state[f"w0.{i}"] for i, group in enumerate(groups))
        x = x + self.state["b0"]
        for i in range(self.dense):
            x = relu(x) @ self.state[f"dense_w.{i}"] + self.state[f"dense_b.{i}"]
        return x


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class VeLORNN:
    def __init__(self, state, input_size, lstm_hidden_size, param_inits, mix_layers):
        hidden = lstm_hidden_size
        shapes = linear_shapes("lstm.linear", 2 * hidden, 4 * hidden)
        for name in ("mix_layer1", "mix_layer2", "final_mix_layer"):
            shapes |= linear_shapes(name, input_size, hidden)
        shapes |= linear_shapes("rnn_to_controls", hidden, param_inits)
        shapes |= linear_shapes("step_size", hidden, 1)
        shapes |= {"lstm_init_state.0": (1, hidden), "lstm_init_state.1": (1, hidden)}
        check_shapes(state, shapes)
        assert mix_layers is True
        self.state = state

    def forward(self, x):
        state = self.state
        x = linear(state, "final_mix_layer", x) + relu(linear(state, "mix_layer2", x)).max(
            axis=0, keepdims=True
        )
        h, c = (np.repeat(state[f"lstm_init_state.{i}"], len(x), 0) for i in (0, 1))
        i, g, f, o = np.split(linear(state, "lstm.linear", np.concatenate([x, h], 1)), 4, axis=1)
        c = sigmoid(f + 1) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        return linear(state, "rnn_to_controls", h), linear(state, "step_size", h)[:, 0]


class VeLOMLP:
    def __init__(self, state, param_inits, input_size, hidden_size, hidden_layers, output_size):
        shapes = {}
        layers = [("input_weights", "input_bias", "", input_size, hidden_size)]
        for i in range(hidden_layers):
            layers.append(("hidden_weights", "hidden_bias", f".{i}", hidden_size, hidden_size))
        layers.append(("output_weights", "output_bias", "", hidden_size, output_size))
        for weights, biases, place, inputs, outputs in layers:
            shapes[f"{weights}_{place}"] = (param_inits, outputs, inputs)
            shapes[f"{biases}_{place}"] = (param_inits, outputs)
            shapes[weights + place] = (outputs, inputs)
            shapes[biases + place] = (outputs,)
        check_shapes(state, shapes)
        self.state, self.layers = state, layers

    def forward(self, control, x):
        for n, (weights, biases, place, _, _) in enumerate(self.layers):
            w = (control[:, None, None] * self.state[f"{weights}_{place}"]).mean(0) * 100
            b = (control[:, None] * self.state[f"{biases}_{place}"]).mean(0) * 100
            x = x @ w.T + b
            if n < len(self.layers) - 1:
                x = relu(x)
        return x


def load(module, folder):
    state, metadata = tensors(folder / "model.safetensors")
    config = json.loads((folder / "config.json").read_text())
    return module(state, **config), metadata


def layers(ours, prefix):
    count = sum(1 for name in ours if name.startswith(prefix + "w"))
    return [(ours[f"{prefix}w{i}"], ours[f"{prefix}b{i}"]) for i in range(count)]


def plain_mlp(weights, x):
    for w, b in weights[:-1]:
        x = relu(x @ w + b)
    w, b = weights[-1]
    return x @ w + b


def check_adafac(folder, ours):
    module, _ = load(MetaMLP, folder)
    features = np.random.default_rng(1).normal(size=(50, 39))
    np.testing.assert_allclose(
        module.forward(features), plain_mlp(layers(ours, "nn/~/"), features), rtol=0, atol=1e-6
    )
    kwargs = json.loads((folder / "pylo_kwargs.json").read_text())
    for name in ("momentum_decays", "rms_decays", "adafactor_decays"):
        np.testing.assert_array_equal(np.float32(kwargs[name]), np.float32(ours[name]))
    return kwargs


def check_celo2(folder, ours):
    module, _ = load(CELO2MLP, folder)
    features = np.random.default_rng(1).normal(size=(50, 30))
    first = np.concatenate([ours[f"nn/~/w0__{i}"] for i in range(14)])
    count = sum(1 for name in ours if name.startswith("nn/~/b"))
    weights = [(first if i == 0 else ours[f"nn/~/w{i}"], ours[f"nn/~/b{i}"]) for i in range(count)]
    np.testing.assert_allclose(
        module.forward(features), plain_mlp(weights, features), rtol=0, atol=1e-6
    )
    return json.loads((folder / "pylo_kwargs.json").read_text())


def plain_lstm_controls(ours, x):
    def dense(name, inputs):
        return inputs @ ours[f"rnn_params/{name}/w"] + ours[f"rnn_params/{name}/b"]

    x = dense("linear_2", x) + relu(dense("linear_1", x)).max(axis=0, keepdims=True)
    h = np.repeat(ours["lstm_init_state/hidden"], len(x), 0)
    c = np.repeat(ours["lstm_init_state/cell"], len(x), 0)
    i, g, f, o = np.split(dense("rnn/linear", np.concatenate([x, h], 1)), 4, axis=1)
    c = sigmoid(f + 1) * c + sigmoid(i) * np.tanh(g)
    h = sigmoid(o) * np.tanh(c)
    return dense("rnn_to_controls", h), dense("step_size", h)[:, 0]


def check_velo(folder, ours):
    rnn, _ = load(VeLORNN, folder / "rnn")
    mlp, _ = load(VeLOMLP, folder / "mlp")
    random = np.random.default_rng(1)
    tensors_seen, features = random.normal(size=(6, 30)), random.normal(size=(50, 30))
    controls, rates = rnn.forward(tensors_seen)
    expected_controls, expected_rates = plain_lstm_controls(ours, tensors_seen)
    np.testing.assert_allclose(controls, expected_controls, rtol=0, atol=1e-6)
    np.testing.assert_allclose(rates, expected_rates, rtol=0, atol=1e-6)

    bank = {name.removeprefix("ff_mod_stack/~/"): v for name, v in ours.items()}
    bank["w0"] = np.concatenate([bank[f"w0__{i}"] for i in range(14)], axis=1)
    count = sum(1 for name in bank if name.startswith("b") and "/" not in name)

    def mixed(name):
        return 100 / len(controls[0]) * np.tensordot(controls[0], bank[name], 1)

    weights = [(mixed(f"w{i}"), mixed(f"b{i}")) for i in range(count)]
    np.testing.assert_allclose(
        mlp.forward(controls[0], features), plain_mlp(weights, features), rtol=0, atol=1e-6
    )
    return json.loads((folder / "pylo_kwargs.json").read_text())


def main():
    folder = pathlib.Path(sys.argv[1])
    ours, metadata = tensors(sys.argv[2])
    constants = json.loads(metadata["constants"])
    (kind,) = constants
    constants = constants[kind]
    if kind == "adafac_mlp":
        kwargs = check_adafac(folder, ours)
        assert kwargs["exp_mult"] == constants["exp_multiplier"]
        assert kwargs["step_mult"] == constants["step_multiplier"]
    elif kind == "celo2":
        kwargs = check_celo2(folder, ours)
        assert kwargs["adam_betas"] == [constants["beta1"], constants["beta2"]]
        assert kwargs["lr"] == constants["learning_rate"]
        assert kwargs["adam_lr_mult"] == constants["adam_multiplier"]
    elif kind == "hyper_v2":
        kwargs = check_velo(folder, ours)
        assert kwargs["param_inits"] == constants["param_inits"]
        assert kwargs["step_mult"] == constants["step_multiplier"]
    else:
        sys.exit(f"no check for {kind}")
    print("same")


main()
