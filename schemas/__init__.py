"""JSON Schemas of Fluid's kinds and of Kubernetes' own, and what makes them. The program reads the JSON alone."""

from __future__ import annotations
