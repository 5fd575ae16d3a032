"""Every option in words: its title, and what it does, as the settings page says it.

Marked for translation here and translated where it is shown. Paths are relative to the folder of config.yaml.
"""

from dataclasses import dataclass

from kiosk.i18n import QT_TRANSLATE_NOOP


@dataclass(frozen=True, slots=True)
class Wording:
    """A title of few words, and a sentence or two; both in English."""

    title: str
    effect: str


# In the order of the settings page; "" holds the options that stand in no section.
SECTIONS = {
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

UNITS = (
    QT_TRANSLATE_NOOP("settings", "px"),
    QT_TRANSLATE_NOOP("settings", "s"),
    QT_TRANSLATE_NOOP("settings", "h"),
    QT_TRANSLATE_NOOP("settings", "cores"),
    QT_TRANSLATE_NOOP("settings", "frames"),
    QT_TRANSLATE_NOOP("settings", "frames a second"),
    QT_TRANSLATE_NOOP("settings", "words a minute"),
    QT_TRANSLATE_NOOP("settings", "mean grey, 0 to 255"),
    QT_TRANSLATE_NOOP("settings", "variance of the Laplacian"),
    QT_TRANSLATE_NOOP("settings", "part of the eye distance"),
    QT_TRANSLATE_NOOP("settings", "distance"),
    QT_TRANSLATE_NOOP("settings", "part"),
    QT_TRANSLATE_NOOP("settings", "of strangers' visits"),
    QT_TRANSLATE_NOOP("settings", "copies"),
    QT_TRANSLATE_NOOP("settings", "looks"),
)

# What a value that is a word is called.
VALUES = {
    "auto": QT_TRANSLATE_NOOP("settings", "Automatic"),
    "dark": QT_TRANSLATE_NOOP("settings", "Dark"),
    "light": QT_TRANSLATE_NOOP("settings", "Light"),
    "on": QT_TRANSLATE_NOOP("settings", "On"),
    "off": QT_TRANSLATE_NOOP("settings", "Off"),
    "nearest": QT_TRANSLATE_NOOP("settings", "The nearest picture"),
    "mean": QT_TRANSLATE_NOOP("settings", "The mean of all pictures"),
}

WORDS = {
    "encoder": Wording(
        QT_TRANSLATE_NOOP("settings", "Encoder"),
        QT_TRANSLATE_NOOP("settings", "The network that makes a face into numbers. Several work together as one."),
    ),
    "detector": Wording(
        QT_TRANSLATE_NOOP("settings", "Detector"),
        QT_TRANSLATE_NOOP("settings", "What finds the faces in the picture."),
    ),
    "weights": Wording(
        QT_TRANSLATE_NOOP("settings", "Folder of networks"),
        QT_TRANSLATE_NOOP("settings", "Where further encoders and detectors are looked for."),
    ),
    "threads": Wording(
        QT_TRANSLATE_NOOP("settings", "Processor cores"),
        QT_TRANSLATE_NOOP("settings", "How many the encoder may use. More = faster, until the machine has no more."),
    ),
    "camera.source": Wording(
        QT_TRANSLATE_NOOP("settings", "Source"),
        QT_TRANSLATE_NOOP(
            "settings",
            "Where the picture comes from: a camera, a video file, a stream, a folder of stills or the demo.",
        ),
    ),
    "camera.width_px": Wording(
        QT_TRANSLATE_NOOP("settings", "Picture width"),
        QT_TRANSLATE_NOOP("settings", "What the camera is asked for; it may give another."),
    ),
    "camera.height_px": Wording(
        QT_TRANSLATE_NOOP("settings", "Picture height"),
        QT_TRANSLATE_NOOP("settings", "What the camera is asked for; it may give another."),
    ),
    "camera.rate_hz": Wording(
        QT_TRANSLATE_NOOP("settings", "Picture rate"),
        QT_TRANSLATE_NOOP("settings", "What the camera is asked for; it may give another."),
    ),
    "camera.lost_after_seconds": Wording(
        QT_TRANSLATE_NOOP("settings", "Camera counts as lost after"),
        QT_TRANSLATE_NOOP("settings", "A picture that has not changed for so long means that the camera is lost."),
    ),
    "quality.min_face_px": Wording(
        QT_TRANSLATE_NOOP("settings", "Smallest face"),
        QT_TRANSLATE_NOOP("settings", "Smaller faces are asked to come closer. Higher = people stand nearer."),
    ),
    "quality.min_light": Wording(
        QT_TRANSLATE_NOOP("settings", "Least light"),
        QT_TRANSLATE_NOOP("settings", "Darker faces are asked for more light. Higher = stricter."),
    ),
    "quality.max_light": Wording(
        QT_TRANSLATE_NOOP("settings", "Most light"),
        QT_TRANSLATE_NOOP("settings", "Brighter faces are asked for less light. Lower = stricter."),
    ),
    "quality.min_sharpness": Wording(
        QT_TRANSLATE_NOOP("settings", "Least sharpness"),
        QT_TRANSLATE_NOOP("settings", "More blurred faces are asked to hold still. Higher = stricter."),
    ),
    "quality.max_turn": Wording(
        QT_TRANSLATE_NOOP("settings", "Largest turn of the head"),
        QT_TRANSLATE_NOOP("settings", "How far a face may look aside. Lower = stricter; 0 = straight ahead only."),
    ),
    "matching.threshold": Wording(
        QT_TRANSLATE_NOOP("settings", "Threshold"),
        QT_TRANSLATE_NOOP(
            "settings",
            "A face that is farther from everybody than this is nobody. Lower = stricter, higher = more lenient.",
        ),
    ),
    "matching.margin": Wording(
        QT_TRANSLATE_NOOP("settings", "Margin"),
        QT_TRANSLATE_NOOP("settings", "The next best person must be farther away by this. Higher = stricter."),
    ),
    "matching.stranger_rate": Wording(
        QT_TRANSLATE_NOOP("settings", "How often a stranger may be let in"),
        QT_TRANSLATE_NOOP(
            "settings",
            "0.0001 = one visit in 10,000. The automatic threshold follows this and the number of people. Lower = "
            "stricter.",
        ),
    ),
    "path.pooling_frames": Wording(
        QT_TRANSLATE_NOOP("settings", "Frames that are averaged"),
        QT_TRANSLATE_NOOP(
            "settings",
            "So many frames of a face are averaged before it is compared; better ones count more. 1 = each by itself.",
        ),
    ),
    "path.template_rule": Wording(
        QT_TRANSLATE_NOOP("settings", "Several pictures of a person"),
        QT_TRANSLATE_NOOP("settings", "What of them a face is compared with."),
    ),
    "path.cohort": Wording(
        QT_TRANSLATE_NOOP("settings", "Comparison with strangers"),
        QT_TRANSLATE_NOOP(
            "settings",
            "A face that is near to everybody is near to nobody. Automatic = where the encoder brings its strangers "
            "along; on = they must be there.",
        ),
    ),
    "path.template_copies": Wording(
        QT_TRANSLATE_NOOP("settings", "Moved copies of a picture"),
        QT_TRANSLATE_NOOP(
            "settings",
            "Each picture of the gallery is looked at so many times more, a little moved, and averaged. More = surer, "
            "and read more slowly; 0 = the picture alone.",
        ),
    ),
    "path.landmark_passes": Wording(
        QT_TRANSLATE_NOOP("settings", "Looks at eyes and nose"),
        QT_TRANSLATE_NOOP(
            "settings",
            "2 = a second look, at the face put upright, checks the first; where they disagree, the face is looked for"
            " once more.",
        ),
    ),
    "decision.k": Wording(
        QT_TRANSLATE_NOOP("settings", "Frames that must agree"),
        QT_TRANSLATE_NOOP("settings", "So many must name the same person. Higher = stricter and slower."),
    ),
    "decision.n": Wording(
        QT_TRANSLATE_NOOP("settings", "Frames that are counted"),
        QT_TRANSLATE_NOOP(
            "settings", "The last frames among which those that agree are counted. Higher = more patient."
        ),
    ),
    "decision.cool_down_seconds": Wording(
        QT_TRANSLATE_NOOP("settings", "No second greeting within"),
        QT_TRANSLATE_NOOP("settings", "Who comes back within this time is let in without a greeting."),
    ),
    "decision.away_seconds": Wording(
        QT_TRANSLATE_NOOP("settings", "Counts as gone after"),
        QT_TRANSLATE_NOOP("settings", "Who was out of sight for less has not left; the door is not opened again."),
    ),
    "decision.retry_seconds": Wording(
        QT_TRANSLATE_NOOP("settings", "Pause after a refusal"),
        QT_TRANSLATE_NOOP(
            "settings", "After it the same face is tried again. The pause doubles each time, up to 60 seconds."
        ),
    ),
    "gallery.folder": Wording(
        QT_TRANSLATE_NOOP("settings", "Image folder"),
        QT_TRANSLATE_NOOP("settings", "The folder with the pictures of everybody who is known."),
    ),
    "door.open_seconds": Wording(
        QT_TRANSLATE_NOOP("settings", "Door stays open for"),
        QT_TRANSLATE_NOOP("settings", "How long the door is unlocked when somebody is let in."),
    ),
    "journal.file": Wording(
        QT_TRANSLATE_NOOP("settings", "Journal file"),
        QT_TRANSLATE_NOOP("settings", "Where decisions are written down. Empty = in the user's data folder."),
    ),
    "voice.enabled": Wording(
        QT_TRANSLATE_NOOP("settings", "Voice"),
        QT_TRANSLATE_NOOP("settings", "Who is let in hears a welcome."),
    ),
    "voice.text": Wording(
        QT_TRANSLATE_NOOP("settings", "Welcome"),
        QT_TRANSLATE_NOOP(
            "settings",
            "What is said and shown. The word names in braces stands for who was let in; "
            "auto = a welcome in the screen's language.",
        ),
    ),
    "voice.words_per_minute": Wording(
        QT_TRANSLATE_NOOP("settings", "Speed of speech"),
        QT_TRANSLATE_NOOP("settings", "Higher = faster."),
    ),
    "voice.volume": Wording(
        QT_TRANSLATE_NOOP("settings", "Volume"),
        QT_TRANSLATE_NOOP("settings", "0 = silent, 1 = loudest."),
    ),
    "voice.name": Wording(
        QT_TRANSLATE_NOOP("settings", "Voice of the speech engine"),
        QT_TRANSLATE_NOOP("settings", "Such as en-us. Empty = the voice of the screen's language."),
    ),
    "voice.hints": Wording(
        QT_TRANSLATE_NOOP("settings", "Spoken hints"),
        QT_TRANSLATE_NOOP(
            "settings", 'Hints such as "come closer" are spoken too, for people who cannot read the screen.'
        ),
    ),
    "screen.theme": Wording(
        QT_TRANSLATE_NOOP("settings", "Theme"),
        QT_TRANSLATE_NOOP("settings", "The colours of the screen. Automatic = as the desktop has them."),
    ),
    "screen.language": Wording(
        QT_TRANSLATE_NOOP("settings", "Language"),
        QT_TRANSLATE_NOOP("settings", "What the screen and the voice speak. Automatic = the language of the system."),
    ),
    "screen.full_screen": Wording(
        QT_TRANSLATE_NOOP("settings", "Full screen"),
        QT_TRANSLATE_NOOP("settings", "The kiosk starts without a window frame."),
    ),
    "screen.mirror": Wording(
        QT_TRANSLATE_NOOP("settings", "Mirror"),
        QT_TRANSLATE_NOOP("settings", "People see themselves as in a mirror."),
    ),
    "screen.large_type": Wording(
        QT_TRANSLATE_NOOP("settings", "Large type"),
        QT_TRANSLATE_NOOP("settings", "Letters are half as large again."),
    ),
    "screen.high_contrast": Wording(
        QT_TRANSLATE_NOOP("settings", "High contrast"),
        QT_TRANSLATE_NOOP("settings", "Black and white, with frames around everything."),
    ),
    "screen.reduced_motion": Wording(
        QT_TRANSLATE_NOOP("settings", "Reduced motion"),
        QT_TRANSLATE_NOOP("settings", "Nothing moves but the picture."),
    ),
    "screen.keyboard": Wording(
        QT_TRANSLATE_NOOP("settings", "Keyboard on the screen"),
        QT_TRANSLATE_NOOP("settings", "Automatic = where there is a touch screen and no keyboard."),
    ),
    "reception.idle_seconds": Wording(
        QT_TRANSLATE_NOOP("settings", "Back to the door after"),
        QT_TRANSLATE_NOOP("settings", "So long without a touch or a key, and the screen goes back to the door."),
    ),
    "reception.staff_file": Wording(
        QT_TRANSLATE_NOOP("settings", "Staff file"),
        QT_TRANSLATE_NOOP("settings", "Where the staff and their PINs are kept. Empty = in the user's data folder."),
    ),
    "reception.consent": Wording(
        QT_TRANSLATE_NOOP("settings", "Folder of consent texts"),
        QT_TRANSLATE_NOOP("settings", "Texts of your own that people agree to. Empty = those that are shipped."),
    ),
    "reception.keep_refused_hours": Wording(
        QT_TRANSLATE_NOOP("settings", "Keep faces of refused visitors for"),
        QT_TRANSLATE_NOOP(
            "settings", "So that the staff can look at them and enrol one. 0 = they are not kept at all."
        ),
    ),
}
