#!/usr/bin/python3
"""Reads a topic with python3-kafka, which checks every CRC: HOST:PORT TOPIC COUNT. One JSON line a message."""

import json
import sys

import kafka


def text(value):
    return None if value is None else value.decode("utf-8", "replace")


def main():
    broker, topic, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    consumer = kafka.KafkaConsumer(topic, bootstrap_servers=broker, auto_offset_reset="earliest",
                                   consumer_timeout_ms=30000, check_crcs=True)
    for message in consumer:
        print(json.dumps({"partition": message.partition, "offset": message.offset, "timestamp": message.timestamp,
                          "key": text(message.key), "value": text(message.value),
                          "headers": {name: text(value) for name, value in message.headers or []}}))
        count -= 1
        if count == 0:
            return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
