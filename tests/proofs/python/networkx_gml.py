"""A graph is read from GML whose lists are nested."""

import networkx

import proof

DEPTH = 3000
depth = DEPTH if proof.misbehaves() else 3
text = "graph [\n" + "a [\n" * depth + "]\n" * depth + "node [ id 1 label \"one\" ]\n]\n"
proof.ready()
try:
    print(networkx.parse_gml(text))
except networkx.NetworkXError as error:
    print("the error that the library documents:", error)
