"""Workers that are killed or stopped: others take over within seconds, and whoever was stopped writes nothing."""

import time
from pathlib import Path

import pytest

from tests.support.counting import assert_views_are_the_log
from tests.support.logs import query
from tests.support.programs.follow import MOMENTS
from tests.support.workers import eventually, following, go_on, last_taken, more_cases, owned, reached

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

TAKEOVER_SECONDS = 5.0
_SESSIONS = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE %s AND datname = current_database()"
_SEEN = "SELECT count(*) FROM views.workers WHERE worker LIKE %s AND seen_at > to_timestamp(%s)"


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_worker_stopped_at_any_moment_is_replaced_and_writes_nothing_when_it_goes_on(
    database_url: str, tmp_path: Path, moment: str
) -> None:
    token = tmp_path / "token"
    token.touch()
    with following(database_url, 2, 40, moment, 3, token):
        more_cases(database_url, 1, 60)
        eventually(lambda: list(tmp_path.glob("token.*")), "nobody has come to that moment")
        at = time.time()
        pid = int(next(tmp_path.glob("token.*")).suffix[1:])
        assert owned(database_url, pid)
        eventually(lambda: not owned(database_url, pid), "nobody takes over")
        assert last_taken(database_url) - at < TAKEOVER_SECONDS
        eventually(lambda: reached(database_url), "whoever took over does not go on")
        assert query(database_url, _SESSIONS, f"%-{pid}-%") == [(0,)]
        more_cases(database_url, 2, 20)
        back = time.time()
        go_on(pid)
        eventually(lambda: query(database_url, _SEEN, f"%-{pid}-%", back) == [(1,)], "it does not come back")
        eventually(lambda: owned(database_url, pid), "it gets no range")
        more_cases(database_url, 3, 20)
        eventually(lambda: reached(database_url), "they do not go on together")
    assert_views_are_the_log(database_url)
