"""The package darkroom-client: built, installed outside the repository, and used on a stack."""

import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import anyio
import pytest

from darkroom_client import (
    AsyncClient,
    Client,
    Image,
    Progress,
    Refused,
    Status,
    TicketJournal,
    operations,
)
from darkroom_client.sources import source_of
from ops.project import PROJECT
from tests.e2e.photographs import unique
from tests.packages.pythons import WHEELS, lowest, pythons
from tests.pictures import jpeg
from tests.stack.running import Stack, running_stack, users_environment
from tests.waiting import GENEROUS

OFFLINE = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(WHEELS), "PIP_NO_INPUT": "1"}
PART = 8 * 1024 * 1024


def run(
    command: Sequence[str | Path], folder: Path, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a command in `folder`, without a network for pip, to its end."""
    return subprocess.run(
        command,
        cwd=folder,
        env={**users_environment(), **OFFLINE, **variables},
        capture_output=True,
        text=True,
        timeout=GENEROUS,
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the source distribution."""
    folder = tmp_path_factory.mktemp("built")
    source = PROJECT / "packages" / "client"
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, source]
    done = run(command, folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    assert WHEELS.is_dir(), "Fetch what it needs first: make .venv/wheels.stamp"
    (found,) = built.glob("*.whl")
    return found


# The oldest of everything that is supported, and the newest.
PROJECTS = {"oldest": (pythons()[0], lowest("client")), "newest": (pythons()[-1], [])}


@pytest.fixture(scope="module", params=PROJECTS)
def installed(
    request: pytest.FixtureRequest, wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """An environment outside the repository with the package alone."""
    folder = tmp_path_factory.mktemp("project")
    python, versions = PROJECTS[request.param]
    for command in (
        [python, "-m", "venv", "env"],
        [folder / "env/bin/python", "-m", "pip", "install", "--quiet", wheel, *versions],
    ):
        done = run(command, folder)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_metadata_is_accepted_by_pypi(built: Path) -> None:
    done = run([sys.executable, "-m", "twine", "check", "--strict", *built.iterdir()], built)
    assert (done.returncode, done.stdout.count("PASSED")) == (0, 2), done.stdout


def test_the_source_distribution_has_its_licence_and_changes(built: Path) -> None:
    (file,) = built.glob("*.tar.gz")
    with tarfile.open(file) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml"} <= names


def test_the_licence_is_that_of_the_repository() -> None:
    licence = PROJECT / "packages" / "client" / "LICENSE"
    assert licence.read_text() == (PROJECT / "LICENSE").read_text()


def test_it_is_imported_without_the_repository(installed: Path) -> None:
    program = (
        "import darkroom_client, sys; from darkroom_client.cli.main import main\n"
        "assert all(getattr(darkroom_client, name) for name in darkroom_client.__all__)\n"
        "print(darkroom_client.__file__, not {'chalicelib', 'ops'} & set(sys.modules))"
    )
    done = run([installed / "env/bin/python", "-c", program], installed)
    file, is_alone = done.stdout.split()
    assert (Path(file).is_relative_to(installed), is_alone) == (True, "True"), done.stderr


def test_the_command_starts_without_the_http_library(installed: Path) -> None:
    program = "import sys, darkroom_client.cli.main; print('httpx2' in sys.modules)"
    done = run([installed / "env/bin/python", "-c", program], installed)
    assert done.stdout == "False\n", done.stderr


def test_programs_that_use_it_are_type_checked(installed: Path) -> None:
    (installed / "program.py").write_text(
        "from darkroom_client import AsyncClient, Client, Status\n"
        "with Client('https://photos.example/api') as darkroom:\n"
        "    image = darkroom.upload('a.jpg', tags=['red'])\n"
        "    reveal_type(image.renditions[0].url)\n"
        "    darkroom.change(image.id, colour='red')\n"
        "async def ready(darkroom: AsyncClient) -> list[str]:\n"
        "    return [one.id async for one in darkroom.images(status=Status.READY)]\n"
    )
    python = installed / "env/bin/python"
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", python]
    done = run([*command, "program.py"], installed)
    assert 'Revealed type is "' in done.stdout
    assert "str" in done.stdout.splitlines()[0]
    assert 'Unexpected keyword argument "colour"' in done.stdout
    assert "Found 1 error in 1 file" in done.stdout


def test_pipx_installs_the_command(wheel: Path, tmp_path: Path) -> None:
    home = {"PIPX_HOME": str(tmp_path / "home"), "PIPX_BIN_DIR": str(tmp_path / "bin")}
    for python in pythons():
        command = [sys.executable, "-m", "pipx", "install", "--force", "--python", python, wheel]
        done = run(command, tmp_path, **home, PIPX_DEFAULT_BACKEND="pip")
        assert done.returncode == 0, done.stdout + done.stderr
        shown = run([tmp_path / "bin/darkroom", "--help"], tmp_path)
        assert shown.stdout.startswith("Usage: darkroom [OPTIONS] COMMAND [ARGS]...")
        assert "  upload " in shown.stdout
        assert "  deploy " not in shown.stdout


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture
def client(stack: Stack) -> Iterator[Client]:
    with Client(stack.api) as client:
        yield client


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "Tür.jpg"
    file.write_bytes(unique(jpeg()))
    return file


def large(file: Path) -> Path:
    """The file with bytes behind the picture: three parts."""
    file.write_bytes(file.read_bytes().ljust(2 * PART + 1000, b"\0"))
    return file


def test_a_file_becomes_an_image_that_is_found_changed_and_erased(
    client: Client, picture: Path
) -> None:
    image = client.upload(picture, tags=["ladder"])
    assert (image.status, image.filename, image.tags) == (Status.READY, "Tür.jpg", ("ladder",))
    assert client.upload(picture).id == image.id
    (found,) = client.images(tag=["ladder"])
    assert found.id == image.id
    changed = client.change(image.id, alt={"en": "A door"}, if_match=client.image(image.id).etag)
    assert changed.alt == {"en": "A door"}
    with pytest.raises(Refused) as refusal:
        client.change(image.id, tags=[], if_match=image.etag)
    assert refusal.value.status == 412
    receipt = client.delete(image.id)
    assert (receipt.verified, receipt.remaining) == (True, ())
    assert client.image(image.id).status == Status.DELETED


def test_bytes_are_sent_with_a_put_ticket(client: Client) -> None:
    data = unique(jpeg())
    ticket = client.put_ticket("a.jpg", "image/jpeg", len(data))
    client.send_with_ticket(ticket, data)
    assert client.wait(ticket.image_id).status == Status.READY


def test_an_upload_in_parts_continues_where_it_was_interrupted(
    client: Client, picture: Path, tmp_path: Path
) -> None:
    class Interrupting(Progress):
        sent = 0

        def advance(self, number: int) -> None:
            self.sent += number

        def check(self) -> None:
            if self.sent > PART + PART // 2:
                raise KeyboardInterrupt

    tickets = TicketJournal(tmp_path / "tickets.sqlite", client.address)
    with pytest.raises(KeyboardInterrupt):
        client.upload(large(picture), tickets=tickets, progress=Interrupting())
    (started,) = client.images(status="pending")
    arrived = {part.number for part in client.upload_progress(started.id).parts}
    counted = Counting()
    image = client.upload(picture, tickets=tickets, progress=counted)
    tickets.close()
    assert (image.id, image.status, image.bytes) == (started.id, Status.READY, 2 * PART + 1000)
    assert arrived < {1, 2, 3}
    assert client.upload_progress(image.id).complete


class Counting(Progress):
    """Counts the bytes that are sent."""

    def __init__(self) -> None:
        self.sent = 0

    def advance(self, number: int) -> None:
        self.sent += number


def test_other_operations_are_performed(client: Client, picture: Path, tmp_path: Path) -> None:
    image = client.upload(picture)
    share = client.share(image.id, 60)
    assert [entry.id for entry in client.shares(image.id).shares] == [share.id]
    assert client.revoke_share(image.id, share.id).shares == ()
    saved = client.download(image.id, tmp_path / "..")
    assert saved.path.read_bytes() == picture.read_bytes()
    assert client.download(image.id, tmp_path, "thumbnail").path.stat().st_size
    assert client.reprocess(image.id).id == image.id
    assert client.wait(image.id).status == Status.READY
    assert "1080p" in {variant.name for variant in client.variants()}
    assert client.health().status == "ok"
    assert client.openapi()["openapi"].startswith("3.")
    ticket = client.call(
        operations.create_upload(
            {"filename": "b.jpg", "content_type": "image/jpeg", "size": PART, "multipart": True}
        )
    )
    assert not hasattr(ticket, "duplicate_of")
    assert client.abort_upload(ticket.raw["image_id"]).image_id


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_asynchronous_client_does_the_same(
    stack: Stack, picture: Path, tmp_path: Path, backend: str
) -> None:
    async def everything() -> list[Image]:
        async with AsyncClient(stack.api) as client:
            small = await client.upload(unique(jpeg()), filename="small.jpg", tags=["loop"])
            sent = await client.send_file(source_of(large(picture)), tags=["loop"])
            image = await client.wait(sent.image_id)
            assert (await client.upload_progress(image.id)).complete
            found = [one async for one in client.images(tag=["loop"])]
            assert {one.id for one in found} == {small.id, image.id}
            saved = await client.download(small.id, tmp_path)
            assert saved.path.name == "small.jpg"
            await client.update(small.id, lambda one: {"tags": [*one.tags, "more"]})
            for one in found:
                assert (await client.delete(one.id)).verified
            return [small, image]

    images = anyio.run(everything, backend=backend)
    assert [image.status for image in images] == [Status.READY] * 2


def test_the_installed_command_uploads_lists_and_deletes(
    installed: Path, stack: Stack, picture: Path
) -> None:
    command = installed / "env/bin/darkroom"
    given = {"DARKROOM_API": stack.site, "HOME": str(installed)}

    def darkroom(*words: str | Path) -> str:
        done = run([command, *words], installed, **given)
        assert done.returncode == 0, done.stderr
        return done.stdout

    outcome = json.loads(darkroom("upload", large(picture), "--json"))
    assert outcome["status"] == "ready"
    assert outcome["image_id"] in darkroom("list", "--ids").split()
    shown = json.loads(darkroom("show", outcome["image_id"], "--json"))
    assert shown["bytes"] == 2 * PART + 1000
    assert "verified" in darkroom("delete", "--yes", outcome["image_id"])


def test_without_an_address_the_command_says_what_to_give(installed: Path) -> None:
    variables = {"HOME": str(installed), "DARKROOM_API": "http://127.0.0.1:1"}
    done = run([installed / "env/bin/darkroom", "list"], installed, **variables)
    assert (done.returncode, "cannot be reached: no server" in done.stderr) == (1, True)
