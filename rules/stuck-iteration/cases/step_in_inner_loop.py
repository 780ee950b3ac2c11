"""The step stands in an inner loop that may run zero times, or its subject is read only once."""


def decode_partitions(codebook: list[int], size: int) -> list[int]:
    # Class: audio residue decoding with a codebook of dimension zero.
    decoded = []
    count = 0
    while count < size:  # expect: stuck-iteration/audit
        for entry in codebook:
            if count >= size:
                break
            decoded.append(entry)
            count += 1
    return decoded


def decode_partitions_checked(codebook: list[int], size: int) -> list[int]:
    if not codebook:
        raise ValueError("empty codebook")
    decoded = []
    count = 0
    while count < size:
        for entry in codebook:
            decoded.append(entry)
        count += 1
    return decoded


def stream_info(reader) -> bytes:
    # Class: a metadata header that is read before the loop and judged inside it.
    kind, length = reader.read_header()
    while True:  # expect: stuck-iteration/audit
        if kind == "stream-info":
            break
        reader.skip(length)
    return reader.read_exactly(length)


def stream_info_read_inside(reader) -> bytes:
    while True:
        kind, length = reader.read_header()
        if kind == "stream-info":
            break
        reader.skip(length)
    return reader.read_exactly(length)
