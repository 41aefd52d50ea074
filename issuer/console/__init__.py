"""The web pages of authority and assessment bodies: thin faces on the acts of this room."""
