"""Compares the operator's database with the public log, both ways, and says where they differ."""
