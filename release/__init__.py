"""Builds what a release consists of: wheel, sdist, archives for krew, checksums, SBOM, manifest. `make release`."""
