"""config.yaml as validated, frozen sections.

When adding an option: 1. declare it in options.py; 2. write config.yaml by `python -m kiosk.config.template`; 3. pass
its value on at a composition point (kiosk.door, kiosk.cli). Nothing else reads the configuration.
"""

from kiosk.config.file import ConfigFile, find_config
from kiosk.config.options import (
    ANY_ENCODER,
    CameraSection,
    CohortUse,
    Config,
    DecisionSection,
    DoorSection,
    EncoderChoice,
    GallerySection,
    JournalSection,
    Keyboard,
    MatchingSection,
    PathSection,
    QualitySection,
    ReceptionSection,
    ScreenSection,
    Theme,
    VoiceSection,
)

__all__ = [
    "ANY_ENCODER",
    "CameraSection",
    "CohortUse",
    "Config",
    "ConfigFile",
    "DecisionSection",
    "DoorSection",
    "EncoderChoice",
    "GallerySection",
    "JournalSection",
    "Keyboard",
    "MatchingSection",
    "PathSection",
    "QualitySection",
    "ReceptionSection",
    "ScreenSection",
    "Theme",
    "VoiceSection",
    "find_config",
]
