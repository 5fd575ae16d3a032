"""Somebody's pictures are taken while the door goes on working for everybody else."""

import logging
from dataclasses import replace

from kiosk.domain import Frame, Observation
from kiosk.errors import in_one_line
from kiosk.people.capture import CaptureSession, CaptureState

_log = logging.getLogger("kiosk.capture")


class Capturing:
    """Used by the thread that recognises.

    Attributes:
        session: who has the pictures taken; None = nobody. It may be set between two frames.
    """

    def __init__(self) -> None:
        self.session: CaptureSession | None = None

    def look(self, frame: Frame, observation: Observation) -> tuple[CaptureState | None, Observation]:
        """How far the pictures are, and what the door is to judge. Never raises: a fault ends the session.

        Whoever stands there to be enrolled is not refused as a stranger; who is recognised is let in as always.
        """
        session = self.session
        if session is None:
            return None, observation
        try:
            state = session.update(frame, observation)
        except Exception as error:  # whatever it is, the door does not depend on it
            _log.exception("no picture could be taken")
            self.session = None
            return replace(session.state, fault=in_one_line(error)), observation
        faces = tuple(
            face
            for face in observation.faces
            if face.track != session.track or (face.identification is not None and face.identification.match)
        )
        return state, replace(observation, faces=faces)
