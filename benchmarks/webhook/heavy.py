"""How long the heaviest reviews take that the limits of `kubectl_fluid.webhook.bounds` let through, and those above.

`python -m benchmarks.webhook.heavy`, on a quiet machine: milliseconds to read the body, and to answer.
The worst of what is allowed shall take about 150 ms together, and 200 on no account.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from typing import Any

from kubectl_fluid.injection.settings import Profile, Settings
from kubectl_fluid.webhook import bounds
from kubectl_fluid.webhook.reviewer import Reviewer
from kubectl_fluid.webhook.store import Store
from tests.catalog import world
from tests.webhook import serving

Object = dict[str, Any]

#: Name → (containers, mounts of each, claims, volumes).
SHAPES = {
    "one dataset, 100 x 100 mounts": (100, 100, 1, 1),
    "one dataset, 1000 x 10 mounts": (1000, 10, 1, 1),
    "50 datasets, 100 x 100 mounts": (100, 100, 50, 250),
    "50 datasets, 10 x 1000 mounts": (10, 1000, 50, 250),
    "5 datasets, 1000 x 10 mounts": (1000, 10, 5, 250),
    "too large: 300 x 300 mounts": (300, 300, 1, 1),
    "too large: 60000 containers": (60_000, 0, 1, 1),
}
SETTINGS = {
    "default": Settings(),
    "fluid": Settings(profile=Profile.FLUID),
    "eci": Settings(platform="eci"),
    "acs": Settings(platform="acs"),
}
#: Milliseconds.
MOST = 200.0
PREFETCH = {"file-prefetcher.fluid.io/inject": "true", "file-prefetcher.fluid.io/image": "x"}


def store() -> Store:
    """As many bound datasets as one Pod may name."""
    made = Store()
    for number in range(bounds.CLAIMS):
        for value in world.objects():
            made.put(value["kind"], json.loads(json.dumps(value).replace("jfs", f"jfs{number}")))
    made.refresh()
    return made


def pod(containers: int, mounts: int, claims: int, volumes: int) -> Object:
    """A Pod of these numbers, whose volumes take turns at the claims, and its mounts at the volumes."""
    made = serving.pod(annotations=PREFETCH)
    listed = [{"name": f"v{it}", "mountPath": f"/data{number}"} for number, it in _turns(mounts, volumes)]
    made["spec"]["containers"] = [
        {"name": f"app{number}", "image": "x", "volumeMounts": listed} for number in range(containers)
    ]
    made["spec"]["volumes"] = [
        {"name": f"v{number}", "persistentVolumeClaim": {"claimName": f"jfs{it}"}}
        for number, it in _turns(volumes, claims)
    ]
    return made


def _turns(number: int, among: int) -> Iterator[tuple[int, int]]:
    return ((index, index % among) for index in range(number))


def main() -> int:
    """Print the table; 1 when something took too long."""
    claims, worst = store().claim, 0.0
    for name, shape in SHAPES.items():
        body = json.dumps(serving.review(pod(*shape))).encode()
        for chosen, settings in SETTINGS.items():
            it = Reviewer(claims, settings, lambda: serving.UNIQUE)
            began = time.perf_counter()
            question = it.ask(body)
            read = time.perf_counter()
            reply = it.reply(question)
            reading, answering = (read - began) * 1000, (time.perf_counter() - read) * 1000
            worst = max(worst, reading + answering)
            sys.stdout.write(f"{name:32} {chosen:8} {reading:6.1f} {answering:7.1f} ms  {reply.reason}\n")
    sys.stdout.write(f"the longest took {worst:.0f} ms\n")
    return int(worst > MOST)


if __name__ == "__main__":
    sys.exit(main())
