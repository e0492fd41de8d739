"""What every refusal has in common."""


class Refused(Exception):
    """An action cannot be done; the text is a sentence for the person who asked: what is in the way and what to do."""
