#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes a long perf.data out of a recorded one, for benchmarks: its data N times over, the times moved
on each time.

usage: amplify-perf.py IN.perf.data N OUT.perf.data [--no-rounds]

Of the file form, not compressed, of this machine's byte order. --no-rounds leaves out perf's marks
of what is in order, so that a reader has to sort all of the file."""
import struct
import sys

SAMPLE, ROUND, FIRST_OWN = 9, 68, 64
IDENTIFIER, IP, TID, TIME, ID, STREAM, CPU = (1 << bit for bit in (16, 0, 1, 2, 6, 9, 7))


def read_records(data, sample_type):
    """(offset, type, offset of the time or None) of each record"""
    in_sample = 8 + 8 * sum(bool(sample_type & bit) for bit in (IDENTIFIER, IP, TID))
    from_end = 8 * sum(bool(sample_type & bit) for bit in (IDENTIFIER, CPU, STREAM, ID, TIME))
    at = 0
    while at < len(data):
        kind, _, size = struct.unpack_from("<IHH", data, at)
        if kind == SAMPLE:
            yield at, kind, at + in_sample
        elif kind < FIRST_OWN and struct.unpack_from("<Q", data, at + size - from_end)[0]:
            yield at, kind, at + size - from_end
        else:
            yield at, kind, None
        at += size


def without_rounds(data, records):
    ends = [record[0] for record in records[1:]] + [len(data)]
    return b"".join(data[record[0]:end] for record, end in zip(records, ends)
                    if record[1] != ROUND)


def main():
    source, times, target = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    with open(source, "rb") as file:
        whole = file.read()
    assert whole[:8] == b"PERFILE2", "not a perf.data of this byte order"
    attrs, data_at, data_size = (struct.unpack_from("<Q", whole, at)[0] for at in (24, 40, 48))
    sample_type = struct.unpack_from("<Q", whole, attrs + 24)[0]
    data = whole[data_at:data_at + data_size]
    records = list(read_records(data, sample_type))
    if "--no-rounds" in sys.argv:
        data = without_rounds(data, records)
        records = list(read_records(data, sample_type))
    places = [place for _, _, place in records if place is not None]
    stamps = [struct.unpack_from("<Q", data, place)[0] for place in places]
    span = max(stamps) - min(stamps) + 10**9
    moved = len(data) * times - data_size
    with open(target, "wb") as file:
        file.write(whole[:48] + struct.pack("<Q", len(data) * times) + whole[56:data_at])
        piece = bytearray(data)
        for turn in range(times):
            for place, stamp in zip(places, stamps):
                struct.pack_into("<Q", piece, place, stamp + turn * span)
            file.write(piece)
        table = data_at + data_size
        features = sum(bin(byte).count("1") for byte in whole[72:104])
        for entry in struct.iter_unpack("<QQ", whole[table:table + 16 * features]):
            file.write(struct.pack("<QQ", entry[0] + moved, entry[1]))
        file.write(whole[table + 16 * features:])
    samples = sum(kind == SAMPLE for _, kind, _ in records) * times
    print(f"{target}: {samples} samples")


if __name__ == "__main__":
    main()
