"""Distinct types for the identifiers that travel through the system."""

from typing import NewType

PrincipalId = NewType("PrincipalId", str)
AccountId = NewType("AccountId", str)
OrderId = NewType("OrderId", str)
ExecutionId = NewType("ExecutionId", str)
PositionId = NewType("PositionId", str)
