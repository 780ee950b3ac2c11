"""A class that wraps a module of its own name: all accepted."""

import json as _json


class json:
    @staticmethod
    def dumps(*arguments, **options):
        return _json.dumps(*arguments, **options)

    @staticmethod
    def loads(text, **options):
        if isinstance(text, bytes):
            return _json.loads(text.decode(), **options)
        return _json.loads(text, **options)
