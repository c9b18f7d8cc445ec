"""What is refused, in Fluid's own sentences, all at once."""

from __future__ import annotations

from typing import Any

import pytest

from kubectl_fluid import render
from kubectl_fluid.claims import Name, Object
from tests.render.samples import dataset, messages, mount, rendered, runtime, secret_option, tier

REGULAR_EXPRESSION = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
ENGINE = 'engine demo failed to get runtime info: fail to build runtime info "ns1/demo": '
MEMORY = {"limits": {"memory": "1Gi"}}
TEMPLATE = {"metadata": {"name": "both"}, "spec": {}}
VOLUME = {"name": "both", "emptyDir": {}}
MOUNTED = {"volumeMounts": [{"name": "both", "mountPath": "/x"}]}


@pytest.mark.parametrize(
    ("subject", "sentence"),
    [
        pytest.param(
            dataset(mount(mountPoint=point)), "MountPoint error, can not parse jfs path", id=f"mount point {point}"
        )
        for point in ("/local", "oss://b/x", "juicefs:/x", "juicefs://a/juicefs://b", "")
    ]
    + [
        pytest.param(
            dataset(mount(options={"quota": "2GB"})),
            f"invalid quota 2GB: invalid quota 2GB: {REGULAR_EXPRESSION}",
            id="quota that cannot be read",
        ),
        pytest.param(
            dataset(mount(options={"quota": ""})),
            f"invalid quota : invalid quota : {REGULAR_EXPRESSION}",
            id="quota that is empty",
        ),
    ]
    + [
        pytest.param(
            dataset(mount(options={"quota": quota})),
            f"invalid quota {quota}: quota {quota} is too small, at least 1GiB for quota",
            id=f"quota {quota}",
        )
        for quota in ("1G", "1023Mi", "0", "-5Gi")
    ]
    + [
        pytest.param(
            dataset(mount(options={"quota": "2Gi"}, mountPoint=point)),
            "subPath must be set when quota is enabled",
            id=f"quota of {point}",
        )
        for point in ("juicefs:///", "juicefs://")
    ]
    + [
        pytest.param(
            dataset(mount("metaurl", "1bad.name")),
            "1bad.name is not a valid Linux environment variable name",
            id="variable",
        ),
        pytest.param(
            dataset(sharedEncryptOptions=[secret_option("x+y")]),
            "x+y is not a valid Linux environment variable name",
            id="shared variable",
        ),
        pytest.param(
            dataset(mount("metaurl", "a\n")),
            "a\n is not a valid Linux environment variable name",
            id="newline in a variable",
        ),
    ],
)
def test_fluid_refuses_the_dataset(subject: Object, sentence: str) -> None:
    assert messages(rendered(subject)) == [sentence]


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        pytest.param(
            {"fuse": {"options": {"metrics": "9999"}}}, "invalid metrics port: 9999", id="metrics without a host"
        ),
        pytest.param(
            {"worker": {"options": {"metrics": "host:"}}}, "invalid metrics port: host:", id="metrics, no port"
        ),
        pytest.param(
            {"worker": {"options": {"metrics": "a:b:1"}}}, "invalid metrics port: a:b:1", id="metrics, too many"
        ),
        pytest.param(
            {"fuse": {"options": {"metrics": "h:70000"}}}, "invalid metrics port: h:70000", id="metrics, too large"
        ),
        pytest.param({"fuse": {"options": {"metrics": ""}}}, "invalid metrics port: ", id="metrics, empty"),
        pytest.param(
            {"fuse": {"resources": MEMORY}, "tieredstore": tier(mediumtype="MEM")},
            "the fuse memory tieredStore's size 40Gi is greater than fuse limits memory 1Gi",
            id="more cache in memory than the limit",
        ),
        pytest.param(
            {"fuse": {"volumeMounts": [{"name": "nope", "mountPath": "/x"}]}},
            "failed to find the volume for volumeMount nope",
            id="volume of fuse",
        ),
        pytest.param(
            {"fuse": MOUNTED, "worker": MOUNTED, "volumeClaimTemplates": [TEMPLATE]},
            "failed to find the volume for volumeMount both",
            id="a claim template is not for fuse",
        ),
        pytest.param(
            {"worker": {"volumeMounts": [{"name": "nope", "mountPath": "/x"}]}},
            "failed to find volume or volumeClaimTemplate for worker volumeMount nope",
            id="volume of workers",
        ),
        pytest.param(
            {"worker": MOUNTED, "volumes": [VOLUME], "volumeClaimTemplates": [TEMPLATE]},
            "worker volume name both is ambiguous because it is defined in both volumes and volumeClaimTemplates",
            id="volume and template of one name",
        ),
        pytest.param(
            {"volumeClaimTemplates": [TEMPLATE]},
            "volumeClaimTemplate both must be mounted by worker volumeMounts",
            id="template that is not mounted",
        ),
        pytest.param(
            {"tieredstore": tier(quota=None)}, f"{ENGINE}either quota or quotaList must be set", id="no quota"
        ),
        pytest.param(
            {"tieredstore": tier(quotaList="1Gi,2Gi")},
            f"{ENGINE}length of quotaList must be consistent with length of paths",
            id="more quotas than paths",
        ),
        pytest.param(
            {"tieredstore": tier(path="/a,/b", quotaList="1Gi,x")},
            f'{ENGINE}can\'t correctly parse quota "x" to a quantity type',
            id="quota in a list that cannot be read",
        ),
        pytest.param(
            {"tieredstore": tier(quota="many")},
            f'{ENGINE}can\'t correctly parse quota "many" to a quantity type',
            id="quota that cannot be read",
        ),
        pytest.param(
            {"fuse": {"resources": {"requests": {"cpu": "many"}}}},
            f"JuiceFSRuntime.spec.fuse.resources.requests.cpu: {REGULAR_EXPRESSION}",
            id="request that cannot be read",
        ),
    ],
)
def test_fluid_refuses_the_runtime(spec: dict[str, Any], sentence: str) -> None:
    result = rendered(runtime_object=runtime(**spec))
    assert messages(result) == [sentence]
    assert result.objects == ()


