"""A terminal whose other end is gone is a failure of the read."""

import os
import select


def terminals(masters: dict[int, str]) -> None:
    master, slave = os.openpty()
    masters[master] = os.ttyname(slave)
    while True:
        ready, _, _ = select.select(masters, [], [])
        for descriptor in ready:
            data = os.read(descriptor, 1024)
            if data:
                print(len(data), masters[descriptor])
