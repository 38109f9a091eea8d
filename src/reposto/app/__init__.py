"""Processes and wiring: settings, logging, HTTP, WebSocket, workers, the command line."""
