"""Examples of the rules about data operations and about fields without effect."""

from __future__ import annotations

from tests.validation.examples import (
    BACKUP,
    DATALOAD,
    DATASET,
    HEAD,
    MIGRATE,
    NFS,
    PROCESS,
    PROFILE,
    RUNTIME,
    THIN,
    Example,
    documents,
)

_PAIR = documents(DATASET, RUNTIME)
_CRON = DATALOAD + '  policy: Cron\n  schedule: "0 3 * * *"\n'
_AFTER = DATALOAD + "  runAfter: {kind: DataMigrate, name: migrate}\n"
_JOB = PROCESS[: PROCESS.index("    script")] + (
    "    job:\n      podSpec:\n        containers:\n          - name: c\n            image: i\n"
)
_PARALLEL = MIGRATE + "  parallelism: 2\n  parallelOptions: {sshSecretName: key, sshPort: '22'}\n"

LOADS = (
    Example("FL0401", DATALOAD, "demo, namespace: default}", "demo}", at="dataset: {name: demo}"),
    Example("FL0402", DATALOAD, "demo, namespace: default}", "demo, namespace: data}"),
    Example("FL0403", DATALOAD, "- path: /data", '- path: "/data\\n/x"'),
    Example("FL0403", DATALOAD + "  options: {threads: '50'}\n", "threads: '50'", 'threads: "5\\n0"'),
    Example("FL0404", documents(_PAIR, DATALOAD), "dataset: {name: demo", "dataset: {name: dem"),
    Example(
        "FL0405",
        documents(DATASET, RUNTIME, NFS.replace("demo", "nfs"), THIN.replace("demo", "nfs"), PROFILE, DATALOAD),
        "dataset: {name: demo",
        "dataset: {name: nfs",
    ),
    Example(
        "FL0405",
        documents(
            _PAIR,
            f"{HEAD}kind: Dataset\nmetadata: {{name: link}}\nspec:\n  mounts:\n    - mountPoint: "
            "dataset://default/demo\n",
            DATALOAD,
        ),
        "dataset: {name: demo",
        "dataset: {name: link",
    ),
    Example("FL0406", documents(_PAIR, DATALOAD), "replicas: 1", "replicas: 0", at="dataset: {name: demo"),
    Example("FL0407", _CRON, '  schedule: "0 3 * * *"\n', "", at="policy: Cron"),
    Example("FL0408", _CRON, 'schedule: "0 3 * * *"', 'schedule: "0 25 * * *"'),
    Example("FL0409", DATALOAD + "  policy: Once\n", "policy: Once", "policy: OnEvent"),
    Example(
        "FL0410",
        documents(_AFTER, MIGRATE),
        "    dataset: {name: demo, namespace: default}\n",
        "    dataset: {name: demo, namespace: default}\n  runAfter: {kind: DataLoad, name: load}\n",
        at="runAfter: {kind: DataMigrate",
    ),
    Example("FL0411", documents(_AFTER, MIGRATE), "{name: migrate,", "{name: move,", at="runAfter"),
    Example(
        "FL0412",
        _AFTER.replace("name: migrate}", "name: migrate, affinityStrategy: {policy: Require}}"),
        "policy: Require",
        "policy: Always",
        at="runAfter",
    ),
    Example(
        "FL0415",
        _AFTER.replace("name: migrate}", 'name: migrate, affinityStrategy: {policy: ""}}'),
        'policy: ""',
        "policy: Require",
        at="runAfter",
    ),
    Example("FL0416", f"{DATALOAD}  options: {{timeout: 90m}}\n", "timeout: 90m", "timeout: 1h30m"),
    Example("FL0413", DATALOAD, "- path: /data", "- path: data"),
    Example("FL0414", DATALOAD, "- path: /data", "- path: /my data"),
)

OTHERS = (
    Example("FL0420", PROCESS, "demo, namespace: default,", "demo, namespace: data,"),
    Example("FL0420", PROCESS, "demo, namespace: default,", "demo,"),
    Example("FL0420", MIGRATE, "demo, namespace: default}", "demo, namespace: data}"),
    Example("FL0421", PROCESS, "\n    script:\n      image: python\n      source: echo", " {}", at="processor:"),
    Example("FL0421", PROCESS, "    script:", "    job: {podSpec: {containers: []}}\n    script:", at="script:"),
    Example("FL0422", _JOB, _JOB[_JOB.index("      podSpec") :], "      other: {}\n", at="job:"),
    Example(
        "FL0423",
        PROCESS + "      volumeMounts:\n        - {name: a, mountPath: /a}\n",
        "- {name: a, mountPath: /a}",
        "- {name: a, mountPath: /data}",
    ),
    Example("FL0424", _PARALLEL, "sshSecretName: key, ", "", at="parallelism"),
    Example("FL0425", _PARALLEL, "sshPort: '22'", "sshPort: ssh"),
    Example(
        "FL0426",
        MIGRATE,
        "dataset: {name: demo, namespace: default}",
        'externalStorage: {uri: "s3://b.example.com/other"}',
        at="spec:",
    ),
    Example(
        "FL0427", documents(_PAIR, MIGRATE + "  runtimeType: juicefs\n"), "runtimeType: juicefs", "runtimeType: alluxio"
    ),
    Example("FL0428", BACKUP, "backupPath: pvc://backups/demo", "backupPath: s3://backups/demo"),
)

IGNORED = (
    Example("FL0601", RUNTIME, "  replicas: 1\n", "  runAs: {uid: 0, gid: 0, user: a, group: a}\n  replicas: 1\n"),
    Example("FL0601", DATASET, "      name: volume\n", "      name: volume\n      readOnly: true\n", at="readOnly"),
    Example("FL0601", PROFILE, "    image:", "    nodeSelector: {a: b}\n    image:", at="nodeSelector"),
    Example("FL0601", documents(DATASET, DATALOAD), "  target:", "  loadMetadata: true\n  target:"),
    Example("FL0602", _CRON, "policy: Cron", "policy: Once", at="schedule:"),
)
