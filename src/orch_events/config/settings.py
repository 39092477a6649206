"""The settings of a connection, put together of options, variables, files and defaults."""

from collections.abc import Mapping
from pathlib import PurePath, PurePosixPath, PureWindowsPath

import msgspec

from orch_events.config.conf_file import ConfFile, Setting, read_conf_file
from orch_events.config.files import FileReader, missing
from orch_events.errors import LocalFileError

_CACERT_HINT = "copy ca.pem from the primary server, and give its path with --cacert"


class Places(msgspec.Struct, frozen=True):
    """Where Puppet keeps its files on this machine; None if there is no home directory."""

    user_conf: PurePath | None
    global_conf: PurePath
    token_file: PurePath | None
    cacert: PurePath

    @classmethod
    def from_environ(cls, platform: str, environ: Mapping[str, str]) -> "Places":
        """Find them by `sys.platform` and environment variables."""
        kind: type[PurePath] = PureWindowsPath if platform == "win32" else PurePosixPath
        home = environ.get("USERPROFILE" if platform == "win32" else "HOME")
        own = kind(home) / ".puppetlabs" if home else None
        if platform == "win32":
            shared = kind("C:/ProgramData/PuppetLabs/client-tools")
            cacert = kind("C:/ProgramData/PuppetLabs/puppet/etc/ssl/certs/ca.pem")
        else:
            shared = kind("/etc/puppetlabs/client-tools")
            cacert = kind("/etc/puppetlabs/puppet/ssl/certs/ca.pem")
        return cls(
            user_conf=own / "client-tools" / "orchestrator.conf" if own else None,
            global_conf=shared / "orchestrator.conf",
            token_file=own / "token" if own else None,
            cacert=cacert,
        )


class Settings(msgspec.Struct, frozen=True):
    """The settings of a connection.

    Attributes:
        service_url: as written; None if there is none.
        cacert: the CA to trust; None for the system's.
        token_file: the file with the token; "-" for standard input; None if there is no default one.
    """

    service_url: Setting[str | None]
    cacert: Setting[str | None]
    token_file: Setting[str | None]


class Survey(msgspec.Struct, frozen=True):
    """All settings, and what is wrong with them.

    Attributes:
        settings: the effective settings, as far as they can be read.
        conf_files: the user's configuration file, or the one that replaces it, and the global one.
        cacert_error: why the CA file can't be used.
    """

    settings: Settings
    conf_files: tuple[ConfFile, ConfFile]
    cacert_error: LocalFileError | None


def load(typed: Mapping[str, Setting[str]], places: Places, reader: FileReader | None = None) -> Settings:
    """Load the settings.

    Args:
        typed: options and environment variables: service-url, cacert, token-file, config-file.
        places: where Puppet's files are.
        reader: reads the files; None for a new one.

    Raises:
        LocalFileError: a file that was named does not exist, or a file can't be read.
    """
    found = survey(typed, places, reader)
    for error in (*(file.error for file in found.conf_files), found.cacert_error):
        if error is not None:
            raise error
    return found.settings


def survey(typed: Mapping[str, Setting[str]], places: Places, reader: FileReader | None = None) -> Survey:
    """Load the settings, whatever is wrong with them; the arguments are those of `load`."""
    reader = reader or FileReader()
    named = typed.get("config-file")
    place, origin = (named.value, named.origin) if named else (places.user_conf, "default")
    conf_files = read_conf_file(place, origin, reader), read_conf_file(places.global_conf, "default", reader)
    layers = [typed, *(file.options for file in conf_files if file.options is not None)]

    def find(key: str, default: str | None) -> Setting[str | None]:
        return next((layer[key] for layer in layers if key in layer), Setting(default, "default"))

    cacert = find("cacert", None if missing(places.cacert) else str(places.cacert))
    error = None
    if cacert.value is not None and (why := missing(cacert.value)):
        error = LocalFileError(f"the CA file {cacert.value} (from {cacert.origin}) {why}", _CACERT_HINT)
    token_file = find("token-file", str(places.token_file) if places.token_file else None)
    return Survey(Settings(find("service-url", None), cacert, token_file), conf_files, error)