def test_workers_of_the_enterprise_edition_must_hold_the_cache_as_well() -> None:
    spec: dict[str, Any] = {"worker": {"resources": MEMORY}, "tieredstore": tier(mediumtype="MEM", quota="2048Mi")}
    sentence = "the worker memory tieredStore's size 2Gi is greater than worker limits memory 1Gi"
    assert messages(rendered(dataset(mount("token")), runtime(**spec))) == [sentence]
    assert messages(rendered(runtime_object=runtime(**spec))) == []


def test_metrics_do_not_matter_to_the_enterprise_edition() -> None:
    assert messages(rendered(dataset(mount("token")), runtime(fuse={"options": {"metrics": "9999"}}))) == []


def test_everything_that_is_wrong_is_said_at_once_and_in_fluids_order() -> None:
    result = rendered(
        dataset(mount("metaurl", "1bad", mountPoint="/x", options={"quota": "2GB"})),
        runtime(
            tieredstore=tier(quota=None),
            fuse={"options": {"metrics": "x"}, "volumeMounts": [{"name": "nope", "mountPath": "/x"}]},
            volumeClaimTemplates=[TEMPLATE],
        ),
    )
    assert [problem.code for problem in result.errors] == [
        "TieredStore",
        "MetricsPort",
        "EnvName",
        "MountPoint",
        "Quota",
        "MissingVolume",
        "UnmountedTemplate",
    ]


def test_an_error_does_not_bring_forth_others_that_are_none() -> None:
    result = rendered(dataset(mount(mountPoint="/x", options={"quota": "2Gi"})))
    assert [problem.code for problem in result.errors] == ["MountPoint"]


@pytest.mark.parametrize("mounts", [None, []])
def test_a_dataset_without_mounts_is_an_error_and_the_rest_is_looked_at(mounts: Any) -> None:
    subject = dataset()
    subject["spec"]["mounts"] = mounts
    result = rendered(subject, runtime(tieredstore=tier(quota=None)))
    assert [problem.code for problem in result.errors] == ["TieredStore", "NoMount"]
    assert "do not assign mount point" in messages(result)


@pytest.mark.parametrize("name", ["Demo", "1demo", "de_mo", "-demo", "demo-", "a" * 64, "a\n", ""])
def test_names_that_are_no_dns_labels_are_refused(name: str) -> None:
    subject, owner = dataset(), runtime()
    subject["metadata"]["name"] = owner["metadata"]["name"] = name
    assert {problem.code for problem in rendered(subject, owner).errors} == {"Name"}


def test_a_name_that_is_too_long_for_a_release_is_refused() -> None:
    subject, owner = dataset(), runtime()
    subject["metadata"]["name"] = owner["metadata"]["name"] = "a" * 54
    assert [problem.code for problem in rendered(subject, owner).errors] == ["Name"]


