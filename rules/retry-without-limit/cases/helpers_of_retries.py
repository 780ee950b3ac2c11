"""Decorators and helpers that call what they were handed until it works."""
import functools
import time


def keep_trying(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        while True:
            try:
                return function(*args, **kwargs)
            except Exception:  # expect: retry-without-limit/strict
                time.sleep(1)

    return wrapper


def until_connected(function, *args):
    while True:
        try:
            return function(*args)
        except (ConnectionError, TimeoutError):  # expect: retry-without-limit/strict
            time.sleep(1)


def try_some_times(function, attempts=5):
    tried = 0
    while True:
        try:
            return function()
        except Exception:
            tried += 1
            if tried >= attempts:
                raise
            time.sleep(1)


def try_as_told(function, is_temporary):
    while True:
        try:
            return function()
        except Exception as error:
            if not is_temporary(error):
                raise
            time.sleep(1)
