"""Passwords: hashing, what a person may choose, and one-time passwords that can be read out on the phone."""

import secrets

import bcrypt

SHORTEST = 12
LONGEST_BYTES = 72
_READABLE = "abcdefghijkmnpqrstuvwxyz23456789"
_ROUNDS = 12
# Compared with for names that do not exist, so that they take as long as those that do.
_NOBODY = "$2b$12$8.AKZIq6Pu10rn5RoBsRV.sUTbQMRGjltPLLMUWSKrb3z6h7O0Wfi"


def hash_password(password: str) -> str:
    """The bcrypt hash. Spaces around it are dropped, because signing in drops them too."""
    return bcrypt.hashpw(password.strip().encode(), bcrypt.gensalt(_ROUNDS)).decode()


def matches(password: str, password_hash: str | None) -> bool:
    """Whether the password fits; takes the same time when there is no hash, and is then false."""
    given = password.strip().encode()
    fits = bcrypt.checkpw(given[:LONGEST_BYTES], (password_hash or _NOBODY).encode())
    return fits and password_hash is not None and len(given) <= LONGEST_BYTES


def check_password_length(password: str) -> None:
    """Refuse a password somebody chose that is too short, or longer than bcrypt reads.

    Raises:
        ValueError: with a Chinese sentence.
    """
    chosen = password.strip()
    if len(chosen) < SHORTEST:
        msg = f"密码至少{SHORTEST}个字符，现在是{len(chosen)}个。"
        raise ValueError(msg)
    if len(chosen.encode()) > LONGEST_BYTES:
        msg = f"密码过长：最多{LONGEST_BYTES}个字母数字，或{LONGEST_BYTES // 3}个汉字。"
        raise ValueError(msg)


def generate_password() -> str:
    """A one-time password in four groups, about 80 bits, without l, 1, o and 0."""
    groups = ("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(4))
    return "-".join(groups)
