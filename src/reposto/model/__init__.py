"""The words of the domain: frozen data, errors, clock. Imports nothing of ours."""
