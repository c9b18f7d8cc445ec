"""Schemas of kinds, and the check of objects against them."""

from __future__ import annotations

from kubectl_fluid.validation.schema.check import check
from kubectl_fluid.validation.schema.load import load
from kubectl_fluid.validation.schema.model import Gvk, Schema, Schemas

__all__ = ["Gvk", "Schema", "Schemas", "check", "load"]
