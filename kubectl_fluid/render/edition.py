"""JuiceFS' two editions and what differs between them (Fluid a826600a, pkg/ddc/juicefs/const.go, transform_fuse.go)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from kubectl_fluid.render.environment import Environment
from kubectl_fluid.render.inputs import Mount

METAURL: Final = "metaurl"


@dataclass(frozen=True, slots=True)
class Facts:
    """What Fluid writes for one edition.

    `cli` and `mount` are programs in the image. `read_only_options` are defaults of a read-only mount,
    `forced_options` those that a user cannot change, and `grouped` says whether clients share a cache group instead
    of serving metrics. `fallback_image` is compiled into Fluid: it stands where the controller's variable does not
    hold `repository:tag`.
    """

    cli: str
    mount: str
    read_only_options: Mapping[str, str]
    fallback_image: str
    forced_options: Mapping[str, str] = field(default_factory=dict)
    grouped: bool = False


class Edition(Enum):
    """Community or enterprise (cloud and on premises)."""

    COMMUNITY = "community"
    ENTERPRISE = "enterprise"

    @property
    def facts(self) -> Facts:
        """What Fluid writes for this edition."""
        return _FACTS[self]

    @property
    def is_community(self) -> bool:
        """Whether this is the community edition."""
        return self is Edition.COMMUNITY

    def default_image(self, environment: Environment) -> str:
        """The image that the controller's environment names for this edition."""
        return environment.community_image if self.is_community else environment.enterprise_image


_FACTS = {
    Edition.COMMUNITY: Facts(
        cli="/usr/local/bin/juicefs",
        mount="/bin/mount.juicefs",
        read_only_options={"attr-cache": "7200", "entry-cache": "7200"},
        fallback_image="juicedata/juicefs-fuse:ce-v1.1.0-beta2",
    ),
    Edition.ENTERPRISE: Facts(
        cli="/usr/bin/juicefs",
        mount="/sbin/mount.juicefs",
        read_only_options={"attrcacheto": "7200", "entrycacheto": "7200"},
        fallback_image="juicedata/juicefs-fuse:ee-4.9.14",
        forced_options={"foreground": "", "no-update": ""},
        grouped=True,
    ),
}


def edition_of(mount: Mount) -> Edition:
    """Community if and only if the mount itself (not the shared options) has an encrypt option `metaurl`."""
    has_metaurl = any(option.name == METAURL for option in mount.encrypt_options)
    return Edition.COMMUNITY if has_metaurl else Edition.ENTERPRISE
