"""Servers that push the same messages, beside reposto: python -m benchmarks.push."""
