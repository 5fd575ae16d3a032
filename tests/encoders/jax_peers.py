"""OpenFace and FaceNet in JAX, written from the sources without Keras, to compare each stage with.

JAX runs in a process of its own, because a process that has loaded it cannot be forked safely:
python jax_peers.py NETWORK WEIGHTS.npz IMAGES.npy OUT.npz [NAME=VALUE...]
"""

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

# OpenFace: pooling ("area": mean in the exercise, root of the sum of squares in OpenFace), zeros before and after the
# pooled picture, strides of the 3 x 3 and the 5 x 5.
BLOCKS = {
    "3a": ("max", (3, 4), 1),
    "3b": ("area", (4, 4), 1),
    "3c": ("max", (0, 1), 2),
    "4a": ("area", (2, 2), 1),
    "4e": ("max", (0, 1), 2),
    "5a": ("area", (1, 1), 1),
    "5b": ("max", (1, 1), 1),
}
Arrays = Mapping[str, np.ndarray]


def peer_stages(network: str, weights: Arrays, images: np.ndarray, **options: float) -> dict[str, np.ndarray]:
    """Return the output of each stage of "openface" or "facenet", computed in another process."""
    with tempfile.TemporaryDirectory() as folder:
        given, pictures, out = (Path(folder) / name for name in ("weights.npz", "images.npy", "out.npz"))
        np.savez(given, **{name.replace("/", "|"): array for name, array in weights.items()})
        np.save(pictures, images)
        command = [sys.executable, __file__, network, given, pictures, out]
        subprocess.run([*command, *(f"{name}={float(value)}" for name, value in options.items())], check=True)
        with np.load(out) as found:
            return {name: found[name] for name in found.files}


