"""What a certificate is checked against: each file that is in the way is named as what it is."""

import errno
import os
import ssl
from pathlib import Path

import pytest

from orch_events.client import tls
from orch_events.errors import LocalFileError, SystemLimit, UntrustedCertificate
from tests.certificates import Authority


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(("name", "why"), [("gone/keys", "No such file"), ("", "Is a directory")])
def test_a_key_log_that_can_t_be_written_is_named_and_not_the_ca(
    name: str, why: str, tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch, *, named: bool
) -> None:
    log = str(tmp_path / name)
    monkeypatch.setenv("SSLKEYLOGFILE", log)
    with pytest.raises(LocalFileError) as raised:
        tls.context(str(authority.pem) if named else None)
    assert raised.value.message.startswith(f"the TLS key log {log} (from SSLKEYLOGFILE) can't be written: {why}")
    assert "SSLKEYLOGFILE" in raised.value.hint
    assert str(authority.pem) not in raised.value.message


def test_a_ca_that_is_bad_is_named_whatever_the_key_log_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    with pytest.raises(LocalFileError, match=r"the CA file .*ca\.pem can't be read: No such file"):
        tls.context(str(tmp_path / "ca.pem"))


def test_a_ca_file_that_is_a_directory_can_t_be_read(tmp_path: Path) -> None:
    with pytest.raises(LocalFileError, match="can't be read: Is a directory"):
        tls.context(str(tmp_path))


@pytest.mark.parametrize("content", [b"", b"no PEM", b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n"])
def test_a_ca_file_without_a_certificate_is_told_as_that(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(content)
    with pytest.raises(LocalFileError, match=r"the CA file .*ca\.pem contains no certificate"):
        tls.context(str(tmp_path / "ca.pem"))


@pytest.mark.parametrize("named", [True, False])
def test_openssl_that_can_t_be_set_up_is_told_as_that(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, *, named: bool
) -> None:
    def fail(**_: object) -> ssl.SSLContext:
        error = ssl.SSLError(1, "[SSL: LIBRARY_HAS_NO_CIPHERS] library has no ciphers")
        error.reason = "LIBRARY_HAS_NO_CIPHERS"
        raise error

    monkeypatch.setattr(ssl, "create_default_context", fail)
    with pytest.raises(LocalFileError, match=r"^TLS can't be set up: library has no ciphers$"):
        tls.context(str(authority.pem) if named else None)


def test_too_many_open_files_are_no_fault_of_the_ca(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: object) -> ssl.SSLContext:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(ssl, "create_default_context", fail)
    with pytest.raises(SystemLimit, match="too many open files"):
        tls.context(str(authority.pem))


def test_a_certificate_that_is_not_trusted_may_be_another_one_a_moment_later() -> None:
    error = ssl.SSLCertVerificationError(1, "no")
    error.verify_code, error.verify_message = 20, "unable to get local issuer certificate."
    told = tls.error_for_handshake(error, "https://pe:8143")
    assert type(told) is UntrustedCertificate
    assert told.message == "the certificate of https://pe:8143 is not trusted: unable to get local issuer certificate"
    assert "--cacert" in told.hint
