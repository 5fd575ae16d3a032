"""config.yaml as validated, frozen sections.

When adding an option: 1. a field here, with its unit and effect; 2. its line in config.yaml; 3. pass the value on at a
composition point (kiosk.station, kiosk.cli). Nothing else reads the configuration.
"""

from kiosk.config.file import ConfigFile, find_config
from kiosk.config.sections import (
    CameraSection,
    Config,
    DecisionSection,
    DoorSection,
    EncoderChoice,
    GallerySection,
    JournalSection,
    Keyboard,
    MatchingSection,
    QualitySection,
    ReceptionSection,
    ScreenSection,
    Theme,
    VoiceSection,
)

__all__ = [
    "CameraSection",
    "Config",
    "ConfigFile",
    "DecisionSection",
    "DoorSection",
    "EncoderChoice",
    "GallerySection",
    "JournalSection",
    "Keyboard",
    "MatchingSection",
    "QualitySection",
    "ReceptionSection",
    "ScreenSection",
    "Theme",
    "VoiceSection",
    "find_config",
]
