"""Every option of config.yaml, one declaration each, and the options that were removed.

Title, effect and unit are literals, so that the tool for translations finds them; their context is "settings". After
a change, `python -m kiosk.config.template` writes config.yaml again.
"""

import enum
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
    *,
    title: str,
    effect: str,
    unit: str = "",
    applies: Applies = RESTART,
    note: str = "",  # more about it, for config.yaml only
    set_in_file: bool = True,  # False: config.yaml has it as a comment
    within: tuple[float | None, float | None] = (None, None),  # the least and the largest number
) -> Any:  # noqa: ANN401
    """Declare an option; title, effect and unit are in English, and translated where they are shown."""
    declared = {"title": title, "effect": effect, "unit": unit, "note": note}
    extra: dict[str, Any] = {"option": {**declared, "applies": applies, "set_in_file": set_in_file}}
    return Field(default, ge=within[0], le=within[1], json_schema_extra=extra)


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
Text = Annotated[Words, Field(min_length=1)]
EncoderChoice = Annotated[str | list[str] | dict[str, float], BeforeValidator(_encoder)]
Threshold = Annotated[float, Field(gt=0, le=2)]
Margin = Annotated[float, Field(ge=0, le=1)]
Language = Annotated[str, Field(pattern=r"^(auto|[a-z]{2,3}(_[A-Z]{2})?)$")]


class CohortUse(enum.StrEnum):
    """Use of the strangers of the encoder's cohort: whether distances are compared with those to them."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


class Theme(enum.StrEnum):
    """Colours of the screen."""

    AUTO = "auto"
    DARK = "dark"
    LIGHT = "light"


class Keyboard(enum.StrEnum):
    """Keyboard on the screen: whether it is shown."""

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
    """Frozen; an unknown key, a value of another type, NaN and infinity are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


_ASKED = QT_TRANSLATE_NOOP("settings", "The kiosk asks the camera for this; the camera may deliver another.")


class CameraSection(Section):
    """Where the picture comes from."""

    source: int | Text = option(
        "auto",
        title="Source",
        effect="Where the picture comes from: a camera, a video file, a stream, a folder of stills or the demo.",
        note="auto = the first camera; a number, a device path (/dev/v4l/by-id/...), the path of a video or "
        "folder, an address, or demo.",
    )
    width_px: int = option(640, unit="px", title="Picture width", effect=_ASKED, within=(160, 7680))
    height_px: int = option(480, unit="px", title="Picture height", effect=_ASKED, within=(120, 4320))
    rate_hz: float = option(30.0, unit="frames a second", title="Picture rate", effect=_ASKED, within=(1, 120))
    lost_after_seconds: float = option(
        2.0,
        unit="s",
        title="Camera counts as lost after",
        effect="If the picture does not change for this long, the camera counts as lost.",
        within=(0.5, 60),
    )


class QualitySection(Section):
    """What a face must be like before it is compared."""

    min_face_px: int = option(
        60,
        unit="px",
        title="Smallest face",
        effect="Smaller faces are asked to come closer. Higher = people stand nearer.",
        applies=RELOAD,
        within=(20, 1000),
    )
    min_light: float = option(
        30.0,
        unit="mean grey, 0 to 255",
        title="Least light",
        effect="Darker faces are asked for more light. Higher = stricter.",
        applies=RELOAD,
        within=(0, 255),
    )
    max_light: float = option(
        225.0,
        unit="mean grey, 0 to 255",
        title="Most light",
        effect="Brighter faces are asked for less light. Lower = stricter.",
        applies=RELOAD,
        within=(0, 255),
    )
    min_sharpness: float = option(
        6.0,
        unit="variance of the Laplacian",
        title="Least sharpness",
        effect="More blurred faces are asked to hold still. Higher = stricter.",
        applies=RELOAD,
        within=(0, 10000),
    )
    max_turn: float = option(
        0.45,
        unit="part of the eye distance",
        title="Largest turn of the head",
        effect="How far a face may look aside. Lower = stricter; 0 = straight ahead only.",
        applies=RELOAD,
        within=(0, 1),
    )

    @model_validator(mode="after")
    def _light_in_order(self) -> "QualitySection":
        if self.min_light >= self.max_light:
            raise ValueError("min_light must be below max_light")
        return self


