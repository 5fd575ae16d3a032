"""The words of the field as an installer may read them, and what no figure of these pages says."""

from __future__ import annotations

from typing import Final

Terms = tuple[tuple[str, str], ...]

_COMMON: Final[Terms] = (
    (
        "distance",
        "How different two faces are to the encoder; closer is more alike. Accepted when at most the threshold.",
    ),
    (
        "interval, 95 %",
        "Where the true rate lies, given how few or many were counted. None of 1,000 may still be 1 in 260.",
    ),
    ("failure to acquire", "A picture that gives no face to compare: none found, too small, too dark, turned away."),
)
VERIFICATION: Final[Terms] = (
    ("FMR, false match rate", "How often two different people are taken for one."),
    ("FNMR, false non-match rate", "How often two pictures of one person are taken for two people."),
    ("equal error rate", "Both rates at the threshold where they are the same: one number to compare encoders by."),
    *_COMMON,
)
OPEN_SET: Final[Terms] = (
    ("N", "How many people are enrolled. The more there are, the likelier a stranger is like one of them."),
    (
        "FPIR, false positive identification rate",
        "How often a stranger's picture is taken for anybody who is enrolled.",
    ),
    (
        "FNIR, false negative identification rate",
        "How often a member's picture is not accepted, or as somebody else's.",
    ),
    ("rank 1", "The member's picture is nearest to the member, whatever the threshold."),
    *_COMMON,
)
VISITS: Final[Terms] = (
    ("visit", "What the door sees of somebody who walks up: several frames, one decision."),
    ("k of n", "So many of the last frames must show the same person before the door opens."),
    ("margin", "So much farther the second nearest person must be, or the frame counts for nobody."),
    ("N", "How many people are enrolled."),
    *_COMMON,
)
CALIBRATION: Final[Terms] = (
    ("distance", "How different two faces are to the encoder; closer is more alike."),
    ("threshold", "The largest distance at which a visitor is still taken for somebody who is enrolled."),
    ("margin", "So much farther the second nearest person must be, or the frame counts for nobody."),
    ("k of n", "So many of the last frames must show the same person before the door opens."),
    ("95 %", "Between these two values the true figure lies, as surely as the pictures behind it allow."),
)
CALIBRATION_LIMITS: Final = (
    (
        "They hold for the people and pictures of today. Calibrate again when many people have joined, or the camera "
        "or the light has changed."
    ),
    "A stranger is somebody who looks like a stranger. Twins, and a photograph held to the camera, are another matter.",
    "People enrolled look more alike to the encoder where they are of one family, one age or one origin.",
)
LIMITS: Final = (
    (
        "They hold for these pictures. Labelled Faces in the Wild shows celebrities in good light, most of them white "
        "men of middle age: people who are seldom in it, children above all, are told apart less well than the "
        "figures say."
    ),
    (
        "Another camera, a lamp behind the visitor or twice as many people enrolled change every figure. Calibrate on "
        "your own people with `kiosk calibrate`."
    ),
    (
        "Nobody in these pictures tried to deceive the door. A photograph held to the camera is another matter than a "
        "stranger's own face."
    ),
    (
        "Some labels of public data sets are wrong. In the last tenth of a percent it is those that are counted: look "
        "at the worst pairs."
    ),
)
