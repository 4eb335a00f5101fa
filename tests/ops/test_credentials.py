import json
import stat
from pathlib import Path

from ops.iam.policies import FUNCTIONS
from ops.local.stack import credentials


def test_only_the_owner_can_read_the_secrets(tmp_path: Path) -> None:
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
    names = ("first", "second")
    for name in names:
        (tmp_path / name).mkdir()
        credentials.make_credentials(tmp_path / name)
    first, second = (credentials.profiles_file(tmp_path / name).read_text() for name in names)
    assert not set(first.split()) & set(second.split()) - set("=") - _words(first)


def _words(text: str) -> set[str]:
    return {word for word in text.split() if not any(c.isdigit() for c in word)}


def test_each_identity_has_only_the_permissions_it_needs(tmp_path: Path) -> None:
    credentials.make_credentials(tmp_path)
    identities = json.loads(credentials.identities_file(tmp_path).read_text())["identities"]
    actions = {identity["name"]: set(identity["actions"]) for identity in identities}
    policies = {identity["name"]: list(identity["policyNames"]) for identity in identities}
    assert actions["cdn"] == {"Read:darkroom-images"}
    assert (policies["api"], policies["worker"]) == (list(FUNCTIONS[:2]), list(FUNCTIONS[2:]))
    assert not {name for name, allowed in actions.items() if "Admin" in allowed} - {"admin"}
