"""What is wrong with one value.

A defect doesn't know where its value stands: the quality kit raises it, and `Checker` adds the place and collects.
One that nobody catches makes the message invalid as a whole.
"""


class Defect(Exception):
    """A value that breaks a rule. `code` is stable and countable, `text` is for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text

    def __str__(self) -> str:
        return f"{self.text} ({self.code})"
