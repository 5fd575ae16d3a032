"""When another encoder would serve better."""

from kiosk.words import QT_TRANSLATE_NOOP, translate

DEFAULT = "dlib_resnet"
# Measured on LFW's open set of 1,000 people: such an encoder misses a quarter as many at the same rate of false alarms.
STRONGER_ENCODER = QT_TRANSLATE_NOOP(
    "health", "fetch a stronger encoder: kiosk weights fetch sface, then `encoder: sface` in config.yaml"
)


def advice_for(encoder: str) -> str:
    """To who is about to enrol people; empty where the encoder suits any number."""
    return translate("door", "For hundreds of people, first: kiosk weights fetch sface") if encoder == DEFAULT else ""
