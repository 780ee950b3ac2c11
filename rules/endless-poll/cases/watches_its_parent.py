"""A helper that ends with the process which started it: accepted."""

import os
import signal
import time


def watch(parent: int, child: int) -> None:
    while True:
        if os.getppid() != parent:
            os.kill(child, signal.SIGTERM)
            break
        time.sleep(1)
