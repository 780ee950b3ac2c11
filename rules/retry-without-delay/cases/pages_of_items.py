"""Items that are fetched page by page: what fails is one of many, and the last page ends the loop."""
import socket

import requests


class Client:
    def __init__(self, address):
        self.address = address
        self.session = requests.Session()

    def items(self, url):
        connections = []
        while True:
            page = self.session.get(url, timeout=10).json()
            for item in page["items"]:
                try:
                    connection = socket.create_connection(self.address, timeout=5)
                except OSError as error:
                    print("no connection for", item, error)
                else:
                    connections.append(connection)
            if "next" in page:
                url = page["next"]
            else:
                break
        return connections

    def connections(self, names):
        connections = []
        while len(connections) < len(names):
            for name in names:
                try:
                    connection = socket.create_connection(self.address, timeout=5)
                except OSError as error:  # expect: retry-without-delay
                    print("no connection for", name, error)
                else:
                    connections.append(connection)
        return connections
