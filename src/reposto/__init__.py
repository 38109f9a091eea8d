"""reposto: a purchasing assistant that pushes its answers."""