def test_a_namespace_that_cannot_be_is_refused() -> None:
    subject, owner = dataset(), runtime()
    subject["metadata"]["namespace"] = owner["metadata"]["namespace"] = "a b;c"
    assert [problem.code for problem in rendered(subject, owner).errors] == ["Name"]


def test_a_runtime_of_another_name_is_refused() -> None:
    owner = runtime()
    owner["metadata"]["name"] = "other"
    assert messages(rendered(runtime_object=owner)) == [
        "No dataset can be bound to the runtime, waiting: no Dataset ns1/other"
    ]


@pytest.mark.parametrize(
    ("subject", "owner"),
    [
        pytest.param(dataset(mount(name="a\nreboot")), runtime(), id="newline in the name"),
        pytest.param(dataset(mount(mountPoint="juicefs:///a\nreboot")), runtime(), id="newline in the folder"),
        pytest.param(dataset(mount(options={"a": "b\nreboot"})), runtime(), id="newline in an option"),
        pytest.param(dataset(mount(options={"a\nreboot": "b"})), runtime(), id="newline in an option's name"),
        pytest.param(dataset(sharedOptions={"a": "b\rreboot"}), runtime(), id="carriage return in a shared option"),
        pytest.param(dataset(), runtime(configs=["a\nreboot"]), id="newline in configs"),
        pytest.param(dataset(), runtime(fuse={"options": {"a": "b\n"}}), id="newline in an option of fuse"),
        pytest.param(dataset(), runtime(worker={"options": {"a\0": "b"}}), id="zero byte in an option of workers"),
        pytest.param(dataset(), runtime(tieredstore=tier(path="/a\n/b")), id="newline in a cache folder"),
        pytest.param(dataset(), runtime(tieredstore=tier(low="0.1\n")), id="newline in the free space"),
        pytest.param(dataset(mount(name="a<b")), runtime(), id="redirection"),
        pytest.param(dataset(mount(name="a #b")), runtime(), id="comment"),
        pytest.param(dataset(mount(options={"a": "x'; reboot #"})), runtime(), id="quote that dash lets out"),
        pytest.param(
            dataset(mount(options={"a": "x'", "b": ";reboot", "c": "y'"})), runtime(), id="quotes that change places"
        ),
    ],
)
def test_values_that_would_become_commands_are_refused(subject: Object, owner: Object) -> None:
    result = rendered(subject, owner)
    assert {problem.code for problem in result.errors} == {"ShellCharacter"}
    assert result.objects == ()


@pytest.mark.parametrize(
    ("part", "value", "sentence"),
    [
        ("dataset", {"mounts": {}}, "Dataset.spec.mounts is not a list"),
        ("dataset", {"mounts": [1]}, "Dataset.spec.mounts[0] is not a mapping"),
        ("dataset", {"mounts": [mount(options={"quota": 10})]}, "Dataset.spec.mounts[0].options.quota is not a string"),
        ("dataset", {"accessModes": "ReadWriteMany"}, "Dataset.spec.accessModes is not a list"),
        ("runtime", {"replicas": True}, "JuiceFSRuntime.spec.replicas is not an integer"),
        ("runtime", {"fuse": []}, "JuiceFSRuntime.spec.fuse is not a mapping"),
        ("runtime", {"fuse": {"env": {"A": "1"}}}, "JuiceFSRuntime.spec.fuse.env is not a list"),
        ("runtime", {"configs": ["a", 1]}, "JuiceFSRuntime.spec.configs[1] is not a string"),
        ("runtime", {"fuse": {"env": [{"name": {}}]}}, "JuiceFSRuntime.spec.fuse.env[0].name is not a string"),
        ("runtime", {"fuse": {"env": [{"value": "x"}]}}, "JuiceFSRuntime.spec.fuse.env[0].name is not a string"),
        ("runtime", {"fuse": {"env": [None]}}, "JuiceFSRuntime.spec.fuse.env[0] is not a mapping"),
        ("runtime", {"fuse": {"env": [[]]}}, "JuiceFSRuntime.spec.fuse.env[0] is not a mapping"),
        (
            "runtime",
            {"worker": {"env": [{"name": "A", "value": 1}]}},
            "JuiceFSRuntime.spec.worker.env[0].value is not a string",
        ),
        (
            "runtime",
            {"fuse": {"volumeMounts": [{"name": "v", "mountPath": []}]}},
            "JuiceFSRuntime.spec.fuse.volumeMounts[0].mountPath is not a string",
        ),
        ("runtime", {"volumes": [{"name": 3}]}, "JuiceFSRuntime.spec.volumes[0].name is not a string"),
        ("runtime", {"replicas": 2**31}, "JuiceFSRuntime.spec.replicas does not fit into 32 bits: 2147483648"),
        (
            "runtime",
            {"replicas": 10**5000},
            "JuiceFSRuntime.spec.replicas does not fit into 32 bits: a number of more than 30 digits",
        ),
        (
            "runtime",
            {"replicas": -1},
            "JuiceFSRuntime.spec.replicas: Invalid value: -1: should be a non-negative integer",
        ),
    ],
)
def test_a_field_of_a_wrong_type_is_named(part: str, value: Object, sentence: str) -> None:
    subject, owner = dataset(), runtime()
    (subject if part == "dataset" else owner)["spec"].update(value)
    assert sentence in messages(rendered(subject, owner))


