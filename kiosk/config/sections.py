"""Every option: type, default, range and unit; its words stand in kiosk.config.wording."""

import enum
import string
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from kiosk.domain import TemplateRule
from kiosk.i18n import translate
from kiosk.weights.catalogue import DEFAULT_ENCODER


def _without_nul(text: str) -> str:
    # The one character that no path and no argument of a program can hold.
    if "\0" in text:
        raise ValueError("the character NUL is not allowed")
    return text


_MOST_ENCODERS = 8
Words = Annotated[str, Field(max_length=500), AfterValidator(_without_nul)]
Text = Annotated[Words, Field(min_length=1)]


def _encoder(value: Any) -> Any:  # noqa: ANN401  (whatever YAML holds)
    """One fault in plain words instead of pydantic's one for each type that is allowed."""
    names = [value] if isinstance(value, str) else list(value) if isinstance(value, list | dict) else []
    named = all(isinstance(name, str) and 0 < len(name) <= 100 for name in names)
    if not named or not 1 <= len(names) <= _MOST_ENCODERS:
        raise ValueError("a name was expected, a list of names, or names with their weights")
    if len(set(names)) < len(names):
        raise ValueError("names an encoder twice")
    if isinstance(value, dict) and not all(_is_weight(weight) for weight in value.values()):
        raise ValueError("the weight of an encoder is a number from 0.001 to 1000")
    return value


