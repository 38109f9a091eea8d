"""Runs before anything else in the processes of a server under test, when the test asks for it (see changes.py)."""

import os

if os.environ.get("TEST_CHANGES"):
    from tests.support.mutants import changes, failpoints

    for name in os.environ["TEST_CHANGES"].split(","):
        (getattr(changes, name, None) or getattr(failpoints, name))()
