"""All examples, in the order of their codes."""

from __future__ import annotations

from tests.validation import examples_datasets, examples_operations, examples_runtimes, examples_workloads
from tests.validation.examples import Example

EXAMPLES: tuple[Example, ...] = tuple(
    sorted(
        (
            *examples_datasets.NAMES,
            *examples_datasets.DATASETS,
            *examples_datasets.REFERENCES,
            *examples_datasets.SECRETS,
            *examples_runtimes.RUNTIMES,
            *examples_runtimes.THINS,
            *examples_runtimes.OTHERS,
            *examples_runtimes.CACHES,
            *examples_operations.LOADS,
            *examples_operations.OTHERS,
            *examples_operations.IGNORED,
            *examples_workloads.LABELS,
            *examples_workloads.PODS,
            *examples_workloads.PLATFORM,
        ),
        key=lambda example: example.code,
    )
)
