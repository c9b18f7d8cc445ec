"""The commands of the scripts: format or auth, quota, mount (Fluid a826600a, pkg/ddc/juicefs/transform_fuse.go)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kubectl_fluid.render import options as opts
from kubectl_fluid.render.edition import Edition
from kubectl_fluid.render.inputs import Dataset, Runtime
from kubectl_fluid.render.quoting import escape
from kubectl_fluid.render.secrets import Secrets

#: Encrypt options that `juicefs auth` takes, in Fluid's order; others only become variables there.
_AUTH_SECRETS = ("access-key2", "secret-key2")


@dataclass(frozen=True, slots=True)
class Volume:
    """A JuiceFS volume as commands name it.

    `source` is `${METAURL}` or the escaped name. `name` is escaped once; the format command escapes it once more.
    """

    name: str
    source: str

    @classmethod
    def of(cls, dataset: Dataset, secrets: Secrets) -> Volume:
        """The volume behind a Dataset's first mount."""
        name = escape(dataset.mounts[0].name)
        return cls(name, "${METAURL}" if secrets.has_metaurl else name)


def prepare(dataset: Dataset, runtime: Runtime, edition: Edition, secrets: Secrets) -> str:
    """The format command (community) or the auth command (enterprise, "" without a token)."""
    volume = Volume.of(dataset, secrets)
    given = {**dataset.shared_options, **dataset.mounts[0].options}
    words = [f"--{escape(config.strip())}" for config in runtime.configs if config.strip()]
    if edition.is_community:
        words += _format_words(dataset, secrets, given)
        words += [volume.source, escape(volume.name)]
        return " ".join((edition.facts.cli, "format", *words))
    if not secrets.given("token"):
        return ""
    words += _auth_words(secrets, given)
    return " ".join((edition.facts.cli, "auth", *words, volume.source))


def quota(dataset: Dataset, edition: Edition, secrets: Secrets, sub_path: str, gibibytes: int) -> str:
    """The command that limits a sub-directory."""
    source = Volume.of(dataset, secrets).source
    return f"{edition.facts.cli} quota set {source} --path {escape(sub_path)} --capacity {gibibytes}"


def mount(dataset: Dataset, edition: Edition, secrets: Secrets, path: str, options: Mapping[str, str]) -> str:
    """The mount command, which replaces the shell."""
    source = Volume.of(dataset, secrets).source
    return f"exec {edition.facts.mount} {source} {escape(path)} -o {escape(opts.joined(options))}"


def _format_words(dataset: Dataset, secrets: Secrets, given: Mapping[str, str]) -> Iterable[str]:
    storage, bucket = given.get(opts.STORAGE, ""), given.get(opts.BUCKET, "")
    if secrets.given("access-key"):
        yield "--access-key=${ACCESS_KEY}"
    if secrets.given("secret-key"):
        yield "--secret-key=${SECRET_KEY}"
    if not storage or not bucket:
        yield "--no-update"
    if storage:
        yield f"--storage={escape(storage)}"
    if bucket:
        yield f"--bucket={escape(bucket)}"
    for key, value in sorted(opts.dataset_options(dataset).items()):
        yield f"--{escape(key)}={escape(value)}"
    for secret in secrets.others:
        yield f"--{escape(secret.option.name)}=${{{secret.variable}}}"


def _auth_words(secrets: Secrets, given: Mapping[str, str]) -> Iterable[str]:
    yield "--token=${TOKEN}"
    if secrets.given("access-key"):
        yield "--accesskey=${ACCESS_KEY}"
    if secrets.given("secret-key"):
        yield "--secretkey=${SECRET_KEY}"
    if bucket := given.get(opts.BUCKET, ""):
        yield f"--bucket={escape(bucket)}"
    if opts.BUCKET2 in given:
        yield f"--{opts.BUCKET2}={escape(given[opts.BUCKET2])}"
    others = {secret.option.name: secret for secret in secrets.others}
    for name in _AUTH_SECRETS:
        if name in others:
            yield f"--{name}=${{{others[name].variable}}}"
