"""Functions that call themselves with what a reply said, or because of it."""

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


class Gallery:
    """Class: a service that refuses each session that it gives."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = ""
        self.renewed = False

    def ask(self, method: str, params: dict) -> dict:
        answer = requests.post(self.url + method, json={**params, "session": self.session}, timeout=5).json()
        if answer.get("error") == "session expired":
            self.log_in()
            return self.ask(method, params)  # expect: retry-by-recursion/strict
        return answer

    def ask_twice(self, method: str, params: dict) -> dict:
        answer = requests.post(self.url + method, json={**params, "session": self.session}, timeout=5).json()
        if answer.get("error") == "session expired" and not self.renewed:
            self.renewed = True
            self.log_in()
            return self.ask_twice(method, params)
        return answer

    def ask_again(self, method: str, params: dict, again: bool = True) -> dict:
        answer = requests.post(self.url + method, json={**params, "session": self.session}, timeout=5).json()
        if answer.get("error") == "session expired" and again:
            self.log_in()
            return self.ask_again(method, params, again=False)
        return answer

    def ask_when_ready(self, method: str, params: dict) -> dict:
        if not self.session:
            self.log_in()
            return self.ask_when_ready(method, params)
        return requests.post(self.url + method, json={**params, "session": self.session}, timeout=5).json()

    def log_in(self) -> None:
        self.session = requests.post(self.url + "login", timeout=5).text
