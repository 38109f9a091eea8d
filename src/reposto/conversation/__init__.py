"""The use cases, one transaction each. What they return as `Change` is what must be pushed after the commit."""
