"""`python -m kubectl_fluid`."""

from __future__ import annotations

import sys

from kubectl_fluid.cli.main import main

sys.exit(main())
