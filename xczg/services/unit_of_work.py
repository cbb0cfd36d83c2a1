"""What services share: the refusal that becomes a sentence on screen or on the command line."""


class RefusedError(ValueError):
    """A use case that may not go on; the message is a Chinese sentence that says what to do."""
