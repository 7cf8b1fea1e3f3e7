"""A checked file on its way from the dry run to the button, held by the browser, not by the server.

It travels in the form, packed and encrypted with the service's keys, so that nothing lies about on
a disk, any web process can take the confirmation, and nobody can put another file in its place.
"""

import base64
import json
import zlib
from dataclasses import dataclass

from playbook.errors import BadInput, KeyMissing
from playbook.models.keyring import current_keyring

#: Of a file as it was uploaded: some ten thousand people.
MOST_BYTES = 2 * 1024 * 1024


@dataclass(frozen=True)
class HeldFile:
    """A file as it was uploaded, and the digest of the plan that was shown for it."""

    data: bytes
    digest: str

    def packed(self) -> str:
        """Return the file as a text that only this service can read."""
        data = base64.b64encode(zlib.compress(self.data, 9)).decode()
        content = json.dumps({"data": data, "digest": self.digest})
        return current_keyring().encrypt(content).decode()


def unpack(text: str) -> HeldFile:
    """Return what was packed; raises BadInput for anything else."""
    try:
        content = json.loads(current_keyring().decrypt(text.encode()))
        data = zlib.decompress(base64.b64decode(content["data"]))
        return HeldFile(data, str(content["digest"]))
    except (KeyMissing, ValueError, KeyError, TypeError, zlib.error):
        raise BadInput(
            "The checked file did not come through whole. Nothing was written; choose it again."
        ) from None
