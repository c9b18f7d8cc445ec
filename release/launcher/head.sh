#!/bin/sh
''':'
# kubectl-fluid: a shell script down to the line with three quotes, which looks for a Python; then that Python's program.
# It is one file, so that nobody has to ask what a link to it points to (krew makes one) before Python runs.
if [ -n "${KUBECTL_FLUID_PYTHON:-}" ]; then
    exec "$KUBECTL_FLUID_PYTHON" -I -S -B "$0" "$@"
fi
for python in python3 python3.14 python3.13 python3.12 python3.11 python3.10; do
    if command -v "$python" > /dev/null 2>&1; then
        exec "$python" -I -S -B "$0" "$@"
    fi
done
echo "error: kubectl-fluid needs Python 3.10 or newer, and there is no python3 on the PATH" >&2
exit 127
'''
