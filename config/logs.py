"""What the log leaves out."""

import logging


class WithoutTraceback(logging.Filter):
    """Leaves one line of a record that anybody can cause: where it was raised is always the same place."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        return True
