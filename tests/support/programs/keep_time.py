"""Keeps time once on a house, as if it were that moment: ``URL HOME MOMENT``. Says each command that was answered."""

import sys
from datetime import datetime
from pathlib import Path

from adapters.house import House, open_place
from adapters.settings import Settings
from adapters.timekeeper import keep_round
from application.asking import Answer, Request
from tests.support.processes import say


class Watched(House):
    """A house at a moment of its own."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment

    def handle(self, request: Request) -> Answer:
        answer = super().handle(request)
        say(request.act.command_id)
        return answer


def main(url: str, home: Path, moment: datetime) -> None:
    settings = Settings(home=home, database_url=url, readers=2)
    with open_place(settings, lambda: url) as place:
        house = Watched(settings, place)
        house.moment = moment
        say("ready")
        kept = keep_round(house)
        say(f"kept {kept.breached} {kept.accepted} {kept.warned} {kept.refused}")
        house.close()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3]))
