"""What setup.cfg cannot say: the JSON files of `schemas/` go into the wheel, inside of the package.

An editable install reads them where they are (kubectl_fluid.validation.schema.files).
"""

from __future__ import annotations

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SCHEMAS = sorted(
    path.relative_to(Path(__file__).parent).as_posix() for path in Path(__file__).parent.glob("schemas/*.json")
)


class BuildWithSchemas(build_py):
    """Copies them after the package."""

    editable_mode: bool = False

    def run(self) -> None:
        """Build."""
        super().run()
        if not self.editable_mode:
            for source, target in self._schemas().items():
                self.mkpath(str(Path(target).parent))
                self.copy_file(source, target, preserve_mode=False)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:  # noqa: FBT001, FBT002 - setuptools' signature
        """Files that were built."""
        outputs: list[str] = super().get_outputs(include_bytecode)
        return outputs if self.editable_mode else [*outputs, *self._schemas().values()]

    def _schemas(self) -> dict[str, str]:
        return {source: str(Path(self.build_lib, "kubectl_fluid", source)) for source in SCHEMAS}


setup(cmdclass={"build_py": BuildWithSchemas})
