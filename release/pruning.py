"""What an archive leaves out of its dependencies, and why. A test imports all of the program from what is left."""

from __future__ import annotations

import re

from release.problem import Problem

#: Distributions of the lock that no archive carries.
UNUSED = {
    "distlib": "gives the launcher for Windows, and nothing to import",
    "durationpy": "kubernetes.utils.duration, which is left out",
    "markdown-it-py": "rich.markdown, which nothing here imports",
    "mdurl": "markdown-it-py",
    "pygments": "rich.syntax and rich.traceback, which nothing here imports",
    "tzdata": "zones of dateutil.tz, where a system has none; times of an API server are in UTC",
    "websocket-client": "kubernetes.stream (exec, attach, port-forward), which is left out",
}

#: Distribution → what goes, as a pattern for the whole of a file's name in the wheel.
LEFT_OUT = {
    # 98 % of it are typed objects and their API calls, made from OpenAPI. kubectl_fluid.cluster uses Configuration,
    # RESTClientObject, load_kube_config and InClusterConfigLoader; kube_config.py imports ApiClient beside them.
    "kubernetes": r"kubernetes/(client/(api|apis|models)|dynamic|leaderelection|stream|utils|watch)/.*|.*_test\.py",
    "jsonschema": r"jsonschema/(tests|benchmarks)/.*|jsonschema/(cli|__main__)\.py",
    "jsonschema-specifications": r"jsonschema_specifications/tests/.*",
    "referencing": r"referencing/tests/.*",
    "python-dateutil": r"dateutil/zoneinfo/.*",
    "urllib3": r"urllib3/contrib/.*",
    "charset-normalizer": r"charset_normalizer/(cli/.*|__main__\.py)",
    "idna": r"idna/(__main__|cli)\.py",
    "rich": r"rich/(__main__|diagnose|markdown|syntax|traceback|json|prompt|_emoji_codes|pretty|logging)\.py",
}

#: Never of use to a program that runs: types, what built a native module, examples.
_EVERYWHERE = re.compile(r".*\.(pyi|pyx|pxd|c|h|typed)|.*/py\.typed")

_CHANGED = "# Changed for the archives of kubectl-fluid: what nothing there uses is left out (release/pruning.py).\n"
#: Files that are written anew, since they import what is left out: the same licence, Apache-2.0, asks to say so.
REWRITTEN = {
    "kubernetes/__init__.py": f'{_CHANGED}__project__ = "kubernetes"\n__version__ = "{{version}}"\n',
    "kubernetes/client/__init__.py": f"""\
{_CHANGED}from kubernetes.client.configuration import Configuration
from kubernetes.client.exceptions import ApiException
from kubernetes.client.api_client import ApiClient
""",
    "kubernetes/client/models/__init__.py": _CHANGED,
}


def kept(distribution: str, files: dict[str, bytes], version: str) -> dict[str, bytes]:
    """The files of a wheel that an archive carries, without `.dist-info`. Raises Problem.

    A pattern that matches nothing any more is a mistake of this table: the release has changed.
    """
    pattern = re.compile(LEFT_OUT.get(distribution, r"(?!)"))
    held = {name: content for name, content in files.items() if ".dist-info/" not in name and ".data/" not in name}
    gone = {name for name in held if pattern.fullmatch(name)}
    if distribution in LEFT_OUT and not gone:
        raise Problem(f"release/pruning.py leaves something out of {distribution} that {version} does not have")
    left = {name: it for name, it in held.items() if name not in gone and not _EVERYWHERE.fullmatch(name)}
    if distribution == "kubernetes":
        left |= {name: text.replace("{version}", version).encode() for name, text in REWRITTEN.items()}
    return left
