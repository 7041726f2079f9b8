"""The answer to a question that can't be understood: a sentence that points at the place and says what is right."""

from storage.job import KnownError


class QueryError(KnownError):
    """A question can't be understood. Its text is for the user.

    Attributes:
        start, end: the characters of the question that it is about, 0 ≤ start ≤ end ≤ length.
    """

    def __init__(self, sentence: str, start: int, end: int) -> None:
        super().__init__(sentence)
        self.start = start
        self.end = end
