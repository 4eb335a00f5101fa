import json
import stat
from pathlib import Path

from ops.cloud.policies import FUNCTIONS
from ops.local import credentials


def test_nobody_else_can_read_the_secrets(tmp_path: Path) -> None:
    credentials.make_credentials(tmp_path)
    credentials.encryption_key(tmp_path)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}


def test_secrets_are_kept(tmp_path: Path) -> None:
    def made() -> tuple[str, str]:
        credentials.make_credentials(tmp_path)
        return credentials.profiles_file(tmp_path).read_text(), credentials.encryption_key(tmp_path)

    assert made() == made()


def test_two_data_directories_have_different_secrets(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        credentials.make_credentials(tmp_path / name)
    one, two = (credentials.profiles_file(tmp_path / name).read_text() for name in ("one", "two"))
    assert not set(one.split()) & set(two.split()) - set("=") - _words(one)


def _words(text: str) -> set[str]:
    return {word for word in text.split() if not any(c.isdigit() for c in word)}


def test_each_identity_may_do_its_part(tmp_path: Path) -> None:
    credentials.make_credentials(tmp_path)
    known = json.loads(credentials.identities_file(tmp_path).read_text())["identities"]
    actions = {identity["name"]: set(identity["actions"]) for identity in known}
    policies = {identity["name"]: list(identity["policyNames"]) for identity in known}
    assert actions["cdn"] == {"Read:darkroom-images"}
    assert (policies["api"], policies["worker"]) == (list(FUNCTIONS[:2]), list(FUNCTIONS[2:]))
    assert not {name for name, allowed in actions.items() if "Admin" in allowed} - {"admin"}