class MatchingSection(Section):
    """When two faces are the same person's."""

    threshold: Annotated[dict[Text, Threshold], BeforeValidator(_by_encoder)] = option(
        {},
        unit="distance",
        title="Threshold",
        effect="A face that is farther from everybody than this is not recognised. Lower = stricter, higher = "
        "more lenient.",
        note="auto = follows stranger_rate and the number of people, never above the encoder's own; a number "
        "for the encoder in use, or one for each encoder: {sface_fp16: 1.05}.",
        applies=LIVE,
    )
    margin: Annotated[dict[Text, Margin], BeforeValidator(_by_encoder)] = option(
        {},
        unit="distance",
        title="Margin",
        effect="The second-best person must be farther away by this much. Higher = stricter.",
        note="auto, a number, or a number for each encoder: {sface_fp16: 0.05}.",
        applies=LIVE,
    )
    stranger_rate: float = option(
        0.0001,
        unit="of strangers' visits",
        title="How often a stranger may be let in",
        effect="0.0001 = one visit in 10,000. The automatic threshold follows this and the number of people. "
        "Lower = stricter.",
        note="Not set here, like encoder.",
        applies=LIVE,
        set_in_file=False,
        within=(1e-7, 0.1),
    )

    def numbers_for(self, encoder: str) -> tuple[float | None, float | None]:
        """Return threshold and margin that are set for an encoder; None = automatic."""
        threshold, margin = (
            numbers.get(encoder, numbers.get(ANY_ENCODER)) for numbers in (self.threshold, self.margin)
        )
        return threshold, margin


class PathSection(Section):
    """How faces become numbers, and how these are compared."""

    pooling_frames: int = option(
        5,
        unit="frames",
        title="Frames that are averaged",
        effect="A face is averaged over this many frames before it is compared; better frames count more. 1 = "
        "no averaging.",
        applies=RELOAD,
        within=(1, 30),
    )
    template_rule: Annotated[TemplateRule, Field(strict=False)] = option(
        TemplateRule.MEAN,
        title="Several pictures of a person",
        effect="What a face is compared with if a person has several pictures.",
        note="mean = the mean of all pictures; nearest = the nearest picture.",
        applies=RELOAD,
    )
    cohort: Annotated[CohortUse, Field(strict=False)] = option(
        CohortUse.AUTO,
        title="Comparison with strangers",
        effect="Distances are compared with the distances to strangers. Automatic = if the encoder has a list "
        "of strangers; on = it must have one.",
        note="off = distances as they are.",
        applies=RELOAD,
    )


class DecisionSection(Section):
    """How many frames it takes."""

    k: int = option(
        3,
        unit="frames",
        title="Frames that must agree",
        effect="This many frames must name the same person. Higher = stricter and slower.",
        applies=LIVE,
        within=(1, 100),
    )
    n: int = option(
        5,
        unit="frames",
        title="Frames that are counted",
        effect="The frames that agree are counted among this many last frames. Higher = more patient.",
        applies=LIVE,
        within=(1, 100),
    )
    cool_down_seconds: float = option(
        30.0,
        unit="s",
        title="No second greeting within",
        effect="A person who comes back within this time is let in without a greeting.",
        applies=LIVE,
        within=(0, 86400),
    )
    away_seconds: float = option(
        2.0,
        unit="s",
        title="Counts as gone after",
        effect="A person who was out of sight for less time has not left; the door does not open again.",
        applies=LIVE,
        within=(0, 600),
    )
    retry_seconds: float = option(
        3.0,
        unit="s",
        title="Pause after a refusal",
        effect="Then the same face is tried again. The pause doubles each time, up to 60 seconds.",
        applies=LIVE,
        within=(0, 600),
    )

    @model_validator(mode="after")
    def _k_within_n(self) -> "DecisionSection":
        if self.k > self.n:
            raise ValueError("k must not be larger than n")
        return self


class GallerySection(Section):
    """Who is known."""

    folder: Text = option(
        "images",
        title="Image folder",
        effect="The folder with the pictures of all enrolled people.",
        note="Relative paths start at this file.",
    )


class DoorSection(Section):
    """The lock."""

    open_seconds: Annotated[float, Field(gt=0, le=60)] = option(
        5.0,
        unit="s",
        title="Door stays open for",
        effect="How long the door stays unlocked after a person is let in.",
        applies=LIVE,
    )


class JournalSection(Section):
    """The record of decisions."""

    file: Words = option(
        "",
        title="Journal file",
        effect="The file in which decisions are recorded. Empty = in the user's data folder.",
        note="Relative paths start at this file.",
    )


