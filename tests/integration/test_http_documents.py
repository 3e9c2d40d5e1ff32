"""Documents over HTTP: kept under their hash, checked, attached; nothing of a refused one stays."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from adapters.postgres.embedded import EmbeddedServer
from domain.authority.posts import Post
from domain.cases.actions.attach_document import MOST_BYTES
from tests.support.builders import HANDLER, STRANGER
from tests.support.serving import Served, whole_house

PDF = b"%PDF-1.7\n"


@pytest.fixture(scope="module")
def here(postgres: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with whole_house(postgres, tmp_path_factory.mktemp("home")) as running:
        yield running


def upload(
    here: Served, case_id: str, content: bytes | Iterator[bytes], /, by: Post = HANDLER, **headers: str
) -> httpx.Response:
    told = {"Content-Type": "application/pdf", "X-Kind": "form", **here.as_post(by)}
    told |= {name.replace("_", "-"): value for name, value in headers.items()}
    return here.client.post(f"/cases/{case_id}/documents", content=content, headers=told)


def stored(here: Served) -> set[Path]:
    folder = here.house.settings.home / "documents"
    return {path for path in folder.rglob("*") if path.is_file() and path.name != ".lock"}


def test_a_document_is_kept_attached_and_given_back(here: Served) -> None:
    case_id, content = here.opened(), PDF + b"kept"
    answer = upload(here, case_id, content, X_Title="%E8%A1%A8", X_Occurred_At="2026-03-04T09:00:00+08:00")
    digest = sha256(content).hexdigest()
    assert (answer.status_code, answer.json()["sha256"]) == (201, digest)
    assert answer.headers["location"] == f"/documents/{digest}"
    history = here.client.get(f"/cases/{case_id}/history").json()["events"][-1]
    assert history["data"]["document"] == {
        "sha256": digest,
        "media_type": "application/pdf",
        "size": len(content),
        "kind": "form",
        "title": "表",
    }
    assert history["occurred_at"] == "2026-03-04T01:00:00Z"
    given = here.client.get(answer.headers["location"], headers=here.as_post(HANDLER))
    assert (given.content, given.headers["content-type"]) == (content, "application/pdf")
    assert given.headers["content-disposition"] == "attachment"
    assert here.house.settings.home / "documents" / digest[:2] / digest[2:4] / digest in stored(here)


def test_the_same_document_again_writes_nothing(here: Served) -> None:
    case_id = here.opened()
    upload(here, case_id, PDF + b"again")
    head, files = here.head(), stored(here)
    again = upload(here, case_id, PDF + b"again", Idempotency_Key="another")
    assert (again.status_code, again.json()["events"]) == (201, [])
    assert (here.head(), stored(here)) == (head, files)


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        (b"", {}, 409, "DOCUMENT_REFUSED"),
        (b"MZ\x90", {}, 409, "DOCUMENT_REFUSED"),
        (PDF, {"Content_Type": "image/png"}, 409, "DOCUMENT_REFUSED"),
        (PDF, {"Content_Type": "text/html"}, 409, "DOCUMENT_REFUSED"),
        (PDF, {"X_Kind": "%20"}, 400, "BAD_HEADER"),
        (PDF, {"X_Title": "%00"}, 400, "MALFORMED_BODY"),
        (PDF, {"X_Occurred_At": "soon"}, 400, "MALFORMED_BODY"),
        (PDF, {"If_Match": '"9"'}, 412, "STALE_VERSION"),
        (PDF, {"Authorization": "Bearer anj_no"}, 401, "UNAUTHENTICATED"),
        (b"%PDF-" + bytes(MOST_BYTES), {}, 413, "BODY_TOO_LARGE"),
    ],
)
def test_nothing_of_a_refused_document_stays(
    here: Served, content: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    case_id = here.opened()
    head, files = here.head(), stored(here)
    answer = upload(here, case_id, content, HANDLER, **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert (here.head(), stored(here)) == (head, files)


def test_a_chunked_document_over_the_limit_is_refused(here: Served) -> None:
    case_id = here.opened()
    head, files = here.head(), stored(here)
    chunks = (PDF + bytes(1024 * 1024) for _ in range(21))
    answer = upload(here, case_id, chunks)
    assert (answer.status_code, answer.json()["code"]) == (413, "BODY_TOO_LARGE")
    assert (here.head(), stored(here)) == (head, files)


def test_a_document_of_just_the_limit_is_taken(here: Served) -> None:
    content = PDF + bytes(MOST_BYTES - len(PDF))
    assert upload(here, here.opened(), content).status_code == 201


def test_a_post_without_authority_leaves_what_another_case_needs(here: Served) -> None:
    case_id, content = here.opened(), PDF + b"shared"
    upload(here, case_id, content)
    head, files = here.head(), stored(here)
    for body in (content, PDF + b"of a stranger"):
        assert upload(here, here.opened(), body, by=STRANGER).json()["code"] == "NO_AUTHORITY"
    assert stored(here) == files
    assert here.head() == head + 4, "two cases, and a denial for each"


def test_a_document_is_given_to_posts_only_and_by_its_whole_hash(here: Served) -> None:
    content = PDF + b"given"
    location = upload(here, here.opened(), content).headers["location"]
    assert here.client.get(location).status_code == 401
    for wrong in (location[:-1], location.upper(), "/documents/" + "0" * 64, "/documents/..%2f..%2fkey"):
        assert here.client.get(wrong, headers=here.as_post(HANDLER)).status_code == 404