class OpenFace:
    """The network with channels first, as in Torch."""

    def __init__(self, tensors: Arrays, as_trained: float) -> None:
        self.tensors, self.as_trained = tensors, bool(as_trained)

    def __call__(self, images: Any) -> dict[str, Any]:
        stages: dict[str, Any] = {}
        x = self.convolved(images, "conv1", "bn1", strides=2, epsilon=1e-5 if self.as_trained else 1e-3)
        x = stages["conv1"] = self.max_pool(x, around=1)
        x = self.convolved(self.response_normalised(x), "conv2", "bn2")
        x = self.convolved(x, "conv3", "bn3")
        x = stages["inception_2"] = self.max_pool(self.response_normalised(x), around=1)
        for block in BLOCKS:
            x = stages[f"inception_{block}"] = self.inception(x, block)
        x = jnp.mean(x, axis=(2, 3)) @ self.tensors["dense_w"].T + self.tensors["dense_b"]
        stages["dense_layer"] = x
        stages["embedding"] = x / jnp.linalg.norm(x, axis=1, keepdims=True)
        return stages

    def inception(self, x: Any, block: str) -> Any:
        pool, frame, strides = BLOCKS[block]
        name, branches = f"inception_{block}", []
        for branch in ("3x3", "5x5"):
            if f"{name}_{branch}_conv1_w" in self.tensors:
                y = self.convolved(x, f"{name}_{branch}_conv1", f"{name}_{branch}_bn1")
                branches.append(self.convolved(y, f"{name}_{branch}_conv2", f"{name}_{branch}_bn2", strides=strides))
        y = self.max_pool(x) if pool == "max" else self.area_pool(x)
        if f"{name}_pool_conv_w" in self.tensors:
            y = self.convolved(y, f"{name}_pool_conv", f"{name}_pool_bn")
        branches.append(jnp.pad(y, ((0, 0), (0, 0), frame, frame)))
        if f"{name}_1x1_conv_w" in self.tensors:
            branches.append(self.convolved(x, f"{name}_1x1_conv", f"{name}_1x1_bn"))
        return jnp.concatenate(branches, axis=1)

    def convolved(self, x: Any, layer: str, norm: str, strides: int = 1, epsilon: float = 1e-5) -> Any:
        kernel = self.tensors[f"{layer}_w"]
        around = [(kernel.shape[2] // 2,) * 2] * 2
        x = jax.lax.conv_general_dilated(x, kernel, (strides, strides), around)
        scale, shift, mean, variance = (self.tensors[f"{norm}_{of}"][:, None, None] for of in "wbmv")
        x = (x + self.tensors[f"{layer}_b"][:, None, None] - mean) / jnp.sqrt(variance + epsilon) * scale + shift
        return jax.nn.relu(x)

    def max_pool(self, x: Any, around: int = 0) -> Any:
        borders = [(0, 0), (0, 0), (around, around), (around, around)]
        return jax.lax.reduce_window(x, -np.inf, jax.lax.max, (1, 1, 3, 3), (1, 1, 2, 2), borders)

    def area_pool(self, x: Any) -> Any:
        def total(of: Any) -> Any:
            return jax.lax.reduce_window(of, 0.0, jax.lax.add, (1, 1, 3, 3), (1, 1, 3, 3), "VALID")

        return jnp.sqrt(total(x**2)) if self.as_trained else total(x) / 9

    def response_normalised(self, x: Any) -> Any:
        if not self.as_trained:
            return x
        around = [(0, 0), (2, 2), (0, 0), (0, 0)]
        total = jax.lax.reduce_window(x**2, 0.0, jax.lax.add, (1, 5, 1, 1), (1, 1, 1, 1), around)
        return x / (1 + 1e-4 / 5 * total) ** 0.75


class FaceNet:
    """Inception-ResNet-v1 from the paper's figures; weights by the names of the Keras port."""

    def __init__(self, weights: Arrays, epsilon: float = 1e-3, **scales: float) -> None:
        self.weights = weights
        self.epsilon = epsilon
        self.scales = {"Block35": 0.17, "Block17": 0.10, "Block8": 0.20, "Block8_6": 1.0, **scales}

    def __call__(self, x: Any) -> dict[str, Any]:
        out: dict[str, Any] = {}
        x = self.unit(x, "Conv2d_1a_3x3", 2, "VALID")
        x = self.unit(x, "Conv2d_2a_3x3", 1, "VALID")
        x = self.pooled(self.unit(x, "Conv2d_2b_3x3"))
        x = self.unit(x, "Conv2d_3b_1x1")
        x = self.unit(x, "Conv2d_4a_3x3", 1, "VALID")
        out["stem"] = x = self.unit(x, "Conv2d_4b_3x3", 2, "VALID")
        for number in range(5):
            x = self.block35(x, f"Block35_{number + 1}")
        out["block35"] = x
        out["mixed_6a"] = x = self.mixed_6a(x)
        for number in range(10):
            x = self.block(x, f"Block17_{number + 1}", "Block17", "1x7", "7x1")
        out["block17"] = x
        out["mixed_7a"] = x = self.mixed_7a(x)
        for number in range(5):
            x = self.block(x, f"Block8_{number + 1}", "Block8", "1x3", "3x1")
        out["block8"] = x = self.block(x, "Block8_6", "Block8_6", "1x3", "3x1")
        x = x.mean((1, 2)) @ self.weights["Bottleneck/kernel"]
        out["bottleneck"] = self.normal(x, "Bottleneck")
        return out

    def block35(self, x: Any, name: str) -> Any:
        first = self.unit(x, f"{name}_Branch_0_Conv2d_1x1")
        second = self.unit(self.unit(x, f"{name}_Branch_1_Conv2d_0a_1x1"), f"{name}_Branch_1_Conv2d_0b_3x3")
        third = self.unit(self.unit(x, f"{name}_Branch_2_Conv2d_0a_1x1"), f"{name}_Branch_2_Conv2d_0b_3x3")
        third = self.unit(third, f"{name}_Branch_2_Conv2d_0c_3x3")
        return self.added(x, [first, second, third], name, "Block35")

    def block(self, x: Any, name: str, kind: str, wide: str, high: str) -> Any:
        first = self.unit(x, f"{name}_Branch_0_Conv2d_1x1")
        second = self.unit(self.unit(x, f"{name}_Branch_1_Conv2d_0a_1x1"), f"{name}_Branch_1_Conv2d_0b_{wide}")
        second = self.unit(second, f"{name}_Branch_1_Conv2d_0c_{high}")
        return self.added(x, [first, second], name, kind)

    def mixed_6a(self, x: Any) -> Any:
        first = self.unit(x, "Mixed_6a_Branch_0_Conv2d_1a_3x3", 2, "VALID")
        second = self.unit(self.unit(x, "Mixed_6a_Branch_1_Conv2d_0a_1x1"), "Mixed_6a_Branch_1_Conv2d_0b_3x3")
        second = self.unit(second, "Mixed_6a_Branch_1_Conv2d_1a_3x3", 2, "VALID")
        return jnp.concatenate([first, second, self.pooled(x)], -1)

    def mixed_7a(self, x: Any) -> Any:
        first, second, third = (self.unit(x, f"Mixed_7a_Branch_{branch}_Conv2d_0a_1x1") for branch in range(3))
        first = self.unit(first, "Mixed_7a_Branch_0_Conv2d_1a_3x3", 2, "VALID")
        second = self.unit(second, "Mixed_7a_Branch_1_Conv2d_1a_3x3", 2, "VALID")
        third = self.unit(third, "Mixed_7a_Branch_2_Conv2d_0b_3x3")
        third = self.unit(third, "Mixed_7a_Branch_2_Conv2d_1a_3x3", 2, "VALID")
        return jnp.concatenate([first, second, third, self.pooled(x)], -1)

    def added(self, x: Any, branches: list[Any], name: str, kind: str) -> Any:
        up = self.convolved(jnp.concatenate(branches, -1), f"{name}_Conv2d_1x1", 1, "SAME")
        x = x + self.scales[kind] * (up + self.weights[f"{name}_Conv2d_1x1/bias"])
        return x if kind == "Block8_6" else jax.nn.relu(x)

    def unit(self, x: Any, name: str, stride: int = 1, padding: str = "SAME") -> Any:
        return jax.nn.relu(self.normal(self.convolved(x, name, stride, padding), name))

    def convolved(self, x: Any, name: str, stride: int, padding: str) -> Any:
        numbers = ("NHWC", "HWIO", "NHWC")
        kernel = self.weights[f"{name}/kernel"]
        return jax.lax.conv_general_dilated(x, kernel, (stride, stride), padding, dimension_numbers=numbers)

    def pooled(self, x: Any) -> Any:
        return jax.lax.reduce_window(x, -np.inf, jax.lax.max, (1, 3, 3, 1), (1, 2, 2, 1), "VALID")

    def normal(self, x: Any, name: str) -> Any:
        mean, variance, beta = (
            self.weights[f"{name}_BatchNorm/{part}"] for part in ("moving_mean", "moving_variance", "beta")
        )
        return (x - mean) / np.sqrt(variance + self.epsilon) + beta


if __name__ == "__main__":
    import jax
    import jax.numpy as jnp

    network, given, pictures, out, *options = sys.argv[1:]
    with np.load(given) as file:
        weights = {name.replace("|", "/"): file[name] for name in file.files}
    chosen = {name: float(value) for name, _, value in (option.partition("=") for option in options)}
    peer = {"openface": OpenFace, "facenet": FaceNet}[network](weights, **chosen)
    np.savez(out, **{name: np.asarray(stage) for name, stage in peer(np.load(pictures)).items()})
