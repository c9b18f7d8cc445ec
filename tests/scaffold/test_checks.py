from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubectl_fluid.scaffold import checks
from kubectl_fluid.scaffold.cache import Cache, parse_cache
from kubectl_fluid.scaffold.checks import Check, ScaffoldError
from kubectl_fluid.scaffold.dataset import mount_point
from kubectl_fluid.scaffold.job import mount_path

GOOD: list[tuple[Check, str]] = [
    (checks.dataset_name, "a" * 53),
    (checks.dataload_name, "a" * 46),
    (checks.job_name, "0-job"),
    (checks.secret_name, "jfs.secret"),
    (checks.plain, "https://demo.oss-cn-hangzhou.aliyuncs.com:9000/bucket"),
    (checks.plain, "数据"),
    (checks.absolute, "/mnt/cache1"),
    (checks.size, "1.5Gi"),
    (checks.mebibytes, "0"),
    (checks.option_key, "threads"),
    (checks.image, "registry.example:5000/team/debian:stable@sha256:00"),
    (checks.argument, "$(anything); 'goes' here\n"),
    (mount_point, "juicefs:///"),
    (mount_point, "juicefs:///demo/train"),
    (mount_path, "/data"),
    (mount_path, "/my data"),
    (checks.volume_name, "my-volume"),
]
BAD: list[tuple[Check, str]] = [
    (checks.dataset_name, "a" * 54),
    (checks.dataload_name, "a" * 47),
    (checks.dataset_name, "1demo"),
    (checks.dataset_name, "demo-"),
    (checks.dataset_name, "Demo"),
    (checks.dataset_name, "de.mo"),
    (checks.dataset_name, "demo\n"),
    (checks.dataset_name, ""),
    (checks.job_name, "a" * 64),
    (checks.namespace, "a/b"),
    (checks.secret_name, "-secret"),
    (checks.plain, ""),
    (checks.plain, "a b"),
    (checks.plain, "a,b"),
    (checks.plain, "a\x00b"),
    (checks.plain, "\udcff"),
    (checks.absolute, "mnt/cache"),
    (checks.absolute, "/mnt:/cache"),
    (checks.absolute, "/mnt/../etc"),
    (checks.size, "40GB"),
    (checks.size, "0"),
    (checks.size, "-1Gi"),
    (checks.mebibytes, "1Gi"),
    (checks.mebibytes, "-1"),
    (checks.mebibytes, "٣"),
    (checks.option_key, "--threads"),
    (checks.option_key, ""),
    (checks.image, "-debian"),
    (checks.image, "debian stable"),
    (checks.argument, "\udcff"),
    (mount_point, "juicefs://"),
    (mount_point, "juicefs://demo"),
    (mount_point, "s3://demo"),
    (mount_point, "/demo"),
    (mount_point, "juicefs:///juicefs:///"),
    (mount_point, "juicefs:///../other"),
    (mount_point, "juicefs:///demo$(id)"),
    (mount_path, "/"),
    (mount_path, "//"),
    (mount_path, "data"),
    (mount_path, "/my\ndata"),
    (mount_path, "/my:data"),
    (mount_path, "/my/../data"),
    (checks.volume_name, "-volume"),
    (checks.volume_name, "my volume"),
]


@pytest.mark.parametrize(("check", "text"), GOOD)
def test_a_good_value_comes_back_as_it_is(check: Check, text: str) -> None:
    assert check(text) == text


@pytest.mark.parametrize(("check", "text"), BAD)
def test_a_bad_value_is_refused_with_one_sentence(check: Check, text: str) -> None:
    with pytest.raises(ScaffoldError) as raised:
        check(text)
    assert str(raised.value)
    assert "\n" not in str(raised.value)


@given(st.text())
def test_a_plain_word_is_one_word_to_a_shell(text: str) -> None:
    try:
        checks.plain(text)
    except ScaffoldError:
        return
    assert shlex.split(text, comments=True) == [text]


def test_a_cache_is_medium_paths_and_size() -> None:
    found = parse_cache("SSD:/mnt/cache1:/mnt/cache2:40Gi")
    assert found == Cache("SSD", ("/mnt/cache1", "/mnt/cache2"), "40Gi")
    assert found.level == {"mediumtype": "SSD", "path": "/mnt/cache1:/mnt/cache2", "quota": "40Gi"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SSD",
        "SSD:",
        "SSD:40Gi",
        "SSD:/mnt",
        "ssd:/mnt:40Gi",
        "SSD:mnt:40Gi",
        "SSD:/mnt:40GB",
        "SSD:/a:/a:1Gi",
        "SSD:/mnt::40Gi",
        "SSD:/mnt:40Gi:",
        "SSD:/mnt:0",
        "SSD:/mnt,/b:40Gi",
        "SSD:/mnt\n:40Gi",
        "SSD::1Gi",
        "SSD:/:1Gi",
        "SSD:/mnt:1m",
        "SSD:/mnt:1023Ki",
    ],
)
def test_what_is_no_cache_is_refused(text: str) -> None:
    with pytest.raises(ScaffoldError) as raised:
        parse_cache(text)
    assert raised.value.hint
