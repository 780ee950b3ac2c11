"""Functions that call themselves with what a reply said."""

import requests


class Realm:
    """Class: two servers that refer to each other."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ticket(self, server: str) -> bytes:
        answer = requests.post(server, json={"realm": self.url}, timeout=5).json()
        if answer["kind"] == "referral":
            return self.ticket(answer["server"])  # expect: retry-by-recursion/strict
        return answer["ticket"]

    def ticket_counted(self, server: str, hops: int = 5) -> bytes:
        answer = requests.post(server, json={"realm": self.url}, timeout=5).json()
        if answer["kind"] == "referral" and hops:
            return self.ticket_counted(answer["server"], hops - 1)
        return answer["ticket"]

    def ticket_in_loop(self, server: str) -> bytes:
        for _ in range(5):
            answer = requests.post(server, json={"realm": self.url}, timeout=5).json()
            if answer["kind"] != "referral":
                return answer["ticket"]
            server = answer["server"]
        raise RecursionError("too many referrals")


def flatten(tree: dict) -> list:
    if tree["kind"] == "leaf":
        return [tree]
    return flatten(tree["left"]) + flatten(tree["right"])