class VoiceSection(Section):
    """The spoken welcome."""

    enabled: bool = option(
        True, title="Voice", effect="The kiosk speaks a welcome to people who are let in.", applies=LIVE
    )
    text: Text = option(
        "auto",
        title="Welcome",
        effect="The text that is spoken and shown. The word names in braces stands for the people who are let "
        "in; auto = a welcome in the screen's language.",
        note='Such as "Welcome {names}!".',
        applies=LIVE,
    )
    words_per_minute: int = option(
        165, unit="words a minute", title="Speed of speech", effect="Higher = faster.", applies=LIVE, within=(60, 400)
    )
    volume: float = option(
        1.0, unit="part", title="Volume", effect="0 = silent, 1 = loudest.", applies=LIVE, within=(0, 1)
    )
    name: Words = option(
        "",
        title="Voice of the speech engine",
        effect="Such as en-us. Empty = the voice of the screen's language.",
        applies=LIVE,
    )
    hints: bool = option(
        False,
        title="Spoken hints",
        effect='Hints such as "come closer" are spoken too, for people who cannot read the screen.',
        applies=LIVE,
    )

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
    """What it looks like."""

    theme: Annotated[Theme, Field(strict=False)] = option(
        Theme.AUTO,
        title="Theme",
        effect="The colours of the screen. Automatic = like the desktop.",
        note="auto, dark or light.",
        applies=LIVE,
    )
    language: Language = option(
        "auto",
        title="Language",
        effect="The language of the screen and the voice. Automatic = the language of the system.",
        note="auto, en, de, or another that was added.",
        applies=LIVE,
    )
    full_screen: bool = option(False, title="Full screen", effect="The kiosk starts without a window frame.")
    mirror: bool = option(True, title="Mirror", effect="People see themselves as in a mirror.")
    large_type: bool = option(False, title="Large type", effect="Text is half as large again.", applies=LIVE)
    high_contrast: bool = option(
        False, title="High contrast", effect="Black and white, with frames around everything.", applies=LIVE
    )
    reduced_motion: bool = option(
        False, title="Reduced motion", effect="Nothing moves except the picture.", applies=LIVE
    )
    keyboard: Annotated[Keyboard, Field(strict=False)] = option(
        Keyboard.AUTO,
        title="Keyboard on the screen",
        effect="Automatic = where there is a touch screen and no keyboard.",
        note="on, off or auto.",
        applies=LIVE,
    )


class ReceptionSection(Section):
    """The staff side behind the PIN."""

    idle_seconds: int = option(
        60,
        unit="s",
        title="Back to the door after",
        effect="After this time without a touch or a key, the screen goes back to the door.",
        applies=LIVE,
        within=(10, 600),
    )
    staff_file: Words = option(
        "",
        title="Staff file",
        effect="The file with the staff and their PINs. Empty = in the user's data folder.",
        note="Relative paths start at this file.",
    )
    consent: Words = option(
        "",
        title="Folder of consent texts",
        effect="The folder with your own consent texts. Empty = the texts that come with the kiosk.",
        note="The files are named consent.<language>.md.",
        applies=LIVE,
    )
    keep_refused_hours: int = option(
        0,
        unit="h",
        title="Keep faces of refused visitors for",
        effect="The staff can look at these faces and enrol a person from them. 0 = no face is kept.",
        applies=LIVE,
        within=(0, 720),
    )


class Config(Section):
    """The whole of config.yaml."""

    encoder: EncoderChoice = option(
        DEFAULT_ENCODER,
        title="Encoder",
        effect="The network that turns a face into numbers. Several networks work together as one.",
        note="See `kiosk encoders`; a list such as [dlib_resnet, sface_fp16] for several. Not set here, so "
        "that an installation of version 0.1 keeps its encoder.",
        applies=RELOAD,
        set_in_file=False,
    )
    detector: Text = option(
        "haar",
        title="Detector",
        effect="Finds the faces in the picture.",
        note="haar, or the name of a detector file such as yunet.",
        applies=RELOAD,
    )
    weights: Text = option(
        "weights",
        title="Folder of networks",
        effect="The folder with further encoders and detectors.",
        note="Relative paths start at this file.",
        applies=RELOAD,
    )
    threads: int = option(
        2,
        unit="cores",
        title="Processor cores",
        effect="How many the encoder may use. More = faster, until the machine has no more.",
        applies=RELOAD,
        within=(1, 64),
    )
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
