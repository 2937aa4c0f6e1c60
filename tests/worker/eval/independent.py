"""An AdafacMLP checkpoint trains 64-32-10 on 8x8 FashionMNIST, by numpy alone.

Nothing of Paceline's is used: images, initial weights, batches, gradients, features and update are stated
anew, with numpy's own random numbers. Prints mean and standard error of the training loss, mean of the last
tenth of the inner steps, over trainings.

usage: independent.py OPTIMIZER.safetensors STEPS TRAININGS [FOLDER OF FASHION-MNIST]
"""
import gzip
import json
import struct
import sys

import numpy as np


def checkpoint(path):
    raw = open(path, "rb").read()
    length = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8:8 + length])
    meta = header.pop("__metadata__")
    leaves = {}
    for name, leaf in header.items():
        begin, end = leaf["data_offsets"]
        values = np.frombuffer(raw[8 + length:][begin:end], np.float32).astype(np.float64)
        leaves[name] = values.reshape(leaf["shape"])
    return leaves, json.loads(meta["constants"])["adafac_mlp"]


def images(folder):
    """8x8, bilinear at half-pixel centres, in [0, 1]."""
    def read(name, skip):
        return np.frombuffer(gzip.open(f"{folder}/{name}").read(), np.uint8)[skip:]
    x = read("train-images-idx3-ubyte.gz", 16).reshape(-1, 28, 28) / 255.0
    at = (np.arange(8) + 0.5) * 28 / 8 - 0.5
    low = np.floor(at).astype(int)
    part = at - low
    rows = x[:, low] * (1 - part)[None, :, None] + x[:, low + 1] * part[None, :, None]
    small = rows[:, :, low] * (1 - part) + rows[:, :, low + 1] * part
    return small.reshape(-1, 64), read("train-labels-idx1-ubyte.gz", 8).astype(int)


def truncated_normal(random, shape):
    values = random.standard_normal(shape)
    while (far := np.abs(values) > 2).any():
        values[far] = random.standard_normal(far.sum())
    return values / np.sqrt(shape[0])


def loss_and_gradient(p, x, y):
    w1, b1, w2, b2 = p
    h = np.maximum(x @ w1 + b1, 0)
    z = h @ w2 + b2
    z = z - z.max(1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(1, keepdims=True))
    rows = np.arange(len(y))
    d = np.exp(log_p)
    d[rows, y] -= 1
    d /= len(y)
    dh = (d @ w2.T) * (h > 0)
    return -log_p[rows, y].mean(), [x.T @ dh, dh.sum(0), h.T @ d, d.sum(0)]


class Adafac:
    """docs/reference/learned-optimizers.md, AdafacMLP."""

    def __init__(self, leaves, config, shapes):
        def decays(start, offsets):
            return 1 - (1 - np.array(start)) * np.exp(10 * offsets)
        self.m_decay = decays([0.9, 0.99, 0.999], leaves["momentum_decays"])
        self.v_decay = decays([0.999], leaves["rms_decays"])
        self.f_decay = np.clip(decays([0.9, 0.99, 0.999], leaves["adafactor_decays"]), 0, 1)
        layers = config.get("layers", 2) + 1
        self.net = [(leaves[f"nn/~/w{i}"], leaves[f"nn/~/b{i}"]) for i in range(layers)]
        self.step, self.exp = config["step_multiplier"], config["exp_multiplier"]
        self.m = [np.zeros((3, *s)) for s in shapes]
        self.v = [np.zeros(s) for s in shapes]
        self.row = [np.zeros((3, s[0] if s[0] <= s[1] else s[1])) if len(s) == 2 else np.zeros((3, *s)) for s in shapes]
        self.col = [np.zeros((3, s[1] if s[0] <= s[1] else s[0])) if len(s) == 2 else np.zeros((3, *s)) for s in shapes]
        self.t = 0

    def features(self, i, p, g):
        self.m[i] = [d * m + (1 - d) * g for d, m in zip(self.m_decay, self.m[i])]
        d = np.clip(self.v_decay[0], 0, 1)
        self.v[i] = d * self.v[i] + (1 - d) * g * g
        m, v, q = np.array(self.m[i]), self.v[i], g * g + 1e-30
        rs = 1 / np.sqrt(v + 1e-6)
        fd = self.f_decay
        if g.ndim == 2:  # the largest axis (the later one of equals) is averaged over for the rows
            large = 1 if g.shape[0] <= g.shape[1] else 0
            self.row[i] = fd[:, None] * self.row[i] + (1 - fd)[:, None] * q.mean(large)
            self.col[i] = fd[:, None] * self.col[i] + (1 - fd)[:, None] * q.mean(1 - large)
            spread_row = (lambda a: a[:, :, None] + 0 * g) if large == 1 else (lambda a: a[:, None, :] + 0 * g)
            spread_col = (lambda a: a[:, None, :] + 0 * g) if large == 1 else (lambda a: a[:, :, None] + 0 * g)
            mean = self.row[i].mean(1, keepdims=True)
            r = spread_row(1 / np.sqrt(np.maximum(self.row[i] / (mean + 1e-9), 1e-9)))
            c = spread_col(1 / np.sqrt(np.maximum(self.col[i], 1e-9)))
            row, col, both = spread_row(self.row[i]), spread_col(self.col[i]), r * c
            fac_g, fac_m = g * both, m * both
        else:
            self.row[i] = fd[:, None] * self.row[i] + (1 - fd)[:, None] * q
            row = col = self.row[i]
            fac_g = g / np.sqrt(np.maximum(row + 1e-9, 1e-9))
            fac_m = m / np.sqrt(row + 1e-6)
        columns = [g, p, *m, v, *(m * rs), rs, *fac_g, *row, *col, *(1 / np.sqrt(row + 1e-8)), *(1 / np.sqrt(col + 1e-8)), *fac_m]
        x = np.stack([c.ravel() for c in columns], 1)
        x = x / np.sqrt(1e-5 + (x * x).mean(0))
        scales = np.array([1, 3, 10, 30, 100, 300, 1e3, 3e3, 1e4, 3e4, 1e5])
        time = np.tanh(self.t / scales - 1)
        return np.hstack([x, np.broadcast_to(time, (len(x), 11))])

    def update(self, parameters, gradients):
        for i, (p, g) in enumerate(zip(parameters, gradients)):
            x = self.features(i, p, g)
            for layer, (w, b) in enumerate(self.net):
                x = x @ w + b
                if layer + 1 < len(self.net):
                    x = np.maximum(x, 0)
            p -= (x[:, 0] * np.exp(x[:, 1] * self.exp) * self.step).reshape(p.shape)
        self.t += 1


def main():
    path, steps, trainings = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    leaves, config = checkpoint(path)
    x, y = images(sys.argv[4] if len(sys.argv) > 4 else "/usr/share/datasets/fashion-mnist")
    ends = []
    for training in range(trainings):
        random = np.random.default_rng(training)
        p = [truncated_normal(random, (64, 32)), np.zeros(32), truncated_normal(random, (32, 10)), np.zeros(10)]
        optimizer = Adafac(leaves, config, [a.shape for a in p])
        losses = []
        for _ in range(steps):
            batch = random.integers(len(x), size=128)
            loss, gradient = loss_and_gradient(p, x[batch], y[batch])
            losses.append(loss)
            optimizer.update(p, gradient)
        ends.append(np.mean(losses[-max(steps // 10, 1):]))
    print(f"{np.mean(ends):.6f} {np.std(ends, ddof=1) / np.sqrt(trainings):.6f}")


main()