def test_an_amount_in_a_volume_that_cannot_be_read_is_named() -> None:
    volumes = [{"name": "v", "emptyDir": {"sizeLimit": "lots"}}]
    owner = runtime(volumes=volumes, fuse={"volumeMounts": [{"name": "v", "mountPath": "/v"}]})
    assert messages(rendered(runtime_object=owner)) == [
        f"JuiceFSRuntime.spec.volumes[0].emptyDir.sizeLimit: {REGULAR_EXPRESSION}"
    ]


def test_null_is_as_good_as_absent() -> None:
    subject, owner = dataset(sharedOptions=None, accessModes=None), runtime(fuse=None, worker=None, tieredstore=None)
    assert rendered(subject, owner).objects == rendered().objects


def test_other_kinds_of_runtimes_are_not_rendered() -> None:
    result = rendered(runtime_object=runtime(kind="AlluxioRuntime"))
    assert messages(result) == ["AlluxioRuntime cannot be rendered"]


def test_every_error_has_a_cure_or_says_it_all() -> None:
    result = rendered(dataset(mount(mountPoint="/x")), runtime(tieredstore=tier(quota=None)))
    assert all(problem.hint for problem in result.errors)


NOT_1035 = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, "
    "and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
    "'[a-z]([-a-z0-9]*[a-z0-9])?')"
)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("20-hbase", f'Invalid value: "20-hbase": {NOT_1035}'),
        ("d" * 64, f'Invalid value: "{"d" * 64}": must be no more than 63 characters'),
        ("", "Required value: name or generateName is required"),
    ],
    ids=["a digit first", "too long", "none"],
)
def test_a_bad_name_is_refused_in_fluids_own_sentences(name: str, fault: str) -> None:
    subject, owner = dataset(), runtime()
    for value in (subject, owner):
        value["metadata"]["name"] = name
    assert messages(rendered(subject, owner))[:2] == [
        f"Failed to create dataset because err: metadata.name: {fault}",
        f"Failed to create ddc engine due to error metadata.name: {fault}",
    ]


def test_a_volume_whose_name_would_be_taken_for_an_option_is_refused() -> None:
    assert messages(rendered(dataset(mount(name="--force")))) == [
        "Dataset.spec.mounts[0].name '--force' begins with -: juicefs would take it for an option"
    ]


@pytest.mark.parametrize(
    ("quota", "reason"),
    [
        ("2Gi ", 'can\'t correctly parse quota "2Gi " to a quantity type'),
        ("-1Gi", 'quota "-1Gi" is negative'),
        ("16Ei", 'quota "16Ei" does not fit into 64 bits'),
        ("1e30", 'quota "1e30" does not fit into 64 bits'),
    ],
)
def test_a_tier_whose_quota_makes_no_sense_is_refused(quota: str, reason: str) -> None:
    assert messages(rendered(runtime_object=runtime(tieredstore=tier(quota=quota)))) == [f"{ENGINE}{reason}"]


@pytest.mark.parametrize(
    ("quota", "reason"),
    [(" 2Gi", f"invalid quota  2Gi: {REGULAR_EXPRESSION}"), ("1e30", "it does not fit into 64 bits")],
)
def test_a_quota_with_blanks_or_beyond_all_numbers_is_refused(quota: str, reason: str) -> None:
    assert messages(rendered(dataset(mount(options={"quota": quota})))) == [f"invalid quota {quota}: {reason}"]


def test_a_dataset_with_two_runtimes_is_refused_in_fluids_own_sentence() -> None:
    refused = render.already_bound(Name("ns1", "demo"), ["JuiceFSRuntime", "ThinRuntime"])
    assert messages(refused) == [
        "the dataset can't be bound to the runtime, because it's already bound to another runtime demo"
    ]
    assert refused.errors[0].hint == "keep one of JuiceFSRuntime and ThinRuntime ns1/demo"
