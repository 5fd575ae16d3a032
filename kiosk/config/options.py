"""Every option of config.yaml, one declaration each, and the options that were removed.

The text below an option is its effect, for the settings page and config.yaml. Title, unit and effect are literals, so
that the tool for translations finds them; their context is "settings". After a change,
`python -m kiosk.config.template` writes config.yaml again.
"""

import enum
import re
import string
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from kiosk.domain import TemplateRule
from kiosk.i18n import QT_TRANSLATE_NOOP, translate
from kiosk.weights.catalogue import DEFAULT_ENCODER

# Options and values of earlier versions: accepted, ignored, told by doctor, and taken out by the next saving.
REMOVED_OPTIONS: Final = frozenset({"path.template_copies", "path.landmark_passes"})
REMOVED_VALUES: Final = frozenset({("path.template_rule", "nearest_two")})

ANY_ENCODER: Final = "*"  # the key of a bare number among numbers by encoder: it holds for the encoder in use
_MOST_ENCODERS: Final = 8


class Applies(enum.Enum):
    """The moment from which a value is in force that was saved while the kiosk runs."""

    LIVE = "live"  # within two seconds
    RELOAD = "reload"  # after the recognition was loaded again, while the door stays shut
    RESTART = "restart"  # at the next start


LIVE, RELOAD, RESTART = Applies.LIVE, Applies.RELOAD, Applies.RESTART


def option(
    default: Any,  # noqa: ANN401  (as pydantic's Field)
    title: str,
    unit: str = "",
    *,
    applies: Applies = RESTART,
    within: tuple[float | None, float | None] = (None, None),  # the least and the largest number
    note: str = "",  # more about it, for config.yaml only
    set_in_file: bool = True,  # False: config.yaml has it as a comment
) -> Any:  # noqa: ANN401
    """Declare an option; the text below it says what it does."""
    extra: dict[str, Any] = {"title": title, "unit": unit, "note": note, "set_in_file": set_in_file}
    return Field(default, ge=within[0], le=within[1], json_schema_extra={"option": {**extra, "applies": applies.value}})


def _without_nul(text: str) -> str:
    # The one character that no path and no argument of a program can hold.
    if "\0" in text:
        raise ValueError("the character NUL is not allowed")
    return text


def _encoder(value: Any) -> Any:  # noqa: ANN401  (whatever YAML holds)
    """Check a choice of encoders, so that a wrong one is one fault in plain words."""
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


def _language(text: str) -> str:
    if not re.fullmatch("auto|[a-z]{2,3}(_[A-Z]{2})?", text):
        raise ValueError("auto, or a language such as de or pt_BR, was expected")
    return text


def _by_encoder(value: Any) -> Any:  # noqa: ANN401  (whatever YAML holds)
    """Return numbers by the name of the encoder; a bare number stands under ANY_ENCODER."""
    if value == "auto":
        return {}
    if isinstance(value, int | float) and not isinstance(value, bool):
        return {ANY_ENCODER: value}
    if not isinstance(value, dict):
        raise ValueError("auto or a number was expected, or a number for a named encoder such as {sface_fp16: 1.05}")
    return value


Words = Annotated[str, Field(max_length=500), AfterValidator(_without_nul)]
Text = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_without_nul)]
EncoderChoice = Annotated[str | list[str] | dict[str, float], BeforeValidator(_encoder)]
Threshold = Annotated[float, Field(gt=0, le=2)]
Margin = Annotated[float, Field(ge=0, le=1)]
Language = Annotated[str, AfterValidator(_language)]


class CohortUse(enum.StrEnum):
    """Comparison of distances with those to the strangers of the encoder's cohort."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


class Theme(enum.StrEnum):
    """Colours of the screen."""

    AUTO = "auto"
    DARK = "dark"
    LIGHT = "light"


class Keyboard(enum.StrEnum):
    """Display of the keyboard on the screen."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