def _is_weight(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0.001 <= value <= 1000


# The key of a bare number among numbers by encoder: it holds for whichever encoder is in use.
ANY_ENCODER = "*"


def _by_encoder(value: Any) -> Any:  # noqa: ANN401  (whatever YAML holds)
    """Return numbers by the name of the encoder; a bare number stands under ANY_ENCODER."""
    if value == "auto":
        return {}
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {ANY_ENCODER: value}
    if not isinstance(value, dict):
        raise ValueError("auto or a number was expected, or a number for a named encoder such as {sface_fp16: 1.05}")
    return value


EncoderChoice = Annotated[str | list[str] | dict[str, float], BeforeValidator(_encoder)]
Threshold = Annotated[float, Field(gt=0, le=2)]
Margin = Annotated[float, Field(ge=0, le=1)]


def option(default: Any, unit: str = "", **limits: Any) -> Any:  # noqa: ANN401  (as pydantic's Field)
    """A field with its unit; title and effect stand in kiosk.config.wording."""
    return Field(default, json_schema_extra={"unit": unit}, **limits)


class Section(BaseModel):
    """Frozen; an unknown key, a value of another type, NaN and infinity are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class CameraSection(Section):
    """Where the picture comes from."""

    source: int | Text = option("auto")
    width_px: int = option(640, "px", ge=160, le=7680)
    height_px: int = option(480, "px", ge=120, le=4320)
    rate_hz: float = option(30.0, "frames a second", ge=1, le=120)
    lost_after_seconds: float = option(2.0, "s", ge=0.5, le=60)


class QualitySection(Section):
    """What a face must be like before it is compared."""

    min_face_px: int = option(60, "px", ge=20, le=1000)
    min_light: float = option(30.0, "mean grey, 0 to 255", ge=0, le=255)
    max_light: float = option(225.0, "mean grey, 0 to 255", ge=0, le=255)
    min_sharpness: float = option(6.0, "variance of the Laplacian", ge=0, le=10000)
    max_turn: float = option(0.45, "part of the eye distance", ge=0, le=1)

    @model_validator(mode="after")
    def _light_in_order(self) -> "QualitySection":
        if self.min_light >= self.max_light:
            raise ValueError("min_light must be below max_light")
        return self


class MatchingSection(Section):
    """When two faces are the same person's: a number for the encoder in use, or numbers by encoder."""

    threshold: Annotated[dict[Text, Threshold], BeforeValidator(_by_encoder)] = option({}, "distance")
    margin: Annotated[dict[Text, Margin], BeforeValidator(_by_encoder)] = option({}, "distance")
    stranger_rate: float = option(0.0001, "of strangers' visits", ge=1e-7, le=0.1)

    def numbers_for(self, encoder: str) -> tuple[float | None, float | None]:
        """Return threshold and margin that are set for an encoder; None = automatic."""
        threshold, margin = (
            numbers.get(encoder, numbers.get(ANY_ENCODER)) for numbers in (self.threshold, self.margin)
        )
        return threshold, margin


class CohortUse(enum.StrEnum):
    """Whether a distance is seen against those to the strangers of the encoder's cohort."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


class PathSection(Section):
    """How faces become numbers, and how these are compared."""

    pooling_frames: int = option(5, "frames", ge=1, le=30)
    template_rule: Annotated[TemplateRule, Field(strict=False)] = option(TemplateRule.MEAN)
    cohort: Annotated[CohortUse, Field(strict=False)] = option(CohortUse.AUTO)
    template_copies: int = option(0, "copies", ge=0, le=50)
    landmark_passes: int = option(2, "looks", ge=1, le=2)


class DecisionSection(Section):
    """How many frames it takes."""

    k: int = option(3, "frames", ge=1, le=100)
    n: int = option(5, "frames", ge=1, le=100)
    cool_down_seconds: float = option(30.0, "s", ge=0, le=86400)
    away_seconds: float = option(2.0, "s", ge=0, le=600)
    retry_seconds: float = option(3.0, "s", ge=0, le=600)

    @model_validator(mode="after")
    def _k_within_n(self) -> "DecisionSection":
        if self.k > self.n:
            raise ValueError("k must not be larger than n")
        return self


class GallerySection(Section):
    """Who is known."""

    folder: Text = option("images")


class DoorSection(Section):
    """The lock."""

    open_seconds: float = option(5.0, "s", gt=0, le=60)


class JournalSection(Section):
    """The record of decisions."""

    file: Words = option("")


class VoiceSection(Section):
    """The spoken welcome."""

    enabled: bool = option(True)
    text: Text = option("auto")
    words_per_minute: int = option(165, "words a minute", ge=60, le=400)
    volume: float = option(1.0, "part", ge=0, le=1)
    name: Words = option("")
    hints: bool = option(False)

    @field_validator("text")
    @classmethod
    def _names_only(cls, text: str) -> str:
        try:
            parts = list(string.Formatter().parse(text))
        except ValueError as error:
            raise ValueError(translate("settings", "the braces do not match")) from error
        if any(field is not None and (field != "names" or form or kind) for _, field, form, kind in parts):
            raise ValueError(translate("settings", "{names} is the only word that is filled in"))
        return text


class Theme(enum.StrEnum):
    """Colours of the screen."""

    AUTO = "auto"
    DARK = "dark"
    LIGHT = "light"


class Keyboard(enum.StrEnum):
    """Whether letters are typed on the screen."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


Language = Annotated[str, Field(pattern=r"^(auto|[a-z]{2,3}(_[A-Z]{2})?)$")]


class ScreenSection(Section):
    """What it looks like."""

    theme: Annotated[Theme, Field(strict=False)] = option(Theme.AUTO)
    language: Language = option("auto")
    full_screen: bool = option(False)
    mirror: bool = option(True)
    large_type: bool = option(False)
    high_contrast: bool = option(False)
    reduced_motion: bool = option(False)
    keyboard: Annotated[Keyboard, Field(strict=False)] = option(Keyboard.AUTO)


class ReceptionSection(Section):
    """The staff side behind the PIN."""

    idle_seconds: int = option(60, "s", ge=10, le=600)
    staff_file: Words = option("")
    consent: Words = option("")
    keep_refused_hours: int = option(0, "h", ge=0, le=720)


class Config(Section):
    """The whole of config.yaml."""

    encoder: EncoderChoice = option(DEFAULT_ENCODER)
    detector: Text = option("haar")
    weights: Text = option("weights")
    threads: int = option(2, "cores", ge=1, le=64)
    camera: CameraSection = CameraSection()
    quality: QualitySection = QualitySection()
    matching: MatchingSection = MatchingSection()
    path: PathSection = PathSection()
    decision: DecisionSection = DecisionSection()
    gallery: GallerySection = GallerySection()
    door: DoorSection = DoorSection()
    journal: JournalSection = JournalSection()
    voice: VoiceSection = VoiceSection()
    screen: ScreenSection = ScreenSection()
    reception: ReceptionSection = ReceptionSection()
