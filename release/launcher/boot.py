# The beginning of the program in an archive for krew. It must be understood by any Python 3, however old.
#
# -I and -S keep out the user's and the system's site-packages and all PYTHON* variables, -B keeps Python from writing
# bytecode: only this folder and the standard library take part, and nothing is written.
import os
import sys

ROOT = os.path.dirname(os.path.realpath(sys.argv[0] if os.name == "nt" else __file__))
NAME = "kubectl-fluid"


class Natives:
    """Finds the modules that are native: those for this interpreter, or none (the program does without).

    The interpreter's own search would go by the names of files. These do not tell musl from glibc on Python 3.10. (They
    suffice on Windows, where native modules lie beside the others.)
    """

    def __init__(self):
        folder = os.path.join(ROOT, "native", "cp3%d-%s" % (sys.version_info[1], kind()))
        self.known = {"yaml._yaml": os.path.join(folder, "_yaml.so"), "rpds.rpds": os.path.join(folder, "rpds.so")}

    def find_spec(self, name, path=None, target=None):
        where = self.known.get(name)
        if where is None or not os.path.exists(where):
            return None
        from importlib.machinery import ExtensionFileLoader, ModuleSpec

        return ModuleSpec(name, ExtensionFileLoader(name, where), origin=where)


def kind():
    """As release/platforms.py calls this interpreter; "" for one for which nothing native is carried."""
    if sys.implementation.name != "cpython" or sys.maxsize < 2**32 or "free-threading" in sys.version:
        return ""
    machine = os.uname().machine
    arch = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}.get(machine, machine)
    if sys.platform != "linux":
        return "%s-%s" % (sys.platform, arch)
    try:
        glibc = os.confstr("CS_GNU_LIBC_VERSION")
    except (AttributeError, OSError, ValueError):  # musl has no such name
        glibc = None
    return "linux-%s-%s" % (arch, "glibc" if glibc else "musl")


def other_python():
    """Give way to a newer Python on the PATH; without one, end with one sentence."""
    import subprocess

    check = "import sys; sys.exit(sys.version_info < (3, 10))"
    for minor in (14, 13, 12, 11, 10):
        command = ["python3.%d" % minor, "-I", "-S", "-B"]
        try:
            newer = subprocess.call(command + ["-c", check], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
            if newer and os.name == "nt":
                sys.exit(subprocess.call(command + sys.argv))
            if newer:
                os.execvp(command[0], command + [__file__] + sys.argv[1:])
        except OSError:
            continue
    sentence = "error: kubectl-fluid needs Python 3.10 or newer, and %s is Python %d.%d"
    sys.exit(say(sentence % ((sys.executable,) + tuple(sys.version_info[:2]))))


def say(sentence):
    sys.stderr.write(sentence + "\n")
    return 127


if sys.version_info < (3, 10):
    other_python()
if os.name != "nt":
    sys.meta_path.insert(0, Natives())
sys.path.insert(0, os.path.join(ROOT, "lib"))

if __name__ == "__main__":  # not so in the processes that multiprocessing spawns
    sys.argv[0] = os.path.join(ROOT, NAME)
    from kubectl_fluid.cli.main import main

    sys.exit(main())