# In the order of the settings page; "" holds the options that stand in no section.
SECTIONS: Final = {
    "matching": QT_TRANSLATE_NOOP("settings", "Recognition"),
    "path": QT_TRANSLATE_NOOP("settings", "Comparison"),
    "decision": QT_TRANSLATE_NOOP("settings", "Decision"),
    "door": QT_TRANSLATE_NOOP("settings", "Door"),
    "voice": QT_TRANSLATE_NOOP("settings", "Voice"),
    "screen": QT_TRANSLATE_NOOP("settings", "Screen"),
    "camera": QT_TRANSLATE_NOOP("settings", "Camera"),
    "quality": QT_TRANSLATE_NOOP("settings", "Picture quality"),
    "reception": QT_TRANSLATE_NOOP("settings", "Staff side"),
    "": QT_TRANSLATE_NOOP("settings", "Networks"),
    "gallery": QT_TRANSLATE_NOOP("settings", "Gallery"),
    "journal": QT_TRANSLATE_NOOP("settings", "Journal"),
}

# Names of the values that are words.
VALUES: Final = {
    "auto": QT_TRANSLATE_NOOP("settings", "Automatic"),
    "dark": QT_TRANSLATE_NOOP("settings", "Dark"),
    "light": QT_TRANSLATE_NOOP("settings", "Light"),
    "on": QT_TRANSLATE_NOOP("settings", "On"),
    "off": QT_TRANSLATE_NOOP("settings", "Off"),
    "nearest": QT_TRANSLATE_NOOP("settings", "The nearest picture"),
    "mean": QT_TRANSLATE_NOOP("settings", "The mean of all pictures"),
}


