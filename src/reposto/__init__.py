"""reposto: a purchasing assistant that pushes its answers."""

__version__ = "0.1.0"
