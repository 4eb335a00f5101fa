"""Statements on the two buckets."""

from chalicelib.model.delivery import SIGNED, STABLE, WIDTHS
from chalicelib.model.keys import PRIVATE
from ops.iam.names import Names
from ops.iam.statements import HOLDER, Statement

# An id is a ULID, whose first character is 0 to 7: these match images' files, and no watermark.
_IDS = tuple(f"{first}*" for first in "01234567")
# Keys of renditions, and of no manifest or watermark: `?` is any one character.
RENDITIONS = tuple(f"{first}{'?' * 25}/{'?' * 16}/*" for first in "01234567")
# Keys of files that are published besides them: the folders of chalicelib/model/delivery.py.
PUBLISHED = tuple(
    f"{first}{'?' * 25}/{folder}/*" for first in "01234567" for folder in (STABLE, WIDTHS, SIGNED)
)
# All of these, for functions: keys of files in a folder of an image, so neither manifests nor
# watermarks. IAM allows 10,240 characters, which the exact patterns exceed.
FILES = tuple(f"{first}*/*/*" for first in "01234567")
# All files of private images, and nothing else.
PRIVATE_FILES = f"{PRIVATE}*"
_MANIFESTS = tuple(f"{ids}/manifest.json" for ids in _IDS)
_LIST = ("s3:ListBucket", "s3:ListBucketVersions")


def sign_uploads(names: Names) -> Statement:
    """Tickets."""
    why = "A ticket delegates the API's right to put, so it is limited to the keys of tickets."
    uploads = names.objects(names.uploads_bucket, "uploads/*")
    actions = ("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject")
    return Statement("SignUploads", why, actions, (uploads,), HOLDER)


def find_abandoned_uploads(names: Names) -> Statement:
    """Uploads in parts that nobody continues."""
    why = "S3 deletes abandoned parts after a day; other stores do not, and keep them."
    bucket = names.bucket(names.uploads_bucket)
    return Statement("FindUploads", why, ("s3:ListBucketMultipartUploads",), (bucket,))


def abort_uploads(names: Names) -> Statement:
    """Abortion of abandoned uploads in parts."""
    why = "The parts of an abandoned upload are deleted, whatever its key."
    uploads = names.objects(names.uploads_bucket, "*")
    return Statement("AbortUploads", why, ("s3:AbortMultipartUpload",), (uploads,))


def read_originals(names: Names) -> Statement:
    """Originals."""
    why = "Other tools may copy originals to any key, so all keys of the bucket may be read."
    originals = names.objects(names.uploads_bucket, "*")
    return Statement("ReadOriginals", why, ("s3:GetObject",), (originals,))


def read_accepted_versions(names: Names) -> Statement:
    """The version that a ticket's image is made of."""
    why = "If a ticket was used twice, the upload that was accepted is read by its version."
    originals = names.objects(names.uploads_bucket, "uploads/*")
    return Statement("ReadAccepted", why, ("s3:GetObjectVersion",), (originals,))


def refuse_uploads(names: Names) -> Statement:
    """Further uploads with a used ticket."""
    why = "A ticket is good for one upload: the versions of any other are deleted."
    originals = names.objects(names.uploads_bucket, "uploads/*")
    return Statement("RefuseUploads", why, ("s3:DeleteObjectVersion",), (originals,))


def find_missing_originals(names: Names) -> Statement:
    """Originals that are gone."""
    why = "Without it, S3 returns 403 instead of 404 for an object that is gone."
    bucket = names.bucket(names.uploads_bucket)
    return Statement("MissOriginals", why, ("s3:ListBucket",), (bucket,))


def find_versions(names: Names) -> Statement:
    """Versions of originals."""
    why = "Erasing an original erases all its versions, which must be found."
    bucket = names.bucket(names.uploads_bucket)
    return Statement("FindVersions", why, ("s3:ListBucketVersions",), (bucket,))


def erase_originals(names: Names) -> Statement:
    """Erasure of originals."""
    why = "An erased image leaves no version of its original, whatever its key."
    originals = names.objects(names.uploads_bucket, "*")
    return Statement("EraseOriginals", why, ("s3:DeleteObjectVersion",), (originals,))


def read_watermarks(names: Names) -> Statement:
    """Watermarks."""
    why = "Variants may use watermarks below this prefix; nothing else in the bucket is read."
    watermarks = names.objects(names.images_bucket, "watermarks/*")
    return Statement("ReadWatermarks", why, ("s3:GetObject",), (watermarks,))


def write_renditions(names: Names) -> Statement:
    """Renditions and manifests."""
    why = "They are below images' ids, which start with 0 to 7, or below private/."
    renditions = tuple(names.objects(names.images_bucket, ids) for ids in (*_IDS, PRIVATE_FILES))
    return Statement("WriteRenditions", why, ("s3:PutObject",), renditions)


def copy_renditions(names: Names) -> Statement:
    """Copies of renditions, and files that another call may have published."""
    why = (
        "Renditions are copied to the keys of stable URLs, and if an image becomes private. Of "
        "many calls for a new size one renders it; the others wait until it exists."
    )
    # Keys with two slashes; a manifest's has one.
    renditions = names.objects(names.images_bucket, "*/*/*")
    return Statement("CopyRenditions", why, ("s3:GetObject",), (renditions,))


def replace_published(names: Names) -> Statement:
    """Files that show what an image was before, or that are where it was before."""
    why = (
        "When an image changes, sizes on demand that show its former content are deleted; when it "
        "becomes private or public, all files at its former place, which a worker may write late; "
        "when it is redacted, all files that show more."
    )
    patterns = (*FILES, PRIVATE_FILES)
    published = tuple(names.objects(names.images_bucket, key) for key in patterns)
    return Statement("ReplacePublished", why, ("s3:DeleteObjectVersion",), published)


def check_manifests(names: Names) -> Statement:
    """Manifests that may be missing."""
    why = "The sweep requests the head of each manifest, and of no other file."
    manifests = tuple(names.objects(names.images_bucket, key) for key in _MANIFESTS)
    return Statement("MissManifests", why, ("s3:GetObject",), manifests)


def list_renditions(names: Names) -> Statement:
    """Listing of renditions."""
    why = "Missing, replaced and erased files are found by listing an image's, in all versions."
    return Statement("ListRenditions", why, _LIST, (names.bucket(names.images_bucket),))


def erase_renditions(names: Names) -> Statement:
    """Erasure of renditions."""
    why = "An erased image leaves no file below its id, and a redacted one none that shows more."
    renditions = tuple(names.objects(names.images_bucket, ids) for ids in (*_IDS, PRIVATE_FILES))
    return Statement("EraseRenditions", why, ("s3:DeleteObjectVersion",), renditions)
