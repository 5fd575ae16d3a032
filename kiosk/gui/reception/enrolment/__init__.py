"""The wizard that enrols a person: name, consent, pictures, check, test."""
