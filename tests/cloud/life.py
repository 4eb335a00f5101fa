"""The steps of a stage's life, each of which depends on those before it."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from http import HTTPStatus
from typing import Any

import requests
from PIL import Image

from chalicelib.model.keys import derived_image_id
from ops.signing_keys import SigningKeys, parsed
from tests.cloud.documents import CREATED, DESTROYED, Sentences, untrue
from tests.cloud.world import ACCOUNT, Cloud
from tests.deploy.inventory import Found, inventory, is_empty
from tests.deploy.world import REGION
from tests.waiting import until

STAGE = ("--stage", "test")
DEPLOY = ("deploy", *STAGE, "--yes", "--no-smoke")
UPLOADS, IMAGES = (f"darkroom-test-{name}-{ACCOUNT}-{REGION}" for name in ("uploads", "images"))
UNUSUAL = ("a b+c.jpg", "ü/ö 漢字.jpg", "100%.jpg", "x%20y.jpg", "q?&=#.jpg", "a'(b)!*.jpg")
_SECONDS = 600.0  # until a picture is ready


class Life:
    """One stage in one account."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self._before: Found = {}

    def deploy_after_a_kill_while_the_api_is_imported(self) -> None:
        """SIGKILL during ImportRestApi; the same command completes the stage, with one API."""
        # The sweep looks for lost events at once.
        self.cloud.set("test", SWEEP_GRACE_SECONDS="1")
        self.cloud.interrupt("Creating Rest API", *DEPLOY)
        self.cloud.run(*DEPLOY).succeeded()
        self._before = inventory(self.cloud)
        _check(CREATED, self._before)

    def smoke_test(self) -> None:
        """Ticket, upload, processing, rendition and erasure, through the CDN."""
        out = self.cloud.run("smoke", *STAGE, "--seconds", str(_SECONDS)).succeeded().out
        assert "every step succeeded" in out

    def unusual_keys(self) -> None:
        """Objects that another tool copied, under keys that need encoding."""
        for number, key in enumerate(UNUSUAL):
            self._put(key, number)
        for key in UNUSUAL:
            self._ready(key)

    def overwrite(self) -> None:
        """New content under a key replaces the image's renditions."""
        key = UNUSUAL[0]
        before = self._ready(key)
        self._put(key, 100)
        until(lambda: self._ready(key)["sha256"] != before["sha256"], _SECONDS)
        after = self._ready(key)
        assert after["id"] == before["id"]
        assert after["renditions"] != before["renditions"]

    def removal(self) -> None:
        """An object that is removed takes its image along."""
        key = UNUSUAL[1]
        self.cloud.client("s3").delete_object(Bucket=UPLOADS, Key=key)
        until(lambda: self._image(key, "deleted"), _SECONDS)

    def lost_event(self) -> None:
        """The sweep finds an object whose event was lost."""
        with self._deaf():
            self._put("lost.jpg", 7)
        until(lambda: self._sweep()["lost_events"] == 1, _SECONDS)
        self._ready("lost.jpg")

    def reprocess(self) -> None:
        """An image is processed again, into the same files."""
        before = self._ready("lost.jpg")
        self.cloud.run("reprocess", before["id"], *STAGE).succeeded()
        count = len(before["history"])
        until(lambda: len(self._ready("lost.jpg")["history"]) > count, _SECONDS)
        assert self._ready("lost.jpg")["renditions"] == before["renditions"]

    def rotation_of_the_keys_of_private_images(self) -> None:
        """Each new key signs, and CloudFront knows it and the one before."""
        keys = [self._signing_keys()]
        for _ in range(2):
            self.cloud.run("rotate-keys", *STAGE).succeeded()
            keys.append(self._signing_keys())
        assert len({key.id for key in keys}) == 3
        assert [key.slot for key in keys] == ["First", "Second", "First"]
        known = {pair.id for pair in keys[-1].pairs.values()}
        assert known == {key.id for key in keys[1:]} == self._key_group()

    def _signing_keys(self) -> SigningKeys:
        name = "/darkroom/test/cdn-key"
        found = self.cloud.client("ssm").get_parameter(Name=name, WithDecryption=True)
        return parsed(found["Parameter"]["Value"])

    def _key_group(self) -> set[str]:
        (group,) = self.cloud.client("cloudfront").list_key_groups()["KeyGroupList"]["Items"]
        return set(group["KeyGroup"]["KeyGroupConfig"]["Items"])

    def second_deployment_from_another_checkout(self) -> None:
        """A checkout without the stage's settings changes nothing."""
        self.cloud.forget_config()
        self.cloud.run(*DEPLOY).succeeded()
        assert inventory(self.cloud) == self._before

    def destroy(self) -> None:
        """Everything goes but the data."""
        self.cloud.run("destroy", *STAGE, "--yes").succeeded()
        _check(DESTROYED, inventory(self.cloud))

    def adoption(self) -> None:
        """A deployment of the same name continues with the kept data."""
        self.cloud.run(*DEPLOY).succeeded()
        _check(CREATED, inventory(self.cloud))
        self._ready("lost.jpg")
        self._put("after.jpg", 8)
        self._ready("after.jpg")

    def delete_data(self) -> None:
        """Nothing is left."""
        self.cloud.run("destroy", *STAGE, "--yes", "--delete-data").succeeded()
        assert is_empty(inventory(self.cloud))

    def steps(self) -> list[Any]:
        """All steps in order."""
        return [
            self.deploy_after_a_kill_while_the_api_is_imported,
            self.smoke_test,
            self.unusual_keys,
            self.overwrite,
            self.removal,
            self.lost_event,
            self.reprocess,
            self.rotation_of_the_keys_of_private_images,
            self.second_deployment_from_another_checkout,
            self.destroy,
            self.adoption,
            self.delete_data,
        ]

    def _put(self, key: str, shade: int) -> None:
        file = io.BytesIO()
        Image.new("RGB", (64, 48), (shade, 0, 200)).save(file, "JPEG")
        self.cloud.client("s3").put_object(Bucket=UPLOADS, Key=key, Body=file.getvalue())

    def _ready(self, key: str) -> Any:
        return until(lambda: self._image(key, "ready"), _SECONDS)

    def _image(self, key: str, status: str) -> Any:
        """The image of an object as the API shows it, if it has this status."""
        config = self.cloud.stages()["test"]["environment_variables"]
        answer = requests.get(
            f"{config['API_URL']}/images/{derived_image_id(UPLOADS, key)}",
            headers={"Authorization": f"Bearer {self._token}"},
            verify=self.cloud.authorities,
            timeout=_SECONDS,
        )
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        assert answer.status_code == HTTPStatus.OK, answer.text
        image = answer.json()
        return image if image["status"] == status else None

    @cached_property
    def _token(self) -> str:
        arguments = ("--subject", "operator", "--scopes", "admin", "--json")
        made = self.cloud.run("token", "create", *STAGE, *arguments).succeeded()
        return str(json.loads(made.out)["token"])

    def _sweep(self) -> Any:
        return json.loads(self.cloud.run("sweep", *STAGE, "--json").succeeded().out)

    @contextmanager
    def _deaf(self) -> Iterator[None]:
        """The uploads bucket sends no events inside."""
        s3 = self.cloud.client("s3")
        rules = s3.get_bucket_notification_configuration(Bucket=UPLOADS)
        rules.pop("ResponseMetadata")
        s3.put_bucket_notification_configuration(Bucket=UPLOADS, NotificationConfiguration={})
        try:
            yield
        finally:
            s3.put_bucket_notification_configuration(
                Bucket=UPLOADS, NotificationConfiguration=rules
            )


def _check(sentences: Sentences, found: Found) -> None:
    wrong = untrue(sentences, found)
    assert not wrong, f"{wrong} in {found}"
