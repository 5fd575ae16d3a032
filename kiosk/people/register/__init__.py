"""What is known of people beside their pictures."""

from kiosk.people.register.consent import ConsentText, consent_text, read_consent
from kiosk.people.register.record import Consent, PersonRecord, Standing, field_fault, today
from kiosk.people.register.register import PeopleRegister, people_file

__all__ = [
    "Consent",
    "ConsentText",
    "PeopleRegister",
    "PersonRecord",
    "Standing",
    "consent_text",
    "field_fault",
    "people_file",
    "read_consent",
    "today",
]
