"""What is overlooked in a template is excused there, and nothing is excused in vain."""

from pathlib import Path

import pytest

from ops.templates import complaints_of

UNVERSIONED = "LifecycleConfiguration: { Rules: [{ Status: Enabled, ExpirationInDays: 1 }] }"
VERSIONED = f"VersioningConfiguration: {{ Status: Enabled }}\n      {UNVERSIONED}"
EXCUSE = "Metadata: { cfripper: { skip: [{ id: S3ObjectVersioningRule, comment: So. }] } }"


@pytest.mark.parametrize(
    ("properties", "metadata", "complaints"),
    [
        (UNVERSIONED, "", ["a.yaml: Images: cfripper: S3ObjectVersioningRule"]),
        (UNVERSIONED, EXCUSE, []),
        (VERSIONED, EXCUSE, ["a.yaml: Images needs no excuse: S3ObjectVersioningRule"]),
    ],
    ids=["found", "excused", "excused in vain"],
)
def test_a_finding_and_its_excuse_need_each_other(
    tmp_path: Path, properties: str, metadata: str, complaints: list[str]
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(
        "Parameters: { Stage: { Type: String, Default: dev } }\n"
        "Resources:\n  Images:\n    Type: AWS::S3::Bucket\n"
        f"    {metadata}\n    Properties:\n      {properties}\n"
    )
    assert complaints_of(file) == complaints
