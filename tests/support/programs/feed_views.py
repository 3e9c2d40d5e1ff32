"""Folds all views from Kafka with ``URL HOME SERVERS PREFIX`` until its input ends; says each batch that it folded."""

import sys
import threading
from pathlib import Path

from adapters.house import House, open_place
from adapters.kafka.connection import KafkaSettings
from adapters.kafka_views.tables import feedable
from adapters.kafka_views.worker import Folded, work
from adapters.settings import Settings
from tests.support.processes import input_end, say


def main(url: str, home: str, kafka: KafkaSettings) -> None:
    settings = Settings(home=Path(home), database_url=url, readers=2, kafka=kafka)
    ended = threading.Event()
    with open_place(settings, lambda: url) as place:
        house = House(settings, place)
        threading.Thread(target=input_end, args=(ended,), daemon=True).start()
        work(house, kafka, feedable(), ended, tell)
        house.close()


def tell(folded: Folded) -> None:
    say(f"{folded.partition} {folded.position}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], KafkaSettings(servers=sys.argv[3], prefix=sys.argv[4]))
