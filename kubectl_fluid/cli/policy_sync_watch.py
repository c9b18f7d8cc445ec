"""`kubectl fluid policy sync --watch`."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from typing import Any

from kubectl_fluid.claims import Name
from kubectl_fluid.cli.environment import Environment
from kubectl_fluid.cli.errors import CommandError, system_reason
from kubectl_fluid.cli.exits import ExitStatus
from kubectl_fluid.cli.made import FORMATS
from kubectl_fluid.cli.policy_sync_show import THERE, Show, complaint, shown
from kubectl_fluid.cluster.request import Api
from kubectl_fluid.policy.sync.carry import Done, Outcome
from kubectl_fluid.policy.sync.health import serving
from kubectl_fluid.policy.sync.keeping import CHANGES, Keeper, Options
from kubectl_fluid.webhook.log import Log


class Reporter:
    """Prints each change on stdout, or all in the log, and says what is wrong once."""

    def __init__(self, show: Show, log: Log, *, as_json: bool) -> None:
        self._show, self._log, self._as_json = show, log, as_json
        self._said: dict[Name, str] = {}

    def report(self, done: Sequence[Done]) -> None:
        """What is new of it."""
        for it in done:
            if it.outcome in CHANGES:
                self._changed(it)
            name, (why, hint) = it.action.name, complaint(it) or ("", "")
            if why and self._said.get(name) != why:
                self._log.warning("a template is not as it should be", template=str(name), why=why, hint=hint)
            self._said[name] = why
            if not why or it.outcome is Outcome.DELETED:
                del self._said[name]

    def _changed(self, done: Done) -> None:
        if self._as_json:
            self._log.info(done.outcome.value, template=str(done.action.name), why=done.action.why)
            return
        if not self._show.output:
            text = f"{self._show.line(done)}\n"
        elif done.outcome in THERE:
            mark = "---\n" if self._show.output == "yaml" else ""
            text = mark + FORMATS[self._show.output]([shown(done)])
        else:
            return
        stdout = self._show.environment.stdout
        stdout.write(text.encode("utf-8", "backslashreplace"))
        stdout.flush()


def watch(
    api: Api, namespace: str | None, options: Mapping[str, Any], show: Show, environment: Environment
) -> ExitStatus:
    """Keep the templates in step until SIGTERM."""
    as_json = options["log_format"] == "json"
    log = Log(environment.say, as_json=as_json)
    reporter = Reporter(show, log, as_json=as_json)
    keeper = Keeper(api, Options(namespace, options["resync"], reporter.report), log)
    port = options["health_port"]
    try:
        health = nullcontext(None) if port is None else serving(port, keeper.is_alive, keeper.faults)
        with health as listening, _ended_by_signal(keeper):
            log.info("watching", namespace=namespace or "(all)", **({"health_port": listening} if listening else {}))
            keeper.run()
    except OSError as error:
        raise CommandError(f"--health-port {port}", system_reason(error), "choose another one") from error
    log.info("ended")
    return ExitStatus.OK


@contextmanager
def _ended_by_signal(keeper: Keeper) -> Iterator[None]:
    before = signal.signal(signal.SIGTERM, lambda *_: keeper.end())
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
