"""Examples of the rules about names, pairs, Datasets, references and Secrets."""

from __future__ import annotations

from tests.validation.examples import (
    ALLUXIO,
    BACKUP,
    DATALOAD,
    DATASET,
    HEAD,
    JFS_KEYS,
    MIGRATE,
    NFS,
    PROFILE,
    RUNTIME,
    THIN,
    Example,
    documents,
)

_PAIR = documents(DATASET, RUNTIME)
_LONG = "x" * 60
_REFERENCE = f"""\
{HEAD}kind: Dataset
metadata: {{name: link}}
spec:
  mounts:
    - mountPoint: dataset://default/demo
"""
_OPTIONS = 'options: {storage: s3, bucket: "https://b.example.com"}'
_METAURL = "        - name: metaurl\n          valueFrom: {secretKeyRef: {name: jfs, key: metaurl}}\n"
_TOKEN = _METAURL.replace("metaurl", "token")


def _option(name: str) -> str:
    return _METAURL.replace("name: metaurl", f"name: {name}")


NAMES = (
    Example("FL0101", RUNTIME, "metadata: {name: demo}", "metadata: {name: 1-demo}"),
    Example("FL0102", RUNTIME, "metadata: {name: demo}", f"metadata: {{name: {_LONG}}}"),
    Example("FL0103", DATALOAD, "metadata: {name: load,", f"metadata: {{name: {'x' * 47},"),
    Example("FL0103", BACKUP, "metadata: {name: backup", f"metadata: {{name: {'x' * 47}"),
    Example("FL0104", DATASET, "metadata: {name: demo}", f"metadata: {{name: {_LONG}}}"),
    Example("FL0105", documents(DATASET, DATASET.replace("demo", "other")), "{name: other}", "{name: demo}"),
    Example("FL0106", RUNTIME, "{name: demo}", "{name: my-org}"),
    Example(
        "FL0110",
        _PAIR,
        "kind: JuiceFSRuntime\nmetadata: {name: demo}",
        "kind: JuiceFSRuntime\nmetadata: {name: x}",
        at="metadata: {name: x}",
    ),
    Example("FL0111", documents(DATASET, RUNTIME), f"---\n{RUNTIME}", "", at="metadata: {name: demo}"),
    Example(
        "FL0112",
        documents(DATASET, RUNTIME, ALLUXIO.replace("demo", "other")),
        "{name: other}",
        "{name: demo}",
        at="kind: AlluxioRuntime",
    ),
)

