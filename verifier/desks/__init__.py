"""The web pages of police and employers: thin faces on the acts of this room."""