class Section(BaseModel):
    """Options that stand together, frozen: an unknown key, a value of another type, NaN and infinity are errors."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class CameraSection(Section):
    """The source of the picture."""

    source: int | Text = option(
        "auto",
        "Source",
        note="auto = the first camera; a number, a device path (/dev/v4l/by-id/...), the path of a video or "
        "folder, an address, or demo.",
    )
    """Where the picture comes from: a camera, a video file, a stream, a folder of stills or the demo."""
    width_px: int = option(640, "Picture width", "px", within=(160, 7680))
    """The kiosk asks the camera for this; the camera may deliver another."""
    height_px: int = option(480, "Picture height", "px", within=(120, 4320))
    """The kiosk asks the camera for this; the camera may deliver another."""
    rate_hz: float = option(30.0, "Picture rate", "frames a second", within=(1, 120))
    """The kiosk asks the camera for this; the camera may deliver another."""
    lost_after_seconds: float = option(2.0, "Camera counts as lost after", "s", within=(0.5, 60))
    """If the picture does not change for this long, the camera counts as lost."""


class QualitySection(Section):
    """Requirements that a face must meet before it is compared."""

    min_face_px: int = option(60, "Smallest face", "px", applies=RELOAD, within=(20, 1000))
    """Smaller faces are asked to come closer. Higher = people stand nearer."""
    min_light: float = option(30.0, "Least light", "mean grey, 0 to 255", applies=RELOAD, within=(0, 255))
    """Darker faces are asked for more light. Higher = stricter."""
    max_light: float = option(225.0, "Most light", "mean grey, 0 to 255", applies=RELOAD, within=(0, 255))
    """Brighter faces are asked for less light. Lower = stricter."""
    min_sharpness: float = option(
        6.0, "Least sharpness", "variance of the Laplacian", applies=RELOAD, within=(0, 10000)
    )
    """More blurred faces are asked to hold still. Higher = stricter."""
    max_turn: float = option(
        0.45, "Largest turn of the head", "part of the eye distance", applies=RELOAD, within=(0, 1)
    )
    """How far a face may look aside. Lower = stricter; 0 = straight ahead only."""

    @model_validator(mode="after")
    def _light_in_order(self) -> "QualitySection":
        if self.min_light >= self.max_light:
            raise ValueError("min_light must be below max_light")
        return self


class MatchingSection(Section):
    """Limits within which two faces belong to one person."""

    threshold: Annotated[dict[Text, Threshold], BeforeValidator(_by_encoder)] = option(
        {},
        "Threshold",
        "distance",
        applies=LIVE,
        note="auto = follows stranger_rate and the number of people, never above the encoder's own; a number "
        "for the encoder in use, or one for each encoder: {sface_fp16: 1.05}.",
    )
    """A face that is farther from everybody than this is not recognised. Lower = stricter, higher = more lenient."""
    margin: Annotated[dict[Text, Margin], BeforeValidator(_by_encoder)] = option(
        {}, "Margin", "distance", applies=LIVE, note="auto, a number, or a number for each encoder: {sface_fp16: 0.05}."
    )
    """The second-best person must be farther away by this much. Higher = stricter."""
    stranger_rate: float = option(
        0.0001,
        "How often a stranger may be let in",
        "of strangers' visits",
        applies=LIVE,
        within=(1e-7, 0.1),
        note="Not set here, like encoder.",
        set_in_file=False,
    )
    """0.0001 = one visit in 10,000. The automatic threshold follows this and the number of people. Lower = stricter."""

    def numbers_for(self, encoder: str) -> tuple[float | None, float | None]:
        """Return threshold and margin that are set for an encoder; None = automatic."""
        threshold, margin = (
            numbers.get(encoder, numbers.get(ANY_ENCODER)) for numbers in (self.threshold, self.margin)
        )
        return threshold, margin


class PathSection(Section):
    """The way from faces to numbers, and the comparison of these."""

    pooling_frames: int = option(5, "Frames that are averaged", "frames", applies=RELOAD, within=(1, 30))
    """A face is averaged over this many frames before it is compared; better frames count more. 1 = no averaging."""
    template_rule: Annotated[TemplateRule, Field(strict=False)] = option(
        TemplateRule.MEAN,
        "Several pictures of a person",
        applies=RELOAD,
        note="mean = the mean of all pictures; nearest = the nearest picture.",
    )
    """What a face is compared with if a person has several pictures."""
    cohort: Annotated[CohortUse, Field(strict=False)] = option(
        CohortUse.AUTO, "Comparison with strangers", applies=RELOAD, note="off = distances as they are."
    )
    """Distances are compared with the distances to strangers. Automatic = if the encoder has a list of strangers; on =
    it must have one."""


class DecisionSection(Section):
    """The number of frames that a decision takes."""

    k: int = option(3, "Frames that must agree", "frames", applies=LIVE, within=(1, 100))
    """This many frames must name the same person. Higher = stricter and slower."""
    n: int = option(5, "Frames that are counted", "frames", applies=LIVE, within=(1, 100))
    """The frames that agree are counted among this many last frames. Higher = more patient."""
    cool_down_seconds: float = option(30.0, "No second greeting within", "s", applies=LIVE, within=(0, 86400))
    """A person who comes back within this time is let in without a greeting."""
    away_seconds: float = option(2.0, "Counts as gone after", "s", applies=LIVE, within=(0, 600))
    """A person who was out of sight for less time has not left; the door does not open again."""
    retry_seconds: float = option(3.0, "Pause after a refusal", "s", applies=LIVE, within=(0, 600))
    """Then the same face is tried again. The pause doubles each time, up to 60 seconds."""

    @model_validator(mode="after")
    def _k_within_n(self) -> "DecisionSection":
        if self.k > self.n:
            raise ValueError("k must not be larger than n")
        return self


class GallerySection(Section):
    """The people who are known."""

    folder: Text = option("images", "Image folder", note="Relative paths start at this file.")
    """The folder with the pictures of all enrolled people."""


class DoorSection(Section):
    """The lock."""

    open_seconds: Annotated[float, Field(gt=0, le=60)] = option(5.0, "Door stays open for", "s", applies=LIVE)
    """How long the door stays unlocked after a person is let in."""


class JournalSection(Section):
    """The record of decisions."""

    file: Words = option("", "Journal file", note="Relative paths start at this file.")
    """The file in which decisions are recorded. Empty = in the user's data folder."""


