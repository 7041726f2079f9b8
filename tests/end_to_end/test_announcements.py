"""What Qt makes of an announcement on the accessibility bus: a polite one stays polite, an assertive one assertive."""

import pytest

from tests.end_to_end.desktop import Desktop

pytestmark = pytest.mark.end_to_end


def test_an_assertive_announcement_arrives_as_assertive(desktop: Desktop) -> None:
    assert desktop.announced("3 photos approved.", "!The disk is full.") == [
        (1, "3 photos approved."),
        (2, "The disk is full."),
    ]
