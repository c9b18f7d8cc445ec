"""Which image a component runs (Fluid a826600a, pkg/ddc/juicefs/utils.go, parseJuiceFSImage)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kubectl_fluid.render.edition import Edition
from kubectl_fluid.render.environment import Environment
from kubectl_fluid.render.inputs import Image

_WITH_TAG = re.compile(r"\S+:\S+", re.ASCII)


@dataclass(frozen=True, slots=True)
class ResolvedImage:
    """A complete image reference and its pull policy."""

    reference: str
    pull_policy: str


def resolve(image: Image, edition: Edition, environment: Environment) -> ResolvedImage:
    """The image of a component.

    Repository and tag fall back each on its own to the controller's default: `image: repository:tag` without
    `imageTag` therefore ends in two tags, as it does in Fluid.
    """
    default = edition.default_image(environment)
    if not _WITH_TAG.fullmatch(default):
        default = edition.facts.fallback_image
    repository, _, tag = default.rpartition(":")
    return ResolvedImage(f"{image.image or repository}:{image.tag or tag}", image.pull_policy or "IfNotPresent")