DATASETS = (
    Example("FL0201", _PAIR, DATASET[DATASET.index("  mounts:") :], "  placement: Shared\n", at="spec:"),
    Example("FL0202", DATASET, "mountPoint: juicefs:///", "mountPoint: juicefs:/"),
    Example("FL0203", DATASET.replace(":///", ":///a"), _OPTIONS, _OPTIONS.replace("storage", "quota: 2GB, storage")),
    Example("FL0203", DATASET.replace(":///", ":///a"), _OPTIONS, _OPTIONS.replace("storage", "quota: 1Mi, storage")),
    Example(
        "FL0204",
        DATASET.replace(":///", ":///a").replace("storage", "quota: 2Gi, storage"),
        "juicefs:///a",
        "juicefs:///",
    ),
    Example("FL0205", DATASET + _option("my-key"), "- name: my-key", "- name: my.key"),
    Example("FL0206", DATASET, "name: volume", 'name: "volume #1"'),
    Example("FL0206", DATASET, "{storage: s3, ", '{my-option: "a\\nb", storage: s3, '),
    Example("FL0217", DATASET, "{storage: s3, ", "{my-option: a b, storage: s3, "),
    Example("FL0207", DATASET, "      encryptOptions:\n", "  sharedEncryptOptions:\n", at="- name: metaurl"),
    Example("FL0208", DATASET, _METAURL, _METAURL + _TOKEN, at="- name: token"),
    Example("FL0209", DATASET, f"      encryptOptions:\n{_METAURL}", "", at="- mountPoint:"),
    Example("FL0210", DATASET, ", key: metaurl}", "}", at="- name: metaurl"),
    Example(
        "FL0211",
        DATASET + _option("my-key"),
        _option("my-key"),
        _option("my-key") + _option("my_key"),
        at="- name: my-key",
    ),
    Example("FL0212", DATASET, "      name: volume\n", "", at="- mountPoint:"),
    Example("FL0213", DATASET, "mountPoint: juicefs:///", "mountPoint: juicefs://"),
    Example("FL0214", DATASET, "mountPoint: juicefs:///", "mountPoint: juicefs://demo"),
    Example("FL0215", DATASET, "storage: s3, ", "", at="- mountPoint:"),
    Example("FL0216", DATASET + "  sharedOptions: {verbose: ''}\n", "{verbose: ''}", "{quota: 2Gi}"),
    Example("FL0217", DATASET, "name: volume", "name: my volume"),
    Example(
        "FL0222",
        DATASET.replace("{name: demo}", "{name: demo, annotations: {pvc.fluid.io/resources.requests.storage: 100Gi}}"),
        "100Gi",
        "100GB",
    ),
    Example("FL0223", DATASET + "  accessModes: [ReadWriteMany]\n", "ReadWriteMany]", "ReadWrite]"),
    Example(
        "FL0230",
        documents(NFS + "    - {mountPoint: 192.0.2.1:/b, name: b}\n", THIN, PROFILE),
        "name: b}",
        "name: share}",
    ),
    Example(
        "FL0231",
        documents(NFS + "      options: {user: me}\n      encryptOptions:\n" + _option("key"), THIN, PROFILE),
        "options: {user: me}",
        "options: {key: me}",
    ),
    Example(
        "FL0232",
        documents(NFS + "      options: {fluid.fuse.hostvolume: /a}\n", THIN, PROFILE),
        "hostvolume: /a}",
        "hostvolume: a}",
    ),
    Example(
        "FL0233",
        NFS + "    - {mountPoint: pvc://a, name: a}\n",
        "192.0.2.1:/share",
        "pvc://b",
        at="mountPoint: pvc://a",
    ),
)

REFERENCES = (
    Example("FL0240", _REFERENCE, "/demo\n", "/demo\n    - {mountPoint: juicefs:///, name: x}\n", at="mounts:"),
    Example(
        "FL0241",
        documents(_REFERENCE, THIN.replace("demo", "link").replace("profileName: nfs", "replicas: 0")),
        "kind: ThinRuntime",
        "kind: JuiceFSRuntime",
    ),
    Example(
        "FL0242",
        documents(_PAIR, _REFERENCE),
        "mountPoint: juicefs:///",
        "mountPoint: dataset://default/x",
        at="mountPoint: dataset://default/demo",
    ),
    Example("FL0243", documents(_PAIR, _REFERENCE), "dataset://default/demo", "dataset://default/x"),
    Example("FL0244", documents(_PAIR, _REFERENCE), "default/demo", "default/demo/../x"),
    Example(
        "FL0245",
        documents(
            _PAIR,
            _REFERENCE.replace("{name: link}", "{name: link, namespace: apps}"),
            JFS_KEYS.replace("{name: jfs}", "{name: jfs, namespace: apps}"),
        ),
        "{name: jfs, namespace: apps}",
        "{name: jfs}",
        at="mountPoint: dataset:",
    ),
    Example("FL0246", _REFERENCE, "dataset://default/demo", "dataset://demo"),
)

SECRETS = (
    Example("FL0250", documents(DATASET, JFS_KEYS), "{metaurl: ", "{meta-url: ", at="valueFrom:"),
    Example("FL0251", documents(DATASET, JFS_KEYS), "{name: jfs}", "{name: jfs, namespace: other}", at="valueFrom:"),
    Example("FL0252", documents(DATASET, JFS_KEYS), f"---\n{JFS_KEYS}", "", at="valueFrom:"),
    Example("FL0253", DATASET, "storage: s3", "token: abc"),
    Example(
        "FL0250",
        documents(
            MIGRATE.replace("  to:", "      encryptOptions:\n" + _option("access-key") + "  to:").replace(
                'externalStorage: {uri: "s3://b.example.com/folder"}',
                'externalStorage:\n      uri: "s3://b.example.com/folder"',
            ),
            JFS_KEYS,
        ),
        "{metaurl: ",
        "{meta-url: ",
        at="valueFrom:",
    ),
)
