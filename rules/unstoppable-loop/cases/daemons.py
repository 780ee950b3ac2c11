"""A daemon ends with its process, whatever the others obey."""

import threading
import time


class Bridge:
    def __init__(self, device) -> None:
        self.device = device
        self.running = True

    def close(self) -> None:
        self.running = False

    def serve(self) -> None:
        while self.running:
            self.device.poll()

    def start(self) -> None:
        threading.Thread(target=self._watch, daemon=True).start()
        threading.Thread(target=self._listen).start()

    def _watch(self) -> None:
        try:
            self._watch_on()
        except ValueError:
            print("crashed")

    def _watch_on(self) -> None:
        while True:  # expect: unstoppable-loop/strict
            self.device.read_status()
            time.sleep(1)

    def _listen(self) -> None:
        while True:  # expect: unstoppable-loop
            self.device.read_request()
            time.sleep(1)
