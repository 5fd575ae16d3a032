"""One step of learning, compiled; and the same network asked for embeddings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kiosk.domain import ByteImage
from kiosk.encoders.inputs import Colour, InputFormat, Layout
from kiosk.training.loop.augmentation import augmented
from kiosk.training.loop.mining import Mined, Mining, mine, squared_distances
from kiosk.training.loop.settings import Settings

if TYPE_CHECKING:
    import keras  # type: ignore[import-untyped]

Tensor: TypeAlias = Any  # a tensor of TensorFlow

_EMBEDDED_AT_ONCE = 64
_REMEMBERED = 0.05  # of a run's steps


class Answer(NamedTuple):
    """What a step gave."""

    loss: float
    used: float
    zero: float


class Learner:
    """A network, its optimizer, and the steps that change both; used by one thread.

    Attributes:
        model, optimizer: in Keras.
        precision: "half" or "single": a run cannot go on in the other one, whose optimizer has other variables.
    """

    def __init__(self, model: keras.Model, inputs: InputFormat, settings: Settings, *, mixed: bool = False) -> None:
        import keras  # noqa: PLC0415 - see make_learner
        import tensorflow as tf  # type: ignore[import-untyped]  # noqa: PLC0415 - see make_learner

        self.model = model
        self.precision = "half" if mixed else "single"
        _shorten_memory(model, settings.steps)
        self.optimizer = keras.optimizers.AdamW(
            settings.learning_rate, weight_decay=settings.weight_decay, name="optimizer"
        )
        if mixed:
            self.optimizer = keras.optimizers.LossScaleOptimizer(self.optimizer, name="scaled_optimizer")
        self.optimizer.build(model.trainable_variables)
        self._inputs = inputs
        self._settings = settings
        chips = tf.TensorSpec([None, *_chip_shape(model, inputs)], tf.uint8)
        self._embed = tf.function(self._embeddings, input_signature=[chips])
        self._learn = tf.function(self._one_step)

    @property
    def variables(self) -> list[Any]:
        """All that a checkpoint has to hold."""
        return [*self.model.variables, *self.optimizer.variables]

    def learn(self, images: ByteImage, owners: NDArray[np.intp], step: int, rate: float) -> Answer:
        """Changes the network by one batch (N, S, S, 3)."""
        import tensorflow as tf  # noqa: PLC0415 - see make_learner

        getattr(self.optimizer, "inner_optimizer", self.optimizer).learning_rate = rate
        mining = Mining.ALL if step < self._settings.all_steps else self._settings.mining
        seed = tf.constant([self._settings.seed, step], tf.int32)
        mined = self._learn(tf.constant(images), tf.constant(owners), seed, mining)
        return Answer(*(float(each) for each in mined))

    def embed(self, images: ByteImage) -> NDArray[np.float32]:
        """L2-normalised embeddings (N, D) of chips (N, S, S, 3), as the network gives them in use."""
        parts = range(0, len(images), _EMBEDDED_AT_ONCE)
        return np.concatenate([self._embed(images[first : first + _EMBEDDED_AT_ONCE]).numpy() for first in parts])

    def _embeddings(self, images: Tensor) -> Tensor:
        import tensorflow as tf  # noqa: PLC0415 - see make_learner

        return self._run(tf.cast(images, tf.float32), training=False)

    def _run(self, images: Tensor, *, training: bool) -> Tensor:
        import tensorflow as tf  # noqa: PLC0415 - see make_learner

        outputs = self.model(_prepared(images, self._inputs), training=training)
        return tf.math.l2_normalize(tf.cast(outputs, tf.float32), axis=1)

    def _one_step(self, images: Tensor, owners: Tensor, seed: Tensor, mining: Mining) -> Mined:
        import tensorflow as tf  # noqa: PLC0415 - see make_learner

        weights = self.model.trainable_variables
        with tf.GradientTape() as tape:
            embeddings = self._run(augmented(images, seed, self._settings.augmentation), training=True)
            distances = squared_distances(embeddings)
            mined = mine(distances, owners, self._settings.margin, mining)
            # No triplet is chosen where a distance is not a number: without this, a broken network would look perfect.
            mined = mined._replace(loss=mined.loss + 0 * tf.reduce_sum(distances))
            scaled = self.optimizer.scale_loss(mined.loss)
        self.optimizer.apply(tape.gradient(scaled, weights), weights)
        return mined


def make_learner(build: Callable[[], keras.Model], inputs: InputFormat, settings: Settings) -> Learner:
    """A network with the random weights of the seed, in half precision where there is a GPU."""
    import keras  # noqa: PLC0415 - 4 to 8 s that only training pays
    import tensorflow as tf  # noqa: PLC0415 - likewise

    before = keras.config.dtype_policy()
    mixed = bool(tf.config.list_physical_devices("GPU"))
    keras.utils.set_random_seed(settings.seed)
    if mixed:
        keras.config.set_dtype_policy("mixed_float16")
    try:
        return Learner(build(), inputs, settings, mixed=mixed)
    finally:
        keras.config.set_dtype_policy(before)


def _shorten_memory(model: keras.Model, steps: int) -> None:
    """Batch normalisation remembers the last part of a run at most: in a short one it would remember the start."""
    import keras  # noqa: PLC0415 - see make_learner

    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = min(layer.momentum, max(1 - 1 / (_REMEMBERED * steps), 0.0))


def _chip_shape(model: keras.Model, inputs: InputFormat) -> tuple[int, int, int]:
    first, second, third = model.input_shape[1:]
    return (second, third, first) if inputs.layout is Layout.CHANNELS_FIRST else (first, second, third)


def _prepared(x: Tensor, inputs: InputFormat) -> Tensor:
    """InputFormat.prepared inside the graph, for grey levels (N, S, S, 3) float32."""
    import tensorflow as tf  # noqa: PLC0415 - see make_learner

    x = tf.reverse(x, [-1]) if inputs.colour is Colour.BGR else x
    x = tf.image.per_image_standardization(x) if inputs.standardise else (x - inputs.mean) * inputs.scale
    return tf.transpose(x, [0, 3, 1, 2]) if inputs.layout is Layout.CHANNELS_FIRST else x
