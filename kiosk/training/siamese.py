"""Same person or not as a binary classification of a pair of embeddings.

y = sigmoid(sum_k w_k |f(a)_k - f(b)_k| + b), after the Siamese networks of Koch, Zemel and Salakhutdinov 2015. Given
the embeddings, that is a logistic regression, which Newton's method solves.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.errors import EncoderError, WeightsError
from kiosk.training.checkpoint import NPZ_DAMAGE, write_whole

PENALTY: Final = 0.3  # best of 0.01 to 3 in five folds of LFW View 1's training pairs, for dlib_resnet

_REMEDY: Final = "fit a head and save it again"
_LARGEST_BYTES: Final = 2**20
_MOST_ROUNDS: Final = 100
_SETTLED: Final = 1e-10  # of the largest number, in a round

Vectors = NDArray[np.floating]


class SiameseHead:
    """Whether two embeddings are one person's, learnt from pairs.

    Attributes:
        weights: (D,), None until fitted.
        bias: b of the formula.
    """

    def __init__(self, penalty: float = PENALTY) -> None:
        """`penalty` of the squared weights keeps them finite where the pairs can be told apart without a mistake."""
        if not penalty > 0 or not np.isfinite(penalty):
            raise EncoderError(f"penalty {penalty}", "is no positive number", "give one above 0")
        self.weights: NDArray[np.float64] | None = None
        self.bias = 0.0
        self._penalty = penalty

    def fit(self, first: Vectors, second: Vectors, same: NDArray[np.bool_]) -> None:
        """Learns from pairs of embeddings (N, D) and whether each is of one person (N,).

        Raises EncoderError where the shapes do not fit, a number is not finite or all pairs are of one kind.
        """
        gaps, wanted = _gaps(first, second), np.asarray(same)
        if wanted.shape != (len(gaps),) or not np.isin(wanted, (0, 1)).all():
            raise EncoderError(f"answers of {wanted.shape}", f"do not fit {len(gaps)} pairs", "give yes or no for each")
        if len(np.unique(wanted)) < 2:
            raise EncoderError(f"{len(gaps)} pairs", "are not of both kinds", "give pairs of one person and of two")
        # Each number of an embedding differs by little: brought to one scale, one penalty fits them all.
        scale = np.maximum(gaps.std(axis=0), 1e-12)
        solution = _newton(np.column_stack([gaps / scale, np.ones(len(gaps))]), wanted.astype(float), self._penalty)
        self.weights, self.bias = solution[:-1] / scale, float(solution[-1])

    def predict(self, first: Vectors, second: Vectors) -> NDArray[np.float64]:
        """How probable it is that each pair (N, D) is of one person (N,); raises EncoderError."""
        if self.weights is None:
            raise EncoderError("SiameseHead", "was not fitted", "call fit or load first")
        gaps = _gaps(first, second)
        if gaps.shape[1] != len(self.weights):
            reason = f"the head takes embeddings of {len(self.weights)} numbers"
            raise EncoderError(f"pairs of {gaps.shape[1]} numbers", reason, "use those of the encoder it was fitted on")
        return _sigmoid(gaps @ self.weights + self.bias)

    def save(self, path: Path) -> None:
        """Writes the head as a .npz file; raises EncoderError."""
        if self.weights is None:
            raise EncoderError("SiameseHead", "was not fitted", "call fit first")
        arrays = {"weights": self.weights, "bias": np.array(self.bias)}

        def write(partial: Path) -> None:
            with partial.open("wb") as file:
                np.savez(file, allow_pickle=False, **arrays)

        write_whole(path, write)

    @classmethod
    def load(cls, path: Path) -> SiameseHead:
        """A head as it was saved; raises WeightsError for anything else."""
        try:
            if path.stat().st_size > _LARGEST_BYTES:
                raise ValueError("it is too large")
            with np.load(path, allow_pickle=False) as file:
                weights, bias = _checked(file)
        except NPZ_DAMAGE as error:
            raise WeightsError(path, f"is no head: {error}", _REMEDY) from error
        head = cls()
        head.weights, head.bias = weights, float(bias)
        return head


def _checked(file: np.lib.npyio.NpzFile) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if sorted(file.files) != ["bias", "weights"]:
        raise ValueError(f"it holds {len(file.files)} other arrays")
    # A file of a few bytes can unfold to gigabytes: the size is looked at before anything is unfolded.
    if any(entry.file_size > _LARGEST_BYTES for entry in file.zip.infolist()):  # type: ignore[union-attr]
        raise ValueError("it is too large")
    weights, bias = file["weights"], file["bias"]
    if weights.dtype != np.float64 or bias.dtype != np.float64 or weights.ndim != 1 or bias.ndim or not weights.size:
        raise ValueError(f"weights {weights.dtype} {weights.shape}, bias {bias.dtype} {bias.shape}")
    if not (np.isfinite(weights).all() and np.isfinite(bias)):
        raise ValueError("a number is not finite")
    return weights, bias


def _gaps(first: Vectors, second: Vectors) -> NDArray[np.float64]:
    one, two = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if one.ndim != 2 or one.shape != two.shape or not one.size:
        raise EncoderError(f"pairs of {one.shape} and {two.shape}", "are no pairs", "give (N, D) twice")
    if not (np.isfinite(one).all() and np.isfinite(two).all()):
        raise EncoderError("pairs", "hold a number that is not finite", "leave out embeddings that failed")
    return np.abs(one - two)


def _newton(inputs: NDArray[np.float64], wanted: NDArray[np.float64], penalty: float) -> NDArray[np.float64]:
    """The minimum of the mean log loss + penalty / 2 * |w|^2; the last column of the inputs is the bias, unpunished."""
    count, width = inputs.shape
    punished = np.full(width, penalty)
    punished[-1] = 0
    solution = np.zeros(width)
    for _ in range(_MOST_ROUNDS):
        answers = _sigmoid(inputs @ solution)
        slope = inputs.T @ (answers - wanted) / count + punished * solution
        curvature = (inputs.T * (answers * (1 - answers))) @ inputs / count + np.diag(punished + 1e-12)
        change = np.linalg.solve(curvature, slope)
        solution = _improved(inputs, wanted, punished, solution, change)
        if np.abs(change).max() <= _SETTLED * max(np.abs(solution).max(), 1.0):
            break
    return solution


def _improved(
    inputs: NDArray[np.float64],
    wanted: NDArray[np.float64],
    punished: NDArray[np.float64],
    start: NDArray[np.float64],
    change: NDArray[np.float64],
) -> NDArray[np.float64]:
    """A whole step of Newton's, halved until it is no step up."""

    def cost(solution: NDArray[np.float64]) -> float:
        sums = inputs @ solution
        return float(np.mean(np.logaddexp(0, sums) - wanted * sums) + punished @ solution**2 / 2)

    before, length = cost(start), 1.0
    while cost(start - length * change) > before and length > 1e-6:
        length /= 2
    return start - length * change


def _sigmoid(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    small = np.exp(-np.abs(sums))
    return np.asarray(np.where(sums >= 0, 1, small) / (1 + small))
