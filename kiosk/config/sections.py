"""Every option: type, default, range, unit and effect."""

import enum
import string
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator


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


def _by_encoder(value: Any) -> Any:  # noqa: ANN401  (whatever YAML holds)
    """A bare number would also hold for the next encoder, whose distances mean something else."""
    if value == "auto":
        return {}
    if not isinstance(value, dict):
        raise ValueError("auto was expected, or a number for a named encoder such as {dlib_resnet: 0.36}")
    return value


EncoderChoice = Annotated[str | list[str] | dict[str, float], BeforeValidator(_encoder)]
Threshold = Annotated[float, Field(gt=0, le=2)]
Margin = Annotated[float, Field(ge=0, le=1)]
_AUTO = "auto = the encoder's own; of your own, for the encoder it is meant for"


def option(default: Any, effect: str, unit: str = "", **limits: Any) -> Any:  # noqa: ANN401  (as pydantic's Field)
    """A field with its unit and its effect in words."""
    return Field(default, description=effect, json_schema_extra={"unit": unit}, **limits)


class Section(BaseModel):
    """Frozen; an unknown key, a value of another type, NaN and infinity are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class CameraSection(Section):
    """Where the picture comes from."""

    source: int | Text = option(
        "auto", "auto = first camera; a number, a device path, a video file, a stream URL, a folder of stills or demo"
    )
    width_px: int = option(640, "asked of the camera; it may give another", "px", ge=160, le=7680)
    height_px: int = option(480, "asked of the camera; it may give another", "px", ge=120, le=4320)
    rate_hz: float = option(30.0, "asked of the camera; it may give another", "frames a second", ge=1, le=120)
    lost_after_seconds: float = option(
        2.0, "a picture that has not changed for so long means that the camera is lost", "s", ge=0.5, le=60
    )


class QualitySection(Section):
    """What a face must be like before it is compared."""

    min_face_px: int = option(60, "smaller faces are asked to come closer", "px", ge=20, le=1000)
    min_light: float = option(30.0, "darker faces ask for more light", "mean grey, 0 to 255", ge=0, le=255)
    max_light: float = option(225.0, "brighter faces ask for less light", "mean grey, 0 to 255", ge=0, le=255)
    min_sharpness: float = option(
        6.0, "more blurred faces are asked to hold still", "variance of the Laplacian", ge=0, le=10000
    )
    max_turn: float = option(
        0.45, "how far a face may look aside; 0 = straight ahead only", "part of the eye distance", ge=0, le=1
    )

    @model_validator(mode="after")
    def _light_in_order(self) -> "QualitySection":
        if self.min_light >= self.max_light:
            raise ValueError("min_light must be below max_light")
        return self


class MatchingSection(Section):
    """When two faces are the same person's: by the name of the encoder whose distances are meant."""

    threshold: Annotated[dict[Text, Threshold], BeforeValidator(_by_encoder)] = option(
        {}, f"a face farther than this is nobody; lower = stricter; {_AUTO}", "distance"
    )
    margin: Annotated[dict[Text, Margin], BeforeValidator(_by_encoder)] = option(
        {}, f"the next best person must be farther by this; higher = stricter; {_AUTO}", "distance"
    )


class DecisionSection(Section):
    """How many frames it takes."""

    k: int = option(3, "frames that must name the same person; higher = stricter and slower", "frames", ge=1, le=100)
    n: int = option(5, "the last frames among which they are counted", "frames", ge=1, le=100)
    cool_down_seconds: float = option(
        30.0, "who comes back within it is let in without a greeting", "s", ge=0, le=86400
    )
    away_seconds: float = option(
        2.0, "who was out of sight for less has not left, and the door is not opened again", "s", ge=0, le=600
    )
    retry_seconds: float = option(
        3.0,
        "pause after a refusal before the same face is tried again; doubled each time, up to 60 s",
        "s",
        ge=0,
        le=600,
    )

    @model_validator(mode="after")
    def _k_within_n(self) -> "DecisionSection":
        if self.k > self.n:
            raise ValueError("k must not be larger than n")
        return self


