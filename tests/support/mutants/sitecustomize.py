"""Runs before anything else in the processes of a server under test, when the test asks for it (see changes.py)."""

import os
import traceback

if os.environ.get("TEST_CHANGES"):
    try:
        from tests.support.mutants import changes, failpoints

        for name in os.environ["TEST_CHANGES"].split(","):
            (getattr(changes, name, None) or getattr(failpoints, name))()
    except BaseException:  # Python would go on without the change, and the test would prove nothing
        traceback.print_exc()
        os._exit(99)
