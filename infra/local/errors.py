class EngineError(RuntimeError):
    """An engine cannot be had or does not run; the text is one paragraph: what is missing and how to get it."""
