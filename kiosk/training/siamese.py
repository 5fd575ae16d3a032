"""The siamese head: whether two embeddings are one person's, as a logistic regression on their difference.

y = sigmoid(sum_k w_k |f(a)_k - f(b)_k| + b), after the Siamese networks of Koch, Zemel and Salakhutdinov 2015.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kiosk.errors import EncoderError, WeightsError, require_extra
from kiosk.training.checkpoint import NPZ_DAMAGE, write_arrays

PENALTY: Final = 0.3  # best of 0.01 to 3 for dlib_resnet, in five folds of LFW View 1's training pairs

_REMEDY: Final = "fit a head and save it again"

Vectors = NDArray[np.floating]


class SiameseHead:
    """Estimates whether two embeddings are one person's; learnt from pairs."""

    def __init__(self, penalty: float = PENALTY) -> None:
        """`penalty` on the squared weights keeps them finite when the pairs can be separated without error."""
        if not penalty > 0 or not np.isfinite(penalty):
            raise EncoderError(f"penalty {penalty}", "is no positive number", "give one above 0")
        self.weights: NDArray[np.float64] | None = None  # (D,), None until fitted
        self.bias = 0.0  # b of the formula
        self._penalty = penalty

    def fit(self, first: Vectors, second: Vectors, same: NDArray[np.bool_]) -> None:
        """Learn from pairs of embeddings (N, D) and whether each pair is of one person (N,).

        Raises EncoderError when shapes do not fit, a number is not finite or all pairs are of one kind.
        """
        require_extra("training", "sklearn")
        from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]  # noqa: PLC0415

        gaps, wanted = _gaps(first, second), np.asarray(same)
        if wanted.shape != (len(gaps),) or not np.isin(wanted, (0, 1)).all():
            raise EncoderError(f"answers of {wanted.shape}", f"do not fit {len(gaps)} pairs", "give yes or no for each")
        if len(np.unique(wanted)) < 2:
            raise EncoderError(f"{len(gaps)} pairs", "are not of both kinds", "give pairs of one person and of two")
        # One penalty fits all numbers of an embedding when they have one scale.
        scale = np.maximum(gaps.std(axis=0), 1e-12)
        model = LogisticRegression(C=1 / (self._penalty * len(gaps)), solver="newton-cholesky", tol=1e-10)
        model.fit(gaps / scale, wanted.astype(bool))
        self.weights, self.bias = model.coef_[0] / scale, float(model.intercept_[0])

    def predict(self, first: Vectors, second: Vectors) -> NDArray[np.float64]:
        """Return the probability (N,) that each pair (N, D) is of one person; raises EncoderError."""
        if self.weights is None:
            raise EncoderError("SiameseHead", "was not fitted", "call fit or load first")
        gaps = _gaps(first, second)
        if gaps.shape[1] != len(self.weights):
            reason = f"the head takes embeddings of {len(self.weights)} numbers"
            raise EncoderError(f"pairs of {gaps.shape[1]} numbers", reason, "use those of the encoder it was fitted on")
        return np.asarray(np.exp(-np.logaddexp(0, -(gaps @ self.weights + self.bias))))

    def save(self, path: Path) -> None:
        """Write the head to a .npz file; raises EncoderError."""
        if self.weights is None:
            raise EncoderError("SiameseHead", "was not fitted", "call fit first")
        write_arrays(path, {"weights": self.weights, "bias": np.array(self.bias)})

    @classmethod
    def load(cls, path: Path) -> SiameseHead:
        """Return a saved head; raises WeightsError when the file is no head."""
        try:
            with np.load(path, allow_pickle=False) as file:
                weights, bias = file["weights"].astype(np.float64), file["bias"].astype(np.float64)
            if weights.ndim != 1 or bias.ndim or not (np.isfinite(weights).all() and np.isfinite(bias)):
                raise ValueError(f"weights of shape {weights.shape}, bias {bias}")
        except NPZ_DAMAGE as error:
            raise WeightsError(path, f"is no head: {error}", _REMEDY) from error
        head = cls()
        head.weights, head.bias = weights, float(bias)
        return head


def _gaps(first: Vectors, second: Vectors) -> NDArray[np.float64]:
    one, two = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if one.ndim != 2 or one.shape != two.shape or not one.size:
        raise EncoderError(f"pairs of {one.shape} and {two.shape}", "are no pairs", "give (N, D) twice")
    if not (np.isfinite(one).all() and np.isfinite(two).all()):
        raise EncoderError("pairs", "hold a number that is not finite", "leave out embeddings that failed")
    return np.abs(one - two)
