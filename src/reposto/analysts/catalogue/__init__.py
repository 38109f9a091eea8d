"""Answers about the whole catalogue, made of what each product's own analysis says: lines in, lists out."""