class VoiceSection(Section):
    """The spoken welcome."""

    enabled: bool = option(True, "Voice", applies=LIVE)
    """The kiosk speaks a welcome to people who are let in."""
    text: Text = option("auto", "Welcome", applies=LIVE, note='Such as "Welcome {names}!".')
    """The text that is spoken and shown. The word names in braces stands for the people who are let in; auto = a
    welcome in the screen's language."""
    words_per_minute: int = option(165, "Speed of speech", "words a minute", applies=LIVE, within=(60, 400))
    """Higher = faster."""
    volume: float = option(1.0, "Volume", "part", applies=LIVE, within=(0, 1))
    """0 = silent, 1 = loudest."""
    name: Words = option("", "Voice of the speech engine", applies=LIVE)
    """Such as en-us. Empty = the voice of the screen's language."""
    hints: bool = option(False, "Spoken hints", applies=LIVE)
    """Hints such as "come closer" are spoken too, for people who cannot read the screen."""

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


class ScreenSection(Section):
    """The look of the screen."""

    theme: Annotated[Theme, Field(strict=False)] = option(
        Theme.AUTO, "Theme", applies=LIVE, note="auto, dark or light."
    )
    """The colours of the screen. Automatic = like the desktop."""
    language: Language = option("auto", "Language", applies=LIVE, note="auto, en, de, or another that was added.")
    """The language of the screen and the voice. Automatic = the language of the system."""
    full_screen: bool = option(False, "Full screen")
    """The kiosk starts without a window frame."""
    mirror: bool = option(True, "Mirror")
    """People see themselves as in a mirror."""
    large_type: bool = option(False, "Large type", applies=LIVE)
    """Text is half as large again."""
    high_contrast: bool = option(False, "High contrast", applies=LIVE)
    """Black and white, with frames around everything."""
    reduced_motion: bool = option(False, "Reduced motion", applies=LIVE)
    """Nothing moves except the picture."""
    keyboard: Annotated[Keyboard, Field(strict=False)] = option(
        Keyboard.AUTO, "Keyboard on the screen", applies=LIVE, note="on, off or auto."
    )
    """Automatic = where there is a touch screen and no keyboard."""


class ReceptionSection(Section):
    """The staff side behind the PIN."""

    idle_seconds: int = option(60, "Back to the door after", "s", applies=LIVE, within=(10, 600))
    """After this time without a touch or a key, the screen goes back to the door."""
    staff_file: Words = option("", "Staff file", note="Relative paths start at this file.")
    """The file with the staff and their PINs. Empty = in the user's data folder."""
    consent: Words = option(
        "", "Folder of consent texts", applies=LIVE, note="The files are named consent.<language>.md."
    )
    """The folder with your own consent texts. Empty = the texts that come with the kiosk."""
    keep_refused_hours: int = option(0, "Keep faces of refused visitors for", "h", applies=LIVE, within=(0, 720))
    """The staff can look at these faces and enrol a person from them. 0 = no face is kept."""


class Config(Section):
    """The whole of config.yaml."""

    encoder: EncoderChoice = option(
        DEFAULT_ENCODER,
        "Encoder",
        applies=RELOAD,
        note="See `kiosk encoders`; a list such as [dlib_resnet, sface_fp16] for several. Not set here, so "
        "that an installation of version 0.1 keeps its encoder.",
        set_in_file=False,
    )
    """The network that turns a face into numbers. Several networks work together as one."""
    detector: Text = option(
        "haar", "Detector", applies=RELOAD, note="haar, or the name of a detector file such as yunet."
    )
    """Finds the faces in the picture."""
    weights: Text = option("weights", "Folder of networks", applies=RELOAD, note="Relative paths start at this file.")
    """The folder with further encoders and detectors."""
    threads: int = option(2, "Processor cores", "cores", applies=RELOAD, within=(1, 64))
    """How many the encoder may use. More = faster, until the machine has no more."""
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
