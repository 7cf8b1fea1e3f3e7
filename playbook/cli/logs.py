"""One line per event on stderr: the time with its zone, who speaks, what happened. No personal data."""

import logging
import sys
import time


def set_up_logging(who: str) -> None:
    """Log warnings of everybody and information of ours to stderr, as `who`."""
    formatter = logging.Formatter(f"%(asctime)s UTC {who}: %(message)s", "%Y-%m-%d %H:%M:%S")
    formatter.converter = time.gmtime
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("playbook").setLevel(logging.INFO)
    logging.getLogger("notifications").setLevel(logging.INFO)