class GallerySection(Section):
    """Who is known."""

    folder: Text = option("images", "the image folder; relative paths start where config.yaml lies")


class DoorSection(Section):
    """The lock."""

    open_seconds: float = option(5.0, "how long the door stays unlocked after a grant", "s", gt=0, le=60)


class JournalSection(Section):
    """The record of decisions."""

    file: Words = option("", "SQLite file; empty = in the user's data folder; relative paths start at config.yaml")


class VoiceSection(Section):
    """The spoken welcome."""

    enabled: bool = option(True, "false = the kiosk is silent")
    text: Text = option("auto", "what is said; {names} = who was let in; auto = a welcome in the screen's language")
    words_per_minute: int = option(165, "speed of speech", "words a minute", ge=60, le=400)
    volume: float = option(1.0, "0 = silent, 1 = loudest", "part", ge=0, le=1)
    name: Words = option("", "voice of the speech engine, such as en-gb; empty = that of the screen's language")
    hints: bool = option(False, "true = hints are spoken too, for people who cannot read the screen")

    @field_validator("text")
    @classmethod
    def _names_only(cls, text: str) -> str:
        try:
            parts = list(string.Formatter().parse(text))
        except ValueError as error:
            raise ValueError(f"the braces do not match ({error})") from None
        if any(field is not None and (field != "names" or form or kind) for _, field, form, kind in parts):
            raise ValueError("{names} is the only word that is filled in")
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

    theme: Annotated[Theme, Field(strict=False)] = option(Theme.AUTO, "auto follows the desktop; dark or light")
    language: Language = option("auto", "auto follows the system; en, de, or another that was added")
    full_screen: bool = option(False, "true = starts without a window frame")
    mirror: bool = option(True, "true = people see themselves as in a mirror")
    large_type: bool = option(False, "true = letters half as large again")
    high_contrast: bool = option(False, "true = black and white, with frames around everything")
    reduced_motion: bool = option(False, "true = nothing moves but the picture")
    keyboard: Annotated[Keyboard, Field(strict=False)] = option(
        Keyboard.AUTO, "letters on the screen: on, off, or auto = where a touch screen is and no keyboard"
    )


class ReceptionSection(Section):
    """The staff side behind the PIN."""

    idle_seconds: int = option(
        60, "without a touch or a key for so long, the screen goes back to the door", "s", ge=10, le=600
    )
    staff_file: Words = option(
        "", "SQLite file of the staff; empty = in the user's data folder; relative paths start at config.yaml"
    )
    consent: Words = option("", "folder of your own consent.<language>.md; empty = the texts that are shipped")
    keep_refused_hours: int = option(
        0, "how long the face of a refused visitor is kept, for the staff to look at; 0 = not at all", "h", ge=0, le=720
    )


class Config(Section):
    """The whole of config.yaml."""

    encoder: EncoderChoice = option(
        "dlib_resnet", "the network that makes a face into numbers; several in a list work together as one"
    )
    detector: Text = option("haar", "what finds faces: haar, or the name of a detector file such as yunet")
    weights: Text = option("weights", "folder of further encoders and detectors; relative paths start at config.yaml")
    threads: int = option(2, "processor cores for the encoder", "cores", ge=1, le=64)
    camera: CameraSection = CameraSection()
    quality: QualitySection = QualitySection()
    matching: MatchingSection = MatchingSection()
    decision: DecisionSection = DecisionSection()
    gallery: GallerySection = GallerySection()
    door: DoorSection = DoorSection()
    journal: JournalSection = JournalSection()
    voice: VoiceSection = VoiceSection()
    screen: ScreenSection = ScreenSection()
    reception: ReceptionSection = ReceptionSection()
