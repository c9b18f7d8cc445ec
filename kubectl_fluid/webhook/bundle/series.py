"""Names of the metrics that alerts and the dashboard look at; a test holds them against what /metrics serves."""

from __future__ import annotations

from kubectl_fluid.webhook.metrics import PREFIX

REVIEWS = f"{PREFIX}_reviews_total"
DURATION = f"{PREFIX}_review_duration_milliseconds_bucket"
RESPONSE = f"{PREFIX}_response_bytes_bucket"
IN_FLIGHT = f"{PREFIX}_in_flight"
READY = f"{PREFIX}_ready"
EXPIRY = f"{PREFIX}_certificate_expiry_timestamp_seconds"
FILES_BROKEN = f"{PREFIX}_certificate_files_broken_seconds"
CACHE_AGE = f"{PREFIX}_cache_age_seconds"
CACHE_SYNCED = f"{PREFIX}_cache_synced"
CACHE_OBJECTS = f"{PREFIX}_cache_objects"
WATCH_RESTARTS = f"{PREFIX}_watch_restarts_total"
LIVE_READS = f"{PREFIX}_live_reads_total"
MEMO = f"{PREFIX}_memo_lookups_total"


def increase(series: str, window: str, selector: str = "") -> str:
    """PromQL: by how much counters grew. One that came into being meanwhile counts from nothing, unlike `increase`."""
    chosen = f"{series}{selector}"
    return f"(increase({chosen}[{window}]) > 0 or ({chosen} unless {chosen} offset {window}))"


def quantile(share: float, buckets: str, window: str) -> str:
    """PromQL: the value that this share of all reviews stays below."""
    return f"histogram_quantile({share}, sum by (le) (rate({buckets}[{window}])))"
