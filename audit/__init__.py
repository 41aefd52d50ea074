"""The stand-alone auditor: follows a public log with its own memory; no database, no web server."""
