"""config.yaml as validated, frozen sections.

When adding an option: 1. declare it in options.py; 2. write config.yaml by `python -m kiosk.config.template`; 3. pass
its value on at a composition point (kiosk.door, kiosk.cli). Nothing else reads the configuration.
"""

from kiosk.config.file import ConfigFile, find_config
from kiosk.config.options import (
    ANY_ENCODER,
    CohortUse,
    Config,
    DecisionSection,
    EncoderChoice,
    MatchingSection,
    PathSection,
)

__all__ = [
    "ANY_ENCODER",
    "CohortUse",
    "Config",
    "ConfigFile",
    "DecisionSection",
    "EncoderChoice",
    "MatchingSection",
    "PathSection",
    "find_config",
]
