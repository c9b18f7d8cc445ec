"""Compiles the modules of `lib/` in the current folder that the program loads, for the Python that runs this.

Those are the program's own that can be imported from what is there, all that they import, now or later, and whatever
these load. The rest starts from its source.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import marshal
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path

PROGRAM = "kubectl_fluid"
#: What others than the program import late.
LATE = ("dateutil.tz", "idna.core", "idna.uts46data")
#: What cannot be imported here, since there is nothing native, and is where the program runs.
BESIDE_NATIVE = ("yaml/cyaml.py",)
#: PEP 552: the loader takes the bytecode whatever the source's time or text; a hash of it stands there all the same.
UNCHECKED_HASH = (0b01).to_bytes(4, "little")


class Short(ast.NodeTransformer):
    """Docstrings are a fifth of the bytecode, and only click reads some. One space stands for each.

    Not nothing: `dataclass` writes the signature into a class that has no docstring, which costs time at each start.
    """

    def _short(self, node: ast.AST) -> ast.AST:
        self.generic_visit(node)
        first = next(iter(getattr(node, "body", ())), None)
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
            first.value.value = " "
        return node

    visit_Module = visit_ClassDef = visit_FunctionDef = visit_AsyncFunctionDef = _short


def imported(path: Path) -> Iterator[str]:
    """Names of modules that a module of the program imports anywhere in it."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        match node:
            case ast.Import(names=names):
                yield from (it.name for it in names)
            case ast.ImportFrom(module=str(name), level=0):
                yield name
            case ast.Call(func=ast.Name(id="import_module"), args=[ast.Constant(value=str(name))]):
                yield name


def loaded(lib: Path) -> list[Path]:
    """The files of all modules that the program loads from `lib`."""
    sys.path.insert(0, str(lib))
    own = [it.name for it in pkgutil.walk_packages([str(lib / PROGRAM)], f"{PROGRAM}.") if "__main__" not in it.name]
    wanted = {name for path in (lib / PROGRAM).rglob("*.py") for name in imported(path)}
    for name in sorted({*own, *wanted, *LATE}):
        try:
            importlib.import_module(name)
        except ImportError:  # of another system, or of the webhook's server: nobody who starts this program gets there
            continue
    files = (getattr(module, "__file__", None) for module in list(sys.modules.values()))
    found = {Path(it) for it in files if it and it.endswith(".py") and Path(it).is_relative_to(lib)}
    return sorted({*found, *map(lib.joinpath, BESIDE_NATIVE)})


def main() -> None:
    """The name in the code is the file's without the folder; the loader puts the real one in its place."""
    root = Path.cwd()
    for path in loaded(root / "lib"):
        source = path.read_bytes()
        tree = ast.parse(source)
        if f"{PROGRAM}/cli/" not in path.as_posix():
            tree = Short().visit(tree)
        name = path.relative_to(root).as_posix()
        code = compile(tree, name, "exec", dont_inherit=True, optimize=0)
        target = Path(importlib.util.cache_from_source(str(path)))
        target.parent.mkdir(exist_ok=True)
        header = importlib.util.MAGIC_NUMBER + UNCHECKED_HASH + importlib.util.source_hash(source)
        target.write_bytes(header + marshal.dumps(code))


if __name__ == "__main__":
    main()
