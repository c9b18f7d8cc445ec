"""The specifications that ECI has, and which of them a Pod gets.

Both tables: Alibaba Cloud, `specify-the-number-of-vcpus-and-memory-size-to-create-a-pod` (of January 2025, the same in
June 2026): "supported in all regions where Elastic Container Instance is available" and "supported only in some
regions".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from kubectl_fluid.sizing.size import Size


def _sizes(table: Mapping[str, str]) -> tuple[Size, ...]:
    return tuple(Size(Fraction(cpu), Fraction(memory)) for cpu, row in table.items() for memory in row.split())


def _even(first: int, last: int, *, without: tuple[int, ...] = ()) -> str:
    return " ".join(str(number) for number in range(first, last + 1, 2) if number not in without)


#: vCPU: GiB.
EVERYWHERE: Final = _sizes(
    {
        "0.25": "0.5 1",
        "0.5": "1 2",
        "1": "2 4 8",
        "2": "1 2 4 8 16",
        "4": "2 4 8 16 32",
        "8": "4 8 16 32 64",
        "12": "12 24 48 96",
        "16": "16 32 64 128",
        "24": "24 48 96 192",
        "32": "32 64 128 256",
        "52": "96 192 384",
        "64": "128 256 512",
    }
)
#: What the regions of REGIONS have besides. Preemptible instances cannot have these.
REGIONAL: Final = _sizes(
    {
        "2": "6 10 12 14",
        "4": _even(6, 30, without=(8, 16)),
        "6": _even(6, 48),
        "8": _even(10, 62, without=(16, 32)),
    }
)
#: IDs of the regions that the page names for the second table: Hangzhou, Shanghai, Qingdao, Beijing, Zhangjiakou,
#: Hohhot, Ulanqab, Shenzhen, Heyuan, Guangzhou, Chengdu and Singapore.
REGIONS: Final = (
    *("cn-hangzhou", "cn-shanghai", "cn-qingdao", "cn-beijing", "cn-zhangjiakou", "cn-huhehaote", "cn-wulanchabu"),
    *("cn-shenzhen", "cn-heyuan", "cn-guangzhou", "cn-chengdu", "ap-southeast-1"),
)


def specifications(region: str | None) -> tuple[Size, ...]:
    """The specifications of a region, in ECI's order; those that all regions have for None and any other region."""
    return tuple(sorted(EVERYWHERE + REGIONAL)) if region in REGIONS else tuple(sorted(EVERYWHERE))


def round_up(size: Size, table: Sequence[Size]) -> Size | None:
    """The nearest specification that holds the size: of those with the fewest vCPU the one with the least memory.

    None when there is none as large. `table` is sorted. That this is what the page calls nearest follows from its
    examples: 7 vCPU 13 GiB gives 8/14, 4.25 vCPU 8.5 GiB gives 6/10.
    """
    return next((specification for specification in table if specification.holds(size)), None)
