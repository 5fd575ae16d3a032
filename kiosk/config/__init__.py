"""config.yaml as validated, frozen sections.

When adding an option: 1. a field here, with its unit; 2. its title and effect in wording.py, and in schema.py when it
applies; 3. its line in config.yaml; 4. pass the value on at a composition point (kiosk.door, kiosk.cli). Nothing
else reads the configuration.
"""

from kiosk.config.file import ConfigFile, find_config
from kiosk.config.sections import (
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
