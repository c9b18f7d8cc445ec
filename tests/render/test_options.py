"""Which mount options come from where, and which win."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.render.options import joined
from tests.render import samples
from tests.render.samples import dataset, mount, mount_options, rendered, runtime, tier

WRITABLE: dict[str, Any] = {"accessModes": ["ReadWriteMany"]}


def test_a_plain_dataset_is_mounted_read_only_with_long_lived_metadata() -> None:
    assert mount_options(rendered()) == [
        "attr-cache=7200",
        "cache-dir=/var/jfsCache",
        "entry-cache=7200",
        "metrics=0.0.0.0:14001",
        "ro",
        "subdir=/demo",
    ]


def test_workers_are_never_mounted_read_only() -> None:
    assert mount_options(rendered(), "worker") == [
        "cache-dir=/var/jfsCache",
        "metrics=0.0.0.0:14000",
        "subdir=/demo",
    ]


def test_the_enterprise_edition_has_cache_groups_and_no_metrics() -> None:
    result = rendered(dataset(mount("token")))
    assert mount_options(result) == [
        "attrcacheto=7200",
        "cache-dir=/var/jfsCache",
        "cache-group=ns1-demo",
        "entrycacheto=7200",
        "foreground",
        "no-sharing",
        "no-update",
        "ro",
        "subdir=/demo",
    ]
    assert mount_options(result, "worker") == [
        "cache-dir=/var/jfsCache",
        "cache-group=ns1-demo",
        "foreground",
        "no-update",
        "subdir=/demo",
    ]


def test_a_level_gives_folder_size_and_free_space() -> None:
    result = rendered(dataset(**WRITABLE), runtime(tieredstore=tier(path="/a:/b", quota="1.5Gi", low="0.1")))
    for part in ("fuse", "worker"):
        options = mount_options(result, part)
        assert {"cache-dir=/a:/b", "cache-size=1536", "free-space-ratio=0.1"} <= set(options)


@pytest.mark.parametrize(("quota", "size"), [(100_000_000, "95"), ("10G", "9536"), ("1Mi", "1"), ("1Ki", "0")])
def test_the_cache_size_is_in_whole_mebibytes(quota: str | int, size: str) -> None:
    result = rendered(dataset(**WRITABLE), runtime(tieredstore=tier(quota=quota)))
    assert f"cache-size={size}" in mount_options(result)


def test_a_mounts_options_win_over_shared_ones() -> None:
    result = rendered(dataset(mount(options={"a": "mount"}), sharedOptions={"a": "shared", "b": "shared"}))
    assert {"a=mount", "b=shared"} <= set(mount_options(result))
    assert not {"a=mount", "b=shared"} & set(mount_options(result, "worker"))


def test_the_level_wins_over_the_datasets_options_and_the_runtimes_options_over_the_level() -> None:
    given_options = {"cache-dir": "/from/dataset", "cache-size": "1", "free-space-ratio": "0.9"}
    result = rendered(
        dataset(mount(options=given_options), **WRITABLE),
        runtime(tieredstore=tier(low="0.2"), fuse={"options": {"cache-size": "7"}}),
    )
    options = mount_options(result)
    assert {"cache-dir=/mnt/c1", "cache-size=7", "free-space-ratio=0.2"} <= set(options)


@pytest.mark.parametrize("name", ["storage", "bucket", "bucket2"])
def test_options_of_the_format_command_are_not_mounted(name: str) -> None:
    result = rendered(dataset(mount(options={name: "x"}), **WRITABLE))
    assert mount_options(result) == ["cache-dir=/var/jfsCache", "metrics=0.0.0.0:14001", "subdir=/demo"]


def test_a_second_bucket_is_dropped_for_fuse_but_not_for_workers() -> None:
    options = {"options": {"bucket2": "s3://b"}}
    result = rendered(runtime_object=runtime(fuse=options, worker=options))
    assert "bucket2=s3://b" not in mount_options(result)
    assert "bucket2=s3://b" in mount_options(result, "worker")


def test_a_user_can_change_defaults_but_not_what_is_forced() -> None:
    mine = {"attrcacheto": "1", "cache-group": "g", "no-sharing": "x", "foreground": "no", "ro": "yes"}
    result = rendered(dataset(mount("token")), runtime(fuse={"options": mine}, worker={"options": mine}))
    assert {"attrcacheto=1", "cache-group=g", "no-sharing=x", "foreground", "ro"} <= set(mount_options(result))
    assert {"cache-group=g", "foreground", "ro=yes"} <= set(mount_options(result, "worker"))
    assert "no-sharing=x" not in mount_options(result, "worker")


def test_an_option_ro_of_a_user_does_not_make_the_caches_long_lived() -> None:
    result = rendered(dataset(**WRITABLE), runtime(fuse={"options": {"ro": ""}}))
    assert mount_options(result) == ["cache-dir=/var/jfsCache", "metrics=0.0.0.0:14001", "ro", "subdir=/demo"]


def test_one_read_only_mode_among_several_makes_the_mount_read_only() -> None:
    assert "ro" in mount_options(rendered(dataset(accessModes=["ReadWriteMany", "ReadOnlyMany"])))


@pytest.mark.parametrize(
    ("point", "option"), [("juicefs:///", None), ("juicefs://", "subdir"), ("juicefs://a", "subdir=a")]
)
def test_the_folder_is_what_follows_the_scheme(point: str, option: str | None) -> None:
    options = mount_options(rendered(dataset(mount(mountPoint=point))))
    assert [it for it in options if it.startswith("subdir")] == ([] if option is None else [option])


def test_a_level_without_a_path_leaves_a_bare_option_and_no_volume() -> None:
    result = rendered(dataset(**WRITABLE), runtime(tieredstore=tier(path=None)))
    assert "cache-dir" in mount_options(result)
    assert not [it for it in samples.pod(result)["volumes"] if it["name"].startswith("cache-dir")]


@given(st.dictionaries(st.text("abc-", min_size=1), st.text("xyz", max_size=2)))
def test_options_are_joined_by_commas(options: dict[str, str]) -> None:
    words = joined(options).split(",") if options else []
    assert [word.partition("=")[0] for word in words] == list(options)
    assert [word.partition("=")[2] for word in words] == list(options.values())
