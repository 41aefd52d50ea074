"""What is on record: the home folder, database, serial counters, sealed personal data, files.

Knows keys and codes; nothing above it. Both sides of the house meet only here.
"""
