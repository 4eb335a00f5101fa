"""The steps of a stage's life, each of which depends on those before it."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from http import HTTPStatus
from typing import Any

import requests
from botocore.signers import CloudFrontSigner
from PIL import Image

from chalicelib.model.keys import derived_image_id
from ops.signing_keys import parsed
from tests.attack.private_images.scene import rsa_signer
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

    def sizes_on_demand(self) -> None:
        """A size that does not exist yet is rendered, and then served by the bucket."""
        image = self._ready("lost.jpg")
        for _ in range(2):
            answer = self._get(f"{self._site}/i/{image['id']}?w=320")
            assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")

    def private_images_and_two_new_keys(self) -> None:
        """A signed URL works until the key that signed it was replaced twice."""
        image_id = self._ready("lost.jpg")["id"]
        public = f"{self._site}/i/{image_id}/mobile.webp"
        private = f"{self._site}/private/i/{image_id}/mobile.webp"
        assert self._get(public).status_code == 200
        self._change(image_id, "private")
        assert (self._get(public).status_code, self._get(private).status_code) == (404, 403)
        signed, shown = [self._signed(private)], []
        for _ in range(2):
            self.cloud.run("rotate-keys", *STAGE).succeeded()
            signed.append(self._signed(private))
            shown.append([self._get(url).status_code for url in signed])
        assert shown == [[200, 200], [403, 200, 200]]
        self._change(image_id, "public")
        assert self._get(public).status_code == 200

    def _signed(self, url: str) -> str:
        parameter = {"Name": "/darkroom/test/cdn-key", "WithDecryption": True}
        found = self.cloud.client("ssm").get_parameter(**parameter)
        keys = parsed(found["Parameter"]["Value"])
        signer = CloudFrontSigner(keys.id, rsa_signer(keys.private_key))
        until = datetime.now(UTC) + timedelta(hours=1)
        return str(signer.generate_presigned_url(url, date_less_than=until))

    def _change(self, image_id: str, visibility: str) -> None:
        answer = requests.patch(
            f"{self._api}/images/{image_id}",
            json={"visibility": visibility},
            headers={"Authorization": f"Bearer {self._token}"},
            verify=self.cloud.authorities,
            timeout=_SECONDS,
        )
        assert answer.json().get("visibility") == visibility, answer.text

    def _get(self, url: str) -> requests.Response:
        headers = {"Accept": "image/webp,*/*"}
        return requests.get(url, headers=headers, verify=self.cloud.authorities, timeout=_SECONDS)

    @property
    def _api(self) -> str:
        variables = self.cloud.stages()["test"]["environment_variables"]
        return str(variables["API_URL"])

    @property
    def _site(self) -> str:
        variables = self.cloud.stages()["test"]["environment_variables"]
        return str(variables["PUBLIC_URL"]).removesuffix("/images")

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
            self.sizes_on_demand,
            self.private_images_and_two_new_keys,
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
        answer = requests.get(
            f"{self._api}/images/{derived_image_id(UPLOADS, key)}",
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
