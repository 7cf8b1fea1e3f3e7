"""Keys for encrypted columns, and the blind index that finds a phone without reading all of them."""

import hmac
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from playbook.errors import KeyMissing, NotConfigured

#: Characters of a link that stays good for long: 128 bits.
LINK_LENGTH = 26


class Keyring:
    """One or more Fernet keys, newest first, and an index key derived from the oldest.

    The index key comes from the oldest key so that adding a key (rotation) keeps every blind index valid.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise NotConfigured(
                "No encryption key: set ENCRYPTION_KEYS or let the service make one."
            )
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._index_key = sha256(b"blind-index:" + keys[-1].encode()).digest()
        self._link_key = sha256(b"answer-link:" + keys[-1].encode()).digest()
        #: By these keys can be told apart without being known, newest first.
        self.fingerprints = tuple(
            sha256(b"fingerprint:" + key.encode()).hexdigest()[:16] for key in keys
        )

    def encrypt(self, text: str) -> bytes:
        """Return ciphertext of `text` under the newest key."""
        return self._fernet.encrypt(text.encode())

    def decrypt(self, token: bytes) -> str:
        """Return the text, or raise `KeyMissing` if no key at hand fits."""
        try:
            return self._fernet.decrypt(token).decode()
        except InvalidToken as error:
            raise KeyMissing(
                "An encrypted value cannot be read: the keys in instance/keys/ are not the ones it was "
                "written with. Restore them from the backup; nothing was changed."
            ) from error

    def blind_index(self, value: str) -> str:
        """Return a keyed digest of `value` (hex, 64 characters) by which equal values can be found."""
        return hmac.new(self._index_key, value.encode(), sha256).hexdigest()

    def link_token(self, subject: str, length: int = LINK_LENGTH) -> str:
        """Return an unguessable token that always is the same for `subject`: base 32, five bits a character.

        At most 26 characters; a shorter one is the beginning of the longer.
        """
        from base64 import b32encode

        digest = hmac.new(self._link_key, subject.encode(), sha256).digest()
        return b32encode(digest[:16]).decode().rstrip("=").lower()[:length]


#: In the folder of keys.
KEY_FILE = "encryption.keys"

_current: Keyring | None = None


def use_keyring(keyring: Keyring) -> None:
    """Make `keyring` the one that encrypted columns of this process use."""
    global _current  # noqa: PLW0603 - column types have no other way to be given their keys
    _current = keyring


@contextmanager
def using(keyring: Keyring) -> Iterator[None]:
    """Within this block, encrypted columns use `keyring`; what was used before is put back."""
    before = _current
    use_keyring(keyring)
    try:
        yield
    finally:
        globals()["_current"] = before


def current_keyring() -> Keyring:
    """Return this process's keyring, or raise `NotConfigured`."""
    if _current is None:
        raise NotConfigured("No encryption keys are loaded yet.")
    return _current


def load_or_make_keys(configured: str, folder: Path) -> Keyring:
    """Return the keyring from `configured` (keys separated by spaces or commas), else from `folder`.

    A first start makes `folder/encryption.keys`, readable by the owner only; two processes starting at once agree on
    the one that was written first.
    """
    if configured:
        return Keyring(configured.replace(",", " ").split())
    path = folder / KEY_FILE
    return Keyring(read_or_make_secret(path, Fernet.generate_key().decode()).split())


def read_keys(configured: str, *folders: Path) -> str:
    """Return the keys in `configured`, else those of the first of `folders` that has any; empty if none. Makes none."""
    if configured.strip():
        return configured.replace(",", " ").strip()
    for folder in folders:
        path = folder / KEY_FILE
        if path.is_file():
            return path.read_text().strip()
    return ""


def read_or_make_secret(path: Path, fresh: str) -> str:
    """Return the text in `path`; if there is none, write `fresh` there (mode 0600) and return that."""
    import os

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_suffix(f".{os.getpid()}")
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        draft.touch(mode=0o600)
        draft.write_text(fresh + "\n")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return path.read_text().strip()
